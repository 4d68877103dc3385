//! Takes copied records out of the new zone again: never while names are answered from it, and never those that exist nowhere else.

use engine::StepContext;
use model::{Failure, FailureClass, Side};
use serde::{Deserialize, Serialize};

use super::difference::{Kept, called, compare, deletions, is_own, wanted};
use super::parent::Parent;
use super::{Created, send};
use crate::world::World;

/// Where the copies came from, and what delegates the name.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Origin {
    pub(super) name: String,
    /// The zone that held the records.
    pub(super) old: String,
    /// Its account.
    #[serde(default = "super::source", skip_serializing_if = "super::is_source")]
    pub(super) old_side: Side,
    /// Whether they are carved out of it.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub(super) carved: bool,
    pub(super) parent: Parent,
}

/// Whose the new zone is.
pub(super) enum Owned<'a> {
    /// The run's own: all that it holds must be copies.
    Ours,
    /// Somebody else's, who had these sets in it and may have written more since: those stay.
    Theirs(&'a [Kept]),
}

impl Origin {
    /// Deletes the next batch of copies; false when none was left.
    pub(super) async fn delete_next(
        &self,
        cx: &StepContext,
        world: &World,
        zone: &str,
        owned: &Owned<'_>,
    ) -> Result<bool, Failure> {
        let target = world.target();
        let name_servers = target.route53.zone(zone).await?.map(|zone| zone.name_servers);
        let new = Created {
            zone_id: zone.to_owned(),
            name_servers: name_servers.unwrap_or_default(),
        };
        self.parent.must_not_lead_to(cx, world, &self.name, &new).await?;
        let held = target.route53.records(zone).await?;
        let source = world.account(self.old_side).route53.records(&self.old).await?;
        // What they name besides does not make a set another one.
        let wanted = wanted(&self.name, &source, (&self.old, zone), self.carved, &Default::default());
        let difference = compare(&self.name, &wanted, &held);
        let copies: Vec<_> = match owned {
            Owned::Ours => {
                if let Some(only_here) = difference.extra.first() {
                    let what = format!(
                        "{} stands in the new zone {zone} only: move or delete it by hand",
                        called(only_here)
                    );
                    return Err(cx.failure(FailureClass::WrongState, "[OnlyInNewZone]", what));
                }
                held.into_iter().filter(|set| !is_own(&self.name, set)).collect()
            }
            Owned::Theirs(had) => {
                let copied = |set: &aws::route53::RecordSet| {
                    !is_own(&self.name, set) && !had.iter().any(|kept| kept.is(set)) && !difference.extra.contains(set)
                };
                held.into_iter().filter(copied).collect()
            }
        };
        let batches =
            deletions(&copies, zone).map_err(|what| cx.failure(FailureClass::WrongState, "[Circle]", what))?;
        let Some(batch) = batches.first() else {
            return Ok(false);
        };
        let comment = format!("cleave {} {} undo", cx.run, cx.spec.id);
        send(&target, zone, batch, &comment).await?;
        Ok(true)
    }
}
