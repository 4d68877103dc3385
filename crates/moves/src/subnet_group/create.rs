//! Makes a subnet group in the target.

use std::collections::BTreeSet;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::foreign::Foreign;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) description: String,
    pub(super) subnets: Vec<String>,
}

pub(super) struct CreateSubnetGroup {
    input: Input,
    world: Rc<World>,
}

impl CreateSubnetGroup {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CreateSubnetGroup {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = self.world.target().rds.subnet_group(&self.input.name).await?;
        Ok(match found {
            None => Observed::Absent,
            Some(found) if cx.made_it(&found.tags) => Observed::Present(
                json!({ "name": self.input.name, "arn": found.arn, "vpc": found.vpc, "subnets": found.subnets }),
            ),
            Some(found) => Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Input {
            name,
            description,
            subnets,
        } = &self.input;
        let rds = &self.world.target().rds;
        rds.create_subnet_group(name, description, subnets, &cx.tags()).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let found: BTreeSet<&str> = output["subnets"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let wanted: BTreeSet<&str> = self.input.subnets.iter().map(String::as_str).collect();
        let name = &self.input.name;
        Ok(match found == wanted {
            true => Verified::Right {
                evidence: Text::IsThere.fill(&[name, &wanted.len().to_string(), &output["vpc"].to_string()]),
            },
            false => Verified::Wrong {
                why: Text::OfOthers.fill(&[name, &format!("{found:?}"), &format!("{wanted:?}")]),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        self.world.target().rds.delete_subnet_group(&self.input.name).await
    }
}
