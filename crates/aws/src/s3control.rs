//! S3 Batch Operations: jobs that copy, replicate, or compute checksums. S3 Control knows no expected bucket owner; the role that the jobs run as must be bound to the
//! accounts by `s3:ResourceAccount` conditions.

use aws_sdk_s3control::types::{
    ComputeObjectChecksumAlgorithm, ComputeObjectChecksumType, JobManifest, JobManifestFieldName, JobManifestFormat,
    JobManifestGenerator, JobManifestGeneratorFilter, JobManifestLocation, JobManifestSpec, JobOperation, JobReport,
    JobReportFormat, JobReportScope, JobStatus, ReplicationStatus, RequestedJobStatus,
    S3ComputeObjectChecksumOperation, S3CopyObjectOperation, S3JobManifestGenerator, S3MetadataDirective,
    S3ReplicateObjectOperation, S3StorageClass,
};
use model::{AccountId, Failure, FailureClass};

use crate::account::{Clients, two_clients};
use crate::classify;

/// S3 Control in one account.
pub struct S3Control {
    read: aws_sdk_s3control::Client,
    once: aws_sdk_s3control::Client,
    account: AccountId,
}

/// A job as it is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Job {
    /// The token: asked for twice with the same, it is made once.
    pub token: String,
    /// What it is, for people and for finding it again.
    pub description: String,
    /// The role that it runs as.
    pub role_arn: String,
    /// The bucket that holds manifest and report.
    pub ops_bucket: String,
    /// Whose it is.
    pub ops_owner: AccountId,
    /// What it works at.
    pub manifest: Manifest,
    /// Where the report goes.
    pub report_prefix: String,
    /// What is done with each version that the manifest names.
    pub work: Work,
}

/// The versions that a job works at.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Manifest {
    /// Those that a CSV file in the bucket of manifests lists, by bucket, key and version.
    Listed {
        /// The file's key.
        key: String,
        /// Its ETag.
        etag: String,
    },
    /// All that the replication configuration of a bucket takes and that stand so: S3 finds them itself.
    OfReplication {
        /// The bucket.
        bucket: String,
        /// How they stand.
        statuses: Vec<Replicated>,
    },
}

/// How a version stands with replication, as a job may ask for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Replicated {
    /// Replication never had to do with it.
    Never,
    /// It failed.
    Failed,
    /// It was replicated.
    Completed,
    /// It is a replica itself.
    Replica,
}

impl Replicated {
    fn named(self) -> ReplicationStatus {
        match self {
            Self::Never => ReplicationStatus::None,
            Self::Failed => ReplicationStatus::Failed,
            Self::Completed => ReplicationStatus::Completed,
            Self::Replica => ReplicationStatus::Replica,
        }
    }
}

/// What a job does with each version.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Work {
    /// It is copied, with metadata and tags.
    Copy {
        /// The bucket that is copied into.
        to: String,
        /// The storage class of the copies.
        storage_class: String,
    },
    /// It is replicated, as the bucket's replication configuration says.
    Replicate,
    /// The CRC64NVME over its whole content is computed where it lies, whatever its size and class, and told in the report.
    Checksums,
}

/// A job as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JobSeen {
    /// Its id.
    pub id: String,
    /// Its description.
    pub description: String,
    /// How it stands.
    pub status: JobEnd,
    /// AWS's word for that.
    pub word: String,
    /// Its tasks; 0 until the manifest is read.
    pub total: u64,
    /// How many succeeded.
    pub succeeded: u64,
    /// How many failed.
    pub failed: u64,
    /// Why the job as a whole failed.
    pub reasons: Vec<String>,
}

/// Whether a job has ended, and how.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobEnd {
    /// Not yet; also every state that is not known here.
    Underway,
    /// All its tasks were tried. They may all have failed.
    Complete,
    /// It failed as a whole, or was cancelled.
    Failed,
}

