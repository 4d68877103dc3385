//! The engine over steps that are a table of things: what it records, in which order, and when it leaves. The real steps are driven in `tests/`.

#[path = "runs/foretelling.rs"]
mod foretelling;
#[path = "runs/going_back.rs"]
mod going_back;
#[path = "runs/leaving.rs"]
mod leaving;
mod things;

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use engine::{Observed, Progress, Registry, RunEnd, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use journal::InboxItem;
use model::event::Outcome;
use model::state::StepStatus;
use model::{Advice, Event, FailureClass, RunId, Said};
use serde_json::{Value, json};

use things::{Scene, Thing, at, id, plan, step};

#[test]
fn a_step_is_looked_at_begun_seen_and_proved_in_the_order_of_needs() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &["a"], json!({}))], json!({}));
    assert_eq!(scene.live(), RunEnd::Completed);
    let each = |verb: &str| {
        ["intent_recorded", "attempt_ended", "output_seen", "step_verified"].map(|kind| format!("{kind} {verb}"))
    };
    let right: Vec<String> = [
        vec!["run_started".to_owned()],
        each("a").to_vec(),
        each("b").to_vec(),
        vec!["run_ended".to_owned()],
    ]
    .concat();
    assert_eq!(scene.history(), right);
    assert_eq!(scene.made(), ["begin a", "begin b"]);
    // Once more: it has ended, and nothing happens.
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.history(), right);
}

#[test]
fn what_is_there_already_is_proved_and_not_begun() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    scene.things.borrow_mut().there.insert("a".to_owned(), json!(1));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.made(), Vec::<String>::new());
}

#[test]
fn a_refused_call_is_made_again_and_a_lost_answer_is_looked_for() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &[], json!({}))], json!({}));
    let fates = [
        ("a", FailureClass::Throttled, false),
        ("b", FailureClass::NoAnswer, true),
    ];
    for (verb, class, acts) in fates {
        scene
            .things
            .borrow_mut()
            .calls
            .insert(verb.to_owned(), vec![(class, acts)]);
    }
    assert_eq!(scene.live(), RunEnd::Completed);
    let mut made = scene.made();
    made.sort();
    assert_eq!(made, ["begin a", "begin a", "begin b"]);
    let (mut again, mut unknown) = (None, 0);
    for event in scene.events() {
        match event {
            Event::AttemptEnded {
                outcome: Outcome::NotDone { .. },
                again_at,
                ..
            } => again = again_at,
            Event::AttemptEnded {
                outcome: Outcome::Unknown { .. },
                again_at,
                ..
            } => {
                // At least two seconds: right after a call AWS may not show the thing yet.
                assert!(
                    again_at.is_some_and(|at| at >= Timestamp::UNIX_EPOCH + SignedDuration::from_secs(2)),
                    "{again_at:?}"
                );
                unknown += 1;
            }
            _ => {}
        }
    }
    assert!(again.is_some());
    assert_eq!(unknown, 1);
}

#[test]
fn what_cannot_pass_by_itself_stops_that_step_and_no_other() {
    for class in [FailureClass::Invalid, FailureClass::Unexpected] {
        let scene = Scene::of(
            &[
                step("a", &[], json!({})),
                step("b", &["a"], json!({})),
                step("c", &[], json!({})),
            ],
            json!({}),
        );
        scene
            .things
            .borrow_mut()
            .calls
            .insert("a".to_owned(), vec![(class, false)]);
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
        let state = scene.state();
        assert_eq!(state.steps[&id("c")].status, StepStatus::Done);
        assert_eq!(state.steps[&id("b")].status, StepStatus::Waiting);
        assert!(
            matches!(&state.steps[&id("a")].status, StepStatus::Stopped { advice } if advice.contains("report it"))
        );
    }
}

#[test]
fn each_class_of_failure_has_an_advice_of_its_own() {
    let mut advices = std::collections::BTreeSet::new();
    for class in [
        FailureClass::Denied,
        FailureClass::NotFound,
        FailureClass::AlreadyExists,
        FailureClass::WrongState,
        FailureClass::Quota,
        FailureClass::Unavailable,
    ] {
        let scene = Scene::of(&[step("a", &[], json!({ "patience": 60 }))], json!({}));
        scene
            .things
            .borrow_mut()
            .looks
            .insert("a".to_owned(), (0..2000).map(|_| Err(class)).collect());
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
        let status = scene.state().steps[&id("a")].status.clone();
        let StepStatus::Stopped { advice } = status else {
            panic!("{status:?}")
        };
        assert!(advice.len() > 20, "{advice}");
        advices.insert(advice);
    }
    assert_eq!(advices.len(), 6, "{advices:#?}");
}

