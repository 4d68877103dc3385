//! What the JSON tells of people and of what happened: gates, what steps took, what was left out, what failed, what was called.

use jiff::Timestamp;
use model::state::GateState;
use model::{AccountId, Digest, Failure, GateName, StepId};
use schemars::JsonSchema;
use serde::Serialize;

use super::seconds;
use crate::facts::{Facts, RunFacts};
use crate::history::{After, Asking, Mishap, MishapKind};

/// A gate.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Gate {
    /// Its name.
    name: GateName,
    /// The question.
    ask: String,
    /// The steps after which it is asked.
    after: Vec<StepId>,
    /// What must be typed; null: yes is enough.
    typed: Option<String>,
    /// How many different people must agree.
    people: u32,
    /// Whether it is open; null for a plan.
    approved: Option<bool>,
    /// Each time that it was asked; null for a plan.
    asked: Option<Vec<Asked>>,
}

/// One time that a gate was asked.
#[derive(Debug, Serialize, JsonSchema)]
struct Asked {
    /// When.
    asked_at: Timestamp,
    /// The evidence that was shown.
    shown: String,
    /// The yes; null where there was none.
    approved: Option<Approved>,
    /// Why the yes does not hold any more.
    voided: Option<Voided>,
}

/// A person's yes.
#[derive(Debug, Serialize, JsonSchema)]
struct Approved {
    /// Whose.
    by: String,
    /// When.
    at: Timestamp,
    /// The plan that was agreed to.
    plan_digest: Digest,
    /// The evidence that was agreed to.
    evidence_digest: Digest,
}

/// The end of a yes.
#[derive(Debug, Serialize, JsonSchema)]
struct Voided {
    /// When.
    at: Timestamp,
    /// Why.
    reason: String,
}

/// A sort of step: expected beside taken.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Accuracy {
    /// The action, such as `bucket.copy_wave`.
    action: String,
    /// How many were done.
    steps: usize,
    /// What they were expected to take together.
    expected_seconds: f64,
    /// What they took together.
    taken_seconds: f64,
    /// By how much more, in per cent; null where nothing was expected.
    error_percent: Option<i64>,
    /// How many took no longer than nine in ten do.
    within_p90: usize,
    /// On how many samples of earlier runs the estimates rest.
    samples: u64,
}

/// What was skipped.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct LeftOut {
    /// The step that left it out.
    step: StepId,
    /// What people have to do.
    what: String,
}

/// Like failures of one step.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Failed {
    /// The step.
    step: StepId,
    /// How it was met.
    #[schemars(extend("enum" = ["not_done", "unknown", "look", "stop", "alarm"]))]
    how: &'static str,
    /// How many.
    count: u64,
    /// The first of them.
    first_at: Timestamp,
    /// The last of them.
    last: Failure,
    /// `done`, `undone` or `skipped`; null where it is not overcome.
    overcome: Option<&'static str>,
    /// When.
    overcome_at: Option<Timestamp>,
}

/// Like AWS calls.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Calls {
    /// The service.
    service: String,
    /// The operation.
    operation: String,
    /// Whose credentials signed; null for the operator's own.
    account: Option<AccountId>,
    /// How many.
    count: u64,
    /// How many failed.
    failed: u64,
    /// How long they took together.
    millis: u64,
}

fn call(count: &crate::CallCount) -> Calls {
    Calls {
        service: count.service.clone(),
        operation: count.operation.clone(),
        account: count.account.clone(),
        count: count.count,
        failed: count.failed,
        millis: count.millis,
    }
}

/// What steps took beside what was expected, sort by sort.
pub(super) fn accuracy(facts: &Facts<'_>) -> Vec<Accuracy> {
    let sorts = crate::accuracy::by_action(facts).into_iter();
    let value = |(action, sort): (String, crate::accuracy::Accuracy)| Accuracy {
        action,
        steps: sort.steps,
        expected_seconds: seconds(sort.expected),
        taken_seconds: seconds(sort.taken),
        error_percent: sort.error(),
        within_p90: sort.within,
        samples: sort.samples,
    };
    sorts.map(value).collect()
}

/// The gates.
pub(super) fn gates(facts: &Facts<'_>) -> Vec<Gate> {
    let value = |gate: &model::GateSpec| Gate {
        name: gate.name.clone(),
        ask: gate.ask.clone(),
        after: gate.after.clone(),
        typed: gate.typed.clone(),
        people: gate.people,
        approved: facts
            .run
            .as_ref()
            .map(|run| matches!(run.state.gates[&gate.name], GateState::Approved { .. })),
        asked: facts.run.as_ref().map(|run| {
            let askings = run.history.gates.get(&gate.name).map_or(&[][..], Vec::as_slice);
            askings.iter().map(asked).collect()
        }),
    };
    facts.plan.gates.iter().map(value).collect()
}

fn asked(asking: &Asking) -> Asked {
    Asked {
        asked_at: asking.asked,
        shown: asking.shown.clone(),
        approved: asking.approved.as_ref().map(|approval| Approved {
            by: approval.by.clone(),
            at: approval.at,
            plan_digest: approval.digest.clone(),
            evidence_digest: approval.evidence.clone(),
        }),
        voided: asking.voided.as_ref().map(|(at, reason)| Voided {
            at: *at,
            reason: reason.clone(),
        }),
    }
}

fn failure(mishap: &Mishap) -> Failed {
    let how = match mishap.kind {
        MishapKind::NotDone => "not_done",
        MishapKind::Unknown => "unknown",
        MishapKind::Look => "look",
        MishapKind::Stop => "stop",
        MishapKind::Alarm => "alarm",
    };
    let (overcome, at) = match mishap.after {
        None => (None, None),
        Some(After::Done(at)) => (Some("done"), Some(at)),
        Some(After::Undone(at)) => (Some("undone"), Some(at)),
        Some(After::Skipped(at)) => (Some("skipped"), Some(at)),
    };
    Failed {
        step: mishap.step.clone(),
        how,
        count: mishap.count,
        first_at: mishap.first,
        last: mishap.failure.clone(),
        overcome,
        overcome_at: at,
    }
}

/// What was skipped and is left for people.
pub(super) fn left_out(run: &RunFacts) -> Vec<LeftOut> {
    let left = run.state.left_out().into_iter();
    left.map(|(step, what)| LeftOut {
        step: step.clone(),
        what: what.to_owned(),
    })
    .collect()
}

/// What failed on the way.
pub(super) fn failures(run: &RunFacts) -> Vec<Failed> {
    run.history.mishaps.iter().map(failure).collect()
}

/// The AWS calls.
pub(super) fn calls(calls: &crate::CallSummary) -> Vec<Calls> {
    calls.counts.iter().map(call).collect()
}
