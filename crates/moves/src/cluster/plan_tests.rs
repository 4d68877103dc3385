use serde_json::{Value, json};

use super::*;
use crate::plan_shape::{blocks, ids, plan, precedes, step};
use crate::snapshot;

const SECTIONS: &str = r#"
[[gate]]
name = "stopped"
ask = "Is it stopped?"
before = ["cluster"]
[[key]]
alias = "alias/shop"
[[cluster]]
id = "shop"
restore = { subnet_group = "stg-db", security_groups = ["sg-1"] }
"#;

fn source(change: &Value) -> Value {
    let mut cluster = json!({
        "id": "shop", "engine": "aurora-postgresql", "engine_version": "16.4", "storage_gib": 100, "storage_type": "aurora-iopt1",
        "parameter_group": "shop-c16", "port": 5432, "deletion_protection": true, "backup_retention_days": 7, "iam_auth": true,
        "log_exports": ["postgresql"], "scaling": {"min": 0.5, "max": 8.0, "pause": 300},
        "tags": {"team": "shop", "aws:cloudformation:stack-name": "shop"},
        "members": [
            {"id": "shop-a", "class": "db.serverless", "promotion_tier": 1, "parameter_group": "shop-i16"},
            {"id": "shop-b", "class": "db.r6g.large", "promotion_tier": 2, "parameter_group": "shop-i16", "writer": true},
        ],
    });
    for (member, value) in change.as_object().expect("members") {
        cluster[member] = value.clone();
    }
    json!({
        "keys": [{"id": "k1", "aliases": ["alias/shop"]}],
        "clusters": [cluster],
        "cluster_parameter_groups": [{"name": "shop-c16", "family": "aurora-postgresql16"}],
        "parameter_groups": [{"name": "shop-i16", "family": "aurora-postgresql16"}],
    })
}

fn target() -> Value {
    json!({
        "subnet_groups": {"stg-db": {"vpc": "vpc-1", "subnets": ["subnet-1", "subnet-2"]}},
        "security_groups": ["sg-1"],
        "cluster_parameter_groups": [{"name": "shop-c16", "family": "aurora-postgresql16"}],
        "parameter_groups": [{"name": "shop-i16", "family": "aurora-postgresql16"}],
    })
}

fn input<T: serde::de::DeserializeOwned>(plan: &model::Plan, id: &str) -> T {
    serde_json::from_value(step(plan, id).input.clone()).expect("its input")
}

#[test]
fn a_cluster_on_awss_key_is_rekeyed_and_its_members_follow_the_writer_first() {
    let change = json!({"encrypted": true, "key": "alias/aws/rds"});
    let plan = plan(SECTIONS, &source(&change), &target());
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert_eq!(
        ids(&plan),
        [
            "key/alias:shop/create_target_key",
            "key/alias:shop/create_target_alias",
            "cluster/shop/record_access",
            "cluster/shop/create_closed_group",
            "cluster/shop/block_access",
            "cluster/shop/prove_quiet",
            "cluster/shop/create_snapshot",
            "cluster/shop/prove_unwritten",
            "key/transport/create_transport_key",
            "key/transport/open_source_key",
            "cluster/shop/rekey_snapshot",
            "cluster/shop/share_snapshot",
            "cluster/shop/copy_to_target",
            "cluster/shop/restore_cluster",
            "cluster/shop/create_member_shop-b",
            "cluster/shop/create_member_shop-a",
            "cluster/shop/check_members",
            "cluster/shop/unshare_snapshot",
            "cluster/shop/delete_rekeyed_snapshot",
            "cluster/shop/delete_source_snapshot",
            "cluster/shop/delete_target_snapshot",
            "key/transport/close_source_key",
            "key/all/prove_independence",
        ]
    );
    let copied: snapshot::CopyToTargetInput = input(&plan, "cluster/shop/copy_to_target");
    assert_eq!(copied.snapshot.as_str(), "cluster/shop/rekey_snapshot");
    assert!(precedes(
        &plan,
        "cluster/shop/create_member_shop-b",
        "cluster/shop/create_member_shop-a"
    ));
    assert!(precedes(
        &plan,
        "cluster/shop/copy_to_target",
        "key/transport/close_source_key"
    ));
    assert_eq!(plan.limits["rds-cluster-copies"], 5);
    let notes: Vec<&str> = plan.notes.iter().map(|note| note.text.as_str()).collect();
    assert!(
        notes.iter().any(|text| text.contains("two full copies of 100 GiB")),
        "{notes:#?}"
    );
}

