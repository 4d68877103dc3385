//! Deletes the old zone, once nothing but its own NS and SOA is left in it.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Advice, Failure, FailureClass};
use serde_json::{Value, json};

use super::difference::called;
use super::proofs::Proof;
use super::retire::OldZone;
use crate::world::World;

pub(super) struct DeleteOldZone {
    zone: OldZone,
    world: Rc<World>,
}

impl DeleteOldZone {
    pub(super) fn new(zone: OldZone, world: Rc<World>) -> Self {
        Self { zone, world }
    }
}

#[async_trait(?Send)]
impl Step for DeleteOldZone {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.zone.left(&self.world).await? {
            None => Observed::Present(json!({ "deleted": self.zone.old })),
            Some(left) => match left.first() {
                None => Observed::Absent,
                Some(set) => Observed::Stuck {
                    why: Proof::StandsAgain.fill(&[&called(set), &self.zone.old]),
                    advice: Advice::StillWritten.fill(&[&self.zone.new.zone_id]),
                },
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if self.zone.carved {
            let what = format!("zone {} is the parent of {}", self.zone.old, self.zone.name);
            return Err(cx.failure(FailureClass::Unexpected, "[NotItsOwn]", what));
        }
        self.zone.still_may_go(cx, &self.world).await?;
        let route53 = &self.world.account(self.zone.old_side).route53;
        route53.delete_zone(&self.zone.old).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::ZoneGone.fill(&[&self.zone.old]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
