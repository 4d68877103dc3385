//! EC2 and EBS as an inventory has them: what an image says of itself, the account's own settings, instances, volumes, snapshots, and the
//! file systems that are listed and not moved.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an image says of itself beside its name and its snapshots. What is not told is not compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ImageSettings {
    /// `available` (also when absent), `pending`, `disabled`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// `uefi`, `legacy-bios`, `uefi-preferred`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub boot_mode: Option<String>,
    /// `v2.0`
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tpm_support: Option<String>,
    /// `v2.0`: instances of it take version 2 of the metadata service only.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub imds_support: Option<String>,
    /// Whether it has the driver of the enhanced network.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ena_support: Option<bool>,
    /// When it becomes, or became, deprecated.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deprecated_at: Option<Timestamp>,
    /// `enabled-without-cooldown`, `enabled-with-cooldown`, `disabled`, as EC2 words it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deregistration_protection: Option<String>,
}

impl ImageSettings {
    /// Whether nothing is told.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// What an account has set for EC2 and EBS in a region. What is not told is not spoken of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct MachineSettings {
    /// `block-new-sharing`, `unblocked`: whether images may be shared with everybody.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub image_block_public_access: Option<String>,
    /// `block-all-sharing`, `block-new-sharing`, `unblocked`: the same of snapshots.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub snapshot_block_public_access: Option<String>,
    /// `enabled`, `audit-mode`, `disabled`: whether other accounts' images are seen only where criteria admit them (Allowed AMIs).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub allowed_images: Option<String>,
    /// The accounts whose images a criterion admits that asks for nothing else.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub allowed_image_providers: Vec<String>,
    /// Whether new volumes and copies of snapshots are encrypted by default.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub encrypts_by_default: Option<bool>,
    /// The key that it takes then: an id, alias or ARN; absent: `alias/aws/ebs`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default_key: Option<String>,
}

impl MachineSettings {
    /// Whether nothing is told.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

/// An EC2 instance. Its volumes are the region's `volumes` that are attached to it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Instance {
    /// `i-…`
    pub id: String,
    /// `running`, `stopped`, …
    pub state: String,
    /// Its type, such as `m6i.large`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `x86_64`, `arm64`
    pub architecture: String,
    /// The device of its root volume.
    pub root_device: String,
    /// Whether its root lies on an instance store.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub root_on_instance_store: bool,
    /// How many instance-store volumes it has: what they hold is gone when it is stopped.
    #[serde(skip_serializing_if = "is_zero")]
    pub instance_store_volumes: u32,
    /// Its subnet.
    pub subnet: String,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// The ARN of its instance profile.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub profile: Option<String>,
    /// The name of its key pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key_pair: Option<String>,
    /// Whether it was given user data.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub user_data: bool,
    /// Its public address, an elastic one among them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub public_address: Option<String>,
    /// Whether it is a Spot instance.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub spot: bool,
    /// The Auto Scaling group that it belongs to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_scaling_group: Option<String>,
    /// Whether it refuses to be stopped (`disableApiStop`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub stop_protected: bool,
    /// Whether it refuses to be terminated (`disableApiTermination`).
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub termination_protected: bool,
    /// Marketplace product codes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub marketplace_codes: Vec<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

fn is_zero(number: &u32) -> bool {
    *number == 0
}

impl Instance {
    /// What people call it: its tag `Name`, else its id.
    pub fn name(&self) -> &str {
        name_in(&self.tags).unwrap_or(&self.id)
    }
}

/// The tag `Name`, where it says anything.
pub fn name_in(tags: &BTreeMap<String, String>) -> Option<&str> {
    tags.get("Name").map(|name| name.trim()).filter(|name| !name.is_empty())
}

/// An EBS volume.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Volume {
    /// `vol-…`
    pub id: String,
    /// Its size in GiB.
    pub size_gib: u32,
    /// Its type, such as `gp3`.
    #[serde(rename = "type")]
    pub kind: String,
    /// Its IOPS, where its type has them to be told.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<u32>,
    /// Its throughput in MiB/s (gp3 only).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub throughput: Option<u32>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's id or alias (`alias/aws/ebs`); absent when not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Where it lies.
    pub availability_zone: String,
    /// The instances that it is attached to: one, unless it is a Multi-Attach volume.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub attached_to: Vec<Attachment>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// Where a volume is attached.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Attachment {
    /// The instance.
    pub instance: String,
    /// The device there.
    pub device: String,
    /// Whether it goes when the instance is terminated; absent: as EC2 has it by default, the root device does and the others do not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub delete_on_termination: Option<bool>,
}

impl Volume {
    /// The device of an instance that it is attached as.
    pub fn device_of(&self, instance: &str) -> Option<&str> {
        let found = self.attached_to.iter().find(|at| at.instance == instance);
        found.map(|at| at.device.as_str())
    }
}

/// An EBS snapshot of the account's own behind which no image stands.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct EbsSnapshot {
    /// `snap-…`
    pub id: String,
    /// The size of its volume in GiB.
    pub size_gib: u32,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The key's id or alias; absent when not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// `completed` (also when absent), `pending`, `error`, …
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// Whether it lies in the archive tier.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub archived: bool,
    /// What it says of itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// A file system (EFS), which is listed and not moved.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct FileSystem {
    /// `fs-…`
    pub id: String,
    /// What people call it.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub name: String,
    /// What it holds, in GiB, of all storage classes together.
    pub size_gib: u64,
    /// Whether it is encrypted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub encrypted: bool,
    /// The id of its key; absent when not encrypted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}
