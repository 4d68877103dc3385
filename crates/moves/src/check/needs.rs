//! What of a plan can be asked for beforehand without doing it: dry runs, and the keys that it names. Which actions its roles need, [`crate::roles`] knows.

use std::collections::BTreeSet;

use aws::foreseen::Ec2Call;
use model::{AccountId, Plan, Side};
use serde_json::Value;

/// What EC2 is asked whether it would do: one call of each sort, of what is there already.
pub(super) fn of_ec2(plan: &Plan, side: Side, target: &AccountId) -> Vec<Ec2Call> {
    let mut calls: Vec<Ec2Call> = Vec::new();
    for step in plan.steps.iter().filter(|step| step.side == side) {
        let first = |prefix: &str| texts(&step.input).into_iter().find(|text| is_id(text, prefix));
        let call = match step.action.as_str() {
            "image.share_image" => first("ami-").map(|id| Ec2Call::ShareImage(id, target.clone())),
            "image.share_snapshot" | "volume.share_snapshot" => {
                first("snap-").map(|id| Ec2Call::ShareSnapshot(id, target.clone()))
            }
            "image.copy_image" | "image.rekey_image" => first("ami-").map(Ec2Call::CopyImage),
            "volume.copy_to_target" | "volume.rekey_snapshot" => first("snap-").map(Ec2Call::CopySnapshot),
            "instance.create_image" => first("i-").map(Ec2Call::CreateImage),
            "instance.stop_instance" => first("i-").map(Ec2Call::StopInstance),
            "volume.create_snapshot" => first("vol-").map(Ec2Call::CreateSnapshot),
            _ => None,
        };
        if let Some(call) = call
            && !calls.iter().any(|other| other.operation() == call.operation())
        {
            calls.push(call);
        }
    }
    calls
}

/// The keys of an account that the plan names.
pub(super) fn keys(plan: &Plan, account: &AccountId) -> BTreeSet<String> {
    let texts = plan.steps.iter().flat_map(|step| texts(&step.input));
    texts
        .filter(|text| {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            matches!(parts.as_slice(), ["arn", _, "kms", _, owner, key] if *owner == account.as_str() && key.starts_with("key/"))
        })
        .collect()
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    })
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(several) => several.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_ids_by_what_stands_behind_the_prefix() {
        assert!(is_id("i-0a1b", "i-") && is_id("ami-plain", "ami-"));
        assert!(!is_id("i-", "i-") && !is_id("image of i-0a1b", "i-") && !is_id("i-am a title", "i-"));
    }
}
