//! Names in the runbook that point at what the target's Terraform has made: by tag (`tag:Name=stg-db`), or by its address in Terraform's state
//! (`tfstate://bucket/key#aws_security_group.db`, or one of its attributes: `…#aws_lb.web.dns_name`). `cleave discover` looks them up and writes what it finds into the inventory, so that a
//! plan goes by names that somebody has seen.

use std::collections::BTreeSet;

use model::plan::Note;
use model::{Inventory, Said};
use serde_json::Value;

use crate::cache::spec::Fill;
use crate::check::known;
use crate::draft::Says;
use crate::runbook::Runbook;
use crate::words::Text;

/// How a place in a state begins.
const IN_STATE: &str = "tfstate://";

/// Where a name is to be found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Reference {
    /// The one that has this tag.
    Tag {
        /// The tag's key.
        key: String,
        /// Its value.
        value: String,
    },
    /// A resource in a state file of Terraform's.
    State {
        /// The bucket.
        bucket: String,
        /// The key.
        key: String,
        /// The resource's address, such as `module.db.aws_security_group.this[0]`, and, where its id is not meant, an attribute: `aws_lb.web.dns_name`.
        address: String,
    },
}

impl Reference {
    /// The reference that a name is; none where it is a name.
    pub fn of(name: &str) -> Option<Result<Self, Said>> {
        if let Some(tag) = name.strip_prefix("tag:") {
            let parts = tag
                .split_once('=')
                .filter(|(key, value)| !key.is_empty() && !value.is_empty());
            return Some(match parts {
                Some((key, value)) => Ok(Self::Tag {
                    key: key.to_owned(),
                    value: value.to_owned(),
                }),
                None => Err(Text::NoTag.fill(&[&format!("{name:?}")])),
            });
        }
        let place = name.strip_prefix(IN_STATE)?;
        let parts = place.split_once('#').and_then(|(file, address)| {
            let (bucket, key) = file.split_once('/')?;
            let whole = !bucket.is_empty() && !key.is_empty() && address.contains('.');
            whole.then(|| Self::State {
                bucket: bucket.to_owned(),
                key: key.to_owned(),
                address: address.to_owned(),
            })
        });
        Some(parts.ok_or_else(|| Text::NoPlace.fill(&[&format!("{name:?}")])))
    }
}

/// What a name stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    SecurityGroup,
    /// What a record says.
    Value,
    Other,
}

/// Every name that may be a reference.
fn names(runbook: &mut Runbook) -> Vec<(Kind, &mut String)> {
    let mut found = Vec::new();
    for restore in runbook.databases.iter_mut().filter_map(|spec| spec.restore.as_mut()) {
        found.push((Kind::Other, &mut restore.subnet_group));
        found.extend(restore.subnets.iter_mut().map(|name| (Kind::Other, name)));
        found.push((Kind::Other, &mut restore.parameter_group));
        found.extend(
            restore
                .security_groups
                .iter_mut()
                .map(|name| (Kind::SecurityGroup, name)),
        );
    }
    for restore in runbook.clusters.iter_mut().filter_map(|spec| spec.restore.as_mut()) {
        found.push((Kind::Other, &mut restore.subnet_group));
        found.extend(restore.subnets.iter_mut().map(|name| (Kind::Other, name)));
        found.push((Kind::Other, &mut restore.cluster_parameter_group));
        found.push((Kind::Other, &mut restore.instance_parameter_group));
        found.extend(
            restore
                .security_groups
                .iter_mut()
                .map(|name| (Kind::SecurityGroup, name)),
        );
    }
    for spec in &mut runbook.caches {
        if let Some(Fill::Group(fill)) = &mut spec.fill {
            found.push((Kind::Other, &mut fill.subnet_group));
            found.push((Kind::Other, &mut fill.parameter_group));
            found.extend(fill.security_groups.iter_mut().map(|name| (Kind::SecurityGroup, name)));
        }
    }
    for repoint in runbook.zones.iter_mut().flat_map(|zone| &mut zone.repoint) {
        let to = &mut repoint.to;
        let single = [&mut to.value, &mut to.alias, &mut to.zone_id];
        found.extend(single.into_iter().flatten().map(|name| (Kind::Value, name)));
        found.extend(to.values.iter_mut().flatten().map(|name| (Kind::Value, name)));
    }
    found
}

