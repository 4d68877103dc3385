//! Where every step of a plan stands. Kept in the plan's order beside an index: whoever decides passes over all steps each time
//! something happens, and a lookup by name for each need of each step would be most of the work of a large run.

use std::collections::BTreeMap;
use std::ops::Index;

use jiff::Timestamp;
use serde_json::Value;

use crate::failure::Failure;
use crate::ids::StepId;
use crate::plan::Plan;

/// Every step of a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Steps {
    /// In the plan's order.
    places: Vec<StepState>,
    by_id: BTreeMap<StepId, usize>,
    /// The places of the steps that each step needs.
    needs: Vec<Vec<usize>>,
}

impl Steps {
    /// All waiting.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut steps = Self::default();
        steps.follow(plan);
        steps
    }

    /// Brings the steps into the order of a plan, which has been checked; those that it has anew are waiting.
    pub(crate) fn follow(&mut self, plan: &Plan) {
        let mut old = std::mem::take(self);
        for (place, step) in plan.steps.iter().enumerate() {
            let known = old
                .by_id
                .get(&step.id)
                .map(|known| std::mem::take(&mut old.places[*known]));
            self.places.push(known.unwrap_or_default());
            self.by_id.insert(step.id.clone(), place);
        }
        let needs = plan
            .steps
            .iter()
            .map(|step| step.needs.iter().map(|needs| self.by_id[needs]).collect());
        self.needs = needs.collect();
    }

    /// The step of this name.
    pub fn get(&self, step: &StepId) -> Option<&StepState> {
        self.places.get(*self.by_id.get(step)?)
    }

    pub(crate) fn get_mut(&mut self, step: &StepId) -> Option<&mut StepState> {
        self.places.get_mut(*self.by_id.get(step)?)
    }

    /// Whether the plan has it.
    pub fn contains(&self, step: &StepId) -> bool {
        self.by_id.contains_key(step)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.places.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// All, in the plan's order.
    pub fn values(&self) -> impl Iterator<Item = &StepState> {
        self.places.iter()
    }

    pub(crate) fn values_mut(&mut self) -> impl Iterator<Item = &mut StepState> {
        self.places.iter_mut()
    }

    /// All, by name.
    pub fn iter(&self) -> impl Iterator<Item = (&StepId, &StepState)> {
        self.by_id.iter().map(|(id, place)| (id, &self.places[*place]))
    }

    /// Whether everything that the step at this place of the plan needs is settled.
    pub(crate) fn needs_are_settled(&self, place: usize) -> bool {
        self.needs[place]
            .iter()
            .all(|needs| self.places[*needs].status.is_settled())
    }
}

impl Index<&StepId> for Steps {
    type Output = StepState;

    /// # Panics
    ///
    /// When the plan has no such step.
    fn index(&self, step: &StepId) -> &StepState {
        &self.places[self.by_id[step]]
    }
}

/// One step.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct StepState {
    /// How far it is.
    pub status: StepStatus,
    /// What people should know of while it goes on.
    pub alarm: Option<String>,
    /// Tries so far, to do and to undo together.
    pub attempts: u32,
    /// How often a person has had it tried again after it had stopped.
    pub retried: u32,
    /// Where a sweep goes on.
    pub cursor: Option<Value>,
    /// How many of a sweep's items are done, and of how many.
    pub swept: Option<(u64, Option<u64>)>,
    /// What later steps need of it.
    pub output: Option<Value>,
    /// What proved it right.
    pub evidence: Option<String>,
    /// Not before this moment is it looked at or tried again.
    pub again_at: Option<Timestamp>,
    /// Since when it has been refused without a success between: what patience is measured from.
    pub refused_since: Option<Timestamp>,
    /// The last failure, for people.
    pub last_failure: Option<Failure>,
    /// When the last call was about to be made: what AWS may not show yet is counted from here.
    pub tried_at: Option<Timestamp>,
    /// Its first event.
    pub started_at: Option<Timestamp>,
    /// When it was done, skipped or undone.
    pub ended_at: Option<Timestamp>,
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum StepStatus {
    /// Nothing has been tried.
    #[default]
    Waiting,
    /// A call may have been made; nothing is known of it yet.
    Intended,
    /// AWS accepted a call, or may have: it is looked at until it is whole.
    Watching,
    /// The last call changed nothing; it is tried again.
    Refused,
    /// It exists, and is to be verified.
    Seen,
    /// Proved right.
    Done,
    /// An operator decided against it.
    Skipped,
    /// A person must decide.
    Stopped {
        /// What to do.
        advice: String,
    },
    /// A call to take it back may have been made.
    Undoing,
    /// Its effect is gone.
    Undone,
}

impl StepStatus {
    /// Whether later steps may build on it.
    pub fn is_settled(&self) -> bool {
        match self {
            StepStatus::Done | StepStatus::Skipped => true,
            StepStatus::Waiting
            | StepStatus::Intended
            | StepStatus::Watching
            | StepStatus::Refused
            | StepStatus::Seen
            | StepStatus::Stopped { .. }
            | StepStatus::Undoing
            | StepStatus::Undone => false,
        }
    }

    /// Whether it is under way: begun and not at rest.
    pub fn is_under_way(&self) -> bool {
        match self {
            StepStatus::Intended
            | StepStatus::Watching
            | StepStatus::Refused
            | StepStatus::Seen
            | StepStatus::Undoing => true,
            StepStatus::Waiting
            | StepStatus::Done
            | StepStatus::Skipped
            | StepStatus::Stopped { .. }
            | StepStatus::Undone => false,
        }
    }

    /// Whether there may be something in AWS to take back.
    pub fn may_have_effect(&self) -> bool {
        match self {
            StepStatus::Intended
            | StepStatus::Watching
            | StepStatus::Refused
            | StepStatus::Seen
            | StepStatus::Done
            | StepStatus::Stopped { .. }
            | StepStatus::Undoing => true,
            StepStatus::Waiting | StepStatus::Skipped | StepStatus::Undone => false,
        }
    }

    /// One word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            StepStatus::Waiting => "waiting",
            StepStatus::Intended => "beginning",
            StepStatus::Watching => "under way",
            StepStatus::Refused => "retrying",
            StepStatus::Seen => "verifying",
            StepStatus::Done => "done",
            StepStatus::Skipped => "skipped",
            StepStatus::Stopped { .. } => "needs operator",
            StepStatus::Undoing => "undoing",
            StepStatus::Undone => "undone",
        }
    }
}
