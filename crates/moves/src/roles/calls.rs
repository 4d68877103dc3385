//! Which AWS operations a step may call, and in whose account: looking, doing, proving and taking back, over all routes and whatever goes wrong.
//!
//! Data, not code: a step that calls something new gets its line here. The whole runs of `tests/roles.rs` are carried out with roles that hold
//! exactly what follows from this table, and are refused by simcloud where it says too little.

mod buckets_and_zones;
mod retirement;
mod storage;

use At::{Named, Own, Source, Target};
use model::Side;
use serde_json::Value;

pub(super) use retirement::RETIRES;

/// In whose account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// The side that the step's spec names.
    Own,
    /// The source.
    Source,
    /// The target.
    Target,
    /// Every side that the step's input names: where a zone, its parent, a key or a bucket lies.
    Named,
}

/// What some steps call.
pub(super) struct Calls {
    /// Their actions, separated by spaces.
    pub(super) of: &'static str,
    /// Side, service, operations.
    pub(super) made: &'static [(At, &'static str, &'static str)],
}

const fn calls(of: &'static str, made: &'static [(At, &'static str, &'static str)]) -> Calls {
    Calls { of, made }
}

/// An action without what it is about.
pub(super) fn bare(action: &str) -> &str {
    action.split('/').next().unwrap_or(action)
}

/// Every action that calls AWS.
pub(super) fn all() -> impl Iterator<Item = &'static Calls> {
    let both = storage::STORAGE.iter().chain(buckets_and_zones::BUCKETS_AND_ZONES);
    both.chain(retirement::RETIREMENT)
}

/// What an action may call of a step about a kind of resource, on a side, with an input: side, service, operation.
pub(super) fn of(action: &str, kind: &str, side: Side, input: &Value) -> Vec<(Side, &'static str, &'static str)> {
    let mut found = Vec::new();
    let means = |one: &str| one == action || one.split_once('/') == Some((action, kind));
    let about = all().filter(|calls| calls.of.split_whitespace().any(means));
    if action == "bucket.apply_document" {
        let document = input["document"].as_str().unwrap_or_default();
        let operations = crate::bucket::calls_about(document);
        found.extend(operations.map(|operation| (Side::Target, "s3", operation)));
    }
    for (at, service, operations) in about.flat_map(|calls| calls.made) {
        let sides = match at {
            Own => vec![side],
            Source => vec![Side::Source],
            Target => vec![Side::Target],
            Named => sides_named(input),
        };
        for side in sides {
            found.extend(
                operations
                    .split_whitespace()
                    .map(|operation| (side, *service, operation)),
            );
        }
    }
    found
}

/// The sides that an input names; where it names none, things lie in the source.
fn sides_named(input: &Value) -> Vec<Side> {
    let mut found = Vec::new();
    gather(input, &mut found);
    if found.is_empty() {
        found.push(Side::Source);
    }
    found.sort();
    found.dedup();
    found
}

fn gather(value: &Value, found: &mut Vec<Side>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let side = match (name.as_str(), member.as_str()) {
                    ("side" | "old_side" | "of", Some("source")) => Some(Side::Source),
                    ("side" | "old_side" | "of", Some("target")) => Some(Side::Target),
                    ("side" | "old_side" | "of", Some("parent")) => Some(Side::Parent),
                    _ => None,
                };
                found.extend(side);
                gather(member, found);
            }
            // A zone of the source's leaves its side out.
            if members.contains_key("old") && !members.contains_key("old_side") {
                found.push(Side::Source);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}
