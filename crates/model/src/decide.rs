//! What to do next: the only place where policy lives. It looks at a state and a moment, and changes nothing. Resuming a run
//! is folding its events and asking this; there is no other recovery.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::admission::Admission;
use crate::agenda::Agenda;
use crate::event::{PauseReason, Verdict};
use crate::ids::{GateName, ResourceRef, StepId};
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
    Agenda::default().take(state, now, usize::MAX)
}

/// How an open step stands on the way forward.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// It may go on at once.
    Ready,
    /// It may begin as far as it itself goes, and counts against a limit.
    Limited,
    /// It is tried again then.
    Later(Timestamp),
    /// No window has room for it before then, or ever.
    Shut(Option<Timestamp>),
    /// A gate is not open.
    Gated,
    /// The run is paused.
    Resting,
    /// A person must decide.
    Stopped,
}

/// How the open step at a place stands, where these resources are being handed over: of each, a step that presses on has begun. From there on
/// neither a window nor an ordinary pause stops the others.
pub(crate) fn standing(state: &State, at: usize, now: Timestamp, handing_over: &BTreeSet<ResourceRef>) -> Standing {
    let (step, place) = (&state.plan.steps[at], state.steps.at(at));
    if let StepStatus::Stopped { .. } = place.status {
        return Standing::Stopped;
    }
    // Without a login nothing can press on: every call would be refused, at once and for ever.
    let logged_in = !matches!(state.paused, Some(PauseReason::CredentialsExpired { .. }));
    let presses_on = || logged_in && step.presses_on && handing_over.contains(&step.resource);
    if state.paused.is_some() && !presses_on() {
        return Standing::Resting;
    }
    let open = |gate: &GateName| matches!(state.gates[gate], GateState::Approved { .. });
    if !step.gates.iter().all(open) {
        return Standing::Gated;
    }
    let fresh = place.status == StepStatus::Waiting;
    if fresh && step.disturbs {
        match state.admission(at, now, state.is_disturbed_before(at)) {
            Admission::Now => {}
            Admission::From(_) | Admission::Never if presses_on() => {}
            Admission::From(opens) => return Standing::Shut(Some(opens)),
            Admission::Never => return Standing::Shut(None),
        }
    }
    if let Some(again_at) = place.again_at.filter(|again_at| *again_at > now) {
        return Standing::Later(again_at);
    }
    match step.limit {
        Some(_) if fresh => Standing::Limited,
        Some(_) | None => Standing::Ready,
    }
}

/// What a gate that is not open waits for; of the steps that it is asked after so many are known to be settled, in their order.
pub(crate) fn gate_decision(state: &State, name: &GateName, shown: &mut usize) -> Option<Decision> {
    match &state.gates[name] {
        // A void one waits for the step that found it so, which waits for a person.
        GateState::Approved { .. } | GateState::Voided { .. } => None,
        GateState::Asked { .. } => Some(Decision::AwaitGate(name.clone())),
        GateState::Closed => {
            let gate = state
                .plan
                .gate(name)
                .expect("the plan was checked: its steps name gates that it has");
            let settled = |step: &&StepId| state.steps[*step].status.is_settled();
            *shown += gate.after[*shown..].iter().take_while(settled).count();
            (*shown == gate.after.len()).then(|| Decision::Ask(name.clone()))
        }
    }
}

pub(crate) fn decide_undo(state: &State, now: Timestamp) -> Vec<Decision> {
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
