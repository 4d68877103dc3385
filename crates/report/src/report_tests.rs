use std::collections::BTreeSet;

use jiff::Timestamp;
use model::event::{Direction, WorldKind};
use model::plan::{Note, Weight};
use model::state::State;
use model::{AccountId, CallRecord, Event, FailureClass, Plan, Recorded};
use serde_json::{Value, json};

use crate::example::{HOSTILE, Night, at, failure, night, plan, resources};
use crate::words::Text;
use schema_walk::faults;

#[path = "../../model/tests/schema_walk/mod.rs"]
pub(crate) mod schema_walk;
use crate::{CallSummary, Format, Language, ReportInput, render};

fn calls() -> CallSummary {
    let call = |account: Option<&str>, operation: &str, outcome: &str, millis: u64| CallRecord {
        at: at("2026-11-21T13:00:00Z"),
        account: account.map(|id| AccountId::new(id).expect("an account in a test")),
        service: "s3".into(),
        operation: operation.into(),
        mutating: true,
        outcome: outcome.into(),
        request_id: None,
        millis,
    };
    CallSummary::of(&[
        call(Some("222222222222"), "CreateBucket", "OperationAborted", 40),
        call(Some("222222222222"), "CreateBucket", "ok", 60),
        call(None, "GetCallerIdentity", "ok", 15),
    ])
}

fn input<'a>(plan: &'a Plan, events: &'a [Recorded], laws: Option<&'a [String]>) -> ReportInput<'a> {
    let calls = (!events.is_empty()).then(calls);
    ReportInput {
        plan,
        events,
        calls,
        laws,
        rehearsed: None,
        journal_hash: (!events.is_empty()).then_some("5f"),
        generated_at: at("2026-11-22T00:00:00Z"),
        in_japanese: |_| None,
        question_in_japanese: |_| None,
    }
}

fn whole_night() -> (Plan, Night) {
    let plan = plan();
    plan.check().expect("the example is a plan");
    let night = night(&plan, WorldKind::Rehearsal);
    State::fold(&night.events).expect("the example folds");
    (plan, night)
}

/// Every report of these tests passes here, and is held against the schema that is published.
fn as_json(input: &ReportInput<'_>) -> Value {
    let report = serde_json::from_str(&render(input, Format::Json, Language::En)).expect("it is JSON");
    assert_eq!(faults(&crate::json_schema(), &report), Vec::<String>::new());
    report
}

/// What stands between `<tag …>` and `</tag>`, for every such element.
fn elements<'a>(html: &'a str, tag: &str) -> Vec<&'a str> {
    let (open, close) = (format!("<{tag}"), format!("</{tag}>"));
    let starts = html
        .match_indices(&open)
        .filter(|(at, _)| html[at + open.len()..].starts_with([' ', '>']));
    starts
        .map(|(at, _)| {
            let inside = at + html[at..].find('>').expect("a tag ends") + 1;
            &html[inside..inside + html[inside..].find(&close).expect("an element ends")]
        })
        .collect()
}

#[test]
fn a_rehearsal_says_what_happened() {
    let (plan, night) = whole_night();
    let html = render(&input(&plan, &night.events, Some(&[])), Format::Html, Language::En);
    for said in [
        "REHEARSAL",
        "Completed",
        "source 111111111111 → target 222222222222",
        "role cleave-source",
        "ap-northeast-1",
        plan.digest().as_str(),
        "every Saturday 22:00 for 8 h (Asia/Tokyo)",
        "17 of 17",
        "deleted versions cannot be brought back",
        "Encrypted with aws/rds",
        "12,034 versions, 48,201,337,912 bytes equal",
        "tanaka &lt;ops&gt;",
        "Is staging scaled to zero?",
        "OperationAborted",
        "request id 4442587FB7D0A2F9",
        "Failures that were survived: 13.",
        "all of them held",
        "Virtual duration",
        // 2026-11-19T05:00:00Z, in the window's zone and with its name.
        "2026-11-19 14:00:00 Asia/Tokyo (UTC+09:00)",
    ] {
        assert!(html.contains(said), "the report does not say {said:?}");
    }
    assert!(!html.contains("LIVE"), "a rehearsal must not look like a live run");
}

