//! What happened, as it is stored. Events are only ever added; the state of a run is the fold of its events.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::failure::Failure;
use crate::ids::{Digest, GateName, RunId, StepId};
use crate::plan::{Plan, StepSpec};

/// An event with its place in the journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Recorded {
    /// Its place: 1, 2, 3 … without gaps.
    pub seq: u64,
    /// When it was recorded, by the world's clock.
    pub at: Timestamp,
    /// What happened.
    pub event: Event,
}

/// Where a run takes place.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum WorldKind {
    /// AWS itself.
    Live,
    /// simcloud in this process. Its journal is refused by `run`.
    Rehearsal,
    /// A served simcloud or another AWS-compatible endpoint.
    Endpoint,
}

/// Whether an intent is to do or to undo.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Direction {
    /// The step's `begin`.
    Do,
    /// The step's `undo`.
    Undo,
}

/// How a mutating call ended, as far as its caller can tell.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Outcome {
    /// AWS accepted it.
    Done,
    /// Definitely no net change.
    NotDone {
        /// Why.
        failure: Failure,
    },
    /// It may have taken effect: the next look tells.
    Unknown {
        /// What was heard instead of an answer.
        failure: Failure,
    },
}

/// Why a run rests.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "because", rename_all = "snake_case")]
pub enum PauseReason {
    /// A person asked (`cleave pause`, Ctrl-C, a hang-up).
    Operator {
        /// Who or what: `SIGINT`, `SIGHUP`, a user name.
        by: String,
    },
    /// The operator's login has expired.
    CredentialsExpired {
        /// The command that renews it.
        command: String,
    },
}

/// How a run ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything moved, and nothing made for transport is left.
    Completed,
    /// Everything that the run did has been taken back.
    Unwound,
}

/// Something that happened.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// The run began: only as the first event.
    RunStarted {
        /// Its id.
        run: RunId,
        /// Where it takes place.
        world: WorldKind,
        /// The seed of everything random.
        seed: u64,
        /// The plan, whole.
        plan: Box<Plan>,
        /// The plan's digest.
        digest: Digest,
    },
    /// A step, done, has made known further steps: they are planned behind it and before `before`.
    PlanExtended {
        /// The step that made them known.
        by: StepId,
        /// The new steps.
        steps: Vec<StepSpec>,
        /// The steps of the plan that must wait for all of them.
        before: Vec<StepId>,
    },
    /// A mutating call is about to be made. Committed before it, so that a lost process can be told from one that never tried.
    IntentRecorded {
        /// The step.
        step: StepId,
        /// 1 for the first try.
        attempt: u32,
        /// Do or undo.
        direction: Direction,
        /// The idempotency token, from run and step, the same for every attempt.
        token: String,
    },
    /// The call came back, or did not.
    AttemptEnded {
        /// The step.
        step: StepId,
        /// Which try.
        attempt: u32,
        /// How it ended.
        outcome: Outcome,
        /// Not before this moment is it tried again.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        again_at: Option<Timestamp>,
    },
    /// A look failed, in a way that may pass.
    LookFailed {
        /// The step.
        step: StepId,
        /// Why.
        failure: Failure,
        /// When to look again.
        again_at: Timestamp,
    },
    /// A look worked again, after some that had failed, at what goes on by itself: an outage hours ago is no part of the next one.
    LookWorked {
        /// The step.
        step: StepId,
    },
    /// People should know of something while the step goes on by itself; or it is over.
    AlarmChanged {
        /// The step.
        step: StepId,
        /// What they should know and can do; absent: no more.
        alarm: Option<String>,
    },
    /// A sweep has come so far.
    SweepAdvanced {
        /// The step.
        step: StepId,
        /// Where it goes on.
        cursor: Value,
        /// How many are done.
        done: u64,
        /// How many there are in all, where that is known.
        total: Option<u64>,
    },
    /// The thing exists, whole: it is to be verified.
    OutputSeen {
        /// The step.
        step: StepId,
        /// What later steps need of it.
        output: Value,
    },
    /// Proved right: the step is done.
    StepVerified {
        /// The step.
        step: StepId,
        /// What was compared, in words for people.
        evidence: String,
    },
    /// A person must decide.
    StepStopped {
        /// The step.
        step: StepId,
        /// Why.
        failure: Failure,
        /// What to do, in words for people.
        advice: String,
    },
    /// An operator has dealt with the cause: the step is tried again.
    StepRetried {
        /// The step.
        step: StepId,
        /// Who.
        by: String,
        /// Why it may pass now.
        reason: String,
    },
    /// An operator decided that the step is not to be done.
    StepSkipped {
        /// The step.
        step: StepId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// The step's effect is gone.
    StepUndone {
        /// The step.
        step: StepId,
        /// What was seen.
        evidence: String,
    },
    /// The question was put to a person.
    GateAsked {
        /// The gate.
        gate: GateName,
        /// What the person is shown.
        evidence: String,
    },
    /// A person agreed, and others must, too.
    GateAgreed {
        /// The gate.
        gate: GateName,
        /// Who.
        by: String,
        /// The digest of the plan that was agreed to.
        digest: Digest,
        /// The digest of the evidence that was shown.
        evidence: Digest,
    },
    /// A person agreed, the last whom it takes: the gate is open.
    GateApproved {
        /// The gate.
        gate: GateName,
        /// Who.
        by: String,
        /// The digest of the plan that was agreed to.
        digest: Digest,
        /// The digest of the evidence that was shown.
        evidence: Digest,
    },
    /// An approval does not hold any more.
    GateVoided {
        /// The gate.
        gate: GateName,
        /// Why.
        reason: String,
    },
    /// A product's team agreed to the plan.
    ProductAgreed {
        /// The product.
        product: String,
        /// Who said so.
        by: String,
        /// What they said.
        words: String,
        /// The digest of the plan that was agreed to.
        digest: Digest,
    },
    /// An operator lets the run disturb beyond its windows.
    WindowExtended {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// Until when.
        until: Timestamp,
    },
    /// Nothing new is started.
    RunPaused {
        /// Why.
        reason: PauseReason,
    },
    /// It goes on.
    RunResumed {
        /// Who.
        by: String,
    },
    /// From here the run takes back what it did.
    UndoRequested {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// The step up to which it is taken back (that step included); absent: everything.
        #[serde(skip_serializing_if = "Option::is_none", default)]
        to: Option<StepId>,
    },
    /// The end.
    RunEnded {
        /// How.
        verdict: Verdict,
    },
}

