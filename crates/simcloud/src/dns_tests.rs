use hickory_proto::op::{Message, MessageType, OpCode, Query, ResponseCode};
use hickory_proto::rr::RecordType;
use jiff::Timestamp;
use model::ids::Region;
use model::inventory::{AccountInventory, AliasTarget, Inventory, Record, Zone};
use serde_json::{Value, json};

use super::{
    Code, NameWatch, ROOT_SERVER, address_of, answer, change_registry, check_names, message, resolve, watch_names,
};
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";

fn record(name: &str, kind: &str, ttl: u32, values: &[&str]) -> Record {
    Record {
        name: name.into(),
        kind: kind.into(),
        ttl: Some(ttl),
        values: values.iter().map(|value| (*value).into()).collect(),
        ..Record::default()
    }
}

/// `example.com` delegates `stg.example.com`; both lie in the source account.
fn cloud() -> Cloud {
    let parent = Zone {
        id: "ZPARENT".into(),
        name: "example.com".into(),
        name_servers: vec!["ns-1.awsdns-01.com".into(), "ns-2.awsdns-02.net".into()],
        records: vec![
            record(
                "stg.example.com",
                "NS",
                3600,
                &["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."],
            ),
            record("www.example.com", "A", 300, &["10.1.1.1"]),
        ],
        ..Zone::default()
    };
    let mut own = record("own.stg.example.com", "A", 0, &[]);
    own.ttl = None;
    own.alias = Some(AliasTarget {
        zone: "ZOLD".into(),
        name: "app.stg.example.com".into(),
        evaluate_health: false,
    });
    let mut lb = own.clone();
    lb.name = "lb.stg.example.com".into();
    lb.alias = Some(AliasTarget {
        zone: "ZELB".into(),
        name: "dualstack.x.elb.amazonaws.com".into(),
        evaluate_health: false,
    });
    let mut blue = record("w.stg.example.com", "A", 60, &["10.3.0.1"]);
    blue.set_identifier = Some("blue".into());
    blue.weight = Some(1);
    let mut green = blue.clone();
    green.set_identifier = Some("green".into());
    green.values = vec!["10.3.0.2".into()];
    let child = Zone {
        id: "ZOLD".into(),
        name: "stg.example.com".into(),
        name_servers: vec!["ns-3.awsdns-03.com".into(), "ns-4.awsdns-04.net".into()],
        records: vec![
            record(
                "stg.example.com",
                "NS",
                1800,
                &["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."],
            ),
            record("app.stg.example.com", "A", 60, &["10.2.0.1"]),
            record("c.stg.example.com", "CNAME", 60, &["app.stg.example.com"]),
            record("db.stg.example.com", "CNAME", 60, &["db.abc.rds.amazonaws.com"]),
            record("txt.stg.example.com", "TXT", 60, &["\"one; \\\"two\\\"\" \"three\""]),
            record("deep.x.stg.example.com", "A", 60, &["10.2.0.9"]),
            record("\\052.stg.example.com", "A", 60, &["10.2.0.99"]),
            record("far.stg.example.com", "NS", 60, &["ns.elsewhere.test."]),
            own,
            lb,
            blue,
            green,
        ],
        ..Zone::default()
    };
    let source = AccountInventory {
        zones: vec![parent, child],
        ..AccountInventory::default()
    };
    let start: Timestamp = "2026-11-21T22:00:00Z".parse().unwrap();
    let accounts = [(SOURCE, source), (TARGET, AccountInventory::default())];
    let accounts = accounts
        .into_iter()
        .map(|(id, account)| (id.parse().unwrap(), account))
        .collect();
    Cloud::new(
        &Inventory {
            schema: None,
            format: 1,
            observed_at: start,
            accounts,
            references: Default::default(),
            looked: None,
            terraform_creates: Vec::new(),
        },
        start,
        3,
        FaultLevel::None,
    )
}

