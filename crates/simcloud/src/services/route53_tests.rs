use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::inventory::{AccountInventory, Inventory};
use serde_json::{Value, json};

use super::names;
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;

fn cloud(level: FaultLevel) -> Cloud {
    let accounts: BTreeMap<AccountId, AccountInventory> = ["111111111111", "222222222222"]
        .iter()
        .map(|id| (id.parse().unwrap(), AccountInventory::default()))
        .collect();
    let start: Timestamp = "2026-11-21T22:00:00Z".parse().unwrap();
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
        7,
        level,
    )
}

fn caller(account: &str) -> Caller {
    let region: Region = "us-east-1".parse().unwrap();
    Caller::root(&account.parse().unwrap(), &region)
}

fn call(cloud: &mut Cloud, operation: &str, input: &Value) -> Result<Value, ServiceError> {
    // A second between calls, so that only the tests of the rate meet it.
    let later = cloud.later(1);
    cloud.advance(later);
    super::handle(cloud, &caller("111111111111"), operation, input)
}

fn zone(cloud: &mut Cloud, name: &str, reference: &str) -> Value {
    call(
        cloud,
        "CreateHostedZone",
        &json!({ "Name": name, "CallerReference": reference }),
    )
    .unwrap()
}

fn zone_id(made: &Value) -> String {
    made["HostedZone"]["Id"]
        .as_str()
        .unwrap()
        .strip_prefix("/hostedzone/")
        .unwrap()
        .to_owned()
}

fn change(cloud: &mut Cloud, zone: &str, changes: &[Value]) -> Result<Value, ServiceError> {
    call(
        cloud,
        "ChangeResourceRecordSets",
        &json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } }),
    )
}

fn one(action: &str, name: &str, kind: &str, value: &str) -> Value {
    json!({ "Action": action, "ResourceRecordSet": {
        "Name": name, "Type": kind, "TTL": 60, "ResourceRecords": [{ "Value": value }] } })
}

fn alias(name: &str, zone: &str, target: &str) -> Value {
    json!({ "Action": "CREATE", "ResourceRecordSet": { "Name": name, "Type": "A",
        "AliasTarget": { "HostedZoneId": zone, "DNSName": target, "EvaluateTargetHealth": false } } })
}

fn weighted(id: &str, value: &str) -> Value {
    json!({ "Action": "CREATE", "ResourceRecordSet": { "Name": "w.example.com", "Type": "A", "TTL": 60,
        "SetIdentifier": id, "Weight": 1, "ResourceRecords": [{ "Value": value }] } })
}

fn refused(answer: Result<Value, ServiceError>, with: &str) {
    let error = answer.expect_err(with);
    assert_eq!(error.code, "InvalidChangeBatch");
    assert!(
        error.message.contains(with),
        "{} does not contain {with}",
        error.message
    );
}

fn listed(cloud: &mut Cloud, zone: &str, page: usize) -> Vec<String> {
    let mut found = Vec::new();
    let mut input = json!({ "HostedZoneId": zone, "MaxItems": page.to_string() });
    loop {
        let answer = call(cloud, "ListResourceRecordSets", &input).unwrap();
        for set in answer["ResourceRecordSets"].as_array().unwrap() {
            let id = set["SetIdentifier"]
                .as_str()
                .map(|id| format!(" {id}"))
                .unwrap_or_default();
            found.push(format!(
                "{} {}{id}",
                set["Name"].as_str().unwrap(),
                set["Type"].as_str().unwrap()
            ));
        }
        if answer["IsTruncated"] == false {
            return found;
        }
        for (from, to) in [
            ("NextRecordName", "StartRecordName"),
            ("NextRecordType", "StartRecordType"),
            ("NextRecordIdentifier", "StartRecordIdentifier"),
        ] {
            input[to] = answer.get(from).cloned().unwrap_or(Value::Null);
        }
    }
}

