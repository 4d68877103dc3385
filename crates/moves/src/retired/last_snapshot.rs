//! Takes the last snapshot of a database that is retired. It is made like any other; taking it back is not: once the database is gone it is all that there
//! is of it in the source.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Subject;
use crate::snapshot::{CreateInput, CreateSnapshot};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) subject: Subject,
}

pub(super) struct LastSnapshot {
    subject: Subject,
    taking: CreateSnapshot,
    world: Rc<World>,
}

impl LastSnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        let Input { subject } = input;
        let create = CreateInput {
            of: subject.of.clone(),
            shared_itself: false,
        };
        Self {
            taking: CreateSnapshot::new(subject.family, create, Rc::clone(&world)),
            subject,
            world,
        }
    }
}

#[async_trait(?Send)]
impl Step for LastSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        self.taking.observe(cx).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if self.subject.standing(&self.world).await?.is_none() {
            let what = format!("the source has no {} of that resource id any more", self.subject.of);
            return Err(cx.failure(FailureClass::NotFound, "[Gone]", what));
        }
        self.taking.begin(cx).await
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        self.taking.verify(cx, output).await
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        match self.subject.standing(&self.world).await? {
            Some(found) if found.status != "deleting" => self.taking.undo(cx).await,
            Some(_) | None => {
                let what = format!(
                    "{} is gone: its last snapshot is all that there is of it, and stays",
                    self.subject.of
                );
                Err(cx.failure(FailureClass::WrongState, "[LastOfIt]", what))
            }
        }
    }
}
