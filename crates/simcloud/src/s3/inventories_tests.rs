use std::io::Read as _;

use model::ids::Region;
use s3s::dto::{
    InventoryDestination, InventoryFormat, InventoryOptionalField, InventoryS3BucketDestination, InventorySchedule,
};
use serde_json::{Value, json};

use super::*;
use crate::faults::FaultLevel;
use crate::s3::settings;
use crate::s3::test_world::{SOURCE, bucket as shop, cloud, refused, source, target, wait};

const OBJECTS: &str = r#"
    {"key": "a b", "entries": [{"version": {"size": 5, "null": true}}, {"delete_marker": {}}, {"version": {"size": 7}}]},
    {"key": "gone", "entries": [{"version": {"size": 1}}, {"delete_marker": {}}]}"#;

fn configuration(id: &str, to: &str) -> InventoryConfiguration {
    let fields = ["Size", "LastModifiedDate", "ETag", "StorageClass"];
    InventoryConfiguration {
        destination: InventoryDestination {
            s3_bucket_destination: InventoryS3BucketDestination {
                account_id: None,
                bucket: format!("arn:aws:s3:::{to}"),
                encryption: None,
                format: InventoryFormat::from_static(InventoryFormat::CSV),
                prefix: Some("reports".to_owned()),
            },
        },
        filter: None,
        id: id.to_owned(),
        included_object_versions: InventoryIncludedObjectVersions::from_static(InventoryIncludedObjectVersions::ALL),
        is_enabled: true,
        optional_fields: Some(
            fields
                .map(|field| InventoryOptionalField::from(field.to_owned()))
                .into(),
        ),
        schedule: InventorySchedule {
            frequency: InventoryFrequency::from_static(InventoryFrequency::DAILY),
        },
    }
}

fn asked() -> Cloud {
    let mut cloud = cloud(FaultLevel::None, &shop("enabled", OBJECTS));
    put(
        &mut cloud,
        &source(),
        "shop-assets",
        "daily",
        configuration("daily", "ops"),
    )
    .expect("a configuration");
    cloud
}

