//! Zones whose hand-over waits for certificates of the target: their validation records are in the old zone before they are needed, and in both zones after it.
//! And records that name something of the target's in the end: until their own step every name answers with the old data, from then on with the plan's.

use std::sync::LazyLock;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, Run, RunEnd};
use journal::{InboxItem, Journal};
use model::plan::Weight;
use model::{AccountId, Event, Inventory, Plan, Recorded, Region, State, StepId};
use serde_json::{Value, json};
use simcloud::cloud::{Caller, Cloud};
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::services::acm::{every_certificate, terraform_rests};
use simcloud::services::route53::every_zone;
use whole_runs::drivers::Driven;
use whole_runs::hostile;
use whole_runs::night::{self, Disturbance, Scenario};
use whole_runs::points::try_all;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const NAME: &str = "stg.shop.example.com";
const SERVERS: [&str; 2] = ["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."];

/// A certificate for load balancers, and one for distributions, which lie in us-east-1; both go by one record.
const CERTIFICATES: &str = "certificates = [\"stg.shop.example.com\", { domain = \"*.stg.shop.example.com\", region = \"us-east-1\" }, \"api.stg.shop.example.com\"]\n";

fn inventory(records: Vec<Value>) -> Inventory {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let ns = |ttl: u32| json!({ "name": NAME, "type": "NS", "ttl": ttl, "values": SERVERS });
    let mut of_zone = vec![
        ns(7200),
        json!({ "name": NAME, "type": "CAA", "ttl": 300, "values": ["0 issue \"amazon.com\""] }),
        json!({ "name": format!("api.{NAME}"), "type": "A", "ttl": 60, "values": ["198.51.100.21"] }),
        json!({ "name": format!("*.{NAME}"), "type": "A", "ttl": 300, "values": ["198.51.100.9"] }),
    ];
    of_zone.extend(records);
    let zones = json!([
        { "id": "ZCHILD", "name": NAME, "name_servers": SERVERS, "records": of_zone },
        { "id": "ZPARENT", "name": "shop.example.com", "name_servers": ["ns-1.awsdns-01.com."], "records": [ns(3600)] },
    ]);
    let text = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "zones": zones }, TARGET: { "roles": role("cleave-target") } } });
    Inventory::parse(&text.to_string()).expect("an inventory")
}

fn planned(words: &str, inventory: &Inventory) -> Plan {
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\n\
         [[zone]]\nname = \"{NAME}\"\nparent = {{ zone = \"shop.example.com\", account = \"source\" }}\n{words}"
    );
    let plan = moves::plan(&moves::Runbook::parse(&runbook).expect("a runbook"), inventory);
    let blocks: Vec<_> = plan.notes.iter().filter(|note| note.weight == Weight::Blocks).collect();
    assert!(blocks.is_empty(), "{blocks:?}");
    plan
}

fn scenario(words: &str, records: Vec<Value>) -> Scenario {
    let inventory = inventory(records);
    Scenario {
        plan: planned(words, &inventory),
        inventory,
    }
}

/// The validation records that a zone of an account holds.
fn validations(cloud: &Cloud, owner: &str) -> Vec<String> {
    let zones = every_zone(cloud).filter(|zone| zone.owner.as_str() == owner && zone.name.starts_with("stg."));
    let sets = zones.flat_map(|zone| zone.records.values().cloned().collect::<Vec<_>>());
    let proofs = sets.filter(|set| set.values.iter().any(|value| value.ends_with(".acm-validations.aws.")));
    proofs.map(|set| set.name.clone()).collect()
}

