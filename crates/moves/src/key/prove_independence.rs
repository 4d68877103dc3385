//! At the end: proves that nothing in the target lies under a key of the source. Losing the key would take it away for good, weeks later
//! (the facts, 2.6): so it is looked for in the account, not only in what this run has made.

use std::rc::Rc;

use async_trait::async_trait;
use aws::key_uses::KeyUse;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, RUN_TAG, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{OpenedKey, account_in};
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
                why: format!("{} lies under {}, a key of the source", ours.what, ours.key),
            });
        }
        let mut left_out: Vec<String> = dependent
            .iter()
            .map(|found| {
                format!(
                    "{} in the target lies under {}, a key of the source: it was there before, and is lost when that key goes. Copy it under a key \
                     of the target",
                    found.what, found.key
                )
            })
            .collect();
        let mut keys = 0;
        for opened in &self.input.opened {
            let opened: OpenedKey = cx.output(opened)?;
            keys += 1;
            let of_target = |who: &str| account_in(who) == target.id.as_str() || who == target.id.as_str();
            for grant in source.kms.grants(&opened.arn).await? {
                if of_target(&grant.grantee) || of_target(&grant.issuer) {
                    left_out.push(format!(
                        "the target still holds grant {} of {} for {}: something there may still use it. Once nothing does: aws kms revoke-grant \
                         --key-id {} --grant-id {}",
                        grant.id, opened.arn, grant.grantee, opened.arn, grant.id
                    ));
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
            evidence: format!(
                "of {} databases, clusters, snapshots and volumes in the target none that this run made lies under a key of the source; {} key(s) of the \
                 source looked at for grants; {} left for you to see to",
                looked.resources,
                looked.keys,
                looked.left_out.len()
            ),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
