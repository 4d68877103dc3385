//! Makes a health check in the target as the source has it. Its reference is the step's token, by which it is found whatever becomes of the answer; AWS
//! takes a reference once, and does not take that of a deleted check again.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use aws::route53::HealthCheck;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::event::Direction;
use model::inventory::HealthCheckConfig;
use model::{Advice, Failure, FailureClass, Said, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Made, uncopyable, with_children};
use crate::world::World;
use crate::zone::proofs::Proof;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The check that is copied.
    pub(super) check: String,
    /// Its account.
    #[serde(default = "crate::zone::source", skip_serializing_if = "crate::zone::is_source")]
    pub(super) side: Side,
    /// The steps that copy the children of a calculated one.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) children: BTreeMap<String, StepId>,
}

/// The output.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Copied {
    pub(super) id: String,
    pub(super) config: HealthCheckConfig,
}

pub(super) struct CopyCheck {
    input: Input,
    world: Rc<World>,
}

impl CopyCheck {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn made(&self, cx: &StepContext) -> Result<Option<HealthCheck>, Failure> {
        self.world.target().route53.health_check_made_with(&cx.token).await
    }

    /// What the copy must check, or why there can be none.
    async fn wanted(&self, cx: &StepContext) -> Result<Result<HealthCheckConfig, Said>, Failure> {
        let (id, account) = (&self.input.check, self.world.account(self.input.side));
        let Some(found) = account.route53.health_check(id).await? else {
            return Ok(Err(Proof::NoCheck.fill(&[account.id.as_str(), id])));
        };
        if let Some(why) = uncopyable(&found.config, found.linked_service.as_deref()) {
            return Ok(Err(why.told(id)));
        }
        let children = &found.config.children;
        if let Some(unknown) = children.iter().find(|child| !self.input.children.contains_key(*child)) {
            return Ok(Err(Proof::CheckOfUnknown.fill(&[id, unknown])));
        }
        let ids = self.input.children.iter();
        let ids: Result<BTreeMap<String, String>, Failure> = ids
            .map(|(child, step)| Ok((child.clone(), cx.output::<Made>(step)?.id)))
            .collect();
        Ok(Ok(with_children(found.config, &ids?)))
    }
}

#[async_trait(?Send)]
impl Step for CopyCheck {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let made = self.made(cx).await?;
        let present = |made: HealthCheck| {
            Observed::Present(json!(Copied {
                id: made.id,
                config: made.config,
            }))
        };
        if let Some(made) = made {
            let wanted = match cx.direction {
                Direction::Do => self.wanted(cx).await?,
                Direction::Undo => return Ok(present(made)),
            };
            return Ok(match wanted {
                Ok(wanted) if wanted != made.config => Observed::Stuck {
                    why: Proof::CheckChanged.fill(&[&made.id, &self.input.check]),
                    advice: Advice::ChecksAlike.fill(&[cx.spec.id.as_str()]),
                },
                _ => present(made),
            });
        }
        Ok(match (cx.direction, self.wanted(cx).await?) {
            (Direction::Do, Err(why)) => Observed::Broken { why },
            _ => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let wanted = self.wanted(cx).await?;
        let wanted = wanted.map_err(|why| cx.failure(FailureClass::WrongState, "[Uncopyable]", why))?;
        let route53 = &self.world.target().route53;
        route53.create_health_check(&wanted, &cx.token).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let id = output["id"].as_str().unwrap_or_default();
        Ok(Verified::Right {
            evidence: Proof::CheckCopied.fill(&[id, &self.input.check]),
        })
    }

    /// AWS deletes a check that records depend on, too: the plan has the records gone before.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        match self.made(cx).await? {
            Some(made) => self.world.target().route53.delete_health_check(&made.id).await,
            None => Ok(()),
        }
    }
}
