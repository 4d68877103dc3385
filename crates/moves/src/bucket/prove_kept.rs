//! Proves that a bucket that was copied under a new name may go: both are listed whole, and every version of the old one still has an equal in the new
//! one. What its applications have deleted there since stays here.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Wanted;
use super::empty_source::without_equal;
use super::listed::Both;
use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) source: String,
    pub(super) copy: Place,
}

/// What was compared.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Compared {
    keys: u64,
    entries: u64,
}

pub(super) struct ProveKept {
    input: Input,
    world: Rc<World>,
}

impl ProveKept {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for ProveKept {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let compared = cx.cursor.as_ref().and_then(|cursor| Compared::deserialize(cursor).ok());
        Ok(compared.map_or(Observed::Absent, |compared| Observed::Present(json!(compared))))
    }

    /// A reading sweep of one go: it changes nothing.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (source, copied) = (self.world.source(), self.input.copy.account(&self.world));
        let copy = self.input.copy.name(cx)?;
        let as_it_is = Wanted::as_it_is();
        let both = Both::whole(
            &self.world,
            cx,
            (&source, &self.input.source),
            (&copied, &copy),
            as_it_is,
        )
        .await?;
        let mut pairs = both.pairs();
        let mut compared = Compared::default();
        while let Some(pair) = pairs.next().await? {
            if let Some(entry) = without_equal(&pair.original, &pair.copy) {
                let what = format!(
                    "{:?} (version {}) of {} has no equal in {copy}: it was written here later, or deleted there. Nothing was deleted",
                    entry.key, entry.version_id, self.input.source
                );
                return Err(cx.failure(FailureClass::Invalid, "[OnlyInOldBucket]", what));
            }
            compared.keys += u64::from(!pair.original.is_empty());
            compared.entries += pair.original.len() as u64;
        }
        Ok(Begun::Swept {
            done: compared.entries,
            total: Some(compared.entries),
            cursor: json!(compared),
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let compared: Compared = cx.output(&cx.spec.id)?;
        Ok(Verified::Right {
            evidence: Proof::Kept.fill(&[
                &compared.entries.to_string(),
                &compared.keys.to_string(),
                &self.input.source,
                &self.input.copy.name(cx)?,
            ]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
