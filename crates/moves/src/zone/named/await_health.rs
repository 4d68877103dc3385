//! Waits until each copied health check is healthy where the old one is. Nothing is reported of a new one for a while, and what Route 53 makes of that
//! is not documented: names are not handed over to records that depend on it. A calculated check cannot be asked for; its children are.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Made;
use crate::world::World;
use crate::zone::proofs::Proof;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The account of the old ones.
    #[serde(default = "crate::zone::source", skip_serializing_if = "crate::zone::is_source")]
    pub(super) side: Side,
    pub(super) checks: Vec<Asked>,
}

/// One that can be asked for.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) old: String,
    /// The step that copies it.
    pub(super) new: StepId,
    /// Whether healthy and unhealthy are exchanged.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) inverted: bool,
}

pub(super) struct AwaitHealth {
    input: Input,
    world: Rc<World>,
}

impl AwaitHealth {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// What a check's status is; none where nothing is reported.
    async fn healthy(&self, side: Side, id: &str, inverted: bool) -> Result<Option<bool>, Failure> {
        let reports = self.world.account(side).route53.health_reports(id).await?;
        Ok(reports.healthy().map(|healthy| healthy != inverted))
    }
}

#[async_trait(?Send)]
impl Step for AwaitHealth {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let finished = cx.cursor.as_ref().is_some_and(|cursor| cursor["finished"] == true);
        Ok(match finished {
            true => Observed::Present(json!({ "checks": self.input.checks.len() })),
            false => Observed::Absent,
        })
    }

    /// Asks for one, old and new: AWS has these questions once a second. A reading sweep, which goes on where it was.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let cursor = cx.cursor.as_ref();
        let next = cursor.and_then(|cursor| cursor["next"].as_u64()).unwrap_or(0);
        let at = usize::try_from(next).unwrap_or(usize::MAX);
        if let Some(asked) = self.input.checks.get(at)
            && self.healthy(self.input.side, &asked.old, asked.inverted).await? == Some(true)
        {
            let id = cx.output::<Made>(&asked.new)?.id;
            let healthy = self.healthy(Side::Target, &id, asked.inverted).await?;
            if healthy != Some(true) {
                let what = match healthy {
                    None => "nothing is reported yet.",
                    Some(_) => {
                        "it is unhealthy: does what it checks admit Route 53's checkers, and answer the target's?"
                    }
                };
                // Borne for the step's patience.
                let what = format!(
                    "health check {} is healthy, and of its copy {id} {what} Look: aws route53 get-health-check-status --health-check-id {id} (account {}). \
                     Nothing was handed over. Once it is healthy: cleave retry {step} --reason …; if names are to depend on it as it is: cleave skip \
                     {step} --reason …",
                    asked.old,
                    self.world.target().id,
                    step = cx.spec.id
                );
                return Err(cx.failure(FailureClass::WrongState, "[NotHealthy]", what));
            }
        }
        let all = self.input.checks.len();
        let done = at.saturating_add(1).min(all);
        Ok(Begun::Swept {
            cursor: json!({ "next": done, "finished": done == all }),
            done: done as u64,
            total: Some(all as u64),
            more: done < all,
        })
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::ChecksHealthy.fill(&[&output["checks"].to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
