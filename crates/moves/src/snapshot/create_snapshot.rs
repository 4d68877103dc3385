//! Takes the snapshot that travels. From here on what is written to the source is not in the target.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use super::{SnapshotOutput, made_snapshot, told_apart};
use crate::words::or_none;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    /// The instance or cluster.
    #[serde(alias = "instance", alias = "cluster")]
    pub(crate) of: String,
    /// Whether it is to be shared as it is: then it may not lie under a key that AWS owns, whatever the inventory says.
    #[serde(default)]
    pub(crate) shared_itself: bool,
}

pub(crate) struct CreateSnapshot {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl CreateSnapshot {
    pub(crate) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        made_snapshot::name(cx, self.family, &self.input.of)
    }
}

#[async_trait(?Send)]
impl Step for CreateSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, self.family, &self.world.source().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (name, tags) = (self.name(cx), cx.tags());
        let rds = &self.world.source().rds;
        rds.create_snapshot(self.family, &self.input.of, &name, &tags)
            .await
            .map_err(told_apart)?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let found = made_snapshot::original(self.family, &self.world.source().rds, &self.input.of).await?;
        let Some((key, engine)) = found else {
            return Ok(Verified::Wrong {
                why: Text::Gone.fill(&[&self.input.of]),
            });
        };
        if made.key != key || made.engine != engine {
            let (is, was) = (or_none(made.key.as_ref()), or_none(key));
            let why = Text::NotOfIt.fill(&[&made.name, &self.input.of, &was, &is]);
            return Ok(Verified::Wrong { why });
        }
        if self.input.shared_itself && made.encryption_type == "sse-rds" {
            let why = Text::UnderKeyOfAws.fill(&[&made.name, &self.input.of]);
            return Ok(Verified::Wrong { why });
        }
        Ok(Verified::Right {
            evidence: Text::Taken.fill(&[&made.name, &made_snapshot::what(self.family, &made)]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let name = self.name(cx);
        self.world.source().rds.delete_snapshot(self.family, &name).await
    }
}
