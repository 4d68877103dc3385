//! Clusters as an inventory has them, and their members.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::databases::Settings;

/// A cluster: of Aurora, or a Multi-AZ one of another engine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Cluster {
    /// The cluster identifier.
    pub id: String,
    /// `aurora-mysql`, `aurora-postgresql`; `mysql`, `postgres` of a Multi-AZ cluster.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// The class of the instances of a Multi-AZ cluster, which RDS makes itself; Aurora's members have their own.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub class: String,
    /// `provisioned` (Serverless v2 among them) or `serverless` (v1).
    pub engine_mode: EngineMode,
    /// What it holds, in GiB (CloudWatch's `VolumeBytesUsed`), for estimates; what is allocated to a Multi-AZ cluster.
    pub storage_gib: u32,
    /// Whether its storage is encrypted.
    pub encrypted: bool,
    /// The key's id or an alias (`alias/aws/rds`); absent when not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `aurora` (also when empty) or `aurora-iopt1`; `io1`, `io2` or `gp3` of a Multi-AZ cluster.
    pub storage_type: String,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// Its DB cluster parameter group.
    pub parameter_group: String,
    /// The port it listens on.
    pub port: u16,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Automated backup retention in days.
    pub backup_retention_days: u32,
    /// Whether IAM may log in.
    pub iam_auth: bool,
    /// The logs that go to CloudWatch.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub log_exports: Vec<String>,
    /// `none`, `sse-rds` (under a key that AWS owns) or `sse-kms`; absent: as `encrypted` and `key` say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_type: Option<String>,
    /// How far a Serverless v2 cluster scales.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub scaling: Option<Scaling>,
    /// How else it is configured.
    pub settings: Settings,
    /// Its instances.
    pub members: Vec<ClusterMember>,
    /// The names of its custom endpoints: a snapshot does not carry them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub custom_endpoints: Vec<String>,
    /// The ARNs of its IAM roles: a snapshot does not carry them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The global cluster that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub global_cluster: Option<String>,
    /// Whether Secrets Manager keeps its master password: a snapshot does not carry the secret.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub managed_secret: bool,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// How a cluster's capacity is provided.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EngineMode {
    /// By its members, Serverless v2 ones among them.
    #[default]
    Provisioned,
    /// Serverless v1: without members.
    Serverless,
}

/// How far a Serverless v2 cluster scales, in capacity units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Scaling {
    /// The fewest.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// After how many idle seconds it pauses; absent: never.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pause: Option<u32>,
}

/// An instance of a cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ClusterMember {
    /// The instance identifier.
    pub id: String,
    /// Its class: `db.r6g.large`, `db.serverless`.
    pub class: String,
    /// Which reader becomes the writer: the lowest number first, 0 to 15.
    pub promotion_tier: u8,
    /// Whether it is the one that writes.
    pub writer: bool,
    /// Its DB parameter group.
    pub parameter_group: String,
    /// Whether it has a public address.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub public: bool,
    /// How else it is configured; most is its cluster's.
    pub settings: Settings,
    /// Its own tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}
