//! Gives the copy the deprecation date of its original, which no copy takes over.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use jiff::Timestamp;
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::ImageOutput;
use super::words::Text;
use crate::left_to_people::Left;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) image: StepId,
    /// To the minute.
    pub(super) at: Timestamp,
}

pub(super) struct DeprecateImage {
    input: Input,
    world: Rc<World>,
}

impl DeprecateImage {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DeprecateImage {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let copy: ImageOutput = cx.output(&self.input.image)?;
        let Some(image) = self.world.target().ec2.image(&copy.id).await? else {
            let what = format!("the copy {} is not seen", copy.id);
            return Err(cx.failure(FailureClass::NotFound, "[NotSeen]", what));
        };
        if image.settings.deprecated_at == Some(self.input.at) {
            return Ok(Observed::Present(json!({ "deprecated_at": self.input.at })));
        }
        if cx.now >= self.input.at {
            // The night was long, or the run lay for months: EC2 would refuse the date.
            let left = Left::DatePassed.fill(&[&copy.name, &self.input.at.to_string(), &copy.id]);
            return Ok(Observed::Present(json!({ "left_out": [left.as_str()] })));
        }
        Ok(Observed::Absent)
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let copy: ImageOutput = cx.output(&self.input.image)?;
        self.world.target().ec2.deprecate_image(&copy.id, self.input.at).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let evidence = match output["deprecated_at"].as_str() {
            Some(at) => Text::Deprecates.fill(&[at]),
            None => Text::DatePassed.into(),
        };
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
