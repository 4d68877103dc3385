//! What is left of zones that were handed over: the old zone, or the record sets that a delegation hides; and the steps by which they go. Nothing
//! goes while any server of the parent delegates elsewhere than to the new zone, nor what the new zone does not hold.

use aws::route53::RecordSet;
use engine::StepContext;
use jiff::{SignedDuration, Timestamp};
use model::{Advice, Failure, FailureClass, Phase, ResourceRef, Said, Side, StepSpec, Undo};
use serde::{Deserialize, Serialize};

use super::difference::{self, called, is_own};
use super::named::Renamed;
use super::names::{canonical, servers, shown, within};
use super::parent::Parent;
use super::proofs::Proof;
use super::questions::NsSaid;
use super::words::Text;
use super::{Created, Pair, delegate, delegate_outside, delete_old_records};
use crate::database::retire::not_looked;
use crate::draft::DraftStep;
use crate::prices::Item;
use crate::retire::month::Month;
use crate::retire::plan::Retiring;
use crate::retire::{Left, Old, Seen, ZONE_SOAK};
use crate::terraform::Run;
use crate::world::World;

/// What was seen of a zone that was handed over.
#[derive(Debug, Default)]
pub(crate) struct ZoneSeen {
    /// The sets of the zone that held the records; none: it is gone.
    pub(super) held: Option<Vec<RecordSet>>,
    /// Those of the new one; none: it is gone.
    pub(super) new: Option<Vec<RecordSet>>,
    /// What each server of the parent says; none: they could not be asked.
    pub(super) said: Option<Vec<(String, Option<NsSaid>)>>,
}

/// The old side of a zone that was handed over.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OldZone {
    /// The name of the zone that the target got.
    pub(super) name: String,
    /// The id of the zone that held its records.
    pub(super) old: String,
    /// The account of that one.
    pub(super) old_side: Side,
    /// Whether they were carved out of it.
    pub(super) carved: bool,
    /// The new zone.
    pub(super) new: Created,
    pub(super) parent: Parent,
    /// When every server of the parent was seen to delegate to the new one.
    pub(super) delegated_at: Timestamp,
    /// What takes the place of what its records name beside other records.
    #[serde(default, skip_serializing_if = "Renamed::is_nothing")]
    pub(super) renamed: Renamed,
}

struct Moved {
    zone: OldZone,
    ttl: u32,
}

/// The two zones of a hand-over, what delegates the name, and for how long resolvers may remember the old one after it, in seconds.
fn handed_over(run: &Run, step: &StepSpec) -> Option<(Pair, Parent, u32)> {
    if step.action == "zone.delegate_outside" {
        let input: delegate_outside::Input = run.input(step)?;
        // What the parent's servers said: it is theirs to set.
        let ttl = run.state.output(&step.id)?["ttl"].as_u64()?;
        let parent = Parent::Outside { outside: input.outside };
        return Some((input.zones, parent, u32::try_from(ttl).ok()?));
    }
    let input: delegate::Input = run.input(step)?;
    Some((input.zones, Parent::Zone(input.parent), input.ttl))
}

fn moved(run: &Run) -> Vec<Moved> {
    let delegated = run.done("zone.delegate").chain(run.done("zone.delegate_outside"));
    let read = delegated.filter_map(|step| {
        let (zones, parent, ttl) = handed_over(run, step)?;
        let new = run.output::<Created>(&zones.new)?;
        let place = run.state.steps.get(&step.id)?;
        Some(Moved {
            ttl,
            zone: OldZone {
                name: zones.name,
                old: zones.old,
                old_side: zones.old_side,
                carved: zones.carved,
                new,
                parent,
                delegated_at: place.ended_at?,
                renamed: zones.named.renamed_by(run),
            },
        })
    });
    read.collect()
}

impl OldZone {
    /// What is left of it, as it is called here.
    fn resource(&self) -> ResourceRef {
        let kind = if self.carved { "records" } else { "zone" };
        ResourceRef::new(kind, &self.name)
    }

