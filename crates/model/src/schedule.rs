//! When the steps of a plan take place before any has run: each as soon as its needs allow, its gates' evidence is there and its limit has
//! room, what is furthest from the end first; gates are answered at once and windows stand open.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use crate::ids::ResourceRef;
use crate::paths::Paths;
use crate::plan::{Phase, Plan, StepSpec};

/// When each step begins and ends, in the plan's order and in the unit of `takes`, from the run's beginning.
pub fn schedule(plan: &Plan, takes: impl Fn(&StepSpec) -> u64) -> Vec<(u64, u64)> {
    let paths = Paths::of_plan(plan);
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); plan.steps.len()];
    let mut missing = vec![0_usize; plan.steps.len()];
    for (place, missing) in missing.iter_mut().enumerate() {
        for &earlier in paths.before(place) {
            behind[earlier].push(place);
            *missing += 1;
        }
    }
    let first = |place: usize| (Reverse(paths.to_the_end(place)), place);
    let mut spans = vec![(0, 0); plan.steps.len()];
    let mut ready: BTreeSet<_> = (0..missing.len())
        .filter(|place| missing[*place] == 0)
        .map(first)
        .collect();
    // What is ready and has no room, by its limit.
    let mut held: BTreeMap<&str, BTreeSet<_>> = BTreeMap::new();
    let mut used: BTreeMap<&str, u32> = BTreeMap::new();
    let mut running: BTreeSet<(u64, usize)> = BTreeSet::new();
    let mut now = 0;
    loop {
        while let Some((far, place)) = ready.pop_first() {
            let step = &plan.steps[place];
            if let Some(limit) = step.limit.as_deref() {
                let most = plan.limits.get(limit).copied().unwrap_or(u32::MAX);
                let used = used.entry(limit).or_default();
                if *used >= most {
                    held.entry(limit).or_default().insert((far, place));
                    continue;
                }
                *used += 1;
            }
            let end = now + takes(step);
            spans[place] = (now, end);
            running.insert((end, place));
        }
        let Some((end, place)) = running.pop_first() else {
            return spans;
        };
        now = end;
        if let Some(limit) = plan.steps[place].limit.as_deref() {
            used.entry(limit).and_modify(|used| *used -= 1);
            ready.extend(held.get_mut(limit).and_then(BTreeSet::pop_first));
        }
        for &later in &behind[place] {
            missing[later] -= 1;
            if missing[later] == 0 {
                ready.insert(first(later));
            }
        }
    }
}

/// From when to when a resource is expected not to serve, by what [`schedule`] gave of the same plan: from the start of its first disturbing step to
/// the end of its last cutover step, or of its last disturbing one where nothing is cut over. None where nothing disturbs it.
pub fn interruption(plan: &Plan, spans: &[(u64, u64)], resource: &ResourceRef) -> Option<(u64, u64)> {
    let of = |which: fn(&StepSpec) -> bool| {
        let steps = plan.steps.iter().zip(spans);
        steps.filter(move |(step, _)| step.resource == *resource && which(step))
    };
    let disturbing = || of(|step| step.disturbs).map(|(_, span)| *span);
    let from = disturbing().map(|(from, _)| from).min()?;
    let cutover = of(|step| step.phase == Phase::Cutover).map(|(_, (_, to))| *to);
    let to = cutover.max().filter(|to| *to > from);
    let to = to.or_else(|| disturbing().map(|(_, to)| to).max()).unwrap_or(from);
    Some((from, to))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Estimate;
    use crate::sample::{plan, step};

    fn limited(n: usize, needs: &[usize], p50: u64) -> StepSpec {
        let mut step = step(n, needs, &[]);
        step.limit = Some("copies".into());
        step.estimate = Estimate { p50, p90: p50 };
        step
    }

    fn begins(plan: &Plan) -> Vec<u64> {
        let spans = schedule(plan, |step| step.estimate.p50);
        spans.into_iter().map(|(begins, _)| begins).collect()
    }

    #[test]
    fn of_two_places_the_longest_two_are_taken_first_and_the_others_when_one_ends() {
        let steps = vec![
            limited(0, &[], 100),
            limited(1, &[], 300),
            limited(2, &[], 50),
            limited(3, &[], 10),
        ];
        let mut plan = plan(steps, &[]);
        plan.limits.insert("copies".into(), 2);
        assert_eq!(begins(&plan), [0, 0, 100, 150]);
    }

    #[test]
    fn what_holds_back_the_end_takes_the_only_place_first_though_it_is_short() {
        let mut behind = step(2, &[1], &[]);
        behind.estimate = Estimate { p50: 500, p90: 500 };
        let plan = plan(vec![limited(0, &[], 100), limited(1, &[], 10), behind], &[]);
        assert_eq!(begins(&plan), [10, 0, 10]);
    }

    #[test]
    fn a_step_waits_for_its_gates_evidence_though_it_stands_later_in_the_plan() {
        let plan = plan(vec![step(0, &[], &[0]), step(1, &[], &[])], &[&[1]]);
        assert_eq!(begins(&plan), [10, 0]);
    }

    #[test]
    fn a_resource_does_not_serve_from_its_first_disturbing_step_to_its_last_cutover() {
        let mut steps = vec![
            step(0, &[], &[]),
            step(1, &[0], &[]),
            step(2, &[1], &[]),
            step(3, &[2], &[]),
        ];
        steps[1].disturbs = true;
        let resource = steps[0].resource.clone();
        let mut plan = plan(steps, &[]);
        let spans = schedule(&plan, |step| step.estimate.p50);
        assert_eq!(interruption(&plan, &spans, &resource), Some((10, 20)));
        plan.steps[2].phase = Phase::Cutover;
        assert_eq!(interruption(&plan, &spans, &resource), Some((10, 30)));
        plan.steps[1].disturbs = false;
        assert_eq!(interruption(&plan, &spans, &resource), None);
    }
}
