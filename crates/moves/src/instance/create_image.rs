//! Makes an image of the stopped instance, with all its EBS volumes. `CreateImage` takes no token; names are unique, so that the name and our
//! tags find it after a lost answer.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::image::{ImageOutput, made_image};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) instance: String,
    pub(super) description: String,
    /// The volumes' sizes in GiB.
    pub(super) sizes: Vec<u32>,
    /// The ARNs of the keys that its snapshots may lie under, to be shared as they are; absent: they are re-keyed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keys: Option<Vec<String>>,
}

pub(super) struct CreateImage {
    input: Input,
    world: Rc<World>,
}

impl CreateImage {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        cx.name(&self.input.instance, 128)
    }
}

#[async_trait(?Send)]
impl Step for CreateImage {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_image::look(cx, &self.world.source().ec2, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let ec2 = &self.world.source().ec2;
        // Somebody may have started it again meanwhile: an image of that would hold less than its volumes are going to.
        let state = ec2.instance_state(&self.input.instance).await?;
        if state.as_deref() != Some("stopped") {
            let what = format!(
                "{} is {}: stop it, so that everything is on its volumes",
                self.input.instance,
                state.as_deref().unwrap_or("not seen")
            );
            return Err(cx.failure(FailureClass::WrongState, "[NotStopped]", what));
        }
        ec2.create_image(
            &self.input.instance,
            &self.name(cx),
            &self.input.description,
            &cx.tags(),
        )
        .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: ImageOutput = cx.output(&cx.spec.id)?;
        made_image::verify(
            &self.world.source().ec2,
            &made,
            &self.input.sizes,
            self.input.keys.as_deref(),
        )
        .await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        made_image::take_away(cx, &self.world.source().ec2, &self.name(cx)).await
    }
}
