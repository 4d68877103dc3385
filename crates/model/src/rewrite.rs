//! What documents and names become in the target: the text before and the text after, as the plan's reader compares them.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{ResourceRef, Side, StepId};

/// A text that is put into the target other than it stands in the source, or that stands otherwise for a part of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Rewrite {
    /// Whose it is.
    pub resource: ResourceRef,
    /// What it is: a bucket's `policy`, `notification`, `replication` …, a key's `policy`, a database's `monitoring_role`.
    pub document: String,
    /// As it stands in the source, or before it is changed, each thing on a line of its own. Empty where the inventory does not tell: then only
    /// what is added is known.
    pub before: String,
    /// As it will stand in the target, or while it is changed.
    pub after: String,
    /// What changes it and what takes that back, where it stands so for a part of the run only; absent: it stays.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub meanwhile: Option<Meanwhile>,
}

/// A change that the same run takes back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Meanwhile {
    /// In whose account the text is changed.
    pub side: Side,
    /// The step that changes it.
    pub opened: StepId,
    /// The step that takes the change back.
    pub closed: StepId,
}
