//! Has the Data API answer for a restored Aurora cluster, as it did in the source: a call of its own, since the member of `ModifyDBCluster`
//! that is called so is Serverless v1's.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{Output, not_yet, restored, taken};
use crate::foreign::Foreign;
use crate::snapshot::made_in;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) restored: StepId,
}

pub(super) struct EnableDataApi {
    input: Input,
    world: Rc<World>,
}

impl EnableDataApi {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for EnableDataApi {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = restored(cx, &self.world, Family::Cluster, &self.input.restored).await?;
        if !made_in(cx, &self.input.restored, &found.tags) {
            return Ok(Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            });
        }
        Ok(match found.settings.data_api {
            Some(true) if found.serves() => Observed::Present(json!({ "cluster": found.arn })),
            _ => not_yet(cx, &found, vec![Text::DataApiOff.into()]),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: Output = cx.output(&self.input.restored)?;
        self.world.target().rds.enable_data_api(&made.arn).await?;
        Ok(taken(cx))
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let arn = output["cluster"].as_str().unwrap_or_default();
        Ok(Verified::Right {
            evidence: Text::DataApiAnswers.fill(&[arn]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        // It goes with the cluster.
        Ok(())
    }
}
