//! Ends the permission to associate a VPC: the association needs it no longer, and left over it would let the VPC come back at any time.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Association, Opened};
use crate::world::World;
use crate::zone::proofs::Proof;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) association: Association,
    /// The step that authorised it.
    pub(super) authorised: StepId,
}

pub(super) struct WithdrawVpc {
    input: Input,
    world: Rc<World>,
}

impl WithdrawVpc {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn is_authorised(&self, cx: &StepContext) -> Result<bool, Failure> {
        let Association { zone, vpc, .. } = &self.input.association;
        let authorised = self.world.source().route53.authorised_vpcs(&zone.id(cx)?).await?;
        Ok(authorised.contains(vpc))
    }
}

#[async_trait(?Send)]
impl Step for WithdrawVpc {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let ours = cx.output::<Opened>(&self.input.authorised)?.ours;
        Ok(match ours && self.is_authorised(cx).await? {
            true => Observed::Absent,
            false => Observed::Present(json!({})),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Association { zone, vpc, .. } = &self.input.association;
        self.world.source().route53.withdraw_vpc(&zone.id(cx)?, vpc).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let vpc = &self.input.association.vpc.id;
        let evidence = match self.is_authorised(cx).await? {
            false => Proof::NotAuthorized.fill(&[vpc]),
            true => Proof::AuthorizedBefore.fill(&[vpc]),
        };
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
