//! Aurora clusters that are moved in simcloud: on every kind of key, provisioned and Serverless v2, with everything that goes wrong by
//! itself; cut off, with lost replies, and taken back.

use std::sync::LazyLock;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, RunEnd};
use journal::Journal;
use model::{Inventory, Plan};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use whole_runs::night::{self, Cut, Disturbance, Night, Scenario, in_paused_time, stops};
use whole_runs::points::{sample, try_all};
use whole_runs::standing::differences;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";

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
    };
    json!({
        "id": id, "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.05.2", "storage_gib": 40, "encrypted": key.is_some(),
        "key": key, "storage_type": "aurora-iopt1", "subnet_group": "src-db", "security_groups": ["sg-src"],
        "parameter_group": "shop-c8", "port": 3307, "deletion_protection": true, "backup_retention_days": 7, "iam_auth": true,
        "log_exports": ["error"], "scaling": scaling, "tags": {"team": "shop"},
        // The inventory does not list the writer first.
        "members": [
            {"id": format!("{id}-a"), "class": class, "promotion_tier": 1, "parameter_group": "shop-i8"},
            {"id": format!("{id}-b"), "class": class, "promotion_tier": 3, "parameter_group": "shop-i8", "writer": true},
            {"id": format!("{id}-c"), "class": class, "promotion_tier": 0, "parameter_group": "shop-i8"},
        ],
    })
}

