//! One batch job: copies what one manifest lists. A job that is `Complete` may have failed in every single task; what it left out
//! the settling step behind it copies. A job that failed before its first task (its role or manifest not readable yet) is asked
//! for again, twice.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::s3control::{CopyJob, JobEnd, JobSeen};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Digest, Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::discard_bucket::job_description;
use super::place::Place;
use super::write_manifest::Written;
use crate::pace;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) manifest: StepId,
    pub(super) ops: Place,
    pub(super) to: Place,
    pub(super) role: String,
    pub(super) class: String,
    pub(super) rows: u64,
    pub(super) reports: String,
}

/// The job that was asked for last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    job: String,
    /// 1 for the first.
    nth: u32,
}

const MOST_JOBS: u32 = 3;

pub(super) struct CopyWave {
    input: Input,
    world: Rc<World>,
}

impl CopyWave {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

fn asked(cx: &StepContext) -> Option<Asked> {
    cx.cursor.as_ref().and_then(|cursor| Asked::deserialize(cursor).ok())
}

/// Whether a job ended without having done anything.
fn never_ran(job: &JobSeen) -> bool {
    job.status == JobEnd::Failed && job.succeeded + job.failed == 0
}

#[async_trait(?Send)]
impl Step for CopyWave {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(asked) = asked(cx) else {
            return Ok(Observed::Absent);
        };
        let Some(job) = self.world.target().s3control.job(&asked.job).await? else {
            // Right after CreateJob it may not be known yet.
            let progress = Progress::words(format!("job {} does not show yet", asked.job));
            return Ok(Observed::Underway {
                progress,
                look_again: Duration::from_secs(10),
            });
        };
        if never_ran(&job) {
            if asked.nth < MOST_JOBS {
                return Ok(Observed::Absent);
            }
            let why = format!(
                "{MOST_JOBS} jobs failed before their first task, the last, {}, with {}. Put it right (the batch role's trust and \
                 permissions, most often) or skip this step: what it would copy is then copied one by one",
                job.id,
                job.reasons.join("; ")
            );
            return Ok(Observed::Broken { why });
        }
        match job.status {
            JobEnd::Underway => {
                let done = job.succeeded + job.failed;
                let percent = (done * 100)
                    .checked_div(job.total)
                    .and_then(|percent| i32::try_from(percent).ok());
                let text = format!("{}, {done} of {}", job.word, self.input.rows);
                let progress = Progress::percent(percent.unwrap_or(0), text);
                Ok(Observed::Underway {
                    progress,
                    look_again: pace::look_again(cx, percent),
                })
            }
            JobEnd::Complete | JobEnd::Failed => Ok(Observed::Present(json!({
                "job": job.id, "ended": job.word, "total": job.total, "succeeded": job.succeeded, "failed": job.failed,
            }))),
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let target = self.world.target();
        let nth = asked(cx).map_or(1, |asked| asked.nth + 1);
        let to = self.input.to.name(cx)?;
        let ending = if nth > 1 { format!(" ({nth})") } else { String::new() };
        let description = format!("{} {}{ending}", job_description(cx, Some(&to)), cx.spec.id);
        // The token makes it once, as long as AWS remembers it, and nobody says how long that is.
        let job = match target.s3control.described(&description).await? {
            Some(job) => job,
            None => {
                let written: Written = cx.output(&self.input.manifest)?;
                let token = match nth {
                    1 => cx.token.clone(),
                    _ => Digest::of(format!("{}{nth}", cx.token).as_bytes()).as_str()[..32].to_owned(),
                };
                let job = CopyJob {
                    token,
                    description,
                    role_arn: self.input.role.clone(),
                    ops_bucket: self.input.ops.name(cx)?,
                    manifest: written.key,
                    manifest_etag: written.etag,
                    report_prefix: self.input.reports.clone(),
                    to,
                    storage_class: self.input.class.clone(),
                };
                target.s3control.create_copy_job(&job).await?
            }
        };
        Ok(Begun::Swept {
            cursor: json!(Asked { job, nth }),
            done: 0,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let count = |name: &str| output[name].as_u64().unwrap_or(0);
        if output["ended"] == "Complete" && count("total") != self.input.rows {
            let why = format!(
                "the job had {} tasks, its manifest has {} rows",
                count("total"),
                self.input.rows
            );
            return Ok(Verified::Wrong { why });
        }
        let job = output["job"].as_str().unwrap_or_default();
        let evidence = format!(
            "job {job}: {} copied, {} failed (copied one by one behind it)",
            count("succeeded"),
            count("failed")
        );
        Ok(Verified::Right { evidence })
    }

    /// Its bucket's undoing cancels what still runs.
    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
