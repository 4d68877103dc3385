//! Proves that a cache may go: the target's is in service, the old one is the one that was planned of, and nobody has asked it for anything for an
//! hour.

use async_trait::async_trait;
use aws::elasticache_retire::CacheStanding;
use engine::StepContext;
use jiff::Timestamp;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use crate::key::account_in;
use crate::retire::proof::OldThing;
use crate::retired::UNUSED_FOR;
use crate::world::World;

/// The old cache, and what the target has instead.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OldCache {
    pub(crate) id: String,
    /// Whether it is a replication group; else a cluster that belongs to none.
    pub(crate) is_group: bool,
    /// When it was made: an id can be given again.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) created_at: Option<Timestamp>,
    /// How many shards its last snapshot is to hold.
    pub(crate) shards: usize,
    /// The replication group that the run filled with its content.
    pub(crate) instead: String,
}

/// What clients asked of a cache within the last hour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asked {
    /// How many minutes of it CloudWatch told of, of every node.
    pub(crate) minutes: usize,
    /// The first of them.
    pub(crate) since: Option<Timestamp>,
    /// What speaks for somebody's using it.
    pub(crate) used: Option<Said>,
}

/// Looks what clients asked of a cache. Writing on one node of a shard alone is its primary's sending on keys that expire: whoever writes is counted on
/// every node.
pub(crate) async fn asked(world: &World, standing: &CacheStanding, now: Timestamp) -> Result<Asked, Failure> {
    let since = now.saturating_sub(UNUSED_FOR).unwrap_or(now);
    let nodes: Vec<String> = standing.shards.concat();
    let told = world.source().cloudwatch.commands(&nodes, since, now).await?;
    let mut used = None;
    for shard in &standing.shards {
        let told = || shard.iter().filter_map(|node| Some((node, told.get(node)?)));
        if let Some((node, at)) = told().find_map(|(node, told)| Some((node, told.read_at?))) {
            used.get_or_insert_with(|| Text::Read.fill(&[node, &at.to_string()]));
        }
        let written: Vec<Timestamp> = told().filter_map(|(_, told)| told.written_at).collect();
        if let Some(at) = written.iter().max().filter(|_| written.len() == shard.len()) {
            used.get_or_insert_with(|| Text::Written.fill(&[&shard.join(", "), &at.to_string()]));
        }
    }
    Ok(Asked {
        minutes: told.values().map(|told| told.minutes).min().unwrap_or_default(),
        since: told.values().filter_map(|told| told.since).min(),
        used,
    })
}

impl OldCache {
    /// The old cache; none: it is gone, or another one bears its id.
    pub(super) async fn standing(&self, world: &World) -> Result<Option<CacheStanding>, Failure> {
        let found = world.source().elasticache.standing(&self.id, self.is_group).await?;
        Ok(found.filter(|found| found.created_at == self.created_at))
    }
}

/// Why what the target has cannot stand for a cache; none: it can.
pub(super) fn unfit(instead: &str, found: Option<&CacheStanding>) -> Option<Said> {
    let Some(found) = found else {
        return Some(Text::NewGone.fill(&[instead]));
    };
    // It serves while a snapshot is taken or something about it is changed.
    if !matches!(found.status.as_str(), "available" | "snapshotting" | "modifying") {
        return Some(Text::NewIs.fill(&[instead, &found.status]));
    }
    let key = found.key.as_deref()?;
    (account_in(key) != account_in(&found.arn)).then(|| Text::NewUnderOthersKey.fill(&[instead, key]))
}

#[async_trait(?Send)]
impl OldThing for OldCache {
    async fn proved(&self, cx: &StepContext, world: &World) -> Result<Result<Value, Said>, Failure> {
        let Some(old) = self.standing(world).await? else {
            return Ok(Err(Text::OldGone.fill(&[&self.id])));
        };
        let new = world.target().elasticache.standing(&self.instead, true).await?;
        if let Some(why) = unfit(&self.instead, new.as_ref()) {
            return Ok(Err(Text::OnlyOne.fill(&[why.as_str(), &old.arn])));
        }
        let asked = asked(world, &old, cx.now).await?;
        if let Some(used) = asked.used {
            return Ok(Err(used));
        }
        let new = new.map(|new| new.arn);
        Ok(Ok(json!({ "old": old.arn, "new": new, "minutes": asked.minutes })))
    }

    fn evidence(&self, found: &Value) -> Said {
        let told = |member: &str| found[member].as_str().unwrap_or_default();
        match found["minutes"].as_u64().unwrap_or_default() {
            0 => Text::ReplacedUntold.fill(&[told("old"), told("new")]),
            minutes => Text::ReplacedUnused.fill(&[told("old"), told("new"), &minutes.to_string()]),
        }
    }
}
