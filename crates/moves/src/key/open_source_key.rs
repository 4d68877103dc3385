//! Opens a key of one account to the other, most often the source's to the target: two statements added to the policy as it is at that
//! moment. The document as it was is kept in the journal before the policy is touched, so that a crash between the two cannot lose it.

use std::rc::Rc;
use std::sync::Arc;

use async_trait::async_trait;
use aws::Account;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{KeyFrom, OpenedKey, policy};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) key: KeyFrom,
    /// Whose it is.
    #[serde(default = "of_source")]
    pub(super) of: Side,
}

pub(super) fn of_source() -> Side {
    Side::Source
}

pub(super) struct OpenSourceKey {
    input: Input,
    world: Rc<World>,
}

impl OpenSourceKey {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn owner(&self) -> Arc<Account> {
        self.world.account(self.input.of)
    }

    /// To whom it is opened.
    fn guest(&self) -> Arc<Account> {
        self.world.account(match self.input.of {
            Side::Target => Side::Source,
            Side::Source | Side::Parent => Side::Target,
        })
    }

    fn sids(&self, cx: &StepContext) -> Vec<String> {
        policy::sids(cx.run.as_str(), &cx.token)
    }
}

/// A policy that cannot be changed is a request that would be refused.
pub(super) fn refused(cx: &StepContext, error: &policy::PolicyError) -> Failure {
    cx.failure(FailureClass::Invalid, "[KeyPolicy]", error.to_string())
}

fn kept(cx: &StepContext) -> Option<&str> {
    cx.cursor.as_ref().and_then(Value::as_str)
}

#[async_trait(?Send)]
impl Step for OpenSourceKey {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let arn = self.input.key.arn(cx)?;
        let sids = self.sids(cx);
        let current = self.owner().kms.policy(&arn).await?;
        if policy::found(&current, &sids).map_err(|e| refused(cx, &e))?.is_empty() {
            return Ok(Observed::Absent);
        }
        let original = match kept(cx) {
            Some(original) => original.to_owned(),
            None => policy::without(&current, &sids, &current).map_err(|e| refused(cx, &e))?,
        };
        Ok(Observed::Present(json!(OpenedKey { arn, sids, original })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let arn = self.input.key.arn(cx)?;
        let sids = self.sids(cx);
        let owner = self.owner();
        let current = owner.kms.policy(&arn).await?;
        if !policy::found(&current, &sids).map_err(|e| refused(cx, &e))?.is_empty() {
            // The look before saw an older document.
            return Ok(Begun::Once);
        }
        if kept(cx) != Some(current.as_str()) {
            return Ok(Begun::Swept {
                cursor: json!(current),
                done: 0,
                total: Some(1),
                more: true,
            });
        }
        let added = policy::statements(self.guest().id.as_str(), &sids);
        let open = policy::with(&current, &added).map_err(|e| refused(cx, &e))?;
        owner.kms.put_policy(&arn, &open).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let arn = output["arn"].as_str().unwrap_or_default();
        let guest = self.guest();
        let sids = self.sids(cx);
        let current = self.owner().kms.policy(arn).await?;
        let found = policy::found(&current, &sids).map_err(|e| refused(cx, &e))?;
        if found != policy::statements(guest.id.as_str(), &sids) {
            let why = Text::TwoRewritten.fill(&[arn]);
            return Ok(Verified::Wrong { why });
        }
        // A refusal is borne for the step's patience: it may come from a change that has not spread.
        match guest.kms.key(arn).await? {
            Some(key) if key.enabled => Ok(Verified::Right {
                evidence: Text::SeesEnabled.fill(&[guest.id.as_str(), arn]),
            }),
            Some(_) => Ok(Verified::Wrong {
                why: Text::NotEnabled.fill(&[arn]),
            }),
            None => {
                let what = format!("account {} does not see {arn}", guest.id);
                Err(cx.failure(FailureClass::NotFound, "[KeyNotSeen]", what))
            }
        }
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let opened: OpenedKey = cx.output(&cx.spec.id)?;
        let owner = self.owner();
        let current = owner.kms.policy(&opened.arn).await?;
        let closed = policy::without(&current, &opened.sids, &opened.original).map_err(|e| refused(cx, &e))?;
        owner.kms.put_policy(&opened.arn, &closed).await
    }
}
