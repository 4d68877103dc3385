//! `[[bucket]]` in the runbook.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::de::Error as _;
use serde::{Deserialize, Deserializer, Serialize};

/// A bucket to move.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct BucketSpec {
    /// Its name, which it keeps unless it is given a new one.
    pub name: String,
    /// Its name in the target, where that is another: it is copied once, the source stays, and no name is handed over.
    #[serde(default)]
    pub new_name: Option<String>,
    /// Who makes the bucket in the target once its name is free.
    #[serde(default)]
    pub create: Creator,
    /// How its content gets there.
    #[serde(default)]
    pub route: Route,
    /// Which versions move.
    #[serde(default)]
    pub versions: Versions,
    /// The name of the interim bucket; absent: made from run and name.
    #[serde(default)]
    pub interim: Option<String>,
    /// The alias of the target's key for the default encryption, where the source has a customer key.
    #[serde(default)]
    pub key: Option<String>,
    /// What becomes of the bucket policy.
    #[serde(default)]
    pub policy: PolicyCarried,
    /// What its configuration names in place of something else: a bucket by name, everything else by ARN.
    #[serde(default)]
    pub instead: BTreeMap<String, String>,
    /// Which sub-resources are not carried over, such as `replication`.
    #[serde(default)]
    pub leave: BTreeSet<String>,
    /// Who used it as a principal of the source account and is to go on using it: the new bucket's policy admits them.
    #[serde(default)]
    pub keep_access: Vec<KeptAccess>,
    /// From how many objects on a wave is copied by S3 Batch Operations; absent: where that is faster than copying one by one.
    #[serde(default)]
    pub batch_from: Option<u64>,
    /// From which size on S3's own lists of it are used instead of listing it.
    #[serde(default)]
    pub inventory: Inventories,
    /// How archived versions are restored, to be copied.
    #[serde(default)]
    pub archived: Archived,
    /// How the copy's content is proved.
    #[serde(default)]
    pub verify: Proof,
    /// Whether a version whose copy has the same size but no comparable ETag or checksum counts as copied.
    #[serde(default)]
    pub accept_unproved: bool,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

/// Who makes the bucket in the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Creator {
    /// This tool, which asks until it has the name, and carries the configuration over.
    #[default]
    Cleave,
    /// The product team's own Terraform, whose the configuration is then, too.
    Terraform,
}

/// How a bucket's content gets into the other account.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "BucketRoute")]
pub enum Route {
    /// It is copied: everything can be, and has new version ids and dates.
    #[default]
    Copy,
    /// S3 replicates it: version ids and dates stay, and there are conditions.
    Replication,
}

/// Which versions of a bucket move.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Versions {
    /// The whole history of every key, delete markers too.
    #[default]
    All,
}

/// What becomes of a bucket's policy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum PolicyCarried {
    /// It is put on the new bucket with the source account's id replaced by the target's.
    #[default]
    Rewrite,
    /// It is put on the new bucket as it was: principals of the source account keep their access.
    AsIs,
    /// The new bucket gets none.
    Leave,
}

/// A former user from the source account. In one account an identity's own policy is enough; in another the bucket must admit it, too.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeptAccess {
    /// The ARN of its role or user, or of the account's root.
    pub principal: String,
    /// What it may do.
    pub may: Access,
}

/// What a former user may do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Access {
    /// List it and read objects.
    Read,
    /// The same, and write and delete objects.
    Write,
}

/// When S3 Inventory's reports are used, and for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Inventories {
    /// From so many entries on, the first copy is planned from a report.
    pub from: u64,
    /// How the copy is compared with the original before the hand-over.
    pub compare: Comparison,
}

impl Default for Inventories {
    fn default() -> Self {
        Self {
            // See docs/design/004-inventories.md: what a listing takes from the operator's line.
            from: 200_000_000,
            compare: Comparison::default(),
        }
    }
}

/// How a bucket of that size is compared with its copy.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Comparison {
    /// Both are listed, and compared here.
    #[default]
    Listing,
    /// Athena compares the reports of both; nobody may write until they have come.
    Athena,
}

/// How archived versions are restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Archived {
    /// How fast, and how dear.
    pub restore: RestoreSpeed,
    /// For how many days the temporary copies stand: longer than the copying takes, from 1.
    pub days: u32,
}

impl Default for Archived {
    fn default() -> Self {
        Self {
            restore: RestoreSpeed::default(),
            days: 14,
        }
    }
}

/// How fast an archived version is restored.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum RestoreSpeed {
    /// Three to five hours; twelve from DEEP_ARCHIVE.
    #[default]
    Standard,
    /// Five to twelve hours; two days from DEEP_ARCHIVE.
    Bulk,
}

impl RestoreSpeed {
    /// How long it takes, in seconds: the middle of what AWS says, and a little more than the most.
    pub(super) fn estimate(self) -> (u64, u64) {
        match self {
            Self::Standard => (5 * 3600, 13 * 3600),
            Self::Bulk => (12 * 3600, 49 * 3600),
        }
    }
}

/// How the content of a copy is proved, beside kind, order, size and storage class of every entry.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, JsonSchema)]
#[schemars(rename_all = "snake_case")]
pub enum Proof {
    /// By ETags where they tell (not under a KMS key, not of uploads in parts), else by checksums, else by reading.
    #[default]
    Etags,
    /// By checksums, or by reading where S3 keeps none.
    Checksums,
}

impl<'de> Deserialize<'de> for Proof {
    /// Not derived: `sizes` is a level of `cleave compare` that people will try here, and it is refused with its reason.
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        match String::deserialize(deserializer)?.as_str() {
            "etags" => Ok(Self::Etags),
            "checksums" => Ok(Self::Checksums),
            "sizes" => Err(D::Error::custom(
                "verify = \"sizes\" proves nothing of what a bucket holds: two contents of one size may differ. No copy counts, and \
                 nothing is emptied, without a proof of the content of every version. Write verify = \"etags\" (the default: ETags \
                 where they tell, else checksums) or verify = \"checksums\" (no ETag is proof). Where nothing but the size of single \
                 versions can be compared, accept_unproved = true says that you answer for those",
            )),
            other => Err(D::Error::unknown_variant(other, &["etags", "checksums"])),
        }
    }
}
