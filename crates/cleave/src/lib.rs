//! The command line: arguments, the three worlds, the terminal, exit codes. The only room that may know clap, indicatif and the
//! process it runs in.

pub mod args;
pub mod carriage;
pub mod clock_set_back;
pub mod commands;
pub mod delivery;
pub mod durations;
pub mod error;
#[cfg(test)]
mod example;
pub mod exit;
pub mod look_in;
pub mod look_in_account;
pub mod notify;
pub mod preflight;
pub mod rehearsal;
pub mod screen;
pub mod words;
pub mod world;

use std::io::Write as _;
use std::process::ExitCode;

use clap::Parser as _;

use crate::args::{Args, Command};

/// Reads the arguments, carries out the command, and gives the exit code.
pub fn main() -> ExitCode {
    let args = match Args::try_parse() {
        Ok(args) => args,
        Err(error) => {
            // Printing help is no error; a terminal that is gone cannot be told so.
            let _ = error.print();
            return ExitCode::from(if error.use_stderr() { exit::USAGE } else { exit::DONE });
        }
    };
    words::choose(args.lang, world::variable);
    let done = match args.command {
        Command::Init(args) => commands::init::init(args),
        Command::Rehearse(args) => commands::rehearse::rehearse(args),
        Command::Run(args) => commands::run::run(args),
        Command::Plan(args) => commands::plan::plan(args),
        Command::Status(args) => commands::status::status(args),
        Command::Approve(args) => commands::wishes::approve(args),
        Command::Ack(args) => commands::ack::ack(args),
        Command::Pause(args) => commands::wishes::pause(args),
        Command::ExtendWindow(args) => commands::wishes::extend_window(args),
        Command::Retry(args) => commands::wishes::retry(args),
        Command::Skip(args) => commands::wishes::skip(args),
        Command::Undo(args) => commands::undo::undo(args),
        Command::Simcloud(args) => commands::simcloud::simcloud(args),
        Command::Journal(args) => commands::journal::journal(args),
        Command::Report(args) => commands::report::report(args),
        Command::Terraform(args) => commands::terraform::terraform(args),
        Command::Roles(args) => commands::roles::roles(args),
        Command::Outputs(args) => commands::outputs::outputs(args),
        Command::Check(args) => commands::check::check(args),
        Command::Explain(args) => commands::explain::explain(&args),
        Command::Discover(args) => commands::discover::discover(args),
        Command::Manifest(args) => commands::manifest::manifest(args),
        Command::Compare(args) => commands::compare::compare(args),
        Command::Retire(args) => commands::retire::retire(args),
        Command::Schema(args) => commands::schema::schema(args),
        Command::Completions(args) => commands::completions::completions(args),
        Command::Man(args) => commands::man::man(args),
    };
    match done {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            let _ = write!(std::io::stderr().lock(), "{error}");
            ExitCode::from(error.code)
        }
    }
}
