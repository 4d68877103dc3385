//! When the engine waits, leaves and lets nothing new begin: gates, windows, logins, pauses, and places.

use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use engine::{Observed, Progress, RunEnd, StopSwitch, Verified};
use journal::{Extent, InboxItem};
use model::{Digest, FailureClass, Said};
use serde_json::{Value, json};

use crate::things::{Scene, at, id, pass, step};

#[test]
fn a_gate_is_waited_at_and_opened_by_who_agrees_to_what_was_shown() {
    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": ["thing/one/a"], "people": 2 }] });
    let mut scene = Scene::of(
        &[step("a", &[], json!({})), step("b", &["a"], json!({ "gates": ["go"] }))],
        gates,
    );
    scene.by_hand = true;
    let gate = model::GateName::new("go").expect("a name");
    assert_eq!(scene.live(), RunEnd::WaitingAtGate(vec![gate.clone()]));
    let shown = engine::dispatch::evidence(&scene.state(), &gate);
    assert_eq!(shown, "thing/one/a: a is right");
    let yes = |by: &str, evidence: &str| InboxItem::Approve {
        gate: gate.clone(),
        by: by.to_owned(),
        digest: scene.plan.digest(),
        evidence: Digest::of(evidence.as_bytes()),
        typed: None,
    };
    scene.put(yes("one", "something else"));
    scene.put(yes("one", &shown));
    scene.put(yes("one", &shown));
    assert_eq!(scene.live(), RunEnd::WaitingAtGate(vec![gate.clone()]));
    assert_eq!(scene.history().iter().filter(|line| *line == "gate_agreed").count(), 1);
    scene.put(yes("two", &shown));
    assert_eq!(scene.live(), RunEnd::Completed);

    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": [], "people": 3 }] });
    let scene = Scene::of(&[step("b", &[], json!({ "gates": ["go"] }))], gates);
    assert_eq!(scene.live(), RunEnd::Completed, "by itself, under three names");
    assert_eq!(scene.history().iter().filter(|line| *line == "gate_agreed").count(), 2);
}

#[test]
fn outside_of_a_window_it_leaves_or_waits_and_an_operator_can_extend_it() {
    let once = model::Window::Once {
        from: at(86_400),
        until: at(86_400 + 8 * 3600),
    };
    let windows = json!({ "windows": [once] });
    let steps = [step("a", &[], json!({ "disturbs": true }))];
    let mut scene = Scene::of(&steps, windows.clone());
    assert_eq!(scene.live(), RunEnd::OutsideWindow(Some(at(86_400))));
    assert_eq!(scene.made(), Vec::<String>::new());
    scene.wait = true;
    assert_eq!(scene.live(), RunEnd::Completed);
    let begun = scene.state().steps[&id("a")].started_at.expect("it was begun");
    assert!(begun >= at(86_400) && begun < at(86_400 + 60), "{begun}");
    assert!(
        scene
            .told
            .borrow()
            .iter()
            .any(|told| told.starts_with("waits: OutsideWindow"))
    );

    let scene = Scene::of(&steps, windows);
    scene.put(InboxItem::ExtendWindow {
        by: "x".to_owned(),
        reason: "y".to_owned(),
        extent: Extent::Seconds(3600),
    });
    assert_eq!(scene.live(), RunEnd::Completed);
    assert!(scene.state().last_at < at(3600));
}

#[test]
fn a_login_that_expires_pauses_once_and_is_waited_for_or_left_for() {
    let steps = [
        step("a", &[], json!({})),
        step("b", &[], json!({})),
        step("c", &[], json!({})),
    ];
    let mut scene = Scene::of(&steps, json!({}));
    for verb in ["a", "b", "c"] {
        scene
            .things
            .borrow_mut()
            .looks
            .insert(verb.to_owned(), vec![Err(FailureClass::CredentialsExpired)]);
    }
    assert_eq!(
        scene.live(),
        RunEnd::CredentialsExpired {
            command: "log in".to_owned()
        }
    );
    let paused = |scene: &Scene| scene.history().iter().filter(|line| *line == "run_paused").count();
    assert_eq!(paused(&scene), 1);
    assert_eq!(scene.live(), RunEnd::Completed, "typed again");

    scene = Scene::of(&steps, json!({}));
    scene.wait = true;
    scene
        .things
        .borrow_mut()
        .calls
        .insert("a".to_owned(), vec![(FailureClass::CredentialsExpired, false)]);
    let things = Rc::clone(&scene.things);
    let end = scene.live_and(async move {
        pass(300).await;
        things.borrow_mut().logged_in = true;
    });
    assert_eq!((end, paused(&scene)), (RunEnd::Completed, 1));
    assert!(scene.state().last_at >= at(300) && scene.state().last_at < at(400));
}

