//! Copies an image within the source, under the transport key: snapshots on the account's default key cannot be shared.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{ImageOutput, made_image};
use crate::key::KeyOutput;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) image: String,
    /// The step that makes it; absent: `image` is its id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) made: Option<StepId>,
    pub(super) name: String,
    /// The volumes' sizes in GiB, in the order of its devices.
    pub(super) sizes: Vec<u32>,
    pub(super) key: StepId,
}

pub(super) struct RekeyImage {
    input: Input,
    world: Rc<World>,
}

impl RekeyImage {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// Another name than the original's, which is in the same account.
    fn name(&self, cx: &StepContext) -> String {
        cx.name(&self.input.name, 128)
    }
}

#[async_trait(?Send)]
impl Step for RekeyImage {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_image::look(cx, &self.world.source().ec2, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let key: KeyOutput = cx.output(&self.input.key)?;
        let source = match &self.input.made {
            Some(made) => cx.output::<ImageOutput>(made)?.id,
            None => self.input.image.clone(),
        };
        let copy = aws::ec2::CopyImage {
            description: format!("{source} on its way to account {}", self.world.target().id),
            source,
            name: self.name(cx),
            key: key.arn,
            token: cx.token.clone(),
            image_tags: cx.tags(),
            snapshot_tags: cx.tags(),
        };
        self.world.source().ec2.copy_image(&copy).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: ImageOutput = cx.output(&cx.spec.id)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        made_image::verify_under(&self.world.source().ec2, &made, &self.input.sizes, &key.arn).await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        made_image::take_away(cx, &self.world.source().ec2, &self.name(cx)).await
    }
}
