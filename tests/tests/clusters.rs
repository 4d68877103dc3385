//! Clusters that are moved in simcloud: on every kind of key, provisioned, Serverless v2 and Multi-AZ ones that are not Aurora, with
//! everything that goes wrong by itself; cut off, with lost replies, and taken back.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, RunEnd};
use journal::Journal;
use model::{Event, Inventory, Plan};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::services::rds::Cluster;
use whole_runs::drivers::Driven;
use whole_runs::hostile;
use whole_runs::night::{self, Disturbance, Scenario, in_paused_time, stops};
use whole_runs::points::try_all;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const ROLE: &str = "arn:aws:iam::111111111111:role/rds-monitoring";

/// What a cluster is encrypted with.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Under {
    Nothing,
    AwssKey,
    OwnKey,
}

/// How a cluster is served.
#[derive(Debug, Clone, Copy)]
enum Served {
    Provisioned,
    Serverless,
    MultiAz,
}

fn cluster(id: &str, under: Under, served: Served) -> Value {
    let key = match under {
        Under::Nothing => None,
        Under::AwssKey => Some("alias/aws/rds"),
        Under::OwnKey => Some("alias/shop"),
    };
    let (class, scaling) = match served {
        Served::Provisioned => ("db.r6g.large", json!(null)),
        Served::Serverless => ("db.serverless", json!({"min": 0.5, "max": 8.0, "pause": 300})),
        Served::MultiAz => return multi_az(id, key),
    };
    let member = json!({
        "ca_certificate": "rds-ca-ecc384-g1", "maintenance_window": "sun:20:00-sun:20:30", "auto_minor_version_upgrade": false,
        "monitoring_interval": 60, "monitoring_role": ROLE, "performance_insights": true, "performance_insights_retention_days": 31,
    });
    json!({
        "id": id, "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.05.2", "storage_gib": 40, "encrypted": key.is_some(),
        "key": key, "storage_type": "aurora-iopt1", "subnet_group": "src-db", "security_groups": ["sg-src"],
        "parameter_group": "shop-c8", "port": 3307, "deletion_protection": true, "backup_retention_days": 7, "iam_auth": true,
        "log_exports": ["error"], "scaling": scaling, "tags": {"team": "shop"}, "managed_secret": true,
        "settings": {
            "copy_tags_to_snapshot": true, "network_type": "DUAL", "backup_window": "18:00-18:30",
            "maintenance_window": "sun:19:00-sun:19:30", "auto_minor_version_upgrade": false, "data_api": true,
            "performance_insights": true, "performance_insights_retention_days": 465, "database_insights": "advanced",
        },
        // The inventory does not list the writer first.
        "members": [
            {"id": format!("{id}-a"), "class": class, "promotion_tier": 1, "parameter_group": "shop-i8", "settings": member},
            {"id": format!("{id}-b"), "class": class, "promotion_tier": 3, "parameter_group": "shop-i8", "writer": true,
                "tags": {"role": "writer"}},
            {"id": format!("{id}-c"), "class": class, "promotion_tier": 0, "parameter_group": "shop-i8"},
        ],
    })
}

fn multi_az(id: &str, key: Option<&str>) -> Value {
    json!({
        "id": id, "engine": "postgres", "engine_version": "16.4", "class": "db.r6gd.large", "storage_gib": 100, "encrypted": key.is_some(),
        "key": key, "storage_type": "io1", "subnet_group": "src-db", "security_groups": ["sg-src"], "parameter_group": "shop-p16",
        "port": 5433, "deletion_protection": true, "backup_retention_days": 7, "iam_auth": true, "log_exports": ["postgresql"],
        "tags": {"team": "shop"}, "managed_secret": true,
        "settings": {
            "iops": 3000, "copy_tags_to_snapshot": true, "backup_window": "18:00-18:30", "maintenance_window": "sun:19:00-sun:19:30",
            "auto_minor_version_upgrade": false, "performance_insights": true, "performance_insights_retention_days": 31,
            "monitoring_interval": 60, "monitoring_role": ROLE,
        },
    })
}

const RESTORED: &str = "{ subnet_group = \"stg-db\", security_groups = [\"sg-stg\"] }";

