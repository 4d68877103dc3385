//! From runbook and inventory to a plan.

use std::collections::BTreeMap;

use model::plan::{Estimate, Learned, PLAN_FORMAT};
use model::{Inventory, Plan, Side, StepSpec};

use crate::draft::Draft;
use crate::prices::Prices;
use crate::runbook::Runbook;
use crate::{
    bucket, cache, cluster, database, delivery, gate, hook, image, instance, key, limits, products, reference, room,
    terraform_plan, unmoved, volume, window_room, zone,
};

/// Draws up the plan. What stands in the way is a note that blocks, not an error: people should see all of it at once.
pub fn plan(runbook: &Runbook, inventory: &Inventory) -> Plan {
    plan_expecting(runbook, inventory, &Prices::default(), |_| None)
}

/// The same, with prices of one's own, and where more is known of what a step takes than AWS documents: what is expected of it, and on how many
/// samples that rests.
pub fn plan_expecting(
    runbook: &Runbook,
    inventory: &Inventory,
    prices: &Prices,
    expects: impl Fn(&StepSpec) -> Option<(Estimate, u64)>,
) -> Plan {
    let (resolved, notes) = reference::resolved(runbook, inventory);
    let runbook = &resolved;
    let mut draft = Draft::new(runbook, inventory, prices);
    draft.notes = notes;
    gate::plan(&mut draft);
    hook::plan(&mut draft);
    key::plan_first(&mut draft);
    for spec in &runbook.databases {
        database::plan(&mut draft, spec);
    }
    for spec in &runbook.clusters {
        cluster::plan(&mut draft, spec);
    }
    for spec in &runbook.images {
        image::plan(&mut draft, spec);
    }
    for spec in &runbook.instances {
        instance::plan(&mut draft, spec);
    }
    for spec in &runbook.volumes {
        volume::plan(&mut draft, spec);
    }
    for spec in &runbook.buckets {
        bucket::plan(&mut draft, spec);
    }
    for spec in &runbook.zones {
        zone::plan(&mut draft, spec);
    }
    for spec in &runbook.private_zones {
        zone::private::plan(&mut draft, spec);
    }
    cache::plan(&mut draft);
    unmoved::plan(&mut draft);
    delivery::plan(&mut draft);
    bucket::plan_last(&mut draft);
    key::plan_last(&mut draft);
    room::check(&mut draft);
    terraform_plan::check(&mut draft);
    let mut accounts = BTreeMap::from([
        (Side::Source, runbook.source.access()),
        (Side::Target, runbook.target.access()),
    ]);
    if let Some(parent) = &runbook.parent {
        accounts.insert(Side::Parent, parent.access());
    }
    limits::as_told(&mut draft);
    runbook.limits.set(&mut draft.limits);
    for step in &mut draft.steps {
        if let Some((estimate, samples)) = expects(step) {
            step.learned = Some(Learned {
                documented: step.estimate.p50,
                samples,
            });
            step.estimate = estimate;
        }
    }
    if !draft.costs.is_empty() {
        draft.costs.priced_on = prices.priced_on().to_owned();
        draft.costs.own_priced_on = prices.own_priced_on().map(str::to_owned);
    }
    let products = products::plan(&mut draft);
    let plan = Plan {
        format: PLAN_FORMAT,
        migration: runbook.migration.clone(),
        region: runbook.region.clone(),
        accounts,
        runbook: runbook.digest.clone(),
        windows: runbook.windows.clone(),
        frozen: runbook.frozen.clone(),
        overrun: runbook.overrun,
        gates: draft.gates,
        limits: draft.limits,
        steps: draft.steps,
        notes: draft.notes,
        costs: draft.costs,
        rewrites: draft.rewrites,
        products,
    };
    window_room::checked(plan, inventory.observed_at)
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
