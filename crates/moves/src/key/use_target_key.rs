//! Finds a key that the target has already.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{KeyOutput, account_in};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) alias: String,
}

pub(super) struct UseTargetKey {
    input: Input,
    world: Rc<World>,
}

impl UseTargetKey {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn gone(&self, cx: &StepContext) -> Failure {
        let what = format!(
            "account {} has no key with {} any more",
            self.world.target().id,
            self.input.alias
        );
        cx.failure(FailureClass::NotFound, "[NoKey]", what)
    }
}

#[async_trait(?Send)]
impl Step for UseTargetKey {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let key = self
            .world
            .target()
            .kms
            .key(&self.input.alias)
            .await?
            .ok_or_else(|| self.gone(cx))?;
        Ok(Observed::Present(json!(KeyOutput {
            id: key.id,
            arn: key.arn
        })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        Err(self.gone(cx))
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let target = self.world.target();
        let arn = output["arn"].as_str().unwrap_or_default();
        let key = target.kms.key(arn).await?.ok_or_else(|| self.gone(cx))?;
        if !key.enabled || key.aws_managed || account_in(arn) != target.id.as_str() {
            return Ok(Verified::Wrong {
                why: Text::NoCustomerKey.fill(&[arn, target.id.as_str()]),
            });
        }
        Ok(Verified::Right {
            evidence: Text::FoundEnabled.fill(&[&self.input.alias, arn]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