#[test]
fn names_take_one_form() {
    for (given, canonical) in [
        ("WWW.Example.COM", Some("www.example.com.")),
        ("*.example.com.", Some("\\052.example.com.")),
        ("\\052.example.com", Some("\\052.example.com.")),
        ("a b.example.com", Some("a\\040b.example.com.")),
        ("a\\056b.example.com", Some("a\\056b.example.com.")),
        ("\\141.example.com", Some("a.example.com.")),
        ("a..example.com", None),
        ("a\\9.example.com", None),
        ("", None),
    ] {
        assert_eq!(names::canonical(given).as_deref(), canonical, "{given}");
    }
    assert!(names::canonical(&format!("{}.com", "a".repeat(64))).is_none());
    assert!(names::within("x.stg.example.com.", "stg.example.com."));
    assert!(!names::within("xstg.example.com.", "stg.example.com."));
}

#[test]
fn a_caller_reference_makes_one_zone_and_another_makes_a_second_of_the_same_name() {
    let mut cloud = cloud(FaultLevel::None);
    let first = zone(&mut cloud, "stg.example.com", "run-1");
    let again = call(
        &mut cloud,
        "CreateHostedZone",
        &json!({ "Name": "stg.example.com", "CallerReference": "run-1" }),
    );
    let error = again.unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (409, "HostedZoneAlreadyExists"));
    let second = zone(&mut cloud, "stg.example.com", "run-2");
    let servers = |zone: &Value| -> Vec<String> {
        zone["DelegationSet"]["NameServers"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| s.as_str().unwrap().to_owned())
            .collect()
    };
    let (ours, theirs) = (servers(&first), servers(&second));
    assert_eq!(ours.len(), 4);
    for (server, suffix) in ours.iter().zip([".com", ".net", ".org", ".co.uk"]) {
        assert!(server.starts_with("ns-") && server.ends_with(suffix), "{server}");
    }
    assert!(ours.iter().all(|server| !theirs.contains(server)));
    assert_eq!(
        listed(&mut cloud, &zone_id(&first), 300),
        ["stg.example.com. NS", "stg.example.com. SOA"]
    );
    let by_name = call(
        &mut cloud,
        "ListHostedZonesByName",
        &json!({ "DNSName": "stg.example.com" }),
    )
    .unwrap();
    assert_eq!(by_name["HostedZones"].as_array().unwrap().len(), 2);
    assert_eq!(
        cloud.effect_counts()[&("route53 CreateHostedZone".to_owned(), "stg.example.com".to_owned())],
        2
    );
}

#[test]
fn records_are_listed_by_reversed_labels_and_every_page_size_gives_the_same_list() {
    let mut cloud = cloud(FaultLevel::None);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    let changes = [
        one("CREATE", "b.a.example.com", "A", "10.0.0.1"),
        one("CREATE", "a.example.com", "TXT", "\"t\""),
        one("CREATE", "a.example.com", "A", "10.0.0.1"),
        one("CREATE", "a-b.example.com", "A", "10.0.0.1"),
        one("CREATE", "*.example.com", "A", "10.0.0.1"),
        weighted("two", "10.0.0.2"),
        weighted("one", "10.0.0.1"),
    ];
    change(&mut cloud, &id, &changes).unwrap();
    let all = listed(&mut cloud, &format!("/hostedzone/{id}"), 300);
    // The dot after `a` is greater than the dash, and smaller than letters.
    let expected = [
        "example.com. NS",
        "example.com. SOA",
        "\\052.example.com. A",
        "a-b.example.com. A",
        "a.example.com. A",
        "a.example.com. TXT",
        "b.a.example.com. A",
        "w.example.com. A one",
        "w.example.com. A two",
    ];
    assert_eq!(all, expected);
    for page in 1..4 {
        assert_eq!(listed(&mut cloud, &id, page), expected, "pages of {page}");
    }
    let without_name = json!({ "HostedZoneId": id, "StartRecordType": "A" });
    assert_eq!(
        call(&mut cloud, "ListResourceRecordSets", &without_name)
            .unwrap_err()
            .code,
        "InvalidInput"
    );
}

