//! What exists in the accounts, as observed at one moment. `rehearse` fills the simulated accounts with it; live discovery
//! writes it. The format is versioned: see `docs/inventory.md`.

use std::collections::BTreeMap;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::databases::{Attached, OptionGroup, Settings};
use crate::ids::{AccountId, Region};
use crate::machines::{EbsSnapshot, FileSystem, ImageSettings, Instance, MachineSettings, Volume};

/// The version of the format that this program writes and the newest it reads.
pub const INVENTORY_FORMAT: u32 = 1;

/// Everything that a plan needs to know of the accounts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// The version of this format.
    pub format: u32,
    /// When it was observed.
    pub observed_at: Timestamp,
    /// The accounts, by id.
    pub accounts: BTreeMap<AccountId, AccountInventory>,
    /// What the runbook's references (`tag:…`, `tfstate://…`) were found to be.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, String>,
    /// What a plan of the target's Terraform would create, of the types that move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terraform_creates: Vec<TerraformCreate>,
}

/// A resource that Terraform would create.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct TerraformCreate {
    /// Its address, such as `aws_db_instance.shop`.
    pub address: String,
    /// Its type, such as `aws_db_instance`.
    pub kind: String,
    /// The name that it would have in AWS.
    pub name: String,
    /// The snapshot that it would be restored from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot: Option<String>,
}

/// A cache of ElastiCache.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Cache {
    /// The id of its replication group, or of the cluster where it has none.
    pub id: String,
    /// `redis`, `valkey`, `memcached`.
    pub engine: String,
}

/// One account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AccountInventory {
    /// A name for people.
    pub name: String,
    /// Roles that exist, by name (no path).
    pub roles: BTreeMap<String, Role>,
    /// What lies in its regions.
    pub regions: BTreeMap<Region, RegionInventory>,
    /// Route 53 is not regional.
    pub zones: Vec<Zone>,
    /// Whether a policy of the organization lets it make buckets in its own namespace only (`s3:x-amz-bucket-namespace`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub denies_global_bucket_names: bool,
}

/// A role and who may take it on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Role {
    /// AWS principals (account ids, ARNs) or service names (`batchoperations.s3.amazonaws.com`) that its trust policy admits.
    pub trusts: Vec<String>,
    /// The external id that its trust policy asks for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_id: Option<String>,
    /// The longest session it grants, in seconds; AWS's default is an hour.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_session_seconds: Option<u32>,
}

/// What lies in one region of one account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RegionInventory {
    /// Customer and AWS-managed KMS keys.
    pub keys: Vec<Key>,
    /// RDS database instances, the members of clusters not among them.
    pub databases: Vec<Database>,
    /// Clusters: of Aurora, and Multi-AZ ones of other engines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub clusters: Vec<Cluster>,
    /// Buckets.
    pub buckets: Vec<Bucket>,
    /// Images (AMIs) that the account owns.
    pub images: Vec<Image>,
    /// DB subnet groups, by name.
    pub subnet_groups: BTreeMap<String, SubnetGroup>,
    /// Security group ids that exist.
    pub security_groups: Vec<String>,
    /// DB parameter groups.
    pub parameter_groups: Vec<ParameterGroup>,
    /// DB cluster parameter groups.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cluster_parameter_groups: Vec<ParameterGroup>,
    /// DB option groups; AWS's own (`default:…`) need not be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub option_groups: Vec<OptionGroup>,
    /// How many manual snapshots of instances there are, and how many RDS admits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual_snapshots: Option<SnapshotSlots>,
    /// The same of clusters' snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub manual_cluster_snapshots: Option<SnapshotSlots>,
    /// How many instances there are, members of clusters among them, and how many RDS admits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance_slots: Option<SnapshotSlots>,
    /// The same of clusters.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cluster_slots: Option<SnapshotSlots>,
    /// Caches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caches: Vec<Cache>,
    /// What the account has set for EC2 and EBS here.
    #[serde(skip_serializing_if = "MachineSettings::is_nothing")]
    pub machine_settings: MachineSettings,
    /// EC2 instances.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub instances: Vec<Instance>,
    /// EBS volumes, those of instances among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub volumes: Vec<Volume>,
    /// EBS snapshots behind which no image stands.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ebs_snapshots: Vec<EbsSnapshot>,
    /// EFS file systems: listed, not moved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub file_systems: Vec<FileSystem>,
    /// The ARNs of queues, topics and functions that admit S3, for buckets of this account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub event_destinations: Vec<String>,
}

/// Who manages a KMS key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyManager {
    /// AWS: `aws/rds`, `aws/ebs`, `aws/s3`. What it encrypts cannot be shared with another account.
    Aws,
    /// The customer.
    #[default]
    Customer,
}

