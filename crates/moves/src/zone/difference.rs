//! What a zone must hold to be the copy of another, what it lacks of that, and in which batches it is written. Pure.

use std::collections::{BTreeMap, BTreeSet};

use aws::route53::{Alias, RecordChange, RecordSet};
use model::Said;
use serde::{Deserialize, Serialize};

use super::named::Renamed;
use super::names::{canonical, shown, within};
use super::proofs::Proof;
use super::words::Text;

/// At most so many values and aliases in a batch; a replaced set counts twice.
const MOST_RECORDS: usize = 1000;
/// At most so many characters over all values of a batch; a replaced set counts twice.
const MOST_CHARACTERS: usize = 32_000;

/// What makes a set the same set: name, type and identifier.
pub(super) type Key = (String, String, String);

/// How a zone differs from what it should hold.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Difference {
    /// Sets that it lacks, as they must be written.
    pub(super) missing: Vec<RecordSet>,
    /// Sets that it has otherwise, as they must be written.
    pub(super) different: Vec<RecordSet>,
    /// Sets that it has and should not, as they are.
    pub(super) extra: Vec<RecordSet>,
}

/// A set of a zone that is not the run's to touch.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Kept {
    /// Canonical.
    pub(super) name: String,
    #[serde(rename = "type")]
    pub(super) kind: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) set_identifier: Option<String>,
}

impl Kept {
    /// Whether it is this set.
    pub(super) fn is(&self, set: &RecordSet) -> bool {
        self.name == canonical(&set.name) && self.kind == set.kind && self.set_identifier == set.set_identifier
    }
}

impl Difference {
    /// Without the sets that the new zone had before.
    pub(super) fn leaving(mut self, had: &[Kept]) -> Self {
        self.extra.retain(|set| !had.iter().any(|kept| kept.is(set)));
        self
    }

    /// How many sets must still be written.
    pub(super) fn to_write(&self) -> usize {
        self.missing.len() + self.different.len()
    }

    /// What differs, for people: the first few of each sort.
    pub(super) fn shown(&self) -> Said {
        let sorts = [
            (Proof::Missing, &self.missing),
            (Proof::Different, &self.different),
            (Proof::Extra, &self.extra),
        ];
        let sorts = sorts.into_iter().filter(|(_, sets)| !sets.is_empty());
        Said::all(sorts.map(|(sort, sets)| {
            let some = sets.iter().take(5).map(called).collect::<Vec<_>>().join(", ");
            match sets.len().checked_sub(5) {
                None | Some(0) => sort.fill(&[&some]),
                Some(more) => sort.fill(&[Text::AndMore.fill(&[&some, &more.to_string()]).as_str()]),
            }
        }))
    }
}

/// A set as people name it.
pub(super) fn called(set: &RecordSet) -> String {
    match &set.set_identifier {
        Some(identifier) => format!("{} {} ({identifier})", shown(&canonical(&set.name)), set.kind),
        None => format!("{} {}", shown(&canonical(&set.name)), set.kind),
    }
}

/// What makes it the same set in another zone.
pub(super) fn key(set: &RecordSet) -> Key {
    (
        canonical(&set.name),
        set.kind.clone(),
        set.set_identifier.clone().unwrap_or_default(),
    )
}

/// Whether Route 53 keeps the set itself: the SOA and NS at the apex. NS sets below it are delegations and move along.
pub(super) fn is_own(zone: &str, set: &RecordSet) -> bool {
    matches!(set.kind.as_str(), "SOA" | "NS") && canonical(&set.name) == canonical(zone)
}

/// What the copy must hold, from what the source holds: all of it, or where it is carved out what lies at its name and below. Aliases into
/// the source zone itself point into the copy; all others keep the zone of the thing that they point to. One that points out of what is carved
/// keeps the source's id, and nobody resolves that: [`uncopyable`] tells of it. Ids of what the sets name besides are exchanged where the copy's
/// account has its own.
pub(super) fn wanted(
    zone: &str,
    source: &[RecordSet],
    (source_id, copy_id): (&str, &str),
    carved: bool,
    renamed: &Renamed,
) -> Vec<RecordSet> {
    let apex = canonical(zone);
    let moves = |name: &str| !carved || within(&canonical(name), &apex);
    let sets = source.iter().filter(|set| !is_own(zone, set) && moves(&set.name));
    sets.cloned()
        .map(|mut set| {
            if let Some(alias) = &mut set.alias
                && alias.zone == source_id
                && moves(&alias.name)
            {
                alias.zone = copy_id.to_owned();
            }
            renamed.apply(&mut set);
            set
        })
        .collect()
}

/// Sets that cannot be copied as records, each with the reason. `old` is the zone that they come from.
pub(super) fn uncopyable(sets: &[RecordSet], old: &str, renamed: &Renamed) -> Vec<Said> {
    let reason = |set: &RecordSet| match &set.traffic_policy {
        // An alias reaches within its own zone only: https://docs.aws.amazon.com/Route53/latest/APIReference/API_AliasTarget.html
        _ if set.alias.as_ref().is_some_and(|alias| alias.zone == old) => Some(Proof::AliasStays.fill(&[&called(set)])),
        Some(instance) => Some(Proof::ByPolicy.fill(&[&called(set), instance])),
        None => renamed.unknown(set),
    };
    sets.iter().filter_map(reason).collect()
}

