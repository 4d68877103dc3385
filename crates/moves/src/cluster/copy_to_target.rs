//! Copies the shared snapshot in the target, under the target's own key. An unencrypted one stays unencrypted: RDS refuses a key here, and
//! is given it at the restore.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SnapshotOutput, made_snapshot};
use crate::key::{KeyOutput, account_in};
use crate::snapshot::told_apart;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cluster: String,
    pub(super) snapshot: StepId,
    /// The step that makes or finds the key; absent where the snapshot is not encrypted.
    pub(super) key: Option<StepId>,
}

pub(super) struct CopyToTarget {
    input: Input,
    world: Rc<World>,
}

impl CopyToTarget {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        made_snapshot::name(cx, &self.input.cluster)
    }

    fn key_arn(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        let arn = |step| Ok(cx.output::<KeyOutput>(step)?.arn);
        self.input.key.as_ref().map(arn).transpose()
    }
}

#[async_trait(?Send)]
impl Step for CopyToTarget {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, &self.world.target().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let shared: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let key = self.key_arn(cx)?;
        self.world
            .target()
            .rds
            .copy_cluster_snapshot(&shared.arn, &self.name(cx), key.as_deref(), &cx.tags())
            .await
            .map_err(told_apart)?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let shared: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let key = self.key_arn(cx)?;
        let owner = made.key.as_deref().map(account_in);
        if let Some(owner) = owner.filter(|owner| *owner != self.world.target().id.as_str()) {
            let why = format!("{} lies under a key of account {owner:?}, not of the target", made.arn);
            return Ok(Verified::Wrong { why });
        }
        Ok(made_snapshot::faithful(&made, &shared, key.as_deref()))
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let name = self.name(cx);
        self.world.target().rds.delete_cluster_snapshot(&name).await
    }
}