#[test]
fn a_live_run_is_stamped_live_and_its_laws_are_not_claimed_to_be_checked() {
    let plan = plan();
    let night = night(&plan, WorldKind::Live);
    let html = render(&input(&plan, &night.events, None), Format::Html, Language::En);
    assert!(html.contains("<strong>LIVE</strong>") && html.contains("[LIVE]"));
    assert!(!html.contains("REHEARSAL") && !html.contains("Virtual duration"));
    assert!(html.contains("The laws were not checked"));
}

#[test]
fn a_broken_law_outranks_a_run_that_completed() {
    let (plan, night) = whole_night();
    let laws = ["law 2: snapshot shop-stg was shared with 999999999999".to_owned()];
    let input = input(&plan, &night.events, Some(&laws));
    assert_eq!(as_json(&input)["standing"], "law_broken");
    let html = render(&input, Format::Html, Language::En);
    assert!(html.contains("A law was broken") && html.contains("was shared with 999999999999"));
}

#[test]
fn down_is_from_the_first_disturbing_step_to_the_last_cutover_step() {
    let (plan, night) = whole_night();
    let report = as_json(&input(&plan, &night.events, None));
    let ends = |verb: &str, resource: usize| -> Timestamp {
        let id = resources()[resource].step(verb);
        let end = night
            .events
            .iter()
            .find(|recorded| matches!(&recorded.event, Event::StepVerified { step, .. } if *step == id));
        end.expect("the step was verified").at
    };
    let begins = |verb: &str, resource: usize| -> Timestamp {
        let id = resources()[resource].step(verb);
        let begin = night
            .events
            .iter()
            .find(|recorded| matches!(&recorded.event, Event::IntentRecorded { step, .. } if *step == id));
        begin.expect("the step was begun").at
    };
    for (resource, first, last) in [
        (0, "take_snapshot", "restore"),
        (1, "empty_source", "win_name"),
        (3, "move_delegation", "move_delegation"),
    ] {
        let expected = ends(last, resource).as_second() - begins(first, resource).as_second();
        assert!(expected > 0);
        let said = report["resources"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|r| r["name"] == resources()[resource].name.as_str());
        let said = said.expect("every resource is reported");
        assert_eq!(said["down_seconds"], json!(expected as f64), "{}", said["name"]);
        assert_eq!(said["still_down"], false);
    }
    let image = report["resources"]
        .as_array()
        .expect("a list")
        .iter()
        .find(|r| r["kind"] == "image")
        .expect("it is there");
    assert_eq!(image["disturbs"], false);
}

#[test]
fn a_run_cut_off_in_its_window_is_still_down() {
    let (plan, night) = whole_night();
    let restore = resources()[0].step("restore");
    let cut = night
        .events
        .iter()
        .position(|recorded| matches!(&recorded.event, Event::OutputSeen { step, .. } if *step == restore));
    let events = &night.events[..cut.expect("the restore is seen")];
    let report = as_json(&input(&plan, events, None));
    assert_eq!(report["standing"], "under_way");
    assert_eq!(report["resources"][0]["still_down"], true);
    assert_eq!(report["resources"][0]["disturbed_until"], Value::Null);
    let html = render(&input(&plan, events, None), Format::Html, Language::En);
    assert!(html.contains(" and still</td>") || html.contains(" and still</div>"));
    assert!(
        html.contains("not overcome"),
        "the restore's lost answer is not overcome yet"
    );
}

#[test]
fn failures_are_counted_by_step_and_matched_with_their_end() {
    let (plan, night) = whole_night();
    let report = as_json(&input(&plan, &night.events, None));
    let failures = report["failures"].as_array().expect("a list");
    let found: Vec<(&str, u64, &str, &str)> = failures
        .iter()
        .map(|f| {
            let text = |key: &str| f[key].as_str().expect("text");
            (
                f["last"]["operation"].as_str().expect("text"),
                f["count"].as_u64().expect("a number"),
                text("how"),
                text("overcome"),
            )
        })
        .collect();
    assert_eq!(
        found,
        [
            ("DescribeImages", 3, "look", "done"),
            ("CreateBucket", 9, "not_done", "done"),
            ("RestoreDBInstanceFromDBSnapshot", 1, "unknown", "done"),
        ]
    );
}

