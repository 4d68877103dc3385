//! Makes, opens and stamps a journal.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::time::Duration;

use jiff::Timestamp;
use model::State;
use model::event::WorldKind;
use rusqlite::{Connection, OpenFlags, OptionalExtension as _, Transaction, TransactionBehavior};

use crate::error::JournalError;
use crate::file_check::{self, Found};
use crate::snapshot;

/// The newest format that this program knows, and the one that it writes.
pub const FORMAT: u32 = 1;

pub(crate) const SCHEMA: &str = include_str!("../../../migrations.db.sql");
pub(crate) const APPLICATION_ID: u32 = 0x636C_7665;

/// Far longer than any transaction of ours takes; a second process that waits this long meets something stuck.
pub(crate) const BUSY_TIMEOUT: Duration = Duration::from_secs(30);

/// The journal of one run.
#[derive(Debug)]
pub struct Journal {
    pub(crate) connection: Connection,
    access: Access,
    crash: CrashSwitch,
    /// After so many events the folded state is written beside them; 0: never.
    pub(crate) snapshot_every: u64,
}

/// What may be done with it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Access {
    Write,
    Read,
    /// Only reading, and with care: the file's format is this, later than ours.
    ReadNewer(u32),
}

/// Simulates that the process dies, at an exact place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum CrashSwitch {
    Off,
    /// This many more events can be committed; what would exceed them is refused.
    Before(u64),
    /// The commit that brings this many more events takes place, and its caller hears nothing of it.
    Upon(u64),
    /// The same of the commits of listings.
    UponListing(u64),
    Dead,
}

/// What a journal says about itself, once.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// When it was made, by the world's clock.
    pub created_at: Timestamp,
    /// The host on which it was made. Never exported.
    pub host: String,
    /// Where its run takes place: a rehearsal's journal is refused by `run`.
    pub world: WorldKind,
}

