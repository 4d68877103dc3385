use serde_json::{Value, json};

use super::*;
use crate::plan_shape::{blocks, ids, plan, precedes, step};
use crate::snapshot;

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
            "database/shop-stg/record_access",
            "database/shop-stg/create_closed_group",
            "database/shop-stg/block_access",
            "database/shop-stg/prove_quiet",
            "database/shop-stg/create_snapshot",
            "database/shop-stg/prove_unwritten",
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
            "key/all/prove_independence",
        ]
    );
    // It is the re-keyed snapshot that travels, not the one that cannot be shared.
    let shared: crate::snapshot::ShareInput =
        serde_json::from_value(step(&plan, "database/shop-stg/share_snapshot").input.clone()).expect("its input");
    assert_eq!(shared.snapshot.as_str(), "database/shop-stg/rekey_snapshot");
    let copied: snapshot::CopyToTargetInput =
        serde_json::from_value(step(&plan, "database/shop-stg/copy_to_target").input.clone()).expect("its input");
    assert_eq!(copied.snapshot.as_str(), "database/shop-stg/rekey_snapshot");
    assert_eq!(
        copied.key.as_ref().map(model::StepId::as_str),
        Some("key/alias:shop/create_target_key")
    );
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
    assert_eq!(what_travels(&plan), "database/shop-stg/create_snapshot");
}

/// Whether RDS calls such a database encrypted, no source says.
#[test]
fn a_database_on_a_key_that_aws_owns_is_rekeyed_whether_or_not_rds_calls_it_encrypted() {
    for encrypted in [true, false] {
        let owned = json!({"encrypted": encrypted, "key": null, "encryption_type": "sse-rds"});
        let plan = plan(SECTIONS, &source(&owned), &target());
        assert_eq!(
            what_travels(&plan),
            "database/shop-stg/rekey_snapshot",
            "encrypted: {encrypted}"
        );
    }
}

