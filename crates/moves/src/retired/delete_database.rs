//! Deletes the old instance or cluster. Its last snapshot is there and proved; the target is looked at once more before the call.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Subject;
use super::words::Text;
use crate::snapshot::SnapshotOutput;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) subject: Subject,
    /// The step that took the last snapshot.
    pub(crate) snapshot: StepId,
}

pub(super) struct DeleteDatabase {
    input: Input,
    world: Rc<World>,
}

impl DeleteDatabase {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// That the last snapshot is there still: somebody may have tidied up between the gate and this call.
    async fn snapshot_is_there(&self, cx: &StepContext) -> Result<(), Failure> {
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let rds = &self.world.source().rds;
        let found = rds.snapshot(self.input.subject.family, &made.name).await?;
        if found.is_some_and(|found| found.status == "available") {
            return Ok(());
        }
        let what = format!(
            "its last snapshot {} is not available any more: {} is not deleted",
            made.arn, self.input.subject.of
        );
        Err(cx.failure(FailureClass::WrongState, "[NoLastSnapshot]", what))
    }
}

#[async_trait(?Send)]
impl Step for DeleteDatabase {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let subject = &self.input.subject;
        Ok(match subject.standing(&self.world).await? {
            None => Observed::Present(json!({ "deleted": subject.resource_id })),
            Some(found) if found.status == "deleting" => Observed::Underway {
                progress: Progress::words(Underway::Deleting),
                look_again: Duration::from_secs(30),
            },
            Some(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let subject = &self.input.subject;
        if let Some(old) = subject.standing(&self.world).await? {
            subject.still_replaced(cx, &self.world, &old).await?;
            self.snapshot_is_there(cx).await?;
            let rds = &self.world.source().rds;
            rds.delete_for_good(subject.family, &subject.of).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let subject = &self.input.subject;
        let gone = match subject.family {
            Family::Instance => Text::InstanceGone,
            Family::Cluster => Text::ClusterGone,
        };
        Ok(Verified::Right {
            evidence: gone.fill(&[&subject.of, &subject.resource_id, &made.arn]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
