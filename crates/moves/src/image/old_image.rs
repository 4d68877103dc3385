//! Proves that an image may go: its copy in the target is whole and stands on snapshots of its own, and nothing in the source names the old one.

use std::collections::BTreeSet;

use async_trait::async_trait;
use engine::StepContext;
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::key::account_in;
use crate::retire::proof::{OldThing, judged};
use crate::world::World;

/// The old image, and its copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OldImage {
    pub(super) id: String,
    /// The snapshots behind it.
    pub(super) snapshots: Vec<String>,
    /// Those of them that stand behind other images as well, and stay.
    pub(super) stay: BTreeSet<String>,
    /// The copy's id.
    pub(super) copy: String,
    /// The snapshots that the run made behind the copy.
    pub(super) copied: BTreeSet<String>,
}

impl OldImage {
    /// Whether it is there still.
    pub(super) async fn is_there(&self, world: &World) -> Result<bool, Failure> {
        let found = world.source().ec2.image(&self.id).await?;
        // AWS shows a deregistered image for a while.
        Ok(found.is_some_and(|image| image.state != "deregistered"))
    }
}

impl OldImage {
    /// Why it must stay; none: it may go.
    async fn stays(&self, world: &World) -> Result<Option<String>, Failure> {
        let (source, target) = (world.source(), world.target());
        let Some(copy) = target.ec2.image(&self.copy).await? else {
            return Ok(Some(format!(
                "its copy {} is gone in the target: {} is the only one",
                self.copy, self.id
            )));
        };
        if copy.state != "available" {
            return Ok(Some(format!("its copy {} is {} in the target", self.copy, copy.state)));
        }
        let ids: Vec<String> = copy.devices.iter().map(|device| device.snapshot.clone()).collect();
        if let Some(other) = ids.iter().find(|id| !self.copied.contains(*id)) {
            return Ok(Some(format!(
                "its copy {} has {other} behind it, which the run did not make",
                self.copy
            )));
        }
        let behind = target.ec2.snapshots(&ids).await?.unwrap_or_default();
        let whole = behind.iter().filter(|snapshot| snapshot.state == "completed").count();
        if whole != ids.len() {
            return Ok(Some(format!(
                "of the {} snapshots behind its copy {whole} are whole",
                ids.len()
            )));
        }
        let mine = target.id.as_str();
        let keys = behind.iter().filter_map(|snapshot| snapshot.key.as_deref());
        if let Some(key) = keys.into_iter().find(|key| account_in(key) != mine) {
            return Ok(Some(format!(
                "its copy {} lies under {key}, a key of another account",
                self.copy
            )));
        }
        let named = source.ec2.observed_references(std::slice::from_ref(&self.id)).await?;
        if let Some(named) = named.get(&self.id).filter(|named| !named.is_empty()) {
            return Ok(Some(format!("it is named by {}", named.join(", "))));
        }
        let shared = source.ec2.image_shared_with(&self.id).await?.unwrap_or_default();
        Ok((!shared.is_empty()).then(|| format!("it is shared with {}", shared.join(", "))))
    }
}

#[async_trait(?Send)]
impl OldThing for OldImage {
    async fn proved(&self, _cx: &StepContext, world: &World) -> Result<Result<Value, String>, Failure> {
        Ok(judged(self.stays(world).await?))
    }

    fn evidence(&self, _found: &Value) -> String {
        format!(
            "{} stands in the target on {} snapshot(s) of its own, under the target's own key; no launch template, no parameter and no other \
             account names {}, as far as EC2 tells",
            self.copy,
            self.copied.len(),
            self.id
        )
    }
}
