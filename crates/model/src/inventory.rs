//! What exists in the accounts, as observed at one moment. `rehearse` fills the simulated accounts with it; live discovery
//! writes it. The format is versioned: see `docs/inventory.md`.

mod buckets;
mod caches;
mod clusters;
mod deployed;
mod difference;
mod others;
mod zones;

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::databases::{Attached, OptionGroup, Settings};
use crate::ids::{AccountId, Region};
use crate::machines::{EbsSnapshot, FileSystem, ImageSettings, Instance, MachineSettings, Volume};

pub use buckets::{Bucket, Carried, Contents, Generated, KeyShape, ObjectEntry, ObjectHistory, Versioning};
pub use caches::{Cache, CacheKind};
pub use clusters::{Cluster, ClusterMember, EngineMode, Scaling};
pub use deployed::{Deployed, Identities};
pub use difference::{Became, Change, Field};
pub use others::{Bill, Elsewhere, Other};
pub use zones::{
    AlarmName, AliasTarget, CidrCollection, CidrRouting, GeoLocation, GeoProximity, HealthCheck, HealthCheckConfig,
    Record, Zone, ZoneVpc,
};

/// The version of the format that this program writes and the newest it reads.
pub const INVENTORY_FORMAT: u32 = 1;

/// Everything that a plan needs to know of the accounts.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Inventory {
    /// Where an editor finds the JSON Schema of this file (`cleave schema inventory`). Nothing else reads it.
    #[serde(rename = "$schema", default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<String>,
    /// The version of this format.
    #[schemars(range(max = INVENTORY_FORMAT))]
    pub format: u32,
    /// When it was observed.
    pub observed_at: Timestamp,
    /// How `cleave discover` looked, so that it can look alike again; absent where people wrote the file, and nothing is compared by itself then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub looked: Option<Looked>,
    /// The accounts, by id.
    pub accounts: BTreeMap<AccountId, AccountInventory>,
    /// What the runbook's references (`tag:…`, `tfstate://…`) were found to be.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub references: BTreeMap<String, String>,
    /// What a plan of the target's Terraform would create, of the types that move.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub terraform_creates: Vec<TerraformCreate>,
}

/// What was looked for in the source.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Looked {
    /// Names and ids, in which `*` stands for anything; none: all.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub names: Vec<String>,
    /// Tags that a thing must have.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// Whether the entries of buckets were counted, by listing them.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub count_objects: bool,
}

/// A resource that Terraform would create.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// One account.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// The CIDR collections by which records of its zones go.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cidr_collections: Vec<CidrCollection>,
    /// The health checks that records depend on.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub health_checks: Vec<HealthCheck>,
    /// What only its tags told of, by ARN: listed, not moved.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub others: Vec<Other>,
    /// What only its tags told of in other enabled regions, counted by kind. Listed, not moved.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub elsewhere: BTreeMap<Region, Elsewhere>,
    /// What a month cost, where `cleave discover --costs` asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bill: Option<Bill>,
    /// Whether a policy of the organization lets it make buckets in its own namespace only (`s3:x-amz-bucket-namespace`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub denies_global_bucket_names: bool,
    /// Identity providers, and roles with their trust policies. IAM is not regional.
    #[serde(skip_serializing_if = "Identities::is_nothing")]
    pub identities: Identities,
}

/// A role and who may take it on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// How many snapshots EBS copies into the region at once; absent: as AWS documents it, 20.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_copies: Option<u32>,
    /// Caches.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub caches: Vec<Cache>,
    /// The names of its cache subnet groups: where a new cache can lie.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cache_subnet_groups: Vec<String>,
    /// The names of its cache parameter groups; ElastiCache's own (`default.…`) need not be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cache_parameter_groups: Vec<String>,
    /// The ids of its cache user groups (RBAC).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub cache_user_groups: Vec<String>,
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
    /// What runs here and may hold names of what moves.
    #[serde(skip_serializing_if = "Deployed::is_nothing")]
    pub deployed: Deployed,
    /// The ids of its VPCs, as far as private zones are concerned with them; those of subnet groups need not be named.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vpcs: Vec<String>,
}

/// Who manages a KMS key.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum KeyManager {
    /// AWS: `aws/rds`, `aws/ebs`, `aws/s3`. What it encrypts cannot be shared with another account.
    Aws,
    /// The customer.
    #[default]
    Customer,
}

/// A KMS key.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// Manual snapshots of instances in one region.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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

/// An image (AMI).
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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

    /// The JSON Schema (draft 2020-12) of what [`Self::parse`] reads, for editors.
    pub fn json_schema() -> serde_json::Value {
        let settings = schemars::generate::SchemaSettings::draft2020_12().for_deserialize();
        settings.into_generator().into_root_schema_for::<Self>().to_value()
    }

    /// What lies in a region of an account, if anything was observed there.
    pub fn region(&self, account: &AccountId, region: &Region) -> Option<&RegionInventory> {
        self.accounts.get(account)?.regions.get(region)
    }
}