/// What is wrong with the accounts after a whole night.
fn after(cloud: &Cloud, state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let issued = every_certificate(cloud)
        .filter(|(.., status)| *status == "ISSUED")
        .count();
    if issued != 3 {
        wrong.push(format!("{issued} certificates are issued"));
    }
    for owner in [SOURCE, TARGET] {
        let there = validations(cloud, owner);
        if there.len() != 2 {
            wrong.push(format!("account {owner} has the validation records {there:?}"));
        }
    }
    let ended = |verb: &str| {
        let steps = state.steps.iter().filter(|(id, _)| id.verb().starts_with(verb));
        steps.map(|(_, place)| place.ended_at).max().flatten()
    };
    let began = |verb: &str| {
        let steps = state.steps.iter().filter(|(id, _)| id.verb() == verb);
        steps.map(|(_, place)| place.started_at).max().flatten()
    };
    if ended("await_issued") > began("delegate") {
        wrong.push("the zone was handed over before its certificates were issued".to_owned());
    }
    wrong
}

#[test]
fn a_zone_is_handed_over_behind_its_certificates_and_both_zones_renew_them() {
    let scenario = scenario(CERTIFICATES, Vec::new());
    try_all(
        &night::quiet_and_harsh(8),
        |night| format!("{night:?}"),
        |(seed, level)| night::whole(&scenario, *seed, *level, after),
    );
}

#[test]
fn on_hostile_nights_certificates_are_waited_for_or_the_run_stops_where_every_name_answers() {
    let ended = hostile::nights(&scenario(CERTIFICATES, Vec::new()), 1..=8);
    assert_eq!(ended.wrong, Vec::<String>::new(), "{ended:?}");
    assert!(ended.whole > 0, "{ended:?}");
}

/// A zone that is handed over behind its certificates.
pub(crate) fn certified() -> Scenario {
    scenario(CERTIFICATES, Vec::new())
}

static CERTIFIED: LazyLock<Driven> = LazyLock::new(|| {
    let making = ["CreateHostedZone", "acm-", "ChangeResourceRecordSets"];
    Driven::new(certified(), &making[..1], &["ChangeTagsForResource"])
});

