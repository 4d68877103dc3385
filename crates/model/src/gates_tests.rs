use pretty_assertions::assert_eq;

use super::*;
use crate::decide::{Decision, decide};
use crate::event::{Direction, Event};
use crate::failure::FailureClass;
use crate::sample::{at, follow, gate, id, intent, plan, refusal, started, step, whole};

/// A proof, a gate that is asked on it and takes so many people, and a step behind it.
fn proved(people: u32) -> State {
    let mut plan = plan(vec![step(0, &[], &[]), step(1, &[0], &[0])], &[&[0]]);
    plan.steps[0].undo = Undo::Nothing;
    plan.gates[0].people = people;
    let mut state = started(&plan);
    follow(&mut state, whole(&id(0)));
    follow(&mut state, [asked()]);
    state
}

fn asked() -> Event {
    Event::GateAsked {
        gate: gate(0),
        evidence: "all equal".into(),
    }
}

fn yes(state: &State, by: &str, shown: &str) -> Yes {
    state.yes(&gate(0), by, &state.digest, &Digest::of(shown.as_bytes()))
}

fn said(state: &State, by: &str) -> Event {
    let (gate, by, digest) = (gate(0), by.to_owned(), state.digest.clone());
    let evidence = Digest::of(b"all equal");
    match yes(state, &by, "all equal") {
        Yes::Counts => Event::GateAgreed {
            gate,
            by,
            digest,
            evidence,
        },
        Yes::Opens | Yes::Again | Yes::Void => Event::GateApproved {
            gate,
            by,
            digest,
            evidence,
        },
    }
}

#[test]
fn one_person_opens_a_gate_that_takes_one() {
    let mut state = proved(1);
    let event = said(&state, "mori");
    follow(&mut state, [event]);
    assert_eq!(decide(&state, at(30)), [Decision::Carry(id(1))]);
}

#[test]
fn two_people_must_agree_where_it_takes_two_and_nobody_counts_twice() {
    let mut state = proved(2);
    assert_eq!(yes(&state, "mori", "all equal"), Yes::Counts);
    assert_eq!(state.still_to_agree(&gate(0)), 2);
    let event = said(&state, "mori");
    follow(&mut state, [event]);
    assert_eq!(state.still_to_agree(&gate(0)), 1);
    assert_eq!(decide(&state, at(30)), [Decision::AwaitGate(gate(0))]);
    assert_eq!(yes(&state, "mori", "all equal"), Yes::Again);
    let event = said(&state, "sato");
    follow(&mut state, [event]);
    let GateState::Approved { by, .. } = &state.gates[&gate(0)] else {
        panic!("{:?}", state.gates)
    };
    assert_eq!(by, "mori, sato");
    assert_eq!(state.still_to_agree(&gate(0)), 0);
}

#[test]
fn a_yes_to_other_evidence_or_another_plan_counts_for_nothing() {
    let state = proved(1);
    assert_eq!(yes(&state, "mori", "some differ"), Yes::Void);
    let other = Digest::of(b"another plan");
    assert_eq!(
        state.yes(&gate(0), "mori", &other, &Digest::of(b"all equal")),
        Yes::Void
    );
}

#[test]
fn what_was_agreed_to_and_is_not_so_is_proved_and_asked_anew() {
    let mut state = proved(1);
    let event = said(&state, "mori");
    follow(&mut state, [event]);
    let spec = state.plan.steps[1].clone();
    assert_eq!(state.voided_by(&spec), [gate(0)]);
    follow(
        &mut state,
        [
            Event::StepStopped {
                step: id(1),
                failure: refusal(FailureClass::WrongState),
                advice: String::new(),
            },
            Event::GateVoided {
                gate: gate(0),
                reason: "one differs".into(),
            },
        ],
    );
    assert!(state.has_drifted(&[id(1)]));
    assert_eq!(state.stopped_behind(&gate(0)), [&id(1)]);
    // Nothing is proved before a person has put right what was found: it would be a proof of what is wrong.
    assert_eq!(decide(&state, at(30)), [Decision::NeedsOperator(id(1))]);
    follow(
        &mut state,
        [Event::StepRetried {
            step: id(1),
            by: "mori".into(),
            reason: "copied anew".into(),
        }],
    );
    assert!(!state.has_drifted(&[id(1)]));
    assert_eq!(decide(&state, at(30)), [Decision::Carry(id(0))]);
    let attempt = state.steps[&id(0)].attempts + 1;
    let mut again = whole(&id(0));
    again.splice(
        0..2,
        [
            crate::sample::intent(&id(0), attempt, crate::event::Direction::Do),
            crate::sample::accepted(&id(0), attempt),
        ],
    );
    follow(&mut state, again);
    assert_eq!(decide(&state, at(30)), [Decision::Ask(gate(0))]);
    follow(&mut state, [asked()]);
    assert_eq!(yes(&state, "mori", "all equal"), Yes::Opens);
}

