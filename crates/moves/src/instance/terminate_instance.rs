//! Terminates the old instance. Volumes that are marked so go with it; those that stay are told.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::old_instance::OldInstance;
use crate::retire::proof::still_goes;
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
                    progress: Progress::words("shutting down"),
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
            .map(|id| {
                format!(
                    "the volume {id} of {} is not marked to go with it, stays, and costs. Once nobody wants it: aws ec2 delete-volume --volume-id {id}",
                    self.input.old.id
                )
            })
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
            evidence: format!("{} is terminated; {left} of its volumes stay", self.input.old.id),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
