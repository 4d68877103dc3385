//! What can be decided about, kept up with the events: a run of a hundred thousand steps would else pass over all that are open whenever one of
//! them ends. How one step stands is told by [`decide`](mod@crate::decide); here is only remembered what was told. That holds until something happens
//! with the step itself, its time comes, or something happens with the whole run: what lies before an open step is settled.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;

use crate::decide::{Decision, Standing, decide_undo, gate_decision, standing};
use crate::event::{Event, Verdict};
use crate::ids::{GateName, ResourceRef, StepId};
use crate::state::{GateState, State, StepStatus};

/// Where the open steps of a state stand, and which of them somebody has in hand. It belongs to one state: whoever changes that tells it by
/// [`Agenda::follow`].
#[derive(Debug, Clone, Default)]
pub struct Agenda {
    /// What is remembered of the open steps; none: all of it is to be found out anew.
    known: Option<Known>,
    /// The places of steps with which something has happened since.
    changed: BTreeSet<usize>,
    /// The steps that were given away and have not come back.
    taken: BTreeSet<StepId>,
    /// Steps that are not worth a look before a moment.
    asleep: BTreeMap<StepId, Timestamp>,
}

/// The open steps by how they stand. Steps are named by their places in the plan.
#[derive(Debug, Clone, Default)]
struct Known {
    /// How each stands, and until when it may begin, where a window loses its room while it waits for a hand or for a limit's place.
    standing: BTreeMap<usize, (Standing, Option<Timestamp>)>,
    /// May go on at once, and nobody has them in hand.
    ready: BTreeSet<usize>,
    /// May go on then.
    later: BTreeSet<(Timestamp, usize)>,
    /// No window has room for them before then; the end of time: never.
    shut: BTreeSet<(Timestamp, usize)>,
    /// May begin until then only.
    lapses: BTreeSet<(Timestamp, usize)>,
    stopped: BTreeSet<usize>,
    /// Those that count against a limit and have not begun, what is furthest from the end first: whoever holds it back holds back the end.
    limited: BTreeMap<String, BTreeSet<(Reverse<u64>, usize)>>,
    /// Those that hold a place of a limit.
    under_way: BTreeMap<String, BTreeSet<usize>>,
    /// Those that wait for each gate that is not open.
    gated: BTreeMap<GateName, BTreeSet<usize>>,
    /// How many of the steps that each gate is asked after were found settled, in its order.
    shown: BTreeMap<GateName, usize>,
    /// What is being handed over: see [`decide`](mod@crate::decide).
    handing_over: BTreeSet<ResourceRef>,
}

impl Agenda {
    /// Takes in an event that the state has just taken in.
    pub fn follow(&mut self, state: &State, event: &Event) {
        let place = event.step().and_then(|step| state.steps.place(step));
        let (Some(known), Some(place)) = (&self.known, place) else {
            self.known = None;
            return;
        };
        let spec = &state.plan.steps[place];
        // From its first step on, a hand-over moves steps that nothing has happened with.
        let hands_over = spec.presses_on
            && state.steps.at(place).status != StepStatus::Waiting
            && !known.handing_over.contains(&spec.resource);
        match event {
            Event::IntentRecorded { .. }
            | Event::AttemptEnded { .. }
            | Event::LookFailed { .. }
            | Event::LookWorked { .. }
            | Event::AlarmChanged { .. }
            | Event::SweepAdvanced { .. }
            | Event::OutputSeen { .. }
                if !hands_over && state.undoing.is_none() =>
            {
                self.changed.insert(place);
            }
            // It was seen before, and what that began of a hand-over is known.
            Event::StepVerified { .. } => {
                self.changed.insert(place);
                self.changed.extend(state.steps.needed_by(place));
            }
            // Rare, or of the whole run: gates, windows, pauses, extensions, steps that stop, and what people decide about them.
            _ => self.known = None,
        }
    }

    /// What to do next, at most so many steps to be carried or taken back. They are in the asker's hands from then on, and are not named
    /// again until they are [released](Self::release).
    pub fn take(&mut self, state: &State, now: Timestamp, room: usize) -> Vec<Decision> {
        if state.ended.is_some() {
            return Vec::new();
        }
        if state.undoing.is_some() {
            return self.take_back(state, now, room);
        }
        if state.steps.all_settled() {
            return vec![Decision::End(Verdict::Completed)];
        }
        self.catch_up(state, now);
        let mut decisions = self.waits(state);
        decisions.extend(self.carried(state, room));
        // In the plan's order, but for what counts against a limit.
        decisions.sort_by_key(|(place, _)| *place);
        let mut decisions: Vec<Decision> = decisions.into_iter().map(|(_, decision)| decision).collect();
        let left = room
            - decisions
                .iter()
                .filter(|decision| matches!(decision, Decision::Carry(_)))
                .count();
        decisions.extend(self.carried_in_limits(state, now, left));
        let Some(known) = &self.known else { return decisions };
        if let Some((opens, _)) = known.shut.first() {
            decisions.push(Decision::AwaitWindow(
                Some(*opens).filter(|opens| *opens < Timestamp::MAX),
            ));
        }
        if state.paused.is_some() {
            decisions.push(Decision::Rest);
        }
        decisions
    }