/// Compares what a zone holds with what it should.
pub(super) fn compare(zone: &str, wanted: &[RecordSet], held: &[RecordSet]) -> Difference {
    let mut held: BTreeMap<Key, &RecordSet> = held
        .iter()
        .filter(|set| !is_own(zone, set))
        .map(|set| (key(set), set))
        .collect();
    let mut difference = Difference::default();
    for set in wanted {
        match held.remove(&key(set)) {
            None => difference.missing.push(set.clone()),
            Some(found) if equal(set, found) => {}
            Some(_) => difference.different.push(set.clone()),
        }
    }
    difference.extra = held.into_values().cloned().collect();
    difference
}

/// Whether two sets of one key are the same: the order of values does not count, nor how names are written.
fn equal(one: &RecordSet, other: &RecordSet) -> bool {
    let alias = |set: &RecordSet| {
        set.alias.as_ref().map(
            |Alias {
                 zone,
                 name,
                 evaluate_health,
             }| (zone.clone(), canonical(name), *evaluate_health),
        )
    };
    let values = |set: &RecordSet| {
        let mut values = set.values.clone();
        values.sort();
        values
    };
    one.ttl == other.ttl
        && one.routing == other.routing
        && one.health_check == other.health_check
        && one.traffic_policy == other.traffic_policy
        && alias(one) == alias(other)
        && values(one) == values(other)
}

/// The batches that write a difference, in order: an alias comes after what it points to, an alias to an alias after that. Extra
/// sets are left alone.
pub(super) fn batches(difference: &Difference, zone_id: &str) -> Result<Vec<Vec<RecordChange>>, Said> {
    let creates = difference.missing.iter().map(|set| RecordChange::Create(set.clone()));
    let upserts = difference.different.iter().map(|set| RecordChange::Upsert(set.clone()));
    let mut changes: Vec<(usize, RecordChange)> = Vec::new();
    let depths = depths(difference, zone_id)?;
    for change in creates.chain(upserts) {
        let set = change.set();
        changes.push((depths[&(canonical(&set.name), set.kind.clone())], change));
    }
    // A delegation's NS before its DS, which alone would mean nothing; else by name, so that what belongs together stays so.
    let place = |change: &RecordChange| {
        let set = change.set();
        (
            canonical(&set.name),
            set.kind != "NS",
            set.kind.clone(),
            set.set_identifier.clone(),
        )
    };
    changes.sort_by_cached_key(|(depth, change)| (*depth, place(change)));
    let mut batches: Vec<Vec<RecordChange>> = Vec::new();
    let (mut depth_now, mut records, mut characters) = (usize::MAX, 0, 0);
    for (depth, change) in changes {
        let (more_records, more_characters) = cost(&change);
        let full = records + more_records > MOST_RECORDS || characters + more_characters > MOST_CHARACTERS;
        match batches.last_mut().filter(|_| depth == depth_now && !full) {
            Some(batch) => batch.push(change),
            None => {
                batches.push(vec![change]);
                (depth_now, records, characters) = (depth, 0, 0);
            }
        }
        records += more_records;
        characters += more_characters;
    }
    Ok(batches)
}

/// Batches that delete sets; aliases go before what they point to.
pub(super) fn deletions(sets: &[RecordSet], zone_id: &str) -> Result<Vec<Vec<RecordChange>>, Said> {
    let as_missing = Difference {
        missing: sets.to_vec(),
        ..Difference::default()
    };
    let mut batches = batches(&as_missing, zone_id)?;
    batches.reverse();
    for change in batches.iter_mut().flatten() {
        *change = RecordChange::Delete(change.set().clone());
    }
    Ok(batches)
}

fn cost(change: &RecordChange) -> (usize, usize) {
    let times = if matches!(change, RecordChange::Upsert(_)) {
        2
    } else {
        1
    };
    let set = change.set();
    let characters: usize = set.values.iter().map(|value| value.chars().count()).sum();
    (times * set.values.len().max(1), times * characters)
}

/// How many aliases within the difference stand between each name and type and what it stands for.
fn depths(difference: &Difference, zone_id: &str) -> Result<BTreeMap<(String, String), usize>, Said> {
    type Node = (String, String);
    let mut targets: BTreeMap<Node, BTreeSet<Node>> = BTreeMap::new();
    for set in difference.missing.iter().chain(&difference.different) {
        let to = targets.entry((canonical(&set.name), set.kind.clone())).or_default();
        if let Some(alias) = set.alias.as_ref().filter(|alias| alias.zone == zone_id) {
            to.insert((canonical(&alias.name), set.kind.clone()));
        }
    }
    let mut depths: BTreeMap<Node, usize> = BTreeMap::new();
    while depths.len() < targets.len() {
        let before = depths.len();
        for (node, to) in &targets {
            // What is not in the difference stands in the zone already.
            let within = to.iter().filter(|target| targets.contains_key(*target));
            let under: Option<Vec<usize>> = within.map(|target| depths.get(target).copied()).collect();
            if let Some(under) = under.filter(|_| !depths.contains_key(node)) {
                depths.insert(
                    node.clone(),
                    under.into_iter().map(|depth| depth + 1).max().unwrap_or(0),
                );
            }
        }
        if depths.len() == before {
            let loops = targets
                .keys()
                .filter(|node| !depths.contains_key(*node))
                .map(|(name, kind)| format!("{} {kind}", shown(name)));
            return Err(Proof::AliasCircle.fill(&[&loops.collect::<Vec<_>>().join(", ")]));
        }
    }
    Ok(depths)
}

#[cfg(test)]
#[path = "difference_tests.rs"]
mod tests;
