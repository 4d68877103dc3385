//! Takes the run's tags off a zone that it did not make: its owner's Terraform would show them as a change.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, RUN_TAG, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Created;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The step that tagged it.
    pub(super) adopted: StepId,
}

pub(super) struct ReleaseZone {
    input: Input,
    world: Rc<World>,
}

impl ReleaseZone {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn zone(&self, cx: &StepContext) -> Result<String, Failure> {
        Ok(cx.output::<Created>(&self.input.adopted)?.zone_id)
    }

    async fn ours(&self, zone: &str) -> Result<Vec<String>, Failure> {
        let tags = self.world.target().route53.zone_tags(zone).await?;
        Ok(tags.into_keys().filter(|key| key.starts_with("cleave:")).collect())
    }
}

#[async_trait(?Send)]
impl Step for ReleaseZone {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let ours = self.ours(&self.zone(cx)?).await?;
        Ok(match ours.is_empty() {
            true => Observed::Present(json!({})),
            false => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let zone = self.zone(cx)?;
        let ours = self.ours(&zone).await?;
        if !ours.is_empty() {
            self.world.target().route53.untag_zone(&zone, &ours).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::NoTagOfOurs.fill(&[&self.zone(cx)?]),
        })
    }

    /// The tags tell the step that adopted the zone what to take back.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let tags = BTreeMap::from([
            (RUN_TAG.to_owned(), cx.run.as_str().to_owned()),
            ("cleave:step".to_owned(), self.input.adopted.as_str().to_owned()),
        ]);
        self.world.target().route53.tag_zone(&self.zone(cx)?, &tags).await
    }
}