#[test]
fn a_cluster_on_a_customer_key_travels_in_one_copy() {
    let plan = plan(SECTIONS, &source(&json!({"encrypted": true, "key": "k1"})), &target());
    assert!(!ids(&plan).iter().any(|id| id.contains("rekey")), "{:?}", ids(&plan));
    assert!(precedes(
        &plan,
        "key/alias:shop/open_source_key",
        "cluster/shop/copy_to_target"
    ));
}

#[test]
fn an_unencrypted_cluster_is_copied_without_a_key_and_encrypted_by_its_restore() {
    let plan = plan(SECTIONS, &source(&json!({})), &target());
    assert!(!ids(&plan).iter().any(|id| id.ends_with("open_source_key")));
    let copied: snapshot::CopyToTargetInput = input(&plan, "cluster/shop/copy_to_target");
    assert_eq!(copied.key, None);
    let restored: restore_cluster::Input = input(&plan, "cluster/shop/restore_cluster");
    assert_eq!(restored.key.as_str(), "key/alias:shop/create_target_key");
}

#[test]
fn a_restore_is_told_what_aws_would_decide_badly() {
    let sections = SECTIONS.replace(
        "[\"sg-1\"] }",
        "[\"sg-1\"], port = 5433, classes = { \"shop-b\" = \"db.r8g.large\" } }",
    );
    let plan = plan(&sections, &source(&json!({})), &target());
    let restored: restore_cluster::Input = input(&plan, "cluster/shop/restore_cluster");
    assert_eq!(restored.parameter_group, "shop-c16");
    assert_eq!(restored.storage_type, "aurora-iopt1");
    assert_eq!((restored.deletion_protection, restored.iam_auth), (true, true));
    assert_eq!((restored.backup_retention_days, restored.port), (7, Some(5433)));
    assert_eq!(restored.scaling.map(|scaling| scaling.max), Some(8.0));
    assert_eq!(restored.log_exports, ["postgresql"]);
    assert_eq!(
        restored.tags.keys().collect::<Vec<_>>(),
        ["team"],
        "reserved tags are refused"
    );
    let writer: create_member::Input = input(&plan, "cluster/shop/create_member_shop-b");
    assert_eq!((writer.class.as_str(), writer.promotion_tier), ("db.r8g.large", 2));
    assert_eq!((writer.parameter_group.as_str(), writer.public), ("shop-i16", false));
}

#[test]
fn only_the_closing_and_the_snapshot_disturb_and_they_wait_for_the_gate() {
    let plan = plan(SECTIONS, &source(&json!({})), &target());
    for disturbing in ["block_access", "create_snapshot"] {
        let step = step(&plan, &format!("cluster/shop/{disturbing}"));
        assert!(step.disturbs && step.gates.len() == 1 && step.gates[0].as_str() == "stopped");
    }
    assert_eq!(plan.steps.iter().filter(|step| step.disturbs).count(), 2);
    for (first, then) in [
        ("prove_quiet", "create_snapshot"),
        ("prove_unwritten", "restore_cluster"),
    ] {
        let id = |verb: &str| format!("cluster/shop/{verb}");
        assert!(precedes(&plan, &id(first), &id(then)), "{first} {then}");
    }
}

#[test]
fn the_teams_own_look_at_a_cluster_stands_before_what_travelled_goes() {
    let sections = SECTIONS.replace("id = \"shop\"\n", "id = \"shop\"\ncheck = { run = [\"./check.sh\"] }\n");
    let plan = plan(&sections, &source(&json!({})), &target());
    for (first, then) in [
        ("check_members", "check"),
        ("check", "delete_target_snapshot"),
        ("check", "unshare_snapshot"),
    ] {
        let id = |verb: &str| format!("cluster/shop/{verb}");
        assert!(precedes(&plan, &id(first), &id(then)), "{first} {then}");
    }
}

