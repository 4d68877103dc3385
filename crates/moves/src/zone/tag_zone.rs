//! Tags the new zone: `CreateHostedZone` takes no tags. The old zone's own tags go along.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Created;
use super::proofs::Proof;
use crate::world::World;

/// At most so many tags in one call.
const MOST_TAGS: usize = 10;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) new: StepId,
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct TagZone {
    input: Input,
    world: Rc<World>,
}

impl TagZone {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The tags that the zone lacks or has otherwise.
    async fn lacking(&self, cx: &StepContext) -> Result<BTreeMap<String, String>, Failure> {
        let zone = cx.output::<Created>(&self.input.new)?.zone_id;
        let has = self.world.target().route53.zone_tags(&zone).await?;
        let mut wanted = self.input.tags.clone();
        wanted.extend(cx.tags());
        wanted.retain(|key, value| has.get(key) != Some(value));
        Ok(wanted)
    }
}

#[async_trait(?Send)]
impl Step for TagZone {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let lacking = self.lacking(cx).await?;
        Ok(if lacking.is_empty() {
            Observed::Present(json!({}))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let zone = cx.output::<Created>(&self.input.new)?.zone_id;
        let some: BTreeMap<_, _> = self.lacking(cx).await?.into_iter().take(MOST_TAGS).collect();
        if !some.is_empty() {
            self.world.target().route53.tag_zone(&zone, &some).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let zone = cx.output::<Created>(&self.input.new)?.zone_id;
        Ok(Verified::Right {
            evidence: Proof::ZoneTagged.fill(&[&zone, &self.input.tags.len().to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
