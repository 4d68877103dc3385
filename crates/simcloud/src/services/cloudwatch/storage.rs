//! What S3 measures of a bucket once a day: `NumberOfObjects` and `BucketSizeBytes` by storage class
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html>).
//!
//! Modelled: a value for each whole day, of what lies in the bucket now and lay there at the day's end, delete markers counted among the objects;
//! none for a bucket in which nothing lay. Left out: what was deleted since, parts of unfinished uploads, the archives of Intelligent-Tiering.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use super::{invalid, values_by};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::s3::Bucket;
use crate::services::members::{items, page, text};

const NAMESPACE: &str = "AWS/S3";
const COUNT: &str = "NumberOfObjects";
const SIZE: &str = "BucketSizeBytes";
const ALL_CLASSES: &str = "AllStorageTypes";
const DAY: i64 = 86_400;
/// How many metrics a page of their list has.
const PAGE: usize = 500;

/// What CloudWatch calls a storage class.
fn storage_type(class: &str) -> &str {
    match class {
        "STANDARD" => "StandardStorage",
        "STANDARD_IA" => "StandardIAStorage",
        "ONEZONE_IA" => "OneZoneIAStorage",
        "REDUCED_REDUNDANCY" => "ReducedRedundancyStorage",
        "INTELLIGENT_TIERING" => "IntelligentTieringFAStorage",
        "GLACIER_IR" => "GlacierInstantRetrievalStorage",
        "GLACIER" => "GlacierStorage",
        "DEEP_ARCHIVE" => "DeepArchiveStorage",
        other => other,
    }
}

/// How many objects lay in a bucket at a moment, and how many bytes by storage type.
fn held(bucket: &Bucket, at: Timestamp) -> (u64, BTreeMap<String, u64>) {
    let (mut objects, mut bytes) = (0, BTreeMap::new());
    for (_, stack) in bucket.stacks_from("") {
        for entry in stack.iter().filter(|entry| entry.at <= at) {
            objects += 1;
            if let Some(object) = entry.object() {
                *bytes.entry(storage_type(&object.class).to_owned()).or_default() += object.content.size();
            }
        }
    }
    (objects, bytes)
}

/// Whether a metric is one of these.
pub(super) fn is_one(metric: &Value) -> bool {
    text(metric, "Namespace") == Some(NAMESPACE) && [COUNT, SIZE].map(Some).contains(&text(metric, "MetricName"))
}

/// The values of such a metric, day by day, the earliest first.
pub(super) fn values(
    cloud: &Cloud,
    caller: &Caller,
    metric: &Value,
    stat: &str,
    span: (Timestamp, Timestamp),
    period: i64,
) -> Result<Vec<(String, f64)>, ServiceError> {
    let dimension = |name: &str| {
        let given = items(metric, "Dimensions").iter();
        let mut named = given.filter(|given| text(given, "Name") == Some(name));
        named.next().and_then(|given| text(given, "Value"))
    };
    let (Some(name), Some(of)) = (dimension("BucketName"), dimension("StorageType")) else {
        return Ok(Vec::new());
    };
    if stat != "Average" {
        let what = format!("the statistic {stat} of storage metrics");
        return Err(ServiceError::not_modelled("cloudwatch", &what));
    }
    if period % DAY != 0 {
        return Ok(Vec::new());
    }
    let bucket = cloud.s3.by_name.get(name);
    let own = bucket.filter(|bucket| (&bucket.owner, &bucket.region) == (&caller.account, &caller.region));
    let Some(bucket) = own else {
        return Ok(Vec::new());
    };
    let counts = text(metric, "MetricName") == Some(COUNT);
    Ok(values_by(cloud, span, period, |_, end| {
        let (objects, bytes) = held(bucket, end);
        match (counts, of) {
            (true, ALL_CLASSES) => Some(objects).filter(|objects| *objects > 0),
            (true, _) => None,
            (false, of) => bytes.get(of).copied(),
        }
    }))
}

/// ListMetrics, of storage metrics.
pub(super) fn list(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    if text(input, "Namespace") != Some(NAMESPACE) {
        return Err(ServiceError::not_modelled(
            "cloudwatch",
            "ListMetrics of anything but AWS/S3",
        ));
    }
    let wanted = items(input, "Dimensions");
    if wanted.iter().any(|filter| text(filter, "Name").is_none()) {
        return Err(invalid("The parameter Dimensions.member.1.Name is required."));
    }
    let day_ago = cloud
        .now
        .saturating_sub(SignedDuration::from_secs(DAY))
        .unwrap_or(cloud.now);
    let mut found = Vec::new();
    for (bucket, one) in &cloud.s3.by_name {
        if (&one.owner, &one.region) != (&caller.account, &caller.region) {
            continue;
        }
        let (objects, bytes) = held(one, day_ago);
        let sizes = bytes.keys().map(|of| (SIZE, of.as_str()));
        let count = (objects > 0).then_some((COUNT, ALL_CLASSES));
        for (metric, of) in sizes.chain(count) {
            let dimensions = [("BucketName", bucket.as_str()), ("StorageType", of)];
            let admitted = |filter: &Value| {
                let value = text(filter, "Value");
                let mut named = dimensions.iter().filter(|(name, _)| text(filter, "Name") == Some(name));
                named.any(|(_, is)| value.is_none_or(|value| value == *is))
            };
            if text(input, "MetricName").is_none_or(|name| name == metric) && wanted.iter().all(admitted) {
                let dimensions: Vec<Value> = dimensions
                    .iter()
                    .map(|(name, value)| json!({ "Name": name, "Value": value }))
                    .collect();
                let shown = json!({ "Namespace": NAMESPACE, "MetricName": metric, "Dimensions": dimensions });
                found.push((format!("{bucket} {metric} {of}"), shown));
            }
        }
    }
    found.sort_by(|one, other| one.0.cmp(&other.0));
    let (shown, next) = page(found, text(input, "NextToken"), PAGE);
    let mut answer = json!({ "Metrics": shown });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}
