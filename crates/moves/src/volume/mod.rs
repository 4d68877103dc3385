//! EBS volumes and snapshots that no image carries. A volume travels as a snapshot: taken, re-keyed within the source where its key is one that
//! AWS manages, shared, copied in the target under the target's own key, and made a volume of again.

mod copy_snapshot;
mod create_snapshot;
mod create_volume;
mod delete_old;
mod delete_snapshot;
mod made_snapshot;
mod old_disk;
pub(crate) mod outputs;
mod plan;
pub(crate) mod retire;
pub mod spec;
pub(crate) mod terraform;
pub(crate) mod words;

use std::rc::Rc;

use engine::Registry;
use serde::{Deserialize, Serialize};

use crate::image::change_share::{Share, Unshare};
use crate::retire::proof::ProveGoes;
use crate::world::{World, action};

pub use plan::plan;

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    let copy = copy_snapshot::CopySnapshot::new;
    action(
        registry,
        world,
        "volume.create_snapshot",
        1,
        create_snapshot::CreateSnapshot::new,
    );
    action(registry, world, "volume.rekey_snapshot", 1, copy);
    action(registry, world, "volume.share_snapshot", 1, Share::new);
    action(registry, world, "volume.copy_to_target", 1, copy);
    action(registry, world, "volume.unshare_snapshot", 1, Unshare::new);
    action(
        registry,
        world,
        "volume.create_volume",
        1,
        create_volume::CreateVolume::new,
    );
    action(
        registry,
        world,
        "volume.prove_kept",
        1,
        ProveGoes::<old_disk::OldDisk>::new,
    );
    action(registry, world, "volume.delete_old", 1, delete_old::DeleteOld::new);
    for delete in [
        "volume.delete_rekeyed_snapshot",
        "volume.delete_source_snapshot",
        "volume.delete_target_snapshot",
    ] {
        action(registry, world, delete, 1, delete_snapshot::DeleteSnapshot::new);
    }
}

/// The output of every step that makes a snapshot.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct SnapshotOutput {
    id: String,
    /// The size of its volume in GiB.
    gib: u32,
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
