//! S3 Batch Operations: jobs that copy, replicate or compute checksums, whose tasks run in no particular order and which are `Complete` even when
//! every task has failed.
//!
//! Left out: every operation but `S3PutObjectCopy`, `S3ReplicateObject` and `S3ComputeObjectChecksum`, priorities (no job pauses another), job tags' own calls,
//! what is done through access points: only that a bucket has them is told.

mod carry_out;
mod checksums;
mod manifest;
mod replicate;
mod report;

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{number, page, text};
use crate::services::sts;

pub use carry_out::advance;

/// State.
#[derive(Default)]
pub struct Jobs {
    /// Every job, in order of creation.
    jobs: BTreeMap<u64, Job>,
    /// The number of the last job.
    last: u64,
}

/// A job.
struct Job {
    id: String,
    account: AccountId,
    region: Region,
    created: Timestamp,
    /// From when on DescribeJob and ListJobs show it.
    visible_from: Timestamp,
    /// Who its tasks are done as.
    role: Caller,
    /// The CreateJob input, as it was.
    request: Value,
    priority: i64,
    state: State,
    reason: String,
    tasks: Vec<manifest::Task>,
    /// The tasks in the order in which they are done: not the manifest's.
    order: Vec<usize>,
    /// What became of the tasks that were done, in that order.
    results: Vec<carry_out::Done>,
    failed: usize,
    failure: Option<(String, String)>,
    active_since: Option<Timestamp>,
    ended: Option<Timestamp>,
}

/// Where a job stands, and until when.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    New { until: Timestamp },
    Preparing { until: Timestamp },
    Suspended,
    Ready { until: Timestamp },
    Active { next: Timestamp, nanoseconds_each: i64 },
    Complete,
    Failed,
    Cancelled,
}

impl State {
    fn name(self) -> &'static str {
        match self {
            Self::New { .. } => "New",
            Self::Preparing { .. } => "Preparing",
            Self::Suspended => "Suspended",
            Self::Ready { .. } => "Ready",
            Self::Active { .. } => "Active",
            Self::Complete => "Complete",
            Self::Failed => "Failed",
            Self::Cancelled => "Cancelled",
        }
    }

    /// When it goes on by itself.
    fn due(self) -> Option<Timestamp> {
        match self {
            Self::New { until } | Self::Preparing { until } | Self::Ready { until } => Some(until),
            Self::Active { next, .. } => Some(next),
            Self::Suspended | Self::Complete | Self::Failed | Self::Cancelled => None,
        }
    }

    fn is_terminal(self) -> bool {
        matches!(self, Self::Complete | Self::Failed | Self::Cancelled)
    }
}

/// An inventory has no jobs.
pub fn fill(_cloud: &mut Cloud, _account: &AccountId, _region: &Region, _contents: &model::inventory::RegionInventory) {
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    if let Some(account) = input["AccountId"].as_str()
        && account != caller.account.as_str()
    {
        return Err(ServiceError::with_status(403, "AccessDenied", "Access Denied"));
    }
    match operation {
        "CreateJob" => create(cloud, caller, input),
        "DescribeJob" => describe(cloud, caller, input),
        "ListJobs" => list(cloud, caller, input),
        "UpdateJobStatus" => update_status(cloud, caller, input),
        "ListAccessPoints" => Ok(access_points(cloud, caller, input)),
        "UpdateJobPriority" => update_priority(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("s3control", operation)),
    }
}

/// Models: the access points of the account's buckets in the region, of one bucket or of all, a thousand to a page.
fn access_points(cloud: &Cloud, caller: &Caller, input: &Value) -> Value {
    let wanted = text(input, "Bucket");
    let own = cloud.s3.by_name.iter().filter(|(name, held)| {
        (&held.owner, &held.region) == (&caller.account, &caller.region) && wanted.is_none_or(|wanted| wanted == *name)
    });
    let points = own.flat_map(|(bucket, held)| held.access_points.iter().map(move |point| (point, bucket, held)));
    let mut points: Vec<(String, Value)> = points
        .map(|(point, bucket, held)| {
            let (region, account) = (&held.region, &held.owner);
            let arn = format!("arn:aws:s3:{region}:{account}:accesspoint/{point}");
            let shown = json!({ "Name": point, "Bucket": bucket, "NetworkOrigin": "Internet", "AccessPointArn": arn });
            (point.clone(), shown)
        })
        .collect();
    points.sort_by(|one, other| one.0.cmp(&other.0));
    let most = number(input, "MaxResults").map_or(1000, |most| most.clamp(1, 1000)) as usize;
    let (shown, next) = page(points, text(input, "NextToken"), most);
    let mut answer = json!({ "AccessPointList": shown });
    if let Some(next) = next {
        answer["NextToken"] = json!(next);
    }
    answer
}

