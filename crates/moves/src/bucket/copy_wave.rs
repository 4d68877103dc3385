//! One batch job: copies what one manifest lists. A job that is `Complete` may have failed in every single task: its report is read,
//! and what it left out stands in the next wave's manifest again, or is copied one by one behind the last. A job that failed before
//! its first task (its role or manifest not readable yet), or a test that copied nothing, is asked for again, twice.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::s3control::{JobEnd, JobSeen, Work};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use listing::report::Failed;
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::batch_job::{self, Asked, MOST_JOBS, Order};
use super::place::Place;
use super::proofs::Proof;
use super::write_manifests::{Manifest, Written};
use crate::pace;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) manifests: StepId,
    pub(super) ops: Place,
    pub(super) to: Place,
    pub(super) role: String,
    pub(super) class: String,
    /// How much its objects are together, as the survey found; of a test, far less.
    pub(super) bytes: u64,
    pub(super) reports: String,
    /// Whether it is there to try out what the other jobs need: then it stops the run when it copies nothing.
    pub(super) is_test: bool,
}

pub(super) struct CopyWave {
    input: Input,
    world: Rc<World>,
}

impl CopyWave {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn manifest(&self, cx: &StepContext) -> Result<Option<Manifest>, Failure> {
        let mut written: Written = cx.output(&self.input.manifests)?;
        Ok(written.manifests.remove(&self.input.class))
    }

    /// What the job's report says of the copies that failed.
    async fn reasons(&self, cx: &StepContext, job: &str) -> Result<Option<String>, Failure> {
        let target = self.world.target();
        let ops = self.input.ops.name(cx)?;
        let prefix = format!("{}/job-{job}/", self.input.reports);
        let mut failed = Failed::default();
        batch_job::reports(&target, &ops, &prefix, LARGEST_REPORT, |file| failed.add(file)).await?;
        Ok(failed.words())
    }
}

/// A report of more failures is not read into memory: it would name a hundred thousand keys for one reason.
const LARGEST_REPORT: u64 = 32 << 20;

fn asked(cx: &StepContext) -> Option<Asked> {
    cx.cursor.as_ref().and_then(|cursor| Asked::deserialize(cursor).ok())
}

/// Whether a job ended without having copied anything, where that means more than unlucky objects.
fn was_in_vain(job: &JobSeen, is_test: bool) -> bool {
    let ran = job.succeeded + job.failed > 0;
    match job.status {
        JobEnd::Underway => false,
        JobEnd::Failed => !ran || (is_test && job.succeeded == 0),
        JobEnd::Complete => is_test && ran && job.succeeded == 0,
    }
}

#[async_trait(?Send)]
impl Step for CopyWave {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(manifest) = self.manifest(cx)? else {
            return Ok(Observed::Present(json!({ "job": null })));
        };
        let Some(asked) = asked(cx) else {
            return Ok(Observed::Absent);
        };
        let Some(job) = self.world.target().s3control.job(&asked.job).await? else {
            // Right after CreateJob it may not be known yet.
            let progress = Progress::words(Underway::JobNotShown.fill(&[&asked.job]));
            return Ok(Observed::Underway {
                progress,
                look_again: Duration::from_secs(10),
            });
        };
        if was_in_vain(&job, self.input.is_test) {
            // As many again whenever a person has put something right and has it tried again.
            if asked.nth < MOST_JOBS * (1 + cx.retried) {
                return Ok(Observed::Absent);
            }
            let mut reasons = job.reasons.join("; ");
            if let Some(told) = self.reasons(cx, &job.id).await? {
                reasons = format!("{reasons} {told}");
            }
            let why = Proof::CopiedNothing.fill(&[&asked.nth.to_string(), &job.id, reasons.trim()]);
            return Ok(Observed::Broken { why });
        }
        match job.status {
            JobEnd::Underway => {
                let done = job.succeeded + job.failed;
                let percent = (done * 100)
                    .checked_div(job.total)
                    .and_then(|percent| i32::try_from(percent).ok());
                let text = Underway::JobTasks.fill(&[&job.word, &done.to_string(), &manifest.rows.to_string()]);
                let progress = Progress::percent(percent.unwrap_or(0), text);
                Ok(Observed::Underway {
                    progress,
                    look_again: pace::look_again(cx, percent),
                })
            }
            JobEnd::Complete | JobEnd::Failed => {
                let copied = (self.input.bytes * job.succeeded).checked_div(job.total).unwrap_or(0);
                Ok(Observed::Present(json!({
                    "job": job.id, "ended": job.word, "total": job.total, "succeeded": job.succeeded, "failed": job.failed,
                    "bytes": if self.input.is_test { 0 } else { copied },
                })))
            }
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let target = self.world.target();
        let nth = asked(cx).map_or(1, |asked| asked.nth + 1);
        let to = self.input.to.name(cx)?;
        let nothing = || cx.failure(FailureClass::Unexpected, "[NoManifest]", "there is nothing to copy");
        let order = Order {
            role: &self.input.role,
            ops: &self.input.ops.name(cx)?,
            ops_owner: &target.id,
            manifest: self.manifest(cx)?.ok_or_else(nothing)?.listed(),
            reports: &self.input.reports,
            bucket: &to,
            name: "",
            work: Work::Copy {
                to: to.clone(),
                storage_class: self.input.class.clone(),
            },
        };
        let asked = batch_job::ask(&target, cx, nth, order).await?;
        Ok(Begun::Swept {
            cursor: json!(asked),
            done: 0,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let (Some(job), Some(manifest)) = (output["job"].as_str(), self.manifest(cx)?) else {
            let evidence = Proof::NothingOfClass.into();
            return Ok(Verified::Right { evidence });
        };
        let count = |name: &str| output[name].as_u64().unwrap_or(0);
        let (total, failed) = (count("total"), count("failed"));
        if output["ended"] == "Complete" && total != manifest.rows {
            let why = Proof::OtherTasks.fill(&[&total.to_string(), &manifest.rows.to_string()]);
            return Ok(Verified::Wrong { why });
        }
        let copied = count("succeeded").to_string();
        if failed == 0 {
            let evidence = Proof::Copied.fill(&[job, &copied]);
            return Ok(Verified::Right { evidence });
        }
        let reasons = self.reasons(cx, job).await?;
        let reasons = reasons.unwrap_or_else(|| Proof::ReportLies.fill(&[&self.input.reports]).into());
        Ok(Verified::Right {
            evidence: Proof::CopiedNotAll.fill(&[job, &copied, &failed.to_string(), &reasons]),
        })
    }

    /// Its bucket's undoing cancels what still runs.
    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
