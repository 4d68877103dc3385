use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::Region;
use model::inventory::Inventory;
use serde_json::{Value, json};

use super::super::handle;
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;

const ONE: &str = "111111111111";
const OTHER: &str = "222222222222";
const HTTP: &str = "1f2a4c66-0c7e-4b1b-ae5d-90bb6f2d8a01";

fn cloud() -> Cloud {
    let start: Timestamp = "2026-11-21T22:00:00Z".parse().expect("a moment");
    let inventory = json!({ "format": 1, "observed_at": start.to_string(), "accounts": { OTHER: {}, ONE: { "health_checks": [
        { "id": HTTP, "unhealthy": true, "config": { "type": "HTTP", "domain_name": "front.example.com" } }] } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    Cloud::new(&inventory, start, 7, FaultLevel::None)
}

fn call(cloud: &mut Cloud, account: &str, operation: &str, input: &Value) -> Result<Value, ServiceError> {
    let later = cloud.later(2);
    cloud.advance(later);
    let region: Region = "us-east-1".parse().expect("a region");
    let caller = Caller::root(&account.parse().expect("an account"), &region);
    handle(cloud, &caller, operation, input)
}

fn code(answer: Result<Value, ServiceError>) -> (u16, String) {
    let error = answer.expect_err("it is refused");
    (error.status, error.code)
}

fn tcp(reference: &str, port: u16) -> Value {
    json!({ "CallerReference": reference, "HealthCheckConfig": { "Type": "TCP", "IPAddress": "192.0.2.7", "Port": port } })
}

fn made(cloud: &mut Cloud, input: &Value) -> String {
    let made = call(cloud, ONE, "CreateHealthCheck", input).expect("it can be made");
    made["HealthCheck"]["Id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_reference_makes_one_check_and_is_not_free_again() {
    let mut cloud = cloud();
    let id = made(&mut cloud, &tcp("run", 22));
    assert_eq!(made(&mut cloud, &tcp("run", 22)), id);
    let refused = (409, "HealthCheckAlreadyExists".to_owned());
    assert_eq!(
        code(call(&mut cloud, ONE, "CreateHealthCheck", &tcp("run", 23))),
        refused
    );
    assert_ne!(made(&mut cloud, &tcp("another", 22)), id);
    let of = json!({ "HealthCheckId": id });
    let shown = call(&mut cloud, ONE, "GetHealthCheck", &of).expect("it exists");
    assert_eq!(shown["HealthCheck"]["HealthCheckConfig"]["FailureThreshold"], 3);
    assert_eq!(code(call(&mut cloud, OTHER, "GetHealthCheck", &of)).0, 404);
    call(&mut cloud, ONE, "DeleteHealthCheck", &of).expect("it exists");
    assert_eq!(
        code(call(&mut cloud, ONE, "DeleteHealthCheck", &of)),
        (404, "NoSuchHealthCheck".to_owned())
    );
    assert_eq!(
        code(call(&mut cloud, ONE, "CreateHealthCheck", &tcp("run", 22))),
        refused
    );
    let long = tcp(&"x".repeat(65), 22);
    assert_eq!(
        code(call(&mut cloud, ONE, "CreateHealthCheck", &long)).1,
        "InvalidInput"
    );
}

#[test]
fn nothing_is_reported_of_a_new_check_for_a_while() {
    let mut cloud = cloud();
    let id = made(&mut cloud, &tcp("run", 22));
    let of = json!({ "HealthCheckId": id });
    let at_first = call(&mut cloud, ONE, "GetHealthCheckStatus", &of).expect("it exists");
    assert_eq!(at_first["HealthCheckObservations"], json!([]));
    let later = cloud.later(60);
    cloud.advance(later);
    let good = |answer: &Value| {
        let seen = answer["HealthCheckObservations"].as_array().expect("a list").iter();
        let said = seen.map(|seen| seen["StatusReport"]["Status"].as_str().expect("a status").to_owned());
        said.filter(|status| status.starts_with("Success")).count()
    };
    let then = call(&mut cloud, ONE, "GetHealthCheckStatus", &of).expect("it exists");
    assert_eq!(good(&then), 15);
    let down = call(
        &mut cloud,
        ONE,
        "GetHealthCheckStatus",
        &json!({ "HealthCheckId": HTTP }),
    )
    .expect("it exists");
    assert_eq!(good(&down), 1);
    // A copy of it asks the same endpoint.
    let copy = json!({ "CallerReference": "copy", "HealthCheckConfig": { "Type": "HTTP", "FullyQualifiedDomainName": "front.example.com" } });
    let copy = made(&mut cloud, &copy);
    let later = cloud.later(60);
    cloud.advance(later);
    let copied = call(
        &mut cloud,
        ONE,
        "GetHealthCheckStatus",
        &json!({ "HealthCheckId": copy }),
    )
    .expect("it exists");
    assert_eq!(good(&copied), 1);
}

#[test]
fn a_calculated_check_needs_children_of_its_account_and_cannot_be_asked_for() {
    let mut cloud = cloud();
    let calculated = |child: &str| json!({ "CallerReference": format!("of {child}"), "HealthCheckConfig": { "Type": "CALCULATED", "HealthThreshold": 1, "ChildHealthChecks": [child] } });
    assert_eq!(
        code(call(&mut cloud, OTHER, "CreateHealthCheck", &calculated(HTTP))).1,
        "InvalidInput"
    );
    let id = made(&mut cloud, &calculated(HTTP));
    let asked = call(&mut cloud, ONE, "GetHealthCheckStatus", &json!({ "HealthCheckId": id }));
    assert_eq!(code(asked).1, "InvalidInput");
    for (what, config) in [
        ("no endpoint", json!({ "Type": "HTTP" })),
        ("no port", json!({ "Type": "TCP", "IPAddress": "192.0.2.7" })),
        (
            "no string",
            json!({ "Type": "HTTP_STR_MATCH", "IPAddress": "192.0.2.7" }),
        ),
        ("no alarm", json!({ "Type": "CLOUDWATCH_METRIC" })),
        (
            "two Regions",
            json!({ "Type": "HTTP", "IPAddress": "192.0.2.7", "Regions": ["eu-west-1", "us-east-1"] }),
        ),
    ] {
        let input = json!({ "CallerReference": what, "HealthCheckConfig": config });
        assert_eq!(
            code(call(&mut cloud, ONE, "CreateHealthCheck", &input)).1,
            "InvalidInput",
            "{what}"
        );
    }
}

#[test]
fn a_record_depends_on_a_check_of_any_account_and_on_none_that_does_not_exist() {
    let mut cloud = cloud();
    let zone = json!({ "Name": "stg.example.com", "CallerReference": "zone" });
    let zone = call(&mut cloud, OTHER, "CreateHostedZone", &zone).expect("it can be made");
    let id = zone["HostedZone"]["Id"].clone();
    let set = |check: &str| {
        json!({ "HostedZoneId": id, "ChangeBatch": { "Changes": [{ "Action": "CREATE", "ResourceRecordSet": {
            "Name": "ha.stg.example.com", "Type": "A", "TTL": 60, "SetIdentifier": "a", "Failover": "PRIMARY",
            "ResourceRecords": [{ "Value": "192.0.2.1" }], "HealthCheckId": check } }] } })
    };
    let refused = code(call(&mut cloud, OTHER, "ChangeResourceRecordSets", &set("unknown")));
    assert_eq!(refused, (404, "NoSuchHealthCheck".to_owned()));
    call(&mut cloud, OTHER, "ChangeResourceRecordSets", &set(HTTP)).expect("it exists");
}

#[test]
fn a_check_is_tagged_like_a_zone() {
    let mut cloud = cloud();
    let tags =
        json!({ "ResourceType": "healthcheck", "ResourceId": HTTP, "AddTags": [{ "Key": "Name", "Value": "front" }] });
    call(&mut cloud, ONE, "ChangeTagsForResource", &tags).expect("it exists");
    let of = json!({ "ResourceType": "healthcheck", "ResourceId": HTTP });
    let told = call(&mut cloud, ONE, "ListTagsForResource", &of).expect("it exists");
    assert_eq!(
        told["ResourceTagSet"]["Tags"],
        json!([{ "Key": "Name", "Value": "front" }])
    );
    assert_eq!(code(call(&mut cloud, OTHER, "ListTagsForResource", &of)).0, 404);
    let limit = call(
        &mut cloud,
        ONE,
        "GetAccountLimit",
        &json!({ "Type": "MAX_HEALTH_CHECKS_BY_OWNER" }),
    )
    .expect("a limit");
    assert_eq!(limit["Count"], 1);
    let all: BTreeMap<String, Value> = serde_json::from_value(limit).expect("an object");
    assert!(all.contains_key("Limit"));
}
