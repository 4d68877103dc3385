//! Buckets of the run's own that content of another kind passes through: made, opened and discarded with the steps of buckets.

use model::{Phase, ResourceRef, Side, StepId};

use super::change_policy::{self, Change};
use super::place::Named;
use super::titles::Title;
use super::{discard_bucket, make_bucket, tag_bucket, withdraw_grant};
use crate::draft::{Draft, DraftStep};
use crate::image::plan_steps::SPREADS_WITHIN;

pub(crate) use super::copy_in_parts::{InParts, go_on};
pub(crate) use super::place::Place;

/// Who is admitted to such a bucket by its policy, and to what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Admitted {
    /// Roles of the other account, which copy out of it.
    ToRead,
    /// A service that writes snapshots into it.
    ServiceToWrite,
    /// A service that reads snapshots from it.
    ServiceToRead,
}

/// Such a bucket, as later steps mean it.
pub(crate) fn place(side: Side, made: &StepId) -> Place {
    Place {
        side,
        bucket: Named::MadeBy(made.clone()),
        report: None,
    }
}

/// Makes one that takes ACLs, and tags it; `stays`: it outlives the run. Nothing of the resource is touched before it is there.
pub(crate) fn make(draft: &mut Draft, resource: &ResourceRef, which: &str, side: Side, stays: bool) -> StepId {
    let input = make_bucket::Input {
        stem: format!("{which}-{}", resource.name),
        name: None,
        ops: false,
        side,
        acls: true,
        stays,
    };
    let title = match side {
        Side::Target => Title::MakeInTarget,
        Side::Source | Side::Parent => Title::MakeInSource,
    };
    let step = DraftStep::new(resource, "bucket.make", side, title, input).named(&format!("make_{which}_bucket"));
    let made = draft.push(step.patience(SPREADS_WITHIN));
    let input = tag_bucket::Input {
        bucket: place(side, &made),
    };
    let title = Title::Tag;
    let step = DraftStep::new(resource, "bucket.tag", side, title, input).named(&format!("tag_{which}_bucket"));
    draft.push(step.needs([&made]).leaves_nothing());
    made
}

/// Admits principals to it by its policy. What they are admitted to ends with the bucket, unless that `stays`.
pub(crate) fn admit(
    draft: &mut Draft,
    resource: &ResourceRef,
    verb: &str,
    bucket: Place,
    (admitted, stays): (Admitted, bool),
    principals: Vec<String>,
) -> DraftStep {
    let (change, title) = match admitted {
        Admitted::ToRead => (Change::Grant, Title::LetTargetRead),
        Admitted::ServiceToWrite => (Change::TakeSnapshots, Title::LetCacheWrite),
        Admitted::ServiceToRead => (Change::GiveSnapshots, Title::LetCacheRead),
    };
    let side = bucket.side;
    // Two changes of one policy at the same moment would lose one of them.
    let limit = draft.limit(format!("policy of a bucket of {resource}"), 1);
    let input = change_policy::Input {
        bucket,
        change,
        roles: principals,
        recorded: None,
        stays,
    };
    let step = DraftStep::new(resource, "bucket.change_policy", side, title, input).named(verb);
    step.patience(SPREADS_WITHIN).limit(limit)
}

/// Takes what a step admitted out of the policy again, before the bucket goes.
pub(crate) fn withdraw(
    draft: &mut Draft,
    resource: &ResourceRef,
    verb: &str,
    bucket: Place,
    granted: &StepId,
) -> DraftStep {
    let side = bucket.side;
    let limit = draft.limit(format!("policy of a bucket of {resource}"), 1);
    let input = withdraw_grant::Input {
        bucket,
        granted: granted.clone(),
        recorded: None,
    };
    let title = Title::EndCacheWriting;
    let step = DraftStep::new(resource, "bucket.withdraw_grant", side, title, input).named(verb);
    step.patience(SPREADS_WITHIN)
        .limit(limit)
        .needs([granted])
        .leaves_nothing()
}

/// Empties and deletes it.
pub(crate) fn discard(resource: &ResourceRef, which: &str, side: Side, made: &StepId) -> DraftStep {
    let input = discard_bucket::Input {
        bucket: place(side, made),
        ops: false,
    };
    let title = match side {
        Side::Target => Title::DiscardInTarget,
        Side::Source | Side::Parent => Title::DiscardInSource,
    };
    let step = DraftStep::new(resource, "bucket.discard", side, title, input).named(&format!("discard_{which}_bucket"));
    let step = step.phase(Phase::CleanUp).needs([made]).leaves_nothing();
    step.patience(SPREADS_WITHIN).estimate(10, 60)
}
