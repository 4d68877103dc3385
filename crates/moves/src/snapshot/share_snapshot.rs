//! Lets the target account copy the snapshot.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{Made, shared_with};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) snapshot: StepId,
}

pub(super) struct ShareSnapshot {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl ShareSnapshot {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }
}

/// Whether the snapshot of a Multi-AZ cluster that is not Aurora can be shared, no source says. Where RDS refuses, that is the reason.
fn named(family: Family, snapshot: &Made, failure: Failure) -> Failure {
    let unconfirmed = family == Family::Cluster && !snapshot.engine.starts_with("aurora");
    if !unconfirmed || failure.class != FailureClass::Invalid {
        return failure;
    }
    let message = format!(
        "RDS refuses to share the snapshot of a Multi-AZ cluster: {}. Nothing was restored in the target. Undo the run; then restore the \
         snapshot in the source to a single instance (RestoreDBInstanceFromDBSnapshot takes a Multi-AZ cluster's snapshot), and move that \
         as a [[database]]",
        failure.message
    );
    Failure { message, ..failure }
}

#[async_trait(?Send)]
impl Step for ShareSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        let shared = shared_with(self.family, &self.world.source().rds, &snapshot.name).await?;
        let with = self.world.target().id.clone();
        if shared.iter().any(|account| account == with.as_str()) {
            return Ok(Observed::Present(json!({ "arn": snapshot.arn, "with": with })));
        }
        Ok(Observed::Absent)
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        self.world
            .source()
            .rds
            .share_snapshot(self.family, &snapshot.name, &self.world.target().id)
            .await
            .map_err(|failure| named(self.family, &snapshot, failure))?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        let shared = shared_with(self.family, &self.world.source().rds, &snapshot.name).await?;
        let with = self.world.target().id.clone();
        // The run made this snapshot: whoever else may read it was let in by somebody else.
        match shared.iter().find(|account| *account != with.as_str()) {
            Some(other) => Ok(Verified::Wrong {
                why: Text::SharedWithOthers.fill(&[&snapshot.name, other]),
            }),
            None => Ok(Verified::Right {
                evidence: Text::SharedWithTarget.fill(&[&snapshot.name, with.as_str()]),
            }),
        }
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let snapshot: Made = cx.output(&self.input.snapshot)?;
        self.world
            .source()
            .rds
            .unshare_snapshot(self.family, &snapshot.name, &self.world.target().id)
            .await
    }
}
