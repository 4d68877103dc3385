//! When the engine waits, leaves and lets nothing new begin: gates, windows, logins, pauses, and places.

use std::rc::Rc;
use std::time::Duration;

use engine::{Observed, Progress, RunEnd};
use journal::{Extent, InboxItem};
use model::{Digest, FailureClass};
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
        progress: Progress::words("long"),
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
    let mut scene = Scene::of(&steps, json!({}));
    scene.concurrency = 1;
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.made().len(), 6);
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
