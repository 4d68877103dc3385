//! A job's life over virtual time, and its tasks, each with the rights of the job's role.

use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::{Job, State, bucket_of_arn, checksums, manifest, replicate, report};
use crate::cloud::Cloud;
use crate::s3::Refusal;
use crate::s3::content::Checksum;
use crate::s3::objects::{self, Copying, Encryption, Source};
use crate::s3::versions::Headers;

/// What became of a task.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Done {
    /// The task's row.
    pub(super) row: usize,
    /// HTTP status.
    pub(super) status: u16,
    /// The error's code; empty when it succeeded.
    pub(super) code: String,
    /// A message.
    pub(super) message: String,
}

impl Done {
    /// Whether it was done.
    pub(super) fn succeeded(&self) -> bool {
        self.code.is_empty()
    }
}

/// After so many tasks a job looks at how many of them failed, and gives up when most did.
const THRESHOLD: usize = 1000;

/// Lets everything happen that is due by now, job by job in the order of time, each thing at its own moment.
pub fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    loop {
        let due = cloud
            .s3control
            .jobs
            .iter()
            .filter_map(|(number, job)| Some((job.state.due()?, *number)));
        let Some((at, number)) = due.min().filter(|(at, _)| *at <= now) else {
            break;
        };
        let Some(mut job) = cloud.s3control.jobs.remove(&number) else {
            break;
        };
        cloud.now = at;
        step(cloud, &mut job, at);
        let (id, ended) = (job.id.clone(), job.state.is_terminal());
        cloud.s3control.jobs.insert(number, job);
        if ended {
            report::write(cloud, &id);
        }
    }
    cloud.now = now;
}

fn after(at: Timestamp, nanoseconds: i64) -> Timestamp {
    at.saturating_add(SignedDuration::from_nanos(nanoseconds)).unwrap_or(at)
}

const SECOND: i64 = 1_000_000_000;

fn step(cloud: &mut Cloud, job: &mut Job, at: Timestamp) {
    match job.state {
        State::New { .. } => {
            let seconds = cloud.faults.stream("s3control pace").i64(15..90);
            job.state = State::Preparing {
                until: after(at, seconds * SECOND),
            };
        }
        State::Preparing { .. } => match manifest::read(cloud, job) {
            Ok(tasks) => {
                job.order = (0..tasks.len()).collect();
                cloud.faults.stream("s3control order").shuffle(&mut job.order);
                job.tasks = tasks;
                let waits = job.request["ConfirmationRequired"] == true;
                let seconds = cloud.faults.stream("s3control pace").i64(5..60);
                job.state = if waits {
                    State::Suspended
                } else {
                    State::Ready {
                        until: after(at, seconds * SECOND),
                    }
                };
            }
            Err((code, reason)) => job.fail(at, &code, reason),
        },
        State::Ready { .. } => {
            job.active_since = Some(at);
            let per_second = cloud.faults.stream("s3control pace").i64(300..1500);
            let nanoseconds_each = SECOND / per_second;
            job.state = State::Active {
                next: after(at, nanoseconds_each),
                nanoseconds_each,
            };
        }
        State::Active { next, nanoseconds_each } => {
            let row = job.order[job.results.len()];
            let done = match run(cloud, job, row) {
                Ok(message) => Done {
                    row,
                    status: 200,
                    code: String::new(),
                    message,
                },
                Err(Refusal { error, .. }) => {
                    job.failed += 1;
                    Done {
                        row,
                        status: error.status,
                        code: error.code,
                        message: error.message,
                    }
                }
            };
            job.results.push(done);
            let executed = job.results.len();
            if executed >= THRESHOLD && job.failed * 2 > executed {
                job.fail(at, "FailureThresholdExceeded", "Job failure rate is above 50%");
            } else if executed == job.tasks.len() {
                job.state = State::Complete;
                job.ended = Some(at);
            } else {
                job.state = State::Active {
                    next: after(next, nanoseconds_each),
                    nanoseconds_each,
                };
            }
        }
        State::Suspended | State::Complete | State::Failed | State::Cancelled => {}
    }
}

