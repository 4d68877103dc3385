//! Lets an instance be terminated that refuses it. Only where the person who named it has said so.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde_json::{Value, json};

use super::old_instance::OldInstance;
use super::words::Text;
use crate::retire::proof::still_goes;
use crate::world::World;

pub(super) struct LiftProtection {
    old: OldInstance,
    world: Rc<World>,
}

impl LiftProtection {
    pub(super) fn new(old: OldInstance, world: Rc<World>) -> Self {
        Self { old, world }
    }
}

#[async_trait(?Send)]
impl Step for LiftProtection {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        if self.old.state(&self.world).await?.is_none() {
            return Ok(Observed::Present(json!({})));
        }
        Ok(
            match self.world.source().ec2.termination_protected(&self.old.id).await? {
                true => Observed::Absent,
                false => Observed::Present(json!({})),
            },
        )
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        still_goes(
            &self.old,
            cx,
            &self.world,
            &format!("{} was not terminated", self.old.id),
        )
        .await?;
        let ec2 = &self.world.source().ec2;
        ec2.set_termination_protection(&self.old.id, false).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::Unprotected.fill(&[&self.old.id]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        let ec2 = &self.world.source().ec2;
        ec2.set_termination_protection(&self.old.id, true).await
    }
}
