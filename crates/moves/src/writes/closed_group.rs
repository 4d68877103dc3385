//! Makes the security group that admits nobody, in the database's VPC.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::record_access::Recorded;
use super::words::Text;
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) database: String,
    pub(super) recorded: StepId,
}

/// The group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ClosedGroup {
    pub(super) id: String,
}

pub(super) struct CreateClosedGroup {
    input: Input,
    world: Rc<World>,
}

impl CreateClosedGroup {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        cx.name(&format!("closed-{}", self.input.database), 255)
    }
}

#[async_trait(?Send)]
impl Step for CreateClosedGroup {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        let name = self.name(cx);
        let found = self.world.source().ec2.group_named(&recorded.vpc, &name).await?;
        Ok(match found {
            None => Observed::Absent,
            Some(group) if cx.made_it(&group.tags) => Observed::Present(json!(ClosedGroup { id: group.id })),
            Some(group) => Observed::Foreign {
                whose: Foreign::HasName.fill(&[&group.id, &name]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let recorded: Recorded = cx.output(&self.input.recorded)?;
        let description = format!("cleave: admits nobody to {}", self.input.database);
        let ec2 = &self.world.source().ec2;
        ec2.create_group(&recorded.vpc, &self.name(cx), &description, &cx.tags())
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: ClosedGroup = cx.output(&cx.spec.id)?;
        let rules = self.world.source().ec2.group(&made.id).await?.map(|group| group.rules);
        Ok(match rules {
            Some(0) => Verified::Right {
                evidence: Text::GroupClosed.fill(&[&made.id]),
            },
            Some(rules) => Verified::Wrong {
                why: Text::GroupOpen.fill(&[&made.id, &rules.to_string()]),
            },
            None => Verified::NotYet {
                why: Underway::NotSeen.fill(&[&made.id]),
                look_again: std::time::Duration::from_secs(2),
            },
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let made: ClosedGroup = cx.output(&cx.spec.id)?;
        self.world.source().ec2.delete_group(&made.id).await
    }
}
