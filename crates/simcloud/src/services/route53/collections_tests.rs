use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::inventory::{AccountInventory, Inventory};
use serde_json::{Value, json};

use super::super::handle;
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;

const ONE: &str = "111111111111";
const OTHER: &str = "222222222222";

fn cloud() -> Cloud {
    let accounts = [ONE, OTHER].iter();
    let accounts: BTreeMap<AccountId, AccountInventory> = accounts
        .map(|id| (id.parse().expect("an account"), AccountInventory::default()))
        .collect();
    let start: Timestamp = "2026-11-21T22:00:00Z".parse().expect("a moment");
    let inventory = Inventory {
        schema: None,
        format: 1,
        observed_at: start,
        accounts,
        references: BTreeMap::default(),
        looked: None,
        terraform_creates: Vec::new(),
    };
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

fn collection(cloud: &mut Cloud, name: &str) -> String {
    let input = json!({ "Name": name, "CallerReference": format!("made-{name}") });
    let made = call(cloud, ONE, "CreateCidrCollection", &input).expect("it can be made");
    made["Collection"]["Id"].as_str().expect("an id").to_owned()
}

fn change(id: &str, changes: &[(&str, &str, &[&str])]) -> Value {
    let changes: Vec<Value> = changes
        .iter()
        .map(|(action, location, blocks)| json!({ "Action": action, "LocationName": location, "CidrList": blocks }))
        .collect();
    json!({ "Id": id, "Changes": changes })
}

fn set(zone: &str, action: &str, collection: &str, location: &str) -> Value {
    json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": [{ "Action": action, "ResourceRecordSet": {
        "Name": "net.stg.example.com", "Type": "A", "TTL": 60, "SetIdentifier": location,
        "ResourceRecords": [{ "Value": "192.0.2.1" }],
        "CidrRoutingConfig": { "CollectionId": collection, "LocationName": location } } }] } })
}

fn zone(cloud: &mut Cloud) -> String {
    let input = json!({ "Name": "stg.example.com", "CallerReference": "zone" });
    let made = call(cloud, ONE, "CreateHostedZone", &input).expect("it can be made");
    made["HostedZone"]["Id"].as_str().expect("an id").to_owned()
}

#[test]
fn a_name_is_one_collections_and_the_same_reference_again_is_answered_with_it() {
    let mut cloud = cloud();
    let id = collection(&mut cloud, "offices");
    assert_eq!(collection(&mut cloud, "offices"), id);
    let other = json!({ "Name": "offices", "CallerReference": "other" });
    let refused = code(call(&mut cloud, ONE, "CreateCidrCollection", &other));
    assert_eq!(refused.1, "CidrCollectionAlreadyExistsException");
    // Another account's names are its own, and its collections nobody else's.
    call(&mut cloud, OTHER, "CreateCidrCollection", &other).expect("it can be made");
    let asked = code(call(
        &mut cloud,
        OTHER,
        "ListCidrBlocks",
        &json!({ "CollectionId": id }),
    ));
    assert_eq!(asked, (404, "NoSuchCidrCollectionException".to_owned()));
    for name in ["b", "c", "d", "e"] {
        collection(&mut cloud, name);
    }
    let sixth = json!({ "Name": "f", "CallerReference": "f" });
    assert_eq!(
        code(call(&mut cloud, ONE, "CreateCidrCollection", &sixth)).1,
        "LimitsExceeded"
    );
    let listed = call(&mut cloud, ONE, "ListCidrCollections", &json!({ "MaxResults": "2" })).expect("a page");
    assert_eq!(listed["CidrCollections"].as_array().map(Vec::len), Some(2));
    assert_eq!(listed["NextToken"], "2");
}

