//! Looks at the whole cluster once its members are there: one that has no writer serves nobody.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::rds_clusters::DbCluster;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::key::KeyOutput;
use crate::restored::differs;
use crate::restored::words::Differs;
use crate::underway::Underway;
use crate::words::or_none;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cluster: String,
    pub(super) key: StepId,
    /// Its members; the first is the source's writer. None of a Multi-AZ cluster.
    pub(super) members: Vec<String>,
    /// How many instances RDS itself makes for a Multi-AZ cluster, under names of its own.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) made_by_rds: Option<usize>,
}

pub(super) struct CheckMembers {
    input: Input,
    world: Rc<World>,
}

impl CheckMembers {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

/// What is wrong with the cluster as a whole.
fn judged(asked: &Input, found: &DbCluster, key_arn: &str) -> Verified {
    let wanted: BTreeSet<&str> = asked.members.iter().map(String::as_str).collect();
    let members: BTreeSet<&str> = found.members.iter().map(|member| member.id.as_str()).collect();
    let listed = |ids: &BTreeSet<&str>| ids.iter().copied().collect::<Vec<_>>().join(", ");
    let writers: Vec<&str> = found
        .members
        .iter()
        .filter(|member| member.writer)
        .map(|member| member.id.as_str())
        .collect();
    let why = if found.key.as_deref() != Some(key_arn) {
        Differs::Key.fill(&[&or_none(found.key.as_ref()), key_arn])
    } else if asked.made_by_rds.is_some_and(|count| members.len() != count) {
        Text::OtherInstances.fill(&[&listed(&members), &or_none(asked.made_by_rds)])
    } else if asked.made_by_rds.is_none() && members != wanted {
        Text::OtherMembers.fill(&[&listed(&members), &listed(&wanted)])
    } else if writers.len() != 1 && !members.is_empty() {
        Text::OtherWriters.fill(&[&writers.join(", ")])
    } else {
        // RDS may have let a reader take over in between: that is told, and not wrong.
        let nobody = Said::from(Text::Nobody);
        let writer = writers.first().copied().unwrap_or(nobody.as_str());
        let was = asked.members.first().map(String::as_str).filter(|was| *was != writer);
        let (id, count) = (found.id.as_str(), members.len().to_string());
        let evidence = match was {
            None => Text::HasMembers.fill(&[id, &count, writer, key_arn]),
            Some(was) => Text::HasMembersWas.fill(&[id, &count, writer, was, key_arn]),
        };
        return Verified::Right { evidence };
    };
    Verified::Wrong {
        why: differs(&found.arn, vec![why]),
    }
}

#[async_trait(?Send)]
impl Step for CheckMembers {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let found = self.world.target().rds.cluster(&self.input.cluster).await?;
        let Some(found) = found.filter(|found| found.status == "available") else {
            return Ok(Observed::Underway {
                progress: Progress::words(Underway::NotAvailable.fill(&[&self.input.cluster])),
                look_again: Duration::from_secs(20),
            });
        };
        let members: Vec<String> = found.members.into_iter().map(|member| member.id).collect();
        if let Some(count) = self.input.made_by_rds.filter(|count| members.len() < *count) {
            return Ok(Observed::Underway {
                progress: Progress::words(
                    Underway::SomeInstances.fill(&[&members.len().to_string(), &count.to_string()]),
                ),
                look_again: Duration::from_secs(20),
            });
        }
        Ok(Observed::Present(json!({ "cluster": found.arn, "members": members })))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        // There is nothing to begin: a look never finds it absent.
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let key: KeyOutput = cx.output(&self.input.key)?;
        let Some(found) = self.world.target().rds.cluster(&self.input.cluster).await? else {
            return Ok(Verified::NotYet {
                why: Underway::NotSeenAnyMore.fill(&[&self.input.cluster]),
                look_again: Duration::from_secs(10),
            });
        };
        Ok(judged(&self.input, &found, &key.arn))
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
