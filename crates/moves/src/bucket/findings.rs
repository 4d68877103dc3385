//! What a comparison of two buckets has found: differences, and what the listings leave in doubt.

use listing::compare::sameness;
use listing::{Difference, Pair, Sameness, waves};
use model::listing::{KeyHistory, ListedEntry, Sums};
use serde::{Deserialize, Serialize};

use super::doubts::{Doubt, version_name};

/// What was found. Small: it is kept as an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Findings {
    /// What the listings add up to, of keys that do not differ.
    pub(super) sums: Sums,
    /// How many keys or versions differ.
    pub(super) different: u64,
    /// How many versions have nothing but their size to compare.
    pub(super) unproved: u64,
    /// How many were equal by what told so.
    pub(super) by_checksum: u64,
    pub(super) by_reading: u64,
    pub(super) by_job: u64,
    #[serde(default)]
    pub(super) by_reports: u64,
    /// The first few of what differs or is unproved, in words.
    pub(super) such_as: Vec<String>,
}

/// What is asked of a pair beside equal kinds, order, sizes and storage classes.
#[derive(Debug, Clone, Copy)]
pub(super) struct Demands {
    /// Whether equal ETags are proof enough, where they are any.
    pub(super) etags_prove: bool,
    /// Whether version ids and dates are equal, too.
    pub(super) replicated: bool,
}

const SHOWN: usize = 5;

impl Findings {
    pub(super) fn note(&mut self, what: String) {
        if self.such_as.len() < SHOWN {
            self.such_as.push(what);
        }
    }

    pub(super) fn differ(&mut self, what: String) {
        self.different += 1;
        self.note(what);
    }

    /// What the listings tell of a key; gives what they cannot.
    pub(super) fn compare(&mut self, pair: Pair, demands: Demands) -> Vec<Doubt> {
        let (difference, mut unproved) = pair.compare();
        if let Some(difference) = difference {
            self.differ(words(&pair.key, &difference));
            return Vec::new();
        }
        if let Some(at) = pair.other_class() {
            self.differ(format!("entry {} of {:?} has another storage class", at + 1, pair.key));
            return Vec::new();
        }
        if let Some(at) = other_id(&pair).filter(|_| demands.replicated) {
            self.differ(format!(
                "entry {} of {:?} has another version id or date",
                at + 1,
                pair.key
            ));
            return Vec::new();
        }
        if !demands.etags_prove {
            unproved = (0..pair.original.len())
                .filter(|at| !pair.original[*at].is_marker())
                .collect();
        }
        let doubt = |at: usize| Doubt {
            at,
            original: version_name(&pair.original[at]),
            copy: version_name(&pair.copy[at]),
            size: pair.original[at].size(),
            etags_equal: sameness(&pair.original[at], &pair.copy[at]) == Sameness::Same,
            archived: waves::is_archived(&pair.original[at]) || waves::is_archived(&pair.copy[at]),
        };
        let doubtful = unproved.into_iter().map(doubt).collect();
        self.sums.add(&KeyHistory {
            key: pair.key,
            entries: pair.original,
        });
        doubtful
    }

    pub(super) fn evidence(&self, original: &str, copy: &str) -> String {
        let Sums {
            keys,
            versions,
            markers,
            bytes,
            ..
        } = self.sums;
        let mut evidence = format!(
            "{keys} keys, {versions} versions, {markers} delete markers, {bytes} bytes: {copy} equals {original}"
        );
        if self.by_reports > 0 {
            evidence = format!(
                "{evidence}; {} entries by their inventory reports, and the keys above by listing them",
                self.by_reports
            );
        }
        for (count, how) in [
            (self.by_checksum, "by checksum"),
            (self.by_reading, "by reading both"),
            (self.by_job, "by checksums that batch jobs computed"),
            (self.unproved, "by size alone, as the runbook accepts"),
        ] {
            if count > 0 {
                evidence = format!("{evidence}; {count} {how}");
            }
        }
        evidence
    }
}

/// A difference in words.
fn words(key: &str, difference: &Difference) -> String {
    match difference {
        Difference::Missing(count) => format!("{key:?} lacks {count} entries"),
        Difference::Surplus(count) => format!("{key:?} has {count} entries too many"),
        Difference::Other(at) => format!("entry {} of {key:?} is another", at + 1),
    }
}

/// The first entry that has not its original's version id and date, as a replica has.
fn other_id(pair: &Pair) -> Option<usize> {
    let named = |entry: &ListedEntry| (entry.version_id.clone(), entry.last_modified);
    pair.original
        .iter()
        .zip(&pair.copy)
        .position(|(original, copy)| named(original) != named(copy))
}