/// A gate that was opened on a proof, and two steps behind it.
fn opened_before_two() -> State {
    let steps = vec![step(0, &[], &[]), step(1, &[0], &[0]), step(2, &[0], &[0])];
    let mut plan = plan(steps, &[&[0]]);
    plan.steps[0].undo = Undo::Nothing;
    let mut state = started(&plan);
    follow(&mut state, whole(&id(0)));
    follow(&mut state, [asked()]);
    let event = said(&state, "mori");
    follow(&mut state, [event]);
    state
}

#[test]
fn a_gate_behind_which_something_has_begun_stays_open() {
    let mut state = opened_before_two();
    follow(&mut state, whole(&id(1)));
    let spec = state.plan.steps[2].clone();
    assert_eq!(state.voided_by(&spec), []);
}

#[test]
fn a_gate_stays_open_also_where_something_behind_it_is_under_way_or_was_left_out_unbegun() {
    let stopped = Event::StepStopped {
        step: id(1),
        failure: refusal(FailureClass::Denied),
        advice: String::new(),
    };
    let skipped = Event::StepSkipped {
        step: id(1),
        by: "mori".into(),
        reason: "by hand".into(),
    };
    for events in [vec![intent(&id(1), 1, Direction::Do)], vec![stopped, skipped]] {
        let mut state = opened_before_two();
        let spec = state.plan.steps[2].clone();
        assert_eq!(state.voided_by(&spec), [gate(0)]);
        for event in events {
            follow(&mut state, [event]);
            let expected = match state.steps[&id(1)].status {
                StepStatus::Stopped { .. } => vec![id(1)],
                _ => vec![],
            };
            let behind: Vec<_> = state.stopped_behind(&gate(0)).into_iter().cloned().collect();
            assert_eq!(behind, expected, "the other one waits");
        }
        assert_eq!(state.voided_by(&spec), [], "{:?}", state.steps[&id(1)]);
    }
}

#[test]
fn what_is_to_be_done_anew_has_not_begun_though_its_attempts_are_counted_on() {
    let mut state = proved(1);
    let event = said(&state, "mori");
    follow(&mut state, [event]);
    follow(&mut state, whole(&id(1)));
    let undo = Event::UndoRequested {
        by: "x".into(),
        reason: "y".into(),
        to: Some(id(1)),
    };
    let undone = Event::StepUndone {
        step: id(1),
        evidence: String::new(),
    };
    follow(&mut state, [undo, undone, Event::RunResumed { by: "x".into() }]);
    assert_eq!(state.steps[&id(1)].attempts, 1);
    assert!(!state.steps[&id(1)].has_begun());
    follow(&mut state, [asked()]);
    let event = said(&state, "mori");
    follow(&mut state, [event]);
    let spec = state.plan.steps[1].clone();
    assert_eq!(
        state.voided_by(&spec),
        [gate(0)],
        "nothing behind it has begun this time"
    );
    let stopped = Event::StepStopped {
        step: id(1),
        failure: refusal(FailureClass::Denied),
        advice: String::new(),
    };
    let retried = Event::StepRetried {
        step: id(1),
        by: "x".into(),
        reason: "y".into(),
    };
    follow(&mut state, [stopped, retried]);
    assert_eq!(
        state.steps[&id(1)].status,
        StepStatus::Waiting,
        "a window and a limit hold for it again"
    );
}

#[test]
fn an_event_of_a_yes_that_cannot_be_is_refused_with_its_reason() {
    let event = |state: &State, opens: bool, by: &str, plan: Option<&str>, shown: &str| {
        let (gate, by) = (gate(0), by.to_owned());
        let digest = plan.map_or_else(|| state.digest.clone(), |plan| Digest::of(plan.as_bytes()));
        let evidence = Digest::of(shown.as_bytes());
        match opens {
            true => Event::GateApproved {
                gate,
                by,
                digest,
                evidence,
            },
            false => Event::GateAgreed {
                gate,
                by,
                digest,
                evidence,
            },
        }
    };
    let mut agreed = proved(2);
    let first = event(&agreed, false, "mori", None, "all equal");
    follow(&mut agreed, [first]);
    for (state, opens, by, plan, shown, why) in [
        (&proved(2), true, "mori", None, "all equal", "others must agree"),
        (&proved(1), false, "mori", None, "all equal", "nobody else must agree"),
        (&agreed, true, "mori", None, "all equal", "has agreed already"),
        (
            &proved(1),
            true,
            "mori",
            Some("another"),
            "all equal",
            "of another plan",
        ),
        (&proved(1), true, "mori", None, "something else", "gate"),
    ] {
        let mut tried = state.clone();
        let refused = tried.apply(&crate::event::Recorded {
            seq: state.last_seq + 1,
            at: at(99),
            event: event(state, opens, by, plan, shown),
        });
        let told = refused.expect_err("it cannot be").to_string();
        assert!(told.contains(why), "{told}: {why}");
        assert_eq!(told.contains("of another plan"), plan.is_some(), "{told}");
        assert_eq!(&tried, state);
    }
}
