//! Proves that an old volume or snapshot may go: the target has what it held, and nothing in the source uses it.

use async_trait::async_trait;
use engine::StepContext;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use crate::retire::proof::{OldThing, judged};
use crate::world::World;

/// The old volume or snapshot, and what the target has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OldDisk {
    pub(super) id: String,
    /// What the target has: a volume or a snapshot.
    pub(super) kept: String,
}

/// Whether an id is a snapshot's.
pub(super) fn is_snapshot(id: &str) -> bool {
    id.starts_with("snap-")
}

impl OldDisk {
    /// Whether it is there still.
    pub(super) async fn is_there(&self, world: &World) -> Result<bool, Failure> {
        let ec2 = &world.source().ec2;
        if is_snapshot(&self.id) {
            let found = ec2.snapshots(std::slice::from_ref(&self.id)).await?;
            return Ok(found.is_some_and(|found| !found.is_empty()));
        }
        Ok(ec2.observed_volumes().await?.iter().any(|volume| volume.id == self.id))
    }
}

impl OldDisk {
    /// Why it must stay; none: it may go.
    async fn stays(&self, world: &World) -> Result<Option<Said>, Failure> {
        let (source, target) = (&world.source().ec2, &world.target().ec2);
        let kept = if is_snapshot(&self.kept) {
            let found = target.snapshots(std::slice::from_ref(&self.kept)).await?;
            found.is_some_and(|found| found.iter().any(|one| one.state == "completed"))
        } else {
            target
                .observed_volumes()
                .await?
                .iter()
                .any(|volume| volume.id == self.kept)
        };
        if !kept {
            return Ok(Some(Text::NotKept.fill(&[&self.kept, &self.id])));
        }
        if is_snapshot(&self.id) {
            let images = source.observed_images().await?;
            let behind = images
                .iter()
                .find(|image| image.snapshots.iter().any(|snapshot| snapshot.id == self.id));
            return Ok(behind.map(|image| Text::BehindImage.fill(&[&image.id])));
        }
        let volumes = source.observed_volumes().await?;
        let own = volumes.iter().find(|volume| volume.id == self.id);
        let attached = own.and_then(|volume| volume.attached_to.first());
        Ok(attached.map(|at| Text::Attached.fill(&[&at.instance])))
    }
}

#[async_trait(?Send)]
impl OldThing for OldDisk {
    async fn proved(&self, _cx: &StepContext, world: &World) -> Result<Result<Value, Said>, Failure> {
        Ok(judged(self.stays(world).await?))
    }

    fn evidence(&self, _found: &Value) -> Said {
        Text::Unused.fill(&[&self.kept, &self.id])
    }
}
