//! `cleave explain`: what a check looks at, why, the way out, and what it does not see.

use std::fmt::Write as _;

use moves::check::{Explained, explained, groups};
use serde_json::json;

use crate::args::ExplainArgs;
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};

/// Explains one check, or lists all.
pub fn explain(args: &ExplainArgs) -> Result<u8, CliError> {
    let text = match &args.id {
        Some(id) => {
            let check = explained(id).ok_or_else(|| {
                CliError::before(exit::USAGE, Failed::NoSuchCheck, ToDo::ListChecks)
                    .at(id)
                    .type_this("cleave explain")
            })?;
            if args.json {
                format!("{}\n", json!(check))
            } else {
                one(check)
            }
        }
        None if args.json => {
            let all: Vec<&Explained> = groups().into_iter().flat_map(|(_, checks)| checks).collect();
            format!("{}\n", json!(all))
        }
        None => all(),
    };
    write_out(&text)?;
    Ok(exit::DONE)
}

fn one(check: &Explained) -> String {
    format!(
        "# {}\n\n{}\n\nWhy: {}\n\nThe way out: {}\n\nLimits: {}\n",
        check.id, check.title, check.why, check.way_out, check.limits
    )
}

fn all() -> String {
    let groups = groups();
    let checks = || groups.iter().flat_map(|(_, checks)| checks.iter());
    let width = checks().map(|check| check.id.len()).max().unwrap_or(0);
    let mut text = String::new();
    // Writing to a String cannot fail.
    for (title, checks) in &groups {
        let _ = write!(text, "{}# {title}\n\n", if text.is_empty() { "" } else { "\n" });
        for check in *checks {
            let _ = writeln!(text, "{:width$}  {}", check.id, check.title);
        }
    }
    text
}
