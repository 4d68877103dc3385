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

/// The entries of the original that are still to follow in the copy, the oldest first, whatever else the copy has in their place.
pub fn lacking(pair: &Pair) -> &[ListedEntry] {
    match Missing::of(pair) {
        Missing::Nothing => &[],
        Missing::Entries(entries) => entries,
        Missing::WrongFrom(right) => &pair.original[right.min(pair.original.len())..],
    }
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

/// Whether an entry can be another's copy. Of the right size with another ETag it can (only checksums could tell, and the proof asks
/// them), unless it is not younger than its original: then that has been written since.
fn can_be_copy(original: &ListedEntry, copy: &ListedEntry) -> bool {
    match sameness(original, copy) {
        Sameness::Same => true,
        Sameness::Different => false,
        Sameness::Unproved => copy.last_modified > original.last_modified,
    }
}

/// The same behind the proof of the contents, which came seconds after the last copy at the earliest. S3 tells times by the second: one
/// that was written and copied within the same is no reason to stop then. What is younger than its copy was written behind the proof.
pub fn can_be_proved_copy(original: &ListedEntry, copy: &ListedEntry) -> bool {
    match sameness(original, copy) {
        Sameness::Same => true,
        Sameness::Different => false,
        Sameness::Unproved => copy.last_modified >= original.last_modified,
    }
}

/// How many of the copy's entries, from the oldest, are right: can be the copy of the original in their place, and have not the ETag of
/// another (then the order is wrong).
pub fn right_so_far(original: &[ListedEntry], copy: &[ListedEntry]) -> usize {
    let is_anothers = |wanted: &ListedEntry, copied: &ListedEntry| {
        etag(wanted) != etag(copied) && original.iter().any(|other| etag(other) == etag(copied))
    };
    let right =
        |(wanted, copied): &(&ListedEntry, &ListedEntry)| can_be_copy(wanted, copied) && !is_anothers(wanted, copied);
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
    use crate::test_entries::{self, marker};

    fn version(size: u64, etag: &str) -> ListedEntry {
        test_entries::version(size, etag, "STANDARD")
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
