//! The `[[volume]]` section of a runbook.

use schemars::JsonSchema;
use serde::Deserialize;

/// An EBS volume or snapshot to move.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct VolumeSpec {
    /// `vol-…` or `snap-…`
    pub id: String,
    /// The alias of the target's key that it shall lie under; absent: told by the source's key or the runbook's only `[[key]]`.
    #[serde(default)]
    pub key: Option<String>,
    /// Where in the region the volume shall lie in the target.
    #[serde(default)]
    pub availability_zone: Option<String>,
    /// Whether a volume is made in the target; else the copied snapshot is the end.
    #[serde(default = "yes")]
    pub restore: bool,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

fn yes() -> bool {
    true
}
