//! Deletes a snapshot that the run made for the way, and only that.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{Made, made_in};
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) side: Side,
    pub(crate) snapshot: StepId,
}

pub(super) struct DeleteSnapshot {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl DeleteSnapshot {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let made: Made = cx.output(&self.input.snapshot)?;
        let rds = &self.world.account(self.input.side).rds;
        // The tags of the step that made it, not of this one.
        let seen = rds.snapshot(self.family, &made.name).await?;
        Ok(match seen {
            None => Observed::Present(json!({ "deleted": made.arn })),
            Some(found) if found.status == "deleting" => Observed::Underway {
                progress: Progress::words(Underway::Deleting),
                look_again: Duration::from_secs(10),
            },
            Some(found) if made_in(cx, &self.input.snapshot, &found.tags) => Observed::Absent,
            Some(found) => Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: Made = cx.output(&self.input.snapshot)?;
        let rds = &self.world.account(self.input.side).rds;
        rds.delete_snapshot(self.family, &made.name).await?;
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
