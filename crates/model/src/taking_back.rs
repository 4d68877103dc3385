//! What of a run is taken back, and what becomes of that when the run then goes on.

use std::collections::BTreeSet;

use crate::ids::StepId;
use crate::plan::StepSpec;
use crate::state::{GateState, State, StepStatus};

impl State {
    /// The steps that an undo takes back, in plan order; none when nobody asked for one.
    pub fn undo_scope(&self) -> Vec<&StepSpec> {
        self.undo_places()
            .into_iter()
            .map(|place| &self.plan.steps[place])
            .collect()
    }

    /// Their places.
    pub(crate) fn undo_places(&self) -> Vec<usize> {
        let Some(scope) = &self.undoing else { return Vec::new() };
        let Some(to) = &scope.to else {
            return (0..self.plan.steps.len()).collect();
        };
        // What needs a step stands behind it in the plan.
        let mut inside = vec![false; self.plan.steps.len()];
        if let Some(to) = self.steps.place(to) {
            inside[to] = true;
        }
        for place in 0..inside.len() {
            if inside[place] {
                self.steps
                    .needed_by(place)
                    .iter()
                    .for_each(|later| inside[*later] = true);
            }
        }
        (0..inside.len()).filter(|place| inside[*place]).collect()
    }

    /// Whether nothing is left to take back.
    pub fn undo_is_through(&self) -> bool {
        let may = |place: usize| self.steps.at(place).status.may_have_effect();
        !self.undo_places().into_iter().any(may)
    }

    /// Whether what was to be taken back in part is taken back: the run waits for somebody to have it go on.
    pub fn is_undone_in_part(&self) -> bool {
        self.ended.is_none() && self.undoing.as_ref().is_some_and(|scope| scope.to.is_some()) && self.undo_is_through()
    }

    /// After a partial undo: what was taken back is to be done anew.
    pub(crate) fn do_anew(&mut self) {
        self.undoing = None;
        let mut anew = BTreeSet::new();
        for (spec, step) in self.plan.steps.iter().zip(self.steps.values_mut()) {
            if step.status == StepStatus::Undone {
                step.do_anew();
                anew.insert(spec.id.clone());
            }
        }
        // Who agreed has seen proofs of what is no more: the question is put again. Not where something behind the gate goes on: a bucket's
        // name must not wait in the air for an answer.
        for gate in &self.plan.gates {
            let behind = || self.plan.steps.iter().filter(|step| step.gates.contains(&gate.name));
            let begun = behind().any(|step| self.steps[&step.id].status != StepStatus::Waiting);
            let mut seen = gate.after.iter().chain(behind().map(|step| &step.id));
            if !begun && seen.any(|step| anew.contains(step)) {
                self.gates.insert(gate.name.clone(), GateState::Closed);
            }
        }
        self.shrink(anew);
    }

    /// Takes out of the plan what these steps put into it: done anew, they say anew what is necessary.
    fn shrink(&mut self, anew: BTreeSet<StepId>) {
        let mut by: Vec<StepId> = anew.into_iter().collect();
        let mut gone = BTreeSet::new();
        while let Some(step) = by.pop() {
            let added = self.extended.remove(&step).unwrap_or_default();
            by.extend(added.iter().cloned());
            gone.extend(added);
        }
        self.plan.steps.retain(|step| !gone.contains(&step.id));
        for step in &mut self.plan.steps {
            step.needs.retain(|needs| !gone.contains(needs));
        }
        self.steps.follow(&self.plan);
    }
}
