use std::collections::BTreeMap;

use jiff::SignedDuration;
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::decide::decide;
use crate::event::{Direction, Outcome, PauseReason};
use crate::failure::FailureClass;
use crate::plan::Plan;
use crate::sample::{accepted, at, follow, gate, id, intent, plan, refusal, seen, started, step, verified};
use crate::window::Window;

/// Plans of up to nine steps of three resources: needs that point backwards, two gates, two limits, windows, hand-overs that press on.
fn any_plan() -> impl Strategy<Value = Plan> {
    let shape = proptest::collection::vec((any::<u16>(), 0_u8..6, any::<u8>(), 0..3_usize), 1..10);
    let plans = shape.prop_map(|shape| {
        let steps = shape.iter().enumerate().map(|(n, (bits, gated, marks, resource))| {
            let needs: Vec<usize> = (0..n).filter(|other| bits & (1 << other) != 0).collect();
            let gates: &[usize] = match gated {
                0 if n > 0 => &[0],
                1 => &[1],
                2 if n > 0 => &[1, 0],
                _ => &[],
            };
            let mut step = step(n, &needs, gates);
            step.resource = ResourceRef::new("thing", format!("r{resource}"));
            (step.disturbs, step.presses_on) = (marks & 1 != 0, marks & 6 == 6);
            step.limit = (marks & 8 != 0).then(|| if marks & 16 != 0 { "copies" } else { "jobs" }.to_owned());
            step
        });
        let mut plan = plan(steps.collect(), &[&[0], &[]]);
        plan.limits = BTreeMap::from([("copies".to_owned(), 1), ("jobs".to_owned(), 2)]);
        plan.windows = [(0, 60), (90, 150), (300, 900)]
            .map(|(from, until)| Window::Once {
                from: at(from),
                until: at(until),
            })
            .into();
        plan
    });
    plans.prop_filter("a plan without contradictions", |plan| plan.check().is_ok())
}

/// Everything that may happen to a run, by three numbers: what is impossible in a state is left out.
fn event(state: &State, (kind, n, more): (u8, u8, u8)) -> Event {
    let step = state.plan.steps[usize::from(n) % state.plan.steps.len()].id.clone();
    let (attempts, digest) = (state.steps[&step].attempts, state.digest.clone());
    let (by, reason) = ("x".to_owned(), "y".to_owned());
    let later = state.last_at + SignedDuration::from_secs(i64::from(more) + 1);
    let gate = gate(usize::from(more) % 2);
    let direction = if state.undoing.is_some() {
        Direction::Undo
    } else {
        Direction::Do
    };
    match kind {
        0..3 => intent(&step, attempts + 1, direction),
        3..6 => accepted(&step, attempts),
        6 => Event::AttemptEnded {
            step,
            attempt: attempts,
            outcome: Outcome::NotDone {
                failure: refusal(FailureClass::Throttled),
            },
            again_at: Some(later),
        },
        7..10 => seen(&step),
        10..14 => verified(&step),
        14 => Event::LookFailed {
            step,
            failure: refusal(FailureClass::Throttled),
            again_at: later,
        },
        15 => Event::StepStopped {
            step,
            failure: refusal(FailureClass::Denied),
            advice: String::new(),
        },
        16 => Event::StepRetried { step, by, reason },
        17 => Event::StepSkipped { step, by, reason },
        18 => Event::RunPaused {
            reason: PauseReason::Operator { by },
        },
        19 | 20 => Event::RunResumed { by },
        21..23 => Event::GateAsked {
            gate,
            evidence: String::new(),
        },
        23..26 => Event::GateApproved {
            gate,
            by,
            digest,
            evidence: crate::ids::Digest::of(b""),
        },
        26 => Event::GateVoided { gate, reason },
        27 => Event::WindowExtended {
            by,
            reason,
            until: later,
        },
        28 => Event::SweepAdvanced {
            step,
            cursor: serde_json::json!(more),
            done: u64::from(more),
            total: None,
        },
        29 => Event::StepUndone {
            step,
            evidence: String::new(),
        },
        30 if more < 40 => Event::UndoRequested {
            by,
            reason,
            to: (more > 5).then_some(step),
        },
        _ => {
            let mut new = crate::sample::step(100 + usize::try_from(state.last_seq).unwrap_or(0), &[], &[]);
            new.needs.push(step.clone());
            Event::PlanExtended {
                by: step,
                steps: vec![new],
                before: Vec::new(),
            }
        }
    }
}

/// The event as the next of the run, where it is possible and somebody would bring it about: no gate is asked before what it is asked after is
/// settled, nothing is left out that has not stopped, and nothing stops that is settled.
fn happens(state: &mut State, now: Timestamp, event: Event) -> Option<Event> {
    if let Event::GateAsked { gate, .. } = &event {
        let mut after = state.plan.gate(gate).into_iter().flat_map(|gate| &gate.after);
        if !after.all(|step| state.steps[step].status.is_settled()) {
            return None;
        }
    }
    let stands = event
        .step()
        .and_then(|step| state.steps.get(step))
        .map(|place| &place.status);
    let nobody_does = match (&event, stands) {
        (Event::StepSkipped { .. }, Some(status)) => !matches!(status, StepStatus::Stopped { .. }),
        (Event::StepStopped { .. }, Some(status)) => status.is_settled(),
        _ => false,
    };
    if nobody_does {
        return None;
    }
    let recorded = crate::event::Recorded {
        seq: state.last_seq + 1,
        at: now,
        event,
    };
    let mut tried = state.clone();
    tried.apply(&recorded).ok()?;
    *state = tried;
    Some(recorded.event)
}

