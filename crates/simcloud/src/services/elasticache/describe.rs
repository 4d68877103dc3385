//! What ElastiCache tells of caches and of their tags.

use std::collections::BTreeMap;

use model::ids::Digest;
use model::inventory::{Cache, CacheKind};
use serde_json::{Value, json};

use super::{Held, Place, arn, invalid, kind_of, place, required};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, number, page, tag_list, text};
use crate::services::storage_key;

const SNAPSHOT_WINDOW: &str = "03:00-04:00";

fn page_size(input: &Value) -> Result<usize, ServiceError> {
    match number(input, "MaxRecords") {
        None => Ok(100),
        Some(records @ 20..=100) => Ok(records.unsigned_abs() as usize),
        Some(records) => Err(invalid(format!(
            "Invalid value {records} for MaxRecords. Must be between 20 and 100"
        ))),
    }
}

/// One page of what is shown under a member's name.
pub(super) fn paged(input: &Value, member: &str, marker: &str, found: Vec<(String, Value)>) -> Answer {
    let after = text(input, marker);
    let (shown, next) = page(found, after, page_size(input)?);
    let mut answer = json!({ member: shown });
    if let Some(next) = next {
        answer[marker] = json!(next);
    }
    Ok(answer)
}

fn here<'a, V>(all: &'a BTreeMap<Place, V>, caller: &Caller) -> impl Iterator<Item = (&'a Place, &'a V)> {
    let (account, region) = (caller.account.clone(), caller.region.clone());
    all.iter()
        .filter(move |(place, _)| place.0 == account && place.1 == region)
}

fn automatic_failover(cache: &Cache) -> &'static str {
    match cache.nodes > cache.shards || cache.cluster_mode {
        true => "enabled",
        false => "disabled",
    }
}

/// An address: a part of it is the account's own, in that region.
fn endpoint(place: &Place, held: &Held, which: &str) -> Value {
    let id = &held.listed.id;
    let own = Digest::of(format!("elasticache {} {}", place.0, place.1).as_bytes());
    let own = &own.as_str()[..6];
    json!({ "Address": format!("{which}.{id}.{own}.{}.cache.amazonaws.com", place.1), "Port": 6379 })
}

/// A replication group as it is shown.
pub(super) fn group(cloud: &Cloud, place: &Place, held: &Held) -> Value {
    let cache = &held.listed;
    let members = held.members();
    let shards = members.iter().zip(&held.shards).enumerate().map(|(nth, (nodes, shard))| {
        let nodes = nodes.iter().map(|node| json!({ "CacheClusterId": node, "CacheNodeId": "0001" }));
        let mut shown = json!({
            "NodeGroupId": format!("{:04}", nth + 1), "Status": held.status(), "NodeGroupMembers": nodes.collect::<Vec<_>>(),
        });
        match &shard.slots {
            Some(slots) => shown["Slots"] = json!(slots),
            None => {
                shown["PrimaryEndpoint"] = endpoint(place, held, "master");
                shown["ReaderEndpoint"] = endpoint(place, held, "replica");
            }
        }
        shown
    });
    let mut shown = json!({
        "ReplicationGroupId": cache.id, "Description": held.description, "Status": held.status(),
        "NodeGroups": shards.collect::<Vec<_>>(), "MemberClusters": members.concat(),
        "AutomaticFailover": automatic_failover(cache), "SnapshotRetentionLimit": cache.snapshot_retention_days,
        "ClusterEnabled": cache.cluster_mode, "CacheNodeType": cache.node_type, "AuthTokenEnabled": cache.auth_token,
        "TransitEncryptionEnabled": cache.encrypted_in_transit, "AtRestEncryptionEnabled": cache.encrypted_at_rest,
        "ARN": arn(place, "replicationgroup"), "UserGroupIds": cache.user_groups, "Engine": cache.engine,
        "DataTiering": if cache.data_tiering { "enabled" } else { "disabled" }, "MultiAZ": "disabled",
        "ClusterMode": if cache.cluster_mode { "enabled" } else { "disabled" }, "AutoMinorVersionUpgrade": true,
        "NetworkType": "ipv4", "IpDiscovery": "ipv4", "SnapshotWindow": SNAPSHOT_WINDOW, "LogDeliveryConfigurations": [],
        "ReplicationGroupCreateTime": held.created_at.to_string(),
    });
    if cache.encrypted_in_transit {
        shown["TransitEncryptionMode"] = json!("required");
    }
    if let Some(key) = &cache.key {
        shown["KmsKeyId"] = json!(storage_key::of_inventory(cloud, &place.0, &place.1, key));
    }
    if cache.cluster_mode {
        shown["ConfigurationEndpoint"] = endpoint(place, held, "clustercfg");
    }
    shown
}

