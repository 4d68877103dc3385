//! ElastiCache: taking a cache and its groups away for good, after it has moved.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::Failure;

use crate::classify;
use crate::elasticache::ElastiCache;

/// A cache as it stands, as far as its removal asks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheStanding {
    /// Its ARN.
    pub arn: String,
    /// `available`, `snapshotting`, `modifying`, `deleting`, …
    pub status: String,
    /// When it was made: what tells it from another one of the same id.
    pub created_at: Option<Timestamp>,
    /// The ARN of its key; none: not encrypted, or under a key that AWS owns.
    pub key: Option<String>,
    /// The nodes of each shard, as CloudWatch names them.
    pub shards: Vec<Vec<String>>,
    /// The global datastore that it belongs to.
    pub global: Option<String>,
}

/// A cache subnet group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheSubnets {
    /// The VPC that it lies in.
    pub vpc: String,
    /// Its subnets.
    pub subnets: Vec<String>,
}

/// A cache parameter group: what one must be given to be made anew.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CacheParameters {
    /// Which engine it is for, and of which version: `redis7`.
    pub family: String,
    /// What people wrote about it.
    pub description: String,
}

fn moment(at: Option<&aws_sdk_elasticache::primitives::DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(at?.secs()).ok()
}

impl ElastiCache {
    /// A replication group, or a cluster that belongs to none; none: there is no such thing.
    pub async fn standing(&self, id: &str, is_group: bool) -> Result<Option<CacheStanding>, Failure> {
        if is_group {
            let call = self.read.describe_replication_groups().replication_group_id(id);
            let answer = call.send().await.map_err(self.failed("DescribeReplicationGroups"));
            let found = classify::found(answer)?.and_then(|answer| answer.replication_groups);
            let found = found.unwrap_or_default().into_iter().next();
            return Ok(found.map(|group| {
                let shards = group.node_groups().iter().map(|shard| {
                    let nodes = shard.node_group_members().iter();
                    nodes
                        .filter_map(|node| node.cache_cluster_id().map(str::to_owned))
                        .collect()
                });
                CacheStanding {
                    shards: shards.collect(),
                    created_at: moment(group.replication_group_create_time()),
                    global: group
                        .global_replication_group_info()
                        .and_then(|global| global.global_replication_group_id())
                        .map(str::to_owned),
                    arn: group.arn.unwrap_or_default(),
                    status: group.status.unwrap_or_default(),
                    key: group.kms_key_id,
                }
            }));
        }
        let call = self.read.describe_cache_clusters().cache_cluster_id(id);
        let answer = call.send().await.map_err(self.failed("DescribeCacheClusters"));
        let found = classify::found(answer)?.and_then(|answer| answer.cache_clusters);
        // A member of a group is not a cluster of its own.
        let found = found.unwrap_or_default().into_iter().next();
        let found = found.filter(|cluster| cluster.replication_group_id().is_none());
        Ok(found.map(|cluster| CacheStanding {
            shards: vec![vec![id.to_owned()]],
            created_at: moment(cluster.cache_cluster_create_time()),
            global: None,
            arn: cluster.arn.unwrap_or_default(),
            status: cluster.cache_cluster_status.unwrap_or_default(),
            key: None,
        }))
    }

    /// Begins to delete a cache with all of its nodes. Its last snapshot was taken and proved before, by a call of its own.
    pub async fn delete_for_good(&self, id: &str, is_group: bool) -> Result<(), Failure> {
        if is_group {
            return self.delete_group(id).await;
        }
        let call = self.once.delete_cache_cluster().cache_cluster_id(id);
        call.send().await.map(drop).map_err(self.failed("DeleteCacheCluster"))
    }

    /// A cache subnet group; none: there is no such thing.
    pub async fn subnet_group(&self, name: &str) -> Result<Option<CacheSubnets>, Failure> {
        let call = self.read.describe_cache_subnet_groups().cache_subnet_group_name(name);
        let answer = call.send().await.map_err(self.failed("DescribeCacheSubnetGroups"));
        let found = classify::found(answer)?.and_then(|answer| answer.cache_subnet_groups);
        let found = found.unwrap_or_default().into_iter().next();
        Ok(found.map(|group| {
            let subnets = group.subnets().iter();
            CacheSubnets {
                subnets: subnets
                    .filter_map(|subnet| subnet.subnet_identifier().map(str::to_owned))
                    .collect(),
                vpc: group.vpc_id.unwrap_or_default(),
            }
        }))
    }

    /// A cache parameter group; none: there is no such thing.
    pub async fn parameter_group(&self, name: &str) -> Result<Option<CacheParameters>, Failure> {
        let call = self.read.describe_cache_parameter_groups();
        let answer = call.cache_parameter_group_name(name).send().await;
        let answer = answer.map_err(self.failed("DescribeCacheParameterGroups"));
        let found = classify::found(answer)?.and_then(|answer| answer.cache_parameter_groups);
        let found = found.unwrap_or_default().into_iter().next();
        Ok(found.map(|group| CacheParameters {
            family: group.cache_parameter_group_family.unwrap_or_default(),
            description: group.description.unwrap_or_default(),
        }))
    }

    /// What a user has set in a cache parameter group; none: there is no such thing.
    pub async fn user_parameters(&self, name: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
        let mut set = BTreeMap::new();
        let mut marker = None;
        loop {
            let call = self.read.describe_cache_parameters().cache_parameter_group_name(name);
            let answer = call.source("user").set_marker(marker).send().await;
            let Some(page) = classify::found(answer.map_err(self.failed("DescribeCacheParameters")))? else {
                return Ok(None);
            };
            for parameter in page.parameters.unwrap_or_default() {
                if let (Some(name), Some(value)) = (parameter.parameter_name, parameter.parameter_value) {
                    set.insert(name, value);
                }
            }
            marker = page.marker.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(Some(set));
            }
        }
    }

    /// Deletes a cache subnet group in which nothing lies.
    pub async fn delete_subnet_group(&self, name: &str) -> Result<(), Failure> {
        let call = self.once.delete_cache_subnet_group().cache_subnet_group_name(name);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("DeleteCacheSubnetGroup"))
    }

    /// Deletes a cache parameter group that nothing uses.
    pub async fn delete_parameter_group(&self, name: &str) -> Result<(), Failure> {
        let call = self.once.delete_cache_parameter_group();
        let call = call.cache_parameter_group_name(name);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("DeleteCacheParameterGroup"))
    }
}
