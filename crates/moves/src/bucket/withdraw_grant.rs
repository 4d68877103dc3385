//! Takes statements of the run's own out of a bucket's policy again, where the bucket stays: those that let the target read the source, or
//! the source replicate into the target. What writes were denied by stays: who still writes to the old bucket must notice, and not write
//! what nobody will read.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::change_policy::Changed;
use super::place::Place;
use super::policy;
use super::proofs::Proof;
use super::record_configuration::Recorded;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
    /// The step that added them.
    pub(super) granted: StepId,
    /// The step that recorded the policy as it was; absent: there was none.
    pub(super) recorded: Option<StepId>,
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
        let bucket = self.input.bucket.name(cx)?;
        let current = self.input.bucket.account(&self.world).s3.policy(&bucket).await?;
        let any = policy::has_any(current.as_deref(), &self.statements(cx)?).map_err(|e| refused(cx, &e))?;
        Ok(if any {
            Observed::Absent
        } else {
            Observed::Present(json!({}))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let account = self.input.bucket.account(&self.world);
        let original = match &self.input.recorded {
            Some(recorded) => cx.output::<Recorded>(recorded)?.policy,
            None => None,
        };
        if let Some(current) = account.s3.policy(&bucket).await? {
            let back = policy::without(&current, &self.statements(cx)?, original.as_deref());
            let back = back.map_err(|e| refused(cx, &e))?;
            account.s3.put_policy(&bucket, back.as_deref()).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        Ok(Verified::Right {
            evidence: match self.input.bucket.side {
                Side::Target => Proof::SourceNotNamed,
                Side::Source | Side::Parent => Proof::TargetNotNamed,
            }
            .fill(&[&bucket]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
