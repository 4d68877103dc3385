//! What can be wrong with a journal, each with a name: a person must be told whether the file is foreign, too new, damaged, or
//! just in use.

use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a journal could not be opened, read or written.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// There is no file.
    #[error("there is no journal at {}", path.display())]
    Missing {
        /// Where it was looked for.
        path: PathBuf,
    },
    /// There is a file already: a journal is never overwritten.
    #[error("there is a file already at {}", path.display())]
    Exists {
        /// Where.
        path: PathBuf,
    },
    /// The file is something else.
    #[error("this is not a journal of cleave: {detail}")]
    NotAJournal {
        /// What it is instead.
        detail: String,
    },
    /// A later version of this program wrote it.
    #[error("the journal has format {found}, and this program knows formats up to {known}: it can only be read")]
    Newer {
        /// The file's format.
        found: u32,
        /// The newest format that this program knows.
        known: u32,
    },
    /// The end of the file is missing.
    #[error("the journal is cut off: {detail}")]
    Truncated {
        /// How that shows.
        detail: String,
    },
    /// The file is damaged.
    #[error("the journal is damaged: {detail}")]
    Corrupt {
        /// How that shows.
        detail: String,
    },
    /// An event is not the one that was written, or does not follow from the one before it.
    #[error("the journal's chain of hashes is broken at event {seq}")]
    ChainBroken {
        /// The first event that does not fit.
        seq: u64,
    },
    /// An event is missing.
    #[error("event {seq} is missing from the journal")]
    Gap {
        /// The first that is missing.
        seq: u64,
    },
    /// The last events are missing.
    #[error("the journal ends after event {found}, but says that it ends after event {said}")]
    EndsEarly {
        /// The last event that is there.
        found: u64,
        /// The last event, as `run` says.
        said: u64,
    },
    /// An event that this program does not know, in an intact file.
    #[error("event {seq} is of a kind or form that this program does not know ({kind})")]
    UnknownEvent {
        /// Which.
        seq: u64,
        /// The kind it is stored as.
        kind: String,
        /// What did not fit.
        source: serde_json::Error,
    },
    /// Someone else has added events since the caller last looked.
    #[error("the journal has moved on: it ends after event {found}, and the caller expected {expected}")]
    StaleSeq {
        /// What the caller expected.
        expected: u64,
        /// Where the journal ends.
        found: u64,
    },
    /// The journal says already what it is, and that is something else.
    #[error("the journal is stamped already, otherwise")]
    Stamped,
    /// It was opened for reading.
    #[error("the journal is open for reading only")]
    ReadOnly,
    /// There is no room for what was to be written: nothing of it is in the journal.
    #[error("the disk is full, or a quota is used up")]
    Full,
    /// The file or its folder does not allow writing.
    #[error("the journal, or the folder that it lies in, cannot be written to: {detail}")]
    NotWritable {
        /// What SQLite said.
        detail: String,
    },
    /// The disk failed.
    #[error("the disk failed: {detail}")]
    Disk {
        /// What SQLite said.
        detail: String,
    },
    /// Another process kept it locked for longer than anything of ours takes.
    #[error("the journal is locked by another process")]
    Busy,
    /// The switch that crash tests set was reached: for the caller, the process has died.
    #[error("the crash switch was reached")]
    CrashSwitch,
    /// The operating system refused.
    #[error("could not {action} {}", path.display())]
    Io {
        /// What was tried.
        action: &'static str,
        /// On which file.
        path: PathBuf,
        /// What it said.
        source: std::io::Error,
    },
    /// The export could not be written where it goes.
    #[error("could not write the export")]
    Export {
        /// What the writer said.
        source: std::io::Error,
    },
    /// SQLite refused, in a way that has no name of its own.
    #[error("SQLite refused")]
    Sqlite {
        /// What it said.
        source: rusqlite::Error,
    },
}

impl JournalError {
    pub(crate) fn corrupt(detail: impl Into<String>) -> Self {
        Self::Corrupt { detail: detail.into() }
    }

    /// For `map_err` behind a call that touches a file.
    pub(crate) fn io(action: &'static str, path: &Path) -> impl FnOnce(std::io::Error) -> Self {
        let path = path.to_owned();
        move |source| Self::Io { action, path, source }
    }
}

impl From<rusqlite::Error> for JournalError {
    /// A value of another type or a text that is not UTF-8 can only stem from damage: STRICT tables do not let them in.
    fn from(source: rusqlite::Error) -> Self {
        match &source {
            rusqlite::Error::SqliteFailure(failure, _) => match failure.code {
                ErrorCode::DatabaseCorrupt => Self::corrupt(source.to_string()),
                ErrorCode::NotADatabase => Self::NotAJournal {
                    detail: source.to_string(),
                },
                // Whoever opened it for reading was refused before.
                ErrorCode::ReadOnly | ErrorCode::CannotOpen | ErrorCode::PermissionDenied => Self::NotWritable {
                    detail: source.to_string(),
                },
                ErrorCode::DiskFull => Self::Full,
                ErrorCode::SystemIoFailure => Self::Disk {
                    detail: source.to_string(),
                },
                ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => Self::Busy,
                _ => Self::Sqlite { source },
            },
            rusqlite::Error::FromSqlConversionFailure(..)
            | rusqlite::Error::InvalidColumnType(..)
            | rusqlite::Error::IntegralValueOutOfRange(..)
            | rusqlite::Error::Utf8Error(..)
            | rusqlite::Error::QueryReturnedNoRows => Self::corrupt(source.to_string()),
            _ => Self::Sqlite { source },
        }
    }
}
