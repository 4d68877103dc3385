//! Makes the new zone in the target, under a caller reference that is the step's token. A second call with it is refused and does
//! not say which zone it made, so the zone is always found by name and reference. Another reference would silently make a second
//! zone of the same name with other name servers.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::HostedZone;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, RunId};
use serde_json::{Value, json};

use super::Created;
use super::proofs::Proof;
use super::taking_back::{Origin, Owned};
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;

/// What the zone is made for: what its taking back must look at.
pub(super) type Input = Origin;

pub(super) struct CreateZone {
    input: Input,
    world: Rc<World>,
}

impl CreateZone {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// Every public zone of the name in the target, the one that this step made apart.
    async fn zones(&self, cx: &StepContext) -> Result<(Option<HostedZone>, Vec<HostedZone>), Failure> {
        let found = self.world.target().route53.zones_named(&self.input.name).await?;
        let (ours, others): (Vec<_>, Vec<_>) = found.into_iter().partition(|zone| zone.caller_reference == cx.token);
        Ok((
            ours.into_iter().next(),
            others.into_iter().filter(|zone| !zone.private).collect(),
        ))
    }
}

/// What the zone says of itself.
pub(super) fn comment(run: &RunId) -> String {
    format!("moved by cleave, run {run}")
}

#[async_trait(?Send)]
impl Step for CreateZone {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (ours, others) = self.zones(cx).await?;
        if let Some(zone) = ours {
            // A list does not tell name servers.
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
        Ok(match others.first() {
            Some(other) => Observed::Foreign {
                whose: Foreign::SameName.fill(&[&other.id, &other.caller_reference]),
            },
            None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let comment = comment(&cx.run);
        self.world
            .target()
            .route53
            .create_zone(&self.input.name, &cx.token, &comment)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let created: Created = serde_json::from_value(output.clone())
            .map_err(|e| cx.failure(FailureClass::Unexpected, "[BadOutput]", e.to_string()))?;
        if created.name_servers.len() < 2 {
            let count = created.name_servers.len().to_string();
            let why = Proof::FewServers.fill(&[&created.zone_id, &count]);
            return Ok(Verified::Wrong { why });
        }
        let servers = created.name_servers.join(", ");
        Ok(Verified::Right {
            evidence: Proof::ZoneOn.fill(&[&created.zone_id, &servers]),
        })
    }

    /// A zone can be deleted only when it is empty: first its records, batch by batch, then itself. Never while names are answered
    /// from it, and never with records that exist nowhere else.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let (Some(zone), _) = self.zones(cx).await? else {
            return Ok(());
        };
        if self.input.delete_next(cx, &self.world, &zone.id, &Owned::Ours).await? {
            return Ok(());
        }
        self.world.target().route53.delete_zone(&zone.id).await
    }
}
