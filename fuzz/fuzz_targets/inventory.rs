//! An inventory, and the plan that the example's runbook gives with it. What can be read is written as something that reads the same.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use model::Inventory;
use moves::Runbook;

static RUNBOOK: LazyLock<Runbook> = LazyLock::new(|| {
    Runbook::parse(include_str!("../../runbooks/shop-staging/runbook.toml")).expect("the example's runbook")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(inventory) = Inventory::parse(text) else { return };
    let written = serde_json::to_string(&inventory).expect("an inventory can be written");
    let again = Inventory::parse(&written).expect("what is written can be read");
    assert_eq!(serde_json::to_string(&again).expect("it can be written"), written);
    let plan = moves::plan(&RUNBOOK, &inventory);
    if !plan.is_blocked() {
        plan.check().expect("a plan that is not blocked does not contradict itself");
    }
});