/// Every reference of a runbook, as it is written there.
pub fn all(runbook: &Runbook) -> BTreeSet<String> {
    let mut runbook = runbook.clone();
    let written = names(&mut runbook).into_iter();
    let written = written.filter(|(kind, name)| *kind != Kind::Value || name.starts_with(IN_STATE));
    let written = written.map(|(_, name)| name.clone());
    written.filter(|name| Reference::of(name).is_some()).collect()
}

/// The runbook with what the inventory says that its references are.
pub fn resolved_by(runbook: &Runbook, inventory: &Inventory) -> Runbook {
    resolved(runbook, inventory).0
}

/// The same, and what is to be said of it.
pub(crate) fn resolved(runbook: &Runbook, inventory: &Inventory) -> (Runbook, Vec<Note>) {
    let mut resolved = runbook.clone();
    let mut notes = Vec::new();
    let mut note = |says: Says, text: Said| {
        let note = says.of(None, text);
        if !notes.contains(&note) {
            notes.push(note);
        }
    };
    for (kind, name) in names(&mut resolved) {
        // A TXT record may begin with `tag:`.
        if kind == Kind::Value && !name.starts_with(IN_STATE) {
            continue;
        }
        match (Reference::of(name), inventory.references.get(name.as_str())) {
            (None, _) => {}
            (Some(Err(reason)), _) => note(Says::Blocks(&known::REFERENCE), reason),
            (Some(Ok(Reference::Tag { .. })), _) if kind == Kind::Other => {
                note(
                    Says::Blocks(&known::REFERENCE),
                    Text::OnlyGroupsByTag.fill(&[name.as_str()]),
                );
            }
            (Some(Ok(_)), None) => note(
                Says::Blocks(&known::REFERENCE),
                Text::NotLookedUp.fill(&[name.as_str()]),
            ),
            (Some(Ok(_)), Some(found)) => {
                let at = inventory.observed_at.to_string();
                note(Says::Tells, Text::LookedUp.fill(&[name.as_str(), found, &at]));
                found.clone_into(name);
            }
        }
    }
    (resolved, notes)
}

/// A resource in a state.
pub(crate) struct Instance<'a> {
    /// Its address, such as `module.db.aws_security_group.this[0]`.
    pub(crate) address: String,
    /// Its type.
    pub(crate) kind: &'a str,
    /// What is known of it.
    pub(crate) attributes: &'a Value,
}

/// The resources of a state (version 4).
pub(crate) fn instances(state: &Value) -> impl Iterator<Item = Instance<'_>> {
    state["resources"]
        .as_array()
        .into_iter()
        .flatten()
        .flat_map(|resource| {
            let text = |member: &str| resource[member].as_str().unwrap_or_default();
            let mut base = match text("module") {
                "" => String::new(),
                module => format!("{module}."),
            };
            if text("mode") == "data" {
                base.push_str("data.");
            }
            let kind = text("type");
            base.push_str(&format!("{kind}.{}", text("name")));
            let instances = resource["instances"].as_array().into_iter().flatten();
            instances.map(move |instance| Instance {
                address: match &instance["index_key"] {
                    Value::Number(index) => format!("{base}[{index}]"),
                    Value::String(index) => format!("{base}[\"{index}\"]"),
                    _ => base.clone(),
                },
                kind,
                attributes: &instance["attributes"],
            })
        })
}

/// A state file that can be read here.
pub fn read_state(state: &[u8]) -> Result<Value, String> {
    let state: Value =
        serde_json::from_slice(state).map_err(|error| format!("it is not a state of Terraform's: {error}"))?;
    if state["version"] != 4 {
        return Err(format!("its format is {}, and only 4 is known", state["version"]));
    }
    Ok(state)
}

