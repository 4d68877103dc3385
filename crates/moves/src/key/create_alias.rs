//! Gives the target's new key the alias that its counterpart has in the source.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::KeyOutput;
use super::words::Text;
use crate::foreign::Foreign;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) alias: String,
    pub(super) key: StepId,
}

pub(super) struct CreateAlias {
    input: Input,
    world: Rc<World>,
}

impl CreateAlias {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CreateAlias {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let ours = cx.output::<KeyOutput>(&self.input.key)?.id;
        Ok(match self.world.target().kms.alias_target(&self.input.alias).await? {
            None => Observed::Absent,
            Some(key) if key == ours => Observed::Present(json!({ "alias": self.input.alias, "key": key })),
            // An alias has no tags: what it points to tells whose it is.
            Some(key) => Observed::Foreign {
                whose: Foreign::PointsTo.fill(&[&self.input.alias, &key]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let key = cx.output::<KeyOutput>(&self.input.key)?.id;
        self.world.target().kms.create_alias(&self.input.alias, &key).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let key = output["key"].as_str().unwrap_or_default();
        Ok(Verified::Right {
            evidence: Text::PointsTo.fill(&[&self.input.alias, key]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        self.world.target().kms.delete_alias(&self.input.alias).await
    }
}
