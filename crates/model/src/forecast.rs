//! What is expected of the rest of a run: when each step begins and ends, when the whole ends, and what will not fit into its window. Told
//! ahead of time, not when the window closes.
//!
//! Gates are taken to be answered at once: nobody can tell when people answer. Delays are taken to be independent of each other: along a
//! chain their spreads add up as squares, or every long chain would be expected to take its worst at each step.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};

use crate::admission::Admission;
use crate::event::{Event, Recorded, WorldKind};
use crate::ids::{ResourceRef, RunId, StepId};
use crate::plan::{Overrun, Plan, StepSpec};
use crate::state::{State, StepState, StepStatus};
use crate::window::Opening;

/// The rest of a run, as it is expected at a moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Forecast {
    /// Each step, in the plan's order.
    pub steps: Vec<Expected>,
    /// When the last step ends.
    pub ends: Moment,
    /// What will not start in the window that is open when it is ready, and why.
    pub postponed: Vec<Postponed>,
    /// What disturbs and is expected to end behind the window in which it begins, or has begun: it goes on being watched.
    pub overruns: Vec<Overruns>,
}

/// A disturbing step that is expected to end when its window has closed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overruns {
    /// The step.
    pub step: StepId,
    /// When it ends.
    pub ends: Moment,
    /// When the window closes.
    pub closes: Timestamp,
}

/// A moment as far as it can be told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Moment {
    /// In one of two runs not later than this.
    pub likely: Timestamp,
    /// In nine of ten.
    pub late: Timestamp,
}

/// When one step takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Expected {
    /// It begins, or has begun.
    pub begins: Moment,
    /// It ends, or has ended.
    pub ends: Moment,
}

/// A disturbing step that waits for another window than the one in which it is ready.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Postponed {
    /// The step.
    pub step: StepId,
    /// When all that it needs is expected to be done.
    pub ready: Moment,
    /// The room that it needs, in seconds.
    pub needs: u64,
    /// The window that is open then, or opens next.
    pub opening: Option<Opening>,
    /// When a window opens that has the room; none: never within a year.
    pub starts: Option<Timestamp>,
    /// Whether users are disturbed already and wait for it.
    pub disturbed: bool,
}

/// What is under way for longer than was expected will, for all that is known, take a part of that again.
const OVERDUE_SHARE: u64 = 4;

impl Forecast {
    /// What is to be expected of a run that is begun at `now`. `None` where the plan contradicts itself.
    pub fn of_plan(plan: &Plan, now: Timestamp) -> Option<Self> {
        let begun = Event::RunStarted {
            run: RunId::new("000000000000").ok()?,
            world: WorldKind::Rehearsal,
            seed: 0,
            plan: Box::new(plan.clone()),
            digest: plan.digest(),
        };
        let first = Recorded {
            seq: 1,
            at: now,
            event: begun,
        };
        Self::of(&State::begin(&first).ok()?, now)
    }

    /// What is to be expected at `now`. `None` where the run goes back or has ended.
    pub fn of(state: &State, now: Timestamp) -> Option<Self> {
        if state.ended.is_some() || state.undoing.is_some() {
            return None;
        }
        let nothing = Expected {
            begins: Moment::exactly(now),
            ends: Moment::exactly(now),
        };
        let mut forecast = Self {
            steps: vec![nothing; state.plan.steps.len()],
            ends: Moment::exactly(now),
            postponed: Vec::new(),
            overruns: Vec::new(),
        };
        let mut slots = Slots::of(state, now);
        // By then what lies before a step has begun.
        let disturbs = |place: usize| {
            let left = matches!(state.steps.at(place).status, StepStatus::Skipped | StepStatus::Undone);
            state.plan.steps[place].disturbs && !left
        };
        let disturbed = state.steps.paths().behind(disturbs);
        for place in state.steps.paths().in_order() {
            let (spec, at) = (&state.plan.steps[place], state.steps.at(place));
            let expected = match at.status {
                StepStatus::Done | StepStatus::Skipped | StepStatus::Undone => past(at, now),
                StepStatus::Waiting => forecast.fresh(state, (place, disturbed[place]), now, &mut slots),
                StepStatus::Intended
                | StepStatus::Watching
                | StepStatus::Refused
                | StepStatus::Seen
                | StepStatus::Stopped { .. }
                | StepStatus::Undoing => under_way(spec, at, now),
            };
            if let Some(limit) = spec.limit.as_deref().filter(|_| at.status == StepStatus::Waiting) {
                slots.hold(limit, expected.ends.likely);
            }
            if spec.disturbs
                && at.status.is_under_way()
                && let Some(opening) = state.calendar().current_or_next(expected.begins.likely)
                && !state.calendar().is_unrestricted()
                && expected.ends.likely > opening.until
            {
                forecast.overruns.push(Overruns {
                    step: spec.id.clone(),
                    ends: expected.ends,
                    closes: opening.until,
                });
            }
            forecast.ends = forecast.ends.max(expected.ends);
            forecast.steps[place] = expected;
        }
        Some(forecast)
    }

    /// When the last step of a resource ends; nothing where all of them are settled.
    pub fn ends_of(&self, state: &State, resource: &ResourceRef) -> Option<Moment> {
        let steps = state.plan.steps.iter().zip(state.steps.values()).zip(&self.steps);
        let left = steps.filter(|((step, place), _)| step.resource == *resource && !place.status.is_settled());
        left.map(|(_, expected)| expected.ends).reduce(Moment::max)
    }

