//! `cleave retire`: what a run that has ended has left in the source, what it costs in a month, until when it is the only way back, and why it may
//! or may not go. Reads only, unless something is named to be removed.

use std::rc::Rc;
use std::sync::Arc;

use aws::{Accounts, CallSink};
use jiff::Timestamp;
use journal::Journal;
use model::State;
use model::event::WorldKind;
use moves::retire::{self, Prices, Seen};
use serde_json::json;

use crate::args::RetireArgs;
use crate::carriage;
use crate::commands::listed::read_only;
use crate::commands::rehearse::write_out;
use crate::commands::retire_shown;
use crate::commands::stored::stored_run;
use crate::error::CliError;
use crate::exit;
use crate::screen;
use crate::world::{self, World};

/// Shows it.
pub fn retire(args: RetireArgs) -> Result<u8, CliError> {
    let state = stored_run(&args.journal, args.run.as_ref())?;
    let prices = read_prices(&args)?;
    if let Some(why) = retire::not_ended(&state) {
        return Err(CliError::before(
            exit::BLOCKED,
            format!("nothing of run {} can be retired: {why}", state.run),
            "Go on with the run, or look at it.",
        )
        .at(args.journal.display().to_string())
        .type_this(format!("cleave status --journal {}", args.journal.display())));
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
            "micro_usd_a_month": month, "not_priced": unknown, "priced_on": prices.priced_on,
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

fn read_prices(args: &RetireArgs) -> Result<Prices, CliError> {
    let Some(path) = &args.prices else {
        return Ok(Prices::default());
    };
    let text = std::fs::read_to_string(path).map_err(|error| CliError::unreadable(path, &error))?;
    Prices::parse(&text).map_err(|error| {
        CliError::before(
            exit::BLOCKED,
            "the prices cannot be used",
            "docs/costs.md has the form of the file.",
        )
        .at(path.display().to_string())
        .because(&error)
    })
}

/// Looks at the accounts, unless that is not wanted or cannot be; what stands in the way is said.
fn look_unless_offline(args: &RetireArgs, state: &State) -> Result<Option<(Seen, Timestamp)>, CliError> {
    if args.offline {
        return Ok(None);
    }
    match state.world {
        WorldKind::Rehearsal => {
            screen::warn("this is the journal of a rehearsal: there are no accounts to look at");
            return Ok(None);
        }
        WorldKind::Live if args.world.is_some() => return Err(other_world(args, "AWS itself", "without --world")),
        WorldKind::Endpoint if args.world.is_none() => {
            return Err(other_world(
                args,
                "another endpoint",
                "with the same --world, or with --offline",
            ));
        }
        WorldKind::Live | WorldKind::Endpoint => {}
    }
    let looked = world::block_on(async {
        let forget: CallSink = Arc::new(drop);
        let mut world = enter(args, state, forget).await?;
        read_only(&mut world);
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

/// The world in which the run took place.
pub(crate) async fn enter(args: &RetireArgs, state: &State, log: CallSink) -> Result<World, CliError> {
    let profile = args.profile.as_deref();
    match args.world {
        Some(address) => world::endpoint(address, args.dns, &state.plan.region, profile, log).await,
        None => world::live(&state.plan.region, profile, log).await,
    }
}

/// One look, and its moment.
pub(crate) async fn look(world: &World, state: &State) -> Result<(Seen, Timestamp), CliError> {
    let accounts = Accounts::enter(&world.connection, &state.plan.accounts, &state.plan.region, &state.run);
    // A look lists no bucket; what it is handed must be there all the same.
    let nowhere = Journal::in_memory().map_err(|error| {
        CliError::before(
            exit::INTERNAL,
            "there is no room for a journal in memory",
            "Repeat the command.",
        )
        .because(&error)
    })?;
    let acting = moves::World {
        accounts,
        dns: Rc::clone(&world.dns),
        hooks: Rc::clone(&world.hooks),
        hooks_undone: Default::default(),
        listings: world.listings.clone(),
        kept: carriage::keeper(&carriage::shared(nowhere), world.pages_between_commits),
    };
    let now = world.clock.now();
    let seen = retire::look(state, &acting, now).await.map_err(|failure| {
        CliError::preflight(
            "the accounts cannot be looked at",
            &failure,
            "Log in, or give the roles the Describe, List and Get calls that the run had; --offline says what the journal tells.",
        )
        .type_this(&world.login_command)
    })?;
    Ok((seen, now))
}

fn other_world(args: &RetireArgs, world: &str, how: &str) -> CliError {
    CliError::before(
        exit::BLOCKED,
        format!("this journal's run took place in {world}"),
        format!("Repeat the command {how}, or name another journal."),
    )
    .at(args.journal.display().to_string())
}
