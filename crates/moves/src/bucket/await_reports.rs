//! Waits until an inventory report has come of each of some buckets: the next one at all, or one whose scan began behind everything
//! that was done before. S3 says when it is done by writing it, and nothing before that.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::{Advice, Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::proofs::Proof;
use super::reports::{self, Asked, Awaited};
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The steps that asked for them.
    pub(super) asked: Vec<StepId>,
    /// Where they come.
    pub(super) ops: Place,
    /// Whether only those will do that were scanned since.
    pub(super) since: bool,
}

pub(super) struct AwaitReports {
    input: Input,
    world: Rc<World>,
}

impl AwaitReports {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

/// Reports come once a day: more looks see nothing more.
const LOOK_AGAIN: Duration = Duration::from_secs(1_800);
/// A report may miss what was written shortly before its scan; for how long nobody says. What it misses all the same is found by the
/// number of entries.
const SETTLES: SignedDuration = SignedDuration::from_hours(1);

fn since(cx: &StepContext) -> Option<Timestamp> {
    cx.cursor
        .as_ref()
        .and_then(|cursor| Timestamp::deserialize(cursor).ok())
}

#[async_trait(?Send)]
impl Step for AwaitReports {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(began) = since(cx) else {
            return Ok(Observed::Absent);
        };
        let (target, ops) = (self.world.target(), self.input.ops.name(cx)?);
        let least = if self.input.since {
            began + SETTLES
        } else {
            Timestamp::MIN
        };
        let mut awaited = Awaited { reports: Vec::new() };
        let mut missing = Vec::new();
        for step in &self.input.asked {
            let asked: Asked = cx.output(step)?;
            match reports::newest(&target, &ops, &asked, least).await? {
                Some(report) => awaited.reports.push(report),
                None => missing.push(asked.bucket),
            }
        }
        if missing.is_empty() {
            return Ok(Observed::Present(json!(awaited)));
        }
        let hours = cx.now.duration_since(began).as_hours();
        let overdue = hours >= 52;
        let mut progress = Progress::words(Underway::ReportAwaited.fill(&[&missing.join(" and "), &hours.to_string()]));
        progress.alarm = overdue.then(|| Advice::NoReport.fill(&[&missing.join(" and "), &hours.to_string(), &ops]));
        Ok(Observed::Underway {
            progress,
            look_again: LOOK_AGAIN,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let began = since(cx).unwrap_or(cx.now);
        Ok(Begun::Swept {
            cursor: json!(began),
            done: 0,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let awaited: Awaited = cx.output(&cx.spec.id)?;
        let told = awaited.reports.iter().map(|report| {
            let scanned = format!("{:.0}", report.scanned);
            Proof::Scanned.fill(&[&report.bucket, &scanned, &report.folder])
        });
        Ok(Verified::Right {
            evidence: Said::all(told),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
