//! Keeps both zones the same after the hand-over, until the old one may go: resolvers may use it for two days, and the way back is open for as long as
//! it holds what the new one holds. What is written to the new zone, where people write now, is written to the old one too. What is written to the
//! old one only is never copied by itself: whoever wrote it does not know of the hand-over, and is told.
//! <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-migrating.html>

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::{RecordChange, RecordSet};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::{Advice, Digest, Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::copy_records::{Copied, too_much};
use super::difference::{Difference, Key, batches, compare, deletions, is_own, key, wanted};
use super::proofs::Proof;
use super::wait_ttl::{after, waiting};
use super::{Pair, Stored, send};
use crate::underway::Underway;
use crate::world::World;

/// How often the zones are compared.
const EVERY: SignedDuration = SignedDuration::from_mins(30);
/// How often, while they differ and a person is awaited.
const LOOK: Duration = Duration::from_secs(300);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zones: Pair,
    /// The last copy before the hand-over: what both zones held then.
    pub(super) copied: StepId,
    /// For how long, in seconds.
    pub(super) seconds: u64,
}

/// What the zones held when they were the same: which of them has changed since is told by it. Kept as the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    old: String,
    new: String,
    /// Whether the old zone is being written, so that what changes in it is the run's own doing.
    copying: bool,
    /// How many changes were written to it so far.
    written: u64,
    /// How often a person had had the step tried again by then.
    retried: u32,
}

/// What one look makes of the zones.
#[derive(Debug, PartialEq)]
enum Seen {
    /// They are the same, and were so before.
    Equal,
    /// They are the same, in a way that was not known.
    EqualAnew,
    /// Somebody has written to the old zone.
    OldWritten,
    /// The new one has changed; these are the batches for the old one.
    Behind(Vec<Vec<RecordChange>>),
    /// So much of it that a person must say that it is meant.
    TooMuch(Said),
    /// Sets of it that the old one cannot hold.
    Unwritable(Said),
}

pub(super) struct KeepEqual {
    input: Input,
    world: Rc<World>,
}

fn digest(zone: &str, sets: &[RecordSet]) -> String {
    let own: Vec<&RecordSet> = sets.iter().filter(|set| !is_own(zone, set)).collect();
    let text = serde_json::to_string(&own).expect("record sets have only string keys");
    Digest::of(text.as_bytes()).short().to_owned()
}

/// The batches that make the old zone hold what the new one holds. A set that stands in the way of another of its name goes in the same batch: the
/// name answers at every instant.
fn catching_up(difference: &Difference, old: &str) -> Result<Vec<Vec<RecordChange>>, Said> {
    let mut all = batches(difference, old)?;
    let mut gone = difference.extra.clone();
    for batch in &mut all {
        let names: Vec<String> = batch.iter().map(|change| key(change.set()).0).collect();
        let (with, rest): (Vec<_>, Vec<_>) = gone.into_iter().partition(|set| names.contains(&key(set).0));
        gone = rest;
        batch.splice(0..0, with.into_iter().map(RecordChange::Delete));
    }
    all.extend(deletions(&gone, old)?);
    Ok(all)
}

impl KeepEqual {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn known(&self, cx: &StepContext) -> Option<Known> {
        let cursor = cx.cursor.as_ref()?;
        Known::deserialize(cursor).ok()
    }

    fn now(&self, stored: &Stored, before: &Known, cx: &StepContext) -> Known {
        Known {
            old: digest(&self.input.zones.name, &stored.wanted),
            new: digest(&self.input.zones.name, &stored.held),
            copying: false,
            written: before.written,
            retried: cx.retried,
        }
    }

    /// How the old zone differs from what the new one holds.
    fn behind(&self, stored: &Stored) -> Difference {
        let Pair {
            name, old, had, new: _, ..
        } = &self.input.zones;
        // What an adopted zone had, and the old one has not, is not its business; what both had is.
        let of_old: BTreeSet<Key> = stored.wanted.iter().map(key).collect();
        let shared = |set: &&RecordSet| of_old.contains(&key(set)) || !had.iter().any(|kept| kept.is(set));
        let held: Vec<RecordSet> = stored.held.iter().filter(shared).cloned().collect();
        let new = &stored.new.zone_id;
        let back = stored.renamed.back();
        let right = wanted(name, &held, (new, old), false, &back);
        // As the old zone writes them, aliases into itself among them.
        let now = wanted(name, &stored.wanted, (new, old), false, &back);
        compare(name, &right, &now)
    }