/// `DescribeReplicationGroups`
pub(super) fn groups(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "ReplicationGroupId").map(str::to_lowercase);
    let found = here(&cloud.elasticache.groups, caller)
        .filter(|(place, held)| held.seen(cloud.now) && wanted.as_ref().is_none_or(|wanted| *wanted == place.2));
    let found: Vec<_> = found
        .map(|(place, held)| (place.2.clone(), group(cloud, place, held)))
        .collect();
    if let (Some(wanted), true) = (&wanted, found.is_empty()) {
        return Err(no_group(wanted));
    }
    paged(input, "ReplicationGroups", "Marker", found)
}

pub(super) fn no_group(id: &str) -> ServiceError {
    ServiceError::new(
        "ReplicationGroupNotFoundFault",
        format!("ReplicationGroup {id} not found."),
    )
}

pub(super) fn no_cluster(id: &str) -> ServiceError {
    ServiceError::new("CacheClusterNotFoundFault", format!("CacheCluster not found: {id}"))
}

/// A cluster as it is shown: a member of a group, or one that belongs to none.
pub(super) fn cluster(place: &Place, held: &Held, id: &str, with_nodes: bool) -> Value {
    let cache = &held.listed;
    let nodes = match cache.kind {
        CacheKind::Cluster => cache.nodes,
        CacheKind::Group | CacheKind::Serverless => 1,
    };
    let here = (place.0.clone(), place.1.clone(), id.to_owned());
    let mut shown = json!({
        "CacheClusterId": id, "CacheNodeType": cache.node_type, "Engine": cache.engine, "EngineVersion": cache.engine_version,
        "CacheClusterStatus": held.member_status(), "NumCacheNodes": nodes, "CacheSubnetGroupName": held.subnet_group,
        "CacheClusterCreateTime": held.created_at.to_string(),
        "CacheParameterGroup": { "CacheParameterGroupName": cache.parameter_group, "ParameterApplyStatus": "in-sync" },
        "SecurityGroups": held.security_groups.iter()
            .map(|group| json!({ "SecurityGroupId": group, "Status": "active" })).collect::<Vec<_>>(),
        "SnapshotRetentionLimit": cache.snapshot_retention_days, "AuthTokenEnabled": cache.auth_token,
        "TransitEncryptionEnabled": cache.encrypted_in_transit, "AtRestEncryptionEnabled": cache.encrypted_at_rest,
        "ARN": arn(&here, "cluster"), "AutoMinorVersionUpgrade": true, "NetworkType": "ipv4", "IpDiscovery": "ipv4",
        "PreferredMaintenanceWindow": "sun:05:00-sun:06:00", "SnapshotWindow": SNAPSHOT_WINDOW,
    });
    if with_nodes {
        let nodes = (1..=nodes).map(|nth| {
            let node = format!("{nth:04}");
            json!({ "CacheNodeId": node, "CacheNodeStatus": "available", "Endpoint": endpoint(&here, held, &node),
                "CacheNodeCreateTime": held.created_at.to_string(), "ParameterGroupStatus": "in-sync" })
        });
        shown["CacheNodes"] = nodes.collect();
    }
    if cache.kind == CacheKind::Group {
        shown["ReplicationGroupId"] = json!(cache.id);
    }
    shown
}

