//! The `[[database]]` section of a runbook.

use std::fmt;
use std::marker::PhantomData;

use model::databases::Settings;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::de::value::MapAccessDeserializer;
use serde::de::{self, MapAccess, Unexpected, Visitor};
use serde::{Deserialize, Deserializer};

use crate::hook::spec::Command;
use crate::writes::spec::StopWrites;

/// A database instance to move.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DatabaseSpec {
    /// The instance identifier, the same in both accounts.
    pub id: String,
    /// The alias of the target's key that it shall lie under; absent: told by the source's key or the runbook's only `[[key]]`.
    #[serde(default)]
    pub key: Option<String>,
    /// How it comes about that nothing is written to it after its snapshot.
    #[serde(default)]
    pub stop_writes: StopWrites,
    /// A command that reads all of its data once it is restored, so that its blocks are loaded from S3 before anybody waits for them.
    #[serde(default)]
    pub warm: Option<Command>,
    /// A command that asks the restored database whether all is there. What travels is kept until it has ended well.
    #[serde(default)]
    pub check: Option<Command>,
    /// The snapshot that travels: `latest-automated`, or the name of one that is there; absent: the run takes one.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// How it is restored; none (`restore = false`): not at all, the copy of its snapshot is left for somebody else's restore.
    #[serde(deserialize_with = "restored_or_not")]
    #[schemars(schema_with = "restored_or_false::<RestoreSpec>")]
    pub restore: Option<RestoreSpec>,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

/// `false`, or a table.
pub(crate) fn restored_or_not<'de, D: Deserializer<'de>, T: Deserialize<'de>>(from: D) -> Result<Option<T>, D::Error> {
    struct Restored<T>(PhantomData<T>);

    impl<'de, T: Deserialize<'de>> Visitor<'de> for Restored<T> {
        type Value = Option<T>;

        fn expecting(&self, to: &mut fmt::Formatter<'_>) -> fmt::Result {
            to.write_str(
                "a table that says how it is restored, or false: the copy of its snapshot is left for your own restore",
            )
        }

        fn visit_bool<E: de::Error>(self, restored: bool) -> Result<Self::Value, E> {
            if restored {
                return Err(E::invalid_value(Unexpected::Bool(true), &self));
            }
            Ok(None)
        }

        fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<Self::Value, A::Error> {
            T::deserialize(MapAccessDeserializer::new(members)).map(Some)
        }
    }

    from.deserialize_any(Restored(PhantomData))
}

/// The schema of that.
pub(crate) fn restored_or_false<T: JsonSchema>(generator: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [generator.subschema_for::<T>(), { "const": false }] })
}

/// What the restored instance is given. What AWS would decide badly must be said; the rest is as in the source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "DatabaseRestoreSpec")]
pub struct RestoreSpec {
    /// The subnet group in the target: AWS's own default is the default VPC.
    pub subnet_group: String,
    /// The subnets of which that group is made where the target lacks it.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The security groups in the target: AWS's own default is the VPC's default group.
    pub security_groups: Vec<String>,
    /// The parameter group in the target, or `carry`: the one of the source's name.
    #[serde(default = "carry")]
    pub parameter_group: String,
    /// Another instance class.
    #[serde(default)]
    pub class: Option<String>,
    /// Whether it is Multi-AZ.
    #[serde(default)]
    pub multi_az: Option<bool>,
    /// Whether it has a public address: no, unless said.
    #[serde(default)]
    pub public: bool,
    /// Another port.
    #[serde(default)]
    pub port: Option<u16>,
    /// Whether it refuses to be deleted.
    #[serde(default)]
    pub deletion_protection: Option<bool>,
    /// Whether it may be enrolled in (paid) extended support; absent: AWS's default, which enrols it.
    #[serde(default)]
    pub extended_support: Option<bool>,
    /// What shall be configured otherwise than in the source.
    #[serde(default)]
    pub settings: Settings,
}

/// Written for a parameter group that has the source's name in the target.
pub const CARRY: &str = "carry";

fn carry() -> String {
    CARRY.to_owned()
}
