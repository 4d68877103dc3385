//! What to do next: the only place where policy lives. It looks at a state and a moment, and changes nothing. Resuming a run
//! is folding its events and asking this; there is no other recovery.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::event::{PauseReason, Verdict};
use crate::ids::{GateName, StepId};
use crate::plan::StepSpec;
use crate::state::{GateState, State, StepStatus};
use crate::window;

/// One thing to do, or to wait for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Decision {
    /// Look at the step, and begin or verify it as the look tells.
    Carry(StepId),
    /// Look at the step, and take back what is there.
    TakeBack(StepId),
    /// Put the question to a person.
    Ask(GateName),
    /// A person has been asked and has not answered.
    AwaitGate(GateName),
    /// The next disturbing step may start then; none: no window will open any more.
    AwaitWindow(Option<Timestamp>),
    /// A step is tried again then.
    AwaitTime(Timestamp),
    /// A step waits for a person to decide; other steps may go on.
    NeedsOperator(StepId),
    /// The run is paused: nothing new is started.
    Rest,
    /// What was to be taken back in part is taken back: the run rests until it is resumed.
    UndoneInPart,
    /// Nothing is left to do.
    End(Verdict),
}

/// What to do next, in plan order. Empty only while everything that can go on is limited by what is under way.
pub fn decide(state: &State, now: Timestamp) -> Vec<Decision> {
    if state.ended.is_some() {
        return Vec::new();
    }
    if state.undoing.is_some() {
        decide_undo(state, now)
    } else {
        decide_forward(state, now)
    }
}

fn decide_forward(state: &State, now: Timestamp) -> Vec<Decision> {
    let mut decisions = Vec::new();
    let mut under_way: BTreeMap<&str, u32> = BTreeMap::new();
    for (step, place) in state.plan.steps.iter().zip(state.steps.values()) {
        if let Some(limit) = step.limit.as_deref().filter(|_| place.status.is_under_way()) {
            *under_way.entry(limit).or_default() += 1;
        }
    }
    let window_open = window::is_open(&state.plan.windows, now);
    let mut all_settled = true;
    let mut window_shut = false;
    for (at, (step, place)) in state.plan.steps.iter().zip(state.steps.values()).enumerate() {
        if place.status.is_settled() {
            continue;
        }
        all_settled = false;
        if let StepStatus::Stopped { .. } = place.status {
            decisions.push(Decision::NeedsOperator(step.id.clone()));
            continue;
        }
        if !state.steps.needs_are_settled(at) {
            continue;
        }
        // Without a login nothing can press on: every call would be refused, at once and for ever.
        let logged_in = !matches!(state.paused, Some(PauseReason::CredentialsExpired { .. }));
        let presses_on = logged_in && step.presses_on && hand_over_is_under_way(state, step);
        if state.paused.is_some() && !presses_on {
            continue;
        }
        let mut gates_open = true;
        for gate in &step.gates {
            gates_open &= matches!(state.gates[gate], GateState::Approved { .. });
            if let Some(decision) = gate_decision(state, gate)
                && !decisions.contains(&decision)
            {
                decisions.push(decision);
            }
        }
        if !gates_open {
            continue;
        }
        let fresh = place.status == StepStatus::Waiting;
        if fresh && step.disturbs && !window_open && !presses_on {
            window_shut = true;
            continue;
        }
        if let Some(again_at) = place.again_at.filter(|again_at| *again_at > now) {
            decisions.push(Decision::AwaitTime(again_at));
            continue;
        }
        if fresh && let Some(limit) = step.limit.as_deref() {
            let used = under_way.entry(limit).or_default();
            if *used >= state.plan.limits[limit] {
                continue;
            }
            *used += 1;
        }
        decisions.push(Decision::Carry(step.id.clone()));
    }
    if window_shut {
        let opening = window::current_or_next(&state.plan.windows, now);
        decisions.push(Decision::AwaitWindow(opening.map(|opening| opening.from)));
    }
    if all_settled {
        return vec![Decision::End(Verdict::Completed)];
    }
    if state.paused.is_some() {
        decisions.push(Decision::Rest);
    }
    decisions
}

/// Whether the hand-over that the step belongs to has passed its first step: from there it presses on.
fn hand_over_is_under_way(state: &State, step: &StepSpec) -> bool {
    let mut others = state.plan.steps.iter().zip(state.steps.values());
    others.any(|(other, place)| {
        other.presses_on && place.status != StepStatus::Waiting && other.resource == step.resource
    })
}

fn gate_decision(state: &State, name: &GateName) -> Option<Decision> {
    match &state.gates[name] {
        GateState::Approved { .. } => None,
        GateState::Asked { .. } => Some(Decision::AwaitGate(name.clone())),
        GateState::Closed => {
            let gate = state
                .plan
                .gate(name)
                .expect("the plan was checked: its steps name gates that it has");
            let shown = gate.after.iter().all(|step| state.steps[step].status.is_settled());
            shown.then(|| Decision::Ask(name.clone()))
        }
    }
}

fn decide_undo(state: &State, now: Timestamp) -> Vec<Decision> {
    if state.undo_is_through() {
        return match state.undoing.as_ref().and_then(|scope| scope.to.as_ref()) {
            None => vec![Decision::End(Verdict::Unwound)],
            Some(_) if state.paused.is_some() => vec![Decision::Rest],
            Some(_) => vec![Decision::UndoneInPart],
        };
    }
    if state.paused.is_some() {
        return vec![Decision::Rest];
    }
    let scope = state.undo_scope();
    let mut decisions = Vec::new();
    for step in scope.iter().rev() {
        let place = &state.steps[&step.id];
        if !place.status.may_have_effect() {
            continue;
        }
        let needed =
            |other: &&StepSpec| other.needs.contains(&step.id) && state.steps[&other.id].status.may_have_effect();
        if scope.iter().any(needed) {
            continue;
        }
        // What stopped on the way forward is looked at like all else; what stopped while being taken back waits for a person.
        if let StepStatus::Stopped { .. } = place.status
            && place.refused_since.is_some()
        {
            decisions.push(Decision::NeedsOperator(step.id.clone()));
            continue;
        }
        match place.again_at.filter(|again_at| *again_at > now) {
            Some(again_at) => decisions.push(Decision::AwaitTime(again_at)),
            None => decisions.push(Decision::TakeBack(step.id.clone())),
        }
    }
    decisions
}

#[cfg(test)]
#[path = "decide_tests.rs"]
mod tests;
