//! A policy document: of a bucket, as the plan rewrites it for the target, and of anything, as simcloud evaluates it.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use model::Inventory;
use moves::Runbook;
use serde_json::Value;

static RUNBOOK: LazyLock<Runbook> = LazyLock::new(|| {
    let text = include_str!("../../runbooks/shop-staging/runbook.toml");
    let (before, after) = text.split_once("[[database]]").expect("it has a database");
    let (_, after) = after.split_once("[[bucket]]").expect("and a bucket");
    let (bucket, _) = after.split_once("[[image]]").expect("and an image");
    Runbook::parse(&format!("{before}[[bucket]]{bucket}").replace("[\"database\", \"bucket\"]", "[\"bucket\"]"))
        .expect("the example's runbook with its bucket alone")
});
static INVENTORY: LazyLock<Inventory> = LazyLock::new(|| {
    Inventory::parse(include_str!("../../runbooks/shop-staging/inventory.json")).expect("the example's inventory")
});

fuzz_target!(|bytes: &[u8]| {
    let Ok(document) = serde_json::from_slice::<Value>(bytes) else { return };
    for named in simcloud::policy::aws_principals(&document) {
        let _ = simcloud::policy::matches(named, "arn:aws:iam::111111111111:role/cleave-source");
        let _ = (simcloud::policy::role_of(named), simcloud::policy::session_role(named));
    }
    let mut inventory = INVENTORY.clone();
    for account in inventory.accounts.values_mut() {
        for region in account.regions.values_mut() {
            for bucket in &mut region.buckets {
                bucket.policy = Some(document.clone());
            }
            for key in &mut region.keys {
                key.policy = Some(document.clone());
            }
        }
    }
    let _ = moves::plan(&RUNBOOK, &inventory);
});
