//! Stops an instance, so that what it has in memory is on its volumes. Taking it back starts it again, if it ran before.
//!
//! As with shares the step keeps in the journal, before the call, that it is this run which stops it: what was stopped before, stays so.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) instance: String,
}

pub(super) struct StopInstance {
    input: Input,
    world: Rc<World>,
}

impl StopInstance {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for StopInstance {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let id = &self.input.instance;
        let state = self.world.source().ec2.instance_state(id).await?;
        Ok(match state.as_deref() {
            Some("running") => Observed::Absent,
            Some(state @ ("pending" | "stopping")) => Observed::Underway {
                progress: Progress::words(Underway::Status.fill(&[id, state])),
                look_again: Duration::from_secs(10),
            },
            Some("stopped") => {
                let ran_before = cx.cursor.is_some();
                // Not stopped by us, and yet a call was about to be made: that can only be to take back, which must leave it so.
                if !ran_before && cx.tried_at.is_some() {
                    return Ok(Observed::Foreign {
                        whose: Foreign::StoppedBefore.fill(&[id]),
                    });
                }
                Observed::Present(json!({ "instance": id, "ran_before": ran_before }))
            }
            Some(state) => Observed::Broken {
                why: Text::TakenAway.fill(&[id, state]),
            },
            None => {
                let what = format!("instance {id} is not seen");
                return Err(cx.failure(FailureClass::NotFound, "[NoInstance]", what));
            }
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if cx.cursor.is_none() {
            return Ok(Begun::Swept {
                cursor: json!({ "ran_before": true }),
                done: 0,
                total: Some(1),
                more: true,
            });
        }
        self.world.source().ec2.stop_instance(&self.input.instance).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let id = &self.input.instance;
        let evidence = match output["ran_before"] == json!(true) {
            true => Text::IsStopped,
            false => Text::WasStopped,
        };
        let evidence = evidence.fill(&[id]);
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        if cx.cursor.is_none() {
            // Stopped before this run: the next look says whose it is.
            return Ok(());
        }
        self.world.source().ec2.start_instance(&self.input.instance).await
    }
}
