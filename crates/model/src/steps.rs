//! Where every step of a plan stands. Kept in the plan's order beside an index: whoever decides passes over all steps each time
//! something happens, and a lookup by name for each need of each step would be most of the work of a large run.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Index;

use jiff::Timestamp;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::failure::Failure;
use crate::ids::StepId;
use crate::paths::{Paths, shifted};
use crate::plan::Plan;

/// Every step of a plan.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Steps {
    /// In the plan's order.
    places: Vec<StepState>,
    by_id: BTreeMap<StepId, usize>,
    /// The places of the steps that need each step.
    needed_by: Vec<Vec<usize>>,
    /// How many of its needs each step waits for.
    missing: Vec<usize>,
    /// Whether each step was settled when that was last counted into `missing`.
    settled: Vec<bool>,
    /// The steps that are not settled and miss nothing: all that can be decided about.
    open: BTreeSet<usize>,
    /// How many are not settled.
    unsettled: usize,
    paths: Paths,
}

impl Steps {
    /// All waiting.
    pub(crate) fn of(plan: &Plan) -> Self {
        let mut steps = Self::default();
        steps.follow(plan);
        steps
    }

    /// Those that were written down, one for each step of a plan, which has been checked; none where they are fewer or more.
    pub(crate) fn restored(plan: &Plan, places: Vec<StepState>) -> Option<Self> {
        if places.len() != plan.steps.len() {
            return None;
        }
        let ids = plan.steps.iter().enumerate();
        let mut steps = Self {
            places,
            by_id: ids.map(|(place, step)| (step.id.clone(), place)).collect(),
            ..Self::default()
        };
        steps.follow(plan);
        Some(steps)
    }

    /// Brings the steps into the order of a plan, which has been checked; those that it has anew are waiting.
    pub(crate) fn follow(&mut self, plan: &Plan) {
        let mut old = std::mem::take(self);
        for (place, step) in plan.steps.iter().enumerate() {
            let (id, known) = match old.by_id.remove_entry(&step.id) {
                Some((id, known)) => (id, std::mem::take(&mut old.places[known])),
                None => (step.id.clone(), StepState::default()),
            };
            self.places.push(known);
            self.by_id.insert(id, place);
        }
        self.needed_by = vec![Vec::new(); self.places.len()];
        for (place, step) in plan.steps.iter().enumerate() {
            for needs in &step.needs {
                self.needed_by[self.by_id[needs]].push(place);
            }
        }
        self.paths = Paths::of(plan, &self.by_id);
        self.count_anew();
    }

    /// Takes in the steps that a plan has had put at a place, as [`Paths::grow`] does: a run whose plan grows a thousand times would else count all
    /// of its steps anew each time.
    pub(crate) fn grow(&mut self, plan: &Plan, (at, count): (usize, usize), waiting: &[usize]) {
        let new = at..at + count;
        let moved = |place: usize| shifted(place, (at, count));
        self.places.splice(at..at, new.clone().map(|_| StepState::default()));
        for place in self.by_id.values_mut() {
            *place = moved(*place);
        }
        for (place, step) in new.clone().zip(&plan.steps[new.clone()]) {
            self.by_id.insert(step.id.clone(), place);
        }
        for later in self.needed_by.iter_mut().flatten() {
            *later = moved(*later);
        }
        self.needed_by.splice(at..at, new.clone().map(|_| Vec::new()));
        self.missing.splice(at..at, new.clone().map(|_| 0));
        self.settled.splice(at..at, new.clone().map(|_| false));
        self.open = std::mem::take(&mut self.open).into_iter().map(moved).collect();
        self.unsettled += count;
        let waiting: Vec<usize> = waiting.iter().map(|place| moved(*place)).collect();
        for place in new.clone() {
            for needs in &plan.steps[place].needs {
                let earlier = self.by_id[needs];
                self.wait(place, earlier);
            }
            for later in &waiting {
                self.wait(*later, place);
            }
            if self.missing[place] == 0 {
                self.open.insert(place);
            }
        }
        self.paths.grow(plan, (at, count), &self.by_id, &waiting);
    }

    /// One step needs another from now on.
    fn wait(&mut self, later: usize, earlier: usize) {
        let behind = &mut self.needed_by[earlier];
        behind.insert(behind.partition_point(|place| *place <= later), later);
        if !self.settled[earlier] {
            self.missing[later] += 1;
            self.open.remove(&later);
        }
    }

