//! What the copy of a key lacks. A copy is made from the oldest entry on, so what is right of it is a beginning of the original's
//! history; what follows in the original is lacking, and what follows in the copy is too much.

use model::listing::{Listed, ListedEntry};

use crate::compare::{Pair, Sameness, sameness};

/// How a key's copy stands to its original.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing<'a> {
    /// The copy is whole, as far as a listing tells.
    Nothing,
    /// These entries of the original, the oldest first, are to follow on what is there.
    Entries(&'a [ListedEntry]),
    /// From this place on (counted from the oldest, from 0) the copy has something else: it goes, before anything follows.
    WrongFrom(usize),
}

impl Missing<'_> {
    /// Looks at a key.
    pub fn of(pair: &Pair) -> Missing<'_> {
        let right = right_so_far(&pair.original, &pair.copy);
        if right < pair.copy.len() {
            Missing::WrongFrom(right)
        } else if right < pair.original.len() {
            Missing::Entries(&pair.original[right..])
        } else {
            Missing::Nothing
        }
    }
}

/// How many of the copy's entries, from the oldest, are right. An entry of the right size with another ETag is taken for right (only
/// checksums could tell, and the proof at the end asks them), unless its ETag is that of another entry (then the order is wrong) or it
/// is not younger than its original (then that has been overwritten since).
pub fn right_so_far(original: &[ListedEntry], copy: &[ListedEntry]) -> usize {
    let right = |(wanted, copied): &(&ListedEntry, &ListedEntry)| match sameness(wanted, copied) {
        Sameness::Same => true,
        Sameness::Different => false,
        Sameness::Unproved => {
            copied.last_modified > wanted.last_modified && !original.iter().any(|other| etag(other) == etag(copied))
        }
    };
    original.iter().zip(copy).take_while(right).count()
}

fn etag(entry: &ListedEntry) -> Option<&str> {
    match &entry.what {
        Listed::Version { etag, .. } => Some(etag),
        Listed::Marker => None,
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;

    use super::*;

    fn version(size: u64, etag: &str) -> ListedEntry {
        let what = Listed::Version {
            size,
            etag: etag.into(),
            storage_class: "STANDARD".into(),
        };
        ListedEntry {
            key: "k".into(),
            version_id: "v".into(),
            is_latest: false,
            last_modified: Timestamp::UNIX_EPOCH,
            what,
        }
    }

    fn marker() -> ListedEntry {
        ListedEntry {
            what: Listed::Marker,
            ..version(0, "")
        }
    }

    fn copied(mut entry: ListedEntry) -> ListedEntry {
        entry.last_modified = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_secs(60);
        entry
    }

    fn pair(original: &[ListedEntry], copy: &[ListedEntry]) -> Pair {
        Pair {
            key: "k".into(),
            original: original.to_vec(),
            copy: copy.to_vec(),
        }
    }

    #[test]
    fn what_is_missing_begins_where_the_copy_ends() {
        let wanted = [version(1, "a"), marker(), version(2, "b")];
        assert_eq!(
            Missing::of(&pair(&wanted, &wanted[..2])),
            Missing::Entries(&wanted[2..])
        );
        assert_eq!(Missing::of(&pair(&wanted, &[])), Missing::Entries(&wanted));
        assert_eq!(Missing::of(&pair(&wanted, &wanted)), Missing::Nothing);
    }

    #[test]
    fn a_version_written_twice_is_wrong_from_the_second_on() {
        let twice = pair(&[version(1, "a"), version(1, "b")], &[version(1, "a"), version(1, "a")]);
        assert_eq!(Missing::of(&twice), Missing::WrongFrom(1));
    }

    #[test]
    fn versions_of_one_size_in_the_wrong_order_are_seen() {
        let swapped = pair(&[version(1, "a"), version(1, "b")], &[version(1, "b"), version(1, "a")]);
        assert_eq!(Missing::of(&swapped), Missing::WrongFrom(0));
    }

    #[test]
    fn a_key_that_the_original_has_no_more_is_wrong_from_its_beginning() {
        assert_eq!(Missing::of(&pair(&[], &[version(1, "a")])), Missing::WrongFrom(0));
    }

    #[test]
    fn an_etag_that_copying_changes_is_no_reason_to_copy_again() {
        let changed = pair(&[version(9, "a-2")], &[copied(version(9, "c"))]);
        assert_eq!(Missing::of(&changed), Missing::Nothing);
    }

    #[test]
    fn an_original_that_was_overwritten_since_is_copied_again() {
        let overwritten = pair(&[copied(version(9, "a"))], &[version(9, "c")]);
        assert_eq!(Missing::of(&overwritten), Missing::WrongFrom(0));
    }
}
