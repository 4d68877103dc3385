//! Proves that an image may go: its copy in the target is whole and stands on snapshots of its own, and nothing in the source names the old one.

use std::collections::BTreeSet;

use async_trait::async_trait;
use engine::StepContext;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
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
    async fn stays(&self, world: &World) -> Result<Option<Said>, Failure> {
        let (source, target) = (world.source(), world.target());
        let Some(copy) = target.ec2.image(&self.copy).await? else {
            return Ok(Some(Text::CopyGone.fill(&[&self.copy, &self.id])));
        };
        if copy.state != "available" {
            return Ok(Some(Text::CopyIs.fill(&[&self.copy, &copy.state])));
        }
        let ids: Vec<String> = copy.devices.iter().map(|device| device.snapshot.clone()).collect();
        if let Some(other) = ids.iter().find(|id| !self.copied.contains(*id)) {
            return Ok(Some(Text::CopyOnOthers.fill(&[&self.copy, other])));
        }
        let behind = target.ec2.snapshots(&ids).await?.unwrap_or_default();
        let whole = behind.iter().filter(|snapshot| snapshot.state == "completed").count();
        if whole != ids.len() {
            let text = Text::CopyNotWhole.fill(&[&ids.len().to_string(), &whole.to_string()]);
            return Ok(Some(text));
        }
        let mine = target.id.as_str();
        let keys = behind.iter().filter_map(|snapshot| snapshot.key.as_deref());
        if let Some(key) = keys.into_iter().find(|key| account_in(key) != mine) {
            return Ok(Some(Text::CopyUnderOthersKey.fill(&[&self.copy, key])));
        }
        let named = source.ec2.observed_references(std::slice::from_ref(&self.id)).await?;
        if let Some(named) = named.get(&self.id).filter(|named| !named.is_empty()) {
            return Ok(Some(Text::NamedBy.fill(&[&named.join(", ")])));
        }
        let shared = source.ec2.image_shared_with(&self.id).await?.unwrap_or_default();
        Ok((!shared.is_empty()).then(|| Text::SharedWith.fill(&[&shared.join(", ")])))
    }
}

#[async_trait(?Send)]
impl OldThing for OldImage {
    async fn proved(&self, _cx: &StepContext, world: &World) -> Result<Result<Value, Said>, Failure> {
        Ok(judged(self.stays(world).await?))
    }

    fn evidence(&self, _found: &Value) -> Said {
        Text::Unnamed.fill(&[&self.copy, &self.copied.len().to_string(), &self.id])
    }
}