#[test]
fn writing_validation_records_survives_crashes_and_lost_replies_and_can_be_taken_back() {
    CERTIFIED.crashes(12);
    CERTIFIED.calls(12);
    CERTIFIED.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn writing_validation_records_survives_every_point() {
    CERTIFIED.crashes(usize::MAX);
    CERTIFIED.calls(usize::MAX);
    CERTIFIED.undos(usize::MAX);
}

/// Nobody applies, for a day: a person says that it is waited on, and another day later that the zone goes without.
#[test]
fn who_waits_for_a_day_is_asked_and_can_wait_on_or_go_without() {
    let Scenario { plan, inventory } = scenario("certificates = [\"stg.shop.example.com\"]\n", Vec::new());
    night::in_paused_time(async {
        let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
        terraform_rests(&mut lock(&stage.simulated.cloud));
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let automatic = || Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let run = stage.begin(&journal).expect("a run");
        let waiting = StepId::new(format!("zone/{NAME}/await_certificate")).expect("an id");
        let end = stage.carry_on(&journal, run, automatic()).await;
        assert_eq!(
            end.map_err(|error| error.to_string()),
            Ok(RunEnd::NeedsOperator(vec![waiting.clone()]))
        );
        let (by, reason) = ("the test".to_owned(), "somebody said so".to_owned());
        let retry = InboxItem::Retry {
            step: waiting.clone(),
            by: by.clone(),
            reason: reason.clone(),
        };
        let before = stage.simulated.world.clock.now();
        let put = |item: &InboxItem| {
            journal
                .lock()
                .expect("nobody panicked")
                .put_inbox(item)
                .expect("it can be written")
        };
        put(&retry);
        let run = Run::resume(std::sync::Arc::clone(&journal)).expect("it has begun");
        let end = stage.carry_on(&journal, run, automatic()).await;
        assert_eq!(
            end.map_err(|error| error.to_string()),
            Ok(RunEnd::NeedsOperator(vec![waiting.clone()]))
        );
        assert!(
            stage.simulated.world.clock.now().duration_since(before).as_hours() >= 24,
            "it waited on"
        );
        put(&InboxItem::Skip {
            step: waiting,
            by,
            reason,
        });
        let run = Run::resume(std::sync::Arc::clone(&journal)).expect("it has begun");
        let end = stage.carry_on(&journal, run, automatic()).await;
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        assert_eq!(stage.laws_broken(end.as_ref().ok(), &events), Vec::<String>::new());
        assert_eq!(
            end.map_err(|error| error.to_string()),
            Ok(RunEnd::Completed),
            "{:?}",
            night::stops(&events)
        );
    });
}

fn root(account: &str) -> Caller {
    let region = Region::new("ap-northeast-1").expect("a region");
    Caller::root(&AccountId::new(account).expect("an account"), &region)
}

/// The validation record that ACM tells the target for the zone's own name.
fn told(cloud: &mut Cloud) -> (String, String) {
    let asked = json!({ "DomainName": NAME, "ValidationMethod": "DNS" });
    let made = cloud
        .call(&root(TARGET), "acm", "RequestCertificate", &asked)
        .expect("it may");
    let later = cloud.later(60);
    cloud.advance(later);
    let seen = cloud
        .call(&root(TARGET), "acm", "DescribeCertificate", &made)
        .expect("it is there");
    let record = &seen["Certificate"]["DomainValidationOptions"][0]["ResourceRecord"];
    let text = |member: &str| record[member].as_str().expect("it is told").to_owned();
    (text("Name"), text("Value"))
}

/// What a record of this value, which somebody has written before, makes of a run: its end, its events, and whether the record still stands.
fn with_record(value: impl Fn(&str) -> String, undo: bool) -> (Result<RunEnd, String>, Vec<Recorded>, Vec<String>) {
    let bare = inventory(Vec::new());
    let (name, right) = told(&mut Cloud::new(&bare, bare.observed_at, 1, FaultLevel::None));
    let set = json!({ "name": name.trim_end_matches('.'), "type": "CNAME", "ttl": 60, "values": [value(&right)] });
    let scenario = scenario("certificates = [\"stg.shop.example.com\"]\n", vec![set]);
    let disturbance = match undo {
        // Behind the record, before the hand-over.
        true => {
            let undisturbed = night::carry_out(&scenario, &Disturbance::default());
            let issued = |recorded: &Recorded| matches!(&recorded.event, Event::StepVerified { step, .. } if step.verb() == "await_issued");
            let at = undisturbed.events.iter().position(issued).expect("it is issued") as u64;
            Disturbance {
                cuts: vec![night::Cut::Upon(at + 1)],
                undo: true,
                ..Disturbance::default()
            }
        }
        false => Disturbance::default(),
    };
    let night = night::carry_out(&scenario, &disturbance);
    assert_eq!(night.broken, Vec::<String>::new());
    let standing = night
        .standing
        .keys()
        .filter(|line| line.contains("ZCHILD") || line.contains(SOURCE));
    (night.end.clone(), night.events.clone(), standing.cloned().collect())
}

#[test]
fn a_record_that_stands_there_already_is_left_and_not_taken_out_again() {
    let (end, events, _) = with_record(str::to_owned, false);
    assert_eq!(end, Ok(RunEnd::Completed));
    let evidence = events.iter().find_map(|recorded| match &recorded.event {
        Event::StepVerified { step, evidence } if step.verb() == "write_validation" => Some(evidence.clone()),
        _ => None,
    });
    let evidence = evidence.expect("the step is done");
    assert!(
        evidence.contains("; there before: _") && !evidence.contains("written"),
        "{evidence}"
    );
    // Law 7 compares the zone with the start: the record is as it was.
    let (end, ..) = with_record(str::to_owned, true);
    assert_eq!(end, Ok(RunEnd::Unwound));
}

#[test]
fn a_record_of_another_value_is_somebody_elses_and_stops_the_run() {
    let (end, events, _) = with_record(|_| "elsewhere.example.".to_owned(), false);
    assert!(matches!(end, Ok(RunEnd::NeedsOperator(_))), "{end:?}");
    let stops = night::stops(&events);
    assert!(
        stops.iter().any(|stop| stop.contains("points to elsewhere.example")),
        "{stops:?}"
    );
}

/// Terraform that never applies is told what to do, for as long as it takes; a certificate that timed out stops the run.
#[test]
fn who_must_apply_what_is_told_and_a_certificate_that_fails_stops_the_run() {
    let Scenario { plan, inventory } = scenario("certificates = [\"stg.shop.example.com\"]\n", Vec::new());
    night::in_paused_time(async {
        let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        // Somebody forbids Amazon after the plan was made.
        {
            let mut cloud = lock(&stage.simulated.cloud);
            let set = json!({ "Name": NAME, "Type": "CAA", "TTL": 300, "ResourceRecords": [{ "Value": "0 issue \"letsencrypt.org\"" }] });
            let changes = json!({ "Changes": [{ "Action": "UPSERT", "ResourceRecordSet": set }] });
            let input = json!({ "HostedZoneId": "ZCHILD", "ChangeBatch": changes });
            cloud
                .call(&root(SOURCE), "route53", "ChangeResourceRecordSets", &input)
                .expect("it may");
        }
        let gatekeeper = Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let end = stage.carry_on(&journal, run, gatekeeper).await;
        assert!(matches!(end, Ok(RunEnd::NeedsOperator(_))), "{end:?}");
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let stops = night::stops(&events);
        assert!(stops.iter().any(|stop| stop.contains("FAILED, CAA_ERROR")), "{stops:?}");
        let alarms: Vec<String> = events
            .iter()
            .filter_map(|recorded| match &recorded.event {
                Event::AlarmChanged { alarm, .. } => alarm.clone(),
                _ => None,
            })
            .collect();
        let told = alarms.iter().any(|alarm| {
            alarm.contains("terraform apply -target=aws_acm_certificate.NAME")
                && alarm.contains(TARGET)
                && alarm.contains(NAME)
        });
        assert!(told, "{alarms:?}");
    });
}

/// Records that are re-pointed: an alias of a load balancer with aliases of its own zone behind it, a database's name, one of two weighted sets, a wildcard.
const REPOINT: &str = r#"repoint = [
    { name = "app.stg.shop.example.com", type = "A", to = { alias = "new-1.ap-northeast-1.elb.amazonaws.com", zone_id = "Z14GRHDCWA56QT" } },
    { name = "db.stg.shop.example.com", type = "CNAME", to = { database = "shop-stg" } },
    { name = "shared.stg.shop.example.com", type = "A", set_identifier = "blue", to = { value = "203.0.113.30" } },
    { name = "*.stg.shop.example.com", type = "A", to = { values = ["203.0.113.9", "203.0.113.10"] } },
]
"#;