#[test]
fn the_longest_chain_of_a_run_is_no_longer_than_the_run() {
    let (plan, night) = whole_night();
    let report = as_json(&input(&plan, &night.events, None));
    let number = |key: &str| report[key].as_f64().expect("a number");
    assert!(number("critical_path_seconds") > 3600.0);
    assert!(number("critical_path_seconds") <= number("makespan_seconds"));
    assert_eq!(
        number("estimated_critical_path_seconds"),
        plan.critical_path_seconds() as f64
    );
}

#[test]
fn a_plan_is_scheduled_by_needs_gates_and_limits() {
    let mut plan = plan();
    let report = as_json(&input(&plan, &[], None));
    assert_eq!(report["of"], "plan");
    // Nothing shares a limit here, so that the schedule is as long as its longest chain.
    assert_eq!(report["makespan_seconds"], json!(plan.critical_path_seconds() as f64));
    let starts = |report: &Value, id: &str| -> f64 {
        let step = report["steps"]
            .as_array()
            .expect("a list")
            .iter()
            .find(|step| step["id"] == id)
            .expect("every step is there")
            .clone();
        step["starts_after_seconds"].as_f64().expect("it is scheduled")
    };
    assert_eq!(starts(&report, "bucket/shop-stg-assets/empty_source"), 5410.0);
    for step in &mut plan.steps {
        step.limit = Some("route53".into());
    }
    let one_at_a_time = as_json(&input(&plan, &[], None));
    let sum: u64 = plan.steps.iter().map(|step| step.estimate.p50).sum();
    assert_eq!(one_at_a_time["makespan_seconds"], json!(sum as f64));
}

#[test]
fn a_blocked_plan_says_what_blocks_it() {
    let mut plan = plan();
    let text = "The option group <og-1> is not carried.".to_owned();
    plan.notes.push(Note {
        resource: None,
        weight: Weight::Blocks,
        text,
        check: "",
    });
    let html = render(&input(&plan, &[], None), Format::Html, Language::En);
    assert!(html.contains("<strong>PLAN</strong>") && html.contains("Blocked"));
    assert!(html.contains("What stands in the way") && html.contains("The option group &lt;og-1&gt; is not carried."));
    assert!(html.contains("Must be typed") && html.contains("shop-stg-assets"));
    assert!(html.contains("next: 2026-11-28 22:00:00 to 2026-11-29 06:00:00 Asia/Tokyo"));
}

#[test]
fn a_stopped_step_is_said_first_with_what_to_do() {
    let plan = plan();
    let mut night = Night::begin(&plan, WorldKind::Live, "2026-11-21T13:00:00Z");
    let key = resources()[0].step("create_target_key");
    let denied = failure("kms", "CreateKey", FailureClass::Denied, "AccessDeniedException");
    night.refuse(&key, 1, denied.clone());
    night.pass(900);
    night.tell(Event::StepStopped {
        step: key.clone(),
        failure: denied,
        advice: "Allow kms:CreateKey & retry".into(),
    });
    let html = render(&input(&plan, &night.events, None), Format::Html, Language::En);
    let (advice, table) = (html.find("Allow kms:CreateKey &amp; retry"), html.find("<table"));
    assert!(advice.expect("the advice is said") < table.expect("there are tables"));
    assert!(html.contains("Needs operator") && html.contains("bar open stopped"));
}

#[test]
fn what_was_taken_back_is_drawn_and_no_longer_down() {
    let plan = plan();
    let [database, ..] = resources();
    let mut night = Night::begin(&plan, WorldKind::Rehearsal, "2026-11-21T13:00:00Z");
    night.carry(&database.step("create_target_key"), 5, "made");
    night.agree(&plan, "service-stopped", 10);
    night.carry(&database.step("take_snapshot"), 600, "made");
    night.tell(Event::UndoRequested {
        by: "tanaka".into(),
        reason: "tests failed".into(),
        to: None,
    });
    for (verb, attempt) in [("take_snapshot", 2), ("create_target_key", 2)] {
        night.intend(&database.step(verb), attempt, Direction::Undo);
        night.pass(30);
        night.tell(Event::StepUndone {
            step: database.step(verb),
            evidence: "gone".into(),
        });
    }
    let report = as_json(&input(&plan, &night.events, None));
    assert_eq!(report["standing"], "taking_back");
    assert_eq!(report["resources"][0]["still_down"], false);
    // 600 s of the step, 2 s until the undo, 30 s of undoing it.
    assert_eq!(report["resources"][0]["down_seconds"], json!(632.0));
    let html = render(&input(&plan, &night.events, None), Format::Html, Language::En);
    assert!(html.contains("bar undoing") && html.contains("tests failed"));
}

