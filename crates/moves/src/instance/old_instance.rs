//! Proves that an old instance may go: it is stopped, and the image of it in the target is whole and has every volume that is attached to it now.

use async_trait::async_trait;
use engine::StepContext;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use crate::retire::proof::{OldThing, judged};
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
}

impl OldInstance {
    /// Why it must stay; none: it may go.
    async fn stays(&self, world: &World) -> Result<Option<Said>, Failure> {
        let (source, target) = (&world.source().ec2, &world.target().ec2);
        match self.state(world).await?.as_deref() {
            None => return Ok(Some(Text::GoneAlready.fill(&[&self.id]))),
            Some("stopped") => {}
            Some(state) => return Ok(Some(Text::Used.fill(&[&self.id, state]))),
        }
        let Some(image) = target.image(&self.image).await? else {
            return Ok(Some(Text::ImageGone.fill(&[&self.image])));
        };
        if image.state != "available" {
            return Ok(Some(Text::ImageIs.fill(&[&self.image, &image.state])));
        }
        let volumes = source.observed_volumes().await?;
        let attached = volumes
            .iter()
            .filter_map(|volume| Some((volume.device_of(&self.id)?, &volume.id)));
        for (device, volume) in attached {
            if !image.devices.iter().any(|held| held.name == device) {
                return Ok(Some(Text::AttachedSince.fill(&[volume, device, &self.image])));
            }
        }
        Ok(None)
    }
}

#[async_trait(?Send)]
impl OldThing for OldInstance {
    async fn proved(&self, _cx: &StepContext, world: &World) -> Result<Result<Value, Said>, Failure> {
        Ok(judged(self.stays(world).await?))
    }

    fn evidence(&self, _found: &Value) -> Said {
        Text::ImageHasAll.fill(&[&self.id, &self.image])
    }
}