#[test]
fn what_exists_and_is_not_ours_is_broken_or_is_stuck_stops_with_what_to_do() {
    let whose = Observed::Foreign {
        whose: Said::verbatim("theirs"),
    };
    let broken = Observed::Broken {
        why: Said::verbatim("it failed"),
    };
    let stuck = Observed::Stuck {
        why: Said::verbatim("it hangs"),
        advice: Advice::MendHook.into(),
    };
    for (look, code, advice) in [
        (whose, "[Foreign]", "exists under that name"),
        (broken, "[Broken]", "Remove the failed thing"),
        (stuck, "[Stuck]", "Mend what it complains of"),
    ] {
        let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
        scene.things.borrow_mut().looks.insert("a".to_owned(), vec![Ok(look)]);
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
        let state = scene.state();
        let place = &state.steps[&id("a")];
        assert_eq!(
            place.last_failure.as_ref().map(|failure| failure.code.as_str()),
            Some(code)
        );
        assert!(
            matches!(&place.status, StepStatus::Stopped { advice: said } if said.contains(advice)),
            "{:?}",
            place.status
        );
        assert_eq!(scene.made(), Vec::<String>::new());
    }
}

#[test]
fn what_was_seen_and_is_gone_is_not_made_a_second_time() {
    let scene = Scene::of(&[step("a", &[], json!({ "patience": 60 }))], json!({}));
    let not_yet = Verified::NotYet {
        why: Said::verbatim("not everywhere"),
        look_again: Duration::from_secs(5),
    };
    scene.things.borrow_mut().proofs.insert("a".to_owned(), vec![not_yet]);
    let seen = Ok(Observed::Present(json!(1)));
    let gone = (0..500).map(|_| Ok(Observed::Absent));
    scene
        .things
        .borrow_mut()
        .looks
        .insert("a".to_owned(), std::iter::once(seen).chain(gone).collect());
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    assert_eq!(scene.made(), Vec::<String>::new());
    assert!(scene.told.borrow().contains(&"a: not everywhere".to_owned()));
}

#[test]
fn what_is_seen_is_recorded_once_and_again_when_it_looks_otherwise() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    let not_yet = || Verified::NotYet {
        why: Said::verbatim("not everywhere"),
        look_again: Duration::from_secs(5),
    };
    let seen = [1, 1, 1, 2].map(|what| Ok(Observed::Present(json!(what))));
    scene
        .things
        .borrow_mut()
        .proofs
        .insert("a".to_owned(), vec![not_yet(), not_yet(), not_yet()]);
    scene.things.borrow_mut().looks.insert("a".to_owned(), seen.into());
    assert_eq!(scene.live(), RunEnd::Completed);
    let recorded: Vec<Value> = scene
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::OutputSeen { output, .. } => Some(output),
            _ => None,
        })
        .collect();
    assert_eq!(recorded, [json!(1), json!(2)]);
}

#[test]
fn a_proof_that_is_wrong_stops_the_step() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    scene.things.borrow_mut().proofs.insert(
        "a".to_owned(),
        vec![Verified::Wrong {
            why: Said::verbatim("other bytes"),
        }],
    );
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    let failure = scene.state().steps[&id("a")].last_failure.clone().expect("why");
    assert_eq!(
        (failure.code.as_str(), failure.message.as_str()),
        ("[VerifyFailed]", "other bytes")
    );
}

#[test]
fn an_alarm_is_recorded_when_it_comes_up_and_when_it_is_over_and_not_between() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    let underway = |alarm: Option<Advice>| {
        let mut progress = Progress::percent(40, Said::verbatim("copying"));
        progress.alarm = alarm.map(Said::from);
        Ok(Observed::Underway {
            progress,
            look_again: Duration::from_secs(10),
        })
    };
    scene.things.borrow_mut().looks.insert(
        "a".to_owned(),
        vec![
            underway(None),
            underway(Some(Advice::LookedAnew)),
            underway(Some(Advice::LookedAnew)),
            underway(None),
        ],
    );
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.alarms(), [Some("It is looked at anew.".to_owned()), None]);
    assert_eq!(
        scene.told.borrow().iter().filter(|told| *told == "a: copying").count(),
        4
    );
}

