//! Which steps lie behind which, through needs and through the gates that they wait for, and how long the ways are. It looks at a plan
//! alone: what has happened since does not shorten a way.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::OnceLock;

use crate::ids::{GateName, StepId};
use crate::plan::{Plan, StepSpec};

/// The ways through a plan. Steps are named by their places in it.
#[derive(Debug, Clone, Default)]
pub struct Paths {
    /// What must be settled before each step: its needs, and the evidence of its gates.
    before: Vec<Vec<usize>>,
    /// Each step behind all that lies before it; found out when somebody asks, as a plan may grow a thousand times before that.
    order: OnceLock<Vec<usize>>,
    /// See [`Paths::room`].
    room: Vec<u64>,
    /// See [`Paths::to_the_end`].
    to_the_end: Vec<u64>,
}

/// What was found out already makes no difference.
impl PartialEq for Paths {
    fn eq(&self, other: &Self) -> bool {
        self.before == other.before
            && self.order() == other.order()
            && self.room == other.room
            && self.to_the_end == other.to_the_end
    }
}

impl Paths {
    /// The ways through a plan.
    pub fn of(plan: &Plan, by_id: &BTreeMap<StepId, usize>) -> Self {
        let after: BTreeMap<&GateName, Vec<usize>> = plan
            .gates
            .iter()
            .map(|gate| {
                (
                    &gate.name,
                    gate.after.iter().filter_map(|step| by_id.get(step).copied()).collect(),
                )
            })
            .collect();
        let before = plan.steps.iter().map(|step| {
            let through_gates = step.gates.iter().filter_map(|gate| after.get(gate)).flatten().copied();
            let needs = step.needs.iter().filter_map(|needs| by_id.get(needs).copied());
            needs.chain(through_gates).collect()
        });
        let mut paths = Self {
            before: before.collect(),
            ..Self::default()
        };
        paths.measure(&plan.steps);
        paths
    }

    /// Takes in the steps that a plan has had put at a place, which wait for no gate, and which these others, of which none stands before that place,
    /// wait for from now on.
    pub(crate) fn grow(
        &mut self,
        plan: &Plan,
        (at, count): (usize, usize),
        by_id: &BTreeMap<StepId, usize>,
        waiting: &[usize],
    ) {
        for earlier in self.before.iter_mut().flatten() {
            *earlier = shifted(*earlier, (at, count));
        }
        let places = |step: &StepSpec| {
            step.needs
                .iter()
                .filter_map(|needs| by_id.get(needs).copied())
                .collect()
        };
        self.before
            .splice(at..at, plan.steps[at..at + count].iter().map(places));
        for &later in waiting {
            // Its newest needs are the last of them, and stand before its gates' evidence.
            let needs = plan.steps[later].needs.len() - count;
            self.before[later].splice(needs..needs, at..at + count);
        }
        // Only the ways that lead through the new steps have become longer.
        self.order = OnceLock::new();
        let new = at..at + count;
        let alone = &plan.steps[new.clone()];
        self.to_the_end
            .splice(at..at, alone.iter().map(|step| step.estimate.p50));
        let room = |step: &StepSpec| if step.disturbs { step.estimate.p90 } else { 0 };
        self.room.splice(at..at, alone.iter().map(room));
        self.lengthen(&plan.steps, new.chain(waiting.iter().copied()).collect());
    }

    /// Lengthens the ways through these steps, which are measured or new and alone, up to where they are the longest no more.
    fn lengthen(&mut self, steps: &[StepSpec], mut through: BTreeSet<usize>) {
        while let Some(place) = through.pop_last() {
            for &earlier in &self.before[place] {
                let estimate = steps[earlier].estimate;
                let to_the_end = estimate.p50 + self.to_the_end[place];
                let room = match self.room[place] {
                    0 => 0,
                    behind => estimate.p90 + behind,
                };
                if to_the_end > self.to_the_end[earlier] || room > self.room[earlier] {
                    self.to_the_end[earlier] = self.to_the_end[earlier].max(to_the_end);
                    self.room[earlier] = self.room[earlier].max(room);
                    through.insert(earlier);
                }
            }
        }
    }

    /// The ways through a plan of which nobody holds an index; what it names and does not have is passed over.
    pub fn of_plan(plan: &Plan) -> Self {
        let by_id = plan.steps.iter().enumerate();
        Self::of(plan, &by_id.map(|(place, step)| (step.id.clone(), place)).collect())
    }

