//! Takes the snapshot that travels. From here on what is written to the source is not in the target.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SnapshotOutput, made_snapshot};
use crate::snapshot::told_apart;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) instance: String,
    /// Whether it is to be shared as it is: then it may not lie under a key that AWS owns, whatever the inventory says.
    #[serde(default)]
    pub(super) shared_itself: bool,
}

pub(super) struct CreateSnapshot {
    input: Input,
    world: Rc<World>,
}

impl CreateSnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        made_snapshot::name(cx, &self.input.instance)
    }
}

#[async_trait(?Send)]
impl Step for CreateSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, &self.world.source().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        self.world
            .source()
            .rds
            .create_snapshot(&self.input.instance, &self.name(cx), &cx.tags())
            .await
            .map_err(told_apart)?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let source = self.world.source();
        let Some(instance) = source.rds.instance(&self.input.instance).await? else {
            return Ok(Verified::Wrong {
                why: format!("the instance {} is gone", self.input.instance),
            });
        };
        if made.key != instance.key || made.engine != instance.engine {
            let why = format!(
                "{} is not of the instance's engine and key: {:?}, {:?}",
                made.name, made.key, instance.key
            );
            return Ok(Verified::Wrong { why });
        }
        if self.input.shared_itself && made.encryption_type == "sse-rds" {
            let why = format!(
                "{} lies under a key that AWS owns (sse-rds) and cannot be shared: the inventory says otherwise. Undo the run, set \
                 encryption_type of {} there, and plan anew",
                made.name, self.input.instance
            );
            return Ok(Verified::Wrong { why });
        }
        let evidence = format!(
            "{} is available: {} {}, {} GiB",
            made.name, made.engine, made.engine_version, made.gib
        );
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        self.world.source().rds.delete_snapshot(&self.name(cx)).await
    }
}
