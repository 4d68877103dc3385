//! What months cost is told by service and region, page by page; what AWS refuses is refused.

use serde_json::{Value, json};

use super::PAGE;
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;

const ACCOUNT: &str = "111111111111";

fn cloud(services: &Value) -> Cloud {
    let bill = json!({ "month": "2026-10", "unit": "USD", "services": services });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z",
        "accounts": { ACCOUNT: { "bill": bill }, "222222222222": {} } });
    let inventory = model::Inventory::parse(&inventory.to_string()).expect("an inventory");
    let start = inventory.observed_at;
    Cloud::new(&inventory, start, 1, FaultLevel::None)
}

fn two_services() -> Value {
    json!({ "Amazon Redshift": { "us-east-1": 120_000_000 },
        "Amazon Simple Storage Service": { "eu-west-1": 3_100_000, "us-east-1": 500_000 } })
}

fn ask(cloud: &mut Cloud, account: &str, input: &Value) -> Result<Value, (String, String)> {
    let account = model::AccountId::new(account).expect("an account");
    let caller = Caller::root(&account, &model::Region::new("us-east-1").expect("a region"));
    let answer = cloud.call(&caller, "ce", "GetCostAndUsage", input);
    answer.map_err(|error| (error.code, error.message))
}

fn october() -> Value {
    json!({ "TimePeriod": { "Start": "2026-10-01", "End": "2026-11-01" }, "Granularity": "MONTHLY", "Metrics": ["AmortizedCost"],
        "GroupBy": [{ "Type": "DIMENSION", "Key": "SERVICE" }, { "Type": "DIMENSION", "Key": "REGION" }] })
}

/// Keys and amount of every group of an answer.
fn groups(answer: &Value) -> Vec<(String, f64)> {
    let results = answer["ResultsByTime"].as_array().expect("months").iter();
    let groups = results.flat_map(|one| one["Groups"].as_array().expect("groups"));
    let told = groups.map(|group| {
        let keys: Vec<&str> = group["Keys"]
            .as_array()
            .expect("keys")
            .iter()
            .filter_map(Value::as_str)
            .collect();
        let amount = group["Metrics"]["AmortizedCost"]["Amount"].as_str().expect("an amount");
        (keys.join(", "), amount.parse().expect("a number"))
    });
    told.collect()
}

#[test]
fn a_month_is_told_by_service_and_region_as_it_is_asked_for() {
    let mut cloud = cloud(&two_services());
    let told = ask(&mut cloud, ACCOUNT, &october()).expect("an answer");
    assert_eq!(
        groups(&told),
        [
            ("Amazon Redshift, us-east-1".to_owned(), 120.0),
            ("Amazon Simple Storage Service, eu-west-1".to_owned(), 3.1),
            ("Amazon Simple Storage Service, us-east-1".to_owned(), 0.5),
        ]
    );
    assert_eq!(told["ResultsByTime"][0]["Estimated"], false);
    let mut narrowed = october();
    narrowed["Filter"] = json!({ "And": [
        { "Dimensions": { "Key": "LINKED_ACCOUNT", "Values": [ACCOUNT] } },
        { "Not": { "Dimensions": { "Key": "RECORD_TYPE", "Values": ["Credit", "Refund", "Tax"] } } },
        { "Or": [{ "Dimensions": { "Key": "REGION", "Values": ["eu-west-1"] } }] } ] });
    let told = ask(&mut cloud, ACCOUNT, &narrowed).expect("an answer");
    assert_eq!(groups(&told).len(), 1, "{told}");
    let mut whole = october();
    whole["GroupBy"] = json!([]);
    let told = ask(&mut cloud, ACCOUNT, &whole).expect("an answer");
    assert_eq!(told["ResultsByTime"][0]["Total"]["AmortizedCost"]["Amount"], "123.6");
    // Of a month that is not over its share of the days, which may change yet.
    let mut begun = october();
    begun["TimePeriod"] = json!({ "Start": "2026-11-01", "End": "2026-11-16" });
    let told = ask(&mut cloud, ACCOUNT, &begun).expect("an answer");
    assert_eq!(groups(&told)[0].1, 60.0);
    begun["TimePeriod"]["End"] = json!("2026-12-01");
    let told = ask(&mut cloud, ACCOUNT, &begun).expect("an answer");
    assert_eq!(told["ResultsByTime"][0]["Estimated"], true);
}

