//! Copies the shared snapshot in the target, under the target's own key.

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
    pub(super) instance: String,
    pub(super) snapshot: StepId,
    pub(super) key: StepId,
    /// The target's option group: of a database with a persistent option (Oracle's Timezone) RDS refuses a copy without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) option_group: Option<String>,
    /// Whether it is left for somebody else's restore.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) stays: bool,
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
        made_snapshot::name(cx, &self.input.instance)
    }
}

#[async_trait(?Send)]
impl Step for CopyToTarget {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, &self.world.target().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let shared: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        let options = self.input.option_group.as_deref();
        self.world
            .target()
            .rds
            .copy_snapshot(&shared.arn, &self.name(cx), &key.arn, options, &cx.tags())
            .await
            .map_err(told_apart)?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let shared: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        let owner = account_in(made.key.as_deref().unwrap_or_default()).to_owned();
        if owner != self.world.target().id.as_str() {
            let why = format!("{} lies under a key of account {owner:?}, not of the target", made.arn);
            return Ok(Verified::Wrong { why });
        }
        Ok(made_snapshot::faithful(&made, &shared, &key.arn))
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        self.world.target().rds.delete_snapshot(&self.name(cx)).await
    }
}
