use crate::faults::FaultLevel;
use crate::s3::audit::{Entry, every_version, histories};
use crate::s3::test_world::{bucket, cloud};

fn summed(versioning: &str, sums: &str) -> std::collections::BTreeMap<String, Vec<Entry>> {
    let observed = format!(r#"{{"name": "shop-assets", "versioning": "{versioning}", "contents": {sums}}}"#);
    histories(&cloud(FaultLevel::None, &observed), "shop-assets")
}

#[test]
fn made_up_keys_add_up_to_the_sums_exactly() {
    let sums = r#"{"keys": 500, "versions": 900, "delete_markers": 130, "bytes": 123456789, "deepest": 40}"#;
    let made = summed("enabled", sums);
    let entries: Vec<&Entry> = made.values().flatten().collect();
    let sizes: Vec<u64> = entries
        .iter()
        .filter_map(|entry| {
            if let Entry::Version { size, .. } = entry {
                Some(*size)
            } else {
                None
            }
        })
        .collect();
    assert_eq!(made.len(), 500);
    assert_eq!(sizes.len(), 900);
    assert_eq!(entries.len(), 1030);
    assert_eq!(sizes.iter().sum::<u64>(), 123_456_789);
    assert_eq!(made.values().map(Vec::len).max(), Some(40));
    for odd in [' ', '+', '%', '語', '"', ',', '&'] {
        assert!(made.keys().any(|key| key.contains(odd)), "{odd:?}");
    }
    assert_eq!(made, summed("enabled", sums), "the same seed makes the same contents");
}

#[test]
fn a_bucket_that_never_had_versions_has_one_null_version_per_key() {
    let made = summed(
        "disabled",
        r#"{"keys": 10, "versions": 10, "bytes": 1000, "deepest": 1}"#,
    );
    assert!(made.len() == 10 && made.values().all(|stack| stack.len() == 1));
}

#[test]
fn listed_objects_are_filled_as_they_are_listed() {
    let objects = r#"{"key": "k", "entries": [{"version": {"size": 7, "null": true, "class": "GLACIER"}}, {"delete_marker": {}},
        {"version": {"size": 7}}]}"#;
    let cloud = cloud(FaultLevel::None, &bucket("enabled", objects));
    let stack = &cloud.s3.by_name["shop-assets"].stacks["k"];
    let shape: Vec<(bool, bool)> = stack
        .iter()
        .map(|entry| (entry.null, entry.object().is_some()))
        .collect();
    assert_eq!(shape, [(true, true), (false, false), (false, true)]);
    assert!(
        stack
            .windows(2)
            .all(|two| two[0].order < two[1].order && two[0].at < two[1].at && two[1].at < cloud.now)
    );
    let positions: Vec<(usize, bool)> = every_version(&cloud)
        .map(|(_, _, position, digest)| (position, digest.is_some()))
        .collect();
    assert_eq!(positions, [(0, true), (1, false), (2, true)]);
}
