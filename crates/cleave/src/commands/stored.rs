//! A run as its journal holds it, for commands that only look.

use std::io::Write as _;
use std::path::Path;

use journal::Journal;
use model::{RunId, State};
use moves::terraform::HandOver;

use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};

/// The state of the run in a journal; refused where another run is asked for.
pub fn stored_run(path: &Path, run: Option<&RunId>) -> Result<State, CliError> {
    let refused = |error| CliError::journal(path, &error);
    let journal = Journal::open_read_only(path).map_err(refused)?;
    let events = journal.load().map_err(refused)?;
    let state = State::fold(&events).map_err(|error| CliError::engine(path, &error.into()))?;
    let state = state.ok_or_else(|| CliError::no_run(path))?;
    match run.filter(|run| **run != state.run) {
        None => Ok(state),
        Some(run) => Err(CliError::before(
            exit::BLOCKED,
            Failed::OtherRun.fill(&[state.run.as_str(), run.as_str()]),
            ToDo::JournalOfThatRun,
        )
        .at(path.display().to_string())),
    }
}

/// Says on stderr what the plan makes and the run has not made, or not yet. A terminal that is gone cannot be told.
pub fn say_missing(state: &State, over: &HandOver) {
    if over.missing().is_empty() {
        return;
    }
    let mut errors = std::io::stderr().lock();
    let _ = writeln!(errors, "run {} has not made everything; not written:", state.run);
    for line in over.missing() {
        let _ = writeln!(errors, "  {line}");
    }
}