fn admit(cloud: &mut Cloud, account: &str) {
    let policy = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Principal": { "Service": "s3.amazonaws.com" }, "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::ops/reports/*",
        "Condition": { "StringEquals": { "aws:SourceAccount": account },
            "ArnLike": { "aws:SourceArn": "arn:aws:s3:::shop-assets" } } }] });
    settings::put_policy(cloud, &target(), "ops", &policy.to_string()).expect("a policy");
}

fn delivered(cloud: &Cloud) -> Vec<String> {
    let keys = cloud.s3.by_name["ops"].stacks.keys();
    keys.filter(|key| key.starts_with("reports/")).cloned().collect()
}

fn text(cloud: &Cloud, key: &str) -> Vec<u8> {
    let entry = cloud.s3.by_name["ops"].stacks[key].last().expect("an entry");
    let content = &entry.object().expect("an object").content;
    content.read(0..content.size()).to_vec()
}

fn days(cloud: &mut Cloud, days: i64) {
    for _ in 0..days * 24 {
        wait(cloud, HOUR);
    }
}

#[test]
fn what_s3_refuses_is_refused() {
    let mut cloud = cloud(FaultLevel::None, &shop("enabled", OBJECTS));
    let mut try_put =
        |name: &str, id: &str, configuration| refused(put(&mut cloud, &source(), name, id, configuration));
    let invalid = (400, "InvalidArgument".to_owned());
    assert_eq!(try_put("shop-assets", "a b", configuration("a b", "ops")), invalid);
    assert_eq!(try_put("shop-assets", "one", configuration("two", "ops")), invalid);
    assert_eq!(
        try_put("shop-assets", "one", configuration("one", "nowhere")),
        (400, "InvalidS3DestinationBucket".to_owned())
    );
    let mut other_owner = configuration("one", "ops");
    other_owner.destination.s3_bucket_destination.account_id = Some(SOURCE.to_owned());
    assert_eq!(try_put("shop-assets", "one", other_owner), invalid);
    let mut unknown_field = configuration("one", "ops");
    unknown_field.optional_fields = Some(vec![InventoryOptionalField::from("Colour".to_owned())]);
    assert_eq!(
        try_put("shop-assets", "one", unknown_field),
        (400, "MalformedXML".to_owned())
    );
    let stranger = refused(put(
        &mut cloud,
        &target(),
        "shop-assets",
        "one",
        configuration("one", "ops"),
    ));
    assert_eq!(stranger, (403, "AccessDenied".to_owned()));
    let held = cloud.s3.by_name.get_mut("ops").expect("a bucket");
    held.region = Region::new("us-west-2").expect("a region");
    let elsewhere = refused(put(
        &mut cloud,
        &source(),
        "shop-assets",
        "one",
        configuration("one", "ops"),
    ));
    assert_eq!(elsewhere, invalid);
    assert_eq!(
        refused(get(&cloud, &source(), "shop-assets", "one")),
        (404, "NoSuchConfiguration".to_owned())
    );
}

#[test]
fn a_report_comes_within_two_days_and_then_daily_until_it_is_not_asked_for_any_more() {
    let mut cloud = asked();
    admit(&mut cloud, SOURCE);
    assert_eq!(
        get(&cloud, &source(), "shop-assets", "daily").expect("there").id,
        "daily"
    );
    assert_eq!(list(&cloud, &source(), "shop-assets", None).expect("listed").0.len(), 1);
    wait(&mut cloud, 60);
    assert_eq!(delivered(&cloud), Vec::<String>::new());
    days(&mut cloud, 2);
    let checksums = |cloud: &Cloud| {
        delivered(cloud)
            .iter()
            .filter(|key| key.ends_with("manifest.checksum"))
            .count()
    };
    let first = checksums(&cloud);
    assert!((1..=2).contains(&first), "{first}");
    days(&mut cloud, 3);
    assert!(checksums(&cloud) >= first + 2);
    delete(&mut cloud, &source(), "shop-assets", "daily").expect("deleted");
    let last = checksums(&cloud);
    days(&mut cloud, 3);
    assert_eq!(checksums(&cloud), last);
    assert!(cloud.laws.broken.is_empty(), "{:?}", cloud.laws.broken);
}

#[test]
fn nothing_comes_where_the_policy_does_not_let_s3_write_for_that_account() {
    let mut cloud = asked();
    days(&mut cloud, 3);
    assert_eq!(delivered(&cloud), Vec::<String>::new(), "no policy");
    admit(&mut cloud, "333333333333");
    days(&mut cloud, 3);
    assert_eq!(delivered(&cloud), Vec::<String>::new(), "another account");
    admit(&mut cloud, SOURCE);
    days(&mut cloud, 2);
    assert!(!delivered(&cloud).is_empty());
}

#[test]
fn a_report_is_what_s3_writes() {
    use md5::Digest as _;
    let mut cloud = asked();
    admit(&mut cloud, SOURCE);
    days(&mut cloud, 2);
    let keys = delivered(&cloud);
    let key = |ending: &str| {
        keys.iter()
            .find(|key| key.ends_with(ending))
            .expect("delivered")
            .clone()
    };
    let manifest = text(&cloud, &key("/manifest.json"));
    let checksum = crate::s3::content::hex(&md5::Md5::digest(&manifest));
    assert_eq!(text(&cloud, &key("/manifest.checksum")), checksum.as_bytes());
    let manifest: Value = serde_json::from_slice(&manifest).expect("JSON");
    assert_eq!(
        manifest["fileSchema"],
        "Bucket, Key, VersionId, IsLatest, IsDeleteMarker, Size, LastModifiedDate, ETag, StorageClass"
    );
    let data = manifest["files"][0]["key"].as_str().expect("a file");
    assert!(data.starts_with("reports/shop-assets/daily/data/"), "{data}");
    let link = String::from_utf8(text(&cloud, &key("/symlink.txt"))).expect("text");
    assert_eq!(link, format!("s3://ops/{data}"));
    let mut rows = String::new();
    let packed = text(&cloud, data);
    flate2::read::GzDecoder::new(packed.as_slice())
        .read_to_string(&mut rows)
        .expect("gzip");
    let mut rows: Vec<&str> = rows.lines().collect();
    rows.sort_unstable();
    assert_eq!(rows.len(), 5);
    let null = rows
        .iter()
        .find(|row| row.starts_with("\"shop-assets\",\"a+b\",\"\","))
        .expect("a null version");
    assert!(null.contains(",\"false\",\"false\",\"5\","), "{null}");
    let marker = rows
        .iter()
        .find(|row| row.contains("\"gone\"") && row.contains("\"true\",\"true\",\"\","));
    let marker = marker.expect("a marker that is the latest");
    assert!(
        marker.ends_with(".000Z\",\"\",\"\""),
        "whole seconds, no ETag, no class: {marker}"
    );
}
