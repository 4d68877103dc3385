//! The completion report: CSV files of what became of the tasks, and a manifest that names them.

use bytes::Bytes;
use md5::{Digest as _, Md5};
use serde_json::json;

use super::{Job, bucket_of_arn};
use crate::cloud::Cloud;
use crate::s3::content::hex;
use crate::s3::objects::{self, Encryption, Wanted};

/// What `manifest.json` says of the columns. It is not what the rows have: there the HTTP status stands before the error's code, in
/// AWS's own examples too. Who reads by position reads the wrong one.
const SCHEMA: &str = "Bucket, Key, VersionId, TaskStatus, ErrorCode, HTTPStatusCode, ResultMessage";

/// Writes a job's report in the name of its role, if it has one and any task was begun. A report that cannot be written changes
/// nothing for the job.
pub(super) fn write(cloud: &mut Cloud, id: &str) {
    let Some(job) = cloud.s3control.jobs.values().find(|job| job.id == id) else {
        return;
    };
    let report = job.request["Report"].clone();
    let Some(bucket) = report["Bucket"].as_str().and_then(bucket_of_arn) else {
        return;
    };
    if report["Enabled"] != true || job.results.is_empty() {
        return;
    }
    let prefix = report["Prefix"]
        .as_str()
        .map(|prefix| format!("{}/", prefix.trim_end_matches('/')))
        .unwrap_or_default();
    let folder = format!("{prefix}job-{id}");
    let role = job.role.clone();
    let mut files = Vec::new();
    for (status, succeeded) in [("succeeded", true), ("failed", false)] {
        let rows = rows(job, succeeded);
        if rows.is_empty() || (succeeded && report["ReportScope"] == "FailedTasksOnly") {
            continue;
        }
        let name = hex(&sha2::Sha256::digest(format!("{id}/{status}"))[..20]);
        files.push((status, format!("{folder}/results/{name}.csv"), rows));
    }
    let results: Vec<_> = files
        .iter()
        .map(|(status, key, rows)| {
            json!({
                "TaskExecutionStatus": status,
                "Bucket": bucket,
                "MD5Checksum": hex(&Md5::digest(rows)),
                "Key": key,
            })
        })
        .collect();
    let manifest = json!({
        "Format": "Report_CSV_20180820",
        "ReportCreationDate": cloud.now.to_string(),
        "Results": results,
        "ReportSchema": SCHEMA,
    });
    let bucket = bucket.to_owned();
    files.push(("", format!("{folder}/manifest.json"), manifest.to_string()));
    for (_, key, text) in files {
        // Reports are always under SSE-S3, whatever the bucket's default is.
        let wanted = Wanted {
            encryption: Some(Encryption::S3),
            ..Wanted::default()
        };
        if objects::put(cloud, &role, &bucket, &key, Bytes::from(text), wanted).is_err() {
            return;
        }
    }
}

fn rows(job: &Job, succeeded: bool) -> String {
    let mut text = String::new();
    for done in job.results.iter().filter(|done| done.succeeded() == succeeded) {
        let task = &job.tasks[done.row];
        let status = if succeeded { "succeeded" } else { "failed" };
        let columns = [
            task.bucket.as_str(),
            &task.encoded,
            task.version.as_deref().unwrap_or_default(),
            status,
            &done.status.to_string(),
            &done.code,
            &done.message,
        ];
        let quoted: Vec<String> = columns.iter().map(|column| quote(column)).collect();
        text.push_str(&quoted.join(","));
        text.push('\n');
    }
    text
}

fn quote(column: &str) -> String {
    if column.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", column.replace('"', "\"\""))
    } else {
        column.to_owned()
    }
}
