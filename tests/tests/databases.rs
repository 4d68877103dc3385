//! Databases of every kind of encryption and of several engines, moved whole: configured as they were, under the target's own key.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, Run, RunEnd};
use journal::Journal;
use model::plan::Weight;
use model::{Event, Inventory, Plan};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::services::kms;
use simcloud::services::rds::{Databases, Instance};
use whole_runs::drivers::Driven;
use whole_runs::hostile;
use whole_runs::night::{Scenario, in_paused_time, stops};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const ROLE: &str = "arn:aws:iam::111111111111:role/rds-monitoring";

/// Merges the second into the first.
fn with(mut value: Value, more: &Value) -> Value {
    for (member, more) in more.as_object().into_iter().flatten() {
        value[member] = more.clone();
    }
    value
}

/// One database of each engine that differs in what matters here.
fn members() -> Vec<Value> {
    let usual = json!({
        "class": "db.r6g.large", "storage_type": "gp3", "subnet_group": "everything", "security_groups": ["sg-old"],
        "deletion_protection": true, "backup_retention_days": 14, "tags": { "product": "shop", "aws:cloudformation:stack-name": "shop" },
    });
    let one = |more: Value| with(usual.clone(), &more);
    vec![
        one(json!({
            "id": "shop-postgres", "engine": "postgres", "engine_version": "16.4", "storage_gib": 20, "parameter_group": "shop-pg16",
            "port": 5433, "multi_az": true, "managed_secret": true,
            "settings": {
                "iam_auth": true, "log_exports": ["postgresql", "upgrade"], "ca_certificate": "rds-ca-ecc384-g1",
                "copy_tags_to_snapshot": true, "auto_minor_version_upgrade": false, "network_type": "DUAL",
                "backup_window": "18:00-18:30", "maintenance_window": "sun:19:00-sun:19:30", "max_allocated_storage": 100,
                "monitoring_interval": 60, "monitoring_role": ROLE, "performance_insights": true,
                "performance_insights_retention_days": 31,
            },
        })),
        one(json!({
            "id": "shop-mysql", "engine": "mysql", "engine_version": "8.0.40", "storage_gib": 500, "parameter_group": "default.mysql8.0",
            "port": 3306, "settings": { "iops": 13_000, "storage_throughput": 600, "log_exports": ["audit", "error"] },
        })),
        one(json!({
            "id": "shop-oracle", "engine": "oracle-ee", "engine_version": "19.0.0.0.ru-2024-07.rur-2024-07.r1", "storage_gib": 200,
            "storage_type": "io1", "parameter_group": "default.oracle-ee-19", "port": 1521,
            "settings": { "iops": 2000, "option_group": "shop-oracle", "license_model": "bring-your-own-license" },
        })),
        one(json!({
            "id": "shop-sqlserver", "engine": "sqlserver-ee", "engine_version": "15.00.4365.2.v1", "storage_gib": 100,
            "parameter_group": "default.sqlserver-ee-15.0", "port": 1433, "multi_az": true,
            "settings": { "iops": 3000, "storage_throughput": 125 },
        })),
    ]
}

fn section(id: &str, restore: &str) -> String {
    format!("[[database]]\nid = \"{id}\"\nkey = \"alias/shop\"\nrestore = {restore}\n")
}

const RESTORED: &str = "{ subnet_group = \"shop\", security_groups = [\"sg-new\"] }";

/// In a subnet group that the target lacks.
const IN_NEW_SUBNET_GROUP: &str =
    "{ subnet_group = \"shop-made\", subnets = [\"subnet-3\", \"subnet-4\"], security_groups = [\"sg-new\"] }";

/// The plan of a runbook over a source with these databases, all encrypted in one way; the target has their groups.
fn planned(encryption: &Value, databases: &[Value], restore: &str) -> (Plan, Inventory) {
    planned_where(encryption, databases, restore, true)
}

