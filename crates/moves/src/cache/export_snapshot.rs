//! Has ElastiCache write a snapshot into the run's own bucket in the source. What proves it are the files: how ElastiCache words the state of
//! a snapshot while it is exported is unconfirmed, so only that it is not `available` counts.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create_snapshot::{SnapshotOutput, perhaps_made};
use super::files::{self, Files};
use super::words::Text;
use crate::bucket::passing::Place;
use crate::pace;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cache: String,
    pub(super) snapshot: StepId,
    pub(super) bucket: Place,
}

pub(super) struct ExportSnapshot {
    input: Input,
    world: Rc<World>,
}

impl ExportSnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        cx.name(&self.input.cache, 120)
    }
}

#[async_trait(?Send)]
impl Step for ExportSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let snapshot: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let bucket = self.input.bucket.name(cx)?;
        let source = self.world.source();
        let Some(there) = files::listed(&source, &bucket).await? else {
            return Ok(Observed::Absent);
        };
        let name = self.name(cx);
        let keys = (0..snapshot.slots.len()).map(|shard| files::key(&name, shard));
        let found: Option<Vec<_>> = keys
            .map(|key| there.iter().find(|file| file.key == key).cloned())
            .collect();
        if let Some(files) = found {
            return Ok(Observed::Present(json!(Files { bucket, files })));
        }
        let seen = source.elasticache.snapshot(&snapshot.name).await?;
        Ok(match seen.map(|seen| seen.status) {
            Some(status) if status != "available" => Observed::Underway {
                progress: Progress::words(Underway::StatusAndFiles.fill(&[
                    &snapshot.name,
                    &status,
                    &there.len().to_string(),
                    &snapshot.slots.len().to_string(),
                ])),
                look_again: pace::look_again(cx, None),
            },
            _ if there.is_empty() => perhaps_made(cx),
            // Some are there and nothing goes on. The name is refused as long as they are.
            _ => match perhaps_made(cx) {
                Observed::Absent => Observed::Broken {
                    why: Text::HalfWritten.fill(&[&there.len().to_string(), &snapshot.slots.len().to_string()]),
                },
                waiting => waiting,
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let snapshot: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let bucket = self.input.bucket.name(cx)?;
        let elasticache = &self.world.source().elasticache;
        elasticache
            .export_snapshot(&snapshot.name, &self.name(cx), &bucket)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let written: Files = cx.output(&cx.spec.id)?;
        if let Some(empty) = written.files.iter().find(|file| file.size == 0) {
            return Ok(Verified::Wrong {
                why: Text::FileEmpty.fill(&[&empty.key, &written.bucket]),
            });
        }
        Ok(Verified::Right {
            evidence: Text::FilesWritten.fill(&[
                &written.files.len().to_string(),
                &written.bucket,
                &written.bytes().to_string(),
            ]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let bucket = self.input.bucket.name(cx)?;
        let source = self.world.source();
        let there = files::listed(&source, &bucket).await?.unwrap_or_default();
        if there.is_empty() {
            return Err(cx.failure(FailureClass::WrongState, "[NoFiles]", "nothing was written yet"));
        }
        let versions: Vec<_> = there.iter().map(files::File::version).collect();
        source.s3.delete_versions(&bucket, &versions).await
    }
}
