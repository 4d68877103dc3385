//! Lets the target account copy the snapshot.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Family, Made};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) snapshot: StepId,
}

pub(super) struct ShareSnapshot {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl ShareSnapshot {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }
}

#[async_trait(?Send)]
impl Step for ShareSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        let shared = self
            .family
            .shared_with(&self.world.source().rds, &snapshot.name)
            .await?;
        let with = self.world.target().id.clone();
        if shared.iter().any(|account| account == with.as_str()) {
            return Ok(Observed::Present(json!({ "arn": snapshot.arn, "with": with })));
        }
        Ok(Observed::Absent)
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        self.family
            .share(&self.world.source().rds, &snapshot.name, &self.world.target().id)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        let shared = self
            .family
            .shared_with(&self.world.source().rds, &snapshot.name)
            .await?;
        let with = self.world.target().id.clone();
        // The run made this snapshot: whoever else may read it was let in by somebody else.
        match shared.iter().find(|account| *account != with.as_str()) {
            Some(other) => Ok(Verified::Wrong {
                why: format!("{} is shared with {other}, too", snapshot.name),
            }),
            None => Ok(Verified::Right {
                evidence: format!("{} is shared with {with} and nobody else", snapshot.name),
            }),
        }
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        self.family
            .unshare(&self.world.source().rds, &snapshot.name, &self.world.target().id)
            .await
    }
}
