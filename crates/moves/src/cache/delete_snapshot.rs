//! Deletes the snapshot that was taken for the way. The files and what was made of them do not need it any more.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create_snapshot::SnapshotOutput;
use super::words::Text;
use crate::pace;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
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
        let left = self.world.source().elasticache.snapshot(&made.name).await?;
        Ok(match left.map(|left| left.status) {
            None => Observed::Present(json!({ "deleted": made.name })),
            Some(status) if status == "deleting" => Observed::Underway {
                progress: Progress::words(Underway::Status.fill(&[&made.name, &status])),
                look_again: pace::look_again(cx, None),
            },
            Some(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        // Its name is the run's own: what has it is what the run made.
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        self.world.source().elasticache.delete_snapshot(&made.name).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::Gone.fill(&[output["deleted"].as_str().unwrap_or_default()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
