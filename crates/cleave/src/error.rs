//! What a person is told when something fails: what, where, what has been changed in AWS, what to do, what to type.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

use engine::EngineError;
use journal::{Home, JournalError, LeaseError};
use listing::manifests::FileError;
use model::Failure;

use crate::{exit, world};

/// Every error of the command line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CliError {
    /// The exit code.
    pub code: u8,
    /// What failed, in one line.
    pub what: String,
    /// Where: file and place, or account, resource, step.
    pub place: Option<String>,
    /// Causes, outermost first.
    pub causes: Vec<String>,
    /// What has been changed in AWS so far.
    pub changed: String,
    /// What to do.
    pub advice: String,
    /// What to type.
    pub command: Option<String>,
}

/// What is said where nothing can have been changed.
pub const NOTHING_CHANGED: &str = "Nothing was changed.";

impl CliError {
    /// An error before anything was touched.
    pub fn before(code: u8, what: impl Into<String>, advice: impl Into<String>) -> Self {
        Self {
            code,
            what: what.into(),
            place: None,
            causes: Vec::new(),
            changed: NOTHING_CHANGED.to_owned(),
            advice: advice.into(),
            command: None,
        }
    }

    /// Says where.
    pub fn at(mut self, place: impl Into<String>) -> Self {
        self.place = Some(place.into());
        self
    }

