//! Deregisters the old image, and has EC2 delete the snapshots behind it that no other image stands on.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde_json::{Value, json};

use super::old_image::OldImage;
use super::words::Text;
use crate::retire::proof::still_goes;
use crate::world::World;

pub(super) struct DeregisterOld {
    image: OldImage,
    world: Rc<World>,
}

impl DeregisterOld {
    pub(super) fn new(image: OldImage, world: Rc<World>) -> Self {
        Self { image, world }
    }
}

#[async_trait(?Send)]
impl Step for DeregisterOld {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.image.is_there(&self.world).await? {
            true => Observed::Absent,
            false => Observed::Present(json!({ "deregistered": self.image.id })),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if self.image.is_there(&self.world).await? {
            still_goes(
                &self.image,
                cx,
                &self.world,
                &format!("{} was not deregistered", self.image.id),
            )
            .await?;
            self.world.source().ec2.deregister_image(&self.image.id).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let ec2 = &self.world.source().ec2;
        let mut gone = 0;
        for id in self.image.snapshots.iter().filter(|id| !self.image.stay.contains(*id)) {
            let left = ec2.snapshots(std::slice::from_ref(id)).await?;
            if left.is_some_and(|found| !found.is_empty()) {
                // It may only be shown still: borne for the step's patience.
                let what = format!(
                    "{} is gone, but its snapshot {id} is still there: delete it by hand",
                    self.image.id
                );
                return Err(cx.failure(FailureClass::WrongState, "[SnapshotLeft]", what));
            }
            gone += 1;
        }
        Ok(Verified::Right {
            evidence: Text::GoneWithThoseBehind.fill(&[&self.image.id, &gone.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
