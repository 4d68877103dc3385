//! KMS keys. A key never moves between accounts: the target gets one of its own under the same alias, and what lies under a source
//! key is re-encrypted on its way. For that the source key's policy is opened to the target account, by statements that are taken
//! away again, and what lies on a key that AWS manages, which cannot be opened, is first re-keyed under a transport key.
//!
//! Keys that were made are never deleted, not even on undo: whatever was encrypted under one would be lost with it.

mod admit_users;
mod close_source_key;
mod create_alias;
mod create_key;
mod open_source_key;
pub(crate) mod outputs;
mod plan;
mod plan_policies;
mod policy;
mod prove_independence;
pub(crate) mod retire;
pub mod spec;
pub(crate) mod terraform;
mod use_target_key;
pub(crate) mod words;

use std::rc::Rc;

use engine::{Registry, StepContext};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};

use crate::world::{World, action};

pub use admit_users::User;
pub use plan::{
    SourceKey, TransportKey, admitted, opened, opened_to_source, plan_first, plan_last, source_key, target_key,
    transport_key,
};

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(registry, world, "key.create_target_key", 1, create_key::CreateKey::new);
    action(
        registry,
        world,
        "key.create_transport_key",
        1,
        create_key::CreateKey::new,
    );
    action(
        registry,
        world,
        "key.prove_independence",
        1,
        prove_independence::ProveIndependence::new,
    );
    action(
        registry,
        world,
        "key.use_target_key",
        1,
        use_target_key::UseTargetKey::new,
    );
    action(
        registry,
        world,
        "key.create_target_alias",
        1,
        create_alias::CreateAlias::new,
    );
    action(
        registry,
        world,
        "key.open_source_key",
        1,
        open_source_key::OpenSourceKey::new,
    );
    action(
        registry,
        world,
        "key.open_target_key",
        1,
        open_source_key::OpenSourceKey::new,
    );
    action(registry, world, "key.admit_users", 1, admit_users::AdmitUsers::new);
    action(
        registry,
        world,
        "key.close_source_key",
        1,
        close_source_key::CloseSourceKey::new,
    );
    action(
        registry,
        world,
        "key.close_target_key",
        1,
        close_source_key::CloseSourceKey::new,
    );
}

/// The output of every step that makes or finds a key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyOutput {
    /// The key's id.
    pub id: String,
    /// Its ARN: what is named in calls, because an id or alias would be looked up in the caller's account.
    pub arn: String,
}

/// The output of `open_source_key`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OpenedKey {
    /// The key's ARN.
    pub arn: String,
    /// The ids of the statements that were added.
    pub sids: Vec<String>,
    /// The policy document as it was, byte for byte.
    pub original: String,
}

/// Where a key is known from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum KeyFrom {
    /// From the inventory, by its ARN.
    Arn(String),
    /// From the step that makes it.
    Step(StepId),
}

impl KeyFrom {
    /// The key's ARN.
    pub fn arn(&self, cx: &StepContext) -> Result<String, Failure> {
        match self {
            KeyFrom::Arn(arn) => Ok(arn.clone()),
            KeyFrom::Step(step) => Ok(cx.output::<KeyOutput>(step)?.arn),
        }
    }
}

/// The account in an ARN.
pub fn account_in(arn: &str) -> &str {
    arn.split(':').nth(4).unwrap_or_default()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
