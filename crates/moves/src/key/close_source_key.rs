//! Takes the statements that opened a source key away again, from the policy as it is by then.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::open_source_key::{of_source, refused};
use super::words::Text;
use super::{OpenedKey, policy};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) opened: StepId,
    /// Whose it is.
    #[serde(default = "of_source")]
    pub(super) of: Side,
}

pub(super) struct CloseSourceKey {
    input: Input,
    world: Rc<World>,
}

impl CloseSourceKey {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CloseSourceKey {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let opened: OpenedKey = cx.output(&self.input.opened)?;
        let current = self.world.account(self.input.of).kms.policy(&opened.arn).await?;
        let open = !policy::found(&current, &opened.sids)
            .map_err(|e| refused(cx, &e))?
            .is_empty();
        let as_before = current == opened.original;
        Ok(if open {
            Observed::Absent
        } else {
            Observed::Present(json!({ "arn": opened.arn, "as_before": as_before }))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let opened: OpenedKey = cx.output(&self.input.opened)?;
        let owner = self.world.account(self.input.of);
        let current = owner.kms.policy(&opened.arn).await?;
        let closed = policy::without(&current, &opened.sids, &opened.original).map_err(|e| refused(cx, &e))?;
        owner.kms.put_policy(&opened.arn, &closed).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let arn = output["arn"].as_str().unwrap_or_default();
        let text = match output["as_before"] == json!(true) {
            true => Text::PolicyAsBefore,
            false => Text::PolicyWithoutOurs,
        };
        Ok(Verified::Right {
            evidence: text.fill(&[arn]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