fn bad_request(message: impl Into<String>) -> ServiceError {
    ServiceError::new("BadRequestException", message)
}

fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let token = input["ClientRequestToken"]
        .as_str()
        .filter(|token| !token.is_empty() && token.len() <= 64);
    let token = token.ok_or_else(|| bad_request("ClientRequestToken must have 1 to 64 characters"))?;
    let same = |job: &&Job| {
        job.account == caller.account && job.region == caller.region && job.request["ClientRequestToken"] == token
    };
    if let Some(job) = cloud.s3control.jobs.values().find(same) {
        return if job.request == *input {
            Ok(json!({ "JobId": job.id }))
        } else {
            Err(ServiceError::new(
                "IdempotencyException",
                "The token was used before with other parameters",
            ))
        };
    }
    check(cloud, caller, input)?;
    let role_arn = input["RoleArn"].as_str().unwrap_or_default();
    let (account, name) = crate::policy::role_of(role_arn).ok_or_else(|| bad_request("Invalid RoleArn"))?;
    let role = Caller {
        account: caller.account.clone(),
        region: caller.region.clone(),
        principal: format!("arn:aws:sts::{account}:assumed-role/{name}/s3-batch-operations"),
    };
    let visible_in = cloud.faults.visibility_delay("s3control visibility");
    let starts_in = cloud.faults.stream("s3control pace").i64(5..30);
    cloud.s3control.last += 1;
    let number = cloud.s3control.last;
    let random = cloud.faults.stream("s3control ids");
    let id = format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        random.u32(..),
        random.u16(..),
        random.u16(0..0x1000),
        random.u16(0..0x1000),
        random.u64(0..1 << 48)
    );
    let job = Job {
        id: id.clone(),
        account: caller.account.clone(),
        region: caller.region.clone(),
        created: cloud.now,
        visible_from: cloud.later(visible_in),
        role,
        request: input.clone(),
        priority: input["Priority"].as_i64().unwrap_or(0),
        state: State::New {
            until: cloud.later(starts_in),
        },
        reason: String::new(),
        tasks: Vec::new(),
        order: Vec::new(),
        results: Vec::new(),
        failed: 0,
        failure: None,
        active_since: None,
        ended: None,
    };
    cloud.s3control.jobs.insert(number, job);
    cloud.effect(caller, "s3control CreateJob", id.clone());
    Ok(json!({ "JobId": id }))
}

