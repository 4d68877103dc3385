//! What `cleave discover` sees of an account, kind by kind. What the role may not look at is no reason to see nothing: that kind stays as the
//! inventory had it, and it is said which permission is missing.

pub(super) mod bill;
mod buckets;
pub(super) mod elsewhere;
mod others;
pub(super) mod roles;
mod zones;

use std::collections::{BTreeMap, BTreeSet};

use aws::Account;
use model::databases::OptionGroup;
use model::inventory::{
    AccountInventory, Cache, Cluster, Database, Image, Key, Other, ParameterGroup, RegionInventory, Role,
    SnapshotSlots, SubnetGroup,
};
use model::machines::{EbsSnapshot, FileSystem, Instance, MachineSettings, Volume, name_in};
use model::{Failure, Region};

use crate::screen::looking::Looking;

/// What is looked for: everything that fits every tag and one of the names.
#[derive(Default)]
pub(super) struct Wanted<'a> {
    /// Names and ids, with `*` for anything; none: all.
    pub(super) names: &'a [String],
    /// Tags that it must have.
    pub(super) tags: BTreeMap<String, String>,
    /// Whether the entries of buckets are counted, by listing them.
    pub(super) count_objects: bool,
}

impl Wanted<'_> {
    /// Whether something is meant that has an id, and perhaps a name in its tags.
    fn means_tagged(&self, id: &str, tags: &BTreeMap<String, String>) -> bool {
        self.means(id, tags) || name_in(tags).is_some_and(|name| self.means(name, tags))
    }

    /// Whether something of this name is meant, if its tags fit.
    fn names(&self, name: &str) -> bool {
        self.names.is_empty() || self.names.iter().any(|pattern| fits(pattern, name))
    }

    fn means(&self, name: &str, tags: &BTreeMap<String, String>) -> bool {
        self.names(name) && self.tags.iter().all(|(key, value)| tags.get(key) == Some(value))
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything.
pub(crate) fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(after) = name.strip_prefix(head) else {
        return false;
    };
    (0..=after.len()).any(|at| after.is_char_boundary(at) && fits(rest, &after[at..]))
}

/// What was seen; a kind that could not be looked at is absent.
#[derive(Default)]
pub(super) struct Seen {
    /// What could not be looked at, in words, with the permission.
    pub(super) unread: Vec<String>,
    /// The first refusal, and whether anything was seen all the same.
    refused: Option<Failure>,
    anything: bool,
    looking: Looking,
    of_source: bool,
    keys: Option<Vec<Key>>,
    databases: Option<Vec<Database>>,
    clusters: Option<Vec<Cluster>>,
    images: Option<Vec<Image>>,
    /// What names them.
    references: Option<BTreeMap<String, Vec<String>>>,
    subnet_groups: Option<BTreeMap<String, SubnetGroup>>,
    parameter_groups: Option<Vec<ParameterGroup>>,
    cluster_parameter_groups: Option<Vec<ParameterGroup>>,
    option_groups: Option<Vec<OptionGroup>>,
    security_groups: Option<Vec<String>>,
    machine_settings: Option<MachineSettings>,
    manual_snapshots: Option<SnapshotSlots>,
    manual_cluster_snapshots: Option<SnapshotSlots>,
    instance_slots: Option<SnapshotSlots>,
    cluster_slots: Option<SnapshotSlots>,
    snapshot_copies: Option<u32>,
    caches: Option<Vec<Cache>>,
    cache_subnet_groups: Option<Vec<String>>,
    cache_parameter_groups: Option<Vec<String>>,
    cache_user_groups: Option<Vec<String>>,
    instances: Option<Vec<Instance>>,
    volumes: Option<Vec<Volume>>,
    ebs_snapshots: Option<Vec<EbsSnapshot>>,
    file_systems: Option<Vec<FileSystem>>,
    buckets: Option<buckets::Buckets>,
    zones: Option<zones::Zones>,
    others: Option<Vec<Other>>,
    /// Those that the runbook names; none: there is no such role.
    roles: BTreeMap<String, Option<Role>>,
}

impl Seen {
    /// Takes an answer; of a refusal it notes what was not seen. A role that cannot be taken on, and anything but a refusal, is a failure.
    fn take<T>(&mut self, what: &str, answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
        self.looking.seen(what);
        match answer {
            Ok(seen) => {
                self.anything = true;
                Ok(Some(seen))
            }
            Err(failure) => {
                let Some(permission) = failure.lacks() else {
                    return Err(failure);
                };
                self.unread.push(format!(
                    "{what} cannot be looked at and stay as the inventory had them: the role lacks {permission} ({})",
                    failure.code
                ));
                self.refused.get_or_insert(failure);
                Ok(None)
            }
        }
    }
}

