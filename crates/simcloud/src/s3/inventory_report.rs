//! One report of an inventory: what a scan saw, and the objects that it is delivered as.

use std::collections::BTreeMap;
use std::io::Write as _;

use bytes::Bytes;
use flate2::Compression;
use flate2::write::GzEncoder;
use jiff::{SignedDuration, Timestamp};
use md5::{Digest as _, Md5};
use s3s::dto::{InventoryConfiguration, InventoryIncludedObjectVersions};
use serde_json::json;

use super::content::{Content, hex};
use super::objects::{self, Encryption, Wanted};
use super::versions::Entry;
use super::{access, listing};
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;

/// The fields that may be asked for, in the order in which a report has them.
pub(super) const OPTIONAL: [&str; 15] = [
    "Size",
    "LastModifiedDate",
    "ETag",
    "StorageClass",
    "IsMultipartUploaded",
    "ReplicationStatus",
    "EncryptionStatus",
    "ObjectLockRetainUntilDate",
    "ObjectLockMode",
    "ObjectLockLegalHoldStatus",
    "IntelligentTieringAccessTier",
    "BucketKeyStatus",
    "ChecksumAlgorithm",
    "ObjectAccessControlList",
    "ObjectOwner",
];

/// So many rows stand in one file.
const ROWS_OF_A_FILE: usize = 5_000;

/// What was scanned.
pub(super) struct Report {
    scanned: Timestamp,
    pub(super) arrives: Timestamp,
    schema: String,
    files: Vec<Bytes>,
}

/// Sees a bucket as an inventory does: key by key as it was at a moment of its own shortly before, in no order.
pub(super) fn scan(
    cloud: &mut Cloud,
    name: &str,
    configuration: &InventoryConfiguration,
    at: Timestamp,
    arrives: Timestamp,
) -> Report {
    let all = configuration.included_object_versions.as_str() == InventoryIncludedObjectVersions::ALL;
    let wanted = configuration.optional_fields.iter().flatten();
    let wanted: Vec<&str> = wanted.map(|field| field.as_str()).collect();
    let optional: Vec<&str> = OPTIONAL.into_iter().filter(|field| wanted.contains(field)).collect();
    let mut fields = vec!["Bucket", "Key"];
    if all {
        fields.extend(["VersionId", "IsLatest", "IsDeleteMarker"]);
    }
    fields.extend(&optional);
    let lag = match cloud.faults.level() {
        FaultLevel::None => 1,
        FaultLevel::Usual => 300,
        FaultLevel::Harsh | FaultLevel::Hostile => 1_800,
    };
    let prefix = configuration
        .filter
        .as_ref()
        .map_or("", |filter| filter.prefix.as_str());
    let mut lags = cloud.faults.stream("s3 inventory lag").clone();
    let mut rows = Vec::new();
    if let Some(held) = cloud.s3.by_name.get(name) {
        let keys = held.stacks_from(prefix).take_while(|(key, _)| key.starts_with(prefix));
        for (key, stack) in keys {
            let seen_at = at - SignedDuration::from_secs(lags.i64(0..lag));
            let seen: Vec<&Entry> = stack.iter().filter(|entry| entry.at <= seen_at).collect();
            for (place, entry) in seen.iter().enumerate() {
                let latest = place + 1 == seen.len();
                if all || (latest && entry.object().is_some()) {
                    rows.push(row(name, &key, entry, latest, &fields));
                }
            }
        }
    }
    *cloud.faults.stream("s3 inventory lag") = lags;
    cloud.faults.stream("s3 inventory order").shuffle(&mut rows);
    Report {
        scanned: at,
        arrives,
        schema: fields.join(", "),
        files: rows.chunks(ROWS_OF_A_FILE).map(|rows| packed(&rows.concat())).collect(),
    }
}

