//! What is left of zones that were handed over: the old zone, or the record sets that a delegation hides; and the steps by which they go. Nothing
//! goes while any server of the parent delegates elsewhere than to the new zone, nor what the new zone does not hold.

use aws::route53::RecordSet;
use jiff::{SignedDuration, Timestamp};
use model::{Failure, ResourceRef, StepSpec};

use super::difference::{self, called, is_own};
use super::names::{canonical, servers, shown, within};
use super::ns_sets;
use super::questions::NsSaid;
use super::{Created, Pair, delegate};
use crate::database::retire::not_looked;
use crate::retire::prices::Month;
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

/// A zone that was handed over.
pub(super) struct Moved<'a> {
    pub(super) step: &'a StepSpec,
    pub(super) input: delegate::Input,
    pub(super) new: Created,
}

pub(super) fn moved<'a>(run: &Run<'a>) -> Vec<Moved<'a>> {
    let delegated = run.done("zone.delegate");
    let read = delegated.filter_map(|step| {
        let input: delegate::Input = run.input(step)?;
        let new = run.output::<Created>(&input.zones.new)?;
        Some(Moved { step, input, new })
    });
    read.collect()
}

impl Moved<'_> {
    /// What is left of it, as it is called here.
    pub(super) fn resource(&self) -> ResourceRef {
        let kind = if self.input.zones.carved { "records" } else { "zone" };
        ResourceRef::new(kind, &self.input.zones.name)
    }
}

/// The sets that the old side holds of what has moved, as they stand there. What marks the cut itself is the parent's for good.
pub(super) fn old_sets(zones: &Pair, held: &[RecordSet]) -> Vec<RecordSet> {
    let apex = canonical(&zones.name);
    let own = |set: &RecordSet| {
        is_own(&zones.name, set) || (zones.carved && set.kind == "DS" && canonical(&set.name) == apex)
    };
    let mine = |set: &&RecordSet| !own(set) && (!zones.carved || within(&canonical(&set.name), &apex));
    held.iter().filter(mine).cloned().collect()
}

/// What stands on the old side only: its sets, as the new zone would have to hold them, that it does not hold at all, and those that it holds
/// otherwise. The latter were changed since the hand-over, and the old ones are what nobody is told any more.
pub(super) fn only_old(zones: &Pair, old: &[RecordSet], new: &[RecordSet], new_id: &str) -> difference::Difference {
    let wanted = difference::wanted(&zones.name, old, &zones.old, new_id, zones.carved);
    difference::compare(&zones.name, &wanted, new)
}

/// Aliases of the parent that point at names that a delegation hides: they reach within their own zone, and would break.
pub(super) fn aliases_into(zones: &Pair, held: &[RecordSet]) -> Vec<String> {
    let apex = canonical(&zones.name);
    let below = |name: &str| within(&canonical(name), &apex);
    let into = held.iter().filter(|set| {
        let alias = set.alias.as_ref().filter(|alias| alias.zone == zones.old);
        zones.carved && !below(&set.name) && alias.is_some_and(|alias| below(&alias.name))
    });
    into.map(called).collect()
}

/// A server of the parent that does not delegate to the new zone, and what it says.
pub(super) fn elsewhere(said: &[(String, Option<NsSaid>)], new: &Created) -> Option<String> {
    let right = servers(&new.name_servers);
    if said.is_empty() {
        return Some("the parent has no name servers that could be asked".to_owned());
    }
    let wrong = said
        .iter()
        .find(|(_, found)| found.as_ref().is_none_or(|found| found.servers != right));
    wrong.map(|(server, found)| match found {
        Some(found) => format!(
            "{server} delegates to {}, not to the new zone",
            found.servers.join(", ")
        ),
        None => format!("{server} does not delegate it"),
    })
}

