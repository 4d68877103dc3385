use serde_json::{Value, json};

use super::*;
use crate::plan_shape::{blocks, ids, plan, precedes, step};

const SECTIONS: &str = r#"
[[gate]]
name = "stopped"
ask = "Is it stopped?"
before = ["database"]
[[key]]
alias = "alias/shop"
[[database]]
id = "shop-stg"
restore = { subnet_group = "stg-db", security_groups = ["sg-1"] }
"#;

fn source(change: &Value) -> Value {
    let mut database = json!({
        "id": "shop-stg", "engine": "postgres", "engine_version": "16.3", "class": "db.t4g.medium", "storage_gib": 100,
        "storage_type": "gp3", "parameter_group": "shop-pg16", "port": 5432, "multi_az": true, "deletion_protection": true,
        "tags": {"team": "shop", "aws:cloudformation:stack-name": "shop"},
    });
    for (member, value) in change.as_object().expect("members") {
        database[member] = value.clone();
    }
    json!({
        "keys": [{"id": "k1", "aliases": ["alias/shop"]}],
        "databases": [database],
        "parameter_groups": [{"name": "shop-pg16", "family": "postgres16"}],
    })
}

fn target() -> Value {
    json!({
        "subnet_groups": {"stg-db": {"vpc": "vpc-1", "subnets": ["subnet-1", "subnet-2"]}},
        "security_groups": ["sg-1"],
        "parameter_groups": [{"name": "shop-pg16", "family": "postgres16"}],
    })
}

#[test]
fn a_database_on_awss_key_is_rekeyed_and_the_transport_key_closed_behind_the_copy() {
    let plan = plan(
        SECTIONS,
        &source(&json!({"encrypted": true, "key": "alias/aws/rds"})),
        &target(),
    );
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert_eq!(
        ids(&plan),
        [
            "key/alias:shop/create_target_key",
            "key/alias:shop/create_target_alias",
            "database/shop-stg/create_snapshot",
            "key/transport/create_transport_key",
            "key/transport/open_source_key",
            "database/shop-stg/rekey_snapshot",
            "database/shop-stg/share_snapshot",
            "database/shop-stg/copy_to_target",
            "database/shop-stg/restore_instance",
            "database/shop-stg/unshare_snapshot",
            "database/shop-stg/delete_rekeyed_snapshot",
            "database/shop-stg/delete_source_snapshot",
            "database/shop-stg/delete_target_snapshot",
            "key/transport/close_source_key",
        ]
    );
    // It is the re-keyed snapshot that travels, not the one that cannot be shared.
    let shared: share_snapshot::Input =
        serde_json::from_value(step(&plan, "database/shop-stg/share_snapshot").input.clone()).expect("its input");
    assert_eq!(shared.snapshot.as_str(), "database/shop-stg/rekey_snapshot");
    let copied: copy_to_target::Input =
        serde_json::from_value(step(&plan, "database/shop-stg/copy_to_target").input.clone()).expect("its input");
    assert_eq!(copied.snapshot.as_str(), "database/shop-stg/rekey_snapshot");
    assert_eq!(copied.key.as_str(), "key/alias:shop/create_target_key");
    assert!(precedes(
        &plan,
        "key/transport/open_source_key",
        "database/shop-stg/copy_to_target"
    ));
    assert!(precedes(
        &plan,
        "database/shop-stg/copy_to_target",
        "key/transport/close_source_key"
    ));
}

#[test]
fn a_database_on_a_customer_key_travels_in_one_copy() {
    let plan = plan(SECTIONS, &source(&json!({"encrypted": true, "key": "k1"})), &target());
    assert!(
        !ids(&plan)
            .iter()
            .any(|id| id.contains("transport") || id.contains("rekey")),
        "{:?}",
        ids(&plan)
    );
    assert!(precedes(
        &plan,
        "key/alias:shop/open_source_key",
        "database/shop-stg/copy_to_target"
    ));
    let copied: copy_to_target::Input =
        serde_json::from_value(step(&plan, "database/shop-stg/copy_to_target").input.clone()).expect("its input");
    assert_eq!(copied.snapshot.as_str(), "database/shop-stg/create_snapshot");
}