fn scenario(clusters: &[Value]) -> Scenario {
    scenario_where(clusters, RESTORED, true)
}

/// `ready`: whether the target has the groups already.
fn scenario_where(clusters: &[Value], restore: &str, ready: bool) -> Scenario {
    scenario_by(clusters, "", restore, ready)
}

fn scenario_by(clusters: &[Value], route: &str, restore: &str, ready: bool) -> Scenario {
    let cluster_groups = json!([
        { "name": "shop-c8", "family": "aurora-mysql8.0", "parameters": { "binlog_format": "ROW" } },
        { "name": "shop-p16", "family": "postgres16" },
    ]);
    let groups =
        json!([{ "name": "shop-i8", "family": "aurora-mysql8.0", "parameters": { "max_connections": "500" } }]);
    let there = |groups: &Value| if ready { groups.clone() } else { json!([]) };
    let group = |vpc: &str| json!({ "vpc": vpc, "subnets": [format!("subnet-{vpc}-1"), format!("subnet-{vpc}-2")] });
    let region = |contents: Value| json!({ "ap-northeast-1": contents });
    let monitoring = json!({ "trusts": ["monitoring.rds.amazonaws.com"] });
    let roles = |name: &str| json!({ name: { "trusts": ["333333333333"] }, "rds-monitoring": monitoring });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": roles("cleave-source"), "regions": region(json!({
            "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }],
            "clusters": clusters, "subnet_groups": { "src-db": group("src") }, "security_groups": ["sg-src"],
            "cluster_parameter_groups": cluster_groups, "parameter_groups": groups })) },
        TARGET: { "roles": roles("cleave-target"), "regions": region(json!({
            "subnet_groups": { "stg-db": group("stg") }, "security_groups": ["sg-stg"],
            "cluster_parameter_groups": there(&cluster_groups), "parameter_groups": there(&groups) })) } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    planned(inventory, |_| route, restore)
}

