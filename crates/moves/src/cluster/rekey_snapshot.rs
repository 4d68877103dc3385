//! Copies a snapshot on an AWS-managed key within the source, under the transport key: on the managed key it could not be shared.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SnapshotOutput, made_snapshot};
use crate::key::KeyOutput;
use crate::snapshot::told_apart;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cluster: String,
    pub(super) snapshot: StepId,
    pub(super) key: StepId,
}

pub(super) struct RekeySnapshot {
    input: Input,
    world: Rc<World>,
}

impl RekeySnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        made_snapshot::name(cx, &self.input.cluster)
    }
}

#[async_trait(?Send)]
impl Step for RekeySnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, &self.world.source().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let original: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        self.world
            .source()
            .rds
            .copy_cluster_snapshot(&original.arn, &self.name(cx), Some(&key.arn), &cx.tags())
            .await
            .map_err(told_apart)?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let original: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        Ok(made_snapshot::faithful(&made, &original, Some(&key.arn)))
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        self.world.source().rds.delete_cluster_snapshot(&self.name(cx)).await
    }
}
