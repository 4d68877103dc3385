//! Deletes the emptied source bucket, so that its name becomes free.

use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::BucketSeen;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
}

pub(super) struct DeleteSource {
    input: Input,
    world: Rc<World>,
}

impl DeleteSource {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteSource {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.world.source().s3.look(&self.input.bucket).await? {
            BucketSeen::Owned => Observed::Absent,
            // Whoever has the name now: the source account's bucket is gone.
            BucketSeen::Nobodys | BucketSeen::SomebodyElses => Observed::Present(json!({})),
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        self.world.source().s3.delete_bucket(&self.input.bucket).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let id = &self.world.source().id;
        Ok(Verified::Right {
            evidence: Proof::NoBucketAnyMore.fill(&[id.as_str(), &self.input.bucket]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
