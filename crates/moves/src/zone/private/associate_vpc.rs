//! Makes a VPC of the target resolve a private zone, of whichever account.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::Failure;
use model::event::Direction;
use serde_json::{Value, json};

use super::super::ns_sets::in_sync;
use super::{Association, Opened};
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;
use crate::zone::proofs::Proof;

pub(super) struct AssociateVpc {
    input: Association,
    world: Rc<World>,
}

impl AssociateVpc {
    pub(super) fn new(input: Association, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn comment(cx: &StepContext) -> String {
        format!("cleave {} {}", cx.run, cx.spec.id)
    }
}

#[async_trait(?Send)]
impl Step for AssociateVpc {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let zone = match self.input.zone(cx, &self.world).await {
            // With the zone its associations are gone.
            Err(failure) if failure.code == "[NoZone]" && cx.direction == Direction::Undo => {
                return Ok(Observed::Absent);
            }
            zone => zone?,
        };
        let ours = cx.cursor.is_some();
        if !zone.vpcs.contains(&self.input.vpc) {
            return Ok(match self.input.in_the_way(&self.world, &zone.id).await? {
                Some(whose) => Observed::Foreign { whose },
                None => Observed::Absent,
            });
        }
        if !ours && cx.direction == Direction::Undo {
            return Ok(Observed::Foreign {
                whose: Foreign::ResolvedBefore.fill(&[&self.input.vpc.id, &zone.id]),
            });
        }
        if cx.direction == Direction::Do && in_sync(cx, &self.world.target()).await? == Some(false) {
            return Ok(Observed::Underway {
                progress: Progress::words(Underway::Associated),
                look_again: Duration::from_secs(10),
            });
        }
        Ok(Observed::Present(json!(Opened { ours })))
    }

    /// Keeps first that it is this run which associates: nothing in AWS will tell.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let opened = |change: Option<String>| Begun::Swept {
            cursor: json!({ "ours": true, "change": change }),
            done: u64::from(change.is_some()),
            total: Some(1),
            more: change.is_none(),
        };
        if cx.cursor.is_none() {
            return Ok(opened(None));
        }
        let zone = self.input.zone.id(cx)?;
        let route53 = &self.world.target().route53;
        let change = route53
            .associate_vpc(&zone, &self.input.vpc, &Self::comment(cx))
            .await?;
        Ok(opened(Some(change)))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let zone = self.input.zone(cx, &self.world).await?;
        match zone.vpcs.contains(&self.input.vpc) {
            true => Ok(Verified::Right {
                evidence: Proof::AmongVpcs.fill(&[&self.input.vpc.id, &zone.vpcs.len().to_string(), &zone.id]),
            }),
            false => Ok(Verified::NotYet {
                why: Underway::NoVpcYet.fill(&[&zone.id, &self.input.vpc.id]),
                look_again: Duration::from_secs(5),
            }),
        }
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let zone = self.input.zone.id(cx)?;
        let route53 = &self.world.target().route53;
        route53
            .disassociate_vpc(&zone, &self.input.vpc, &Self::comment(cx))
            .await
    }
}