/// A KMS key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Key {
    /// Its id (a UUID).
    pub id: String,
    /// Its aliases, each beginning with `alias/`.
    pub aliases: Vec<String>,
    /// Who manages it.
    pub manager: KeyManager,
    /// Its description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its policy document; absent: AWS's default, which admits the account's root.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<serde_json::Value>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// An RDS database instance.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Database {
    /// The instance identifier.
    pub id: String,
    /// `postgres`, `mysql`, …
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// Instance class, such as `db.t4g.medium`.
    pub class: String,
    /// Allocated storage in GiB.
    pub storage_gib: u32,
    /// Storage type, such as `gp3`.
    pub storage_type: String,
    /// Whether its storage is encrypted.
    pub encrypted: bool,
    /// The key's id or an alias (`alias/aws/rds`); absent when not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// Its DB parameter group.
    pub parameter_group: String,
    /// The port it listens on.
    pub port: u16,
    /// Whether it is Multi-AZ.
    pub multi_az: bool,
    /// Whether it has a public address.
    pub public: bool,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Automated backup retention in days.
    pub backup_retention_days: u32,
    /// `none`, `sse-rds` (under a key that AWS owns) or `sse-kms`; absent: as `encrypted` and `key` say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encryption_type: Option<String>,
    /// How else it is configured.
    pub settings: Settings,
    /// Whether Secrets Manager has its master password: no snapshot carries that.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub managed_secret: bool,
    /// What hangs on it and no snapshot carries.
    pub attached: Attached,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// A cluster: of Aurora, or a Multi-AZ one of another engine.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EngineMode {
    /// By its members, Serverless v2 ones among them.
    #[default]
    Provisioned,
    /// Serverless v1: without members.
    Serverless,
}

/// How far a Serverless v2 cluster scales, in capacity units.
#[derive(Debug, Clone, Copy, Default, PartialEq, Serialize, Deserialize)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
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

/// Manual snapshots of instances in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SnapshotSlots {
    /// How many there are.
    pub used: u32,
    /// How many RDS admits; its default is 100.
    #[serde(default = "usual_snapshot_quota")]
    pub quota: u32,
}

fn usual_snapshot_quota() -> u32 {
    100
}

/// A DB subnet group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct SubnetGroup {
    /// The VPC it lies in.
    pub vpc: String,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// The ids of the zones that they lie in, such as `apne1-az4`: unlike zones' names they mean the same in every account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub zone_ids: Vec<String>,
}

/// A DB parameter group.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ParameterGroup {
    /// Its name.
    pub name: String,
    /// Its family, such as `postgres16`.
    pub family: String,
    /// The parameters that a user has set.
    pub parameters: BTreeMap<String, String>,
    /// What it says of itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// Contents that are computed: a bucket to measure listings against, in simcloud only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    /// What its keys look like.
    pub shape: KeyShape,
    /// How many there are. One of ten has a second version and a delete marker.
    pub keys: u64,
}

/// What the keys of a generated bucket look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyShape {
    /// One prefix and a number.
    Flat,
    /// Hexadecimal digits, evenly spread.
    Hashed,
    /// A folder for each hour.
    Dates,
    /// Nine of ten under one prefix.
    Skew,
}

/// A bucket: its configuration, and its contents either listed (`objects`), summed up (`contents`) or computed (`generated`).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Bucket {
    /// Its name.
    pub name: String,
    /// `disabled` (never enabled), `enabled`, `suspended`.
    pub versioning: Versioning,
    /// Its policy document.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub policy: Option<serde_json::Value>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The customer key of its default encryption; absent: SSE-S3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Whether all four switches of its public-access block are on.
    pub public_access_blocked: bool,
    /// Its lifecycle rules, CORS rules and other sub-resources as raw XML documents, by sub-resource name (`cors`, `lifecycle`, `website`).
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub documents: BTreeMap<String, String>,
    /// Contents that are computed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub generated: Option<Generated>,
    /// Whether deleting a version needs the root user's device.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub mfa_delete: bool,
    /// Whether requesters pay.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub requester_pays: bool,
    /// The names of its access points.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub access_points: Vec<String>,
    /// Whether versions lie under keys that clients bring with each request (SSE-C).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub has_customer_keys: bool,
    /// Its contents, summed up: what discovery can tell without listing.
    pub contents: Contents,
    /// Its contents, listed: keys with their history, oldest first. A rehearsal uses it where it is given, and else makes
    /// keys that add up to `contents`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub objects: Vec<ObjectHistory>,
}

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Versioning {
    /// Never switched on. It cannot return to this state.
    #[default]
    Disabled,
    /// Every write makes a version.
    Enabled,
    /// Was switched on once: writes replace the null version.
    Suspended,
}

/// Sums over a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Contents {
    /// Distinct keys.
    pub keys: u64,
    /// Object versions (delete markers not counted).
    pub versions: u64,
    /// Delete markers.
    pub delete_markers: u64,
    /// Bytes over all versions.
    pub bytes: u64,
    /// The most entries (versions and delete markers) that one key has.
    pub deepest: u32,
}

