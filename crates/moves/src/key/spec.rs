//! The `[[key]]` section of a runbook.

use schemars::JsonSchema;
use serde::Deserialize;

/// A customer key that the target is to have.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct KeySpec {
    /// Its alias, the same in both accounts: what names the alias then needs no edit.
    pub alias: String,
    /// Its description; absent: one that says what it is for.
    #[serde(default)]
    pub description: Option<String>,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}
