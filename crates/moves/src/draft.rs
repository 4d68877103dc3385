//! A plan while it is being drawn up: what each kind adds its steps, gates, notes and limits to.

use std::collections::{BTreeMap, BTreeSet};

use model::cost::Costs;
use model::inventory::{AccountInventory, Bucket, RegionInventory};
use model::plan::{Estimate, Note, Weight};
use model::{
    AccountId, GateName, GateSpec, Inventory, Phase, Region, ResourceRef, Rewrite, Said, Side, StepId, StepSpec, Undo,
};
use serde::Serialize;
use serde_json::Value;

use crate::check::Explained;
use crate::prices::Prices;
use crate::runbook::Runbook;

/// A plan being drawn up.
pub struct Draft<'a> {
    /// What the person asked for.
    pub runbook: &'a Runbook,
    /// What exists.
    pub inventory: &'a Inventory,
    /// What AWS charges.
    pub prices: &'a Prices,
    /// The steps so far, each behind all that it needs.
    pub steps: Vec<StepSpec>,
    /// The gates so far.
    pub gates: Vec<GateSpec>,
    /// The notes so far.
    pub notes: Vec<Note>,
    /// What AWS will charge, so far.
    pub costs: Costs,
    /// What stands otherwise in the target, so far.
    pub rewrites: Vec<Rewrite>,
    /// The limits so far.
    pub limits: BTreeMap<String, u32>,
    /// For each step that opens something for transport (a key, a policy): the steps after which it may be closed again.
    pub used_until: BTreeMap<StepId, Vec<StepId>>,
    /// The names that images get in the target, and which of them gets each.
    pub image_names: BTreeMap<String, ResourceRef>,
    /// What has a step. Looked for among the steps, ten thousand resources would be compared with one another.
    resources: BTreeSet<ResourceRef>,
    /// The steps by what they do and are given, as text.
    by_input: BTreeMap<(String, String), StepId>,
}

/// How grave a note is. What blocks or warns comes from a check that `cleave explain` explains.
#[derive(Debug, Clone, Copy)]
pub enum Says {
    /// The run is not started.
    Blocks(&'static Explained),
    /// It goes on, but a person should look.
    Warns(&'static Explained),
    /// For information.
    Tells,
}

impl Says {
    /// The note that says it.
    pub fn of(self, resource: Option<ResourceRef>, text: Said) -> Note {
        let (weight, check) = match self {
            Self::Blocks(check) => (Weight::Blocks, check.id),
            Self::Warns(check) => (Weight::Warns, check.id),
            Self::Tells => (Weight::Tells, ""),
        };
        Note {
            resource,
            weight,
            text: text.into(),
            check,
        }
    }
}

/// What stands in one resource's way, gathered before any of it is said.
#[derive(Debug, Default)]
pub struct Blocks(Vec<(&'static Explained, Said)>);

impl Blocks {
    /// Adds a cause.
    pub fn push(&mut self, check: &'static Explained, text: impl Into<Said>) {
        self.0.push((check, text.into()));
    }

    /// Adds the causes that one check found.
    pub fn extend(&mut self, check: &'static Explained, texts: impl IntoIterator<Item = Said>) {
        self.0.extend(texts.into_iter().map(|text| (check, text)));
    }

    /// Adds all of another's.
    pub fn take(&mut self, others: Self) {
        self.0.extend(others.0);
    }

    /// Says all of it. Whether nothing stands in the way.
    pub fn tell(self, draft: &mut Draft<'_>, resource: &ResourceRef) -> bool {
        let unhindered = self.0.is_empty();
        for (check, text) in self.0 {
            draft.note(Some(resource), Says::Blocks(check), text);
        }
        unhindered
    }
}

/// One step being drawn up; what is usual is preset.
pub struct DraftStep {
    /// Becomes the plan's step.
    pub spec: StepSpec,
}

impl<'a> Draft<'a> {
    /// An empty draft.
    pub fn new(runbook: &'a Runbook, inventory: &'a Inventory, prices: &'a Prices) -> Self {
        Self {
            runbook,
            inventory,
            prices,
            steps: Vec::new(),
            gates: Vec::new(),
            notes: Vec::new(),
            costs: Costs::default(),
            rewrites: Vec::new(),
            limits: BTreeMap::new(),
            used_until: BTreeMap::new(),
            image_names: BTreeMap::new(),
            resources: BTreeSet::new(),
            by_input: BTreeMap::new(),
        }
    }

    /// The region of the migration.
    pub fn region(&self) -> &'a Region {
        &self.runbook.region
    }

    /// Every bucket that an account has, in any region.
    pub fn every_bucket(&self, side: Side) -> impl Iterator<Item = &'a Bucket> + use<'a> {
        let account = self.inventory.accounts.get(self.account(side));
        account
            .into_iter()
            .flat_map(|account| account.regions.values())
            .flat_map(|region| &region.buckets)
    }

    /// The account of a side; the source's for a parent that is not named.
    pub fn account(&self, side: Side) -> &'a AccountId {
        match side {
            Side::Source => &self.runbook.source.account,
            Side::Target => &self.runbook.target.account,
            Side::Parent => self
                .runbook
                .parent
                .as_ref()
                .map_or(&self.runbook.source.account, |p| &p.account),
        }
    }

    /// What was observed in an account; none when it was not looked at.
    pub fn observed(&self, side: Side) -> Option<&'a AccountInventory> {
        self.inventory.accounts.get(self.account(side))
    }

    /// What was observed in the migration's region of an account.
    pub fn regional(&self, side: Side) -> Option<&'a RegionInventory> {
        self.inventory.region(self.account(side), self.region())
    }

