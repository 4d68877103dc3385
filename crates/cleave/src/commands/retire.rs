//! `cleave retire`: what a run that has ended has left in the source, what it costs in a month, until when it is the only way back, and why it may
//! or may not go. Reads only, unless something is named to be removed.

use std::path::{Path, PathBuf};

use engine::Gatekeeper;
use jiff::Timestamp;
use journal::InboxItem;
use model::State;
use model::event::WorldKind;
use moves::Prices;
use moves::retire::{self, Removal, Seen};
use serde_json::json;

use crate::args::{Reach, RetireArgs};
use crate::carriage;
use crate::commands::files::{Written, read_prices};
use crate::commands::rehearse::write_out;
use crate::commands::retire_shown;
use crate::commands::run::{self, Conduct};
use crate::commands::stored::stored_run;
use crate::error::CliError;
use crate::exit;
use crate::rehearsal::Rehearsal;
use crate::rehearsal::removal::rehearse_removal;
use crate::screen::{self, Style, planned};
use crate::words::{Failed, ToDo, Words};
use crate::world::{self, World};

/// Shows it, or takes it away.
pub fn retire(args: RetireArgs) -> Result<u8, CliError> {
    if let Some(runbook) = &args.rehearse {
        return rehearse(&args, runbook);
    }
    if let Some(into) = args.into.clone()
        && into.exists()
        && let Some(begun) = run::begun(&reach_of(&args, into.clone()))?
    {
        return go_on(&args, into, begun);
    }
    let prices = read_prices(args.prices.as_deref())?;
    let state = stored_run(&args.journal, args.run.as_ref())?;
    if let Some(why) = retire::not_ended(&state) {
        return Err(CliError::before(
            exit::BLOCKED,
            Failed::NotRetired.fill(&[state.run.as_str(), &why]),
            ToDo::GoOnOrLook,
        )
        .at(args.journal.display().to_string())
        .type_this(format!("cleave status --journal {}", args.journal.display())));
    }
    if !args.remove.is_empty() || args.into.is_some() {
        return begin(&args, &state, &prices);
    }
    let (seen, now) = match look_unless_offline(&args, &state)? {
        Some((seen, now)) => (Some(seen), now),
        None => (None, world::wall_now().max(state.last_at)),
    };
    let left = retire::left(&state, seen.as_ref(), &prices, now);
    for unread in seen.iter().flat_map(|seen| &seen.unread) {
        screen::warn(unread);
    }
    let text = if args.json {
        let (month, unknown) = retire::month_of(&left);
        let object = json!({
            "run": state.run, "migration": state.plan.migration, "ended_at": state.last_at, "looked_at": seen.as_ref().map(|_| now),
            "left": left.iter().map(retire_shown::object).collect::<Vec<_>>(),
            "micro_usd_a_month": month, "not_priced": unknown, "priced_on": prices.priced_on(), "own_priced_on": prices.own_priced_on(),
            "not_looked_at": seen.as_ref().map(|seen| &seen.unread),
        });
        format!("{object}\n")
    } else if args.md {
        retire_shown::markdown(&state, &left, &prices, seen.is_some().then_some(now))
    } else {
        retire_shown::text(&state, &left, &prices, seen.is_some().then_some(now))
    };
    write_out(&text)?;
    Ok(exit::DONE)
}

fn reach_of(args: &RetireArgs, journal: PathBuf) -> Reach {
    Reach {
        journal,
        world: args.world,
        dns: args.dns,
        profile: args.profile.clone(),
        clock_was_wrong: args.clock_was_wrong.clone(),
    }
}

fn removal_of(args: &RetireArgs) -> Removal {
    Removal {
        remove: args.remove.iter().cloned().collect(),
        despite_protection: args.despite_protection.iter().cloned().collect(),
    }
}

fn conduct(args: &RetireArgs, reach: &Reach, wish: Option<InboxItem>) -> Conduct {
    let undo = args.undo.as_ref().map_or("", |_| " --undo \"…\"");
    let (into, world) = (reach.journal.display(), reach.world_words());
    Conduct {
        wait: args.wait,
        gatekeeper: if args.auto_approve {
            Gatekeeper::Automatic { by: world::user() }
        } else {
            Gatekeeper::Inbox
        },
        style: if args.json { Style::Json } else { Style::for_stderr() },
        wish,
        // No runbook is read here that could name anybody.
        notify: Vec::new(),
        command: format!("cleave retire --into {into}{undo}{world}"),
        planned: None,
    }
}

/// Rehearses the migration of a runbook, and three days later the removal of what it has left.
fn rehearse(args: &RetireArgs, runbook: &Path) -> Result<u8, CliError> {
    let written = Written::read(runbook, args.inventory.as_deref())?;
    let rehearsal = Rehearsal {
        plan: written.unblocked_plan()?,
        inventory: written.inventory,
        level: args.faults.level(),
        taken_back: None,
    };
    let removal = (!args.remove.is_empty()).then(|| removal_of(args));
    let rehearsed = rehearse_removal(&rehearsal, removal.as_ref(), args.seed);
    let text = if args.json {
        format!("{}\n", retire_shown::rehearsed_object(&rehearsed))
    } else {
        retire_shown::rehearsed(&rehearsed)
    };
    write_out(&text)?;
    Ok(match (rehearsed.good(), &rehearsed.plan) {
        (true, _) => exit::DONE,
        (false, Err(refused)) if !refused.is_empty() => exit::BLOCKED,
        (false, _) => exit::LAW_BROKEN,
    })
}

