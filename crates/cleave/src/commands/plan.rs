//! `cleave plan`: what would be done. Reads what people wrote, and nothing else.

use std::path::Path;

use model::Plan;
use report::RehearsedBefore;
use serde::Deserialize;

use crate::args::PlanArgs;
use crate::commands::files::{Written, read_prices};
use crate::commands::rehearse::write_out;
use crate::commands::report::{Rendered, format_of};
use crate::durations::{self, Samples};
use crate::error::CliError;
use crate::exit;
use crate::screen::planned;
use crate::words::{Failed, ToDo};

/// Shows the plan.
pub fn plan(args: PlanArgs) -> Result<u8, CliError> {
    if let Some(report) = &args.report {
        format_of(report)?;
    }
    let samples = Samples::of(&args.learn_from)?;
    let prices = read_prices(args.prices.as_deref())?;
    let written = Written::read(&args.runbook, args.inventory.as_deref())?.priced_by(prices);
    if args.timeline {
        // The samples are shown beside the plan's own estimates.
        let plan = written.plan()?;
        write_out(&planned::timeline(&durations::timeline(&plan, &samples), &samples))?;
        return Ok(if plan.is_blocked() { exit::BLOCKED } else { exit::DONE });
    }
    let written = written.learning_from(samples);
    let plan = written.plan()?;
    let rehearsed = args
        .rehearsed
        .as_deref()
        .map(|path| read_rehearsed(path, &plan))
        .transpose()?;
    if let Some(path) = &args.report {
        let at = written.inventory.observed_at;
        Rendered {
            plan: &plan,
            events: &[],
            calls: &[],
            laws: None,
            rehearsed: rehearsed.as_ref(),
            at,
        }
        .write(path, args.language)?;
    }
    if args.json {
        let text = serde_json::to_string_pretty(&plan).expect("a plan has only string keys");
        write_out(&format!("{text}\n"))?;
    } else {
        write_out(&planned::text(&plan))?;
    }
    Ok(if plan.is_blocked() { exit::BLOCKED } else { exit::DONE })
}

/// What `cleave rehearse --json` printed, as far as it is read here.
#[derive(Deserialize)]
struct Printed {
    rehearsed: RehearsedBefore,
}

/// Reads what a rehearsal printed. One of another plan would vouch for what was never tried.
fn read_rehearsed(path: &Path, plan: &Plan) -> Result<RehearsedBefore, CliError> {
    let text = std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?;
    let refused =
        |what: Failed| CliError::before(exit::BLOCKED, what, ToDo::RehearseThis).at(path.display().to_string());
    let printed: Printed =
        serde_json::from_str(&text).map_err(|error| refused(Failed::NotPrintedByRehearsal).because(&error))?;
    if printed.rehearsed.plan_digest != plan.digest() {
        return Err(refused(Failed::AnotherPlan));
    }
    Ok(printed.rehearsed)
}
