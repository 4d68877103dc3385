//! Copies the shared snapshot in the target, under the target's own key. An unencrypted one of a cluster stays unencrypted: RDS refuses a
//! key here, and is given it at the restore.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use super::{SnapshotOutput, made_snapshot, told_apart};
use crate::key::{KeyOutput, account_in};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    /// The instance or cluster.
    #[serde(alias = "instance", alias = "cluster")]
    pub(crate) of: String,
    pub(crate) snapshot: StepId,
    /// The step that makes or finds the key; absent where the copy is not encrypted.
    pub(crate) key: Option<StepId>,
    /// The target's option group: of a database with a persistent option (Oracle's Timezone) RDS refuses a copy without.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) option_group: Option<String>,
    /// Whether it is left for somebody else's restore.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(crate) stays: bool,
}

pub(super) struct CopyToTarget {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl CopyToTarget {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        made_snapshot::name(cx, self.family, &self.input.of)
    }

    fn key_arn(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        let arn = |step| Ok(cx.output::<KeyOutput>(step)?.arn);
        self.input.key.as_ref().map(arn).transpose()
    }
}

#[async_trait(?Send)]
impl Step for CopyToTarget {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, self.family, &self.world.target().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let shared: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let (name, key, tags) = (self.name(cx), self.key_arn(cx)?, cx.tags());
        let (key, options) = (key.as_deref(), self.input.option_group.as_deref());
        let rds = &self.world.target().rds;
        rds.copy_snapshot(self.family, &shared.arn, &name, key, options, &tags)
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
            let why = Text::KeyOfOthers.fill(&[&made.arn, &format!("{owner:?}")]);
            return Ok(Verified::Wrong { why });
        }
        Ok(made_snapshot::faithful(self.family, &made, &shared, key.as_deref()))
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let name = self.name(cx);
        self.world.target().rds.delete_snapshot(self.family, &name).await
    }
}