#[test]
fn what_stands_in_the_way_blocks() {
    let without = |member: &str| {
        let mut target = target();
        target[member] = json!(null);
        target.as_object_mut().expect("an object").remove(member);
        target
    };
    let with = |member: &str, value: Value| {
        let mut target = target();
        target[member] = value;
        target
    };
    let cases = [
        (json!({}), without("subnet_groups"), "no subnet group stg-db"),
        (json!({}), without("security_groups"), "no security group sg-1"),
        (
            json!({"parameter_group": "other-c16"}),
            target(),
            "no cluster parameter group other-c16",
        ),
        (
            json!({}),
            with(
                "cluster_parameter_groups",
                json!([{"name": "shop-c16", "family": "aurora-postgresql15"}]),
            ),
            "of family aurora-postgresql15",
        ),
        (
            json!({}),
            with("clusters", json!([{"id": "shop"}])),
            "has a cluster shop already",
        ),
        (
            json!({}),
            with("databases", json!([{"id": "shop-a"}])),
            "has an instance shop-a already",
        ),
        (json!({"global_cluster": "world"}), target(), "global database world"),
        (json!({"engine_mode": "serverless"}), target(), "Serverless v1"),
        (json!({"engine": "neptune"}), target(), "an engine neither of Aurora"),
        (json!({"engine": "mysql"}), target(), "does not tell its class"),
        (
            json!({"engine": "mysql", "class": "db.r6gd.large"}),
            target(),
            "does not tell its IOPS",
        ),
        (json!({"scaling": null}), target(), "no scaling"),
        (
            json!({"encrypted": true, "key": "unknown"}),
            target(),
            "not in the inventory",
        ),
    ];
    for (change, target, wanted) in cases {
        let plan = plan(SECTIONS, &source(&change), &target);
        let blocks = blocks(&plan);
        assert!(blocks.iter().any(|text| text.contains(wanted)), "{wanted}: {blocks:?}");
    }
}

#[test]
fn what_a_snapshot_does_not_carry_is_named() {
    let change = json!({"custom_endpoints": ["reports"], "roles": ["arn:aws:iam::111111111111:role/import"], "managed_secret": true});
    let plan = plan(SECTIONS, &source(&change), &target());
    for wanted in [
        "make them anew: reports",
        "role/import",
        "Secrets Manager",
        "host names change",
    ] {
        assert!(plan.notes.iter().any(|note| note.text.contains(wanted)), "{wanted}");
    }
}

#[test]
fn a_member_written_as_a_database_is_told_to_be_of_a_cluster() {
    let sections = SECTIONS.replace("[[cluster]]\nid = \"shop\"", "[[database]]\nid = \"shop-a\"");
    let plan = plan(&sections, &source(&json!({})), &target());
    assert!(blocks(&plan)[0].contains("write [[cluster]]"), "{:?}", blocks(&plan));
}

#[test]
fn groups_that_the_target_lacks_are_made_before_the_restore_and_before_the_members() {
    let mut source = source(&json!({}));
    source["cluster_parameter_groups"][0]["parameters"] = json!({"rds.force_ssl": "1"});
    let mut target = target();
    target["cluster_parameter_groups"] = json!([]);
    target["parameter_groups"] = json!([]);
    let plan = plan(SECTIONS, &source, &target);
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    for (before, after) in [
        (
            "cluster_parameter_group/shop-c16/set_parameters",
            "cluster/shop/restore_cluster",
        ),
        (
            "parameter_group/shop-i16/create_parameter_group",
            "cluster/shop/create_member_shop-b",
        ),
    ] {
        assert!(precedes(&plan, before, after), "{before} {after}: {:?}", ids(&plan));
    }
    let made = ids(&plan)
        .into_iter()
        .filter(|id| id.ends_with("create_parameter_group"));
    assert_eq!(made.count(), 2, "the members have one group: it is made once");
}

