//! Watches the moved zone for a while: the parent's servers keep delegating to it, and its own keep answering. The old zone's
//! servers say what is right; names that were written in one of the zones since are left out. Where names stay wrong, the delegation is put back
//! without being asked: the approval of the hand-over has named that. Not where something was written only to the new zone.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::{Advice, Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::compare_records::{agree, questions};
use super::delegate::{self, Delegate, WayBack};
use super::difference::{Kept, called};
use super::names::{canonical, servers, shown};
use super::parent::Parent;
use super::proofs::Proof;
use super::questions::ask;
use super::wait_ttl::{after, waiting};
use super::{Pair, Stored};
use crate::underway::Underway;
use crate::world::World;

/// How often it is looked.
const EVERY: SignedDuration = SignedDuration::from_mins(1);
/// At most so many names in one look; the next look goes on behind them.
const AT_ONCE: usize = 100;

/// For how long names may be wrong before the delegation is put back: a change of a record takes a minute to reach every server.
const BORNE: SignedDuration = SignedDuration::from_mins(3);
/// How often it is looked while something is wrong.
const SOON: Duration = Duration::from_secs(20);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zones: Pair,
    pub(super) parent: Parent,
    /// For how long, in seconds.
    pub(super) soak: u64,
    /// How the delegation is put back where names stop answering; none where a person would have to do it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) back: Option<delegate::Input>,
}

pub(super) struct WatchAnswers {
    zones: Pair,
    parent: Parent,
    soak: u64,
    back: Option<Delegate>,
    world: Rc<World>,
}

/// What was seen so far, kept as the cursor.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Watched {
    /// Since when it is watched.
    from: Timestamp,
    /// Since when something is wrong.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    wrong: Option<Wrong>,
    /// That the delegation is to be put back, whatever comes; and how often a person had had the step tried again by then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    put_back: Option<u32>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Wrong {
    since: Timestamp,
    what: String,
    /// How often a person had had the step tried again by then: who has mended something is given as long again.
    retried: u32,
}

/// Which of so many names are asked in a look: those of the minute, so that a crash does not begin at the first again.
fn slice(names: usize, minute: i64) -> std::ops::Range<usize> {
    let looks = names.div_ceil(AT_ONCE).max(1);
    let look = usize::try_from(minute.rem_euclid(i64::try_from(looks).unwrap_or(1))).unwrap_or(0);
    look * AT_ONCE..names.min((look + 1) * AT_ONCE)
}

impl WatchAnswers {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self {
            zones: input.zones,
            parent: input.parent,
            soak: input.soak,
            back: input.back.map(|back| Delegate::new(back, Rc::clone(&world))),
            world,
        }
    }

    fn watched(&self, cx: &StepContext) -> Option<Watched> {
        Watched::deserialize(cx.cursor.as_ref()?).ok()
    }

    /// What is wrong now, if anything is.
    async fn wrong(&self, cx: &StepContext) -> Result<Option<Said>, Failure> {
        let stored = self.zones.stored(cx, &self.world).await?;
        let said = self.parent.said(&self.world, &self.zones.name).await?;
        let right = servers(&stored.new.name_servers);
        for (server, found) in said {
            if found.as_ref().is_none_or(|found| found.servers != right) {
                let name = &self.zones.name;
                return Ok(Some(match found {
                    Some(found) => Proof::Delegates.fill(&[&server, name, &found.servers.join(", ")]),
                    None => Proof::DelegatesNobody.fill(&[&server, name]),
                }));
            }
        }
        self.wrong_answer(cx, &stored).await
    }

    async fn wrong_answer(&self, cx: &StepContext, stored: &Stored) -> Result<Option<Said>, Failure> {
        let difference = self.zones.difference(stored);
        // So soon after the hand-over a name that is gone is an accident.
        if let Some(gone) = difference.missing.first() {
            let what = Proof::NameGone.fill(&[&called(gone), &stored.new.zone_id]);
            return Ok(Some(what));
        }
        let changed: BTreeSet<_> = [&difference.different, &difference.extra]
            .into_iter()
            .flatten()
            .map(|set| (canonical(&set.name), set.kind.clone()))
            .collect();
        let held: Vec<_> = stored
            .held
            .iter()
            .filter(|set| !super::difference::is_own(&self.zones.name, set))
            .cloned()
            .collect();
        let old = self
            .world
            .account(self.zones.old_side)
            .route53
            .zone(&self.zones.old)
            .await?;
        let old = old.map(|zone| zone.name_servers).unwrap_or_default();
        let names = questions(&held);
        // What was carved out lies hidden behind the delegation now: the zones hold the same, and the new servers bear witness to each other.
        let witnesses = if self.zones.carved {
            &stored.new.name_servers
        } else {
            &old
        };
        let Some(witness) = witnesses.first().filter(|_| !old.is_empty()) else {
            return Ok(Some(Proof::OldZoneGone.fill(&[&self.zones.old])));
        };
        for asked in &names[slice(names.len(), cx.now.as_second() / 60)] {
            // The old zone knows nothing of what a zone that was adopted had before.
            let had = |kept: &Kept| kept.name == asked.name && kept.kind == asked.kind;
            if changed.contains(&(asked.name.clone(), asked.kind.clone())) || self.zones.had.iter().any(had) {
                continue;
            }
            let right = ask(&self.world, witness, &asked.name, &asked.kind).await?;
            for server in &stored.new.name_servers {
                let said = ask(&self.world, server, &asked.name, &asked.kind).await?;
                if !agree(asked, &right, &said) {
                    let of = format!("{} {}", shown(&asked.name), asked.kind);
                    let what = Proof::AnswersDiffer.fill(&[&of, server, &right.shown(), &said.shown(), witness]);
                    return Ok(Some(what));
                }
            }
        }
        Ok(None)
    }
}

