//! `cleave outputs`: old beside new of everything that a run made, and where the old still stands.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::PathBuf;

use moves::outputs::{self, Output};
use moves::terraform::HandOver;
use serde_json::json;

use crate::args::OutputsArgs;
use crate::commands::rehearse::write_out;
use crate::commands::stored::{say_missing, stored_run};
use crate::error::CliError;
use crate::exit;
use crate::look_in::{Looked, look_in};

/// Shows it.
pub fn outputs(args: OutputsArgs) -> Result<u8, CliError> {
    let state = stored_run(&args.journal, args.run.as_ref())?;
    let told = outputs::outputs(&state);
    let looked = match args.look_in.as_slice() {
        [] => None,
        paths => Some(look(paths, &told)?),
    };
    let text = if args.json {
        let object = json!({
            "run": state.run, "migration": state.plan.migration, "world": state.world, "outputs": told, "looked": looked,
            "missing": HandOver::of(&state).missing(),
        });
        format!("{object}\n")
    } else if args.tfvars {
        outputs::tfvars(&told) + &as_comments(looked.as_ref())
    } else {
        markdown(&state.plan.migration, &told, looked.as_ref())
    };
    write_out(&text)?;
    say_missing(&state, &HandOver::of(&state));
    Ok(exit::DONE)
}

fn look(paths: &[PathBuf], told: &[Output]) -> Result<Looked, CliError> {
    if let Some(missing) = paths.iter().find(|path| !path.exists()) {
        return Err(CliError::before(
            exit::BLOCKED,
            "there is nothing of this name to look in",
            "Check the path: --look-in takes files and folders.",
        )
        .at(missing.display().to_string()));
    }
    let changed = outputs::changed(told);
    // A port or an identifier of a few letters stands anywhere.
    let changed: BTreeMap<String, String> = changed
        .into_iter()
        .filter(|(_, (_, output))| output.what != "port")
        .map(|(old, (new, _))| (old, new))
        .collect();
    look_in(paths, &changed).map_err(|error| {
        CliError::before(
            exit::INTERNAL,
            "the names cannot be looked for",
            "Keep the journal, and look for them by the table of `cleave outputs --md`.",
        )
        .because(&error)
    })
}

fn as_comments(looked: Option<&Looked>) -> String {
    let lines = looked.map(places).unwrap_or_default();
    let lines = lines.lines().map(|line| format!("# {line}\n"));
    lines.collect()
}

/// `file:line:column: old -> new`, one a line, and what was not read.
fn places(looked: &Looked) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    for found in &looked.found {
        let (file, line, column) = (found.file.display(), found.line, found.column);
        let _ = writeln!(text, "{file}:{line}:{column}: {} -> {}", found.old, found.new);
    }
    for skipped in &looked.skipped {
        let _ = writeln!(text, "{}: not read: {}", skipped.file.display(), skipped.why);
    }
    text
}

fn markdown(migration: &str, told: &[Output], looked: Option<&Looked>) -> String {
    let cell = |texts: &[String]| match texts {
        [] => "not told".to_owned(),
        texts => texts
            .iter()
            .map(|text| format!("`{text}`"))
            .collect::<Vec<_>>()
            .join("<br>"),
    };
    let mut text = format!("# {migration}: old and new\n\n| of | what | old | new |\n|---|---|---|---|\n");
    for output in told {
        let _ = writeln!(
            text,
            "| {} | {} | {} | {} |",
            output.of,
            output.what,
            cell(&output.old),
            cell(&output.new)
        );
    }
    if told.is_empty() {
        text.push_str("\nThe run has made nothing yet.\n");
    }
    let Some(looked) = looked else { return text };
    let _ = write!(text, "\n## Where the old still stands\n\n");
    if looked.found.is_empty() {
        let _ = writeln!(text, "In none of {} files.", looked.files);
    } else {
        text.push_str("| where | old | new |\n|---|---|---|\n");
    }
    for found in &looked.found {
        let (file, line, column) = (found.file.display(), found.line, found.column);
        let _ = writeln!(text, "| {file}:{line}:{column} | `{}` | `{}` |", found.old, found.new);
    }
    for skipped in &looked.skipped {
        let _ = write!(text, "\nNot read: {} ({})\n", skipped.file.display(), skipped.why);
    }
    text
}
