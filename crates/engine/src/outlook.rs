//! Looks ahead, now and then, whether what is to be disturbed still fits into its window, and tells when that changes: early enough for
//! people to do something about it.

use std::time::Duration;

use jiff::Timestamp;
use model::state::{StepState, StepStatus};
use model::{Forecast, StepId, StepSpec};

use crate::carry::Shared;
use crate::run::Signal;

/// Nothing changes faster than people can read.
const EVERY: Duration = Duration::from_secs(60);

/// What was foretold last.
#[derive(Default)]
pub(crate) struct Outlook {
    again_at: Option<Timestamp>,
    told: Vec<StepId>,
}

impl Outlook {
    /// Looks, unless it has just done so.
    pub(crate) fn look(&mut self, shared: &Shared, now: Timestamp) {
        if self.again_at.is_some_and(|again_at| now < again_at) {
            return;
        }
        self.again_at = Some(shared.clock.after(EVERY));
        let run = shared.run.borrow();
        let state = run.state();
        let to_disturb = |(step, place): (&StepSpec, &StepState)| {
            step.disturbs && (place.status == StepStatus::Waiting || place.status.is_under_way())
        };
        let restricted = !state.calendar().is_unrestricted();
        if !restricted || !state.plan.steps.iter().zip(state.steps.values()).any(to_disturb) {
            return;
        }
        let Some(forecast) = Forecast::of(state, now) else {
            return;
        };
        let postponed = forecast.postponed.iter().map(|postponed| &postponed.step);
        let overruns = forecast.overruns.iter().map(|overruns| &overruns.step);
        let steps: Vec<StepId> = postponed.chain(overruns).cloned().collect();
        if steps != self.told {
            (shared.tell)(Signal::Foretold(&forecast, state));
            self.told = steps;
        }
    }
}
