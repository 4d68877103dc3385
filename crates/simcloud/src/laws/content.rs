//! Law 1 for buckets: the history of every key that the source had is, at every instant, in at least one bucket of the two
//! accounts, in its order and with its content, readable. What was written since may lie between.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::baseline::Baseline;
use super::readable::Keys;
use super::{Laws, Parties, Touched};
use crate::cloud::Cloud;
use crate::s3::versions::Entry;

/// Where the histories of a source bucket have been found beside the bucket of its name.
#[derive(Default)]
pub(super) struct Kept {
    keepers: BTreeMap<String, Vec<String>>,
    /// The same from the other side: a change of this bucket may take away what those source buckets rest on.
    rests_on: BTreeMap<String, BTreeSet<String>>,
    /// How many stacks have been compared with a history: what a check costs, and does not depend on the machine.
    compared: u64,
}

impl Kept {
    /// How many stacks have been compared with a history so far.
    #[cfg(test)]
    pub(super) fn compared(&self) -> u64 {
        self.compared
    }
}

/// Looks at the keys that calls have changed, in the buckets that something rests on.
pub(super) fn check(laws: &mut Laws, cloud: &Cloud, parties: &Parties, touched: &Touched<'_>) {
    let mut lost: BTreeMap<String, (usize, String)> = BTreeMap::new();
    for &(bucket, key) in touched.keys() {
        let others = laws.content.rests_on.get(bucket).cloned().unwrap_or_default();
        for source in others.iter().map(String::as_str).chain([bucket]) {
            let Some(kept) = laws
                .baseline
                .buckets
                .get(source)
                .filter(|kept| kept.owner == parties.source)
            else {
                continue;
            };
            if let Some(history) = kept.stacks.get(key)
                && !found(
                    &mut laws.content,
                    &mut laws.keys,
                    cloud,
                    parties,
                    (source, key),
                    history,
                )
            {
                note(&mut lost, source, key);
            }
        }
    }
    tell(laws, cloud, lost);
}

/// Looks at every key that the source had.
pub(super) fn check_all(laws: &mut Laws, cloud: &Cloud, parties: &Parties) {
    let mut lost = BTreeMap::new();
    for (name, kept) in laws.baseline.buckets_of(&parties.source) {
        for (key, history) in &kept.stacks {
            if !found(&mut laws.content, &mut laws.keys, cloud, parties, (name, key), history) {
                note(&mut lost, name, key);
            }
        }
    }
    tell(laws, cloud, lost);
}

fn note(lost: &mut BTreeMap<String, (usize, String)>, bucket: &str, key: &str) {
    lost.entry(bucket.to_owned()).or_insert_with(|| (0, key.to_owned())).0 += 1;
}

fn tell(laws: &mut Laws, cloud: &Cloud, lost: BTreeMap<String, (usize, String)>) {
    for (bucket, (count, key)) in lost {
        laws.tell(1, &bucket, || {
            format!(
                "{}: the history of {count} key(s) of bucket {bucket}, first {key:?}, is whole and readable nowhere any more",
                cloud.now
            )
        });
    }
}

fn found(
    kept: &mut Kept,
    keys: &mut Keys,
    cloud: &Cloud,
    parties: &Parties,
    (source, key): (&str, &str),
    history: &[Entry],
) -> bool {
    let mut compared = 0;
    let mut held_by = |name: &str| {
        compared += 1;
        holds(keys, cloud, parties, name, key, history)
    };
    let known = kept.keepers.get(source).map(Vec::as_slice).unwrap_or_default();
    let is_known = held_by(source) || known.iter().any(|name| held_by(name));
    let keeper = if is_known {
        None
    } else {
        cloud.s3.by_name.keys().find(|name| held_by(name))
    };
    kept.compared += compared;
    let Some(keeper) = keeper else {
        return is_known;
    };
    kept.keepers.entry(source.to_owned()).or_default().push(keeper.clone());
    kept.rests_on
        .entry(keeper.clone())
        .or_default()
        .insert(source.to_owned());
    true
}

fn holds<'c>(keys: &mut Keys, cloud: &'c Cloud, parties: &Parties, bucket: &str, key: &str, history: &[Entry]) -> bool {
    let Some(bucket) = cloud
        .s3
        .by_name
        .get(bucket)
        .filter(|bucket| parties.has(bucket.owner.as_str()))
    else {
        return false;
    };
    let Some(stack) = bucket.stacks.get(key).filter(|stack| stack.len() >= history.len()) else {
        return false;
    };
    // The keys of one stack are mostly one key: asked for once as long as it stays the same.
    let mut last: Option<(&Arc<str>, bool)> = None;
    let mut readable = |entry: &'c Entry| {
        let Some(key) = entry.object().and_then(|object| object.key.as_ref()) else {
            return true;
        };
        match last {
            Some((known, readable)) if Arc::ptr_eq(known, key) => readable,
            _ => {
                let readable = keys.readable(cloud, key, &bucket.owner);
                last = Some((key, readable));
                readable
            }
        }
    };
    let mut held = stack.iter();
    history
        .iter()
        .all(|wanted| held.by_ref().any(|entry| same(wanted, entry) && readable(entry)))
}

/// Whether two entries are markers both, or have equal content.
pub(super) fn same(one: &Entry, other: &Entry) -> bool {
    match (one.object(), other.object()) {
        (Some(one), Some(other)) => {
            Arc::ptr_eq(&one.content, &other.content) || one.content.digest() == other.content.digest()
        }
        (None, None) => true,
        _ => false,
    }
}

/// Excuses what could not be read at the start: the keys of the objects, each asked once.
pub(super) fn excuse_unreadable(keys: &mut Keys, baseline: &Baseline, cloud: &Cloud) {
    for kept in baseline.buckets.values() {
        let objects = kept.stacks.values().flatten().filter_map(Entry::object);
        let asked: BTreeSet<&str> = objects.filter_map(|object| object.key.as_deref()).collect();
        for key in asked {
            keys.excuse(cloud, key, &kept.owner);
        }
    }
}