/// The staging database of the example, and the zone beside it.
fn repointing(words: &str) -> Scenario {
    let text = include_str!("../../runbooks/shop-staging/inventory.json");
    let mut all: Value = serde_json::from_str(text).expect("JSON");
    let weighted = |of: &str, value: &str| json!({ "name": format!("shared.{NAME}"), "type": "A", "ttl": 60, "values": [value], "set_identifier": of, "weight": 50 });
    let records = vec![
        json!({ "name": format!("app.{NAME}"), "type": "A", "alias": { "zone": "Z14GRHDCWA56QT", "name": "dualstack.old-1.ap-northeast-1.elb.amazonaws.com", "evaluate_health": true } }),
        json!({ "name": NAME, "type": "A", "alias": { "zone": "ZCHILD", "name": format!("app.{NAME}"), "evaluate_health": false } }),
        json!({ "name": format!("www.{NAME}"), "type": "A", "alias": { "zone": "ZCHILD", "name": NAME, "evaluate_health": false } }),
        json!({ "name": format!("db.{NAME}"), "type": "CNAME", "ttl": 3600, "values": ["shop-stg.cexample.ap-northeast-1.rds.amazonaws.com"] }),
        weighted("blue", "198.51.100.30"),
        weighted("green", "198.51.100.31"),
    ];
    let zones = serde_json::to_value(inventory(records)).expect("JSON");
    all["accounts"][SOURCE]["zones"] = zones["accounts"][SOURCE]["zones"].clone();
    for kind in ["buckets", "images"] {
        all["accounts"][SOURCE]["regions"]["ap-northeast-1"][kind] = json!([]);
    }
    let inventory = Inventory::parse(&all.to_string()).expect("an inventory");
    let database = "[[key]]\nalias = \"alias/shop\"\n[[database]]\nid = \"shop-stg\"\n\
                    restore = { subnet_group = \"stg-db\", security_groups = [\"sg-0a1b2c3d\"], parameter_group = \"carry\" }\n\
                    [[gate]]\nname = \"go\"\nask = \"Go?\"\nbefore = [\"zone\"]\n";
    Scenario {
        plan: planned(&format!("{words}{database}"), &inventory),
        inventory,
    }
}

