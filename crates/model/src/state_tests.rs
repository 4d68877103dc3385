use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::failure::FailureClass;
use crate::sample::{
    accepted, at, follow, gate, id, intent, plan, refusal, refused, seen, started, step, verified, whole,
};

#[test]
fn a_step_goes_from_intent_to_done() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    follow(&mut state, whole(&id(0)));
    assert_eq!(state.steps[&id(0)].status, StepStatus::Done);
    assert_eq!(state.output(&id(0)), Some(&serde_json::json!({"of": id(0)})));
}

#[test]
fn what_exists_already_needs_no_intent() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    follow(&mut state, [seen(&id(0)), verified(&id(0))]);
    assert_eq!(state.steps[&id(0)].attempts, 0);
}

#[test]
fn a_done_step_is_not_begun_again() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    follow(&mut state, whole(&id(0)));
    assert!(matches!(
        refused(&state, intent(&id(0), 2, Direction::Do)),
        Impossible::WrongStatus { .. }
    ));
}

#[test]
fn attempts_count_up_by_one() {
    let state = started(&plan(vec![step(0, &[], &[])], &[]));
    assert!(matches!(
        refused(&state, intent(&id(0), 2, Direction::Do)),
        Impossible::WrongMode { .. }
    ));
}

#[test]
fn an_event_out_of_sequence_is_refused() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    let event = Recorded {
        seq: 3,
        at: at(1),
        event: seen(&id(0)),
    };
    assert_eq!(state.apply(&event), Err(Impossible::OutOfSequence { seq: 3, last: 1 }));
}

#[test]
fn a_step_that_the_plan_does_not_have_is_refused() {
    let state = started(&plan(vec![step(0, &[], &[])], &[]));
    assert!(matches!(refused(&state, seen(&id(7))), Impossible::Unknown { .. }));
}

#[test]
fn an_approval_of_another_plan_is_refused() {
    let mut state = started(&plan(vec![step(0, &[], &[0])], &[&[]]));
    follow(
        &mut state,
        [Event::GateAsked {
            gate: gate(0),
            evidence: String::new(),
        }],
    );
    let other = Event::GateApproved {
        gate: gate(0),
        by: "somebody".into(),
        digest: Digest::of(b"another plan"),
        evidence: Digest::of(b""),
    };
    assert!(matches!(refused(&state, other), Impossible::WrongMode { .. }));
}

#[test]
fn nothing_is_undone_that_nobody_asked_to_undo() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    follow(&mut state, whole(&id(0)));
    let undone = Event::StepUndone {
        step: id(0),
        evidence: String::new(),
    };
    assert!(matches!(refused(&state, undone), Impossible::WrongMode { .. }));
    assert!(matches!(
        refused(&state, intent(&id(0), 2, Direction::Undo)),
        Impossible::WrongMode { .. }
    ));
}

#[test]
fn an_extension_stands_between_its_step_and_those_that_wait_for_it() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[0], &[])], &[]));
    follow(&mut state, whole(&id(0)));
    follow(
        &mut state,
        [Event::PlanExtended {
            by: id(0),
            steps: vec![step(2, &[0], &[])],
            before: vec![id(1)],
        }],
    );
    let order: Vec<_> = state.plan.steps.iter().map(|step| step.id.clone()).collect();
    assert_eq!(order, [id(0), id(2), id(1)]);
    assert_eq!(state.plan.step(&id(1)).expect("planned").needs, [id(0), id(2)]);
    assert_ne!(
        state.plan.digest(),
        state.digest,
        "the digest agreed to is the base plan's"
    );
}

#[test]
fn an_extension_with_a_dangling_need_is_refused() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[0], &[])], &[]));
    follow(&mut state, whole(&id(0)));
    let event = Event::PlanExtended {
        by: id(0),
        steps: vec![step(2, &[9], &[])],
        before: vec![id(1)],
    };
    assert!(matches!(refused(&state, event), Impossible::BadPlan { .. }));
}

#[test]
fn a_refusal_is_measured_from_the_first_one() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    let not_done = |attempt| Event::AttemptEnded {
        step: id(0),
        attempt,
        outcome: Outcome::NotDone {
            failure: refusal(FailureClass::WrongState),
        },
        again_at: Some(at(50)),
    };
    follow(&mut state, [intent(&id(0), 1, Direction::Do), not_done(1)]);
    let since = state.steps[&id(0)].refused_since;
    follow(&mut state, [intent(&id(0), 2, Direction::Do), not_done(2)]);
    assert_eq!(state.steps[&id(0)].refused_since, since);
    follow(&mut state, [intent(&id(0), 3, Direction::Do), accepted(&id(0), 3)]);
    assert_eq!(state.steps[&id(0)].refused_since, None);
}

#[test]
fn a_look_that_works_ends_what_failed_looks_had_begun() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    let failed = Event::LookFailed {
        step: id(0),
        failure: refusal(FailureClass::Unavailable),
        again_at: at(50),
    };
    follow(&mut state, [failed]);
    assert!(state.steps[&id(0)].refused_since.is_some());
    follow(&mut state, [Event::LookWorked { step: id(0) }]);
    assert_eq!(state.steps[&id(0)].refused_since, None);
}

