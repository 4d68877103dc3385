//! What people decided on a run's way, with their reasons: kept in the state, for whoever takes the run over.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::event::{Event, Recorded};
use crate::ids::StepId;

/// One decision.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Decided {
    /// When.
    pub at: Timestamp,
    /// What.
    pub what: Choice,
    /// Of which step; absent: of the whole run.
    pub step: Option<StepId>,
    /// Who.
    pub by: String,
    /// Why.
    pub reason: String,
}

/// What people decide beside agreeing at gates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Choice {
    /// A step is left out.
    Skipped,
    /// A step is tried again.
    Retried,
    /// What was done is taken back: all of it, or down to a step.
    Undo,
    /// The window stays open for longer.
    WindowExtended,
}

impl Decided {
    pub(crate) fn of(recorded: &Recorded) -> Option<Self> {
        let (what, step, by, reason) = match &recorded.event {
            Event::StepSkipped { step, by, reason } => (Choice::Skipped, Some(step), by, reason),
            Event::StepRetried { step, by, reason } => (Choice::Retried, Some(step), by, reason),
            Event::UndoRequested { by, reason, to } => (Choice::Undo, to.as_ref(), by, reason),
            Event::WindowExtended { by, reason, .. } => (Choice::WindowExtended, None, by, reason),
            Event::RunStarted { .. }
            | Event::PlanExtended { .. }
            | Event::IntentRecorded { .. }
            | Event::AttemptEnded { .. }
            | Event::LookFailed { .. }
            | Event::LookWorked { .. }
            | Event::AlarmChanged { .. }
            | Event::SweepAdvanced { .. }
            | Event::OutputSeen { .. }
            | Event::StepVerified { .. }
            | Event::StepStopped { .. }
            | Event::StepUndone { .. }
            | Event::GateAsked { .. }
            | Event::GateAgreed { .. }
            | Event::GateApproved { .. }
            | Event::GateVoided { .. }
            | Event::ProductAgreed { .. }
            | Event::RunPaused { .. }
            | Event::RunResumed { .. }
            | Event::RunEnded { .. } => return None,
        };
        Some(Self {
            at: recorded.at,
            what,
            step: step.cloned(),
            by: by.clone(),
            reason: reason.clone(),
        })
    }
}
