//! Who has which of the groups that databases and caches are put into. RDS and ElastiCache refuse to delete one that is in use, and tell nobody by whom.

use model::Failure;
use serde::{Deserialize, Serialize};

use crate::elasticache::ElastiCache;
use crate::rds::Rds;

/// What of RDS or ElastiCache a group is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum GroupKind {
    /// A DB parameter group.
    Parameter,
    /// A DB cluster parameter group.
    ClusterParameter,
    /// An option group.
    Option,
    /// A DB subnet group.
    Subnet,
    /// A cache parameter group.
    CacheParameter,
    /// A cache subnet group.
    CacheSubnet,
    /// A user group of ElastiCache.
    CacheUser,
}

/// Who has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UsedBy {
    /// An instance that belongs to no cluster.
    Database(String),
    /// A cluster, or one of its instances.
    Cluster(String),
    /// A snapshot of an instance.
    Snapshot(String),
    /// A replication group, a cluster that belongs to none, or a serverless cache.
    Cache(String),
}

/// A group, and one who has it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct GroupUse {
    /// What it is.
    pub kind: GroupKind,
    /// Its name.
    pub group: String,
    /// Who has it.
    pub by: UsedBy,
}

/// Those that are named, without AWS's own.
fn uses(all: &mut Vec<GroupUse>, kind: GroupKind, groups: &[Option<&str>], by: &UsedBy) {
    let own = |name: &&str| !name.is_empty() && *name != "default" && !name.starts_with("default.");
    let named = groups.iter().flatten().copied().filter(own);
    let named = named.filter(|name| !name.starts_with("default:"));
    all.extend(named.map(|group| GroupUse {
        kind,
        group: group.to_owned(),
        by: by.clone(),
    }));
}

impl Rds {
    /// Who has which groups of RDS: instances, clusters, and of option groups snapshots, too.
    pub async fn groups_in_use(&self) -> Result<Vec<GroupUse>, Failure> {
        let mut all = Vec::new();
        let mut pages = self.read.describe_db_instances().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBInstances"))?;
            let by = match found.db_cluster_identifier() {
                Some(cluster) => UsedBy::Cluster(cluster.to_owned()),
                None => UsedBy::Database(found.db_instance_identifier().unwrap_or_default().to_owned()),
            };
            let parameters = found.db_parameter_groups().iter();
            let parameters: Vec<_> = parameters.map(|group| group.db_parameter_group_name()).collect();
            uses(&mut all, GroupKind::Parameter, &parameters, &by);
            let options = found.option_group_memberships().iter();
            let options: Vec<_> = options.map(|group| group.option_group_name()).collect();
            uses(&mut all, GroupKind::Option, &options, &by);
            let subnets = found.db_subnet_group().and_then(|group| group.db_subnet_group_name());
            uses(&mut all, GroupKind::Subnet, &[subnets], &by);
        }
        let mut pages = self.read.describe_db_clusters().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBClusters"))?;
            let by = UsedBy::Cluster(found.db_cluster_identifier().unwrap_or_default().to_owned());
            let parameters = [found.db_cluster_parameter_group()];
            uses(&mut all, GroupKind::ClusterParameter, &parameters, &by);
            uses(&mut all, GroupKind::Subnet, &[found.db_subnet_group()], &by);
            let options = found.db_cluster_option_group_memberships().iter();
            let options: Vec<_> = options.map(|group| group.db_cluster_option_group_name()).collect();
            uses(&mut all, GroupKind::Option, &options, &by);
        }
        let mut pages = self.read.describe_db_snapshots().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBSnapshots"))?;
            let by = UsedBy::Snapshot(found.db_snapshot_identifier().unwrap_or_default().to_owned());
            uses(&mut all, GroupKind::Option, &[found.option_group_name()], &by);
        }
        all.sort();
        all.dedup();
        Ok(all)
    }
}

impl ElastiCache {
    /// Who has which groups of ElastiCache.
    pub async fn groups_in_use(&self) -> Result<Vec<GroupUse>, Failure> {
        let mut all = Vec::new();
        let mut pages = self.read.describe_cache_clusters().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeCacheClusters"))?;
            let id = found.replication_group_id().or(found.cache_cluster_id());
            let by = UsedBy::Cache(id.unwrap_or_default().to_owned());
            let parameters = found.cache_parameter_group();
            let parameters = parameters.and_then(|group| group.cache_parameter_group_name());
            uses(&mut all, GroupKind::CacheParameter, &[parameters], &by);
            uses(
                &mut all,
                GroupKind::CacheSubnet,
                &[found.cache_subnet_group_name()],
                &by,
            );
        }
        let mut pages = self.read.describe_replication_groups().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeReplicationGroups"))?;
            let by = UsedBy::Cache(found.replication_group_id().unwrap_or_default().to_owned());
            let groups: Vec<_> = found.user_group_ids().iter().map(|id| Some(id.as_str())).collect();
            uses(&mut all, GroupKind::CacheUser, &groups, &by);
        }
        let mut pages = self.read.describe_serverless_caches().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeServerlessCaches"))?;
            let by = UsedBy::Cache(found.serverless_cache_name().unwrap_or_default().to_owned());
            uses(&mut all, GroupKind::CacheUser, &[found.user_group_id()], &by);
        }
        all.sort();
        all.dedup();
        Ok(all)
    }
}
