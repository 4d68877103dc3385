//! `stop_writes` in the runbook, of a database or a cluster.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How it comes about that nothing is written to a database after its snapshot.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StopWrites {
    /// It gets a security group that admits nobody; then nobody is seen connected.
    #[default]
    Block,
    /// The same, and its instances are rebooted, which ends the connections that are left.
    BlockAndReboot,
    /// People stop what uses it (a `[[gate]]`), or a `[[hook]]` does; nobody is seen connected.
    Gate,
    /// Not at all: what is written after the snapshot is not in the target.
    No,
}
