//! The `[[image]]` section of a runbook.

use schemars::JsonSchema;
use serde::Deserialize;

/// Images to move.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ImageSpec {
    /// Its name; with `*` at its end, all images whose names begin so.
    pub name: String,
    /// The alias of the target's key that they shall lie under; absent: told by the source's key or the runbook's only `[[key]]`.
    #[serde(default)]
    pub key: Option<String>,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

impl ImageSpec {
    /// Whether an image of this name is meant.
    pub fn means(&self, name: &str) -> bool {
        match self.name.strip_suffix('*') {
            Some(beginning) => name.starts_with(beginning),
            None => name == self.name,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_at_the_end_means_every_name_that_begins_so() {
        let spec = |name: &str| ImageSpec {
            name: name.into(),
            key: None,
            product: None,
            owner: None,
        };
        assert!(spec("shop-batch-*").means("shop-batch-2024"));
        assert!(!spec("shop-batch-*").means("shop-web"));
        assert!(spec("shop-web").means("shop-web"));
        assert!(!spec("shop-web").means("shop-web-2"));
    }
}
