//! What to do next: the only place where policy lives. It looks at a state and a moment, and changes nothing. Resuming a run
//! is folding its events and asking this; there is no other recovery.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::admission::Admission;
use crate::event::{PauseReason, Verdict};
use crate::ids::{GateName, StepId};
use crate::plan::StepSpec;
use crate::state::{GateState, State, StepStatus};

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
    if state.steps.all_settled() {
        return vec![Decision::End(Verdict::Completed)];
    }
    let mut decisions = Vec::new();
    let mut under_way: BTreeMap<&str, u32> = BTreeMap::new();
    let mut windows: Option<Option<Timestamp>> = None;
    // What may start as far as it itself goes, and counts against a limit.
    let mut limited: Vec<(usize, &str)> = Vec::new();
    // Without a login nothing can press on: every call would be refused, at once and for ever.
    let logged_in = !matches!(state.paused, Some(PauseReason::CredentialsExpired { .. }));
    for at in state.steps.open() {
        let (step, place) = (&state.plan.steps[at], state.steps.at(at));
        if let Some(limit) = step.limit.as_deref().filter(|_| place.status.is_under_way()) {
            *under_way.entry(limit).or_default() += 1;
        }
        if let StepStatus::Stopped { .. } = place.status {
            decisions.push(Decision::NeedsOperator(step.id.clone()));
            continue;
        }
        let presses_on = || logged_in && step.presses_on && hand_over_is_under_way(state, step);
        if state.paused.is_some() && !presses_on() {
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
        if fresh && step.disturbs {
            match state.admission(at, now, state.is_disturbed_before(at)) {
                Admission::Now => {}
                Admission::From(_) | Admission::Never if presses_on() => {}
                Admission::From(opens) => {
                    let earliest = windows.flatten().map_or(opens, |other| other.min(opens));
                    windows = Some(Some(earliest));
                    continue;
                }
                Admission::Never => {
                    windows.get_or_insert(None);
                    continue;
                }
            }
        }
        if let Some(again_at) = place.again_at.filter(|again_at| *again_at > now) {
            decisions.push(Decision::AwaitTime(again_at));
            continue;
        }
        match step.limit.as_deref() {
            Some(limit) if fresh => limited.push((at, limit)),
            Some(_) | None => decisions.push(Decision::Carry(step.id.clone())),
        }
    }
    // What has the longest way to the end goes first: whoever holds it back holds back the end.
    limited.sort_by_key(|(at, _)| (std::cmp::Reverse(state.steps.paths().to_the_end(*at)), *at));
    for (at, limit) in limited {
        let used = under_way.entry(limit).or_default();
        if *used < state.plan.limits[limit] {
            *used += 1;
            decisions.push(Decision::Carry(state.plan.steps[at].id.clone()));
        }
    }
    if let Some(opens) = windows {
        decisions.push(Decision::AwaitWindow(opens));
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
        // A void one waits for the step that found it so, which waits for a person.
        GateState::Approved { .. } | GateState::Voided { .. } => None,
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
    let scope = state.undo_places();
    let mut decisions = Vec::new();
    for at in scope.into_iter().rev() {
        let (step, place) = (&state.plan.steps[at], state.steps.at(at));
        if !place.status.may_have_effect() {
            continue;
        }
        // What needs a step of the scope is of the scope, too.
        let standing = |later: &usize| state.steps.at(*later).status.may_have_effect();
        if state.steps.needed_by(at).iter().any(standing) {
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
