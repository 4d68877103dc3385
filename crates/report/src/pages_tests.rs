use model::event::{Direction, WorldKind};
use model::plan::Estimate;
use model::products::Belongs;
use model::window::Freeze;
use model::{Event, Meanwhile, Plan, Recorded, ResourceRef, Rewrite, Side, StepSpec, Undo};
use serde_json::json;

use crate::example::{Night, at, night, plan, resources};
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
        in_japanese: |_| None,
        question_in_japanese: |_| None,
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

/// The example, of which a key's policy is opened for a part of the run.
fn with_a_key_that_is_opened() -> Plan {
    let mut plan = plan();
    let database = &resources()[0];
    plan.rewrites.push(Rewrite {
        resource: ResourceRef::new("key", "alias/shop"),
        document: "policy".into(),
        before: "{\n  \"Sid\": \"Ours\"\n}".into(),
        after: "{\n  \"Sid\": \"Ours\",\n  \"Sid\": \"Theirs\"\n}".into(),
        meanwhile: Some(Meanwhile {
            side: Side::Source,
            opened: database.step("share_snapshot"),
            closed: database.step("unshare_snapshot"),
        }),
    });
    plan
}

#[test]
fn what_is_opened_for_a_part_of_the_run_is_said_with_its_moments() {
    let mut plan = with_a_key_that_is_opened();
    let markdown = render(&input(&plan, &[]), Format::Markdown, Language::En);
    let rewrites = section(&markdown, "What is rewritten");
    // From Saturday 22:00 in Tokyo: 900 and 1800 s for the snapshot and its copy; 10 s for the share and 1500 s for the restore until it is closed in 10 s.
    for said in [
        "`key/alias/shop` for a while, in the source account**",
        "- opened at 2026-11-28 22:45:00 by `database/shop-stg/share_snapshot`",
        "- closed at 2026-11-28 23:10:20, nine times in ten by ",
        "by `database/shop-stg/unshare_snapshot`",
        "+   \"Sid\": \"Theirs\"",
    ] {
        assert!(rewrites.contains(said), "{said}: {rewrites}");
    }
    let report = |plan: &Plan, events: &[Recorded]| -> serde_json::Value {
        let text = render(&input(plan, events), Format::Json, Language::En);
        let report = serde_json::from_str(&text).expect("JSON");
        assert_eq!(
            super::tests::schema_walk::faults(&json_schema(), &report),
            Vec::<String>::new()
        );
        report
    };
    let planned = &report(&plan, &[])["rewrites"];
    assert_eq!(
        planned[0]["opened_at"],
        json!(null),
        "what is rewritten for good is never closed"
    );
    assert_eq!(planned[1]["meanwhile"]["closed"], "database/shop-stg/unshare_snapshot");
    assert_eq!(planned[1]["opened_at"], "2026-11-28T13:45:00Z");

    let events = night(&plan, WorldKind::Live).events;
    let ran = &report(&plan, &events)["rewrites"][1];
    let of = |verb: &str| {
        let id = resources()[0].step(verb);
        let begun = events
            .iter()
            .find(|recorded| matches!(&recorded.event, Event::IntentRecorded { step, .. } if *step == id));
        json!(begun.expect("it was begun").at)
    };
    assert_eq!(
        (&ran["opened_at"], &ran["closed_late_at"]),
        (&of("share_snapshot"), &json!(null))
    );
    let markdown = render(&input(&plan, &events[..20]), Format::Markdown, Language::En);
    assert!(section(&markdown, "What is rewritten").contains("not opened yet; opened by"));

    // Taken back before the step that closes it has begun.
    let share = resources()[0].step("share_snapshot");
    let mut taken_back = Night::begin(&plan, WorldKind::Live, "2026-11-28T13:00:00Z");
    for verb in ["create_target_key", "take_snapshot", "rekey_snapshot", "share_snapshot"] {
        if verb == "take_snapshot" {
            taken_back.agree(&plan, "service-stopped", 10);
        }
        taken_back.carry(&resources()[0].step(verb), 60, "made");
    }
    taken_back.tell(Event::UndoRequested {
        by: "tanaka".into(),
        reason: "tests failed".into(),
        to: None,
    });
    taken_back.intend(&share, 2, Direction::Undo);
    taken_back.pass(30);
    taken_back.tell(Event::StepUndone {
        step: share.clone(),
        evidence: "gone".into(),
    });
    let undone = taken_back.events.last().expect("it was told").at;
    assert_eq!(
        report(&plan, &taken_back.events)["rewrites"][1]["closed_at"],
        json!(undone)
    );
    let markdown = render(&input(&plan, &taken_back.events), Format::Markdown, Language::En);
    assert!(section(&markdown, "What is rewritten").contains("by undoing `database/shop-stg/share_snapshot`"));

    // Without windows there is no clock to go by.
    plan.windows.clear();
    let markdown = render(&input(&plan, &[]), Format::Markdown, Language::En);
    assert!(
        section(&markdown, "What is rewritten").contains("opened at +45 min 20 s by"),
        "{markdown}"
    );
}

