//! `[[cache]]` in the runbook.

use serde::Deserialize;

/// What becomes of a cache.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CacheSpec {
    /// The replication group's or cluster's id.
    pub id: String,
    /// What becomes of its content.
    pub content: Content,
    /// Why; product teams read it.
    pub because: String,
}

/// What becomes of a cache's content.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// It stays behind: the target's cache fills itself.
    Skip,
    /// It is taken along, as a snapshot.
    Export,
}
