//! ElastiCache, as far as a cache's content is taken along: replication groups, clusters that belong to none, serverless caches; snapshots,
//! their export into a bucket, and new caches that are filled from files in one
//! (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html>,
//! <https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-seeding-redis.html>).
//!
//! Left out: what applications write into caches (their content stays as it is filled in), automatic snapshots, snapshots of serverless
//! caches, changes of a cache, fail-overs, copies of a snapshot within ElastiCache, the engines' own protocols.

mod describe;
mod exports;
mod filling;
mod groups;
mod snapshots;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use model::inventory::{Cache, CacheKind, RegionInventory};
use serde_json::Value;

use super::members::text;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::s3::content::Content;

pub use exports::is_service;

/// Account, region and name.
pub type Place = (AccountId, Region, String);

/// State.
#[derive(Default)]
pub struct Caches {
    /// Replication groups.
    pub groups: BTreeMap<Place, Held>,
    /// Clusters that belong to no group.
    pub clusters: BTreeMap<Place, Held>,
    /// Serverless caches, which are only described.
    pub serverless: BTreeMap<Place, Cache>,
    /// Snapshots that people took.
    pub snapshots: BTreeMap<Place, Snapshot>,
    subnet_groups: BTreeSet<Place>,
    /// With the family of each.
    parameter_groups: BTreeMap<Place, String>,
    user_groups: BTreeSet<Place>,
    /// What is in each file that was exported, by the digest of its content: what a dump says of itself.
    files: BTreeMap<[u8; 32], exports::Dump>,
}

/// A replication group, or a cluster that belongs to none.
#[derive(Debug, Clone)]
pub struct Held {
    /// What an inventory would say of it.
    pub listed: Cache,
    /// Its description.
    pub description: String,
    /// How it is.
    pub phase: Phase,
    /// Its shards.
    pub shards: Vec<Shard>,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when describe calls show it.
    visible_from: Timestamp,
    /// When manual snapshots of it were begun.
    taken: Vec<Timestamp>,
    /// What its clients asked for since the start: when, of which node, and whether it writes.
    pub commands: Vec<(Timestamp, String, bool)>,
}

/// How a cache is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Phase {
    /// Being made of files, each a bucket and a key, until then.
    Creating(Timestamp, Vec<(String, String)>),
    /// In service.
    Available,
    /// A snapshot is taken of it until then.
    Snapshotting(Timestamp),
    /// Gone by then.
    Deleting(Timestamp),
    /// The files that it was to be filled from could not be read or do not fit.
    RestoreFailed(String),
}

/// A shard, and what it holds.
#[derive(Clone)]
pub struct Shard {
    /// Its part of the keyspace; none where cluster mode is disabled.
    pub slots: Option<String>,
    /// Its content, as the file that a snapshot of it becomes.
    pub content: Arc<Content>,
}

impl std::fmt::Debug for Shard {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let digest = HEXLOWER.encode(&self.content.digest()[..4]);
        write!(f, "{:?} {digest}", self.slots)
    }
}

/// A snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// What it was taken of, as that was then.
    pub of: Cache,
    /// What it holds.
    pub shards: Vec<Shard>,
    /// How it is.
    pub phase: SnapshotPhase,
    /// When the content was read.
    pub taken_at: Timestamp,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// From when describe calls show it.
    visible_from: Timestamp,
}

/// How a snapshot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotPhase {
    /// Being taken until then.
    Creating(Timestamp),
    /// Ready.
    Available,
    /// Being written into a bucket under a name until then.
    Exporting(Timestamp, String, String),
    /// Gone by then.
    Deleting(Timestamp),
}