/// Looks at both zones, and asks the parent's servers.
pub(crate) async fn look(run: &Run<'_>, world: &World, _now: Timestamp, seen: &mut Seen) -> Result<(), Failure> {
    for moved in moved(run) {
        let zones = &moved.input.zones;
        let old_side = world.account(zones.old_side);
        let mut found = ZoneSeen::default();
        let old = old_side.route53.zone(&zones.old).await;
        let Some(old) = seen.take("zones", old)? else { continue };
        if old.is_some() {
            let held = old_side.route53.records(&zones.old).await;
            let Some(held) = seen.take("the records of zones", held)? else {
                continue;
            };
            found.held = Some(held);
        }
        let target = world.target();
        let new = target.route53.zone(&moved.new.zone_id).await;
        let Some(new) = seen.take("the target's zones", new)? else {
            continue;
        };
        if new.is_some() {
            let held = target.route53.records(&moved.new.zone_id).await;
            let Some(held) = seen.take("the records of the target's zones", held)? else {
                continue;
            };
            found.new = Some(held);
        }
        let parent = world.account(moved.input.parent.side);
        match ns_sets::all_say(world, &parent, &moved.input.parent.id, &zones.name).await {
            Ok(said) => found.said = Some(said),
            Err(failure) => seen
                .unread
                .push(format!("the parent of {} cannot be asked: {failure}", zones.name)),
        }
        seen.zones.insert(zones.name.clone(), found);
    }
    Ok(())
}

/// Tells the old zones, and the record sets that are hidden.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for moved in moved(&old.run) {
        all.push(one(old, &moved));
    }
}

fn one(old: &Old, moved: &Moved) -> Left {
    let zones = &moved.input.zones;
    let name = shown(&canonical(&zones.name));
    let what = match zones.carved {
        false => format!("old zone {name}"),
        true => format!(
            "record sets at {name} and below, in zone {}, hidden behind the delegation",
            zones.old
        ),
    };
    let mut left = Left::new(moved.resource(), what, zones.old.clone());
    left.side = zones.old_side;
    left.instead = Some(moved.new.zone_id.clone());
    if !zones.carved {
        left.month = Month {
            lines: vec![old.prices.line("the zone", "zone", &old.run.state.plan.region, 1, None)],
        };
    }
    let delegated = old.done_at(moved.step);
    if let Some(at) = delegated {
        let until = at.saturating_add(ZONE_SOAK).unwrap_or(at);
        let how = match zones.carved {
            false => "pointing the delegation at it goes back",
            true => "deleting the delegation goes back to them",
        };
        left.way_back(
            Some(until),
            format!("{how}, while nothing was written to the new zone only; resolvers may use the old one for 48 hours after the hand-over"),
        );
        let ttl = SignedDuration::from_secs(i64::from(moved.input.ttl));
        left.quiet = at.saturating_add(ttl).ok().map(|since| crate::retire::Quiet {
            since,
            why: "every server of the parent had delegated to the new zone, and the delegation's TTL was over"
                .to_owned(),
        });
        if old.now < until {
            left.block(format!("48 hours after the hand-over are over at {until}"));
        }
    }
    let Some(seen) = old.seen.and_then(|seen| seen.zones.get(&zones.name)) else {
        not_looked(old, &mut left);
        return left;
    };
    let sets = seen.held.as_ref().map(|held| old_sets(zones, held)).unwrap_or_default();
    left.was_seen(
        if zones.carved {
            !sets.is_empty()
        } else {
            seen.held.is_some()
        },
        Vec::new(),
    );
    left.size = Some(format!("{} record sets", sets.len()));
    match &seen.said {
        None => left.block("the parent's servers could not be asked whom they delegate to"),
        Some(said) => {
            if let Some(wrong) = elsewhere(said, &moved.new) {
                left.block(wrong);
            }
        }
    }
    let Some(new) = &seen.new else {
        left.block(format!(
            "the new zone {} is gone: this is the only one",
            moved.new.zone_id
        ));
        return left;
    };
    let differs = only_old(zones, &sets, new, &moved.new.zone_id);
    if !differs.missing.is_empty() {
        let only = difference::Difference {
            missing: differs.missing,
            ..Default::default()
        };
        left.block(format!(
            "not all of it stands in the new zone {} ({}): write it there, or delete it here by hand",
            moved.new.zone_id,
            only.shown()
        ));
    }
    if !differs.different.is_empty() {
        let names: Vec<String> = differs.different.iter().map(called).collect();
        left.tell(format!(
            "the new zone has these otherwise, changed since the hand-over: {}",
            names.join(", ")
        ));
    }
    let into = aliases_into(zones, seen.held.as_deref().unwrap_or_default());
    if !into.is_empty() {
        left.block(format!(
            "aliases of zone {} point at what is hidden: {}",
            zones.old,
            into.join(", ")
        ));
    }
    left
}
