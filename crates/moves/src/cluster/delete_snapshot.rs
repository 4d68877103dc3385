//! Deletes a snapshot that the run made for the way, and only that.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{SnapshotOutput, made_snapshot};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) side: Side,
    pub(super) snapshot: StepId,
}

pub(super) struct DeleteSnapshot {
    input: Input,
    world: Rc<World>,
}

impl DeleteSnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        Ok(
            match self
                .world
                .account(self.input.side)
                .rds
                .cluster_snapshot(&made.name)
                .await?
            {
                None => Observed::Present(json!({ "deleted": made.arn })),
                Some(found) if found.status == "deleting" => Observed::Underway {
                    progress: Progress::words("deleting"),
                    look_again: Duration::from_secs(10),
                },
                // The tags of the step that made it, not of this one.
                Some(found) if made_snapshot::made_in(cx, &self.input.snapshot, &found.tags) => Observed::Absent,
                Some(found) => Observed::Foreign {
                    whose: format!("{} without the tags of this run", found.arn),
                },
            },
        )
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        self.world
            .account(self.input.side)
            .rds
            .delete_cluster_snapshot(&made.name)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: format!("{} is gone", output["deleted"].as_str().unwrap_or_default()),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
