use std::collections::BTreeMap;

use bytes::Bytes;
use serde_json::{Value, json};

use super::*;
use crate::faults::FaultLevel;
use crate::s3::objects::{self, Encryption, Wanted};
use crate::s3::settings::{self, DOCUMENTS};
use crate::s3::test_world::{BATCH_ROLE, TARGET, bucket, refused as told, source, target, wait};
use crate::services::s3control;

const TARGET_KEY: &str = "22222222-bbbb-4bbb-8bbb-bbbbbbbbbbbb";
const ROLE: &str = "arn:aws:iam::111111111111:role/replication";
const OBJECTS: &str = r#"{"key": "a b", "entries": [{"version": {"size": 100}}, {"delete_marker": {}}, {"version": {"size": 6000000000}}]},
    {"key": "cold", "entries": [{"version": {"size": 5, "class": "GLACIER"}}]},
    {"key": "old", "entries": [{"version": {"size": 7, "null": true}}]}"#;

fn world(level: FaultLevel) -> Cloud {
    let text = format!(
        r#"{{"format": 1, "observed_at": "2026-11-01T00:00:00Z", "accounts": {{
            "111111111111": {{"roles": {{"cleave-source": {{"trusts": []}},
                    "replication": {{"trusts": ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"]}},
                    "jobs-only": {{"trusts": ["batchoperations.s3.amazonaws.com"]}}}},
                "regions": {{"ap-northeast-1": {{"buckets": [{}],
                    "keys": [{{"id": "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "aliases": ["alias/shop"]}}]}}}}}},
            "{TARGET}": {{"roles": {{"cleave-target": {{"trusts": []}}, "batch": {{"trusts": []}}}},
                "regions": {{"ap-northeast-1": {{"buckets": [{{"name": "copy", "versioning": "enabled"}},
                    {{"name": "plain", "versioning": "disabled"}}], "keys": [{{"id": "{TARGET_KEY}"}}]}}}}}}}}}}"#,
        bucket("enabled", OBJECTS)
    );
    let inventory = model::Inventory::parse(&text).expect("an inventory");
    Cloud::new(&inventory, "2026-11-01T12:00:00Z".parse().expect("a time"), 7, level)
}

fn rule(more: &str) -> String {
    format!(
        "<ReplicationConfiguration><Role>{ROLE}</Role><Rule><ID>one</ID><Priority>1</Priority><Filter><Prefix></Prefix></Filter>\
         <Status>Enabled</Status>{more}<Destination><Bucket>arn:aws:s3:::copy</Bucket></Destination>\
         <DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication></Rule></ReplicationConfiguration>"
    )
}

fn put_rule(cloud: &mut Cloud, text: &str) -> Outcome<()> {
    let document = DOCUMENTS
        .iter()
        .find(|one| one.name == "replication")
        .expect("replication");
    document.put(cloud, &source(), "shop-assets", text.to_owned())
}

fn admit(cloud: &mut Cloud, actions: &str) {
    let policy = format!(
        r#"{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "{ROLE}"}}, "Action": {actions}, "Resource": "arn:aws:s3:::copy/*"}}]}}"#
    );
    settings::put_policy(cloud, &target(), "copy", &policy).expect("a policy");
}

fn ready(level: FaultLevel) -> Cloud {
    let mut cloud = world(level);
    admit(
        &mut cloud,
        r#"["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags"]"#,
    );
    put_rule(&mut cloud, &rule("")).expect("a rule");
    wait(&mut cloud, 600);
    cloud
}

fn job(cloud: &mut Cloud, role: &str, more: Value) -> Value {
    let mut input = json!({
        "AccountId": "111111111111", "ClientRequestToken": cloud.now.to_string(), "Priority": 1, "RoleArn": role,
        "Operation": { "S3ReplicateObject": {} }, "Report": { "Enabled": false },
    });
    for (name, value) in more.as_object().expect("members") {
        input[name] = value.clone();
    }
    let made = s3control::handle(cloud, &source(), "CreateJob", &input).expect("a job");
    wait(cloud, 600);
    let asked = json!({ "AccountId": "111111111111", "JobId": made["JobId"] });
    s3control::handle(cloud, &source(), "DescribeJob", &asked).expect("the job")["Job"].clone()
}

fn generated(statuses: &Value) -> Value {
    json!({ "ManifestGenerator": { "S3JobManifestGenerator": { "SourceBucket": "arn:aws:s3:::shop-assets",
        "EnableManifestOutput": false, "Filter": { "EligibleForReplication": true, "ObjectReplicationStatuses": statuses } } } })
}

fn ids(cloud: &Cloud, name: &str, key: &str) -> Vec<(String, jiff::Timestamp)> {
    let stack = cloud.s3.by_name[name]
        .stacks
        .get(key)
        .map(Vec::as_slice)
        .unwrap_or_default();
    stack.iter().map(|entry| (entry.id(), entry.at)).collect()
}

#[test]
fn a_configuration_needs_versions_on_both_sides_a_role_and_the_second_form() {
    let mut cloud = world(FaultLevel::None);
    let with = |from: &str, to: &str| rule("").replace(from, to);
    for (text, code) in [
        (with(":::copy<", ":::nowhere<"), "InvalidRequest"),
        (with(":::copy<", ":::plain<"), "InvalidRequest"),
        (with("111111111111", TARGET), "InvalidArgument"),
        (with("role/replication", "role/nobody"), "InvalidArgument"),
        (with("<Priority>1</Priority>", ""), "InvalidRequest"),
        (
            with(
                "<DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication>",
                "",
            ),
            "InvalidRequest",
        ),
        (
            rule(
                "<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>",
            ),
            "InvalidRequest",
        ),
        (
            with("<Filter><Prefix></Prefix></Filter>", "<Prefix></Prefix>"),
            "NotImplemented",
        ),
        ("<ReplicationConfiguration/>".to_owned(), "MalformedXML"),
    ] {
        assert_eq!(told(put_rule(&mut cloud, &text)).1, code, "{text}");
    }
    put_rule(&mut cloud, &rule("")).expect("a rule");
    // With it versions must be kept.
    let suspended = settings::put_versioning(&mut cloud, &source(), "shop-assets", false);
    assert_eq!(told(suspended), (409, "InvalidBucketState".to_owned()));
    settings::put_versioning(&mut cloud, &source(), "shop-assets", true).expect("as it is");
}

#[test]
fn what_is_written_is_replicated_later_with_id_date_and_tags() {
    let mut cloud = ready(FaultLevel::None);
    let wanted = Wanted {
        tags: BTreeMap::from([("a".to_owned(), "b".to_owned())]),
        ..Wanted::default()
    };
    let entry = objects::put(&mut cloud, &source(), "shop-assets", "new", Bytes::from("x"), wanted).expect("written");
    objects::delete(&mut cloud, &source(), "shop-assets", "new", None).expect("deleted");
    assert_eq!(
        cloud.s3.replication.status("shop-assets", entry.order),
        Some(Status::Pending)
    );
    assert!(ids(&cloud, "copy", "new").is_empty());
    wait(&mut cloud, 900);
    assert_eq!(ids(&cloud, "copy", "new"), ids(&cloud, "shop-assets", "new"));
    assert_eq!(
        cloud.s3.replication.status("shop-assets", entry.order),
        Some(Status::Completed)
    );
    assert_eq!(cloud.s3.replication.status("copy", entry.order), Some(Status::Replica));
    let tags = |cloud: &Cloud| {
        cloud.s3.by_name["copy"].stacks["new"][0]
            .object()
            .expect("an object")
            .tags
            .clone()
    };
    assert_eq!(tags(&cloud)["a"], "b");
    let id = entry.id();
    let place = ("shop-assets", "new", Some(id.as_str()));
    objects::put_tags(
        &mut cloud,
        &source(),
        place,
        BTreeMap::from([("c".to_owned(), "d".to_owned())]),
    )
    .expect("tags");
    wait(&mut cloud, 900);
    assert!(tags(&cloud).contains_key("c"));
    // Deleted by its id it stays in the copy.
    objects::delete(&mut cloud, &source(), "shop-assets", "new", Some(&id)).expect("deleted");
    wait(&mut cloud, 900);
    assert_eq!(ids(&cloud, "copy", "new").len(), 2);
}

#[test]
fn a_job_replicates_what_there_was_but_archives_and_null_versions() {
    let mut cloud = ready(FaultLevel::None);
    let told = job(&mut cloud, ROLE, generated(&json!(["NONE"])));
    assert_eq!(
        (&told["Status"], &told["ProgressSummary"]["NumberOfTasksSucceeded"]),
        (&json!("Complete"), &json!(3))
    );
    assert_eq!(ids(&cloud, "copy", "a b"), ids(&cloud, "shop-assets", "a b"));
    assert!(ids(&cloud, "copy", "cold").is_empty() && ids(&cloud, "copy", "old").is_empty());
    // Nothing is left that the filter takes.
    let again = job(&mut cloud, ROLE, generated(&json!(["NONE"])));
    assert_eq!(again["Status"], "Failed");
    cloud.s3.replication.null_versions = NullVersions::StayNull;
    job(&mut cloud, ROLE, generated(&json!(["NONE"])));
    assert_eq!(ids(&cloud, "copy", "old")[0].0, "null");
}

#[test]
fn null_versions_may_be_given_ids() {
    let mut cloud = ready(FaultLevel::None);
    cloud.s3.replication.null_versions = NullVersions::GetAnId;
    job(&mut cloud, ROLE, generated(&json!(["NONE"])));
    assert_ne!(ids(&cloud, "copy", "old")[0].0, "null");
}

/// The codes of the tasks of a job over these rows, which are all of `shop-assets`.
fn codes(cloud: &mut Cloud, role: &str, rows: &[(&str, usize)]) -> BTreeMap<String, u64> {
    let line = |(key, nth): &(&str, usize)| {
        let id = cloud.s3.by_name["shop-assets"].stacks[*key][*nth].id();
        format!("shop-assets,{},{id}\n", key.replace(' ', "%20"))
    };
    let text: String = rows.iter().map(line).collect();
    let wanted = Wanted {
        encryption: Some(Encryption::S3),
        ..Wanted::default()
    };
    let entry =
        objects::put(cloud, &source(), "shop-assets", "rows.csv", Bytes::from(text), wanted).expect("a manifest");
    let etag = entry.object().expect("an object").etag.clone();
    let folder = format!("reports-{}", cloud.now);
    let told = job(
        cloud,
        role,
        json!({
            "Manifest": { "Spec": { "Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key", "VersionId"] },
                "Location": { "ObjectArn": "arn:aws:s3:::shop-assets/rows.csv", "ETag": etag } },
            "Report": { "Enabled": true, "Bucket": "arn:aws:s3:::shop-assets", "Prefix": folder, "Format": "Report_CSV_20180820" },
        }),
    );
    assert_eq!(told["Status"], "Complete", "{told}");
    let mut codes = BTreeMap::new();
    for (key, stack) in &cloud.s3.by_name["shop-assets"].stacks {
        let Some(object) = stack
            .last()
            .and_then(Entry::object)
            .filter(|_| key.starts_with(&folder) && key.ends_with(".csv"))
        else {
            continue;
        };
        let text = object.content.read(0..object.content.size());
        for line in std::str::from_utf8(&text).expect("text").lines() {
            let code = line.split(',').nth(5).unwrap_or_default();
            *codes.entry(code.to_owned()).or_insert(0) += 1;
        }
    }
    codes
}

fn one(code: &str) -> BTreeMap<String, u64> {
    BTreeMap::from([(code.to_owned(), 1)])
}

#[test]
fn tasks_fail_with_codes_and_the_job_is_complete() {
    let mut cloud = ready(FaultLevel::None);
    assert_eq!(codes(&mut cloud, ROLE, &[("cold", 0)]), one("SrcObjectNotEligible"));
    assert_eq!(codes(&mut cloud, ROLE, &[("old", 0)]), one("SrcObjectNotEligible"));
    admit(&mut cloud, r#""s3:ReplicateObject""#);
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 1)]), one("DstDelObjNotPermitted"));
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 2)]), one(""));
    admit(&mut cloud, r#""s3:ReplicateDelete""#);
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 0)]), one("DstPutObjectNotPermitted"));
    // A marker that comes before its version.
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 1)]), one(""));
    admit(&mut cloud, r#""s3:Replicate*""#);
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 0)]), one(""));
    assert_eq!(ids(&cloud, "copy", "a b"), ids(&cloud, "shop-assets", "a b"));
    // What was deleted from the copy for good does not come back.
    let id = ids(&cloud, "copy", "a b")[0].0.clone();
    objects::delete(&mut cloud, &target(), "copy", "a b", Some(&id)).expect("deleted");
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 0)]), one("DstObjectHardDeleted"));
    settings::put_versioning(&mut cloud, &target(), "copy", false).expect("suspended");
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 2)]), one("DstBucketUnversioned"));
    let only_jobs = "arn:aws:iam::111111111111:role/jobs-only";
    put_rule(&mut cloud, &rule("").replace(ROLE, only_jobs)).expect_err("a destination that keeps no versions");
    settings::put_versioning(&mut cloud, &target(), "copy", true).expect("enabled");
    put_rule(&mut cloud, &rule("").replace(ROLE, only_jobs)).expect("a rule");
    assert_eq!(
        codes(&mut cloud, only_jobs, &[("a b", 2)]),
        one("AssumeRoleNotPermitted")
    );
}

