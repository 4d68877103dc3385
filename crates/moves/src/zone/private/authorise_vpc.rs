//! Lets the target associate one of its VPCs with a private zone of the source. What was authorised before the run stays so.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use model::event::Direction;
use serde_json::{Value, json};

use super::{Association, Opened};
use crate::foreign::Foreign;
use crate::world::World;
use crate::zone::proofs::Proof;

pub(super) struct AuthoriseVpc {
    input: Association,
    world: Rc<World>,
}

impl AuthoriseVpc {
    pub(super) fn new(input: Association, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for AuthoriseVpc {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let zone = self.input.zone.id(cx)?;
        let authorised = self.world.source().route53.authorised_vpcs(&zone).await?;
        let ours = cx.cursor.is_some();
        if authorised.contains(&self.input.vpc) {
            return Ok(match (ours, cx.direction) {
                (false, Direction::Undo) => Observed::Foreign {
                    whose: Foreign::AuthorizedBefore.fill(&[&self.input.vpc.id]),
                },
                (ours, _) => Observed::Present(json!(Opened { ours })),
            });
        }
        if cx.direction == Direction::Undo {
            return Ok(Observed::Absent);
        }
        // Nothing is opened for what AWS will refuse.
        let zone = self.input.zone(cx, &self.world).await?;
        if let Some(service) = zone.linked_service {
            let why = Proof::ServiceAssociates.fill(&[&zone.id, &service]);
            return Ok(Observed::Broken { why });
        }
        Ok(match self.input.in_the_way(&self.world, &zone.id).await? {
            Some(whose) => Observed::Foreign { whose },
            None => Observed::Absent,
        })
    }

    /// Keeps first that it is this run which authorises: nothing in AWS will tell.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if cx.cursor.is_none() {
            return Ok(Begun::Swept {
                cursor: json!(Opened { ours: true }),
                done: 0,
                total: Some(1),
                more: true,
            });
        }
        let zone = self.input.zone.id(cx)?;
        self.world
            .source()
            .route53
            .authorise_vpc(&zone, &self.input.vpc)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::MayAssociate.fill(&[&self.input.vpc.id, &self.input.zone.id(cx)?]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let zone = self.input.zone.id(cx)?;
        self.world.source().route53.withdraw_vpc(&zone, &self.input.vpc).await
    }
}
