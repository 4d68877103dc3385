//! The report as JSON, for programs: facts without words, in seconds and UTC.

use model::state::GateState;
use serde_json::{Value, json};

use crate::costs;
use crate::facts::{Down, Facts, Standing, done_millis};
use crate::history::{After, Mishap, MishapKind};

/// The version of this format.
const REPORT_FORMAT: u32 = 1;

/// Renders JSON.
pub(crate) fn page(facts: &Facts<'_>) -> String {
    let mut text = serde_json::to_string_pretty(&report(facts)).expect("a JSON value is always writable");
    text.push('\n');
    text
}

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

fn report(facts: &Facts<'_>) -> Value {
    let run = facts.run.as_ref();
    let steps: Vec<Value> = facts.plan.steps.iter().map(|step| step_value(facts, step)).collect();
    let irreversible = facts
        .plan
        .steps
        .iter()
        .filter(|step| matches!(step.undo, model::Undo::None { .. }));
    json!({
        "format": REPORT_FORMAT,
        "of": if run.is_some() { "run" } else { "plan" },
        "world": facts.world(),
        "generated_at": facts.generated_at,
        "timezone": facts.moments.iana,
        "migration": facts.plan.migration,
        "region": facts.plan.region,
        "accounts": facts.plan.accounts,
        "plan_digest": facts.digest,
        "runbook_digest": facts.plan.runbook,
        "windows": facts.plan.windows,
        "frozen": facts.plan.frozen,
        "overrun": facts.plan.overrun,
        "standing": standing(facts),
        "run": run.map(|run| json!({
            "id": run.state.run,
            "seed": run.state.seed,
            "verdict": run.state.ended,
            "began_at": run.state.started_at,
            "last_event_at": run.state.last_at,
            "events": run.state.last_seq,
        })),
        "journal_error": facts.broken,
        "makespan_seconds": seconds(facts.makespan()),
        "critical_path_seconds": seconds(facts.chain().millis),
        "critical_path": facts.chain().steps,
        "estimated_critical_path_seconds": seconds(facts.expected_chain.millis),
        "steps_total": facts.plan.steps.len(),
        "steps_done": facts.count(|status| *status == model::state::StepStatus::Done),
        "cannot_be_undone": irreversible.map(|step| &step.id).collect::<Vec<_>>(),
        "notes": facts.plan.notes,
        "costs": costs::value(facts),
        "resources": facts.plan.resources().iter().map(|resource| resource_value(facts, resource)).collect::<Vec<_>>(),
        "gates": gates(facts),
        "steps": steps,
        "accuracy": accuracy(facts),
        "left_out": run.map(|run| run.state.left_out()),
        "failures": run.map(|run| run.history.mishaps.iter().map(failure).collect::<Vec<_>>()),
        "calls": facts.calls.map(|calls| calls.counts.iter().map(|count| json!({
            "service": count.service,
            "operation": count.operation,
            "account": count.account,
            "count": count.count,
            "failed": count.failed,
            "millis": count.millis,
        })).collect::<Vec<_>>()),
        "law_violations": facts.laws,
    })
}

