//! The plan: every step in order, with its inputs, as it is shown before consent and stored whole.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::cost::Costs;
use crate::ids::{AccountId, Digest, GateName, Region, ResourceRef, Side, StepId};
use crate::paths::Paths;
use crate::products::Products;
use crate::rewrite::Rewrite;
use crate::window::{Calendar, Freeze, Window};

/// The version of the stored plan's format.
pub const PLAN_FORMAT: u32 = 1;

/// Ordered steps with inputs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Plan {
    /// The version of this format.
    pub format: u32,
    /// The migration's name, from the runbook.
    pub migration: String,
    /// The region in which everything regional lies.
    pub region: Region,
    /// The accounts and how to enter them, by side.
    pub accounts: BTreeMap<Side, AccountAccess>,
    /// The digest of the runbook's text: a changed runbook is a new plan.
    pub runbook: Digest,
    /// When disturbing steps may start; empty: at any time.
    pub windows: Vec<Window>,
    /// Dates on which none starts, whatever the windows say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub frozen: Vec<Freeze>,
    /// What becomes of what has been disturbed when its window closes.
    #[serde(default, skip_serializing_if = "Overrun::is_ask")]
    pub overrun: Overrun,
    /// Where a person must agree.
    pub gates: Vec<GateSpec>,
    /// How many steps of a limited sort may run at once, by the limit's name.
    pub limits: BTreeMap<String, u32>,
    /// The steps. Each stands behind all that it needs.
    pub steps: Vec<StepSpec>,
    /// What the reader should know, resource by resource.
    pub notes: Vec<Note>,
    /// What AWS will charge, as far as it can be told.
    #[serde(default, skip_serializing_if = "Costs::is_empty")]
    pub costs: Costs,
    /// The texts that are put into the target other than they stand in the source, or that are changed for a part of the run.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub rewrites: Vec<Rewrite>,
    /// Whose things move.
    #[serde(default, skip_serializing_if = "Products::is_empty")]
    pub products: Products,
}

/// What becomes of what has been disturbed already when its window closes, or is about to, before it is through.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Overrun {
    /// The next disturbing step waits for an operator to grant more time, or for the next window.
    #[default]
    Ask,
    /// What was begun is finished: standing still in the middle shortens no outage.
    Finish,
}

impl Overrun {
    fn is_ask(&self) -> bool {
        *self == Overrun::Ask
    }
}

/// How to enter an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct AccountAccess {
    /// The account.
    pub account: AccountId,
    /// The role to take on; absent: the operator's own credentials, as they are.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub role: Option<String>,
    /// The external id that the role asks for.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub external_id: Option<String>,
}

/// Something to know before agreeing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Note {
    /// Whom it concerns; absent: the whole run.
    pub resource: Option<ResourceRef>,
    /// How grave it is.
    pub weight: Weight,
    /// What to know.
    pub text: String,
    /// The id of the check that says it: what `cleave explain` takes; empty where it only tells, and in a plan that was stored. It is not stored, and no
    /// digest covers it: another name for a check makes no other plan.
    #[serde(skip)]
    pub check: &'static str,
}

/// How grave a note is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// The run is not started.
    Blocks,
    /// It goes on, but a person should look.
    Warns,
    /// For information.
    Tells,
}

/// A place where a person must agree.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GateSpec {
    /// Its name.
    pub name: GateName,
    /// The question.
    pub ask: String,
    /// The steps whose outcome is the evidence: the gate is asked once they are done.
    pub after: Vec<StepId>,
    /// What must be typed to agree; absent: yes is enough. Set before a point of no return.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub typed: Option<String>,
    /// How many different people must agree.
    #[serde(default = "one", skip_serializing_if = "is_one")]
    pub people: u32,
}

fn one() -> u32 {
    1
}

fn is_one(people: &u32) -> bool {
    *people == 1
}

/// The part of the night that a step belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Phase {
    /// While everything runs as before.
    Prepare,
    /// Writes stop.
    Freeze,
    /// Traffic moves.
    Cutover,
    /// Watching that it holds.
    Settle,
    /// What was made for transport goes.
    CleanUp,
}

