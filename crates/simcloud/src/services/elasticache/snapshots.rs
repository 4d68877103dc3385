//! Snapshots that people take: refused of Memcached, while something else happens to the cache, and more than twenty a day
//! (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups.html>).

use jiff::SignedDuration;
use model::inventory::CacheKind;
use serde_json::{Value, json};

use super::{Phase, Place, Snapshot, SnapshotPhase, arn, combination, describe, invalid, place, required};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, tags, text};
use crate::services::stored_content::duration_seconds;

/// How many manual snapshots of a node ElastiCache takes within a day.
const A_DAY: usize = 20;

pub(super) fn not_found(name: &str) -> ServiceError {
    ServiceError::new("SnapshotNotFoundFault", format!("Snapshot not found: {name}"))
}

pub(super) fn check_name(name: &str) -> Result<(), ServiceError> {
    let good = name.starts_with(|c: char| c.is_ascii_alphabetic())
        && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-')
        && !name.ends_with('-')
        && !name.contains("--")
        && name.len() <= 255;
    match good {
        true => Ok(()),
        false => Err(invalid(format!(
            "The parameter SnapshotName is not a valid identifier: {name}"
        ))),
    }
}

/// How long what so many bytes are takes: ElastiCache gives no figures.
pub(super) fn duration(cloud: &mut Cloud, purpose: &'static str, base: i64, shards: &[super::Shard]) -> i64 {
    let largest = shards
        .iter()
        .map(|shard| shard.content.size())
        .max()
        .unwrap_or_default();
    let gib = i64::try_from(largest.div_ceil(1 << 30)).unwrap_or(i64::MAX);
    duration_seconds(cloud, purpose, base, 60, gib)
}

/// `CreateSnapshot`
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = required(input, "SnapshotName")?.to_lowercase();
    check_name(&name)?;
    let (group, cluster) = (text(input, "ReplicationGroupId"), text(input, "CacheClusterId"));
    if input.get("KmsKeyId").is_some_and(|key| !key.is_null()) {
        return Err(ServiceError::not_modelled("elasticache", "CreateSnapshot with a key"));
    }
    let (id, is_group) = match (group, cluster) {
        (Some(group), None) => (group, true),
        (None, Some(cluster)) => (cluster, false),
        _ => {
            return Err(combination(
                "Exactly one of ReplicationGroupId and CacheClusterId must be provided.",
            ));
        }
    };
    let (of, at) = (place(caller, id), place(caller, &name));
    let (now, taken) = (cloud.now, cloud.elasticache.snapshots.contains_key(&at));
    let caches = &mut cloud.elasticache;
    let (found, missing, wrong) = match is_group {
        true => (
            caches.groups.get_mut(&of),
            describe::no_group(id),
            "InvalidReplicationGroupStateFault",
        ),
        false => (
            caches.clusters.get_mut(&of),
            describe::no_cluster(id),
            "InvalidCacheClusterStateFault",
        ),
    };
    let held = found.ok_or(missing)?;
    if held.listed.engine == "memcached" {
        let message = "Snapshot feature is not supported for engine memcached.";
        return Err(ServiceError::new("SnapshotFeatureNotSupportedFault", message));
    }
    if taken {
        let message = format!("Snapshot with specified name already exists: {name}");
        return Err(ServiceError::new("SnapshotAlreadyExistsFault", message));
    }
    if held.phase != Phase::Available {
        let message = format!(
            "{id} is not in a state in which a snapshot can be taken: {}",
            held.status()
        );
        return Err(ServiceError::new(wrong, message));
    }
    held.taken
        .retain(|begun| now.duration_since(*begun) < SignedDuration::from_hours(24));
    if held.taken.len() >= A_DAY {
        let message = format!("The maximum of {A_DAY} manual snapshots within 24 hours has been reached.");
        return Err(ServiceError::new("SnapshotQuotaExceededFault", message));
    }
    held.taken.push(now);
    let (listed, shards) = (held.listed.clone(), held.shards.clone());
    let seconds = duration(cloud, "elasticache-snapshot", 120, &shards);
    let (until, delay) = (
        cloud.later(seconds),
        cloud.faults.visibility_delay("elasticache-snapshot-visible"),
    );
    let caches = &mut cloud.elasticache;
    let held = match listed.kind {
        CacheKind::Group => caches.groups.get_mut(&of),
        CacheKind::Cluster | CacheKind::Serverless => caches.clusters.get_mut(&of),
    };
    if let Some(held) = held {
        held.phase = Phase::Snapshotting(until);
    }
    let snapshot = Snapshot {
        of: listed,
        shards,
        phase: SnapshotPhase::Creating(until),
        taken_at: now,
        tags: tags(input, "Tags"),
        visible_from: cloud.later(delay),
    };
    let answer = json!({ "Snapshot": shown(&at, &snapshot, false) });
    cloud.elasticache.snapshots.insert(at.clone(), snapshot);
    cloud.effect(caller, "elasticache CreateSnapshot", arn(&at, "snapshot"));
    Ok(answer)
}

