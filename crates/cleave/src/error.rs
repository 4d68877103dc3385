//! What a person is told when something fails: what, where, what has been changed in AWS, what to do, what to type.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

use engine::EngineError;
use journal::{JournalError, LeaseError};
use listing::manifests::FileError;
use model::Failure;

use crate::exit;

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
            _ => {
                "The journal is not touched and no fresh one is begun, because it alone knows what was changed. Put back the latest \
                 copy of it (`cleave journal backup` makes them) or keep the file and ask for help."
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

    /// The lease is held by another process.
    pub fn lease(path: &Path, error: &LeaseError) -> Self {
        match error {
            LeaseError::Journal { source } => Self::journal(path, source),
            LeaseError::HeldBy { .. } | LeaseError::Lock { .. } => Self::before(
                exit::BLOCKED,
                "this run is already being carried out",
                "Watch it from here; it needs no second process. If that process is gone, its lock is gone, too.",
            )
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