    /// When its 48 hours are over.
    fn soaked_at(&self) -> Timestamp {
        self.delegated_at.saturating_add(ZONE_SOAK).unwrap_or(Timestamp::MAX)
    }

    /// The sets that the old side holds of what has moved, as they stand there. What marks the cut itself is the parent's for good.
    pub(super) fn old_sets(&self, held: &[RecordSet]) -> Vec<RecordSet> {
        let apex = canonical(&self.name);
        let own = |set: &RecordSet| {
            is_own(&self.name, set) || (self.carved && set.kind == "DS" && canonical(&set.name) == apex)
        };
        let mine = |set: &&RecordSet| !own(set) && (!self.carved || within(&canonical(&set.name), &apex));
        held.iter().filter(mine).cloned().collect()
    }

    /// What stands on the old side only: its sets, as the new zone would have to hold them, that it does not hold at all, and those that it
    /// holds otherwise. The latter were changed since the hand-over, and the old ones are what nobody is told any more.
    fn only_old(&self, old: &[RecordSet], new: &[RecordSet]) -> difference::Difference {
        let wanted = difference::wanted(
            &self.name,
            old,
            (&self.old, &self.new.zone_id),
            self.carved,
            &self.renamed,
        );
        difference::compare(&self.name, &wanted, new)
    }

    /// Aliases of the parent that point at names that a delegation hides: they reach within their own zone, and would break.
    fn aliases_into(&self, held: &[RecordSet]) -> Vec<String> {
        let apex = canonical(&self.name);
        let below = |name: &str| within(&canonical(name), &apex);
        let into = held.iter().filter(|set| {
            let alias = set.alias.as_ref().filter(|alias| alias.zone == self.old);
            self.carved && !below(&set.name) && alias.is_some_and(|alias| below(&alias.name))
        });
        into.map(called).collect()
    }

    /// That its 48 hours are not over.
    fn soaking(&self) -> Said {
        let until = self.soaked_at().to_string();
        Proof::SoakOver.fill(&[&until])
    }

    /// Why the old side must stay for now, from what both zones hold and what the parent's servers say; nothing: it may go.
    fn reasons(
        &self,
        now: Timestamp,
        held: &[RecordSet],
        new: Option<&[RecordSet]>,
        said: Option<&[(String, Option<NsSaid>)]>,
    ) -> Vec<Said> {
        let mut reasons = Vec::new();
        if now < self.soaked_at() {
            reasons.push(self.soaking());
        }
        match said {
            None => reasons.push(Proof::ParentUnasked.fill(&[])),
            Some(said) => reasons.extend(elsewhere(said, &self.new)),
        }
        match new {
            None => reasons.push(Proof::NewZoneGone.fill(&[&self.new.zone_id])),
            Some(new) => {
                let only = difference::Difference {
                    missing: self.only_old(&self.old_sets(held), new).missing,
                    ..Default::default()
                };
                if !only.missing.is_empty() {
                    reasons.push(Proof::NotAllThere.fill(&[&self.new.zone_id, only.shown().as_str()]));
                }
            }
        }
        let into = self.aliases_into(held);
        if !into.is_empty() {
            reasons.push(Proof::AliasesInto.fill(&[&self.old, &into.join(", ")]));
        }
        reasons
    }

    /// The sets of the old side that are left; none: its zone is gone.
    pub(super) async fn left(&self, world: &World) -> Result<Option<Vec<RecordSet>>, Failure> {
        let route53 = &world.account(self.old_side).route53;
        if route53.zone(&self.old).await?.is_none() {
            return Ok(None);
        }
        Ok(Some(self.old_sets(&route53.records(&self.old).await?)))
    }

