//! Makes the target's private zone, under a caller reference that is the step's token, with the first of its VPCs: none can be made
//! without. From then on that VPC asks the new zone, and gets no answer for what has not been copied yet.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::HostedZone;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::event::Direction;
use model::inventory::ZoneVpc;
use model::{Failure, FailureClass, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::super::create_zone::comment;
use super::super::difference::{called, compare, deletions, is_own, wanted};
use super::super::{Created, send};
use super::resolved_already;
use crate::underway::Underway;
use crate::world::World;
use crate::zone::proofs::Proof;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) name: String,
    /// The zone in the source that holds the records.
    pub(super) old: String,
    pub(super) vpc: ZoneVpc,
}

pub(super) struct CreateZone {
    input: Input,
    world: Rc<World>,
}

impl CreateZone {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The zone that this step made, as a list of zones tells it.
    async fn ours(&self, cx: &StepContext) -> Result<Option<HostedZone>, Failure> {
        let found = self.world.target().route53.zones_named(&self.input.name).await?;
        Ok(found.into_iter().find(|zone| zone.caller_reference == cx.token))
    }

    /// Deletes the next batch of copies; false when none was left. What stands nowhere else is not deleted.
    async fn delete_next(&self, cx: &StepContext, zone: &str) -> Result<bool, Failure> {
        let target = self.world.target();
        let held = target.route53.records(zone).await?;
        let source = self
            .world
            .account(Side::Source)
            .route53
            .records(&self.input.old)
            .await?;
        let wanted = wanted(
            &self.input.name,
            &source,
            (&self.input.old, zone),
            false,
            &Default::default(),
        );
        if let Some(only_here) = compare(&self.input.name, &wanted, &held).extra.first() {
            let what = format!(
                "{} stands in the new zone {zone} only: move or delete it by hand",
                called(only_here)
            );
            return Err(cx.failure(FailureClass::WrongState, "[OnlyInNewZone]", what));
        }
        let copies: Vec<_> = held.into_iter().filter(|set| !is_own(&self.input.name, set)).collect();
        let batches =
            deletions(&copies, zone).map_err(|what| cx.failure(FailureClass::WrongState, "[Circle]", what))?;
        let Some(batch) = batches.first() else {
            return Ok(false);
        };
        let comment = format!("cleave {} {} undo", cx.run, cx.spec.id);
        send(&target, zone, batch, &comment).await?;
        Ok(true)
    }
}

#[async_trait(?Send)]
impl Step for CreateZone {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        if let Some(zone) = self.ours(cx).await? {
            // All private zones have the same name servers, and nobody asks them: they are not told.
            return Ok(match self.world.target().route53.zone(&zone.id).await? {
                Some(zone) => Observed::Present(json!(Created {
                    zone_id: zone.id,
                    name_servers: zone.name_servers
                })),
                None => Observed::Underway {
                    progress: Progress::words(Underway::ListedNotFound.fill(&[&zone.id])),
                    look_again: Duration::from_secs(5),
                },
            });
        }
        if cx.direction == Direction::Undo {
            return Ok(Observed::Absent);
        }
        let (name, vpc) = (&self.input.name, &self.input.vpc);
        if let Some(whose) = resolved_already(&self.world, name, vpc, "").await? {
            return Ok(Observed::Foreign { whose });
        }
        let old = self.world.source().route53.zone(&self.input.old).await?;
        Ok(match old.map(|zone| zone.linked_service) {
            Some(None) => Observed::Absent,
            Some(Some(service)) => Observed::Broken {
                why: Proof::ServiceChanges.fill(&[&self.input.old, &service]),
            },
            None => Observed::Broken {
                why: Proof::NotInSource.fill(&[&self.input.old]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let route53 = &self.world.target().route53;
        route53
            .create_private_zone(&self.input.name, &cx.token, &comment(&cx.run), &self.input.vpc)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let created: Created = serde_json::from_value(output.clone())
            .map_err(|e| cx.failure(FailureClass::Unexpected, "[BadOutput]", e.to_string()))?;
        let zone = self.world.target().route53.zone(&created.zone_id).await?;
        let vpc = &self.input.vpc;
        Ok(match zone {
            Some(zone) if zone.private && zone.vpcs.contains(vpc) => Verified::Right {
                evidence: Proof::PrivateZone.fill(&[&created.zone_id, &vpc.id]),
            },
            _ => Verified::Wrong {
                why: Proof::NotPrivate.fill(&[&created.zone_id, &vpc.id]),
            },
        })
    }

    /// A zone can be deleted only when it is empty. Its VPCs go with it.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let Some(zone) = self.ours(cx).await? else {
            return Ok(());
        };
        if self.delete_next(cx, &zone.id).await? {
            return Ok(());
        }
        self.world.target().route53.delete_zone(&zone.id).await
    }
}
