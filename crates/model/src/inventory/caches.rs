//! ElastiCache as an inventory has it: replication groups, clusters that belong to none, and serverless caches.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What of ElastiCache a cache is.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum CacheKind {
    /// A replication group: shards with a primary each, and replicas.
    #[default]
    Group,
    /// A cluster that belongs to no replication group: one node of Redis OSS, or nodes of Memcached.
    Cluster,
    /// A serverless cache.
    Serverless,
}

impl CacheKind {
    fn is_usual(&self) -> bool {
        *self == Self::default()
    }
}

/// A cache of ElastiCache. What is not told is not compared, but an export needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cache {
    /// The id of its replication group, of the cluster where it has none, or the name of the serverless cache.
    pub id: String,
    /// `redis`, `valkey`, `memcached`.
    pub engine: String,
    /// What of ElastiCache it is.
    #[serde(skip_serializing_if = "CacheKind::is_usual")]
    pub kind: CacheKind,
    /// The engine's version, such as `7.1.0`.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub engine_version: String,
    /// The type of its nodes, such as `cache.r7g.large`; none of a serverless cache.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub node_type: String,
    /// How many shards it has; 0: not told.
    #[serde(skip_serializing_if = "is_zero")]
    pub shards: u32,
    /// How many nodes it has in all shards together; 0: not told.
    #[serde(skip_serializing_if = "is_zero")]
    pub nodes: u32,
    /// Whether its cluster mode is enabled, also with one shard.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub cluster_mode: bool,
    /// For how many days it keeps automatic snapshots. More than none: somebody may take it for a store, and not for a cache.
    #[serde(skip_serializing_if = "is_zero")]
    pub snapshot_retention_days: u32,
    /// Whether it asks for a token (a password). The token itself ElastiCache tells nobody.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub auth_token: bool,
    /// The user groups (RBAC) that it admits.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub user_groups: Vec<String>,
    /// Whether it is spoken to over TLS.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encrypted_in_transit: bool,
    /// Whether its disks and snapshots are encrypted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encrypted_at_rest: bool,
    /// The id of its customer key; absent: not encrypted, or under a key that AWS owns.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether it keeps what is seldom read on SSDs (`r6gd` nodes): such a cache has no export.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub data_tiering: bool,
    /// Its cache parameter group.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub parameter_group: String,
    /// Its cache subnet group; none of a serverless cache.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub subnet_group: String,
    /// What it holds, in MiB: the largest `BytesUsedForCache` of its primaries together. ElastiCache does not tell; 0: not known.
    #[serde(skip_serializing_if = "is_zero_64")]
    pub data_mib: u64,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

fn is_zero_64(number: &u64) -> bool {
    *number == 0
}