/// The plan for every cluster of the source, each by its route.
fn planned<'r>(inventory: Inventory, route: impl Fn(&str) -> &'r str, restore: &str) -> Scenario {
    let source = inventory.accounts.iter().find(|(id, _)| id.as_str() == SOURCE);
    let region = source.and_then(|(_, account)| account.regions.values().next());
    let clusters = region.map(|region| region.clusters.as_slice()).unwrap_or_default();
    let mut runbook = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                       source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                       target = { account = \"222222222222\", role = \"cleave-target\" }\n[[key]]\nalias = \"alias/shop\"\n"
        .to_owned();
    for cluster in clusters {
        let (id, route) = (&cluster.id, route(&cluster.id));
        runbook += &format!("[[cluster]]\nid = \"{id}\"\nkey = \"alias/shop\"\n{route}restore = {restore}\n");
    }
    let runbook = moves::Runbook::parse(&runbook).expect("a runbook");
    let plan = moves::plan(&runbook, &inventory);
    let blocks = plan
        .notes
        .iter()
        .filter(|note| note.weight == model::plan::Weight::Blocks);
    let blocks: Vec<&str> = blocks.map(|note| note.text.as_str()).collect();
    assert!(blocks.is_empty(), "{blocks:?}");
    Scenario { plan, inventory }
}

/// What of it is not as it was: the roles are the account's own, the keys of Performance Insights the target's.
fn differing(was: &BTreeMap<String, Value>, is: &BTreeMap<String, Value>) -> Vec<String> {
    let wanted = |(name, value): (&String, &Value)| match (name.as_str(), value.as_str()) {
        ("MonitoringRoleArn", Some(role)) => (name.clone(), json!(role.replace(SOURCE, TARGET))),
        _ => (name.clone(), value.clone()),
    };
    let was = was.iter().map(wanted);
    was.filter(|(name, value)| is.get(name) != Some(value))
        .map(|(name, value)| format!("{name} was {value}, is {:?}", is.get(&name)))
        .collect()
}

fn insights_stay_in_the_target(other: &BTreeMap<String, Value>) -> bool {
    let key = other.get("PerformanceInsightsKMSKeyId").and_then(Value::as_str);
    key.is_none_or(|key| key.contains(TARGET))
}

/// What is wrong with the clusters of the target.
fn wrong_in(cloud: &Cloud, inventory: &Inventory) -> Vec<String> {
    let mut wrong = Vec::new();
    let source = inventory.accounts.iter().find(|(id, _)| id.as_str() == SOURCE);
    let listed = source
        .and_then(|(_, account)| account.regions.values().next())
        .expect("a region");
    for listed in &listed.clusters {
        let of = |account: &str| {
            let mut all = cloud.rds.clusters.iter();
            all.find(|(at, _)| at.0.as_str() == account && at.2 == listed.id)
                .map(|(_, cluster)| cluster)
        };
        let (Some(was), Some(is)) = (of(SOURCE), of(TARGET)) else {
            wrong.push(format!("{} is not there", listed.id));
            continue;
        };
        let told = |of: &Cluster| {
            format!(
                "{:?}",
                (
                    (
                        &of.engine,
                        &of.engine_version,
                        &of.storage_type,
                        &of.class,
                        of.iops,
                        of.port
                    ),
                    (&of.parameter_group, of.deletion_protection, of.backup_retention_days),
                    (of.iam_authentication, &of.log_exports, of.scaling, of.data_api),
                    (of.master_secret.is_some(), of.tags.get("team"), &of.digest),
                )
            )
        };
        let own = is.key.as_deref().is_some_and(|key| key.contains(TARGET));
        let placed = is.subnet_group == "stg-db" && is.security_groups == ["sg-stg"];
        let anew = is.master_secret != was.master_secret;
        if !own || !placed || !anew || told(was) != told(is) || !insights_stay_in_the_target(&is.other) {
            wrong.push(format!("{was:#?}\n{is:#?}"));
        }
        let lost = differing(&was.other, &is.other);
        wrong.extend(lost.into_iter().map(|text| format!("{}: {text}", listed.id)));
        let members = cloud.rds.instances.iter().filter(|(at, instance)| {
            let member = instance.member.as_ref();
            at.0.as_str() == SOURCE && member.is_some_and(|member| member.cluster == listed.id)
        });
        for (at, was) in members {
            let mut all = cloud.rds.instances.iter();
            let found = all.find(|(other, _)| other.0.as_str() == TARGET && other.2 == at.2);
            let Some((_, is)) = found else {
                wrong.push(format!("{} is not there", at.2));
                continue;
            };
            let own_tags = is.tags.iter().filter(|(name, _)| !name.starts_with("cleave:"));
            let right = is.status() == "available"
                && (&is.class, &is.parameter_group, &is.member) == (&was.class, &was.parameter_group, &was.member)
                && own_tags.eq(was.tags.iter())
                && !is.public
                && insights_stay_in_the_target(&is.other);
            if !right {
                wrong.push(format!("{was:#?}\n{is:#?}"));
            }
            let lost = differing(&was.other, &is.other);
            wrong.extend(lost.into_iter().map(|text| format!("{}: {text}", at.2)));
        }
    }
    wrong
}

/// A stage on which a run was carried out, and its journal.
struct Played(Stage, engine::run::SharedJournal);

impl std::ops::Deref for Played {
    type Target = Stage;

    fn deref(&self) -> &Stage {
        &self.0
    }
}

/// One whole run: where, how it ended, which laws it broke.
async fn carried(
    plan: &Plan,
    inventory: &Inventory,
    seed: u64,
    level: FaultLevel,
    prepare: impl Fn(&mut Cloud),
) -> (Played, Result<RunEnd, String>, Vec<String>) {
    let stage = Stage::set(plan, inventory, seed, level);
    prepare(&mut lock(&stage.simulated.cloud));
    let mut journal = Journal::in_memory().expect("memory");
    stage.stamp(&mut journal).expect("a new journal can be stamped");
    let journal = carriage::shared(journal);
    let run = stage.begin(&journal).expect("a run");
    let gatekeeper = Gatekeeper::Automatic {
        by: "the test".to_owned(),
    };
    let end = stage
        .carry_on(&journal, run, gatekeeper)
        .await
        .map_err(|error| format!("{error:?}"));
    let events = journal.lock().expect("nobody panicked").load().expect("events");
    let broken = stage.laws_broken(end.as_ref().ok(), &events);
    (Played(stage, journal), end, broken)
}

/// One whole run; what is wrong with it.
fn moved(plan: &Plan, inventory: &Inventory, seed: u64, level: FaultLevel) -> Vec<String> {
    in_paused_time(async {
        let (stage, end, mut wrong) = carried(plan, inventory, seed, level, |_| ()).await;
        if end != Ok(RunEnd::Completed) {
            let events = stage.1.lock().expect("nobody panicked").load().expect("events");
            wrong.push(format!("it ended with {end:?}: {:?}", stops(&events)));
        }
        wrong.extend(wrong_in(&lock(&stage.simulated.cloud), inventory));
        wrong
    })
}

#[test]
fn a_cluster_on_any_kind_of_key_and_served_in_any_way_arrives_with_its_members_and_its_writer() {
    let mut points = Vec::new();
    for under in [Under::Nothing, Under::AwssKey, Under::OwnKey] {
        for served in [Served::Provisioned, Served::Serverless, Served::MultiAz] {
            points.push((under, served, 1, FaultLevel::None));
            points.extend((2..6).map(|seed| (under, served, seed, FaultLevel::Harsh)));
        }
    }
    try_all(
        &points,
        |point| format!("{point:?}"),
        |(under, served, seed, level)| {
            let scenario = scenario(&[cluster("shop", *under, *served)]);
            moved(&scenario.plan, &scenario.inventory, *seed, *level)
        },
    );
}

#[test]
fn groups_that_the_target_lacks_are_made_there_and_used() {
    let clusters = [
        cluster("shop", Under::OwnKey, Served::Provisioned),
        cluster("pay", Under::AwssKey, Served::MultiAz),
    ];
    let scenario = scenario_where(&clusters, RESTORED, false);
    for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
        let wrong = moved(&scenario.plan, &scenario.inventory, seed, level);
        assert_eq!(wrong, Vec::<String>::new(), "seed {seed}");
    }
    let night = night::carry_out(&scenario, &Disturbance::default());
    for made in [
        "CreateDBClusterParameterGroup",
        "ModifyDBClusterParameterGroup",
        "CreateDBParameterGroup",
    ] {
        assert!(night.effects.keys().any(|what| what.contains(made)), "{made}");
    }
}