    /// Gives a step back. Where it has nothing to tell, another look at it is not worth while before a moment.
    pub fn release(&mut self, state: &State, step: &StepId, look_again: Option<Timestamp>) {
        self.taken.remove(step);
        match look_again {
            Some(at) => self.asleep.insert(step.clone(), at),
            None => self.asleep.remove(step),
        };
        self.changed.extend(state.steps.place(step));
    }

    /// Nobody has anything in hand any more.
    pub fn release_all(&mut self) {
        self.taken.clear();
        self.known = None;
    }

    fn sleeps_until(&self, step: &StepId, now: Timestamp) -> Option<Timestamp> {
        self.asleep.get(step).copied().filter(|at| *at > now)
    }

    /// Finds out how those steps stand that something has happened with, or whose time has come.
    fn catch_up(&mut self, state: &State, now: Timestamp) {
        let changed = std::mem::take(&mut self.changed);
        if let Some(known) = &mut self.known {
            let come = [&mut known.later, &mut known.shut].map(|waiting| {
                let not_yet = waiting.split_off(&(now, usize::MAX));
                std::mem::replace(waiting, not_yet)
            });
            let lapsed = known.lapses.range(..(now, 0)).copied();
            let due: BTreeSet<usize> = lapsed
                .chain(come.into_iter().flatten())
                .map(|(_, place)| place)
                .collect();
            for place in changed.into_iter().chain(due) {
                self.put(state, place, now);
            }
            return;
        }
        let steps = state.plan.steps.iter().zip(state.steps.values());
        let begun = steps.filter(|(step, place)| step.presses_on && place.status != StepStatus::Waiting);
        self.known = Some(Known {
            handing_over: begun.map(|(step, _)| step.resource.clone()).collect(),
            ..Known::default()
        });
        let open: Vec<usize> = state.steps.open().collect();
        for place in open {
            self.put(state, place, now);
        }
    }

    /// Finds out how a step stands, and remembers it in place of what was known.
    fn put(&mut self, state: &State, place: usize, now: Timestamp) {
        let spec = &state.plan.steps[place];
        let in_hand = self.taken.contains(&spec.id);
        let asleep = self.sleeps_until(&spec.id, now);
        let Some(known) = &mut self.known else { return };
        known.forget(state, place);
        if !state.steps.is_open(place) {
            return;
        }
        if let Some(limit) = spec
            .limit
            .as_ref()
            .filter(|_| state.steps.at(place).status.is_under_way())
        {
            known.under_way.entry(limit.clone()).or_default().insert(place);
        }
        let mut stands = standing(state, place, now, &known.handing_over);
        match (&stands, asleep) {
            (Standing::Ready, Some(at)) => stands = Standing::Later(at),
            (Standing::Ready, None) if in_hand => return,
            _ => {}
        }
        let admitted = matches!(stands, Standing::Ready | Standing::Limited | Standing::Later(_));
        let fresh = state.steps.at(place).status == StepStatus::Waiting;
        let until = match admitted && fresh && spec.disturbs {
            true => state.admitted_until(place, now),
            false => None,
        };
        known.remember(state, place, stands, until);
    }

    /// What people or time must bring, but for windows; each behind the place of the step that it is for, and the place in that step's list.
    fn waits(&mut self, state: &State) -> Vec<((usize, usize), Decision)> {
        let Some(known) = &mut self.known else {
            return Vec::new();
        };
        let stopped = known.stopped.iter();
        let mut waits: Vec<_> = stopped
            .map(|place| {
                (
                    (*place, 0),
                    Decision::NeedsOperator(state.plan.steps[*place].id.clone()),
                )
            })
            .collect();
        if let Some((at, place)) = known.later.first() {
            waits.push(((*place, 0), Decision::AwaitTime(*at)));
        }
        for (gate, behind) in &known.gated {
            let shown = known.shown.entry(gate.clone()).or_default();
            if let (Some(decision), Some(first)) = (gate_decision(state, gate, shown), behind.first()) {
                let listed = state.plan.steps[*first].gates.iter().position(|other| other == gate);
                waits.push(((*first, listed.unwrap_or_default()), decision));
            }
        }
        waits
    }

