//! Admits former users from the source account to a key of the target, for good: who may read a bucket in another account and may not
//! use its key reads nothing. Held to calls that S3 makes for them.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::open_source_key::refused;
use super::words::Text;
use super::{KeyFrom, policy};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) key: KeyFrom,
    pub(super) users: Vec<User>,
}

/// Who is admitted.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct User {
    /// The ARN of its role or user, or of the account's root.
    pub principal: String,
    /// Whether it writes objects, too.
    pub writes: bool,
}

/// The output: what simcloud's laws are told of, and undoing needs.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Admitted {
    /// The key's ARN.
    pub(super) arn: String,
    /// The ids of the statements that were added.
    pub(super) sids: Vec<String>,
}

pub(super) struct AdmitUsers {
    input: Input,
    world: Rc<World>,
}

impl AdmitUsers {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn statements(&self, cx: &StepContext) -> Vec<Value> {
        let service = format!("s3.{}.amazonaws.com", self.world.target().region);
        policy::admitted(&self.input.users, &service, &cx.token)
    }
}

fn sids(statements: &[Value]) -> Vec<String> {
    let sids = statements.iter().filter_map(|one| one["Sid"].as_str());
    sids.map(str::to_owned).collect()
}

#[async_trait(?Send)]
impl Step for AdmitUsers {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let arn = self.input.key.arn(cx)?;
        let wanted = self.statements(cx);
        let sids = sids(&wanted);
        let current = self.world.target().kms.policy(&arn).await?;
        let found = policy::found(&current, &sids).map_err(|e| refused(cx, &e))?;
        Ok(if found == wanted {
            Observed::Present(json!(Admitted { arn, sids }))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let arn = self.input.key.arn(cx)?;
        let wanted = self.statements(cx);
        let target = self.world.target();
        let current = target.kms.policy(&arn).await?;
        // Whatever of them stands there already would be doubled.
        let bare = policy::without(&current, &sids(&wanted), &current).map_err(|e| refused(cx, &e))?;
        let open = policy::with(&bare, &wanted).map_err(|e| refused(cx, &e))?;
        target.kms.put_policy(&arn, &open).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let arn = output["arn"].as_str().unwrap_or_default();
        let wanted = self.statements(cx);
        let current = self.world.target().kms.policy(arn).await?;
        let found = policy::found(&current, &sids(&wanted)).map_err(|e| refused(cx, &e))?;
        if found != wanted {
            let why = Text::Rewritten.fill(&[arn]);
            return Ok(Verified::Wrong { why });
        }
        let who: Vec<&str> = self.input.users.iter().map(|user| user.principal.as_str()).collect();
        Ok(Verified::Right {
            evidence: Text::AdmitsThroughS3.fill(&[arn, &who.join(", ")]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let arn = self.input.key.arn(cx)?;
        let target = self.world.target();
        let current = target.kms.policy(&arn).await?;
        let closed = policy::without(&current, &sids(&self.statements(cx)), &current).map_err(|e| refused(cx, &e))?;
        target.kms.put_policy(&arn, &closed).await
    }
}