#[test]
fn a_text_of_which_the_inventory_does_not_tell_shows_what_is_added_and_says_so() {
    let mut plan = with_a_key_that_is_opened();
    plan.rewrites[1].before = String::new();
    let markdown = render(&input(&plan, &[]), Format::Markdown, Language::En);
    let rewrites = section(&markdown, "What is rewritten");
    assert!(
        rewrites.contains("only what is added is shown") && rewrites.contains("+ {"),
        "{rewrites}"
    );
    let (_, shown) = rewrites.rsplit_once("diff\n").expect("a comparison");
    assert!(
        shown
            .lines()
            .filter(|line| !line.starts_with('~'))
            .all(|line| line.is_empty() || line.starts_with("+ ")),
        "{shown}"
    );
}

#[test]
fn a_plans_timeline_shows_its_windows_and_what_disturbs_in_each() {
    let plan = plan();
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    assert!(html.contains("if the run is begun 2026-11-22 09:00:00") && html.contains("Asia/Tokyo (UTC+09:00)"));
    assert!(html.contains(">Window 11-28 22:00 – 11-29 06:00<"), "its band is named");
    assert!(html.contains("Window open\n2026-11-28 22:00:00 – 2026-11-29 06:00:00 Asia/Tokyo"));
    let markdown = render(&input(&plan, &[]), Format::Markdown, Language::En);
    let timeline = section(&markdown, "Timeline");
    let rows: Vec<&str> = timeline
        .lines()
        .filter(|line| line.contains("22:00:00 – 2026-11-29 06:00:00"))
        .collect();
    // Seven steps of three resources: the longest way through them is the database's, then the zone's.
    assert!(
        rows[0].contains("| 3 | 7 | 2026-11-28 22:00:00 | 2026-11-28 23:10:30 |"),
        "{rows:#?}"
    );
    assert!(rows.iter().any(|row| row.contains("`database/shop-stg`")), "{timeline}");
}

#[test]
fn an_outage_that_has_no_room_in_the_next_window_is_shown_in_the_one_behind_it() {
    let mut plan = plan();
    let [database, ..] = resources();
    let restore = plan.steps.iter_mut().find(|step| step.id == database.step("restore"));
    // With what lies before and behind it, more than is left of this Saturday's window.
    restore.expect("it is there").estimate = Estimate {
        p50: 1500,
        p90: 6 * 3600,
    };
    let late = ReportInput {
        generated_at: at("2026-11-21T13:30:00Z"),
        ..input(&plan, &[])
    };
    let report: serde_json::Value = serde_json::from_str(&render(&late, Format::Json, Language::En)).expect("JSON");
    let used = report["windows_used"].as_array().expect("a list");
    let opens: Vec<&str> = used
        .iter()
        .map(|one| one["opens_at"].as_str().expect("a moment"))
        .collect();
    assert_eq!(opens, ["2026-11-21T13:00:00Z", "2026-11-28T13:00:00Z"]);
    let in_window = |place: usize, resource: &ResourceRef| {
        let steps = used[place]["steps"].as_array().expect("a list");
        steps
            .iter()
            .any(|step| step["resource"]["name"] == resource.name.as_str())
    };
    assert!(in_window(0, &resources()[1]) && !in_window(0, &database) && in_window(1, &database));
}

