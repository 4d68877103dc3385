//! What is said of the runbook as a whole.

use model::plan::Weight;
use model::{Inventory, Plan};
use serde_json::{Value, json};

use super::plan;
use crate::runbook::Runbook;

const HEAD: &str = "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = { account = \"111111111111\" }\n\
                    target = { account = \"222222222222\" }\n[[key]]\nalias = \"alias/shop\"\n";

fn planned(sections: &str, change: impl Fn(&mut Value)) -> Plan {
    let database = json!({"id": "shop", "engine": "postgres", "engine_version": "16.3", "class": "db.t4g.medium", "storage_gib": 100,
        "storage_type": "gp3", "parameter_group": "default.postgres16", "port": 5432});
    let mut inventory = json!({"format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": {
        "111111111111": {"regions": {"ap-northeast-1": {"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "databases": [database]}}},
        "222222222222": {"regions": {"ap-northeast-1": {
            "subnet_groups": {"stg-db": {"vpc": "vpc-1", "subnets": ["subnet-1", "subnet-2"]}}, "security_groups": ["sg-1"]}}}}});
    change(&mut inventory);
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = Runbook::parse(&format!("{HEAD}{sections}")).expect("a runbook");
    plan(&runbook, &inventory)
}

fn texts(plan: &Plan, weight: Weight) -> Vec<&str> {
    let of = plan.notes.iter().filter(|note| note.weight == weight);
    of.map(|note| note.text.as_str()).collect()
}

fn database(restore: &str) -> String {
    format!("[[database]]\nid = \"shop\"\nrestore = {restore}\n")
}

const BY_NAME: &str = "{ subnet_group = \"stg-db\", security_groups = [\"sg-1\"] }";
const BY_REFERENCE: &str =
    "{ subnet_group = \"tfstate://states/stg.tfstate#aws_db_subnet_group.db\", security_groups = [\"tag:Name=db\"] }";

#[test]
fn what_discover_has_found_stands_in_the_place_of_a_reference() {
    let plan = planned(&database(BY_REFERENCE), |inventory| {
        inventory["references"] =
            json!({"tfstate://states/stg.tfstate#aws_db_subnet_group.db": "stg-db", "tag:Name=db": "sg-1"});
    });
    assert_eq!(texts(&plan, Weight::Blocks), Vec::<&str>::new());
    let restored = plan
        .steps
        .iter()
        .find(|step| step.action == "database.restore_instance")
        .expect("it is restored");
    assert_eq!(restored.input["subnet_group"], "stg-db");
    assert_eq!(restored.input["security_groups"], json!(["sg-1"]));
    assert!(
        texts(&plan, Weight::Tells)
            .iter()
            .any(|text| text.starts_with("tag:Name=db is sg-1"))
    );
}

#[test]
fn a_reference_that_nobody_has_looked_up_or_that_cannot_be_blocks() {
    let plan = planned(&database(BY_REFERENCE), |_| ());
    let asks = texts(&plan, Weight::Blocks)
        .into_iter()
        .filter(|text| text.contains("cleave discover"))
        .count();
    assert_eq!(asks, 2, "{:?}", texts(&plan, Weight::Blocks));
    let odd = "{ subnet_group = \"tag:Name=db\", security_groups = [\"tag:Name\"] }";
    let plan = planned(&database(odd), |_| ());
    let blocks = texts(&plan, Weight::Blocks);
    assert!(
        blocks
            .iter()
            .any(|text| text.contains("only security groups are found by tag")),
        "{blocks:?}"
    );
    assert!(
        blocks.iter().any(|text| text.contains("is not a tag such as")),
        "{blocks:?}"
    );
}

#[test]
fn a_terraform_that_would_create_what_moves_is_found() {
    let would_create = |inventory: &mut Value| {
        inventory["terraform_creates"] = json!([
            {"address": "module.db.aws_db_instance.this", "kind": "aws_db_instance", "name": "shop"},
            {"address": "aws_db_instance.other", "kind": "aws_db_instance", "name": "other"}]);
    };
    let moved = planned(&database(BY_NAME), would_create);
    let blocks = texts(&moved, Weight::Blocks);
    assert!(
        matches!(blocks.as_slice(), [one] if one.contains("module.db.aws_db_instance.this")),
        "{blocks:?}"
    );
    let left = planned(&database("false"), would_create);
    assert_eq!(texts(&left, Weight::Blocks), Vec::<&str>::new());
    assert!(
        texts(&left, Weight::Warns)
            .iter()
            .any(|text| text.contains("without snapshot_identifier"))
    );
    let cache = |fill: &str| {
        let section = "[[cache]]\nid = \"shop-cache\"\ncontent = \"export\"\nbecause = \"sessions\"\n";
        planned(&format!("{section}fill = {fill}\n{}", database("false")), |inventory| {
            inventory["accounts"]["111111111111"]["regions"]["ap-northeast-1"]["caches"] = json!([{
                "id": "shop-cache", "engine": "redis", "engine_version": "7.1.0", "node_type": "cache.t4g.micro", "shards": 1, "nodes": 1}]);
            inventory["terraform_creates"] = json!([{"address": "aws_elasticache_replication_group.this",
                "kind": "aws_elasticache_replication_group", "name": "shop-cache"}]);
        })
    };
    let left = cache("false");
    assert_eq!(texts(&left, Weight::Blocks), Vec::<&str>::new());
    let warned = texts(&left, Weight::Warns);
    assert!(
        warned.iter().any(|text| text.contains("without snapshot_arns")),
        "{warned:?}"
    );
    let filled = cache(
        "{ subnet_group = \"s\", security_groups = [\"sg-1\"], node_type = \"cache.t4g.micro\", parameter_group = \"default.redis7\", \
         encrypted_in_transit = true, encrypted_at_rest = true }",
    );
    let blocks = texts(&filled, Weight::Blocks);
    let blocked = blocks
        .iter()
        .any(|text| text.contains("aws_elasticache_replication_group.this"));
    assert!(blocked, "{blocks:?}");
    let from_snapshot = planned(&database("false"), |inventory| {
        would_create(inventory);
        inventory["terraform_creates"][0]["snapshot"] = json!("arn:aws:rds:…");
    });
    assert!(
        !texts(&from_snapshot, Weight::Warns)
            .iter()
            .any(|text| text.contains("snapshot_identifier"))
    );
}

#[test]
fn what_terraform_would_create_is_read_from_its_plan() {
    let change = |address: &str, kind: &str, actions: Value, after: Value| json!({"address": address, "type": kind, "change": {"actions": actions, "after": after}});
    let plan = json!({"format_version": "1.2", "resource_changes": [
        change("aws_db_instance.a", "aws_db_instance", json!(["create"]), json!({"identifier": "a", "snapshot_identifier": null})),
        change("aws_db_instance.b", "aws_db_instance", json!(["delete", "create"]), json!({"identifier": "b", "snapshot_identifier": "snap"})),
        change("aws_db_instance.c", "aws_db_instance", json!(["no-op"]), json!({"identifier": "c"})),
        change("aws_s3_bucket.d", "aws_s3_bucket", json!(["create"]), json!({"bucket": "d"})),
        change("aws_elasticache_replication_group.f", "aws_elasticache_replication_group", json!(["create"]),
            json!({"replication_group_id": "f", "snapshot_arns": ["arn:aws:s3:::seeds/f-0001.rdb"]})),
        change("aws_iam_role.e", "aws_iam_role", json!(["create"]), json!({"name": "e"}))]});
    let found = crate::terraform_plan::creates(plan.to_string().as_bytes()).expect("a plan");
    let found: Vec<(&str, Option<&str>)> = found
        .iter()
        .map(|one| (one.name.as_str(), one.snapshot.as_deref()))
        .collect();
    assert_eq!(
        found,
        [
            ("a", None),
            ("b", Some("snap")),
            ("d", None),
            ("f", Some("arn:aws:s3:::seeds/f-0001.rdb"))
        ]
    );
    assert!(
        crate::terraform_plan::creates(b"{}")
            .expect_err("no plan")
            .contains("terraform show -json")
    );
}

#[test]
fn what_becomes_of_a_cache_is_asked_for_and_said() {
    let with_cache = |inventory: &mut Value| {
        inventory["accounts"]["111111111111"]["regions"]["ap-northeast-1"]["caches"] =
            json!([{"id": "shop-cache", "engine": "redis"}]);
    };
    let asked = planned(&database(BY_NAME), with_cache);
    assert!(
        texts(&asked, Weight::Warns)
            .iter()
            .any(|text| text.contains("shop-cache") && text.contains("[[cache]]"))
    );
    let section = |content: &str| {
        format!(
            "[[cache]]\nid = \"shop-cache\"\ncontent = \"{content}\"\nbecause = \"sessions only\"\n{}",
            database(BY_NAME)
        )
    };
    let skipped = planned(&section("skip"), with_cache);
    assert!(
        texts(&skipped, Weight::Tells)
            .iter()
            .any(|text| text.contains("sessions only"))
    );
    assert!(
        !texts(&skipped, Weight::Warns)
            .iter()
            .any(|text| text.contains("shop-cache"))
    );
    let kept = planned(&section("skip"), |inventory| {
        inventory["accounts"]["111111111111"]["regions"]["ap-northeast-1"]["caches"] =
            json!([{"id": "shop-cache", "engine": "redis", "snapshot_retention_days": 7}]);
    });
    assert!(
        texts(&kept, Weight::Warns)
            .iter()
            .any(|text| text.contains("automatic snapshots for 7 day(s)"))
    );
}

#[test]
fn copies_at_once_are_as_many_as_the_account_admits_and_the_runbook_has_the_last_word() {
    let told = |copies: Option<u32>| {
        move |inventory: &mut Value| {
            let accounts = &mut inventory["accounts"];
            accounts["111111111111"]["regions"]["ap-northeast-1"]["images"] = json!([{"id": "ami-1", "name": "shop-batch-1",
                "snapshots": [{"id": "snap-1", "device": "/dev/xvda", "size_gib": 8}]}]);
            if let Some(copies) = copies {
                accounts["222222222222"]["regions"]["ap-northeast-1"]["snapshot_copies"] = json!(copies);
            }
        }
    };
    let limit = |runbook: &str, copies: u32| planned(runbook, told(Some(copies))).limits["image-copies"];
    let image = "[[image]]\nname = \"shop-batch-*\"\n";
    assert_eq!([20, 50, 5, 1].map(|copies| limit(image, copies)), [8, 20, 2, 1]);
    assert_eq!(
        planned(image, told(None)).limits["image-copies"],
        8,
        "as AWS documents it"
    );
    assert_eq!(limit(&format!("{image}\n[limits]\nimage-copies = 3\n"), 50), 3);
}

#[test]
fn more_than_aws_admits_unasked_is_told_where_nobody_has_counted() {
    let told = |count: usize, counted: bool| {
        let sections: String = (0..count)
            .map(|n| format!("[[database]]\nid = \"shop-{n}\"\nrestore = {BY_NAME}\n"))
            .collect();
        let plan = planned(&sections, |inventory| {
            let region = &mut inventory["accounts"]["111111111111"]["regions"]["ap-northeast-1"];
            let database = region["databases"][0].clone();
            region["databases"] = (0..count)
                .map(|n| {
                    let mut one = database.clone();
                    one["id"] = json!(format!("shop-{n}"));
                    one
                })
                .collect();
            if counted {
                inventory["accounts"]["222222222222"]["regions"]["ap-northeast-1"]["instance_slots"] =
                    json!({"used": 0, "quota": 100});
            }
        });
        let warned = texts(&plan, Weight::Warns);
        warned
            .iter()
            .any(|text| text.contains("41 DB instances at once") && text.contains("AWS admits 40"))
    };
    assert_eq!([told(41, false), told(40, false), told(41, true)], [true, false, false]);
}

#[test]
fn no_room_for_what_moves_blocks_with_what_is_needed() {
    let with_slots = |used: u32| {
        move |inventory: &mut Value| {
            inventory["accounts"]["222222222222"]["regions"]["ap-northeast-1"]["instance_slots"] =
                json!({"used": used, "quota": 40});
        }
    };
    assert_eq!(
        texts(&planned(&database(BY_NAME), with_slots(39)), Weight::Blocks),
        Vec::<&str>::new()
    );
    let full = planned(&database(BY_NAME), with_slots(40));
    assert!(
        texts(&full, Weight::Blocks)
            .iter()
            .any(|text| text.contains("40 of 40 DB instances") && text.contains("1 more"))
    );
    // What is not restored needs none.
    assert_eq!(
        texts(&planned(&database("false"), with_slots(40)), Weight::Blocks),
        Vec::<&str>::new()
    );
}
