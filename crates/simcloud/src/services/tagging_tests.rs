//! What is tagged is told page by page, in its region; what never was is not.

use serde_json::{Value, json};

use super::super::storage_fixture::{Accounts, SOURCE, TARGET};
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;

fn cloud() -> Cloud {
    let tagged = |n: u32| json!({ "arn": format!("arn:aws:sqs:eu-west-1:{SOURCE}:q{n:03}"), "tags": { "product": if n.is_multiple_of(2) { "shop" } else { "pay" } } });
    let mut others: Vec<Value> = (0..230).map(tagged).collect();
    others
        .push(json!({ "arn": format!("arn:aws:cloudfront::{SOURCE}:distribution/E1"), "tags": { "product": "shop" } }));
    others.push(json!({ "arn": format!("arn:aws:lambda:eu-west-1:{SOURCE}:function:once") }));
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": { SOURCE: { "others": others,
        "regions": { "eu-west-1": {
            "keys": [{ "id": "9d0b8a52-3f3f-4d41-9f2c-6d6d5f3c1c01", "tags": { "product": "shop" } }, { "id": "9d0b8a52-3f3f-4d41-9f2c-6d6d5f3c1c02" }],
            "buckets": [{ "name": "shop-files", "tags": { "product": "shop" } }, { "name": "bare-files" }] } } } } });
    let inventory = model::Inventory::parse(&inventory.to_string()).expect("an inventory");
    let start = inventory.observed_at;
    Cloud::new(&inventory, start, 1, FaultLevel::None)
}

fn ask(cloud: &mut Cloud, account: &str, region: &str, input: &Value) -> Result<Value, String> {
    let account = model::AccountId::new(account).expect("an account");
    let caller = Caller::root(&account, &model::Region::new(region).expect("a region"));
    let answer = cloud.call(&caller, "tagging", "GetResources", input);
    answer.map_err(|error| error.code)
}

/// The ARNs of all pages, and how many there were.
fn all(cloud: &mut Cloud, account: &str, region: &str, mut input: Value) -> (Vec<String>, usize) {
    let (mut found, mut pages) = (Vec::new(), 0);
    loop {
        let answer = ask(cloud, account, region, &input).expect("a page");
        pages += 1;
        let listed = answer["ResourceTagMappingList"].as_array().expect("a list").iter();
        found.extend(listed.map(|one| one["ResourceARN"].as_str().expect("an ARN").to_owned()));
        match answer["PaginationToken"].as_str() {
            Some("") => return (found, pages),
            token => input["PaginationToken"] = json!(token),
        }
    }
}

#[test]
fn all_pages_are_what_is_tagged_or_was_in_the_region_and_no_more() {
    let mut cloud = cloud();
    let (found, pages) = all(&mut cloud, SOURCE, "eu-west-1", json!({ "ResourcesPerPage": 100 }));
    assert_eq!((found.len(), pages), (233, 3));
    let (half, pages) = all(&mut cloud, SOURCE, "eu-west-1", json!({}));
    assert_eq!((half, pages), (found.clone(), 5), "fifty to a page");
    for (arn, told) in [
        ("arn:aws:s3:::shop-files", true),
        ("arn:aws:s3:::bare-files", false),
        ("arn:aws:lambda:eu-west-1:111111111111:function:once", true),
        ("arn:aws:cloudfront::111111111111:distribution/E1", false),
    ] {
        assert_eq!(found.iter().any(|one| one == arn), told, "{arn}");
    }
    let (global, _) = all(&mut cloud, SOURCE, "us-east-1", json!({}));
    assert_eq!(global, ["arn:aws:cloudfront::111111111111:distribution/E1"]);
    assert_eq!(all(&mut cloud, TARGET, "eu-west-1", json!({})).0, Vec::<String>::new());
}

