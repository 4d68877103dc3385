//! Zones whose record sets go by the client's network and by health checks: the target gets CIDR collections of its own, and health checks where the
//! runbook says so, before the first record names them; taking back deletes them after the last one has gone.

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, Run, RunEnd};
use journal::Journal;
use model::plan::{GateSpec, Weight};
use model::{AccountId, Event, Region, State};
use serde_json::{Value, json};
use simcloud::cloud::{Caller, Cloud};
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::services::route53::records::RecordSet;
use simcloud::services::route53::{every_check, every_collection, every_zone};
use whole_runs::drivers::Driven;
use whole_runs::night::{self, Disturbance, Scenario, in_paused_time, quiet_and_harsh, whole};
use whole_runs::points::try_all;
use whole_runs::zones::{NAME, SOURCE, Shape, TARGET, written};

const PARENT: &str = "444444444444";
const OFFICES: &str = "0b6e3bbc-4f6a-4d2c-a1cf-2f1f5c1c0a01";
const HTTP: &str = "1f2a4c66-0c7e-4b1b-ae5d-90bb6f2d8a01";
const TCP: &str = "2f2a4c66-0c7e-4b1b-ae5d-90bb6f2d8a02";
const BOTH: &str = "3f2a4c66-0c7e-4b1b-ae5d-90bb6f2d8a03";
const ALARM: &str = "4f2a4c66-0c7e-4b1b-ae5d-90bb6f2d8a04";

fn by_network(location: &str, value: &str) -> Value {
    json!({ "name": format!("net.{NAME}"), "type": "A", "ttl": 60, "values": [value], "set_identifier": location.replace('*', "rest"),
        "cidr": { "collection": OFFICES, "location": location } })
}

fn failover(role: &str, check: &str, value: &str) -> Value {
    json!({ "name": format!("ha.{NAME}"), "type": "A", "ttl": 60, "values": [value], "set_identifier": role, "failover": role, "health_check": check })
}

fn weighted(identifier: &str, check: &str, value: &str) -> Value {
    json!({ "name": format!("checked.{NAME}"), "type": "A", "ttl": 60, "values": [value], "set_identifier": identifier, "weight": 5,
        "health_check": check })
}

fn offices(id: &str) -> Value {
    json!({ "id": id, "name": "offices", "locations": {
        "tokyo": ["203.0.113.0/24", "2001:0DB8:1::/48"], "osaka": ["198.51.100.0/24"] } })
}

/// A zone of a shape with such record sets, and what they name in the account that holds them.
fn parts(shape: Shape, checks: &str) -> (String, Value) {
    let (mut runbook, mut inventory) = written(shape, "");
    if checks == "copy" {
        runbook.push_str("health_checks = \"copy\"\n");
    }
    let owner = if shape == Shape::CarvedElsewhere {
        PARENT
    } else {
        SOURCE
    };
    let account = &mut inventory["accounts"][owner];
    account["cidr_collections"] = json!([offices(OFFICES)]);
    account["health_checks"] = json!([
        { "id": BOTH, "config": { "type": "CALCULATED", "health_threshold": 1, "children": [HTTP, TCP] } },
        { "id": HTTP, "tags": { "Name": "front door", "team": "shop" }, "config": { "type": "HTTP", "domain_name": "front.example.com",
            "resource_path": "/ready", "request_interval": 10, "regions": ["eu-west-1", "us-east-1", "us-west-2"] } },
        { "id": TCP, "unhealthy": true, "config": { "type": "TCP", "ip_address": "192.0.2.50", "port": 5432 } },
        { "id": ALARM, "config": { "type": "CLOUDWATCH_METRIC", "alarm": { "region": "ap-northeast-1", "name": "queue" },
            "insufficient_data": "LastKnownStatus" } },
    ]);
    let holder = if matches!(shape, Shape::Carved | Shape::CarvedElsewhere) {
        "ZPARENT"
    } else {
        "ZCHILD"
    };
    let zones = account["zones"].as_array_mut().expect("zones");
    let zone = zones.iter_mut().find(|zone| zone["id"] == holder).expect("the zone");
    zone["records"].as_array_mut().expect("records").extend([
        by_network("tokyo", "198.51.100.40"),
        by_network("osaka", "198.51.100.41"),
        by_network("*", "198.51.100.42"),
        failover("PRIMARY", HTTP, "198.51.100.50"),
        failover("SECONDARY", TCP, "198.51.100.51"),
        weighted("one", BOTH, "198.51.100.60"),
        weighted("two", ALARM, "198.51.100.61"),
    ]);
    (runbook, inventory)
}

