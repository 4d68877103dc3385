//! Steps in time before they have run: the longest chain of needs, and a schedule from estimates.

use std::collections::{BTreeMap, BTreeSet};

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

/// When each step is expected to start and end, in milliseconds from the beginning: as soon as its needs allow and its limit
/// has room, in plan order, each taking its median; gates are answered at once and windows stand open.
pub(crate) fn schedule(plan: &Plan) -> BTreeMap<StepId, (i64, i64)> {
    let mut spans: BTreeMap<StepId, (i64, i64)> = BTreeMap::new();
    let mut running: BTreeSet<(i64, usize)> = BTreeSet::new();
    let mut used: BTreeMap<&str, u32> = BTreeMap::new();
    let mut done: BTreeSet<&StepId> = BTreeSet::new();
    let mut left: Vec<usize> = (0..plan.steps.len()).collect();
    let mut now = 0;
    loop {
        left.retain(|&place| {
            let step = &plan.steps[place];
            if !before(plan, step).all(|id| done.contains(id)) {
                return true;
            }
            if let Some(limit) = step.limit.as_deref() {
                let most = plan.limits.get(limit).copied().unwrap_or(u32::MAX);
                let used = used.entry(limit).or_default();
                if *used >= most {
                    return true;
                }
                *used += 1;
            }
            let end = now + expected_millis(step);
            spans.insert(step.id.clone(), (now, end));
            running.insert((end, place));
            false
        });
        let Some((end, place)) = running.pop_first() else {
            return spans;
        };
        now = end;
        let step = &plan.steps[place];
        done.insert(&step.id);
        if let Some(used) = step.limit.as_deref().and_then(|limit| used.get_mut(limit)) {
            *used -= 1;
        }
    }
}