/// What is wrong with the re-pointed records after a whole night: both zones have the new values, and the old TTLs again.
fn repointed(cloud: &Cloud, state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let restored = state
        .plan
        .steps
        .iter()
        .find(|step| step.action == "database.restore_instance");
    let restored = state
        .output(&restored.expect("it is planned").id)
        .expect("it is restored");
    let host = restored["host"].as_str().expect("it has an endpoint");
    for owner in [SOURCE, TARGET] {
        let zone = every_zone(cloud).find(|zone| zone.owner.as_str() == owner && zone.name.starts_with("stg."));
        let zone = zone.expect("both have one");
        let says = |name: &str, kind: &str, of: Option<&str>| {
            let name = format!("{name}.{NAME}.");
            let set = zone
                .records
                .values()
                .find(|set| set.name == name && set.kind == kind && set.set_identifier.as_deref() == of);
            let set = set.unwrap_or_else(|| panic!("{owner} has no {name}"));
            let alias = set.alias.as_ref().map(|alias| alias.name.clone());
            (set.ttl, alias, set.values.clone())
        };
        let alias = Some("new-1.ap-northeast-1.elb.amazonaws.com.".to_owned());
        for (found, right) in [
            (says("app", "A", None), (None, alias, Vec::new())),
            (says("db", "CNAME", None), (Some(3600), None, vec![host.to_owned()])),
            (
                says("shared", "A", Some("blue")),
                (Some(60), None, vec!["203.0.113.30".to_owned()]),
            ),
            (
                says("shared", "A", Some("green")),
                (Some(60), None, vec!["198.51.100.31".to_owned()]),
            ),
            (
                says("\\052", "A", None),
                (
                    Some(300),
                    None,
                    vec!["203.0.113.9".to_owned(), "203.0.113.10".to_owned()],
                ),
            ),
        ] {
            if found != right {
                wrong.push(format!("in {owner}'s zone: {found:?} instead of {right:?}"));
            }
        }
    }
    let ended = |verb: &str| {
        let steps = state.steps.iter().filter(|(id, _)| id.verb().starts_with(verb));
        steps.map(|(_, place)| place.ended_at).max().flatten()
    };
    let began = |verb: &str| {
        let steps = state.steps.iter().filter(|(id, _)| id.verb().starts_with(verb));
        steps.filter_map(|(_, place)| place.started_at).min()
    };
    if ended("restore_instance") > began("repoint_db") || ended("repoint_db") > began("repoint_app") {
        wrong.push("a name changed before what it names was there".to_owned());
    }
    if ended("repoint") > began("delegate") || ended("wait_record_ttl") > began("repoint") {
        wrong.push("a name changed before its old TTL had run out, or behind the delegation".to_owned());
    }
    wrong
}

#[test]
fn records_are_re_pointed_behind_what_they_name_and_before_the_delegation() {
    let scenario = repointing(REPOINT);
    try_all(
        &night::quiet_and_harsh(6),
        |night| format!("{night:?}"),
        |(seed, level)| night::whole(&scenario, *seed, *level, repointed),
    );
}

/// Certificates, a database, and records that are re-pointed to it.
pub(crate) fn with_a_database() -> Scenario {
    repointing(&format!("{CERTIFICATES}{REPOINT}"))
}

