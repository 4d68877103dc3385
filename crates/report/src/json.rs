//! The report as JSON, for programs: facts without words, in seconds and UTC. Its types are its schema (`cleave schema report`).

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::event::{Verdict, WorldKind};
use model::plan::{AccountAccess, Estimate, Note, Overrun};
use model::state::GateState;
use model::window::{Freeze, Window};
use model::{AccountId, Digest, Failure, GateName, Phase, Region, ResourceRef, Rewrite, RunId, Side, StepId, Undo};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;

use crate::RehearsedBefore;
use crate::costs::{self, CostsJson};
use crate::facts::{Down, Facts, Standing, done_millis};
use crate::history::{After, Asking, Mishap, MishapKind};
use crate::products;

/// The version of this format. A field that is added does not raise it.
const REPORT_FORMAT: u32 = 1;

/// Renders JSON.
pub(crate) fn page(facts: &Facts<'_>) -> String {
    let mut text = serde_json::to_string_pretty(&report(facts)).expect("its maps have only string keys");
    text.push('\n');
    text
}

/// The JSON Schema (draft 2020-12) of a report's JSON.
pub fn json_schema() -> Value {
    let settings = SchemaSettings::draft2020_12().for_serialize();
    let settings = settings.with_transform(schemars::transform::RecursiveTransform(closed));
    settings.into_generator().into_root_schema_for::<Report>().to_value()
}

/// A field that the schema does not tell of would go unnoticed.
fn closed(schema: &mut Schema) {
    if let Some(members) = schema.as_object_mut()
        && members.contains_key("properties")
    {
        members.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
}

/// The report of a plan or of a run: `cleave plan`, `rehearse` and `report` write it.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(title = "cleave report")]
struct Report {
    /// The version of this format.
    format: u32,
    /// Whether a run is reported, or a plan of which nothing has been started.
    of: Of,
    /// Where the run took place; null for a plan.
    world: Option<WorldKind>,
    /// When the report was made, by the world's clock.
    generated_at: Timestamp,
    /// The time zone in which people are told moments.
    timezone: String,
    /// The migration's name, from the runbook.
    migration: String,
    /// The region in which everything regional lies.
    region: Region,
    /// The accounts and how they are entered, by side (`source`, `target`, `parent`).
    accounts: BTreeMap<String, AccountAccess>,
    /// What approvals name.
    plan_digest: Digest,
    /// The digest of the runbook's text.
    runbook_digest: Digest,
    /// When disturbing steps may start; empty: at any time.
    windows: Vec<Window>,
    /// Dates on which none starts.
    frozen: Vec<Freeze>,
    /// What becomes of an outage that outlasts its window.
    overrun: Overrun,
    /// How the plan or run stands.
    #[schemars(extend("enum" = [
        "ready", "blocked", "law_broken", "completed", "unwound", "taking_back", "paused", "login_expired", "needs_operator", "at_gate", "under_way"
    ]))]
    standing: &'static str,
    /// The run; null for a plan.
    run: Option<Run>,
    /// The hash of the last event of the journal that this report was made from; null for a plan.
    journal_hash: Option<String>,
    /// What contradicts itself in the journal; what is reported ends before it.
    journal_error: Option<String>,
    /// From the beginning to the end, waits included; of a plan with gates answered at once and windows open.
    makespan_seconds: f64,
    /// The same of the plan, where every step takes as long as nine in ten do at most.
    late_makespan_seconds: f64,
    /// The longest chain of steps that wait for one another.
    critical_path_seconds: f64,
    /// Its steps.
    critical_path: Vec<StepId>,
    /// Its length by the estimates.
    estimated_critical_path_seconds: f64,
    /// How many steps there are.
    steps_total: usize,
    /// How many are done.
    steps_done: usize,
    /// The points of no return.
    cannot_be_undone: Vec<StepId>,
    /// What to know before agreeing.
    notes: Vec<Note>,
    /// What AWS will charge; null where nothing was priced.
    costs: Option<CostsJson>,
    /// What moves.
    resources: Vec<Resource>,
    /// Whose it is, product by product.
    products: Vec<Product>,
    /// Texts that stand otherwise in the target.
    rewrites: Vec<Rewrite>,
    /// Where a person must agree.
    gates: Vec<Gate>,
    /// Every step, in order.
    steps: Vec<Step>,
    /// What steps took beside what was expected, sort by sort; empty for a plan.
    accuracy: Vec<Accuracy>,
    /// What was skipped and is left for people; null for a plan.
    left_out: Option<Vec<LeftOut>>,
    /// What failed on the way; null for a plan.
    failures: Option<Vec<Failed>>,
    /// The AWS calls by service, operation and account; null where none were recorded.
    calls: Option<Vec<Calls>>,
    /// The laws that were broken, in words; null where nobody checked them.
    law_violations: Option<Vec<String>>,
    /// The rehearsals that it rests on; null where none is told of.
    rehearsed: Option<RehearsedBefore>,
}

#[derive(Debug, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
enum Of {
    Plan,
    Run,
}