/// Does one task; gives what the report says of it.
fn run(cloud: &mut Cloud, job: &Job, row: usize) -> Result<String, Refusal> {
    let task = &job.tasks[row];
    if task.version.as_deref() == Some("") {
        return Err(Refusal::new(
            400,
            "InvalidRequest",
            "Task failed due to missing VersionId",
        ));
    }
    let missing = || Refusal::new(404, "NoSuchKey", "The specified key does not exist.");
    let key = task.key.clone().ok_or_else(missing)?;
    if cloud.faults.strikes("s3control task", 0, 6) {
        return Err(Refusal::new(503, "SlowDown", "Please reduce your request rate."));
    }
    if job.operation() == "S3ReplicateObject" {
        return replicate::run(cloud, job, task, &key);
    }
    if job.operation() == "S3ComputeObjectChecksum" {
        return checksums::compute(cloud, job, &task.bucket, &key, task.version.as_deref());
    }
    let options = &job.request["Operation"]["S3PutObjectCopy"];
    let target = options["TargetResource"]
        .as_str()
        .and_then(bucket_of_arn)
        .unwrap_or_default();
    let target_key = format!(
        "{}{key}",
        options["TargetKeyPrefix"]
            .as_str()
            .map_or(String::new(), |p| format!("{p}/"))
    );
    let source = Source {
        bucket: task.bucket.clone(),
        key,
        version: task.version.clone(),
        ..Source::default()
    };
    // A canned ACL other than these two has no meaning where the bucket owner owns everything.
    if let Some(acl) = options["CannedAccessControlList"].as_str()
        && !matches!(acl, "private" | "bucket-owner-full-control")
    {
        return Err(Refusal::new(
            400,
            "AccessControlListNotSupported",
            "The bucket does not allow ACLs",
        ));
    }
    objects::copy(cloud, &job.role, &source, (target, &target_key), copying(options)).map(|_| "Successful".to_owned())
}

/// The one set of options that all tasks of a job have.
fn copying(options: &Value) -> Copying {
    let text = |value: &Value| value.as_str().map(str::to_owned);
    let metadata = &options["NewObjectMetadata"];
    // New metadata replaces all of the old, though only an SSEAlgorithm were given: the trap that AWS's own SDK has too.
    let headers = metadata.is_object().then(|| Headers {
        system: [
            ("cache-control", "CacheControl"),
            ("content-disposition", "ContentDisposition"),
            ("content-encoding", "ContentEncoding"),
            ("content-language", "ContentLanguage"),
            ("content-type", "ContentType"),
        ]
        .into_iter()
        .filter_map(|(header, member)| Some((header, text(&metadata[member])?)))
        .collect(),
        user: metadata["UserMetadata"]
            .as_object()
            .into_iter()
            .flatten()
            .filter_map(|(name, value)| Some((name.clone(), text(value)?)))
            .collect(),
        redirect: None,
    });
    let tags = options["NewObjectTagging"].as_array().map(|tags| {
        tags.iter()
            .filter_map(|tag| Some((text(&tag["Key"])?, text(&tag["Value"])?)))
            .collect()
    });
    let key = text(&options["SSEAwsKmsKeyId"]);
    let encryption = match metadata["SSEAlgorithm"].as_str() {
        Some("AES256") => Some(Encryption::S3),
        Some(_) => Some(Encryption::Kms(key)),
        None => key.map(|key| Encryption::Kms(Some(key))),
    };
    Copying {
        headers,
        redirect: text(&options["RedirectLocation"]),
        tags,
        class: text(&options["StorageClass"]),
        encryption,
        checksum: options["ChecksumAlgorithm"].as_str().and_then(Checksum::named),
        only_if_absent: false,
    }
}
