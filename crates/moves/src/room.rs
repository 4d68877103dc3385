//! Whether there is room in the target for what moves: instances and clusters, and in both accounts for the snapshots of clusters. Said before
//! anything starts, and not at night by a refusal. The snapshots of instances are counted beside the databases.

use model::inventory::{RegionInventory, SnapshotSlots};
use model::plan::Weight;
use model::{Side, StepSpec};

use crate::draft::Draft;

/// Blocks where there is no room for the whole runbook.
pub(crate) fn check(draft: &mut Draft) {
    let count = |draft: &Draft, wanted: &dyn Fn(&&StepSpec) -> bool| {
        u32::try_from(draft.steps.iter().filter(wanted).count()).unwrap_or(u32::MAX)
    };
    let instances = count(draft, &|step| {
        matches!(
            step.action.as_str(),
            "database.restore_instance" | "cluster.create_member"
        )
    });
    let clusters = count(draft, &|step| {
        matches!(
            step.action.as_str(),
            "cluster.restore_cluster" | "cluster.clone_cluster"
        )
    });
    let snapshots = |side: Side| {
        move |step: &&StepSpec| {
            let makes = [
                "cluster.create_snapshot",
                "cluster.copy_at_hand",
                "cluster.rekey_snapshot",
                "cluster.copy_to_target",
            ];
            step.side == side && makes.contains(&step.action.as_str())
        }
    };
    let of_source = count(draft, &snapshots(Side::Source));
    let of_target = count(draft, &snapshots(Side::Target));
    type Slots = fn(&RegionInventory) -> Option<SnapshotSlots>;
    let wanted: [(Side, &str, u32, Slots); 4] = [
        (Side::Target, "DB instances", instances, |region| region.instance_slots),
        (Side::Target, "DB clusters", clusters, |region| region.cluster_slots),
        (Side::Source, "manual snapshots of clusters", of_source, |region| {
            region.manual_cluster_snapshots
        }),
        (Side::Target, "manual snapshots of clusters", of_target, |region| {
            region.manual_cluster_snapshots
        }),
    ];
    for (side, what, needed, slots) in wanted {
        let Some(SnapshotSlots { used, quota }) = draft.regional(side).and_then(slots) else {
            continue;
        };
        if needed > 0 && used.saturating_add(needed) > quota {
            let text = format!(
                "account {} has {used} {what} of the {quota} that RDS admits, and this runbook needs {needed} more: have the quota raised \
                 (Service Quotas, rds), or delete what nobody needs",
                draft.account(side)
            );
            draft.note(None, Weight::Blocks, text);
        }
    }
}
