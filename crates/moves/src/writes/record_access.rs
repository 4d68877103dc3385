//! Notes who can connect to a database, so that it can be put back; and asks CloudWatch how many are connected, so that a role that may not ask
//! shows while everything runs as before, and not behind the closed door.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::{Advice, Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Database;
use super::words::Text;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) database: Database,
}

/// Who can connect.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Recorded {
    pub(super) arn: String,
    pub(super) vpc: String,
    /// Its security groups, sorted.
    pub(super) groups: Vec<String>,
    /// The instances that serve it.
    pub(super) instances: Vec<String>,
}

/// How far back it is asked who was connected.
const LATELY: SignedDuration = SignedDuration::from_mins(10);

pub(super) struct RecordAccess {
    input: Input,
    world: Rc<World>,
}

impl RecordAccess {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for RecordAccess {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = self.input.database.access(cx, &self.world).await?;
        let stuck = |why: Said| Observed::Stuck {
            why,
            advice: Advice::StopByGate.into(),
        };
        Ok(match found.vpc {
            None => stuck(Text::NoVpc.fill(&[&found.arn])),
            Some(_) if found.groups.is_empty() => stuck(Text::NoGroups.fill(&[&found.arn])),
            Some(vpc) => Observed::Present(json!(Recorded {
                arn: found.arn,
                vpc,
                groups: found.groups,
                instances: found.instances,
            })),
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let recorded: Recorded = cx.output(&cx.spec.id)?;
        let since = cx.now.saturating_sub(LATELY).unwrap_or(cx.now);
        let cloudwatch = &self.world.source().cloudwatch;
        let told = cloudwatch.connections(&recorded.instances, since, cx.now).await?;
        let most = told.iter().flat_map(|(_, minutes)| minutes).map(|minute| minute.most);
        let (arn, groups) = (recorded.arn.as_str(), recorded.groups.join(", "));
        let evidence = match most.reduce(f64::max) {
            None => Text::Recorded.fill(&[arn, &groups]),
            Some(most) => Text::RecordedConnected.fill(&[arn, &groups, &most.to_string()]),
        };
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