impl S3Control {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_s3control, "s3control");
        Self {
            read,
            once,
            account: clients.account.clone(),
        }
    }

    fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "s3control", operation)
    }

    /// Asks for a job.
    pub async fn create_job(&self, job: &Job) -> Result<String, Failure> {
        let (operation, scope) = match &job.work {
            Work::Copy { to, storage_class } => {
                let copy = S3CopyObjectOperation::builder()
                    .target_resource(format!("arn:aws:s3:::{to}"))
                    .metadata_directive(S3MetadataDirective::Copy)
                    .storage_class(S3StorageClass::from(storage_class.as_str()))
                    .build();
                let operation = JobOperation::builder().s3_put_object_copy(copy);
                (operation, JobReportScope::FailedTasksOnly)
            }
            Work::Replicate => {
                let replicate = S3ReplicateObjectOperation::builder().build();
                let operation = JobOperation::builder().s3_replicate_object(replicate);
                (operation, JobReportScope::FailedTasksOnly)
            }
            Work::Checksums => {
                let compute = S3ComputeObjectChecksumOperation::builder()
                    .checksum_algorithm(ComputeObjectChecksumAlgorithm::Crc64Nvme)
                    .checksum_type(ComputeObjectChecksumType::FullObject)
                    .build();
                // The report is where the checksums are.
                let operation = JobOperation::builder().s3_compute_object_checksum(compute);
                (operation, JobReportScope::AllTasks)
            }
        };
        let report = JobReport::builder()
            .enabled(true)
            .bucket(format!("arn:aws:s3:::{}", job.ops_bucket))
            .prefix(&job.report_prefix)
            .format(JobReportFormat::ReportCsv20180820)
            .report_scope(scope)
            .expected_bucket_owner(job.ops_owner.as_str())
            .build();
        let call = self
            .once
            .create_job()
            .account_id(self.account.as_str())
            .client_request_token(&job.token)
            .description(&job.description)
            .role_arn(&job.role_arn)
            .priority(10)
            .confirmation_required(false)
            .operation(operation.build())
            .report(report);
        let call = match &job.manifest {
            Manifest::Listed { key, etag } => call.manifest(listed(&job.ops_bucket, key, etag)?),
            Manifest::OfReplication { bucket, statuses } => {
                call.manifest_generator(self.of_replication(bucket, statuses)?)
            }
        };
        let answer = call.send().await.map_err(self.failed("CreateJob"))?;
        Ok(answer.job_id.unwrap_or_default())
    }

    fn of_replication(&self, bucket: &str, statuses: &[Replicated]) -> Result<JobManifestGenerator, Failure> {
        let statuses = statuses.iter().map(|status| status.named()).collect();
        let filter = JobManifestGeneratorFilter::builder()
            .eligible_for_replication(true)
            .set_object_replication_statuses(Some(statuses))
            .build();
        let generator = S3JobManifestGenerator::builder()
            .expected_bucket_owner(self.account.as_str())
            .source_bucket(format!("arn:aws:s3:::{bucket}"))
            .filter(filter)
            .enable_manifest_output(false)
            .build()
            .map_err(not_built)?;
        Ok(JobManifestGenerator::S3JobManifestGenerator(generator))
    }

    /// A job; none where it is not known (yet).
    pub async fn job(&self, id: &str) -> Result<Option<JobSeen>, Failure> {
        let call = self.read.describe_job().account_id(self.account.as_str()).job_id(id);
        let answer = classify::found(call.send().await.map_err(self.failed("DescribeJob")))?;
        Ok(answer.and_then(|answer| answer.job).map(|job| {
            let tasks = job.progress_summary();
            let count = |n: Option<i64>| n.and_then(|n| u64::try_from(n).ok()).unwrap_or(0);
            let reason = |failure: &aws_sdk_s3control::types::JobFailure| {
                let (code, why) = (failure.failure_code(), failure.failure_reason());
                format!("{}: {}", code.unwrap_or_default(), why.unwrap_or_default())
            };
            JobSeen {
                id: id.to_owned(),
                description: job.description().unwrap_or_default().to_owned(),
                status: end(job.status()),
                word: job.status().map_or("", JobStatus::as_str).to_owned(),
                total: count(tasks.and_then(|t| t.total_number_of_tasks())),
                succeeded: count(tasks.and_then(|t| t.number_of_tasks_succeeded())),
                failed: count(tasks.and_then(|t| t.number_of_tasks_failed())),
                reasons: job.failure_reasons().iter().map(reason).collect(),
            }
        }))
    }

    /// The ids of the jobs whose description begins so and that have not ended.
    pub async fn underway(&self, description: &str) -> Result<Vec<String>, Failure> {
        let mut found = Vec::new();
        let mut pages = self
            .read
            .list_jobs()
            .account_id(self.account.as_str())
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("ListJobs"))?;
            let ours = page.jobs().iter().filter(|job| {
                job.description().is_some_and(|d| d.starts_with(description)) && end(job.status()) == JobEnd::Underway
            });
            found.extend(ours.filter_map(|job| job.job_id().map(str::to_owned)));
        }
        Ok(found)
    }

    /// The job of this very description, ended or not.
    pub async fn described(&self, description: &str) -> Result<Option<String>, Failure> {
        let mut pages = self
            .read
            .list_jobs()
            .account_id(self.account.as_str())
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("ListJobs"))?;
            if let Some(job) = page.jobs().iter().find(|job| job.description() == Some(description)) {
                return Ok(job.job_id().map(str::to_owned));
            }
        }
        Ok(None)
    }

    /// The names of a bucket's access points.
    pub async fn access_points(&self, bucket: &str) -> Result<Vec<String>, Failure> {
        let call = self.read.list_access_points().account_id(self.account.as_str());
        let mut pages = call.bucket(bucket).into_paginator().send();
        let mut found = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("ListAccessPoints"))?;
            found.extend(page.access_point_list().iter().map(|point| point.name().to_owned()));
        }
        found.sort();
        Ok(found)
    }

    /// Cancels a job.
    pub async fn cancel(&self, id: &str) -> Result<(), Failure> {
        let call = self
            .once
            .update_job_status()
            .account_id(self.account.as_str())
            .job_id(id)
            .requested_job_status(RequestedJobStatus::Cancelled);
        call.send().await.map(drop).map_err(self.failed("UpdateJobStatus"))
    }
}

fn not_built(error: aws_sdk_s3control::error::BuildError) -> Failure {
    Failure::ours("s3control", FailureClass::Invalid, "[NotBuilt]", error.to_string())
}

/// A CSV manifest of bucket, key and version.
fn listed(bucket: &str, key: &str, etag: &str) -> Result<JobManifest, Failure> {
    let fields = [
        JobManifestFieldName::Bucket,
        JobManifestFieldName::Key,
        JobManifestFieldName::VersionId,
    ];
    let spec = JobManifestSpec::builder()
        .format(JobManifestFormat::S3BatchOperationsCsv20180820)
        .set_fields(Some(fields.into()))
        .build()
        .map_err(not_built)?;
    let location = JobManifestLocation::builder()
        .object_arn(format!("arn:aws:s3:::{bucket}/{key}"))
        .e_tag(etag)
        .build()
        .map_err(not_built)?;
    Ok(JobManifest::builder().spec(spec).location(location).build())
}

/// A job that is being cancelled or is failing may still copy: it has not ended.
fn end(status: Option<&JobStatus>) -> JobEnd {
    match status {
        Some(JobStatus::Complete) => JobEnd::Complete,
        Some(JobStatus::Failed | JobStatus::Cancelled) => JobEnd::Failed,
        _ => JobEnd::Underway,
    }
}
