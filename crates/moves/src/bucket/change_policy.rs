//! Adds statements of the run's own to the source bucket's policy: reading for the roles that copy, or the end of writing.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::policy;
use super::record_configuration::Recorded;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
    pub(super) change: Change,
    /// Who may read, or who may still write.
    pub(super) roles: Vec<String>,
    /// The step that recorded the policy as it was.
    pub(super) recorded: StepId,
    /// Whether it outlives the run: the old bucket is not to be written to any more.
    pub(super) stays: bool,
}

/// What stands in the policy now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Changed {
    /// The ids of the statements.
    pub(super) statements: Vec<String>,
    /// Whether they are to outlive the run.
    pub(super) stays: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Change {
    Grant,
    Deny,
}

pub(super) struct ChangePolicy {
    input: Input,
    world: Rc<World>,
}

impl ChangePolicy {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn statements(&self, cx: &StepContext) -> Vec<Value> {
        // Known again and removed exactly: from run and step. Letters and digits only, as a Sid may have.
        let sid = format!("Cleave{}{}", cx.run, &cx.token[..8]);
        match self.input.change {
            Change::Grant => policy::grant(&self.input.bucket, &self.input.roles, &sid),
            Change::Deny => policy::deny(&self.input.bucket, &self.input.roles, &sid),
        }
    }
}

fn refused(cx: &StepContext, error: &policy::Malformed) -> Failure {
    cx.failure(FailureClass::Invalid, "[BucketPolicy]", error.to_string())
}

#[async_trait(?Send)]
impl Step for ChangePolicy {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let current = match self.world.source().s3.policy(&self.input.bucket).await {
            Ok(current) => current,
            // With the bucket the statements are gone, too.
            Err(failure) if failure.code == "NoSuchBucket" => None,
            Err(failure) => return Err(failure),
        };
        let has = policy::has(current.as_deref(), &self.statements(cx)).map_err(|e| refused(cx, &e))?;
        Ok(if has {
            let sids = self.statements(cx);
            let sids = sids.iter().filter_map(|one| one["Sid"].as_str().map(str::to_owned));
            Observed::Present(json!(Changed {
                statements: sids.collect(),
                stays: self.input.stays,
            }))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let source = self.world.source();
        let current = source.s3.policy(&self.input.bucket).await?;
        let changed = policy::with(current.as_deref(), &self.statements(cx)).map_err(|e| refused(cx, &e))?;
        source.s3.put_policy(&self.input.bucket, Some(&changed)).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let bucket = &self.input.bucket;
        let who = self.input.roles.join(", ");
        Ok(Verified::Right {
            evidence: match self.input.change {
                Change::Grant => format!("the policy of {bucket} lets {who} read"),
                Change::Deny if self.input.stays => {
                    format!("the policy of {bucket} denies writing to everyone but {who}, for good")
                }
                Change::Deny => format!("the policy of {bucket} denies writing to everyone but {who}"),
            },
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let source = self.world.source();
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        let Some(current) = source.s3.policy(&self.input.bucket).await? else {
            return Ok(());
        };
        let back = policy::without(&current, &self.statements(cx), recorded.policy.as_deref());
        source
            .s3
            .put_policy(&self.input.bucket, back.map_err(|e| refused(cx, &e))?.as_deref())
            .await
    }
}