#[test]
fn groups_that_differ_are_shown() {
    let mut target = target();
    target["cluster_parameter_groups"][0]["parameters"] = json!({"rds.force_ssl": "0"});
    let plan = plan(SECTIONS, &source(&json!({})), &target);
    let wanted = "cluster parameter group shop-c16 is not as the source's: rds.force_ssl is 0 there, its default here";
    assert!(
        plan.notes.iter().any(|note| note.text.contains(wanted)),
        "{:#?}",
        plan.notes
    );
}

#[test]
fn without_a_restore_the_copy_is_the_end_and_stays() {
    let sections = SECTIONS.replace(
        "restore = { subnet_group = \"stg-db\", security_groups = [\"sg-1\"] }",
        "restore = false",
    );
    let change = json!({"encrypted": true, "key": "alias/aws/rds"});
    let plan = plan(&sections, &source(&change), &json!({}));
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let of_cluster: Vec<&str> = ids(&plan).into_iter().filter(|id| id.starts_with("cluster/")).collect();
    assert_eq!(
        of_cluster,
        [
            "cluster/shop/record_access",
            "cluster/shop/create_closed_group",
            "cluster/shop/block_access",
            "cluster/shop/prove_quiet",
            "cluster/shop/create_snapshot",
            "cluster/shop/prove_unwritten",
            "cluster/shop/rekey_snapshot",
            "cluster/shop/share_snapshot",
            "cluster/shop/copy_to_target",
            "cluster/shop/unshare_snapshot",
            "cluster/shop/delete_rekeyed_snapshot",
            "cluster/shop/delete_source_snapshot",
        ]
    );
    assert_eq!(step(&plan, "cluster/shop/copy_to_target").input["stays"], true);
}

#[test]
fn what_no_restore_takes_follows_one_change_at_a_time_and_members_have_their_own() {
    let change = json!({
        "managed_secret": true,
        "settings": {"data_api": true, "backup_window": "18:00-18:30", "copy_tags_to_snapshot": true, "license_model": "x"},
        "members": [{"id": "shop-a", "class": "db.r6g.large", "writer": true, "parameter_group": "shop-i16", "tags": {"of": "member"},
            "settings": {"ca_certificate": "rds-ca-ecc384-g1", "backup_window": "18:00-18:30"}}],
    });
    let plan = plan(SECTIONS, &source(&change), &target());
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    for pair in ["check_members", "settle_cluster", "enable_data_api", "manage_secret"].windows(2) {
        let id = |verb: &str| format!("cluster/shop/{verb}");
        assert!(precedes(&plan, &id(pair[0]), &id(pair[1])), "{pair:?}");
    }
    let restored: restore_cluster::Input = input(&plan, "cluster/shop/restore_cluster");
    assert_eq!(
        restored.settings.told().into_keys().collect::<Vec<_>>(),
        ["copy_tags_to_snapshot"]
    );
    let settled: crate::restored::SettleInput = input(&plan, "cluster/shop/settle_cluster");
    assert_eq!(
        settled.settings.told().into_keys().collect::<Vec<_>>(),
        ["backup_window"]
    );
    let member: create_member::Input = input(&plan, "cluster/shop/create_member_shop-a");
    assert_eq!(
        member.settings.told().into_keys().collect::<Vec<_>>(),
        ["ca_certificate"]
    );
    assert_eq!(member.tags.keys().collect::<Vec<_>>(), ["of"], "not the cluster's");
}

#[test]
fn a_setting_that_rds_does_not_let_a_cluster_have_blocks() {
    let sections = SECTIONS.replace(
        "[\"sg-1\"] }",
        "[\"sg-1\"], settings = { monitoring_interval = 60 }, member_settings = { backup_window = \"18:00-18:30\" } }",
    );
    let plan = plan(&sections, &source(&json!({})), &target());
    for wanted in [
        "restore.settings.monitoring_interval",
        "restore.member_settings.backup_window",
    ] {
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
    }
}

