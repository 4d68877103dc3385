//! Takes a snapshot of a volume in the source.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SnapshotOutput, made_snapshot};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) volume: String,
    pub(super) gib: u32,
    /// The ARNs of the keys that it may lie under, beside none, to be shared as it is; absent: it is re-keyed first.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) keys: Option<Vec<String>>,
}

pub(super) struct CreateSnapshot {
    input: Input,
    world: Rc<World>,
}

impl CreateSnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CreateSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, &self.world.source().ec2).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let description = format!("{} on its way to account {}", self.input.volume, self.world.target().id);
        let ec2 = &self.world.source().ec2;
        let id = ec2
            .create_snapshot(&self.input.volume, &description, &cx.tags())
            .await?;
        Ok(made_snapshot::begun(&id))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let ec2 = &self.world.source().ec2;
        made_snapshot::verify(ec2, &made, self.input.gib, self.input.keys.as_deref(), true).await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        made_snapshot::take_away(cx, &self.world.source().ec2).await
    }
}
