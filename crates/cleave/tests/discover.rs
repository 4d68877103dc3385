//! `cleave discover`, as a person types it: what simcloud was filled with is what it finds.

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::served::{Served, folder};
use model::Inventory;
use model::inventory::RegionInventory;

fn example(file: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../runbooks/three-products")
        .join(file)
}

fn discover(served: &Served, home: &Path, arguments: &[&str]) -> Output {
    let mut command: Command = crate::served::cleave(home);
    command
        .env("AWS_ACCESS_KEY_ID", &served.operator.0)
        .env("AWS_SECRET_ACCESS_KEY", &served.operator.1)
        .arg("discover")
        .arg(example("runbook.toml"))
        .args(["--out", "inventory.json", "--world"])
        .arg(format!("simcloud={}", served.endpoint))
        .args(arguments);
    command.output().expect("cleave can be started")
}

fn read(path: &Path) -> Inventory {
    Inventory::parse(&std::fs::read_to_string(path).expect("it was written")).expect("an inventory")
}

fn region<'a>(inventory: &'a Inventory, account: &str) -> &'a RegionInventory {
    let held = inventory.accounts.iter().find(|(id, _)| id.as_str() == account);
    let (_, account) = held.expect("the account");
    account.regions.values().next().expect("its region")
}

#[test]
fn what_an_account_holds_is_what_is_found_and_other_kinds_are_kept() {
    let (served, home) = (Served::with(&example("inventory.json"), &[]), folder("discover"));
    std::fs::copy(example("inventory.json"), home.join("inventory.json")).expect("it can be copied");
    let done = discover(&served, &home, &[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (held, found) = (read(&example("inventory.json")), read(&home.join("inventory.json")));
    for account in ["111111111111", "222222222222"] {
        let (held, found) = (region(&held, account), region(&found, account));
        let ids = |region: &RegionInventory| {
            let mut databases = region.databases.clone();
            databases.sort_by(|one, other| one.id.cmp(&other.id));
            for database in &mut databases {
                // Named by an alias or an id in a file that people write, and by its id by RDS.
                database.key = database.key.take().map(|_| "named".to_owned());
                database.security_groups.sort();
                // RDS tells more than people write.
                database.settings = model::databases::Settings::default();
                database.encryption_type = None;
            }
            databases
        };
        assert_eq!(ids(held), ids(found), "{account}");
        let images = |region: &RegionInventory| {
            let mut images: Vec<_> = region
                .images
                .iter()
                .map(|image| {
                    (
                        image.id.clone(),
                        image.name.clone(),
                        image.tags.clone(),
                        image.named_by.clone(),
                        image.snapshots.len(),
                    )
                })
                .collect();
            images.sort();
            images
        };
        assert_eq!(images(held), images(found), "{account}");
        assert_eq!(held.subnet_groups, found.subnet_groups, "{account}");
        let groups = |region: &RegionInventory| {
            let mut groups = region.parameter_groups.clone();
            groups.sort_by(|one, other| one.name.cmp(&other.name));
            for group in &mut groups {
                (group.description, group.tags) = Default::default();
            }
            groups
        };
        assert_eq!(groups(held), groups(found), "{account}");
        let customers = |region: &RegionInventory| {
            let customer = region
                .keys
                .iter()
                .filter(|key| key.manager == model::inventory::KeyManager::Customer);
            let mut keys: Vec<_> = customer
                .map(|key| (key.id.clone(), key.aliases.clone(), key.tags.clone()))
                .collect();
            keys.sort();
            keys
        };
        assert_eq!(customers(held), customers(found), "{account}");
        let buckets = |region: &RegionInventory| {
            let mut buckets = region.buckets.clone();
            buckets.sort_by(|one, other| one.name.cmp(&other.name));
            for bucket in &mut buckets {
                bucket.key = bucket.key.take().map(|_| "named".to_owned());
                // S3 tells more than people write.
                bucket
                    .documents
                    .retain(|name, _| !["ownershipControls", "encryption"].contains(&name.as_str()));
            }
            buckets
        };
        assert_eq!(
            buckets(held),
            buckets(found),
            "{account}: with the contents that people counted"
        );
    }
    assert_eq!(
        found
            .accounts
            .values()
            .map(|account| &account.roles)
            .collect::<Vec<_>>(),
        held.accounts.values().map(|account| &account.roles).collect::<Vec<_>>()
    );
    let retained = region(&found, "111111111111")
        .databases
        .iter()
        .all(|one| one.settings.backup_retention_days.is_some());
    assert!(retained, "settings are found");
    // What was discovered can be planned from.
    let mut plan = crate::served::cleave(&home);
    plan.arg("plan")
        .arg(example("runbook.toml"))
        .args(["--inventory", "inventory.json"]);
    let planned = plan.output().expect("cleave can be started");
    assert!(planned.status.success(), "{}", String::from_utf8_lossy(&planned.stderr));
}

#[test]
fn clusters_with_their_members_and_groups_come_back_as_they_were_filled_in() {
    let home = folder("discover-clusters");
    let text = std::fs::read_to_string(example("inventory.json")).expect("the example");
    let mut inventory: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let regions = inventory["accounts"]["111111111111"]["regions"].as_object_mut();
    let region_there = regions.expect("regions").values_mut().next().expect("its region");
    let member = serde_json::json!({
        "ca_certificate": "rds-ca-ecc384-g1", "maintenance_window": "sun:20:00-sun:20:30", "auto_minor_version_upgrade": false,
        "monitoring_interval": 0, "performance_insights": true, "performance_insights_retention_days": 31,
    });
    region_there["clusters"] = serde_json::json!([
        {
            "id": "pay", "engine": "postgres", "engine_version": "16.4", "class": "db.r6gd.large", "storage_gib": 100, "storage_type": "io1",
            "subnet_group": "s", "security_groups": ["sg-1"], "parameter_group": "pay-p16", "port": 5433, "backup_retention_days": 7,
            "encryption_type": "none", "settings": {
                "iops": 3000, "ca_certificate": "rds-ca-ecc384-g1", "copy_tags_to_snapshot": false, "auto_minor_version_upgrade": true,
                "network_type": "IPV4", "backup_window": "18:00-18:30", "maintenance_window": "sun:19:00-sun:19:30",
                "monitoring_interval": 0, "performance_insights": false, "data_api": false,
            },
        },
        {
            "id": "shop", "engine": "aurora-mysql", "engine_version": "8.0.mysql_aurora.3.05.2", "storage_gib": 40,
            "storage_type": "aurora-iopt1", "subnet_group": "s", "security_groups": ["sg-1"], "parameter_group": "shop-c8", "port": 3307,
            "deletion_protection": true, "backup_retention_days": 7, "iam_auth": true, "log_exports": ["error"],
            "scaling": {"min": 0.5, "max": 8.0, "pause": 300}, "managed_secret": true, "tags": {"team": "shop"}, "encryption_type": "none",
            "settings": {
                "copy_tags_to_snapshot": true, "auto_minor_version_upgrade": false, "network_type": "DUAL",
                "backup_window": "18:00-18:30", "maintenance_window": "sun:19:00-sun:19:30", "monitoring_interval": 0,
                "performance_insights": true, "performance_insights_retention_days": 465, "database_insights": "advanced", "data_api": true,
            },
            "members": [
                {"id": "shop-b", "class": "db.serverless", "promotion_tier": 3, "writer": true, "parameter_group": "shop-i8",
                    "tags": {"role": "writer"}, "settings": member},
                {"id": "shop-a", "class": "db.r6g.large", "promotion_tier": 1, "parameter_group": "shop-i8", "settings": member},
            ],
        },
    ]);
    region_there["cluster_parameter_groups"] = serde_json::json!([
        { "name": "shop-c8", "family": "aurora-mysql8.0", "description": "shop-c8", "parameters": { "binlog_format": "ROW" } },
    ]);
    region_there["option_groups"] = serde_json::json!([
        { "name": "ledger", "engine": "oracle-ee", "major_version": "19", "description": "of the ledger",
            "options": [{ "name": "Timezone", "settings": { "TIME_ZONE": "Asia/Tokyo" } }] },
    ]);
    let filled = home.join("filled.json");
    std::fs::write(&filled, inventory.to_string()).expect("it can be written");
    std::fs::copy(&filled, home.join("inventory.json")).expect("it can be copied");
    let served = Served::with(&filled, &[]);
    let done = discover(&served, &home, &[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (held, found) = (read(&filled), read(&home.join("inventory.json")));
    let (held, found) = (region(&held, "111111111111"), region(&found, "111111111111"));
    assert_eq!(held.clusters, found.clusters);
    assert_eq!(held.cluster_parameter_groups, found.cluster_parameter_groups);
    let options = |region: &RegionInventory| -> Vec<(String, Vec<String>)> {
        let named = region.option_groups.iter();
        named
            .map(|group| {
                (
                    group.name.clone(),
                    group.options.iter().map(|one| one.name.clone()).collect(),
                )
            })
            .collect()
    };
    assert_eq!(options(held), options(found));
}

#[test]
fn only_what_fits_name_and_tag_is_taken_from_the_source() {
    let (served, home) = (Served::with(&example("inventory.json"), &[]), folder("discover-some"));
    let done = discover(&served, &home, &["--name", "ledger*", "--tag", "environment=staging"]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let found = read(&home.join("inventory.json"));
    let source = region(&found, "111111111111");
    assert!(!source.databases.is_empty(), "{source:?}");
    assert!(
        source
            .databases
            .iter()
            .all(|database| database.id.starts_with("ledger")),
        "{:?}",
        source.databases
    );
    assert!(
        source.images.iter().all(|image| image.name.starts_with("ledger")),
        "{:?}",
        source.images
    );
    let no = discover(&served, &home, &["--tag", "product"]);
    assert_eq!(no.status.code(), Some(2), "{}", String::from_utf8_lossy(&no.stderr));
}

/// The example's inventory with two instances and three volumes in the source, in a file of its own.
fn with_machines(home: &Path) -> PathBuf {
    let text = std::fs::read_to_string(example("inventory.json")).expect("it is there");
    let mut inventory: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let regions = inventory["accounts"]["111111111111"]["regions"]
        .as_object_mut()
        .expect("regions");
    let region = regions.values_mut().next().expect("a region");
    let key = region["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .find(|key| key["manager"] != "aws")
        .expect("a customer key")["id"]
        .clone();
    let volume = |id: &str, at: serde_json::Value, tags: serde_json::Value| {
        serde_json::json!({ "id": id, "size_gib": 100, "type": "gp3", "iops": 3000, "throughput": 125, "encrypted": true, "key": key,
            "availability_zone": "ap-northeast-1a", "attached_to": at, "tags": tags })
    };
    region["instances"] = serde_json::json!([
        { "id": "i-0aaaaaaaaaaaaaaa1", "state": "running", "type": "i4i.large", "architecture": "x86_64", "root_device": "/dev/xvda",
          "instance_store_volumes": 1, "subnet": "subnet-1", "security_groups": ["sg-1"], "user_data": true, "stop_protected": true,
          "profile": "arn:aws:iam::111111111111:instance-profile/legacy", "key_pair": "ops", "public_address": "192.0.2.7",
          "tags": { "Name": "legacy-erp", "product": "legacy" } },
        { "id": "i-0aaaaaaaaaaaaaaa2", "state": "stopped", "type": "m6i.large", "architecture": "arm64", "root_device": "/dev/xvda",
          "subnet": "subnet-1", "security_groups": [], "spot": true, "auto_scaling_group": "batch" },
    ]);
    let at = serde_json::json!([{ "instance": "i-0aaaaaaaaaaaaaaa1", "device": "/dev/xvda", "delete_on_termination": false }]);
    region["volumes"] = serde_json::json!([
        volume("vol-0aaaaaaaaaaaaaaa1", at, serde_json::json!({})),
        volume(
            "vol-0aaaaaaaaaaaaaaa2",
            serde_json::json!([]),
            serde_json::json!({ "Name": "legacy-archive", "product": "legacy" })
        ),
        volume(
            "vol-0aaaaaaaaaaaaaaa3",
            serde_json::json!([]),
            serde_json::json!({ "product": "other" })
        ),
    ]);
    region["machine_settings"] = serde_json::json!({ "image_block_public_access": "block-new-sharing",
        "snapshot_block_public_access": "unblocked", "allowed_images": "disabled", "encrypts_by_default": true, "default_key": key });
    region["file_systems"] = serde_json::json!([
        { "id": "fs-0aaaaaaaaaaaaaaa1", "name": "uploads", "size_gib": 10, "encrypted": true, "key": key,
          "tags": { "Name": "uploads", "product": "legacy" } },
        { "id": "fs-0aaaaaaaaaaaaaaa2", "size_gib": 1 },
    ]);
    region["ebs_snapshots"] = serde_json::json!([
        { "id": "snap-0aaaaaaaaaaaaaa1", "size_gib": 8, "encrypted": true, "key": key, "description": "before the upgrade",
          "tags": { "product": "legacy" } },
        { "id": "snap-0aaaaaaaaaaaaaa2", "size_gib": 4, "encrypted": false, "archived": true },
    ]);
    region["caches"] = serde_json::json!([
        { "id": "legacy-forms", "engine": "memcached", "kind": "cluster", "engine_version": "1.6.22", "node_type": "cache.t4g.micro",
          "shards": 1, "nodes": 3, "parameter_group": "default.memcached1.6", "subnet_group": "default" },
        { "id": "legacy-queue", "engine": "redis", "engine_version": "7.1.0", "node_type": "cache.r7g.large", "shards": 2, "nodes": 4,
          "cluster_mode": true, "snapshot_retention_days": 7, "auth_token": true, "encrypted_in_transit": true,
          "encrypted_at_rest": true, "key": key, "parameter_group": "queue", "subnet_group": "default", "data_mib": 300, "tags": { "product": "legacy" } },
        { "id": "legacy-serverless", "engine": "valkey", "kind": "serverless", "engine_version": "8.0", "cluster_mode": true,
          "encrypted_in_transit": true, "encrypted_at_rest": true, "user_groups": ["apps"], "tags": { "product": "legacy" } },
        { "id": "legacy-tiered", "engine": "valkey", "engine_version": "7.2.6", "node_type": "cache.r6gd.xlarge", "shards": 1, "nodes": 2,
          "data_tiering": true, "encrypted_in_transit": true, "user_groups": ["apps"], "parameter_group": "default.valkey7", "subnet_group": "default" },
    ]);
    let path = home.join("machines.json");
    std::fs::write(&path, inventory.to_string()).expect("it can be written");
    path
}

#[test]
fn instances_and_volumes_are_found_as_they_are_and_by_name_tag_and_id() {
    let home = folder("discover-machines");
    let held = with_machines(&home);
    let served = Served::with(&held, &[]);
    std::fs::copy(&held, home.join("inventory.json")).expect("it can be copied");
    let done = discover(&served, &home, &[]);
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let (held, found) = (read(&held), read(&home.join("inventory.json")));
    let (held, found) = (region(&held, "111111111111"), region(&found, "111111111111"));
    assert_eq!(held.instances, found.instances);
    assert_eq!(held.volumes, found.volumes);
    assert_eq!(held.machine_settings, found.machine_settings);
    assert_eq!(held.file_systems, found.file_systems);
    assert_eq!(
        held.ebs_snapshots, found.ebs_snapshots,
        "those of images are not among them"
    );
    assert_eq!(held.caches, found.caches);
    for (arguments, instances, volumes, others) in [
        (["--tag", "product=legacy"], 1, 2, (1, 2, 1)),
        (["--name", "legacy-archive"], 0, 1, (0, 0, 0)),
        (["--name", "uploads"], 0, 0, (0, 0, 1)),
        (["--name", "snap-0aaaaaaaaaaaaaa2"], 0, 0, (1, 0, 0)),
        (["--name", "i-0aaaaaaaaaaaaaaa1"], 1, 1, (0, 0, 0)),
    ] {
        let done = discover(&served, &home, &arguments);
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        let found = read(&home.join("inventory.json"));
        let found = region(&found, "111111111111");
        assert_eq!(
            (found.instances.len(), found.volumes.len()),
            (instances, volumes),
            "{arguments:?}"
        );
        let found = (found.ebs_snapshots.len(), found.caches.len(), found.file_systems.len());
        assert_eq!(found, others, "{arguments:?}");
    }
}