#[test]
fn after_a_partial_undo_the_steps_are_to_be_done_anew() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[0], &[])], &[]));
    follow(&mut state, whole(&id(0)));
    follow(&mut state, whole(&id(1)));
    follow(
        &mut state,
        [
            Event::UndoRequested {
                by: "x".into(),
                reason: "y".into(),
                to: Some(id(1)),
            },
            intent(&id(1), 2, Direction::Undo),
            Event::StepUndone {
                step: id(1),
                evidence: "gone".into(),
            },
            Event::RunResumed { by: "x".into() },
        ],
    );
    assert_eq!(state.undoing, None);
    assert_eq!(state.steps[&id(0)].status, StepStatus::Done);
    assert_eq!(state.steps[&id(1)].status, StepStatus::Waiting);
}

fn undo_to(n: usize) -> Event {
    Event::UndoRequested {
        by: "x".into(),
        reason: "y".into(),
        to: Some(id(n)),
    }
}

fn undone(n: usize) -> Event {
    Event::StepUndone {
        step: id(n),
        evidence: "gone".into(),
    }
}

fn goes_on() -> Event {
    Event::RunResumed { by: "x".into() }
}

fn asked_and_approved(state: &State, n: usize) -> [Event; 2] {
    [
        Event::GateAsked {
            gate: gate(n),
            evidence: String::new(),
        },
        Event::GateApproved {
            gate: gate(n),
            by: "x".into(),
            digest: state.digest.clone(),
            evidence: crate::ids::Digest::of(b""),
        },
    ]
}

#[test]
fn a_run_is_undone_in_part_when_nothing_of_the_part_is_left_and_only_then() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[0], &[])], &[]));
    assert!(!state.is_undone_in_part());
    follow(&mut state, whole(&id(0)));
    follow(&mut state, whole(&id(1)));
    follow(&mut state, [undo_to(1)]);
    assert!(!state.is_undone_in_part());
    follow(&mut state, [goes_on()]);
    assert!(
        state.undoing.is_some(),
        "it is not through: to go on is to go on with it"
    );
    follow(&mut state, [undone(1)]);
    assert!(state.is_undone_in_part());
    follow(&mut state, [goes_on()]);
    assert!(!state.is_undone_in_part());

    let everything = Event::UndoRequested {
        by: "x".into(),
        reason: "y".into(),
        to: None,
    };
    follow(&mut state, [everything, undone(0)]);
    assert!(state.undo_is_through() && !state.is_undone_in_part());
}

#[test]
fn what_was_agreed_on_proofs_that_are_taken_back_is_asked_anew() {
    // Gate 0 has step 0 as its evidence and stands before 1; gate 1 has none and stands before 2; gate 2 stands before 3, which goes on.
    let steps = vec![
        step(0, &[], &[]),
        step(1, &[0], &[0]),
        step(2, &[0], &[1]),
        step(3, &[], &[2]),
    ];
    let mut state = started(&plan(steps, &[&[0], &[], &[]]));
    follow(&mut state, whole(&id(0)));
    for n in 0..3 {
        let events = asked_and_approved(&state, n);
        follow(&mut state, events);
    }
    follow(&mut state, whole(&id(2)));
    follow(&mut state, whole(&id(3)));
    follow(&mut state, [undo_to(0), undone(2), undone(0), goes_on()]);
    let closed = [0, 1, 2].map(|n| state.gates[&gate(n)] == GateState::Closed);
    assert_eq!(closed, [true, true, false]);
}

#[test]
fn a_gate_behind_which_something_has_begun_and_stays_is_not_closed_by_a_partial_undo() {
    let steps = vec![step(0, &[], &[]), step(1, &[0], &[0]), step(2, &[], &[0])];
    let mut state = started(&plan(steps, &[&[]]));
    let events = asked_and_approved(&state, 0);
    follow(&mut state, events);
    follow(&mut state, whole(&id(0)));
    follow(&mut state, whole(&id(1)));
    // A hand-over in the middle of it: it must not wait for an answer.
    follow(&mut state, [intent(&id(2), 1, Direction::Do)]);
    follow(&mut state, [undo_to(1), undone(1), goes_on()]);
    assert!(matches!(state.gates[&gate(0)], GateState::Approved { .. }));
}

#[test]
fn what_a_step_put_into_the_plan_leaves_it_when_the_step_is_taken_back_and_may_come_again() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[0], &[])], &[]));
    let before = state.plan.clone();
    let extension = |by: usize, new: usize, before: &[usize]| Event::PlanExtended {
        by: id(by),
        steps: vec![step(new, &[by], &[])],
        before: before.iter().map(|n| id(*n)).collect(),
    };
    follow(&mut state, whole(&id(0)));
    follow(&mut state, [extension(0, 5, &[1])]);
    follow(&mut state, whole(&id(5)));
    // What was put in may put in more.
    follow(&mut state, [extension(5, 6, &[1])]);
    follow(&mut state, whole(&id(6)));
    let grown = state.plan.clone();
    follow(&mut state, [undo_to(0), undone(6), undone(5), undone(0), goes_on()]);
    assert_eq!(state.plan, before);
    assert_eq!(state.steps.len(), 2);
    follow(&mut state, [seen(&id(0)), verified(&id(0)), extension(0, 5, &[1])]);
    follow(&mut state, whole(&id(5)));
    follow(&mut state, [extension(5, 6, &[1])]);
    assert_eq!(state.plan, grown);
}

