//! The old side of groups and of snapshots that were there, three days after a whole night: groups go after what has them, a snapshot where the target has
//! its copy, each behind a gate of its own; cut off, with lost replies and refusals; and what others have, or only the source has, stays.

use std::sync::LazyLock;

use moves::retire::{MayGo, Removal};
use serde_json::{Value, json};
use simcloud::cloud::{Caller, Cloud};
use whole_runs::drivers::Driven;
use whole_runs::night::Scenario;
use whole_runs::retirement::{self, Looked, denied, one};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const DATABASE: &str = "database/shop";
const CLUSTER: &str = "cluster/ledger";
const PARAMETERS: &str = "parameter_group/shop-mysql8";
const CLUSTER_PARAMETERS: &str = "cluster_parameter_group/ledger-pg16";
const SUBNETS: &str = "subnet_group/shop-db";
const OPTIONS: &str = "option_group/shop-audit";
const KEPT: &str = "snapshot/kept-monthly";
const KEPT_CLUSTER: &str = "cluster_snapshot/books-monthly";
const ALL: [&str; 7] = [
    DATABASE,
    CLUSTER,
    PARAMETERS,
    CLUSTER_PARAMETERS,
    SUBNETS,
    KEPT,
    KEPT_CLUSTER,
];

pub(crate) static MOVED: LazyLock<Scenario> = LazyLock::new(|| {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let group = |vpc: &str| json!({ "vpc": vpc, "subnets": [format!("subnet-{vpc}-1"), format!("subnet-{vpc}-2")] });
    let with = |base: Value, more: Value| {
        let mut all = base;
        for (member, value) in more.as_object().into_iter().flatten() {
            all[member] = value.clone();
        }
        all
    };
    let database = |id: &str, more: Value| {
        let base = json!({ "id": id, "engine": "mysql", "engine_version": "8.0.39", "class": "db.t4g.medium", "storage_gib": 20,
            "storage_type": "gp3", "parameter_group": "default.mysql8.0", "port": 3306, "encrypted": true, "key": "alias/shop",
            "subnet_group": "src-db", "security_groups": ["sg-src"] });
        with(base, more)
    };
    let cluster = |id: &str, more: Value| {
        let base = json!({ "id": id, "engine": "aurora-postgresql", "engine_version": "16.4", "storage_gib": 10, "port": 5432,
            "parameter_group": "default.aurora-postgresql16", "encrypted": true, "key": "alias/shop", "subnet_group": "src-db",
            "security_groups": ["sg-src"], "backup_retention_days": 7,
            "members": [{ "id": format!("{id}-a"), "class": "db.r6g.large", "writer": true, "parameter_group": "default.aurora-postgresql16" }] });
        with(base, more)
    };
    let parameters =
        |name: &str, family: &str| json!([{ "name": name, "family": family, "parameters": { "log_output": "FILE" } }]);
    let source = json!({
        "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }],
        "databases": [
            database("shop", json!({ "parameter_group": "shop-mysql8", "subnet_group": "shop-db", "settings": { "option_group": "shop-audit" } })),
            database("kept", json!({})),
            database("back", json!({})),
            database("others", json!({})),
        ],
        "clusters": [
            cluster("ledger", json!({ "parameter_group": "ledger-pg16", "subnet_group": "shop-db" })),
            cluster("books", json!({})),
        ],
        "parameter_groups": parameters("shop-mysql8", "mysql8.0"),
        "cluster_parameter_groups": parameters("ledger-pg16", "aurora-postgresql16"),
        "option_groups": [{ "name": "shop-audit", "engine": "mysql", "major_version": "8.0", "description": "audit",
            "options": [{ "name": "MARIADB_AUDIT_PLUGIN" }] }],
        "subnet_groups": { "src-db": group("vpc-src"), "shop-db": group("vpc-src") }, "security_groups": ["sg-src"],
    });
    let target = json!({ "subnet_groups": { "stg-db": group("vpc-stg") }, "security_groups": ["sg-stg"] });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "regions": { "ap-northeast-1": source } },
        TARGET: { "roles": role("cleave-target"), "regions": { "ap-northeast-1": target } } } });
    let restore = "restore = { subnet_group = \"stg-db\", security_groups = [\"sg-stg\"] }\n";
    let kept = "restore = false\n";
    let section = |kind: &str, id: &str, more: &str| format!("[[{kind}]]\nid = \"{id}\"\n{more}");
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\n[[key]]\nalias = \"alias/shop\"\n\
         [[gate]]\nname = \"off\"\nask = \"Is it off?\"\nbefore = [\"database\", \"cluster\"]\n{}{}{}{}{}",
        section("database", "shop", restore),
        section("database", "kept", &format!("snapshot = \"kept-monthly\"\n{kept}")),
        section("database", "back", &format!("snapshot = \"back-monthly\"\n{restore}")),
        section("cluster", "ledger", restore),
        section("cluster", "books", &format!("snapshot = \"books-monthly\"\n{kept}")),
    );
    Scenario::written(&runbook, &inventory)
});