fn row(bucket: &str, key: &str, entry: &Entry, latest: bool, fields: &[&str]) -> String {
    let object = entry.object();
    let field = |name: &&str| -> String {
        match (*name, object) {
            ("Bucket", _) => bucket.to_owned(),
            ("Key", _) => listing::encode(key),
            // Not the word `null`.
            ("VersionId", _) if entry.null => String::new(),
            ("VersionId", _) => entry.id(),
            ("IsLatest", _) => latest.to_string(),
            ("IsDeleteMarker", _) => object.is_none().to_string(),
            ("LastModifiedDate", _) => entry.at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            ("Size", Some(object)) => object.content.size().to_string(),
            ("ETag", Some(object)) => object.etag.clone(),
            ("StorageClass", Some(object)) => object.class.to_string(),
            ("IsMultipartUploaded", Some(object)) => (!object.parts.is_empty()).to_string(),
            ("EncryptionStatus", Some(object)) if object.key.is_some() => "SSE-KMS".to_owned(),
            ("EncryptionStatus", Some(_)) => "SSE-S3".to_owned(),
            ("ChecksumAlgorithm", Some(object)) => object.checksum.map_or("", |one| one.name()).to_owned(),
            _ => String::new(),
        }
    };
    let quoted: Vec<String> = fields.iter().map(|name| format!("\"{}\"", field(name))).collect();
    format!("{}\n", quoted.join(","))
}

fn packed(text: &str) -> Bytes {
    let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
    // Writing to memory cannot fail.
    let _ = encoder.write_all(text.as_bytes());
    encoder.finish().unwrap_or_default().into()
}

/// Writes a report into its destination, if that lets S3 do so. What is refused is told nobody.
pub(super) fn deliver(
    cloud: &mut Cloud,
    s3: &Caller,
    source: &str,
    configuration: &InventoryConfiguration,
    report: &Report,
) {
    let to = &configuration.destination.s3_bucket_destination;
    let destination = to.bucket.strip_prefix("arn:aws:s3:::").unwrap_or_default();
    let prefix = to.prefix.as_deref().map(|prefix| prefix.trim_end_matches('/'));
    let prefix = prefix
        .filter(|prefix| !prefix.is_empty())
        .map_or(String::new(), |prefix| format!("{prefix}/"));
    let folder = format!("{prefix}{source}/{}", configuration.id);
    let mut objects = Vec::new();
    for file in &report.files {
        let id = cloud.faults.letters("s3 inventory files", "0123456789abcdef", 32);
        objects.push((format!("{folder}/data/{id}.csv.gz"), file.clone()));
    }
    let files = objects
        .iter()
        .map(|(key, file)| json!({ "key": key, "size": file.len(), "MD5checksum": hex(&Md5::digest(file)) }));
    let manifest = json!({
        "sourceBucket": source,
        "destinationBucket": to.bucket,
        "version": "2016-11-30",
        "creationTimestamp": report.scanned.as_millisecond().to_string(),
        "fileFormat": "CSV",
        "fileSchema": report.schema,
        "files": files.collect::<Vec<_>>(),
    });
    let manifest = Bytes::from(manifest.to_string());
    let links: Vec<String> = objects
        .iter()
        .map(|(key, _)| format!("s3://{destination}/{key}"))
        .collect();
    let minute = |form: &str| report.scanned.strftime(form).to_string();
    let hive = minute("%Y-%m-%d-%H-%M");
    let scanned = minute("%Y-%m-%dT%H-%MZ");
    let checksum = hex(&Md5::digest(&manifest));
    objects.push((format!("{folder}/hive/dt={hive}/symlink.txt"), links.join("\n").into()));
    objects.push((format!("{folder}/{scanned}/manifest.json"), manifest));
    objects.push((format!("{folder}/{scanned}/manifest.checksum"), checksum.into()));
    let context = BTreeMap::from([
        ("aws:SourceAccount".to_owned(), s3.account.to_string()),
        ("aws:SourceArn".to_owned(), format!("arn:aws:s3:::{source}")),
        ("s3:x-amz-acl".to_owned(), "bucket-owner-full-control".to_owned()),
    ]);
    for (key, body) in objects {
        if !access::service_may(cloud, s3, destination, &key, "s3:PutObject", &context) {
            return;
        }
        let wanted = Wanted {
            encryption: to.encryption.is_some().then_some(Encryption::S3),
            ..Wanted::default()
        };
        let Ok(object) = objects::keep(cloud, s3, destination, wanted, Content::real(body)) else {
            return;
        };
        let order = cloud.s3.next_order();
        if objects::write(cloud, destination, &key, order, object).is_err() {
            return;
        }
    }
}
