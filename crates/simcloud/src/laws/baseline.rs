//! Everything as it was when the watch began. Contents are shared with the live state, so that remembering a large bucket
//! costs its keys and not its bytes.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::AccountId;

use super::sharing;
use crate::cloud::Cloud;
use crate::s3::Bucket;
use crate::s3::versions::Entry;
use crate::services::ec2::security_groups::SecurityGroup;
use crate::services::kms::Alias;
use crate::services::rds::{Instance, ParameterGroup, Place, SubnetGroup};
use crate::services::route53::{Check, Collection, ZoneSummary, every_check, every_collection, every_zone};
use crate::services::stored_content::ResourceSummary;
use crate::services::{ec2, elasticache, kms, rds};

/// What existed at the start, in all accounts.
#[derive(Default)]
pub(super) struct Baseline {
    pub(super) buckets: BTreeMap<String, KeptBucket>,
    /// The place of the last write: every version with a later one was written since.
    pub(super) last_order: u64,
    pub(super) instances: BTreeMap<Place, Instance>,
    pub(super) snapshots: BTreeMap<Place, rds::Snapshot>,
    pub(super) clusters: BTreeMap<Place, rds::Cluster>,
    pub(super) cluster_snapshots: BTreeMap<Place, rds::ClusterSnapshot>,
    pub(super) subnet_groups: BTreeMap<Place, SubnetGroup>,
    pub(super) parameter_groups: BTreeMap<Place, ParameterGroup>,
    pub(super) security_groups: BTreeMap<Place, SecurityGroup>,
    pub(super) cluster_parameter_groups: BTreeMap<Place, ParameterGroup>,
    pub(super) images: BTreeMap<String, ec2::Image>,
    pub(super) ebs_snapshots: BTreeMap<String, ec2::Snapshot>,
    pub(super) instances_of_ec2: BTreeMap<String, ec2::Instance>,
    pub(super) volumes: BTreeMap<String, ec2::Volume>,
    pub(super) caches: BTreeMap<Place, elasticache::Held>,
    pub(super) cache_snapshots: BTreeMap<Place, elasticache::Snapshot>,
    pub(super) zones: BTreeMap<String, ZoneSummary>,
    pub(super) cidr_collections: BTreeMap<String, Collection>,
    pub(super) health_checks: BTreeMap<String, Check>,
    pub(super) keys: BTreeMap<String, kms::Key>,
    pub(super) aliases: BTreeMap<(AccountId, model::ids::Region, String), Alias>,
    /// Databases, snapshots and images with what they held.
    pub(super) stored: Vec<ResourceSummary>,
    /// Who was admitted to what already: not the run's doing.
    pub(super) grants: BTreeSet<sharing::Grant>,
}

/// A bucket as it was.
pub(super) struct KeptBucket {
    pub(super) owner: AccountId,
    pub(super) stacks: BTreeMap<String, Vec<Entry>>,
    /// Stacks that have lost an entry since, by key: in a bucket without versions a copy may be of what was overwritten meanwhile.
    pub(super) stood: BTreeMap<String, Vec<Vec<Entry>>>,
    pub(super) settings: BTreeMap<String, String>,
    pub(super) uploads: BTreeSet<String>,
}

impl Baseline {
    pub(super) fn of(cloud: &Cloud) -> Self {
        let buckets: BTreeMap<String, KeptBucket> = cloud
            .s3
            .by_name
            .iter()
            .map(|(name, bucket)| (name.clone(), KeptBucket::of(bucket)))
            .collect();
        let orders = buckets
            .values()
            .flat_map(|bucket| bucket.stacks.values().flatten())
            .map(|entry| entry.order);
        Self {
            last_order: orders.max().unwrap_or(0),
            buckets,
            instances: cloud.rds.instances.clone(),
            snapshots: cloud.rds.snapshots.clone(),
            clusters: cloud.rds.clusters.clone(),
            cluster_snapshots: cloud.rds.cluster_snapshots.clone(),
            subnet_groups: cloud.rds.subnet_groups.clone(),
            parameter_groups: cloud.rds.parameter_groups.clone(),
            security_groups: security_groups(cloud),
            cluster_parameter_groups: cloud.rds.cluster_parameter_groups.clone(),
            images: cloud.ec2.images.clone(),
            ebs_snapshots: cloud.ec2.snapshots.clone(),
            caches: caches(cloud),
            cache_snapshots: cloud.elasticache.snapshots.clone(),
            instances_of_ec2: cloud.ec2.instances.clone(),
            volumes: cloud.ec2.volumes.clone(),
            zones: every_zone(cloud).map(|zone| (zone.id.clone(), zone)).collect(),
            cidr_collections: every_collection(cloud).clone(),
            health_checks: every_check(cloud).clone(),
            keys: kms::keys(cloud).clone(),
            aliases: kms::aliases(cloud).clone(),
            stored: rds::resources(cloud).into_iter().chain(ec2::resources(cloud)).collect(),
            grants: sharing::every_grant(cloud),
        }
    }

