//! Snapshots of databases that are left: those that were there and that the run copied from, and those that it made for the way and could
//! not delete.

use aws::rds::Family;
use model::{ResourceRef, StepSpec};

use super::{CopyInSourceInput, DeleteInput, LATEST_AUTOMATED, SnapshotOutput};
use crate::retire::{How, Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

/// A snapshot, and how it comes to be there.
struct Named<'a> {
    family: Family,
    name: String,
    of: &'a StepSpec,
    why: String,
    gib: Option<u64>,
}

fn named<'a>(run: &Run<'a>) -> Vec<Named<'a>> {
    let mut all = Vec::new();
    for (family, kind) in [(Family::Instance, "database"), (Family::Cluster, "cluster")] {
        for step in run.done(&format!("{kind}.copy_at_hand")) {
            let at_hand = run.input::<CopyInSourceInput>(step).and_then(|input| input.at_hand);
            if let Some(name) = at_hand.filter(|name| name != LATEST_AUTOMATED) {
                let gib = run.output::<SnapshotOutput>(&step.id).map(|made| u64::from(made.gib));
                let why = format!("was there, and {} travelled as a copy of it", step.resource);
                all.push(Named {
                    family,
                    name,
                    of: step,
                    why,
                    gib,
                });
            }
        }
        for verb in ["delete_source_snapshot", "delete_rekeyed_snapshot"] {
            let action = format!("{kind}.{verb}");
            let steps = run.state.plan.steps.iter().filter(|step| step.action == action);
            for step in steps.filter(|step| !run.is_done(&step.id)) {
                let made = run
                    .input::<DeleteInput>(step)
                    .and_then(|input| run.output::<SnapshotOutput>(&input.snapshot));
                if let Some(made) = made {
                    let why = format!("was made for the way; {} was left out", step.id);
                    let gib = Some(u64::from(made.gib));
                    all.push(Named {
                        family,
                        name: made.name,
                        of: step,
                        why,
                        gib,
                    });
                }
            }
        }
    }
    all
}

/// Looks at each.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    let source = world.source();
    for one in named(run) {
        let found = source.rds.snapshot(one.family, &one.name).await;
        if let Some(found) = seen.take("snapshots of databases", found)? {
            let place = (one.family == Family::Cluster, one.name);
            seen.source.db_snapshot.insert(place, found);
        }
    }
    Ok(())
}

/// Tells them. They are for people to delete: backups that were there belong to whoever made them.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for one in named(&old.run) {
        let (kind, delete) = match one.family {
            Family::Instance => ("snapshot", "delete-db-snapshot --db-snapshot-identifier"),
            Family::Cluster => (
                "cluster_snapshot",
                "delete-db-cluster-snapshot --db-cluster-snapshot-identifier",
            ),
        };
        let of = ResourceRef::new(kind, &one.name);
        let mut left = Left::new(of, format!("manual RDS snapshot: it {}", one.why), one.name.clone());
        left.size = one.gib.filter(|gib| *gib > 0).map(|gib| format!("{gib} GiB"));
        left.month = crate::database::retire::snapshot_month(old, one.gib.filter(|gib| *gib > 0));
        left.tell("as many GiB of backups as the region's databases have of storage are free");
        left.way_back(None, format!("a backup of {}, as far as it goes", one.of.resource));
        left.removal = How::Hand {
            command: format!("{} {delete} {}", old.aws("rds"), one.name),
        };
        let place = (one.family == Family::Cluster, one.name);
        if let Some(found) = old.seen.and_then(|seen| seen.source.db_snapshot.get(&place)) {
            left.was_seen(found.is_some(), Vec::new());
        }
        all.push(left);
    }
}
