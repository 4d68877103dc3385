//! Buckets as an inventory has them: their settings, and their contents, in sums or key by key.

use std::collections::BTreeMap;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Contents that are computed: a bucket to measure listings against, in simcloud only.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Generated {
    /// What its keys look like.
    pub shape: KeyShape,
    /// How many there are. One of ten has a second version and a delete marker.
    pub keys: u64,
}

/// What the keys of a generated bucket look like.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Its lifecycle rules, CORS rules and other sub-resources as raw XML documents, by sub-resource name (`cors`, `lifecycle`, `website`). One
    /// that is not here is not configured. A public-access block of which all or no switches are on, tags, and an ACL that admits nobody
    /// else are not among them.
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
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// Sums over a bucket. All of them 0: not known.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Contents {
    /// The day of CloudWatch's storage metrics that they are from. Then `versions` counts delete markers and parts of unfinished uploads, too,
    /// and of the rest only `bytes` is known. Absent: somebody counted.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measured: Option<Timestamp>,
    /// Distinct keys; 0: not known.
    pub keys: u64,
    /// Object versions (delete markers not counted).
    pub versions: u64,
    /// Delete markers.
    pub delete_markers: u64,
    /// Bytes over all versions.
    pub bytes: u64,
    /// The most entries (versions and delete markers) that one key has; 0: not known.
    pub deepest: u32,
}

/// One key and its history, oldest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ObjectHistory {
    /// The key, as S3 keeps it (not encoded).
    pub key: String,
    /// Its entries, oldest first.
    pub entries: Vec<ObjectEntry>,
}

/// One entry of a key's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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
