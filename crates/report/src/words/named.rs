//! The words for what the model names: sides, phases, statuses, classes, charges, days.

use model::cost::Charge;
use model::event::WorldKind;
use model::plan::Weight;
use model::state::StepStatus;
use model::{FailureClass, Phase, Side, Undo};

use super::Text;

/// The word for a side.
pub(crate) fn side(side: Side) -> Text {
    match side {
        Side::Source => Text::Source,
        Side::Target => Text::Target,
        Side::Parent => Text::Parent,
    }
}

/// The word for a phase.
pub(crate) fn phase(phase: Phase) -> Text {
    match phase {
        Phase::Prepare => Text::Prepare,
        Phase::Freeze => Text::Freeze,
        Phase::Cutover => Text::Cutover,
        Phase::Settle => Text::Settle,
        Phase::CleanUp => Text::CleanUp,
    }
}

/// The words for a kind of undo.
pub(crate) fn undo(undo: &Undo) -> Text {
    match undo {
        Undo::Auto => Text::UndoAuto,
        Undo::Nothing => Text::UndoNothing,
        Undo::Manual { .. } => Text::UndoManual,
        Undo::None { .. } => Text::UndoNone,
    }
}

/// The word for a step's status.
pub(crate) fn status(status: &StepStatus) -> Text {
    match status {
        StepStatus::Waiting => Text::Waiting,
        StepStatus::Intended => Text::Beginning,
        StepStatus::Watching => Text::StepUnderWay,
        StepStatus::Refused => Text::Retrying,
        StepStatus::Seen => Text::Verifying,
        StepStatus::Done => Text::Done,
        StepStatus::Skipped => Text::Skipped,
        StepStatus::Stopped { .. } => Text::StoppedStatus,
        StepStatus::Undoing => Text::UndoingStatus,
        StepStatus::Undone => Text::Undone,
    }
}

/// The word for a class of failures.
pub(crate) fn class(class: FailureClass) -> Text {
    match class {
        FailureClass::Throttled => Text::Throttled,
        FailureClass::Unavailable => Text::Unavailable,
        FailureClass::NoAnswer => Text::NoAnswer,
        FailureClass::CredentialsExpired => Text::CredentialsExpired,
        FailureClass::Denied => Text::Denied,
        FailureClass::NotFound => Text::NotFound,
        FailureClass::AlreadyExists => Text::AlreadyExists,
        FailureClass::WrongState => Text::WrongState,
        FailureClass::Quota => Text::Quota,
        FailureClass::Invalid => Text::Invalid,
        FailureClass::Unexpected => Text::Unexpected,
    }
}

/// The heading over notes of a weight.
pub(crate) fn weight(weight: Weight) -> Text {
    match weight {
        Weight::Blocks => Text::Blocking,
        Weight::Warns => Text::Warnings,
        Weight::Tells => Text::Information,
    }
}

/// The word for what is charged for.
pub(crate) fn charge(charge: Charge) -> Text {
    match charge {
        Charge::Listing => Text::ChargeListing,
        Charge::ListingForProof => Text::ChargeListingForProof,
        Charge::InventoryReports => Text::ChargeInventoryReports,
        Charge::AnswersOut => Text::ChargeAnswersOut,
        Charge::Copying => Text::ChargeCopying,
        Charge::CopyingInParts => Text::ChargeCopyingInParts,
        Charge::Replicating => Text::ChargeReplicating,
        Charge::Retrieving => Text::ChargeRetrieving,
        Charge::Jobs => Text::ChargeJobs,
        Charge::JobObjects => Text::ChargeJobObjects,
        Charge::JobManifests => Text::ChargeJobManifests,
        Charge::RestoreRequests => Text::ChargeRestoreRequests,
        Charge::Restoring => Text::ChargeRestoring,
        Charge::RestoredCopies => Text::ChargeRestoredCopies,
        Charge::Questions => Text::ChargeQuestions,
        Charge::QuestionsForProof => Text::ChargeQuestionsForProof,
        Charge::Reading => Text::ChargeReading,
        Charge::ChecksumJobs => Text::ChargeChecksumJobs,
        Charge::ChecksumObjects => Text::ChargeChecksumObjects,
        Charge::Checksums => Text::ChargeChecksums,
        Charge::Athena => Text::ChargeAthena,
        Charge::KeyRequests => Text::ChargeKeyRequests,
        Charge::InterimStorage => Text::ChargeInterimStorage,
        Charge::Snapshots => Text::ChargeSnapshots,
        Charge::EarlyDeletion => Text::ChargeEarlyDeletion,
        Charge::Deleting => Text::ChargeDeleting,
    }
}

/// The stamp of a world, and what it means; none: the report of a plan.
pub(crate) fn stamp(world: Option<WorldKind>) -> (Text, Text, Text) {
    match world {
        None => (Text::PlanReport, Text::PlanStamp, Text::PlanStampMeans),
        Some(WorldKind::Live) => (Text::LiveReport, Text::LiveStamp, Text::LiveStampMeans),
        Some(WorldKind::Rehearsal) => (Text::RehearsalReport, Text::RehearsalStamp, Text::RehearsalStampMeans),
        Some(WorldKind::Endpoint) => (Text::EndpointReport, Text::EndpointStamp, Text::EndpointStampMeans),
    }
}

/// The name of a day, 1 being Monday.
pub(crate) fn weekday(day: i8) -> Option<Text> {
    let days = [
        Text::Monday,
        Text::Tuesday,
        Text::Wednesday,
        Text::Thursday,
        Text::Friday,
        Text::Saturday,
        Text::Sunday,
    ];
    days.get(usize::try_from(day).ok()?.checked_sub(1)?).copied()
}
