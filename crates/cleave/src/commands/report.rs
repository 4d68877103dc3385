//! `cleave report`, and the writing of reports for other commands.

use std::path::Path;

use jiff::Timestamp;
use journal::Journal;
use model::{CallRecord, Plan, Recorded, State};
use moves::words::{in_japanese, question_in_japanese};
use report::{CallSummary, Format, MorningForm, RehearsedBefore, Renamed, ReportInput};

use crate::args::{self, ReportArgs};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::words;
use crate::words::{Failed, ToDo};

/// What a report is made from.
pub struct Rendered<'a> {
    /// The plan.
    pub plan: &'a Plan,
    /// The events; none for a plan.
    pub events: &'a [Recorded],
    /// The AWS calls.
    pub calls: &'a [CallRecord],
    /// Broken laws, where laws were watched.
    pub laws: Option<&'a [String]>,
    /// The rehearsals that it rests on.
    pub rehearsed: Option<&'a RehearsedBefore>,
    /// When it is made, by the world's clock.
    pub at: Timestamp,
}

impl Rendered<'_> {
    /// Writes the report in the format that the file's ending names.
    pub fn write(&self, path: &Path, language: Option<args::Language>) -> Result<(), CliError> {
        let format = format_of(path)?;
        let language = language_of(language);
        let hash = (!self.events.is_empty()).then(|| journal::last_hash(self.events));
        write(path, report::render(&self.input(hash.as_deref()), format, language))
    }

    fn input<'i>(&'i self, journal_hash: Option<&'i str>) -> ReportInput<'i> {
        ReportInput {
            plan: self.plan,
            events: self.events,
            calls: (!self.calls.is_empty()).then(|| CallSummary::of(self.calls)),
            laws: self.laws,
            rehearsed: self.rehearsed,
            journal_hash,
            generated_at: self.at,
            in_japanese,
            question_in_japanese,
        }
    }
}

fn language_of(asked: Option<args::Language>) -> report::Language {
    match asked.unwrap_or_else(words::chosen) {
        args::Language::En => report::Language::En,
        args::Language::Ja => report::Language::Ja,
    }
}

fn write(path: &Path, text: String) -> Result<(), CliError> {
    std::fs::write(path, text).map_err(|error| {
        CliError::before(exit::BLOCKED, Failed::ReportUnwritten, ToDo::CheckPath)
            .at(path.display().to_string())
            .because(&error)
    })
}

/// The morning page, in the form that the file's ending names; without a file the text is printed.
fn morning(rendered: &Rendered<'_>, state: &State, args: &ReportArgs) -> Result<u8, CliError> {
    let form = match args
        .out
        .as_deref()
        .map(|out| out.extension().and_then(|ending| ending.to_str()))
    {
        None | Some(Some("txt")) => MorningForm::Text,
        Some(Some("md")) => MorningForm::Markdown,
        Some(Some("html")) => MorningForm::Html,
        Some(_) => {
            let error = CliError::before(exit::USAGE, Failed::MorningEndings, ToDo::EndingOrNone);
            return Err(error.at(args.out.iter().map(|out| out.display().to_string()).collect::<String>()));
        }
    };
    let renamed = moves::outputs::outputs(state).into_iter().map(|output| Renamed {
        of: output.of,
        what: output.what.to_owned(),
        old: output.old,
        new: output.new,
    });
    let renamed: Vec<Renamed> = renamed.collect();
    let page = report::morning(&rendered.input(None), &renamed, form, language_of(args.language));
    match &args.out {
        Some(out) => write(out, page)?,
        None => write_out(&page)?,
    }
    Ok(exit::DONE)
}

/// The format that a file's ending names.
pub fn format_of(path: &Path) -> Result<Format, CliError> {
    match path.extension().and_then(|ending| ending.to_str()) {
        Some("html") => Ok(Format::Html),
        Some("md") => Ok(Format::Markdown),
        Some("json") => Ok(Format::Json),
        _ => Err(CliError::before(exit::USAGE, Failed::ReportEndings, ToDo::Ending).at(path.display().to_string())),
    }
}

/// Renders the run in a journal, also while it is under way, also one of a later format.
pub fn report(args: ReportArgs) -> Result<u8, CliError> {
    let refused = |error| CliError::journal(&args.journal, &error);
    let journal = Journal::open_read_only(&args.journal).map_err(refused)?;
    let events = journal.load().map_err(refused)?;
    let calls = journal.calls().map_err(refused)?;
    let state = State::fold(&events).map_err(|error| CliError::engine(&args.journal, &error.into()))?;
    let state = state.ok_or_else(|| CliError::no_run(&args.journal))?;
    let rendered = Rendered {
        plan: &state.plan,
        events: &events,
        calls: &calls,
        laws: None,
        rehearsed: None,
        at: state.last_at,
    };
    match &args.out {
        _ if args.morning => morning(&rendered, &state, &args),
        Some(out) => rendered.write(out, args.language).map(|()| exit::DONE),
        None => Err(CliError::before(exit::USAGE, Failed::ReportFile, ToDo::NameReport)),
    }
}
