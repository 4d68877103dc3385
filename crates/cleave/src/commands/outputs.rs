//! `cleave outputs`: old beside new of everything that a run made, and where the old still stands.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use aho_corasick::BuildError;
use aws::Accounts;
use model::event::WorldKind;
use model::{RunId, State};
use moves::outputs::{self, Output};
use moves::terraform::HandOver;
use serde_json::json;

use crate::args::OutputsArgs;
use crate::commands::rehearse::write_out;
use crate::commands::stored::{say_missing, stored_run};
use crate::error::CliError;
use crate::exit;
use crate::look_in::{Finder, Looked, look_in};
use crate::look_in_account::{LookedThrough, look_in_account};
use crate::words::{Failed, ToDo};
use crate::world;

/// Where old values were looked for.
#[derive(Default)]
struct Places {
    files: Option<Looked>,
    accounts: Vec<LookedThrough>,
}

/// Shows it.
pub fn outputs(args: OutputsArgs) -> Result<u8, CliError> {
    let state = stored_run(&args.journal, args.run.as_ref())?;
    let told = outputs::outputs(&state);
    let places = look(&args, &state, &told)?;
    let text = if args.json {
        let object = json!({
            "run": state.run, "migration": state.plan.migration, "world": state.world, "outputs": told, "looked": places.files,
            "accounts": places.accounts, "missing": HandOver::of(&state).missing(),
        });
        format!("{object}\n")
    } else if args.tfvars {
        outputs::tfvars(&told) + &as_comments(&places)
    } else {
        markdown(&state.plan.migration, &told, &places)
    };
    write_out(&text)?;
    say_missing(&state, &HandOver::of(&state));
    Ok(exit::DONE)
}

fn look(args: &OutputsArgs, state: &State, told: &[Output]) -> Result<Places, CliError> {
    if args.look_in.is_empty() && args.look_in_account.is_empty() {
        return Ok(Places::default());
    }
    if let Some(missing) = args.look_in.iter().find(|path| !path.exists()) {
        return Err(
            CliError::before(exit::BLOCKED, Failed::NothingToLookIn, ToDo::LookInWhat)
                .at(missing.display().to_string()),
        );
    }
    let changed = outputs::changed(told);
    // A port or an identifier of a few letters stands anywhere.
    let changed: BTreeMap<String, String> = changed
        .into_iter()
        .filter(|(_, (_, output))| output.what != "port")
        .map(|(old, (new, _))| (old, new))
        .collect();
    let finder = Finder::new(&changed).map_err(|error: BuildError| {
        CliError::before(exit::INTERNAL, Failed::NotLookedFor, ToDo::LookByTable).because(&error)
    })?;
    let files = (!args.look_in.is_empty()).then(|| look_in(&args.look_in, &finder));
    let accounts = look_in_accounts(args, state, &finder)?;
    Ok(Places { files, accounts })
}

/// Enters the accounts as the run did, and only reads.
fn look_in_accounts(args: &OutputsArgs, state: &State, finder: &Finder) -> Result<Vec<LookedThrough>, CliError> {
    if args.look_in_account.is_empty() {
        return Ok(Vec::new());
    }
    let refused = |what: Failed, advice: ToDo| {
        CliError::before(exit::BLOCKED, what, advice).at(args.journal.display().to_string())
    };
    match state.world {
        WorldKind::Rehearsal => {
            return Err(refused(Failed::RehearsedAccounts, ToDo::LookWithARun));
        }
        WorldKind::Endpoint if args.world.is_none() => {
            return Err(refused(Failed::TookPlaceInOtherWorld, ToDo::NameWorld));
        }
        WorldKind::Live if args.world.is_some() => {
            return Err(refused(Failed::TookPlaceInAws, ToDo::LeaveWorldOut));
        }
        WorldKind::Live | WorldKind::Endpoint => {}
    }
    world::block_on(async {
        let region = &state.plan.region;
        let world = world::read_only(args.world, None, region, args.profile.as_deref()).await?;
        let run = RunId::new("outputs00000").expect("twelve letters and digits");
        let accounts = Accounts::enter(&world.connection, &state.plan.accounts, region, &run);
        let mut looked = Vec::new();
        let mut sides: Vec<_> = args.look_in_account.iter().map(|side| side.side()).collect();
        sides.sort();
        sides.dedup();
        for side in sides {
            let through = look_in_account(&accounts.side(side), finder).await;
            looked.push(through.map_err(|failure| {
                CliError::preflight(
                    Failed::NotLookedIn.fill(&[&side.to_string()]),
                    &failure,
                    ToDo::LetLookIn,
                )
                .type_this(&world.login_command)
            })?);
        }
        Ok(looked)
    })?
}

fn as_comments(places: &Places) -> String {
    let lines = lines(places);
    let lines = lines.lines().map(|line| format!("# {line}\n"));
    lines.collect()
}

/// `file:line:column: old -> new` and `arn, field: old -> new`, one a line, and what was not read.
fn lines(places: &Places) -> String {
    let mut text = String::new();
    // Writing to a String cannot fail.
    if let Some(looked) = &places.files {
        for found in &looked.found {
            let (file, line, column) = (found.file.display(), found.line, found.column);
            let _ = writeln!(text, "{file}:{line}:{column}: {} -> {}", found.old, found.new);
        }
        for skipped in &looked.skipped {
            let _ = writeln!(text, "{}: not read: {}", skipped.file.display(), skipped.why);
        }
    }
    for looked in &places.accounts {
        for found in &looked.found {
            let _ = writeln!(text, "{}, {}: {} -> {}", found.arn, found.field, found.old, found.new);
        }
        for unread in &looked.unread {
            let _ = writeln!(text, "account {}: not read: {unread}", looked.account);
        }
    }
    text
}

fn markdown(migration: &str, told: &[Output], places: &Places) -> String {
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
        text.push_str("\nThe run has made nothing that has a new name, as far as it is.\n");
    }
    if let Some(looked) = &places.files {
        files_section(&mut text, looked);
    }
    for looked in &places.accounts {
        account_section(&mut text, looked);
    }
    text
}

const TABLE: &str = "| where | old | new |\n|---|---|---|\n";

fn files_section(text: &mut String, looked: &Looked) {
    let _ = write!(text, "\n## Where the old still stands\n\n");
    if looked.found.is_empty() {
        let _ = writeln!(text, "In none of {} files.", looked.files);
    } else {
        text.push_str(TABLE);
    }
    for found in &looked.found {
        let (file, line, column) = (found.file.display(), found.line, found.column);
        let _ = writeln!(text, "| {file}:{line}:{column} | `{}` | `{}` |", found.old, found.new);
    }
    for skipped in &looked.skipped {
        let _ = write!(text, "\nNot read: {} ({})\n", skipped.file.display(), skipped.why);
    }
}

fn account_section(text: &mut String, looked: &LookedThrough) {
    let (side, account) = (looked.side, &looked.account);
    let _ = write!(
        text,
        "\n## Where the old still stands in the {side} account {account}\n\n"
    );
    if looked.found.is_empty() {
        let things = looked.things;
        let _ = writeln!(
            text,
            "In none of {things} task definitions, functions, parameters and launch templates."
        );
    } else {
        text.push_str(TABLE);
    }
    for found in &looked.found {
        let (arn, field) = (&found.arn, found.field.replace('|', "\\|"));
        let _ = writeln!(text, "| {arn}, {field} | `{}` | `{}` |", found.old, found.new);
    }
    for unread in &looked.unread {
        let _ = write!(text, "\nNot read: {unread}\n");
    }
}
