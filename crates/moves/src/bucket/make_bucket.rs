//! Makes a bucket of the run's own, in the target: interim, for manifests and reports, or in either account for what passes through it. That the name was free is kept in the journal
//! before the bucket is made: only then is a bucket found under it the run's, to be emptied and deleted.

use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::BucketSeen;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::discard_bucket::{self, JobsInto};
use super::place::MadeBucket;
use super::proofs::Proof;
use crate::foreign::Foreign;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// What its name is made from.
    pub(super) stem: String,
    /// Its name, where the runbook gives it.
    pub(super) name: Option<String>,
    /// Whether it is the one for manifests and reports.
    pub(super) ops: bool,
    /// In which account.
    #[serde(default = "target", skip_serializing_if = "is_target")]
    pub(super) side: Side,
    /// Whether it takes ACLs: a service writes into it, or reads from it, that goes by no policy.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) acls: bool,
    /// Whether it is to be there when the run is over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) stays: bool,
}

fn target() -> Side {
    Side::Target
}

fn is_target(side: &Side) -> bool {
    *side == Side::Target
}

pub(super) struct MakeBucket {
    input: Input,
    world: Rc<World>,
}

impl MakeBucket {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        self.input.name.clone().unwrap_or_else(|| cx.name(&self.input.stem, 63))
    }
}

#[async_trait(?Send)]
impl Step for MakeBucket {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = self.name(cx);
        let was_free = cx.cursor.is_some();
        Ok(match self.world.account(self.input.side).s3.look(&bucket).await? {
            BucketSeen::Nobodys => Observed::Absent,
            BucketSeen::Owned if was_free => Observed::Present(json!(MadeBucket { bucket })),
            BucketSeen::Owned => Observed::Foreign {
                whose: Foreign::HasBucket.fill(&[&self.input.side.to_string(), &bucket]),
            },
            BucketSeen::SomebodyElses => Observed::Foreign {
                whose: Foreign::AnothersBucket.fill(&[&bucket]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if cx.cursor.is_none() {
            return Ok(Begun::Swept {
                cursor: json!("free"),
                done: 0,
                total: Some(1),
                more: true,
            });
        }
        let s3 = &self.world.account(self.input.side).s3;
        match self.input.acls {
            true => s3.create_bucket_with_acls(&self.name(cx)).await?,
            false => s3.create_bucket(&self.name(cx)).await?,
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let account = self.world.account(self.input.side);
        let bucket = self.name(cx);
        let region = account.s3.location(&bucket).await?;
        Ok(if region == account.region.as_str() {
            Verified::Right {
                evidence: Proof::IsOf.fill(&[&bucket, account.id.as_str(), &region]),
            }
        } else {
            Verified::Wrong {
                why: Proof::LiesElsewhere.fill(&[&bucket, &region, account.region.as_str()]),
            }
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        if cx.cursor.is_none() {
            return Err(cx.failure(FailureClass::Unexpected, "[NotOurs]", "the bucket was never this run's"));
        }
        let jobs = if self.input.ops {
            JobsInto::Any
        } else {
            JobsInto::ThisBucket
        };
        discard_bucket::some(&self.world.account(self.input.side), &self.name(cx), cx, jobs)
            .await
            .map(drop)
    }
}