#[test]
fn tags_and_types_narrow_and_what_cannot_be_asked_is_refused() {
    let mut cloud = cloud();
    let mut narrowed = |input: Value| all(&mut cloud, SOURCE, "eu-west-1", input).0.len();
    let shop = json!([{ "Key": "product", "Values": ["shop"] }]);
    assert_eq!(narrowed(json!({ "TagFilters": shop })), 115 + 2);
    assert_eq!(
        narrowed(json!({ "TagFilters": [{ "Key": "product", "Values": ["shop", "pay"] }] })),
        230 + 2
    );
    assert_eq!(
        narrowed(json!({ "TagFilters": [{ "Key": "product" }, { "Key": "team" }] })),
        0
    );
    assert_eq!(narrowed(json!({ "ResourceTypeFilters": ["lambda:function", "s3"] })), 2);
    for (input, code) in [
        (json!({ "ResourcesPerPage": 101 }), "InvalidParameterException"),
        (json!({ "ResourcesPerPage": 0 }), "InvalidParameterException"),
        (
            json!({ "TagFilters": vec![json!({ "Key": "k" }); 51] }),
            "InvalidParameterException",
        ),
        (
            json!({ "PaginationToken": "yesterday's" }),
            "PaginationTokenExpiredException",
        ),
        (json!({ "ExcludeCompliantResources": true }), "NotImplemented"),
    ] {
        assert_eq!(
            ask(&mut cloud, SOURCE, "eu-west-1", &input),
            Err(code.to_owned()),
            "{input}"
        );
    }
}

#[test]
fn what_a_restore_makes_is_told_with_its_tags() {
    let mut a = Accounts::quiet();
    a.ok(
        SOURCE,
        "rds CreateDBSnapshot",
        json!({ "DBInstanceIdentifier": "on-own", "DBSnapshotIdentifier": "s1" }),
    );
    a.pass(86_400);
    let tags = json!([{ "Key": "made", "Value": "today" }]);
    a.ok(
        SOURCE,
        "rds RestoreDBInstanceFromDBSnapshot",
        json!({ "DBInstanceIdentifier": "new", "DBSnapshotIdentifier": "s1", "DBSubnetGroupName": "src-db", "Tags": tags }),
    );
    let found = a.ok(
        SOURCE,
        "tagging GetResources",
        json!({ "TagFilters": [{ "Key": "made" }] }),
    );
    let found = found["ResourceTagMappingList"].as_array().expect("a list");
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0]["ResourceARN"]
            .as_str()
            .is_some_and(|arn| arn.ends_with(":db:new")),
        "{found:?}"
    );
}

#[test]
fn what_is_only_counted_elsewhere_is_there_so_many_times_and_its_region_is_enabled() {
    let elsewhere = json!({ "us-east-1": { "kinds": { "sqs": 3, "ec2:instance": 2, "s3": 1 } }, "ap-east-1": { "kinds": { "sqs": 1 } } });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": { SOURCE: { "elsewhere": elsewhere,
        "others": [{ "arn": format!("arn:aws:sqs:us-east-1:{SOURCE}:named"), "tags": { "product": "shop" } }],
        "regions": { "us-east-1": { "buckets": [{ "name": "shop-far", "tags": { "product": "shop" } }] } } } } });
    let inventory = model::Inventory::parse(&inventory.to_string()).expect("an inventory");
    let mut cloud = Cloud::new(&inventory, inventory.observed_at, 1, FaultLevel::None);
    let (found, _) = all(&mut cloud, SOURCE, "us-east-1", json!({}));
    let of = |kind: &str| found.iter().filter(|arn| arn.contains(kind)).count();
    assert_eq!((of(":sqs:"), of(":instance/"), of(":s3:")), (3, 2, 1), "{found:?}");
    assert!(found.iter().any(|arn| arn.ends_with(":named")), "{found:?}");
    let (asked_for, _) = all(&mut cloud, SOURCE, "ap-east-1", json!({}));
    assert_eq!(asked_for.len(), 1);
    let account = model::AccountId::new(SOURCE).expect("an account");
    let caller = Caller::root(&account, &model::Region::new("us-east-1").expect("a region"));
    let told = cloud
        .call(&caller, "ec2", "DescribeRegions", &json!({}))
        .expect("regions");
    let told = told["Regions"].as_array().expect("a list");
    let state = |region: &str| {
        let found = told.iter().find(|one| one["RegionName"] == region);
        found.and_then(|one| one["OptInStatus"].as_str())
    };
    assert_eq!(
        (state("us-east-1"), state("ap-east-1"), state("me-south-1")),
        (Some("opt-in-not-required"), Some("opted-in"), None)
    );
}