#[test]
fn replicas_are_replicated_where_their_status_is_asked_for() {
    let mut cloud = ready(FaultLevel::None);
    let order = cloud.s3.by_name["shop-assets"].stacks["a b"][0].order;
    cloud.s3.replication.set("shop-assets", order, Status::Replica);
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 0)]), one("SrcObjectNotEligible"));
    cloud.s3.replication.listed_replicas = true;
    assert_eq!(codes(&mut cloud, ROLE, &[("a b", 0)]), one(""));
    let told = job(&mut cloud, ROLE, generated(&json!(["REPLICA"])));
    assert_eq!(told["ProgressSummary"]["TotalNumberOfTasks"], 1);
    assert_eq!(cloud.s3.replication.status("shop-assets", order), Some(Status::Replica));
}

#[test]
fn only_the_source_buckets_owner_may_have_a_job() {
    let mut cloud = ready(FaultLevel::None);
    let mut input = generated(&json!(["NONE"]));
    for (name, value) in [
        ("ClientRequestToken", json!("t")),
        ("Priority", json!(1)),
        ("RoleArn", json!(BATCH_ROLE)),
        ("Operation", json!({ "S3ReplicateObject": {} })),
        ("Report", json!({ "Enabled": false })),
    ] {
        input[name] = value;
    }
    let answer = s3control::handle(&mut cloud, &target(), "CreateJob", &input);
    assert_eq!(answer.expect_err("another's bucket").code, "BadRequestException");
}

