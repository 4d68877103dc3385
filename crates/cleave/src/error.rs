//! What a person is told when something fails: what, where, what has been changed in AWS, what to do, what to type.

use std::error::Error as StdError;
use std::fmt;
use std::path::Path;

use engine::EngineError;
use journal::{Home, JournalError, LeaseError};
use listing::manifests::FileError;
use model::Failure;

use crate::words::{Advised, Failed, ToDo, Words};
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
    pub advice: Advised,
    /// What to type.
    pub command: Option<String>,
}

impl CliError {
    /// An error before anything was touched.
    pub fn before(code: u8, what: impl Into<String>, advice: impl Into<Advised>) -> Self {
        Self {
            code,
            what: what.into(),
            place: None,
            causes: Vec::new(),
            changed: Words::NothingChanged.say().to_owned(),
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
        Self::before(exit::BLOCKED, Failed::Unreadable, ToDo::CheckPath)
            .at(path.display().to_string())
            .because(error)
    }

    /// A file that cannot be written. Nothing in AWS depends on it.
    pub fn unwritable(path: &Path, error: &std::io::Error) -> Self {
        Self::before(exit::BLOCKED, Failed::Unwritable, ToDo::CheckDisk)
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
            JournalError::Newer { .. } => ToDo::JournalNewer,
            JournalError::Missing { .. } => ToDo::JournalMissing,
            JournalError::Exists { .. } => ToDo::JournalExists,
            JournalError::Full => ToDo::JournalFull,
            JournalError::NotWritable { .. } => ToDo::JournalNotWritable,
            JournalError::Disk { .. } => ToDo::JournalDisk,
            JournalError::Busy => ToDo::JournalBusy,
            _ => ToDo::JournalOther,
        };
        Self::before(exit::BLOCKED, Failed::Journal, advice)
            .at(path.display().to_string())
            .because(error)
    }

    /// The journal was made, and its run has not begun.
    pub fn no_run(path: &Path) -> Self {
        Self::before(exit::BLOCKED, Failed::NoRunYet, ToDo::StartOne).at(path.display().to_string())
    }

    /// The journal is a copy of the one in which the run is carried on.
    pub fn copy(path: &Path, home: &Home) -> Self {
        let (what, advice) = if home.lay_at(path) {
            (
                Failed::AnotherLay,
                if home.host == world::host() {
                    ToDo::AdoptHere.into()
                } else {
                    ToDo::AdoptRenamed.fill(&[&home.host])
                },
            )
        } else {
            (
                Failed::IsCopy,
                ToDo::GoOnWith.fill(&[&home.path.display().to_string(), &home.host]),
            )
        };
        Self::before(exit::BLOCKED, what, advice)
            .at(path.display().to_string())
            .changed(Words::ByThisNothing.say())
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
            LeaseError::NoCopy => Self::before(exit::BLOCKED, Failed::NothingToAdopt, ToDo::SameCommandAsBefore)
                .at(path.display().to_string())
                .because(error),
            LeaseError::KnowsMore { original, .. } => Self::before(exit::BLOCKED, Failed::GoneOn, ToDo::KnowsMore)
                .at(path.display().to_string())
                .because(error)
                .type_this(format!("cleave status --journal {}", original.display())),
            LeaseError::Lock { .. } => Self::before(exit::BLOCKED, Failed::NoLock, ToDo::LockFile)
                .at(path.display().to_string())
                .because(error)
                .changed(see_status(path)),
            LeaseError::HeldBy { .. } => Self::before(exit::BLOCKED, Failed::CarriedOut, ToDo::HeldBy)
                .changed(Words::ByThisNothing.say())
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
        Self::before(exit::INTERNAL, Failed::NotCarriedOn, ToDo::KeepTheJournal)
            .at(path.display().to_string())
            .because(error)
            .changed(see_status(path))
    }

    /// A call of the preflight failed.
    pub fn preflight(what: impl Into<String>, failure: &Failure, advice: impl Into<Advised>) -> Self {
        let mut error = Self::before(exit::BLOCKED, what, advice).because(failure);
        if let Some(id) = &failure.request_id {
            error.causes.push(format!("AWS request id {id}"));
        }
        error
    }
}

fn see_status(path: &Path) -> String {
    Words::SeeStatus.fill(&[&path.display().to_string()])
}

impl fmt::Display for CliError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", Words::Error.fill(&[&self.what]))?;
        if let Some(place) = &self.place {
            writeln!(f, "  {:<8} {place}", Words::Where.say())?;
        }
        for cause in &self.causes {
            writeln!(f, "  {:<8} {cause}", Words::Because.say())?;
        }
        writeln!(f, "  {:<8} {}", Words::Changed.say(), self.changed)?;
        writeln!(f, "  {:<8} {}", Words::ToDo.say(), self.advice)?;
        if let Some(command) = &self.command {
            writeln!(f, "  {:<8} {command}", Words::Type.say())?;
        }
        Ok(())
    }
}
