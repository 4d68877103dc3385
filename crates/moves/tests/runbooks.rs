//! The example runbooks: they are read, nothing blocks their plans, the plans hold together, and production stays out of them.

use std::collections::BTreeSet;
use std::path::Path;

use model::plan::Weight;
use model::{Inventory, Plan, Side};
use moves::Runbook;

struct Example {
    runbook: Runbook,
    inventory: Inventory,
    plan: Plan,
}

fn example(name: &str) -> Example {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runbooks").join(name);
    let read = |file: &str| {
        std::fs::read_to_string(folder.join(file)).unwrap_or_else(|error| panic!("{name}/{file}: {error}"))
    };
    let runbook = Runbook::parse(&read("runbook.toml")).unwrap_or_else(|error| panic!("{name}: {error}"));
    let inventory = Inventory::parse(&read("inventory.json")).unwrap_or_else(|error| panic!("{name}: {error}"));
    let plan = moves::plan(&runbook, &inventory);
    Example {
        runbook,
        inventory,
        plan,
    }
}

fn both() -> [(&'static str, Example); 2] {
    ["shop-staging", "three-products"].map(|name| (name, example(name)))
}

#[test]
fn nothing_blocks_their_plans() {
    for (name, Example { plan, .. }) in both() {
        let blocks: Vec<_> = plan.notes.iter().filter(|note| note.weight == Weight::Blocks).collect();
        assert!(blocks.is_empty(), "{name}: {blocks:#?}");
        plan.check().unwrap_or_else(|error| panic!("{name}: {error}"));
    }
}

#[test]
fn a_plan_made_twice_is_the_same_plan_and_another_runbook_is_another() {
    for (name, Example { plan, .. }) in both() {
        assert_eq!(plan.digest(), example(name).plan.digest(), "{name}");
    }
    assert_ne!(
        example("shop-staging").plan.digest(),
        example("three-products").plan.digest()
    );
}

#[test]
fn everything_named_gets_steps_in_both_accounts() {
    for (name, Example { runbook, plan, .. }) in both() {
        let databases = runbook.databases.iter().map(|d| ("database", d.id.clone()));
        let buckets = runbook.buckets.iter().map(|b| ("bucket", b.name.clone()));
        let zones = runbook.zones.iter().map(|z| ("zone", z.name.clone()));
        for (kind, id) in databases.chain(buckets).chain(zones) {
            let sides: BTreeSet<Side> = plan
                .steps
                .iter()
                .filter(|s| s.resource.kind == kind && s.resource.name == id)
                .map(|s| s.side)
                .collect();
            assert!(
                sides.contains(&Side::Target) && sides.len() > 1,
                "{name}: {kind} {id} on {sides:?}"
            );
        }
        let images = plan.resources().into_iter().filter(|r| r.kind == "image").count();
        assert_eq!(images, if name == "shop-staging" { 1 } else { 6 }, "{name}");
    }
}

#[test]
fn production_stands_in_the_inventory_and_not_in_the_plan() {
    for (
        name,
        Example {
            plan,
            inventory,
            runbook,
        },
    ) in both()
    {
        let source = inventory
            .region(&runbook.source.account, &runbook.region)
            .expect("the source was observed");
        let names = source
            .databases
            .iter()
            .map(|d| d.id.as_str())
            .chain(source.buckets.iter().map(|b| b.name.as_str()));
        let names = names.chain(source.images.iter().map(|i| i.name.as_str()));
        let production: Vec<&str> = names.filter(|name| name.contains("-prd")).collect();
        assert!(production.len() >= 3, "{name}: {production:?}");
        let text = serde_json::to_string(&plan).expect("a plan has only string keys");
        for id in production {
            assert!(!text.contains(id), "{name}: {id} is in the plan");
        }
    }
}

#[test]
fn what_may_disturb_waits_for_the_window_and_data_for_the_gate() {
    for (name, Example { plan, .. }) in both() {
        assert_eq!(plan.windows.len(), 1, "{name}");
        assert!(plan.steps.iter().any(|step| step.disturbs), "{name}");
        let first = if name == "shop-staging" {
            "service-stopped"
        } else {
            "services-stopped"
        };
        let snapshots = plan
            .steps
            .iter()
            .filter(|step| step.action == "database.create_snapshot");
        for step in snapshots {
            assert!(
                step.gates.iter().any(|gate| gate.as_str() == first),
                "{name}: {} waits for no gate",
                step.id
            );
        }
    }
}
