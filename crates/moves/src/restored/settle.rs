//! Gives what was restored what no restore takes: monitoring, Performance Insights, windows, how far an instance's storage may grow, its
//! backups. One call, applied at once, and read back.

use std::rc::Rc;

use async_trait::async_trait;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::databases::Settings;
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::{Differs, Text};
use super::{Output, differences, differs, not_yet, restored, taken};
use crate::foreign::Foreign;
use crate::key::KeyOutput;
use crate::snapshot::made_in;
use crate::words::or_none;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Input {
    pub(crate) restored: StepId,
    /// The target's own key, for Performance Insights: the source's is not the target's to use.
    pub(crate) key: StepId,
    pub(crate) settings: Settings,
}

pub(super) struct Settle {
    family: Family,
    input: Input,
    world: Rc<World>,
}

impl Settle {
    pub(super) fn new(family: Family, input: Input, world: Rc<World>) -> Self {
        Self { family, input, world }
    }

    fn insights_key(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        match self.input.settings.performance_insights {
            Some(true) => Ok(Some(cx.output::<KeyOutput>(&self.input.key)?.arn)),
            Some(false) | None => Ok(None),
        }
    }
}

#[async_trait(?Send)]
impl Step for Settle {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = restored(cx, &self.world, self.family, &self.input.restored).await?;
        if !made_in(cx, &self.input.restored, &found.tags) {
            return Ok(Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            });
        }
        let lacking = differences(&self.input.settings, &found.settings);
        Ok(if lacking.is_empty() && found.serves() {
            Observed::Present(json!({ "id": found.id, "settings": self.input.settings }))
        } else {
            not_yet(cx, &found, lacking)
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made: Output = cx.output(&self.input.restored)?;
        let key = self.insights_key(cx)?;
        let rds = &self.world.target().rds;
        let (asked, key) = (&self.input.settings, key.as_deref());
        match self.family {
            Family::Instance => rds.settle(&made.id, asked, key).await?,
            Family::Cluster => rds.settle_cluster(&made.id, asked, key).await?,
        }
        Ok(taken(cx))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let found = restored(cx, &self.world, self.family, &self.input.restored).await?;
        let mut lacking = differences(&self.input.settings, &found.settings);
        let key = self.insights_key(cx)?;
        if key.is_some() && found.insights_key != key {
            let under = or_none(found.insights_key.as_ref());
            lacking.push(Differs::Insights.fill(&[&under, &or_none(key)]));
        }
        if !lacking.is_empty() {
            return Ok(Verified::Wrong {
                why: differs(&found.arn, lacking),
            });
        }
        let told = self.input.settings.told();
        let told: Vec<String> = told.iter().map(|(name, value)| format!("{name} {value}")).collect();
        Ok(Verified::Right {
            evidence: Text::HasSettings.fill(&[&found.id, &told.join(", ")]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        // What was set goes with the instance.
        Ok(())
    }
}
