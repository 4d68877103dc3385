//! Gives the database the security group that admits nobody instead of its own. Nobody connects anew from now on; who is connected stays.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Advice, Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Database;
use super::closed_group::ClosedGroup;
use super::record_access::Recorded;
use super::words::Text;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) database: Database,
    pub(super) recorded: StepId,
    pub(super) closed: StepId,
}

pub(super) struct BlockAccess {
    input: Input,
    world: Rc<World>,
}

impl BlockAccess {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for BlockAccess {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        let closed: ClosedGroup = cx.output(&self.input.closed)?;
        let found = self.input.database.access(cx, &self.world).await?;
        let only_closed = found.groups == [closed.id.clone()];
        Ok(if !found.settled {
            Observed::Underway {
                progress: Progress::words(Underway::GroupsExchanged),
                look_again: Duration::from_secs(10),
            }
        } else if only_closed {
            Observed::Present(json!({ "group": closed.id }))
        } else if found.groups == recorded.groups {
            Observed::Absent
        } else {
            Observed::Stuck {
                why: Text::OtherGroups.fill(&[&found.arn, &found.groups.join(", "), &recorded.groups.join(", ")]),
                advice: Advice::AccessChanged.into(),
            }
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let closed: ClosedGroup = cx.output(&self.input.closed)?;
        let Database { family, id } = &self.input.database;
        self.world.source().rds.set_groups(*family, id, &[closed.id]).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        Ok(Verified::Right {
            evidence: Text::AdmitsNobody.fill(&[&recorded.arn, &recorded.groups.join(", ")]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        let Database { family, id } = &self.input.database;
        self.world.source().rds.set_groups(*family, id, &recorded.groups).await
    }
}
