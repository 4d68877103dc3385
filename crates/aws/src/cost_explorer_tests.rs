//! Cost Explorer, on answers as AWS gives them: where it is asked and for what, page by page, and what is made of refusals.

use super::*;
use crate::canned::{Answer, Canned, in_paused_time};

fn october() -> Date {
    last_month("2026-11-22T13:00:00Z".parse().expect("a moment"))
}

fn asked(answers: impl IntoIterator<Item = Answer>) -> (Canned, Result<(Bill, usize), Failure>) {
    let canned = Canned::answering(answers);
    let asking = canned.serve(AskedPlainly::new);
    let told = in_paused_time(asking.bill_of(october()));
    (canned, told)
}

const FIRST: &str = r#"{"NextPageToken":"p2","GroupDefinitions":[{"Key":"SERVICE","Type":"DIMENSION"},{"Key":"REGION","Type":"DIMENSION"}],"ResultsByTime":[{"Estimated":false,"Groups":[{"Keys":["AWS Glue","ap-northeast-1"],"Metrics":{"AmortizedCost":{"Amount":"0","Unit":"USD"}}},{"Keys":["Amazon Redshift","us-east-1"],"Metrics":{"AmortizedCost":{"Amount":"120.0000000012","Unit":"USD"}}},{"Keys":["Amazon Simple Storage Service","global"],"Metrics":{"AmortizedCost":{"Amount":"1.2E-5","Unit":"USD"}}}],"TimePeriod":{"End":"2026-11-01","Start":"2026-10-01"},"Total":{}}],"DimensionValueAttributes":[]}"#;
const SECOND: &str = r#"{"GroupDefinitions":[],"ResultsByTime":[{"Estimated":true,"Groups":[{"Keys":["Amazon Redshift","eu-west-1"],"Metrics":{"AmortizedCost":{"Amount":"-0.5","Unit":"USD"}}},{"Keys":["Amazon Simple Storage Service","ap-northeast-1"],"Metrics":{"AmortizedCost":{"Amount":"2.345678","Unit":"USD"}}}],"TimePeriod":{"End":"2026-11-01","Start":"2026-10-01"},"Total":{}}],"DimensionValueAttributes":[]}"#;

#[test]
fn the_last_month_that_is_over_is_asked_for_in_us_east_1_page_by_page() {
    let (canned, told) = asked([(200, None, FIRST), (200, None, SECOND)]);
    let (bill, requests) = told.expect("an answer");
    assert_eq!(
        (requests, bill.month.as_str(), bill.unit.as_str()),
        (2, "2026-10", "USD")
    );
    assert!(bill.estimated, "a page of it says so");
    let told = json!({ "Amazon Redshift": { "us-east-1": 120_000_000 },
        "Amazon Simple Storage Service": { "ap-northeast-1": 2_345_678, "global": 12 } });
    assert_eq!(json!(bill.services), told, "nothing, and what is set off, is not told");
    let requests = canned.asked();
    for request in &requests {
        assert_eq!(request.line, "POST https://ce.us-east-1.amazonaws.com/");
        assert_eq!(request.scope, "20261122/us-east-1/ce/aws4_request");
        assert_eq!(request.target, "AWSInsightsIndexService.GetCostAndUsage");
    }
    let body = |nth: usize| serde_json::from_str::<Value>(&requests[nth].body).expect("JSON");
    let (first, mut second) = (body(0), body(1));
    assert_eq!(
        first["TimePeriod"],
        json!({ "Start": "2026-10-01", "End": "2026-11-01" })
    );
    assert_eq!(
        first["Filter"]["And"][0]["Dimensions"],
        json!({ "Key": "LINKED_ACCOUNT", "Values": ["222222222222"] })
    );
    assert_eq!(second["NextPageToken"].take(), "p2");
    second.as_object_mut().expect("an object").remove("NextPageToken");
    assert_eq!(first, second, "the same is asked for on every page");
    assert_eq!(canned.logged(), ["ce GetCostAndUsage ok", "ce GetCostAndUsage ok"]);
}

#[test]
fn the_month_before_the_first_of_january_is_december() {
    for (now, month) in [
        ("2027-01-01T00:00:00Z", "2026-12-01"),
        ("2026-12-31T23:59:59Z", "2026-11-01"),
        ("2028-03-31T12:00:00Z", "2028-02-01"),
    ] {
        assert_eq!(last_month(now.parse().expect("a moment")).to_string(), month);
    }
}

#[test]
fn a_refusal_keeps_awss_code_and_words() {
    let refused = |status, body| {
        let (_, told) = asked([(status, None, body)]);
        let failure = told.expect_err("a refusal");
        (failure.class, failure.code.clone(), failure.lacks(), failure.message)
    };
    let closed = r#"{"__type":"AccessDeniedException","Message":"User not enabled for cost explorer access"}"#;
    assert_eq!(
        refused(400, closed),
        (
            FailureClass::Denied,
            "AccessDeniedException".to_owned(),
            Some("ce:GetCostAndUsage".to_owned()),
            "User not enabled for cost explorer access".to_owned()
        )
    );
    let empty = r#"{"__type":"DataUnavailableException","Message":"Data is not available. Please try to adjust the time period. If just enabled Cost Explorer, data might not be ingested yet"}"#;
    let (_, code, lacks, _) = refused(400, empty);
    assert_eq!((code.as_str(), lacks), ("DataUnavailableException", None));
}

#[test]
fn an_answer_without_an_end_or_without_a_sense_is_a_failure() {
    let (canned, told) = asked([(200, None, FIRST); MOST]);
    assert_eq!(told.expect_err("it never ends").code, "[UnreadableAnswer]");
    assert_eq!(canned.asked().len(), MOST, "a cent each, and no more");
    let odd = r#"{"ResultsByTime":[{"Estimated":false,"Groups":[{"Keys":["Amazon Redshift"],"Metrics":{}}]}]}"#;
    let (_, told) = asked([(200, None, odd)]);
    assert_eq!(told.expect_err("a group without a region").code, "[UnreadableAnswer]");
}
