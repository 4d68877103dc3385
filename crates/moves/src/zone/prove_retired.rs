//! Proves that the old side of a zone may go: every server of the parent has delegated to the new zone for 48 hours and more, and the new zone holds
//! all that the old side holds. What that is, is kept in the journal: the old side goes, and nobody else knows it.

use std::rc::Rc;

use async_trait::async_trait;
use aws::route53::RecordSet;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::proofs::Proof;
use super::retire::OldZone;
use crate::retire::proof::must_stay;
use crate::world::World;

/// What the old side held.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Held {
    pub(super) sets: Vec<RecordSet>,
}

pub(super) struct ProveRetired {
    zone: OldZone,
    world: Rc<World>,
}

impl ProveRetired {
    pub(super) fn new(zone: OldZone, world: Rc<World>) -> Self {
        Self { zone, world }
    }
}

#[async_trait(?Send)]
impl Step for ProveRetired {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.zone.may_go(cx, &self.world).await? {
            Ok(sets) => Observed::Present(json!(Held { sets })),
            Err(why) => must_stay(cx, why),
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let held: Held = cx.output(&cx.spec.id)?;
        Ok(Verified::Right {
            evidence: Proof::OldMayGo.fill(&[
                &self.zone.name,
                &self.zone.new.zone_id,
                &self.zone.delegated_at.to_string(),
                &held.sets.len().to_string(),
            ]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