/// What CreateJob looks at itself. The manifest is read later: what is wrong with it fails the job, not the call.
fn check(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<(), ServiceError> {
    for member in ["Operation", "Report", "Priority", "RoleArn"] {
        if input.get(member).is_none_or(Value::is_null) {
            return Err(bad_request(format!("Missing required member {member}")));
        }
    }
    if input["Priority"]
        .as_i64()
        .is_none_or(|priority| !(0..=2_147_483_647).contains(&priority))
    {
        return Err(bad_request("Invalid priority"));
    }
    let operations: Vec<&String> = input["Operation"]
        .as_object()
        .into_iter()
        .flat_map(|all| all.keys())
        .collect();
    let given = |member: &str| input.get(member).is_some_and(|one| !one.is_null());
    match (given("Manifest"), given("ManifestGenerator")) {
        (true, false) => check_manifest(input)?,
        (false, true) if operations == ["S3ReplicateObject"] => {}
        (false, true) => {
            return Err(ServiceError::not_modelled(
                "s3control",
                "CreateJob with ManifestGenerator for anything but replication",
            ));
        }
        _ => return Err(bad_request("Exactly one of Manifest and ManifestGenerator is required")),
    }
    match operations.as_slice() {
        [one] if *one == "S3PutObjectCopy" => check_copy(cloud, caller, input)?,
        [one] if *one == "S3ComputeObjectChecksum" => checksums::check(input)?,
        [one] if *one == "S3ReplicateObject" => replicate::check(cloud, caller, input)?,
        [other] => {
            return Err(ServiceError::not_modelled(
                "s3control",
                &format!("CreateJob with {other}"),
            ));
        }
        _ => return Err(bad_request("Exactly one operation is required")),
    }
    let report = &input["Report"];
    if report["Enabled"] == true && report["Bucket"].as_str().and_then(bucket_of_arn).is_none() {
        return Err(bad_request("Report bucket is required when the report is enabled"));
    }
    let role = input["RoleArn"].as_str().unwrap_or_default();
    let own = crate::policy::role_of(role).is_some_and(|(account, _)| account == caller.account.as_str());
    if !own || sts::role(cloud, role).is_none() {
        return Err(bad_request(format!("Invalid role: {role}")));
    }
    Ok(())
}

fn check_manifest(input: &Value) -> Result<(), ServiceError> {
    let spec = &input["Manifest"]["Spec"];
    if spec["Format"] != "S3BatchOperations_CSV_20180820" {
        return Err(bad_request("Invalid manifest format"));
    }
    let fields: Vec<&str> = spec["Fields"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    if !fields.contains(&"Bucket") || !fields.contains(&"Key") {
        return Err(bad_request("Manifest fields must contain Bucket and Key"));
    }
    for member in ["ObjectArn", "ETag"] {
        if input["Manifest"]["Location"][member].as_str().is_none_or(str::is_empty) {
            return Err(bad_request(format!("Missing required member {member}")));
        }
    }
    Ok(())
}

fn check_copy(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<(), ServiceError> {
    let target = input["Operation"]["S3PutObjectCopy"]["TargetResource"]
        .as_str()
        .and_then(bucket_of_arn);
    let target = target.ok_or_else(|| bad_request("TargetResource must be the ARN of a bucket"))?;
    if cloud
        .s3
        .by_name
        .get(target)
        .is_some_and(|bucket| bucket.region != caller.region)
    {
        return Err(bad_request(
            "The job must be created in the Region of the destination bucket",
        ));
    }
    Ok(())
}

fn bucket_of_arn(arn: &str) -> Option<&str> {
    arn.strip_prefix("arn:aws:s3:::")
        .filter(|name| !name.is_empty() && !name.contains('/'))
}

fn find<'a>(cloud: &'a mut Cloud, caller: &Caller, input: &Value) -> Result<&'a mut Job, ServiceError> {
    let id = input["JobId"].as_str().unwrap_or_default();
    let now = cloud.now;
    let own = |job: &&mut Job| {
        job.id == id && job.account == caller.account && job.region == caller.region && job.visible_from <= now
    };
    let found = cloud.s3control.jobs.values_mut().find(own);
    found.ok_or_else(|| ServiceError::with_status(404, "NoSuchJobException", "The specified job does not exist"))
}

fn describe(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let now = cloud.now;
    let job = find(cloud, caller, input)?;
    let mut described = json!({
        "JobId": job.id,
        "JobArn": format!("arn:aws:s3:{}:{}:job/{}", job.region, job.account, job.id),
        "ConfirmationRequired": job.request["ConfirmationRequired"] == true,
        "Status": job.state.name(),
        "Operation": job.request["Operation"],
        "Priority": job.priority,
        "ProgressSummary": job.progress(now),
        "StatusUpdateReason": job.reason,
        "Report": job.request["Report"],
        "CreationTime": job.created.to_string(),
        "RoleArn": job.request["RoleArn"],
    });
    for member in ["Manifest", "ManifestGenerator"] {
        if !job.request[member].is_null() {
            described[member] = job.request[member].clone();
        }
    }
    if let Some(description) = job.request["Description"].as_str() {
        described["Description"] = description.into();
    }
    if let Some((code, reason)) = &job.failure {
        described["FailureReasons"] = json!([{ "FailureCode": code, "FailureReason": reason }]);
    }
    if let Some(ended) = job.ended {
        described["TerminationDate"] = ended.to_string().into();
    }
    if job.state == State::Suspended {
        described["SuspendedCause"] = "AwaitingConfirmation".into();
    }
    Ok(json!({ "Job": described }))
}

fn list(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted: Vec<&str> = input["JobStatuses"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let most = input["MaxResults"]
        .as_u64()
        .and_then(|most| usize::try_from(most).ok())
        .unwrap_or(1000)
        .clamp(1, 1000);
    let before = input["NextToken"]
        .as_str()
        .and_then(|token| token.parse::<u64>().ok())
        .unwrap_or(u64::MAX);
    let now = cloud.now;
    let own = |job: &Job| {
        job.account == caller.account
            && job.region == caller.region
            && job.visible_from <= now
            && (wanted.is_empty() || wanted.contains(&job.state.name()))
    };
    let mut newest_first = cloud.s3control.jobs.range(..before).rev().filter(|(_, job)| own(job));
    let mut shown = Vec::new();
    let mut last = 0;
    for (number, job) in newest_first.by_ref().take(most) {
        last = *number;
        let mut one = json!({
            "JobId": job.id,
            "Operation": job.operation(),
            "Priority": job.priority,
            "Status": job.state.name(),
            "CreationTime": job.created.to_string(),
            "ProgressSummary": job.progress(now),
        });
        if let Some(description) = job.request["Description"].as_str() {
            one["Description"] = description.into();
        }
        if let Some(ended) = job.ended {
            one["TerminationDate"] = ended.to_string().into();
        }
        shown.push(one);
    }
    let mut output = json!({ "Jobs": shown });
    if newest_first.next().is_some() {
        output["NextToken"] = last.to_string().into();
    }
    Ok(output)
}

fn update_status(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let now = cloud.now;
    let starts = cloud.later(5);
    let job = find(cloud, caller, input)?;
    let refused = |job: &Job| {
        let message = format!(
            "The job is {} and cannot be given the status {}",
            job.state.name(),
            input["RequestedJobStatus"]
        );
        ServiceError::new("JobStatusException", message)
    };
    let state = match (input["RequestedJobStatus"].as_str(), job.state) {
        (Some("Ready"), State::Suspended) => State::Ready { until: starts },
        (Some("Cancelled"), State::Cancelled) => State::Cancelled,
        (Some("Cancelled"), state) if !state.is_terminal() => State::Cancelled,
        (Some("Ready" | "Cancelled"), _) => return Err(refused(job)),
        _ => return Err(bad_request("RequestedJobStatus must be Cancelled or Ready")),
    };
    let changed = state != job.state;
    job.state = state;
    job.reason = input["StatusUpdateReason"].as_str().unwrap_or_default().to_owned();
    let answer = json!({ "JobId": job.id, "Status": job.state.name(), "StatusUpdateReason": job.reason });
    let id = job.id.clone();
    if changed {
        if state == State::Cancelled {
            job.ended = Some(now);
        }
        cloud.effect(caller, "s3control UpdateJobStatus", id.clone());
        if state == State::Cancelled {
            report::write(cloud, &id);
        }
    }
    Ok(answer)
}

fn update_priority(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let priority = input["Priority"]
        .as_i64()
        .ok_or_else(|| bad_request("Invalid priority"))?;
    let job = find(cloud, caller, input)?;
    job.priority = priority;
    Ok(json!({ "JobId": job.id, "Priority": priority }))
}

impl Job {
    /// What it does.
    fn operation(&self) -> &str {
        let operation = self.request["Operation"].as_object();
        operation.and_then(|one| one.keys().next()).map_or("", String::as_str)
    }

    fn progress(&self, now: Timestamp) -> Value {
        let until = self.ended.unwrap_or(now);
        let active = self
            .active_since
            .map_or(0, |since| until.duration_since(since).as_secs());
        json!({
            "TotalNumberOfTasks": self.tasks.len(),
            "NumberOfTasksSucceeded": self.results.len() - self.failed,
            "NumberOfTasksFailed": self.failed,
            "Timers": { "ElapsedTimeInActiveSeconds": active },
        })
    }

    fn fail(&mut self, at: Timestamp, code: &str, reason: impl Into<String>) {
        self.state = State::Failed;
        self.failure = Some((code.to_owned(), reason.into()));
        self.ended = Some(at);
    }
}

#[cfg(test)]
#[path = "s3control_tests.rs"]
mod tests;
