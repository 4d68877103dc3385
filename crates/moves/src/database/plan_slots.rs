//! What a database's way costs meanwhile: manual snapshots, of which RDS admits so many, and full copies of its storage; and under
//! which key each of them lies.

use model::inventory::Database;
use model::{ResourceRef, StepId};

use super::words::Text;
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
    let target = draft
        .steps
        .iter()
        .find(|step| step.id == *key)
        .map(|step| step.resource.name.clone())
        .unwrap_or_default();
    let (in_source, all) = (in_source.to_string(), (copies * gib).to_string());
    let (copies, gib) = (copies.to_string(), gib.to_string());
    let text = match under {
        None => Text::CopiesUnderNoKey.fill(&[&in_source, &copies, &gib, &all, &target]),
        Some(key) => {
            let own = key.aliases.first().unwrap_or(&key.id);
            let text = if rekeyed { Text::CopiesRekeyed } else { Text::Copies };
            text.fill(&[&in_source, &copies, &gib, &all, own, &target])
        }
    };
    draft.note(Some(resource), Says::Tells, text);
}
