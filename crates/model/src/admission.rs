//! When a disturbing step may start: inside a window only, and only where what it begins can be expected to end before the window closes.
//!
//! Two cases differ. Where nothing has been disturbed yet, standing still costs nothing: the step starts only if the whole way to the last
//! disturbing step behind it has room, each taking what nine in ten such steps take. Where users are disturbed already, standing
//! still lengthens their outage: the step needs room for itself alone, and the runbook may say that what was begun is finished.

use jiff::{SignedDuration, Timestamp};

use crate::paths::Paths;
use crate::plan::{Overrun, Plan, StepSpec};
use crate::state::{State, StepStatus};

/// When a disturbing step may start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Admission {
    /// At once.
    Now,
    /// Then: no opening before it has the room.
    From(Timestamp),
    /// No opening within a year has the room.
    Never,
}

impl Plan {
    /// The first disturbing step of each outage, and the room that the outage needs in a window, in seconds. Nothing where the plan
    /// contradicts itself: that is said elsewhere.
    pub fn outages(&self) -> Vec<(&StepSpec, u64)> {
        if self.check().is_err() {
            return Vec::new();
        }
        let paths = Paths::of_plan(self);
        let behind = paths.behind(|place| self.steps[place].disturbs);
        let steps = self.steps.iter().enumerate();
        let first = steps.filter(|(place, step)| step.disturbs && !behind[*place]);
        first.map(|(place, step)| (step, paths.room(place))).collect()
    }
}

impl State {
    /// Whether a disturbing step has begun of those that lie before this one: users wait for what it is part of.
    pub fn is_disturbed_before(&self, place: usize) -> bool {
        let paths = self.steps.paths();
        let mut seen = std::collections::BTreeSet::new();
        let mut pending: Vec<usize> = paths.before(place).to_vec();
        while let Some(earlier) = pending.pop() {
            if !seen.insert(earlier) {
                continue;
            }
            let begun = !matches!(
                self.steps.at(earlier).status,
                StepStatus::Waiting | StepStatus::Skipped | StepStatus::Undone
            );
            if begun && self.plan.steps[earlier].disturbs {
                return true;
            }
            pending.extend(paths.before(earlier));
        }
        false
    }

    /// The room that a fresh disturbing step needs in a window, in seconds; see this file's head.
    pub fn room_needed(&self, place: usize, disturbed: bool) -> u64 {
        if disturbed {
            self.plan.steps[place].estimate.p90
        } else {
            self.steps.paths().room(place)
        }
    }

    /// Until when a fresh disturbing step that may start now may do so; none: as long as nothing happens.
    pub(crate) fn admitted_until(&self, place: usize, now: Timestamp) -> Option<Timestamp> {
        let disturbed = self.is_disturbed_before(place);
        let calendar = self.calendar();
        if calendar.is_unrestricted() || disturbed && self.plan.overrun == Overrun::Finish {
            return None;
        }
        let needs = self.room_needed(place, disturbed);
        let opening = calendar.first_with_room(now, needs)?;
        let needs = SignedDuration::from_secs(i64::try_from(needs).unwrap_or(i64::MAX));
        let last = opening.until.checked_sub(needs).unwrap_or(opening.until);
        // One that presses on does so whatever the window.
        (opening.from <= now).then_some(last)
    }

    /// When a fresh disturbing step that is ready at this moment may start, where users are disturbed by then, or are not.
    pub fn admission(&self, place: usize, ready: Timestamp, disturbed: bool) -> Admission {
        let calendar = self.calendar();
        if calendar.is_unrestricted() || disturbed && self.plan.overrun == Overrun::Finish {
            return Admission::Now;
        }
        match calendar.first_with_room(ready, self.room_needed(place, disturbed)) {
            Some(opening) if opening.from <= ready => Admission::Now,
            Some(opening) => Admission::From(opening.from),
            None => Admission::Never,
        }
    }
}
