//! A bucket listed into a folder: what `manifest` and `compare` share. A listing that was killed goes on there.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use aws::{Account, Accounts};
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use journal::{Journal, JournalError, Lease};
use listing::kept::mark_of;
use listing::{Division, KeptListing, Source, Spool, Whose, parallel};
use model::plan::AccountAccess;
use model::{AccountId, Failure, FailureClass, Region, ResourceRef, RunId, Side};

use crate::args::Reading;
use crate::commands::run;
use crate::error::CliError;
use crate::exit;
use crate::screen;
use crate::words::{Failed, ToDo};
use crate::world::{self, World};

/// A bucket of which every entry lies in a folder.
pub struct Listed {
    /// The files.
    pub spool: Spool,
    /// Its parts, in the order of their keys.
    pub order: Vec<u32>,
    /// What it took, of this process.
    pub effort: parallel::Effort,
    folder: PathBuf,
    /// Held until the files have served: nobody else lists into them meanwhile.
    _lease: Lease,
}

impl Listed {
    /// Removes the files once all that was wanted of them is done. The next command lists anew: a bucket that has been listed goes on
    /// being written to, and an old listing taken for today's would prove what is not so.
    pub fn discard(self) -> Result<(), CliError> {
        std::fs::remove_dir_all(&self.folder).map_err(|error| CliError::unwritable(&self.folder, &error))
    }
}

/// A world in which buckets are only read.
pub struct ReadOnly {
    world: World,
    region: Region,
}

impl ReadOnly {
    /// What it is made of.
    pub fn world(&self) -> &World {
        &self.world
    }
}

/// Enters it.
pub async fn enter(reading: &Reading) -> Result<ReadOnly, CliError> {
    let region = match (&reading.region, reading.endpoint_url) {
        (Some(region), _) => region.clone(),
        (None, Some(_)) => Region::new("us-east-1").expect("a region"),
        (None, None) => {
            return Err(CliError::before(exit::USAGE, Failed::NoRegion, ToDo::AddRegion));
        }
    };
    let profile = reading.profile.as_deref();
    let world = world::read_only(reading.endpoint_url, None, &region, profile).await?;
    Ok(ReadOnly { world, region })
}

/// The account that owns a bucket, entered with the credentials as they are.
pub async fn account_of(entered: &ReadOnly, owner: Option<&AccountId>) -> Result<Arc<Account>, CliError> {
    let ReadOnly { world, region } = entered;
    let own = AccountId::new("000000000000").expect("twelve digits");
    let accounts = |id: &AccountId| {
        let access = AccountAccess {
            account: id.clone(),
            role: None,
            external_id: None,
        };
        let run = RunId::new("listing00000").expect("twelve letters and digits");
        let access = [(Side::Source, access)].into();
        Accounts::enter(&world.connection, &access, region, &run)
    };
    let owner = match owner {
        Some(owner) => owner.clone(),
        None => {
            let who = accounts(&own).operator().await.map_err(|failure| {
                CliError::preflight(Failed::WhoseCredentials, &failure, ToDo::NameOwner).type_this(&world.login_command)
            })?;
            who.account
        }
    };
    Ok(accounts(&owner).side(Side::Source))
}

/// How often what has been listed is committed.
const COMMIT_EVERY: Duration = Duration::from_secs(1);

/// Lists a bucket into a folder, or goes on with what lies there.
pub async fn list(
    entered: &ReadOnly,
    account: &Account,
    bucket: &str,
    folder: &Path,
    reading: &Reading,
    concurrency: u32,
) -> Result<Listed, CliError> {
    let world = &entered.world;
    let unwritable = |error: std::io::Error| CliError::unwritable(folder, &error);
    std::fs::create_dir_all(folder).map_err(unwritable)?;
    let path = folder.join("listing.db");
    if !path.exists() {
        run::make(&path, world)?;
    }
    let lease = run::take_lease(&path, world)?;
    let refused = |error: JournalError| CliError::journal(&path, &error);
    let mut journal = Journal::open(&path).map_err(refused)?;
    let of = Whose {
        step: ResourceRef::new("bucket", bucket).step("list"),
        bucket: bucket.to_owned(),
        mark: "listed".to_owned(),
    };
    let begun = journal.stamped().map_err(refused)?.map(|stamp| stamp.created_at);
    let mut rows = journal.listing(&of.step, bucket).map_err(refused)?;
    if rows.iter().any(|row| mark_of(row) != Some(&of.mark)) {
        journal.forget_listing(&of.step, bucket).map_err(refused)?;
        rows.clear();
    }
    let keep: listing::kept::Keep<'_, CliError> = Box::new(move |parts| journal.put_listings(parts).map_err(refused));
    let (mut kept, mut division) = KeptListing::resume(folder, of, rows, keep, Box::new(unwritable))?;
    if let Some(begun) = begun.filter(|_| division.parts().any(|part| part.entries > 0)) {
        screen::warn(&format!(
            "goes on with the listing of {bucket} begun at {begun}: what was written to the bucket since may be missing. To list \
             anew, remove {}",
            folder.display()
        ));
    }
    let mut due = world.clock.after(COMMIT_EVERY);
    let bar = bar(reading, bucket);
    let mut listed: u64 = division.parts().map(|part| part.entries).sum();
    let source = Source::new(account, &account.id, bucket);
    let mut failed = None;
    let mut each = |division: &Division, number: u32, entries: Vec<model::listing::ListedEntry>| {
        listed += entries.len() as u64;
        bar.set_position(listed);
        let mut written = kept.take(number, &entries);
        if world.clock.now() >= due {
            written = written.and_then(|()| kept.commit(division));
            due = world.clock.after(COMMIT_EVERY);
        }
        written.map_err(|error| {
            let failure = stopped(&error);
            failed = Some(error);
            failure
        })
    };
    let effort = parallel::list(&source, &mut division, concurrency as usize, &mut each).await;
    bar.finish_and_clear();
    // What has come is kept, also where the rest has not.
    let committed = kept.commit(&division);
    if let Some(error) = failed {
        return Err(error);
    }
    let effort = effort.map_err(|failure| not_listed(bucket, folder, &failure))?;
    committed?;
    Ok(Listed {
        order: division.parts().map(|part| part.number).collect(),
        spool: kept.into_spool()?,
        effort,
        folder: folder.to_owned(),
        _lease: lease,
    })
}

fn not_listed(bucket: &str, folder: &Path, failure: &Failure) -> CliError {
    let advice = match failure.class {
        FailureClass::NotFound => ToDo::CheckBucket,
        FailureClass::Denied => ToDo::LetList,
        _ => ToDo::ListOn,
    };
    CliError::preflight(Failed::NotListed, failure, advice)
        .at(format!("bucket {bucket}, listed into {}", folder.display()))
}

/// How far it is, on a terminal: how many versions so far.
pub fn bar(reading: &Reading, of: &str) -> ProgressBar {
    if reading.json {
        return ProgressBar::hidden();
    }
    let style = ProgressStyle::with_template("{prefix}: {human_pos} versions, {per_sec}, {elapsed}");
    let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5)).with_prefix(of.to_owned());
    match style {
        Ok(style) => bar.with_style(style),
        Err(_) => bar,
    }
}

/// The failure by which a listing is stopped that cannot be written down.
fn stopped(error: &CliError) -> Failure {
    Failure {
        account: "-".to_owned(),
        service: "files".to_owned(),
        operation: "write".to_owned(),
        class: FailureClass::Unexpected,
        code: "[NotWritten]".to_owned(),
        message: error.what.clone(),
        request_id: None,
    }
}