impl Event {
    /// The event's name, as it is stored in the `kind` column.
    pub fn kind(&self) -> &'static str {
        match self {
            Event::RunStarted { .. } => "run_started",
            Event::PlanExtended { .. } => "plan_extended",
            Event::IntentRecorded { .. } => "intent_recorded",
            Event::AttemptEnded { .. } => "attempt_ended",
            Event::LookFailed { .. } => "look_failed",
            Event::LookWorked { .. } => "look_worked",
            Event::AlarmChanged { .. } => "alarm_changed",
            Event::SweepAdvanced { .. } => "sweep_advanced",
            Event::OutputSeen { .. } => "output_seen",
            Event::StepVerified { .. } => "step_verified",
            Event::StepStopped { .. } => "step_stopped",
            Event::StepRetried { .. } => "step_retried",
            Event::StepSkipped { .. } => "step_skipped",
            Event::StepUndone { .. } => "step_undone",
            Event::GateAsked { .. } => "gate_asked",
            Event::GateAgreed { .. } => "gate_agreed",
            Event::GateApproved { .. } => "gate_approved",
            Event::GateVoided { .. } => "gate_voided",
            Event::ProductAgreed { .. } => "product_agreed",
            Event::WindowExtended { .. } => "window_extended",
            Event::RunPaused { .. } => "run_paused",
            Event::RunResumed { .. } => "run_resumed",
            Event::UndoRequested { .. } => "undo_requested",
            Event::RunEnded { .. } => "run_ended",
        }
    }

    /// The step that it is about.
    pub fn step(&self) -> Option<&StepId> {
        match self {
            Event::IntentRecorded { step, .. }
            | Event::AttemptEnded { step, .. }
            | Event::LookFailed { step, .. }
            | Event::LookWorked { step }
            | Event::AlarmChanged { step, .. }
            | Event::SweepAdvanced { step, .. }
            | Event::OutputSeen { step, .. }
            | Event::StepVerified { step, .. }
            | Event::StepStopped { step, .. }
            | Event::StepRetried { step, .. }
            | Event::StepSkipped { step, .. }
            | Event::StepUndone { step, .. }
            | Event::PlanExtended { by: step, .. } => Some(step),
            Event::RunStarted { .. }
            | Event::GateAsked { .. }
            | Event::GateAgreed { .. }
            | Event::GateApproved { .. }
            | Event::GateVoided { .. }
            | Event::ProductAgreed { .. }
            | Event::WindowExtended { .. }
            | Event::RunPaused { .. }
            | Event::RunResumed { .. }
            | Event::UndoRequested { .. }
            | Event::RunEnded { .. } => None,
        }
    }
}
