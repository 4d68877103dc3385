//! ElastiCache: snapshots, their export into a bucket, and replication groups that are filled from one. What is there already is found in
//! `elasticache_observed.rs`.

use std::collections::BTreeMap;

use aws_sdk_elasticache::types::{AutomaticFailoverStatus, NodeGroupConfiguration, Tag};
use model::{AccountId, Failure, FailureClass};

use crate::account::{Clients, two_clients};
use crate::classify;

/// ElastiCache in one account.
pub struct ElastiCache {
    pub(crate) read: aws_sdk_elasticache::Client,
    pub(crate) once: aws_sdk_elasticache::Client,
    account: AccountId,
}

/// A snapshot of a cache.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its name, which is the account's and region's alone.
    pub name: String,
    /// `creating`, `available`, `copying`, `exporting`, `deleting`, `failed`
    pub status: String,
    /// Its ARN.
    pub arn: String,
    /// For each shard: its id, the slots of the keyspace where the cache is in cluster mode, and when its content was read.
    pub shards: Vec<SnapshotShard>,
}

/// A shard within a snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SnapshotShard {
    /// Its id, such as `0001`; none where the cache has no shards.
    pub id: Option<String>,
    /// `0-8191`; none where cluster mode is disabled.
    pub slots: Option<String>,
    /// When its content was read, in RFC 3339: what was written later is not in it.
    pub taken_at: Option<String>,
}

/// A replication group, as far as a filled one is looked at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Group {
    /// `creating`, `available`, `modifying`, `deleting`, `create-failed`, `snapshotting`
    pub status: String,
    /// The ids of its members.
    pub members: Vec<String>,
    /// The slots of each shard, in order of the shards; empty texts where cluster mode is disabled.
    pub slots: Vec<String>,
    /// The type of its nodes.
    pub node_type: String,
    /// Whether it is spoken to over TLS.
    pub encrypted_in_transit: bool,
    /// Whether it is encrypted at rest.
    pub encrypted_at_rest: bool,
    /// Whether a replica takes over by itself.
    pub automatic_failover: bool,
    /// Whether its cluster mode is enabled.
    pub cluster_mode: bool,
    /// Its user groups.
    pub user_groups: Vec<String>,
    /// Its address: of the configuration in cluster mode, else of the primary.
    pub endpoint: Option<String>,
    /// Its address for reading; none in cluster mode.
    pub reader: Option<String>,
    /// Its ARN.
    pub arn: String,
}

/// How a cache is reached, as `host:port`.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Addresses {
    /// For everything.
    pub address: Option<String>,
    /// For reading.
    pub reader: Option<String>,
}

/// A replication group to be made of files in a bucket.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewGroup {
    /// Its id.
    pub id: String,
    /// What it says of itself: ElastiCache asks for it.
    pub description: String,
    /// `redis`, `valkey`
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// The type of its nodes.
    pub node_type: String,
    /// The slots of each shard, in the order of the files; none: cluster mode is disabled, and there is one file.
    pub shards: Vec<String>,
    /// How many replicas each shard has.
    pub replicas: u32,
    /// Its cache parameter group.
    pub parameter_group: String,
    /// Its cache subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// The user groups (RBAC) that it admits; none: whoever reaches it.
    pub user_groups: Vec<String>,
    /// Whether it is spoken to over TLS.
    pub encrypted_in_transit: bool,
    /// Whether it is encrypted at rest.
    pub encrypted_at_rest: bool,
    /// Its customer key; none: a key that AWS owns.
    pub key: Option<String>,
    /// For how many days automatic snapshots are kept; 0: none are taken.
    pub snapshot_retention_days: u32,
    /// The files that it is filled from, as `arn:aws:s3:::bucket/key`.
    pub files: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

fn sdk_tags(tags: &BTreeMap<String, String>) -> Option<Vec<Tag>> {
    let tags = tags.iter();
    Some(
        tags.map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect(),
    )
}

fn whole(number: u32) -> i32 {
    i32::try_from(number).unwrap_or(i32::MAX)
}