#[test]
fn a_batch_is_taken_whole_or_not_at_all_and_names_its_faults() {
    let mut cloud = cloud(FaultLevel::None);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    change(&mut cloud, &id, &[one("CREATE", "a.example.com", "A", "10.0.0.1")]).unwrap();
    let effects = cloud.effects.len();
    let answer = change(
        &mut cloud,
        &id,
        &[
            one("CREATE", "new.example.com", "A", "10.0.0.9"),
            one("CREATE", "a.example.com", "A", "10.0.0.2"),
            one("DELETE", "a.example.com", "A", "10.0.0.2"),
            one("DELETE", "b.example.com", "A", "10.0.0.2"),
            one("CREATE", "a.example.org", "A", "10.0.0.2"),
        ],
    );
    let error = answer.unwrap_err().message;
    for fault in [
        "Tried to create resource record set [name='a.example.com.', type='A'] but it already exists",
        "Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values",
        "Tried to delete resource record set [name='b.example.com.', type='A'] but it was not found",
        "RRSet with DNS name a.example.org. is not permitted in zone example.com.",
    ] {
        assert!(error.contains(fault), "{error} does not contain {fault}");
    }
    assert!(!listed(&mut cloud, &id, 300).contains(&"new.example.com. A".to_owned()));
    assert_eq!(cloud.effects.len(), effects);
    change(&mut cloud, &id, &[one("UPSERT", "a.example.com", "A", "10.0.0.1")]).unwrap();
    assert_eq!(
        cloud.effects.len(),
        effects,
        "an UPSERT of what is there changes nothing"
    );
}

#[test]
fn an_upsert_counts_twice_against_both_limits() {
    let mut cloud = cloud(FaultLevel::None);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    let batch = |action: &str, count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| one(action, &format!("h{n}.example.com"), "A", "10.0.0.1"))
            .collect()
    };
    refused(
        change(&mut cloud, &id, &batch("UPSERT", 501)),
        "Number of records limit of 1000",
    );
    refused(
        change(&mut cloud, &id, &batch("CREATE", 1001)),
        "Number of records limit of 1000",
    );
    change(&mut cloud, &id, &batch("CREATE", 1000)).unwrap();
    change(&mut cloud, &id, &batch("UPSERT", 500)).unwrap();
    let long = format!("\"{}\"", "x".repeat(248));
    let texts = |action: &str, count: usize| -> Vec<Value> {
        (0..count)
            .map(|n| one(action, &format!("t{n}.example.com"), "TXT", &long))
            .collect()
    };
    refused(
        change(&mut cloud, &id, &texts("UPSERT", 65)),
        "Number of characters limit of 32000",
    );
    change(&mut cloud, &id, &texts("UPSERT", 64)).unwrap();
    let limit = json!({ "HostedZoneId": id, "Type": "MAX_RRSETS_BY_ZONE" });
    assert_eq!(call(&mut cloud, "GetHostedZoneLimit", &limit).unwrap()["Count"], 1066);
}

