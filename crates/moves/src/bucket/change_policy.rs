//! Adds statements of the run's own to a bucket's policy: reading for the roles that copy, the end of writing, or what another account's
//! role needs to replicate.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::policy;
use super::proofs::Proof;
use super::record_configuration::Recorded;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
    pub(super) change: Change,
    /// Who may read, who may still write, or who may replicate.
    pub(super) roles: Vec<String>,
    /// The step that recorded the policy as it was; absent: the bucket is the run's own, and had none.
    pub(super) recorded: Option<StepId>,
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
    /// Replicas may be put into it.
    TakeReplicas,
    /// Manifests may be read from it, and reports put into it.
    TakeReports,
    /// One of AWS's services may write snapshots into it.
    TakeSnapshots,
    /// One of AWS's services may read snapshots from it.
    GiveSnapshots,
}

pub(super) struct ChangePolicy {
    input: Input,
    world: Rc<World>,
}

impl ChangePolicy {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn statements(&self, cx: &StepContext, bucket: &str) -> Vec<Value> {
        // Known again and removed exactly: from run and step. Letters and digits only, as a Sid may have.
        let sid = format!("Cleave{}{}", cx.run, &cx.token[..8]);
        match self.input.change {
            Change::Grant => policy::grant(bucket, &self.input.roles, &sid),
            Change::Deny => policy::deny(bucket, &self.input.roles, &sid),
            Change::TakeReplicas => policy::take_replicas(bucket, &self.input.roles, &sid),
            Change::TakeReports => policy::take_reports(bucket, &self.input.roles, &sid),
            Change::TakeSnapshots => policy::take_snapshots(bucket, &self.input.roles, &sid),
            Change::GiveSnapshots => policy::give_snapshots(bucket, &self.input.roles, &sid),
        }
    }
}

fn refused(cx: &StepContext, error: &policy::Malformed) -> Failure {
    cx.failure(FailureClass::Invalid, "[BucketPolicy]", error.to_string())
}

#[async_trait(?Send)]
impl Step for ChangePolicy {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let account = self.input.bucket.account(&self.world);
        let current = match account.s3.policy(&bucket).await {
            Ok(current) => current,
            // With the bucket the statements are gone, too.
            Err(failure) if failure.code == "NoSuchBucket" => None,
            Err(failure) => return Err(failure),
        };
        let statements = self.statements(cx, &bucket);
        let has = policy::has(current.as_deref(), &statements).map_err(|e| refused(cx, &e))?;
        Ok(if has {
            let sids = statements
                .iter()
                .filter_map(|one| one["Sid"].as_str().map(str::to_owned));
            Observed::Present(json!(Changed {
                statements: sids.collect(),
                stays: self.input.stays,
            }))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let account = self.input.bucket.account(&self.world);
        let current = account.s3.policy(&bucket).await?;
        let changed = policy::with(current.as_deref(), &self.statements(cx, &bucket)).map_err(|e| refused(cx, &e))?;
        account.s3.put_policy(&bucket, Some(&changed)).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let who = self.input.roles.join(", ");
        Ok(Verified::Right {
            evidence: match self.input.change {
                Change::Grant => Proof::LetsRead,
                Change::Deny if self.input.stays => Proof::DeniesWritingForGood,
                Change::TakeReplicas => Proof::LetsReplicate,
                Change::TakeReports => Proof::LetsReport,
                Change::TakeSnapshots => Proof::LetsWriteSnapshots,
                Change::GiveSnapshots => Proof::LetsReadSnapshots,
                Change::Deny => Proof::DeniesWriting,
            }
            .fill(&[&bucket, &who]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let account = self.input.bucket.account(&self.world);
        let original = match &self.input.recorded {
            Some(recorded) => cx.output::<Recorded>(recorded)?.policy,
            None => None,
        };
        let Some(current) = account.s3.policy(&bucket).await? else {
            return Ok(());
        };
        let back = policy::without(&current, &self.statements(cx, &bucket), original.as_deref());
        account
            .s3
            .put_policy(&bucket, back.map_err(|e| refused(cx, &e))?.as_deref())
            .await
    }
}