/// Whether a step can be taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "can", rename_all = "snake_case")]
pub enum Undo {
    /// The step's `undo` takes it back.
    Auto,
    /// It leaves nothing that would have to be taken back (a clean-up, a look, a wait).
    Nothing,
    /// A person takes it back, by this guide.
    Manual {
        /// What to do.
        guide: String,
    },
    /// It cannot be taken back.
    None {
        /// Why.
        reason: String,
    },
}

/// One step: makes one thing, or sweeps over many like ones.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StepSpec {
    /// Its id.
    pub id: StepId,
    /// The code that carries it out, such as `database.share_snapshot`.
    pub action: String,
    /// The version of that code's contract: a program that does not know it refuses to resume.
    pub version: u32,
    /// The resource that it moves.
    pub resource: ResourceRef,
    /// Whose credentials its mutating call uses.
    pub side: Side,
    /// What it does, in words for people.
    pub title: String,
    /// The part of the night.
    pub phase: Phase,
    /// The steps that must be done before.
    pub needs: Vec<StepId>,
    /// The gates that must be open before.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub gates: Vec<GateName>,
    /// Whether users may notice: it starts only inside a window.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub disturbs: bool,
    /// Whether the run, once here, goes on through windows, hang-ups and ordinary pauses (between the first delete in a source
    /// bucket and its name being won).
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub presses_on: bool,
    /// Whether it can be taken back.
    pub undo: Undo,
    /// What it is expected to take.
    pub estimate: Estimate,
    /// What that rests on where earlier runs tell more than AWS documents.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub learned: Option<Learned>,
    /// How long a refusal that may pass by itself (a fresh permission not yet known, a name still taken) is borne before the
    /// step stops for the operator, in seconds.
    pub patience: u64,
    /// The limit (a key of [`Plan::limits`]) that it counts against while it is under way.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub limit: Option<String>,
    /// Its inputs, as its action reads them.
    pub input: Value,
}

/// What a step is expected to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize, JsonSchema)]
pub struct Estimate {
    /// Half of such steps take at most this many seconds.
    pub p50: u64,
    /// Nine in ten take at most this many seconds.
    pub p90: u64,
}

/// What an estimate rests on that is not AWS's documentation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Learned {
    /// The documented median, in seconds: what the next run learns from must not rest on what this one had learned.
    pub documented: u64,
    /// How many steps of earlier runs it rests on.
    pub samples: u64,
}

/// A plan that contradicts itself.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum PlanError {
    /// Two steps have the same id.
    #[error("step {0} is in the plan twice")]
    Twice(StepId),
    /// A step needs one that does not stand before it.
    #[error("step {step} needs {needs}, which does not stand before it")]
    NeedsLater {
        /// The step.
        step: StepId,
        /// What it needs.
        needs: StepId,
    },
    /// A step names a gate that the plan does not have.
    #[error("step {step} waits for gate {gate}, which the plan does not have")]
    UnknownGate {
        /// The step.
        step: StepId,
        /// The gate.
        gate: GateName,
    },
    /// A gate waits for a step that the plan does not have.
    #[error("gate {gate} is asked after {step}, which the plan does not have")]
    UnknownEvidence {
        /// The gate.
        gate: GateName,
        /// The step.
        step: StepId,
    },
    /// A step counts against a limit that the plan does not have.
    #[error("step {step} counts against limit {limit}, which the plan does not have")]
    UnknownLimit {
        /// The step.
        step: StepId,
        /// The limit.
        limit: String,
    },
    /// A gate can only be asked after steps that wait for it.
    #[error("gate {0} waits for itself: it is asked after steps that stand behind it")]
    GateWaitsForItself(GateName),
}

impl Plan {
    /// The digest that approvals name: over everything that is done and said. The costs are left out: a release with newer prices makes
    /// no other plan. So is whose things are where only tags tell it: the runbook names no products, and nobody is to agree.
    pub fn digest(&self) -> Digest {
        let products_are_left_out = self.products.teams.is_empty();
        let text = if self.costs.is_empty() && (!products_are_left_out || self.products.is_empty()) {
            serde_json::to_string(self)
        } else {
            let mut covered = self.clone();
            covered.costs = Costs::default();
            if products_are_left_out {
                covered.products = Products::default();
            }
            serde_json::to_string(&covered)
        };
        Digest::of(text.expect("a plan has only string keys").as_bytes())
    }

