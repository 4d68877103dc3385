//! Copies the shared image in the target, under its own name and the target's own key.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use super::{From, ImageOutput, made_image};
use crate::key::{KeyOutput, account_in};
use crate::underway::Underway;
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
    /// What is left for people to do once there is a copy, whose id stands for `{id}`, as its key's ARN for `{key}`: both are others in every
    /// account.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) told: Vec<String>,
    /// The source's image, however it travels: what the copy must be like.
    pub(super) original: From,
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
            && !self.input.told.is_empty()
        {
            let new = output["id"].as_str().unwrap_or_default();
            let key: KeyOutput = cx.output(&self.input.key)?;
            let told = self.input.told.iter();
            let left = told.map(|what| what.replace("{id}", new).replace("{key}", &key.arn));
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
                why: Text::KeyOfOthers.fill(&[&key.arn]),
            });
        }
        let proved = made_image::verify_under(&target.ec2, &made, &self.input.sizes, &key.arn).await?;
        let Verified::Right { evidence } = proved else {
            return Ok(proved);
        };
        let original = self.input.original.id(cx)?;
        let (Some(was), Some(is)) = (
            self.world.source().ec2.image(&original).await?,
            target.ec2.image(&made.id).await?,
        ) else {
            // Only what is there can be compared; the copy itself was seen a moment ago.
            let why = Underway::BothNotSeen.fill(&[&original, &made.id]);
            return Ok(Verified::NotYet {
                why,
                look_again: std::time::Duration::from_secs(10),
            });
        };
        let differing = made_image::differences(&was, &is, &self.input.description);
        Ok(match differing.is_empty() {
            true => Verified::Right {
                evidence: Said::all([evidence, Text::AsOriginal.fill(&[&original])]),
            },
            false => Verified::Wrong {
                why: Text::NotAs.fill(&[&made.id, &original, Said::all(differing).as_str()]),
            },
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        made_image::take_away(cx, &self.world.target().ec2, &self.input.name).await
    }
}