#[test]
fn frozen_dates_lie_in_the_timeline_and_push_what_disturbs_behind_them() {
    let mut plan = plan();
    plan.frozen = vec![Freeze {
        from: "2026-11-27".parse().expect("a date"),
        until: "2026-11-29".parse().expect("a date"),
        timezone: "Asia/Tokyo".into(),
        reason: "a sales week".into(),
    }];
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    assert!(
        html.contains("class=\"frozen\"")
            && html.contains("Frozen 2026-11-27 to 2026-11-29 (Asia/Tokyo)\na sales week")
    );
    assert!(html.contains(">Window 12-05 22:00 – 12-06 06:00<"), "the next is free");
    assert!(!html.contains("Window 11-28"));
}

#[test]
fn a_run_shows_which_of_its_windows_was_used_for_what() {
    let plan = plan();
    let events = night(&plan, WorldKind::Live).events;
    let html = render(&input(&plan, &events), Format::Html, Language::Ja);
    assert!(html.contains(">作業時間帯 11-21 22:00 ～ 11-22 06:00<"));
    let report: serde_json::Value =
        serde_json::from_str(&render(&input(&plan, &events), Format::Json, Language::En)).expect("JSON");
    let [used] = &report["windows_used"].as_array().expect("a list")[..] else {
        panic!("{}", report["windows_used"])
    };
    assert_eq!(used["closes_at"], "2026-11-21T21:00:00Z");
    assert!(
        used["steps"]
            .as_array()
            .expect("a list")
            .iter()
            .all(|step| step["ends_late_at"].is_null())
    );
}

#[test]
fn a_plan_that_may_disturb_at_any_time_has_no_windows_in_its_timeline() {
    let mut plan = plan();
    plan.windows.clear();
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    assert!(!html.contains("class=\"window\"") && html.contains("from the start of the run"));
}

/// The example, with so many buckets more that give up their names.
fn many_buckets(count: usize) -> Plan {
    let mut plan = plan();
    let like = plan
        .steps
        .iter()
        .find(|step| step.id.verb() == "empty_source")
        .expect("it is there")
        .clone();
    for nth in 0..count {
        let bucket = ResourceRef::new("bucket", format!("shop-{nth:03}"));
        plan.steps.push(StepSpec {
            id: bucket.step("empty_source"),
            resource: bucket,
            ..like.clone()
        });
    }
    plan.check().expect("it is a plan");
    plan
}

#[test]
fn what_cannot_be_undone_is_counted_in_the_summary_and_listed_in_a_section_of_its_own() {
    let plan = many_buckets(29);
    let markdown = render(&input(&plan, &[]), Format::Markdown, Language::En);
    let summary = section(&markdown, "Summary");
    assert!(
        summary.contains("30 × bucket: deleted versions cannot be brought back"),
        "{summary}"
    );
    assert!(
        summary.contains("30 steps of 30 resources cannot be undone"),
        "{summary}"
    );
    assert!(!summary.contains("shop-007"), "{summary}");
    assert_eq!(
        section(&markdown, "What is not taken back by itself")
            .matches("/empty_source`")
            .count(),
        30
    );
    let html = render(&input(&plan, &[]), Format::Html, Language::En);
    assert!(html.contains("<a href=\"#no-return\">") && html.contains("<section id=\"no-return\""));
    let report: serde_json::Value =
        serde_json::from_str(&render(&input(&plan, &[]), Format::Json, Language::En)).expect("JSON");
    assert_eq!(report["cannot_be_undone"].as_array().expect("a list").len(), 30);
    // A few are named.
    let few = render(&input(&many_buckets(0), &[]), Format::Markdown, Language::En);
    assert!(section(&few, "Summary").contains("`bucket/shop-stg-assets/empty_source`: deleted versions"));
}

#[test]
fn like_reasons_that_name_their_resources_are_one_line() {
    let mut plan = many_buckets(4);
    for step in &mut plan.steps {
        if let Undo::None { reason } = &mut step.undo {
            *reason = format!("{} is open by then", step.resource.name);
        }
    }
    let markdown = render(&input(&plan, &[]), Format::Markdown, Language::En);
    assert!(
        section(&markdown, "Summary").contains("- 5 × bucket: … is open by then"),
        "{markdown}"
    );
}