#[test]
fn a_pause_lets_nothing_new_begin_and_a_second_request_drops_what_is_in_flight() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    scene.put(InboxItem::Pause { by: "x".to_owned() });
    assert_eq!(scene.live(), RunEnd::Paused { by: "x".to_owned() });
    assert_eq!(scene.made(), Vec::<String>::new());
    scene.put(InboxItem::Resume {
        by: "nobody".to_owned(),
    });
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(
        scene.history().iter().filter(|line| *line == "run_resumed").count(),
        1,
        "the command itself had it go on"
    );

    let scene = Scene::of(
        &[
            step("a", &[], json!({ "presses_on": true })),
            step("b", &["a"], json!({ "presses_on": true })),
        ],
        json!({}),
    );
    let underway = Ok(Observed::Underway {
        progress: Progress::words(Said::verbatim("long")),
        look_again: Duration::from_secs(86_400),
    });
    scene
        .things
        .borrow_mut()
        .looks
        .insert("a".to_owned(), vec![Ok(Observed::Absent), underway]);
    let stop = scene.stop.clone();
    let end = scene.live_and(async move {
        pass(60).await;
        stop.ask("SIGINT");
        pass(60).await;
        stop.ask("SIGTERM");
    });
    assert_eq!(
        end,
        RunEnd::Paused {
            by: "SIGTERM".to_owned()
        }
    );
    assert!(scene.state().last_at < at(90), "the first was heeded at once");
}

#[test]
fn no_more_steps_have_a_call_in_flight_than_may() {
    let steps: Vec<Value> = (0..6).map(|n| step(&format!("s{n}"), &[], json!({}))).collect();
    for (may, most) in [(1, 1), (4, 4), (16, 6)] {
        let mut scene = Scene::of(&steps, json!({}));
        scene.concurrency = may;
        scene.things.borrow_mut().each_takes = 5;
        assert_eq!(scene.live(), RunEnd::Completed);
        assert_eq!(scene.made().len(), 6);
        assert_eq!(scene.things.borrow().most_in_flight, most);
    }
}

#[test]
fn a_sweep_rests_between_two_calls_unless_it_must_press_on() {
    for (presses_on, in_first_life) in [(false, 2..5), (true, 5..6)] {
        let different = json!({ "input": { "sweep": 5 }, "presses_on": presses_on });
        let mut scene = Scene::of(&[step("a", &[], different), step("b", &["a"], json!({}))], json!({}));
        scene.things.borrow_mut().each_takes = 10;
        let stop = scene.stop.clone();
        let end = scene.live_and(async move {
            pass(15).await;
            stop.ask("SIGINT");
        });
        assert_eq!(
            end,
            RunEnd::Paused {
                by: "SIGINT".to_owned()
            }
        );
        assert!(
            in_first_life.contains(&scene.made().len()),
            "{presses_on}: {:?}",
            scene.made()
        );
        scene.stop = StopSwitch::default();
        assert_eq!(scene.live(), RunEnd::Completed);
        assert_eq!(scene.made().len(), 5 + 1, "it goes on where it was");
    }
}

#[test]
fn a_clock_that_runs_faster_is_waited_for_once_and_no_longer_than_it_takes() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(async {
        let begun = tokio::time::Instant::now();
        let looks = Rc::new(std::cell::Cell::new(0));
        let clock = engine::Clock::new(
            {
                let looks = Rc::clone(&looks);
                move || {
                    looks.set(looks.get() + 1);
                    at(0) + jiff::SignedDuration::try_from(begun.elapsed() * 60).expect("short")
                }
            },
            60.0,
        );
        clock.sleep_until(clock.after(Duration::from_secs(1800))).await;
        let took = begun.elapsed();
        assert!(
            took >= Duration::from_secs(30) && took < Duration::from_secs(31),
            "{took:?}"
        );
        assert!(looks.get() <= 4, "{} looks", looks.get());
    });
}