    /// Adds a step and gives its id.
    pub fn push(&mut self, step: DraftStep) -> StepId {
        let spec = step.spec;
        let id = spec.id.clone();
        self.resources.insert(spec.resource.clone());
        let done = (spec.action.clone(), spec.input.to_string());
        self.by_input.entry(done).or_insert_with(|| id.clone());
        self.steps.push(spec);
        id
    }

    /// Whether a step of the resource has been added.
    pub fn has(&self, resource: &ResourceRef) -> bool {
        self.resources.contains(resource)
    }

    /// The first step that was added which does this, and is given this.
    pub fn doing(&self, action: &str, input: &Value) -> Option<StepId> {
        self.by_input.get(&(action.to_owned(), input.to_string())).cloned()
    }

    /// The names of the runbook's gates that stand before this kind or this very resource (`before = ["database", "bucket/assets"]`).
    pub fn gates_before(&self, resource: &ResourceRef) -> Vec<GateName> {
        let concerns = |before: &String| *before == resource.kind || *before == resource.to_string();
        let gates = self
            .runbook
            .gates
            .iter()
            .filter(|gate| gate.before.iter().any(concerns));
        gates.map(|gate| gate.name.clone()).collect()
    }

    /// What settles a resource so far, which whoever asks it wants behind them; and, among that, the step that makes a new master secret.
    pub fn settled(&self, resource: &ResourceRef) -> (Vec<StepId>, Option<StepId>) {
        let settling = self
            .steps
            .iter()
            .filter(|step| step.resource == *resource && step.phase == Phase::Settle);
        let ids: Vec<StepId> = settling.map(|step| step.id.clone()).collect();
        let secret = ids.iter().find(|id| id.verb() == "manage_secret").cloned();
        (ids, secret)
    }

    /// Says that what `opened` opened is needed until `user` is done: the closing step will wait for it.
    pub fn needed_until(&mut self, opened: &StepId, user: &StepId) {
        self.used_until.entry(opened.clone()).or_default().push(user.clone());
    }

    /// Adds a note.
    pub fn note(&mut self, resource: Option<&ResourceRef>, says: Says, text: impl Into<Said>) {
        self.notes.push(says.of(resource.cloned(), text.into()));
    }

