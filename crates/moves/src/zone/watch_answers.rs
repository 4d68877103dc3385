//! Watches the moved zone for a while: the parent's servers keep delegating to it, and its own keep answering. The old zone's
//! servers say what is right; names that were written in one of the zones since are left out.

use std::collections::BTreeSet;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::compare_records::{agree, questions};
use super::difference::Kept;
use super::names::{canonical, servers, shown};
use super::parent::Parent;
use super::questions::ask;
use super::wait_ttl::{after, waiting};
use super::{Pair, Stored};
use crate::world::World;

/// How often it is looked.
const EVERY: SignedDuration = SignedDuration::from_mins(1);
/// At most so many names in one look; the next look goes on behind them.
const AT_ONCE: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zones: Pair,
    pub(super) parent: Parent,
    /// For how long, in seconds.
    pub(super) soak: u64,
}

pub(super) struct WatchAnswers {
    input: Input,
    world: Rc<World>,
}

/// Which of so many names are asked in a look: those of the minute, so that a crash does not begin at the first again.
fn slice(names: usize, minute: i64) -> std::ops::Range<usize> {
    let looks = names.div_ceil(AT_ONCE).max(1);
    let look = usize::try_from(minute.rem_euclid(i64::try_from(looks).unwrap_or(1))).unwrap_or(0);
    look * AT_ONCE..names.min((look + 1) * AT_ONCE)
}

impl WatchAnswers {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// What is wrong now, if anything is.
    async fn wrong(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let said = self.input.parent.said(&self.world, &self.input.zones.name).await?;
        let right = servers(&stored.new.name_servers);
        for (server, found) in said {
            if found.as_ref().is_none_or(|found| found.servers != right) {
                let to = found.map_or("nobody".to_owned(), |found| found.servers.join(", "));
                return Ok(Some(format!("{server} delegates {} to {to}", self.input.zones.name)));
            }
        }
        self.wrong_answer(cx, &stored).await
    }

    async fn wrong_answer(&self, cx: &StepContext, stored: &Stored) -> Result<Option<String>, Failure> {
        let difference = self.input.zones.difference(stored);
        let changed: BTreeSet<_> = [&difference.missing, &difference.different, &difference.extra]
            .into_iter()
            .flatten()
            .map(|set| (canonical(&set.name), set.kind.clone()))
            .collect();
        let held: Vec<_> = stored
            .held
            .iter()
            .filter(|set| !super::difference::is_own(&self.input.zones.name, set))
            .cloned()
            .collect();
        let old = self
            .world
            .account(self.input.zones.old_side)
            .route53
            .zone(&self.input.zones.old)
            .await?;
        let old = old.map(|zone| zone.name_servers).unwrap_or_default();
        let names = questions(&held);
        // What was carved out lies hidden behind the delegation now: the zones hold the same, and the new servers bear witness to each other.
        let witnesses = if self.input.zones.carved {
            &stored.new.name_servers
        } else {
            &old
        };
        let Some(witness) = witnesses.first().filter(|_| !old.is_empty()) else {
            return Ok(Some(format!(
                "the old zone {} is gone: the way back is closed",
                self.input.zones.old
            )));
        };
        for asked in &names[slice(names.len(), cx.now.as_second() / 60)] {
            // The old zone knows nothing of what a zone that was adopted had before.
            let had = |kept: &Kept| kept.name == asked.name && kept.kind == asked.kind;
            if changed.contains(&(asked.name.clone(), asked.kind.clone())) || self.input.zones.had.iter().any(had) {
                continue;
            }
            let right = ask(&self.world, witness, &asked.name, &asked.kind).await?;
            for server in &stored.new.name_servers {
                let said = ask(&self.world, server, &asked.name, &asked.kind).await?;
                if !agree(asked, &right, &said) {
                    let (name, kind, right) = (shown(&asked.name), &asked.kind, right.shown());
                    return Ok(Some(format!(
                        "of {name} {kind}, {server} says {} and {witness} {right}",
                        said.shown()
                    )));
                }
            }
        }
        Ok(None)
    }
}

#[async_trait(?Send)]
impl Step for WatchAnswers {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(began) = cx.started_at else {
            return Ok(Observed::Absent);
        };
        if let Some(why) = self.wrong(cx).await? {
            return Ok(Observed::Broken { why });
        }
        let until = after(cx, began, self.input.soak)?;
        if cx.now < until {
            return Ok(waiting(cx, until, self.input.soak, EVERY, "watching the moved zone"));
        }
        Ok(Observed::Present(json!({ "until": until })))
    }

    /// The intent that the engine has recorded is what the watch counts from.
    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let seconds = self.input.soak;
        Ok(Verified::Right {
            evidence: format!("{} was delegated and answered for {seconds} s", self.input.zones.name),
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