/// Looks at an account: of the source at what is wanted, machines among it; of the target (`None`) at all that things can be put into.
pub(super) async fn look(account: &Account, wanted: Option<&Wanted<'_>>) -> Result<Seen, Failure> {
    let all = Wanted::default();
    let is_source = wanted.is_some();
    let wanted = wanted.unwrap_or(&all);
    let mut seen = Seen {
        looking: Looking::at_account(&account.id),
        of_source: is_source,
        ..Seen::default()
    };
    look_at_databases(&mut seen, account, wanted).await?;
    seen.keys = seen.take("keys", account.kms.observed().await)?;
    let quotas = seen.take("the quotas of EBS", account.quotas.of("ebs").await)?;
    let copies = quotas.and_then(|quotas| quotas.get("Concurrent snapshot copies per destination Region").copied());
    seen.snapshot_copies = copies.map(|copies| copies as u32);
    let images = seen.take("images", account.ec2.observed_images().await)?;
    if is_source {
        look_at_machines(&mut seen, account, wanted, images.as_deref()).await?;
    }
    seen.images = images.map(|mut images| {
        images.retain(|image| wanted.means(&image.name, &image.tags));
        images
    });
    if is_source && let Some(images) = &seen.images {
        let ids: Vec<String> = images.iter().map(|image| image.id.clone()).collect();
        let answer = account.ec2.observed_references(&ids).await;
        seen.references = seen.take("what names the images", answer)?;
    }
    let answer = account.ec2.observed_security_groups().await;
    seen.security_groups = seen.take("security groups", answer)?;
    let answer = account.ec2.observed_settings().await;
    seen.machine_settings = seen.take("the settings of EC2 and EBS", answer)?;
    let caches = seen.take("caches", account.elasticache.observed().await)?;
    seen.caches = caches.map(|mut caches| {
        caches.retain(|cache| wanted.means(&cache.id, &cache.tags));
        caches
    });
    if is_source {
        buckets::look(&mut seen, account, wanted).await?;
        others::look(&mut seen, account, wanted).await?;
    }
    zones::look(&mut seen, account).await?;
    if !is_source {
        let answer = account.elasticache.observed_subnet_groups().await;
        seen.cache_subnet_groups = seen.take("cache subnet groups", answer)?;
        let answer = account.elasticache.observed_parameter_groups().await;
        seen.cache_parameter_groups = seen.take("cache parameter groups", answer)?;
        let answer = account.elasticache.observed_user_groups().await;
        seen.cache_user_groups = seen.take("cache user groups", answer)?;
    }
    seen.or_refused()
}

/// Looks at the account of parent zones, where it is neither: at zones.
pub(super) async fn look_at_parent(account: &Account) -> Result<Seen, Failure> {
    let mut seen = Seen {
        looking: Looking::at_account(&account.id),
        ..Seen::default()
    };
    zones::look(&mut seen, account).await?;
    seen.or_refused()
}

/// What RDS has, and how much of it is admitted.
async fn look_at_databases(seen: &mut Seen, account: &Account, wanted: &Wanted<'_>) -> Result<(), Failure> {
    let rds = &account.rds;
    let databases = seen.take("databases", rds.observed_instances().await)?;
    seen.databases = databases.map(|mut databases| {
        databases.retain(|database| wanted.means(&database.id, &database.tags));
        databases
    });
    let clusters = seen.take("clusters", rds.observed_clusters().await)?;
    seen.clusters = clusters.map(|mut clusters| {
        clusters.retain(|cluster| wanted.means(&cluster.id, &cluster.tags));
        clusters
    });
    seen.subnet_groups = seen.take("subnet groups", rds.observed_subnet_groups().await)?;
    seen.parameter_groups = seen.take("parameter groups", rds.observed_parameter_groups().await)?;
    let answer = rds.observed_cluster_parameter_groups().await;
    seen.cluster_parameter_groups = seen.take("cluster parameter groups", answer)?;
    seen.option_groups = seen.take("option groups", rds.observed_option_groups().await)?;
    let counted = seen.take("the number of databases and snapshots", rds.counted().await)?;
    let quotas = seen.take("the quotas of RDS", account.quotas.of("rds").await)?;
    if let (Some(counted), Some(quotas)) = (counted, quotas) {
        let slots = |name: &str, used: u32| {
            quotas.get(name).map(|quota| SnapshotSlots {
                used,
                quota: *quota as u32,
            })
        };
        seen.manual_snapshots = slots("Manual DB instance snapshots", counted.snapshots);
        seen.manual_cluster_snapshots = slots("Manual DB cluster snapshots", counted.cluster_snapshots);
        seen.instance_slots = slots("DB instances", counted.instances);
        seen.cluster_slots = slots("DB clusters", counted.clusters);
    }
    Ok(())
}

