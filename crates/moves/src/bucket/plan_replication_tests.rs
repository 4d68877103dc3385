use model::{Inventory, Plan};
use serde_json::{Value, json};

use super::*;
use crate::Runbook;
use crate::plan_shape::{blocks, ids, precedes};

fn plan(roles: &str, more: &str, bucket: Value, trusts: &[&str]) -> Plan {
    let mut whole = json!({ "name": "shop", "versioning": "enabled" });
    for (name, value) in bucket.as_object().expect("an object") {
        whole[name] = value.clone();
    }
    let role = json!({ "trusts": trusts });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": {
        "111111111111": { "roles": { "r": role }, "regions": { "ap-northeast-1": { "buckets": [whole] } } },
        "222222222222": { "roles": { "r": role, "batch": { "trusts": [BATCH_SERVICE] } }, "regions": {} } } });
    let runbook = Runbook::parse(&format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
         source = {{ account = \"111111111111\", role = \"s\"{roles} }}\n\
         target = {{ account = \"222222222222\", role = \"t\", batch_role = \"batch\"{roles} }}\n\
         [[bucket]]\nname = \"shop\"\nroute = \"replication\"\n{more}"
    ));
    let plan = crate::plan(
        &runbook.expect("a runbook"),
        &Inventory::parse(&inventory.to_string()).expect("an inventory"),
    );
    plan.check().expect("every reference of a plan resolves");
    plan
}

const ROLES: &str = ", replication_role = \"r\"";
const BOTH: [&str; 2] = [S3_SERVICE, BATCH_SERVICE];

#[test]
fn the_rule_ends_behind_the_proof_and_before_the_source_is_emptied() {
    let plan = plan(ROLES, "", json!({}), &BOTH);
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let order = [
        "admit_replicas",
        "put_rule_out",
        "replicate_existing",
        "deny_writes",
        "replicate_rest",
        "prove_interim",
        "end_rule_out",
        "empty_source",
        "win_name",
        "put_rule_back",
        "replicate_back",
        "prove_final",
        "end_rule_back",
        "discard_interim",
    ];
    for two in order.windows(2) {
        let [one, other] = [two[0], two[1]].map(|verb| format!("bucket/shop/{verb}"));
        assert!(precedes(&plan, &one, &other), "{one} before {other}");
    }
    assert!(!ids(&plan).iter().any(|id| id.contains("survey")), "nothing is copied");
}

#[test]
fn what_replication_cannot_bring_is_said_before_the_first_step() {
    let version = |entry: Value| json!({ "objects": [{ "key": "a", "entries": [{ "version": entry }] }] });
    let rule = json!({ "documents": { "replication": "<ReplicationConfiguration/>" } });
    for (bucket, more, words) in [
        (json!({ "versioning": "disabled" }), "", "not enabled"),
        (json!({ "versioning": "suspended" }), "", "not enabled"),
        (
            version(json!({ "size": 1, "class": "DEEP_ARCHIVE" })),
            "",
            "never replicated",
        ),
        (version(json!({ "size": 1, "null": true })), "", "before versioning"),
        (rule, "", "only one"),
        (json!({}), "batch_from = 1", "batch_from"),
    ] {
        let plan = plan(ROLES, more, bucket, &BOTH);
        assert!(
            blocks(&plan).iter().any(|text| text.contains(words)),
            "{words}: {:?}",
            blocks(&plan)
        );
        assert!(!ids(&plan).iter().any(|id| id.starts_with("bucket/")), "{words}");
    }
}

#[test]
fn roles_must_be_named_and_trust_both_services() {
    for (roles, trusts, words) in [
        ("", &BOTH[..], "replication_role is missing"),
        (ROLES, &BOTH[..1], "trusts both"),
        (ROLES, &BOTH[1..], "trusts both"),
    ] {
        let plan = plan(roles, "", json!({}), trusts);
        // In either account.
        let told = blocks(&plan).iter().filter(|text| text.contains(words)).count();
        assert_eq!(told, 2, "{:?}", blocks(&plan));
    }
    // In one hop the target replicates nothing.
    let one_hop = plan("", "new_name = \"shop-new\"", json!({}), &BOTH);
    assert_eq!(blocks(&one_hop).len(), 1, "{:?}", blocks(&one_hop));
}
