//! Takes the target's right to the snapshot back. Copies already made are not touched by it.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{Made, shared_with};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) snapshot: StepId,
}

pub(super) struct UnshareSnapshot {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl UnshareSnapshot {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }
}

#[async_trait(?Send)]
impl Step for UnshareSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        let shared = shared_with(self.family, &self.world.source().rds, &snapshot.name).await?;
        let with = self.world.target().id.clone();
        if shared.iter().any(|account| account == with.as_str()) {
            return Ok(Observed::Absent);
        }
        Ok(Observed::Present(
            json!({ "arn": snapshot.arn, "no_longer_with": with }),
        ))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        self.world
            .source()
            .rds
            .unshare_snapshot(self.family, &snapshot.name, &self.world.target().id)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let arn = output["arn"].as_str().unwrap_or_default();
        Ok(Verified::Right {
            evidence: Text::SharedNoLonger.fill(&[arn, self.world.target().id.as_str()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