/// A run.
#[derive(Debug, Serialize, JsonSchema)]
struct Run {
    /// Its id.
    id: RunId,
    /// The seed of its random choices.
    seed: u64,
    /// How it ended; null while it is under way.
    verdict: Option<Verdict>,
    /// Its first event.
    began_at: Timestamp,
    /// Its last event.
    last_event_at: Timestamp,
    /// How many events there are.
    events: u64,
}

/// A moment of a run, or seconds from the beginning of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum When {
    /// Of a run.
    At(Timestamp),
    /// Of a plan.
    After(f64),
}

/// Something that moves.
#[derive(Debug, Serialize, JsonSchema)]
struct Resource {
    /// Its kind, such as `bucket`.
    kind: String,
    /// Its name in the source.
    name: String,
    /// Its product; null where nobody says.
    product: Option<String>,
    /// Whether any of its steps disturbs.
    disturbs: bool,
    /// From when it does not serve; null where it has not been disturbed.
    disturbed_from: Option<When>,
    /// Until when; null also while it is still down.
    disturbed_until: Option<When>,
    /// Whether it did not serve at the last event.
    still_down: bool,
    /// For how long it does not serve.
    down_seconds: f64,
    /// For how long the plan expected it not to.
    expected_down_seconds: f64,
    /// The same, where every step takes as long as nine in ten do at most.
    late_down_seconds: f64,
    /// Its steps.
    steps: Vec<StepId>,
}

/// A product, and what of it moves.
#[derive(Debug, Serialize, JsonSchema)]
struct Product {
    /// Its name; null for what nobody says the product of.
    product: Option<String>,
    /// Who answers for it.
    owner: Option<String>,
    /// What of it moves.
    resources: Vec<ResourceRef>,
    /// The gates before its resources.
    gates: Vec<GateName>,
    /// For how long any one of its resources does not serve at most.
    longest_down_seconds: f64,
}

