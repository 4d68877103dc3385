//! Deletes the old cache with all of its nodes. Its last snapshot is there and proved; the target is looked at once more before the call.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create_snapshot::SnapshotOutput;
use super::old_cache::OldCache;
use super::words::Text;
use crate::retire::proof::still_goes;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cache: OldCache,
    /// The step that took the last snapshot.
    pub(super) snapshot: StepId,
}

pub(super) struct DeleteCache {
    input: Input,
    world: Rc<World>,
}

impl DeleteCache {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// That the last snapshot is there still: somebody may have tidied up between the gate and this call.
    async fn snapshot_is_there(&self, cx: &StepContext) -> Result<(), Failure> {
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let found = self.world.source().elasticache.snapshot(&made.name).await?;
        if found.is_some_and(|found| found.status == "available") {
            return Ok(());
        }
        let what = format!(
            "its last snapshot {} is not available any more: {} is not deleted",
            made.name, self.input.cache.id
        );
        Err(cx.failure(FailureClass::WrongState, "[NoLastSnapshot]", what))
    }
}

#[async_trait(?Send)]
impl Step for DeleteCache {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let cache = &self.input.cache;
        Ok(match cache.standing(&self.world).await? {
            None => Observed::Present(json!({ "deleted": cache.id })),
            Some(found) if found.status == "deleting" => Observed::Underway {
                progress: Progress::words(Underway::Deleting),
                look_again: Duration::from_secs(30),
            },
            Some(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let cache = &self.input.cache;
        if cache.standing(&self.world).await?.is_some() {
            let untouched = format!("{} was not deleted", cache.id);
            still_goes(cache, cx, &self.world, &untouched).await?;
            self.snapshot_is_there(cx).await?;
            let elasticache = &self.world.source().elasticache;
            elasticache.delete_for_good(&cache.id, cache.is_group).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        Ok(Verified::Right {
            evidence: Text::CacheDeleted.fill(&[&self.input.cache.id, &made.name]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
