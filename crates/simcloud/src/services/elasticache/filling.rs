//! New caches that are filled from files in a bucket. What cannot be read, or does not fit, shows only later: as `restore-failed` of the
//! clusters, while the group is `create-failed`
//! (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-seeding-redis.html>).
//!
//! Left out: caches without files, restores of a snapshot's name, quotas of nodes.

use std::sync::Arc;

use model::inventory::{Cache, CacheKind};
use serde_json::{Value, json};

use super::{Held, Phase, Place, Shard, arn, combination, describe, exports, invalid, place, required, slots};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::s3::content::Content;
use crate::services::members::{flag, items, number, tags, text, texts};
use crate::services::stored_content::duration_seconds;

/// A bucket and a key.
type File = (String, String);

/// The memory of a node for data in MiB, of the types that tests and examples have
/// (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/ParameterGroups.Engine.html>); others hold whatever they are given.
fn memory_mib(node_type: &str) -> Option<u64> {
    Some(match node_type {
        "cache.t4g.micro" | "cache.t3.micro" => 512,
        "cache.t4g.small" | "cache.t3.small" => 1_402,
        "cache.t4g.medium" | "cache.t3.medium" => 3_164,
        "cache.m7g.large" | "cache.m6g.large" => 6_539,
        "cache.r7g.large" | "cache.r6g.large" => 13_386,
        _ => return None,
    })
}

/// What both operations check, and what they have in common.
fn made(cloud: &mut Cloud, caller: &Caller, input: &Value, kind: CacheKind, id: &str) -> Result<Held, ServiceError> {
    super::snapshots::check_name(id).map_err(|_| invalid(format!("The parameter {id} is not a valid identifier.")))?;
    if id.len() > 40 {
        return Err(invalid(format!("{id} has more than 40 characters.")));
    }
    let engine = text(input, "Engine").unwrap_or("redis").to_owned();
    let files = texts(input, "SnapshotArns");
    if engine == "memcached" {
        return Err(invalid("SnapshotArns are not supported for engine memcached."));
    }
    if files.is_empty() {
        return Err(ServiceError::not_modelled(
            "elasticache",
            "caches that are not filled from files",
        ));
    }
    let mut read_from = Vec::new();
    for file in &files {
        let path = file.strip_prefix("arn:aws:s3:::").and_then(|path| path.split_once('/'));
        let Some((bucket, key)) = path.filter(|(_, key)| !key.contains(',')) else {
            return Err(invalid(format!("{file} is not the ARN of an object of S3.")));
        };
        read_from.push((bucket.to_owned(), key.to_owned()));
    }
    let in_transit = flag(input, "TransitEncryptionEnabled") == Some(true);
    let auth_token = text(input, "AuthToken").is_some();
    let user_groups = texts(input, "UserGroupIds");
    if (auth_token || !user_groups.is_empty()) && !in_transit {
        return Err(combination(
            "AuthToken and UserGroupIds can be given only where TransitEncryptionEnabled is true.",
        ));
    }
    let caches = &cloud.elasticache;
    if let Some(missing) = user_groups
        .iter()
        .find(|group| !caches.user_groups.contains(&place(caller, group)))
    {
        return Err(ServiceError::new(
            "UserGroupNotFoundFault",
            format!("User group {missing} not found."),
        ));
    }
    let subnet_group = text(input, "CacheSubnetGroupName").unwrap_or("default");
    if subnet_group != "default" && !caches.subnet_groups.contains(&place(caller, subnet_group)) {
        let message = format!("Cache Subnet Group {subnet_group} does not exist.");
        return Err(ServiceError::new("CacheSubnetGroupNotFoundFault", message));
    }
    let parameter_group = text(input, "CacheParameterGroupName").unwrap_or("default.redis7");
    let known = parameter_group.starts_with("default.")
        || caches.parameter_groups.contains_key(&place(caller, parameter_group));
    if !known {
        let message = format!("CacheParameterGroup not found: {parameter_group}");
        return Err(ServiceError::new("CacheParameterGroupNotFoundFault", message));
    }
    let security_groups = texts(input, "SecurityGroupIds");
    if let Some(missing) = security_groups
        .iter()
        .find(|group| !cloud.rds.security_groups.contains(&place(caller, group)))
    {
        return Err(invalid(format!("Some security group Ids do not exist: {missing}")));
    }
    let seconds = duration_seconds(cloud, "elasticache-create", 300, 60, 1);
    let delay = cloud.faults.visibility_delay("elasticache-create-visible");
    let listed = Cache {
        id: id.to_owned(),
        engine,
        kind,
        engine_version: text(input, "EngineVersion").unwrap_or("7.1.0").to_owned(),
        node_type: required(input, "CacheNodeType")?.to_owned(),
        shards: 1,
        nodes: 1,
        snapshot_retention_days: number(input, "SnapshotRetentionLimit")
            .and_then(|days| u32::try_from(days).ok())
            .unwrap_or_default(),
        auth_token,
        user_groups,
        encrypted_in_transit: in_transit,
        encrypted_at_rest: flag(input, "AtRestEncryptionEnabled") == Some(true),
        key: text(input, "KmsKeyId").map(str::to_owned),
        parameter_group: parameter_group.to_owned(),
        tags: tags(input, "Tags"),
        ..Cache::default()
    };
    Ok(Held {
        listed,
        description: text(input, "ReplicationGroupDescription")
            .unwrap_or_default()
            .to_owned(),
        phase: Phase::Creating(cloud.later(seconds), read_from),
        shards: Vec::new(),
        subnet_group: subnet_group.to_owned(),
        security_groups,
        created_at: cloud.now,
        visible_from: cloud.later(delay),
        taken: Vec::new(),
        commands: Vec::new(),
    })
}

