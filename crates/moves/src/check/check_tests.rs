use std::collections::BTreeSet;

use model::Inventory;
use serde_json::{Value, json};

use super::*;
use crate::Runbook;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const REGION: &str = "ap-northeast-1";

/// A runbook and its inventory, to be changed before they are read.
struct Written {
    runbook: Value,
    inventory: Value,
}

impl Written {
    /// As they lie in `runbooks/`.
    fn clean(name: &str) -> Self {
        let folder = format!("{}/../../runbooks/{name}", env!("CARGO_MANIFEST_DIR"));
        let read = |file: &str| std::fs::read_to_string(format!("{folder}/{file}")).expect("an example");
        Self {
            runbook: toml::from_str(&read("runbook.toml")).expect("TOML"),
            inventory: serde_json::from_str(&read("inventory.json")).expect("JSON"),
        }
    }

    fn findings(&self) -> Vec<Finding> {
        let runbook = toml::to_string(&self.runbook).expect("a runbook is a table");
        let runbook = Runbook::parse(&runbook).unwrap_or_else(|error| panic!("{error:?}"));
        let inventory = Inventory::parse(&self.inventory.to_string()).expect("an inventory");
        planned::findings(&crate::plan(&runbook, &inventory))
    }

    fn source(&mut self) -> &mut Value {
        &mut self.inventory["accounts"][SOURCE]["regions"][REGION]
    }

    fn target(&mut self) -> &mut Value {
        &mut self.inventory["accounts"][TARGET]["regions"][REGION]
    }

    /// What the source's inventory lists of a kind under an id or name.
    fn listed(&mut self, kind: &str, name: &str) -> &mut Value {
        let all = self.source()[kind].as_array_mut().expect("a list");
        named(all, name)
    }

    /// A section of the runbook.
    fn section(&mut self, kind: &str, name: &str) -> &mut Value {
        named(self.runbook[kind].as_array_mut().expect("sections"), name)
    }

    fn add(&mut self, side: &str, kind: &str, one: Value) {
        let region = if side == SOURCE { self.source() } else { self.target() };
        push(&mut region[kind], one);
    }

    fn ask(&mut self, kind: &str, section: Value) {
        push(&mut self.runbook[kind], section);
    }

    /// A cluster that could move, but for what is `other` of it, and its section.
    fn cluster(&mut self, id: &str, other: Value) {
        let mut cluster = json!({ "id": id, "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.05.2", "encrypted": true, "key": "alias/shop",
            "subnet_group": "everything-db", "parameter_group": "default.aurora-mysql8.0", "storage_gib": 40,
            "members": [{ "id": format!("{id}-a"), "class": "db.r6g.large", "writer": true, "parameter_group": "default.aurora-mysql8.0" }] });
        over(&mut cluster, other);
        self.add(SOURCE, "clusters", cluster);
        self.ask("cluster", json!({ "id": id, "key": "alias/shop", "stop_writes": "no", "restore": { "subnet_group": "nonprod-db",
            "security_groups": ["sg-0d2698d927941aeae"], "cluster_parameter_group": "carry", "instance_parameter_group": "carry" } }));
    }

    /// The same of an instance, which is stopped.
    fn instance(&mut self, id: &str, other: Value) {
        let mut instance = json!({ "id": id, "state": "stopped", "type": "t3.medium", "architecture": "x86_64", "root_device": "/dev/xvda" });
        over(&mut instance, other);
        self.add(SOURCE, "instances", instance);
        self.add(
            SOURCE,
            "volumes",
            json!({ "id": format!("vol-of-{id}"), "size_gib": 8, "type": "gp3", "encrypted": true, "key": "alias/shop",
            "attached_to": [{ "instance": id, "device": "/dev/xvda" }] }),
        );
        self.ask("instance", json!({ "id": id, "key": "alias/shop" }));
    }
}

