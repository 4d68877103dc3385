//! The report as JSON, for programs: facts without words, in seconds and UTC. Its types are its schema (`cleave schema report`).

mod disturbing;
mod happened;
mod things;

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::event::{Verdict, WorldKind};
use model::plan::{AccountAccess, Note, Overrun};
use model::window::{Freeze, Window};
use model::{Digest, Region, RunId, StepId, Undo};
use schemars::generate::SchemaSettings;
use schemars::{JsonSchema, Schema};
use serde::Serialize;
use serde_json::Value;

use crate::RehearsedBefore;
use crate::costs::{self, CostsJson};
use crate::facts::{Facts, Standing};
use disturbing::WindowUsed;
use happened::{Accuracy, Calls, Failed, Gate, LeftOut};
use things::{Product, Resource, Rewritten, Step};

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
    /// When something disturbs, window by window: of a run as it was, of a plan as it is expected if the run is begun when the report is made. Empty for
    /// a plan without windows and frozen dates.
    windows_used: Vec<WindowUsed>,
    /// Texts that stand otherwise in the target, or for a part of the run.
    rewrites: Vec<Rewritten>,
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

/// A moment, or seconds from the beginning of a plan.
#[derive(Debug, Serialize, JsonSchema)]
#[serde(untagged)]
enum When {
    /// By the clock.
    At(Timestamp),
    /// Of a plan.
    After(f64),
}

impl When {
    /// Of milliseconds since 1970, or since the beginning of a plan.
    fn of(millis: i64, by_clock: bool) -> Self {
        match by_clock {
            true => Self::At(Timestamp::from_millisecond(millis).expect("it came from a moment")),
            false => Self::After(seconds(millis)),
        }
    }
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
            .map(|resource| things::resource(facts, resource))
            .collect(),
        products: things::products(facts),
        windows_used: disturbing::all(facts),
        rewrites: plan.rewrites.iter().map(|one| things::rewritten(facts, one)).collect(),
        gates: happened::gates(facts),
        steps: plan.steps.iter().map(|step| things::step(facts, step)).collect(),
        accuracy: happened::accuracy(facts),
        left_out: run.map(happened::left_out),
        failures: run.map(happened::failures),
        calls: facts.calls.map(happened::calls),
        law_violations: facts.laws.map(<[String]>::to_vec),
        rehearsed: facts.rehearsed.cloned(),
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
