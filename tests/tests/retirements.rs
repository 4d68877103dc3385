//! The old side, three days after a whole night: databases, clusters, an old zone and hidden records are taken away behind their gates; cut off, with lost
//! replies and refusals, taken back; and what the target still needs stays.

use std::sync::LazyLock;

use cleave::carriage;
use engine::RunEnd;
use journal::Journal;
use model::Event;
use moves::retire::{MayGo, Removal};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, Nth, Trap};
use whole_runs::drivers::Driven;
use whole_runs::night::{self, Cut, Disturbance, Scenario, in_paused_time};
use whole_runs::retirement::{self, Looked, look, one};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const DATABASE: &str = "database/shop-stg";
const CLUSTER: &str = "cluster/shop-aurora";
const ZONE: &str = "zone/stg.shop.example.com";
const RECORDS: &str = "records/dev.shop.example.com";
const ALL: [&str; 4] = [DATABASE, CLUSTER, ZONE, RECORDS];

fn own(name: &str, servers: &[&str]) -> Vec<Value> {
    let soa = format!("{} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 300", servers[0]);
    vec![
        json!({ "name": name, "type": "NS", "ttl": 3600, "values": servers }),
        json!({ "name": name, "type": "SOA", "ttl": 900, "values": [soa] }),
    ]
}

fn records(below: &str, zone: &str) -> Vec<Value> {
    vec![
        json!({ "name": below, "type": "A", "ttl": 60, "values": ["198.51.100.1"] }),
        json!({ "name": format!("api.{below}"), "type": "A", "ttl": 60, "values": ["198.51.100.2", "198.51.100.3"] }),
        json!({ "name": format!("www.{below}"), "type": "A", "alias": { "zone": zone, "name": format!("api.{below}"), "evaluate_health": false } }),
        json!({ "name": format!("\\052.{below}"), "type": "CNAME", "ttl": 300, "values": ["elsewhere.example."] }),
    ]
}

/// A database, a cluster, a zone of its own, and names without one, in one night.
pub(crate) static MOVED: LazyLock<Scenario> = LazyLock::new(|| {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let group = |vpc: &str| json!({ "vpc": vpc, "subnets": [format!("subnet-{vpc}-1"), format!("subnet-{vpc}-2")] });
    let parents = ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."];
    let children = ["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."];
    let mut parent = own("shop.example.com", &parents);
    parent.push(json!({ "name": "shop.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.1"] }));
    parent.push(json!({ "name": "stg.shop.example.com", "type": "NS", "ttl": 3600, "values": children }));
    parent.extend(records("dev.shop.example.com", "ZPARENT"));
    let mut child = own("stg.shop.example.com", &children);
    child.extend(records("stg.shop.example.com", "ZCHILD"));
    let encrypted =
        json!({ "encrypted": true, "key": "alias/shop", "subnet_group": "src-db", "security_groups": ["sg-src"] });
    let with = |base: &Value, more: Value| {
        let mut all = base.clone();
        for (member, value) in more.as_object().into_iter().flatten() {
            all[member] = value.clone();
        }
        all
    };
    let source = json!({
        "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }],
        "databases": [with(&encrypted, json!({ "id": "shop-stg", "engine": "postgres", "engine_version": "16.4", "class": "db.t4g.medium",
            "storage_gib": 20, "storage_type": "gp3", "parameter_group": "default.postgres16", "port": 5432, "deletion_protection": true }))],
        "clusters": [with(&encrypted, json!({ "id": "shop-aurora", "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.05.2",
            "storage_gib": 10, "parameter_group": "default.aurora-mysql8.0", "port": 3306, "backup_retention_days": 7, "members": [
                { "id": "shop-aurora-a", "class": "db.r6g.large", "writer": true, "parameter_group": "default.aurora-mysql8.0" },
                { "id": "shop-aurora-b", "class": "db.r6g.large", "parameter_group": "default.aurora-mysql8.0" }] }))],
        "subnet_groups": { "src-db": group("vpc-src") }, "security_groups": ["sg-src"],
    });
    let target = json!({ "subnet_groups": { "stg-db": group("vpc-stg") }, "security_groups": ["sg-stg"] });
    let zone = |id: &str, name: &str, servers: &[&str], records: Vec<Value>| json!({ "id": id, "name": name, "name_servers": servers, "records": records });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "regions": { "ap-northeast-1": source }, "zones": [
            zone("ZPARENT", "shop.example.com", &parents, parent), zone("ZCHILD", "stg.shop.example.com", &children, child)] },
        TARGET: { "roles": role("cleave-target"), "regions": { "ap-northeast-1": target } } } });
    let zone = |name: &str| {
        format!(
            "[[zone]]\nname = \"{name}.shop.example.com\"\nparent = {{ zone = \"shop.example.com\", account = \"source\" }}\n"
        )
    };
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\n[[key]]\nalias = \"alias/shop\"\n\
         [[gate]]\nname = \"off\"\nask = \"Is it off?\"\nbefore = [\"database\", \"cluster\"]\n\
         [[database]]\nid = \"shop-stg\"\nrestore = {{ subnet_group = \"stg-db\", security_groups = [\"sg-stg\"] }}\n\
         [[cluster]]\nid = \"shop-aurora\"\nrestore = {{ subnet_group = \"stg-db\", security_groups = [\"sg-stg\"] }}\n{}{}",
        zone("stg"),
        zone("dev")
    );
    Scenario::written(&runbook, &inventory)
});