/// What a name of the runbook is in a state file (version 4): the resource's id (of what RDS calls by name that is the name), or the attribute that
/// is named behind its address.
pub fn find_in_state(state: &[u8], address: &str) -> Result<String, String> {
    let state = read_state(state)?;
    let mut known = Vec::new();
    for instance in instances(&state) {
        let attribute = match address.strip_prefix(&instance.address) {
            Some("") => Some("id"),
            Some(rest) => rest.strip_prefix('.'),
            None => None,
        };
        if let Some(attribute) = attribute {
            let found = instance.attributes[attribute].as_str();
            return found
                .map(str::to_owned)
                .ok_or_else(|| format!("{} has no {attribute} there", instance.address));
        }
        if !instance.kind.is_empty() && address.contains(instance.kind) {
            known.push(instance.address);
        }
    }
    Err(if known.is_empty() {
        format!("it holds no {address}, and nothing of that type")
    } else {
        format!("it holds no {address}; of that type it holds {}", known.join(", "))
    })
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn names_tags_and_places_in_a_state_are_told_apart() {
        assert_eq!(Reference::of("sg-0123"), None);
        assert_eq!(
            Reference::of("tag:Name=stg-db"),
            Some(Ok(Reference::Tag {
                key: "Name".into(),
                value: "stg-db".into()
            }))
        );
        assert_eq!(
            Reference::of("tfstate://states/stg/terraform.tfstate#module.db.aws_db_subnet_group.this[0]"),
            Some(Ok(Reference::State {
                bucket: "states".into(),
                key: "stg/terraform.tfstate".into(),
                address: "module.db.aws_db_subnet_group.this[0]".into()
            }))
        );
        for odd in [
            "tag:Name",
            "tag:=x",
            "tfstate://states#aws_x.y",
            "tfstate://states/key",
            "tfstate://states/key#x",
        ] {
            assert!(Reference::of(odd).is_some_and(|read| read.is_err()), "{odd}");
        }
    }

    #[test]
    fn a_resource_is_found_by_its_address_and_what_is_near_is_told() {
        let state = json!({"version": 4, "resources": [
            {"mode": "managed", "type": "aws_security_group", "name": "db", "instances": [{"attributes": {"id": "sg-1"}}]},
            {"mode": "data", "type": "aws_security_group", "name": "db", "instances": [{"attributes": {"id": "sg-2"}}]},
            {"mode": "managed", "type": "aws_lb", "name": "web", "instances": [{"attributes": {"id": "arn", "dns_name": "web-1.elb.amazonaws.com"}}]},
            {"module": "module.db", "mode": "managed", "type": "aws_db_subnet_group", "name": "this", "instances": [
                {"index_key": 0, "attributes": {"id": "stg-db"}}, {"index_key": "eu", "attributes": {"id": "stg-eu"}}]},
        ]});
        let find = |address: &str| find_in_state(state.to_string().as_bytes(), address);
        assert_eq!(find("aws_security_group.db"), Ok("sg-1".into()));
        assert_eq!(find("data.aws_security_group.db"), Ok("sg-2".into()));
        assert_eq!(find("module.db.aws_db_subnet_group.this[0]"), Ok("stg-db".into()));
        assert_eq!(find("module.db.aws_db_subnet_group.this[\"eu\"]"), Ok("stg-eu".into()));
        assert_eq!(find("aws_lb.web.dns_name"), Ok("web-1.elb.amazonaws.com".into()));
        let odd = find("aws_lb.web.zone").expect_err("no such attribute");
        assert!(odd.contains("aws_lb.web has no zone"), "{odd}");
        let near = find("aws_security_group.web").expect_err("it is not there");
        assert!(near.contains("aws_security_group.db"), "{near}");
        assert!(
            find_in_state(b"{\"version\": 3}", "a.b")
                .expect_err("old")
                .contains("only 4")
        );
        assert!(find_in_state(b"<xml>", "a.b").is_err());
    }
}
