//! For tests of plans: a draft from texts, and what holds of every plan whatever is in it.

use std::collections::{BTreeMap, BTreeSet};

use model::plan::Weight;
use model::{Inventory, Plan, StepId, StepSpec};
use serde_json::{Value, json};

use crate::Runbook;
use crate::draft::Draft;
use crate::prices::Prices;
use crate::{cache, cluster, database, gate, hook, image, instance, key, room, volume};

pub(crate) const SOURCE: &str = "111111111111";
pub(crate) const TARGET: &str = "222222222222";

/// An inventory of two accounts from what lies in the region of each.
pub(crate) fn inventory(source: &Value, target: &Value) -> Inventory {
    let account = |contents: &Value| json!({ "regions": { "ap-northeast-1": contents } });
    let text = json!({
        "format": 1, "observed_at": "2026-11-22T00:00:00Z",
        "accounts": { SOURCE: account(source), TARGET: account(target) },
    });
    Inventory::parse(&text.to_string()).expect("an inventory")
}

/// The plan of a runbook's keys, databases, clusters, images, instances, volumes and caches.
pub(crate) fn plan(sections: &str, source: &Value, target: &Value) -> Plan {
    let head = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\" }}\ntarget = {{ account = \"{TARGET}\" }}\n"
    );
    let runbook = Runbook::parse(&(head + sections)).expect("a runbook");
    let inventory = inventory(source, target);
    let prices = Prices::default();
    let mut draft = Draft::new(&runbook, &inventory, &prices);
    gate::plan(&mut draft);
    hook::plan(&mut draft);
    key::plan_first(&mut draft);
    runbook
        .databases
        .iter()
        .for_each(|spec| database::plan(&mut draft, spec));
    runbook.clusters.iter().for_each(|spec| cluster::plan(&mut draft, spec));
    runbook.images.iter().for_each(|spec| image::plan(&mut draft, spec));
    runbook
        .instances
        .iter()
        .for_each(|spec| instance::plan(&mut draft, spec));
    runbook.volumes.iter().for_each(|spec| volume::plan(&mut draft, spec));
    cache::plan(&mut draft);
    key::plan_last(&mut draft);
    room::check(&mut draft);
    let plan = Plan {
        format: model::plan::PLAN_FORMAT,
        migration: runbook.migration.clone(),
        region: runbook.region.clone(),
        accounts: BTreeMap::new(),
        runbook: runbook.digest.clone(),
        windows: Vec::new(),
        frozen: Vec::new(),
        overrun: Default::default(),
        gates: draft.gates,
        limits: draft.limits,
        steps: draft.steps,
        notes: draft.notes,
        costs: draft.costs,
        rewrites: draft.rewrites,
        products: Default::default(),
    };
    plan.check().expect("every reference of a plan resolves");
    inputs_are_needed(&plan);
    plan
}

/// Every step that an input names is done before: an output that is read and not there would stop the run at night.
fn inputs_are_needed(plan: &Plan) {
    for step in &plan.steps {
        let before = all_before(plan, step);
        let mut texts = Vec::new();
        collect(&step.input, &mut texts);
        for other in plan.steps.iter().filter(|other| texts.contains(&other.id.as_str())) {
            assert!(
                before.contains(&other.id),
                "{} reads the output of {} and does not need it",
                step.id,
                other.id
            );
        }
    }
}

fn collect<'v>(value: &'v Value, texts: &mut Vec<&'v str>) {
    match value {
        Value::String(text) => texts.push(text),
        Value::Array(items) => items.iter().for_each(|item| collect(item, texts)),
        Value::Object(members) => members.values().for_each(|member| collect(member, texts)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

/// Everything that a step needs, through all steps between.
pub(crate) fn all_before(plan: &Plan, step: &StepSpec) -> BTreeSet<StepId> {
    let mut found = BTreeSet::new();
    let mut pending = step.needs.clone();
    while let Some(id) = pending.pop() {
        if found.insert(id.clone()) {
            pending.extend(plan.step(&id).expect("the plan was checked").needs.clone());
        }
    }
    found
}

/// The step of an id, written out.
pub(crate) fn step<'p>(plan: &'p Plan, id: &str) -> &'p StepSpec {
    plan.step(&StepId::new(id).expect("an id"))
        .unwrap_or_else(|| panic!("the plan has no {id}: {:?}", ids(plan)))
}

/// Whether one step is done before another may begin.
pub(crate) fn precedes(plan: &Plan, first: &str, second: &str) -> bool {
    all_before(plan, step(plan, second)).contains(&StepId::new(first).expect("an id"))
}

/// The ids of all steps, in order.
pub(crate) fn ids(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.id.as_str()).collect()
}

/// The texts of the notes that block.
pub(crate) fn blocks(plan: &Plan) -> Vec<&str> {
    plan.notes
        .iter()
        .filter(|note| note.weight == Weight::Blocks)
        .map(|note| note.text.as_str())
        .collect()
}
