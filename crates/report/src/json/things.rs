//! What the JSON tells of things and steps: as they are planned, and how they stand.

use jiff::Timestamp;
use model::plan::Estimate;
use model::{GateName, Phase, ResourceRef, Rewrite, Side, StepId, StepSpec, Undo};
use schemars::JsonSchema;
use serde::Serialize;
use serde_json::Value;

use super::{When, seconds};
use crate::facts::{Down, Facts, done_millis};
use crate::{products, rewrites};

/// Something that moves.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Resource {
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
pub(super) struct Product {
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

/// A step.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Step {
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

/// A resource.
pub(super) fn resource(facts: &Facts<'_>, resource: &ResourceRef) -> Resource {
    let down = facts.down(resource);
    let moment = |millis: i64| When::of(millis, facts.is_by_clock());
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

/// A step.
pub(super) fn step(facts: &Facts<'_>, step: &StepSpec) -> Step {
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

/// The products.
pub(super) fn products(facts: &Facts<'_>) -> Vec<Product> {
    let product = |product: products::Product| Product {
        gates: product.gates(facts).into_iter().map(|gate| gate.name.clone()).collect(),
        longest_down_seconds: seconds(product.longest_down(facts)),
        product: product.name,
        owner: product.owner,
        resources: product.resources,
    };
    products::all(facts).into_iter().map(product).collect()
}

/// A text that stands otherwise in the target, or for a part of the run.
#[derive(Debug, Serialize, JsonSchema)]
pub(super) struct Rewritten {
    #[serde(flatten)]
    rewrite: Rewrite,
    /// When it is changed: with `meanwhile`, else null. Of a plan in moments where it has windows or frozen dates.
    opened_at: Option<When>,
    /// When the change is taken back.
    closed_at: Option<When>,
    /// Of a plan: when it has been taken back in nine cases of ten.
    closed_late_at: Option<When>,
}

/// A text that is rewritten.
pub(super) fn rewritten(facts: &Facts<'_>, rewrite: &Rewrite) -> Rewritten {
    let meanwhile = rewrite.meanwhile.as_ref();
    let opened = meanwhile.and_then(|meanwhile| facts.takes_place(&meanwhile.opened));
    let closed = meanwhile.and_then(|meanwhile| rewrites::closed(facts, meanwhile));
    let moment = |millis: i64| When::of(millis, facts.is_by_clock());
    Rewritten {
        rewrite: rewrite.clone(),
        opened_at: opened.map(|place| moment(place.begins)),
        closed_at: closed.map(|closed| moment(closed.at)),
        closed_late_at: closed.and_then(|closed| closed.late).map(moment),
    }
}