    /// Whether the old side may go, at this moment: its sets, or why not.
    pub(super) async fn may_go(
        &self,
        cx: &StepContext,
        world: &World,
    ) -> Result<Result<Vec<RecordSet>, Said>, Failure> {
        let route53 = &world.account(self.old_side).route53;
        let held = match route53.zone(&self.old).await? {
            Some(_) => route53.records(&self.old).await?,
            None => Vec::new(),
        };
        let target = &world.target().route53;
        let new = match target.zone(&self.new.zone_id).await? {
            Some(_) => Some(target.records(&self.new.zone_id).await?),
            None => None,
        };
        let said = self.parent.said(world, &self.name).await?;
        let reasons = self.reasons(cx.now, &held, new.as_deref(), Some(&said));
        Ok(match reasons.is_empty() {
            true => Ok(self.old_sets(&held)),
            false => Err(Said::all(reasons)),
        })
    }

    /// The same where a call follows that cannot be taken back.
    pub(super) async fn still_may_go(&self, cx: &StepContext, world: &World) -> Result<(), Failure> {
        self.may_go(cx, world).await?.map(drop).map_err(|why| {
            let what = format!("{why}. Nothing was deleted by this call");
            cx.failure(FailureClass::WrongState, "[StillNeeded]", what)
        })
    }
}

/// A server of the parent that does not delegate to the new zone, and what it says.
fn elsewhere(said: &[(String, Option<NsSaid>)], new: &Created) -> Option<Said> {
    let right = servers(&new.name_servers);
    if said.is_empty() {
        return Some(Proof::ParentHasNone.fill(&[]));
    }
    let wrong = said
        .iter()
        .find(|(_, found)| found.as_ref().is_none_or(|found| found.servers != right));
    wrong.map(|(server, found)| match found {
        Some(found) => Proof::DelegatedElsewhere.fill(&[server, &found.servers.join(", ")]),
        None => Proof::NotDelegated.fill(&[server]),
    })
}

/// Looks at both zones, and asks the parent's servers.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), Failure> {
    for Moved { zone, .. } in moved(run) {
        let old_side = world.account(zone.old_side);
        let mut found = ZoneSeen::default();
        let old = old_side.route53.zone(&zone.old).await;
        let Some(old) = seen.take("zones", old)? else { continue };
        if old.is_some() {
            let held = old_side.route53.records(&zone.old).await;
            let Some(held) = seen.take("the records of zones", held)? else {
                continue;
            };
            found.held = Some(held);
        }
        let target = world.target();
        let new = target.route53.zone(&zone.new.zone_id).await;
        let Some(new) = seen.take("the target's zones", new)? else {
            continue;
        };
        if new.is_some() {
            let held = target.route53.records(&zone.new.zone_id).await;
            let Some(held) = seen.take("the records of the target's zones", held)? else {
                continue;
            };
            found.new = Some(held);
        }
        match zone.parent.said(world, &zone.name).await {
            Ok(said) => found.said = Some(said),
            Err(failure) => seen
                .unread
                .push(format!("the parent of {} cannot be asked: {failure}", zone.name)),
        }
        seen.zones.insert(zone.name.clone(), found);
    }
    Ok(())
}

/// Tells the old zones, and the record sets that are hidden.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for moved in moved(&old.run) {
        all.push(one(old, &moved));
    }
}