/// What of the source may move beside the rest, or is listed because it does not: machines of the target are nobody's concern.
async fn look_at_machines(
    seen: &mut Seen,
    account: &Account,
    wanted: &Wanted<'_>,
    images: Option<&[Image]>,
) -> Result<(), Failure> {
    let meant = |one: &Instance| wanted.means_tagged(&one.id, &one.tags);
    let instances = seen.take("instances", account.ec2.observed_instances(meant).await)?;
    let volumes = seen.take("volumes", account.ec2.observed_volumes().await)?;
    seen.volumes = volumes.map(|mut volumes| {
        // Whatever its own tags are, an instance's volume goes with it.
        let instances = instances.as_deref().unwrap_or_default();
        volumes.retain(|volume| {
            let attached = volume.attached_to.iter();
            let of_meant = attached
                .into_iter()
                .any(|at| instances.iter().any(|one| one.id == at.instance));
            of_meant || wanted.means_tagged(&volume.id, &volume.tags)
        });
        volumes
    });
    seen.instances = instances;
    // Which of them stand alone only the images tell.
    if let Some(images) = images {
        let snapshots = images.iter().flat_map(|image| &image.snapshots);
        let behind: BTreeSet<&str> = snapshots.map(|snapshot| snapshot.id.as_str()).collect();
        let snapshots = seen.take("EBS snapshots", account.ec2.observed_snapshots().await)?;
        seen.ebs_snapshots = snapshots.map(|mut snapshots| {
            snapshots.retain(|one| !behind.contains(one.id.as_str()) && wanted.means_tagged(&one.id, &one.tags));
            snapshots
        });
    }
    let file_systems = seen.take("file systems", account.efs.observed().await)?;
    seen.file_systems = file_systems.map(|mut file_systems| {
        file_systems.retain(|one| wanted.means_tagged(&one.id, &one.tags));
        file_systems
    });
    Ok(())
}

fn put<T>(known: &mut T, seen: Option<T>) {
    if let Some(seen) = seen {
        *known = seen;
    }
}

impl Seen {
    fn or_refused(mut self) -> Result<Self, Failure> {
        match self.refused.take() {
            Some(refused) if !self.anything => Err(refused),
            _ => Ok(self),
        }
    }

    /// What was seen of what is the account's and not a region's in place of what was known.
    pub(super) fn take_over_account(&mut self, region: &Region, known: &mut AccountInventory) {
        if let Some(zones) = self.zones.take() {
            zones.take_over(known);
        }
        roles::take_over(std::mem::take(&mut self.roles), known);
        if let Some(others) = self.others.take() {
            others::take_over(others, region.as_str(), known);
        }
    }

