//! Whether AWS admits what the whole runbook makes: instances and clusters in the target, and manual snapshots in both accounts. Said before anything
//! starts, and not at night by a refusal: the code with which RDS refuses one snapshot more also means that too many copies are under way,
//! which passes; this does not.

use model::inventory::{RegionInventory, SnapshotSlots};
use model::{Region, Said, Side, StepSpec};

use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;
use crate::words::Text;

/// The verbs of the steps that make a manual snapshot.
const SNAPSHOTS: [&str; 4] = ["create_snapshot", "copy_at_hand", "rekey_snapshot", "copy_to_target"];

/// What RDS has quotas for.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Kind {
    Instances,
    Clusters,
    Snapshots,
    ClusterSnapshots,
}

impl Kind {
    /// All of them.
    pub(crate) const ALL: [Self; 4] = [Self::Instances, Self::Clusters, Self::Snapshots, Self::ClusterSnapshots];

    /// As Service Quotas calls the quota.
    pub(crate) fn quota(self) -> &'static str {
        match self {
            Self::Instances => "DB instances",
            Self::Clusters => "DB clusters",
            Self::Snapshots => "Manual DB instance snapshots",
            Self::ClusterSnapshots => "Manual DB cluster snapshots",
        }
    }

    /// How many the steps of a side make.
    pub(crate) fn needed(self, steps: &[StepSpec], side: Side) -> u64 {
        steps
            .iter()
            .filter(|step| step.side == side)
            .map(|step| self.made_by(step))
            .sum()
    }

    /// For people.
    pub(crate) fn name(self) -> Said {
        let name = match self {
            Self::Instances => Text::Instances,
            Self::Clusters => Text::Clusters,
            Self::Snapshots => Text::Snapshots,
            Self::ClusterSnapshots => Text::ClusterSnapshots,
        };
        name.into()
    }

    /// What AWS admits where nobody has asked for more, as RDS's guide has it.
    fn usual(self, region: &Region) -> u64 {
        match self {
            Self::Instances if region.as_str() == "ap-south-1" => 20,
            Self::Instances | Self::Clusters => 40,
            Self::Snapshots | Self::ClusterSnapshots => 100,
        }
    }

    /// As the inventory tells it.
    fn slots(self, region: &RegionInventory) -> Option<SnapshotSlots> {
        match self {
            Self::Instances => region.instance_slots,
            Self::Clusters => region.cluster_slots,
            Self::Snapshots => region.manual_snapshots,
            Self::ClusterSnapshots => region.manual_cluster_snapshots,
        }
    }

    /// How many a step makes.
    fn made_by(self, step: &StepSpec) -> u64 {
        let is = |kind: &str, verbs: &[&str]| u64::from(step.resource.kind == kind && verbs.contains(&step.id.verb()));
        match self {
            Self::Instances if step.action == "cluster.check_members" => {
                // A Multi-AZ cluster's are made by RDS itself.
                step.input["made_by_rds"].as_u64().unwrap_or(0)
            }
            Self::Instances => u64::from(matches!(
                step.action.as_str(),
                "database.restore_instance" | "cluster.create_member"
            )),
            Self::Clusters => is("cluster", &["restore_cluster", "clone_cluster"]),
            Self::Snapshots => is("database", &SNAPSHOTS),
            Self::ClusterSnapshots => is("cluster", &SNAPSHOTS),
        }
    }
}

/// Blocks where there is no room for all of it.
pub(crate) fn check(draft: &mut Draft) {
    for side in [Side::Source, Side::Target] {
        for kind in Kind::ALL {
            let needed = kind.needed(&draft.steps, side);
            let Some(SnapshotSlots { used, quota }) = draft.regional(side).and_then(|region| kind.slots(region)) else {
                let usual = kind.usual(draft.region());
                if needed > usual {
                    let text = Text::UsualQuota.fill(&[
                        &needed.to_string(),
                        kind.name().as_str(),
                        draft.account(side).as_str(),
                        &usual.to_string(),
                    ]);
                    draft.note(None, Says::Warns(&known::QUOTA_RDS), text);
                }
                continue;
            };
            if needed > 0 && u64::from(used) + needed > u64::from(quota) {
                let text = Text::NoQuota.fill(&[
                    draft.account(side).as_str(),
                    &used.to_string(),
                    kind.name().as_str(),
                    &quota.to_string(),
                    &needed.to_string(),
                ]);
                draft.note(None, Says::Blocks(&known::QUOTA_RDS), text);
            }
        }
    }
}