/// One key and its history, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ObjectHistory {
    /// The key, as S3 keeps it (not encoded).
    pub key: String,
    /// Its entries, oldest first.
    pub entries: Vec<ObjectEntry>,
}

/// One entry of a key's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub enum ObjectEntry {
    /// An object version of so many bytes; its content is made from key, position and seed.
    Version {
        /// Size in bytes.
        size: u64,
        /// Written before versioning was switched on: its version id is `null`.
        #[serde(default, skip_serializing_if = "std::ops::Not::not")]
        null: bool,
        /// Storage class; absent: STANDARD.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        class: Option<String>,
        /// In how many parts it was uploaded; absent: in one piece. Its ETag is another then.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        parts: Option<u32>,
        /// What it carries beside its content.
        #[serde(default, skip_serializing_if = "Carried::is_nothing")]
        carried: Carried,
    },
    /// A delete marker.
    DeleteMarker {},
}

/// What an object version carries beside its content.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Carried {
    /// `Content-Type`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content_type: Option<String>,
    /// `Expires`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub expires: Option<String>,
    /// `x-amz-meta-*`, by the name after the prefix.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub metadata: BTreeMap<String, String>,
    /// Tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Where a website sends who asks for it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub redirect: Option<String>,
}

impl Carried {
    /// Whether it is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// An image (AMI).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Image {
    /// `ami-…`
    pub id: String,
    /// Its name, unique in account and region.
    pub name: String,
    /// Its description.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// `x86_64`, `arm64`, …
    pub architecture: String,
    /// Its snapshots, root first.
    pub snapshots: Vec<ImageSnapshot>,
    /// Marketplace product codes: such an image cannot be copied into another account.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marketplace_codes: Vec<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// What else it says of itself.
    #[serde(skip_serializing_if = "ImageSettings::is_nothing")]
    pub settings: ImageSettings,
    /// What names it by its id, in words: `launch template web, version 3`, `Auto Scaling group batch`, `SSM parameter /shop/ami`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub named_by: Vec<String>,
}

/// One EBS snapshot behind an image.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct ImageSnapshot {
    /// `snap-…`
    pub id: String,
    /// The device it is mapped to.
    pub device: String,
    /// Volume size in GiB.
    pub size_gib: u32,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's id or alias (`alias/aws/ebs`); absent when not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// The account that owns it, where that is not the image's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// Whether it lies in the archive tier.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
}

/// A hosted zone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Zone {
    /// Its id, without the `/hostedzone/` prefix.
    pub id: String,
    /// Its name, without the last dot.
    pub name: String,
    /// Whether it is private.
    pub private: bool,
    /// Its name servers.
    pub name_servers: Vec<String>,
    /// Its records, the apex SOA and NS among them.
    pub records: Vec<Record>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// A record set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// Its name, lower case, without the last dot, in Route 53's escaped form.
    pub name: String,
    /// `A`, `CNAME`, `NS`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds; absent for an alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Its values; empty for an alias.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Where an alias points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<AliasTarget>,
    /// Tells sets of the same name and type apart (weighted, latency, failover …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_identifier: Option<String>,
    /// The weight of a weighted set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
}

/// Where an alias record points.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AliasTarget {
    /// The zone of the thing pointed to; this zone's own id when it is a record of the same zone.
    pub zone: String,
    /// Its DNS name.
    pub name: String,
    /// Whether the target's health is asked for.
    pub evaluate_health: bool,
}

/// An inventory that cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum InventoryError {
    /// Not JSON of this shape.
    #[error("line {line}, column {column}: {reason}")]
    Malformed {
        /// Line, from 1.
        line: usize,
        /// Column, from 1.
        column: usize,
        /// What the parser says.
        reason: String,
    },
    /// A newer format.
    #[error(
        "format {found} is newer than this program reads ({INVENTORY_FORMAT}): use the release that wrote it, or a later one"
    )]
    Newer {
        /// The version in the file.
        found: u32,
    },
}

impl Inventory {
    /// Reads an inventory, refusing unknown fields and newer formats.
    pub fn parse(text: &str) -> Result<Self, InventoryError> {
        #[derive(Deserialize)]
        struct Head {
            format: u32,
        }
        let malformed = |e: serde_json::Error| InventoryError::Malformed {
            line: e.line(),
            column: e.column(),
            reason: e.to_string().split(" at line ").next().unwrap_or_default().to_owned(),
        };
        // The version first: a newer file should be called newer, not malformed.
        let head: Head = serde_json::from_str(text).map_err(malformed)?;
        if head.format > INVENTORY_FORMAT {
            return Err(InventoryError::Newer { found: head.format });
        }
        serde_json::from_str(text).map_err(malformed)
    }

    /// What lies in a region of an account, if anything was observed there.
    pub fn region(&self, account: &AccountId, region: &Region) -> Option<&RegionInventory> {
        self.accounts.get(account)?.regions.get(region)
    }
}
