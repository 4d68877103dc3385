//! `cleave status --all`: every run whose journal lies in a folder, one line each. A journal that cannot be read is told, and the others are shown.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use journal::Lease;
use model::{Forecast, State};
use serde_json::{Value, json};

use crate::commands::rehearse::write_out;
use crate::commands::status::seen;
use crate::commands::wishes::now_of;
use crate::error::CliError;
use crate::exit;
use crate::screen::{lines, standing};
use crate::words::{Failed, ToDo};
use crate::world;

/// One run.
struct Row {
    journal: PathBuf,
    state: State,
    held: Option<journal::LeaseHolder>,
    forecast: Option<Forecast>,
    copy: bool,
    now: Timestamp,
}

/// A journal that tells nothing.
struct Unread {
    journal: PathBuf,
    why: String,
}

/// Shows all of them; 3 where one of them could not be read.
pub(super) fn all_runs(folder: Option<&Path>, named: &[PathBuf], as_json: bool) -> Result<u8, CliError> {
    let mut paths = named.to_vec();
    if let Some(folder) = folder {
        paths.extend(journals_in(folder)?);
    }
    paths.sort();
    paths.dedup();
    let (mut rows, mut unread) = (Vec::new(), Vec::new());
    for journal in paths {
        match row(&journal) {
            Ok(row) => rows.push(row),
            Err(error) => {
                let causes = error.causes.iter().map(|cause| format!(": {cause}"));
                let why = error.what.clone() + &causes.collect::<String>();
                unread.push(Unread { journal, why });
            }
        }
    }
    let text = if as_json {
        let runs: Vec<Value> = rows.iter().map(value).collect();
        let unread = unread
            .iter()
            .map(|unread| json!({ "journal": unread.journal, "why": unread.why }));
        format!(
            "{}\n",
            json!({ "runs": runs, "unreadable": unread.collect::<Vec<_>>() })
        )
    } else {
        text(&rows, &unread)
    };
    write_out(&text)?;
    Ok(if unread.is_empty() { exit::DONE } else { exit::BLOCKED })
}

/// Files that end in `.db`, in the folder and below it, but for databases of other programs.
fn journals_in(folder: &Path) -> Result<Vec<PathBuf>, CliError> {
    if !folder.is_dir() {
        return Err(
            CliError::before(exit::USAGE, Failed::NoSuchFolder, ToDo::NameJournalFolder)
                .at(folder.display().to_string()),
        );
    }
    let mut walk = ignore::WalkBuilder::new(folder);
    walk.standard_filters(false)
        .follow_links(false)
        .sort_by_file_path(Path::cmp);
    let files = walk.build().filter_map(Result::ok).map(ignore::DirEntry::into_path);
    Ok(files
        .filter(|path| path.extension().is_some_and(|ending| ending == "db") && path.is_file())
        .filter(|path| !is_of_another_program(path))
        .collect())
}

/// A database of SQLite's whose header names another program, or none. What is no such database may be a journal that is damaged.
fn is_of_another_program(path: &Path) -> bool {
    let mut header = [0_u8; 100];
    let read = File::open(path).and_then(|mut file| file.read_exact(&mut header));
    read.is_ok() && header.starts_with(b"SQLite format 3\0") && header[68..72] != *b"clve"
}

fn row(journal: &Path) -> Result<Row, CliError> {
    let (opened, state) = seen(journal)?;
    let refused = |error| CliError::journal(journal, &error);
    let copy = opened.copy_of(journal, &world::host()).map_err(refused)?.is_some();
    let held = Lease::is_held(journal).map_err(|error| CliError::lease(journal, &error))?;
    let held = opened.lease_holder().map_err(refused)?.filter(|_| held);
    let now = now_of(&state);
    Ok(Row {
        journal: journal.to_owned(),
        forecast: Forecast::of(&state, now),
        state,
        held,
        copy,
        now,
    })
}

impl Row {
    fn settled(&self) -> usize {
        self.state
            .steps
            .values()
            .filter(|step| step.status.is_settled())
            .count()
    }

    fn word(&self) -> &'static str {
        if self.copy {
            return "a copy";
        }
        standing::word(&self.state, self.held.is_some())
    }
}

fn value(row: &Row) -> Value {
    let state = &row.state;
    json!({
        "journal": row.journal, "run": state.run, "migration": state.plan.migration, "world": state.world, "plan": state.digest,
        "status": row.word(), "copy": row.copy, "steps": state.steps.len(), "done": row.settled(),
        "started_at": state.started_at, "last_at": state.last_at,
        "held_by": row.held.as_ref().map(|held| json!({
            "host": held.host, "pid": held.pid, "user": held.user, "since": held.since
        })),
        "expected_end": row.forecast.as_ref().map(|forecast| json!({ "likely": forecast.ends.likely, "late": forecast.ends.late })),
        "waits_for": standing::waits_for(state, row.now),
        "not_agreed": state.not_agreed(),
    })
}

fn text(rows: &[Row], unread: &[Unread]) -> String {
    if rows.is_empty() && unread.is_empty() {
        return "no journal of cleave lies here\n".to_owned();
    }
    let mut out = String::new();
    let width = |of: fn(&Row) -> usize| rows.iter().map(of).max().unwrap_or(0);
    let (migrations, words) = (
        width(|row| row.state.plan.migration.chars().count()),
        width(|row| row.word().len()),
    );
    for row in rows {
        let state = &row.state;
        let mut said = Vec::new();
        if let Some(held) = &row.held {
            said.push(format!("by {} on {} (process {})", held.user, held.host, held.pid));
        }
        if let Some(forecast) = &row.forecast {
            let ends = forecast.ends;
            said.push(format!(
                "ends {} (nine in ten by {})",
                lines::minute(ends.likely),
                lines::minute(ends.late)
            ));
        }
        let waits = standing::waits_for(state, row.now);
        if !waits.is_empty() {
            said.push(format!("waits for {}", waits.join(", ")));
        }
        if state.ended.is_some() {
            said.push(format!("since {}", lines::minute(state.last_at)));
        }
        let (migration, word) = (&state.plan.migration, row.word());
        out.push_str(&format!(
            "{migration:<migrations$}  {}  {word:<words$}  {:>4}/{:<4}  {}  [{}]\n",
            state.run,
            row.settled(),
            state.steps.len(),
            said.join("; "),
            row.journal.display()
        ));
    }
    for unread in unread {
        out.push_str(&format!("NOT READ  {}: {}\n", unread.journal.display(), unread.why));
    }
    out
}
