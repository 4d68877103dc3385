use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::event::{Direction, Event, Outcome};
use crate::failure::FailureClass;
use crate::plan::{Plan, Undo};
use crate::sample::{accepted, at, follow, gate, id, intent, plan, refusal, started, step, whole};
use crate::window::Window;

fn approve(state: &mut State, n: usize) {
    let digest = state.digest.clone();
    let evidence = crate::ids::Digest::of(b"");
    follow(
        state,
        [
            Event::GateAsked {
                gate: gate(n),
                evidence: String::new(),
            },
            Event::GateApproved {
                gate: gate(n),
                by: "somebody".into(),
                digest,
                evidence,
            },
        ],
    );
}

#[test]
fn steps_without_needs_are_carried_together() {
    let state = started(&plan(
        vec![step(0, &[], &[]), step(1, &[], &[]), step(2, &[0], &[])],
        &[],
    ));
    assert_eq!(decide(&state, at(1)), [Decision::Carry(id(0)), Decision::Carry(id(1))]);
}

#[test]
fn a_gate_is_asked_once_its_evidence_is_there_and_then_awaited() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[0], &[0])], &[&[0]]));
    assert_eq!(decide(&state, at(1)), [Decision::Carry(id(0))]);
    follow(&mut state, whole(&id(0)));
    assert_eq!(decide(&state, at(9)), [Decision::Ask(gate(0))]);
    follow(
        &mut state,
        [Event::GateAsked {
            gate: gate(0),
            evidence: String::new(),
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::AwaitGate(gate(0))]);
}

#[test]
fn an_approved_gate_lets_its_steps_through() {
    let mut state = started(&plan(vec![step(0, &[], &[0])], &[&[]]));
    approve(&mut state, 0);
    assert_eq!(decide(&state, at(9)), [Decision::Carry(id(0))]);
}

#[test]
fn a_disturbing_step_waits_for_the_window() {
    let mut disturbing = step(0, &[], &[]);
    disturbing.disturbs = true;
    let mut with_window = plan(vec![disturbing], &[]);
    with_window.windows = vec![Window::Once {
        from: at(100),
        until: at(200),
    }];
    let state = started(&with_window);
    assert_eq!(decide(&state, at(50)), [Decision::AwaitWindow(Some(at(100)))]);
    assert_eq!(decide(&state, at(100)), [Decision::Carry(id(0))]);
    assert_eq!(decide(&state, at(200)), [Decision::AwaitWindow(None)]);
}

/// Two disturbing steps in a row, of up to 20 seconds each, a step before them, and two windows: 100 to 150 and 300 to 400.
fn outage() -> Plan {
    let mut steps = vec![step(0, &[], &[]), step(1, &[0], &[]), step(2, &[1], &[])];
    steps[1].disturbs = true;
    steps[2].disturbs = true;
    let mut plan = plan(steps, &[]);
    plan.windows = [(100, 150), (300, 400)]
        .map(|(from, until)| Window::Once {
            from: at(from),
            until: at(until),
        })
        .into();
    plan
}

#[test]
fn an_outage_begins_only_where_all_of_it_has_room() {
    let mut state = started(&outage());
    follow(&mut state, whole(&id(0)));
    assert_eq!(decide(&state, at(110)), [Decision::Carry(id(1))]);
    assert_eq!(decide(&state, at(111)), [Decision::AwaitWindow(Some(at(300)))]);
    assert_eq!(decide(&state, at(361)), [Decision::AwaitWindow(None)]);
}

#[test]
fn an_outage_under_way_goes_on_while_its_next_step_has_room() {
    let mut state = started(&outage());
    follow(&mut state, whole(&id(0)));
    follow(&mut state, whole(&id(1)));
    assert_eq!(decide(&state, at(130)), [Decision::Carry(id(2))]);
    assert_eq!(decide(&state, at(131)), [Decision::AwaitWindow(Some(at(300)))]);
    // What runs is watched, whatever the window says.
    follow(&mut state, [intent(&id(2), 1, Direction::Do), accepted(&id(2), 1)]);
    assert_eq!(decide(&state, at(160)), [Decision::Carry(id(2))]);
}

#[test]
fn an_operator_grants_more_time() {
    let mut state = started(&outage());
    follow(&mut state, whole(&id(0)));
    follow(&mut state, whole(&id(1)));
    state.last_at = at(160);
    let grant = Event::WindowExtended {
        by: "x".into(),
        reason: "y".into(),
        until: at(200),
    };
    follow(&mut state, [grant]);
    assert_eq!(decide(&state, at(161)), [Decision::Carry(id(2))]);
    assert_eq!(decide(&state, at(190)), [Decision::AwaitWindow(Some(at(300)))]);
}

#[test]
fn where_the_runbook_says_so_an_outage_under_way_is_finished() {
    let mut plan = outage();
    plan.overrun = crate::plan::Overrun::Finish;
    let mut state = started(&plan);
    follow(&mut state, whole(&id(0)));
    assert_eq!(decide(&state, at(200)), [Decision::AwaitWindow(Some(at(300)))]);
    follow(&mut state, whole(&id(1)));
    assert_eq!(decide(&state, at(200)), [Decision::Carry(id(2))]);
}

