//! Copies a snapshot within the account of a side: under the transport key in the source, under the target's own key in the target.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use super::{SnapshotOutput, made_snapshot};
use crate::image::From;
use crate::key::{KeyOutput, account_in};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) side: Side,
    pub(super) snapshot: From,
    pub(super) description: String,
    pub(super) gib: u32,
    pub(super) key: StepId,
    /// The original's own tags, for a copy that stays: those of a shared snapshot are not seen by the other account.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) tags: BTreeMap<String, String>,
    /// Whether it is what was asked for; else it is made a volume of and deleted.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) stays: bool,
}

pub(super) struct CopySnapshot {
    input: Input,
    world: Rc<World>,
}

impl CopySnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CopySnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, &self.world.account(self.input.side).ec2).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let key: KeyOutput = cx.output(&self.input.key)?;
        let mut tags = self.input.tags.clone();
        tags.extend(cx.tags());
        let source = self.input.snapshot.id(cx)?;
        let ec2 = &self.world.account(self.input.side).ec2;
        let id = ec2
            .copy_snapshot(&source, &self.input.description, &key.arn, &tags)
            .await?;
        Ok(made_snapshot::begun(&id))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        let account = self.world.account(self.input.side);
        if account_in(&key.arn) != account.id.as_str() {
            return Ok(Verified::Wrong {
                why: Text::KeyOfOthers.fill(&[&key.arn, account.id.as_str()]),
            });
        }
        made_snapshot::verify(&account.ec2, &made, self.input.gib, Some(&[key.arn]), false).await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        made_snapshot::take_away(cx, &self.world.account(self.input.side).ec2).await
    }
}
