//! Reboots the database's instances, one after the other: whoever is still connected is so no longer, and cannot come back.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Database;
use super::words::Text;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) database: Database,
}

/// The instances that RDS has agreed to reboot: kept where a sweep keeps how far it is.
#[derive(Debug, Default, Serialize, Deserialize)]
struct Rebooted {
    instances: Vec<String>,
}

pub(super) struct DropConnections {
    input: Input,
    world: Rc<World>,
}

impl DropConnections {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

fn rebooted(cx: &StepContext) -> Rebooted {
    let cursor = cx.cursor.as_ref();
    cursor
        .and_then(|cursor| Rebooted::deserialize(cursor).ok())
        .unwrap_or_default()
}

#[async_trait(?Send)]
impl Step for DropConnections {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let access = self.input.database.access(cx, &self.world).await?;
        let done = rebooted(cx);
        for instance in &access.instances {
            let status = self.world.source().rds.status(instance).await?;
            if status.as_deref() == Some("rebooting") {
                return Ok(Observed::Underway {
                    progress: Progress::words(Underway::Rebooting.fill(&[instance])),
                    look_again: Duration::from_secs(10),
                });
            }
        }
        let all = access
            .instances
            .iter()
            .all(|instance| done.instances.contains(instance));
        Ok(if all {
            Observed::Present(json!(done))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let access = self.input.database.access(cx, &self.world).await?;
        let mut done = rebooted(cx);
        let next = access
            .instances
            .iter()
            .find(|instance| !done.instances.contains(instance));
        if let Some(next) = next {
            // Rebooted a second time, where the answer to the first call was lost, it loses no more than it has lost already.
            self.world.source().rds.reboot(next).await?;
            done.instances.push(next.clone());
        }
        // Refused until the instance before is up again: the next one is a turn of its own.
        Ok(Begun::Swept {
            done: done.instances.len() as u64,
            total: Some(access.instances.len() as u64),
            cursor: json!(done),
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let done = rebooted(cx);
        Ok(Verified::Right {
            evidence: Text::Rebooted.fill(&[&done.instances.join(", ")]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
