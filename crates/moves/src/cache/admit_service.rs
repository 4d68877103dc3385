//! Admits ElastiCache by ACL, which is all that it goes by in Regions that need not be switched on: to a bucket into which it writes, and
//! to files that it reads (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html>).

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::files::Files;
use super::words::Text;
use crate::bucket::passing::Place;
use crate::left_to_people::Left;
use crate::world::World;

const WRITING: [&str; 4] = ["READ", "WRITE", "READ_ACP", "WRITE_ACP"];
const READING: [&str; 2] = ["READ", "READ_ACP"];

/// Of a bucket.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct BucketInput {
    pub(super) bucket: Place,
    /// ElastiCache's canonical user id.
    pub(super) service: String,
}

/// Lets ElastiCache write into a bucket.
pub(super) struct AdmitExport {
    input: BucketInput,
    world: Rc<World>,
}

impl AdmitExport {
    pub(super) fn new(input: BucketInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

/// Whether ElastiCache is named in the bucket's ACL with all of some permissions, or with any; a bucket that is gone names nobody.
async fn named(cx: &StepContext, world: &Rc<World>, input: &BucketInput) -> Result<(bool, bool), Failure> {
    let bucket = input.bucket.name(cx)?;
    let acl = match input.bucket.account(world).s3.bucket_acl(&bucket).await {
        Err(failure) if failure.code == "NoSuchBucket" => return Ok((false, false)),
        acl => acl?,
    };
    let any = acl.grants.iter().any(|(_, id)| *id == input.service);
    Ok((acl.admits(&input.service, &WRITING), any))
}

#[async_trait(?Send)]
impl Step for AdmitExport {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (all, _) = named(cx, &self.world, &self.input).await?;
        Ok(match all {
            true => Observed::Present(json!({})),
            false => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let s3 = &self.input.bucket.account(&self.world).s3;
        let owner = s3.bucket_acl(&bucket).await?.owner;
        s3.admit_to_bucket(&bucket, &owner, &self.input.service).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::MayWrite.fill(&[&self.input.bucket.name(cx)?]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let s3 = &self.input.bucket.account(&self.world).s3;
        s3.make_bucket_private(&bucket).await
    }
}

/// Lets ElastiCache write into a bucket no longer.
pub(super) struct EndExport {
    input: BucketInput,
    world: Rc<World>,
}

impl EndExport {
    pub(super) fn new(input: BucketInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for EndExport {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (_, any) = named(cx, &self.world, &self.input).await?;
        Ok(match any {
            true => Observed::Absent,
            false => Observed::Present(json!({})),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let s3 = &self.input.bucket.account(&self.world).s3;
        s3.make_bucket_private(&bucket).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::OwnerAlone.fill(&[&self.input.bucket.name(cx)?]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

/// Of the files in the target.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ReadingInput {
    /// The cache that they are of.
    pub(super) cache: String,
    /// The step that copied them.
    pub(super) copied: StepId,
    /// ElastiCache's canonical user id; absent: it is admitted by policy, and nothing is to be done here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) service: Option<String>,
    /// Whether they are to be there when the run is over: then people are told where.
    pub(super) stays: bool,
}

/// Lets ElastiCache read files, one call for each.
pub(super) struct AdmitReading {
    input: ReadingInput,
    world: Rc<World>,
}

impl AdmitReading {
    pub(super) fn new(input: ReadingInput, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The keys of which ElastiCache is admitted to none, or, asked the other way, to any.
    async fn admitted(&self, files: &Files, admitted: bool) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        let Some(service) = &self.input.service else {
            return Ok(found);
        };
        for file in &files.files {
            let is = match self.world.target().s3.object_acl(&files.bucket, &file.key).await {
                Err(failure) if matches!(failure.code.as_str(), "NoSuchKey" | "NoSuchBucket") => false,
                acl => acl?.admits(service, &READING),
            };
            if is == admitted {
                found.push(file.key.clone());
            }
        }
        Ok(found)
    }

    async fn change(&self, files: &Files, key: &str, service: Option<&str>) -> Result<(), Failure> {
        let s3 = &self.world.target().s3;
        let owner = s3.object_acl(&files.bucket, key).await?.owner;
        s3.admit_to_object(&files.bucket, key, &owner, service).await
    }
}

#[async_trait(?Send)]
impl Step for AdmitReading {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let files: Files = cx.output(&self.input.copied)?;
        if !self.admitted(&files, false).await?.is_empty() {
            return Ok(Observed::Absent);
        }
        let mut output = json!({ "bucket": files.bucket });
        if self.input.stays {
            let (account, arns) = (self.world.target().id.clone(), json!(files.arns()).to_string());
            let left = Left::MakeCache.fill(&[&self.input.cache, account.as_str(), &arns, &files.bucket]);
            output["left_out"] = json!([left.as_str()]);
        }
        Ok(Observed::Present(output))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let files: Files = cx.output(&self.input.copied)?;
        let missing = self.admitted(&files, false).await?;
        if let Some(key) = missing.first() {
            self.change(&files, key, self.input.service.as_deref()).await?;
        }
        let (total, left) = (files.files.len() as u64, missing.len().saturating_sub(1) as u64);
        Ok(Begun::Swept {
            cursor: json!(total - left),
            done: total - left,
            total: Some(total),
            more: left > 0,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let files: Files = cx.output(&self.input.copied)?;
        Ok(Verified::Right {
            evidence: Text::MayRead.fill(&[&files.files.len().to_string(), &files.bucket]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let files: Files = cx.output(&self.input.copied)?;
        // One that is not closed again is enough for them not to be all open, which is all that an undo asks for: close each.
        for key in self.admitted(&files, true).await? {
            self.change(&files, &key, None).await?;
        }
        Ok(())
    }
}
