//! `S3ReplicateObject`: a job of the source bucket's owner, in the source bucket's region, over a manifest of versions or over one that S3
//! generates from what the bucket's replication configuration takes.
//!
//! Left out: generated manifests for other operations, writing them out, and filters but those by status and eligibility.

use serde_json::Value;

use super::manifest::Task;
use super::{Job, bad_request, bucket_of_arn};
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::s3::replicate::{self, Candidate};
use crate::s3::{Refusal, access};

/// What CreateJob looks at.
pub(super) fn check(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<(), ServiceError> {
    let Some(asked) = generator(input) else {
        return Ok(());
    };
    let bucket = asked["SourceBucket"].as_str().and_then(bucket_of_arn);
    let bucket = bucket.ok_or_else(|| bad_request("SourceBucket must be the ARN of a bucket"))?;
    if asked["EnableManifestOutput"] != false || asked.get("ManifestOutputLocation").is_some_and(|one| !one.is_null()) {
        return Err(ServiceError::not_modelled(
            "s3control",
            "writing out a generated manifest",
        ));
    }
    let filter = asked["Filter"].as_object().cloned().unwrap_or_default();
    let known = ["EligibleForReplication", "ObjectReplicationStatuses"];
    if let Some((other, _)) = filter
        .iter()
        .find(|(name, value)| !known.contains(&name.as_str()) && !value.is_null())
    {
        return Err(ServiceError::not_modelled(
            "s3control",
            &format!("a manifest filter by {other}"),
        ));
    }
    if filter.get("EligibleForReplication") != Some(&Value::Bool(true)) {
        return Err(bad_request("EligibleForReplication must be true to replicate objects"));
    }
    let found = cloud.s3.by_name.get(bucket).filter(|held| held.owner == caller.account);
    let held = found.ok_or_else(|| bad_request("The source bucket does not exist, or is not the job owner's"))?;
    if held.region != caller.region {
        return Err(bad_request(
            "The job must be created in the Region of the source bucket",
        ));
    }
    let expected = asked["ExpectedBucketOwner"].as_str();
    if expected.is_some_and(|owner| owner != held.owner.as_str()) {
        return Err(bad_request("The source bucket is not the expected owner's"));
    }
    Ok(())
}

/// What a request says of a manifest to be generated.
pub(super) fn generator(input: &Value) -> Option<&Value> {
    Some(&input["ManifestGenerator"]["S3JobManifestGenerator"]).filter(|asked| asked.is_object())
}

/// The tasks of a manifest that S3 generates. The error is code and reason of the job's failure.
pub(super) fn generated(cloud: &Cloud, job: &Job, asked: &Value) -> Result<Vec<Task>, (String, String)> {
    let failed = |code: &str, why: &str| (code.to_owned(), why.to_owned());
    let bucket = asked["SourceBucket"]
        .as_str()
        .and_then(bucket_of_arn)
        .unwrap_or_default();
    for action in ["s3:PutInventoryConfiguration", "s3:GetReplicationConfiguration"] {
        access::bucket(cloud, &job.role, bucket, action)
            .map_err(|_| failed("AccessDenied", "Generating the manifest is forbidden: AccessDenied"))?;
    }
    let candidates = replicate::candidates(cloud, bucket)
        .ok_or_else(|| failed("InvalidRequest", "The source bucket has no replication configuration"))?;
    let statuses = asked["Filter"]["ObjectReplicationStatuses"].as_array();
    let wanted = |(_, _, status, eligible): &Candidate| {
        let name = status.map_or("NONE", |status| status.name());
        *eligible && statuses.is_none_or(|wanted| wanted.iter().any(|one| one == name))
    };
    let task = |(key, entry, ..): Candidate| Task {
        bucket: bucket.to_owned(),
        encoded: percent_encoding::utf8_percent_encode(&key, percent_encoding::NON_ALPHANUMERIC).to_string(),
        key: Some(key),
        version: Some(entry.id()),
    };
    let tasks: Vec<Task> = candidates.into_iter().filter(wanted).map(task).collect();
    if tasks.is_empty() {
        return Err(failed(
            "InvalidManifestContent",
            "No objects of the source bucket fit the manifest's filter",
        ));
    }
    Ok(tasks)
}

/// One task.
pub(super) fn run(cloud: &mut Cloud, job: &Job, task: &Task, key: &str) -> Result<String, Refusal> {
    let missing = || Refusal::new(400, "InvalidRequest", "Task failed due to missing VersionId");
    let id = task.version.as_deref().ok_or_else(missing)?;
    let listed = generator(&job.request).is_none();
    replicate::on_demand(cloud, &job.role, (&task.bucket, key, id), listed).map(|()| "Successful".to_owned())
}