pub(crate) fn scenario(shape: Shape, checks: &str) -> Scenario {
    let (runbook, inventory) = parts(shape, checks);
    Scenario::written(&runbook, &inventory)
}

/// The target has a collection of that name with the same blocks.
pub(crate) fn adopted() -> Scenario {
    let (runbook, mut inventory) = parts(Shape::Delegated, "keep");
    let mut there = offices("9b6e3bbc-4f6a-4d2c-a1cf-2f1f5c1c0a09");
    there["locations"]["tokyo"] = json!(["2001:db8:1::/48", "203.0.113.0/24"]);
    inventory["accounts"][TARGET]["cidr_collections"] = json!([there]);
    Scenario::written(&runbook, &inventory)
}

/// The record sets of the target's new zone.
fn copies(cloud: &Cloud) -> Vec<RecordSet> {
    let zone = every_zone(cloud).find(|zone| zone.owner.as_str() == TARGET && zone.name.starts_with(NAME));
    let zone = zone.expect("the target has the zone");
    zone.records.values().map(|set| (**set).clone()).collect()
}

/// What is not right in the accounts after a night: all that the records of the new zone name must be the target's own, and as the source has it.
fn seen(cloud: &Cloud, copied: bool) -> Vec<String> {
    let mut wrong = Vec::new();
    let sets = copies(cloud);
    let mut expect = |right: bool, what: String| {
        if !right {
            wrong.push(what);
        }
    };
    let by_network: Vec<(&str, &str)> = sets.iter().filter_map(RecordSet::cidr).collect();
    expect(
        by_network.len() == 3,
        format!("{} sets go by networks", by_network.len()),
    );
    for (collection, location) in by_network {
        let ours = &every_collection(cloud)[collection];
        expect(
            ours.owner.as_str() == TARGET,
            format!("{location} is of {}", ours.owner),
        );
        let theirs = &every_collection(cloud)[OFFICES];
        expect(ours.locations == theirs.locations, format!("{:?}", ours.locations));
    }
    let checks: Vec<&str> = sets.iter().filter_map(RecordSet::health_check).collect();
    expect(checks.len() == 4, format!("{} sets depend on checks", checks.len()));
    for check in checks {
        let owner = every_check(cloud)[check].owner.as_str();
        expect((owner == TARGET) == copied, format!("check {check} is of {owner}"));
    }
    let made: Vec<_> = every_check(cloud)
        .values()
        .filter(|check| check.owner.as_str() == TARGET)
        .collect();
    expect(
        made.len() == if copied { 4 } else { 0 },
        format!("{} checks were made", made.len()),
    );
    let named = |name: &str| {
        made.iter()
            .any(|check| check.tags.get("Name").is_some_and(|tag| tag == name))
    };
    expect(named("front door") == copied, "the front door's name".to_owned());
    let untagged = made.iter().any(|check| !check.tags.contains_key("cleave:step"));
    expect(!untagged, "a check without the run's tags".to_owned());
    wrong
}

#[test]
fn record_sets_that_go_by_networks_and_health_name_the_targets_own_in_the_end() {
    for shape in [Shape::Delegated, Shape::CarvedElsewhere, Shape::Outside] {
        let scenario = scenario(shape, "copy");
        try_all(
            &quiet_and_harsh(8),
            |night| format!("{shape:?}, {night:?}"),
            |(seed, level)| whole(&scenario, *seed, *level, |cloud, _| seen(cloud, true)),
        );
    }
}

#[test]
fn health_checks_stay_the_sources_where_nothing_is_said() {
    let scenario = scenario(Shape::Delegated, "keep");
    try_all(
        &quiet_and_harsh(4),
        |night| format!("{night:?}"),
        |(seed, level)| whole(&scenario, *seed, *level, |cloud, _| seen(cloud, false)),
    );
    let told =
        |note: &&model::plan::Note| note.weight == Weight::Tells && note.text.contains("health_checks = \"copy\"");
    assert_eq!(scenario.plan.notes.iter().filter(told).count(), 1);
}

#[test]
fn a_collection_that_the_target_has_with_the_same_blocks_is_used_and_left_as_it_is() {
    let scenario = adopted();
    try_all(
        &quiet_and_harsh(4),
        |night| format!("{night:?}"),
        |(seed, level)| whole(&scenario, *seed, *level, |cloud, _| seen(cloud, false)),
    );
    let night = night::carry_out(&scenario, &Disturbance::default());
    let touched = night.effects.keys().filter(|what| what.contains("CidrCollection"));
    assert_eq!(touched.count(), 0);
}