fn planned_where(encryption: &Value, databases: &[Value], restore: &str, ready: bool) -> (Plan, Inventory) {
    let head = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                target = { account = \"222222222222\", role = \"cleave-target\" }\n\
                [[key]]\nalias = \"alias/shop\"\n";
    let databases: Vec<Value> = databases.iter().map(|one| with(one.clone(), encryption)).collect();
    let sections: String = databases
        .iter()
        .map(|one| section(one["id"].as_str().expect("an id"), restore))
        .collect();
    let role = json!({ "trusts": ["333333333333"] });
    let monitoring = json!({ "trusts": ["monitoring.rds.amazonaws.com"] });
    let options = |group: &str| {
        json!([{ "name": "shop-oracle", "engine": "oracle-ee", "major_version": "19", "description": "of the shop", "options": [
            { "name": "Timezone", "settings": { "TIME_ZONE": "Asia/Tokyo" } },
            { "name": "OEM", "port": 5500, "security_groups": [group] }] }])
    };
    let groups = json!([{ "name": "shop-pg16", "family": "postgres16", "parameters": { "work_mem": "8192" } }]);
    let (there, options_there) = if ready {
        (groups.clone(), options("sg-new"))
    } else {
        (json!([]), json!([]))
    };
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": { "cleave-source": role, "rds-monitoring": monitoring }, "regions": { "ap-northeast-1": {
            "keys": [{ "id": KEY, "aliases": ["alias/shop"] }], "databases": databases, "option_groups": options("sg-old"),
            "parameter_groups": groups, "security_groups": ["sg-old"],
            "subnet_groups": { "everything": { "vpc": "vpc-old", "subnets": ["subnet-1", "subnet-2"] } } } } },
        TARGET: { "roles": { "cleave-target": role, "rds-monitoring": monitoring }, "regions": { "ap-northeast-1": {
            "option_groups": options_there, "parameter_groups": there, "security_groups": ["sg-new"],
            "subnet_groups": { "shop": { "vpc": "vpc-new", "subnets": ["subnet-3", "subnet-4"] } } } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = moves::Runbook::parse(&format!("{head}{sections}")).expect("a runbook");
    let plan = moves::plan(&runbook, &inventory);
    let blocks: Vec<&str> = plan
        .notes
        .iter()
        .filter(|note| note.weight == Weight::Blocks)
        .map(|note| note.text.as_str())
        .collect();
    assert!(blocks.is_empty(), "{blocks:?}");
    (plan, inventory)
}

/// What became of the databases.
struct Moved {
    end: Result<RunEnd, String>,
    stops: Vec<String>,
    /// What people are told to see to.
    left_out: Vec<String>,
    broken: Vec<String>,
    evidence: Vec<String>,
    source: BTreeMap<String, Instance>,
    target: BTreeMap<String, Instance>,
    /// The options of the target's groups that have ports, with the security groups of these.
    option_ports: Vec<(String, Vec<String>)>,
    /// The snapshots left in the target, with their keys.
    snapshots: BTreeMap<String, Option<String>>,
    target_key: String,
}

fn left_out(events: &[model::Recorded]) -> Vec<String> {
    let state = model::State::fold(events).expect("events that follow on each other");
    let state = state.expect("a run");
    state.left_out().into_iter().map(|(_, text)| text.to_owned()).collect()
}

fn instances(databases: &Databases, account: &str) -> BTreeMap<String, Instance> {
    let of = databases
        .instances
        .iter()
        .filter(|(place, _)| place.0.as_str() == account);
    of.map(|(place, instance)| (place.2.clone(), instance.clone()))
        .collect()
}

fn option_ports(cloud: &Cloud) -> Vec<(String, Vec<String>)> {
    let groups = cloud
        .rds
        .option_groups
        .iter()
        .filter(|(place, _)| place.0.as_str() == TARGET);
    let options = groups.flat_map(|(_, group)| &group.is.options);
    let with_ports = options.filter(|option| option.port.is_some());
    with_ports
        .map(|option| (option.name.clone(), option.security_groups.clone()))
        .collect()
}

fn carry_out(
    (plan, inventory): &(Plan, Inventory),
    seed: u64,
    level: FaultLevel,
    prepare: impl Fn(&mut Cloud),
) -> Moved {
    in_paused_time(async {
        let stage = Stage::set(plan, inventory, seed, level);
        prepare(&mut lock(&stage.simulated.cloud));
        let source = instances(&lock(&stage.simulated.cloud).rds, SOURCE);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run: Run = stage.begin(&journal).expect("a run");
        let gatekeeper = Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let end = stage
            .carry_on(&journal, run, gatekeeper)
            .await
            .map_err(|error| format!("{error:?}"));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let broken = stage.laws_broken(end.as_ref().ok(), &events);
        let evidence = events.iter().filter_map(|recorded| match &recorded.event {
            Event::StepVerified { evidence, .. } => Some(evidence.clone()),
            _ => None,
        });
        let cloud = lock(&stage.simulated.cloud);
        let snapshots = cloud
            .rds
            .snapshots
            .iter()
            .filter(|(place, one)| place.0.as_str() == TARGET && !one.automated);
        let key = kms::keys(&cloud)
            .iter()
            .find(|(_, key)| key.account.as_str() == TARGET && key.tags.contains_key("cleave:run"));
        Moved {
            stops: stops(&events),
            left_out: left_out(&events),
            broken,
            evidence: evidence.collect(),
            source: with_content(source, &instances(&cloud.rds, SOURCE)),
            target: instances(&cloud.rds, TARGET),
            option_ports: option_ports(&cloud),
            snapshots: snapshots
                .map(|(place, one)| (place.2.clone(), one.key.clone()))
                .collect(),
            target_key: key.map(|(arn, _)| arn.clone()).unwrap_or_default(),
            end,
        }
    })
}

/// The instances as they were at the start, with what they hold at the end: applications have gone on writing to them.
fn with_content(
    mut before: BTreeMap<String, Instance>,
    after: &BTreeMap<String, Instance>,
) -> BTreeMap<String, Instance> {
    for (id, instance) in &mut before {
        instance.digest = after[id].digest.clone();
    }
    before
}

/// What of an instance is not as it was, and should be.
fn differences(id: &str, was: &Instance, is: &Instance) -> Vec<String> {
    let told = |of: &Instance| {
        let mut members = of.other.clone();
        // The role is the account's own.
        if let Some(role) = members.get("MonitoringRoleArn").and_then(Value::as_str) {
            let role = role.replace(SOURCE, TARGET);
            members.insert("MonitoringRoleArn".to_owned(), role.into());
        }
        let given = [
            ("class", json!(of.class)),
            ("engine", json!([of.engine, of.engine_version])),
            ("gib", json!(of.storage_gib)),
            ("storage", json!(of.storage_type)),
            ("iops", json!(of.iops)),
            ("port", json!(of.port)),
            ("multi_az", json!(of.multi_az)),
            ("protected", json!(of.deletion_protection)),
            ("backups", json!(of.backup_retention_days)),
            ("iam", json!(of.iam_authentication)),
            ("option group", json!(of.option_group)),
            ("parameter group", json!(of.parameter_group)),
            ("content", json!(of.digest.as_str())),
            ("secret", json!(of.master_secret.is_some())),
        ];
        members.extend(given.map(|(name, value)| (name.to_owned(), value)));
        members
    };
    let (was, is) = (told(was), told(is));
    let differing = was.iter().filter(|(name, value)| is.get(*name) != Some(*value));
    differing
        .map(|(name, value)| format!("{id}: {name} was {value}, is {:?}", is.get(name)))
        .collect()
}

fn assert_moved_whole(moved: &Moved, how: &str) {
    assert_eq!(moved.end, Ok(RunEnd::Completed), "{how}: {:?}", moved.stops);
    assert_eq!(moved.broken, Vec::<String>::new(), "{how}");
    assert_eq!(moved.source.len(), 4, "{how}");
    for (id, was) in &moved.source {
        let is = moved
            .target
            .get(id)
            .unwrap_or_else(|| panic!("{how}: {id} is not in the target"));
        assert_eq!(differences(id, was, is), Vec::<String>::new(), "{how}");
        assert_eq!(is.key.as_deref(), Some(moved.target_key.as_str()), "{how}: {id}");
        assert!(!is.sse_rds && !is.public && !is.pending_reboot, "{how}: {id}");
        assert_eq!(
            (is.subnet_group.as_str(), is.security_groups.as_slice()),
            ("shop", &["sg-new".to_owned()][..])
        );
    }
    let secret = |of: &BTreeMap<String, Instance>| of["shop-postgres"].master_secret.clone().map(|(arn, _)| arn);
    let new = secret(&moved.target).expect("a secret");
    assert_ne!(secret(&moved.source), Some(new.clone()), "{how}");
    assert!(
        moved
            .evidence
            .iter()
            .any(|line| line.contains(&new) && line.contains("consumers must be pointed")),
        "{how}"
    );
    assert_eq!(
        moved.target["shop-postgres"].other["PerformanceInsightsKMSKeyId"],
        moved.target_key.as_str(),
        "{how}: the source's key is not carried"
    );
    assert_eq!(moved.snapshots, BTreeMap::new(), "{how}");
}

fn unencrypted() -> Value {
    json!({ "encrypted": false })
}

fn on_sse_rds() -> Value {
    json!({ "encrypted": true, "encryption_type": "sse-rds" })
}

static ON_DEFAULT: LazyLock<(Plan, Inventory)> = LazyLock::new(|| {
    planned(
        &json!({ "encrypted": true, "key": "alias/aws/rds" }),
        &members(),
        RESTORED,
    )
});

fn every_night(planned: &(Plan, Inventory), how: &str) {
    for (seed, level) in (1..5).map(|seed| (seed, if seed == 1 { FaultLevel::None } else { FaultLevel::Harsh })) {
        let moved = carry_out(planned, seed, level, |_| ());
        assert_moved_whole(&moved, &format!("{how}, seed {seed}"));
    }
}

#[test]
fn databases_on_awss_key_arrive_configured_as_they_were() {
    every_night(&ON_DEFAULT, "aws/rds");
}

#[test]
fn databases_on_a_customer_key_arrive_configured_as_they_were() {
    every_night(
        &planned(&json!({ "encrypted": true, "key": KEY }), &members(), RESTORED),
        "customer key",
    );
}

#[test]
fn unencrypted_databases_arrive_encrypted_and_configured_as_they_were() {
    every_night(&planned(&unencrypted(), &members(), RESTORED), "unencrypted");
}

#[test]
fn databases_on_a_key_that_aws_owns_are_copied_under_a_customer_key_first() {
    every_night(&planned(&on_sse_rds(), &members(), RESTORED), "sse-rds");
}

/// A database on a customer key and one on AWS's own, on hostile nights.
fn on_hostile_nights(seeds: std::ops::RangeInclusive<u64>) {
    for key in [KEY, "alias/aws/rds"] {
        let encryption = json!({ "encrypted": true, "key": key });
        let (plan, inventory) = planned(&encryption, &members()[..1], RESTORED);
        hostile::assert_safe(&Scenario { plan, inventory }, seeds.clone());
    }
}

#[test]
fn on_hostile_nights_databases_arrive_or_the_run_stops_where_nothing_is_lost() {
    on_hostile_nights(1..=12);
}

#[test]
#[ignore = "minutes: 600 nights"]
fn on_any_hostile_night_databases_arrive_or_the_run_stops_where_nothing_is_lost() {
    on_hostile_nights(1..=300);
}

#[test]
fn groups_that_the_target_lacks_are_made_there_and_used() {
    let on_default = json!({ "encrypted": true, "key": "alias/aws/rds" });
    let planned = planned_where(&on_default, &members(), RESTORED, false);
    every_night(&planned, "groups made");
    let moved = carry_out(&planned, 1, FaultLevel::None, |_| ());
    for made in [
        "shop-pg16 has work_mem",
        "shop-oracle has the options [\"Timezone\",\"OEM\"]",
    ] {
        assert!(
            moved.evidence.iter().any(|line| line.contains(made)),
            "{made}: {:?}",
            moved.evidence
        );
    }
}

#[test]
fn where_rds_refuses_to_copy_from_a_key_that_it_owns_the_step_stops_and_says_so() {
    let planned = planned(&on_sse_rds(), &members()[1..2], RESTORED);
    let moved = carry_out(&planned, 1, FaultLevel::None, |cloud| {
        cloud.rds.sse_rds_copy_refused = true
    });
    assert!(matches!(moved.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", moved.end);
    assert!(
        moved
            .stops
            .iter()
            .any(|stop| stop.contains("rekey_snapshot") && stop.contains("sse-rds")),
        "{:?}",
        moved.stops
    );
    assert_eq!(moved.broken, Vec::<String>::new());
}

#[test]
fn without_a_restore_the_copy_stays_under_the_targets_key_and_its_arn_is_told() {
    for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh)] {
        let planned = planned(
            &json!({ "encrypted": true, "key": "alias/aws/rds" }),
            &members()[..1],
            "false",
        );
        let moved = carry_out(&planned, seed, level, |_| ());
        assert_eq!(moved.end, Ok(RunEnd::Completed), "{:?}", moved.stops);
        assert_eq!(moved.broken, Vec::<String>::new());
        assert_eq!(moved.target.len(), 0);
        let (name, key) = moved.snapshots.iter().next().expect("the copy");
        assert_eq!(
            (moved.snapshots.len(), key.as_deref()),
            (1, Some(moved.target_key.as_str()))
        );
        let arn = format!("arn:aws:rds:ap-northeast-1:{TARGET}:snapshot:{name}");
        assert!(
            moved
                .evidence
                .iter()
                .any(|line| line.contains(&arn) && line.contains(&moved.target_key)),
            "{:?}",
            moved.evidence
        );
    }
}

/// A snapshot in the target, under the source's customer key: as it is left by whoever copied it by hand and named the wrong key.
fn copied_under_the_sources_key(cloud: &mut Cloud, tags: BTreeMap<String, String>) {
    let (place, snapshot) = cloud.rds.snapshots.iter().next().expect("an automated snapshot");
    let (mut place, mut snapshot) = (place.clone(), snapshot.clone());
    place.0 = model::AccountId::new(TARGET).expect("an account");
    place.2 = "by-hand".to_owned();
    snapshot.automated = false;
    snapshot.tags = tags;
    snapshot.key = Some(format!("arn:aws:kms:ap-northeast-1:{SOURCE}:key/{KEY}"));
    cloud.rds.snapshots.insert(place, snapshot);
}

#[test]
fn what_in_the_target_lies_under_a_key_of_the_source_is_told_at_the_end() {
    let planned = planned(&json!({ "encrypted": true, "key": KEY }), &members()[1..2], RESTORED);
    let moved = carry_out(&planned, 1, FaultLevel::None, |cloud| {
        copied_under_the_sources_key(cloud, BTreeMap::new());
    });
    assert_eq!(moved.end, Ok(RunEnd::Completed), "{:?}", moved.stops);
    let told: Vec<&String> = moved
        .left_out
        .iter()
        .filter(|text| text.contains("snapshot:by-hand"))
        .collect();
    assert!(
        matches!(told.as_slice(), [text] if text.contains("is lost when that key goes")),
        "{:?}",
        moved.left_out
    );
    assert_eq!(moved.left_out.len(), 1, "no grant is left: {:?}", moved.left_out);
}

#[test]
fn what_the_run_made_under_a_key_of_the_source_stops_it() {
    let planned = planned(&json!({ "encrypted": true, "key": KEY }), &members()[1..2], RESTORED);
    let run = cleave::rehearsal::run_id(&planned.0, 1).to_string();
    let moved = carry_out(&planned, 1, FaultLevel::None, |cloud| {
        copied_under_the_sources_key(cloud, BTreeMap::from([("cleave:run".to_owned(), run.clone())]));
    });
    assert!(matches!(moved.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", moved.end);
    assert!(
        moved
            .stops
            .iter()
            .any(|stop| stop.contains("prove_independence") && stop.contains("a key of the source"))
    );
}

#[test]
fn a_database_that_lies_on_a_key_of_awss_own_though_the_inventory_says_otherwise_is_not_shared() {
    // Trap 4: what counts is what the snapshot is, not what a file says.
    let planned = planned(&unencrypted(), &members()[1..2], RESTORED);
    let moved = carry_out(&planned, 1, FaultLevel::None, |cloud| {
        cloud
            .rds
            .instances
            .values_mut()
            .for_each(|instance| instance.sse_rds = true);
    });
    assert!(matches!(moved.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", moved.end);
    assert!(
        moved
            .stops
            .iter()
            .any(|stop| stop.contains("create_snapshot") && stop.contains("the inventory says otherwise")),
        "{:?}",
        moved.stops
    );
    assert_eq!(moved.target.len(), 0);
    assert_eq!(moved.broken, Vec::<String>::new());
}

#[test]
fn an_option_group_is_made_anew_in_the_targets_vpc() {
    // Trap 11: the source's is bound to the old VPC; the one that is made is bound to nothing until the restore.
    let on_default = json!({ "encrypted": true, "key": "alias/aws/rds" });
    let planned = planned_where(&on_default, &members()[2..3], RESTORED, false);
    let moved = carry_out(&planned, 1, FaultLevel::None, |_| ());
    assert_eq!(moved.end, Ok(RunEnd::Completed), "{:?}", moved.stops);
    let oracle = &moved.target["shop-oracle"];
    assert_eq!(
        (oracle.option_group.as_deref(), oracle.vpc.as_str()),
        (Some("shop-oracle"), "vpc-new")
    );
    // The option's port is opened to the groups of the target: those of the source are unknown there.
    assert_eq!(moved.option_ports, [("OEM".to_owned(), vec!["sg-new".to_owned()])]);
}

#[test]
fn a_subnet_group_that_the_target_lacks_is_made_of_the_subnets_that_the_runbook_names() {
    let own = json!({ "encrypted": true, "key": KEY });
    let planned = planned(&own, &members()[..2], IN_NEW_SUBNET_GROUP);
    for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
        let moved = carry_out(&planned, seed, level, |_| ());
        assert_eq!(moved.end, Ok(RunEnd::Completed), "seed {seed}: {:?}", moved.stops);
        assert_eq!(moved.broken, Vec::<String>::new(), "seed {seed}");
        for (id, database) in &moved.target {
            let lies = (database.subnet_group.as_str(), database.vpc.as_str());
            assert_eq!(lies, ("shop-made", "vpc-new"), "{id}, seed {seed}");
        }
    }
}

/// Two databases with all that can be made beside them: a parameter group, an option group, settings, a secret.
pub(crate) fn with_groups() -> Scenario {
    let on_default = json!({ "encrypted": true, "key": "alias/aws/rds" });
    let databases = [members()[0].clone(), members()[2].clone()];
    let (plan, inventory) = planned_where(&on_default, &databases, IN_NEW_SUBNET_GROUP, false);
    Scenario { plan, inventory }
}

/// Databases of every engine, on AWS's own key.
pub(crate) fn on_default() -> Scenario {
    let (plan, inventory) = ON_DEFAULT.clone();
    Scenario { plan, inventory }
}

static DRIVEN: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "CreateDBParameterGroup",
        "CreateDBSubnetGroup",
        "CreateOptionGroup",
        "RestoreDBInstanceFromDBSnapshot",
        "ModifyDBInstance",
    ];
    // What is asked for again changes nothing that is not so already.
    Driven::new(with_groups(), &making, &["ModifyDBInstance"])
});

#[test]
fn moving_databases_and_their_groups_survives_a_crash_after_any_event() {
    DRIVEN.crashes(12);
}

#[test]
fn moving_databases_and_their_groups_survives_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    DRIVEN.calls(12);
}

#[test]
fn moving_databases_and_their_groups_can_be_taken_back_from_any_point() {
    DRIVEN.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_databases_and_their_groups_survives_every_point() {
    DRIVEN.crashes(usize::MAX);
    DRIVEN.calls(usize::MAX);
    DRIVEN.undos(usize::MAX);
}
