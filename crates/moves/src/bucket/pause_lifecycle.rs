//! Takes the source's lifecycle rules away while it is copied: they obey no bucket policy, and would expire versions between the copy
//! and its proof. Undoing puts the recorded document back.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::documents::LIFECYCLE;
use super::proofs::Proof;
use super::record_configuration::Recorded;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
    pub(super) recorded: StepId,
}

pub(super) struct PauseLifecycle {
    input: Input,
    world: Rc<World>,
}

impl PauseLifecycle {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for PauseLifecycle {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let found = LIFECYCLE.get(&self.world.source(), &self.input.bucket).await?;
        Ok(if found.is_some() {
            Observed::Absent
        } else {
            Observed::Present(json!({}))
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        LIFECYCLE.delete(&self.world.source(), &self.input.bucket).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::NoLifecycle.fill(&[&self.input.bucket]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        let Some(found) = recorded.documents.get(LIFECYCLE.name) else {
            return Err(cx.failure(
                FailureClass::Unexpected,
                "[NotRecorded]",
                "no lifecycle rules were recorded",
            ));
        };
        LIFECYCLE
            .put_whole(&self.world.source(), &self.input.bucket, found)
            .await
    }
}
