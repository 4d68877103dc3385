//! Empties and deletes a bucket that the run made. Whatever still writes into it is stopped first: a copy job that goes on would
//! write into a bucket of that name whoever has it then.

use std::rc::Rc;

use async_trait::async_trait;
use aws::Account;
use aws::s3::{BucketSeen, VersionName};
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::Lister;
use model::{Failure, FailureClass, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
    pub(super) ops: bool,
}

pub(super) struct DiscardBucket {
    input: Input,
    world: Rc<World>,
}

/// Which of the run's jobs have to do with a bucket.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum JobsInto {
    /// Those that copy into it.
    ThisBucket,
    /// All: it holds their manifests and reports.
    Any,
}

/// How the descriptions of the run's jobs begin.
pub(super) fn job_description(cx: &StepContext, into: Option<&str>) -> String {
    match into {
        Some(bucket) => format!("cleave {} into {bucket}:", cx.run),
        None => format!("cleave {} into ", cx.run),
    }
}

/// What one call did.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Discarded {
    /// So many things were removed; there may be more.
    Some(u64),
    /// The bucket is gone.
    All,
}

/// One call towards the bucket's end.
pub(super) async fn some(
    account: &Account,
    bucket: &str,
    cx: &StepContext,
    jobs: JobsInto,
) -> Result<Discarded, Failure> {
    let into = (jobs == JobsInto::ThisBucket).then_some(bucket);
    // Jobs are asked for in the target alone.
    if account.side == Side::Target
        && let Some(job) = account.s3control.underway(&job_description(cx, into)).await?.first()
    {
        account.s3control.cancel(job).await?;
        return Ok(Discarded::Some(0));
    }
    let page = match Lister::new(account, &account.id, bucket, None).next_page().await {
        Ok(page) => page.unwrap_or_default(),
        Err(failure) if failure.class == FailureClass::NotFound => return Ok(Discarded::All),
        Err(failure) => return Err(failure),
    };
    let versions: Vec<VersionName> = page
        .entries
        .into_iter()
        .map(|entry| VersionName {
            key: entry.key,
            version_id: entry.version_id,
        })
        .collect();
    if !versions.is_empty() {
        account.s3.delete_versions(bucket, &versions).await?;
        return Ok(Discarded::Some(versions.len() as u64));
    }
    // A manifest or a copy in parts that was cut off. Left open, its parts would be billed until the bucket is gone.
    let uploads = account.s3.uploads(bucket).await?;
    if !uploads.is_empty() {
        for upload in &uploads {
            account.s3.abort_upload(bucket, upload).await?;
        }
        return Ok(Discarded::Some(uploads.len() as u64));
    }
    account.s3.delete_bucket(bucket).await?;
    Ok(Discarded::All)
}

impl DiscardBucket {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DiscardBucket {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        Ok(match self.input.bucket.account(&self.world).s3.look(&bucket).await? {
            BucketSeen::Owned => Observed::Absent,
            // Gone, and perhaps somebody else's by now.
            BucketSeen::Nobodys | BucketSeen::SomebodyElses => Observed::Present(json!({})),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let jobs = if self.input.ops {
            JobsInto::Any
        } else {
            JobsInto::ThisBucket
        };
        let before = cx.cursor.as_ref().and_then(Value::as_u64).unwrap_or(0);
        let (done, more) = match some(&self.input.bucket.account(&self.world), &bucket, cx, jobs).await? {
            Discarded::Some(removed) => (before + removed, true),
            Discarded::All => (before, false),
        };
        Ok(Begun::Swept {
            cursor: json!(done),
            done,
            total: None,
            more,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::Gone.fill(&[&self.input.bucket.name(cx)?]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
