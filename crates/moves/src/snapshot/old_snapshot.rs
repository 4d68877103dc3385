//! Proves that a snapshot of a database may go: the target has its copy, whole and under a key of its own; it is the one that was copied, and shared with
//! nobody.

use async_trait::async_trait;
use aws::rds::{DbSnapshot, Family};
use engine::StepContext;
use jiff::Timestamp;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::key::account_in;
use crate::retire::proof::OldThing;
use crate::world::World;

/// The old snapshot, and its copy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct OldSnapshot {
    pub(super) family: Family,
    pub(super) name: String,
    /// When what it holds was written: a name can be given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) taken_at: Option<Timestamp>,
    /// The copy's name in the target.
    pub(super) copy: String,
}

impl OldSnapshot {
    /// The old snapshot; none: it is gone, or another one bears its name.
    pub(super) async fn standing(&self, world: &World) -> Result<Option<DbSnapshot>, Failure> {
        let found = world.source().rds.snapshot(self.family, &self.name).await?;
        Ok(found.filter(|found| found.taken_at == self.taken_at && !found.automated))
    }
}

/// Why what the target has cannot stand for a snapshot; none: it can.
pub(super) fn unfit(copy: &str, found: Option<&DbSnapshot>) -> Option<Said> {
    let Some(found) = found else {
        return Some(Text::CopyGone.fill(&[copy]));
    };
    if found.status != "available" {
        return Some(Text::CopyIs.fill(&[copy, &found.status]));
    }
    let key = found.key.as_deref().filter(|_| found.encrypted)?;
    (account_in(key) != account_in(&found.arn)).then(|| Text::CopyUnderOthersKey.fill(&[copy, key]))
}

#[async_trait(?Send)]
impl OldThing for OldSnapshot {
    async fn proved(&self, _cx: &StepContext, world: &World) -> Result<Result<Value, Said>, Failure> {
        let Some(old) = self.standing(world).await? else {
            return Ok(Err(Text::NoSnapshot.fill(&[&self.name])));
        };
        let copy = world.target().rds.snapshot(self.family, &self.copy).await?;
        if let Some(why) = unfit(&self.copy, copy.as_ref()) {
            return Ok(Err(why));
        }
        let shared = world.source().rds.snapshot_shared_with(self.family, &self.name).await?;
        let shared = shared.unwrap_or_default();
        if !shared.is_empty() {
            return Ok(Err(Text::SharedWith.fill(&[&shared.join(", ")])));
        }
        Ok(Ok(json!({ "old": old.arn, "copy": copy.map(|copy| copy.arn) })))
    }

    fn evidence(&self, found: &Value) -> Said {
        let told = |member: &str| found[member].as_str().unwrap_or_default();
        Text::Copied.fill(&[told("copy"), told("old")])
    }
}