#[test]
fn a_block_is_of_one_location_and_moves_in_one_request() {
    let mut cloud = cloud();
    let id = collection(&mut cloud, "offices");
    let put = change(&id, &[("PUT", "tokyo", &["203.0.113.0/24", "2001:0DB8::/32"])]);
    let changed = call(&mut cloud, ONE, "ChangeCidrCollection", &put).expect("it can be changed");
    let pending = call(&mut cloud, ONE, "GetChange", &json!({ "Id": changed["Id"] })).expect("it is known");
    assert_eq!(pending["ChangeInfo"]["Status"], "PENDING");
    let twice = change(&id, &[("PUT", "osaka", &["203.0.113.0/24"])]);
    assert_eq!(
        code(call(&mut cloud, ONE, "ChangeCidrCollection", &twice)).1,
        "CidrBlockInUseException"
    );
    let moved = change(
        &id,
        &[
            ("PUT", "osaka", &["203.0.113.0/24"]),
            ("DELETE_IF_EXISTS", "tokyo", &["203.0.113.0/24", "192.0.2.0/24"]),
        ],
    );
    call(&mut cloud, ONE, "ChangeCidrCollection", &moved).expect("it can be changed");
    let blocks = call(&mut cloud, ONE, "ListCidrBlocks", &json!({ "CollectionId": id })).expect("they are known");
    assert_eq!(
        blocks["CidrBlocks"],
        json!([{ "CidrBlock": "203.0.113.0/24", "LocationName": "osaka" },
            { "CidrBlock": "2001:db8::/32", "LocationName": "tokyo" }])
    );
    let mut stale = change(&id, &[("PUT", "tokyo", &["198.51.100.0/24"])]);
    stale["CollectionVersion"] = json!(2);
    let refused = code(call(&mut cloud, ONE, "ChangeCidrCollection", &stale));
    assert_eq!(refused, (409, "CidrCollectionVersionMismatchException".to_owned()));
    for block in ["198.51.100.0/25", "2001:db8::/49", "0.0.0.0/0", "office"] {
        let bad = change(&id, &[("PUT", "tokyo", &[block])]);
        assert_eq!(
            code(call(&mut cloud, ONE, "ChangeCidrCollection", &bad)).1,
            "InvalidInput",
            "{block}"
        );
    }
    let default = change(&id, &[("PUT", "*", &["198.51.100.0/24"])]);
    assert_eq!(
        code(call(&mut cloud, ONE, "ChangeCidrCollection", &default)).1,
        "InvalidInput"
    );
    let unknown = json!({ "CollectionId": id, "LocationName": "kyoto" });
    let asked = code(call(&mut cloud, ONE, "ListCidrBlocks", &unknown));
    assert_eq!(asked, (404, "NoSuchCidrLocationException".to_owned()));
}

#[test]
fn a_thousand_blocks_are_the_most_of_a_request_and_of_a_collection() {
    let mut cloud = cloud();
    let id = collection(&mut cloud, "offices");
    let block = |n: usize| format!("10.{}.{}.0/24", n / 256, n % 256);
    let many: Vec<String> = (0..1001).map(block).collect();
    let all: Vec<&str> = many.iter().map(String::as_str).collect();
    let too_many = change(&id, &[("PUT", "tokyo", &all)]);
    assert_eq!(
        code(call(&mut cloud, ONE, "ChangeCidrCollection", &too_many)).1,
        "InvalidInput"
    );
    call(
        &mut cloud,
        ONE,
        "ChangeCidrCollection",
        &change(&id, &[("PUT", "tokyo", &all[..1000])]),
    )
    .expect("a thousand");
    let one_more = change(&id, &[("PUT", "osaka", &all[1000..])]);
    assert_eq!(
        code(call(&mut cloud, ONE, "ChangeCidrCollection", &one_more)).1,
        "LimitsExceeded"
    );
}

#[test]
fn a_record_names_a_location_that_its_account_has_and_holds_it_there() {
    let mut cloud = cloud();
    let (zone, id) = (zone(&mut cloud), collection(&mut cloud, "offices"));
    for (collection, location) in [("0b6e3bbc-4f6a-4d2c-a1cf-2f1f5c1c0a01", "*"), (id.as_str(), "tokyo")] {
        let refused = code(call(
            &mut cloud,
            ONE,
            "ChangeResourceRecordSets",
            &set(&zone, "CREATE", collection, location),
        ));
        assert_eq!(
            refused,
            (400, "InvalidChangeBatch".to_owned()),
            "{collection} {location}"
        );
    }
    let put = change(&id, &[("PUT", "tokyo", &["203.0.113.0/24"])]);
    call(&mut cloud, ONE, "ChangeCidrCollection", &put).expect("it can be changed");
    for location in ["tokyo", "*"] {
        call(
            &mut cloud,
            ONE,
            "ChangeResourceRecordSets",
            &set(&zone, "CREATE", &id, location),
        )
        .expect("it exists");
    }
    let empty = change(&id, &[("DELETE_IF_EXISTS", "tokyo", &["203.0.113.0/24"])]);
    assert_eq!(
        code(call(&mut cloud, ONE, "ChangeCidrCollection", &empty)).1,
        "CidrBlockInUseException"
    );
    call(
        &mut cloud,
        ONE,
        "ChangeResourceRecordSets",
        &set(&zone, "DELETE", &id, "tokyo"),
    )
    .expect("it is there");
    call(&mut cloud, ONE, "ChangeCidrCollection", &empty).expect("no record names it");
    let delete = json!({ "Id": id });
    assert_eq!(
        code(call(&mut cloud, ONE, "DeleteCidrCollection", &delete)).1,
        "CidrCollectionInUseException"
    );
    call(
        &mut cloud,
        ONE,
        "ChangeResourceRecordSets",
        &set(&zone, "DELETE", &id, "*"),
    )
    .expect("it is there");
    call(&mut cloud, ONE, "DeleteCidrCollection", &delete).expect("it is empty");
    assert_eq!(code(call(&mut cloud, ONE, "DeleteCidrCollection", &delete)).0, 404);
}
