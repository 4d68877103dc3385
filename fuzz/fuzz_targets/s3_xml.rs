//! XML as S3 sends it: a page of a version listing, and a bucket's sub-resources, which the plan reads for names that it has to change.

#![no_main]

use std::sync::LazyLock;

use libfuzzer_sys::fuzz_target;
use model::Inventory;
use moves::Runbook;

const SUB_RESOURCES: [&str; 12] = [
    "accelerate",
    "analytics",
    "cors",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "lifecycle",
    "logging",
    "notification",
    "ownershipControls",
    "replication",
    "website",
];

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
    let Some((which, document)) = bytes.split_first() else { return };
    let Some(name) = SUB_RESOURCES.get(usize::from(*which % 16)) else {
        let _ = listing::page::parse(document);
        return;
    };
    let Ok(document) = std::str::from_utf8(document) else { return };
    let mut inventory = INVENTORY.clone();
    let buckets = inventory.accounts.values_mut().flat_map(|account| account.regions.values_mut());
    for bucket in buckets.flat_map(|region| &mut region.buckets) {
        bucket.documents.insert((*name).to_owned(), document.to_owned());
    }
    let _ = moves::plan(&RUNBOOK, &inventory);
});
