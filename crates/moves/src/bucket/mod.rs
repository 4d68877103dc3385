//! Buckets: moved under their own names, or copied once under a new one.
//!
//! For the own name every version is copied into an interim bucket in the target and proved equal; then, behind a gate that a person
//! opens by typing the name, the source is emptied and deleted, the name is asked for until it is won, and everything is copied back
//! and proved again. A bucket that fits the conditions may be replicated instead, and keeps version ids and dates. Under a new name the
//! first copy is the last, and the source stays, closed to writing.

mod admit_reports;
mod apply_document;
mod apply_policy;
mod archived;
mod ask_report;
mod athena_query;
mod await_name;
mod await_reports;
mod batch_job;
mod change_policy;
mod compare_reports;
mod computed;
mod copy_in_parts;
mod copy_wave;
mod counted;
mod delete_source;
mod discard_bucket;
mod documents;
mod doubts;
mod empty_source;
mod findings;
mod growing_object;
mod keep_versions;
mod listed;
mod make_bucket;
mod names;
mod note_archived;
mod observed;
pub(crate) mod outputs;
pub(crate) mod passing;
mod pause_lifecycle;
mod place;
mod plan;
mod plan_blockers;
mod plan_configuration;
mod plan_copy;
mod plan_costs;
mod plan_hand_over;
mod plan_inventories;
mod plan_new_name;
mod plan_notes;
mod plan_replication;
mod policy;
pub(crate) mod proofs;
mod prove_copy;
mod prove_kept;
mod record_configuration;
mod renaming;
mod replicate;
mod replicate_rule;
mod reported;
mod reports;
mod restore_archived;
pub(crate) mod retire;
mod settle;
pub mod spec;
mod statements;
mod survey;
mod tables;
mod tag_bucket;
pub(crate) mod terraform;
mod terraform_shapes;
pub(crate) mod titles;
mod untold;
mod wait;
mod win_name;
mod withdraw_grant;
pub(crate) mod words;
mod write_manifests;

use std::rc::Rc;

use engine::Registry;

pub(crate) use documents::calls_about;
pub use observed::{has_object_lock, observe};
pub(crate) use plan::entries;
pub use plan::{plan, plan_last};

use crate::world::{World, action};

/// Adds the actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(registry, world, "bucket.make", 1, make_bucket::MakeBucket::new);
    action(registry, world, "bucket.tag", 1, tag_bucket::TagBucket::new);
    action(
        registry,
        world,
        "bucket.keep_versions",
        1,
        keep_versions::KeepVersions::new,
    );
    action(registry, world, "bucket.wait", 1, wait::Wait::new);
    action(
        registry,
        world,
        "bucket.record_configuration",
        1,
        record_configuration::RecordConfiguration::new,
    );
    action(
        registry,
        world,
        "bucket.change_policy",
        1,
        change_policy::ChangePolicy::new,
    );
    action(
        registry,
        world,
        "bucket.pause_lifecycle",
        1,
        pause_lifecycle::PauseLifecycle::new,
    );
    action(
        registry,
        world,
        "bucket.restore_archived",
        1,
        restore_archived::RestoreArchived::new,
    );
    action(
        registry,
        world,
        "bucket.note_archived",
        1,
        note_archived::NoteArchived::new,
    );
    action(registry, world, "bucket.survey", 1, survey::Survey::new);
    action(
        registry,
        world,
        "bucket.write_manifests",
        1,
        write_manifests::WriteManifests::new,
    );
    action(registry, world, "bucket.copy_wave", 1, copy_wave::CopyWave::new);
    action(
        registry,
        world,
        "bucket.replicate_rule",
        1,
        replicate_rule::ReplicateRule::new,
    );
    action(registry, world, "bucket.replicate", 1, replicate::Replicate::new);
    action(registry, world, "bucket.end_rule", 1, replicate_rule::end::EndRule::new);
    action(registry, world, "bucket.settle", 1, settle::Settle::new);
    action(registry, world, "bucket.prove_copy", 1, prove_copy::ProveCopy::new);
    action(
        registry,
        world,
        "bucket.empty_source",
        1,
        empty_source::EmptySource::new,
    );
    action(registry, world, "bucket.prove_kept", 1, prove_kept::ProveKept::new);
    action(
        registry,
        world,
        "bucket.delete_source",
        1,
        delete_source::DeleteSource::new,
    );
    action(registry, world, "bucket.win_name", 1, win_name::WinName::new);
    action(registry, world, "bucket.await_name", 1, await_name::AwaitName::new);
    action(
        registry,
        world,
        "bucket.withdraw_grant",
        1,
        withdraw_grant::WithdrawGrant::new,
    );
    action(
        registry,
        world,
        "bucket.apply_document",
        1,
        apply_document::ApplyDocument::new,
    );
    action(
        registry,
        world,
        "bucket.apply_policy",
        1,
        apply_policy::ApplyPolicy::new,
    );
    action(registry, world, "bucket.discard", 1, discard_bucket::DiscardBucket::new);
    register_inventories(registry, world);
}

/// What has to do with S3's own lists of buckets.
fn register_inventories(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "bucket.admit_reports",
        1,
        admit_reports::AdmitReports::new,
    );
    action(registry, world, "bucket.ask_report", 1, ask_report::AskReport::new);
    action(
        registry,
        world,
        "bucket.withdraw_report",
        1,
        ask_report::WithdrawReport::new,
    );
    action(
        registry,
        world,
        "bucket.await_reports",
        1,
        await_reports::AwaitReports::new,
    );
    action(registry, world, "bucket.make_database", 1, tables::MakeDatabase::new);
    action(registry, world, "bucket.make_table", 1, tables::MakeTable::new);
    action(registry, world, "bucket.drop_database", 1, tables::DropDatabase::new);
    action(
        registry,
        world,
        "bucket.compare_reports",
        1,
        compare_reports::CompareReports::new,
    );
}
