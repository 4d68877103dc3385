//! What is taken back, in which order, and what is left.

use std::time::Duration;

use engine::{Observed, Progress, RunEnd, StopSwitch, Verified};
use journal::InboxItem;
use model::state::StepStatus;
use model::{Advice, FailureClass, Said};
use serde_json::json;

use crate::things::{Scene, at, id, pass, step};

#[test]
fn everything_is_taken_back_last_first_and_what_is_not_ours_or_gone_is_left() {
    let steps = [
        step("a", &[], json!({})),
        step("b", &["a"], json!({})),
        step("c", &["b"], json!({ "undo": { "can": "nothing" } })),
        step("d", &["c"], json!({})),
        step("e", &["d"], json!({})),
    ];
    let scene = Scene::of(&steps, json!({}));
    scene.things.borrow_mut().proofs.insert(
        "e".to_owned(),
        vec![Verified::Wrong {
            why: Said::verbatim("no"),
        }],
    );
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("e")]));
    scene.things.borrow_mut().there.remove("d");
    scene.things.borrow_mut().looks.insert(
        "e".to_owned(),
        vec![Ok(Observed::Foreign {
            whose: Said::verbatim("theirs"),
        })],
    );
    // The first try is refused; it is tried again.
    scene
        .things
        .borrow_mut()
        .calls
        .insert("b".to_owned(), vec![(FailureClass::Throttled, false)]);
    scene.things.borrow_mut().made.clear();
    scene.undo(None);
    assert_eq!(scene.live(), RunEnd::Unwound);
    assert_eq!(scene.made(), ["undo b", "undo b", "undo a"]);
    let evidence = |verb: &str| scene.state().steps[&id(verb)].evidence.clone().unwrap_or_default();
    assert_eq!(evidence("d"), "it does not exist any more");
    assert!(evidence("e").contains("theirs") && evidence("c").contains("nothing to take back"));
    assert_eq!(scene.live(), RunEnd::Unwound, "asked again, it says how it has ended");
}

#[test]
fn what_only_people_can_take_back_stops_with_the_guide_and_the_rest_goes() {
    for (undo, code, says) in [
        (
            json!({ "can": "manual", "guide": "pull it out" }),
            "[ByHand]",
            "pull it out",
        ),
        (
            json!({ "can": "none", "reason": "it is gone for good" }),
            "[NoWayBack]",
            "it is gone for good",
        ),
    ] {
        let scene = Scene::of(
            &[
                step("a", &[], json!({})),
                step("b", &["a"], json!({ "undo": undo })),
                step("c", &[], json!({})),
                step("d", &["b"], json!({})),
            ],
            json!({}),
        );
        scene.things.borrow_mut().proofs.insert(
            "d".to_owned(),
            vec![Verified::Wrong {
                why: Said::verbatim("no"),
            }],
        );
        scene.live();
        scene.undo(None);
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
        let state = scene.state();
        let statuses = ["a", "b", "c", "d"].map(|verb| state.steps[&id(verb)].status.clone());
        assert_eq!(
            statuses,
            [
                StepStatus::Done,
                StepStatus::Stopped {
                    advice: says.to_owned()
                },
                StepStatus::Undone,
                StepStatus::Undone
            ]
        );
        assert_eq!(
            state.steps[&id("b")]
                .last_failure
                .as_ref()
                .map(|failure| failure.code.as_str()),
            Some(code)
        );
        // Done by hand, and told so.
        scene.things.borrow_mut().there.remove("b");
        scene.put(InboxItem::Retry {
            step: id("b"),
            by: "x".to_owned(),
            reason: "pulled".to_owned(),
        });
        assert_eq!(scene.live(), RunEnd::Unwound);
    }
}

#[test]
fn a_part_is_taken_back_and_done_anew_when_somebody_has_the_run_go_on() {
    let steps = [
        step("a", &[], json!({})),
        step("b", &["a"], json!({})),
        step("c", &[], json!({})),
        step("d", &["b", "c"], json!({})),
    ];
    let scene = Scene::of(&steps, json!({}));
    scene.things.borrow_mut().proofs.insert(
        "d".to_owned(),
        vec![Verified::Wrong {
            why: Said::verbatim("no"),
        }],
    );
    scene.live();
    scene.undo(Some(id("b")));
    assert_eq!(scene.live(), RunEnd::UndoneInPart);
    assert_eq!(scene.live(), RunEnd::UndoneInPart, "nobody has said that it goes on");
    assert!(scene.things.borrow().there.contains_key("a") && !scene.things.borrow().there.contains_key("b"));
    scene.put(InboxItem::Resume { by: "x".to_owned() });
    assert_eq!(scene.live(), RunEnd::Completed);
    let begun = |verb: &str| {
        scene
            .made()
            .iter()
            .filter(|made| **made == format!("begin {verb}"))
            .count()
    };
    assert_eq!(["a", "b", "c", "d"].map(begun), [1, 2, 1, 2]);
}

#[test]
fn an_alarm_on_the_way_back_is_told_too() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &["a"], json!({}))], json!({}));
    let wrong = Verified::Wrong {
        why: Said::verbatim("no"),
    };
    scene.things.borrow_mut().proofs.insert("b".to_owned(), vec![wrong]);
    scene.live();
    let mut progress = Progress::words(Said::verbatim("being made"));
    progress.alarm = Some(Advice::LookedAnew.into());
    let underway = Observed::Underway {
        progress,
        look_again: Duration::from_secs(10),
    };
    scene
        .things
        .borrow_mut()
        .looks
        .insert("a".to_owned(), vec![Ok(underway)]);
    scene.undo(None);
    assert_eq!(scene.live(), RunEnd::Unwound);
    assert_eq!(scene.alarms(), [Some("It is looked at anew.".to_owned()), None]);
}

#[test]
fn what_was_called_for_just_now_is_looked_for_before_it_is_taken_for_gone() {
    for comes_to_be_seen in [true, false] {
        let mut scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
        let underway = Observed::Underway {
            progress: Progress::words(Said::verbatim("being made")),
            look_again: Duration::from_secs(86_400),
        };
        let looks = vec![Ok(Observed::Absent), Ok(underway)];
        scene.things.borrow_mut().looks.insert("a".to_owned(), looks);
        let stop = scene.stop.clone();
        scene.live_and(async move {
            pass(5).await;
            stop.ask("SIGINT");
            stop.ask("SIGTERM");
        });
        assert_eq!(scene.made(), ["begin a"]);
        scene.stop = StopSwitch::default();
        match comes_to_be_seen {
            true => {
                let stale = (0..3).map(|_| Ok(Observed::Absent)).collect();
                scene.things.borrow_mut().looks.insert("a".to_owned(), stale);
            }
            false => {
                scene.things.borrow_mut().there.clear();
            }
        }
        scene.undo(None);
        assert_eq!(scene.live(), RunEnd::Unwound);
        match comes_to_be_seen {
            true => assert_eq!(scene.made(), ["begin a", "undo a"]),
            false => {
                assert_eq!(scene.made(), ["begin a"]);
                let looked = scene.state().last_at;
                assert!(looked >= at(180) && looked < at(240), "{looked}");
            }
        }
    }
}
