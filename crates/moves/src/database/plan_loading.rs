//! How long a restored database is slow. Its blocks come from S3 when they are first touched, and `available` says nothing of that
//! (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RestoreFromSnapshot.html>).

use model::ResourceRef;
use model::inventory::Database;

use super::spec::DatabaseSpec;
use super::words::Text;
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;

/// What gp3 reads at the least, and any other type is taken to, in MiB a second.
const BASELINE: u64 = 125;

/// How many seconds it takes at the least to read all of its storage once, at the throughput that it is known to have: S3 may be slower.
pub(super) fn seconds(database: &Database) -> u64 {
    let throughput = database
        .settings
        .storage_throughput
        .and_then(|mib| u64::try_from(mib).ok());
    u64::from(database.storage_gib) * 1024 / throughput.unwrap_or(BASELINE).max(1)
}

/// Says how long it is slow, and what can be done.
pub(super) fn note(draft: &mut Draft, resource: &ResourceRef, spec: &DatabaseSpec, database: &Database) {
    if spec.restore.is_none() {
        if spec.warm.is_some() || spec.check.is_some() {
            let says = Says::Blocks(&known::DATABASE_SETTINGS);
            draft.note(Some(resource), says, Text::NothingToAsk);
        }
        return;
    }
    let minutes = seconds(database).div_ceil(60).to_string();
    let gib = database.storage_gib.to_string();
    let text = match &spec.warm {
        Some(command) => Text::SlowUntilWarm.fill(&[&gib, &minutes, &command.run.join(" ")]),
        None => Text::Slow.fill(&[&gib, &minutes]),
    };
    draft.note(Some(resource), Says::Tells, text);
    if spec.check.is_none() {
        draft.note(Some(resource), Says::Tells, Text::NotChecked);
    }
}
