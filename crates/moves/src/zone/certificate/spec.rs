//! `certificates` of a `[[zone]]`: names, or tables where the Region is another one.

use std::borrow::Cow;

use model::Region;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::{self, MapAccess, Visitor};
use serde::{Deserialize, Deserializer};

/// A certificate of the target that the hand-over waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CertificateSpec {
    /// A name that it is for.
    pub domain: String,
    /// Its Region; absent: the migration's.
    pub region: Option<Region>,
}

#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "CertificateTable")]
struct Table {
    /// A name that it is for.
    domain: String,
    /// Its Region; absent: the migration's.
    #[serde(default)]
    region: Option<Region>,
}

impl JsonSchema for CertificateSpec {
    fn schema_name() -> Cow<'static, str> {
        "CertificateSpec".into()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A certificate of the target that the hand-over waits for: a name, or a table where its Region is another one.",
            "anyOf": [{ "type": "string" }, generator.subschema_for::<Table>()],
        })
    }
}

impl<'de> Deserialize<'de> for CertificateSpec {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Either;
        impl<'de> Visitor<'de> for Either {
            type Value = CertificateSpec;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(
                    "a name such as \"*.stg.example.com\", or { domain = \"stg.example.com\", region = \"us-east-1\" }",
                )
            }

            fn visit_str<E: de::Error>(self, text: &str) -> Result<CertificateSpec, E> {
                Ok(CertificateSpec {
                    domain: text.to_owned(),
                    region: None,
                })
            }

            fn visit_map<M: MapAccess<'de>>(self, map: M) -> Result<CertificateSpec, M::Error> {
                let Table { domain, region } = Table::deserialize(de::value::MapAccessDeserializer::new(map))?;
                Ok(CertificateSpec { domain, region })
            }
        }
        deserializer.deserialize_any(Either)
    }
}