impl Journal {
    /// Makes a new, empty journal where no file is yet. It appears whole or not at all: a crash leaves no half-made journal that
    /// the next start would have to judge.
    pub fn create(path: &Path) -> Result<Self, JournalError> {
        publish(path, |unpublished| {
            let connection = Connection::open_with_flags(
                unpublished,
                OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_CREATE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
            )?;
            connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{SCHEMA}\nCOMMIT;"))?;
            let mode: String = connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get(0))?;
            if mode != "wal" {
                return Err(JournalError::corrupt(format!(
                    "this file system does not allow WAL mode (SQLite chose {mode})"
                )));
            }
            connection.close().map_err(|(_, source)| JournalError::from(source))
        })?;
        Self::open(path)
    }

    /// Makes a journal that lives as long as the value: for rehearsals that nobody keeps.
    pub fn in_memory() -> Result<Self, JournalError> {
        let connection = Connection::open_in_memory()?;
        connection.execute_batch(&format!("BEGIN IMMEDIATE;\n{SCHEMA}\nCOMMIT;"))?;
        prepare(&connection)?;
        Ok(Self {
            connection,
            access: Access::Write,
            crash: CrashSwitch::Off,
            // Nobody looks into it from elsewhere.
            snapshot_every: 0,
        })
    }

    /// Opens an existing journal, to go on with its run or to put something into its inbox. Everything is checked first; a file
    /// that is refused is left as it was.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let path = real_path(path)?;
        match file_check::check(&path)? {
            Found::Known => {}
            Found::Newer(found) => return Err(JournalError::Newer { found, known: FORMAT }),
        }
        let connection = Connection::open_with_flags(
            &path,
            OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX,
        )?;
        prepare(&connection)?;
        Ok(Self {
            connection,
            access: Access::Write,
            crash: CrashSwitch::Off,
            snapshot_every: snapshot::EVERY,
        })
    }

    /// Opens an existing journal to look at it, also while its run is under way and also when a later program wrote it. Nothing is
    /// written, not even beside the file. It shows the journal as it is now: who wants to follow a run opens it again.
    pub fn open_read_only(path: &Path) -> Result<Self, JournalError> {
        let path = real_path(path)?;
        let access = match file_check::check(&path)? {
            Found::Known => Access::Read,
            Found::Newer(found) => Access::ReadNewer(found),
        };
        let connection = file_check::connect_reading(&path)?;
        Ok(Self {
            connection,
            access,
            crash: CrashSwitch::Off,
            snapshot_every: 0,
        })
    }

    /// The run as it stands, told at a glance: from the folded state that was last written beside the events, and the events behind it. What
    /// went before is not read, so that this takes no longer for a million events than for a few thousand; who acts upon a journal
    /// [loads](Self::load) it and has everything proved. None where there is no such state, or anything is not as it should be: then
    /// the slow way tells what.
    pub fn glance(path: &Path) -> Option<(Self, State)> {
        let path = real_path(path).ok()?;
        let connection = file_check::connect_unproved(&path).ok()?;
        let journal = Self {
            connection,
            access: Access::Read,
            crash: CrashSwitch::Off,
            snapshot_every: 0,
        };
        let state = snapshot::glance(&journal.connection).ok()??;
        Some((journal, state))
    }

    /// The file's format, where that is later than the one this program knows.
    pub fn newer_format(&self) -> Option<u32> {
        match self.access {
            Access::ReadNewer(found) => Some(found),
            Access::Write | Access::Read => None,
        }
    }

    /// Says what the journal is. The same may be said again: after a crash it is.
    pub fn stamp(&mut self, stamp: &Stamp) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        let Stamp {
            created_at,
            host,
            world,
        } = stamp;
        match read_stamp(&transaction)? {
            Some(found) if found.world == *world && found.host == *host => return Ok(()),
            Some(_) => return Err(JournalError::Stamped),
            None => {}
        }
        let values = [
            ("created_at", created_at.to_string()),
            ("host", host.clone()),
            ("world", name_of(*world).to_owned()),
        ];
        for (name, value) in values {
            transaction.execute("INSERT INTO meta (name, value) VALUES (?1, ?2)", (name, value))?;
        }
        Ok(transaction.commit()?)
    }

    /// What the journal says that it is; none before [`stamp`](Self::stamp).
    pub fn stamped(&self) -> Result<Option<Stamp>, JournalError> {
        read_stamp(&self.connection)
    }

    /// From here, `n` more events can be committed; then every append answers [`JournalError::CrashSwitch`], as if the process had
    /// died after that commit *and before the next*: what the engine does in between still takes place. Events that are appended
    /// together are committed together or not at all.
    pub fn fail_after(&mut self, n: u64) {
        self.crash = CrashSwitch::Before(n);
    }

    /// Like [`fail_after`](Self::fail_after), but the append that commits the `n`th event itself answers
    /// [`JournalError::CrashSwitch`]: the process died *right upon* that commit, and nothing of what would have followed takes place.
    pub fn fail_upon(&mut self, n: u64) {
        self.crash = CrashSwitch::Upon(n);
    }

    /// Like [`fail_upon`](Self::fail_upon), of the `n`th commit of a bucket's listing.
    pub fn fail_upon_listing(&mut self, n: u64) {
        self.crash = CrashSwitch::UponListing(n);
    }

    /// A transaction for writing. It takes the write lock at once: one that began by reading could fail later, half done.
    pub(crate) fn begin(&mut self) -> Result<Transaction<'_>, JournalError> {
        self.writable()?;
        Ok(self
            .connection
            .transaction_with_behavior(TransactionBehavior::Immediate)?)
    }

    fn writable(&self) -> Result<(), JournalError> {
        match (self.access, self.crash) {
            (Access::Read | Access::ReadNewer(_), _) => Err(JournalError::ReadOnly),
            (Access::Write, CrashSwitch::Dead) => Err(JournalError::CrashSwitch),
            (Access::Write, _) => Ok(()),
        }
    }

    /// Before so many events are committed.
    pub(crate) fn before_commit(&mut self, events: u64) -> Result<(), JournalError> {
        self.writable()?;
        match self.crash {
            CrashSwitch::Before(left) if events > left => {
                self.crash = CrashSwitch::Dead;
                Err(JournalError::CrashSwitch)
            }
            _ => Ok(()),
        }
    }

    /// After so many events were committed.
    pub(crate) fn after_commit(&mut self, events: u64) -> Result<(), JournalError> {
        match self.crash {
            CrashSwitch::Before(left) => self.crash = CrashSwitch::Before(left - events),
            CrashSwitch::Upon(left) if events < left => self.crash = CrashSwitch::Upon(left - events),
            CrashSwitch::Upon(_) => {
                self.crash = CrashSwitch::Dead;
                return Err(JournalError::CrashSwitch);
            }
            CrashSwitch::Off | CrashSwitch::UponListing(_) | CrashSwitch::Dead => {}
        }
        Ok(())
    }

    /// After where a listing stands was committed.
    pub(crate) fn after_listing(&mut self) -> Result<(), JournalError> {
        match self.crash {
            CrashSwitch::UponListing(left) if left > 1 => self.crash = CrashSwitch::UponListing(left - 1),
            CrashSwitch::UponListing(_) => {
                self.crash = CrashSwitch::Dead;
                return Err(JournalError::CrashSwitch);
            }
            CrashSwitch::Off | CrashSwitch::Before(_) | CrashSwitch::Upon(_) | CrashSwitch::Dead => {}
        }
        Ok(())
    }
}

