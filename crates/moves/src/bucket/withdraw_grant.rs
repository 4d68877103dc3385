//! Takes the statements that let the target read the source out of its policy again, where the source stays. What writes were denied by
//! stays: who still writes to the old bucket must notice, and not write what nobody will read.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::change_policy::Changed;
use super::policy;
use super::record_configuration::Recorded;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
    /// The step that added them.
    pub(super) granted: StepId,
    /// The step that recorded the policy as it was.
    pub(super) recorded: StepId,
}

pub(super) struct WithdrawGrant {
    input: Input,
    world: Rc<World>,
}

impl WithdrawGrant {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn statements(&self, cx: &StepContext) -> Result<Vec<Value>, Failure> {
        let granted: Changed = cx.output(&self.input.granted)?;
        Ok(granted.statements.iter().map(|sid| json!({ "Sid": sid })).collect())
    }
}

fn refused(cx: &StepContext, error: &policy::Malformed) -> Failure {
    cx.failure(FailureClass::Invalid, "[BucketPolicy]", error.to_string())
}

#[async_trait(?Send)]
impl Step for WithdrawGrant {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let current = self.world.source().s3.policy(&self.input.bucket).await?;
        let any = policy::has_any(current.as_deref(), &self.statements(cx)?).map_err(|e| refused(cx, &e))?;
        Ok(if any {
            Observed::Absent
        } else {
            Observed::Present(json!({}))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let source = self.world.source();
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        if let Some(current) = source.s3.policy(&self.input.bucket).await? {
            let back = policy::without(&current, &self.statements(cx)?, recorded.policy.as_deref());
            let back = back.map_err(|e| refused(cx, &e))?;
            source.s3.put_policy(&self.input.bucket, back.as_deref()).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let bucket = &self.input.bucket;
        Ok(Verified::Right {
            evidence: format!("nobody of the target is named in the policy of {bucket}; it still denies writing"),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
