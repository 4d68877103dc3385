//! A runbook that somebody writes, and the plan that is made of it with the example's inventory: what can be read gives a plan that does not
//! contradict itself, or says what is wrong.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use model::Inventory;
use moves::Runbook;

static INVENTORY: LazyLock<Inventory> = LazyLock::new(|| {
    Inventory::parse(include_str!("../../runbooks/three-products/inventory.json")).expect("the example's inventory")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    match Runbook::parse(text) {
        Ok(runbook) => {
            let plan = moves::plan(&runbook, &INVENTORY);
            if !plan.is_blocked() {
                plan.check().expect("a plan that is not blocked does not contradict itself");
            }
        }
        Err(error) => assert!(!error.to_string().is_empty()),
    }
});
