//! Lets S3 write inventory reports into the bucket of manifests: it does so as a service, for the accounts that ask for them.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::proofs::Proof;
use super::reports::PREFIX;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The bucket of manifests: the run's own, so that its policy is, too.
    pub(super) ops: Place,
}

pub(super) struct AdmitReports {
    input: Input,
    world: Rc<World>,
}

impl AdmitReports {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn policy(&self, cx: &StepContext) -> Result<String, Failure> {
        let ops = self.input.ops.name(cx)?;
        let accounts = [Side::Source, Side::Target].map(|side| self.world.account(side).id.to_string());
        Ok(json!({ "Version": "2012-10-17", "Statement": [{
            "Sid": format!("Cleave{}Reports", cx.run), "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" },
            "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{ops}/{PREFIX}/*"),
            "Condition": {
                "StringEquals": { "aws:SourceAccount": accounts, "s3:x-amz-acl": "bucket-owner-full-control" },
                "ArnLike": { "aws:SourceArn": "arn:aws:s3:::*" },
            },
        }] })
        .to_string())
    }
}

#[async_trait(?Send)]
impl Step for AdmitReports {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = match self.world.target().s3.policy(&self.input.ops.name(cx)?).await {
            Ok(found) => found,
            Err(failure) if failure.code == "NoSuchBucket" => None,
            Err(failure) => return Err(failure),
        };
        // Nobody else writes into the run's own bucket's policy.
        Ok(match found {
            Some(_) => Observed::Present(json!({})),
            None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let policy = self.policy(cx)?;
        let ops = self.input.ops.name(cx)?;
        self.world.target().s3.put_policy(&ops, Some(&policy)).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let ops = self.input.ops.name(cx)?;
        Ok(Verified::Right {
            evidence: Proof::MayReport.fill(&[PREFIX, &ops]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let ops = self.input.ops.name(cx)?;
        self.world.target().s3.put_policy(&ops, None).await
    }
}