/// Snapshots that people took before the night.
pub(crate) fn taken_before(cloud: &mut Cloud) {
    for (of, name) in [
        ("kept", "kept-monthly"),
        ("kept", "kept-yearly"),
        ("back", "back-monthly"),
    ] {
        let input = json!({ "DBInstanceIdentifier": of, "DBSnapshotIdentifier": name });
        asked(cloud, "CreateDBSnapshot", &input);
        let later = cloud.now + std::time::Duration::from_secs(900);
        cloud.advance(later);
    }
    let input = json!({ "DBClusterIdentifier": "books", "DBClusterSnapshotIdentifier": "books-monthly" });
    asked(cloud, "CreateDBClusterSnapshot", &input);
}

fn asked(cloud: &mut Cloud, operation: &str, input: &Value) {
    let account = model::AccountId::new(SOURCE).expect("an account");
    let region = model::Region::new("ap-northeast-1").expect("a region");
    let caller = Caller::root(&account, &region);
    let answer = cloud.call(&caller, "rds", operation, input);
    answer.unwrap_or_else(|error| panic!("{operation}: {}", error.message));
}

fn removal(remove: &[&str]) -> Removal {
    retirement::removal(remove, &[])
}

fn after(happens: impl FnOnce(&mut Cloud), remove: &[&str]) -> Looked {
    retirement::after_with(Some(taken_before), &MOVED, happens, &removal(remove))
}

static REMOVAL: LazyLock<Scenario> = LazyLock::new(|| retirement::scenario(&MOVED, after(|_| {}, &ALL)));

const MAKING: [&str; 5] = [
    "rds DeleteDBParameterGroup",
    "rds DeleteDBClusterParameterGroup",
    "rds DeleteDBSubnetGroup",
    "rds DeleteDBSnapshot",
    "rds DeleteDBClusterSnapshot",
];

static DRIVEN: LazyLock<Driven> = LazyLock::new(|| {
    Driven::with(
        Some(taken_before),
        Some(MOVED.plan.clone()),
        REMOVAL.clone(),
        (&MAKING, &[]),
    )
});

#[test]
fn groups_go_after_what_has_them_and_snapshots_of_which_the_target_has_the_copy() {
    let plan = &DRIVEN.scenario().plan;
    let typed: Vec<&str> = plan.gates.iter().filter_map(|gate| gate.typed.as_deref()).collect();
    for of in ALL {
        assert!(typed.contains(&of), "{of} has a gate of its own: {typed:?}");
    }
    for step in &plan.steps {
        assert_eq!(
            !step.gates.is_empty(),
            step.id.verb().starts_with("delete"),
            "{}",
            step.id
        );
    }
    let night = DRIVEN.undisturbed();
    let gone = |what: &str| {
        let deleted = |line: &&String| line.contains("Delete") && line.ends_with(what);
        assert_eq!(
            night.effects.keys().filter(deleted).count(),
            1,
            "{what}: {:#?}",
            night.effects
        );
    };
    gone(&format!("arn:aws:rds:ap-northeast-1:{SOURCE}:subgrp:shop-db"));
    gone(&format!("arn:aws:rds:ap-northeast-1:{SOURCE}:snapshot:kept-monthly"));
    let stands = |what: &str| night.standing.keys().any(|line| line.contains(what));
    assert!(stands(&format!("{SOURCE}:snapshot:kept-yearly")), "no run copied it");
    assert!(
        stands(&format!("{SOURCE}:snapshot:back-monthly")),
        "only the source has it"
    );
    assert!(stands(&format!("{SOURCE}:db:others")));
    let changed: Vec<&String> = night.effects.keys().filter(|what| what.contains(TARGET)).collect();
    assert_eq!(changed, Vec::<&String>::new(), "nothing is changed in the target");
    let state = model::State::fold(DRIVEN.events()).expect("events").expect("a run");
    let proved = model::StepId::new(format!("{PARAMETERS}/prove_unused")).expect("an id");
    let kept = state.output(&proved).expect("what it set");
    assert_eq!(kept["held"]["parameters"], json!({ "log_output": "FILE" }));
}

