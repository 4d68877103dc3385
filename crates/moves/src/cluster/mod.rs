//! Clusters: of Aurora, provisioned and Serverless v2, and Multi-AZ ones of other engines. A cluster travels as a snapshot, as an instance
//! does, and is restored from the target's own copy: restored from the shared snapshot it could be, too, and would depend on a key of the
//! source for ever. A restored cluster of Aurora has no instances: its members are made one by one, the writer first. A Multi-AZ cluster's
//! three RDS makes itself.

mod accept_share;
mod check_members;
mod create_member;
pub(crate) mod outputs;
mod plan;
mod plan_clone;
mod plan_notes;
mod plan_settings;
mod restore_cluster;
pub(crate) mod retire;
mod share_cluster;
pub mod spec;
pub(crate) mod terraform;
pub(crate) mod words;

use std::rc::Rc;

use engine::Registry;
use serde::{Deserialize, Serialize};

use crate::restored::Was;
use crate::world::{World, action};

pub use plan::plan;

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "cluster.restore_cluster",
        1,
        restore_cluster::Restore::new,
    );
    action(
        registry,
        world,
        "cluster.clone_cluster",
        1,
        restore_cluster::Restore::new,
    );
    action(
        registry,
        world,
        "cluster.share_cluster",
        1,
        share_cluster::ShareCluster::new,
    );
    action(
        registry,
        world,
        "cluster.accept_share",
        1,
        accept_share::AcceptShare::new,
    );
    action(
        registry,
        world,
        "cluster.unshare_cluster",
        1,
        share_cluster::UnshareCluster::new,
    );
    action(
        registry,
        world,
        "cluster.create_member",
        1,
        create_member::CreateMember::new,
    );
    action(
        registry,
        world,
        "cluster.check_members",
        1,
        check_members::CheckMembers::new,
    );
}

/// Whether an engine is Aurora's.
fn is_aurora(engine: &str) -> bool {
    engine.starts_with("aurora")
}

/// The output of `restore_cluster`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ClusterOutput {
    /// The cluster's identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// The host name of its writer's endpoint.
    pub host: String,
    /// Its port.
    pub port: i32,
    /// The ARN of its key.
    pub key: Option<String>,
    /// Its host name for reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// How the original is reached; absent where it was gone, and in journals of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Was>,
}

/// The output of `create_member`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOutput {
    /// The instance's identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// The host name of the original; absent where it was gone, and in journals of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was_host: Option<String>,
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