    fn seen(&self, cx: &StepContext, stored: &Stored, known: &Known) -> Result<Seen, Failure> {
        let now = self.now(stored, known, cx);
        let behind = self.behind(stored);
        if behind == Difference::default() {
            let as_known = !known.copying && known.old == now.old && known.new == now.new;
            return Ok(if as_known { Seen::Equal } else { Seen::EqualAnew });
        }
        if !known.copying && known.old != now.old {
            return Ok(Seen::OldWritten);
        }
        let writing: Vec<RecordSet> = behind.missing.iter().chain(&behind.different).cloned().collect();
        let unwritable = stored.renamed.back().unwritable(&writing);
        if !unwritable.is_empty() {
            return Ok(Seen::Unwritable(Said::all(unwritable)));
        }
        let changed = behind.to_write() + behind.extra.len();
        if let Some(much) = too_much(changed, stored.wanted.len() + behind.missing.len(), &behind)
            && !known.copying
            && cx.retried == known.retried
        {
            return Ok(Seen::TooMuch(much));
        }
        catching_up(&behind, &self.input.zones.old)
            .map(Seen::Behind)
            .map_err(|what| cx.failure(FailureClass::WrongState, "[Circle]", what))
    }
}

#[async_trait(?Send)]
impl Step for KeepEqual {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (Some(began), Some(known)) = (cx.started_at, self.known(cx)) else {
            return Ok(Observed::Absent);
        };
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let until = after(cx, began, self.input.seconds)?;
        let old = &self.input.zones.old;
        Ok(match self.seen(cx, &stored, &known)? {
            Seen::Equal if cx.now >= until => Observed::Present(json!({ "until": until, "written": known.written })),
            Seen::Equal => waiting(cx, until, self.input.seconds, EVERY, Underway::EqualUntil),
            Seen::EqualAnew | Seen::Behind(_) => Observed::Absent,
            Seen::OldWritten if cx.now >= until => Observed::Stuck {
                why: Proof::OldWritten.fill(&[old, self.input.zones.difference(&stored).shown().as_str()]),
                advice: Advice::OldWritten.fill(&[&stored.new.zone_id]),
            },
            Seen::OldWritten => Observed::Underway {
                progress: Progress {
                    fraction: None,
                    text: Underway::ZonesDiffer.into(),
                    alarm: Some(Advice::SomebodyWrites.fill(&[
                        old,
                        &self.input.zones.name,
                        self.input.zones.difference(&stored).shown().as_str(),
                        &stored.new.zone_id,
                    ])),
                },
                look_again: LOOK,
            },
            Seen::Unwritable(why) if cx.now >= until => Observed::Stuck {
                why: Proof::OldCannotHold.fill(&[old, why.as_str()]),
                advice: Advice::Unwritable.fill(&[cx.spec.id.as_str()]),
            },
            Seen::Unwritable(why) => Observed::Underway {
                progress: Progress {
                    fraction: None,
                    text: Underway::ZonesDiffer.into(),
                    alarm: Some(Advice::OldCannotHold.fill(&[old, why.as_str()])),
                },
                look_again: LOOK,
            },
            Seen::TooMuch(why) => Observed::Stuck {
                why,
                advice: Advice::FollowIfMeant.fill(&[cx.spec.id.as_str()]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let swept = |known: &Known, more| {
            Ok(Begun::Swept {
                cursor: json!(known),
                done: known.written,
                total: None,
                more,
            })
        };
        let Some(known) = self.known(cx) else {
            // Since the hand-over, and not since now: what was written to the old one meanwhile is not to be taken for old.
            let copied = cx.output::<Copied>(&self.input.copied)?;
            let both = digest(&self.input.zones.name, &copied.sets);
            let then = Known {
                old: both.clone(),
                new: both,
                copying: false,
                written: 0,
                retried: cx.retried,
            };
            return swept(&then, false);
        };
        match self.seen(cx, &stored, &known)? {
            Seen::EqualAnew => swept(&self.now(&stored, &known, cx), false),
            Seen::Equal | Seen::OldWritten | Seen::TooMuch(_) | Seen::Unwritable(_) => swept(&known, false),
            // First that it is the run's own doing, then the doing.
            Seen::Behind(_) if !known.copying => swept(&Known { copying: true, ..known }, true),
            Seen::Behind(batches) => {
                let Some(batch) = batches.first() else {
                    return swept(&known, false);
                };
                let comment = format!("cleave {} {}", cx.run, cx.spec.id);
                let account = self.world.account(self.input.zones.old_side);
                send(&account, &self.input.zones.old, batch, &comment).await?;
                let written = known.written + batch.len() as u64;
                swept(&Known { written, ..known }, batches.len() > 1)
            }
        }
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let (until, written) = (output["until"].as_str().unwrap_or_default(), &output["written"]);
        Ok(Verified::Right {
            evidence: Proof::KeptEqual.fill(&[until, &written.to_string(), &self.input.zones.old]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
#[path = "keep_equal_tests.rs"]
mod tests;
