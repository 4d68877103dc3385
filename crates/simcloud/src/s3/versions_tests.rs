use super::*;

fn entry(order: u64) -> Entry {
    Entry {
        order,
        null: false,
        at: Timestamp::UNIX_EPOCH,
        what: What::Marker,
    }
}

fn orders(stack: &[Entry]) -> Vec<(u64, bool)> {
    stack.iter().map(|entry| (entry.order, entry.null)).collect()
}

#[test]
fn without_versioning_a_write_replaces_and_a_delete_removes() {
    let mut stack = Vec::new();
    push(&mut stack, Versioning::Disabled, entry(1));
    push(&mut stack, Versioning::Disabled, entry(2));
    assert_eq!(orders(&stack), [(2, true)]);
    assert!(matches!(
        delete(&mut stack, Versioning::Disabled, 3, Timestamp::UNIX_EPOCH),
        Deleted::Removed(_)
    ));
    assert!(stack.is_empty());
}

#[test]
fn a_suspended_bucket_replaces_the_null_version_wherever_it_lies_and_keeps_the_others() {
    let mut stack = Vec::new();
    push(&mut stack, Versioning::Disabled, entry(1));
    push(&mut stack, Versioning::Enabled, entry(2));
    push(&mut stack, Versioning::Suspended, entry(3));
    assert_eq!(orders(&stack), [(2, false), (3, true)]);
    assert!(matches!(
        delete(&mut stack, Versioning::Suspended, 4, Timestamp::UNIX_EPOCH),
        Deleted::Marked(_)
    ));
    assert_eq!(
        orders(&stack),
        [(2, false), (4, true)],
        "the null marker takes the null version's place"
    );
}

#[test]
fn an_upload_in_parts_lies_where_it_was_initiated() {
    let mut stack = Vec::new();
    push(&mut stack, Versioning::Enabled, entry(1));
    push(&mut stack, Versioning::Enabled, entry(5));
    push(&mut stack, Versioning::Enabled, entry(3));
    assert_eq!(orders(&stack), [(1, false), (3, false), (5, false)]);
}

#[test]
fn versions_are_found_and_removed_by_id() {
    let mut stack = Vec::new();
    push(&mut stack, Versioning::Disabled, entry(1));
    push(&mut stack, Versioning::Enabled, entry(2));
    assert_eq!(find(&stack, None).map(|e| e.order), Some(2));
    assert_eq!(find(&stack, Some("null")).map(|e| e.order), Some(1));
    assert_eq!(find(&stack, Some(&version_id(2))).map(|e| e.order), Some(2));
    assert!(
        find(&stack, Some(&version_id(1))).is_none(),
        "the null version has no other id"
    );
    assert!(matches!(remove(&mut stack, &version_id(9)), Deleted::Nothing));
    assert!(matches!(remove(&mut stack, "null"), Deleted::Removed(_)));
    assert_eq!(orders(&stack), [(2, false)]);
    assert!(well_formed(&version_id(7)) && well_formed("null") && !well_formed("") && !well_formed("nonsense"));
}

#[test]
fn a_version_id_tells_its_place_and_no_other_text_does() {
    for order in [0, 1, 2, 77, u64::MAX] {
        assert_eq!(order_of(&version_id(order)), Some(order));
    }
    assert_eq!(order_of("0123456789abcdef0123456789abcdef"), None);
    assert_eq!(order_of("null"), None);
}