    /// Orders the steps, and adds up how long the ways are.
    fn measure(&mut self, steps: &[StepSpec]) {
        let order = order(&self.before);
        self.room = vec![0; steps.len()];
        self.to_the_end = vec![0; steps.len()];
        for &place in order.iter().rev() {
            let step = &steps[place];
            // What has been gathered so far is the longest of the ways behind it.
            self.to_the_end[place] += step.estimate.p50;
            if step.disturbs || self.room[place] > 0 {
                self.room[place] += step.estimate.p90;
            }
            for &earlier in &self.before[place] {
                self.to_the_end[earlier] = self.to_the_end[earlier].max(self.to_the_end[place]);
                self.room[earlier] = self.room[earlier].max(self.room[place]);
            }
        }
        self.order = OnceLock::from(order);
    }

    fn order(&self) -> &[usize] {
        self.order.get_or_init(|| order(&self.before))
    }

    /// What must be settled before a step: its needs, and the evidence of its gates.
    pub fn before(&self, place: usize) -> &[usize] {
        &self.before[place]
    }

    /// The steps, each behind all that lies before it.
    pub fn in_order(&self) -> impl DoubleEndedIterator<Item = usize> + '_ {
        self.order().iter().copied()
    }

    /// Which steps lie behind one that counts, not itself.
    pub fn behind(&self, counts: impl Fn(usize) -> bool) -> Vec<bool> {
        let mut behind = vec![false; self.before.len()];
        for &place in self.order() {
            behind[place] = self.before[place]
                .iter()
                .any(|earlier| behind[*earlier] || counts(*earlier));
        }
        behind
    }

    /// From the beginning of a step to the end of the last disturbing one that lies behind it, itself among them, in seconds that nine
    /// in ten such steps keep: the room that a window must have for users to be disturbed in it only. 0 where nothing disturbs.
    pub fn room(&self, place: usize) -> u64 {
        self.room[place]
    }

    /// From the beginning of a step to the end of all that lies behind it, in median seconds: what is furthest from the end goes first.
    pub fn to_the_end(&self, place: usize) -> u64 {
        self.to_the_end[place]
    }
}

/// Where a step stands that stood at a place, once so many have been put in at another.
pub(crate) fn shifted(place: usize, (at, count): (usize, usize)) -> usize {
    if place < at { place } else { place + count }
}

/// Kahn's algorithm, the plan's order where there is a choice. A checked plan has no circle.
fn order(before: &[Vec<usize>]) -> Vec<usize> {
    let mut behind: Vec<Vec<usize>> = vec![Vec::new(); before.len()];
    let mut missing: Vec<usize> = before.iter().map(Vec::len).collect();
    for (place, earlier) in before.iter().enumerate() {
        for &earlier in earlier {
            behind[earlier].push(place);
        }
    }
    let mut free: BTreeSet<usize> = (0..before.len()).filter(|place| missing[*place] == 0).collect();
    let mut order = Vec::with_capacity(before.len());
    while let Some(place) = free.pop_first() {
        order.push(place);
        for &later in &behind[place] {
            missing[later] -= 1;
            if missing[later] == 0 {
                free.insert(later);
            }
        }
    }
    order
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::Estimate;
    use crate::sample::{plan, step};

    fn lasting(n: usize, needs: &[usize], gates: &[usize], p90: u64, disturbs: bool) -> StepSpec {
        let mut step = step(n, needs, gates);
        step.estimate = Estimate { p50: p90 / 2, p90 };
        step.disturbs = disturbs;
        step
    }

    #[test]
    fn room_reaches_to_the_last_disturbing_step_behind_and_no_further() {
        let plan = plan(
            vec![
                lasting(0, &[], &[], 1000, false),
                lasting(1, &[0], &[], 100, true),
                lasting(2, &[1], &[], 60, false),
                lasting(3, &[1], &[], 400, false),
                lasting(4, &[2], &[], 10, true),
                lasting(5, &[3, 4], &[], 9000, false),
            ],
            &[],
        );
        let paths = Paths::of_plan(&plan);
        let room: Vec<u64> = (0..6).map(|place| paths.room(place)).collect();
        assert_eq!(room, [1170, 170, 70, 0, 10, 0]);
    }

    #[test]
    fn a_way_leads_through_a_gates_evidence_even_where_it_stands_later_in_the_plan() {
        let plan = plan(
            vec![lasting(0, &[], &[0], 20, true), lasting(1, &[], &[], 300, true)],
            &[&[1]],
        );
        let paths = Paths::of_plan(&plan);
        assert_eq!((paths.room(1), paths.room(0)), (320, 20));
        assert_eq!(paths.in_order().collect::<Vec<_>>(), [1, 0]);
        assert_eq!(paths.to_the_end(1), 160);
    }
}
