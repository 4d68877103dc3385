//! `cleave check`: what would be refused or lost, before anything is begun: what the plan says, what only the accounts tell, and whether the delivery flow is ready.
//! Reads only.

use std::path::Path;

use model::{Inventory, Plan, Side};
use moves::Runbook;
use moves::check::{Finding, Outcome, accounts, delivered, known, landing, planned};
use moves::delivery::look::Check;
use serde_json::json;

use crate::args::CheckArgs;
use crate::commands::check_shown;
use crate::commands::files::{Written, read_runbook};
use crate::commands::rehearse::write_out;
use crate::delivery::{self, InFiles, Sides};
use crate::error::CliError;
use crate::exit;
use crate::world;

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;

/// Looks, and says what was found.
pub fn check(args: CheckArgs) -> Result<u8, CliError> {
    let runbook = read_runbook(&args.runbook)?;
    let beside = args.runbook.parent().unwrap_or(Path::new(".")).to_owned();
    // One that is named must be there.
    let has_inventory = args.inventory.is_some() || beside.join("inventory.json").is_file();
    let written = match has_inventory {
        true => Some(Written::read(&args.runbook, args.inventory.as_deref())?),
        false => None,
    };
    let plan = written.as_ref().map(Written::plan).transpose()?;
    let files = delivery::look_in_files(&runbook, &beside)?;
    let inventory = written.as_ref().map(|written| &written.inventory);
    let mut findings = of_plan(plan.as_ref());
    findings.push(of_disk(&runbook, inventory, plan.as_ref(), &beside));
    let (of_accounts, flow) = in_accounts(&args, &runbook, inventory, plan.as_ref(), files)?;
    findings.extend(of_accounts);
    findings.extend(delivered::findings(&flow));
    let count = |outcome| findings.iter().filter(|finding| finding.outcome == outcome).count();
    let blocks = count(Outcome::Blocks);
    let text = match args.json {
        true => {
            let open = flow.iter().flat_map(|check| &check.findings);
            let open = open.filter(|finding| finding.verdict.is_open()).count();
            let told = json!({
                "migration": runbook.migration, "blocks": blocks, "warns": count(Outcome::Warns), "not_checked": count(Outcome::NotChecked),
                "passes": count(Outcome::Passes), "findings": findings, "delivery": { "open": open, "checks": flow },
            });
            format!("{told}\n")
        }
        false => check_shown::text(&runbook.migration, &findings),
    };
    write_out(&text)?;
    Ok(if blocks == 0 { exit::DONE } else { exit::BLOCKED })
}

fn of_plan(plan: Option<&Plan>) -> Vec<Finding> {
    match plan {
        Some(plan) => planned::findings(plan),
        None => {
            let what = "there is no inventory.json beside the runbook, so no plan can be drawn up";
            let not = Finding::by(&known::PLANNED, Outcome::NotChecked, "the run", what);
            vec![not.type_this("cleave discover RUNBOOK")]
        }
    }
}

/// The journal lies in the folder that commands are typed in, unless it is named.
fn of_disk(runbook: &Runbook, inventory: Option<&Inventory>, plan: Option<&Plan>, beside: &Path) -> Finding {
    let place = Path::new(".");
    let free = rustix::fs::statvfs(place).map_err(|error| error.to_string());
    let free = free.map(|stat| stat.f_bavail.saturating_mul(stat.f_frsize));
    let entries = inventory.map(|inventory| accounts::entries(runbook, inventory));
    let shown = std::path::absolute(place).unwrap_or_else(|_| beside.to_owned());
    accounts::disk(plan, entries.into_iter().flatten(), &shown.display().to_string(), free)
}

fn in_accounts(
    args: &CheckArgs,
    runbook: &Runbook,
    inventory: Option<&Inventory>,
    plan: Option<&Plan>,
    files: InFiles,
) -> Result<(Vec<Finding>, Vec<Check>), CliError> {
    let unseen = |why: &str, files: &InFiles| {
        let mut findings = accounts::unentered(runbook, why);
        findings.extend(landing::unseen(runbook, why));
        findings.extend(delivered::unseen(why));
        (findings, files.told())
    };
    if args.offline {
        return Ok(unseen("--offline", &files));
    }
    let resolved = inventory.map(|inventory| moves::reference::resolved_by(runbook, inventory));
    let resolved = resolved.as_ref().unwrap_or(runbook);
    world::block_on(async {
        let world = match world::read_only(args.world, None, &runbook.region, args.profile.as_deref()).await {
            Ok(world) => world,
            // Without credentials what the inventory tells is worth saying; without an inventory nothing would be left.
            Err(error) if inventory.is_some() && error.code == exit::BLOCKED => {
                return Ok(unseen(&error.what, &files));
            }
            Err(error) => return Err(error),
        };
        let entered = world.accounts_of(runbook, "check0000000");
        let sight = accounts::Sight {
            runbook: resolved,
            plan,
            inventory,
            accounts: &entered,
        };
        let mut findings = accounts::look(&sight).await;
        let sides = Sides {
            source: entered.side(Side::Source),
            target: entered.side(Side::Target),
        };
        findings.extend(landing::look(&sides.source, &sides.target, runbook).await);
        let told = files.told();
        let flow = match delivery::look(runbook, &sides, files).await {
            Ok(flow) => flow,
            Err(failure) => {
                findings.extend(delivered::unseen(&failure.to_string()));
                told
            }
        };
        Ok((findings, flow))
    })?
}