/// A connection's own settings; WAL mode is the file's.
fn prepare(connection: &Connection) -> Result<(), JournalError> {
    connection.busy_timeout(BUSY_TIMEOUT)?;
    // In WAL mode anything less may lose the last commits when the power goes: an intent that was acted upon, for example.
    connection.pragma_update(None, "synchronous", "FULL")?;
    connection.pragma_update(None, "foreign_keys", true)?;
    // Otherwise INSERT OR REPLACE would delete without asking the triggers that forbid it.
    connection.pragma_update(None, "recursive_triggers", true)?;
    // A damaged file cannot make SQLite run functions with effects.
    connection.pragma_update(None, "trusted_schema", false)?;
    Ok(())
}

/// SQLite keeps the log beside the file that a symbolic link points to; so must everything here.
pub(crate) fn real_path(path: &Path) -> Result<PathBuf, JournalError> {
    match path.canonicalize() {
        Ok(path) => Ok(path),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            Err(JournalError::Missing { path: path.to_owned() })
        }
        Err(error) => Err(JournalError::io("find", path)(error)),
    }
}

/// Lets `make` write a file under another name, and gives it its own only when it is whole and on the disk.
pub(crate) fn publish(path: &Path, make: impl FnOnce(&Path) -> Result<(), JournalError>) -> Result<(), JournalError> {
    let io = JournalError::io;
    if path.symlink_metadata().is_ok() {
        return Err(JournalError::Exists { path: path.to_owned() });
    }
    let mut name = path.as_os_str().to_owned();
    // Two processes may do this at once, and each must have a name of its own.
    name.push(format!(".{}.unfinished", std::process::id()));
    let unpublished = PathBuf::from(name);
    let discard = || {
        // It may not be there; and what is left over of it harms nothing.
        let _ = std::fs::remove_file(&unpublished);
    };
    discard();
    let published = make(&unpublished).and_then(|()| {
        File::open(&unpublished)
            .and_then(|file| file.sync_all())
            .map_err(io("write", &unpublished))?;
        // Unlike a rename, a link never replaces what another process has put there meanwhile.
        std::fs::hard_link(&unpublished, path).map_err(|error| match error.kind() {
            std::io::ErrorKind::AlreadyExists => JournalError::Exists { path: path.to_owned() },
            _ => io("name", path)(error),
        })
    });
    discard();
    published?;
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        Some(_) | None => Path::new("."),
    };
    File::open(folder)
        .and_then(|folder| folder.sync_all())
        .map_err(io("write", folder))
}

pub(crate) fn read_stamp(connection: &Connection) -> Result<Option<Stamp>, JournalError> {
    let value = |name: &str| -> Result<Option<String>, JournalError> {
        Ok(connection
            .query_row("SELECT value FROM meta WHERE name = ?1", [name], |row| row.get(0))
            .optional()?)
    };
    match (value("created_at")?, value("host")?, value("world")?) {
        (None, None, None) => Ok(None),
        (Some(created_at), Some(host), Some(world)) => Ok(Some(Stamp {
            created_at: parse_time(&created_at)?,
            host,
            world: world_of(&world)?,
        })),
        _ => Err(JournalError::corrupt("its stamp is incomplete")),
    }
}

pub(crate) fn parse_time(text: &str) -> Result<Timestamp, JournalError> {
    text.parse()
        .map_err(|error| JournalError::corrupt(format!("{text:?} is not a time: {error}")))
}

pub(crate) fn name_of(world: WorldKind) -> &'static str {
    match world {
        WorldKind::Live => "live",
        WorldKind::Rehearsal => "rehearsal",
        WorldKind::Endpoint => "endpoint",
    }
}

pub(crate) fn world_of(name: &str) -> Result<WorldKind, JournalError> {
    match name {
        "live" => Ok(WorldKind::Live),
        "rehearsal" => Ok(WorldKind::Rehearsal),
        "endpoint" => Ok(WorldKind::Endpoint),
        other => Err(JournalError::corrupt(format!("it says that its world is {other:?}"))),
    }
}

#[cfg(test)]
#[path = "open_tests.rs"]
mod tests;