fn call(cloud: &mut Cloud, account: &str, operation: &str, input: &Value) -> Value {
    let region: Region = "us-east-1".parse().unwrap();
    let caller = Caller::root(&account.parse().unwrap(), &region);
    crate::services::route53::handle(cloud, &caller, operation, input).unwrap_or_else(|e| panic!("{operation}: {e:?}"))
}

fn wait(cloud: &mut Cloud, seconds: i64) {
    let later = cloud.later(seconds);
    cloud.advance(later);
}

fn change(cloud: &mut Cloud, account: &str, zone: &str, changes: &[Value]) {
    call(
        cloud,
        account,
        "ChangeResourceRecordSets",
        &json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } }),
    );
}

/// Makes the target's zone and copies what `keep` lets through. Gives back its id and its name servers.
fn copy_zone(cloud: &mut Cloud, keep: impl Fn(&Value) -> bool) -> (String, Vec<String>) {
    let made = call(
        cloud,
        TARGET,
        "CreateHostedZone",
        &json!({ "Name": "stg.example.com", "CallerReference": "run" }),
    );
    let id = made["HostedZone"]["Id"].as_str().unwrap().replace("/hostedzone/", "");
    let listed = call(
        cloud,
        SOURCE,
        "ListResourceRecordSets",
        &json!({ "HostedZoneId": "ZOLD" }),
    );
    let mut changes = Vec::new();
    for set in listed["ResourceRecordSets"].as_array().unwrap() {
        let apex = set["Name"] == "stg.example.com.";
        if apex || !keep(set) {
            continue;
        }
        let mut set = set.clone();
        if set["AliasTarget"]["HostedZoneId"] == "ZOLD" {
            set["AliasTarget"]["HostedZoneId"] = json!(id);
        }
        changes.push(json!({ "Action": "CREATE", "ResourceRecordSet": set }));
    }
    change(cloud, TARGET, &id, &changes);
    let servers = made["DelegationSet"]["NameServers"].as_array().unwrap();
    (
        id,
        servers
            .iter()
            .map(|server| server.as_str().unwrap().to_owned())
            .collect(),
    )
}

fn delegate(cloud: &mut Cloud, servers: &[String], ttl: u32) {
    let values: Vec<Value> = servers
        .iter()
        .map(|server| json!({ "Value": format!("{server}.") }))
        .collect();
    let set = json!({ "Name": "stg.example.com", "Type": "NS", "TTL": ttl, "ResourceRecords": values });
    change(
        cloud,
        SOURCE,
        "ZPARENT",
        &[json!({ "Action": "UPSERT", "ResourceRecordSet": set })],
    );
}

fn empty_and_delete(cloud: &mut Cloud, account: &str, id: &str) {
    let listed = call(cloud, account, "ListResourceRecordSets", &json!({ "HostedZoneId": id }));
    let sets = listed["ResourceRecordSets"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|set| set["Name"] != "stg.example.com.");
    let changes: Vec<Value> = sets
        .map(|set| json!({ "Action": "DELETE", "ResourceRecordSet": set }))
        .collect();
    change(cloud, account, id, &changes);
    call(cloud, account, "DeleteHostedZone", &json!({ "Id": id }));
}

fn ask(cloud: &mut Cloud, server: &str, name: &str, kind: RecordType) -> Message {
    let mut query = Message::new(7, MessageType::Query, OpCode::Query);
    query.add_query(Query::query(message::name(name).unwrap(), kind));
    let bytes = answer(cloud, server, &query.to_vec().unwrap());
    Message::from_vec(&bytes).unwrap()
}

fn data(message: &Message) -> Vec<String> {
    message.answers.iter().map(|record| record.data.to_string()).collect()
}