#[test]
fn terraform_is_given_the_collections_with_their_locations_and_the_checks_that_the_records_refer_to() {
    in_paused_time(async {
        let Scenario { plan, inventory } = scenario(Shape::Delegated, "copy");
        let (_, state): (Stage, State) = night::ended(&plan, &inventory).await;
        let over = moves::terraform::HandOver::of(&state);
        assert_eq!(over.missing(), Vec::<String>::new());
        let text = format!("{}\n{}", over.imports(&state), over.resources(&state));
        for part in [
            "to = aws_route53_cidr_collection.offices\n",
            "to = aws_route53_cidr_location.offices_tokyo\n",
            ",osaka\"",
            "cidr_collection_id = aws_route53_cidr_collection.offices.id",
            "to = aws_route53_health_check.front_door\n",
            "health_check_id = aws_route53_health_check.front_door.id",
            "collection_id = aws_route53_cidr_collection.offices.id",
            "child_healthchecks",
        ] {
            let squeezed = text
                .split(' ')
                .filter(|word| !word.is_empty())
                .collect::<Vec<_>>()
                .join(" ");
            assert!(squeezed.contains(part), "{part} is not in\n{text}");
        }
        let outputs = moves::outputs::outputs(&state);
        let told: Vec<String> = outputs
            .iter()
            .map(|output| format!("{} {}", output.of, output.what))
            .collect();
        assert!(told.contains(&"cidr_collection/offices id".to_owned()), "{told:?}");
        assert!(told.contains(&format!("health_check/{HTTP} id")), "{told:?}");
    });
}

fn owner(account: &str) -> Caller {
    let account = AccountId::new(account).expect("an account");
    Caller {
        principal: format!("arn:aws:iam::{account}:root"),
        account,
        region: Region::new("ap-northeast-1").expect("a region"),
    }
}

fn automatic() -> Gatekeeper {
    Gatekeeper::Automatic {
        by: "the test".to_owned(),
    }
}

/// A set that goes by a location, and depends on a check, as a request has it.
fn created(zone: &str, of: &str, collection: &str, location: &str, check: &str) -> Value {
    json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": [{ "Action": "CREATE", "ResourceRecordSet": {
        "Name": format!("{of}.{NAME}"), "Type": "A", "TTL": 60, "SetIdentifier": location, "ResourceRecords": [{ "Value": "192.0.2.77" }],
        "CidrRoutingConfig": { "CollectionId": collection, "LocationName": location }, "HealthCheckId": check } }] } })
}

#[test]
fn blocks_that_are_changed_while_the_gate_is_open_are_there_before_the_record_that_names_their_location() {
    let (runbook, inventory) = parts(Shape::Delegated, "copy");
    let gate = "[[gate]]\nname = \"go\"\nask = \"Go?\"\nbefore = [\"zone\"]\n";
    let Scenario { plan, inventory } = Scenario::written(&format!("{runbook}{gate}"), &inventory);
    in_paused_time(async {
        let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let cloud = Arc::clone(&stage.simulated.cloud);
        let change = move |_: &GateSpec, _: &str| {
            let put = |action: &str, location: &str, block: &str| json!({ "Action": action, "LocationName": location, "CidrList": [block] });
            let blocks = json!({ "Id": OFFICES, "Changes": [put("PUT", "kyoto", "192.0.2.0/24"), put("PUT", "kyoto", "203.0.113.0/24"),
                put("DELETE_IF_EXISTS", "tokyo", "203.0.113.0/24")] });
            let mut cloud = lock(&cloud);
            cloud
                .call(&owner(SOURCE), "route53", "ChangeCidrCollection", &blocks)
                .expect("the owner may");
            let late = created("ZCHILD", "fresh", OFFICES, "kyoto", HTTP);
            cloud
                .call(&owner(SOURCE), "route53", "ChangeResourceRecordSets", &late)
                .expect("the owner may");
            true
        };
        let end = stage.carry_on(&journal, run, Gatekeeper::Person(Rc::new(change))).await;
        let end = end.map_err(|error| format!("{error:?}"));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", night::stops(&events));
        assert_eq!(stage.laws_broken(end.as_ref().ok(), &events), Vec::<String>::new());
        let cloud = lock(&stage.simulated.cloud);
        let late = copies(&cloud)
            .into_iter()
            .find(|set| set.cidr().is_some_and(|(_, location)| location == "kyoto"));
        let late = late.expect("it was copied");
        let (collection, _) = late.cidr().expect("a collection");
        assert_eq!(
            every_collection(&cloud)[collection].locations,
            every_collection(&cloud)[OFFICES].locations
        );
        assert_eq!(every_collection(&cloud)[collection].locations["kyoto"].len(), 2);
        let check = &every_check(&cloud)[late.health_check().expect("a check")];
        assert_eq!(check.owner.as_str(), TARGET);
    });
}

