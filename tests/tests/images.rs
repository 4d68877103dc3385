//! Images that are moved: what is left for people to do, once their new ids are known.

use engine::RunEnd;
use model::State;
use whole_runs::night::{self, Disturbance, Scenario};

#[test]
fn what_names_an_image_is_told_with_the_images_new_id() {
    let night = night::carry_out(&Scenario::of("three-products"), &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    let state = State::fold(&night.events).expect("events that follow on each other");
    let state = state.expect("a run");
    let copied = state
        .plan
        .steps
        .iter()
        .find(|step| step.resource.name == "ledger-batch-2026-09" && step.action == "image.copy_image");
    let new = state.output(&copied.expect("it is moved").id).expect("it was copied");
    let new = new["id"].as_str().expect("an id");
    assert_ne!(new, "ami-09c1b2c7ed78e42fb");
    let left: Vec<&str> = state.left_out().into_iter().map(|(_, what)| what).collect();
    for who in [
        "launch template ledger-batch, version 7",
        "Auto Scaling group ledger-batch",
    ] {
        let told = format!("{who} names ami-09c1b2c7ed78e42fb: in the target it must name {new}");
        assert!(left.iter().any(|what| what.starts_with(&told)), "{told}: {left:?}");
    }
}
