//! The `[[cluster]]` section of a runbook.

use std::collections::BTreeMap;

use model::databases::Settings;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::database::spec::{CARRY, restored_or_false, restored_or_not};
use crate::hook::spec::Command;
use crate::writes::spec::StopWrites;

/// A cluster to move.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ClusterSpec {
    /// The cluster identifier, the same in both accounts; its members keep theirs, too.
    pub id: String,
    /// The alias of the target's key that it shall lie under; absent: told by the source's key or the runbook's only `[[key]]`.
    #[serde(default)]
    pub key: Option<String>,
    /// How it gets there.
    #[serde(default)]
    pub route: Route,
    /// The snapshot that travels: `latest-automated`, or the name of one that is there; absent: the run takes one.
    #[serde(default)]
    pub snapshot: Option<String>,
    /// How it comes about that nothing is written to it after its snapshot, or its clone.
    #[serde(default)]
    pub stop_writes: StopWrites,
    /// A command that asks the restored cluster whether all is there. What travels is kept until it has ended well.
    #[serde(default)]
    pub check: Option<Command>,
    /// How it is restored; none (`restore = false`): not at all, the copy of its snapshot is left for somebody else's restore.
    #[serde(deserialize_with = "restored_or_not")]
    #[schemars(schema_with = "restored_or_false::<RestoreSpec>")]
    pub restore: Option<RestoreSpec>,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

/// How a cluster gets into the target.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
#[schemars(rename = "ClusterRoute")]
pub enum Route {
    /// As a snapshot that is copied there.
    #[default]
    Snapshot,
    /// As a clone, which shares its storage with the source's until their pages diverge.
    Clone,
}

/// What the restored cluster is given. What AWS would decide badly must be said; the rest is as in the source.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "ClusterRestoreSpec")]
pub struct RestoreSpec {
    /// The subnet group in the target: AWS's own default is the default VPC.
    pub subnet_group: String,
    /// The subnets of which that group is made where the target lacks it.
    #[serde(default)]
    pub subnets: Vec<String>,
    /// The security groups in the target: AWS's own default is the VPC's default group.
    pub security_groups: Vec<String>,
    /// The cluster parameter group in the target, or `carry`: the one of the source's name.
    #[serde(default = "carry")]
    pub cluster_parameter_group: String,
    /// The parameter group of all members, or `carry`: for each the one of the source's name.
    #[serde(default = "carry")]
    pub instance_parameter_group: String,
    /// Another port.
    #[serde(default)]
    pub port: Option<u16>,
    /// Whether its members have public addresses: no, unless said.
    #[serde(default)]
    pub public: bool,
    /// Whether it refuses to be deleted.
    #[serde(default)]
    pub deletion_protection: Option<bool>,
    /// Whether it may be enrolled in (paid) extended support; absent: AWS's default, which enrols it.
    #[serde(default)]
    pub extended_support: Option<bool>,
    /// Other classes for some members.
    #[serde(default)]
    pub classes: BTreeMap<String, String>,
    /// Another class for the instances of a Multi-AZ cluster.
    #[serde(default)]
    pub class: Option<String>,
    /// What of the cluster shall be configured otherwise than in the source.
    #[serde(default)]
    pub settings: Settings,
    /// What of every member shall be.
    #[serde(default)]
    pub member_settings: Settings,
}

fn carry() -> String {
    CARRY.to_owned()
}
