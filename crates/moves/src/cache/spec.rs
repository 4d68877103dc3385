//! `[[cache]]` in the runbook.

use schemars::JsonSchema;
use serde::Deserialize;

/// What becomes of a cache.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct CacheSpec {
    /// The replication group's or cluster's id.
    pub id: String,
    /// What becomes of its content.
    pub content: Content,
    /// Why; product teams read it.
    pub because: String,
    /// Of an export: the replication group that is made of it, or `false`: the files stay for whoever makes one.
    #[serde(default)]
    pub fill: Option<Fill>,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

/// What becomes of a cache's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// It stays behind: the target's cache fills itself.
    Skip,
    /// It is taken along, as a snapshot.
    Export,
}

/// Whether a new cache is made of the files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(untagged)]
pub enum Fill {
    /// `false`: none; the team's Terraform makes it, with `snapshot_arns`. `true` says nothing, and is refused.
    Whether(bool),
    /// This one.
    Group(Box<FillSpec>),
}

/// The replication group that is made in the target. What AWS would choose in an account that knows nothing of the product is not left to it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FillSpec {
    /// Its id; that of the source's unless told.
    #[serde(default)]
    pub id: Option<String>,
    /// Its cache subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// The type of its nodes: one shard's data must fit on one.
    pub node_type: String,
    /// Its cache parameter group; with cluster mode one whose `cluster-enabled` is `yes`.
    pub parameter_group: String,
    /// Whether it is spoken to over TLS.
    pub encrypted_in_transit: bool,
    /// Whether it is encrypted at rest.
    pub encrypted_at_rest: bool,
    /// Its customer key: an alias of the target; without one a key that AWS owns.
    #[serde(default)]
    pub key: Option<String>,
    /// How many replicas each shard has; as many as in the source unless told.
    #[serde(default)]
    pub replicas: Option<u32>,
    /// The engine's version; that of the source unless told.
    #[serde(default)]
    pub engine_version: Option<String>,
    /// For how many days automatic snapshots are kept; as many as in the source unless told.
    #[serde(default)]
    pub snapshot_retention_days: Option<u32>,
    /// `"none"`: who reaches it is admitted. To be written where the source asks for a token or has user groups, unless `user_groups` are.
    #[serde(default)]
    pub auth: Option<Auth>,
    /// The user groups (RBAC) that it admits.
    #[serde(default)]
    pub user_groups: Vec<String>,
}

/// Who is admitted to a new cache.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Auth {
    /// Whoever reaches it.
    None,
}
