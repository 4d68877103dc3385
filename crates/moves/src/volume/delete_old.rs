//! Deletes the old volume or snapshot.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde_json::{Value, json};

use super::old_disk::{OldDisk, is_snapshot};
use super::words::Text;
use crate::retire::proof::still_goes;
use crate::world::World;

pub(super) struct DeleteOld {
    disk: OldDisk,
    world: Rc<World>,
}

impl DeleteOld {
    pub(super) fn new(disk: OldDisk, world: Rc<World>) -> Self {
        Self { disk, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteOld {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        // An id is never given twice.
        Ok(match self.disk.is_there(&self.world).await? {
            true => Observed::Absent,
            false => Observed::Present(json!({ "deleted": self.disk.id })),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if self.disk.is_there(&self.world).await? {
            still_goes(
                &self.disk,
                cx,
                &self.world,
                &format!("{} was not deleted", self.disk.id),
            )
            .await?;
            let ec2 = &self.world.source().ec2;
            match is_snapshot(&self.disk.id) {
                true => ec2.delete_snapshot(&self.disk.id).await?,
                false => ec2.delete_volume(&self.disk.id).await?,
            }
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::Gone.fill(&[&self.disk.id]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
