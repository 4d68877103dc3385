//! Waves: each holds, of every key that still lacks something, the oldest version that the copy lacks. Within a wave no key stands
//! twice, so the order in which a batch job does its work (which is none) cannot shuffle a history; and a key whose copying failed
//! has the same version in the next wave, not a later one.

use std::collections::BTreeMap;

use model::listing::{Listed, ListedEntry};
use serde::{Deserialize, Serialize};

use crate::spool::VersionFields;

/// What S3 Batch Operations can write (`REDUCED_REDUNDANCY` is not among them).
const BATCH_CLASSES: [&str; 7] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
    "GLACIER",
    "DEEP_ARCHIVE",
];
/// What must be restored before it can be copied.
pub const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];
/// The largest object that one copy can take: the documents' "5 GB", read in the careful way.
pub const LARGEST_COPY: u64 = 5_000_000_000;

/// Up to this size the content of a version is read where nothing else proves it: more would take a night, and pass through here.
pub const LARGEST_READ: u64 = 256 << 20;

/// How much a wave has of one storage class.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Amount {
    /// Versions.
    pub rows: u64,
    /// Bytes.
    pub bytes: u64,
}

/// The size of a wave by storage class: a job has one class for all that it writes.
pub type Classes = BTreeMap<String, Amount>;

impl<'a> VersionFields<'a> {
    /// The fields of an entry; none of a delete marker.
    fn of(entry: &'a ListedEntry) -> Option<Self> {
        match &entry.what {
            Listed::Version {
                size,
                etag,
                storage_class,
            } => Some(Self {
                size: *size,
                etag,
                storage_class,
            }),
            Listed::Marker => None,
        }
    }

    /// The storage class in which a batch job can write it; none where it cannot.
    pub(crate) fn batch_class(self) -> Option<&'static str> {
        let fits = self.size <= LARGEST_COPY && !self.keeps_parts();
        let class = BATCH_CLASSES.iter().find(|class| **class == self.storage_class);
        class.filter(|_| fits).copied()
    }

    /// Whether it must be restored before it can be copied.
    pub(crate) fn is_archived(self) -> bool {
        ARCHIVED.contains(&self.storage_class)
    }

    fn keeps_parts(self) -> bool {
        self.size > LARGEST_READ && self.etag.contains('-')
    }
}

/// The storage class in which a batch job can write an entry; none where it cannot.
pub fn batch_class(entry: &ListedEntry) -> Option<&'static str> {
    VersionFields::of(entry).and_then(VersionFields::batch_class)
}

/// Whether a version must be restored before it can be copied.
pub fn is_archived(entry: &ListedEntry) -> bool {
    VersionFields::of(entry).is_some_and(VersionFields::is_archived)
}

/// Whether it is copied in the parts in which it was uploaded. Its ETag is made from those; a copy in one piece has another, and for
/// want of checksums nothing but reading both would prove that they are equal.
pub fn keeps_parts(entry: &ListedEntry) -> bool {
    VersionFields::of(entry).is_some_and(VersionFields::keeps_parts)
}

/// Whether one copy cannot take it.
pub fn is_large(entry: &ListedEntry) -> bool {
    entry.size() > LARGEST_COPY
}

/// What copying one after another does in a second, with the calls that are in flight at a time.
const ROWS_ONE_BY_ONE: u64 = 250;
const BYTES_ONE_BY_ONE: u64 = 3_000_000_000;
/// What a job takes before its first copy, and does in a second from then on. AWS publishes neither.
const JOB_STARTS: u64 = 300;
const ROWS_BY_JOB: u64 = 1_000;
const BYTES_BY_JOB: u64 = 30_000_000_000;

impl Amount {
    /// Seconds that copying it one after another takes.
    pub fn one_by_one(self) -> u64 {
        (self.rows / ROWS_ONE_BY_ONE).max(self.bytes / BYTES_ONE_BY_ONE)
    }

    /// Seconds that a job takes.
    pub fn by_job(self) -> u64 {
        JOB_STARTS + (self.rows / ROWS_BY_JOB).max(self.bytes / BYTES_BY_JOB)
    }

    /// Whether a job is worth its minutes before the first copy: with `least`, from so many rows on.
    pub fn is_worth_a_job(self, least: Option<u64>) -> bool {
        match least {
            Some(least) => self.rows >= least,
            None => self.by_job() < self.one_by_one(),
        }
    }
}

/// How large the waves are, while keys come in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Depths {
    waves: Vec<Classes>,
}

impl Depths {
    /// Adds what is lacking of a key, the oldest first. Markers are set between waves and have none of their own.
    pub fn add(&mut self, entries: &[ListedEntry]) {
        for (wave, version) in entries.iter().filter_map(VersionFields::of).enumerate() {
            self.add_version(wave, version);
        }
    }

    /// Adds a key's version to the wave whose turn it is, counted from 0.
    pub(crate) fn add_version(&mut self, wave: usize, version: VersionFields<'_>) {
        if self.waves.len() == wave {
            self.waves.push(Classes::new());
        }
        let Some(class) = version.batch_class() else { return };
        let classes = &mut self.waves[wave];
        if !classes.contains_key(class) {
            classes.insert(class.to_owned(), Amount::default());
        }
        if let Some(amount) = classes.get_mut(class) {
            amount.rows += 1;
            amount.bytes += version.size;
        }
    }

    /// The first waves, as long as one has a class for which a job is worth its minutes before the first copy: with `least`, from so
    /// many rows on. What is smaller, and all waves behind, is copied one by one.
    pub fn worth_a_job(&self, least: Option<u64>) -> Vec<Classes> {
        let kept = self.waves.iter().map(|wave| {
            let large = wave.iter().filter(|(_, amount)| amount.is_worth_a_job(least));
            large
                .map(|(class, amount)| (class.clone(), *amount))
                .collect::<Classes>()
        });
        kept.take_while(|wave| !wave.is_empty()).collect()
    }
}

#[cfg(test)]
#[path = "waves_tests.rs"]
mod tests;
