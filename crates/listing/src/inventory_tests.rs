use std::io::Write as _;

use flate2::Compression;
use flate2::write::GzEncoder;

use super::*;
use crate::page::tests::any_key;

const SCHEMA: &str = "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass, IsMultipartUploaded, \
                      EncryptionStatus";

fn manifest(schema: &str) -> Vec<u8> {
    serde_json::json!({
        "sourceBucket": "shop", "destinationBucket": "arn:aws:s3:::ops", "version": "2016-11-30",
        "creationTimestamp": "1514944800000", "fileFormat": "CSV", "fileSchema": schema,
        "files": [{ "key": "reports/shop/id/data/1.csv.gz", "size": 7, "MD5checksum": "f11166069f1990abeb9c97ace9cdfabc" }],
    })
    .to_string()
    .into_bytes()
}

fn read(schema: &str) -> Result<Manifest, Unreadable> {
    let text = manifest(schema);
    Manifest::read(&text, md5_of(&text).as_bytes())
}

fn packed(text: &str) -> Vec<u8> {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    encoder.write_all(text.as_bytes()).expect("memory");
    encoder.finish().expect("memory")
}

fn entries(text: &str) -> Vec<io::Result<ListedEntry>> {
    read(SCHEMA)
        .expect("a manifest")
        .rows(packed(text).as_slice())
        .collect()
}

#[test]
fn a_manifest_says_when_and_what() {
    let read = read(SCHEMA).expect("a manifest");
    assert_eq!(read.source, "shop");
    assert_eq!(read.scanned.to_string(), "2018-01-03T02:00:00Z");
    assert_eq!(read.files[0].key, "reports/shop/id/data/1.csv.gz");
}

#[test]
fn a_manifest_that_is_not_its_checksums_is_refused() {
    let text = manifest(SCHEMA);
    let other = md5_of(b"another");
    let refused = Manifest::read(&text, other.as_bytes()).expect_err("another manifest");
    assert!(refused.0.contains(&other), "{refused}");
    assert!(Manifest::read(&text, b"").is_err());
    // S3 may end the line.
    assert!(Manifest::read(&text, format!("{}\n", md5_of(&text)).as_bytes()).is_ok());
}

#[test]
fn a_report_without_versions_or_sizes_is_refused() {
    let current = SCHEMA.replace("VersionId, IsLatest, IsDeleteMarker, ", "");
    assert!(
        read(&current)
            .expect_err("current versions only")
            .0
            .contains("VersionId")
    );
    assert!(read(&SCHEMA.replace("Size, ", "")).is_err());
}

#[test]
fn rows_become_entries_null_versions_and_markers_too() {
    let text = "\"shop\",\"a+b%2Bc\",\"\",\"true\",\"false\",\"5\",\"2026-11-22T22:00:00.000Z\",\"e\",\"STANDARD\",\"false\",\"SSE-S3\"\n\
                \"shop\",\"gone\",\"v1\",\"true\",\"true\",\"\",\"2026-11-22T22:00:01.000Z\",\"\",\"\",\"\",\"\"\n";
    let read: Vec<ListedEntry> = entries(text)
        .into_iter()
        .map(|entry| entry.expect("an entry"))
        .collect();
    assert_eq!(read[0].key, "a b+c");
    assert_eq!(read[0].version_id, "null");
    assert_eq!(read[0].size(), 5);
    assert!(read[1].is_marker());
    assert_eq!(read[1].last_modified.to_string(), "2026-11-22T22:00:01Z");
}

#[test]
fn any_key_comes_back_as_it_was() {
    let mut rng = fastrand::Rng::with_seed(3);
    for _ in 0..500 {
        let key = any_key(&mut rng);
        // As forms are encoded, a space as `+`.
        let encoded = crate::manifest::encode(&key).replace("%20", "+");
        let text = format!(
            "\"shop\",\"{encoded}\",\"v\",\"true\",\"true\",\"\",\"2026-11-22T22:00:00Z\",\"\",\"\",\"\",\"\"\n"
        );
        assert_eq!(entries(&text)[0].as_ref().expect("an entry").key, key);
    }
}

#[test]
fn what_is_cut_off_or_senseless_is_an_error() {
    let row = |size: &str, at: &str| {
        format!("\"shop\",\"k\",\"v\",\"true\",\"false\",\"{size}\",\"{at}\",\"e\",\"STANDARD\",\"false\",\"SSE-S3\"\n")
    };
    let fine = row("1", "2026-11-22T22:00:00.000Z");
    assert!(entries(&fine)[0].is_ok());
    assert!(entries(&row("", "2026-11-22T22:00:00.000Z"))[0].is_err());
    assert!(entries(&row("1", "yesterday"))[0].is_err());
    let mut cut = packed(&fine.repeat(1_000));
    cut.truncate(cut.len() / 2);
    let manifest = read(SCHEMA).expect("a manifest");
    assert!(manifest.rows(cut.as_slice()).any(|entry| entry.is_err()));
}

#[test]
fn a_key_is_open_where_a_second_or_the_newest_is_not_told() {
    let of = |second: i64, latest: bool| ListedEntry {
        key: "k".into(),
        version_id: "v".into(),
        is_latest: latest,
        last_modified: Timestamp::from_second(second).expect("a time"),
        what: Listed::Marker,
    };
    assert!(!is_open(&[of(3, true), of(2, false), of(1, false)]));
    assert!(is_open(&[of(3, true), of(3, false)]), "two of one second");
    assert!(is_open(&[of(3, false), of(2, true)]), "the newest is not the latest");
    assert!(is_open(&[of(3, true), of(2, true)]), "two latest");
    assert!(is_open(&[of(3, false)]), "its newest was left out");
}