    /// Says why, down the chain of sources.
    pub fn because(mut self, error: &(dyn StdError + 'static)) -> Self {
        let mut next = Some(error);
        while let Some(error) = next {
            self.causes.push(error.to_string());
            next = error.source();
        }
        self
    }

    /// Says what to type.
    pub fn type_this(mut self, command: impl Into<String>) -> Self {
        self.command = Some(command.into());
        self
    }

    /// Says what has been changed.
    pub fn changed(mut self, changed: impl Into<String>) -> Self {
        self.changed = changed.into();
        self
    }

    /// A file that cannot be read.
    pub fn unreadable(path: &Path, error: &std::io::Error) -> Self {
        Self::before(
            exit::BLOCKED,
            "a file cannot be read",
            "Check the path and its permissions.",
        )
        .at(path.display().to_string())
        .because(error)
    }

    /// A file that cannot be written. Nothing in AWS depends on it.
    pub fn unwritable(path: &Path, error: &std::io::Error) -> Self {
        Self::before(
            exit::BLOCKED,
            "a file cannot be written",
            "Check the path, its permissions and the space on the disk, then type the same command again.",
        )
        .at(path.display().to_string())
        .because(error)
    }

    /// A file of a listing or of its manifests.
    pub fn file(failed: &FileError) -> Self {
        match failed {
            FileError::Unreadable { path, error } => Self::unreadable(path, error),
            FileError::Unwritable { path, error } => Self::unwritable(path, error),
        }
    }

    /// The journal's own refusals.
    pub fn journal(path: &Path, error: &JournalError) -> Self {
        let advice = match error {
            JournalError::Newer { .. } => {
                "Use the release of cleave that wrote it, or a later one. `cleave status` and `cleave report` can still read it."
            }
            JournalError::Missing { .. } => "Check the path: the journal lies where the run was started (--journal).",
            JournalError::Exists { .. } => "Another process has just made it. Type the same command again.",
            JournalError::Full => {
                "Nothing was begun in AWS that the journal does not hold. Make room on the file system of the journal, then type the same \
                 command again: it looks at what there is and goes on."
            }
            JournalError::NotWritable { .. } => {
                "Give this user the right to write the journal and its folder (two files are made beside it), or mount the file system for \
                 writing, then type the same command again. `cleave status` and `cleave report` need no such right."
            }
            JournalError::Disk { .. } => {
                "Nothing was begun in AWS that the journal does not hold. Look what the kernel says of the disk (dmesg) and copy the journal \
                 to a sound one, then type the same command again; a copy is made the run's with `cleave journal adopt`."
            }
            JournalError::Busy => {
                "Some process has had the journal open for writing for half a minute; ours take milliseconds. Close it, for example a \
                 SQLite shell, then type the same command again."
            }
            _ => {
                "The journal is not touched and no fresh one is begun, because it alone knows what was changed. Put back the latest \
                 copy of it (`cleave journal backup` makes them), then `cleave journal adopt`; or keep the file and ask for help."
            }
        };
        Self::before(exit::BLOCKED, "the journal cannot be used", advice)
            .at(path.display().to_string())
            .because(error)
    }

    /// The journal was made, and its run has not begun.
    pub fn no_run(path: &Path) -> Self {
        Self::before(
            exit::BLOCKED,
            "the journal holds no run yet",
            "Start one: cleave run RUNBOOK",
        )
        .at(path.display().to_string())
    }

    /// The journal is a copy of the one in which the run is carried on.
    pub fn copy(path: &Path, home: &Home) -> Self {
        let (what, advice) = if home.lay_at(path) {
            (
                "another file lay in this place when the run was last carried on (a backup was put back, or the host was renamed)",
                if home.host == world::host() {
                    "Adopt it: what it does not know is looked up in AWS. `cleave status` says as of which event it is."
                        .to_owned()
                } else {
                    format!(
                        "If this host was called {} then, or the run is never carried on there again, adopt it. Else go on there.",
                        home.host
                    )
                },
            )
        } else {
            (
                "this journal is a copy, and two runs of one migration would each take the other's half-made things for its own",
                format!(
                    "Go on with {} on {}. If that one is gone, or nobody will ever run it again, say that the run goes on here. `cleave \
                     status`, `cleave report` and `cleave journal export` work on copies.",
                    home.path.display(),
                    home.host
                ),
            )
        };
        Self::before(exit::BLOCKED, what, advice)
            .at(path.display().to_string())
            .changed("By this command, nothing.")
            .type_this(format!(
                "cleave journal adopt --reason \"…\" --journal {}",
                path.display()
            ))
    }

    /// The lease is held by another process.
    pub fn lease(path: &Path, error: &LeaseError) -> Self {
        match error {
            LeaseError::Journal { source } => Self::journal(path, source),
            LeaseError::Copy { home } => Self::copy(path, home).because(error),
            LeaseError::NoCopy => Self::before(
                exit::BLOCKED,
                "there is nothing to adopt",
                "Go on with the same command as before (run, undo or retire).",
            )
            .at(path.display().to_string())
            .because(error),
            LeaseError::KnowsMore { original, .. } => Self::before(
                exit::BLOCKED,
                "the run has gone on since this copy was made",
                "Go on with that file. If it is to be given up all the same, move it away first: what it alone knows is then looked up in AWS.",
            )
            .at(path.display().to_string())
            .because(error)
            .type_this(format!("cleave status --journal {}", original.display())),
            LeaseError::Lock { .. } => Self::before(
                exit::BLOCKED,
                "nobody can be kept from carrying out this run twice",
                "Give this user the right to write the lock file and its folder, then type the same command again.",
            )
            .at(path.display().to_string())
            .because(error)
            .changed(see_status(path)),
            LeaseError::HeldBy { .. } => Self::before(
                exit::BLOCKED,
                "this run is already being carried out",
                "Watch it from here; it needs no second process. To go on here instead, have it paused (`cleave pause`) and type the same \
                 command again. When that process is gone, however it ended, its lock is gone, too.",
            )
            .changed("By this command, nothing.")
            .at(path.display().to_string())
            .because(error)
            .type_this(format!("cleave status --journal {}", path.display())),
        }
    }

    /// The engine stopped by itself.
    pub fn engine(path: &Path, error: &EngineError) -> Self {
        if let EngineError::Journal(error) = error {
            return Self::journal(path, error).changed(see_status(path));
        }
        Self::before(
            exit::INTERNAL,
            "the run cannot be carried on by this program",
            "Keep the journal. If the plan was made by another release, use that one.",
        )
        .at(path.display().to_string())
        .because(error)
        .changed(see_status(path))
    }

    /// A call of the preflight failed.
    pub fn preflight(what: impl Into<String>, failure: &Failure, advice: impl Into<String>) -> Self {
        let mut error = Self::before(exit::BLOCKED, what, advice).because(failure);
        if let Some(id) = &failure.request_id {
            error.causes.push(format!("AWS request id {id}"));
        }
        error
    }
}

fn see_status(path: &Path) -> String {
    format!(
        "See what the run has changed so far: cleave status --journal {}",
        path.display()
    )
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "error: {}", self.what)?;
        if let Some(place) = &self.place {
            writeln!(f, "  where:   {place}")?;
        }
        for cause in &self.causes {
            writeln!(f, "  because: {cause}")?;
        }
        writeln!(f, "  changed: {}", self.changed)?;
        writeln!(f, "  to do:   {}", self.advice)?;
        if let Some(command) = &self.command {
            writeln!(f, "  type:    {command}")?;
        }
        Ok(())
    }
}
