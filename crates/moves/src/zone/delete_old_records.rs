//! Deletes the record sets of the old side, one batch at a time, each with exactly the values that were proved. Before each batch the parent, the new zone
//! and the old side are looked at anew: what was written to the old side since a person agreed to its end is not deleted.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Advice, Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::difference::{called, deletions};
use super::ns_sets;
use super::proofs::Proof;
use super::prove_retired::Held;
use super::retire::OldZone;
use super::send;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zone: OldZone,
    /// The step that proved that they may go.
    pub(super) proved: StepId,
}

pub(super) struct DeleteOldRecords {
    input: Input,
    world: Rc<World>,
}

impl DeleteOldRecords {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteOldRecords {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let held: Held = cx.output(&self.input.proved)?;
        let left = self.input.zone.left(&self.world).await?.unwrap_or_default();
        if let Some(new) = left.iter().find(|set| !held.sets.contains(set)) {
            return Ok(Observed::Stuck {
                why: Proof::WrittenSince.fill(&[&called(new), &self.input.zone.old]),
                advice: Advice::StillWritten.fill(&[&self.input.zone.new.zone_id]),
            });
        }
        if !left.is_empty() {
            return Ok(Observed::Absent);
        }
        let account = self.world.account(self.input.zone.old_side);
        if ns_sets::in_sync(cx, &account).await? == Some(false) {
            return Ok(Observed::Underway {
                progress: Progress::words(Underway::RecordsDeleted),
                look_again: Duration::from_secs(10),
            });
        }
        Ok(Observed::Present(json!({ "deleted": held.sets.len() })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let zone = &self.input.zone;
        let held: Held = cx.output(&self.input.proved)?;
        let left = zone.left(&self.world).await?.unwrap_or_default();
        let total = held.sets.len() as u64;
        // What is not exactly as it was proved stays: the next look tells of it.
        let mine: Vec<_> = left.into_iter().filter(|set| held.sets.contains(set)).collect();
        let batches =
            deletions(&mine, &zone.old).map_err(|what| cx.failure(FailureClass::WrongState, "[Circle]", what))?;
        let Some(batch) = batches.first() else {
            return Ok(Begun::Swept {
                cursor: cx.cursor.clone().unwrap_or(Value::Null),
                done: total,
                total: Some(total),
                more: false,
            });
        };
        zone.still_may_go(cx, &self.world).await?;
        let comment = format!("cleave {} {}", cx.run, cx.spec.id);
        let change = send(&self.world.account(zone.old_side), &zone.old, batch, &comment).await?;
        Ok(Begun::Swept {
            cursor: json!({ "change": change }),
            done: total.saturating_sub((mine.len() - batch.len()) as u64),
            total: Some(total),
            more: batches.len() > 1,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let held: Held = cx.output(&self.input.proved)?;
        Ok(Verified::Right {
            evidence: Proof::SetsGone.fill(&[&self.input.zone.old, &held.sets.len().to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
