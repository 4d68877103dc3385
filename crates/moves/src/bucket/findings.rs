//! What a comparison of two buckets has found: differences, and what the listings leave in doubt.

use listing::compare::sameness;
use listing::{Difference, Pair, Sameness, waves};
use model::Said;
use model::listing::{KeyHistory, ListedEntry, Sums};
use serde::{Deserialize, Serialize};

use super::doubts::{Doubt, version_name};
use super::proofs::Proof;

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
    pub(super) fn note(&mut self, what: impl Into<String>) {
        if self.such_as.len() < SHOWN {
            self.such_as.push(what.into());
        }
    }

    pub(super) fn differ(&mut self, what: impl Into<String>) {
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
            self.differ(Proof::OtherClass.fill(&[&(at + 1).to_string(), &format!("{:?}", pair.key)]));
            return Vec::new();
        }
        if let Some(at) = other_id(&pair).filter(|_| demands.replicated) {
            self.differ(Proof::OtherId.fill(&[&(at + 1).to_string(), &format!("{:?}", pair.key)]));
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

    /// That both are equal, and what told so.
    pub(super) fn evidence(&self, original: &str, copy: &str, replicated: bool) -> Said {
        let (keys, versions) = (self.sums.keys.to_string(), self.sums.versions.to_string());
        let (markers, bytes) = (self.sums.markers.to_string(), self.sums.bytes.to_string());
        let equal = Proof::Equal.fill(&[&keys, &versions, &markers, &bytes, copy, original]);
        let counted = [
            (Proof::ByReports, self.by_reports),
            (Proof::Checksum, self.by_checksum),
            (Proof::Reading, self.by_reading),
            (Proof::Jobs, self.by_job),
            (Proof::Size, self.unproved),
        ];
        let counted = counted.into_iter().filter(|(_, count)| *count > 0);
        let counted = counted.map(|(how, count)| how.fill(&[&count.to_string()]));
        let ids = replicated.then(|| Proof::Ids.into());
        Said::all([equal].into_iter().chain(counted).chain(ids))
    }

    /// The first few of what differs or is unproved.
    pub(super) fn such_as(&self) -> Said {
        Proof::SuchAs.fill(&[Said::all(self.such_as.iter().map(Said::verbatim)).as_str()])
    }
}

/// A difference in words.
fn words(key: &str, difference: &Difference) -> Said {
    let key = format!("{key:?}");
    match difference {
        Difference::Missing(count) => Proof::KeyLacks.fill(&[&key, &count.to_string()]),
        Difference::Surplus(count) => Proof::KeyHasMore.fill(&[&key, &count.to_string()]),
        Difference::Other(at) => Proof::OtherEntry.fill(&[&(at + 1).to_string(), &key]),
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