#[test]
fn without_a_restore_the_copies_stay_and_nothing_is_restored() {
    let clusters = [
        cluster("shop", Under::AwssKey, Served::Provisioned),
        cluster("plain", Under::Nothing, Served::MultiAz),
    ];
    let scenario = scenario_where(&clusters, "false", false);
    for level in [FaultLevel::None, FaultLevel::Harsh] {
        let kept = in_paused_time(async {
            let (stage, end, broken) = carried(&scenario.plan, &scenario.inventory, 3, level, |_| ()).await;
            assert_eq!(end, Ok(RunEnd::Completed));
            assert_eq!(broken, Vec::<String>::new());
            let cloud = lock(&stage.simulated.cloud);
            assert!(!cloud.rds.clusters.keys().any(|at| at.0.as_str() == TARGET));
            let kept = cloud.rds.cluster_snapshots.iter();
            let kept = kept.filter(|(at, snapshot)| at.0.as_str() == TARGET && !snapshot.automated);
            kept.map(|(_, snapshot)| (snapshot.cluster.clone(), snapshot.key.clone()))
                .collect::<BTreeMap<_, _>>()
        });
        assert_eq!(kept.len(), 2, "{kept:?}");
        assert!(
            kept["shop"].as_deref().is_some_and(|key| key.contains(TARGET)),
            "{kept:?}"
        );
        assert_eq!(kept["plain"], None);
    }
}

#[test]
fn where_rds_does_not_share_the_snapshot_of_a_multi_az_cluster_the_run_stops_and_says_what_to_do() {
    let scenario = scenario(&[cluster("shop", Under::OwnKey, Served::MultiAz)]);
    in_paused_time(async {
        let refuse = |cloud: &mut Cloud| cloud.rds.multi_az_share_refused = true;
        let (stage, end, broken) = carried(&scenario.plan, &scenario.inventory, 1, FaultLevel::None, refuse).await;
        assert!(matches!(end, Ok(RunEnd::NeedsOperator(_))), "{end:?}");
        assert_eq!(broken, Vec::<String>::new());
        let events = stage.1.lock().expect("nobody panicked").load().expect("events");
        let stops = stops(&events);
        assert!(
            stops
                .iter()
                .any(|stop| stop.contains("share_snapshot") && stop.contains("[[database]]")),
            "{stops:?}"
        );
        let cloud = lock(&stage.simulated.cloud);
        assert!(!cloud.rds.clusters.keys().any(|at| at.0.as_str() == TARGET));
        assert!(!cloud.rds.cluster_snapshots.keys().any(|at| at.0.as_str() == TARGET));
    });
}

