//! Takes the image away that was made for the way, with its snapshots.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ImageOutput;
use super::words::Text;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) image: StepId,
}

pub(super) struct DeregisterImage {
    input: Input,
    world: Rc<World>,
}

impl DeregisterImage {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DeregisterImage {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let made: ImageOutput = cx.output(&self.input.image)?;
        Ok(match self.world.source().ec2.image(&made.id).await? {
            None => Observed::Present(json!({ "deregistered": made.id })),
            // AWS shows a deregistered image for a while.
            Some(found) if found.state == "deregistered" => Observed::Present(json!({ "deregistered": made.id })),
            Some(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: ImageOutput = cx.output(&self.input.image)?;
        // An id is never given twice: what has it is what the run made.
        self.world.source().ec2.deregister_image(&made.id).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: ImageOutput = cx.output(&self.input.image)?;
        let ec2 = &self.world.source().ec2;
        for snapshot in &made.snapshots {
            let left = ec2.snapshots(std::slice::from_ref(&snapshot.id)).await?;
            if left.is_some_and(|found| !found.is_empty()) {
                // It may only be shown still: borne for the step's patience.
                let what = format!(
                    "{} is gone, but its snapshot {} is still there: delete it by hand",
                    made.id, snapshot.id
                );
                return Err(cx.failure(FailureClass::WrongState, "[SnapshotLeft]", what));
            }
        }
        Ok(Verified::Right {
            evidence: Text::GoneWithItsSnapshots.fill(&[&made.id, &made.snapshots.len().to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
