use pretty_assertions::assert_eq;

use super::*;
use crate::decide::{Decision, decide};
use crate::event::Event;
use crate::plan::GateSpec;
use crate::sample::{at, follow, gate, id, plan, refused, started, step, whole};

fn of(name: &str) -> ResourceRef {
    ResourceRef::new("database", name)
}

fn belongs(name: &str, product: Option<&str>, owner: Option<&str>) -> Belongs {
    Belongs {
        resource: of(name),
        product: product.map(str::to_owned),
        owner: owner.map(str::to_owned),
    }
}

/// One step of the ledger's, one of the shop's that disturbs and waits for the shop's agreement.
fn waiting() -> Plan {
    let (mut first, mut second) = (step(0, &[], &[]), step(1, &[0], &[]));
    first.resource = of("ledger");
    second.resource = of("shop");
    second.disturbs = true;
    second.gates.push(gate_of("shop"));
    let mut plan = plan(vec![first, second], &[]);
    plan.gates.push(GateSpec {
        name: gate_of("shop"),
        ask: "Does the shop agree?".into(),
        after: Vec::new(),
        typed: None,
        people: 1,
    });
    plan.products.agreements = Agreements::Required;
    plan.products.of = vec![
        belongs("ledger", Some("ledger"), None),
        belongs("shop", Some("shop"), None),
    ];
    let team = Team {
        owner: "Shop team".into(),
        contact: Some("#shop".into()),
    };
    plan.products.teams.insert("shop".into(), team);
    plan
}

fn agreed(state: &State, product: &str) -> Event {
    Event::ProductAgreed {
        product: product.into(),
        by: "mori".into(),
        words: "go ahead".into(),
        digest: state.digest.clone(),
    }
}

#[test]
fn a_resource_is_its_products_and_its_own_owner_stands_before_the_products() {
    let mut plan = waiting();
    assert_eq!(plan.product_of(&of("shop")), Some("shop"));
    assert_eq!(plan.owner_of(&of("shop")), Some("Shop team"));
    assert_eq!(plan.owner_of(&of("ledger")), None);
    assert_eq!(plan.product_of(&of("other")), None);
    plan.products.of[1].owner = Some("Hanako".into());
    assert_eq!(plan.owner_of(&of("shop")), Some("Hanako"));
    assert_eq!(plan.by_product()["ledger"], [&of("ledger")]);
}

#[test]
fn a_plan_without_products_is_stored_as_before_and_what_tags_alone_tell_is_in_no_digest() {
    let bare = plan(vec![step(0, &[], &[])], &[]);
    assert!(!serde_json::to_string(&bare).expect("a plan").contains("products"));
    let mut tagged = bare.clone();
    tagged.products.of = vec![belongs("shop", Some("shop"), None)];
    assert_eq!(tagged.digest(), bare.digest());
    let stored: Plan = serde_json::from_str(&serde_json::to_string(&tagged).expect("a plan")).expect("a plan");
    assert_eq!(stored, tagged);
    let mut named = tagged.clone();
    named.products.teams.insert("shop".into(), Team::default());
    assert_ne!(named.digest(), bare.digest());
    named.products.of[0].product = Some("ledger".into());
    let moved = named.digest();
    named.products.of[0].product = Some("shop".into());
    assert_ne!(
        named.digest(),
        moved,
        "whose a thing is can be changed behind an agreement"
    );
}

#[test]
fn the_run_waits_for_a_product_before_what_disturbs_it_and_for_nothing_else() {
    let mut state = started(&waiting());
    assert_eq!(decide(&state, at(1)), [Decision::Carry(id(0))]);
    follow(&mut state, whole(&id(0)));
    assert_eq!(decide(&state, at(30)), [Decision::Ask(gate_of("shop"))]);
    let asked = Event::GateAsked {
        gate: gate_of("shop"),
        evidence: String::new(),
    };
    follow(&mut state, [asked]);
    assert_eq!(decide(&state, at(30)), [Decision::AwaitGate(gate_of("shop"))]);
    let agrees = agreed(&state, "shop");
    follow(&mut state, [agrees]);
    assert_eq!(decide(&state, at(30)), [Decision::Carry(id(1))]);
}

