//! Takes a snapshot of a cache in the source. Its name is the run's and the step's: a second one of that name is refused.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::pace;
use crate::underway::Underway;
use crate::world::World;

/// How long something whose making got no answer may stay out of ElastiCache's lists.
pub(super) const LIST_LAG: SignedDuration = SignedDuration::from_secs(120);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cache: String,
    /// Whether it is a replication group; else a cluster that belongs to none.
    pub(super) is_group: bool,
    /// How many shards it had when the plan was made: a snapshot of others is not what was agreed to.
    pub(super) shards: usize,
}

/// What later steps need of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct SnapshotOutput {
    pub(super) name: String,
    /// The part of the keyspace of each shard; none where cluster mode is disabled.
    pub(super) slots: Vec<Option<String>>,
    /// When the last of the shards was read: what was written later is not in it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) taken_at: Option<String>,
}

pub(super) struct CreateSnapshot {
    input: Input,
    world: Rc<World>,
}

impl CreateSnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        cx.name(&self.input.cache, 120)
    }
}

/// Not seen, and perhaps only not yet: none once a list would surely show it.
pub(super) fn perhaps_made(cx: &StepContext) -> Observed {
    // From the last call on: an earlier one may have been refused long before.
    match cx.tried_at {
        Some(tried) if cx.now.duration_since(tried) < LIST_LAG => Observed::Underway {
            progress: Progress::words(engine::words::Text::Looking),
            look_again: Duration::from_secs(10),
        },
        _ => Observed::Absent,
    }
}

#[async_trait(?Send)]
impl Step for CreateSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let name = self.name(cx);
        let Some(mut snapshot) = self.world.source().elasticache.snapshot(&name).await? else {
            return Ok(perhaps_made(cx));
        };
        // In the order of the files.
        snapshot.shards.sort_by(|one, other| one.id.cmp(&other.id));
        Ok(match snapshot.status.as_str() {
            // While it is exported it is there as well.
            "available" | "copying" | "exporting" => Observed::Present(json!(SnapshotOutput {
                name: snapshot.name,
                slots: snapshot.shards.iter().map(|shard| shard.slots.clone()).collect(),
                taken_at: snapshot.shards.iter().filter_map(|shard| shard.taken_at.clone()).max(),
            })),
            "failed" => Observed::Broken {
                why: Text::SnapshotFailed.fill(&[&name]),
            },
            status => Observed::Underway {
                progress: Progress::words(Underway::Status.fill(&[&name, status])),
                look_again: pace::look_again(cx, None),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (name, tags) = (self.name(cx), cx.tags());
        let elasticache = &self.world.source().elasticache;
        elasticache
            .create_snapshot(&self.input.cache, self.input.is_group, &name, &tags)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        if made.slots.len() != self.input.shards {
            return Ok(Verified::Wrong {
                why: Text::OtherShards.fill(&[
                    &self.input.cache,
                    &made.slots.len().to_string(),
                    &self.input.shards.to_string(),
                ]),
            });
        }
        let untold = Said::from(Text::UntoldMoment);
        let moment = made.taken_at.as_deref().unwrap_or(untold.as_str());
        Ok(Verified::Right {
            evidence: Text::Holds.fill(&[&made.name, &made.slots.len().to_string(), &self.input.cache, moment]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        self.world.source().elasticache.delete_snapshot(&self.name(cx)).await
    }
}
