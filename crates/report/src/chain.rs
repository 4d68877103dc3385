//! Steps in time before they have run: the longest chain of needs, and a schedule from estimates.

use std::collections::BTreeMap;

use model::{Plan, StepId, StepSpec};

use crate::facts::expected_millis;

/// The longest chain of steps that wait for one another, through needs and through what gates are asked after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Its length in milliseconds.
    pub(crate) millis: i64,
    /// Its steps, first to last.
    pub(crate) steps: Vec<StepId>,
}

/// What must be done before a step, gates' evidence included.
fn before<'a>(plan: &'a Plan, step: &'a StepSpec) -> impl Iterator<Item = &'a StepId> {
    let through_gates = step
        .gates
        .iter()
        .filter_map(|name| plan.gate(name))
        .flat_map(|gate| &gate.after);
    step.needs.iter().chain(through_gates)
}

/// The longest chain, each step taking as long as `takes` says, in milliseconds.
pub(crate) fn longest(plan: &Plan, takes: impl Fn(&StepSpec) -> i64) -> Chain {
    let mut ends: BTreeMap<&StepId, (i64, Option<&StepId>)> = BTreeMap::new();
    for step in &plan.steps {
        let latest = before(plan, step)
            .filter_map(|id| Some((ends.get(id)?.0, id)))
            .max_by_key(|(end, _)| *end);
        let start = latest.map_or(0, |(end, _)| end);
        ends.insert(&step.id, (start + takes(step), latest.map(|(_, id)| id)));
    }
    // The first of equals in plan order, so that the same plan always shows the same chain.
    let mut last: Option<&StepId> = None;
    for step in &plan.steps {
        if last.is_none_or(|last| ends[&step.id].0 > ends[last].0) {
            last = Some(&step.id);
        }
    }
    let millis = last.map_or(0, |last| ends[last].0);
    let mut steps = Vec::new();
    while let Some(id) = last {
        steps.push(id.clone());
        last = ends[id].1;
    }
    steps.reverse();
    Chain { millis, steps }
}

/// When each step is expected to start and end, in milliseconds from the beginning, each taking its median.
pub(crate) fn schedule(plan: &Plan) -> BTreeMap<StepId, (i64, i64)> {
    let takes = |step: &StepSpec| u64::try_from(expected_millis(step)).unwrap_or(0);
    let millis = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
    let spans = model::schedule::schedule(plan, takes).into_iter();
    let steps = plan.steps.iter().map(|step| step.id.clone());
    steps.zip(spans.map(|(from, to)| (millis(from), millis(to)))).collect()
}
