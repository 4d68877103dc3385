//! Once the snapshot is there: proves that nobody was connected from the proof before it until it was taken. A service that comes back by itself
//! between the two would have written what the target then lacks.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::{Advice, Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Database;
use super::prove_quiet::Quiet;
use super::words::Text;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) database: Database,
    pub(super) quiet: StepId,
    pub(super) snapshot: StepId,
}

/// All that is needed of the output of the step that takes the snapshot.
#[derive(Debug, Deserialize)]
struct Taken {
    name: String,
}

/// From when until when nobody was connected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Unwritten {
    since: Timestamp,
    taken_at: Timestamp,
}

pub(super) struct ProveUnwritten {
    input: Input,
    world: Rc<World>,
}

impl ProveUnwritten {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for ProveUnwritten {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let quiet: Quiet = cx.output(&self.input.quiet)?;
        let taken: Taken = cx.output(&self.input.snapshot)?;
        let source = self.world.source();
        let family = self.input.database.family;
        let waiting = |text: Underway| Observed::Underway {
            progress: Progress::words(text),
            look_again: Duration::from_secs(30),
        };
        let found = source.rds.snapshot(family, &taken.name).await?;
        let Some(taken_at) = found.and_then(|snapshot| snapshot.taken_at) else {
            return Ok(waiting(Underway::SnapshotUntold));
        };
        let until = taken_at
            .saturating_add(SignedDuration::from_mins(1))
            .unwrap_or(taken_at);
        let told = source
            .cloudwatch
            .connections(&quiet.instances, quiet.since, until)
            .await?;
        for (id, minutes) in &told {
            if let Some(minute) = minutes.iter().find(|minute| minute.most > 0.0) {
                return Ok(Observed::Stuck {
                    why: Text::ConnectedBefore.fill(&[
                        &minute.most.to_string(),
                        id,
                        &minute.at.to_string(),
                        &taken_at.to_string(),
                    ]),
                    advice: Advice::WhoConnected.into(),
                });
            }
        }
        let unwritten = || {
            Observed::Present(json!(Unwritten {
                since: quiet.since,
                taken_at
            }))
        };
        if quiet.instances.is_empty() {
            return Ok(unwritten());
        }
        // The minute of the snapshot itself must have been told.
        let last = |minutes: &[aws::cloudwatch::Minute]| minutes.last().map(|minute| minute.at);
        let told_until = told.iter().map(|(_, minutes)| last(minutes)).min().flatten();
        let whole = told_until.is_some_and(|at| {
            at.saturating_add(SignedDuration::from_mins(1))
                .is_ok_and(|end| end >= taken_at)
        });
        Ok(if whole {
            unwritten()
        } else {
            waiting(Underway::MinuteUntold)
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let unwritten: Unwritten = cx.output(&cx.spec.id)?;
        Ok(Verified::Right {
            evidence: Text::Unwritten.fill(&[&unwritten.taken_at.to_string(), &unwritten.since.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
