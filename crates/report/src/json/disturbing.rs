//! What the JSON tells of windows: what disturbs in each.

use jiff::Timestamp;
use model::{ResourceRef, StepId};
use schemars::JsonSchema;
use serde::Serialize;

use crate::facts::Facts;
use crate::windows::{self, Used};

/// A window, and what disturbs in it.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct WindowUsed {
    /// When it opens; null, like its end, for what begins outside of every window.
    opens_at: Option<Timestamp>,
    /// When it closes.
    closes_at: Option<Timestamp>,
    /// The disturbing steps that begin in it, in order.
    steps: Vec<Disturbing>,
}

/// When a disturbing step takes place.
#[derive(Debug, Serialize, JsonSchema)]
struct Disturbing {
    /// The step.
    step: StepId,
    /// What it moves.
    resource: ResourceRef,
    /// It begins.
    begins_at: Timestamp,
    /// It ends; null where it has not.
    ends_at: Option<Timestamp>,
    /// Of a plan: by when it has ended in nine cases of ten; null for a run.
    ends_late_at: Option<Timestamp>,
}

/// The windows in which something disturbs.
pub(super) fn all(facts: &Facts<'_>) -> Vec<WindowUsed> {
    windows::used(facts).into_iter().map(window).collect()
}

fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).expect("it came from a moment")
}

fn window(used: Used<'_>) -> WindowUsed {
    WindowUsed {
        opens_at: used.opening.map(|(from, _)| moment(from)),
        closes_at: used.opening.map(|(_, until)| moment(until)),
        steps: used
            .steps
            .into_iter()
            .map(|(step, place)| Disturbing {
                step: step.id.clone(),
                resource: step.resource.clone(),
                begins_at: moment(place.begins),
                ends_at: place.ends.map(moment),
                ends_late_at: place.late.map(moment),
            })
            .collect(),
    }
}
