//! Points the parent's delegation at the new zone's servers. This is the moment at which traffic moves; both zones hold the same.
//!
//! Going back is one more call, and then waiting: while resolvers may remember the new zone, it must go on answering.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::RecordChange;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::event::Direction;
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::names::servers;
use super::ns_sets::{self, NsSet, ParentZone};
use super::proofs::Proof;
use super::withdrawal::{Withdrawal, forgotten};
use super::{Created, Pair};
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;

/// How often the name servers are asked whether they have a change.
const LOOK: Duration = Duration::from_secs(10);

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zones: Pair,
    pub(super) parent: ParentZone,
    /// The old delegation's values, as they were written: what going back writes. None where there was no delegation, as the names were the
    /// parent's own: going back deletes the new one, and the parent answers for them again.
    pub(super) old_values: Vec<String>,
    /// The TTL that both delegations have meanwhile.
    pub(super) ttl: u32,
}

/// How far a delegation is on its way back.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum WayBack {
    /// The parent has it as it was; not all of its servers do.
    Written,
    /// All of them do.
    Served,
}

pub(super) struct Delegate {
    input: Input,
    world: Rc<World>,
}

impl Delegate {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The delegation as it is stored; none where there is none, and was none before.
    async fn delegation(&self, cx: &StepContext) -> Result<Option<NsSet>, Failure> {
        let parent = self.world.account(self.input.parent.side);
        let found = ns_sets::read(&parent, &self.input.parent.id, &self.input.zones.name).await?;
        if found.is_none() && !self.was_none() {
            let what = format!(
                "the parent zone {} does not delegate {}",
                self.input.parent.id, self.input.zones.name
            );
            return Err(cx.failure(FailureClass::NotFound, "[NoDelegation]", what));
        }
        Ok(found)
    }

    /// Whether the names were the parent's own.
    fn was_none(&self) -> bool {
        self.input.old_values.is_empty()
    }

    /// Whether a delegation is as it was.
    fn is_old(&self, found: Option<&NsSet>) -> bool {
        match found {
            None => self.was_none(),
            Some(found) => !self.was_none() && found.names(&self.input.old_values),
        }
    }

    fn drifted(&self, cx: &StepContext, found: Option<&NsSet>) -> Failure {
        let what = format!("{} is delegated to {} now", self.input.zones.name, to(found));
        cx.failure(FailureClass::WrongState, "[DelegationDrifted]", what)
    }

    /// Points it at these servers.
    async fn write(&self, cx: &StepContext, values: Vec<String>, found: Option<&NsSet>) -> Result<Begun, Failure> {
        let parent = self.world.account(self.input.parent.side);
        let (zone, name) = (&self.input.parent.id, &self.input.zones.name);
        let set = NsSet {
            ttl: i64::from(self.input.ttl),
            values,
        };
        // Where there was none, one that somebody has written meanwhile is not written over.
        let how = match found {
            None => RecordChange::Create,
            Some(_) => RecordChange::Upsert,
        };
        ns_sets::change(cx, &parent, zone, how, (name, &set)).await
    }

    /// Gives it back as it was.
    async fn give_back(&self, cx: &StepContext, found: &NsSet) -> Result<(), Failure> {
        if self.was_none() {
            let parent = self.world.account(self.input.parent.side);
            let (zone, name) = (&self.input.parent.id, &self.input.zones.name);
            let deleted = ns_sets::change(cx, &parent, zone, RecordChange::Delete, (name, found)).await;
            return deleted.map(drop);
        }
        self.write(cx, self.input.old_values.clone(), Some(found))
            .await
            .map(drop)
    }

    /// Whether every server of the parent says the old delegation.
    async fn old_is_served(&self) -> Result<bool, Failure> {
        let parent = self.world.account(self.input.parent.side);
        let said = ns_sets::all_say(&self.world, &parent, &self.input.parent.id, &self.input.zones.name).await?;
        let old = servers(&self.input.old_values);
        Ok(said.iter().all(|(_, found)| match found {
            None => self.was_none(),
            Some(found) => !self.was_none() && found.servers == old,
        }))
    }

    /// How far it is on its way back; none where it has not begun.
    pub(super) async fn way_back(&self, cx: &StepContext) -> Result<Option<WayBack>, Failure> {
        let found = self.delegation(cx).await?;
        if !self.is_old(found.as_ref()) {
            return Ok(None);
        }
        Ok(Some(match self.old_is_served().await? {
            true => WayBack::Served,
            false => WayBack::Written,
        }))
    }

    /// How long resolvers may remember the new zone: by the parent's delegation, or by the zone's own NS set.
    async fn remembered(&self, new: &Created, delegation: &NsSet) -> Result<i64, Failure> {
        let apex = ns_sets::read(&self.world.target(), &new.zone_id, &self.input.zones.name).await?;
        Ok(delegation.ttl.max(apex.map_or(0, |set| set.ttl)))
    }
}

fn to(found: Option<&NsSet>) -> String {
    found.map_or_else(|| "nobody".to_owned(), |found| servers(&found.values).join(", "))
}

fn underway(text: Underway, look_again: Duration) -> Observed {
    Observed::Underway {
        progress: Progress::words(text),
        look_again,
    }
}

