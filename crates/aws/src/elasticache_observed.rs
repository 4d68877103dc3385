//! The caches of an account, as an inventory has them.

use std::collections::BTreeMap;

use aws_sdk_elasticache::types::{CacheCluster, DataTieringStatus, ReplicationGroup, ServerlessCache};
use model::Failure;
use model::inventory::{Cache, CacheKind};

use crate::ec2_observed::id_of;
use crate::elasticache::ElastiCache;

fn count(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

fn text(of: Option<&str>) -> String {
    of.unwrap_or_default().to_owned()
}

/// A replication group, with what only its members tell of it.
fn group(from: &ReplicationGroup, member: Option<&CacheCluster>, tags: BTreeMap<String, String>) -> Cache {
    let parameters = member.and_then(|member| member.cache_parameter_group());
    let engine = from.engine().or_else(|| member.and_then(|member| member.engine()));
    Cache {
        id: text(from.replication_group_id()),
        // Older answers have it of the members alone.
        engine: text(engine),
        kind: CacheKind::Group,
        engine_version: text(member.and_then(|member| member.engine_version())),
        node_type: text(from.cache_node_type()),
        shards: count(i32::try_from(from.node_groups().len()).ok()),
        nodes: count(i32::try_from(from.member_clusters().len()).ok()),
        cluster_mode: from.cluster_enabled() == Some(true),
        snapshot_retention_days: count(from.snapshot_retention_limit()),
        auth_token: from.auth_token_enabled() == Some(true),
        user_groups: from.user_group_ids().to_vec(),
        encrypted_in_transit: from.transit_encryption_enabled() == Some(true),
        encrypted_at_rest: from.at_rest_encryption_enabled() == Some(true),
        key: from.kms_key_id().map(|arn| id_of(arn).to_owned()),
        data_tiering: from.data_tiering() == Some(&DataTieringStatus::Enabled),
        parameter_group: text(parameters.and_then(|group| group.cache_parameter_group_name())),
        subnet_group: text(member.and_then(|member| member.cache_subnet_group_name())),
        data_mib: 0,
        tags,
    }
}

/// A cluster that belongs to no group.
fn cluster(from: &CacheCluster, tags: BTreeMap<String, String>) -> Cache {
    let parameters = from.cache_parameter_group();
    Cache {
        id: text(from.cache_cluster_id()),
        engine: text(from.engine()),
        kind: CacheKind::Cluster,
        engine_version: text(from.engine_version()),
        node_type: text(from.cache_node_type()),
        shards: 1,
        nodes: count(from.num_cache_nodes()),
        snapshot_retention_days: count(from.snapshot_retention_limit()),
        auth_token: from.auth_token_enabled() == Some(true),
        encrypted_in_transit: from.transit_encryption_enabled() == Some(true),
        encrypted_at_rest: from.at_rest_encryption_enabled() == Some(true),
        parameter_group: text(parameters.and_then(|group| group.cache_parameter_group_name())),
        subnet_group: text(from.cache_subnet_group_name()),
        tags,
        ..Cache::default()
    }
}

/// A serverless cache: always encrypted, at rest and on the way, and always in cluster mode.
fn serverless(from: &ServerlessCache, tags: BTreeMap<String, String>) -> Cache {
    Cache {
        id: text(from.serverless_cache_name()),
        engine: text(from.engine()),
        kind: CacheKind::Serverless,
        engine_version: text(from.full_engine_version().or(from.major_engine_version())),
        cluster_mode: true,
        snapshot_retention_days: count(from.snapshot_retention_limit()),
        user_groups: from.user_group_id().map(str::to_owned).into_iter().collect(),
        encrypted_in_transit: true,
        encrypted_at_rest: true,
        key: from.kms_key_id().map(|arn| id_of(arn).to_owned()),
        tags,
        ..Cache::default()
    }
}

impl ElastiCache {
    /// The region's caches, by id: replication groups, clusters that belong to none, serverless caches.
    pub async fn observed(&self) -> Result<Vec<Cache>, Failure> {
        let mut members: BTreeMap<String, CacheCluster> = BTreeMap::new();
        let mut alone = Vec::new();
        let mut pages = self.read.describe_cache_clusters().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeCacheClusters"))?;
            match found.replication_group_id() {
                Some(group) => {
                    members.insert(group.to_owned(), found);
                }
                None => alone.push(found),
            }
        }
        let mut caches = Vec::new();
        let mut pages = self.read.describe_replication_groups().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeReplicationGroups"))?;
            let member = members.get(found.replication_group_id().unwrap_or_default());
            caches.push(group(&found, member, self.tags_of(found.arn()).await?));
        }
        for found in &alone {
            caches.push(cluster(found, self.tags_of(found.arn()).await?));
        }
        let mut pages = self.read.describe_serverless_caches().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeServerlessCaches"))?;
            caches.push(serverless(&found, self.tags_of(found.arn()).await?));
        }
        caches.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(caches)
    }
}

impl ElastiCache {
    /// The names of the region's cache subnet groups.
    pub async fn observed_subnet_groups(&self) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        let mut pages = self.read.describe_cache_subnet_groups().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeCacheSubnetGroups"))?;
            names.extend(found.cache_subnet_group_name);
        }
        names.sort();
        Ok(names)
    }

    /// The names of the region's cache parameter groups, without ElastiCache's own.
    pub async fn observed_parameter_groups(&self) -> Result<Vec<String>, Failure> {
        let mut names = Vec::new();
        let mut pages = self
            .read
            .describe_cache_parameter_groups()
            .into_paginator()
            .items()
            .send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeCacheParameterGroups"))?;
            names.extend(found.cache_parameter_group_name);
        }
        names.retain(|name: &String| !name.starts_with("default."));
        names.sort();
        Ok(names)
    }

    /// The ids of the region's cache user groups.
    pub async fn observed_user_groups(&self) -> Result<Vec<String>, Failure> {
        let mut ids = Vec::new();
        let mut pages = self.read.describe_user_groups().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeUserGroups"))?;
            ids.extend(found.user_group_id);
        }
        ids.sort();
        Ok(ids)
    }
}
