//! Steps in time before they have run: the longest chain of needs, and a schedule from estimates.

use std::collections::BTreeMap;

use model::paths::Paths;
use model::{Plan, StepId, StepSpec};

/// The longest chain of steps that wait for one another, through needs and through what gates are asked after.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Chain {
    /// Its length in milliseconds.
    pub(crate) millis: i64,
    /// Its steps, first to last.
    pub(crate) steps: Vec<StepId>,
}

/// The longest chain, each step taking as long as `takes` says, in milliseconds.
pub(crate) fn longest(plan: &Plan, takes: impl Fn(&StepSpec) -> i64) -> Chain {
    let paths = Paths::of_plan(plan);
    let mut ends: Vec<(i64, Option<usize>)> = vec![(0, None); plan.steps.len()];
    for place in paths.in_order() {
        let latest = paths
            .before(place)
            .iter()
            .copied()
            .max_by_key(|earlier| ends[*earlier].0);
        let start = latest.map_or(0, |earlier| ends[earlier].0);
        ends[place] = (start + takes(&plan.steps[place]), latest);
    }
    // The first of equals in plan order, so that the same plan always shows the same chain.
    let mut last = (0..ends.len()).rev().max_by_key(|place| ends[*place].0);
    let millis = last.map_or(0, |last| ends[last].0);
    let mut steps = Vec::new();
    while let Some(place) = last {
        steps.push(plan.steps[place].id.clone());
        last = ends[place].1;
    }
    steps.reverse();
    Chain { millis, steps }
}

/// When each step is expected to start and end, in milliseconds from the beginning, each taking as long as `takes` says.
pub(crate) fn schedule(plan: &Plan, takes: impl Fn(&StepSpec) -> i64) -> BTreeMap<StepId, (i64, i64)> {
    let takes = |step: &StepSpec| u64::try_from(takes(step)).unwrap_or(0);
    let millis = |at: u64| i64::try_from(at).unwrap_or(i64::MAX);
    let spans = model::schedule::schedule(plan, takes).into_iter();
    let steps = plan.steps.iter().map(|step| step.id.clone());
    steps.zip(spans.map(|(from, to)| (millis(from), millis(to)))).collect()
}
