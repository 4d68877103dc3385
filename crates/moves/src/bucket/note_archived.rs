//! Notes which versions of the source are archived, and in which class: their copies in the interim bucket are not, and in the new
//! bucket they are to be again.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::{self, Noted};
use super::growing_object::GrowingObject;
use super::listed::Listed;
use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) of: Place,
    pub(super) ops: Place,
    /// The note's key.
    pub(super) key: String,
}

pub(super) struct NoteArchived {
    input: Input,
    world: Rc<World>,
}

impl NoteArchived {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for NoteArchived {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match &cx.cursor {
            Some(noted) => Observed::Present(noted.clone()),
            None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let account = self.input.of.account(&self.world);
        let listed = Listed::whole(&self.world, cx, &account, &self.input.of.name(cx)?).await?;
        let (target, ops) = (self.world.target(), self.input.ops.name(cx)?);
        let mut note = GrowingObject::new(&target, &ops, self.input.key.clone());
        let mut versions = 0;
        let mut keys = listed.keys();
        while let Some(history) = keys.next().await? {
            for (place, entry) in history.entries.iter().enumerate() {
                if let Some(row) = archived::row(entry, place) {
                    note.push(row.as_bytes()).await?;
                    versions += 1;
                }
            }
        }
        let written = note.close().await?;
        let noted = Noted {
            key: written.map(|_| self.input.key.clone()),
            versions,
        };
        Ok(Begun::Swept {
            cursor: json!(noted),
            done: versions,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let noted: Noted = cx.output(&cx.spec.id)?;
        Ok(Verified::Right {
            evidence: match noted.key {
                None => Proof::NoneArchived.into(),
                Some(key) => Proof::ArchivedNamed.fill(&[&noted.versions.to_string(), &key]),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
