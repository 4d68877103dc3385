//! Makes a customer key, with AWS's default policy. `CreateKey` has neither token nor name: after a lost answer the key is found by
//! its tags, and is not taken for absent before a list would surely show it, so that no second one is made.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::{Failure, Said, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{KeyOutput, account_in};
use crate::underway::Underway;
use crate::world::World;

/// How long a key whose making got no answer may stay out of KMS's list.
const LIST_LAG: SignedDuration = SignedDuration::from_secs(60);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) side: Side,
    pub(super) description: String,
    /// The id of the source's key that it stands for, where the inventory tells it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) original: Option<String>,
}

pub(super) struct CreateKey {
    input: Input,
    world: Rc<World>,
}

impl CreateKey {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

fn present(key: aws::kms::Key) -> Observed {
    Observed::Present(json!(KeyOutput {
        id: key.id,
        arn: key.arn
    }))
}

#[async_trait(?Send)]
impl Step for CreateKey {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let kms = &self.world.account(self.input.side).kms;
        let soon = |what: Said, seconds| Observed::Underway {
            progress: Progress::words(what),
            look_again: Duration::from_secs(seconds),
        };
        if let Some(id) = cx.cursor.as_ref().and_then(Value::as_str) {
            return Ok(kms
                .key(id)
                .await?
                .map_or_else(|| soon(Underway::MadeNotSeen.into(), 3), present));
        }
        if let Some(key) = kms.key_tagged(&cx.tags()).await? {
            return Ok(present(key));
        }
        // From the last call on: an earlier one may have been refused long before.
        match cx.tried_at {
            Some(tried) if cx.now.duration_since(tried) < LIST_LAG => Ok(soon(engine::words::Text::Looking.into(), 10)),
            _ => Ok(Observed::Absent),
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let kms = &self.world.account(self.input.side).kms;
        let key = kms.create_key(&self.input.description, &cx.tags()).await?;
        // The id is kept at once: lists lag behind.
        Ok(Begun::Swept {
            cursor: json!(key.id),
            done: 1,
            total: Some(1),
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let account = self.world.account(self.input.side);
        let arn = output["arn"].as_str().unwrap_or_default();
        let Some(key) = account.kms.key(arn).await? else {
            return Ok(Verified::NotYet {
                why: Underway::NotSeen.fill(&[arn]),
                look_again: Duration::from_secs(3),
            });
        };
        if !key.enabled || key.aws_managed || account_in(&key.arn) != account.id.as_str() {
            return Ok(Verified::Wrong {
                why: Text::NoCustomerKey.fill(&[arn, account.id.as_str()]),
            });
        }
        Ok(Verified::Right {
            evidence: Text::EnabledFor.fill(&[arn, &cx.spec.resource.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
