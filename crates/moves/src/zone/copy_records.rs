//! Copies the records: what the new zone lacks is created, what it has otherwise is replaced, one batch at a time. Both zones are
//! read anew before each batch, so a finished copy sends nothing and a lost answer costs nothing. Nothing is ever deleted.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::RecordSet;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Advice, Failure, FailureClass, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::difference::{Difference, Kept, batches, uncopyable};
use super::proofs::Proof;
use super::{Pair, ns_sets, send};
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zones: Pair,
    /// Whether the zones were equal once, so that it copies only what was changed since.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) late: bool,
    /// The sets that change on purpose: they are no accident.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) meant: Vec<Kept>,
}

/// A zone with fewer sets changes by large parts.
const SMALL: usize = 10;
/// Of a zone that is not small, at most so many per cent change without a person's word: more looks like an accident in one of the two.
const MOST_PER_CENT: usize = 30;

/// How much of a zone changed and what, where that is more than goes without a word.
pub(super) fn too_much(changed: usize, sets: usize, difference: &Difference) -> Option<Said> {
    let too_much = sets >= SMALL && changed * 100 > sets * MOST_PER_CENT;
    too_much.then(|| {
        let (changed, sets, most) = (changed.to_string(), sets.to_string(), MOST_PER_CENT.to_string());
        Proof::TooMuchChanged.fill(&[&changed, &sets, &most, difference.shown().as_str()])
    })
}

/// The output: what the new zone holds. No plan knows it, and the old zone goes.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Copied {
    /// How many record sets there are.
    pub(super) records: usize,
    /// The sets, but for those that Route 53 keeps itself; none in journals of before they were kept.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) sets: Vec<RecordSet>,
}

pub(super) struct CopyRecords {
    input: Input,
    world: Rc<World>,
}

impl CopyRecords {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CopyRecords {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let refused = uncopyable(&stored.wanted, &self.input.zones.old, &stored.renamed);
        if !refused.is_empty() {
            let why = Proof::NotAsRecords.fill(&[Said::all(refused).as_str()]);
            return Ok(Observed::Broken { why });
        }
        let difference = self.input.zones.difference(&stored);
        let meant = difference
            .different
            .iter()
            .filter(|set| self.input.meant.iter().any(|kept| kept.is(set)))
            .count();
        let changed = difference.to_write() + difference.extra.len() - meant;
        if let Some(much) = too_much(changed, stored.wanted.len() + difference.extra.len(), &difference)
            && self.input.late
            && cx.retried == 0
            && cx.tried_at.is_none()
        {
            return Ok(Observed::Stuck {
                why: much,
                advice: Advice::CopyIfMeant.fill(&[cx.spec.id.as_str()]),
            });
        }
        if difference.to_write() > 0 {
            return Ok(match batches(&difference, &stored.new.zone_id) {
                Ok(_) => Observed::Absent,
                Err(why) => Observed::Broken { why },
            });
        }
        if ns_sets::in_sync(cx, &self.world.target()).await? == Some(false) {
            let progress = Progress::words(Underway::RecordsWritten);
            return Ok(Observed::Underway {
                progress,
                look_again: Duration::from_secs(10),
            });
        }
        Ok(Observed::Present(json!(Copied {
            records: stored.wanted.len(),
            sets: stored.wanted,
        })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let difference = self.input.zones.difference(&stored);
        let total = stored.wanted.len() as u64;
        let batches = batches(&difference, &stored.new.zone_id)
            .map_err(|what| cx.failure(FailureClass::WrongState, "[Circle]", what))?;
        let Some(batch) = batches.first() else {
            let cursor = cx.cursor.clone().unwrap_or(Value::Null);
            return Ok(Begun::Swept {
                cursor,
                done: total,
                total: Some(total),
                more: false,
            });
        };
        let comment = format!("cleave {} {}", cx.run, cx.spec.id);
        let change = send(&self.world.target(), &stored.new.zone_id, batch, &comment).await?;
        let done = total.saturating_sub((difference.to_write() - batch.len()) as u64);
        Ok(Begun::Swept {
            cursor: json!({ "change": change }),
            done,
            total: Some(total),
            more: batches.len() > 1,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let difference = self.input.zones.difference(&stored);
        if difference == Default::default() {
            let evidence = Proof::SameSets.fill(&[&stored.new.zone_id, &stored.wanted.len().to_string()]);
            return Ok(Verified::Right { evidence });
        }
        Ok(Verified::Wrong {
            why: Proof::ZonesDiffer.fill(&[difference.shown().as_str()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_third_of_a_zone_that_is_not_small_does_not_change_without_a_word() {
        for (changed, sets, told) in [
            (9, 9, false),
            (3, 10, false),
            (4, 10, true),
            (30, 100, false),
            (31, 100, true),
        ] {
            let much = too_much(changed, sets, &Difference::default());
            assert_eq!(much.is_some(), told, "{changed} of {sets}");
        }
    }
}