/// These things, the database's protection lifted.
fn removal(remove: &[&str]) -> Removal {
    let protected: Vec<&str> = remove.iter().copied().filter(|name| *name == DATABASE).collect();
    retirement::removal(remove, &protected)
}

/// What a look tells after something has happened.
fn after(happens: impl FnOnce(&mut Cloud), remove: &[&str]) -> Looked {
    retirement::after(&MOVED, happens, &removal(remove))
}

static REMOVAL: LazyLock<Scenario> = LazyLock::new(|| retirement::scenario(&MOVED, after(|_| {}, &ALL)));

const MAKING: [&str; 7] = [
    "rds CreateDBSnapshot",
    "rds CreateDBClusterSnapshot",
    "rds DeleteDBInstance",
    "rds DeleteDBCluster",
    "rds ModifyDBInstance",
    "route53 ChangeResourceRecordSets",
    "route53 DeleteHostedZone",
];

static DRIVEN: LazyLock<Driven> =
    LazyLock::new(|| Driven::after(Some(MOVED.plan.clone()), REMOVAL.clone(), &MAKING, &[]));

#[test]
fn each_thing_goes_behind_a_gate_of_its_own_and_nothing_else_goes() {
    let driven = &*DRIVEN;
    let plan = &driven.scenario().plan;
    let gates: Vec<(&str, Option<&str>)> = plan
        .gates
        .iter()
        .map(|gate| (gate.name.as_str(), gate.typed.as_deref()))
        .collect();
    assert_eq!(
        gates,
        [
            ("retire:cluster:shop-aurora", Some(CLUSTER)),
            ("retire:database:shop-stg", Some(DATABASE)),
            ("retire:records:dev.shop.example.com", Some(RECORDS)),
            ("retire:zone:stg.shop.example.com", Some(ZONE)),
        ]
    );
    for step in &plan.steps {
        let deletes = step.id.verb().starts_with("delete") || step.id.verb() == "lift_protection";
        assert_eq!(!step.gates.is_empty(), deletes, "{}", step.id);
    }
    let night = driven.undisturbed();
    let standing: Vec<&String> = night.standing.keys().collect();
    let of_source = |what: &str| standing.iter().any(|line| line.contains(what));
    assert!(!of_source(&format!("rds:ap-northeast-1:{SOURCE}:db:")), "{standing:#?}");
    assert!(
        !of_source(&format!("rds:ap-northeast-1:{SOURCE}:cluster:")),
        "{standing:#?}"
    );
    assert!(
        of_source(&format!("rds:ap-northeast-1:{SOURCE}:snapshot:cleave-")),
        "its last snapshot stays"
    );
    assert!(of_source(&format!(
        "rds:ap-northeast-1:{SOURCE}:cluster-snapshot:cleave-"
    )));
    assert!(of_source(&format!("rds:ap-northeast-1:{TARGET}:db:shop-stg")));
    let zones: Vec<&&String> = standing.iter().filter(|line| line.starts_with("zone ")).collect();
    assert_eq!(zones.len(), 3, "the parent, and the two of the target: {zones:#?}");
    let parent = zones
        .iter()
        .find(|line| line.contains(&format!("of {SOURCE}")))
        .expect("the parent");
    assert!(
        parent.contains("stg.shop.example.com") && parent.contains("dev.shop.example.com"),
        "its delegations stay: {parent}"
    );
    assert!(
        !parent.contains("api.dev.shop.example.com"),
        "what it hid is gone: {parent}"
    );
    let changed: Vec<&String> = night.effects.keys().filter(|what| what.contains(TARGET)).collect();
    assert_eq!(changed, Vec::<&String>::new(), "nothing is changed in the target");
}