#[test]
fn a_look_that_works_ends_the_count_of_those_that_failed() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    let underway = || {
        Ok(Observed::Underway {
            progress: Progress::words(Said::verbatim("copying")),
            look_again: Duration::from_secs(10),
        })
    };
    scene
        .things
        .borrow_mut()
        .looks
        .insert("a".to_owned(), vec![Err(FailureClass::Denied), underway(), underway()]);
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(
        scene.history().iter().filter(|line| *line == "look_worked a").count(),
        1
    );
}

#[test]
fn a_sweep_keeps_its_cursor_after_each_call_and_leaves_between_two_when_asked() {
    let scene = Scene::of(&[step("a", &[], json!({ "input": { "sweep": 5 } }))], json!({}));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(
        scene
            .history()
            .iter()
            .filter(|line| *line == "sweep_advanced a")
            .count(),
        5
    );
    assert_eq!(
        scene
            .history()
            .iter()
            .filter(|line| *line == "intent_recorded a")
            .count(),
        1
    );
    assert_eq!(scene.state().steps[&id("a")].cursor, Some(json!(5)));

    let scene = Scene::of(&[step("a", &[], json!({ "input": { "sweep": 5 } }))], json!({}));
    scene.stop.ask("SIGINT");
    assert_eq!(
        scene.live(),
        RunEnd::Paused {
            by: "SIGINT".to_owned()
        }
    );
    assert_eq!(scene.made(), Vec::<String>::new());
}

#[test]
fn only_what_has_stopped_is_tried_again_or_left_out() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &["a"], json!({}))], json!({}));
    scene.things.borrow_mut().calls.insert(
        "a".to_owned(),
        vec![(FailureClass::Invalid, false), (FailureClass::Invalid, false)],
    );
    let retry = |verb: &str| InboxItem::Retry {
        step: id(verb),
        by: "x".to_owned(),
        reason: "y".to_owned(),
    };
    let skip = |verb: &str| InboxItem::Skip {
        step: id(verb),
        by: "x".to_owned(),
        reason: "y".to_owned(),
    };
    scene.put(retry("a"));
    scene.put(skip("b"));
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    assert!(
        !scene
            .history()
            .iter()
            .any(|line| line.starts_with("step_retried") || line.starts_with("step_skipped"))
    );
    scene.put(retry("a"));
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    scene.put(skip("a"));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.made(), ["begin a", "begin a", "begin b"]);
}

#[test]
fn what_is_found_before_anything_was_begun_voids_the_yes_it_was_begun_on() {
    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": ["thing/one/a"] }] });
    let scene = Scene::of(
        &[
            step("a", &[], json!({ "undo": { "can": "nothing" } })),
            step("b", &["a"], json!({ "gates": ["go"] })),
        ],
        gates,
    );
    scene.things.borrow_mut().looks.insert(
        "b".to_owned(),
        vec![Ok(Observed::Foreign {
            whose: Said::verbatim("theirs"),
        })],
    );
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
    // Nothing is proved or asked before a person has dealt with what was found.
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
    scene.put(InboxItem::Retry {
        step: id("b"),
        by: "x".to_owned(),
        reason: "theirs is gone".to_owned(),
    });
    assert_eq!(scene.live(), RunEnd::Completed);
    let history = scene.history();
    let voided = history
        .iter()
        .position(|line| line == "gate_voided")
        .expect("it is void");
    let since: Vec<&str> = history[voided..].iter().map(String::as_str).collect();
    let right = [
        "gate_voided",
        "step_stopped b",
        "step_retried b",
        "output_seen a",
        "step_verified a",
        "gate_asked",
        "gate_approved",
    ];
    assert!(since.starts_with(&right), "{since:#?}");
}