#[test]
fn a_night_with_certificates_a_database_and_re_pointed_records_breaks_no_law() {
    let scenario = with_a_database();
    try_all(
        &night::quiet_and_harsh(3),
        |night| format!("{night:?}"),
        |(seed, level)| {
            night::whole(&scenario, *seed, *level, |cloud, state| {
                let mut wrong = repointed(cloud, state);
                wrong.extend(after(cloud, state));
                wrong
            })
        },
    );
}

#[test]
fn on_hostile_nights_names_say_the_old_or_the_new_and_nothing_else() {
    hostile::assert_safe(&repointing(REPOINT), 1..=8);
}

/// The law is told what is meant when its step begins: a step that writes something else breaks it.
#[test]
fn a_record_that_says_something_else_than_planned_breaks_the_law() {
    let Scenario { plan, inventory } = repointing(REPOINT);
    let writes = |at: &str, value: &str| {
        night::in_paused_time(async {
            let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
            let mut journal = Journal::in_memory().expect("memory");
            stage.stamp(&mut journal).expect("a new journal can be stamped");
            let journal = carriage::shared(journal);
            let run = stage.begin(&journal).expect("a run");
            {
                let mut cloud = lock(&stage.simulated.cloud);
                let set = json!({ "Name": at, "Type": "CNAME", "TTL": 60, "ResourceRecords": [{ "Value": value }] });
                let changes = json!({ "Changes": [{ "Action": "UPSERT", "ResourceRecordSet": set }] });
                let input = json!({ "HostedZoneId": "ZCHILD", "ChangeBatch": changes });
                cloud
                    .call(&root(SOURCE), "route53", "ChangeResourceRecordSets", &input)
                    .expect("it may");
                let later = cloud.later(120);
                cloud.advance(later);
            }
            drop(run);
            stage.laws_broken(None, &[])
        })
    };
    let broken = writes(&format!("db.{NAME}"), "somewhere.example.");
    assert!(
        broken
            .iter()
            .any(|line| line.contains("law 4") && line.contains("db.stg")),
        "{broken:?}"
    );
    let free = writes(&format!("new.{NAME}"), "somewhere.example.");
    assert_eq!(free, Vec::<String>::new(), "what is not re-pointed may be written");
}

static REPOINTED: LazyLock<Driven> = LazyLock::new(|| {
    let words = REPOINT.replace("{ database = \"shop-stg\" }", "{ value = \"new.db.example\" }");
    let records = vec![
        json!({ "name": format!("app.{NAME}"), "type": "A", "alias": { "zone": "Z14GRHDCWA56QT", "name": "old-1.ap-northeast-1.elb.amazonaws.com", "evaluate_health": true } }),
        json!({ "name": format!("db.{NAME}"), "type": "CNAME", "ttl": 3600, "values": ["old.db.example."] }),
        json!({ "name": format!("shared.{NAME}"), "type": "A", "ttl": 60, "values": ["198.51.100.30"], "set_identifier": "blue", "weight": 1 }),
    ];
    Driven::new(
        scenario(&words, records),
        &["ChangeResourceRecordSets"],
        &["ChangeTagsForResource"],
    )
});

