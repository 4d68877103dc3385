//! Snapshots, of an instance or of a cluster alike: taken, copied under another key, shared, copied in the target, shared no longer,
//! deleted. RDS has a family of calls for each, and refuses one for the other; the steps are the same.

mod copy_in_source;
mod copy_to_target;
mod create_snapshot;
mod delete_old;
mod delete_snapshot;
mod made_snapshot;
mod old_snapshot;
mod plan;
pub(crate) mod retire;
mod share_snapshot;
mod unshare_snapshot;
pub(crate) mod words;

use std::rc::Rc;

use aws::rds::{Family, Rds};
use engine::{Registry, Step, StepContext};
use jiff::Timestamp;
use model::{Failure, FailureClass, RUN_TAG, ResourceRef, StepId};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;
use crate::retire::proof::ProveGoes;
use crate::world::{World, action};

use copy_in_source::Input as CopyInSourceInput;
pub(crate) use copy_in_source::LATEST_AUTOMATED;
pub(crate) use copy_to_target::Input as CopyToTargetInput;
pub(crate) use create_snapshot::Input as CreateInput;
use delete_snapshot::Input as DeleteInput;
pub(crate) use plan::{BUSY_WITHIN, Leaving, Left, SPREADS_WITHIN};
pub(crate) use share_snapshot::Input as ShareInput;
use unshare_snapshot::Input as UnshareInput;

use copy_in_source::CopyInSource;
use copy_to_target::CopyToTarget;
pub(crate) use create_snapshot::CreateSnapshot;
use delete_snapshot::DeleteSnapshot;
use share_snapshot::ShareSnapshot;
use unshare_snapshot::UnshareSnapshot;
use words::Text;

/// The output of every step that makes a snapshot.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct SnapshotOutput {
    /// Its name.
    pub(crate) name: String,
    /// Its ARN.
    pub(crate) arn: String,
    /// The ARN of its key; absent when it is not encrypted.
    pub(crate) key: Option<String>,
    /// Allocated storage in GiB; of Aurora it means little.
    #[serde(default)]
    pub(crate) gib: u32,
    /// The engine.
    pub(crate) engine: String,
    /// The engine's version.
    pub(crate) engine_version: String,
    /// Storage type; empty where RDS does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) storage_type: String,
    /// IOPS, as RDS reports them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) iops: Option<i32>,
    /// MiB a second, as RDS reports them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) storage_throughput: Option<i32>,
    /// `none`, `sse-rds`, `sse-kms`; empty where RDS does not say.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub(crate) encryption_type: String,
    /// When what it holds was written, as far as RDS tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) taken_at: Option<Timestamp>,
}

/// What the steps that share and delete need of the output of the step that made it.
#[derive(Debug, Deserialize)]
struct Made {
    name: String,
    arn: String,
    #[serde(default)]
    engine: String,
}

/// One action for instances and one for clusters, of one step.
fn both<I, S>(
    registry: &mut Registry,
    world: &Rc<World>,
    names: [&'static str; 2],
    of_instances: fn(I, Rc<World>) -> S,
    of_clusters: fn(I, Rc<World>) -> S,
) where
    I: DeserializeOwned + 'static,
    S: Step + 'static,
{
    let [instance, cluster] = names;
    action(registry, world, instance, 1, of_instances);
    action(registry, world, cluster, 1, of_clusters);
}

/// The code of these actions, for both kinds.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    let prove: fn(old_snapshot::OldSnapshot, Rc<World>) -> ProveGoes<old_snapshot::OldSnapshot> = ProveGoes::new;
    action(registry, world, "snapshot.prove_copied", 1, prove);
    action(registry, world, "snapshot.delete_old", 1, delete_old::DeleteOld::new);
    both(
        registry,
        world,
        ["database.create_snapshot", "cluster.create_snapshot"],
        |input, world| CreateSnapshot::new(Family::Instance, input, world),
        |input, world| CreateSnapshot::new(Family::Cluster, input, world),
    );
    for names in [
        ["database.rekey_snapshot", "cluster.rekey_snapshot"],
        ["database.copy_at_hand", "cluster.copy_at_hand"],
    ] {
        both(
            registry,
            world,
            names,
            |input, world| CopyInSource::new(Family::Instance, input, world),
            |input, world| CopyInSource::new(Family::Cluster, input, world),
        );
    }
    both(
        registry,
        world,
        ["database.copy_to_target", "cluster.copy_to_target"],
        |input, world| CopyToTarget::new(Family::Instance, input, world),
        |input, world| CopyToTarget::new(Family::Cluster, input, world),
    );
    both(
        registry,
        world,
        ["database.share_snapshot", "cluster.share_snapshot"],
        |input, world| ShareSnapshot::new(Family::Instance, input, world),
        |input, world| ShareSnapshot::new(Family::Cluster, input, world),
    );
    both(
        registry,
        world,
        ["database.unshare_snapshot", "cluster.unshare_snapshot"],
        |input, world| UnshareSnapshot::new(Family::Instance, input, world),
        |input, world| UnshareSnapshot::new(Family::Cluster, input, world),
    );
    for names in [
        ["database.delete_rekeyed_snapshot", "cluster.delete_rekeyed_snapshot"],
        ["database.delete_source_snapshot", "cluster.delete_source_snapshot"],
        ["database.delete_target_snapshot", "cluster.delete_target_snapshot"],
    ] {
        both(
            registry,
            world,
            names,
            |input, world| DeleteSnapshot::new(Family::Instance, input, world),
            |input, world| DeleteSnapshot::new(Family::Cluster, input, world),
        );
    }
}

/// Says what travels where the run takes no snapshot of its own: what people must know before anything else.
pub(crate) fn note_at_hand(draft: &mut Draft, resource: &ResourceRef, at_hand: &str, retention_days: u32) {
    if at_hand == LATEST_AUTOMATED && retention_days == 0 {
        draft.note(
            Some(resource),
            Says::Blocks(&known::SNAPSHOT_AT_HAND),
            Text::NoAutomated,
        );
        return;
    }
    let text = match at_hand {
        LATEST_AUTOMATED => Text::AutomatedTravels.fill(&[]),
        named => Text::NamedTravels.fill(&[named]),
    };
    draft.note(Some(resource), Says::Warns(&known::SNAPSHOT_AT_HAND), text);
}

/// The accounts that a snapshot is shared with: one that is gone is shared with nobody.
async fn shared_with(family: Family, rds: &Rds, name: &str) -> Result<Vec<String>, Failure> {
    Ok(rds.snapshot_shared_with(family, name).await?.unwrap_or_default())
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
        run |= key == RUN_TAG && value == cx.run.as_str();
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
