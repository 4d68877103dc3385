//! Who runs the journal. Two processes that ran one plan at once would each take the other's half-made things for its own.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::calls::unsigned;
use crate::error::JournalError;
use crate::file_check;
use crate::home::Home;
use crate::open::{Journal, parse_time, real_path};
use crate::snapshot;

/// Who holds a lease.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeaseHolder {
    /// The host.
    pub host: String,
    /// The process on it.
    pub pid: u32,
    /// The person who started it.
    pub user: String,
    /// Since when, by the world's clock.
    pub since: Timestamp,
}

/// The right to run a journal. It ends with this value, and with the process, however that dies: the kernel takes the lock back.
#[derive(Debug)]
pub struct Lease {
    /// Locked as long as it is open. The file itself stays: were it deleted, a second process could lock its successor while a
    /// third still waits for the first.
    _lock: File,
}

/// Why a lease was not given.
#[derive(Debug, thiserror::Error)]
pub enum LeaseError {
    /// Another process has it.
    #[error("the journal is being run by another process{}", described(.holder.as_ref()))]
    HeldBy {
        /// Who, as the journal says; absent while that process has only just begun.
        holder: Option<LeaseHolder>,
    },
    /// The file is a copy of the journal in which the run is carried on.
    #[error("the run was last carried on in another file, {} on {}", .home.path.display(), .home.host)]
    Copy {
        /// The file that is not a copy.
        home: Home,
    },
    /// The file is no copy.
    #[error("the run is carried on in this file already")]
    NoCopy,
    /// The file of which this one is a copy is there and has gone on.
    #[error("{} is there and knows more: it has {events} events, and this copy {copied} of them", original.display())]
    KnowsMore {
        /// The file that is not a copy.
        original: PathBuf,
        /// How many events it has.
        events: u64,
        /// How many the copy has.
        copied: u64,
    },
    /// The lock file could not be used.
    #[error("could not lock {}", path.display())]
    Lock {
        /// The lock file.
        path: PathBuf,
        /// What the operating system said.
        source: std::io::Error,
    },
    /// The journal itself cannot be used.
    #[error("the journal cannot be run")]
    Journal {
        /// Why.
        source: JournalError,
    },
}

impl From<JournalError> for LeaseError {
    fn from(source: JournalError) -> Self {
        Self::Journal { source }
    }
}

fn described(holder: Option<&LeaseHolder>) -> String {
    match holder {
        Some(LeaseHolder { host, pid, user, since }) => {
            format!(": {user} on {host} (process {pid}), since {since}")
        }
        None => String::new(),
    }
}

impl Lease {
    /// Takes the lease of an existing journal, or tells who has it. The journal is checked before anything is written into it.
    pub fn take(path: &Path, holder: LeaseHolder) -> Result<Self, LeaseError> {
        let path = real_path(path)?;
        let Some(lock) = try_lock(&path)? else {
            return Err(LeaseError::HeldBy {
                holder: holder_of(&path, &holder.host),
            });
        };
        let mut journal = Journal::open(&path)?;
        journal.settle_at(&path, &holder)?;
        journal.taken_by(&holder)?;
        Ok(Self { _lock: lock })
    }

    /// Whether a process holds the lease at this moment.
    pub fn is_held(path: &Path) -> Result<bool, LeaseError> {
        let path = real_path(path)?;
        let name = lock_name(&path);
        let failed = |source| LeaseError::Lock {
            path: name.clone(),
            source,
        };
        let file = match File::open(&name) {
            Ok(file) => file,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(false),
            Err(error) => return Err(failed(error)),
        };
        // Shared, so that two who ask do not take each other for the holder.
        Ok(!is_free(file.try_lock_shared()).map_err(failed)?)
    }
}

impl Journal {
    /// Who ran it last. That someone runs it now, only [`Lease::is_held`] tells.
    pub fn lease_holder(&self) -> Result<Option<LeaseHolder>, JournalError> {
        read_holder(&self.connection)
    }

    /// Says who has the lease. What those who only look rely upon begins anew with each holder: one process at most goes on with what is wrong.
    fn taken_by(&mut self, holder: &LeaseHolder) -> Result<(), JournalError> {
        let LeaseHolder { host, pid, user, since } = holder;
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT INTO lease (only, host, pid, \"user\", since) VALUES (1, ?1, ?2, ?3, ?4)
             ON CONFLICT (only) DO UPDATE SET host = excluded.host, pid = excluded.pid, \"user\" = excluded.\"user\",
                 since = excluded.since",
            (host, pid, user, since.to_string()),
        )?;
        snapshot::make_anew(&transaction)?;
        Ok(transaction.commit()?)
    }
}

fn lock_name(journal: &Path) -> PathBuf {
    let mut name = journal.as_os_str().to_owned();
    name.push(".lock");
    PathBuf::from(name)
}

/// Whether a lock was given: that another process has it is an answer, and no error.
fn is_free(tried: Result<(), TryLockError>) -> std::io::Result<bool> {
    match tried {
        Ok(()) => Ok(true),
        Err(TryLockError::WouldBlock) => Ok(false),
        Err(TryLockError::Error(error)) => Err(error),
    }
}

/// None: another process has it.
#[expect(
    clippy::disallowed_methods,
    reason = "waits a few milliseconds for another process, before any step is under way"
)]
pub(crate) fn try_lock(journal: &Path) -> Result<Option<File>, LeaseError> {
    const TRIES: u32 = 5;
    let name = lock_name(journal);
    let failed = |source| LeaseError::Lock {
        path: name.clone(),
        source,
    };
    let file = OpenOptions::new()
        .create(true)
        .truncate(false)
        .write(true)
        .open(&name)
        .map_err(failed)?;
    for _ in 0..TRIES {
        if is_free(file.try_lock()).map_err(failed)? {
            return Ok(Some(file));
        }
        // A process that only asks whether it is held has it for an instant.
        std::thread::sleep(Duration::from_millis(10));
    }
    Ok(None)
}

/// For the message only: whatever prevents reading it, the lease is held. A process of this host that is gone is not the one that holds it:
/// that one has not said yet who it is.
pub(crate) fn holder_of(path: &Path, host: &str) -> Option<LeaseHolder> {
    let said = read_holder(&file_check::connect_reading(path).ok()?).ok()??;
    let tells = Path::new("/proc/self").exists();
    let gone = said.host == host && tells && !Path::new("/proc").join(said.pid.to_string()).exists();
    (!gone).then_some(said)
}

fn read_holder(connection: &Connection) -> Result<Option<LeaseHolder>, JournalError> {
    let row = connection
        .query_row("SELECT host, pid, \"user\", since FROM lease", [], |row| {
            Ok((
                row.get(0)?,
                row.get::<_, i64>(1)?,
                row.get(2)?,
                row.get::<_, String>(3)?,
            ))
        })
        .optional()?;
    let Some((host, pid, user, since)) = row else {
        return Ok(None);
    };
    let pid = u32::try_from(unsigned(pid)?).map_err(|error| JournalError::corrupt(error.to_string()))?;
    Ok(Some(LeaseHolder {
        host,
        pid,
        user,
        since: parse_time(&since)?,
    }))
}

#[cfg(test)]
#[path = "lease_tests.rs"]
mod tests;
