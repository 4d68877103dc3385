//! What a bucket's version listing says, and how two histories compare: what several rooms speak when they speak of a bucket.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::StepId;

/// One entry of a bucket's version listing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListedEntry {
    /// The key, decoded.
    pub key: String,
    /// Its version id; `null` for the null version.
    pub version_id: String,
    /// Whether it is the newest of its key.
    pub is_latest: bool,
    /// When it was written, to the second or the millisecond.
    pub last_modified: Timestamp,
    /// What it is.
    pub what: Listed,
}

/// What an entry is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Listed {
    /// A delete marker.
    Marker,
    /// An object version.
    Version {
        /// Size in bytes.
        size: u64,
        /// The ETag, without quotes.
        etag: String,
        /// The storage class.
        storage_class: String,
    },
}

impl ListedEntry {
    /// Whether it is a delete marker.
    pub fn is_marker(&self) -> bool {
        self.what == Listed::Marker
    }

    /// Its size; a delete marker has none.
    pub fn size(&self) -> u64 {
        match &self.what {
            Listed::Marker => 0,
            Listed::Version { size, .. } => *size,
        }
    }
}

/// A key and all its entries.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KeyHistory {
    /// The key.
    pub key: String,
    /// Its entries, oldest first.
    pub entries: Vec<ListedEntry>,
}

/// How far one part of a bucket's listing has come: a range of keys. Kept, so that a listing that is killed goes on where it was.
#[derive(Debug, Clone, PartialEq)]
pub struct ListingPart {
    /// The step that lists.
    pub step: StepId,
    /// The bucket.
    pub bucket: String,
    /// Which part.
    pub part: u32,
    /// The range begins behind this key; absent: at the start.
    pub after: Option<String>,
    /// The range ends with this key; absent: at the end.
    pub until: Option<String>,
    /// Where S3 is to go on; absent: at the start of the range, or nowhere.
    pub cursor: Option<Value>,
    /// How many versions and delete markers it has found.
    pub versions: u64,
    /// How many bytes those have.
    pub bytes: u64,
    /// Whether the range has been listed to its end.
    pub done: bool,
}

/// Sums over a bucket.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sums {
    /// Distinct keys.
    pub keys: u64,
    /// Object versions.
    pub versions: u64,
    /// Delete markers.
    pub markers: u64,
    /// Bytes over all versions.
    pub bytes: u64,
    /// The most entries that one key has.
    pub deepest: u64,
}

impl Sums {
    /// Adds a key.
    pub fn add(&mut self, history: &KeyHistory) {
        let versions = history.entries.iter().filter(|entry| !entry.is_marker()).count() as u64;
        let bytes = history.entries.iter().map(ListedEntry::size).sum();
        self.add_key(history.entries.len() as u64, versions, bytes);
    }

    /// Adds a key of so many entries, of which so many are versions of so many bytes together.
    pub fn add_key(&mut self, entries: u64, versions: u64, bytes: u64) {
        self.keys += 1;
        self.versions += versions;
        self.markers += entries - versions;
        self.bytes += bytes;
        self.deepest = self.deepest.max(entries);
    }
}