#[test]
fn what_dns_forbids_is_refused() {
    let mut cloud = cloud(FaultLevel::None);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    let other = zone_id(&zone(&mut cloud, "example.org", "r2"));
    change(
        &mut cloud,
        &id,
        &[
            one("CREATE", "a.example.com", "A", "10.0.0.1"),
            weighted("one", "10.0.0.1"),
        ],
    )
    .unwrap();
    let mut refuse = |changes: &[Value], with: &str| refused(change(&mut cloud, &id, changes), with);
    refuse(
        &[one("CREATE", "a.example.com", "CNAME", "b.example.com")],
        "conflicts with other records",
    );
    refuse(
        &[one("CREATE", "example.com", "CNAME", "b.example.com")],
        "not permitted at apex",
    );
    refuse(
        &[one("CREATE", "b.example.com", "A", "10.0.0.256")],
        "not a valid IPv4 address",
    );
    refuse(
        &[one("CREATE", "b.example.com", "TXT", "unquoted")],
        "enclosed in quotation marks",
    );
    refuse(
        &[one("CREATE", "w.example.com", "A", "10.0.0.1")],
        "as other RRSets exist with the same name and type",
    );
    refuse(
        &[alias("al.example.com", &id, "nowhere.example.com")],
        "but that target was not found",
    );
    refuse(
        &[alias("al.example.com", &other, "a.example.com")],
        "does not lie within the target zone",
    );
    let exchange = [
        one("CREATE", "a.example.com", "CNAME", "b.example.com"),
        one("DELETE", "a.example.com", "A", "10.0.0.1"),
    ];
    change(&mut cloud, &id, &exchange).expect("a CNAME takes the place of an A in one batch");
    refused(
        change(&mut cloud, &id, &[one("CREATE", "a.example.com", "A", "10.0.0.1")]),
        "a conflicting RRSet of type CNAME with the same DNS name already exists",
    );
    change(
        &mut cloud,
        &id,
        &[alias(
            "lb.example.com",
            "Z14GRHDCWA56QT",
            "dualstack.x.elb.amazonaws.com",
        )],
    )
    .unwrap();
}

#[test]
fn the_apex_soa_and_ns_stay_and_a_zone_is_deleted_only_when_empty() {
    let mut cloud = cloud(FaultLevel::None);
    let made = zone(&mut cloud, "example.com", "r");
    let id = zone_id(&made);
    let sets = call(&mut cloud, "ListResourceRecordSets", &json!({ "HostedZoneId": id })).unwrap();
    for (at, fault) in [
        (0, "at least one NS record for the zone itself"),
        (1, "exactly one SOA record"),
    ] {
        let delete = json!({ "Action": "DELETE", "ResourceRecordSet": sets["ResourceRecordSets"][at] });
        refused(change(&mut cloud, &id, &[delete]), fault);
    }
    change(&mut cloud, &id, &[one("CREATE", "a.example.com", "A", "10.0.0.1")]).unwrap();
    let delete = json!({ "Id": id });
    assert_eq!(
        call(&mut cloud, "DeleteHostedZone", &delete).unwrap_err().code,
        "HostedZoneNotEmpty"
    );
    change(&mut cloud, &id, &[one("DELETE", "a.example.com", "A", "10.0.0.1")]).unwrap();
    call(&mut cloud, "DeleteHostedZone", &delete).unwrap();
    assert_eq!(
        call(&mut cloud, "GetHostedZone", &delete).unwrap_err().code,
        "NoSuchHostedZone"
    );
    let later = cloud.later(600);
    cloud.advance(later);
    assert!(cloud.route53.world.zones.is_empty());
}

#[test]
fn a_change_is_pending_until_the_name_servers_have_it() {
    let mut cloud = cloud(FaultLevel::None);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    let made = change(&mut cloud, &id, &[one("CREATE", "a.example.com", "A", "10.0.0.1")]).unwrap();
    let ask = json!({ "Id": made["ChangeInfo"]["Id"] });
    let test = json!({ "HostedZoneId": id, "RecordName": "a.example.com", "RecordType": "A" });
    assert_eq!(
        call(&mut cloud, "GetChange", &ask).unwrap()["ChangeInfo"]["Status"],
        "PENDING"
    );
    assert_eq!(
        call(&mut cloud, "TestDNSAnswer", &test).unwrap()["RecordData"],
        json!([])
    );
    let later = cloud.later(60);
    cloud.advance(later);
    assert_eq!(
        call(&mut cloud, "GetChange", &ask).unwrap()["ChangeInfo"]["Status"],
        "INSYNC"
    );
    assert_eq!(
        call(&mut cloud, "TestDNSAnswer", &test).unwrap()["RecordData"],
        json!(["10.0.0.1"])
    );
    assert_eq!(
        call(&mut cloud, "GetChange", &json!({ "Id": "C000" }))
            .unwrap_err()
            .code,
        "NoSuchChange"
    );
}