fn one(old: &Old, Moved { zone, ttl }: &Moved) -> Left {
    let name = shown(&canonical(&zone.name));
    let what = match zone.carved {
        false => format!("old zone {name}"),
        true => format!(
            "record sets at {name} and below, in zone {}, hidden behind the delegation",
            zone.old
        ),
    };
    let mut left = Left::new(zone.resource(), what, zone.old.clone());
    left.side = zone.old_side;
    left.instead = Some(zone.new.zone_id.clone());
    if !zone.carved {
        left.month = Month {
            lines: vec![old.priced("the zone", &Item::Zone, 1, None)],
        };
    }
    let how = match zone.carved {
        false => Text::BackToZone,
        true => Text::BackToSets,
    };
    left.way_back(Some(zone.soaked_at()), how);
    let ttl = SignedDuration::from_secs(i64::from(*ttl));
    left.quiet = zone
        .delegated_at
        .saturating_add(ttl)
        .ok()
        .map(|since| crate::retire::Quiet {
            since,
            why: "every server of the parent had delegated to the new zone, and the delegation's TTL was over"
                .to_owned(),
        });
    let Some(seen) = old.seen.and_then(|seen| seen.zones.get(&zone.name)) else {
        if old.now < zone.soaked_at() {
            left.block(zone.soaking());
        }
        not_looked(old, &mut left);
        return left;
    };
    let held = seen.held.as_deref().unwrap_or_default();
    let sets = zone.old_sets(held);
    let there = if zone.carved {
        !sets.is_empty()
    } else {
        seen.held.is_some()
    };
    left.was_seen(there, Vec::new());
    left.size = Some(Text::SetsLeft.fill(&[&sets.len().to_string()]).into());
    for why in zone.reasons(old.now, held, seen.new.as_deref(), seen.said.as_deref()) {
        left.block(why);
    }
    let (collections, checks) = zone.renamed.old();
    for (text, ids) in [(Text::CollectionsLeft, collections), (Text::ChecksLeft, checks)] {
        if !ids.is_empty() {
            left.tell(text.fill(&[&ids.join(", ")]));
        }
    }
    let different = seen.new.as_ref().map(|new| zone.only_old(&sets, new).different);
    let different: Vec<String> = different.iter().flatten().map(called).collect();
    if !different.is_empty() {
        left.tell(Text::ChangedSince.fill(&[&different.join(", ")]));
    }
    left
}

/// Adds the steps by which an old zone or hidden record sets go.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let Some(Moved { zone, .. }) = moved(&old.run)
        .into_iter()
        .find(|moved| moved.zone.resource() == left.of)
    else {
        return;
    };
    let resource = &left.of;
    let name = shown(&canonical(&zone.name));
    let step = |verb: &str, title: Said, input: serde_json::Value| {
        DraftStep::new(resource, &format!("zone.{verb}"), zone.old_side, title, input)
            .phase(Phase::CleanUp)
            .patience(900)
    };
    let proved = step("prove_retired", Text::ProveRetired.fill(&[&name]), value(&zone));
    let proved = retiring.push(proved.leaves_nothing().estimate(10, 60));
    let gate = retiring.gate(left, std::slice::from_ref(&proved), consent(&zone, left));
    let limit = retiring.limit(format!("changes of zone {}", zone.old), 1);
    let input = delete_old_records::Input {
        zone: zone.clone(),
        proved: proved.clone(),
    };
    let no_way_back = |why: Advice| Undo::None {
        reason: why.fill(&[proved.as_str()]).into(),
    };
    let sets = left.size.clone().unwrap_or_else(|| Text::TheSets.into());
    let title = Text::DeleteSets.fill(&[&sets, &name]);
    let records = step("delete_old_records", title, value(&input));
    let records = records
        .needs([&proved])
        .gates([gate.clone()])
        .limit(limit.clone())
        .undo(no_way_back(Advice::RecordsDeleted))
        .estimate(60, 300);
    let records = retiring.push(records);
    if zone.carved {
        return;
    }
    let deleted = step("delete_old_zone", Text::DeleteZone.fill(&[&zone.old]), value(&zone));
    let deleted = deleted
        .needs([&records])
        .gates([gate])
        .limit(limit)
        .undo(no_way_back(Advice::ZoneDeleted));
    retiring.push(deleted.estimate(5, 60));
}

fn value(input: &impl Serialize) -> serde_json::Value {
    serde_json::to_value(input).expect("a step's input has only string keys")
}

fn consent(zone: &OldZone, left: &Left) -> Said {
    let size = left.size.clone().unwrap_or_else(|| Text::ItsSets.into());
    match zone.carved {
        false => Text::ConsentZone.fill(&[&zone.old, &zone.name, &size]),
        true => Text::ConsentSets.fill(&[&size, &zone.name, &zone.old]),
    }
}
