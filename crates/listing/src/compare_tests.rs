use super::*;
use crate::test_entries::{self, marker};

fn version(size: u64, etag: &str) -> ListedEntry {
    test_entries::version(size, etag, "STANDARD")
}

fn compare(original: Vec<ListedEntry>, copy: Vec<ListedEntry>) -> (Option<Difference>, Vec<usize>) {
    Pair {
        key: "k".into(),
        original,
        copy,
    }
    .compare()
}

#[test]
fn equal_histories_have_no_difference() {
    let history = vec![version(1, "a"), marker(), version(2, "b")];
    assert_eq!(compare(history.clone(), history), (None, vec![]));
}

#[test]
fn a_missing_marker_in_the_middle_is_another_entry() {
    let original = vec![version(1, "a"), marker(), version(2, "b")];
    assert_eq!(
        compare(original, vec![version(1, "a"), version(2, "b")]).0,
        Some(Difference::Other(1))
    );
}

#[test]
fn a_version_copied_twice_is_surplus() {
    let copy = vec![version(1, "a"), version(1, "a")];
    assert_eq!(compare(vec![version(1, "a")], copy).0, Some(Difference::Surplus(1)));
}

#[test]
fn two_versions_of_one_size_in_the_wrong_order_are_not_taken_for_equal() {
    let original = vec![version(1, "a"), version(1, "b")];
    let copy = vec![version(1, "b"), version(1, "a")];
    assert_eq!(compare(original, copy), (None, vec![0, 1]));
}

#[test]
fn an_upload_in_parts_leaves_its_copy_unproved() {
    assert_eq!(sameness(&version(9, "a-2"), &version(9, "c")), Sameness::Unproved);
    assert_eq!(sameness(&version(9, "a-2"), &version(8, "a-2")), Sameness::Different);
}

#[test]
fn the_first_version_of_another_storage_class_is_told_by_its_place() {
    let of = |class: &str| test_entries::version(1, "a", class);
    let pair = |copy: Vec<ListedEntry>| Pair {
        key: "k".into(),
        original: vec![of("GLACIER_IR"), marker(), of("STANDARD_IA")],
        copy,
    };
    let same = vec![of("GLACIER_IR"), marker(), of("STANDARD_IA")];
    assert_eq!(pair(same).other_class(), None);
    assert_eq!(
        pair(vec![of("GLACIER_IR"), marker(), of("STANDARD")]).other_class(),
        Some(2)
    );
    assert_eq!(
        pair(vec![of("GLACIER_IR")]).other_class(),
        None,
        "what is missing has no class"
    );
}

#[test]
fn a_key_that_was_not_copied_misses_all_its_entries() {
    assert_eq!(
        compare(vec![version(1, "a"), marker()], vec![]).0,
        Some(Difference::Missing(2))
    );
}

#[test]
fn keys_of_two_listings_meet_in_order_and_what_one_lacks_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let entry = |key: &str, size: u64| ListedEntry {
        key: key.to_owned(),
        version_id: "v".to_owned(),
        is_latest: true,
        last_modified: jiff::Timestamp::UNIX_EPOCH,
        what: Listed::Version {
            size,
            etag: "e".to_owned(),
            storage_class: "STANDARD".to_owned(),
        },
    };
    let keys = |name: &str, entries: &[ListedEntry]| {
        let folder = folder.path().join(name);
        std::fs::create_dir(&folder).expect("a folder");
        let mut spool = crate::Spool::new(&folder);
        spool.append(0, entries).expect("written");
        spool.flush().expect("written");
        Keys::of(spool.read(&[0]))
    };
    let original = keys("original", &[entry("a", 1), entry("b", 1), entry("d", 1)]);
    let copy = keys("copy", &[entry("a", 1), entry("c", 1), entry("d", 2)]);
    let met: Vec<(String, Option<Difference>)> = ListedPairs::new(original, copy)
        .map(|pair| pair.expect("whole"))
        .map(|pair| (pair.key.clone(), pair.compare().0))
        .collect();
    let expected = [
        ("a", None),
        ("b", Some(Difference::Missing(1))),
        ("c", Some(Difference::Surplus(1))),
        ("d", Some(Difference::Other(0))),
    ];
    assert_eq!(met, expected.map(|(key, difference)| (key.to_owned(), difference)));
}
