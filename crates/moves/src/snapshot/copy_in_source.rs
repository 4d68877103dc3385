//! Copies a snapshot within the source: one on an AWS-managed key under the transport key, because on the managed key it could not be
//! shared; one that was at hand, because an automated one cannot be shared and a person's own is not the run's to share and delete.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::{DbSnapshot, Family};
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::words::Text;
use super::{SnapshotOutput, made_snapshot, told_apart};
use crate::key::KeyOutput;
use crate::words::or_none;
use crate::world::World;

/// Written for the newest automated snapshot there is when the copy begins.
pub(crate) const LATEST_AUTOMATED: &str = "latest-automated";

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    /// The instance or cluster.
    #[serde(alias = "instance", alias = "cluster")]
    pub(crate) of: String,
    /// The step that took the snapshot.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) snapshot: Option<StepId>,
    /// Else the name of one that was there before, or [`LATEST_AUTOMATED`].
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) at_hand: Option<String>,
    /// The step that makes the key; absent: it keeps its own.
    pub(crate) key: Option<StepId>,
}

pub(super) struct CopyInSource {
    family: Family,
    input: Input,
    world: Rc<World>,
}

/// What is copied.
struct Original {
    arn: String,
    key: Option<String>,
    encryption_type: String,
    /// As its step told it, or as it was found.
    output: SnapshotOutput,
}

/// Whether RDS copies from a key that it owns (`sse-rds`) under a customer key, no source says. Where it refuses, that is the reason.
fn named(original: &Original, failure: Failure) -> Failure {
    if original.encryption_type != "sse-rds" || failure.class != FailureClass::Invalid {
        return failure;
    }
    let message = format!(
        "{} lies under a key that AWS owns (sse-rds), and RDS refuses to copy it under a customer key: {}. It cannot leave the account \
         in this way. Undo the run, and move this database by a dump, or by a replica, of its engine",
        original.output.name, failure.message
    );
    Failure { message, ..failure }
}

impl CopyInSource {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        made_snapshot::name(cx, self.family, &self.input.of)
    }

    /// What is copied; none when it is not there.
    async fn original(&self, cx: &StepContext) -> Result<Option<Original>, Failure> {
        if let Some(step) = &self.input.snapshot {
            let output: SnapshotOutput = cx.output(step)?;
            return Ok(Some(Original {
                arn: output.arn.clone(),
                key: output.key.clone(),
                encryption_type: output.encryption_type.clone(),
                output,
            }));
        }
        let rds = &self.world.source().rds;
        let found = match self.input.at_hand.as_deref() {
            Some(LATEST_AUTOMATED) | None => rds.latest_automated_snapshot(self.family, &self.input.of).await?,
            Some(named) => rds.snapshot(self.family, named).await?,
        };
        let mine = |found: &DbSnapshot| found.of == self.input.of && found.status == "available";
        Ok(found.filter(mine).map(|found| Original {
            arn: found.arn.clone(),
            key: found.key.clone().filter(|_| found.encrypted),
            encryption_type: found.encryption_type.clone(),
            output: made_snapshot::output(found),
        }))
    }

    fn key_arn(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        let arn = |step| Ok(cx.output::<KeyOutput>(step)?.arn);
        self.input.key.as_ref().map(arn).transpose()
    }

    fn missing(&self) -> String {
        let named = self.input.at_hand.as_deref().unwrap_or(LATEST_AUTOMATED);
        format!(
            "there is no available snapshot {named} of {} in the source",
            self.input.of
        )
    }
}

#[async_trait(?Send)]
impl Step for CopyInSource {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, self.family, &self.world.source().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Some(original) = self.original(cx).await? else {
            return Err(cx.failure(FailureClass::NotFound, "[NoSnapshot]", self.missing()));
        };
        let (name, key, tags) = (self.name(cx), self.key_arn(cx)?, cx.tags());
        let rds = &self.world.source().rds;
        rds.copy_snapshot(self.family, &original.arn, &name, key.as_deref(), None, &tags)
            .await
            .map_err(|failure| named(&original, told_apart(failure)))?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        // Of the newest one a newer may have taken the place, and an old one may have run out: then the database itself is compared with.
        let latest = self.input.at_hand.as_deref() == Some(LATEST_AUTOMATED);
        if let Some(original) = self.original(cx).await?.filter(|_| !latest) {
            let key = self.key_arn(cx)?.or(original.key);
            return Ok(made_snapshot::faithful(
                self.family,
                &made,
                &original.output,
                key.as_deref(),
            ));
        }
        let Some((own, engine)) =
            made_snapshot::original(self.family, &self.world.source().rds, &self.input.of).await?
        else {
            return Ok(Verified::Wrong {
                why: Text::Gone.fill(&[&self.input.of]),
            });
        };
        let key = self.key_arn(cx)?.or(own);
        if made.key != key || made.engine != engine {
            let (is_under, under) = (or_none(made.key.as_ref()), or_none(key));
            let why = Text::OtherEngineOrKey.fill(&[&made.arn, &made.engine, &is_under, &engine, &under]);
            return Ok(Verified::Wrong { why });
        }
        Ok(Verified::Right {
            evidence: match made.taken_at {
                Some(at) => Text::AutomatedCopiedOf.fill(&[&made.name, &at.to_string(), &self.input.of]),
                None => Text::AutomatedCopied.fill(&[&made.name, &self.input.of]),
            },
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let name = self.name(cx);
        self.world.source().rds.delete_snapshot(self.family, &name).await
    }
}
