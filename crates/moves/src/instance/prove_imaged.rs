//! Proves that an old instance may go: it is stopped, and the image of it in the target is whole and has every volume that is attached to it now.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::world::World;

/// The old instance, and the image of it in the target.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OldInstance {
    pub(super) id: String,
    pub(super) image: String,
}

impl OldInstance {
    /// Its state; none: it is gone.
    pub(super) async fn state(&self, world: &World) -> Result<Option<String>, Failure> {
        let state = world.source().ec2.instance_state(&self.id).await?;
        // A terminated instance is shown for about an hour.
        Ok(state.filter(|state| state != "terminated"))
    }

    /// Why it must stay; none: it may go.
    pub(super) async fn stays(&self, world: &World) -> Result<Option<String>, Failure> {
        let (source, target) = (&world.source().ec2, &world.target().ec2);
        match self.state(world).await?.as_deref() {
            None => return Ok(Some(format!("{} is gone already", self.id))),
            Some("stopped") => {}
            Some(state) => return Ok(Some(format!("{} is {state}: somebody uses it", self.id))),
        }
        let Some(image) = target.image(&self.image).await? else {
            return Ok(Some(format!(
                "its image {} is gone in the target: this is the only one",
                self.image
            )));
        };
        if image.state != "available" {
            return Ok(Some(format!(
                "its image {} is {} in the target",
                self.image, image.state
            )));
        }
        let volumes = source.observed_volumes().await?;
        let attached = volumes
            .iter()
            .filter_map(|volume| Some((volume.device_of(&self.id)?, &volume.id)));
        for (device, volume) in attached {
            if !image.devices.iter().any(|held| held.name == device) {
                return Ok(Some(format!(
                    "{volume} ({device}) was attached to it since, and is not in its image {}",
                    self.image
                )));
            }
        }
        Ok(None)
    }

    /// The same where a call follows that cannot be taken back.
    pub(super) async fn still_imaged(&self, cx: &StepContext, world: &World) -> Result<(), Failure> {
        match self.stays(world).await? {
            None => Ok(()),
            Some(why) => Err(cx.failure(
                FailureClass::WrongState,
                "[StillNeeded]",
                format!("{why}. {} was not terminated", self.id),
            )),
        }
    }
}

pub(super) struct ProveImaged {
    old: OldInstance,
    world: Rc<World>,
}

impl ProveImaged {
    pub(super) fn new(old: OldInstance, world: Rc<World>) -> Self {
        Self { old, world }
    }
}

#[async_trait(?Send)]
impl Step for ProveImaged {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.old.stays(&self.world).await? {
            None => Observed::Present(json!({ "image": self.old.image })),
            Some(why) => Observed::Stuck {
                why,
                advice: format!(
                    "See to it, then: cleave retry {} --reason …; or undo this run: it has deleted nothing of it.",
                    cx.spec.id
                ),
            },
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: format!(
                "{} is stopped; {} in the target has every device that is attached to it",
                self.old.id, self.old.image
            ),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
