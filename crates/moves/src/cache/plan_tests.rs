use model::Plan;
use model::plan::Weight;
use serde_json::{Value, json};

use crate::Runbook;
use crate::plan_shape::{blocks, ids, plan, precedes, step};

const FILL: &str = "{ subnet_group = \"stg\", security_groups = [\"sg-1\"], node_type = \"cache.r7g.large\", \
                    parameter_group = \"default.redis7\", encrypted_in_transit = true, encrypted_at_rest = true";

fn section(more: &str) -> String {
    format!("[[cache]]\nid = \"sessions\"\ncontent = \"export\"\nbecause = \"who is logged in\"\n{more}")
}

fn filled(more: &str) -> String {
    section(&format!("fill = {FILL}{more} }}\n"))
}

fn source(more: &Value) -> Value {
    let mut cache = json!({ "id": "sessions", "engine": "redis", "engine_version": "7.1.0", "node_type": "cache.r7g.large",
        "shards": 1, "nodes": 2, "tags": { "team": "shop", "aws:x": "y" } });
    for (member, value) in more.as_object().into_iter().flatten() {
        cache[member] = value.clone();
    }
    json!({ "caches": [cache] })
}

fn usual() -> Value {
    source(&json!({}))
}

fn noted(plan: &Plan, weight: Weight, wanted: &str) -> bool {
    let mut of = plan.notes.iter().filter(|note| note.weight == weight);
    of.any(|note| note.text.contains(wanted))
}

#[test]
fn an_export_travels_through_two_buckets_and_what_it_went_by_is_deleted() {
    let plan = plan(&filled(""), &usual(), &json!({}));
    let verbs: Vec<&str> = ids(&plan)
        .iter()
        .filter_map(|id| id.strip_prefix("cache/sessions/"))
        .collect();
    assert_eq!(
        verbs,
        [
            "make_export_bucket",
            "tag_export_bucket",
            "make_seed_bucket",
            "tag_seed_bucket",
            "create_snapshot",
            "admit_export",
            "export_snapshot",
            "end_export",
            "own_files",
            "admit_target",
            "copy_files",
            "admit_reading",
            "create_group",
            "discard_seed_bucket",
            "discard_export_bucket",
            "delete_snapshot",
        ]
    );
    let at = |verb: &str| format!("cache/sessions/{verb}");
    for (first, second) in [
        ("make_seed_bucket", "create_snapshot"),
        ("end_export", "admit_target"),
        ("own_files", "admit_target"),
        ("create_group", "discard_seed_bucket"),
        ("create_group", "discard_export_bucket"),
        ("create_group", "delete_snapshot"),
    ] {
        assert!(precedes(&plan, &at(first), &at(second)), "{first} before {second}");
    }
    let input = &step(&plan, "cache/sessions/create_group").input;
    assert_eq!(
        (&input["engine_version"], &input["replicas"]),
        (&json!("7.1.0"), &json!(1))
    );
    assert_eq!(input["tags"], json!({ "team": "shop" }));
    assert!(noted(
        &plan,
        Weight::Warns,
        "after its snapshot was begun is not in the new one"
    ));
    assert!(noted(&plan, Weight::Warns, "add a [[gate]] before = [\"cache\"]"));
    assert_eq!(
        step(&plan, "cache/sessions/make_export_bucket").side,
        model::Side::Source
    );
}

#[test]
fn what_the_runbook_says_of_the_new_cache_is_what_is_asked_for_and_a_gate_stands_before_the_snapshot() {
    let more = ", id = \"sessions-stg\", replicas = 0, engine_version = \"7.1.1\", snapshot_retention_days = 3, key = \"alias/shop\"";
    let gate = "[[gate]]\nname = \"stopped\"\nask = \"Is it stopped?\"\nbefore = [\"cache\"]\n[[key]]\nalias = \"alias/shop\"\n";
    let keyed = json!({ "keys": [{ "id": "k1", "aliases": ["alias/shop"] }], "caches": usual()["caches"] });
    let plan = plan(&(filled(more) + gate), &keyed, &json!({}));
    let input = &step(&plan, "cache/sessions/create_group").input;
    assert_eq!(
        (
            &input["id"],
            &input["replicas"],
            &input["engine_version"],
            &input["snapshot_retention_days"]
        ),
        (&json!("sessions-stg"), &json!(0), &json!("7.1.1"), &json!(3))
    );
    assert_eq!(input["key"], "key/alias:shop/create_target_key");
    let snapshot = step(&plan, "cache/sessions/create_snapshot");
    assert_eq!(
        snapshot.gates.iter().map(|gate| gate.as_str()).collect::<Vec<_>>(),
        ["stopped"]
    );
    assert!(noted(
        &plan,
        Weight::Warns,
        "stop what writes to it before you agree at the gate"
    ));
}

#[test]
fn without_a_fill_the_files_stay_and_nothing_is_made_of_them() {
    let plan = plan(&section("fill = false\n"), &usual(), &json!({}));
    for unwanted in ["create_group", "discard_seed_bucket"] {
        let id = format!("cache/sessions/{unwanted}");
        assert!(!ids(&plan).contains(&id.as_str()), "{id}");
    }
    assert_eq!(step(&plan, "cache/sessions/make_seed_bucket").input["stays"], true);
    assert_eq!(
        step(&plan, "cache/sessions/make_export_bucket").input["stays"],
        Value::Null
    );
    assert_eq!(step(&plan, "cache/sessions/admit_reading").input["stays"], true);
    assert!(noted(&plan, Weight::Warns, "snapshot_arns"));
}

