//! `[[private_zone]]` in the runbook.

use schemars::JsonSchema;
use serde::Deserialize;

/// A private zone that VPCs of the target are to resolve.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PrivateZoneSpec {
    /// Its name, such as `internal.shop`.
    pub name: String,
    /// Its id, where the source has several private zones of that name.
    #[serde(default)]
    pub id: Option<String>,
    /// The target's VPCs that are to resolve it, in the migration's region.
    pub vpcs: Vec<String>,
    /// How.
    #[serde(default)]
    pub route: Route,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

/// How the target's VPCs come to resolve the names.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
#[schemars(rename = "PrivateZoneRoute")]
pub enum Route {
    /// The target gets a zone of its own, with the same records.
    #[default]
    Copy,
    /// They resolve the source's zone.
    Share,
}
