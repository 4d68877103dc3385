//! Lets a database be deleted that refuses it. Only where the person who named it has said so.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Subject;
use super::words::Text;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) subject: Subject,
}

pub(super) struct LiftProtection {
    subject: Subject,
    world: Rc<World>,
}

impl LiftProtection {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self {
            subject: input.subject,
            world,
        }
    }
}

#[async_trait(?Send)]
impl Step for LiftProtection {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.subject.standing(&self.world).await? {
            Some(found) if found.protected && found.status == "available" => Observed::Absent,
            Some(found) if found.protected => Observed::Underway {
                progress: Progress::words(Said::verbatim(found.status)),
                look_again: Duration::from_secs(15),
            },
            Some(_) | None => Observed::Present(json!({})),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if let Some(old) = self.subject.standing(&self.world).await? {
            self.subject.still_replaced(cx, &self.world, &old).await?;
            let rds = &self.world.source().rds;
            rds.set_deletion_protection(self.subject.family, &self.subject.of, false)
                .await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::Deletable.fill(&[&self.subject.of]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        let rds = &self.world.source().rds;
        rds.set_deletion_protection(self.subject.family, &self.subject.of, true)
            .await
    }
}
