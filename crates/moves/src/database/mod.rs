//! RDS database instances. An instance travels as a snapshot: taken in the source, re-keyed there when AWS manages its key, shared,
//! copied in the target under the target's own key, restored from that copy. Never restored from the shared snapshot, so that nothing
//! in the target depends on a key of the source.

mod carry_option_group;
mod carry_parameter_group;
mod copy_to_target;
mod create_snapshot;
mod made_snapshot;
mod manage_secret;
mod plan;
mod plan_groups;
mod plan_loading;
mod plan_settings;
mod plan_slots;
mod rekey_snapshot;
mod restore_instance;
mod settle_instance;
pub mod spec;

use std::rc::Rc;

use engine::Registry;
use serde::{Deserialize, Serialize};

use crate::world::{World, action};

pub use plan::plan;
pub(crate) use restore_instance::BROKEN;

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "database.create_parameter_group",
        1,
        carry_parameter_group::CreateParameterGroup::new,
    );
    action(
        registry,
        world,
        "database.set_parameters",
        1,
        carry_parameter_group::SetParameters::new,
    );
    action(
        registry,
        world,
        "database.create_option_group",
        1,
        carry_option_group::CreateOptionGroup::new,
    );
    action(
        registry,
        world,
        "database.add_options",
        1,
        carry_option_group::AddOptions::new,
    );
    action(
        registry,
        world,
        "database.create_snapshot",
        1,
        create_snapshot::CreateSnapshot::new,
    );
    action(
        registry,
        world,
        "database.rekey_snapshot",
        1,
        rekey_snapshot::RekeySnapshot::new,
    );
    action(
        registry,
        world,
        "database.copy_to_target",
        1,
        copy_to_target::CopyToTarget::new,
    );
    action(
        registry,
        world,
        "database.restore_instance",
        1,
        restore_instance::RestoreInstance::new,
    );
    action(
        registry,
        world,
        "database.settle_instance",
        1,
        settle_instance::SettleInstance::new,
    );
    action(
        registry,
        world,
        "database.manage_secret",
        1,
        manage_secret::ManageSecret::new,
    );
}

/// The output of every step that makes a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotOutput {
    /// Its name.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The ARN of its key; absent when it is not encrypted.
    pub key: Option<String>,
    /// Allocated storage in GiB.
    pub gib: u32,
    /// The engine.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// Storage type.
    pub storage_type: String,
    /// IOPS, as RDS reports them.
    pub iops: Option<i32>,
    /// MiB a second, as RDS reports them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub storage_throughput: Option<i32>,
    /// `none`, `sse-rds`, `sse-kms`; empty where RDS does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub encryption_type: String,
}

/// The output of `restore_instance`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InstanceOutput {
    /// The instance's identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its host name.
    pub host: String,
    /// Its port.
    pub port: i32,
    /// The ARN of its key.
    pub key: Option<String>,
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