    /// Counts what each step misses, from nothing.
    pub(crate) fn count_anew(&mut self) {
        self.settled = vec![false; self.places.len()];
        self.missing = vec![0; self.places.len()];
        self.unsettled = self.places.len();
        for later in self.needed_by.iter().flatten() {
            self.missing[*later] += 1;
        }
        self.open = (0..self.places.len())
            .filter(|place| self.missing[*place] == 0)
            .collect();
        for place in 0..self.places.len() {
            self.count_place(place);
        }
    }

    /// Counts anew what has changed with one step.
    pub(crate) fn count(&mut self, step: &StepId) {
        if let Some(place) = self.place(step) {
            self.count_place(place);
        }
    }

    fn count_place(&mut self, place: usize) {
        let settled = self.places[place].status.is_settled();
        if settled == self.settled[place] {
            return;
        }
        self.settled[place] = settled;
        if settled {
            self.unsettled -= 1;
            self.open.remove(&place);
        } else {
            self.unsettled += 1;
            if self.missing[place] == 0 {
                self.open.insert(place);
            }
        }
        for later in std::mem::take(&mut self.needed_by[place]) {
            if settled {
                self.missing[later] -= 1;
            } else {
                self.missing[later] += 1;
            }
            if self.missing[later] == 0 && !self.settled[later] {
                self.open.insert(later);
            } else {
                self.open.remove(&later);
            }
            self.needed_by[place].push(later);
        }
    }

    /// The places of the steps that are not settled and whose needs all are, in the plan's order.
    pub(crate) fn open(&self) -> impl Iterator<Item = usize> + '_ {
        self.open.iter().copied()
    }

    /// Whether the step at a place is one of them.
    pub(crate) fn is_open(&self, place: usize) -> bool {
        self.open.contains(&place)
    }

    /// Whether every step is settled.
    pub(crate) fn all_settled(&self) -> bool {
        self.unsettled == 0
    }

    /// The places of the steps that need the step at a place.
    pub(crate) fn needed_by(&self, place: usize) -> &[usize] {
        &self.needed_by[place]
    }

    /// The place of a step in the plan.
    pub fn place(&self, step: &StepId) -> Option<usize> {
        self.by_id.get(step).copied()
    }

    /// The step of this name.
    pub fn get(&self, step: &StepId) -> Option<&StepState> {
        self.places.get(*self.by_id.get(step)?)
    }

    pub(crate) fn get_mut(&mut self, step: &StepId) -> Option<&mut StepState> {
        self.places.get_mut(*self.by_id.get(step)?)
    }

    /// The ways through the plan.
    pub fn paths(&self) -> &Paths {
        &self.paths
    }

    /// The step at a place of the plan.
    pub fn at(&self, place: usize) -> &StepState {
        &self.places[place]
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
}

/// In the plan's order: all else is counted from the plan.
impl Serialize for Steps {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.places.serialize(serializer)
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
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct StepState {
    /// How far it is.
    pub status: StepStatus,
    /// What people should know of while it goes on.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<String>,
    /// Tries so far, to do and to undo together.
    pub attempts: u32,
    /// How often a person has had it tried again after it had stopped.
    pub retried: u32,
    /// Where a sweep goes on.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub cursor: Option<Value>,
    /// How many of a sweep's items are done, and of how many.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub swept: Option<(u64, Option<u64>)>,
    /// What later steps need of it.
    #[serde(skip_serializing_if = "Option::is_none", deserialize_with = "there")]
    pub output: Option<Value>,
    /// What proved it right.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Not before this moment is it looked at or tried again.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub again_at: Option<Timestamp>,
    /// Since when it has been refused without a success between: what patience is measured from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub refused_since: Option<Timestamp>,
    /// The last failure, for people.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub last_failure: Option<Failure>,
    /// When the last call was about to be made: what AWS may not show yet is counted from here.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tried_at: Option<Timestamp>,
    /// Its first event.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it was done, skipped or undone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// A value that is there, `null` too.
fn there<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl StepState {
    /// Whether a call of it has been about to be made since it was last to be done from its beginning. Attempts are counted on over that.
    pub fn has_begun(&self) -> bool {
        self.tried_at.is_some()
    }

    /// To be done from its beginning: only what people and calls have made of it is counted on.
    pub(crate) fn do_anew(&mut self) {
        *self = Self {
            attempts: self.attempts,
            retried: self.retried,
            ..Self::default()
        };
    }
}

/// How far a step is.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
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
