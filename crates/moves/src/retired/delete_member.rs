//! Deletes one instance of the old cluster: a cluster of Aurora is not deleted while it has any. The data are the cluster's.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Subject;
use super::words::Text;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    /// Its cluster.
    pub(crate) subject: Subject,
    pub(crate) member: String,
}

pub(super) struct DeleteMember {
    input: Input,
    world: Rc<World>,
}

impl DeleteMember {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteMember {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let member = &self.input.member;
        let gone = || Observed::Present(json!({ "deleted": member }));
        let cluster = self.input.subject.standing(&self.world).await?;
        if !cluster.is_some_and(|cluster| cluster.instances.contains(member)) {
            return Ok(gone());
        }
        Ok(match self.world.source().rds.status(member).await? {
            None => gone(),
            Some(status) if status == "deleting" => Observed::Underway {
                progress: Progress::words(Underway::Deleting),
                look_again: Duration::from_secs(20),
            },
            Some(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let subject = &self.input.subject;
        let cluster = subject.standing(&self.world).await?;
        if let Some(cluster) = cluster.filter(|cluster| cluster.instances.contains(&self.input.member)) {
            subject.still_replaced(cx, &self.world, &cluster).await?;
            self.world.source().rds.delete_member(&self.input.member).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::Gone.fill(&[&self.input.member]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
