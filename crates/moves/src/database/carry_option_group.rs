//! Makes the source's option group in the target: the group first, then its options. A group is bound to the VPC of the instance that
//! uses it, so that of the source would be refused even if it could be shared.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::databases::{GroupOption, OptionGroup};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::foreign::Foreign;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) group: OptionGroup,
}

pub(super) struct CreateOptionGroup {
    input: Input,
    world: Rc<World>,
}

impl CreateOptionGroup {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CreateOptionGroup {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = self.world.target().rds.option_group(&self.input.group.name).await?;
        Ok(match found {
            None => Observed::Absent,
            Some((arn, found)) if cx.made_it(&found.tags) => Observed::Present(
                json!({ "name": found.name, "arn": arn, "engine": found.engine, "major_version": found.major_version }),
            ),
            Some((arn, _)) => Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&arn]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let mut tags = self.input.group.tags.clone();
        tags.extend(cx.tags());
        let rds = &self.world.target().rds;
        rds.create_option_group(&self.input.group, &tags).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let group = &self.input.group;
        let is = (output["engine"].as_str(), output["major_version"].as_str());
        let asked = format!("{} {}", group.engine, group.major_version);
        Ok(if is == (Some(&group.engine), Some(&group.major_version)) {
            Verified::Right {
                evidence: Text::GroupThere.fill(&[&group.name, &asked]),
            }
        } else {
            Verified::Wrong {
                why: Text::GroupForOther.fill(&[&group.name, &format!("{is:?}"), &asked]),
            }
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        self.world
            .target()
            .rds
            .delete_option_group(&self.input.group.name)
            .await
    }
}

/// Input of the step that adds the options.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Adding {
    pub(super) name: String,
    pub(super) made: StepId,
    pub(super) options: Vec<GroupOption>,
}

pub(super) struct AddOptions {
    input: Adding,
    world: Rc<World>,
}

impl AddOptions {
    pub(super) fn new(input: Adding, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

/// Whether an option is among those found. RDS also shows the settings that nobody has made.
pub(super) fn has(found: &[GroupOption], asked: &GroupOption) -> bool {
    found.iter().any(|found| {
        found.name == asked.name
            && (asked.version.is_none() || found.version == asked.version)
            && (asked.port.is_none() || found.port == asked.port)
            && asked
                .settings
                .iter()
                .all(|(name, value)| found.settings.get(name) == Some(value))
    })
}

#[async_trait(?Send)]
impl Step for AddOptions {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let name = &self.input.name;
        let Some((_, found)) = self.world.target().rds.option_group(name).await? else {
            let what = format!("the option group {name} is not seen any more");
            return Err(cx.failure(FailureClass::NotFound, "[Gone]", what));
        };
        let names: Vec<&str> = self.input.options.iter().map(|option| option.name.as_str()).collect();
        Ok(if self.input.options.iter().all(|asked| has(&found.options, asked)) {
            Observed::Present(json!({ "options": names }))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        let rds = &self.world.target().rds;
        rds.add_options(&self.input.name, &self.input.options).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::OptionsThere.fill(&[&self.input.name, &output["options"].to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        // The options go with the group.
        Ok(())
    }
}