#[test]
fn a_refusal_that_says_nothing_of_what_exists_leaves_the_yes_in_force() {
    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": ["thing/one/a"] }] });
    let steps = [
        step("a", &[], json!({})),
        step("b", &["a"], json!({ "gates": ["go"], "patience": 60 })),
    ];
    let voided = |scene: &Scene| scene.history().iter().any(|line| line == "gate_voided");
    // Not allowed to look: nobody knows of anything that is not as it was.
    let scene = Scene::of(&steps, gates.clone());
    let denied = (0..500).map(|_| Err(FailureClass::Denied)).collect();
    scene.things.borrow_mut().looks.insert("b".to_owned(), denied);
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
    assert!(!voided(&scene));
    // Begun, and broken since: what was agreed to is under way.
    let scene = Scene::of(&steps, gates.clone());
    let broken = Observed::Broken {
        why: Said::verbatim("it failed"),
    };
    let looks = vec![Ok(Observed::Absent), Ok(broken)];
    scene.things.borrow_mut().looks.insert("b".to_owned(), looks);
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
    assert!(!voided(&scene));
    // Taken back: nothing is agreed to any more.
    let mut steps = steps.to_vec();
    steps[0]["undo"] = json!({ "can": "manual", "guide": "pull" });
    let scene = Scene::of(&steps, gates);
    let wrong = Verified::Wrong {
        why: Said::verbatim("no"),
    };
    scene.things.borrow_mut().proofs.insert("b".to_owned(), vec![wrong]);
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
    scene.undo(None);
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    assert!(!voided(&scene));
}

#[test]
fn names_are_cut_to_their_length_and_stay_apart() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &[], json!({}))], json!({}));
    let context = |verb: &str| StepContext {
        run: RunId::new("0123456789ab").expect("an id"),
        spec: Rc::new(scene.plan.step(&id(verb)).expect("a step").clone()),
        direction: model::event::Direction::Do,
        token: engine::carry::token(&RunId::new("0123456789ab").expect("an id"), &id(verb)),
        now: at(0),
        started_at: None,
        tried_at: None,
        attempts: 0,
        retried: 0,
        cursor: None,
        outputs: Rc::default(),
    };
    let (a, b) = (context("a"), context("b"));
    assert_eq!(a.token.len(), 32);
    assert_ne!(a.token, b.token);
    let name = a.name("Shop: batch--2026", 63);
    assert_eq!(name, format!("cleave-0123456789ab-shop-batch-2026-{}", &a.token[..6]));
    let short = a.name("Shop: batch--2026", 30);
    assert_eq!(short.len(), 30);
    assert!(short.ends_with(&a.token[..6]) && short != b.name("Shop: batch--2026", 30));
    assert_eq!(
        a.name("x", 20).chars().filter(|c| *c == '-').count(),
        1 + 1,
        "no dash before the last: {}",
        a.name("x", 20)
    );
    assert_eq!(a.output::<Value>(&id("b")).expect_err("none").code, "[NoOutput]");
    a.outputs.borrow_mut().insert(id("b"), Rc::new(json!("text")));
    assert_eq!(a.output::<u32>(&id("b")).expect_err("no number").code, "[BadOutput]");
    assert_eq!(a.output::<String>(&id("b")), Ok("text".to_owned()));
}

#[test]
fn a_plan_of_another_program_is_refused_before_anything_happens() {
    let mut registry = Registry::default();
    registry.add("thing.make", 1, Box::new(|_| Ok(Box::new(Thing(Rc::default())))));
    assert_eq!(registry.actions().collect::<Vec<_>>(), ["thing.make"]);
    let code = |different: Value| {
        registry
            .check(&plan(&[step("a", &[], different)], json!({})))
            .map_err(|failure| failure.code)
    };
    assert_eq!(code(json!({})), Ok(()));
    assert_eq!(
        code(json!({ "action": "thing.break" })),
        Err("[UnknownAction]".to_owned())
    );
    assert_eq!(code(json!({ "version": 2 })), Err("[OtherVersion]".to_owned()));
}

#[test]
fn per_cent_are_a_share_of_the_whole() {
    let share = |percent| Progress::percent(percent, Said::verbatim("copying")).fraction;
    assert_eq!([share(0), share(40), share(100)], [Some(0.0), Some(0.4), Some(1.0)]);
    assert_eq!([share(-3), share(140)], [Some(0.0), Some(1.0)], "as AWS may say");
}

#[test]
fn what_is_put_around_steps_sees_each_that_is_carried_out() {
    let mut scene = Scene::of(&[step("a", &[], json!({})), step("b", &["a"], json!({}))], json!({}));
    let seen: Rc<RefCell<BTreeSet<String>>> = Rc::default();
    let sees = Rc::clone(&seen);
    scene.around = Some(Rc::new(move |spec, step| {
        sees.borrow_mut().insert(spec.id.verb().to_owned());
        step
    }));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(seen.borrow().iter().collect::<Vec<_>>(), ["a", "b"]);
}
