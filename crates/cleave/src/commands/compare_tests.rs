use model::listing::{Listed, ListedEntry};

use super::*;

fn version(key: &str, size: u64, etag: &str, class: &str) -> ListedEntry {
    ListedEntry {
        key: key.to_owned(),
        version_id: format!("{etag}-id"),
        is_latest: false,
        last_modified: jiff::Timestamp::UNIX_EPOCH,
        what: Listed::Version {
            size,
            etag: etag.to_owned(),
            storage_class: class.to_owned(),
        },
    }
}

fn marker(key: &str) -> ListedEntry {
    ListedEntry {
        what: Listed::Marker,
        ..version(key, 0, "m", "STANDARD")
    }
}

/// A key with a marker, a version that is equal, and one of the same size and another ETag.
fn doubtful(key: &str) -> Pair {
    let history = |etag: &str| {
        vec![
            marker(key),
            version(key, 1, "same", "STANDARD"),
            version(key, 2, etag, "STANDARD"),
        ]
    };
    Pair {
        key: key.to_owned(),
        original: history("one-2"),
        copy: history("other"),
    }
}

fn of_another_class() -> Pair {
    Pair {
        key: "k".to_owned(),
        original: vec![version("k", 1, "same", "STANDARD_IA")],
        copy: vec![version("k", 1, "same", "STANDARD")],
    }
}

/// What the levels make of some pairs, none of the questions answered.
fn tally(verify: Verify, pairs: &[Pair]) -> (Tally, Vec<Question>) {
    let mut tally = Tally::default();
    let questions = pairs.iter().flat_map(|pair| tally.add(verify, pair)).collect();
    (tally, questions)
}

#[test]
fn sizes_say_nothing_of_any_content_and_say_so() {
    let (tally, questions) = tally(Verify::Sizes, &[doubtful("a")]);
    assert!(questions.is_empty());
    assert_eq!(
        (tally.different, tally.unproved),
        (0, 2),
        "both versions, and no marker"
    );
    assert_eq!(tally.verdict(Verify::Sizes), Verdict::NoDifference);
}

#[test]
fn etags_leave_open_what_they_do_not_tell_and_count_it() {
    let (tally, questions) = tally(Verify::Etags, &[doubtful("a"), doubtful("b")]);
    assert!(questions.is_empty());
    assert_eq!((tally.different, tally.unproved), (0, 2));
    assert_eq!(tally.unproved_keys, ["a", "b"]);
    assert_eq!(tally.verdict(Verify::Etags), Verdict::NoDifference);
}

#[test]
fn under_checksums_only_what_etags_leave_open_is_asked_about_and_only_equal_checksums_prove_it() {
    let (mut tally, questions) = tally(Verify::Checksums, &[doubtful("a"), doubtful("b")]);
    let asked: Vec<(&str, usize)> = questions.iter().map(|question| (question.key(), question.at)).collect();
    assert_eq!(asked, [("a", 2), ("b", 2)]);
    assert_eq!(tally.unproved, 0);
    let mut answers = questions.into_iter();
    let mut next = || answers.next().expect("a question");
    tally.told((next(), Answer::Equal));
    assert_eq!(tally.verdict(Verify::Checksums), Verdict::NoDifference);
    tally.told((next(), Answer::Nothing));
    assert_eq!((tally.different, tally.unproved, tally.by_checksum), (0, 1, 1));
    assert_eq!(tally.unproved_keys, ["b"]);
    assert_eq!(
        tally.verdict(Verify::Checksums),
        Verdict::Unproved,
        "unproved is not equal"
    );
}

#[test]
fn another_content_or_one_that_has_gone_is_a_difference_and_a_key_is_counted_once() {
    for answer in [Answer::Other, Answer::Gone] {
        let mut twice = doubtful("a");
        twice.original.extend(doubtful("a").original);
        twice.copy.extend(doubtful("a").copy);
        let (mut tally, questions) = tally(Verify::Checksums, &[twice, doubtful("b")]);
        assert_eq!(questions.len(), 3);
        questions
            .into_iter()
            .for_each(|question| tally.told((question, answer)));
        assert_eq!((tally.different, tally.unproved), (2, 0));
        assert!(tally.shown[0].starts_with("\"a\": entry 3"), "{:?}", tally.shown);
        assert_eq!(tally.verdict(Verify::Checksums), Verdict::Different);
    }
}

#[test]
fn another_storage_class_is_a_difference_at_every_level_and_needs_no_question() {
    for verify in [Verify::Sizes, Verify::Etags, Verify::Checksums] {
        let (tally, questions) = tally(verify, &[of_another_class()]);
        assert_eq!((tally.different, questions.len()), (1, 0), "{verify:?}");
        assert!(tally.shown[0].contains("storage class"), "{:?}", tally.shown);
        assert_eq!(tally.verdict(verify), Verdict::Different);
    }
}

#[test]
fn of_many_only_the_first_are_shown_and_all_are_counted() {
    let pairs: Vec<Pair> = (0..50).map(|nth| doubtful(&format!("{nth:02}"))).collect();
    let (tally, _) = tally(Verify::Etags, &pairs);
    assert_eq!((tally.unproved, tally.unproved_keys.len()), (50, SHOWN));
    let other: Vec<Pair> = (0..50).map(|_| of_another_class()).collect();
    let mut tally = Tally::default();
    other.iter().for_each(|pair| drop(tally.add(Verify::Etags, pair)));
    assert_eq!((tally.different, tally.shown.len()), (50, SHOWN));
}
