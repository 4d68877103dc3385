//! Copies the shared image in the target, under its own name and the target's own key.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{From, ImageOutput, made_image};
use crate::key::{KeyOutput, account_in};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) image: From,
    pub(super) name: String,
    pub(super) description: String,
    /// The volumes' sizes in GiB, in the order of its devices.
    pub(super) sizes: Vec<u32>,
    pub(super) key: StepId,
    /// The source image's own tags: those of a shared image are not seen by the other account.
    pub(super) tags: BTreeMap<String, String>,
    /// What names the source's image, in words. An image's id is another in every account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) named_by: Vec<String>,
    /// The source's image, however it travels.
    #[serde(default)]
    pub(super) original: String,
}

pub(super) struct CopyImage {
    input: Input,
    world: Rc<World>,
}

impl CopyImage {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CopyImage {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let mut seen = made_image::look(cx, &self.world.target().ec2, &self.input.name).await?;
        if let Observed::Present(output) = &mut seen
            && !self.input.named_by.is_empty()
        {
            let new = output["id"].as_str().unwrap_or_default();
            let left = self.input.named_by.iter().map(|who| {
                format!(
                    "{who} names {}: in the target it must name {new}, and no snapshot or key of the source",
                    self.input.original
                )
            });
            output["left_out"] = left.collect();
        }
        Ok(seen)
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let key: KeyOutput = cx.output(&self.input.key)?;
        let mut image_tags = self.input.tags.clone();
        image_tags.extend(cx.tags());
        let copy = aws::ec2::CopyImage {
            source: self.input.image.id(cx)?,
            name: self.input.name.clone(),
            description: self.input.description.clone(),
            key: key.arn,
            token: cx.token.clone(),
            image_tags,
            snapshot_tags: cx.tags(),
        };
        self.world.target().ec2.copy_image(&copy).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: ImageOutput = cx.output(&cx.spec.id)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        let target = self.world.target();
        if account_in(&key.arn) != target.id.as_str() {
            return Ok(Verified::Wrong {
                why: format!("{} is not a key of the target", key.arn),
            });
        }
        made_image::verify(&target.ec2, &made, &self.input.sizes, &key.arn).await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        made_image::take_away(cx, &self.world.target().ec2, &self.input.name).await
    }
}
