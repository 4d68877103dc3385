//! `cleave plan`: what would be done. Reads the runbook and the inventory, and nothing else.

use journal::Journal;
use model::event::WorldKind;

use crate::args::PlanArgs;
use crate::commands::files::Written;
use crate::commands::rehearse::write_out;
use crate::commands::report::{Rendered, format_of};
use crate::durations::{self, Samples};
use crate::error::CliError;
use crate::exit;
use crate::screen::planned;

/// Shows the plan.
pub fn plan(args: PlanArgs) -> Result<u8, CliError> {
    if let Some(report) = &args.report {
        format_of(report)?;
    }
    let written = Written::read(&args.runbook, args.inventory.as_deref())?;
    let plan = written.plan()?;
    if let Some(path) = &args.report {
        let at = written.inventory.observed_at;
        Rendered {
            plan: &plan,
            events: &[],
            calls: &[],
            laws: None,
            at,
        }
        .write(path, args.language)?;
    }
    if args.timeline {
        let mut samples = Samples::default();
        for path in &args.learn_from {
            let journal = Journal::open_read_only(path).map_err(|error| CliError::journal(path, &error))?;
            let stamp = journal.stamped().map_err(|error| CliError::journal(path, &error))?;
            if stamp.is_some_and(|stamp| stamp.world == WorldKind::Rehearsal) {
                let what = "that is the journal of a rehearsal, which keeps nothing of what steps took";
                return Err(
                    CliError::before(exit::USAGE, what, "Give --learn-from the journal of a run.")
                        .at(path.display().to_string()),
                );
            }
            let taken = samples.take_in(&journal, &plan);
            taken.map_err(|error| CliError::journal(path, &error))?;
        }
        write_out(&planned::timeline(&durations::timeline(&plan, &samples), &samples))?;
    } else if args.json {
        let text = serde_json::to_string_pretty(&plan).expect("a plan has only string keys");
        write_out(&format!("{text}\n"))?;
    } else {
        write_out(&planned::text(&plan))?;
    }
    Ok(if plan.is_blocked() { exit::BLOCKED } else { exit::DONE })
}
