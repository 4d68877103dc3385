//! `cleave completions`: what a shell reads to complete commands, arguments and their values.

use clap::CommandFactory as _;

use crate::args::{Args, CompletionsArgs};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;

/// Prints the script for a shell.
pub fn completions(args: CompletionsArgs) -> Result<u8, CliError> {
    let mut script = Vec::new();
    clap_complete::generate(args.shell, &mut Args::command(), "cleave", &mut script);
    write_out(&String::from_utf8_lossy(&script))?;
    Ok(exit::DONE)
}
