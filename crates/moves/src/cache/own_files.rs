//! Makes what ElastiCache wrote the source's own: who writes an object owns it, and no policy of the bucket speaks of what others own. It
//! also ends the bucket's ACLs.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::bucket::passing::Place;
use crate::world::World;

const ENFORCED: &str = "BucketOwnerEnforced";

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
}

pub(super) struct OwnFiles {
    input: Input,
    world: Rc<World>,
}

impl OwnFiles {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for OwnFiles {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let ownership = self.input.bucket.account(&self.world).s3.ownership(&bucket).await?;
        Ok(match ownership.as_str() {
            ENFORCED => Observed::Present(json!({})),
            _ => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        self.input
            .bucket
            .account(&self.world)
            .s3
            .own_everything(&bucket)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::OwnersOwn.fill(&[&self.input.bucket.name(cx)?]),
        })
    }

    /// It goes with its bucket.
    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
