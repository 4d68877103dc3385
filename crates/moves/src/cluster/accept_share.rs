//! Has the target take its part in the share of the cluster. An account of another organisation is invited and must accept; one of the
//! same has its part at once.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::share_cluster::ShareOutput;
use super::words::Text;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) shared: StepId,
}

pub(super) struct AcceptShare {
    input: Input,
    world: Rc<World>,
}

impl AcceptShare {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for AcceptShare {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let share: ShareOutput = cx.output(&self.input.shared)?;
        let target = self.world.target();
        let invitation = target.ram.invitation(&share.arn).await?;
        let status = invitation.as_ref().map(|invitation| invitation.status.as_str());
        if status == Some("PENDING") {
            return Ok(Observed::Absent);
        }
        if target.ram.takes_part(&share.arn).await? {
            return Ok(Observed::Present(
                json!({ "share": share.arn, "invited": status.is_some() }),
            ));
        }
        Ok(match status {
            Some(ended @ ("REJECTED" | "EXPIRED")) => Observed::Broken {
                why: Text::InvitationEnded.fill(&[&share.arn, ended]),
            },
            _ => Observed::Underway {
                progress: Progress::words(Underway::ShareUnseen),
                look_again: Duration::from_secs(10),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let share: ShareOutput = cx.output(&self.input.shared)?;
        let target = self.world.target();
        let Some(invitation) = target.ram.invitation(&share.arn).await? else {
            let what = format!("the invitation to {} is not seen any more", share.arn);
            return Err(cx.failure(FailureClass::NotFound, "[NoInvitation]", what));
        };
        target.ram.accept(&invitation.arn, &cx.token).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let how = match output["invited"] == true {
            true => Text::Accepted,
            false => Text::TakesPart,
        };
        let share = output["share"].as_str().unwrap_or_default();
        Ok(Verified::Right {
            evidence: how.fill(&[self.world.target().id.as_str(), share]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        // Its part ends with the share.
        Ok(())
    }
}