#[test]
fn a_multi_az_cluster_is_restored_with_its_class_and_makes_its_instances_itself() {
    let change = json!({
        "engine": "mysql", "engine_version": "8.0.39", "class": "db.r6gd.large", "storage_type": "io1", "scaling": null,
        "parameter_group": "default.mysql8.0", "settings": {"iops": 1000, "monitoring_interval": 0}, "members": [],
    });
    let plan = plan(SECTIONS, &source(&change), &target());
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert!(
        !ids(&plan).iter().any(|id| id.contains("create_member")),
        "{:?}",
        ids(&plan)
    );
    let restored: restore_cluster::Input = input(&plan, "cluster/shop/restore_cluster");
    assert_eq!(
        (
            restored.class.as_deref(),
            restored.settings.iops,
            restored.storage_type.as_str()
        ),
        (Some("db.r6gd.large"), Some(1000), "io1")
    );
    assert_eq!(restored.public, Some(false));
    let checked: check_members::Input = input(&plan, "cluster/shop/check_members");
    assert_eq!(checked.made_by_rds, Some(3));
    assert!(
        plan.notes
            .iter()
            .any(|note| note.text.contains("Whether RDS lets the snapshot"))
    );
}

#[test]
fn a_cloned_cluster_is_shared_for_the_clone_and_needs_no_snapshot() {
    let sections = SECTIONS.replace("id = \"shop\"", "id = \"shop\"\nroute = \"clone\"");
    let plan = plan(&sections, &source(&json!({"encrypted": true, "key": "k1"})), &target());
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let of_cluster: Vec<&str> = ids(&plan).into_iter().filter(|id| id.starts_with("cluster/")).collect();
    assert_eq!(
        of_cluster,
        [
            "cluster/shop/record_access",
            "cluster/shop/create_closed_group",
            "cluster/shop/block_access",
            "cluster/shop/prove_quiet",
            "cluster/shop/share_cluster",
            "cluster/shop/accept_share",
            "cluster/shop/clone_cluster",
            "cluster/shop/create_member_shop-b",
            "cluster/shop/create_member_shop-a",
            "cluster/shop/check_members",
            "cluster/shop/unshare_cluster",
        ]
    );
    for (before, after) in [
        ("key/alias:shop/open_source_key", "cluster/shop/clone_cluster"),
        ("cluster/shop/check_members", "key/alias:shop/close_source_key"),
    ] {
        assert!(precedes(&plan, before, after), "{before} {after}");
    }
    let clone = step(&plan, "cluster/shop/clone_cluster");
    assert!(clone.disturbs && clone.gates.len() == 1);
    let wanted = "Do not delete or disable the source's alias/shop while the clone lives";
    assert!(
        plan.notes.iter().any(|note| note.text.contains(wanted)),
        "{:#?}",
        plan.notes
    );
}

#[test]
fn what_cannot_be_cloned_blocks() {
    let sections = SECTIONS.replace("id = \"shop\"", "id = \"shop\"\nroute = \"clone\"");
    let on_own = json!({"encrypted": true, "key": "k1"});
    let zones = |ids: Value| json!({"src": {"vpc": "vpc-0", "subnets": [], "zone_ids": ids}});
    let cases = [
        (json!({}), "it is not encrypted"),
        (
            json!({"encrypted": true, "key": "alias/aws/rds"}),
            "a key that AWS manages",
        ),
        (
            json!({"encrypted": true, "key": "k1", "members": []}),
            "it has no member",
        ),
        (
            json!({"encrypted": true, "key": "k1", "engine": "mysql", "class": "c"}),
            "only Aurora is cloned",
        ),
    ];
    for (change, wanted) in cases {
        let plan = plan(&sections, &source(&change), &target());
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
    }
    let mut here = source(&on_own);
    here["clusters"][0]["subnet_group"] = json!("src");
    here["subnet_groups"] = zones(json!(["apne1-az1", "apne1-az2"]));
    let mut there = target();
    there["subnet_groups"]["stg-db"]["zone_ids"] = json!(["apne1-az1", "apne1-az4"]);
    let blocked = plan(&sections, &here, &there);
    assert!(blocks(&blocked)[0].contains("other zones"), "{:?}", blocks(&blocked));
    there["subnet_groups"]["stg-db"]["zone_ids"] = json!(["apne1-az2", "apne1-az1"]);
    assert_eq!(blocks(&plan(&sections, &here, &there)), Vec::<&str>::new());
}