/// One to which nobody can write any more, and whose connections are ended.
pub(crate) fn stopped() -> Scenario {
    let clusters = [cluster("shop", Under::OwnKey, Served::Provisioned)];
    scenario_by(&clusters, "stop_writes = \"block-and-reboot\"\n", RESTORED, true)
}

/// A cluster that is cloned.
fn cloned(clusters: &[Value]) -> Scenario {
    scenario_by(clusters, "route = \"clone\"\n", RESTORED, false)
}

#[test]
fn a_clone_arrives_configured_as_its_source_and_nothing_of_the_share_is_left() {
    for served in [Served::Provisioned, Served::Serverless] {
        let scenario = cloned(&[cluster("shop", Under::OwnKey, served)]);
        for seed in 1..6 {
            let level = if seed == 1 { FaultLevel::None } else { FaultLevel::Harsh };
            let wrong = moved(&scenario.plan, &scenario.inventory, seed, level);
            assert_eq!(wrong, Vec::<String>::new(), "{served:?}, seed {seed}");
        }
    }
}

/// One cluster by either route, on hostile nights.
fn on_hostile_nights(seeds: std::ops::RangeInclusive<u64>) {
    let cluster = [cluster("shop", Under::OwnKey, Served::Provisioned)];
    hostile::assert_safe(&cloned(&cluster), seeds.clone());
    hostile::assert_safe(&scenario(&cluster), seeds);
}

#[test]
fn on_hostile_nights_clusters_and_clones_arrive_or_the_run_stops_where_nothing_is_lost() {
    on_hostile_nights(1..=12);
}

#[test]
#[ignore = "minutes: 600 nights"]
fn on_any_hostile_night_clusters_and_clones_arrive_or_the_run_stops_where_nothing_is_lost() {
    on_hostile_nights(1..=300);
}

#[test]
fn within_one_organisation_there_is_no_invitation_to_accept() {
    let scenario = cloned(&[cluster("shop", Under::OwnKey, Served::Provisioned)]);
    for (one, accepted) in [(true, 0), (false, 1)] {
        in_paused_time(async {
            let set = |cloud: &mut Cloud| cloud.ram.one_organisation = one;
            let (stage, end, broken) = carried(&scenario.plan, &scenario.inventory, 1, FaultLevel::None, set).await;
            assert_eq!(end, Ok(RunEnd::Completed));
            assert_eq!(broken, Vec::<String>::new());
            let cloud = lock(&stage.simulated.cloud);
            let made = |what: &str| cloud.effects.iter().filter(|effect| effect.operation == what).count();
            assert_eq!(made("ram AcceptResourceShareInvitation"), accepted);
            assert_eq!(
                (made("ram CreateResourceShare"), made("ram DeleteResourceShare")),
                (1, 1)
            );
            assert_eq!(made("rds RestoreDBClusterToPointInTime"), 1);
            assert_eq!(made("rds CreateDBClusterSnapshot"), 0);
        });
    }
}

#[test]
fn what_was_written_before_the_clone_was_made_is_in_it_and_its_end_says_what_it_depends_on() {
    let scenario = cloned(&[cluster("shop", Under::OwnKey, Served::Provisioned)]);
    let told = in_paused_time(async {
        let (stage, end, broken) = carried(&scenario.plan, &scenario.inventory, 1, FaultLevel::None, |cloud| {
            let place = cloud.rds.clusters.keys().next().expect("the cluster").clone();
            simcloud::services::rds::write_cluster_data(cloud, &place);
        })
        .await;
        assert_eq!((end, broken), (Ok(RunEnd::Completed), Vec::new()));
        assert_eq!(
            wrong_in(&lock(&stage.simulated.cloud), &scenario.inventory),
            Vec::<String>::new()
        );
        let events = stage.1.lock().expect("nobody panicked").load().expect("events");
        let evidence = events.iter().filter_map(|recorded| match &recorded.event {
            Event::StepVerified { evidence, .. } => Some(evidence.clone()),
            _ => None,
        });
        evidence.collect::<Vec<_>>()
    });
    assert!(
        told.iter()
            .any(|line| line.contains("Do not delete or disable the source's key")),
        "{told:?}"
    );
}