    /// What was seen in place of what was known of the same kinds; what only people know stays.
    pub(super) fn take_over(self, known: &mut RegionInventory) {
        if let Some(seen) = self.images {
            let named: BTreeMap<String, Vec<String>> =
                known.images.drain(..).map(|image| (image.id, image.named_by)).collect();
            known.images = seen;
            for image in &mut known.images {
                image.named_by = named.get(&image.id).cloned().unwrap_or_default();
                if let Some(references) = &self.references {
                    // What was found before may be gone; what people wrote stays.
                    let written = std::mem::take(&mut image.named_by);
                    let written = written.into_iter().filter(|who| !who.contains(" arn:"));
                    image.named_by = references.get(&image.id).cloned().unwrap_or_default();
                    image.named_by.extend(written);
                }
            }
        }
        known.manual_snapshots = self.manual_snapshots.or(known.manual_snapshots);
        known.manual_cluster_snapshots = self.manual_cluster_snapshots.or(known.manual_cluster_snapshots);
        known.instance_slots = self.instance_slots.or(known.instance_slots);
        known.cluster_slots = self.cluster_slots.or(known.cluster_slots);
        known.snapshot_copies = self.snapshot_copies.or(known.snapshot_copies);
        put(&mut known.keys, self.keys);
        put(&mut known.databases, self.databases);
        if let Some(seen) = self.clusters {
            // What Aurora holds RDS does not tell.
            let held: BTreeMap<String, u32> = known.clusters.drain(..).map(|one| (one.id, one.storage_gib)).collect();
            known.clusters = seen;
            for cluster in known.clusters.iter_mut().filter(|cluster| cluster.storage_gib == 0) {
                cluster.storage_gib = held.get(&cluster.id).copied().unwrap_or_default();
            }
        }
        put(&mut known.cluster_parameter_groups, self.cluster_parameter_groups);
        put(&mut known.option_groups, self.option_groups);
        if let Some(seen) = self.subnet_groups {
            // Zones' ids are people's to write.
            let zones: BTreeMap<String, Vec<String>> = std::mem::take(&mut known.subnet_groups)
                .into_iter()
                .map(|(name, group)| (name, group.zone_ids))
                .collect();
            known.subnet_groups = seen;
            for (name, group) in &mut known.subnet_groups {
                group.zone_ids = zones.get(name).cloned().unwrap_or_default();
            }
        }
        put(&mut known.parameter_groups, self.parameter_groups);
        put(&mut known.security_groups, self.security_groups);
        put(&mut known.machine_settings, self.machine_settings);
        if let Some(seen) = self.caches {
            // What a cache holds ElastiCache does not tell.
            let held: BTreeMap<String, u64> = known.caches.drain(..).map(|one| (one.id, one.data_mib)).collect();
            known.caches = seen;
            for cache in &mut known.caches {
                cache.data_mib = held.get(&cache.id).copied().unwrap_or_default();
            }
        }
        put(&mut known.cache_subnet_groups, self.cache_subnet_groups);
        put(&mut known.cache_parameter_groups, self.cache_parameter_groups);
        put(&mut known.cache_user_groups, self.cache_user_groups);
        put(&mut known.instances, self.instances);
        put(&mut known.volumes, self.volumes);
        put(&mut known.ebs_snapshots, self.ebs_snapshots);
        put(&mut known.file_systems, self.file_systems);
        if let Some(buckets) = self.buckets {
            buckets.take_over(&mut known.buckets);
        }
    }

    /// How many of each kind were seen.
    pub(super) fn counts(&self) -> String {
        fn of<T>(name: &str, seen: &[Option<&Vec<T>>]) -> String {
            match seen.iter().all(|seen| seen.is_none()) {
                true => format!("{name} not seen"),
                false => format!("{} {name}", seen.iter().flatten().map(|seen| seen.len()).sum::<usize>()),
            }
        }
        let subnet_groups = match &self.subnet_groups {
            Some(seen) => format!("{} subnet groups", seen.len()),
            None => "subnet groups not seen".to_owned(),
        };
        let parameter_groups = [self.parameter_groups.as_ref(), self.cluster_parameter_groups.as_ref()];
        let mut counts = vec![
            of("keys", &[self.keys.as_ref()]),
            of("databases", &[self.databases.as_ref()]),
            of("clusters", &[self.clusters.as_ref()]),
            of("images", &[self.images.as_ref()]),
            of("caches", &[self.caches.as_ref()]),
            subnet_groups,
            of("parameter groups", &parameter_groups),
            of("option groups", &[self.option_groups.as_ref()]),
            of("security groups", &[self.security_groups.as_ref()]),
        ];
        if self.of_source {
            counts.push(of("instances", &[self.instances.as_ref()]));
            counts.push(of("volumes", &[self.volumes.as_ref()]));
            counts.push(of("snapshots without an image", &[self.ebs_snapshots.as_ref()]));
            counts.push(of("file systems", &[self.file_systems.as_ref()]));
            let buckets = self.buckets.as_ref();
            counts.push(of("buckets", &[buckets.map(|buckets| &buckets.seen)]));
            if let Some(elsewhere) = buckets
                .map(|buckets| buckets.elsewhere)
                .filter(|elsewhere| *elsewhere > 0)
            {
                counts.push(format!("{elsewhere} buckets in other regions"));
            }
        }
        if let Some(others) = &self.others {
            counts.push(format!("{} other things by their tags", others.len()));
        }
        counts.push(self.counted_zones());
        counts.join(", ")
    }