/// A gate.
#[derive(Debug, Serialize, JsonSchema)]
struct Gate {
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

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
struct Step {
    /// Its id.
    id: StepId,
    /// What it moves.
    resource: ResourceRef,
    /// Whose credentials its call uses.
    side: Side,
    /// The part of the night.
    phase: Phase,
    /// What it does, in words.
    title: String,
    /// Whether users may notice.
    disturbs: bool,
    /// Whether it can be taken back.
    undo: Undo,
    /// What it is expected to take, in seconds.
    estimate: Estimate,
    /// The steps before it.
    needs: Vec<StepId>,
    /// The gates before it.
    gates: Vec<GateName>,
    /// Whether it lies on the longest chain.
    on_critical_path: bool,
    #[serde(flatten)]
    more: StepMore,
}

/// What else is told of a step.
#[derive(Debug, Serialize, JsonSchema)]
struct StepMore {
    /// Of a plan: its expected start, from the beginning.
    #[serde(skip_serializing_if = "Option::is_none")]
    starts_after_seconds: Option<f64>,
    /// Of a plan: its inputs, as its action reads them.
    #[serde(skip_serializing_if = "Option::is_none")]
    input: Option<Value>,
    /// Of a run: how it stands.
    #[serde(skip_serializing_if = "Option::is_none")]
    status: Option<&'static str>,
    /// Of a run: its first beginning; null where it has not begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    started_at: Option<Option<Timestamp>>,
    /// Of a run: its end.
    #[serde(skip_serializing_if = "Option::is_none")]
    ended_at: Option<Option<Timestamp>>,
    /// Of a run: what it took, waits for people not counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    took_seconds: Option<f64>,
    /// Of a run: how often it was begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    attempts: Option<u32>,
    /// Of a run: what proves that it is done.
    #[serde(skip_serializing_if = "Option::is_none")]
    evidence: Option<Option<String>>,
}

/// A sort of step: expected beside taken.
#[derive(Debug, Serialize, JsonSchema)]
struct Accuracy {
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
struct LeftOut {
    /// The step that left it out.
    step: StepId,
    /// What people have to do.
    what: String,
}

/// Like failures of one step.
#[derive(Debug, Serialize, JsonSchema)]
struct Failed {
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
struct Calls {
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

fn seconds(millis: i64) -> f64 {
    millis as f64 / 1000.0
}

fn report(facts: &Facts<'_>) -> Report {
    let run = facts.run.as_ref();
    let plan = &facts.plan;
    let irreversible = plan.steps.iter().filter(|step| matches!(step.undo, Undo::None { .. }));
    Report {
        format: REPORT_FORMAT,
        of: if run.is_some() { Of::Run } else { Of::Plan },
        world: facts.world(),
        generated_at: facts.generated_at,
        timezone: facts.moments.iana.clone(),
        migration: plan.migration.clone(),
        region: plan.region.clone(),
        accounts: plan
            .accounts
            .iter()
            .map(|(side, access)| (side.to_string(), access.clone()))
            .collect(),
        plan_digest: facts.digest.clone(),
        runbook_digest: plan.runbook.clone(),
        windows: plan.windows.clone(),
        frozen: plan.frozen.clone(),
        overrun: plan.overrun,
        standing: standing(facts),
        run: run.map(|run| Run {
            id: run.state.run.clone(),
            seed: run.state.seed,
            verdict: run.state.ended,
            began_at: run.state.started_at,
            last_event_at: run.state.last_at,
            events: run.state.last_seq,
        }),
        journal_hash: facts.journal_hash.map(str::to_owned),
        journal_error: facts.broken.clone(),
        makespan_seconds: seconds(facts.makespan()),
        late_makespan_seconds: seconds(facts.late_makespan()),
        critical_path_seconds: seconds(facts.chain().millis),
        critical_path: facts.chain().steps.clone(),
        estimated_critical_path_seconds: seconds(facts.expected_chain.millis),
        steps_total: plan.steps.len(),
        steps_done: facts.count(|status| *status == model::state::StepStatus::Done),
        cannot_be_undone: irreversible.map(|step| step.id.clone()).collect(),
        notes: plan.notes.clone(),
        costs: costs::value(facts),
        resources: plan
            .resources()
            .iter()
            .map(|resource| resource_value(facts, resource))
            .collect(),
        products: products::all(facts)
            .into_iter()
            .map(|product| Product {
                gates: product.gates(facts).into_iter().map(|gate| gate.name.clone()).collect(),
                longest_down_seconds: seconds(product.longest_down(facts)),
                product: product.name,
                owner: product.owner,
                resources: product.resources,
            })
            .collect(),
        rewrites: plan.rewrites.clone(),
        gates: gates(facts),
        steps: plan.steps.iter().map(|step| step_value(facts, step)).collect(),
        accuracy: accuracy(facts),
        left_out: run.map(|run| {
            let left = run.state.left_out().into_iter();
            left.map(|(step, what)| LeftOut {
                step: step.clone(),
                what: what.to_owned(),
            })
            .collect()
        }),
        failures: run.map(|run| run.history.mishaps.iter().map(failure).collect()),
        calls: facts.calls.map(|calls| calls.counts.iter().map(calls_value).collect()),
        law_violations: facts.laws.map(<[String]>::to_vec),
        rehearsed: facts.rehearsed.cloned(),
    }
}

fn calls_value(count: &crate::CallCount) -> Calls {
    Calls {
        service: count.service.clone(),
        operation: count.operation.clone(),
        account: count.account.clone(),
        count: count.count,
        failed: count.failed,
        millis: count.millis,
    }
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

fn resource_value(facts: &Facts<'_>, resource: &ResourceRef) -> Resource {
    let down = facts.down(resource);
    let moment = |millis: i64| match &facts.run {
        Some(_) => When::At(Timestamp::from_millisecond(millis).expect("it came from a moment of the run")),
        None => When::After(seconds(millis)),
    };
    let (from, to, still) = match down {
        Down::Never | Down::NotYet => (None, None, false),
        Down::Was { from, to } => (Some(moment(from)), Some(moment(to)), false),
        Down::Still { from, .. } => (Some(moment(from)), None, true),
    };
    Resource {
        kind: resource.kind.clone(),
        name: resource.name.clone(),
        product: facts.plan.product_of(resource).map(str::to_owned),
        disturbs: down != Down::Never,
        disturbed_from: from,
        disturbed_until: to,
        still_down: still,
        down_seconds: seconds(down.millis()),
        expected_down_seconds: seconds(facts.expected_down(resource).millis()),
        late_down_seconds: seconds(facts.late_down(resource).millis()),
        steps: facts.steps_of(resource).map(|step| step.id.clone()).collect(),
    }
}

fn step_value(facts: &Facts<'_>, step: &model::StepSpec) -> Step {
    let state = facts.step_state(&step.id);
    let spans = facts.spans_of(&step.id);
    let planned = state.is_none();
    Step {
        id: step.id.clone(),
        resource: step.resource.clone(),
        side: step.side,
        phase: step.phase,
        title: step.title.clone(),
        disturbs: step.disturbs,
        undo: step.undo.clone(),
        estimate: step.estimate,
        needs: step.needs.clone(),
        gates: step.gates.clone(),
        on_critical_path: facts.chain().steps.contains(&step.id),
        more: StepMore {
            starts_after_seconds: facts
                .schedule
                .get(&step.id)
                .filter(|_| planned)
                .map(|(from, _)| seconds(*from)),
            input: planned.then(|| step.input.clone()),
            status: state.map(|state| state.status.word()),
            started_at: state.map(|_| spans.first().map(|span| span.from)),
            ended_at: state.map(|state| state.ended_at),
            took_seconds: state.map(|_| seconds(done_millis(spans))),
            attempts: state.map(|state| state.attempts),
            evidence: state.map(|state| state.evidence.clone()),
        },
    }
}

/// What steps took beside what was expected, sort by sort.
fn accuracy(facts: &Facts<'_>) -> Vec<Accuracy> {
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

fn gates(facts: &Facts<'_>) -> Vec<Gate> {
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