    /// Shows a text as it stands in the source beside what is put into the target; nothing where they are the same.
    pub fn rewrite(&mut self, resource: &ResourceRef, document: &str, before: String, after: String) {
        self.show(Rewrite {
            resource: resource.clone(),
            document: document.to_owned(),
            before,
            after,
            meanwhile: None,
        });
    }

    /// Shows two texts beside each other; nothing where they are the same.
    pub fn show(&mut self, rewrite: Rewrite) {
        // What several parts of a plan ask for is shown once.
        if rewrite.before != rewrite.after && !self.rewrites.contains(&rewrite) {
            self.rewrites.push(rewrite);
        }
    }

    /// Declares a limit: at most `most` steps of that name under way at once. The smallest declaration holds.
    pub fn limit(&mut self, name: impl Into<String>, most: u32) -> String {
        let name = name.into();
        let limit = self.limits.entry(name.clone()).or_insert(most);
        *limit = (*limit).min(most);
        name
    }
}

impl DraftStep {
    /// A step of a resource: `action` is `kind.verb`, its id ends in the verb.
    pub fn new(
        resource: &ResourceRef,
        action: &str,
        side: Side,
        title: impl Into<Said>,
        input: impl Serialize,
    ) -> Self {
        let verb = action.rsplit('.').next().unwrap_or(action);
        Self {
            spec: StepSpec {
                id: resource.step(verb),
                action: action.to_owned(),
                version: 1,
                resource: resource.clone(),
                side,
                title: title.into().into(),
                phase: Phase::Prepare,
                needs: Vec::new(),
                gates: Vec::new(),
                disturbs: false,
                presses_on: false,
                undo: Undo::Auto,
                estimate: Estimate { p50: 5, p90: 20 },
                learned: None,
                patience: 900,
                limit: None,
                input: serde_json::to_value(input).expect("a step's input has only string keys"),
            },
        }
    }

    /// Another last part of the id, where one resource has several steps of one action (`copy_wave_3`).
    pub fn named(mut self, verb: &str) -> Self {
        self.spec.id = self.spec.resource.step(verb);
        self
    }

    /// The part of the night.
    pub fn phase(mut self, phase: Phase) -> Self {
        self.spec.phase = phase;
        self
    }

    /// What must be done before.
    pub fn needs<'s>(mut self, needs: impl IntoIterator<Item = &'s StepId>) -> Self {
        let mut known: BTreeSet<StepId> = self.spec.needs.iter().cloned().collect();
        for id in needs {
            if known.insert(id.clone()) {
                self.spec.needs.push(id.clone());
            }
        }
        self
    }

    /// The gates that must be open before.
    pub fn gates(mut self, gates: impl IntoIterator<Item = GateName>) -> Self {
        self.spec.gates.extend(gates);
        self
    }

    /// It may be noticed by users: inside a window only.
    pub fn disturbs(mut self) -> Self {
        self.spec.disturbs = true;
        self
    }

    /// It belongs to a hand-over that is not left halfway.
    pub fn presses_on(mut self) -> Self {
        self.spec.presses_on = true;
        self
    }

    /// How it is taken back.
    pub fn undo(mut self, undo: Undo) -> Self {
        self.spec.undo = undo;
        self
    }

    /// It leaves nothing to take back.
    pub fn leaves_nothing(self) -> Self {
        self.undo(Undo::Nothing)
    }

    /// What it is expected to take, in seconds.
    pub fn estimate(mut self, p50: u64, p90: u64) -> Self {
        self.spec.estimate = Estimate { p50, p90 };
        self
    }

    /// How long a refusal that may pass is borne, in seconds.
    pub fn patience(mut self, seconds: u64) -> Self {
        self.spec.patience = seconds;
        self
    }

    /// The limit that it counts against.
    pub fn limit(mut self, name: impl Into<String>) -> Self {
        self.spec.limit = Some(name.into());
        self
    }
}