fn any_events() -> impl Strategy<Value = Vec<((u8, u8, u8), u8)>> {
    proptest::collection::vec(((0_u8..33, any::<u8>(), any::<u8>()), 0_u8..12), 1..150)
}

proptest! {
    #[test]
    fn an_agenda_that_followed_the_events_decides_as_one_that_looks_at_the_state_for_the_first_time(plan in any_plan(), events in any_events()) {
        let mut state = started(&plan);
        let mut agenda = Agenda::default();
        let mut now = at(1);
        for (numbers, passes) in events {
            now += SignedDuration::from_secs(i64::from(passes));
            let event = event(&state, numbers);
            if let Some(event) = happens(&mut state, now, event) {
                agenda.follow(&state, &event);
            }
            // It may have been asked before, or not have been: what it remembers must be right either way.
            if passes % 3 != 0 {
                let none = agenda.take(&state, now, 0);
                prop_assert!(!none.iter().any(|decision| matches!(decision, Decision::Carry(_) | Decision::TakeBack(_))));
            }
            prop_assert_eq!(agenda.clone().take(&state, now, usize::MAX), decide(&state, now));
        }
    }

    #[test]
    fn what_is_in_hand_or_not_worth_a_look_is_not_named_and_all_else_is(plan in any_plan(), events in any_events(), room in 1_usize..4) {
        let mut state = started(&plan);
        let mut agenda = Agenda::default();
        let mut now = at(1);
        let mut in_hand: BTreeSet<StepId> = BTreeSet::new();
        let mut asleep: BTreeMap<StepId, Timestamp> = BTreeMap::new();
        for (numbers, passes) in events {
            now += SignedDuration::from_secs(i64::from(passes));
            let event = event(&state, numbers);
            if let Some(event) = happens(&mut state, now, event) {
                agenda.follow(&state, &event);
            }
            let free = room - in_hand.len();
            let decisions = agenda.take(&state, now, free);
            let carried = |decisions: Vec<Decision>| decisions.into_iter().filter_map(|decision| match decision {
                Decision::Carry(step) | Decision::TakeBack(step) => Some(step),
                _ => None,
            });
            let all: Vec<StepId> = carried(decide(&state, now)).filter(|step| !in_hand.contains(step) && asleep.get(step).is_none_or(|at| *at <= now)).collect();
            let given: Vec<StepId> = carried(decisions).collect();
            prop_assert_eq!(&given, &all[..free.min(all.len())]);
            in_hand.extend(given);
            // One of them comes back, with news or without.
            if let Some(back) = in_hand.iter().nth(usize::from(numbers.1) % 3).cloned() {
                let look_again = (numbers.2 % 2 == 0).then(|| now + SignedDuration::from_secs(i64::from(numbers.2)));
                agenda.release(&state, &back, look_again);
                in_hand.remove(&back);
                match look_again {
                    Some(at) => asleep.insert(back, at),
                    None => asleep.remove(&back),
                };
            }
        }
    }
}

#[test]
fn a_step_that_sleeps_is_named_when_its_time_has_come_and_in_the_meantime_the_time_is() {
    let state = started(&plan(vec![step(0, &[], &[])], &[]));
    let mut agenda = Agenda::default();
    assert_eq!(agenda.take(&state, at(1), 16), [Decision::Carry(id(0))]);
    assert_eq!(agenda.take(&state, at(2), 16), [], "it is in hand");
    agenda.release(&state, &id(0), Some(at(60)));
    assert_eq!(agenda.take(&state, at(59), 16), [Decision::AwaitTime(at(60))]);
    assert_eq!(agenda.take(&state, at(60), 16), [Decision::Carry(id(0))]);
    agenda.release_all();
    assert_eq!(agenda.take(&state, at(61), 16), [Decision::Carry(id(0))]);
}

#[test]
fn what_was_ready_and_found_no_hand_waits_for_the_next_window_when_this_one_has_lost_its_room() {
    let mut steps = vec![step(0, &[], &[]), step(1, &[], &[])];
    steps[1].disturbs = true;
    let mut plan = plan(steps, &[]);
    plan.windows = [(0, 50), (300, 400)]
        .map(|(from, until)| Window::Once {
            from: at(from),
            until: at(until),
        })
        .into();
    let state = started(&plan);
    let mut agenda = Agenda::default();
    assert_eq!(agenda.take(&state, at(1), 1), [Decision::Carry(id(0))]);
    assert_eq!(agenda.take(&state, at(40), 1), [Decision::AwaitWindow(Some(at(300)))]);
    assert_eq!(agenda.take(&state, at(300), 1), [Decision::Carry(id(1))]);
}

#[test]
fn what_is_recorded_of_a_step_moves_the_agenda_only_where_it_stands() {
    let mut state = started(&plan(vec![step(0, &[], &[]), step(1, &[0], &[])], &[]));
    let mut agenda = Agenda::default();
    agenda.take(&state, at(1), 0);
    for event in crate::sample::whole(&id(0)) {
        follow(&mut state, [event.clone()]);
        agenda.follow(&state, &event);
        assert!(agenda.known.is_some(), "{event:?} made it look at everything");
    }
    assert_eq!(agenda.take(&state, at(9), 16), [Decision::Carry(id(1))]);
}