fn scenario(clusters: &[Value]) -> Scenario {
    let groups = |what: &str| json!([{ "name": what, "family": "aurora-mysql8.0" }]);
    let group = |vpc: &str| json!({ "vpc": vpc, "subnets": [format!("subnet-{vpc}-1"), format!("subnet-{vpc}-2")] });
    let region = |contents: Value| json!({ "ap-northeast-1": contents });
    let roles = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": roles("cleave-source"), "regions": region(json!({
            "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }],
            "clusters": clusters, "subnet_groups": { "src-db": group("src") }, "security_groups": ["sg-src"],
            "cluster_parameter_groups": groups("shop-c8"), "parameter_groups": groups("shop-i8") })) },
        TARGET: { "roles": roles("cleave-target"), "regions": region(json!({
            "subnet_groups": { "stg-db": group("stg") }, "security_groups": ["sg-stg"],
            "cluster_parameter_groups": groups("shop-c8"), "parameter_groups": groups("shop-i8") })) } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let mut runbook = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                       source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                       target = { account = \"222222222222\", role = \"cleave-target\" }\n[[key]]\nalias = \"alias/shop\"\n"
        .to_owned();
    for cluster in clusters {
        let id = cluster["id"].as_str().expect("an id");
        runbook += &format!(
            "[[cluster]]\nid = \"{id}\"\nrestore = {{ subnet_group = \"stg-db\", security_groups = [\"sg-stg\"] }}\n"
        );
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

/// What is wrong with the clusters of the target.
fn wrong_in(cloud: &Cloud, inventory: &Inventory) -> Vec<String> {
    let mut wrong = Vec::new();
    let source = inventory.accounts.iter().find(|(id, _)| id.as_str() == SOURCE);
    let listed = source
        .and_then(|(_, account)| account.regions.values().next())
        .expect("a region");
    for was in &listed.clusters {
        let found = cloud
            .rds
            .clusters
            .iter()
            .find(|(at, _)| at.0.as_str() == TARGET && at.2 == was.id);
        let Some((_, is)) = found else {
            wrong.push(format!("{} is not there", was.id));
            continue;
        };
        let own = is.key.as_deref().is_some_and(|key| key.contains(TARGET));
        let as_was = is.engine_version == was.engine_version
            && is.storage_type == "aurora-iopt1"
            && (is.subnet_group.as_str(), is.parameter_group.as_str(), is.port) == ("stg-db", "shop-c8", 3307)
            && is.security_groups == ["sg-stg"]
            && is.deletion_protection
            && is.iam_authentication
            && is.log_exports == ["error"]
            && is.scaling.map(|scaling| scaling.max) == was.scaling.map(|scaling| scaling.max)
            && is.tags.get("team").is_some_and(|team| team == "shop");
        if !own || !as_was {
            wrong.push(format!("{is:#?}"));
        }
        for member in &was.members {
            let found = cloud
                .rds
                .instances
                .iter()
                .find(|(at, _)| at.0.as_str() == TARGET && at.2 == member.id);
            let right = found.is_some_and(|(_, instance)| {
                instance.status() == "available"
                    && (instance.class.as_str(), instance.parameter_group.as_str())
                        == (member.class.as_str(), "shop-i8")
                    && !instance.public
                    && instance.member.as_ref().is_some_and(|is| {
                        is.cluster == was.id
                            && is.writer == member.writer
                            && is.promotion_tier == i64::from(member.promotion_tier)
                    })
            });
            if !right {
                wrong.push(format!("{} is {found:#?}", member.id));
            }
        }
    }
    wrong
}

/// One whole run; what is wrong with it.
fn moved(plan: &Plan, inventory: &Inventory, seed: u64, level: FaultLevel) -> Vec<String> {
    in_paused_time(async {
        let stage = Stage::set(plan, inventory, seed, level);
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
        let mut wrong = stage.laws_broken(end.as_ref().ok(), &events);
        if end != Ok(RunEnd::Completed) {
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
        for served in [Served::Provisioned, Served::Serverless] {
            points.push((under, served, 1, FaultLevel::None));
            points.extend((2..8).map(|seed| (under, served, seed, FaultLevel::Harsh)));
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

/// A cluster of each kind of key.
static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| {
    scenario(&[
        cluster("plain", Under::Nothing, Served::Provisioned),
        cluster("on-awss", Under::AwssKey, Served::Serverless),
        cluster("on-own", Under::OwnKey, Served::Provisioned),
    ])
});

static UNDISTURBED: LazyLock<Night> = LazyLock::new(|| {
    let night = night::carry_out(&SCENARIO, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    assert_eq!(night.broken, Vec::<String>::new());
    for making in [
        "CreateDBClusterSnapshot",
        "CopyDBClusterSnapshot",
        "RestoreDBClusterFromSnapshot",
        "CreateDBInstance",
    ] {
        assert!(
            night.effects.keys().any(|what| what.contains(making)),
            "the run makes no {making}"
        );
    }
    night
});

fn against_undisturbed(disturbance: &Disturbance) -> Vec<String> {
    let night = night::carry_out(&SCENARIO, disturbance);
    let mut wrong = night.broken.clone();
    if night.end != Ok(RunEnd::Completed) {
        wrong.push(format!("it ended with {:?}: {:?}", night.end, night.stops()));
    }
    let done = differences(&UNDISTURBED.effects, &night.effects);
    wrong.extend(done.into_iter().map(|line| format!("effect {line}")));
    wrong.extend(differences(&UNDISTURBED.standing, &night.standing));
    wrong
}

fn event_name(seq: u64) -> String {
    let place = usize::try_from(seq).expect("a short run").checked_sub(1);
    let recorded = place.and_then(|place| UNDISTURBED.events.get(place));
    let of = recorded.map(|recorded| (recorded.event.kind(), recorded.event.step().map(ToString::to_string)));
    format!("event {seq} {of:?}")
}

fn drive_crashes(count: usize) {
    let last = UNDISTURBED.events.len() as u64;
    let points: Vec<Cut> = (0..last).flat_map(|n| [Cut::After(n), Cut::Upon(n + 1)]).collect();
    try_all(
        &sample(&points, count, 1),
        |cut| cut.name(event_name),
        |cut| {
            against_undisturbed(&Disturbance {
                cuts: vec![*cut],
                ..Disturbance::default()
            })
        },
    );
}

#[test]
fn moving_clusters_survives_a_crash_after_any_event() {
    drive_crashes(24);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_clusters_survives_a_crash_after_every_event() {
    drive_crashes(usize::MAX);
}

fn drive_calls(count: usize) {
    let mutating = UNDISTURBED
        .requests
        .iter()
        .filter(|request| request.mutating)
        .filter(|request| request.operation != "AssumeRole");
    let fates = [
        Fate::LoseReply,
        Fate::FailAfter,
        Fate::HangAfter,
        Fate::FailBefore,
        Fate::Denied,
    ];
    let numbered = (1_u64..).zip(mutating);
    let points: Vec<(u64, String, Fate)> = numbered
        .flat_map(|(nth, request)| fates.map(|fate| (nth, request.operation.clone(), fate)))
        .collect();
    try_all(
        &sample(&points, count, 3),
        |point| format!("{point:?}"),
        |(nth, _, what)| {
            let (nth, what) = (Nth::Mutating(*nth), *what);
            against_undisturbed(&Disturbance {
                traps: vec![Trap { nth, what }],
                ..Disturbance::default()
            })
        },
    );
}

#[test]
fn moving_clusters_survives_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    drive_calls(24);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_clusters_survives_the_loss_of_every_reply_and_the_refusal_of_every_call() {
    drive_calls(usize::MAX);
}

fn drive_undos(count: usize) {
    let last = UNDISTURBED.events.len() as u64;
    let points: Vec<u64> = (1..last).collect();
    try_all(
        &sample(&points, count, 5),
        |n| format!("taken back upon {}", event_name(*n)),
        |n| {
            let night = night::carry_out(
                &SCENARIO,
                &Disturbance {
                    cuts: vec![Cut::Upon(*n)],
                    undo: true,
                    ..Disturbance::default()
                },
            );
            let mut wrong = night.broken.clone();
            if night.end != Ok(RunEnd::Unwound) {
                wrong.push(format!("it ended with {:?}: {:?}", night.end, night.stops()));
            }
            wrong
        },
    );
}

#[test]
fn moving_clusters_can_be_taken_back_from_any_point() {
    drive_undos(24);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_clusters_can_be_taken_back_from_every_point() {
    drive_undos(usize::MAX);
}
