//! A state of the source's Terraform, as `terraform state pull` and `terraform show -json` write it: where the addresses stand of what
//! leaves the source. Of every attribute only those are kept that tell a thing: a state holds passwords.

use std::collections::{BTreeMap, BTreeSet};

use serde::Deserialize;
use serde_json::Value;

/// What tells things in a state, of any type that is handed over.
const TELLING: [&str; 12] = [
    "alias",
    "bucket",
    "cluster_identifier",
    "fqdn",
    "id",
    "identifier",
    "key_id",
    "name",
    "set_identifier",
    "type",
    "zone_id",
    "source_ami_id",
];

/// A state.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SourceState {
    instances: Vec<Instance>,
}

/// One instance of a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Instance {
    /// Terraform's type.
    pub(super) kind: String,
    /// Its address with the keys of instances, as `terraform state list` shows it.
    pub(super) address: String,
    attributes: BTreeMap<String, String>,
}

/// Why a file is no state that can be read.
#[derive(Debug, thiserror::Error)]
pub enum SourceStateError {
    /// It is not JSON.
    #[error("it is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// It is JSON, and no state.
    #[error("it is neither a state of version 4 (`terraform state pull`) nor what `terraform show -json` writes")]
    NoState,
}

#[derive(Deserialize)]
struct Pulled {
    version: u64,
    #[serde(default)]
    resources: Vec<PulledResource>,
}

#[derive(Deserialize)]
struct PulledResource {
    #[serde(default)]
    module: Option<String>,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    name: String,
    #[serde(default)]
    instances: Vec<PulledInstance>,
}

#[derive(Deserialize)]
struct PulledInstance {
    #[serde(default)]
    index_key: Option<Value>,
    #[serde(default)]
    attributes: Value,
}

#[derive(Deserialize)]
struct Shown {
    values: ShownValues,
}

#[derive(Deserialize)]
struct ShownValues {
    root_module: ShownModule,
}

#[derive(Deserialize)]
struct ShownModule {
    #[serde(default)]
    resources: Vec<ShownResource>,
    #[serde(default)]
    child_modules: Vec<ShownModule>,
}

#[derive(Deserialize)]
struct ShownResource {
    address: String,
    mode: String,
    #[serde(rename = "type")]
    kind: String,
    #[serde(default)]
    values: Value,
}

impl SourceState {
    /// Reads it.
    pub fn parse(text: &str) -> Result<Self, SourceStateError> {
        let json: Value = serde_json::from_str(text).map_err(SourceStateError::NotJson)?;
        if let Ok(pulled) = Pulled::deserialize(&json)
            && pulled.version == 4
        {
            return Ok(Self {
                instances: pulled.resources.into_iter().flat_map(of_pulled).collect(),
            });
        }
        let shown = Shown::deserialize(&json).map_err(|_| SourceStateError::NoState)?;
        let mut instances = Vec::new();
        of_module(shown.values.root_module, &mut instances);
        Ok(Self { instances })
    }

    /// How many instances of resources it holds.
    pub fn len(&self) -> usize {
        self.instances.len()
    }

    /// Whether it holds none.
    pub fn is_empty(&self) -> bool {
        self.instances.is_empty()
    }