fn snapshot(from: aws_sdk_elasticache::types::Snapshot) -> Snapshot {
    let shards = from.node_snapshots().iter().map(|node| SnapshotShard {
        id: node.node_group_id().map(str::to_owned),
        slots: node
            .node_group_configuration()
            .and_then(|shard| shard.slots())
            .map(str::to_owned),
        taken_at: node
            .snapshot_create_time()
            .and_then(|at| jiff::Timestamp::from_second(at.secs()).ok())
            .map(|at| at.to_string()),
    });
    Snapshot {
        shards: shards.collect(),
        name: from.snapshot_name.unwrap_or_default(),
        status: from.snapshot_status.unwrap_or_default(),
        arn: from.arn.unwrap_or_default(),
    }
}

fn address(at: &aws_sdk_elasticache::types::Endpoint) -> Option<String> {
    Some(format!("{}:{}", at.address()?, at.port()?))
}

fn group(from: aws_sdk_elasticache::types::ReplicationGroup) -> Group {
    let first = from.node_groups().first();
    let primary = first.and_then(|shard| shard.primary_endpoint());
    let endpoint = from.configuration_endpoint().or(primary).and_then(address);
    let reader = first.and_then(|shard| shard.reader_endpoint()).and_then(address);
    let slots = from
        .node_groups()
        .iter()
        .map(|shard| shard.slots().unwrap_or_default().to_owned());
    Group {
        endpoint,
        reader,
        slots: slots.collect(),
        automatic_failover: from.automatic_failover() == Some(&AutomaticFailoverStatus::Enabled),
        encrypted_in_transit: from.transit_encryption_enabled == Some(true),
        encrypted_at_rest: from.at_rest_encryption_enabled == Some(true),
        cluster_mode: from.cluster_enabled == Some(true),
        user_groups: from.user_group_ids.unwrap_or_default(),
        members: from.member_clusters.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        node_type: from.cache_node_type.unwrap_or_default(),
        arn: from.arn.unwrap_or_default(),
    }
}

