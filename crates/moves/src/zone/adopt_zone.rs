//! Takes a zone that the target's Terraform has made, instead of making a second one of the same name. While the run is at work in it, the zone
//! carries the run's tags: they say whether copies may stand in it, whatever becomes of the process. A later step takes them off, so that
//! Terraform sees no change.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, RUN_TAG};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Created;
use super::difference::Kept;
use super::names::canonical;
use super::proofs::Proof;
use super::taking_back::{Origin, Owned};
use crate::foreign::Foreign;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The zone.
    pub(super) id: String,
    pub(super) origin: Origin,
    /// The sets that were in it before.
    pub(super) had: Vec<Kept>,
}

pub(super) struct AdoptZone {
    input: Input,
    world: Rc<World>,
}

impl AdoptZone {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for AdoptZone {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (id, target) = (&self.input.id, self.world.target());
        let zone = target.route53.zone(id).await?.filter(|zone| !zone.private);
        let Some(zone) = zone.filter(|zone| canonical(&zone.name) == canonical(&self.input.origin.name)) else {
            return Ok(Observed::Broken {
                why: Proof::NoZoneToUse.fill(&[target.id.as_str(), id, &self.input.origin.name]),
            });
        };
        let tags = target.route53.zone_tags(id).await?;
        Ok(match tags.get(RUN_TAG) {
            None => Observed::Absent,
            Some(run) if run == cx.run.as_str() => Observed::Present(json!(Created {
                zone_id: zone.id,
                name_servers: zone.name_servers,
            })),
            Some(other) => Observed::Foreign {
                whose: Foreign::OfOtherRun.fill(&[id, other]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        self.world.target().route53.tag_zone(&self.input.id, &cx.tags()).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::ZoneUsed.fill(&[
                &self.input.id,
                self.world.target().id.as_str(),
                &self.input.had.len().to_string(),
            ]),
        })
    }

    /// First the copies, batch by batch, then the tags that tell of them.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let (id, owned) = (&self.input.id, Owned::Theirs(&self.input.had));
        if self.input.origin.delete_next(cx, &self.world, id, &owned).await? {
            return Ok(());
        }
        let tags = self.world.target().route53.zone_tags(id).await?;
        let ours = tags.into_keys().filter(|key| key.starts_with("cleave:"));
        self.world
            .target()
            .route53
            .untag_zone(id, &ours.collect::<Vec<_>>())
            .await
    }
}
