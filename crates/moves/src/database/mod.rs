//! RDS database instances. An instance travels as a snapshot: taken in the source, re-keyed there when AWS manages its key, shared,
//! copied in the target under the target's own key, restored from that copy. Never restored from the shared snapshot, so that nothing
//! in the target depends on a key of the source.

mod carry_option_group;
pub(crate) mod outputs;
mod plan;
mod plan_groups;
mod plan_loading;
pub(crate) mod plan_settings;
mod plan_slots;
mod restore_instance;
pub(crate) mod retire;
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
        "database.restore_instance",
        1,
        restore_instance::RestoreInstance::new,
    );
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
    /// How the original is reached; absent where it was gone, and in journals of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Was>,
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
