//! Copies the files of a snapshot from the run's bucket in the source into its bucket in the target, with the target's credentials, so that
//! they are the target's; and proves them equal.

use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::Copy;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::files::{self, File, Files};
use super::words::Text;
use crate::bucket::passing::{InParts, Place, go_on};
use crate::world::World;

/// What one `CopyObject` copies at most.
const LARGEST_COPY: u64 = 5 << 30;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) exported: StepId,
    pub(super) to: Place,
}

pub(super) struct CopyFiles {
    input: Input,
    world: Rc<World>,
}

impl CopyFiles {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The files as they lie in the target, none for each that does not; and the files of the source.
    async fn both(&self, cx: &StepContext) -> Result<(Files, Vec<Option<File>>), Failure> {
        let exported: Files = cx.output(&self.input.exported)?;
        let bucket = self.input.to.name(cx)?;
        let there = files::listed(&self.world.target(), &bucket).await?.unwrap_or_default();
        let same = |file: &File| {
            let found = there.iter().find(|copy| copy.key == file.key && copy.size == file.size);
            found.cloned()
        };
        let copies = exported.files.iter().map(same).collect();
        Ok((exported, copies))
    }
}

#[async_trait(?Send)]
impl Step for CopyFiles {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (_, copies) = self.both(cx).await?;
        let bucket = self.input.to.name(cx)?;
        let all: Option<Vec<File>> = copies.into_iter().collect();
        Ok(match all {
            Some(files) => Observed::Present(json!(Files { bucket, files })),
            None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (exported, copies) = self.both(cx).await?;
        let (source, target) = (self.world.source(), self.world.target());
        let total = exported.files.len() as u64;
        let mut missing = exported.files.iter().zip(&copies).filter(|(_, copy)| copy.is_none());
        let mut under_way = None;
        let mut left = copies.iter().filter(|copy| copy.is_none()).count() as u64;
        if let Some((file, _)) = missing.next() {
            let copy = Copy {
                from: exported.bucket.clone(),
                from_owner: source.id.clone(),
                key: file.key.clone(),
                version_id: file.version_id.clone(),
                etag: file.etag.clone(),
                to: self.input.to.name(cx)?,
                storage_class: "STANDARD".to_owned(),
                redirect: None,
            };
            if file.size <= LARGEST_COPY {
                target.s3.copy_object(&copy).await?;
            } else {
                let before = cx.cursor.as_ref().and_then(|cursor| InParts::deserialize(cursor).ok());
                under_way = go_on(&source, &target, &copy, file.size, before).await?;
            }
            left -= u64::from(under_way.is_none());
        }
        Ok(Begun::Swept {
            cursor: json!(under_way),
            done: total - left,
            total: Some(total),
            more: left > 0,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let (exported, copies) = self.both(cx).await?;
        let (source, target) = (self.world.source(), self.world.target());
        let to = self.input.to.name(cx)?;
        for (file, copy) in exported.files.iter().zip(&copies) {
            let Some(copy) = copy else {
                return Ok(Verified::Wrong {
                    why: Text::FileGone.fill(&[&file.key, &to]),
                });
            };
            let is = target.s3.kept(&to, &copy.version()).await?;
            // ElastiCache reads nothing that lies under a KMS key.
            if let Some(key) = is.key {
                return Ok(Verified::Wrong {
                    why: Text::FileUnderKey.fill(&[&file.key, &to, &key]),
                });
            }
            let was = source.s3.kept(&exported.bucket, &file.version()).await?;
            let equal = match was.same_content(&is) {
                Some(equal) => equal,
                None if !file.etag.contains('-') && file.etag == copy.etag => true,
                None => {
                    let was = source.s3.content_digest(&exported.bucket, &file.version()).await?;
                    was == target.s3.content_digest(&to, &copy.version()).await?
                }
            };
            if !equal {
                return Ok(Verified::Wrong {
                    why: Text::FileDiffers.fill(&[&file.key, &to, &exported.bucket]),
                });
            }
        }
        Ok(Verified::Right {
            evidence: Text::FilesEqual.fill(&[
                &copies.len().to_string(),
                &to,
                &exported.bytes().to_string(),
                &exported.bucket,
            ]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let to = self.input.to.name(cx)?;
        let target = self.world.target();
        let there = files::listed(&target, &to).await?.unwrap_or_default();
        let versions: Vec<_> = there.iter().map(File::version).collect();
        target.s3.delete_versions(&to, &versions).await
    }
}