proptest! {
    #[test]
    fn what_is_counted_on_as_a_plan_grows_is_what_would_be_counted_from_nothing(
        extensions in proptest::collection::vec((0_usize..20, 1_usize..4, 0_usize..8, any::<bool>(), any::<bool>()), 1..8)
    ) {
        let steps = vec![step(0, &[], &[]), step(1, &[0], &[0]), step(2, &[1], &[]), step(3, &[0, 2], &[0]), step(4, &[], &[])];
        let mut state = started(&plan(steps, &[&[0]]));
        follow(&mut state, whole(&id(0)));
        let mut settled = vec![0];
        for (number, (by, count, before, in_a_row, done)) in extensions.into_iter().enumerate() {
            let (by, first) = (settled[by % settled.len()], 10 + 10 * number);
            let steps = (first..first + count).map(|new| match in_a_row && new > first {
                true => step(new, &[new - 1, 0], &[]),
                false => step(new, &[by], &[]),
            });
            let before = (1..4).filter(|later| before & (1 << (later - 1)) != 0).map(id);
            let extension = Event::PlanExtended { by: id(by), steps: steps.collect(), before: before.collect() };
            follow(&mut state, [extension]);
            if done {
                follow(&mut state, whole(&id(first)));
                settled.push(first);
            }
            let counted = Steps::restored(&state.plan, state.steps.values().cloned().collect());
            prop_assert_eq!(Some(&state.steps), counted.as_ref());
        }
    }
}

/// Any event about a small plan, sensible or not.
fn any_event() -> impl Strategy<Value = Event> {
    let step = (0_usize..4).prop_map(id);
    let direction = prop_oneof![Just(Direction::Do), Just(Direction::Undo)];
    prop_oneof![
        4 => (step.clone(), 1_u32..4, direction).prop_map(|(step, attempt, direction)| intent(&step, attempt, direction)),
        4 => (step.clone(), 1_u32..4).prop_map(|(step, attempt)| accepted(&step, attempt)),
        4 => step.clone().prop_map(|step| seen(&step)),
        4 => step.clone().prop_map(|step| verified(&step)),
        1 => step.clone().prop_map(|step| Event::StepUndone { step, evidence: String::new() }),
        1 => step.clone().prop_map(|step| Event::SweepAdvanced { step, cursor: 1.into(), done: 1, total: None }),
        1 => step.clone().prop_map(|step| Event::StepSkipped { step, by: "x".into(), reason: "y".into() }),
        1 => step.clone().prop_map(|step| Event::StepRetried { step, by: "x".into(), reason: "y".into() }),
        1 => step.clone().prop_map(|step| Event::StepStopped { step, failure: refusal(FailureClass::Denied), advice: String::new() }),
        1 => Just(Event::GateAsked { gate: gate(0), evidence: String::new() }),
        1 => proptest::option::of(step).prop_map(|to| Event::UndoRequested { by: "x".into(), reason: "y".into(), to }),
        1 => Just(Event::RunPaused { reason: PauseReason::Operator { by: "x".into() } }),
        1 => Just(Event::RunResumed { by: "x".into() }),
    ]
}

proptest! {
    #[test]
    fn whatever_apply_accepts_folds_to_the_same_state_twice(events in proptest::collection::vec(any_event(), 0..120)) {
        let plan = plan(vec![step(0, &[], &[]), step(1, &[0], &[0]), step(2, &[0], &[]), step(3, &[1, 2], &[])], &[&[0]]);
        let mut state = started(&plan);
        let begin = Recorded {
            seq: 1,
            at: at(0),
            event: Event::RunStarted {
                run: state.run.clone(), world: state.world, seed: 1, plan: Box::new(plan.clone()), digest: plan.digest(),
            },
        };
        let mut accepted = vec![begin];
        for event in events {
            let before = state.clone();
            let recorded = Recorded { seq: state.last_seq + 1, at: at(accepted.len() as i64), event };
            match state.apply(&recorded) {
                Ok(()) => {
                    accepted.push(recorded);
                    // What each step misses is kept from event to event: it is what counting from nothing gives.
                    let mut anew = state.steps.clone();
                    anew.count_anew();
                    prop_assert_eq!(&anew, &state.steps);
                }
                Err(_) => prop_assert_eq!(&state, &before),
            }
        }
        let text = serde_json::to_string(&accepted).expect("events are JSON");
        let stored: Vec<Recorded> = serde_json::from_str(&text).expect("events are read back");
        let folded = [State::fold(&accepted).expect("accepted before"), State::fold(&stored).expect("accepted before")];
        prop_assert_eq!(folded[0].as_ref(), Some(&state));
        prop_assert_eq!(folded[1].as_ref(), Some(&state));
    }
}
