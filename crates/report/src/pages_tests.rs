use model::event::WorldKind;
use model::products::Belongs;
use model::{Plan, Recorded, ResourceRef};
use serde_json::json;

use crate::example::{at, night, plan, resources};
use crate::{Format, Language, RehearsedBefore, ReportInput, json_schema, render};

fn input<'a>(plan: &'a Plan, events: &'a [Recorded]) -> ReportInput<'a> {
    ReportInput {
        plan,
        events,
        calls: None,
        laws: None,
        rehearsed: None,
        journal_hash: None,
        generated_at: at("2026-11-22T00:00:00Z"),
    }
}

/// The example, in which a database is of one product and a bucket of another.
fn two_products() -> Plan {
    let mut plan = plan();
    let [database, bucket, ..] = resources();
    let belongs = |(resource, product, owner): (ResourceRef, &str, &str)| Belongs {
        resource,
        product: Some(product.to_owned()),
        owner: Some(owner.to_owned()),
    };
    plan.products.of = [(database, "shop", "team-shop"), (bucket, "media", "team-media")]
        .map(belongs)
        .to_vec();
    plan.products.of.sort_by(|one, other| one.resource.cmp(&other.resource));
    plan
}

/// What stands in the section of this heading.
fn section<'m>(markdown: &'m str, heading: &str) -> &'m str {
    let (_, rest) = markdown
        .split_once(&format!("\n## {heading}\n"))
        .expect("the section is there");
    rest.split("\n## ").next().expect("something stands there")
}

#[test]
fn each_product_has_a_page_of_its_own_things_only() {
    let plan = two_products();
    let markdown = render(&input(&plan, &[]), Format::Markdown, Language::En);
    let shop = section(&markdown, "Product shop");
    assert!(
        shop.contains("`database/shop-stg`") && shop.contains("team-shop"),
        "{shop}"
    );
    assert!(
        shop.contains("`service-stopped`"),
        "its gate's question is said: {shop}"
    );
    assert!(!shop.contains("shop-stg-assets"), "{shop}");
    let media = section(&markdown, "Product media");
    assert!(
        media.contains("`bucket/shop-stg-assets`") && media.contains("cannot be undone"),
        "{media}"
    );
    assert!(
        media.contains("+   \"Principal\": \"arn:aws:iam::222222222222:root\""),
        "its rewrite is shown: {media}"
    );
    let nobody = section(&markdown, "Without a product");
    assert!(
        nobody.contains("zone/stg.shop.example.com") && !nobody.contains("database/shop-stg"),
        "{nobody}"
    );
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    assert!(
        html.contains("<a href=\"#product-2\">shop</a>") && html.contains("<section id=\"product-2\" class=\"page\"")
    );
}

#[test]
fn a_plan_without_products_has_no_pages_and_still_says_what_people_do() {
    let plan = plan();
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    assert!(html.contains("id=\"teams\"") && !html.contains("class=\"page\"") && !html.contains("#product-1"));
}

#[test]
fn a_rewrite_shows_what_goes_and_what_comes_by_signs_and_words() {
    let plan = plan();
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    for said in [
        "<del><code>",
        "<ins><code>",
        ">goes: </span>",
        ">comes: </span>",
        "arn:aws:iam::222222222222:root",
    ] {
        assert!(html.contains(said), "{said}");
    }
}

#[test]
fn a_summary_has_five_lines() {
    let plan = plan();
    let events = night(&plan, WorldKind::Live).events;
    for (events, says) in [(&[][..], "nine times in ten"), (&events[..], "It took ")] {
        let markdown = render(&input(&plan, events), Format::Markdown, Language::En);
        let (_, lines) = markdown.split_once("**In five lines**\n\n").expect("they are there");
        let lines: Vec<&str> = lines.lines().take_while(|line| line.starts_with("- ")).collect();
        assert_eq!(lines.len(), 5, "{lines:#?}");
        assert!(
            lines[0].contains("4 resources move from account 111111111111 to 222222222222"),
            "{lines:#?}"
        );
        assert!(lines[1].contains(says), "{lines:#?}");
    }
}

#[test]
fn points_of_no_return_stand_in_the_timeline_and_in_the_json() {
    let plan = plan();
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    let report: serde_json::Value =
        serde_json::from_str(&render(&input(&plan, &[]), Format::Json, Language::En)).expect("JSON");
    let last = report["cannot_be_undone"].as_array().expect("a list").len();
    assert!(last > 0);
    // One in the legend.
    assert_eq!(html.matches("class=\"no-return\"").count(), last + 1);
}

#[test]
fn a_run_is_set_beside_what_was_expected_of_it() {
    let plan = plan();
    let events = night(&plan, WorldKind::Live).events;
    let html = render(&input(&plan, &events), Format::Html, Language::Ja);
    assert!(html.contains("class=\"beside\"") && html.contains("class=\"taken\""));
    let before = render(&input(&plan, &[]), Format::Html, Language::Ja);
    assert!(!before.contains("class=\"beside\"") && before.contains("class=\"graph\""));
}

#[test]
fn the_rehearsals_and_the_journals_hash_are_said() {
    let plan = plan();
    let events = night(&plan, WorldKind::Live).events;
    let rehearsed = RehearsedBefore {
        plan_digest: plan.digest(),
        seeds: [1, 200],
        faults: "harsh".into(),
        runs: 200,
        completed: 199,
        unwound: 0,
        needs_operator: 1,
        bad: 1,
        laws_broken: 0,
    };
    let hash = "5f".repeat(32);
    let input = ReportInput {
        rehearsed: Some(&rehearsed),
        journal_hash: Some(&hash),
        ..input(&plan, &events)
    };
    for format in [Format::Html, Format::Markdown] {
        let page = render(&input, format, Language::En);
        for said in [
            "1–200",
            "harsh",
            "199 of 200",
            "1 of the rehearsals were not as they must be",
            &hash,
        ] {
            assert!(page.contains(said), "{said}");
        }
    }
}

#[test]
fn the_schema_admits_nothing_that_it_does_not_describe() {
    let schema = json_schema();
    assert_eq!(schema["additionalProperties"], false);
    assert!(schema["properties"]["rewrites"]["description"].is_string());
    let plan = plan();
    let mut report: serde_json::Value =
        serde_json::from_str(&render(&input(&plan, &[]), Format::Json, Language::En)).expect("JSON");
    assert_eq!(
        super::tests::schema_walk::faults(&schema, &report),
        Vec::<String>::new()
    );
    report["steps"][0]["misspelt"] = json!(1);
    report["resources"][0]["down_seconds"] = json!("long");
    assert_eq!(super::tests::schema_walk::faults(&schema, &report).len(), 2);
}