impl Held {
    /// Its status as its group has it.
    pub fn status(&self) -> &'static str {
        match self.phase {
            Phase::Creating(..) => "creating",
            Phase::Available => "available",
            Phase::Snapshotting(_) => "snapshotting",
            Phase::Deleting(_) => "deleting",
            Phase::RestoreFailed(_) => "create-failed",
        }
    }

    /// Its status as its clusters have it.
    fn member_status(&self) -> &'static str {
        match self.phase {
            Phase::RestoreFailed(_) => "restore-failed",
            _ => self.status(),
        }
    }

    /// The ids of its clusters, shard by shard.
    fn members(&self) -> Vec<Vec<String>> {
        let id = &self.listed.id;
        let each = (self.listed.nodes / self.listed.shards.max(1)).max(1);
        let node = |shard: u32, node: u32| match (self.listed.kind, self.listed.cluster_mode) {
            (CacheKind::Cluster, _) => id.clone(),
            (_, true) => format!("{id}-{:04}-{:03}", shard + 1, node + 1),
            (_, false) => format!("{id}-{:03}", node + 1),
        };
        let shards = 0..self.listed.shards.max(1);
        shards
            .map(|shard| (0..each).map(|nth| node(shard, nth)).collect())
            .collect()
    }

    /// The same without what passes by itself.
    pub fn settled(&self) -> Self {
        let mut settled = self.clone();
        if matches!(settled.phase, Phase::Snapshotting(_)) {
            settled.phase = Phase::Available;
        }
        settled.taken.clear();
        settled.commands.clear();
        settled
    }

    /// Whether a node of this id is one of its.
    fn has_node(&self, id: &str) -> bool {
        self.members().iter().flatten().any(|node| node == id)
    }

    fn seen(&self, now: Timestamp) -> bool {
        self.visible_from <= now
    }
}

/// How many commands a node was given within a span, those that write or the others; none: there was no such node then.
pub(crate) fn commands(
    cloud: &Cloud,
    caller: &Caller,
    node: &str,
    writing: bool,
    (from, until): (Timestamp, Timestamp),
) -> Option<usize> {
    let caches = &cloud.elasticache;
    let here = |place: &Place| place.0 == caller.account && place.1 == caller.region;
    let mut all = caches.groups.iter().chain(&caches.clusters);
    let (_, held) = all.find(|(place, held)| here(place) && held.has_node(node))?;
    let of_it = held
        .commands
        .iter()
        .filter(|(at, of, _)| of == node && (from..until).contains(at));
    (held.created_at < until).then(|| of_it.filter(|(.., writes)| *writes == writing).count())
}

pub(crate) fn arn(place: &Place, kind: &str) -> String {
    format!("arn:aws:elasticache:{}:{}:{kind}:{}", place.1, place.0, place.2)
}

/// The kind in words and the tags of what has an ARN.
pub(crate) fn tags_of<'a>(cloud: &'a Cloud, arn: &str) -> Option<(&'static str, &'a BTreeMap<String, String>)> {
    let mut parts = arn.strip_prefix("arn:aws:elasticache:")?.splitn(4, ':');
    let region = Region::new(parts.next()?).ok()?;
    let account = AccountId::new(parts.next()?).ok()?;
    let kind = parts.next()?;
    let place = (account, region, parts.next()?.to_owned());
    let caches = &cloud.elasticache;
    Some(match kind {
        "snapshot" => ("cache snapshot", &caches.snapshots.get(&place)?.tags),
        "replicationgroup" => ("cache", &caches.groups.get(&place)?.listed.tags),
        "cluster" => ("cache", &caches.clusters.get(&place)?.listed.tags),
        _ => return None,
    })
}

fn kind_of(cache: &Cache) -> &'static str {
    match cache.kind {
        CacheKind::Group => "replicationgroup",
        CacheKind::Cluster => "cluster",
        CacheKind::Serverless => "serverlesscache",
    }
}

fn place(caller: &Caller, name: &str) -> Place {
    // Names are stored in lower case, as the reference says of each of them.
    (caller.account.clone(), caller.region.clone(), name.to_lowercase())
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterValue", message)
}

fn combination(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterCombination", message)
}

fn required<'a>(input: &'a Value, member: &str) -> Result<&'a str, ServiceError> {
    text(input, member).ok_or_else(|| {
        let message = format!("The parameter {member} must be provided.");
        ServiceError::new("MissingParameter", message)
    })
}

/// How the keyspace is divided among so many shards, as ElastiCache does it when nobody says how.
fn slots(shards: u32) -> Vec<String> {
    let bound = |shard: u32| 16_384 * shard / shards.max(1);
    (0..shards)
        .map(|shard| format!("{}-{}", bound(shard), bound(shard + 1) - 1))
        .collect()
}

/// What a cache of an inventory holds, where that does not say how much.
const USUAL_MIB: u64 = 64;

