//! Aurora clusters, provisioned and Serverless v2. A cluster travels as a snapshot, as an instance does, and is restored from the target's
//! own copy: restored from the shared snapshot it could be, too, and would depend on a key of the source for ever. The restored cluster has
//! no instances: its members are made one by one, the writer first.

mod check_members;
mod copy_to_target;
mod create_member;
mod create_snapshot;
mod made_snapshot;
mod plan;
mod plan_notes;
mod rekey_snapshot;
mod restore_cluster;
pub mod spec;

use std::rc::Rc;

use engine::Registry;
use serde::{Deserialize, Serialize};

use crate::world::{World, action};

pub use plan::plan;

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "cluster.create_snapshot",
        1,
        create_snapshot::CreateSnapshot::new,
    );
    action(
        registry,
        world,
        "cluster.rekey_snapshot",
        1,
        rekey_snapshot::RekeySnapshot::new,
    );
    action(
        registry,
        world,
        "cluster.copy_to_target",
        1,
        copy_to_target::CopyToTarget::new,
    );
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

/// The output of every step that makes a cluster snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotOutput {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The ARN of its key; absent when it is not encrypted.
    pub key: Option<String>,
    /// The engine.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
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
}

/// The output of `create_member`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MemberOutput {
    /// The instance's identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
