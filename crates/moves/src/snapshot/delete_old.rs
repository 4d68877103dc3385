//! Deletes a snapshot of a database that was there before the run, and of which the target has the copy.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::Failure;
use serde_json::{Value, json};

use super::old_snapshot::OldSnapshot;
use super::words::Text;
use crate::retire::proof::still_goes;
use crate::underway::Underway;
use crate::world::World;

pub(super) struct DeleteOld {
    snapshot: OldSnapshot,
    world: Rc<World>,
}

impl DeleteOld {
    pub(super) fn new(snapshot: OldSnapshot, world: Rc<World>) -> Self {
        Self { snapshot, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteOld {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.snapshot.standing(&self.world).await? {
            None => Observed::Present(json!({ "deleted": self.snapshot.name })),
            Some(found) if found.status == "deleting" => Observed::Underway {
                progress: Progress::words(Underway::Deleting),
                look_again: Duration::from_secs(15),
            },
            Some(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let OldSnapshot { family, name, .. } = &self.snapshot;
        if self.snapshot.standing(&self.world).await?.is_some() {
            still_goes(&self.snapshot, cx, &self.world, &format!("{name} was not deleted")).await?;
            self.world.source().rds.delete_snapshot(*family, name).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::Gone.fill(&[&self.snapshot.name]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
