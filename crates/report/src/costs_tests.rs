use model::cost::{Costs, UnitPrice};
use model::{Plan, Region};
use serde_json::Value;

use super::*;
use crate::example::{at, plan, resources};
use crate::{Format, ReportInput, render};

fn priced(micro_usd: u64, per: u64, region: &str) -> Option<UnitPrice> {
    Some(UnitPrice {
        micro_usd: MicroUsd(micro_usd),
        per,
        region: Region::new(region).expect("a region"),
        source: "https://aws.example/prices".into(),
    })
}

fn costly() -> Plan {
    let [database, bucket, ..] = resources();
    let line = |resource: &ResourceRef, charge, quantity, unit, price| {
        CostLine::new(resource.clone(), (charge, None), quantity, unit, price)
    };
    let (tokyo, virginia) = ("ap-northeast-1", "us-east-1");
    let lines = vec![
        line(
            &bucket,
            Charge::Copying,
            Some(Span::between(1_000_000, 3_000_000)),
            Unit::Requests,
            priced(4_700, 1_000, tokyo),
        ),
        line(
            &bucket,
            Charge::ChecksumJobs,
            Some(Span::exactly(4)),
            Unit::Jobs,
            priced(250_000, 1, virginia),
        ),
        line(
            &bucket,
            Charge::JobManifests,
            Some(Span::exactly(7)),
            Unit::Objects,
            None,
        ),
        line(
            &bucket,
            Charge::InterimStorage,
            Some(Span::exactly(GB * 45)),
            Unit::ByteDays,
            priced(25_000, GB_MONTH, tokyo),
        ),
        line(
            &database,
            Charge::Checksums,
            None,
            Unit::Bytes,
            priced(4_000, GB, tokyo),
        ),
    ];
    Plan {
        products: Default::default(),
        costs: Costs {
            priced_on: "2026-11-25".into(),
            own_priced_on: None,
            lines,
            only_sums: vec![bucket],
        },
        ..plan()
    }
}

fn rendered(plan: &Plan, format: Format, language: Language) -> String {
    let input = ReportInput {
        plan,
        events: &[],
        calls: None,
        laws: None,
        rehearsed: None,
        journal_hash: None,
        generated_at: at("2026-11-22T00:00:00Z"),
        in_japanese: |_| None,
        question_in_japanese: |_| None,
    };
    render(&input, format, language)
}

#[test]
fn a_plan_says_what_it_costs_in_sum_and_line_by_line() {
    let plan = costly();
    let html = rendered(&plan, Format::Html, Language::En);
    for said in [
        "id=\"costs\"",
        // 4.70 to 14.10 for copies, 1.00 for jobs, 0.0375 for what rests.
        "$5.74 to $15.14",
        "List prices of 2026-11-25",
        "bucket/shop-stg-assets: $5.74 to $15.14",
        "database/shop-stg: unknown",
        "1,000,000 to 3,000,000 requests",
        "$0.0047 per 1,000",
        "$0.25 each *",
        "the price of us-east-1",
        "1.50 GB-months",
        "aws.example/<wbr>prices",
        "Not priced: manifests that S3 makes",
        "Quantity unknown: contents read for checksums",
        "only sums",
    ] {
        assert!(html.contains(said), "the report does not say {said:?}");
    }
    let markdown = rendered(&plan, Format::Markdown, Language::En);
    assert!(
        markdown.contains("$5.74 to $15.14") && markdown.contains("$0.0047 per 1,000"),
        "{markdown}"
    );
}

#[test]
fn what_a_plan_costs_is_said_in_japanese_too() {
    let html = rendered(&costly(), Format::Html, Language::Ja);
    for said in [
        "$5.74 ～ $15.14",
        "1,000,000 ～ 3,000,000 リクエスト",
        "2026-11-25 時点の定価",
        "不明",
    ] {
        assert!(html.contains(said), "the report does not say {said:?}");
    }
    assert!(!html.contains("https://"), "the page names no address");
}

#[test]
fn programs_read_micro_dollars() {
    let report: Value = serde_json::from_str(&rendered(&costly(), Format::Json, Language::En)).expect("it is JSON");
    let costs = &report["costs"];
    assert_eq!(costs["total"]["low_micro_usd"], 5_737_500);
    assert_eq!(costs["total"]["high_micro_usd"], 15_137_500);
    assert_eq!(costs["for_proof"]["high_micro_usd"], 1_000_000);
    assert_eq!(costs["resources"][0]["name"], "shop-stg-assets");
    assert_eq!(costs["lines"][0]["price"]["source"], "https://aws.example/prices");
    assert_eq!(costs["lines"][2]["sum"], Value::Null);
}

#[test]
fn a_plan_without_costs_has_no_section_of_them() {
    let html = rendered(&plan(), Format::Html, Language::En);
    assert!(!html.contains("id=\"costs\""));
}

#[test]
fn prices_have_as_many_places_as_they_need() {
    for (micro, shown) in [
        (370, "$0.00037"),
        (4_700, "$0.0047"),
        (250_000, "$0.25"),
        (5_000_000, "$5.00"),
        (0, "$0.00"),
    ] {
        assert_eq!(exactly(MicroUsd(micro)), shown);
    }
    assert_eq!(hundredths(1, GB), "<0.01");
    assert_eq!(hundredths(GB + GB / 2, GB), "1.50");
}

#[test]
fn prices_of_ones_own_are_said_with_their_day() {
    let mut plan = costly();
    let words = [
        (Language::En, "s own, of 2027-01-01"),
        (Language::Ja, "自社の価格ファイル（2027-01-01 時点）"),
    ];
    for (language, said) in words {
        assert!(!rendered(&plan, Format::Html, language).contains(said));
    }
    plan.costs.own_priced_on = Some("2027-01-01".into());
    for (language, said) in words {
        let html = rendered(&plan, Format::Html, language);
        assert!(html.contains(said) && html.contains("2026-11-25"), "{html}");
    }
    let report: Value = serde_json::from_str(&rendered(&plan, Format::Json, Language::En)).expect("it is JSON");
    assert_eq!(report["costs"]["own_priced_on"], "2027-01-01");
    assert_eq!(report["costs"]["priced_on"], "2026-11-25");
}