#[test]
fn a_products_gate_is_opened_by_its_agreement_to_this_plan_and_by_no_other() {
    let different = json!({
        "gates": [{ "name": "product:shop", "ask": "agreed?", "after": [] }],
        "products": { "of": [{ "resource": { "kind": "thing", "name": "one" }, "product": "shop" }], "agreements": "required" },
    });
    let mut scene = Scene::of(
        &[
            step("a", &[], json!({})),
            step("b", &["a"], json!({ "gates": ["product:shop"] })),
        ],
        different,
    );
    scene.by_hand = true;
    let gate = model::products::gate_of("shop");
    assert_eq!(scene.live(), RunEnd::WaitingAtGate(vec![gate.clone()]));
    let agrees = |product: &str, digest: Digest| InboxItem::Acknowledge {
        product: product.to_owned(),
        by: "mori".to_owned(),
        words: "go".to_owned(),
        digest,
    };
    scene.put(agrees("shop", Digest::of(b"another plan")));
    scene.put(agrees("media", scene.plan.digest()));
    assert_eq!(scene.live(), RunEnd::WaitingAtGate(vec![gate]));
    scene.put(agrees("shop", scene.plan.digest()));
    scene.put(agrees("shop", scene.plan.digest()));
    assert_eq!(scene.live(), RunEnd::Completed);
    let agreed = scene.history().iter().filter(|line| *line == "product_agreed").count();
    assert_eq!(agreed, 1);
}

#[test]
fn a_person_at_the_terminal_opens_the_gate_or_has_the_run_pause() {
    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": [] }] });
    let mut scene = Scene::of(&[step("b", &[], json!({ "gates": ["go"] }))], gates);
    scene.answers = Some(false);
    assert!(matches!(scene.live(), RunEnd::Paused { .. }));
    assert_eq!(scene.made(), Vec::<String>::new());
    scene.answers = Some(true);
    assert_eq!(scene.live(), RunEnd::Completed);
}

#[test]
fn who_waits_at_a_gate_hears_of_the_answer_within_seconds() {
    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": [] }] });
    let mut scene = Scene::of(&[step("b", &[], json!({ "gates": ["go"] }))], gates);
    (scene.by_hand, scene.wait) = (true, true);
    let (journal, digest) = (Arc::clone(&scene.journal), scene.plan.digest());
    let end = scene.live_and(async move {
        pass(301).await;
        let yes = InboxItem::Approve {
            gate: model::GateName::new("go").expect("a name"),
            by: "one".to_owned(),
            digest,
            evidence: Digest::of(b""),
            typed: None,
        };
        let mut journal = journal.lock().expect("nobody panicked");
        journal.put_inbox(&yes).expect("the inbox takes it");
    });
    assert_eq!(end, RunEnd::Completed);
    let begun = scene.state().steps[&id("b")].started_at.expect("it was begun");
    assert!(begun >= at(301) && begun < at(305), "{begun}");
}

#[test]
fn who_waits_does_not_wait_for_an_operator() {
    let mut scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    scene.wait = true;
    let wrong = Verified::Wrong {
        why: Said::verbatim("no"),
    };
    scene.things.borrow_mut().proofs.insert("a".to_owned(), vec![wrong]);
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
}

#[test]
fn a_window_that_opens_is_begun_with_at_that_second() {
    let once = model::Window::Once {
        from: at(86_417),
        until: at(86_417 + 3600),
    };
    let steps = [step("a", &[], json!({ "disturbs": true }))];
    let mut scene = Scene::of(&steps, json!({ "windows": [once] }));
    scene.wait = true;
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.state().steps[&id("a")].started_at, Some(at(86_417)));
}

#[test]
fn a_window_is_not_extended_where_there_is_none_nor_to_a_moment_that_is_over() {
    let extend = |seconds| InboxItem::ExtendWindow {
        by: "x".to_owned(),
        reason: "y".to_owned(),
        extent: Extent::Seconds(seconds),
    };
    let steps = [step("a", &[], json!({ "disturbs": true }))];
    let extended = |scene: &Scene| scene.history().contains(&"window_extended".to_owned());
    let scene = Scene::of(&steps, json!({}));
    scene.put(extend(3600));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert!(!extended(&scene), "any time is a good one");

    let once = model::Window::Once {
        from: at(86_400),
        until: at(86_400 + 3600),
    };
    let scene = Scene::of(&steps, json!({ "windows": [once] }));
    scene.put(extend(0));
    assert_eq!(scene.live(), RunEnd::OutsideWindow(Some(at(86_400))));
    assert!(!extended(&scene));
}
