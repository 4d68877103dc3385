//! The `[[instance]]` section of a runbook.

use schemars::JsonSchema;
use serde::Deserialize;

/// An EC2 instance that holds data: it is stopped, and an image of it moves.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct InstanceSpec {
    /// `i-…`
    pub id: String,
    /// The alias of the target's key that its volumes shall lie under; absent: told by their key or the runbook's only `[[key]]`.
    #[serde(default)]
    pub key: Option<String>,
    /// The name of the image in the target; absent: the instance's tag `Name`, else its id.
    #[serde(default)]
    pub image: Option<String>,
    /// What becomes of the data on its instance store.
    #[serde(default)]
    pub instance_store: InstanceStore,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

/// What becomes of the data on an instance store when the instance is stopped.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum InstanceStore {
    /// It must not be lost: an instance that has any is refused.
    #[default]
    Keep,
    /// It may be lost.
    Lose,
}