#[test]
fn killed_anywhere_a_removal_takes_away_what_an_undisturbed_one_does() {
    DRIVEN.crashes(16);
}

#[test]
fn lost_replies_and_refusals_take_nothing_away_twice() {
    DRIVEN.calls(16);
    let traps = vec![Trap {
        nth: Nth::Mutating(1),
        what: Fate::Denied,
    }];
    let night = DRIVEN.carry_out(&Disturbance {
        traps,
        ..Disturbance::default()
    });
    assert_eq!(night.sprung, 1, "traps are of the removal's own calls");
}

#[test]
fn before_the_gates_everything_is_taken_back_and_behind_them_a_person_is_told() {
    let driven = &*DRIVEN;
    let events = driven.events();
    let place = |wanted: &dyn Fn(&Event) -> bool| {
        let found = events.iter().find(|recorded| wanted(&recorded.event));
        found.map(|recorded| recorded.seq).expect("such an event")
    };
    let undone = |n: u64| {
        driven.carry_out(&Disturbance {
            cuts: vec![Cut::Upon(n)],
            undo: true,
            ..Disturbance::default()
        })
    };
    let approved = place(&|event| matches!(event, Event::GateApproved { .. }));
    for n in [2, approved / 2, approved - 1] {
        let night = undone(n);
        assert_eq!(night.end, Ok(RunEnd::Unwound), "upon {n}: {:?}", night.stops());
        assert_eq!(night.broken, Vec::<String>::new(), "upon {n}");
    }
    let deleted = place(
        &|event| matches!(event, Event::StepVerified { step, .. } if step.as_str() == "database/shop-stg/delete_database"),
    );
    let night = undone(deleted);
    assert!(matches!(night.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", night.end);
    assert_eq!(night.broken, Vec::<String>::new());
    let stops = night.stops().join("; ");
    assert!(stops.contains("database/shop-stg/delete_database stopped"), "{stops}");
    let snapshot = format!("rds:ap-northeast-1:{SOURCE}:snapshot:cleave-");
    assert!(
        night.standing.keys().any(|line| line.contains(&snapshot)),
        "the last snapshot stays"
    );
}

#[test]
fn what_the_target_still_needs_is_refused_with_the_reason() {
    type Happens = fn(&mut Cloud);
    let cases: [(&str, Happens, &str); 7] = [
        (
            DATABASE,
            |cloud| cloud.rds.instances.retain(|place, _| place.0.as_str() == SOURCE),
            "is gone in the target: this is the only one",
        ),
        (
            DATABASE,
            |cloud| {
                for (place, instance) in &mut cloud.rds.instances {
                    if place.0.as_str() == TARGET && place.2 == "shop-stg" {
                        instance.key = Some(format!(
                            "arn:aws:kms:ap-northeast-1:{SOURCE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                        ));
                    }
                }
            },
            "a key of another account",
        ),
        (
            DATABASE,
            |cloud| {
                for (place, instance) in &mut cloud.rds.instances {
                    if place.0.as_str() == SOURCE && place.2 == "shop-stg" {
                        instance.security_groups = vec!["sg-src".to_owned()];
                    }
                }
            },
            "somebody may write to it again",
        ),
        (
            CLUSTER,
            |cloud| cloud.rds.clusters.retain(|place, _| place.0.as_str() == SOURCE),
            "is gone in the target: this is the only one",
        ),
        (
            ZONE,
            |cloud| written(cloud, "ZCHILD", "late.stg.shop.example.com."),
            "late.stg.shop.example.com",
        ),
        (
            RECORDS,
            |cloud| written(cloud, "ZPARENT", "late.dev.shop.example.com."),
            "late.dev.shop.example.com",
        ),
        (ZONE, |cloud| delegated_back(cloud), "not to the new zone"),
    ];
    for (what, happens, why) in cases {
        let (left, plan) = after(happens, &[what]);
        let refused = plan.expect_err("it is refused");
        let told: Vec<&str> = refused.iter().map(|one| one.why.as_str()).collect();
        assert!(
            told.iter().any(|text| text.contains(why)),
            "{what}: {told:?} without {why}"
        );
        let may_go = one(&left, what).may_go();
        assert!(
            may_go == MayGo::No || why.contains("somebody may write"),
            "{what}: {may_go:?}"
        );
    }
}

/// Somebody writes a set into a zone of the source.
fn written(cloud: &mut Cloud, zone: &str, name: &str) {
    let change = json!({ "Action": "CREATE", "ResourceRecordSet": { "Name": name, "Type": "TXT", "TTL": 60, "ResourceRecords": [{ "Value": "\"late\"" }] } });
    changed(cloud, zone, &[change]);
}

/// Somebody gives the delegation of the zone back to the old one.
fn delegated_back(cloud: &mut Cloud) {
    let values = ["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."].map(|value| json!({ "Value": value }));
    let change = json!({ "Action": "UPSERT", "ResourceRecordSet": { "Name": "stg.shop.example.com.", "Type": "NS", "TTL": 60, "ResourceRecords": values } });
    changed(cloud, "ZPARENT", &[change]);
}

fn changed(cloud: &mut Cloud, zone: &str, changes: &[Value]) {
    let account = model::AccountId::new(SOURCE).expect("an account");
    let region = model::Region::new("us-east-1").expect("a region");
    let caller = simcloud::cloud::Caller::root(&account, &region);
    let input = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
    simcloud::services::route53::handle(cloud, &caller, "ChangeResourceRecordSets", &input).expect("a change");
    let later = cloud.now + std::time::Duration::from_secs(300);
    cloud.advance(later);
}

#[test]
fn a_protection_is_lifted_only_where_that_was_said_and_nothing_unknown_goes() {
    let plan = in_paused_time(async {
        let (stage, state) = night::ended(&MOVED.plan, &MOVED.inventory).await;
        let asked = Removal {
            remove: [
                DATABASE.to_owned(),
                "database/other".to_owned(),
                "key/alias/shop".to_owned(),
            ]
            .into(),
            ..Removal::default()
        };
        look(&stage, &state, &asked).await.1
    });
    let refused = plan.expect_err("none of it goes");
    let why = |what: &str| {
        let found = refused.iter().find(|one| one.what == what);
        found.map(|one| one.why.clone()).unwrap_or_default()
    };
    assert!(
        why(DATABASE).contains("--despite-protection database/shop-stg"),
        "{refused:?}"
    );
    assert!(
        why("database/other").contains("the run has left no such thing"),
        "{refused:?}"
    );
    assert!(
        why("key/alias/shop").contains("cleave does not take it away"),
        "{refused:?}"
    );
}

/// The look at the plan may be hours old when a person agrees.
#[test]
fn what_has_changed_since_the_plan_stops_the_removal_before_anything_goes() {
    type Happens = fn(&mut Cloud);
    let cases: [(&str, Happens, &str); 3] = [
        (
            ZONE,
            |cloud| written(cloud, "ZCHILD", "late.stg.shop.example.com."),
            "late.stg.shop.example.com",
        ),
        (
            DATABASE,
            |cloud| cloud.rds.instances.retain(|place, _| place.0.as_str() == SOURCE),
            "is the only one",
        ),
        (
            DATABASE,
            |cloud| {
                for (place, instance) in &mut cloud.rds.instances {
                    if place.0.as_str() == SOURCE && place.2 == "shop-stg" {
                        instance.resource_id = "db-ANOTHER".to_owned();
                    }
                }
            },
            "has no shop-stg with the resource id",
        ),
    ];
    for (what, happens, why) in cases {
        in_paused_time(async {
            let (stage, state) = night::ended(&MOVED.plan, &MOVED.inventory).await;
            let plan = look(&stage, &state, &removal(&[what])).await.1.expect("it may go");
            let stage = stage.then(&plan);
            happens(&mut lock(&stage.simulated.cloud));
            let mut journal = Journal::in_memory().expect("memory");
            stage.stamp(&mut journal).expect("a new journal can be stamped");
            let journal = carriage::shared(journal);
            let run = stage.begin(&journal).expect("a run");
            let gatekeeper = engine::Gatekeeper::Automatic {
                by: "the test".to_owned(),
            };
            let end = stage.carry_on(&journal, run, gatekeeper).await;
            assert!(matches!(end, Ok(RunEnd::NeedsOperator(_))), "{what}: {end:?}");
            let events = journal.lock().expect("nobody panicked").load().expect("events");
            let stops = night::stops(&events).join("; ");
            assert!(stops.contains(why), "{what}: {stops}");
            let cloud = lock(&stage.simulated.cloud);
            let deleted = cloud
                .effects
                .iter()
                .filter(|effect| effect.operation.contains("Delete"));
            let of_old = deleted
                .filter(|effect| effect.resource.contains("shop-stg") && effect.operation == "rds DeleteDBInstance");
            assert_eq!(of_old.count(), 0, "{what}");
        });
    }
}
