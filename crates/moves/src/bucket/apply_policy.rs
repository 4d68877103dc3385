//! Puts the recorded policy on the new bucket, with account ids rewritten if the runbook says so.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{AccountId, Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::policy;
use super::proofs::Proof;
use super::record_configuration::Recorded;
use super::spec::{KeptAccess, PolicyCarried};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
    /// What the bucket was called that the policy was recorded of.
    pub(super) was: String,
    pub(super) recorded: StepId,
    pub(super) carried: PolicyCarried,
    /// Who is admitted beside.
    pub(super) keep_access: Vec<KeptAccess>,
}

pub(super) struct ApplyPolicy {
    input: Input,
    world: Rc<World>,
}

impl ApplyPolicy {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn wanted(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        let (source, target) = (self.world.source(), self.world.target());
        wanted(&self.input, recorded.policy, &source.id, &target.id)
            .map_err(|error| cx.failure(FailureClass::Invalid, "[BucketPolicy]", error.to_string()))
    }
}

/// How the policy that was recorded reads in the target.
pub(super) fn wanted(
    input: &Input,
    recorded: Option<String>,
    source: &AccountId,
    target: &AccountId,
) -> Result<Option<String>, policy::Malformed> {
    let carried = recorded.and_then(|text| {
        let text = policy::renamed(&text, &input.was, &input.bucket);
        match input.carried {
            PolicyCarried::Rewrite => Some(policy::rewrite(&text, source, target)),
            PolicyCarried::AsIs => Some(text),
            PolicyCarried::Leave => None,
        }
    });
    if input.keep_access.is_empty() {
        return Ok(carried);
    }
    let kept = policy::kept_access(&input.bucket, &input.keep_access);
    policy::with(carried.as_deref(), &kept).map(Some)
}

#[async_trait(?Send)]
impl Step for ApplyPolicy {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(wanted) = self.wanted(cx)? else {
            return Ok(Observed::Present(json!({})));
        };
        let there = self.world.target().s3.policy(&self.input.bucket).await?;
        let read = |text: &str| serde_json::from_str::<Value>(text).ok();
        let same = there
            .as_deref()
            .is_some_and(|there| there == wanted || read(there) == read(&wanted));
        // A policy may come back in another form than it was put in.
        let put = cx.cursor.is_some() && there.is_some();
        Ok(if same || put {
            Observed::Present(json!({}))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if let Some(wanted) = self.wanted(cx)? {
            self.world
                .target()
                .s3
                .put_policy(&self.input.bucket, Some(&wanted))
                .await?;
        }
        Ok(Begun::Swept {
            cursor: json!("put"),
            done: 1,
            total: Some(1),
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let mut evidence: Said = match (self.wanted(cx)?, self.input.carried) {
            (None, _) => Proof::NoPolicy,
            (Some(_), PolicyCarried::Rewrite) => Proof::PolicyRewritten,
            (Some(_), PolicyCarried::AsIs) => Proof::PolicyAsItWas,
            (Some(_), PolicyCarried::Leave) => Proof::PolicyLeft,
        }
        .into();
        if !self.input.keep_access.is_empty() {
            let who: Vec<&str> = self
                .input
                .keep_access
                .iter()
                .map(|user| user.principal.as_str())
                .collect();
            evidence = Said::all([evidence, Proof::Admits.fill(&[&who.join(", ")])]);
        }
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
