//! Deletes a snapshot that the run made for the way. Volumes made of it do not need it any more.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::SnapshotOutput;
use super::words::Text;
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
        let ec2 = &self.world.account(self.input.side).ec2;
        let left = ec2.snapshots(std::slice::from_ref(&made.id)).await?;
        Ok(match left {
            Some(found) if !found.is_empty() => Observed::Absent,
            _ => Observed::Present(json!({ "deleted": made.id })),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        // An id is never given twice: what has it is what the run made.
        self.world
            .account(self.input.side)
            .ec2
            .delete_snapshot(&made.id)
            .await?;
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
