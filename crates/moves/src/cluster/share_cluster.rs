//! Shares the source's cluster with the target account through Resource Access Manager, for as long as its clone is made; and ends that.
//! Names of shares need not be unique, so that it is known by the run's tags, and made once by the run's token.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::account::Account;
use aws::ram::ResourceShare;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::foreign::Foreign;
use crate::snapshot::made_in;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cluster: String,
}

pub(super) struct ShareCluster {
    input: Input,
    world: Rc<World>,
}

/// The output of the step that shares.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct ShareOutput {
    pub(super) arn: String,
    pub(super) name: String,
}

/// The ARN of a cluster of an account.
pub(super) fn cluster_arn(account: &Account, id: &str) -> String {
    format!("arn:aws:rds:{}:{}:cluster:{id}", account.region, account.id)
}

impl ShareCluster {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        cx.name(&self.input.cluster, 63)
    }

    async fn shared(&self, cx: &StepContext) -> Result<Option<ResourceShare>, Failure> {
        let shares = self.world.source().ram.own_shares(&self.name(cx)).await?;
        Ok(shares.into_iter().find(|share| cx.made_it(&share.tags)))
    }
}

#[async_trait(?Send)]
impl Step for ShareCluster {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(share) = self.shared(cx).await? else {
            return Ok(Observed::Absent);
        };
        Ok(match share.status.as_str() {
            "ACTIVE" => Observed::Present(json!(ShareOutput {
                arn: share.arn,
                name: self.name(cx),
            })),
            "FAILED" => Observed::Broken {
                why: Text::ShareFailed.fill(&[&share.arn]),
            },
            status => Observed::Underway {
                progress: Progress::words(Said::verbatim(status)),
                look_again: Duration::from_secs(10),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let source = self.world.source();
        let arn = cluster_arn(&source, &self.input.cluster);
        let with = &self.world.target().id;
        let tags = cx.tags();
        let ram = &source.ram;
        ram.create_share(&self.name(cx), &arn, with, &cx.token, &tags).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: ShareOutput = cx.output(&cx.spec.id)?;
        let source = self.world.source();
        let (with, arn) = (&self.world.target().id, cluster_arn(&source, &self.input.cluster));
        let principals = source.ram.associated(&made.arn, true).await?;
        let resources = source.ram.associated(&made.arn, false).await?;
        if let Some((other, _)) = principals.iter().find(|(who, _)| who != with.as_str()) {
            return Ok(Verified::Wrong {
                why: Text::SharedTooWide.fill(&[&made.arn, other]),
            });
        }
        // The target's part begins once it has accepted, where it is invited; the resource's must have begun.
        let there = |all: &[(String, String)], wanted: &str, begun: &[&str]| {
            let mut all = all.iter();
            all.any(|(entity, status)| entity == wanted && begun.contains(&status.as_str()))
        };
        let begun = there(&principals, with.as_str(), &["ASSOCIATING", "ASSOCIATED"]);
        if !begun || !there(&resources, &arn, &["ASSOCIATED"]) {
            return Ok(Verified::NotYet {
                why: Underway::SharedSoFar.fill(&[&made.arn, &format!("{resources:?}"), &format!("{principals:?}")]),
                look_again: Duration::from_secs(10),
            });
        }
        Ok(Verified::Right {
            evidence: Text::SharedWith.fill(&[&arn, with.as_str()]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        match self.shared(cx).await? {
            None => Ok(()),
            Some(share) => self.world.source().ram.delete_share(&share.arn).await,
        }
    }
}

/// Input of the step that ends the share.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Ending {
    pub(super) shared: StepId,
}

pub(super) struct UnshareCluster {
    input: Ending,
    world: Rc<World>,
}

impl UnshareCluster {
    pub(super) fn new(input: Ending, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for UnshareCluster {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let made: ShareOutput = cx.output(&self.input.shared)?;
        let mut shares = self.world.source().ram.own_shares(&made.name).await?.into_iter();
        Ok(match shares.find(|share| share.arn == made.arn) {
            None => Observed::Present(json!({ "deleted": made.arn })),
            Some(share) if made_in(cx, &self.input.shared, &share.tags) => Observed::Absent,
            Some(share) => Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&share.arn]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: ShareOutput = cx.output(&self.input.shared)?;
        self.world.source().ram.delete_share(&made.arn).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        // The last word on the clone: where two keys meet, no source says what depends on which.
        Ok(Verified::Right {
            evidence: Text::Unshared.fill(&[output["deleted"].as_str().unwrap_or_default()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