#[test]
fn killed_anywhere_a_removal_takes_away_what_an_undisturbed_one_does() {
    DRIVEN.crashes(12);
}

#[test]
fn lost_replies_and_refusals_take_nothing_away_twice() {
    DRIVEN.calls(12);
}

#[test]
fn what_others_have_and_what_only_the_source_has_is_refused_with_the_reason() {
    type Happens = fn(&mut Cloud);
    let cases: [(&str, Happens, &str); 11] = [
        (
            OPTIONS,
            |_| {},
            "database/shop has it, and that one's last snapshot will",
        ),
        (
            PARAMETERS,
            |_| {},
            "database/shop needs it: name that with --remove, too",
        ),
        ("subnet_group/src-db", |_| {}, "the run has left no such thing"),
        (
            PARAMETERS,
            |cloud| {
                for (place, instance) in &mut cloud.rds.instances {
                    if place.0.as_str() == SOURCE && place.2 == "others" {
                        instance.parameter_group = "shop-mysql8".to_owned();
                    }
                }
            },
            "database/others has it, which the run did not move",
        ),
        ("snapshot/kept-yearly", |_| {}, "cleave does not take it away"),
        ("snapshot/back-monthly", |_| {}, "cleave does not take it away"),
        (
            KEPT,
            |cloud| cloud.rds.snapshots.retain(|place, _| place.0.as_str() == SOURCE),
            "is gone in the target: this is the only one",
        ),
        (
            KEPT,
            |cloud| {
                asked(
                    cloud,
                    "ModifyDBSnapshotAttribute",
                    &json!({ "DBSnapshotIdentifier": "kept-monthly", "AttributeName": "restore",
                    "ValuesToAdd": ["999999999999"] }),
                );
            },
            "it is shared with 999999999999",
        ),
        (
            KEPT,
            |cloud| denied(cloud, "DescribeDBSnapshotAttributes"),
            "whom it is shared with cannot be looked at",
        ),
        (
            KEPT_CLUSTER,
            |cloud| denied(cloud, "DescribeDBClusterSnapshotAttributes"),
            "whom it is shared with cannot be looked at",
        ),
        (
            KEPT_CLUSTER,
            |cloud| {
                cloud
                    .rds
                    .cluster_snapshots
                    .retain(|place, _| place.0.as_str() == SOURCE)
            },
            "is gone in the target: this is the only one",
        ),
    ];
    for (what, happens, why) in cases {
        let refused = after(happens, &[what]).1.expect_err("it is refused");
        assert!(
            refused.iter().any(|one| one.why.contains(why)),
            "{what}: {refused:?} without {why}"
        );
    }
    let (left, _) = after(|_| {}, &[]);
    for (of, why) in [
        ("snapshot/kept-yearly", "the target has no copy of it"),
        ("snapshot/back-monthly", "this is the only one as it was"),
    ] {
        let told = one(&left, of);
        assert_eq!(told.may_go(), MayGo::No, "{told:?}");
        assert!(told.blocked.join("; ").contains(why), "{told:?}");
    }
    // A name can be given again.
    let again = |cloud: &mut Cloud| {
        asked(
            cloud,
            "DeleteDBSnapshot",
            &json!({ "DBSnapshotIdentifier": "kept-monthly" }),
        );
        let later = cloud.now + std::time::Duration::from_secs(600);
        cloud.advance(later);
        asked(
            cloud,
            "CreateDBSnapshot",
            &json!({ "DBInstanceIdentifier": "kept", "DBSnapshotIdentifier": "kept-monthly" }),
        );
    };
    let (left, _) = after(again, &[]);
    let told = one(&left, KEPT);
    assert!(
        told.blocked.join("; ").contains("another snapshot bears its name"),
        "{told:?}"
    );
}