/// Fills an account with what its inventory lists.
pub fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    let place = |name: &String| (account.clone(), region.clone(), name.clone());
    let held = &mut cloud.elasticache;
    held.subnet_groups
        .extend(contents.cache_subnet_groups.iter().map(place));
    let families = contents.cache_parameter_groups.iter();
    held.parameter_groups
        .extend(families.map(|name| (place(name), groups::family(name, &contents.caches))));
    held.user_groups.extend(contents.cache_user_groups.iter().map(place));
    for cache in &contents.caches {
        let place = place(&cache.id);
        let mut listed = cache.clone();
        if listed.kind == CacheKind::Serverless {
            cloud.elasticache.serverless.insert(place, listed);
            continue;
        }
        listed.shards = listed.shards.max(1);
        listed.nodes = listed.nodes.max(listed.shards);
        let mib = if listed.data_mib == 0 {
            USUAL_MIB
        } else {
            listed.data_mib
        };
        let size = (mib << 20) / u64::from(listed.shards);
        let ranges = slots(listed.shards);
        let shards = ranges.into_iter().enumerate().map(|(nth, slots)| {
            let name = Digest::of(format!("{}/{nth}", arn(&place, kind_of(&listed))).as_bytes());
            let seed = u64::from_str_radix(&name.as_str()[..16], 16).unwrap_or_default();
            Shard {
                slots: listed.cluster_mode.then_some(slots),
                content: Content::made(seed, size),
            }
        });
        let made = Held {
            shards: shards.collect(),
            description: listed.id.clone(),
            phase: Phase::Available,
            subnet_group: match listed.subnet_group.as_str() {
                "" => "default".to_owned(),
                named => named.to_owned(),
            },
            security_groups: Vec::new(),
            created_at: cloud.now,
            visible_from: cloud.now,
            taken: Vec::new(),
            commands: Vec::new(),
            listed,
        };
        let caches = &mut cloud.elasticache;
        match made.listed.kind {
            CacheKind::Group => caches.groups.insert(place, made),
            CacheKind::Cluster | CacheKind::Serverless => caches.clusters.insert(place, made),
        };
    }
}

/// What is due by now.
pub fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    filling::advance(cloud);
    let caches = &mut cloud.elasticache;
    for all in [&mut caches.groups, &mut caches.clusters] {
        all.retain(|_, held| !matches!(held.phase, Phase::Deleting(until) if until <= now));
        for held in all.values_mut() {
            if matches!(held.phase, Phase::Snapshotting(until) if until <= now) {
                held.phase = Phase::Available;
            }
        }
    }
    caches
        .snapshots
        .retain(|_, snapshot| !matches!(snapshot.phase, SnapshotPhase::Deleting(until) if until <= now));
    for snapshot in caches.snapshots.values_mut() {
        if matches!(snapshot.phase, SnapshotPhase::Creating(until) if until <= now) {
            snapshot.phase = SnapshotPhase::Available;
        }
    }
    exports::advance(cloud);
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeReplicationGroups" => describe::groups(cloud, caller, input),
        "DescribeCacheClusters" => describe::clusters(cloud, caller, input),
        "DescribeServerlessCaches" => describe::serverless(cloud, caller, input),
        "DescribeCacheSubnetGroups" => groups::subnet_groups(cloud, caller, input),
        "DescribeCacheParameterGroups" => groups::parameter_groups(cloud, caller, input),
        "DescribeUserGroups" => groups::user_groups(cloud, caller, input),
        "ListTagsForResource" => describe::tags(cloud, caller, input),
        "CreateSnapshot" => snapshots::create(cloud, caller, input),
        "DescribeSnapshots" => snapshots::describe(cloud, caller, input),
        "DeleteSnapshot" => snapshots::delete(cloud, caller, input),
        "CopySnapshot" => exports::copy(cloud, caller, input),
        "CreateReplicationGroup" => filling::create_group(cloud, caller, input),
        "CreateCacheCluster" => filling::create_cluster(cloud, caller, input),
        "DeleteReplicationGroup" => filling::delete_group(cloud, caller, input),
        "DeleteCacheCluster" => filling::delete_cluster(cloud, caller, input),
        "DescribeCacheParameters" => groups::parameters(cloud, caller, input),
        "DeleteCacheParameterGroup" => groups::delete_parameter_group(cloud, caller, input),
        "DeleteCacheSubnetGroup" => groups::delete_subnet_group(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("elasticache", operation)),
    }
}