fn named<'v>(all: &'v mut [Value], name: &str) -> &'v mut Value {
    let is = |one: &&mut Value| one["id"] == name || one["name"] == name;
    all.iter_mut().find(is).unwrap_or_else(|| panic!("no {name}"))
}

fn push(list: &mut Value, one: Value) {
    match list {
        Value::Array(all) => all.push(one),
        none => *none = json!([one]),
    }
}

fn over(value: &mut Value, other: Value) {
    let Value::Object(members) = other else {
        return;
    };
    for (name, member) in members {
        value[name] = member;
    }
}

/// A blocker: which check finds it, of what, and what is done to a clean runbook and inventory for it.
type Row = (&'static Explained, &'static str, fn(&mut Written));

fn gone(written: &mut Written, kind: &str, name: &str) {
    let all = written.source()[kind].as_array_mut().expect("a list");
    all.retain(|one| one["id"] != name && one["name"] != name);
}

const SEEDED: [Row; 48] = [
    (&known::DATABASE_MISSING, "database/ledger-dev-main", |w| {
        gone(w, "databases", "ledger-dev-main")
    }),
    (&known::DATABASE_ENGINE, "database/ledger-stg-audit", |w| {
        w.listed("databases", "ledger-stg-audit")["engine"] = json!("aurora-mysql");
    }),
    (&known::NAME_TAKEN, "database/ledger-stg-main", |w| {
        let taken = w.listed("databases", "ledger-stg-main").clone();
        w.add(TARGET, "databases", taken);
    }),
    (&known::SECURITY_GROUP, "database/media-dev-catalog", |w| {
        w.section("database", "media-dev-catalog")["restore"]["security_groups"] = json!(["sg-gone"]);
    }),
    (&known::SUBNET_GROUP, "database/media-stg-catalog", |w| {
        w.section("database", "media-stg-catalog")["restore"]["subnet_group"] = json!("gone-db");
    }),
    (&known::PARAMETER_GROUP, "database/media-stg-queue", |w| {
        w.section("database", "media-stg-queue")["restore"]["parameter_group"] = json!("gone");
    }),
    (&known::KEY_UNLISTED, "database/shop-dev-main", |w| {
        let database = w.listed("databases", "shop-dev-main");
        over(database, json!({ "encrypted": true, "key": "alias/unheard-of" }));
    }),
    (&known::DATABASE_SETTINGS, "database/shop-stg-main", |w| {
        w.section("database", "shop-stg-main")["restore"]["settings"] = json!({ "data_api": true });
    }),
    (&known::CLUSTER_MISSING, "cluster/gone", |w| {
        w.cluster("gone", json!({}));
        gone(w, "clusters", "gone");
    }),
    (&known::CLUSTER_ENGINE, "cluster/graph", |w| {
        w.cluster("graph", json!({ "engine": "neptune", "class": "db.r6g.large" }))
    }),
    (&known::CLUSTER_GLOBAL, "cluster/world", |w| {
        w.cluster("world", json!({ "global_cluster": "all" }))
    }),
    (&known::CLUSTER_MEMBERS, "cluster/twins", |w| {
        let member = |id: &str| json!({ "id": id, "class": "db.r6g.large", "writer": true, "parameter_group": "default.aurora-mysql8.0" });
        w.cluster("twins", json!({ "members": [member("twins-a"), member("twins-b")] }));
    }),
    (&known::KEY_OF_AWS, "cluster/owned", |w| {
        w.cluster("owned", json!({ "encryption_type": "sse-rds" }))
    }),
    (&known::CLUSTER_CLONE, "cluster/plain", |w| {
        w.cluster("plain", json!({ "encrypted": false, "key": null }));
        w.section("cluster", "plain")["route"] = json!("clone");
    }),
    (&known::WRITES_GATE, "cluster/open", |w| {
        w.cluster("open", json!({}));
        w.section("cluster", "open")["stop_writes"] = json!("gate");
    }),
    (&known::BUCKET_MISSING, "bucket/ledger-dev-assets", |w| {
        gone(w, "buckets", "ledger-dev-assets")
    }),
    (&known::BUCKET_OBJECT_LOCK, "bucket/ledger-dev-backups", |w| {
        let lock = "<ObjectLockConfiguration><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>";
        w.listed("buckets", "ledger-dev-backups")["documents"] = json!({ "object-lock": lock });
    }),
    (&known::BUCKET_MFA_DELETE, "bucket/ledger-dev-exports", |w| {
        w.listed("buckets", "ledger-dev-exports")["mfa_delete"] = json!(true);
    }),
    (&known::BUCKET_REQUESTER_PAYS, "bucket/ledger-dev-logs", |w| {
        w.listed("buckets", "ledger-dev-logs")["requester_pays"] = json!(true);
    }),
    (&known::BUCKET_ACCESS_POINTS, "bucket/ledger-dev-uploads", |w| {
        w.listed("buckets", "ledger-dev-uploads")["access_points"] = json!(["lists"]);
    }),
    (&known::BUCKET_CUSTOMER_KEYS, "bucket/ledger-stg-assets", |w| {
        w.listed("buckets", "ledger-stg-assets")["has_customer_keys"] = json!(true);
    }),
    (&known::BUCKET_ARCHIVED, "bucket/ledger-stg-backups", |w| {
        w.section("bucket", "ledger-stg-backups")["archived"] = json!({ "days": 0 });
    }),
    (&known::BUCKET_DENIES_DELETING, "bucket/ledger-stg-exports", |w| {
        w.listed("buckets", "ledger-stg-exports")["policy"] = json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "Keep", "Effect": "Deny",
            "Principal": "*", "Action": "s3:DeleteBucket", "Resource": "arn:aws:s3:::ledger-stg-exports" }] });
    }),
    (&known::BUCKET_WRITTEN_BY, "bucket/ledger-stg-logs", |w| {
        let logging = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>ledger-stg-logs</TargetBucket><TargetPrefix>a/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>";
        w.listed("buckets", "ledger-prd-assets")["documents"] = json!({ "logging": logging });
    }),
    (&known::KEY_OF_AWS, "bucket/ledger-stg-uploads", |w| {
        w.add(
            SOURCE,
            "keys",
            json!({ "id": "0000aaaa-0000-4000-8000-00000000aaaa", "aliases": ["alias/aws/s3"], "manager": "aws" }),
        );
        w.listed("buckets", "ledger-stg-uploads")["key"] = json!("alias/aws/s3");
    }),
    (&known::BUCKET_NEW_NAME, "bucket/media-dev-assets", |w| {
        w.section("bucket", "media-dev-assets")["new_name"] = json!("media-dev-assets");
    }),
    (&known::BUCKET_INTERIM, "bucket/media-dev-exports", |w| {
        w.section("bucket", "media-dev-exports")["interim"] = json!("media-dev-exports");
    }),
    (&known::BUCKET_REPLICATION, "bucket/media-dev-logs", |w| {
        w.listed("buckets", "media-dev-logs")["versioning"] = json!("disabled");
        w.section("bucket", "media-dev-logs")["route"] = json!("replication");
    }),
    (&known::BUCKET_ACCESS, "bucket/media-dev-uploads", |w| {
        w.section("bucket", "media-dev-uploads")["keep_access"] =
            json!([{ "principal": "arn:aws:iam::999999999999:role/web", "may": "read" }]);
    }),
    (&known::BUCKET_CONFIGURATION, "bucket/media-stg-assets", |w| {
        w.section("bucket", "media-stg-assets")["leave"] = json!(["curtains"]);
    }),
    (&known::IMAGE_MARKETPLACE, "image/bastion-2026-04", |w| {
        w.listed("images", "bastion-2026-04")["marketplace_codes"] = json!(["abc"]);
    }),
    (&known::IMAGE_STATE, "image/ledger-batch-2026-09", |w| {
        w.listed("images", "ledger-batch-2026-09")["settings"] = json!({ "state": "disabled" });
    }),
    (&known::IMAGE_SNAPSHOTS, "image/media-encoder-2026-10", |w| {
        w.listed("images", "media-encoder-2026-10")["snapshots"][0]["owner"] = json!("999999999999");
    }),
    (&known::IMAGE_ARCHIVED, "image/media-encoder-2026-11", |w| {
        w.listed("images", "media-encoder-2026-11")["snapshots"][0]["archived"] = json!(true);
    }),
    (&known::NAME_TAKEN, "image/shop-batch-2026-10", |w| {
        let taken = w.listed("images", "shop-batch-2026-10").clone();
        w.add(TARGET, "images", taken);
    }),
    (&known::ALLOWED_IMAGES, "image/shop-batch-2026-11", |w| {
        w.target()["machine_settings"] = json!({ "allowed_images": "enabled", "allowed_image_providers": ["amazon"] });
    }),
    (&known::IMAGE_MISSING, "image/nobodys-*", |w| {
        w.ask("image", json!({ "name": "nobodys-*", "key": "alias/shop" }))
    }),
    (&known::INSTANCE_MISSING, "instance/i-gone", |w| {
        w.ask("instance", json!({ "id": "i-gone", "key": "alias/shop" }))
    }),
    (&known::INSTANCE_AUTO_SCALING, "instance/i-group", |w| {
        w.instance("i-group", json!({ "auto_scaling_group": "web" }))
    }),
    (&known::INSTANCE_SPOT, "instance/i-spot", |w| {
        w.instance("i-spot", json!({ "spot": true }))
    }),
    (&known::INSTANCE_STATE, "instance/i-between", |w| {
        w.instance("i-between", json!({ "state": "pending" }))
    }),
    (&known::INSTANCE_STOP_PROTECTED, "instance/i-held", |w| {
        w.instance("i-held", json!({ "state": "running", "stop_protected": true }));
    }),
    (&known::INSTANCE_STORE, "instance/i-store", |w| {
        w.instance("i-store", json!({ "root_on_instance_store": true }))
    }),
    (&known::VOLUME_MISSING, "volume/vol-gone", |w| {
        w.ask(
            "volume",
            json!({ "id": "vol-gone", "availability_zone": "ap-northeast-1a" }),
        );
    }),
    (&known::VOLUME_ARCHIVED, "volume/snap-cold", |w| {
        w.add(
            SOURCE,
            "ebs_snapshots",
            json!({ "id": "snap-cold", "size_gib": 8, "encrypted": true, "key": "alias/shop", "archived": true }),
        );
        w.ask(
            "volume",
            json!({ "id": "snap-cold", "key": "alias/shop", "availability_zone": "ap-northeast-1a" }),
        );
    }),
    (&known::ZONE_UNFIT, "zone/dev.shop.example.com", |w| {
        let zones = w.inventory["accounts"][SOURCE]["zones"].as_array_mut().expect("zones");
        let mut twin = named(zones, "dev.shop.example.com").clone();
        twin["id"] = json!("ZTWIN");
        zones.push(twin);
    }),
    (&known::CACHE_MISSING, "cache/gone", |w| {
        w.ask(
            "cache",
            json!({ "id": "gone", "content": "export", "because": "people would be logged out", "fill": false }),
        );
    }),
    (&known::QUOTA_RDS, "the run", |w| {
        w.source()["manual_snapshots"] = json!({ "used": 99, "quota": 100 })
    }),
];

