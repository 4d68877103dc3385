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
        last_modified: jiff::Timestamp::UNIX_EPOCH,
        what,
    }
}

fn marker() -> ListedEntry {
    ListedEntry {
        what: Listed::Marker,
        ..version(0, "")
    }
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
fn a_key_that_was_not_copied_misses_all_its_entries() {
    assert_eq!(
        compare(vec![version(1, "a"), marker()], vec![]).0,
        Some(Difference::Missing(2))
    );
}