#[async_trait(?Send)]
impl Step for WatchAnswers {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(watched) = self.watched(cx) else {
            return Ok(Observed::Absent);
        };
        if let (Some(back), Some(retried)) = (&self.back, watched.put_back) {
            if cx.retried > retried {
                return Ok(Observed::Absent);
            }
            match back.way_back(cx).await? {
                None => return Ok(Observed::Absent),
                Some(WayBack::Written) => {
                    return Ok(Observed::Underway {
                        progress: Progress::words(Underway::PutBack),
                        look_again: SOON,
                    });
                }
                Some(WayBack::Served) => {}
            }
            let what = watched.wrong.map_or_else(String::new, |wrong| wrong.what);
            return Ok(Observed::Stuck {
                why: Proof::PutBack.fill(&[&what, &self.zones.name]),
                advice: Advice::PutBack.fill(&[cx.spec.id.as_str()]),
            });
        }
        let wrong = self.wrong(cx).await?;
        let until = after(cx, watched.from, self.soak)?;
        Ok(match (wrong, watched.wrong) {
            (None, None) if cx.now >= until => Observed::Present(json!({ "until": until })),
            (None, None) => waiting(cx, until, self.soak, EVERY, Underway::WatchingUntil),
            (None, Some(_)) | (Some(_), None) => Observed::Absent,
            (Some(_), Some(since)) if cx.retried > since.retried => Observed::Absent,
            (Some(what), Some(since)) if cx.now.duration_since(since.since) < BORNE => Observed::Underway {
                progress: Progress::words(what),
                look_again: SOON,
            },
            (Some(why), Some(_)) if self.back.is_none() => Observed::Stuck {
                why,
                advice: Advice::MendZone.fill(&[&self.zones.name]),
            },
            (Some(_), Some(_)) => Observed::Absent,
        })
    }

    /// What is to be remembered, and, where names have been wrong for too long, putting the delegation back: one call at a time.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let swept = |watched: &Watched| {
            Ok(Begun::Swept {
                cursor: json!(watched),
                done: 0,
                total: None,
                more: false,
            })
        };
        let fresh = Watched {
            from: cx.now,
            wrong: None,
            put_back: None,
        };
        let Some(watched) = self.watched(cx) else {
            return swept(&fresh);
        };
        if let (Some(back), Some(retried)) = (&self.back, watched.put_back) {
            if cx.retried > retried {
                back.begin(cx).await?;
                return swept(&fresh);
            }
            // Written already, it has only to reach the servers: the moment is marked when the step itself is taken back.
            if back.way_back(cx).await?.is_none() {
                back.undo(cx).await?;
            }
            return swept(&watched);
        }
        let wrong = self.wrong(cx).await?;
        let known = watched.wrong.clone().filter(|known| known.retried >= cx.retried);
        swept(&match (wrong, known) {
            (None, _) => Watched { wrong: None, ..watched },
            (Some(what), None) => Watched {
                wrong: Some(Wrong {
                    since: cx.now,
                    what: what.into(),
                    retried: cx.retried,
                }),
                ..watched
            },
            (Some(_), Some(since)) if cx.now.duration_since(since.since) < BORNE => watched,
            // First the decision, then its calls.
            (Some(what), Some(since)) => Watched {
                wrong: Some(Wrong {
                    what: what.into(),
                    ..since
                }),
                put_back: Some(cx.retried),
                ..watched
            },
        })
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::Answered.fill(&[&self.zones.name, &self.soak.to_string()]),
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
    fn every_name_has_its_turn() {
        let mut seen = BTreeSet::new();
        for minute in 29_000_000..29_000_003 {
            seen.extend(slice(250, minute));
        }
        assert_eq!(seen.len(), 250);
        assert_eq!(slice(0, 7), 0..0);
        assert_eq!(slice(100, 7), 0..100);
    }
}
