//! What a database's way costs meanwhile: manual snapshots, of which RDS admits so many, and full copies of its storage; and under
//! which key each of them lies.

use model::inventory::{Database, SnapshotSlots};
use model::plan::Weight;
use model::{ResourceRef, Side, StepId};

use crate::draft::Draft;
use crate::key::SourceKey;

/// Says it, and blocks where there is no room for the snapshots of the whole runbook.
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
    draft.note(Some(resource), Weight::Tells, text);
    let first = draft
        .runbook
        .databases
        .first()
        .is_some_and(|spec| spec.id == database.id);
    if first {
        check_quota(draft);
    }
}

/// RDS counts manual snapshots of instances for each account and region. The code that it refuses one more with also means that too
/// many copies are under way, which passes: this does not, so it is said before anything starts.
fn check_quota(draft: &mut Draft) {
    let moved = |id: &str| {
        let listed = draft
            .regional(Side::Source)?
            .databases
            .iter()
            .find(|one| one.id == id)?;
        Some(listed)
    };
    let databases: Vec<&Database> = draft
        .runbook
        .databases
        .iter()
        .filter_map(|spec| moved(&spec.id))
        .collect();
    let rekeyed = |one: &&&Database| {
        let managed = one.key.as_deref().is_none_or(|key| key.starts_with("alias/aws/"));
        one.encryption_type.as_deref() == Some("sse-rds") || (one.encrypted && managed)
    };
    let taken = |one: &&&Database| {
        let mut specs = draft.runbook.databases.iter();
        specs.any(|spec| spec.id == one.id && spec.snapshot.is_none())
    };
    let twice = databases.iter().filter(rekeyed).filter(taken).count();
    let needed = [(Side::Source, databases.len() + twice), (Side::Target, databases.len())];
    for (side, needed) in needed {
        let needed = u32::try_from(needed).unwrap_or(u32::MAX);
        let Some(SnapshotSlots { used, quota }) = draft.regional(side).and_then(|region| region.manual_snapshots)
        else {
            continue;
        };
        if used.saturating_add(needed) > quota {
            let account = draft.account(side);
            let text = format!(
                "account {account} has {used} of {quota} manual snapshots of instances, and this runbook needs {needed} more at once: delete \
                 some, or have AWS raise the quota (Service Quotas, RDS, \"Manual DB instance snapshots\")"
            );
            draft.note(None, Weight::Blocks, text);
        }
    }
}
