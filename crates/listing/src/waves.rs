//! Waves: the d-th wave holds the d-th oldest entry of every key. Within a wave no key stands twice, so the order in which a batch
//! job does its tasks (which is none) cannot shuffle a history.

use std::collections::BTreeMap;

use model::listing::{KeyHistory, Listed, ListedEntry};

/// What S3 Batch Operations can write (`REDUCED_REDUNDANCY` is not among them).
const BATCH_CLASSES: [&str; 5] = [
    "STANDARD",
    "STANDARD_IA",
    "ONEZONE_IA",
    "INTELLIGENT_TIERING",
    "GLACIER_IR",
];
/// What must be restored before it can be copied.
const ARCHIVED: [&str; 2] = ["GLACIER", "DEEP_ARCHIVE"];
/// The largest object that one copy can take: the documents' "5 GB", read in the careful way.
pub const LARGEST_COPY: u64 = 5_000_000_000;

/// The size of waves by storage class: a job has one class for all that it writes.
pub type Classes = BTreeMap<String, u64>;

/// The entry of a key that belongs to a wave (from 1), if a batch job of this storage class can copy it.
pub fn in_wave<'a>(history: &'a KeyHistory, wave: usize, class: &str) -> Option<&'a ListedEntry> {
    let entry = history.entries.get(wave.checked_sub(1)?)?;
    (batch_class(entry) == Some(class)).then_some(entry)
}

/// The storage class under which a batch job can copy an entry; none where it cannot.
pub fn batch_class(entry: &ListedEntry) -> Option<&str> {
    match &entry.what {
        Listed::Version {
            size, storage_class, ..
        } if *size <= LARGEST_COPY => BATCH_CLASSES.iter().find(|class| **class == storage_class).copied(),
        Listed::Marker | Listed::Version { .. } => None,
    }
}

/// Why a version cannot be copied at all as it is.
pub fn uncopyable(entry: &ListedEntry) -> Option<&'static str> {
    match &entry.what {
        Listed::Version { size, .. } if *size > LARGEST_COPY => Some("larger than 5 GB"),
        Listed::Version { storage_class, .. } if ARCHIVED.contains(&storage_class.as_str()) => {
            Some("archived: it must be restored first")
        }
        Listed::Marker | Listed::Version { .. } => None,
    }
}

/// How large the waves are, while keys come in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Depths {
    waves: Vec<Classes>,
}

impl Depths {
    /// Adds a key.
    pub fn add(&mut self, history: &KeyHistory) {
        if self.waves.len() < history.entries.len() {
            self.waves.resize(history.entries.len(), Classes::new());
        }
        for (wave, entry) in self.waves.iter_mut().zip(&history.entries) {
            if let Some(class) = batch_class(entry) {
                *wave.entry(class.to_owned()).or_default() += 1;
            }
        }
    }

    /// The first waves, as long as one has a class with `least` rows: only those are worth a job, which costs money and minutes
    /// before its first task. What is smaller, and all waves behind, is copied one by one.
    pub fn worth_a_job(&self, least: u64) -> Vec<Classes> {
        let kept = self.waves.iter().map(|wave| {
            let large = wave.iter().filter(|(_, rows)| **rows >= least);
            large.map(|(class, rows)| (class.clone(), *rows)).collect::<Classes>()
        });
        kept.take_while(|wave| !wave.is_empty()).collect()
    }
}

#[cfg(test)]
#[path = "waves_tests.rs"]
mod tests;
