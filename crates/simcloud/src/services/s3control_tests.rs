use super::*;
use crate::faults::FaultLevel;
use crate::s3::audit::{Entry, histories};
use crate::s3::objects::{self, Encryption, Wanted};
use crate::s3::settings;
use crate::s3::test_world::{BATCH_ROLE, SOURCE, bucket, cloud, source, target, wait};

const GRANT: &str = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/batch"},
    "Action": ["s3:GetObject*", "s3:ListBucket"], "Resource": ["arn:aws:s3:::shop-assets", "arn:aws:s3:::shop-assets/*"]}]}"#;

const OBJECTS: &str = r#"{"key": "a b+c", "entries": [{"version": {"size": 100, "null": true}}, {"version": {"size": 200}}]},
    {"key": "x,\"y", "entries": [{"version": {"size": 300}}]}"#;

fn world(level: FaultLevel) -> Cloud {
    let mut cloud = cloud(level, &bucket("enabled", OBJECTS));
    settings::put_policy(&mut cloud, &source(), "shop-assets", GRANT).expect("a policy");
    cloud
}

/// Puts a manifest and gives the CreateJob input that names it.
fn request(cloud: &mut Cloud, manifest: &str) -> Value {
    let wanted = Wanted {
        encryption: Some(Encryption::S3),
        ..Wanted::default()
    };
    let body = bytes::Bytes::from(manifest.to_owned());
    let entry = objects::put(cloud, &target(), "ops", "manifest.csv", body, wanted).expect("a manifest");
    json!({
        "AccountId": "222222222222",
        "ClientRequestToken": "token-1",
        "ConfirmationRequired": false,
        "Priority": 10,
        "RoleArn": BATCH_ROLE,
        "Description": "wave 1",
        "Operation": { "S3PutObjectCopy": { "TargetResource": "arn:aws:s3:::ops", "TargetKeyPrefix": "copy" } },
        "Report": { "Enabled": true, "Bucket": "arn:aws:s3:::ops", "Prefix": "reports", "ReportScope": "AllTasks",
                    "Format": "Report_CSV_20180820" },
        "Manifest": {
            "Spec": { "Format": "S3BatchOperations_CSV_20180820", "Fields": ["Bucket", "Key", "VersionId"] },
            "Location": { "ObjectArn": "arn:aws:s3:::ops/manifest.csv", "ETag": entry.object().expect("an object").etag },
        },
    })
}

fn version(cloud: &Cloud, key: &str, position: usize) -> String {
    cloud.s3.by_name["shop-assets"].stacks[key][position].id()
}

fn rows(cloud: &Cloud) -> String {
    format!(
        "shop-assets,a%20b%2Bc,null\nshop-assets,a%20b%2Bc,{}\nshop-assets,x%2C%22y,{}\n",
        version(cloud, "a b+c", 1),
        version(cloud, "x,\"y", 0)
    )
}

fn start(cloud: &mut Cloud, input: &Value) -> String {
    let answer = handle(cloud, &target(), "CreateJob", input).expect("a job");
    answer["JobId"].as_str().expect("an id").to_owned()
}

fn described(cloud: &mut Cloud, id: &str) -> Value {
    handle(
        cloud,
        &target(),
        "DescribeJob",
        &json!({ "AccountId": "222222222222", "JobId": id }),
    )
    .expect("a job")["Job"]
        .clone()
}

/// Lets a job run to its end, looking at it once a second.
fn run(cloud: &mut Cloud, input: &Value) -> (Value, Vec<String>) {
    let id = start(cloud, input);
    let mut seen = Vec::new();
    for _ in 0..600 {
        let job = described(cloud, &id);
        let status = job["Status"].as_str().expect("a status").to_owned();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        if job.get("TerminationDate").is_some() {
            return (job, seen);
        }
        wait(cloud, 1);
    }
    panic!("the job does not end: {seen:?}");
}

fn report(cloud: &Cloud, end: &str) -> String {
    let stacks = &cloud.s3.by_name["ops"].stacks;
    let (_, stack) = stacks
        .iter()
        .find(|(key, _)| key.starts_with("reports/job-") && key.ends_with(end))
        .expect("a report");
    let object = stack[0].object().expect("an object").clone();
    String::from_utf8(object.content.read(0..1 << 20).to_vec()).expect("text")
}