#[test]
fn an_account_makes_fifty_requests_at_once_and_ten_a_second() {
    let mut cloud = cloud(FaultLevel::None);
    let us = caller("111111111111");
    let ask = |cloud: &mut Cloud| super::handle(cloud, &us, "ListHostedZones", &json!({}));
    assert_eq!((0..60).filter(|_| ask(&mut cloud).is_ok()).count(), 50);
    let error = ask(&mut cloud).unwrap_err();
    assert_eq!(
        (error.status, error.code.as_str(), error.message.as_str()),
        (400, "Throttling", "Rate exceeded")
    );
    assert!(super::handle(&mut cloud, &caller("222222222222"), "ListHostedZones", &json!({})).is_ok());
    let later = cloud.later(1);
    cloud.advance(later);
    assert_eq!((0..60).filter(|_| ask(&mut cloud).is_ok()).count(), 10);
}

#[test]
fn a_second_change_of_a_zone_may_have_to_wait_for_the_first() {
    let mut cloud = cloud(FaultLevel::Harsh);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    let mut refusals = 0;
    for n in 0..40 {
        match change(
            &mut cloud,
            &id,
            &[one("UPSERT", &format!("a{n}.example.com"), "A", "10.0.0.1")],
        ) {
            Ok(_) => {}
            Err(error) => {
                assert_eq!((error.status, error.code.as_str()), (400, "PriorRequestNotComplete"));
                refusals += 1;
            }
        }
    }
    assert!((1..40).contains(&refusals), "{refusals} refusals");
}

#[test]
fn a_zone_of_another_account_is_out_of_reach() {
    let mut cloud = cloud(FaultLevel::None);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    let them = caller("222222222222");
    let error = super::handle(&mut cloud, &them, "GetHostedZone", &json!({ "Id": id })).unwrap_err();
    assert_eq!((error.status, error.code.as_str()), (403, "AccessDenied"));
    let listed = super::handle(&mut cloud, &them, "ListHostedZones", &json!({})).unwrap();
    assert_eq!(listed["HostedZones"], json!([]));
    assert_eq!(
        super::handle(&mut cloud, &them, "CreateTrafficPolicy", &json!({}))
            .unwrap_err()
            .status,
        501
    );
}

#[test]
fn tags_and_comments_change_only_what_differs() {
    let mut cloud = cloud(FaultLevel::None);
    let id = zone_id(&zone(&mut cloud, "example.com", "r"));
    let effects = cloud.effects.len();
    let tag = json!({ "ResourceType": "hostedzone", "ResourceId": id, "AddTags": [{ "Key": "k", "Value": "v" }] });
    let untag = json!({ "ResourceType": "hostedzone", "ResourceId": id, "RemoveTagKeys": ["k"] });
    let comment = json!({ "Id": id, "Comment": "moved" });
    for (operation, input) in [
        ("ChangeTagsForResource", &tag),
        ("ChangeTagsForResource", &tag),
        ("UpdateHostedZoneComment", &comment),
        ("UpdateHostedZoneComment", &comment),
    ] {
        call(&mut cloud, operation, input).unwrap();
    }
    assert_eq!(cloud.effects.len(), effects + 2);
    let list = json!({ "ResourceType": "hostedzone", "ResourceId": id });
    let tags = call(&mut cloud, "ListTagsForResource", &list).unwrap();
    assert_eq!(tags["ResourceTagSet"]["Tags"], json!([{ "Key": "k", "Value": "v" }]));
    call(&mut cloud, "ChangeTagsForResource", &untag).unwrap();
    assert_eq!(
        call(&mut cloud, "ListTagsForResource", &list).unwrap()["ResourceTagSet"]["Tags"],
        json!([])
    );
    let got = call(&mut cloud, "GetHostedZone", &json!({ "Id": id })).unwrap();
    assert_eq!(got["HostedZone"]["Config"]["Comment"], "moved");
}