/// Looks, plans, and carries the removal out in a journal of its own; without such a journal it is only shown.
fn begin(args: &RetireArgs, state: &State, prices: &Prices) -> Result<u8, CliError> {
    if args.remove.is_empty() || args.undo.is_some() {
        return Err(
            CliError::before(exit::USAGE, Failed::NoRemoval, ToDo::NameRemovals).at(args
                .into
                .iter()
                .map(|into| into.display().to_string())
                .collect::<String>()),
        );
    }
    fits_world(args, state)?;
    let plan = world::block_on(async {
        let world = enter(args, state).await?;
        let (seen, now) = look(&world, state).await?;
        for unread in &seen.unread {
            screen::warn(unread);
        }
        retire::plan(state, &seen, &removal_of(args), (prices, now)).map_err(|refused| {
            let mut error = CliError::before(exit::BLOCKED, Failed::NotAllGoes, ToDo::LeaveOut)
                .at(args.journal.display().to_string());
            error.causes = refused.iter().map(|one| format!("{}: {}", one.what, one.why)).collect();
            error
        })
    })??;
    plan.check()
        .map_err(|error| CliError::before(exit::INTERNAL, Failed::Contradiction, ToDo::Mistake).because(&error))?;
    let Some(into) = &args.into else {
        let text = if args.json {
            let text = serde_json::to_string_pretty(&plan).expect("a plan has only string keys");
            format!("{text}\n")
        } else {
            planned::text(&plan)
        };
        write_out(&text)?;
        return Ok(exit::DONE);
    };
    let reach = reach_of(args, into.clone());
    run::carry_on(&reach, plan, None, conduct(args, &reach, None))
}

/// Goes on with a removal, or takes it back.
fn go_on(args: &RetireArgs, into: PathBuf, begun: State) -> Result<u8, CliError> {
    let place = into.display().to_string();
    if !retire::is_removal(&begun.plan) {
        return Err(CliError::before(exit::BLOCKED, Failed::NotOfRemoval, ToDo::OwnJournal).at(place));
    }
    if !args.remove.is_empty() {
        let state = stored_run(&args.journal, args.run.as_ref())?;
        if removal_of(args).digest(&state) != begun.plan.runbook {
            return Err(
                CliError::before(exit::BLOCKED, Failed::OtherRemoval, ToDo::GoOnInto.fill(&[&place]))
                    .changed(Words::SeeStatus.fill(&[&place]))
                    .at(place),
            );
        }
    }
    let wish = match &args.undo {
        Some(_) if begun.ended.is_some() => {
            return Err(CliError::before(exit::BLOCKED, Failed::RemovalEnded, ToDo::GoneForGood).at(place));
        }
        Some(reason) if begun.undoing.is_none() => Some(InboxItem::Undo {
            by: world::user(),
            reason: reason.clone(),
            to: None,
        }),
        Some(_) | None => None,
    };
    let plan = begun.plan.clone();
    let reach = reach_of(args, into);
    run::carry_on(&reach, plan, Some(begun), conduct(args, &reach, wish))
}

/// Looks at the accounts, unless that is not wanted or cannot be; what stands in the way is said.
fn look_unless_offline(args: &RetireArgs, state: &State) -> Result<Option<(Seen, Timestamp)>, CliError> {
    if args.offline {
        return Ok(None);
    }
    if state.world == WorldKind::Rehearsal {
        screen::warn("this is the journal of a rehearsal: there are no accounts to look at");
        return Ok(None);
    }
    fits_world(args, state)?;
    let looked = world::block_on(async {
        let world = enter(args, state).await?;
        look(&world, state).await
    })?;
    match looked {
        Ok(looked) => Ok(Some(looked)),
        // What the journal tells is of use without a login, too.
        Err(error) => {
            screen::warn(&format!(
                "the accounts cannot be looked at, and only the journal is told: {}",
                error.what
            ));
            for cause in &error.causes {
                screen::warn(cause);
            }
            Ok(None)
        }
    }
}

/// One look, and its moment.
async fn look(world: &World, state: &State) -> Result<(Seen, Timestamp), CliError> {
    carriage::look_back(world, state).await.map_err(|failed| {
        let carriage::LookFailed(failure) = failed;
        CliError::preflight(Failed::AccountsNotSeen, &failure, ToDo::LetLookBack).type_this(&world.login_command)
    })
}

/// The world in which the run took place, to be looked at.
async fn enter(args: &RetireArgs, state: &State) -> Result<World, CliError> {
    world::read_only(args.world, args.dns, &state.plan.region, args.profile.as_deref()).await
}

/// Whether the world that was named is the one in which the run took place.
fn fits_world(args: &RetireArgs, state: &State) -> Result<(), CliError> {
    match state.world {
        WorldKind::Rehearsal => Err(other_world(args, Failed::TookPlaceInRehearsal, ToDo::ForARun)),
        WorldKind::Live if args.world.is_some() => Err(other_world(args, Failed::TookPlaceInAws, ToDo::WithoutWorld)),
        WorldKind::Endpoint if args.world.is_none() => Err(other_world(
            args,
            Failed::TookPlaceElsewhere,
            ToDo::WithSameWorldOrOffline,
        )),
        WorldKind::Live | WorldKind::Endpoint => Ok(()),
    }
}

fn other_world(args: &RetireArgs, what: Failed, how: ToDo) -> CliError {
    CliError::before(exit::BLOCKED, what, how).at(args.journal.display().to_string())
}
