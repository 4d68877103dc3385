//! What becomes of a snapshot once it is made, of an instance or of a cluster alike: it is shared, shared no longer, deleted. Making and
//! copying it are its kind's own. RDS has a family of calls for each, and refuses one for the other.

mod delete_snapshot;
mod share_snapshot;
mod unshare_snapshot;

use std::rc::Rc;

use aws::rds::Rds;
use engine::{Registry, StepContext};
use model::{AccountId, Failure, FailureClass, StepId};
use serde::Deserialize;

use crate::world::{World, action};

pub(crate) use delete_snapshot::Input as DeleteInput;
pub(crate) use share_snapshot::Input as ShareInput;
pub(crate) use unshare_snapshot::Input as UnshareInput;

use delete_snapshot::DeleteSnapshot;
use share_snapshot::ShareSnapshot;
use unshare_snapshot::UnshareSnapshot;

/// Whose calls a snapshot takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Family {
    Instance,
    Cluster,
}

/// What these steps need of the output of the step that made it.
#[derive(Debug, Deserialize)]
struct Made {
    name: String,
    arn: String,
}

/// A snapshot as RDS shows it, as far as its end is concerned.
struct Seen {
    arn: String,
    deleting: bool,
    ours: bool,
}

/// The code of these actions, for both kinds.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    let of_instances: fn(ShareInput, Rc<World>) -> ShareSnapshot =
        |input, world| ShareSnapshot::new(Family::Instance, input, world);
    action(registry, world, "database.share_snapshot", 1, of_instances);
    let of_clusters: fn(ShareInput, Rc<World>) -> ShareSnapshot =
        |input, world| ShareSnapshot::new(Family::Cluster, input, world);
    action(registry, world, "cluster.share_snapshot", 1, of_clusters);
    let of_instances: fn(UnshareInput, Rc<World>) -> UnshareSnapshot =
        |input, world| UnshareSnapshot::new(Family::Instance, input, world);
    action(registry, world, "database.unshare_snapshot", 1, of_instances);
    let of_clusters: fn(UnshareInput, Rc<World>) -> UnshareSnapshot =
        |input, world| UnshareSnapshot::new(Family::Cluster, input, world);
    action(registry, world, "cluster.unshare_snapshot", 1, of_clusters);
    let of_instances: fn(DeleteInput, Rc<World>) -> DeleteSnapshot =
        |input, world| DeleteSnapshot::new(Family::Instance, input, world);
    for delete in [
        "database.delete_rekeyed_snapshot",
        "database.delete_source_snapshot",
        "database.delete_target_snapshot",
    ] {
        action(registry, world, delete, 1, of_instances);
    }
    let of_clusters: fn(DeleteInput, Rc<World>) -> DeleteSnapshot =
        |input, world| DeleteSnapshot::new(Family::Cluster, input, world);
    for delete in [
        "cluster.delete_rekeyed_snapshot",
        "cluster.delete_source_snapshot",
        "cluster.delete_target_snapshot",
    ] {
        action(registry, world, delete, 1, of_clusters);
    }
}

impl Family {
    async fn shared_with(self, rds: &Rds, name: &str) -> Result<Vec<String>, Failure> {
        let accounts = match self {
            Self::Instance => rds.snapshot_shared_with(name).await?,
            Self::Cluster => rds.cluster_snapshot_shared_with(name).await?,
        };
        // A snapshot that is gone is shared with nobody.
        Ok(accounts.unwrap_or_default())
    }

    async fn share(self, rds: &Rds, name: &str, with: &AccountId) -> Result<(), Failure> {
        match self {
            Self::Instance => rds.share_snapshot(name, with).await,
            Self::Cluster => rds.share_cluster_snapshot(name, with).await,
        }
    }

    async fn unshare(self, rds: &Rds, name: &str, with: &AccountId) -> Result<(), Failure> {
        match self {
            Self::Instance => rds.unshare_snapshot(name, with).await,
            Self::Cluster => rds.unshare_cluster_snapshot(name, with).await,
        }
    }

    async fn delete(self, rds: &Rds, name: &str) -> Result<(), Failure> {
        match self {
            Self::Instance => rds.delete_snapshot(name).await,
            Self::Cluster => rds.delete_cluster_snapshot(name).await,
        }
    }

    /// The snapshot of a name, and whether the step named made it in this run.
    async fn seen(self, rds: &Rds, name: &str, cx: &StepContext, step: &StepId) -> Result<Option<Seen>, Failure> {
        let seen = |arn: String, status: &str, ours: bool| Seen {
            arn,
            deleting: status == "deleting",
            ours,
        };
        Ok(match self {
            Self::Instance => rds.snapshot(name).await?.map(|found| {
                let ours = made_in(cx, step, &found.tags);
                seen(found.arn, &found.status, ours)
            }),
            Self::Cluster => rds.cluster_snapshot(name).await?.map(|found| {
                let ours = made_in(cx, step, &found.tags);
                seen(found.arn, &found.status, ours)
            }),
        })
    }
}

/// RDS has one code for two refusals, and only its words tell them apart. Too many copies under way pass by themselves, in hours where
/// databases are large; too many snapshots do not.
pub(crate) fn told_apart(failure: Failure) -> Failure {
    let quota = failure.code.starts_with("SnapshotQuotaExceeded");
    if quota && failure.message.contains("Cannot copy more than") {
        return Failure {
            class: FailureClass::Throttled,
            ..failure
        };
    }
    failure
}

/// Whether the tags say that this run made the thing, in the step named.
pub(crate) fn made_in<'a>(
    cx: &StepContext,
    step: &StepId,
    tags: impl IntoIterator<Item = (&'a String, &'a String)>,
) -> bool {
    let (mut run, mut made) = (false, false);
    for (key, value) in tags {
        run |= key == "cleave:run" && value == cx.run.as_str();
        made |= key == "cleave:step" && value == step.as_str();
    }
    run && made
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_two_refusals_of_one_code_are_told_apart() {
        let refused = |message: &str| {
            let failure = Failure::ours("s", FailureClass::Quota, "SnapshotQuotaExceeded", message);
            told_apart(failure).class
        };
        assert_eq!(
            refused("Cannot copy more than 20 snapshots across regions"),
            FailureClass::Throttled
        );
        assert_eq!(
            refused("Cannot create more than the allowed number of manual snapshots."),
            FailureClass::Quota
        );
    }
}