#[test]
fn under_a_key_only_with_criteria_and_a_key_that_admits_the_role() {
    let mut cloud = ready(FaultLevel::None);
    let wanted = Wanted {
        encryption: Some(Encryption::Kms(Some("alias/shop".to_owned()))),
        ..Wanted::default()
    };
    objects::put(&mut cloud, &source(), "shop-assets", "keyed", Bytes::from("x"), wanted).expect("written");
    assert_eq!(codes(&mut cloud, ROLE, &[("keyed", 0)]), one("SrcObjectNotEligible"));
    let key = format!("arn:aws:kms:ap-northeast-1:{TARGET}:key/{TARGET_KEY}");
    let under_keys = rule(
        "<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects></SourceSelectionCriteria>",
    );
    let into_key = format!(
        "<EncryptionConfiguration><ReplicaKmsKeyID>{key}</ReplicaKmsKeyID></EncryptionConfiguration></Destination>"
    );
    put_rule(&mut cloud, &under_keys.replace("</Destination>", &into_key)).expect("a rule");
    assert_eq!(codes(&mut cloud, ROLE, &[("keyed", 0)]), one("DstKmsKeyNotPermitted"));
    let policy = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{TARGET}:root") }, "Action": "kms:*", "Resource": "*" },
        { "Effect": "Allow", "Principal": { "AWS": ROLE }, "Action": "kms:GenerateDataKey", "Resource": "*" }] });
    let input = json!({ "KeyId": key, "PolicyName": "default", "Policy": policy.to_string() });
    crate::services::kms::handle(&mut cloud, &target(), "PutKeyPolicy", &input).expect("a policy");
    wait(&mut cloud, 600);
    assert_eq!(codes(&mut cloud, ROLE, &[("keyed", 0)]), one(""));
    let replica = cloud.s3.by_name["copy"].stacks["keyed"][0].object().cloned();
    assert_eq!(
        replica.and_then(|object| object.key.clone()).as_deref(),
        Some(key.as_str())
    );
}