#[test]
fn a_job_copies_versions_by_their_ids_and_reports_them() {
    let mut cloud = world(FaultLevel::None);
    let manifest = rows(&cloud);
    let input = request(&mut cloud, &manifest);
    let (job, seen) = run(&mut cloud, &input);
    assert_eq!(seen[..3], ["New", "Preparing", "Ready"], "{seen:?}");
    assert_eq!(job["Status"], "Complete");
    assert_eq!(job["ProgressSummary"]["NumberOfTasksSucceeded"], 3);
    let (old, new) = (histories(&cloud, "shop-assets"), histories(&cloud, "ops"));
    let mut copied = new["copy/a b+c"].clone();
    let mut wanted = old["a b+c"].clone();
    let by_size = |entry: &Entry| {
        if let Entry::Version { size, .. } = entry {
            *size
        } else {
            0
        }
    };
    copied.sort_by_key(by_size);
    wanted.sort_by_key(by_size);
    assert_eq!(copied, wanted, "both versions, in whatever order");
    assert_eq!(new["copy/x,\"y"], old["x,\"y"]);
    let copies = cloud
        .effects
        .iter()
        .filter(|effect| effect.operation == "s3 CopyObject")
        .count();
    assert_eq!(copies, 3);
    assert!(report(&cloud, ".csv").contains("shop-assets,a%20b%2Bc,null,succeeded,200,,Successful\n"));
    assert!(report(&cloud, "manifest.json").contains("TaskStatus, ErrorCode, HTTPStatusCode"));
}