/// A snapshot as it is shown.
pub(super) fn shown(place: &Place, snapshot: &Snapshot, with_shards: bool) -> Value {
    let of = &snapshot.of;
    // The values that the reference lists have no word for an export: `copying` is the nearest, and nobody is to build on it.
    let status = match snapshot.phase {
        SnapshotPhase::Creating(_) => "creating",
        SnapshotPhase::Available => "available",
        SnapshotPhase::Exporting(..) => "copying",
        SnapshotPhase::Deleting(_) => "deleting",
    };
    let nodes = snapshot.shards.iter().enumerate().map(|(nth, shard)| {
        let mut node = json!({
            "CacheNodeId": "0001", "NodeGroupId": format!("{:04}", nth + 1), "SnapshotCreateTime": snapshot.taken_at.to_string(),
            "CacheSize": format!("{} MB", shard.content.size() >> 20),
        });
        if let (true, Some(slots)) = (with_shards, &shard.slots) {
            node["NodeGroupConfiguration"] = json!({ "Slots": slots, "ReplicaCount": 0 });
        }
        node
    });
    let mut shown = json!({
        "SnapshotName": place.2, "SnapshotStatus": status, "SnapshotSource": "manual", "CacheNodeType": of.node_type,
        "Engine": of.engine, "EngineVersion": of.engine_version, "CacheParameterGroupName": of.parameter_group,
        "NumNodeGroups": snapshot.shards.len(), "ARN": arn(place, "snapshot"),
        "DataTiering": if of.data_tiering { "enabled" } else { "disabled" }, "NodeSnapshots": nodes.collect::<Vec<_>>(),
    });
    match of.kind {
        CacheKind::Group => shown["ReplicationGroupId"] = json!(of.id),
        CacheKind::Cluster | CacheKind::Serverless => shown["CacheClusterId"] = json!(of.id),
    }
    shown
}

/// `DescribeSnapshots`
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "SnapshotName").map(str::to_lowercase);
    let of = text(input, "ReplicationGroupId").or_else(|| text(input, "CacheClusterId"));
    let with_shards = flag(input, "ShowNodeGroupConfig") == Some(true);
    let found = cloud.elasticache.snapshots.iter().filter(|(place, snapshot)| {
        let here = place.0 == caller.account && place.1 == caller.region && snapshot.visible_from <= cloud.now;
        here && wanted.as_ref().is_none_or(|wanted| *wanted == place.2)
            && of.is_none_or(|of| of == snapshot.of.id)
            && text(input, "SnapshotSource").is_none_or(|source| source == "user")
    });
    let found: Vec<_> = found
        .map(|(place, snapshot)| (place.2.clone(), shown(place, snapshot, with_shards)))
        .collect();
    if let (Some(wanted), true) = (&wanted, found.is_empty()) {
        return Err(not_found(wanted));
    }
    super::describe::paged(input, "Snapshots", "Marker", found)
}

/// `DeleteSnapshot`: not while it is taken or exported.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = required(input, "SnapshotName")?.to_lowercase();
    let at = place(caller, &name);
    let seconds = cloud.faults.stream("elasticache-delete-snapshot").i64(5..40);
    let until = cloud.later(seconds);
    let found = cloud.elasticache.snapshots.get_mut(&at);
    let snapshot = found.ok_or_else(|| not_found(&name))?;
    if snapshot.phase != SnapshotPhase::Available {
        let message = format!("Snapshot {name} is not in a state in which it can be deleted.");
        return Err(ServiceError::new("InvalidSnapshotStateFault", message));
    }
    snapshot.phase = SnapshotPhase::Deleting(until);
    let answer = json!({ "Snapshot": shown(&at, snapshot, false) });
    cloud.effect(caller, "elasticache DeleteSnapshot", arn(&at, "snapshot"));
    Ok(answer)
}
