//! How long a restored database is slow. Its blocks come from S3 when they are first touched, and `available` says nothing of that
//! (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/USER_RestoreFromSnapshot.html>).

use model::ResourceRef;
use model::inventory::Database;

use super::spec::DatabaseSpec;
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
            let text = "warm and check ask the restored database, and restore = false restores none: take them out";
            draft.note(Some(resource), Says::Blocks(&known::DATABASE_SETTINGS), text);
        }
        return;
    }
    let minutes = seconds(database).div_ceil(60);
    let gib = database.storage_gib;
    let slow = format!(
        "its blocks come from S3 on first touch: reading all {gib} GiB takes {minutes} min at the least, and until then it is slow"
    );
    let text = match &spec.warm {
        Some(command) => format!(
            "{slow}. {} reads them before its check, as a step of its own",
            command.run.join(" ")
        ),
        None => format!("{slow}. A command of your own can read them first: warm = {{ run = [\"./warm.sh\"] }}"),
    };
    draft.note(Some(resource), Says::Tells, text);
    if spec.check.is_none() {
        let text = "nothing asks it whether all of its data is there: check = { run = [\"./check.sh\"] } runs a command of your own, and what \
                    travelled is kept until that has ended well";
        draft.note(Some(resource), Says::Tells, text);
    }
}