#[test]
fn a_second_clone_in_the_account_is_refused_and_the_run_stops() {
    let scenario = cloned(&[cluster("shop", Under::OwnKey, Served::Provisioned)]);
    in_paused_time(async {
        let clone = |cloud: &mut Cloud| {
            let (at, cluster) = cloud.rds.clusters.iter().next().expect("the cluster");
            let (of, mut other) = (at.clone(), cluster.clone());
            other.clone_of = Some(of.clone());
            let target = model::AccountId::new(TARGET).expect("an account");
            cloud.rds.clusters.insert((target, of.1, "earlier".to_owned()), other);
        };
        let (stage, end, _) = carried(&scenario.plan, &scenario.inventory, 1, FaultLevel::None, clone).await;
        assert!(matches!(end, Ok(RunEnd::NeedsOperator(_))), "{end:?}");
        let events = stage.1.lock().expect("nobody panicked").load().expect("events");
        let stops = stops(&events);
        assert!(
            stops
                .iter()
                .any(|stop| stop.contains("clone_cluster") && stop.contains("clone of")),
            "{stops:?}"
        );
    });
}

#[test]
fn more_clusters_than_rds_copies_at_once_arrive() {
    let id = |n: usize| format!("shop-{n}");
    let clusters: Vec<Value> = (0..7)
        .map(|n| cluster(&id(n), Under::AwssKey, Served::Serverless))
        .collect();
    let scenario = scenario(&clusters);
    for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh)] {
        let wrong = moved(&scenario.plan, &scenario.inventory, seed, level);
        assert_eq!(wrong, Vec::<String>::new(), "seed {seed}");
    }
}

/// A cluster of each kind of key, and one that is cloned, in a target that has no groups.
pub(crate) static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| {
    let clusters = [
        cluster("plain", Under::Nothing, Served::Provisioned),
        cluster("on-awss", Under::AwssKey, Served::Serverless),
        cluster("on-own", Under::OwnKey, Served::MultiAz),
    ];
    let snapshots = scenario_where(&clusters, RESTORED, false);
    let mut text = serde_json::to_value(&snapshots.inventory).expect("an inventory is JSON");
    let region = &mut text["accounts"][SOURCE]["regions"]["ap-northeast-1"];
    let cloned = cluster("cloned", Under::OwnKey, Served::Serverless);
    region["clusters"].as_array_mut().expect("clusters").push(cloned);
    let inventory = Inventory::parse(&text.to_string()).expect("an inventory");
    planned(
        inventory,
        |id| if id == "cloned" { "route = \"clone\"\n" } else { "" },
        RESTORED,
    )
});

static DRIVEN: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "CreateResourceShare",
        "AcceptResourceShareInvitation",
        "DeleteResourceShare",
        "RestoreDBClusterToPointInTime",
        "CreateDBClusterSnapshot",
        "CopyDBClusterSnapshot",
        "RestoreDBClusterFromSnapshot",
        "CreateDBInstance",
        "CreateDBClusterParameterGroup",
        "EnableHttpEndpoint",
        "ModifyDBCluster",
    ];
    Driven::new(SCENARIO.clone(), &making, &[])
});

#[test]
fn moving_clusters_survives_a_crash_after_any_event() {
    DRIVEN.crashes(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_clusters_survives_a_crash_after_every_event() {
    DRIVEN.crashes(usize::MAX);
}

#[test]
fn moving_clusters_survives_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    DRIVEN.calls(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_clusters_survives_the_loss_of_every_reply_and_the_refusal_of_every_call() {
    DRIVEN.calls(usize::MAX);
}

#[test]
fn moving_clusters_can_be_taken_back_from_any_point() {
    DRIVEN.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_clusters_can_be_taken_back_from_every_point() {
    DRIVEN.undos(usize::MAX);
}