fn empty(slots: Option<String>) -> Shard {
    Shard {
        slots,
        content: Content::real(Vec::new()),
    }
}

/// `CreateReplicationGroup` with `SnapshotArns`.
pub(super) fn create_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "ReplicationGroupId")?.to_lowercase();
    required(input, "ReplicationGroupDescription")?;
    let at = place(caller, &id);
    if cloud.elasticache.groups.contains_key(&at) {
        let message = format!("Replication group {id} already exists.");
        return Err(ServiceError::new("ReplicationGroupAlreadyExistsFault", message));
    }
    let mut group = made(cloud, caller, input, CacheKind::Group, &id)?;
    let configured = items(input, "NodeGroupConfiguration");
    let count = |member: &str| number(input, member).and_then(|count| u32::try_from(count).ok());
    let failover = flag(input, "AutomaticFailoverEnabled") == Some(true);
    let shards = match configured {
        [] => count("NumNodeGroups").unwrap_or(1).max(1),
        some => u32::try_from(some.len()).unwrap_or(u32::MAX),
    };
    // Cluster mode is the parameter group's; here it is known by shards that are configured one by one, or by their number.
    let cluster_mode = !configured.is_empty() || count("NumNodeGroups").is_some_and(|shards| shards > 1);
    if cluster_mode && !failover {
        return Err(combination(
            "Redis with cluster mode enabled should be created with automatic failover turned on.",
        ));
    }
    let replicas = configured
        .first()
        .and_then(|shard| number(shard, "ReplicaCount"))
        .and_then(|count| u32::try_from(count).ok())
        .or_else(|| count("ReplicasPerNodeGroup"));
    let replicas = replicas.unwrap_or_else(|| count("NumCacheClusters").unwrap_or(1).saturating_sub(1));
    if failover && replicas == 0 && !cluster_mode {
        return Err(combination(
            "Automatic failover needs at least one replica in a group whose cluster mode is disabled.",
        ));
    }
    let files = texts(input, "SnapshotArns").len();
    if files != shards as usize {
        return Err(combination(format!(
            "{files} SnapshotArns were given for {shards} node groups: there must be as many."
        )));
    }
    let usual = slots(shards).into_iter();
    let ranges = usual.enumerate().map(|(nth, usual)| {
        let asked = configured.get(nth).and_then(|shard| text(shard, "Slots"));
        cluster_mode.then(|| asked.map_or(usual, str::to_owned))
    });
    group.shards = ranges.map(empty).collect();
    group.listed.shards = shards;
    group.listed.nodes = shards * (replicas + 1);
    group.listed.cluster_mode = cluster_mode;
    let answer = json!({ "ReplicationGroup": describe::group(cloud, &at, &group) });
    cloud.elasticache.groups.insert(at.clone(), group);
    cloud.effect(
        caller,
        "elasticache CreateReplicationGroup",
        arn(&at, "replicationgroup"),
    );
    Ok(answer)
}

/// `CreateCacheCluster` with one file, belonging to no group.
pub(super) fn create_cluster(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "CacheClusterId")?.to_lowercase();
    if text(input, "ReplicationGroupId").is_some() {
        return Err(ServiceError::not_modelled(
            "elasticache",
            "members that are made one by one",
        ));
    }
    let at = place(caller, &id);
    if cloud.elasticache.clusters.contains_key(&at) {
        let message = format!("Cache cluster {id} already exists.");
        return Err(ServiceError::new("CacheClusterAlreadyExistsFault", message));
    }
    let mut cluster = made(cloud, caller, input, CacheKind::Cluster, &id)?;
    if texts(input, "SnapshotArns").len() != 1 {
        return Err(invalid("Exactly one SnapshotArn can be given for a cluster."));
    }
    cluster.shards = vec![empty(None)];
    let answer = json!({ "CacheCluster": describe::cluster(&at, &cluster, &id, false) });
    cloud.elasticache.clusters.insert(at.clone(), cluster);
    cloud.effect(caller, "elasticache CreateCacheCluster", arn(&at, "cluster"));
    Ok(answer)
}

