//! Takes the last snapshot of a cache that is retired. It is made like the one that travelled; taking it back is not: once the cache is gone it is all
//! that there is of it in the source.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde_json::Value;

use super::create_snapshot::{CreateSnapshot, Input};
use super::old_cache::OldCache;
use crate::world::World;

pub(super) struct LastSnapshot {
    cache: OldCache,
    taking: CreateSnapshot,
    world: Rc<World>,
}

impl LastSnapshot {
    pub(super) fn new(cache: OldCache, world: Rc<World>) -> Self {
        let input = Input {
            cache: cache.id.clone(),
            is_group: cache.is_group,
            shards: cache.shards,
        };
        Self {
            taking: CreateSnapshot::new(input, Rc::clone(&world)),
            cache,
            world,
        }
    }
}

#[async_trait(?Send)]
impl Step for LastSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        self.taking.observe(cx).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if self.cache.standing(&self.world).await?.is_none() {
            let what = format!(
                "the source has no cache {} any more, or another one since",
                self.cache.id
            );
            return Err(cx.failure(FailureClass::NotFound, "[Gone]", what));
        }
        self.taking.begin(cx).await
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        self.taking.verify(cx, output).await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        match self.cache.standing(&self.world).await? {
            Some(found) if found.status != "deleting" => self.taking.undo(cx).await,
            Some(_) | None => {
                let what = format!(
                    "{} is gone: its last snapshot is all that there is of it, and stays",
                    self.cache.id
                );
                Err(cx.failure(FailureClass::WrongState, "[LastOfIt]", what))
            }
        }
    }
}
