//! Gives the restored instance what no restore takes: monitoring, Performance Insights, the maintenance window, how far its storage
//! may grow, its backups. One call, applied at once, and read back.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::rds::DbInstance;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::databases::Settings;
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::InstanceOutput;
use super::restore_instance::BROKEN;
use crate::key::KeyOutput;
use crate::snapshot::made_in;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) restored: StepId,
    /// The target's own key, for Performance Insights: the source's is not the target's to use.
    pub(super) key: StepId,
    pub(super) settings: Settings,
}

pub(super) struct SettleInstance {
    input: Input,
    world: Rc<World>,
}

impl SettleInstance {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn insights_key(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        match self.input.settings.performance_insights {
            Some(true) => Ok(Some(cx.output::<KeyOutput>(&self.input.key)?.arn)),
            Some(false) | None => Ok(None),
        }
    }
}

/// The instance that a step restored.
pub(super) async fn restored(cx: &StepContext, world: &World, by: &StepId) -> Result<DbInstance, Failure> {
    let made: InstanceOutput = cx.output(by)?;
    let gone = || {
        let what = format!("{} is not seen any more", made.arn);
        cx.failure(FailureClass::NotFound, "[Gone]", what)
    };
    world.target().rds.instance(&made.id).await?.ok_or_else(gone)
}

/// How long a change that RDS has taken may remain unseen.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_mins(30);

/// That RDS took a change: kept where a sweep keeps how far it is, so that it is known only of a call that was accepted.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    at: Timestamp,
    retried: u32,
}

/// Says that RDS has taken the change.
pub(super) fn taken(cx: &StepContext) -> Begun {
    let taken = Taken {
        at: cx.now,
        retried: cx.retried,
    };
    Begun::Swept {
        cursor: json!(taken),
        done: 1,
        total: Some(1),
        more: false,
    }
}

/// What to do about an instance that is not yet as it should be. For some seconds after it has taken a change RDS shows it `available`
/// and as it was; and what it took and never shows will not come by asking once more.
pub(super) fn not_yet(cx: &StepContext, found: &DbInstance, lacking: String) -> Observed {
    let status = found.status.as_str();
    if BROKEN.contains(&status) {
        return Observed::Broken {
            why: format!("{} is {status}", found.arn),
        };
    }
    let look_again = Duration::from_secs(15);
    if !serves(found) {
        return Observed::Underway {
            progress: Progress::words(status),
            look_again,
        };
    }
    let taken = cx.cursor.as_ref().and_then(|cursor| Taken::deserialize(cursor).ok());
    match taken.filter(|taken| taken.retried == cx.retried) {
        None => Observed::Absent,
        Some(taken) if cx.now.duration_since(taken.at) < SHOWN_WITHIN => Observed::Underway {
            progress: Progress::words(format!("asked for, not shown yet: {lacking}")),
            look_again,
        },
        Some(taken) => Observed::Stuck {
            why: format!("{}: RDS took the change at {} and does not show it: {lacking}", found.arn, taken.at),
            advice: "Look at the instance's pending changes in the console, and retry the step; or skip it and set this by hand."
                .to_owned(),
        },
    }
}

/// Whether it serves and can be changed. While its storage is optimised an instance can be.
pub(super) fn serves(found: &DbInstance) -> bool {
    matches!(found.status.as_str(), "available" | "storage-optimization")
}

#[async_trait(?Send)]
impl Step for SettleInstance {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = restored(cx, &self.world, &self.input.restored).await?;
        if !made_in(cx, &self.input.restored, &found.tags) {
            return Ok(Observed::Foreign {
                whose: format!("{} without the tags of this run", found.arn),
            });
        }
        let lacking = self.input.settings.differences(&found.settings);
        Ok(if lacking.is_empty() && serves(&found) {
            Observed::Present(json!({ "id": found.id, "settings": self.input.settings }))
        } else {
            not_yet(cx, &found, lacking.join("; "))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: InstanceOutput = cx.output(&self.input.restored)?;
        let key = self.insights_key(cx)?;
        let rds = &self.world.target().rds;
        rds.settle(&made.id, &self.input.settings, key.as_deref()).await?;
        Ok(taken(cx))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let found = restored(cx, &self.world, &self.input.restored).await?;
        let mut lacking = self.input.settings.differences(&found.settings);
        let key = self.insights_key(cx)?;
        if key.is_some() && found.performance_insights_key != key {
            lacking.push(format!(
                "its Performance Insights lie under {:?}, not under {key:?}",
                found.performance_insights_key
            ));
        }
        if !lacking.is_empty() {
            return Ok(Verified::Wrong {
                why: format!("{}: {}", found.arn, lacking.join("; ")),
            });
        }
        let told = self.input.settings.told();
        let told: Vec<String> = told.iter().map(|(name, value)| format!("{name} {value}")).collect();
        Ok(Verified::Right {
            evidence: format!("{} has {}", found.id, told.join(", ")),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        // What was set goes with the instance.
        Ok(())
    }
}