/// Reads the files of what is to be in service by now.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let caches = &cloud.elasticache;
    let due = caches.groups.iter().chain(&caches.clusters);
    let due: Vec<(Place, Held, Vec<File>)> = due
        .filter_map(|(place, held)| match &held.phase {
            Phase::Creating(until, files) if *until <= now => Some((place.clone(), held.clone(), files.clone())),
            _ => None,
        })
        .collect();
    for (place, mut held, files) in due {
        held.phase = match read(cloud, &place, &held, &files) {
            Ok(shards) => {
                held.shards = shards;
                Phase::Available
            }
            Err(why) => Phase::RestoreFailed(why),
        };
        let caches = &mut cloud.elasticache;
        match held.listed.kind {
            CacheKind::Group => caches.groups.insert(place, held),
            CacheKind::Cluster | CacheKind::Serverless => caches.clusters.insert(place, held),
        };
    }
}

fn read(cloud: &Cloud, place: &Place, held: &Held, files: &[File]) -> Result<Vec<Shard>, String> {
    let caller = Caller::root(&place.0, &place.1);
    let mut shards = Vec::new();
    for ((bucket, key), shard) in files.iter().zip(&held.shards) {
        let there = cloud.s3.by_name.get(bucket).filter(|held| held.region == place.1);
        let entry = there.and_then(|held| held.stack(key).last().cloned());
        let object = entry.and_then(|entry| entry.object().cloned());
        let Some(object) = object.filter(|_| exports::may_read(cloud, &caller, bucket, key)) else {
            return Err(format!("{bucket}/{key} cannot be read"));
        };
        if object.key.is_some() {
            return Err(format!("{bucket}/{key} lies under a KMS key"));
        }
        let Some(dump) = cloud.elasticache.files.get(object.content.digest()) else {
            return Err(format!("{bucket}/{key} is not the file of a snapshot"));
        };
        let held_as_asked = shard.slots == dump.slots || dump.slots.is_none();
        if !held_as_asked {
            return Err(format!("{key} holds the slots {:?}, not {:?}", dump.slots, shard.slots));
        }
        if major(&held.listed.engine_version) < major(&dump.of.engine_version) && held.listed.engine == dump.of.engine {
            return Err(format!("{key} is of version {}", dump.of.engine_version));
        }
        if memory_mib(&held.listed.node_type).is_some_and(|mib| object.content.size() > mib << 20) {
            return Err(format!("{key} does not fit on a {}", held.listed.node_type));
        }
        shards.push(Shard {
            slots: shard.slots.clone(),
            content: Arc::clone(&object.content),
        });
    }
    Ok(shards)
}

fn major(version: &str) -> u32 {
    version
        .split('.')
        .next()
        .and_then(|major| major.parse().ok())
        .unwrap_or_default()
}

/// `DeleteReplicationGroup`: in service or failed, not while it is made.
pub(super) fn delete_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "ReplicationGroupId")?.to_lowercase();
    if flag(input, "RetainPrimaryCluster") == Some(true) || text(input, "FinalSnapshotIdentifier").is_some() {
        return Err(ServiceError::not_modelled(
            "elasticache",
            "DeleteReplicationGroup that keeps something",
        ));
    }
    let at = place(caller, &id);
    let until = deletion(cloud);
    let found = cloud.elasticache.groups.get_mut(&at);
    let held = found.ok_or_else(|| describe::no_group(&id))?;
    if !matches!(held.phase, Phase::Available | Phase::RestoreFailed(_)) {
        let message = format!("Replication group {id} is not available: {}", held.status());
        return Err(ServiceError::new("InvalidReplicationGroupStateFault", message));
    }
    held.phase = Phase::Deleting(until);
    let held = held.clone();
    cloud.effect(
        caller,
        "elasticache DeleteReplicationGroup",
        arn(&at, "replicationgroup"),
    );
    Ok(json!({ "ReplicationGroup": describe::group(cloud, &at, &held) }))
}

/// `DeleteCacheCluster`
pub(super) fn delete_cluster(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "CacheClusterId")?.to_lowercase();
    let at = place(caller, &id);
    let until = deletion(cloud);
    let found = cloud.elasticache.clusters.get_mut(&at);
    let held = found.ok_or_else(|| describe::no_cluster(&id))?;
    if !matches!(held.phase, Phase::Available | Phase::RestoreFailed(_)) {
        let message = format!("Cache cluster {id} is not available: {}", held.status());
        return Err(ServiceError::new("InvalidCacheClusterStateFault", message));
    }
    held.phase = Phase::Deleting(until);
    let answer = json!({ "CacheCluster": describe::cluster(&at, held, &id, false) });
    cloud.effect(caller, "elasticache DeleteCacheCluster", arn(&at, "cluster"));
    Ok(answer)
}

fn deletion(cloud: &mut Cloud) -> jiff::Timestamp {
    let seconds = duration_seconds(cloud, "elasticache-delete", 240, 0, 0);
    cloud.later(seconds)
}