impl ElastiCache {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_elasticache, "elasticache");
        Self {
            read,
            once,
            account: clients.account.clone(),
        }
    }

    pub(crate) fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "elasticache", operation)
    }

    /// The tags of what has an ARN; what is gone has none.
    pub async fn tags_of(&self, arn: Option<&str>) -> Result<BTreeMap<String, String>, Failure> {
        let Some(arn) = arn else {
            return Ok(BTreeMap::new());
        };
        let call = self.read.list_tags_for_resource().resource_name(arn);
        let answer = call.send().await.map_err(self.failed("ListTagsForResource"));
        let found = classify::found(answer)?.and_then(|answer| answer.tag_list);
        let tags = found.unwrap_or_default().into_iter();
        Ok(tags
            .filter_map(|tag| Some((tag.key?, tag.value.unwrap_or_default())))
            .collect())
    }

    /// A snapshot by its name, with its shards.
    pub async fn snapshot(&self, name: &str) -> Result<Option<Snapshot>, Failure> {
        let call = self.read.describe_snapshots().snapshot_name(name);
        let answer = call.show_node_group_config(true).send().await;
        let found = classify::found(answer.map_err(self.failed("DescribeSnapshots")))?;
        let mut found = found
            .and_then(|answer| answer.snapshots)
            .unwrap_or_default()
            .into_iter();
        Ok(found.next().map(snapshot))
    }

    /// How a cache is that snapshots are taken of; none where there is none.
    pub async fn status(&self, cache: &str, is_group: bool) -> Result<Option<String>, Failure> {
        if is_group {
            return Ok(self.group(cache).await?.map(|group| group.status));
        }
        let call = self.read.describe_cache_clusters().cache_cluster_id(cache);
        let answer = call.send().await.map_err(self.failed("DescribeCacheClusters"));
        let found = classify::found(answer)?.and_then(|answer| answer.cache_clusters);
        let found = found.unwrap_or_default().into_iter().next();
        Ok(found.and_then(|cluster| cluster.cache_cluster_status))
    }

    /// Begins a snapshot of a replication group, or of a cluster that belongs to none.
    pub async fn create_snapshot(
        &self,
        cache: &str,
        is_group: bool,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.create_snapshot().snapshot_name(name);
        let call = match is_group {
            true => call.replication_group_id(cache),
            false => call.cache_cluster_id(cache),
        };
        let call = call.set_tags(sdk_tags(tags));
        call.send().await.map(drop).map_err(self.failed("CreateSnapshot"))
    }

    /// Begins to write a snapshot into a bucket of this account, as `<name>-0001.rdb` and so on, one for each shard.
    pub async fn export_snapshot(&self, snapshot: &str, name: &str, bucket: &str) -> Result<(), Failure> {
        let call = self.once.copy_snapshot().source_snapshot_name(snapshot);
        let call = call.target_snapshot_name(name).target_bucket(bucket);
        let answer = call.send().await.map(drop).map_err(self.failed("CopySnapshot"));
        answer.map_err(|mut failure| {
            // A bucket whose fresh grant has not spread is refused with this general code: it may pass.
            if failure.code == "InvalidParameterValue" {
                failure.class = FailureClass::Denied;
            }
            failure
        })
    }

    /// Deletes a snapshot.
    pub async fn delete_snapshot(&self, name: &str) -> Result<(), Failure> {
        let call = self.once.delete_snapshot().snapshot_name(name);
        call.send().await.map(drop).map_err(self.failed("DeleteSnapshot"))
    }

    /// A replication group.
    pub async fn group(&self, id: &str) -> Result<Option<Group>, Failure> {
        let call = self.read.describe_replication_groups().replication_group_id(id);
        let answer = call.send().await.map_err(self.failed("DescribeReplicationGroups"));
        let found = classify::found(answer)?.and_then(|answer| answer.replication_groups);
        Ok(found.unwrap_or_default().into_iter().next().map(group))
    }

    /// The status of a cluster; `restore-failed` shows there, and not of its group.
    pub async fn member_status(&self, id: &str) -> Result<Option<String>, Failure> {
        self.status(id, false).await
    }

    /// How a replication group, or a cluster that belongs to none, is reached; none where there is neither.
    pub async fn addresses(&self, cache: &str) -> Result<Option<Addresses>, Failure> {
        if let Some(group) = self.group(cache).await? {
            return Ok(Some(Addresses {
                address: group.endpoint,
                reader: group.reader,
            }));
        }
        let call = self.read.describe_cache_clusters().cache_cluster_id(cache);
        let answer = call.show_cache_node_info(true).send().await;
        let found = classify::found(answer.map_err(self.failed("DescribeCacheClusters")))?;
        let found = found.and_then(|answer| answer.cache_clusters).unwrap_or_default();
        Ok(found.first().map(|cluster| {
            let node = cluster.cache_nodes().first().and_then(|node| node.endpoint());
            Addresses {
                address: cluster.configuration_endpoint().or(node).and_then(address),
                reader: None,
            }
        }))
    }

    /// Begins to make a replication group and to fill it from files in a bucket of this account.
    pub async fn create_group(&self, new: &NewGroup) -> Result<(), Failure> {
        let call = self.once.create_replication_group().replication_group_id(&new.id);
        let call = call.replication_group_description(&new.description);
        let call = call.engine(&new.engine).engine_version(&new.engine_version);
        let call = call.cache_node_type(&new.node_type);
        let call = call.cache_parameter_group_name(&new.parameter_group);
        let call = call.cache_subnet_group_name(&new.subnet_group);
        let call = call.set_security_group_ids(Some(new.security_groups.clone()));
        let call = call.transit_encryption_enabled(new.encrypted_in_transit);
        let call = call.at_rest_encryption_enabled(new.encrypted_at_rest);
        let call = call.set_kms_key_id(new.key.clone());
        let call = call.set_snapshot_arns(Some(new.files.clone()));
        let call = call.snapshot_retention_limit(whole(new.snapshot_retention_days));
        let call = call.set_tags(sdk_tags(&new.tags));
        let user_groups = Some(new.user_groups.clone()).filter(|groups| !groups.is_empty());
        let call = call.set_user_group_ids(user_groups);
        // With a replica it can be had, and with shards it must be.
        let failover = new.replicas > 0 || !new.shards.is_empty();
        let call = call.automatic_failover_enabled(failover);
        let call = match new.shards.as_slice() {
            [] => call.num_cache_clusters(whole(new.replicas + 1)),
            shards => {
                let shards = shards.iter().map(|slots| {
                    let shard = NodeGroupConfiguration::builder().replica_count(whole(new.replicas));
                    shard.slots(slots).build()
                });
                call.set_node_group_configuration(Some(shards.collect()))
            }
        };
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("CreateReplicationGroup"))
    }

    /// Begins to delete a replication group, without a last snapshot.
    pub async fn delete_group(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_replication_group().replication_group_id(id);
        let call = call.retain_primary_cluster(false);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("DeleteReplicationGroup"))
    }
}
