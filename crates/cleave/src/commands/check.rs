//! `cleave check`: whether the delivery flow is ready in the target, and what in the source still fires. Reads only.

use std::fmt::Write as _;

use model::Side;
use moves::delivery::look::Check;
use serde_json::json;

use crate::args::CheckArgs;
use crate::commands::files::read_runbook;
use crate::commands::rehearse::write_out;
use crate::delivery::{self, Sides};
use crate::error::CliError;
use crate::exit;
use crate::world;

/// Looks, and says what is still open.
pub fn check(args: CheckArgs) -> Result<u8, CliError> {
    let runbook = read_runbook(&args.runbook)?;
    let region = runbook.region.clone();
    let beside = args.runbook.parent().unwrap_or(std::path::Path::new(".")).to_owned();
    let files = delivery::look_in_files(&runbook, &beside)?;
    let checks = world::block_on(async {
        let world = world::read_only(args.world, None, &region, args.profile.as_deref()).await?;
        let accounts = world.accounts_of(&runbook, "check0000000");
        let sides = Sides {
            source: accounts.side(Side::Source),
            target: accounts.side(Side::Target),
        };
        delivery::look(&runbook, &sides, files).await.map_err(|failure| {
            CliError::preflight(
                "the delivery flow cannot be looked at",
                &failure,
                "Log in, or correct the roles of the runbook. What a role may not read is no such failure: it is told as not read.",
            )
            .type_this(&world.login_command)
        })
    })??;
    let open = checks.iter().flat_map(|check| &check.findings);
    let open = open.filter(|finding| finding.verdict.is_open()).count();
    let text = match args.json {
        true => format!(
            "{}\n",
            json!({ "migration": runbook.migration, "open": open, "checks": checks })
        ),
        false => shown(&runbook.migration, &checks, open),
    };
    write_out(&text)?;
    Ok(if open == 0 { exit::DONE } else { exit::BLOCKED })
}

fn shown(migration: &str, checks: &[Check], open: usize) -> String {
    let mut text = format!("# {migration}: delivery flow\n");
    // Writing to a String cannot fail.
    for check in checks {
        let _ = write!(text, "\n## {}\n\n", check.title);
        for finding in &check.findings {
            let _ = writeln!(text, "{}: {}: {}", finding.verdict.words(), finding.of, finding.what);
            if let Some(todo) = &finding.todo {
                let _ = writeln!(text, "    {todo}");
            }
            for command in &finding.commands {
                let _ = writeln!(text, "    $ {command}");
            }
        }
    }
    let _ = match open {
        0 => writeln!(text, "\nNothing is open."),
        1 => writeln!(text, "\n1 thing is open."),
        open => writeln!(text, "\n{open} things are open."),
    };
    text
}
