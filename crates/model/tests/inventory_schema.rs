//! The JSON Schema of inventories: it accepts what the parser accepts, refuses what the parser refuses for its form, and is told by the
//! file itself.

mod schema_walk;

use std::path::Path;

use model::Inventory;
use schema_walk::faults;
use serde_json::{Value, json};

/// An inventory with these members of its source account's region.
fn with(region: &Value) -> Value {
    json!({
        "format": 1, "observed_at": "2026-11-22T00:00:00Z",
        "accounts": { "111111111111": { "regions": { "ap-northeast-1": region } } },
    })
}

#[test]
fn the_inventories_that_lie_here_satisfy_the_schema() {
    let schema = Inventory::json_schema();
    let home = Path::new(env!("CARGO_MANIFEST_DIR")).join("../..");
    for name in [
        "runbooks/shop-staging",
        "runbooks/three-products",
        "crates/cleave/tests/every_kind",
    ] {
        let path = home.join(name).join("inventory.json");
        let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let inventory = Inventory::parse(&text).unwrap_or_else(|error| panic!("{name}: {error}"));
        let written = serde_json::from_str(&text).expect("JSON");
        assert_eq!(faults(&schema, &written), Vec::<String>::new(), "{name}");
        let again = serde_json::to_value(&inventory).expect("only string keys");
        assert_eq!(faults(&schema, &again), Vec::<String>::new(), "{name}, written again");
    }
}

#[test]
fn a_file_may_name_its_schema_and_keeps_the_name() {
    let mut written = with(&json!({}));
    written["$schema"] = json!("./inventory.schema.json");
    assert_eq!(faults(&Inventory::json_schema(), &written), Vec::<String>::new());
    let inventory = Inventory::parse(&written.to_string()).expect("an inventory");
    let again = serde_json::to_value(&inventory).expect("only string keys");
    assert_eq!(again["$schema"], written["$schema"]);
    let without = Inventory::parse(&with(&json!({})).to_string()).expect("an inventory");
    let without = serde_json::to_value(&without).expect("only string keys");
    assert_eq!(without.get("$schema"), None);
}

#[test]
fn what_the_parser_refuses_for_its_form_the_schema_refuses_too() {
    let schema = Inventory::json_schema();
    let mut bad = vec![
        (
            "no format",
            json!({ "observed_at": "2026-11-22T00:00:00Z", "accounts": {} }),
        ),
        (
            "no accounts",
            json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z" }),
        ),
        (
            "a newer format",
            json!({ "format": 2, "observed_at": "2026-11-22T00:00:00Z", "accounts": {} }),
        ),
        (
            "a format as text",
            json!({ "format": "1", "observed_at": "2026-11-22T00:00:00Z", "accounts": {} }),
        ),
        (
            "a moment as a number",
            json!({ "format": 1, "observed_at": 5, "accounts": {} }),
        ),
        (
            "accounts as a list",
            json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": [] }),
        ),
        (
            "an account id of eleven digits",
            json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": { "11111111111": {} } }),
        ),
        (
            "a region that is none",
            json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": { "111111111111": { "regions": { "tokyo": {} } } } }),
        ),
        (
            "a field of no account",
            json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": { "111111111111": { "buckets": [] } } }),
        ),
    ];
    let regions = [
        ("a list that is misspelt", json!({ "databse": [] })),
        ("databases by name", json!({ "databases": { "shop": {} } })),
        (
            "a database's field that is misspelt",
            json!({ "databases": [{ "id": "a", "multiaz": true }] }),
        ),
        (
            "storage as text",
            json!({ "databases": [{ "id": "a", "storage_gib": "20" }] }),
        ),
        (
            "storage below nothing",
            json!({ "databases": [{ "id": "a", "storage_gib": -1 }] }),
        ),
        (
            "a port beyond all ports",
            json!({ "databases": [{ "id": "a", "port": 70000 }] }),
        ),
        (
            "a setting that there is not",
            json!({ "databases": [{ "id": "a", "settings": { "iopps": 1 } }] }),
        ),
        (
            "versioning of another word",
            json!({ "buckets": [{ "name": "a", "versioning": "on" }] }),
        ),
        (
            "an entry that is neither",
            json!({ "buckets": [{ "name": "a", "objects": [{ "key": "k", "entries": [{ "copy": {} }] }] }] }),
        ),
        (
            "a version without its size",
            json!({ "buckets": [{ "name": "a", "objects": [{ "key": "k", "entries": [{ "version": {} }] }] }] }),
        ),
        (
            "keys of another shape",
            json!({ "buckets": [{ "name": "a", "generated": { "shape": "round", "keys": 5 } }] }),
        ),
        (
            "a manager that is nobody",
            json!({ "keys": [{ "id": "a", "manager": "me" }] }),
        ),
        (
            "an engine mode of another word",
            json!({ "clusters": [{ "id": "a", "engine_mode": "parallel" }] }),
        ),
        (
            "slots without how many are used",
            json!({ "manual_snapshots": { "quota": 100 } }),
        ),
        (
            "a cache of another sort",
            json!({ "caches": [{ "id": "a", "kind": "memory" }] }),
        ),
        (
            "a promotion tier beyond a byte",
            json!({ "clusters": [{ "id": "a", "members": [{ "id": "b", "promotion_tier": 256 }] }] }),
        ),
        ("security groups as one text", json!({ "security_groups": "sg-1" })),
        ("what is deployed elsewhere", json!({ "deployed": { "pods": [] } })),
    ];
    bad.extend(regions.iter().map(|(name, region)| (*name, with(region))));
    for (name, inventory) in bad {
        assert!(
            Inventory::parse(&inventory.to_string()).is_err(),
            "the parser accepts {name}"
        );
        assert_ne!(
            faults(&schema, &inventory),
            Vec::<String>::new(),
            "the schema accepts {name}"
        );
    }
}
