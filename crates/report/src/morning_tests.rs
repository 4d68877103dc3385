use model::event::{Verdict, WorldKind};
use model::products::{Belongs, Team};
use model::{Event, Recorded};

use super::*;
use crate::example::{Night, night, plan};

fn renamed(count: usize) -> Vec<Renamed> {
    let one = |nth: usize| Renamed {
        of: ResourceRef::new("image", format!("batch-{nth}")),
        what: "ami".into(),
        old: vec![format!("ami-old-{nth}")],
        new: vec![format!("ami-new-{nth}")],
    };
    let kept = Renamed {
        of: ResourceRef::new("bucket", "assets"),
        what: "bucket".into(),
        old: vec!["assets".into()],
        new: vec!["assets".into()],
    };
    (0..count).map(one).chain([kept]).collect()
}

fn told(plan: &Plan, events: &[Recorded], renamed: &[Renamed], form: MorningForm, language: Language) -> String {
    let input = ReportInput {
        plan,
        events,
        calls: None,
        journal_hash: None,
        rehearsed: None,
        laws: None,
        generated_at: events.last().expect("an event").at,
        in_japanese: |_| None,
        question_in_japanese: |_| None,
    };
    morning(&input, renamed, form, language)
}

fn whole() -> (Plan, Night) {
    let plan = plan();
    let night = night(&plan, WorldKind::Live);
    (plan, night)
}

#[test]
fn the_text_is_short_and_says_what_did_not_serve_beside_what_was_expected() {
    let (plan, night) = whole();
    let text = told(&plan, &night.events, &renamed(50), MorningForm::Text, Language::En);
    assert!(text.lines().count() < 40, "{text}");
    assert!(text.starts_with("[LIVE] "), "{text}");
    for words in [
        "Did not serve (expected beside actual)",
        "(expected ",
        "image/batch-0 ami: ami-old-0 → ami-new-0",
        "… and 43 more: cleave outputs",
        "Not any more: the run has ended",
    ] {
        assert!(text.contains(words), "{words:?} is missing: {text}");
    }
    assert!(
        !text.contains("bucket/assets bucket:"),
        "what keeps its name is told: {text}"
    );
}

#[test]
fn while_the_run_is_under_way_it_says_until_when_what_can_be_taken_back_and_who_must_do_what() {
    let (mut plan, _) = whole();
    let database = plan.steps.iter().find(|step| step.resource.kind == "database");
    let resource = database.expect("a database").resource.clone();
    let step = resource.step("take_snapshot");
    plan.products.of.push(Belongs {
        resource,
        product: Some("shop".into()),
        owner: None,
    });
    plan.products.teams.insert(
        "shop".into(),
        Team {
            owner: "Shop team".into(),
            contact: None,
        },
    );
    let whole = night(&plan, WorldKind::Live);
    let passed = |recorded: &Recorded| matches!(&recorded.event, Event::SweepAdvanced { step, .. } if step.verb() == "empty_source");
    let cut = whole.events.iter().position(passed).expect("the source is emptied") + 1;
    let mut events = whole.events[..cut].to_vec();
    let last = events.last().expect("an event");
    let stopped = Recorded {
        seq: last.seq + 1,
        at: last.at,
        event: Event::StepStopped {
            step,
            failure: model::Failure::ours("rds", model::FailureClass::WrongState, "[Test]", "it stands"),
            advice: "mend it".into(),
        },
    };
    events.push(stopped);
    let text = told(&plan, &events, &[], MorningForm::Text, Language::En);
    for words in [
        "cleave undo takes it back until the run ends, which is expected",
        "bucket/",
        "not any more since 2026-11-2",
        "operator: ",
        "mend it",
        "the same cleave run goes on",
        "(shop)",
    ] {
        assert!(text.contains(words), "{words:?} is missing: {text}");
    }
    assert!(text.lines().count() < 40, "{text}");
}

#[test]
fn in_japanese_nothing_is_left_in_english_but_names_and_commands() {
    let (plan, night) = whole();
    let text = told(&plan, &night.events, &renamed(1), MorningForm::Text, Language::Ja);
    for words in [
        "停止時間（予測と実績）",
        "旧と新",
        "残作業",
        "取り消しの期限",
        "実行が終了したため",
    ] {
        assert!(text.contains(words), "{words:?} is missing: {text}");
    }
    for words in ["expected", "Left to do", "steps done"] {
        assert!(!text.contains(words), "{words:?} is not translated: {text}");
    }
}

#[test]
fn as_markdown_and_html_nothing_is_cut_and_nothing_becomes_markup() {
    let (plan, night) = whole();
    let mut renamed = renamed(50);
    renamed[3].new = vec!["<script>".into()];
    let page = told(&plan, &night.events, &renamed, MorningForm::Html, Language::Ja);
    assert!(
        page.contains("<html lang=\"ja\">") && page.contains("ami-new-49"),
        "{page}"
    );
    assert!(!page.contains("<script>"), "{page}");
    let page = told(&plan, &night.events, &renamed, MorningForm::Markdown, Language::En);
    assert!(
        page.contains("| `image/batch-49` | ami | `ami-old-49` | `ami-new-49` |"),
        "{page}"
    );
}

#[test]
fn a_name_cannot_break_a_line_of_the_text() {
    let (plan, night) = whole();
    let mut renamed = renamed(1);
    renamed[0].new = vec!["ami\n\u{1b}[2J".into()];
    let text = told(&plan, &night.events, &renamed, MorningForm::Text, Language::En);
    assert!(!text.contains('\u{1b}') && text.contains("ami  [2J"), "{text}");
    let ended = night.events.last().map(|last| &last.event);
    assert!(matches!(
        ended,
        Some(Event::RunEnded {
            verdict: Verdict::Completed
        })
    ));
}
