//! What documents and names become in the target: the text before and the text after, as the plan's reader compares them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::ResourceRef;

/// A text that is put into the target other than it stands in the source.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rewrite {
    /// Whose it is.
    pub resource: ResourceRef,
    /// What it is: a bucket's `policy`, `notification`, `replication` …, a database's `monitoring_role`.
    pub document: String,
    /// As it stands in the source, each thing on a line of its own.
    pub before: String,
    /// As it will stand in the target.
    pub after: String,
}