fn standing(facts: &Facts<'_>) -> &'static str {
    match facts.standing() {
        Standing::Ready => "ready",
        Standing::Blocked => "blocked",
        Standing::LawBroken => "law_broken",
        Standing::Completed(_) => "completed",
        Standing::Unwound => "unwound",
        Standing::TakingBack => "taking_back",
        Standing::Paused(_) => "paused",
        Standing::LoginExpired(_) => "login_expired",
        Standing::NeedsOperator => "needs_operator",
        Standing::AtGate(_) => "at_gate",
        Standing::UnderWay => "under_way",
    }
}

fn resource_value(facts: &Facts<'_>, resource: &model::ResourceRef) -> Value {
    let down = facts.down(resource);
    let moment = |millis: i64| match &facts.run {
        Some(_) => json!(jiff::Timestamp::from_millisecond(millis).expect("it came from a moment of the run")),
        None => json!(seconds(millis)),
    };
    let (from, to, still) = match down {
        Down::Never | Down::NotYet => (Value::Null, Value::Null, false),
        Down::Was { from, to } => (moment(from), moment(to), false),
        Down::Still { from, .. } => (moment(from), Value::Null, true),
    };
    json!({
        "kind": resource.kind,
        "name": resource.name,
        "disturbs": down != Down::Never,
        "disturbed_from": from,
        "disturbed_until": to,
        "still_down": still,
        "down_seconds": seconds(down.millis()),
        "steps": facts.steps_of(resource).map(|step| &step.id).collect::<Vec<_>>(),
    })
}

fn step_value(facts: &Facts<'_>, step: &model::StepSpec) -> Value {
    let mut value = json!({
        "id": step.id,
        "resource": step.resource,
        "side": step.side,
        "phase": step.phase,
        "title": step.title,
        "disturbs": step.disturbs,
        "undo": step.undo,
        "estimate": step.estimate,
        "needs": step.needs,
        "gates": step.gates,
        "on_critical_path": facts.chain().steps.contains(&step.id),
    });
    let more = match facts.step_state(&step.id) {
        None => json!({
            "starts_after_seconds": facts.schedule.get(&step.id).map(|(from, _)| seconds(*from)),
            "input": step.input,
        }),
        Some(state) => {
            let spans = facts.spans_of(&step.id);
            json!({
                "status": state.status.word(),
                "started_at": spans.first().map(|span| span.from),
                "ended_at": state.ended_at,
                "took_seconds": seconds(done_millis(spans)),
                "attempts": state.attempts,
                "evidence": state.evidence,
            })
        }
    };
    if let (Value::Object(value), Value::Object(more)) = (&mut value, more) {
        value.extend(more);
    }
    value
}

/// What steps took beside what was expected, sort by sort.
fn accuracy(facts: &Facts<'_>) -> Vec<Value> {
    let sorts = crate::accuracy::by_action(facts).into_iter();
    let value = |(action, sort): (String, crate::accuracy::Accuracy)| {
        json!({
            "action": action, "steps": sort.steps, "expected_seconds": seconds(sort.expected), "taken_seconds": seconds(sort.taken),
            "error_percent": sort.error(), "within_p90": sort.within, "samples": sort.samples,
        })
    };
    sorts.map(value).collect()
}

fn gates(facts: &Facts<'_>) -> Vec<Value> {
    let gate_value = |gate: &model::GateSpec| {
        let askings = facts.run.as_ref().map(|run| {
            let askings = run.history.gates.get(&gate.name).map_or(&[][..], Vec::as_slice);
            let value = |asking: &crate::history::Asking| {
                json!({
                    "asked_at": asking.asked,
                    "shown": asking.shown,
                    "approved": asking.approved.as_ref().map(|approval| json!({
                        "by": approval.by,
                        "at": approval.at,
                        "plan_digest": approval.digest,
                        "evidence_digest": approval.evidence,
                    })),
                    "voided": asking.voided.as_ref().map(|(at, reason)| json!({ "at": at, "reason": reason })),
                })
            };
            askings.iter().map(value).collect::<Vec<_>>()
        });
        let open = facts
            .run
            .as_ref()
            .map(|run| matches!(run.state.gates[&gate.name], GateState::Approved { .. }));
        json!({
            "name": gate.name,
            "ask": gate.ask,
            "after": gate.after,
            "typed": gate.typed,
            "people": gate.people,
            "approved": open,
            "asked": askings,
        })
    };
    facts.plan.gates.iter().map(gate_value).collect()
}

fn failure(mishap: &Mishap) -> Value {
    let how = match mishap.kind {
        MishapKind::NotDone => "not_done",
        MishapKind::Unknown => "unknown",
        MishapKind::Look => "look",
        MishapKind::Stop => "stop",
        MishapKind::Alarm => "alarm",
    };
    let (overcome, at) = match mishap.after {
        None => (Value::Null, None),
        Some(After::Done(at)) => (json!("done"), Some(at)),
        Some(After::Undone(at)) => (json!("undone"), Some(at)),
        Some(After::Skipped(at)) => (json!("skipped"), Some(at)),
    };
    json!({
        "step": mishap.step,
        "how": how,
        "count": mishap.count,
        "first_at": mishap.first,
        "last": mishap.failure,
        "overcome": overcome,
        "overcome_at": at,
    })
}
