//! Makes the source's parameter group in the target: the group first, then what a user has set in it, twenty parameters a call. It is
//! there before the restore: attached later, its static parameters would wait for a reboot.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::foreign::Foreign;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) name: String,
    pub(super) family: String,
    pub(super) description: String,
    /// All that a user has set in the source's.
    pub(super) parameters: BTreeMap<String, String>,
    /// The source's own tags.
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct CreateParameterGroup {
    kind: Family,
    input: Input,
    world: Rc<World>,
}

impl CreateParameterGroup {
    pub(super) fn new(kind: Family, input: Input, world: Rc<World>) -> Self {
        Self { kind, input, world }
    }
}

#[async_trait(?Send)]
impl Step for CreateParameterGroup {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = self
            .world
            .target()
            .rds
            .parameter_group(self.kind, &self.input.name)
            .await?;
        Ok(match found {
            None => Observed::Absent,
            Some(found) if cx.made_it(&found.tags) => {
                Observed::Present(json!({ "name": self.input.name, "arn": found.arn, "family": found.family }))
            }
            Some(found) => Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let mut tags = self.input.tags.clone();
        tags.extend(cx.tags());
        let Input {
            name,
            family,
            description,
            ..
        } = &self.input;
        let rds = &self.world.target().rds;
        rds.create_parameter_group(self.kind, name, family, description, &tags)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let Input { name, family, .. } = &self.input;
        if output["family"] != family.as_str() {
            return Ok(Verified::Wrong {
                why: Text::IsOfFamily.fill(&[name, &output["family"].to_string(), family]),
            });
        }
        // The plan knows the source's from the inventory. What was set since would be missing in the target, silently.
        let now = self
            .world
            .source()
            .rds
            .user_parameters(self.kind, name)
            .await?
            .unwrap_or_default();
        if now != self.input.parameters {
            let planned = &self.input.parameters;
            let names = now.keys().chain(planned.keys());
            let differing: std::collections::BTreeSet<&String> =
                names.filter(|name| now.get(*name) != planned.get(*name)).collect();
            return Ok(Verified::Wrong {
                why: Text::SetSince.fill(&[name, &format!("{differing:?}")]),
            });
        }
        Ok(Verified::Right {
            evidence: Text::IsThere.fill(&[name, family]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        self.world
            .target()
            .rds
            .delete_parameter_group(self.kind, &self.input.name)
            .await
    }
}

/// Input of the steps that set parameters.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Setting {
    pub(super) name: String,
    pub(super) made: StepId,
    /// Twenty at most.
    pub(super) parameters: BTreeMap<String, String>,
}

pub(super) struct SetParameters {
    kind: Family,
    input: Setting,
    world: Rc<World>,
}

impl SetParameters {
    pub(super) fn new(kind: Family, input: Setting, world: Rc<World>) -> Self {
        Self { kind, input, world }
    }
}

#[async_trait(?Send)]
impl Step for SetParameters {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let name = &self.input.name;
        let Some(found) = self.world.target().rds.user_parameters(self.kind, name).await? else {
            let what = format!("the parameter group {name} is not seen any more");
            return Err(cx.failure(FailureClass::NotFound, "[Gone]", what));
        };
        let set = self
            .input
            .parameters
            .iter()
            .all(|(name, value)| found.get(name) == Some(value));
        Ok(if set {
            Observed::Present(json!({ "set": self.input.parameters.keys().collect::<Vec<_>>() }))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        let rds = &self.world.target().rds;
        rds.set_parameters(self.kind, &self.input.name, &self.input.parameters)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let names: Vec<&str> = self.input.parameters.keys().map(String::as_str).collect();
        Ok(Verified::Right {
            evidence: Text::HasSet.fill(&[&self.input.name, &names.join(", ")]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        // What was set goes with the group.
        Ok(())
    }
}