    fn fresh(
        &mut self,
        state: &State,
        (place, disturbed): (usize, bool),
        now: Timestamp,
        slots: &mut Slots<'_>,
    ) -> Expected {
        let spec = &state.plan.steps[place];
        let before = state
            .steps
            .paths()
            .before(place)
            .iter()
            .map(|earlier| self.steps[*earlier].ends);
        let mut begins = before.fold(Moment::exactly(now), Moment::max);
        if let Some(limit) = spec.limit.as_deref() {
            begins = begins.max(Moment::exactly(slots.next(limit, begins.likely)));
        }
        if spec.disturbs {
            begins = self.admitted(state, (place, disturbed), begins);
        }
        Expected {
            begins,
            ends: begins.and(spec),
        }
    }

    /// When a disturbing step that is ready then begins; a wait for a window takes up the delays before it.
    fn admitted(&mut self, state: &State, (place, disturbed): (usize, bool), ready: Moment) -> Moment {
        let calendar = state.calendar();
        let admission = state.admission(place, ready.likely, disturbed);
        if admission == Admission::Now {
            return ready;
        }
        let needs = state.room_needed(place, disturbed);
        let starts = match admission {
            Admission::From(starts) => Some(starts),
            Admission::Now | Admission::Never => None,
        };
        let opening = calendar.current_or_next(ready.likely);
        // To wait for the window that comes next is the plan itself; to wait for the one behind it is news.
        if starts.is_none() || opening.is_none_or(|next| Some(next.from) != starts) {
            self.postponed.push(Postponed {
                step: state.plan.steps[place].id.clone(),
                ready,
                needs,
                opening,
                starts,
                disturbed: state.is_disturbed_before(place) && state.plan.overrun == Overrun::Ask,
            });
        }
        let likely = starts.unwrap_or(ready.likely);
        Moment {
            likely,
            late: ready.late.max(likely),
        }
    }
}

impl Moment {
    fn exactly(at: Timestamp) -> Self {
        Self { likely: at, late: at }
    }

    fn max(self, other: Self) -> Self {
        Self {
            likely: self.likely.max(other.likely),
            late: self.late.max(other.late),
        }
    }

    /// The end of a step that begins here.
    fn and(self, spec: &StepSpec) -> Self {
        let likely = later(self.likely, spec.estimate.p50);
        let before = self.late.duration_since(self.likely).as_secs_f64();
        let own = SignedDuration::try_from(std::time::Duration::from_secs(
            spec.estimate.p90.saturating_sub(spec.estimate.p50),
        ))
        .unwrap_or_default()
        .as_secs_f64();
        let spread = SignedDuration::try_from_secs_f64(before.hypot(own)).unwrap_or_default();
        Self {
            likely,
            late: likely.saturating_add(spread).unwrap_or(Timestamp::MAX),
        }
    }
}

fn later(at: Timestamp, seconds: u64) -> Timestamp {
    let seconds = i64::try_from(seconds).unwrap_or(i64::MAX);
    at.saturating_add(SignedDuration::from_secs(seconds))
        .unwrap_or(Timestamp::MAX)
}

fn past(at: &StepState, now: Timestamp) -> Expected {
    let ended = at.ended_at.unwrap_or(now);
    Expected {
        begins: Moment::exactly(at.started_at.unwrap_or(ended)),
        ends: Moment::exactly(ended),
    }
}

fn under_way(spec: &StepSpec, at: &StepState, now: Timestamp) -> Expected {
    let begun = Moment::exactly(at.started_at.unwrap_or(now));
    let planned = begun.and(spec);
    let overdue = |end: Timestamp, expected: u64| {
        if end > now {
            end
        } else {
            later(now, expected / OVERDUE_SHARE)
        }
    };
    let likely = overdue(planned.likely, spec.estimate.p50);
    Expected {
        begins: begun,
        ends: Moment {
            likely,
            late: overdue(planned.late, spec.estimate.p90).max(likely),
        },
    }
}

/// When the places of each limit are free again.
struct Slots<'p> {
    state: &'p State,
    now: Timestamp,
    held: BTreeMap<&'p str, Vec<Timestamp>>,
}

impl<'p> Slots<'p> {
    fn of(state: &'p State, now: Timestamp) -> Self {
        let mut slots = Self {
            state,
            now,
            held: BTreeMap::new(),
        };
        // First of all: what waits may stand before them in the plan.
        for (spec, at) in state.plan.steps.iter().zip(state.steps.values()) {
            if let Some(limit) = spec.limit.as_deref().filter(|_| at.status.is_under_way()) {
                slots.hold(limit, under_way(spec, at, now).ends.likely);
            }
        }
        slots
    }

    /// The first moment from `ready` on at which a step may begin that counts against the limit.
    fn next(&self, limit: &str, ready: Timestamp) -> Timestamp {
        let most = self.state.plan.limits.get(limit).copied().unwrap_or(u32::MAX);
        let Some(held) = self.held.get(limit) else { return ready };
        let most = usize::try_from(most).unwrap_or(usize::MAX);
        if held.len() < most {
            return ready;
        }
        // The places that the last `most` steps hold: sorted, the first of them is free first.
        ready.max(held[held.len() - most])
    }

    fn hold(&mut self, limit: &'p str, until: Timestamp) {
        let held = self.held.entry(limit).or_default();
        let at = held.partition_point(|other| *other <= until.max(self.now));
        held.insert(at, until.max(self.now));
    }
}

#[cfg(test)]
#[path = "forecast_tests.rs"]
mod tests;