#[test]
fn what_is_written_to_the_new_zone_is_written_to_the_old_one_with_the_sources_ids() {
    let scenario = scenario(Shape::Delegated, "copy");
    let quiet = night::carry_out(&scenario, &Disturbance::default());
    let watched = |recorded: &&model::Recorded| {
        let step = recorded.event.step();
        matches!(recorded.event, Event::StepVerified { .. }) && step.is_some_and(|step| step.verb() == "watch_answers")
    };
    let seq = quiet.events.iter().find(watched).expect("the plan has it").seq;
    in_paused_time(async {
        let stage = Stage::set(&scenario.plan, &scenario.inventory, 1, FaultLevel::None);
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let path = folder.path().join("migrations.db");
        let mut journal = Journal::create(&path).expect("a new journal");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        journal.fail_upon(seq);
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let _ = stage.carry_on(&journal, run, automatic()).await;
        drop(journal);
        {
            let mut cloud = lock(&stage.simulated.cloud);
            cloud.advance(stage.simulated.world.clock.now());
            let net = copies(&cloud)
                .into_iter()
                .find(|set| set.cidr().is_some())
                .expect("it goes by networks");
            let checked = copies(&cloud).into_iter().find(|set| {
                let failover = set.set_identifier.as_deref() == Some("PRIMARY");
                failover && set.health_check().is_some()
            });
            let checked = checked.expect("it depends on a check");
            let new = every_zone(&cloud)
                .find(|zone| zone.owner.as_str() == TARGET)
                .expect("the new zone")
                .id;
            let (collection, _) = net.cidr().expect("a collection");
            let input = created(&new, "late", collection, "*", checked.health_check().expect("a check"));
            cloud
                .call(&owner(TARGET), "route53", "ChangeResourceRecordSets", &input)
                .expect("the owner may");
        }
        let journal = carriage::shared(Journal::open(&path).expect("what a crash leaves can be opened"));
        let run = Run::resume(Arc::clone(&journal)).expect("it has begun");
        let end = stage.carry_on(&journal, run, automatic()).await;
        let end = end.map_err(|error| format!("{error:?}"));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", night::stops(&events));
        let cloud = lock(&stage.simulated.cloud);
        let old = every_zone(&cloud)
            .find(|zone| zone.id == "ZCHILD")
            .expect("the old zone stands");
        let late = old
            .records
            .values()
            .find(|set| set.name.starts_with("late."))
            .expect("it was written there");
        assert_eq!(late.cidr(), Some((OFFICES, "*")));
        assert_eq!(late.health_check(), Some(HTTP));
    });
}

static COPIED: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "CreateCidrCollection",
        "ChangeCidrCollection",
        "CreateHealthCheck",
        "ChangeTagsForResource",
    ];
    Driven::new(
        scenario(Shape::CarvedElsewhere, "copy"),
        &making,
        &["ChangeTagsForResource"],
    )
});

static ADOPTED: LazyLock<Driven> =
    LazyLock::new(|| Driven::new(adopted(), &["ChangeResourceRecordSets"], &["ChangeTagsForResource"]));

#[test]
fn collections_and_checks_survive_a_crash_after_any_event() {
    COPIED.crashes(12);
    ADOPTED.crashes(6);
}

#[test]
fn collections_and_checks_survive_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    COPIED.calls(16);
    ADOPTED.calls(6);
}

#[test]
fn collections_and_checks_can_be_taken_back_from_any_point() {
    COPIED.undos(12);
    ADOPTED.undos(6);
}

#[test]
fn a_second_process_and_a_second_look_change_nothing() {
    let second = night::carry_out_twice(COPIED.scenario());
    assert_eq!(second.changes, Vec::<String>::new());
    assert_eq!(second.events, 0);
    let mut looked = 0;
    for (step, look) in second.looks {
        if [
            "create_collection",
            "put_blocks",
            "put_late_blocks",
            "copy_check",
            "tag_check",
            "await_health",
        ]
        .contains(&step.verb())
        {
            looked += 1;
            assert!(matches!(look, Ok(engine::Observed::Present(_))), "{step}: {look:?}");
        }
    }
    assert_eq!(looked, 3 + 4 + 4 + 1);
}

#[test]
#[ignore = "all points: minutes"]
fn collections_and_checks_survive_every_point() {
    COPIED.crashes(usize::MAX);
    COPIED.calls(usize::MAX);
    COPIED.undos(usize::MAX);
    ADOPTED.crashes(usize::MAX);
    ADOPTED.calls(usize::MAX);
    ADOPTED.undos(usize::MAX);
}
