//! Entries for tests: of key `k`, written at the epoch.

use model::listing::{Listed, ListedEntry};

/// A version.
pub(crate) fn version(size: u64, etag: &str, class: &str) -> ListedEntry {
    let what = Listed::Version {
        size,
        etag: etag.into(),
        storage_class: class.into(),
    };
    ListedEntry {
        key: "k".into(),
        version_id: "v".into(),
        is_latest: false,
        last_modified: jiff::Timestamp::UNIX_EPOCH,
        what,
    }
}

/// A delete marker.
pub(crate) fn marker() -> ListedEntry {
    ListedEntry {
        what: Listed::Marker,
        ..version(0, "", "STANDARD")
    }
}