    /// The step of this id.
    pub fn step(&self, id: &StepId) -> Option<&StepSpec> {
        self.steps.iter().find(|step| step.id == *id)
    }

    /// The gate of this name.
    pub fn gate(&self, name: &GateName) -> Option<&GateSpec> {
        self.gates.iter().find(|gate| gate.name == *name)
    }

    /// The resources, in the order in which they first appear.
    pub fn resources(&self) -> Vec<ResourceRef> {
        let mut seen = BTreeSet::new();
        self.steps
            .iter()
            .map(|step| &step.resource)
            .filter(|r| seen.insert((*r).clone()))
            .cloned()
            .collect()
    }

    /// When its disturbing steps may start.
    pub fn calendar(&self) -> Calendar<'_> {
        Calendar {
            windows: &self.windows,
            frozen: &self.frozen,
            granted: None,
        }
    }

    /// Whether something blocks it.
    pub fn is_blocked(&self) -> bool {
        self.notes.iter().any(|note| note.weight == Weight::Blocks)
    }

    /// Checks that every reference in it resolves, so that nothing missing can surface at three in the morning.
    pub fn check(&self) -> Result<(), PlanError> {
        let gates: BTreeSet<&GateName> = self.gates.iter().map(|gate| &gate.name).collect();
        let mut before: BTreeMap<&StepId, &StepSpec> = BTreeMap::new();
        for step in &self.steps {
            for needs in &step.needs {
                if !before.contains_key(needs) {
                    return Err(PlanError::NeedsLater {
                        step: step.id.clone(),
                        needs: needs.clone(),
                    });
                }
            }
            if let Some(gate) = step.gates.iter().find(|gate| !gates.contains(gate)) {
                return Err(PlanError::UnknownGate {
                    step: step.id.clone(),
                    gate: gate.clone(),
                });
            }
            if let Some(limit) = step.limit.as_ref().filter(|limit| !self.limits.contains_key(*limit)) {
                return Err(PlanError::UnknownLimit {
                    step: step.id.clone(),
                    limit: limit.clone(),
                });
            }
            if before.insert(&step.id, step).is_some() {
                return Err(PlanError::Twice(step.id.clone()));
            }
        }
        for gate in &self.gates {
            if let Some(step) = gate.after.iter().find(|step| !before.contains_key(step)) {
                return Err(PlanError::UnknownEvidence {
                    gate: gate.name.clone(),
                    step: step.clone(),
                });
            }
        }
        // Steps need only what stands before them: whatever circle there is leads through a gate. Which one is looked for only then, for it
        // takes a walk through the plan from each of them.
        if Paths::of_plan(self).in_order().count() < self.steps.len() {
            let waits_for_itself = |gate: &&GateSpec| self.gates_before(&gate.after).contains(&gate.name);
            if let Some(gate) = self.gates.iter().find(waits_for_itself) {
                return Err(PlanError::GateWaitsForItself(gate.name.clone()));
            }
        }
        Ok(())
    }

    /// Every gate that must be open before these steps can be done, through all that they need and through other gates' evidence.
    fn gates_before(&self, steps: &[StepId]) -> BTreeSet<GateName> {
        let by_id: BTreeMap<&StepId, &StepSpec> = self.steps.iter().map(|step| (&step.id, step)).collect();
        let mut found = BTreeSet::new();
        let mut visited = BTreeSet::new();
        let mut pending: Vec<&StepId> = steps.iter().collect();
        while let Some(id) = pending.pop() {
            let Some(step) = by_id.get(id).filter(|_| visited.insert(id)) else {
                continue;
            };
            pending.extend(&step.needs);
            for name in &step.gates {
                if found.insert(name.clone())
                    && let Some(gate) = self.gate(name)
                {
                    pending.extend(&gate.after);
                }
            }
        }
        found
    }

    /// The longest chain of needs, in expected seconds: no schedule ends sooner.
    pub fn critical_path_seconds(&self) -> u64 {
        let paths = Paths::of_plan(self);
        let lengths = (0..self.steps.len()).map(|place| paths.to_the_end(place));
        lengths.max().unwrap_or(0)
    }
}
