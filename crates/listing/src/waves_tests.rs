use super::*;
use crate::test_entries::{self, marker};

fn version(class: &str, size: u64) -> ListedEntry {
    test_entries::version(size, "e", class)
}

fn depths(histories: &[Vec<ListedEntry>]) -> Depths {
    let mut depths = Depths::default();
    for entries in histories {
        depths.add(entries);
    }
    depths
}

fn rows(waves: &[Classes]) -> Vec<Vec<(&str, u64)>> {
    waves
        .iter()
        .map(|wave| {
            wave.iter()
                .map(|(class, amount)| (class.as_str(), amount.rows))
                .collect()
        })
        .collect()
}

#[test]
fn waves_count_by_class_and_end_where_a_job_is_not_worth_it() {
    let found = depths(&[
        vec![version("STANDARD", 1), version("STANDARD", 1), version("STANDARD", 1)],
        vec![version("STANDARD", 1), version("STANDARD_IA", 1)],
        vec![version("STANDARD", 1), version("STANDARD", 1)],
    ]);
    assert_eq!(
        rows(&found.worth_a_job(Some(2))),
        [vec![("STANDARD", 3)], vec![("STANDARD", 2)]]
    );
    assert!(found.worth_a_job(Some(4)).is_empty());
}

#[test]
fn a_marker_has_no_wave_of_its_own() {
    let found = depths(&[vec![marker(), version("STANDARD", 1), marker(), version("STANDARD", 1)]]);
    assert_eq!(
        rows(&found.worth_a_job(Some(1))),
        [vec![("STANDARD", 1)], vec![("STANDARD", 1)]]
    );
}

#[test]
fn without_a_word_from_the_runbook_the_faster_way_is_taken() {
    let of = |rows, bytes| Amount { rows, bytes };
    // A job of a thousand objects would still be starting when they are copied.
    assert!(!of(1_000, 1_000_000).is_worth_a_job(None));
    assert!(of(1_000_000, 1_000_000_000).is_worth_a_job(None), "an hour one by one");
    assert!(of(5_000, 20_000_000_000_000).is_worth_a_job(None), "few, but 20 TB");
}

#[test]
fn what_a_job_cannot_copy_is_in_no_wave() {
    assert_eq!(batch_class(&version("REDUCED_REDUNDANCY", 1)), None);
    assert_eq!(batch_class(&version("STANDARD", LARGEST_COPY + 1)), None);
    assert_eq!(batch_class(&version("STANDARD", LARGEST_COPY)), Some("STANDARD"));
    let mut in_parts = version("STANDARD", LARGEST_READ + 1);
    if let Listed::Version { etag, .. } = &mut in_parts.what {
        "0123-9".clone_into(etag);
    }
    assert_eq!(batch_class(&in_parts), None, "a job would make one piece of it");
    assert!(is_large(&version("STANDARD", LARGEST_COPY + 1)));
    assert!(is_archived(&version("DEEP_ARCHIVE", 1)));
    assert!(!is_archived(&version("GLACIER_IR", 1)));
}