fn blocks(findings: &[Finding]) -> BTreeSet<(&str, &str)> {
    let blocking = findings.iter().filter(|finding| finding.outcome == Outcome::Blocks);
    blocking.map(|finding| (finding.id, finding.of.as_str())).collect()
}

#[test]
fn the_examples_have_no_false_alarm() {
    for name in ["three-products", "shop-staging"] {
        let findings = Written::clean(name).findings();
        assert_eq!(blocks(&findings), BTreeSet::new(), "{name}");
        assert!(
            findings.iter().any(|finding| finding.outcome == Outcome::Passes),
            "{name}"
        );
    }
}

#[test]
fn each_seeded_blocker_is_found_alone_and_where_it_was_put() {
    for (check, of, change) in SEEDED {
        let mut written = Written::clean("three-products");
        change(&mut written);
        let findings = written.findings();
        let found = blocks(&findings);
        assert!(found.contains(&(check.id, of)), "{} {of}: {found:?}", check.id);
        // What one change does to others of its sort (an account's setting) is found by the same check.
        assert!(
            found.iter().all(|(id, _)| *id == check.id),
            "{} {of}: {found:?}",
            check.id
        );
    }
}

#[test]
fn all_of_them_at_once_are_found_each_with_its_resource_and_the_way_out() {
    let mut written = Written::clean("three-products");
    SEEDED.iter().for_each(|(_, _, change)| change(&mut written));
    let findings = written.findings();
    let found = blocks(&findings);
    let seeded: BTreeSet<(&str, &str)> = SEEDED.iter().map(|(check, of, _)| (check.id, *of)).collect();
    assert_eq!(seeded.len(), SEEDED.len(), "no two rows are the same");
    let missed: Vec<_> = seeded.difference(&found).collect();
    assert!(missed.is_empty(), "{missed:?}");
    for finding in findings.iter().filter(|finding| finding.outcome == Outcome::Blocks) {
        assert!(finding.todo.as_ref().is_some_and(|todo| todo.len() > 10), "{finding:?}");
        assert!(!finding.what.is_empty(), "{finding:?}");
    }
}