/// `DescribeCacheClusters`: members of groups too.
pub(super) fn clusters(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "CacheClusterId").map(str::to_lowercase);
    let caches = &cloud.elasticache;
    let mut found = BTreeMap::new();
    for (place, held) in here(&caches.groups, caller).chain(here(&caches.clusters, caller)) {
        if held.seen(cloud.now) {
            // The nodes of one cluster have its id alone.
            for id in held.members().concat() {
                let shown = cluster(place, held, &id, flag(input, "ShowCacheNodeInfo") == Some(true));
                found.insert(id, shown);
            }
        }
    }
    found.retain(|id, _| wanted.as_ref().is_none_or(|wanted| wanted == id));
    if let (Some(wanted), true) = (&wanted, found.is_empty()) {
        return Err(no_cluster(wanted));
    }
    paged(input, "CacheClusters", "Marker", found.into_iter().collect())
}

/// `DescribeServerlessCaches`
pub(super) fn serverless(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "ServerlessCacheName").map(str::to_lowercase);
    let found = here(&cloud.elasticache.serverless, caller)
        .filter(|(place, _)| wanted.as_ref().is_none_or(|wanted| *wanted == place.2));
    let found: Vec<(String, Value)> = found
        .map(|(place, cache)| {
            let mut shown = json!({
                "ServerlessCacheName": cache.id, "Status": "available", "Engine": cache.engine,
                "MajorEngineVersion": cache.engine_version.split('.').next(), "FullEngineVersion": cache.engine_version,
                "ARN": arn(place, kind_of(cache)), "SnapshotRetentionLimit": cache.snapshot_retention_days,
            });
            if let Some(group) = cache.user_groups.first() {
                shown["UserGroupId"] = json!(group);
            }
            if let Some(key) = &cache.key {
                shown["KmsKeyId"] = json!(storage_key::of_inventory(cloud, &place.0, &place.1, key));
            }
            (place.2.clone(), shown)
        })
        .collect();
    if let (Some(wanted), true) = (&wanted, found.is_empty()) {
        let message = format!("Serverless Cache not found: {wanted}");
        return Err(ServiceError::new("ServerlessCacheNotFoundFault", message));
    }
    let limit = number(input, "MaxResults").map_or(50, |most| most.clamp(1, 50)) as usize;
    let (shown, next) = page(found, text(input, "NextToken"), limit);
    let mut answer = json!({ "ServerlessCaches": shown });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

/// `ListTagsForResource`. Members have none of their own here.
pub(super) fn tags(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = required(input, "ResourceName")?;
    let parts: Vec<&str> = asked.splitn(7, ':').collect();
    let own = parts.len() == 7 && parts[3] == caller.region.as_str() && parts[4] == caller.account.as_str();
    if !own {
        let message = format!("The ARN {asked} is not one of this account and region.");
        return Err(ServiceError::new("InvalidARNFault", message));
    }
    let at = place(caller, parts[6]);
    let caches = &cloud.elasticache;
    let (tags, missing) = match parts[5] {
        "replicationgroup" => (caches.groups.get(&at).map(|held| &held.listed.tags), no_group(&at.2)),
        "cluster" => (
            caches.clusters.get(&at).map(|held| &held.listed.tags),
            no_cluster(&at.2),
        ),
        "serverlesscache" => (
            caches.serverless.get(&at).map(|cache| &cache.tags),
            ServiceError::new("ServerlessCacheNotFoundFault", "Serverless Cache not found"),
        ),
        "snapshot" => (
            caches.snapshots.get(&at).map(|snapshot| &snapshot.tags),
            super::snapshots::not_found(&at.2),
        ),
        other => return Err(ServiceError::not_modelled("elasticache", &format!("tags of a {other}"))),
    };
    Ok(json!({ "TagList": tag_list(tags.ok_or(missing)?) }))
}