#[test]
fn a_journal_that_contradicts_itself_is_reported_up_to_there() {
    let (plan, mut night) = whole_night();
    night.events.remove(20);
    let report = as_json(&input(&plan, &night.events, None));
    assert_eq!(report["run"]["events"], 20);
    assert!(report["journal_error"].as_str().is_some_and(|error| !error.is_empty()));
    assert!(
        render(&input(&plan, &night.events, None), Format::Html, Language::En)
            .contains("The journal contradicts itself")
    );
}

#[test]
fn nothing_in_a_name_becomes_markup() {
    let (plan, night) = whole_night();
    for events in [&night.events[..], &[]] {
        let html = render(&input(&plan, events, None), Format::Html, Language::En);
        assert!(html.contains("&lt;script&gt;"), "the name is shown");
        assert!(!html.contains("<script"), "the name became markup");
        let markdown = render(&input(&plan, events, None), Format::Markdown, Language::En);
        assert!(!markdown.contains("<script") && markdown.contains("&lt;script&gt;"));
        for row in markdown.lines().filter(|line| line.starts_with('|')) {
            // A bar in a name must not make a cell: every row of a table has as many as the row of dashes under its heading.
            assert!(!row.contains("|a`b"), "{row}");
        }
        let json: Value =
            serde_json::from_str(&render(&input(&plan, events, None), Format::Json, Language::En)).expect("JSON");
        assert!(
            json["resources"]
                .as_array()
                .expect("a list")
                .iter()
                .any(|r| r["name"] == HOSTILE)
        );
    }
}

#[test]
fn every_row_of_a_markdown_table_has_the_cells_of_its_heading() {
    let (plan, night) = whole_night();
    let cells = |row: &str| row.replace("\\|", "").matches('|').count();
    for events in [&night.events[..], &[]] {
        let markdown = render(&input(&plan, events, None), Format::Markdown, Language::Ja);
        let mut expected = 0;
        let mut rows = 0;
        for line in markdown.lines() {
            if !line.starts_with('|') {
                expected = 0;
            } else if expected == 0 {
                expected = cells(line);
            } else {
                assert_eq!(cells(line), expected, "{line}");
                rows += 1;
            }
        }
        assert!(rows > 20);
    }
}

#[test]
fn the_page_asks_nothing_of_a_network_and_runs_nothing() {
    let (plan, night) = whole_night();
    let html = render(&input(&plan, &night.events, Some(&[])), Format::Html, Language::Ja);
    for forbidden in [
        "<script", "<link", "<img", "<iframe", "@import", "http://", "https://", " onclick", "url(h", "src=",
    ] {
        assert!(!html.contains(forbidden), "the page holds {forbidden:?}");
    }
    assert!(html.contains("<html lang=\"ja\">"));
    let tables = html.matches("<table").count();
    assert!(tables >= 5);
    assert_eq!(tables, html.matches("<caption>").count(), "every table has a caption");
    let anchors: Vec<&str> = html
        .match_indices(" id=\"")
        .map(|(at, _)| html[at + 5..].split('"').next().expect("a quote"))
        .collect();
    assert_eq!(
        anchors.len(),
        anchors.iter().collect::<BTreeSet<_>>().len(),
        "ids are unique"
    );
}

#[test]
fn the_same_input_gives_the_same_bytes() {
    let (plan, night) = whole_night();
    for format in [Format::Html, Format::Markdown, Format::Json] {
        for language in [Language::En, Language::Ja] {
            for events in [&night.events[..], &[]] {
                let once = render(&input(&plan, events, Some(&[])), format, language);
                let (again_plan, again) = whole_night();
                let events = if events.is_empty() { &[][..] } else { &again.events[..] };
                assert!(once == render(&input(&again_plan, events, Some(&[])), format, language));
            }
        }
    }
}

