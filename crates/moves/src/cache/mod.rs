//! ElastiCache: what becomes of each cache is for people to decide, and is said in the plan. A cache that is exported travels as a snapshot:
//! written by ElastiCache into a bucket of the run's own in the source, because it writes into no other account's, copied from there into one
//! of the target, and, where the runbook says so, read by ElastiCache there into a new replication group.

mod admit_service;
mod copy_files;
mod create_group;
mod create_snapshot;
mod delete_cache;
mod delete_snapshot;
mod export_snapshot;
mod files;
mod last_snapshot;
pub(crate) mod old_cache;
pub(crate) mod outputs;
mod own_files;
mod plan;
mod plan_export;
#[cfg(test)]
mod plan_tests;
pub(crate) mod retire;
pub mod spec;
pub(crate) mod terraform;
pub(crate) mod words;

use std::rc::Rc;

use engine::Registry;

pub(crate) use plan::plan;

use crate::retire::proof::ProveGoes;
use crate::world::{World, action};

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "cache.create_snapshot",
        1,
        create_snapshot::CreateSnapshot::new,
    );
    action(
        registry,
        world,
        "cache.admit_export",
        1,
        admit_service::AdmitExport::new,
    );
    action(
        registry,
        world,
        "cache.export_snapshot",
        1,
        export_snapshot::ExportSnapshot::new,
    );
    action(registry, world, "cache.end_export", 1, admit_service::EndExport::new);
    action(registry, world, "cache.own_files", 1, own_files::OwnFiles::new);
    action(registry, world, "cache.copy_files", 1, copy_files::CopyFiles::new);
    action(
        registry,
        world,
        "cache.admit_reading",
        1,
        admit_service::AdmitReading::new,
    );
    action(registry, world, "cache.create_group", 1, create_group::CreateGroup::new);
    action(
        registry,
        world,
        "cache.delete_snapshot",
        1,
        delete_snapshot::DeleteSnapshot::new,
    );
    let prove: fn(old_cache::OldCache, Rc<World>) -> ProveGoes<old_cache::OldCache> = ProveGoes::new;
    action(registry, world, "cache.prove_replaced", 1, prove);
    action(
        registry,
        world,
        "cache.last_snapshot",
        1,
        last_snapshot::LastSnapshot::new,
    );
    action(registry, world, "cache.delete_cache", 1, delete_cache::DeleteCache::new);
}
