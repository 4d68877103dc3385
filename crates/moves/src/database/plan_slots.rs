//! What a database's way costs meanwhile: manual snapshots, of which RDS admits so many, and full copies of its storage; and under
//! which key each of them lies.

use model::inventory::Database;
use model::{ResourceRef, StepId};

use crate::draft::Draft;
use crate::draft::Says;
use crate::key::SourceKey;

/// Says it. Whether there is room for them all is looked at for the whole runbook ([`crate::room`]).
pub(super) fn note(
    draft: &mut Draft,
    resource: &ResourceRef,
    database: &Database,
    under: Option<&SourceKey>,
    key: &StepId,
    at_hand: bool,
) {
    let (gib, rekeyed) = (
        u64::from(database.storage_gib),
        under.is_some_and(|key| key.aws_managed),
    );
    // One that was there is copied in the source in any case, and on an AWS-managed key under another at once.
    let copies = if rekeyed || at_hand { 2 } else { 1 };
    let in_source = if rekeyed && !at_hand { 2 } else { 1 };
    let own = match under {
        None => "under no key".to_owned(),
        Some(key) => format!("under {}", key.aliases.first().unwrap_or(&key.id)),
    };
    let between = if rekeyed {
        "its copy in the source under the transport key, "
    } else {
        ""
    };
    let target = draft
        .steps
        .iter()
        .find(|step| step.id == *key)
        .map(|step| step.resource.name.clone());
    let text = format!(
        "snapshots meanwhile: {in_source} in the source, 1 in the target; full copies: {copies} of {gib} GiB, {} GiB in all. The snapshot \
         lies {own}, {between}its copy in the target under the target's {}",
        copies * gib,
        target.unwrap_or_default()
    );
    draft.note(Some(resource), Says::Tells, text);
}