    /// How many zones were seen.
    pub(super) fn counted_zones(&self) -> String {
        match &self.zones {
            None => "zones not seen".to_owned(),
            Some(zones) => {
                let records: usize = zones.seen.iter().map(|zone| zone.records.len()).sum();
                format!("{} zones with {records} record sets", zones.seen.len())
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use aws::Accounts;
    use jiff::Timestamp;
    use model::plan::AccountAccess;
    use model::{AccountId, Inventory, RunId, Side};
    use serde_json::{Value, json};
    use simcloud::dispatch::lock;
    use simcloud::faults::{Fate, FaultLevel, Nth, Trap};

    use super::*;
    use crate::rehearsal::in_paused_time;
    use crate::world;

    #[test]
    fn a_star_stands_for_anything_at_any_place() {
        for (pattern, name) in [
            ("shop-*", "shop-db"),
            ("*-db", "shop-db"),
            ("s*p-*b", "shop-db"),
            ("shop-db", "shop-db"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("shop-*", "my-shop-db"), ("shop", "shop-db"), ("*-cache", "shop-db")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }

    fn account() -> (world::Simulated, Arc<Account>) {
        account_of(
            &json!({ "roles": { "cleave-source": { "trusts": ["333333333333"] } }, "regions": { "eu-west-1": {
            "caches": [{ "id": "sessions", "engine": "redis" }],
            "file_systems": [{ "id": "fs-1", "name": "uploads", "size_gib": 3 }] } } }),
        )
    }

    /// An account that has this, entered by its role `cleave-source`.
    pub(super) fn account_of(source: &Value) -> (world::Simulated, Arc<Account>) {
        let inventory =
            json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": { "111111111111": source } });
        let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
        let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a moment");
        let simulated = world::simulated(&inventory, start, 1, FaultLevel::None, Arc::new(drop));
        let access = AccountAccess {
            account: AccountId::new("111111111111").expect("an account"),
            role: Some("cleave-source".to_owned()),
            external_id: None,
        };
        let region = Region::new("eu-west-1").expect("a region");
        let run = RunId::new("discover0000").expect("a run");
        let accounts = Accounts::enter(
            &simulated.world.connection,
            &[(Side::Source, access)].into(),
            &region,
            &run,
        );
        (simulated, accounts.side(Side::Source))
    }

    fn deny(simulated: &world::Simulated, operation: &str) {
        lock(&simulated.cloud).faults.set_trap(Trap {
            nth: Nth::Operation(operation.to_owned(), 1),
            what: Fate::Denied,
        });
    }

    /// What somebody wrote of kinds that cannot be looked at.
    fn known() -> RegionInventory {
        let known = json!({ "caches": [{ "id": "queue", "engine": "valkey", "data_mib": 7 }],
            "file_systems": [{ "id": "fs-old", "size_gib": 9 }], "databases": [{ "id": "gone" }] });
        serde_json::from_value(known).expect("what lies in a region")
    }

    #[test]
    fn a_kind_that_may_not_be_looked_at_stays_as_it_was_and_the_permission_is_named() {
        for (operation, lacking) in [
            ("DescribeFileSystems", "elasticfilesystem:DescribeFileSystems"),
            ("DescribeServerlessCaches", "elasticache:DescribeServerlessCaches"),
            ("DescribeDBInstances", "rds:DescribeDBInstances"),
        ] {
            in_paused_time(async {
                let (simulated, account) = account();
                deny(&simulated, operation);
                let seen = look(&account, Some(&Wanted::default()))
                    .await
                    .expect("the rest is seen");
                assert_eq!(seen.unread.len(), 1, "{:?}", seen.unread);
                assert!(
                    seen.unread[0].contains(&format!("the role lacks {lacking} ")),
                    "{:?}",
                    seen.unread
                );
                let mut region = known();
                seen.take_over(&mut region);
                let held = known();
                let kept = [
                    region.file_systems == held.file_systems,
                    region.caches == held.caches,
                    region.databases == held.databases,
                ];
                let expected = ["DescribeFileSystems", "DescribeServerlessCaches", "DescribeDBInstances"];
                assert_eq!(kept, expected.map(|kind| kind == operation), "{operation}: {region:?}");
            });
        }
    }

    #[test]
    fn a_role_that_cannot_be_taken_on_is_a_failure_and_so_is_an_account_in_which_nothing_may_be_seen() {
        in_paused_time(async {
            let (simulated, account) = account();
            deny(&simulated, "AssumeRole");
            let refused = look(&account, None).await.err().expect("a failure");
            assert_eq!(
                (refused.service.as_str(), refused.class),
                ("sts", model::FailureClass::Denied)
            );
        });
        in_paused_time(async {
            let (simulated, account) = account();
            for call in 2..200 {
                let nth = Nth::Call(call);
                lock(&simulated.cloud).faults.set_trap(Trap {
                    nth,
                    what: Fate::Denied,
                });
            }
            let refused = look(&account, None).await.err().expect("a failure");
            assert_eq!(
                (refused.service.as_str(), refused.class),
                ("rds", model::FailureClass::Denied)
            );
        });
    }
}
