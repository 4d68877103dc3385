//! The inventories beside the example runbooks: they are read by this very format, name nothing twice, and every name that one
//! thing uses for another leads somewhere. A rehearsal would fill simcloud with a half-connected account otherwise.

use std::collections::BTreeSet;
use std::path::Path;

use model::Inventory;
use model::inventory::{Bucket, Contents, ObjectEntry, RegionInventory, Versioning, Zone};

fn inventory(name: &str) -> Inventory {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../runbooks")
        .join(name)
        .join("inventory.json");
    let text = std::fs::read_to_string(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
    Inventory::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn both() -> [(&'static str, Inventory); 2] {
    ["shop-staging", "three-products"].map(|name| (name, inventory(name)))
}

fn regions(inventory: &Inventory) -> impl Iterator<Item = &RegionInventory> {
    inventory.accounts.values().flat_map(|account| account.regions.values())
}

fn zones(inventory: &Inventory) -> impl Iterator<Item = &Zone> {
    inventory.accounts.values().flat_map(|account| &account.zones)
}

fn no_duplicates<'a>(what: &str, names: impl Iterator<Item = &'a str>) {
    let mut seen = BTreeSet::new();
    for name in names {
        assert!(seen.insert(name), "{what}: {name} stands there twice");
    }
}

#[test]
fn nothing_is_named_twice() {
    for (file, inventory) in both() {
        // Bucket names are one namespace over all accounts; ids of keys, images, snapshots and zones are unique by themselves.
        no_duplicates(
            file,
            regions(&inventory).flat_map(|r| &r.buckets).map(|b| b.name.as_str()),
        );
        no_duplicates(file, regions(&inventory).flat_map(|r| &r.keys).map(|k| k.id.as_str()));
        no_duplicates(file, regions(&inventory).flat_map(|r| &r.images).map(|i| i.id.as_str()));
        let snapshots = regions(&inventory).flat_map(|r| &r.images).flat_map(|i| &i.snapshots);
        no_duplicates(file, snapshots.map(|s| s.id.as_str()));
        no_duplicates(file, zones(&inventory).map(|z| z.id.as_str()));
        for region in regions(&inventory) {
            no_duplicates(file, region.databases.iter().map(|d| d.id.as_str()));
            no_duplicates(file, region.images.iter().map(|i| i.name.as_str()));
            no_duplicates(file, region.keys.iter().flat_map(|k| &k.aliases).map(String::as_str));
            no_duplicates(file, region.parameter_groups.iter().map(|g| g.name.as_str()));
        }
        for zone in zones(&inventory) {
            let sets: Vec<String> = zone
                .records
                .iter()
                .map(|r| {
                    format!(
                        "{} {} {}",
                        r.name,
                        r.kind,
                        r.set_identifier.as_deref().unwrap_or_default()
                    )
                })
                .collect();
            no_duplicates(file, sets.iter().map(String::as_str));
        }
        for bucket in regions(&inventory).flat_map(|r| &r.buckets) {
            no_duplicates(file, bucket.objects.iter().map(|o| o.key.as_str()));
        }
    }
}

#[test]
fn every_name_leads_somewhere() {
    for (file, inventory) in both() {
        for region in regions(&inventory) {
            let aliases: BTreeSet<&str> = region
                .keys
                .iter()
                .flat_map(|k| &k.aliases)
                .map(String::as_str)
                .collect();
            let groups: BTreeSet<&str> = region.parameter_groups.iter().map(|g| g.name.as_str()).collect();
            for database in &region.databases {
                let id = &database.id;
                assert_eq!(database.encrypted, database.key.is_some(), "{file}: {id}");
                assert!(
                    database.key.iter().all(|key| aliases.contains(key.as_str())),
                    "{file}: key of {id}"
                );
                assert!(
                    region.subnet_groups.contains_key(&database.subnet_group),
                    "{file}: subnet group of {id}"
                );
                assert!(
                    groups.contains(database.parameter_group.as_str()),
                    "{file}: parameter group of {id}"
                );
                let known = |group: &String| region.security_groups.contains(group);
                assert!(
                    database.security_groups.iter().all(known),
                    "{file}: security groups of {id}"
                );
            }
            for snapshot in region.images.iter().flat_map(|i| &i.snapshots) {
                assert_eq!(snapshot.encrypted, snapshot.key.is_some(), "{file}: {}", snapshot.id);
                assert!(
                    snapshot.key.iter().all(|key| aliases.contains(key.as_str())),
                    "{file}: {}",
                    snapshot.id
                );
            }
        }
        // A delegation names the servers of the zone it delegates to, whichever account that lies in.
        for parent in zones(&inventory) {
            for record in parent
                .records
                .iter()
                .filter(|r| r.kind == "NS" && r.name != parent.name)
            {
                let child = zones(&inventory).find(|zone| zone.name == record.name);
                let child =
                    child.unwrap_or_else(|| panic!("{file}: {} is delegated to a zone that is not there", record.name));
                let servers: BTreeSet<&str> = record.values.iter().map(|v| v.trim_end_matches('.')).collect();
                assert_eq!(
                    servers,
                    child.name_servers.iter().map(String::as_str).collect(),
                    "{file}: {}",
                    record.name
                );
            }
        }
    }
}

#[test]
fn the_sums_over_a_listed_bucket_are_those_of_its_list() {
    let (mut listed, mut summed_up) = (0, 0);
    for (file, inventory) in both() {
        for bucket in regions(&inventory).flat_map(|r| &r.buckets) {
            if bucket.objects.is_empty() {
                summed_up += 1;
                assert!(adds_up(bucket), "{file}: {}: {:?}", bucket.name, bucket.contents);
            } else {
                listed += 1;
                assert_eq!(sums(bucket), bucket.contents, "{file}: {}", bucket.name);
            }
        }
    }
    assert!(listed >= 1 && summed_up >= 30, "{listed} listed, {summed_up} summed up");
}

/// Whether keys, versions, markers and depth can all be true at once.
fn adds_up(bucket: &Bucket) -> bool {
    let Contents {
        keys,
        versions,
        delete_markers,
        deepest,
        ..
    } = bucket.contents;
    let entries = versions + delete_markers;
    let flat = bucket.versioning == Versioning::Disabled;
    keys <= entries && entries <= keys * u64::from(deepest) && (!flat || (deepest, delete_markers) == (1, 0))
}

fn sums(bucket: &Bucket) -> Contents {
    let mut sums = Contents::default();
    for history in &bucket.objects {
        sums.keys += 1;
        sums.deepest = sums
            .deepest
            .max(u32::try_from(history.entries.len()).expect("a short history"));
        for entry in &history.entries {
            match entry {
                ObjectEntry::Version { size, .. } => {
                    (sums.versions, sums.bytes) = (sums.versions + 1, sums.bytes + size)
                }
                ObjectEntry::DeleteMarker {} => sums.delete_markers += 1,
            }
        }
    }
    sums
}