    /// An application has changed a key of a bucket that was there: as it is now it is to be kept.
    pub(super) fn written(&mut self, bucket: &str, key: &str, stack: Vec<Entry>) {
        let Some(kept) = self.buckets.get_mut(bucket) else {
            return;
        };
        let last = stack.iter().map(|entry| entry.order).max();
        self.last_order = self.last_order.max(last.unwrap_or(0));
        let stays = |one: &Entry| stack.iter().any(|other| other.order == one.order);
        let before = kept.stacks.remove(key).filter(|before| !before.iter().all(stays));
        if let Some(before) = before {
            kept.stood.entry(key.to_owned()).or_default().push(before);
        }
        if !stack.is_empty() {
            kept.stacks.insert(key.to_owned(), stack);
        }
    }

    /// The buckets that an account had, by name.
    pub(super) fn buckets_of(&self, account: &AccountId) -> impl Iterator<Item = (&String, &KeptBucket)> {
        self.buckets.iter().filter(move |(_, bucket)| bucket.owner == *account)
    }
}

/// Every security group there is.
pub(super) fn security_groups(cloud: &Cloud) -> BTreeMap<Place, SecurityGroup> {
    let networks = cloud.ec2.networks.iter();
    let groups = networks.flat_map(|((account, region), network)| {
        let groups = network.security_groups.iter();
        groups.map(|(id, group)| ((account.clone(), region.clone(), id.clone()), group.clone()))
    });
    groups.collect()
}

/// Every cache that can be made or changed, with what of ElastiCache it is before its name.
pub(super) fn caches(cloud: &Cloud) -> BTreeMap<Place, elasticache::Held> {
    let named = |kind: &str, (place, held): (&Place, &elasticache::Held)| {
        let name = format!("{kind}:{}", place.2);
        ((place.0.clone(), place.1.clone(), name), held.clone())
    };
    let groups = cloud
        .elasticache
        .groups
        .iter()
        .map(|one| named("replicationgroup", one));
    let clusters = cloud.elasticache.clusters.iter().map(|one| named("cluster", one));
    groups.chain(clusters).collect()
}

impl KeptBucket {
    fn of(bucket: &Bucket) -> Self {
        Self {
            owner: bucket.owner.clone(),
            stacks: bucket.stacks.clone(),
            stood: BTreeMap::new(),
            settings: settings(bucket),
            uploads: bucket.uploads.keys().cloned().collect(),
        }
    }
}

/// The configuration of a bucket as text, part by part, so that a difference can be named.
pub(super) fn settings(bucket: &Bucket) -> BTreeMap<String, String> {
    let mut settings = BTreeMap::from([
        ("region".to_owned(), bucket.region.to_string()),
        ("versioning".to_owned(), format!("{:?}", bucket.versioning)),
        ("tags".to_owned(), format!("{:?}", bucket.tags)),
        (
            "encryption".to_owned(),
            format!("{:?}, bucket key {}", bucket.key, bucket.bucket_key),
        ),
        (
            "public access block".to_owned(),
            format!("{:?}", bucket.public_access_block),
        ),
        ("ownership".to_owned(), format!("{:?}", bucket.ownership)),
    ]);
    if let Some(policy) = &bucket.policy {
        settings.insert("policy".to_owned(), policy.text.clone());
    }
    if !bucket.grants.is_empty() {
        settings.insert("acl grants".to_owned(), format!("{:?}", bucket.grants));
    }
    for (name, text) in &bucket.documents {
        settings.insert(name.clone(), text.clone());
    }
    for (id, inventory) in &bucket.inventories {
        settings.insert(format!("inventory {id}"), format!("{:?}", inventory.configuration));
    }
    settings
}