#[async_trait(?Send)]
impl Step for Delegate {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let new = cx.output::<Created>(&self.input.zones.new)?;
        let found = self.delegation(cx).await?;
        if let Some(found) = found.as_ref().filter(|found| found.names(&new.name_servers)) {
            let parent = self.world.account(self.input.parent.side);
            let (id, name) = (&self.input.parent.id, &self.input.zones.name);
            return Ok(
                match ns_sets::is_served(cx, &self.world, &parent, id, name, found).await? {
                    true => Observed::Present(ns_sets::output(found)),
                    false => underway(Underway::ParentWritten, LOOK),
                },
            );
        }
        let mark = Withdrawal::of(&self.world, &new).await?;
        if let Some(part) = found.as_ref().filter(|found| found.is_part_of(&new.name_servers)) {
            match (cx.direction, &mark) {
                (Direction::Do, None | Some(Withdrawal::Asked)) => return Ok(Observed::Absent),
                (Direction::Do, Some(_)) => {}
                (Direction::Undo, _) => return Ok(Observed::Present(ns_sets::output(part))),
            }
        }
        if !self.is_old(found.as_ref()) {
            return Ok(Observed::Foreign {
                whose: Foreign::DelegatedTo.fill(&[&to(found.as_ref())]),
            });
        }
        let given_back = || match &found {
            Some(found) => ns_sets::output(found),
            None => serde_json::json!({ "name_servers": [] }),
        };
        Ok(match mark {
            None | Some(Withdrawal::Asked) => Observed::Absent,
            Some(Withdrawal::Begun { .. }) if !self.old_is_served().await? => underway(Underway::GivenBack, LOOK),
            // Everybody says the old delegation: that moment is still to be kept, by one more call of undo.
            Some(Withdrawal::Begun { .. }) => Observed::Present(given_back()),
            Some(Withdrawal::Served { at, remembered }) => forgotten(cx, at, remembered),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        // The comparison may be hours old: gates and windows lie between.
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let difference = self.input.zones.difference(&stored);
        if difference != Default::default() {
            let what = format!("the zones are not equal any more: {}", difference.shown());
            return Err(cx.failure(FailureClass::WrongState, "[RecordsDrifted]", what));
        }
        let found = self.delegation(cx).await?;
        // A part of the set is nobody else's: another tool has written it and not ended, and it is made whole.
        let is_new = found
            .as_ref()
            .is_some_and(|found| found.names(&stored.new.name_servers) || found.is_part_of(&stored.new.name_servers));
        if !is_new && !self.is_old(found.as_ref()) {
            return Err(self.drifted(cx, found.as_ref()));
        }
        // Written as Route 53 writes them: with the last dot.
        let values = stored
            .new
            .name_servers
            .iter()
            .map(|server| format!("{}.", server.trim_end_matches('.')));
        self.write(cx, values.collect(), found.as_ref()).await
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let new = cx.output::<Created>(&self.input.zones.new)?;
        let parent = self.world.account(self.input.parent.side);
        let said = ns_sets::all_say(&self.world, &parent, &self.input.parent.id, &self.input.zones.name).await?;
        let right = servers(&new.name_servers);
        if let Some((server, _)) = said
            .iter()
            .find(|(_, found)| found.as_ref().is_none_or(|f| f.servers != right))
        {
            return Ok(Verified::NotYet {
                why: Underway::NotDelegatedYet.fill(&[server]),
                look_again: LOOK,
            });
        }
        let evidence = Proof::AllDelegate.fill(&[&said.len().to_string(), &self.input.zones.name, &right.join(", ")]);
        Ok(Verified::Right { evidence })
    }

    /// Mark, give back, mark the moment: one call each, and [`Delegate::observe`] tells which is next.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let new = cx.output::<Created>(&self.input.zones.new)?;
        let found = self.delegation(cx).await?;
        let mark = Withdrawal::of(&self.world, &new).await?;
        if self.is_old(found.as_ref()) {
            return match mark {
                Some(Withdrawal::Begun { remembered }) => {
                    Withdrawal::Served { at: cx.now, remembered }
                        .mark(&self.world, &new)
                        .await
                }
                Some(Withdrawal::Served { .. } | Withdrawal::Asked) | None => Ok(()),
            };
        }
        let is_new = |found: &&NsSet| found.names(&new.name_servers) || found.is_part_of(&new.name_servers);
        let Some(found) = found.as_ref().filter(is_new) else {
            return Err(self.drifted(cx, found.as_ref()));
        };
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let difference = self.input.zones.difference(&stored);
        if !difference.extra.is_empty() || !difference.different.is_empty() {
            let what = format!(
                "going back would lose what was written to the new zone only; write it to zone {} too: {}",
                self.input.zones.old,
                difference.shown()
            );
            return Err(cx.failure(FailureClass::WrongState, "[WrittenOnlyToNewZone]", what));
        }
        let remembered = self.remembered(&new, found).await?;
        match mark {
            Some(Withdrawal::Begun { remembered: marked }) if marked >= remembered => self.give_back(cx, found).await,
            _ => Withdrawal::Begun { remembered }.mark(&self.world, &new).await,
        }
    }
}
