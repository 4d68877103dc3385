//! At the end: proves that nothing in the target lies under a key of the source. Losing the key would take it away for good, weeks later
//! (the facts, 2.6): so it is looked for in the account, not only in what this run has made.

use std::rc::Rc;

use async_trait::async_trait;
use aws::key_uses::KeyUse;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, RUN_TAG, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{OpenedKey, account_in};
use crate::left_to_people::Left;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The steps that opened keys of the source.
    pub(super) opened: Vec<StepId>,
}

/// What was looked at, and what was found that others have made.
#[derive(Debug, Serialize, Deserialize)]
struct Looked {
    resources: usize,
    keys: usize,
    /// What people have to see to.
    left_out: Vec<String>,
}

pub(super) struct ProveIndependence {
    input: Input,
    world: Rc<World>,
}

impl ProveIndependence {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

fn made_by_this_run(cx: &StepContext, found: &KeyUse) -> bool {
    found.tags.get(RUN_TAG).map(String::as_str) == Some(cx.run.as_str())
}

#[async_trait(?Send)]
impl Step for ProveIndependence {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (source, target) = (self.world.source(), self.world.target());
        let mut uses = target.rds.key_uses().await?;
        uses.extend(target.ec2.key_uses().await?);
        let dependent: Vec<&KeyUse> = uses
            .iter()
            .filter(|found| account_in(&found.key) == source.id.as_str())
            .collect();
        if let Some(ours) = dependent.iter().find(|found| made_by_this_run(cx, found)) {
            return Ok(Observed::Broken {
                why: Text::UnderSourceKey.fill(&[&ours.what, &ours.key]),
            });
        }
        let mut left_out: Vec<String> = dependent
            .iter()
            .map(|found| Left::UnderSourceKey.fill(&[&found.what, &found.key]).into())
            .collect();
        let mut keys = 0;
        for opened in &self.input.opened {
            let opened: OpenedKey = cx.output(opened)?;
            keys += 1;
            let of_target = |who: &str| account_in(who) == target.id.as_str() || who == target.id.as_str();
            for grant in source.kms.grants(&opened.arn).await? {
                if of_target(&grant.grantee) || of_target(&grant.issuer) {
                    let stays = Left::GrantStays.fill(&[&grant.id, &opened.arn, &grant.grantee]);
                    left_out.push(stays.into());
                }
            }
        }
        Ok(Observed::Present(json!(Looked {
            resources: uses.len(),
            keys,
            left_out,
        })))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let looked: Looked = cx.output(&cx.spec.id)?;
        Ok(Verified::Right {
            evidence: Text::Independent.fill(&[
                &looked.resources.to_string(),
                &looked.keys.to_string(),
                &looked.left_out.len().to_string(),
            ]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