#[test]
fn a_cache_that_has_no_export_blocks_with_what_can_be_done() {
    for (more, wanted) in [
        (json!({ "engine": "memcached" }), "Memcached has no snapshots"),
        (json!({ "kind": "serverless" }), "export-serverless-cache-snapshot"),
        (json!({ "data_tiering": true }), "data tiering"),
        (json!({ "engine_version": "" }), "let discover look"),
        (json!({ "id": "other" }), "has no cache sessions"),
    ] {
        let plan = plan(&section("fill = false\n"), &source(&more), &json!({}));
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
        assert!(!ids(&plan).iter().any(|id| id.starts_with("cache/")), "{wanted}");
    }
}

#[test]
fn what_the_new_cache_lacks_blocks() {
    let target = json!({ "cache_subnet_groups": ["other"], "cache_user_groups": ["apps"], "security_groups": ["sg-9"],
        "caches": [{ "id": "sessions", "engine": "redis" }] });
    let token = json!({ "auth_token": true });
    let plain = FILL.replace(
        "encrypted_in_transit = true, encrypted_at_rest = true",
        "encrypted_in_transit = false, encrypted_at_rest = false",
    );
    let plain = |more: &str| section(&format!("fill = {plain}{more} }}\n"));
    for (sections, source, target, wanted) in [
        (section(""), usual(), json!({}), "needs fill"),
        (section("fill = true\n"), usual(), json!({}), "fill = true says nothing"),
        (filled(""), usual(), target.clone(), "no cache subnet group stg"),
        (filled(""), usual(), target.clone(), "no security group sg-1"),
        (filled(""), usual(), target.clone(), "has a cache sessions already"),
        (
            filled(", user_groups = [\"nobody\"]"),
            usual(),
            target,
            "no cache user group nobody",
        ),
        (filled(", id = \"Sessions\""), usual(), json!({}), "cannot be the id"),
        (filled(""), source(&token), json!({}), "asks for a token"),
        (
            filled(""),
            source(&json!({ "user_groups": ["apps"] })),
            json!({}),
            "its user groups",
        ),
        (
            filled(", auth = \"none\", user_groups = [\"apps\"]"),
            source(&token),
            json!({}),
            "contradict",
        ),
        (plain(", user_groups = [\"apps\"]"), usual(), json!({}), "only over TLS"),
        (
            plain(", key = \"alias/shop\""),
            usual(),
            json!({}),
            "needs encrypted_at_rest",
        ),
        (
            filled(", engine_version = \"6.2\""),
            usual(),
            json!({}),
            "older than the source's",
        ),
    ] {
        let plan = plan(&sections, &source, &target);
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
        assert!(!ids(&plan).iter().any(|id| id.starts_with("cache/")), "{wanted}");
    }
    for fine in [", auth = \"none\"", ", user_groups = [\"apps\"]"] {
        let plan = plan(&filled(fine), &source(&token), &json!({}));
        assert_eq!(blocks(&plan), Vec::<&str>::new());
        let warned = noted(&plan, Weight::Warns, "whoever its security groups admit can read it");
        assert_eq!(warned, fine.contains("auth"), "{fine}");
    }
}

#[test]
fn a_fill_that_leaves_out_what_must_be_said_is_no_runbook() {
    let head = "migration = \"shop\"\nregion = \"eu-west-1\"\nsource = { account = \"111111111111\" }\n\
                target = { account = \"222222222222\" }\n";
    let without = filled("").replace("subnet_group = \"stg\", ", "");
    assert!(Runbook::parse(&format!("{head}{without}")).is_err());
    assert!(Runbook::parse(&format!("{head}{}", filled(""))).is_ok());
    let token = filled(", auth_token = \"abcdefghijklmnop\"");
    assert!(
        Runbook::parse(&format!("{head}{token}")).is_err(),
        "no token in a runbook"
    );
}

#[test]
fn in_a_region_that_must_be_switched_on_elasticache_is_admitted_by_policy() {
    let head = "migration = \"shop\"\nregion = \"ap-southeast-3\"\nsource = { account = \"111111111111\" }\n\
                target = { account = \"222222222222\" }\n";
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": {
        "111111111111": { "regions": { "ap-southeast-3": usual() } } } });
    let inventory = model::Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = Runbook::parse(&format!("{head}{}", filled(""))).expect("a runbook");
    let plan = crate::plan(&runbook, &inventory);
    plan.check().expect("every reference of a plan resolves");
    let at = |verb: &str| step(&plan, &format!("cache/sessions/{verb}"));
    let principal = json!(["ap-southeast-3.elasticache-snapshot.amazonaws.com"]);
    for (verb, action) in [
        ("admit_export", "bucket.change_policy"),
        ("end_export", "bucket.withdraw_grant"),
        ("admit_service", "bucket.change_policy"),
        ("admit_reading", "cache.admit_reading"),
    ] {
        assert_eq!(at(verb).action, action, "{verb}");
    }
    assert_eq!(at("admit_export").input["roles"], principal);
    assert_eq!(at("admit_reading").input["service"], Value::Null);
    // Without a role of its own whoever acts for the account copies.
    assert_eq!(
        at("admit_target").input["roles"],
        json!(["arn:aws:iam::222222222222:root"])
    );
}