fn what_travels(plan: &model::Plan) -> String {
    let copied: snapshot::CopyToTargetInput =
        serde_json::from_value(step(plan, "database/shop-stg/copy_to_target").input.clone()).expect("its input");
    copied.snapshot.as_str().to_owned()
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
fn only_the_closing_and_the_snapshot_disturb_and_they_wait_for_the_gate() {
    let plan = plan(SECTIONS, &source(&json!({})), &target());
    for disturbing in ["block_access", "create_snapshot"] {
        let step = step(&plan, &format!("database/shop-stg/{disturbing}"));
        assert!(step.disturbs && step.gates.len() == 1 && step.gates[0].as_str() == "stopped");
    }
    assert_eq!(plan.steps.iter().filter(|step| step.disturbs).count(), 2);
    for (first, then) in [
        ("block_access", "prove_quiet"),
        ("prove_quiet", "create_snapshot"),
        ("create_snapshot", "prove_unwritten"),
        ("prove_unwritten", "restore_instance"),
    ] {
        let id = |verb: &str| format!("database/shop-stg/{verb}");
        assert!(precedes(&plan, &id(first), &id(then)), "{first} {then}");
    }
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
fn a_subnet_group_is_made_of_the_subnets_that_are_named_and_what_differs_is_told() {
    let runbook = |subnets: &str| {
        SECTIONS.replace(
            "subnet_group = \"stg-db\"",
            &format!("subnet_group = \"stg-db\", subnets = {subnets}"),
        )
    };
    let mut without = target();
    without["subnet_groups"] = json!({});
    let mut of_three = source(&json!({ "subnet_group": "src-db" }));
    of_three["subnet_groups"] = json!({ "src-db": { "vpc": "vpc-1", "subnets": ["a", "b", "c"] } });

    let made = plan(&runbook("[\"subnet-8\", \"subnet-9\"]"), &of_three, &without);
    assert_eq!(blocks(&made), Vec::<String>::new());
    assert!(precedes(
        &made,
        "subnet_group/stg-db/create_subnet_group",
        "database/shop-stg/restore_instance"
    ));
    assert!(
        notes(&made).contains("stg-db has 2 subnets in the target, and 3 in the source"),
        "{}",
        notes(&made)
    );

    let one = plan(&runbook("[\"subnet-8\"]"), &of_three, &without);
    assert!(
        blocks(&one).iter().any(|text| text.contains("two zones at least")),
        "{:?}",
        blocks(&one)
    );

    let there = plan(&runbook("[\"subnet-8\", \"subnet-9\"]"), &of_three, &target());
    assert!(!ids(&there).iter().any(|id| id.contains("create_subnet_group")));
    assert!(notes(&there).contains("it is used as it is"), "{}", notes(&there));
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

/// The texts of all notes.
fn notes(plan: &model::Plan) -> String {
    plan.notes
        .iter()
        .map(|note| note.text.as_str())
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn a_parameter_group_that_the_target_lacks_is_made_there_twenty_parameters_a_call() {
    let mut source = source(&json!({}));
    let parameters: std::collections::BTreeMap<String, String> =
        (0..45).map(|n| (format!("p{n:02}"), n.to_string())).collect();
    source["parameter_groups"] = json!([{"name": "shop-pg16", "family": "postgres16", "parameters": parameters, "tags": {"a": "b", "aws:x": "y"}}]);
    let mut target = target();
    target["parameter_groups"] = json!([]);
    let plan = plan(SECTIONS, &source, &target);
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    for set in ["set_parameters", "set_parameters_2", "set_parameters_3"] {
        let id = format!("parameter_group/shop-pg16/{set}");
        let set = step(&plan, &id).input["parameters"]
            .as_object()
            .expect("parameters")
            .len();
        assert!(set <= 20, "{set}");
        assert!(precedes(&plan, &id, "database/shop-stg/restore_instance"));
    }
    let made = step(&plan, "parameter_group/shop-pg16/create_parameter_group");
    assert_eq!(
        (made.undo.clone(), &made.input["tags"]),
        (model::Undo::Auto, &json!({"a": "b"}))
    );
}

#[test]
fn a_parameter_group_that_differs_in_the_target_is_told_and_left_as_it_is() {
    let mut source = source(&json!({}));
    source["parameter_groups"][0]["parameters"] = json!({"work_mem": "8192", "same": "1"});
    let mut target = target();
    target["parameter_groups"][0]["parameters"] = json!({"work_mem": "4096", "same": "1"});
    let plan = plan(SECTIONS, &source, &target);
    assert!(
        notes(&plan).contains("work_mem is 4096 there, 8192 here"),
        "{}",
        notes(&plan)
    );
    assert!(!ids(&plan).iter().any(|id| id.starts_with("parameter_group/")));
}

#[test]
fn transparent_data_encryption_blocks_and_other_options_are_made_before_the_copy() {
    let with_option = |option: &str| {
        let mut source = source(&json!({"settings": {"option_group": "shop-options"}}));
        source["option_groups"] = json!([{"name": "shop-options", "engine": "oracle-ee", "major_version": "19", "options": [{"name": option}]}]);
        plan(SECTIONS, &source, &target())
    };
    assert!(blocks(&with_option("TDE"))[0].contains("TDE"));
    let plan = with_option("Timezone");
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert!(precedes(
        &plan,
        "option_group/shop-options/add_options",
        "database/shop-stg/copy_to_target"
    ));
    assert_eq!(
        step(&plan, "database/shop-stg/copy_to_target").input["option_group"],
        "shop-options"
    );
}

#[test]
fn what_no_restore_takes_is_set_afterwards_and_the_monitoring_role_is_the_targets() {
    let settings = json!({
        "iam_auth": true, "monitoring_interval": 60, "monitoring_role": "arn:aws:iam::111111111111:role/mon", "maintenance_window": "Sun:19:00-sun:19:30",
    });
    let plan = plan(
        SECTIONS,
        &source(&json!({"settings": settings, "backup_retention_days": 7, "managed_secret": true})),
        &target(),
    );
    let restored = &step(&plan, "database/shop-stg/restore_instance").input["settings"];
    assert_eq!(restored, &json!({"iam_auth": true}));
    let settled = &step(&plan, "database/shop-stg/settle_instance").input["settings"];
    assert_eq!(
        settled,
        &json!({
            "backup_retention_days": 7, "maintenance_window": "sun:19:00-sun:19:30", "monitoring_interval": 60,
            "monitoring_role": "arn:aws:iam::222222222222:role/mon",
        })
    );
    assert!(notes(&plan).contains("becomes arn:aws:iam::222222222222:role/mon"));
    assert!(precedes(
        &plan,
        "database/shop-stg/settle_instance",
        "database/shop-stg/manage_secret"
    ));
    assert!(notes(&plan).contains("consumers must be pointed to it"));
}

#[test]
fn the_runbooks_settings_count_before_the_sources() {
    let sections = SECTIONS.replace(
        "security_groups = [\"sg-1\"] }",
        "security_groups = [\"sg-1\"], settings = { monitoring_interval = 0 } }",
    );
    let settings = json!({"monitoring_interval": 60, "monitoring_role": "arn:aws:iam::111111111111:role/mon"});
    let plan = plan(&sections, &source(&json!({"settings": settings})), &target());
    assert_eq!(
        step(&plan, "database/shop-stg/settle_instance").input["settings"],
        json!({"monitoring_interval": 0})
    );
}

#[test]
fn without_a_restore_the_copy_is_the_end_and_stays() {
    let sections = SECTIONS.replace(
        "restore = { subnet_group = \"stg-db\", security_groups = [\"sg-1\"] }",
        "restore = false",
    );
    let plan = plan(
        &sections,
        &source(&json!({"encrypted": true, "key": "alias/aws/rds"})),
        &json!({}),
    );
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let of_database: Vec<&str> = ids(&plan)
        .into_iter()
        .filter(|id| id.starts_with("database/"))
        .collect();
    assert_eq!(
        of_database,
        [
            "database/shop-stg/record_access",
            "database/shop-stg/create_closed_group",
            "database/shop-stg/block_access",
            "database/shop-stg/prove_quiet",
            "database/shop-stg/create_snapshot",
            "database/shop-stg/prove_unwritten",
            "database/shop-stg/rekey_snapshot",
            "database/shop-stg/share_snapshot",
            "database/shop-stg/copy_to_target",
            "database/shop-stg/unshare_snapshot",
            "database/shop-stg/delete_rekeyed_snapshot",
            "database/shop-stg/delete_source_snapshot",
        ]
    );
    assert_eq!(step(&plan, "database/shop-stg/copy_to_target").input["stays"], true);
}

#[test]
fn what_a_snapshot_does_not_carry_is_told_by_name() {
    let attached = json!({"read_replicas": ["shop-ro"], "proxies": ["shop-proxy"], "event_subscriptions": ["pager"], "roles": ["arn:aws:iam::111111111111:role/s3"]});
    let plan = plan(
        SECTIONS,
        &source(&json!({"attached": attached, "backup_retention_days": 35})),
        &target(),
    );
    for name in [
        "shop-ro",
        "shop-proxy",
        "pager",
        "role/s3",
        "35 days of automated backups",
    ] {
        assert!(notes(&plan).contains(name), "{name}: {}", notes(&plan));
    }
}

#[test]
fn slots_and_copies_are_shown_and_a_full_quota_blocks() {
    let mut full = target();
    full["manual_snapshots"] = json!({"used": 100});
    let on_awss = source(&json!({"encrypted": true, "key": "alias/aws/rds"}));
    let told = plan(SECTIONS, &on_awss, &target());
    assert!(
        notes(&told).contains("2 of 100 GiB, 200 GiB in all"),
        "{}",
        notes(&told)
    );
    assert_eq!(blocks(&told), Vec::<&str>::new());
    let blocked = plan(SECTIONS, &on_awss, &full);
    assert!(
        blocks(&blocked)[0].contains("100 of 100 manual snapshots"),
        "{:?}",
        blocks(&blocked)
    );
}

#[test]
fn how_writes_are_stopped_is_asked_for_and_said() {
    let with = |line: &str| {
        let sections = SECTIONS.replace("id = \"shop-stg\"\n", &format!("id = \"shop-stg\"\n{line}\n"));
        plan(&sections, &source(&json!({})), &target())
    };
    let has = |plan: &model::Plan, verb: &str| ids(plan).contains(&format!("database/shop-stg/{verb}").as_str());
    let says = |plan: &model::Plan, text: &str| plan.notes.iter().any(|note| note.text.contains(text));
    let rebooted = with("stop_writes = \"block-and-reboot\"");
    assert!(precedes(
        &rebooted,
        "database/shop-stg/block_access",
        "database/shop-stg/drop_connections"
    ));
    assert!(precedes(
        &rebooted,
        "database/shop-stg/drop_connections",
        "database/shop-stg/prove_quiet"
    ));
    assert!(says(&rebooted, "parameters that wait for a reboot"));
    let gate = with("stop_writes = \"gate\"");
    assert!(!has(&gate, "block_access") && has(&gate, "prove_quiet") && has(&gate, "prove_unwritten"));
    let no = with("stop_writes = \"no\"");
    assert!(!has(&no, "block_access") && !has(&no, "prove_quiet") && !has(&no, "prove_unwritten"));
    assert!(says(
        &no,
        "what is written to it after its snapshot is not in the target"
    ));
}

#[test]
fn commands_of_the_teams_own_stand_where_they_belong_and_what_travelled_waits_for_the_check() {
    let hooks =
        "[[hook]]\nname = \"stop\"\nrun = [\"./stop.sh\"]\nundo = [\"./start.sh\"]\nbefore = [\"database/shop-stg\"]\n";
    let sections = SECTIONS.replace(
        "id = \"shop-stg\"\n",
        "id = \"shop-stg\"\nwarm = { run = [\"./warm.sh\"], timeout = \"8h\" }\ncheck = { run = [\"./check.sh\"] }\n",
    );
    let settled = json!({"managed_secret": true, "settings": {"backup_retention_days": 7}});
    let moved = plan(&format!("{hooks}{sections}"), &source(&settled), &target());
    assert_eq!(blocks(&moved), Vec::<&str>::new());
    for (first, then) in [
        ("hook/stop/run", "database/shop-stg/block_access"),
        ("database/shop-stg/restore_instance", "database/shop-stg/load_storage"),
        ("database/shop-stg/load_storage", "database/shop-stg/check"),
        ("database/shop-stg/settle_instance", "database/shop-stg/load_storage"),
        ("database/shop-stg/manage_secret", "database/shop-stg/check"),
        ("database/shop-stg/check", "database/shop-stg/delete_target_snapshot"),
        ("database/shop-stg/check", "database/shop-stg/unshare_snapshot"),
    ] {
        assert!(precedes(&moved, first, then), "{first} {then}");
    }
    // 100 GiB at 125 MiB/s.
    assert_eq!(step(&moved, "database/shop-stg/load_storage").estimate.p50, 819);
    assert_eq!(step(&moved, "hook/stop/run").undo, model::Undo::Auto);
    let restores_none = SECTIONS.replace(
        "restore = { subnet_group = \"stg-db\", security_groups = [\"sg-1\"] }",
        "check = { run = [\"./check.sh\"] }\nrestore = false",
    );
    let refused = plan(&restores_none, &source(&json!({})), &target());
    assert!(
        blocks(&refused)
            .iter()
            .any(|text| text.contains("restore = false restores none"))
    );
}

#[test]
fn a_hook_stands_before_the_snapshot_also_where_writes_go_on_or_the_snapshot_was_there() {
    let hooks = "[[hook]]\nname = \"stop\"\nrun = [\"./stop.sh\"]\nbefore = [\"database\"]\n";
    for (line, step) in [
        ("stop_writes = \"no\"", "create_snapshot"),
        ("snapshot = \"rds:shop-stg-2026-11-21\"", "copy_at_hand"),
    ] {
        let sections = SECTIONS.replace("id = \"shop-stg\"\n", &format!("id = \"shop-stg\"\n{line}\n"));
        let moved = plan(&format!("{hooks}{sections}"), &source(&json!({})), &target());
        assert!(
            precedes(&moved, "hook/stop/run", &format!("database/shop-stg/{step}")),
            "{line}"
        );
    }
}