#[test]
fn a_server_speaks_for_its_own_zones_only_and_refers_to_the_rest() {
    let mut cloud = cloud();
    let own = ask(&mut cloud, "ns-3.awsdns-03.com", "app.stg.example.com", RecordType::A);
    assert!(own.metadata.authoritative);
    assert_eq!(data(&own), ["10.2.0.1"]);
    let by_address = address_of("ns-4.awsdns-04.net.").to_string();
    assert_eq!(
        data(&ask(&mut cloud, &by_address, "APP.stg.example.com", RecordType::A)),
        ["10.2.0.1"]
    );
    let referral = ask(&mut cloud, "ns-1.awsdns-01.com", "app.stg.example.com", RecordType::A);
    assert!(!referral.metadata.authoritative && referral.answers.is_empty());
    assert_eq!(referral.authorities.len(), 2);
    let refused = ask(&mut cloud, "ns-3.awsdns-03.com", "www.example.com", RecordType::A);
    assert_eq!(refused.metadata.response_code, ResponseCode::Refused);
    let unknown = ask(&mut cloud, "8.8.8.8", "www.example.com", RecordType::A);
    assert_eq!(unknown.metadata.response_code, ResponseCode::Refused);
    assert_eq!(
        ask(&mut cloud, ROOT_SERVER, "www.example.com", RecordType::A)
            .authorities
            .len(),
        2
    );
}

#[test]
fn a_zone_answers_as_dns_says() {
    let mut cloud = cloud();
    let mut says = |name: &str, kind: RecordType| {
        let message = ask(&mut cloud, "ns-3.awsdns-03.com", name, kind);
        (
            message.metadata.response_code,
            data(&message),
            message.authorities.len(),
        )
    };
    let found = |values: &[&str]| {
        (
            ResponseCode::NoError,
            values.iter().map(|v| (*v).to_owned()).collect::<Vec<_>>(),
            0,
        )
    };
    assert_eq!(
        says("c.stg.example.com", RecordType::A),
        found(&["app.stg.example.com.", "10.2.0.1"])
    );
    assert_eq!(
        says("db.stg.example.com", RecordType::A),
        found(&["db.abc.rds.amazonaws.com."])
    );
    assert_eq!(says("own.stg.example.com", RecordType::A), found(&["10.2.0.1"]));
    assert_eq!(
        says("lb.stg.example.com", RecordType::A),
        found(&[&address_of("x.elb.amazonaws.com").to_string()])
    );
    assert_eq!(says("unwritten.stg.example.com", RecordType::A), found(&["10.2.0.99"]));
    let none: Vec<String> = Vec::new();
    assert_eq!(
        says("app.stg.example.com", RecordType::AAAA),
        (ResponseCode::NoError, none.clone(), 1)
    );
    // `x` exists because of what lies below it, so the wildcard stands in neither for it nor below it.
    assert_eq!(
        says("x.stg.example.com", RecordType::A),
        (ResponseCode::NoError, none.clone(), 1)
    );
    assert_eq!(
        says("y.x.stg.example.com", RecordType::A),
        (ResponseCode::NXDomain, none, 1)
    );
    let text = ask(&mut cloud, "ns-3.awsdns-03.com", "txt.stg.example.com", RecordType::TXT);
    let hickory_proto::rr::RData::TXT(text) = &text.answers[0].data else {
        panic!("not TXT")
    };
    let strings: Vec<&[u8]> = text.txt_data.iter().map(AsRef::as_ref).collect();
    assert_eq!(strings, [b"one; \"two\"".as_slice(), b"three".as_slice()]);
}

#[test]
fn weighted_sets_answer_one_at_a_time_and_all_in_turn() {
    let cloud = cloud();
    let mut seen: Vec<String> = (0..20)
        .flat_map(|salt| {
            let reply = cloud
                .route53
                .world
                .reply("ns-3.awsdns-03.com", "w.stg.example.com.", "A", salt);
            assert_eq!(reply.answers.len(), 1);
            reply.answers.into_iter().map(|record| record.value)
        })
        .collect();
    seen.sort();
    seen.dedup();
    assert_eq!(seen, ["10.3.0.1", "10.3.0.2"]);
}