#[test]
fn what_is_furthest_from_the_end_takes_a_limits_place_first() {
    let limited = |n| {
        let mut limited = step(n, &[], &[]);
        limited.limit = Some("copies".into());
        limited
    };
    let state = started(&plan(vec![limited(0), limited(1), step(2, &[1], &[])], &[]));
    assert_eq!(decide(&state, at(1)), [Decision::Carry(id(1))]);
}

#[test]
fn a_limit_holds_back_what_is_too_much() {
    let limited = |n| {
        let mut limited = step(n, &[], &[]);
        limited.limit = Some("copies".into());
        limited
    };
    let mut state = started(&plan(vec![limited(0), limited(1)], &[]));
    assert_eq!(decide(&state, at(1)), [Decision::Carry(id(0))]);
    follow(&mut state, [intent(&id(0), 1, Direction::Do), accepted(&id(0), 1)]);
    assert_eq!(decide(&state, at(9)), [Decision::Carry(id(0))]);
    follow(&mut state, whole(&id(0)).split_off(2));
    assert_eq!(decide(&state, at(9)), [Decision::Carry(id(1))]);
}

#[test]
fn a_refused_step_is_tried_again_when_its_time_has_come() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    let failure = refusal(FailureClass::Throttled);
    follow(
        &mut state,
        [
            intent(&id(0), 1, Direction::Do),
            Event::AttemptEnded {
                step: id(0),
                attempt: 1,
                outcome: Outcome::NotDone { failure },
                again_at: Some(at(60)),
            },
        ],
    );
    assert_eq!(decide(&state, at(59)), [Decision::AwaitTime(at(60))]);
    assert_eq!(decide(&state, at(60)), [Decision::Carry(id(0))]);
}

#[test]
fn a_stopped_step_does_not_hold_up_the_others() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[], &[])], &[]));
    let failure = refusal(FailureClass::Denied);
    follow(
        &mut state,
        [Event::StepStopped {
            step: id(0),
            failure,
            advice: String::new(),
        }],
    );
    assert_eq!(
        decide(&state, at(9)),
        [Decision::NeedsOperator(id(0)), Decision::Carry(id(1))]
    );
}

#[test]
fn a_paused_run_rests_but_a_hand_over_under_way_presses_on() {
    let presses = |n, needs: &[usize]| {
        let mut presses = step(n, needs, &[]);
        presses.presses_on = true;
        presses
    };
    let mut state = started(&plan(vec![presses(0, &[]), presses(1, &[0])], &[]));
    let pause = || Event::RunPaused {
        reason: PauseReason::Operator { by: "SIGINT".into() },
    };
    let mut not_begun = state.clone();
    follow(&mut not_begun, [pause()]);
    assert_eq!(decide(&not_begun, at(9)), [Decision::Rest]);
    follow(&mut state, whole(&id(0)));
    follow(&mut state, [pause()]);
    assert_eq!(decide(&state, at(9)), [Decision::Carry(id(1)), Decision::Rest]);
}

#[test]
fn a_hand_over_under_way_presses_on_when_the_window_has_closed() {
    let presses = |n, needs: &[usize]| {
        let mut presses = step(n, needs, &[]);
        (presses.presses_on, presses.disturbs) = (true, true);
        presses
    };
    let mut plan = plan(vec![presses(0, &[]), presses(1, &[0])], &[]);
    plan.windows = vec![Window::Once {
        from: at(0),
        until: at(3600),
    }];
    let mut state = started(&plan);
    assert_eq!(decide(&state, at(4000)), [Decision::AwaitWindow(None)], "not begun");
    follow(&mut state, whole(&id(0)));
    assert_eq!(decide(&state, at(4000)), [Decision::Carry(id(1))]);
}

#[test]
fn a_hand_over_does_not_press_on_without_a_login() {
    let presses = |n, needs: &[usize]| {
        let mut presses = step(n, needs, &[]);
        presses.presses_on = true;
        presses
    };
    let mut state = started(&plan(vec![presses(0, &[]), presses(1, &[0])], &[]));
    follow(&mut state, whole(&id(0)));
    follow(
        &mut state,
        [Event::RunPaused {
            reason: PauseReason::CredentialsExpired {
                command: "log in".into(),
            },
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::Rest]);
}

#[test]
fn the_run_ends_when_everything_is_settled() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    follow(&mut state, whole(&id(0)));
    assert_eq!(decide(&state, at(9)), [Decision::End(Verdict::Completed)]);
}