    /// The instances of a type that have all these attributes, upper and lower case and a last dot aside.
    pub(super) fn known_by(&self, kind: &str, known_by: &[(&'static str, String)]) -> Vec<&Instance> {
        let fits = |instance: &&Instance| {
            let of_kind = instance.kind == kind;
            of_kind && known_by.iter().all(|(name, value)| instance.has(name, value))
        };
        self.instances.iter().filter(fits).collect()
    }

    /// Whatever else hangs on a bucket, such as objects, or a configuration that was not carried over: it goes with the bucket.
    pub(super) fn of_bucket(&self, bucket: &str) -> Vec<&Instance> {
        let fits = |instance: &&Instance| instance.kind.starts_with("aws_s3_") && instance.has("bucket", bucket);
        self.instances.iter().filter(fits).collect()
    }

    /// The other instances that stand under an address once the keys of instances are taken off: they would be forgotten with it.
    pub(super) fn beside(&self, plain: &str, these: &BTreeSet<&str>) -> Vec<&str> {
        let others = self
            .instances
            .iter()
            .filter(|other| without_keys(&other.address) == plain);
        others
            .map(|other| other.address.as_str())
            .filter(|address| !these.contains(address))
            .collect()
    }
}

impl Instance {
    fn has(&self, name: &str, value: &str) -> bool {
        let plain = |text: &str| text.trim_end_matches('.').to_ascii_lowercase();
        self.attributes.get(name).is_some_and(|is| plain(is) == plain(value))
    }
}

fn of_pulled(resource: PulledResource) -> Vec<Instance> {
    if resource.mode != "managed" {
        return Vec::new();
    }
    let module = resource.module.map(|module| format!("{module}.")).unwrap_or_default();
    let plain = format!("{module}{}.{}", resource.kind, resource.name);
    let instances = resource.instances.into_iter().map(|instance| {
        let key = match &instance.index_key {
            None | Some(Value::Null) => String::new(),
            // A text is quoted, as in an address.
            Some(key) => format!("[{key}]"),
        };
        Instance {
            kind: resource.kind.clone(),
            address: format!("{plain}{key}"),
            attributes: telling(&instance.attributes),
        }
    });
    instances.collect()
}

fn of_module(module: ShownModule, instances: &mut Vec<Instance>) {
    let managed = module
        .resources
        .into_iter()
        .filter(|resource| resource.mode == "managed");
    instances.extend(managed.map(|resource| Instance {
        attributes: telling(&resource.values),
        kind: resource.kind,
        address: resource.address,
    }));
    for child in module.child_modules {
        of_module(child, instances);
    }
}

fn telling(attributes: &Value) -> BTreeMap<String, String> {
    let found = TELLING
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), attributes.get(*name)?.as_str()?.to_owned())));
    found.collect()
}

/// An address without the keys of instances, which `removed` does not take. A key may hold brackets and quotes itself.
pub(super) fn without_keys(address: &str) -> String {
    let (mut plain, mut depth, mut quoted, mut escaped) = (String::new(), 0_usize, false, false);
    for c in address.chars() {
        match c {
            _ if escaped => escaped = false,
            '\\' if quoted => escaped = true,
            '"' if depth > 0 => quoted = !quoted,
            '[' if !quoted => depth += 1,
            ']' if !quoted => depth = depth.saturating_sub(1),
            c if depth == 0 => plain.push(c),
            _ => {}
        }
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn addresses(found: &[&Instance]) -> Vec<String> {
        found.iter().map(|instance| instance.address.clone()).collect()
    }

    #[test]
    fn both_forms_of_a_state_tell_the_same_addresses() {
        let pulled = json!({ "version": 4, "resources": [
            { "module": "module.shop[\"stg\"]", "mode": "managed", "type": "aws_s3_bucket", "name": "this", "instances": [
                { "index_key": "a]\"b", "attributes": { "bucket": "shop-stg", "secret": "hidden" } },
                { "index_key": 1, "attributes": { "bucket": "shop-prd" } } ] },
            { "mode": "data", "type": "aws_s3_bucket", "name": "looked_at", "instances": [
                { "attributes": { "bucket": "shop-stg" } } ] } ] });
        let shown = json!({ "format_version": "1.0", "values": { "root_module": { "child_modules": [ { "resources": [
            { "address": "module.shop[\"stg\"].aws_s3_bucket.this[\"a]\\\"b\"]", "mode": "managed", "type": "aws_s3_bucket",
              "values": { "bucket": "shop-stg" } } ] } ] } } });
        for state in [pulled, shown] {
            let state = SourceState::parse(&state.to_string()).expect("a state");
            let found = state.known_by("aws_s3_bucket", &[("bucket", "Shop-stg.".to_owned())]);
            let address = "module.shop[\"stg\"].aws_s3_bucket.this[\"a]\\\"b\"]";
            assert_eq!(addresses(&found), [address]);
            assert_eq!(without_keys(address), "module.shop.aws_s3_bucket.this");
            assert!(!format!("{state:?}").contains("hidden"), "a state holds secrets");
        }
    }

    #[test]
    fn what_is_no_state_is_said_to_be_none() {
        assert!(matches!(SourceState::parse("{"), Err(SourceStateError::NotJson(_))));
        for other in ["{\"version\": 3}", "[]", "{\"values\": 1}"] {
            assert!(
                matches!(SourceState::parse(other), Err(SourceStateError::NoState)),
                "{other}"
            );
        }
    }
}