#[test]
fn a_resolver_believes_an_old_delegation_for_as_long_as_its_ttl() {
    let mut cloud = cloud();
    let values = |cloud: &mut Cloud, name: &str| -> Vec<String> {
        resolve(cloud, name, "A")
            .answers
            .into_iter()
            .map(|record| record.value)
            .collect()
    };
    assert_eq!(
        values(&mut cloud, "c.stg.example.com"),
        ["app.stg.example.com", "10.2.0.1"]
    );
    assert_eq!(values(&mut cloud, "db.stg.example.com").len(), 2);
    assert_eq!(resolve(&mut cloud, "nothing.example.com", "A").code, Code::NxDomain);
    let (id, servers) = copy_zone(&mut cloud, |_| true);
    let mut moved =
        json!({ "Name": "app.stg.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": "10.2.0.2" }] });
    change(
        &mut cloud,
        TARGET,
        &id,
        &[json!({ "Action": "UPSERT", "ResourceRecordSet": moved.take() })],
    );
    delegate(&mut cloud, &servers, 60);
    wait(&mut cloud, 120);
    assert_eq!(
        values(&mut cloud, "app.stg.example.com"),
        ["10.2.0.1"],
        "through the cached delegation"
    );
    wait(&mut cloud, 3600);
    assert_eq!(values(&mut cloud, "app.stg.example.com"), ["10.2.0.2"]);
}

fn watched(cloud: &mut Cloud) -> NameWatch {
    let watch = watch_names(cloud);
    // These tests look themselves: else the laws would have looked already when time moves on.
    cloud.laws.names = NameWatch::default();
    // www and the delegation; ten names of the child, one of them delegated to a stranger, one a wildcard.
    assert_eq!(watch.len(), 12);
    watch
}

#[test]
fn a_careful_move_breaks_no_name_and_an_early_deletion_does() {
    for (wait_for_caches, careful) in [(3600, true), (600, false)] {
        let mut cloud = cloud();
        let mut watch = watched(&mut cloud);
        let (_, servers) = copy_zone(&mut cloud, |_| true);
        wait(&mut cloud, 60);
        delegate(&mut cloud, &servers, 60);
        wait(&mut cloud, 60);
        assert_eq!(check_names(&mut cloud, &mut watch), [] as [String; 0]);
        wait(&mut cloud, wait_for_caches);
        empty_and_delete(&mut cloud, SOURCE, "ZOLD");
        wait(&mut cloud, 60);
        let broken = check_names(&mut cloud, &mut watch);
        assert_eq!(broken.is_empty(), careful, "{broken:#?}");
    }
}

#[test]
fn lowering_a_ttl_helps_only_after_the_old_ttl() {
    for (between, careful) in [(3600, true), (300, false)] {
        let mut cloud = cloud();
        let mut watch = watched(&mut cloud);
        let old = ["ns-3.awsdns-03.com", "ns-4.awsdns-04.net"].map(str::to_owned);
        delegate(&mut cloud, &old, 60);
        let values: Vec<Value> = old
            .iter()
            .map(|server| json!({ "Value": format!("{server}.") }))
            .collect();
        let apex = json!({ "Name": "stg.example.com", "Type": "NS", "TTL": 60, "ResourceRecords": values });
        change(
            &mut cloud,
            SOURCE,
            "ZOLD",
            &[json!({ "Action": "UPSERT", "ResourceRecordSet": apex })],
        );
        let (_, servers) = copy_zone(&mut cloud, |_| true);
        wait(&mut cloud, between);
        delegate(&mut cloud, &servers, 60);
        wait(&mut cloud, 180);
        empty_and_delete(&mut cloud, SOURCE, "ZOLD");
        wait(&mut cloud, 60);
        let broken = check_names(&mut cloud, &mut watch);
        assert_eq!(broken.is_empty(), careful, "{broken:#?}");
    }
}