    /// Those of no limit, and those that have begun, in the plan's order.
    fn carried(&mut self, state: &State, room: usize) -> Vec<((usize, usize), Decision)> {
        let mut carried = Vec::new();
        while carried.len() < room {
            let Some(known) = &mut self.known else { break };
            let Some(place) = known.ready.pop_first() else { break };
            let id = &state.plan.steps[place].id;
            self.taken.insert(id.clone());
            carried.push(((place, 0), Decision::Carry(id.clone())));
        }
        carried
    }

    /// Those that a limit has a place for.
    fn carried_in_limits(&mut self, state: &State, now: Timestamp, room: usize) -> Vec<Decision> {
        let mut decisions = Vec::new();
        let mut wakes: Option<Timestamp> = None;
        for (_, place) in self.first_in_limits(state) {
            let id = &state.plan.steps[place].id;
            if self.taken.contains(id) {
                continue;
            }
            if let Some(at) = self.sleeps_until(id, now) {
                wakes = Some(wakes.map_or(at, |wakes| wakes.min(at)));
            } else if decisions.len() < room {
                self.taken.insert(id.clone());
                decisions.push(Decision::Carry(id.clone()));
            }
        }
        decisions.extend(wakes.map(Decision::AwaitTime));
        decisions
    }

    /// Of each limit as many as have a place in it, what is furthest from the end first.
    fn first_in_limits(&self, state: &State) -> Vec<(Reverse<u64>, usize)> {
        let Some(known) = &self.known else { return Vec::new() };
        let mut first = Vec::new();
        for (limit, waiting) in &known.limited {
            let used = known.under_way.get(limit).map_or(0, BTreeSet::len);
            let most = usize::try_from(state.plan.limits[limit]).unwrap_or(usize::MAX);
            first.extend(waiting.iter().take(most.saturating_sub(used)).copied());
        }
        first.sort_unstable();
        first
    }

    fn take_back(&mut self, state: &State, now: Timestamp, room: usize) -> Vec<Decision> {
        let mut taken = 0;
        let mut decisions = Vec::new();
        for decision in decide_undo(state, now) {
            let Decision::TakeBack(id) = &decision else {
                decisions.push(decision);
                continue;
            };
            if self.taken.contains(id) {
                continue;
            }
            if let Some(at) = self.sleeps_until(id, now) {
                decisions.push(Decision::AwaitTime(at));
            } else if taken < room {
                taken += 1;
                self.taken.insert(id.clone());
                decisions.push(decision);
            }
        }
        decisions
    }
}

impl Known {
    fn remember(&mut self, state: &State, place: usize, stands: Standing, until: Option<Timestamp>) {
        let spec = &state.plan.steps[place];
        self.lapses.extend(until.map(|until| (until, place)));
        match stands {
            Standing::Ready => {
                self.ready.insert(place);
            }
            Standing::Later(at) => {
                self.later.insert((at, place));
            }
            Standing::Shut(opens) => {
                self.shut.insert((opens.unwrap_or(Timestamp::MAX), place));
            }
            Standing::Stopped => {
                self.stopped.insert(place);
            }
            Standing::Limited => {
                let far = Reverse(state.steps.paths().to_the_end(place));
                let limit = spec.limit.clone().unwrap_or_default();
                self.limited.entry(limit).or_default().insert((far, place));
            }
            Standing::Gated => {
                let shut = |gate: &&GateName| !matches!(state.gates[*gate], GateState::Approved { .. });
                for gate in spec.gates.iter().filter(shut) {
                    self.gated.entry(gate.clone()).or_default().insert(place);
                }
            }
            Standing::Resting => {}
        }
        self.standing.insert(place, (stands, until));
    }

    fn forget(&mut self, state: &State, place: usize) {
        let spec = &state.plan.steps[place];
        if let Some(limit) = &spec.limit {
            self.under_way.entry(limit.clone()).and_modify(|places| {
                places.remove(&place);
            });
        }
        let Some((stood, until)) = self.standing.remove(&place) else {
            return;
        };
        if let Some(until) = until {
            self.lapses.remove(&(until, place));
        }
        match stood {
            Standing::Ready => {
                self.ready.remove(&place);
            }
            Standing::Later(at) => {
                self.later.remove(&(at, place));
            }
            Standing::Shut(opens) => {
                self.shut.remove(&(opens.unwrap_or(Timestamp::MAX), place));
            }
            Standing::Stopped => {
                self.stopped.remove(&place);
            }
            Standing::Limited => {
                let far = Reverse(state.steps.paths().to_the_end(place));
                let limit = spec.limit.clone().unwrap_or_default();
                self.limited.entry(limit).or_default().remove(&(far, place));
            }
            Standing::Gated => {
                for gate in &spec.gates {
                    if let Some(behind) = self.gated.get_mut(gate) {
                        behind.remove(&place);
                    }
                }
                self.gated.retain(|_, behind| !behind.is_empty());
            }
            Standing::Resting => {}
        }
    }
}

#[cfg(test)]
#[path = "agenda_tests.rs"]
mod tests;