#[test]
fn tasks_run_in_another_order_than_the_manifests() {
    let stacks: Vec<Vec<usize>> = (0..4)
        .map(|_| {
            let many: Vec<String> = (0..50)
                .map(|n| format!(r#"{{"key": "k{n:02}", "entries": [{{"version": {{"size": 1}}}}]}}"#))
                .collect();
            let mut cloud = cloud(FaultLevel::None, &bucket("disabled", &many.join(",")));
            settings::put_policy(&mut cloud, &source(), "shop-assets", GRANT).expect("a policy");
            let manifest: String = (0..50).map(|n| format!("shop-assets,k{n:02},null\n")).collect();
            let input = request(&mut cloud, &manifest);
            run(&mut cloud, &input);
            cloud.s3control.jobs[&1].results.iter().map(|done| done.row).collect()
        })
        .collect();
    assert_ne!(stacks[0], (0..50).collect::<Vec<_>>());
    assert!(stacks.iter().all(|order| *order == stacks[0]), "the seed decides");
}

#[test]
fn a_job_is_complete_though_every_task_failed() {
    let mut cloud = world(FaultLevel::None);
    let manifest = "shop-assets,a%20b%2Bc,\nshop-assets,a b+c,null\nshop-assets,x%2,null\nshop-assets,a+b+c,null\n";
    let input = request(&mut cloud, manifest);
    let (job, _) = run(&mut cloud, &input);
    assert_eq!(job["Status"], "Complete");
    assert_eq!(job["ProgressSummary"]["NumberOfTasksFailed"], 4);
    assert!(job.get("FailureReasons").is_none());
    let report = report(&cloud, ".csv");
    assert!(
        report.contains("failed,400,InvalidRequest,Task failed due to missing VersionId"),
        "{report}"
    );
    assert_eq!(
        report.matches("failed,404,NoSuch").count(),
        3,
        "+ is a space, and bad encoding is no key: {report}"
    );
    assert!(!histories(&cloud, "ops").keys().any(|key| key.starts_with("copy/")));
}

#[test]
fn a_job_whose_tasks_mostly_fail_gives_up_after_a_thousand() {
    let mut cloud = world(FaultLevel::None);
    let manifest = "shop-assets,missing,null\n".repeat(1500);
    let input = request(&mut cloud, &manifest);
    let (job, _) = run(&mut cloud, &input);
    assert_eq!(job["Status"], "Failed");
    assert_eq!(job["ProgressSummary"]["NumberOfTasksFailed"], 1000);
}

#[test]
fn what_is_wrong_with_the_manifest_fails_the_job() {
    for (what, manifest, code) in [
        (
            "a header row",
            "bucket,key,version\nshop-assets,a,null\n",
            "InvalidManifestContent",
        ),
        (
            "a capital header row",
            "Bucket,Key,VersionId\nshop-assets,a,null\n",
            "InvalidManifestContent",
        ),
        ("too few columns", "shop-assets,a\n", "InvalidManifestContent"),
        ("nothing", "", "InvalidManifestContent"),
    ] {
        let mut cloud = world(FaultLevel::None);
        let input = request(&mut cloud, manifest);
        let (job, _) = run(&mut cloud, &input);
        assert_eq!(job["FailureReasons"][0]["FailureCode"], code, "{what}");
        assert_eq!(job["Status"], "Failed", "{what}");
    }
    let mut cloud = world(FaultLevel::None);
    let manifest = rows(&cloud);
    let mut input = request(&mut cloud, &manifest);
    input["Manifest"]["Location"]["ETag"] = "0123".into();
    assert_eq!(
        run(&mut cloud, &input).0["FailureReasons"][0]["FailureReason"],
        "Reading the manifest is forbidden: AccessDenied"
    );
    input["ClientRequestToken"] = "token-2".into();
    input["RoleArn"] = BATCH_ROLE.replace("batch", "distrusted").into();
    assert_eq!(
        run(&mut cloud, &input).0["Status"],
        "Failed",
        "the role does not trust the service"
    );
    input["ClientRequestToken"] = "token-3".into();
    input["RoleArn"] = BATCH_ROLE.replace("batch", "nobody").into();
    let refused = handle(&mut cloud, &target(), "CreateJob", &input).expect_err("no such role");
    assert_eq!(refused.code, "BadRequestException");
}

#[test]
fn a_manifest_under_a_kms_key_cannot_be_read() {
    let mut cloud = world(FaultLevel::None);
    settings::put_encryption(&mut cloud, &target(), "ops", Some("alias/aws/s3".to_owned()), false)
        .expect("a default key");
    let body = bytes::Bytes::from(rows(&cloud));
    let entry =
        objects::put(&mut cloud, &target(), "ops", "manifest.csv", body, Wanted::default()).expect("a manifest");
    let etag = entry.object().expect("an object").etag.clone();
    let mut input = request(&mut cloud, "");
    objects::delete(&mut cloud, &target(), "ops", "manifest.csv", None).expect("a marker");
    input["Manifest"]["Location"]["ETag"] = etag.into();
    input["Manifest"]["Location"]["ObjectVersionId"] = entry.id().into();
    assert_eq!(
        run(&mut cloud, &input).0["FailureReasons"][0]["FailureCode"],
        "AccessDenied"
    );
}

#[test]
fn a_token_gives_the_same_job_and_with_other_parameters_none() {
    let mut cloud = world(FaultLevel::None);
    let manifest = rows(&cloud);
    let mut input = request(&mut cloud, &manifest);
    let id = start(&mut cloud, &input);
    assert_eq!(start(&mut cloud, &input), id);
    input["Priority"] = 11.into();
    let refused = handle(&mut cloud, &target(), "CreateJob", &input).expect_err("other parameters");
    assert_eq!(refused.code, "IdempotencyException");
    let created = cloud
        .effects
        .iter()
        .filter(|effect| effect.operation == "s3control CreateJob")
        .count();
    assert_eq!(created, 1);
}

#[test]
fn a_job_waits_for_confirmation_and_can_be_cancelled() {
    let mut cloud = world(FaultLevel::None);
    let manifest = rows(&cloud);
    let mut input = request(&mut cloud, &manifest);
    input["ConfirmationRequired"] = true.into();
    let id = start(&mut cloud, &input);
    wait(&mut cloud, 3600);
    let job = described(&mut cloud, &id);
    assert_eq!(
        (&job["Status"], &job["ProgressSummary"]["TotalNumberOfTasks"]),
        (&json!("Suspended"), &json!(3))
    );
    let ask = |status: &str| json!({ "AccountId": "222222222222", "JobId": id, "RequestedJobStatus": status });
    handle(&mut cloud, &target(), "UpdateJobStatus", &ask("Ready")).expect("confirmed");
    wait(&mut cloud, 60);
    assert_eq!(described(&mut cloud, &id)["Status"], "Complete");
    let late = handle(&mut cloud, &target(), "UpdateJobStatus", &ask("Cancelled")).expect_err("it has ended");
    assert_eq!(late.code, "JobStatusException");
}

#[test]
fn jobs_belong_to_their_account_and_may_not_be_seen_at_once() {
    let mut cloud = world(FaultLevel::Harsh);
    let manifest = rows(&cloud);
    let mut missed = 0;
    for number in 0..20 {
        let mut input = request(&mut cloud, &manifest);
        input["ClientRequestToken"] = format!("token-{number}").into();
        let id = start(&mut cloud, &input);
        let look = json!({ "AccountId": "222222222222", "JobId": id });
        missed += usize::from(
            handle(&mut cloud, &target(), "DescribeJob", &look).is_err_and(|e| e.code == "NoSuchJobException"),
        );
        wait(&mut cloud, 60);
        handle(&mut cloud, &target(), "DescribeJob", &look).expect("visible after a minute");
        let foreign = handle(
            &mut cloud,
            &source(),
            "DescribeJob",
            &json!({ "AccountId": SOURCE, "JobId": id }),
        );
        assert_eq!(foreign.expect_err("another account's job").code, "NoSuchJobException");
    }
    assert!(missed > 0);
    let first = handle(
        &mut cloud,
        &target(),
        "ListJobs",
        &json!({ "AccountId": "222222222222", "MaxResults": 15 }),
    )
    .expect("jobs");
    let next = json!({ "AccountId": "222222222222", "NextToken": first["NextToken"] });
    let second = handle(&mut cloud, &target(), "ListJobs", &next).expect("jobs");
    assert_eq!(first["Jobs"].as_array().map(Vec::len), Some(15));
    assert_eq!(second["Jobs"].as_array().map(Vec::len), Some(5));
}

fn checksums_of(cloud: &mut Cloud, manifest: &str) -> Value {
    let mut input = request(cloud, manifest);
    input["Operation"] =
        json!({ "S3ComputeObjectChecksum": { "ChecksumAlgorithm": "CRC64NVME", "ChecksumType": "FULL_OBJECT" } });
    input
}

#[test]
fn checksums_are_computed_where_versions_lie_archives_too() {
    let objects = r#"{"key": "film", "entries": [{"version": {"size": 9000000000, "class": "DEEP_ARCHIVE"}}, {"version": {"size": 5}}]}"#;
    let mut cloud = cloud(FaultLevel::None, &bucket("enabled", objects));
    settings::put_policy(&mut cloud, &source(), "shop-assets", GRANT).expect("a policy");
    let (film, small) = (version(&cloud, "film", 0), version(&cloud, "film", 1));
    let before = histories(&cloud, "shop-assets");
    let input = checksums_of(
        &mut cloud,
        &format!("shop-assets,film,{film}\nshop-assets,film,{small}\n"),
    );
    let (job, _) = run(&mut cloud, &input);
    assert_eq!(job["ProgressSummary"]["NumberOfTasksSucceeded"], 2);
    let told = report(&cloud, ".csv");
    for (id, position) in [(film, 0), (small, 1)] {
        let entry = cloud.s3.by_name["shop-assets"].stacks["film"][position].clone();
        let object = entry.object().expect("an object");
        let expected = object.content.checksum(crate::s3::content::Checksum::Crc64Nvme);
        let row = told.lines().find(|line| line.contains(&id)).expect("a row");
        assert!(row.contains(&expected) && row.contains("FULL_OBJECT"), "{row}");
    }
    assert_eq!(
        histories(&cloud, "shop-assets"),
        before,
        "nothing is stored with the objects"
    );
}

#[test]
fn checksums_of_what_the_role_may_not_read_fail_one_by_one() {
    let mut cloud = cloud(FaultLevel::None, &bucket("enabled", OBJECTS));
    let rows = rows(&cloud);
    let input = checksums_of(&mut cloud, &rows);
    let (job, _) = run(&mut cloud, &input);
    assert_eq!(
        (&job["Status"], &job["ProgressSummary"]["NumberOfTasksFailed"]),
        (&json!("Complete"), &json!(3))
    );
    assert!(report(&cloud, ".csv").contains("AccessDenied"));
}

#[test]
fn checksums_without_a_report_or_of_parts_are_refused() {
    let mut cloud = world(FaultLevel::None);
    let rows = rows(&cloud);
    let mut input = checksums_of(&mut cloud, &rows);
    input["Operation"]["S3ComputeObjectChecksum"]["ChecksumType"] = "COMPOSITE".into();
    let refused = handle(&mut cloud, &target(), "CreateJob", &input).expect_err("of parts");
    assert_eq!(refused.code, "BadRequestException");
    let mut input = checksums_of(&mut cloud, &rows);
    input["Report"]["Enabled"] = false.into();
    let refused = handle(&mut cloud, &target(), "CreateJob", &input).expect_err("no report");
    assert_eq!(refused.code, "BadRequestException");
}