#[test]
fn japanese_leaves_no_heading_in_english() {
    let (plan, night) = whole_night();
    for events in [&night.events[..], &[]] {
        let html = render(&input(&plan, events, Some(&[])), Format::Html, Language::Ja);
        let mut seen = 0;
        for tag in ["h2", "h3", "caption", "dt", "figcaption", "summary", "footer"] {
            for words in elements(&html, tag) {
                assert!(!words.is_ascii(), "<{tag}> is not translated: {words:?}");
                seen += 1;
            }
        }
        for words in elements(&html, "th")
            .into_iter()
            .filter(|words| !words.starts_with("<div>"))
        {
            assert!(!words.is_ascii(), "<th> is not translated: {words:?}");
            seen += 1;
        }
        assert!(seen > 40);
    }
}

#[test]
fn every_text_has_both_languages_with_the_same_places() {
    let places = |text: &str| -> BTreeSet<String> {
        text.match_indices('{')
            .map(|(at, _)| text[at..at + 3].to_owned())
            .collect()
    };
    for text in Text::ALL {
        let (en, ja) = (text.say(Language::En), text.say(Language::Ja));
        assert!(!en.is_empty() && !ja.is_empty());
        assert!(!ja.is_ascii(), "{text:?} is not translated");
        assert_eq!(places(en), places(ja), "{text:?}");
    }
}

#[test]
fn calls_are_summed_by_operation_and_account() {
    let calls = calls();
    assert_eq!(calls.counts.len(), 2);
    assert_eq!(
        (calls.counts[0].count, calls.counts[0].failed, calls.counts[0].millis),
        (2, 1, 100)
    );
    assert_eq!(calls.counts[1].account, None);
}

#[test]
fn without_a_windows_zone_times_are_in_utc_and_say_so() {
    let mut plan = plan();
    plan.windows.clear();
    let night = night(&plan, WorldKind::Rehearsal);
    let html = render(&input(&plan, &night.events, None), Format::Html, Language::En);
    assert!(html.contains("2026-11-19 05:00:00 UTC") && html.contains("All times: UTC"));
    assert!(!html.contains("Asia/Tokyo"));
}

#[test]
fn an_empty_plan_is_a_report_too() {
    let mut plan = plan();
    plan.steps.clear();
    plan.gates.clear();
    let html = render(&input(&plan, &[], None), Format::Html, Language::En);
    assert!(html.contains("Nothing has been begun.") && html.contains("The plan has no gates."));
}

#[test]
fn a_note_that_holds_for_many_resources_is_said_once() {
    let (mut plan, _) = whole_night();
    let note = |resource| Note {
        resource: Some(resource),
        weight: Weight::Warns,
        text: "its name is nobody's for a while".into(),
        check: "",
    };
    plan.notes = resources().into_iter().map(note).collect();
    let html = render(&input(&plan, &[], None), Format::Html, Language::En);
    assert_eq!(html.matches("name is nobody").count(), 1);
}

#[test]
fn frozen_dates_and_what_becomes_of_an_overrun_are_said_also_where_there_is_no_window() {
    let mut plan = plan();
    plan.windows.clear();
    plan.frozen = vec![model::window::Freeze {
        from: "2026-12-28".parse().expect("a date"),
        until: "2027-01-03".parse().expect("a date"),
        timezone: "Asia/Tokyo".into(),
        reason: "the end of the year".into(),
    }];
    plan.overrun = model::plan::Overrun::Finish;
    let html = render(&input(&plan, &[], None), Format::Html, Language::En);
    assert!(
        html.contains("not from 2026-12-28 to 2027-01-03 (Asia/Tokyo) the end of the year"),
        "{html}"
    );
    assert!(html.contains("is finished all the same"), "{html}");
    let report = as_json(&input(&plan, &[], None));
    assert_eq!(
        (&report["frozen"][0]["from"], &report["overrun"]),
        (&json!("2026-12-28"), &json!("finish"))
    );
}