#[test]
fn undo_takes_back_the_last_first_and_leaves_what_was_never_begun() {
    let mut state = started(&plan(
        vec![step(0, &[], &[]), step(1, &[0], &[]), step(2, &[1], &[])],
        &[],
    ));
    follow(&mut state, whole(&id(0)));
    follow(&mut state, whole(&id(1)));
    follow(
        &mut state,
        [Event::UndoRequested {
            by: "x".into(),
            reason: "y".into(),
            to: None,
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::TakeBack(id(1))]);
    follow(
        &mut state,
        [Event::StepUndone {
            step: id(1),
            evidence: String::new(),
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::TakeBack(id(0))]);
    follow(
        &mut state,
        [Event::StepUndone {
            step: id(0),
            evidence: String::new(),
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::End(Verdict::Unwound)]);
}

#[test]
fn a_partial_undo_leaves_what_does_not_hang_on_its_step() {
    let mut state = started(&plan(
        vec![step(0, &[], &[]), step(1, &[0], &[]), step(2, &[], &[])],
        &[],
    ));
    for n in 0..3 {
        follow(&mut state, whole(&id(n)));
    }
    follow(
        &mut state,
        [Event::UndoRequested {
            by: "x".into(),
            reason: "y".into(),
            to: Some(id(0)),
        }],
    );
    follow(
        &mut state,
        [Event::StepUndone {
            step: id(1),
            evidence: String::new(),
        }],
    );
    follow(
        &mut state,
        [Event::StepUndone {
            step: id(0),
            evidence: String::new(),
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::UndoneInPart]);
}

#[test]
fn what_stops_while_being_taken_back_waits_for_a_person() {
    let mut by_hand = step(0, &[], &[]);
    by_hand.undo = Undo::Manual {
        guide: "by hand".into(),
    };
    let mut state = started(&plan(vec![by_hand], &[]));
    follow(&mut state, whole(&id(0)));
    follow(
        &mut state,
        [Event::UndoRequested {
            by: "x".into(),
            reason: "y".into(),
            to: None,
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::TakeBack(id(0))]);
    let failure = refusal(FailureClass::WrongState);
    follow(
        &mut state,
        [Event::StepStopped {
            step: id(0),
            failure,
            advice: "by hand".into(),
        }],
    );
    assert_eq!(decide(&state, at(9)), [Decision::NeedsOperator(id(0))]);
}

/// Plans of up to nine steps whose needs point backwards, with two gates.
fn any_plan() -> impl Strategy<Value = Plan> {
    proptest::collection::vec((any::<u16>(), 0_u8..6), 1..10)
        .prop_map(|shape| {
            let steps: Vec<_> = shape
                .iter()
                .enumerate()
                .map(|(n, (bits, gated))| {
                    let needs: Vec<usize> = (0..n).filter(|other| bits & (1 << other) != 0).collect();
                    let gates: &[usize] = match gated {
                        0 if n > 0 => &[0],
                        1 => &[1],
                        _ => &[],
                    };
                    step(n, &needs, gates)
                })
                .collect();
            plan(steps, &[&[0], &[]])
        })
        .prop_filter("a plan without contradictions", |plan| plan.check().is_ok())
}

proptest! {
    #[test]
    fn decide_never_starts_a_step_before_its_needs_and_never_passes_a_gate(
        plan in any_plan(),
        choices in proptest::collection::vec((any::<u8>(), 0_u8..10), 1..200),
    ) {
        let mut state = started(&plan);
        for (choice, luck) in choices {
            let decisions = decide(&state, state.last_at);
            for decision in &decisions {
                if let Decision::Carry(step) = decision {
                    let spec = state.plan.step(step).expect("a step of the plan");
                    for needs in &spec.needs {
                        prop_assert!(state.steps[needs].status.is_settled(), "{step} before {needs}");
                    }
                    for gate in &spec.gates {
                        prop_assert!(matches!(state.gates[gate], GateState::Approved { .. }), "{step} passes {gate}");
                    }
                }
            }
            let Some(decision) = decisions.get(usize::from(choice) % decisions.len().max(1)) else { break };
            match decision {
                Decision::Carry(step) if luck == 0 => {
                    let failure = refusal(FailureClass::Denied);
                    follow(&mut state, [Event::StepStopped { step: step.clone(), failure, advice: String::new() }]);
                }
                Decision::Carry(step) => {
                    let attempt = state.steps[step].attempts + 1;
                    let mut events = whole(step);
                    events.splice(0..2, [intent(step, attempt, Direction::Do), accepted(step, attempt)]);
                    follow(&mut state, events);
                }
                Decision::Ask(gate) => follow(&mut state, [Event::GateAsked { gate: gate.clone(), evidence: String::new() }]),
                Decision::AwaitGate(gate) => {
                    let (digest, evidence) = (state.digest.clone(), crate::ids::Digest::of(b""));
                    follow(&mut state, [Event::GateApproved { gate: gate.clone(), by: "x".into(), digest, evidence }]);
                }
                Decision::NeedsOperator(step) => {
                    follow(&mut state, [Event::StepRetried { step: step.clone(), by: "x".into(), reason: "y".into() }]);
                }
                Decision::End(verdict) => {
                    prop_assert_eq!(*verdict, Verdict::Completed);
                    prop_assert!(state.steps.values().all(|step| step.status.is_settled()));
                    break;
                }
                other => prop_assert!(false, "unexpected {:?}", other),
            }
        }
    }
}
