//! What only its tags told of: things that no other member of the inventory has.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that is tagged, or was once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Other {
    /// Its ARN.
    pub arn: String,
    /// Its tags; none where it had some once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

impl Other {
    fn part(&self, nth: usize) -> &str {
        self.arn.splitn(6, ':').nth(nth).unwrap_or_default()
    }

    /// The service that it is of, as ARNs call it.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The region that it lies in; empty of what is not regional.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// What its service calls it: type and name, or the name alone.
    pub fn resource(&self) -> &str {
        self.part(5)
    }
}
