//! The comparison of two buckets that were listed into files: key by key, so that neither is held in memory.

use std::cmp::Ordering;
use std::io;
use std::iter::Peekable;

use model::listing::{KeyHistory, Listed, ListedEntry};

use crate::spool::Keys;

/// A key in one bucket, the other, or both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pair {
    /// The key.
    pub key: String,
    /// Its entries in the original, oldest first; none where it is not there.
    pub original: Vec<ListedEntry>,
    /// Its entries in the copy.
    pub copy: Vec<ListedEntry>,
}

/// The keys of two buckets that were listed into files, in order.
pub struct ListedPairs {
    original: Peekable<Keys>,
    copy: Peekable<Keys>,
}

impl ListedPairs {
    /// Meets the keys of an original and of its copy.
    pub fn new(original: Keys, copy: Keys) -> Self {
        Self {
            original: original.peekable(),
            copy: copy.peekable(),
        }
    }
}

impl Iterator for ListedPairs {
    type Item = io::Result<Pair>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = match (self.original.peek(), self.copy.peek()) {
            (None, None) => return None,
            (Some(Ok(original)), Some(Ok(copy))) => original.key.as_bytes().cmp(copy.key.as_bytes()),
            // What cannot be read is told before anything else.
            (Some(Err(_)), _) | (Some(_), None) => Ordering::Less,
            (_, Some(_)) => Ordering::Greater,
        };
        let take = |side: &mut Peekable<Keys>, now: bool| if now { side.next().transpose() } else { Ok(None) };
        let pair = take(&mut self.original, first.is_le()).and_then(|original| {
            let copy = take(&mut self.copy, first.is_ge())?;
            Ok((original, copy))
        });
        Some(pair.map(|(original, copy)| Pair::of(original, copy)))
    }
}

/// Whether two entries have the same content, as far as a listing tells.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sameness {
    /// Both are delete markers, or size and ETag agree.
    Same,
    /// One is a marker and the other not, or the sizes differ.
    Different,
    /// The sizes agree, the ETags do not: an upload in parts or a KMS key gives the same content another ETag. Only checksums tell.
    Unproved,
}

/// Compares two entries.
pub fn sameness(original: &ListedEntry, copy: &ListedEntry) -> Sameness {
    match (&original.what, &copy.what) {
        (Listed::Marker, Listed::Marker) => Sameness::Same,
        (Listed::Version { size: a, .. }, Listed::Version { size: b, .. }) if a != b => Sameness::Different,
        (Listed::Version { etag: a, .. }, Listed::Version { etag: b, .. }) if a == b => Sameness::Same,
        (Listed::Version { .. }, Listed::Version { .. }) => Sameness::Unproved,
        (Listed::Marker, Listed::Version { .. }) | (Listed::Version { .. }, Listed::Marker) => Sameness::Different,
    }
}

/// How a copy's history of a key differs from the original's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Difference {
    /// The copy ends too early: so many entries of the original are not there.
    Missing(usize),
    /// The copy has so many entries more.
    Surplus(usize),
    /// This entry (counted from the oldest, from 0) is another.
    Other(usize),
}

impl Pair {
    fn of(original: Option<KeyHistory>, copy: Option<KeyHistory>) -> Self {
        let key = original.as_ref().or(copy.as_ref()).map(|history| history.key.clone());
        let entries = |history: Option<KeyHistory>| history.map(|history| history.entries).unwrap_or_default();
        Self {
            key: key.unwrap_or_default(),
            original: entries(original),
            copy: entries(copy),
        }
    }

    /// The first entry whose storage class is not the original's: S3 copies to STANDARD where nobody says otherwise.
    pub fn other_class(&self) -> Option<usize> {
        let class = |entry: &ListedEntry| match &entry.what {
            Listed::Version { storage_class, .. } => Some(storage_class.clone()),
            Listed::Marker => None,
        };
        self.original
            .iter()
            .zip(&self.copy)
            .position(|(original, copy)| class(original) != class(copy))
    }

    /// The first difference in kind, size or number, and the places where only checksums can tell.
    pub fn compare(&self) -> (Option<Difference>, Vec<usize>) {
        let mut unproved = Vec::new();
        for (at, (original, copy)) in self.original.iter().zip(&self.copy).enumerate() {
            match sameness(original, copy) {
                Sameness::Same => {}
                Sameness::Different => return (Some(Difference::Other(at)), unproved),
                Sameness::Unproved => unproved.push(at),
            }
        }
        let difference = match self.original.len().cmp(&self.copy.len()) {
            Ordering::Equal => None,
            Ordering::Greater => Some(Difference::Missing(self.original.len() - self.copy.len())),
            Ordering::Less => Some(Difference::Surplus(self.copy.len() - self.original.len())),
        };
        (difference, unproved)
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