#[test]
fn who_agreed_before_the_gate_is_asked_is_not_asked() {
    let mut state = started(&waiting());
    let agrees = agreed(&state, "shop");
    follow(&mut state, [agrees]);
    assert_eq!(decide(&state, at(1)), [Decision::Carry(id(0))]);
    assert_eq!(state.not_agreed(), ["ledger"]);
    let said = state.agreement("shop").expect("it agreed");
    assert_eq!(
        (said.by.as_str(), said.words.as_str(), said.at),
        ("mori", "go ahead", at(1))
    );
}

#[test]
fn an_agreement_to_another_plan_a_second_one_and_one_of_a_stranger_are_refused() {
    let mut state = started(&waiting());
    let other = Event::ProductAgreed {
        product: "shop".into(),
        by: "mori".into(),
        words: String::new(),
        digest: Digest::of(b"another plan"),
    };
    assert!(!state.takes_agreement("shop", &Digest::of(b"another plan")));
    assert!(matches!(refused(&state, other), Impossible::WrongMode { .. }));
    assert!(matches!(
        refused(&state, agreed(&state, "media")),
        Impossible::Unknown { .. }
    ));
    let digest = state.digest.clone();
    assert!(!state.takes_agreement("media", &digest));
    assert!(state.takes_agreement("shop", &digest));
    let agrees = agreed(&state, "shop");
    follow(&mut state, [agrees.clone()]);
    assert!(matches!(refused(&state, agrees), Impossible::WrongMode { .. }));
    assert!(!state.takes_agreement("shop", &digest));
}

#[test]
fn a_state_that_is_written_down_keeps_agreements() {
    let mut state = started(&waiting());
    let agrees = agreed(&state, "shop");
    follow(&mut state, [agrees]);
    let text = serde_json::to_string(&state).expect("a state");
    assert_eq!(serde_json::from_str::<State>(&text).expect("a state"), state);
}

#[test]
fn a_gates_name_tells_products_apart_whatever_they_are_called() {
    assert_eq!(gate_of("shop-web_2").as_str(), "product:shop-web_2");
    assert_ne!(gate_of("shop web"), gate_of("shop/web"));
    assert_ne!(gate_of("店"), gate_of("本"));
    assert_ne!(gate_of(&"x".repeat(200)), gate_of(&"x".repeat(201)));
    let plan = waiting();
    assert_eq!(plan.product_behind(&gate_of("shop")), Some("shop"));
    assert_eq!(plan.product_behind(&gate(0)), None);
}

#[test]
fn of_two_plans_is_told_what_differs_for_the_product_alone() {
    let earlier = waiting();
    let mut now = earlier.clone();
    assert_eq!(now.differs_for("shop", &earlier), []);
    now.steps[0].title = "another thing of the ledger's".into();
    assert_eq!(now.differs_for("shop", &earlier), []);
    now.steps[1].estimate.p50 += 60;
    now.steps[1].undo = crate::plan::Undo::None {
        reason: "it is gone".into(),
    };
    let mut more = step(2, &[1], &[]);
    more.resource = of("shop");
    now.steps.push(more);
    let resource = || "database/shop".to_owned();
    let new = Difference::New {
        title: "makes 2".into(),
        resource: resource(),
    };
    let otherwise = Difference::Otherwise {
        title: "makes 1".into(),
        resource: resource(),
        parts: vec!["undo", "estimate"],
    };
    assert_eq!(now.differs_for("shop", &earlier), [otherwise, new]);
    let gone = Difference::Gone {
        title: "makes 2".into(),
        resource: resource(),
    };
    assert!(earlier.differs_for("shop", &now).contains(&gone));
}