#[test]
fn pages_join_to_the_whole_and_a_token_is_good_for_its_request_alone() {
    let count = PAGE * 2 + 5;
    let services = (0..count).map(|nth| (format!("Service {nth:04}"), json!({ "global": 1_000_000 })));
    let mut cloud = cloud(&Value::Object(services.collect()));
    let (mut input, mut found, mut pages) = (october(), Vec::new(), 0);
    loop {
        let told = ask(&mut cloud, ACCOUNT, &input).expect("a page");
        pages += 1;
        found.extend(groups(&told));
        match told["NextPageToken"].as_str() {
            Some(token) => input["NextPageToken"] = json!(token),
            None => break,
        }
    }
    found.dedup();
    assert_eq!((found.len(), pages), (count, 3));
    let mut other = input.clone();
    other["Metrics"] = json!(["UnblendedCost"]);
    let code = |cloud: &mut Cloud, input: &Value| ask(cloud, ACCOUNT, input).expect_err("a refusal").0;
    assert_eq!(code(&mut cloud, &other), "RequestChangedException");
    other["NextPageToken"] = json!("yesterday's");
    assert_eq!(code(&mut cloud, &other), "InvalidNextTokenException");
}

#[test]
fn what_aws_refuses_is_refused() {
    let mut cloud = cloud(&two_services());
    let times = |start: &str, end: &str| {
        let mut input = october();
        input["TimePeriod"] = json!({ "Start": start, "End": end });
        input
    };
    let with = |member: &str, value: Value| {
        let mut input = october();
        input[member] = value;
        input
    };
    for (input, words) in [
        (times("2026-10-01", "2026-10-01"), "should be before end date"),
        (times("2026-11-01", "2026-10-01"), "should be before end date"),
        (times("2026-13-01", "2026-14-01"), "Valid format is: yyyy-MM-dd"),
        (times("2026-1-1", "2026-02-01"), "Valid format is: yyyy-MM-dd"),
        (
            times("2026-10-01T00:00:00Z", "2026-11-01"),
            "Valid format is: yyyy-MM-dd",
        ),
        (times("2026-11-01", "2026-12-02"), "past the beginning of next month"),
        (times("2026-11-25", "2026-12-01"), "in the future"),
        (times("2025-08-01", "2025-09-01"), "14 months"),
        (
            with("Granularity", json!("YEARLY")),
            "Member must satisfy enum value set",
        ),
        (with("Metrics", json!(["Amortized"])), "Metrics Amortized is invalid"),
        (with("Metrics", json!([])), "required"),
        (
            with("GroupBy", json!([{ "Type": "DIMENSION", "Key": "PLANET" }])),
            "PLANET",
        ),
        (
            with(
                "GroupBy",
                json!(vec![json!({ "Type": "DIMENSION", "Key": "SERVICE" }); 3]),
            ),
            "2 groups",
        ),
    ] {
        let (code, message) = ask(&mut cloud, ACCOUNT, &input).expect_err("a refusal");
        assert!(
            code == "ValidationException" && message.contains(words),
            "{input}: {code}: {message}"
        );
    }
    for input in [
        with("Granularity", json!("DAILY")),
        with("Metrics", json!(["UsageQuantity"])),
        with("GroupBy", json!([{ "Type": "TAG", "Key": "product" }])),
        with("Filter", json!({ "Tags": { "Key": "product", "Values": ["shop"] } })),
    ] {
        let (code, _) = ask(&mut cloud, ACCOUNT, &input).expect_err("it is not modelled");
        assert_eq!(code, "NotImplemented", "{input}");
    }
    let (code, _) = ask(&mut cloud, "222222222222", &october()).expect_err("it has nothing of that account");
    assert_eq!(code, "DataUnavailableException");
    let account = model::AccountId::new(ACCOUNT).expect("an account");
    cloud.cost_explorer.not_enabled.insert(account);
    let refused = ask(&mut cloud, ACCOUNT, &october()).expect_err("nobody has enabled it");
    let words = "User not enabled for cost explorer access";
    assert_eq!(refused, ("AccessDeniedException".to_owned(), words.to_owned()));
}
