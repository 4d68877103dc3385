//! `cleave terraform`: what a run made, as files for the product team's Terraform. Reads a journal and, if asked, a state; asks AWS nothing.

use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use moves::terraform::{HandOver, SourceState};

use crate::args::TerraformArgs;
use crate::commands::rehearse::write_out;
use crate::commands::stored::{say_missing, stored_run};
use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo, Words};

/// Writes the files; what the run has not made is said on stderr and in the files.
pub fn terraform(args: TerraformArgs) -> Result<u8, CliError> {
    let state = stored_run(&args.journal, args.run.as_ref())?;
    let source = args.source_state.as_deref().map(source_state).transpose()?;
    let over = HandOver::of(&state);
    let mut files = vec![
        ("target_imports.tf", over.imports(&state)),
        ("source_removed.tf", over.removed(&state, source.as_ref())),
    ];
    if args.with_config {
        files.push(("target_resources.tf", over.resources(&state)));
    }
    std::fs::create_dir_all(&args.out).map_err(|error| CliError::unwritable(&args.out, &error))?;
    let paths: Vec<PathBuf> = files.iter().map(|(name, _)| args.out.join(name)).collect();
    // All are looked at before the first is written.
    for path in &paths {
        is_ours(path)?;
    }
    for ((_, text), path) in files.iter().zip(&paths) {
        std::fs::write(path, text).map_err(|error| CliError::unwritable(path, &error))?;
    }
    let mut said: String = paths.iter().map(|path| format!("{}\n", path.display())).collect();
    let (imports, leaving) = over.counts();
    said.push_str(&format!(
        "{imports} to import in the target, {leaving} to forget in the source\n"
    ));
    write_out(&said)?;
    say_missing(&state, &over);
    Ok(exit::DONE)
}

fn source_state(path: &Path) -> Result<SourceState, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?;
    SourceState::parse(&text).map_err(|error| {
        CliError::before(exit::BLOCKED, Failed::TerraformState, ToDo::StateAnew)
            .at(path.display().to_string())
            .because(&error)
            .type_this("terraform state pull > source.tfstate")
    })
}

/// Refuses to write over a file that is somebody's own.
fn is_ours(path: &Path) -> Result<(), CliError> {
    match std::fs::read_to_string(path) {
        Ok(text) if text.starts_with("# Written by cleave ") => Ok(()),
        Ok(_) => Err(CliError::before(exit::BLOCKED, Failed::NotOurFile, ToDo::AnotherFolder)
            .at(path.display().to_string())
            .changed(Words::NothingChanged.say())),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(()),
        Err(error) => Err(CliError::unreadable(path, &error)),
    }
}
