use super::*;

fn version(class: &str, size: u64) -> ListedEntry {
    let what = Listed::Version {
        size,
        etag: "e".into(),
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

fn marker() -> ListedEntry {
    ListedEntry {
        what: Listed::Marker,
        ..version("STANDARD", 0)
    }
}

fn depths(histories: Vec<Vec<ListedEntry>>) -> Depths {
    let mut depths = Depths::default();
    for entries in histories {
        depths.add(&KeyHistory {
            key: "k".into(),
            entries,
        });
    }
    depths
}

#[test]
fn the_dth_wave_holds_the_dth_oldest_entry_of_every_key() {
    let history = KeyHistory {
        key: "k".into(),
        entries: vec![version("STANDARD", 1), marker(), version("STANDARD", 3)],
    };
    assert_eq!(in_wave(&history, 1, "STANDARD"), Some(&history.entries[0]));
    assert_eq!(in_wave(&history, 2, "STANDARD"), None, "a marker cannot be copied");
    assert_eq!(in_wave(&history, 3, "STANDARD"), Some(&history.entries[2]));
    assert_eq!(
        in_wave(&history, 3, "STANDARD_IA"),
        None,
        "another class is another job"
    );
    assert_eq!(in_wave(&history, 4, "STANDARD"), None);
}

#[test]
fn waves_count_by_class_and_end_where_a_job_is_not_worth_it() {
    let found = depths(vec![
        vec![version("STANDARD", 1), version("STANDARD", 1), version("STANDARD", 1)],
        vec![version("STANDARD", 1), version("STANDARD_IA", 1)],
        vec![version("STANDARD", 1), version("STANDARD", 1)],
    ]);
    let classes = |pairs: &[(&str, u64)]| pairs.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect::<Classes>();
    assert_eq!(
        found.worth_a_job(2),
        vec![classes(&[("STANDARD", 3)]), classes(&[("STANDARD", 2)])]
    );
    assert_eq!(found.worth_a_job(4), Vec::<Classes>::new());
}

#[test]
fn what_a_job_cannot_copy_is_in_no_wave() {
    assert_eq!(batch_class(&version("REDUCED_REDUNDANCY", 1)), None);
    assert_eq!(batch_class(&version("STANDARD", LARGEST_COPY + 1)), None);
    assert!(uncopyable(&version("STANDARD", LARGEST_COPY + 1)).is_some());
    assert!(uncopyable(&version("DEEP_ARCHIVE", 1)).is_some());
    assert_eq!(uncopyable(&version("GLACIER_IR", 1)), None);
}
