//! Has RDS keep the master password in Secrets Manager, as it did in the source. A restore brings the old password and no secret, so
//! the database gets a new password and a secret of a new ARN; whoever reads the secret must be pointed to that.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{Output, not_yet, restored, taken};
use crate::foreign::Foreign;
use crate::key::account_in;
use crate::snapshot::made_in;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) restored: StepId,
}

/// The secret.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct SecretOutput {
    /// What consumers must be pointed to.
    pub(crate) secret: String,
    /// The ARN of its key.
    pub(crate) key: String,
}

pub(super) struct ManageSecret {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl ManageSecret {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }
}

#[async_trait(?Send)]
impl Step for ManageSecret {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = restored(cx, &self.world, self.family, &self.input.restored).await?;
        if !made_in(cx, &self.input.restored, &found.tags) {
            return Ok(Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            });
        }
        Ok(match &found.secret {
            Some(secret) if secret.status == "impaired" => Observed::Broken {
                why: Text::SecretImpaired.fill(&[&secret.arn]),
            },
            Some(secret) if found.serves() && matches!(secret.status.as_str(), "active" | "rotating") => {
                Observed::Present(json!(SecretOutput {
                    secret: secret.arn.clone(),
                    key: secret.key.clone(),
                }))
            }
            Some(secret) => Observed::Underway {
                progress: engine::Progress::words(Underway::SecretIs.fill(&[&secret.status])),
                look_again: std::time::Duration::from_secs(15),
            },
            None => not_yet(cx, &found, vec![Text::NoSecret.into()]),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: Output = cx.output(&self.input.restored)?;
        let rds = &self.world.target().rds;
        match self.family {
            Family::Instance => rds.manage_master_password(&made.id).await?,
            Family::Cluster => rds.manage_cluster_password(&made.id).await?,
        }
        Ok(taken(cx))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SecretOutput = cx.output(&cx.spec.id)?;
        let of: Output = cx.output(&self.input.restored)?;
        let owner = account_in(&made.secret);
        if owner != self.world.target().id.as_str() {
            return Ok(Verified::Wrong {
                why: Text::SecretOfOther.fill(&[&made.secret, &format!("{owner:?}")]),
            });
        }
        Ok(Verified::Right {
            evidence: Text::NewPassword.fill(&[&of.id, &made.secret, &made.key]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        // The secret goes with what it is of.
        Ok(())
    }
}
