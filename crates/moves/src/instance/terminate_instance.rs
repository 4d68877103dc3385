//! Terminates the old instance. Volumes that are marked so go with it; those that stay are told.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::old_instance::OldInstance;
use super::words::Text;
use crate::left_to_people::Left;
use crate::retire::proof::still_goes;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) old: OldInstance,
    /// The volumes that were attached to it when the plan was made.
    pub(super) volumes: Vec<String>,
}

pub(super) struct TerminateInstance {
    input: Input,
    world: Rc<World>,
}

impl TerminateInstance {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for TerminateInstance {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        match self.input.old.state(&self.world).await?.as_deref() {
            None => {}
            Some("shutting-down") => {
                return Ok(Observed::Underway {
                    progress: Progress::words(Underway::ShuttingDown),
                    look_again: Duration::from_secs(15),
                });
            }
            Some(_) => return Ok(Observed::Absent),
        }
        let volumes = self.world.source().ec2.observed_volumes().await?;
        let stays = self
            .input
            .volumes
            .iter()
            .filter(|id| volumes.iter().any(|volume| volume.id == **id));
        let left: Vec<String> = stays
            .map(|id| Left::VolumeStays.fill(&[id, &self.input.old.id]).into())
            .collect();
        Ok(Observed::Present(
            json!({ "terminated": self.input.old.id, "left_out": left }),
        ))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        still_goes(
            &self.input.old,
            cx,
            &self.world,
            &format!("{} was not terminated", self.input.old.id),
        )
        .await?;
        let ec2 = &self.world.source().ec2;
        ec2.terminate_instance(&self.input.old.id).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let left = output["left_out"].as_array().map_or(0, Vec::len);
        Ok(Verified::Right {
            evidence: Text::Terminated.fill(&[&self.input.old.id, &left.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
