//! Waves: each holds, of every key that still lacks something, the oldest version that the copy lacks. Within a wave no key stands
//! twice, so the order in which a batch job does its work (which is none) cannot shuffle a history; and a key whose copying failed
//! has the same version in the next wave, not a later one.

use std::collections::BTreeMap;

use model::listing::{Listed, ListedEntry};
use serde::{Deserialize, Serialize};

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
const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];
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

/// The storage class in which a batch job can write an entry; none where it cannot.
pub fn batch_class(entry: &ListedEntry) -> Option<&str> {
    match &entry.what {
        Listed::Version {
            size, storage_class, ..
        } if *size <= LARGEST_COPY && !keeps_parts(entry) => {
            BATCH_CLASSES.iter().find(|class| **class == storage_class).copied()
        }
        Listed::Marker | Listed::Version { .. } => None,
    }
}

/// Whether a version must be restored before it can be copied.
pub fn is_archived(entry: &ListedEntry) -> bool {
    matches!(&entry.what, Listed::Version { storage_class, .. } if ARCHIVED.contains(&storage_class.as_str()))
}

/// Whether it is copied in the parts in which it was uploaded. Its ETag is made from those; a copy in one piece has another, and for
/// want of checksums nothing but reading both would prove that they are equal.
pub fn keeps_parts(entry: &ListedEntry) -> bool {
    match &entry.what {
        Listed::Version { size, etag, .. } => *size > LARGEST_READ && etag.contains('-'),
        Listed::Marker => false,
    }
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

    fn is_worth_a_job(self, least: Option<u64>) -> bool {
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
        let versions = entries.iter().filter(|entry| !entry.is_marker());
        for (wave, entry) in versions.enumerate() {
            if self.waves.len() == wave {
                self.waves.push(Classes::new());
            }
            if let Some(class) = batch_class(entry) {
                let amount = self.waves[wave].entry(class.to_owned()).or_default();
                amount.rows += 1;
                amount.bytes += entry.size();
            }
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
