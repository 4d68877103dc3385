//! What is done to an instance or a cluster alike when its old side is retired: proved to be replaced and unused, let be deleted, deleted. The proof is
//! made again before each call that cannot be taken back: hours may lie between it and a person's word.

mod delete_database;
mod delete_member;
mod last_snapshot;
mod lift_protection;
mod prove_replaced;
pub(crate) mod words;

use std::rc::Rc;

use aws::rds::Family;
use engine::{Registry, StepContext};
use jiff::SignedDuration;
use model::{Failure, FailureClass, Said};
use serde::{Deserialize, Serialize};

use crate::key::account_in;
use crate::restored::is_in;
use crate::world::{World, action};

pub(crate) use delete_database::Input as DeleteInput;
pub(crate) use delete_member::Input as MemberInput;
pub(crate) use last_snapshot::Input as LastSnapshotInput;
pub(crate) use lift_protection::Input as LiftInput;

use words::Text;

/// The code of these actions.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    for name in ["database.prove_replaced", "cluster.prove_replaced"] {
        action(registry, world, name, 1, prove_replaced::ProveReplaced::new);
    }
    for name in ["database.last_snapshot", "cluster.last_snapshot"] {
        action(registry, world, name, 1, last_snapshot::LastSnapshot::new);
    }
    for name in ["database.lift_protection", "cluster.lift_protection"] {
        action(registry, world, name, 1, lift_protection::LiftProtection::new);
    }
    for name in ["database.delete_database", "cluster.delete_database"] {
        action(registry, world, name, 1, delete_database::DeleteDatabase::new);
    }
    action(
        registry,
        world,
        "cluster.delete_member",
        1,
        delete_member::DeleteMember::new,
    );
}

/// How far back nobody may have been connected.
pub(crate) const UNUSED_FOR: SignedDuration = SignedDuration::from_hours(1);

/// The database that is retired, and what the target has instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Subject {
    /// What it is.
    pub(crate) family: Family,
    /// Its identifier.
    pub(crate) of: String,
    /// What tells it from another one of the same identifier.
    pub(crate) resource_id: String,
    /// What the target has.
    pub(crate) instead: Instead,
}

/// What the target has instead of a database.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Instead {
    /// The database itself, by its identifier.
    Database(String),
    /// A copy of its snapshot, by its name.
    Copy(String),
}

/// The old database as it stands.
pub(crate) struct Standing {
    pub(crate) arn: String,
    pub(crate) status: String,
    pub(crate) resource_id: String,
    pub(crate) protected: bool,
    /// The instances that people connect to.
    pub(crate) instances: Vec<String>,
}

/// What the target was found to have.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Replaced {
    /// The old one's ARN.
    pub(crate) old: String,
    /// The ARN of what the target has.
    pub(crate) new: String,
    /// The key that that lies under.
    pub(crate) key: Option<String>,
    /// So many minutes of the last hour CloudWatch told of, and nobody was connected in any.
    pub(crate) minutes: usize,
}

impl Subject {
    /// The old database; none: it is gone, or another one bears its identifier.
    pub(crate) async fn standing(&self, world: &World) -> Result<Option<Standing>, Failure> {
        let rds = &world.source().rds;
        let found = match self.family {
            Family::Instance => rds.instance(&self.of).await?.map(|found| Standing {
                arn: found.arn,
                status: found.status,
                resource_id: found.resource_id,
                protected: found.deletion_protection,
                instances: vec![found.id],
            }),
            Family::Cluster => rds.cluster(&self.of).await?.map(|found| Standing {
                arn: found.arn,
                status: found.status,
                resource_id: found.resource_id,
                protected: found.deletion_protection,
                instances: found.members.into_iter().map(|member| member.id).collect(),
            }),
        };
        Ok(found.filter(|found| found.resource_id == self.resource_id))
    }

    /// Whether the target has it, whole and under a key of its own, and nobody uses the old one; else why not.
    pub(crate) async fn replaced(
        &self,
        cx: &StepContext,
        world: &World,
        old: &Standing,
    ) -> Result<Result<Replaced, Said>, Failure> {
        let rds = &world.target().rds;
        let found = match (&self.instead, self.family) {
            (Instead::Database(id), Family::Instance) => rds
                .instance(id)
                .await?
                .map(|found| (found.arn, found.status, found.key)),
            (Instead::Database(id), Family::Cluster) => {
                rds.cluster(id).await?.map(|found| (found.arn, found.status, found.key))
            }
            (Instead::Copy(name), family) => rds
                .snapshot(family, name)
                .await?
                .map(|found| (found.arn, found.status, found.key.filter(|_| found.encrypted))),
        };
        let named = match &self.instead {
            Instead::Database(name) | Instead::Copy(name) => name,
        };
        let Some((new, status, key)) = found else {
            return Ok(Err(Text::OnlyOne.fill(&[named, &old.arn])));
        };
        // What grows while it serves can be used all the same.
        if !matches!(
            status.as_str(),
            "available" | "storage-optimization" | "backing-up" | "modifying"
        ) {
            return Ok(Err(is_in(&new, &status)));
        }
        if let Some(key) = key.as_deref().filter(|key| account_in(key) != account_in(&new)) {
            return Ok(Err(Text::UnderForeignKey.fill(&[&new, key])));
        }
        let since = cx.now.saturating_sub(UNUSED_FOR).unwrap_or(cx.now);
        let told = world
            .source()
            .cloudwatch
            .connections(&old.instances, since, cx.now)
            .await?;
        for (id, minutes) in &told {
            if let Some(last) = minutes.iter().rev().find(|minute| minute.most > 0.0) {
                let (most, at) = (last.most.to_string(), last.at.to_string());
                return Ok(Err(Text::Used.fill(&[&most, id, &at])));
            }
        }
        let minutes = told.iter().map(|(_, minutes)| minutes.len()).min().unwrap_or(0);
        let old = old.arn.clone();
        Ok(Ok(Replaced { old, new, key, minutes }))
    }

    /// The same where a call follows that cannot be taken back.
    pub(crate) async fn still_replaced(&self, cx: &StepContext, world: &World, old: &Standing) -> Result<(), Failure> {
        self.replaced(cx, world, old).await?.map(drop).map_err(|why| {
            let what = format!("{why}. Nothing of it was deleted by this step");
            cx.failure(FailureClass::WrongState, "[StillNeeded]", what)
        })
    }
}