#[test]
fn every_check_is_explained_once_and_in_whole_words() {
    let mut seen = BTreeSet::new();
    for check in groups().into_iter().flat_map(|(_, checks)| checks) {
        assert!(seen.insert(check.id), "{} is explained twice", check.id);
        let plain = check
            .id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
        assert!(plain, "{}", check.id);
        for text in [check.title, check.why, check.way_out, check.limits] {
            assert!(text.len() > 10, "{}: {text:?}", check.id);
        }
        assert!(check.title.ends_with('?'), "{}: {}", check.id, check.title);
        assert_eq!(explained(check.id).map(|found| found.title), Some(check.title));
    }
    assert_eq!(explained("no-such-check"), None);
}

#[test]
fn every_check_stands_in_the_document_and_nothing_else_does() {
    let document = format!("{}/../../docs/checks.md", env!("CARGO_MANIFEST_DIR"));
    let document = std::fs::read_to_string(document).expect("docs/checks.md");
    let rows = document
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let told: BTreeSet<(&str, &str)> = rows
        .map(|(id, rest)| (id, rest.split(" | ").next().unwrap_or_default().trim_end_matches(" |")))
        .collect();
    let all = groups().into_iter().flat_map(|(_, checks)| checks);
    let explained: BTreeSet<(&str, &str)> = all.map(|check| (check.id, check.title)).collect();
    assert_eq!(told, explained);
}

#[test]
fn notes_that_block_or_warn_are_of_a_check_and_others_are_not() {
    for name in ["three-products", "shop-staging"] {
        let written = Written::clean(name);
        let runbook = toml::to_string(&written.runbook).expect("a table");
        let runbook = Runbook::parse(&runbook).expect("a runbook");
        let inventory = Inventory::parse(&written.inventory.to_string()).expect("an inventory");
        for note in crate::plan(&runbook, &inventory).notes {
            let tells = note.weight == model::plan::Weight::Tells;
            assert_eq!(note.check.is_empty(), tells, "{note:?}");
            assert!(tells || explained(note.check).is_some(), "{note:?}");
        }
    }
}