#[test]
fn re_pointing_survives_crashes_and_lost_replies_and_can_be_taken_back() {
    REPOINTED.crashes(12);
    REPOINTED.calls(12);
    REPOINTED.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn re_pointing_survives_every_point() {
    REPOINTED.crashes(usize::MAX);
    REPOINTED.calls(usize::MAX);
    REPOINTED.undos(usize::MAX);
}

/// The names lie in the zone of a shorter name, out of which they are carved: that one is asked, and is written.
#[test]
fn names_that_are_carved_out_are_certified_and_re_pointed_in_the_zone_that_holds_them() {
    let scenario = carved();
    try_all(
        &night::quiet_and_harsh(4),
        |night| format!("{night:?}"),
        |(seed, level)| {
            night::whole(&scenario, *seed, *level, |cloud, _| {
                let of = |owner: &str| {
                    every_zone(cloud)
                        .find(|zone| zone.owner.as_str() == owner)
                        .expect("a zone")
                };
                let says = |owner: &str| -> Vec<Vec<String>> {
                    let zone = of(owner);
                    let sets = zone.records.values().filter(|set| {
                        set.name == format!("db.{NAME}.") || set.name.contains("._") || set.name.starts_with('_')
                    });
                    sets.map(|set| set.values.clone()).collect()
                };
                let (old, new) = (says(SOURCE), says(TARGET));
                let whole = old == new && old.len() == 3 && old.contains(&vec!["new.db.example".to_owned()]);
                if whole {
                    Vec::new()
                } else {
                    vec![format!("{old:?} and {new:?}")]
                }
            })
        },
    );
}

/// Names in the zone of a shorter name, certified and re-pointed.
pub(crate) fn carved() -> Scenario {
    let words = format!(
        "{CERTIFICATES}{}",
        REPOINT.replace("{ database = \"shop-stg\" }", "{ value = \"new.db.example\" }")
    );
    let records = vec![
        json!({ "name": format!("app.{NAME}"), "type": "A", "alias": { "zone": "Z14GRHDCWA56QT", "name": "old-1.ap-northeast-1.elb.amazonaws.com", "evaluate_health": true } }),
        json!({ "name": format!("db.{NAME}"), "type": "CNAME", "ttl": 3600, "values": ["old.db.example."] }),
        json!({ "name": format!("shared.{NAME}"), "type": "A", "ttl": 60, "values": ["198.51.100.30"], "set_identifier": "blue", "weight": 1 }),
    ];
    let mut all = serde_json::to_value(inventory(records)).expect("JSON");
    let zones = &mut all["accounts"][SOURCE]["zones"];
    let names = zones[0]["records"].as_array().expect("records").clone();
    let below = names.into_iter().filter(|record| record["type"] != "NS");
    zones[1]["records"] = below.collect();
    zones.as_array_mut().expect("zones").remove(0);
    let inventory = Inventory::parse(&all.to_string()).expect("an inventory");
    Scenario {
        plan: planned(&words, &inventory),
        inventory,
    }
}

/// The target's Terraform has written the record into its own zone already, with a TTL of its own: both zones have it so.
#[test]
fn a_record_that_terraform_has_in_its_own_zone_is_written_as_it_stands_there() {
    let bare = inventory(Vec::new());
    let (name, value) = told(&mut Cloud::new(&bare, bare.observed_at, 1, FaultLevel::None));
    let name = name.trim_end_matches('.');
    let mut all = serde_json::to_value(&bare).expect("JSON");
    let servers = ["ns-5.awsdns-05.com.", "ns-6.awsdns-06.net."];
    all["accounts"][TARGET]["zones"] = json!([{ "id": "ZTERRAFORM", "name": NAME, "name_servers": servers, "records": [
        { "name": NAME, "type": "NS", "ttl": 172_800, "values": servers },
        { "name": name, "type": "CNAME", "ttl": 61, "values": [value] },
    ] }]);
    let inventory = Inventory::parse(&all.to_string()).expect("an inventory");
    let scenario = Scenario {
        plan: planned("adopt = true\ncertificates = [\"stg.shop.example.com\"]\n", &inventory),
        inventory,
    };
    try_all(
        &night::quiet_and_harsh(4),
        |night| format!("{night:?}"),
        |(seed, level)| {
            night::whole(&scenario, *seed, *level, |cloud, _| {
                let zones = every_zone(cloud).filter(|zone| zone.name.starts_with("stg."));
                let ttls = zones.map(|zone| {
                    zone.records
                        .values()
                        .find(|set| set.name == format!("{name}."))
                        .and_then(|set| set.ttl)
                });
                let ttls: Vec<Option<u32>> = ttls.collect();
                if ttls == [Some(61), Some(61)] {
                    Vec::new()
                } else {
                    vec![format!("{ttls:?}")]
                }
            })
        },
    );
    let driven = Driven::new(scenario, &["ChangeResourceRecordSets"], &["ChangeTagsForResource"]);
    driven.undos(12);
}