#[test]
fn an_encrypted_database_without_a_named_key_is_taken_to_lie_on_awss() {
    let plan = plan(SECTIONS, &source(&json!({"encrypted": true})), &target());
    assert!(ids(&plan).contains(&"database/shop-stg/rekey_snapshot"));
}

#[test]
fn an_unencrypted_database_opens_no_key_and_is_encrypted_by_its_copy() {
    let plan = plan(SECTIONS, &source(&json!({})), &target());
    assert!(
        !ids(&plan).iter().any(|id| id.ends_with("open_source_key")),
        "{:?}",
        ids(&plan)
    );
    assert!(precedes(
        &plan,
        "key/alias:shop/create_target_key",
        "database/shop-stg/copy_to_target"
    ));
}

#[test]
fn only_the_snapshot_disturbs_and_it_waits_for_the_gate() {
    let plan = plan(SECTIONS, &source(&json!({})), &target());
    let taken = step(&plan, "database/shop-stg/create_snapshot");
    assert!(taken.disturbs && taken.gates.len() == 1 && taken.gates[0].as_str() == "stopped");
    assert_eq!(plan.steps.iter().filter(|step| step.disturbs).count(), 1);
    for made in [
        "create_snapshot",
        "share_snapshot",
        "copy_to_target",
        "restore_instance",
    ] {
        assert_eq!(
            step(&plan, &format!("database/shop-stg/{made}")).undo,
            model::Undo::Auto,
            "{made}"
        );
    }
}

#[test]
fn a_restore_is_told_what_aws_would_decide_badly() {
    let plan = plan(SECTIONS, &source(&json!({})), &target());
    let restore: restore_instance::Input =
        serde_json::from_value(step(&plan, "database/shop-stg/restore_instance").input.clone()).expect("its input");
    assert_eq!(
        (restore.subnet_group.as_str(), restore.parameter_group.as_str()),
        ("stg-db", "shop-pg16")
    );
    assert_eq!(restore.security_groups, ["sg-1"]);
    assert_eq!(
        (restore.multi_az, restore.public, restore.deletion_protection),
        (true, false, true)
    );
    assert_eq!(restore.port, Some(5432));
    assert_eq!(
        restore.tags.keys().collect::<Vec<_>>(),
        ["team"],
        "reserved tags are refused by RDS"
    );
}

#[test]
fn what_is_missing_in_the_target_blocks() {
    let cases = [
        (json!({}), json!({}), "no subnet group stg-db"),
        (
            json!({}),
            json!({"subnet_groups": target()["subnet_groups"]}),
            "no security group sg-1",
        ),
        (
            json!({"parameter_group": "other"}),
            target(),
            "no parameter group other",
        ),
        (json!({"engine": "aurora-postgresql"}), target(), "moves as a cluster"),
        (
            json!({"encrypted": true, "key": "unknown"}),
            target(),
            "not in the inventory",
        ),
    ];
    for (change, target, wanted) in cases {
        let plan = plan(SECTIONS, &source(&change), &target);
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
    }
}

#[test]
fn a_parameter_group_of_another_family_blocks() {
    let mut target = target();
    target["parameter_groups"] = json!([{"name": "shop-pg16", "family": "postgres15"}]);
    let plan = plan(SECTIONS, &source(&json!({})), &target);
    assert!(
        blocks(&plan).iter().any(|text| text.contains("postgres15")),
        "{:?}",
        blocks(&plan)
    );
}

#[test]
fn without_a_key_to_tell_the_plan_blocks_and_moves_nothing() {
    let sections = SECTIONS.replace("[[key]]\nalias = \"alias/shop\"\n", "");
    let plan = plan(
        &sections,
        &source(&json!({"encrypted": true, "key": "alias/aws/rds"})),
        &target(),
    );
    assert!(plan.steps.is_empty(), "{:?}", ids(&plan));
    assert!(blocks(&plan)[0].contains("[[key]]"));
}