#[test]
fn a_name_that_was_not_copied_breaks_when_the_delegation_is_swapped() {
    // The wildcard answers in its place, which is worse than no answer.
    let missing: [(&str, &str, &str); 3] = [
        ("app.stg.example.com.", "A", "neither the old data nor the new"),
        ("deep.x.stg.example.com.", "A", "neither the old data nor the new"),
        ("far.stg.example.com.", "NS", "no data"),
    ];
    for (name, kind, fault) in missing {
        let mut cloud = cloud();
        let mut watch = watched(&mut cloud);
        let (_, servers) = copy_zone(&mut cloud, |set| {
            set["Name"] != name && set["Name"] != "own.stg.example.com."
        });
        wait(&mut cloud, 60);
        assert_eq!(
            check_names(&mut cloud, &mut watch),
            [] as [String; 0],
            "nobody asks the new servers yet"
        );
        delegate(&mut cloud, &servers, 60);
        wait(&mut cloud, 60);
        let broken = check_names(&mut cloud, &mut watch);
        assert!(
            broken
                .iter()
                .any(|line| line.contains(&format!("{name} {kind} ")) && line.contains(fault)),
            "{name}: {broken:#?}"
        );
        assert_eq!(check_names(&mut cloud, &mut watch), [] as [String; 0], "told once");
    }
}

#[test]
fn a_break_that_was_mended_before_anyone_looked_is_seen() {
    let mut cloud = cloud();
    let mut watch = watched(&mut cloud);
    let www = |value: &str, action: &str| {
        let set =
            json!({ "Name": "www.example.com", "Type": "A", "TTL": 300, "ResourceRecords": [{ "Value": value }] });
        json!({ "Action": action, "ResourceRecordSet": set })
    };
    change(&mut cloud, SOURCE, "ZPARENT", &[www("10.1.1.1", "DELETE")]);
    wait(&mut cloud, 60);
    change(&mut cloud, SOURCE, "ZPARENT", &[www("10.1.1.1", "CREATE")]);
    wait(&mut cloud, 60);
    let broken = check_names(&mut cloud, &mut watch);
    assert_eq!(broken.len(), 1);
    assert!(broken[0].contains("www.example.com. A gets NXDOMAIN"), "{}", broken[0]);
}

#[test]
fn new_data_is_right_when_written_and_only_as_planned_once_a_plan_is_named() {
    for (planned, right) in [(None, true), (Some("10.1.1.2"), true), (Some("10.1.1.3"), false)] {
        let mut cloud = cloud();
        let mut watch = watched(&mut cloud);
        if let Some(value) = planned {
            watch.plan_data("www.example.com", "A", &[value.to_owned()]);
        }
        let set =
            json!({ "Name": "www.example.com", "Type": "A", "TTL": 300, "ResourceRecords": [{ "Value": "10.1.1.2" }] });
        change(
            &mut cloud,
            SOURCE,
            "ZPARENT",
            &[json!({ "Action": "UPSERT", "ResourceRecordSet": set })],
        );
        wait(&mut cloud, 60);
        assert_eq!(check_names(&mut cloud, &mut watch).is_empty(), right, "{planned:?}");
    }
}

#[test]
fn servers_without_the_zone_break_every_name_below_the_cut() {
    let mut cloud = cloud();
    let mut watch = watched(&mut cloud);
    delegate(
        &mut cloud,
        &["ns-1.awsdns-01.com".into(), "ns-9.nobody.test".into()],
        60,
    );
    wait(&mut cloud, 60);
    let broken = check_names(&mut cloud, &mut watch);
    assert!(
        broken
            .iter()
            .any(|line| line.contains("app.stg.example.com. A") && line.contains("ns-9.nobody.test"))
    );
    assert!(
        broken
            .iter()
            .any(|line| line.contains("app.stg.example.com. A") && line.contains("a referral in a circle"))
    );
    assert!(
        !broken.iter().any(|line| line.contains("www.example.com.")),
        "{broken:#?}"
    );
}

#[test]
fn a_top_zone_moves_when_its_registry_points_elsewhere() {
    let mut cloud = cloud();
    let mut watch = watched(&mut cloud);
    change_registry(&mut cloud, "example.com", &["ns-3.awsdns-03.com".to_owned()]);
    let broken = check_names(&mut cloud, &mut watch);
    assert!(
        broken
            .iter()
            .any(|line| line.contains("www.example.com. A is asked of ns-3.awsdns-03.com")),
        "{broken:#?}"
    );
}
