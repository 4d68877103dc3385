//! `cleave run`: starts a run or goes on with it; the same command after any crash.

use std::cell::Cell;
use std::convert::Infallible;
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::sync::Arc;

use engine::run::NewRun;
use engine::{Gatekeeper, Options, Run, RunEnd, Signal, StopSwitch};
use futures::FutureExt as _;
use futures::future::FusedFuture as _;
use journal::{Journal, Lease, LeaseHolder, Stamp};
use model::event::WorldKind;
use model::{Digest, Plan, RunId, State};
use moves::Runbook;
use moves::notify::NotifySection;

use crate::args::{Reach, RunArgs};
use crate::carriage::{self, PendingCalls};
use crate::clock_set_back;
use crate::commands::files::{Written, read_prices};
use crate::commands::since_planned::{self, Planned};
use crate::durations::Samples;
use crate::error::CliError;
use crate::exit;
use crate::notify;
use crate::preflight;
use crate::screen::{self, Style};
use crate::words::{Failed, ToDo, Words};
use crate::world::{self, World};

/// Starts or resumes.
pub fn run(args: RunArgs) -> Result<u8, CliError> {
    let samples = Samples::of(&args.learn_from)?;
    let mut written = Written::read(&args.runbook, args.inventory.as_deref())?.learning_from(samples);
    let mut command = format!("cleave run {}", args.runbook.display());
    if let Some(inventory) = &args.inventory {
        command = format!("{command} --inventory {}", inventory.display());
    }
    let reach = args.reach;
    let begun = if reach.journal.exists() {
        existing(&reach, &written.runbook)?
    } else {
        None
    };
    let plan = match &begun {
        Some(state) => {
            if let Some(prices) = &args.prices {
                screen::warn(&format!(
                    "the run goes on with the plan in its journal and the costs in it: {} is not read",
                    prices.display()
                ));
            }
            state.plan.clone()
        }
        None => {
            written = written.priced_by(read_prices(args.prices.as_deref())?);
            written.unblocked_plan()?
        }
    };
    let gatekeeper = if args.auto_approve {
        Gatekeeper::Automatic { by: world::user() }
    } else {
        Gatekeeper::Inbox
    };
    let style = if args.json { Style::Json } else { Style::for_stderr() };
    // What `cleave undo --to` has taken back is done anew because somebody types this command.
    let undone = begun.as_ref().is_some_and(State::is_undone_in_part);
    let wish = undone.then(|| journal::InboxItem::Resume { by: world::user() });
    carry_on(
        &reach,
        plan,
        begun,
        Conduct {
            wait: args.wait,
            gatekeeper,
            style,
            wish,
            notify: written.runbook.notify.clone(),
            command: format!("{command} --journal {}{}", reach.journal.display(), reach.world_words()),
            planned: Some(Planned {
                address: reach.world,
                profile: reach.profile.clone(),
                journal: reach.journal.clone(),
                runbook: written.runbook,
                inventory: written.inventory,
            }),
        },
    )
}

/// How a run is to be carried on.
pub(crate) struct Conduct {
    pub(crate) wait: bool,
    pub(crate) gatekeeper: Gatekeeper,
    pub(crate) style: Style,
    /// Put into the inbox before the engine starts: `cleave undo` asks this way, and `cleave run` after it.
    pub(crate) wish: Option<journal::InboxItem>,
    /// Who is told of what happens.
    pub(crate) notify: Vec<NotifySection>,
    /// The command that goes on, for whoever has to type it with another word behind it.
    pub(crate) command: String,
    /// What the plan was made from, to be looked at again when a window opens; none where nothing new would be moved.
    pub(crate) planned: Option<Planned>,
}

/// The run in an existing journal, if it is one that this command may carry on; none where the process was killed between making
/// the journal and its first event: nothing has been done yet, and the same command starts.
pub(crate) fn existing(reach: &Reach, runbook: &Runbook) -> Result<Option<State>, CliError> {
    let path = &reach.journal;
    let Some(state) = begun(reach)? else { return Ok(None) };
    if state.plan.runbook != runbook.digest {
        return Err(
            CliError::before(exit::BLOCKED, Failed::RunbookChanged, ToDo::RunbookChanged)
                .at(format!(
                    "{}: run {} was planned from runbook {}",
                    path.display(),
                    state.run,
                    state.plan.runbook.short()
                ))
                .changed(Words::SeeStatus.fill(&[&path.display().to_string()])),
        );
    }
    Ok(Some(state))
}

/// The run in an existing journal, whatever it was planned from.
pub(crate) fn begun(reach: &Reach) -> Result<Option<State>, CliError> {
    let path = &reach.journal;
    let refused = |error| CliError::journal(path, &error);
    let journal = Journal::open_read_only(path).map_err(refused)?;
    if let Some(found) = journal.newer_format() {
        return Err(refused(journal::JournalError::Newer {
            found,
            known: journal::FORMAT,
        }));
    }
    if let Some(home) = journal.copy_of(path, &world::host()).map_err(refused)? {
        return Err(CliError::copy(path, &home));
    }
    let events = journal.load().map_err(refused)?;
    let state = State::fold(&events).map_err(|error| CliError::engine(path, &error.into()))?;
    let stamped = journal.stamped().map_err(refused)?.map(|stamp| stamp.world);
    match state.as_ref().map(|state| state.world).or(stamped) {
        Some(WorldKind::Rehearsal) => {
            return Err(
                CliError::before(exit::BLOCKED, Failed::IsRehearsal, ToDo::AnotherJournal)
                    .at(path.display().to_string()),
            );
        }
        Some(WorldKind::Live) if reach.world.is_some() => {
            return Err(other_world(path, Failed::TakesPlaceInAws, ToDo::WithoutWorld));
        }
        Some(WorldKind::Endpoint) if reach.world.is_none() => {
            return Err(other_world(path, Failed::TakesPlaceElsewhere, ToDo::WithSameWorld));
        }
        Some(WorldKind::Live | WorldKind::Endpoint) | None => {}
    }
    Ok(state)
}

fn other_world(path: &Path, what: Failed, how: ToDo) -> CliError {
    CliError::before(exit::BLOCKED, what, how).at(path.display().to_string())
}

/// Enters the world, takes the lease, and carries the run on until it ends or leaves.
pub(crate) fn carry_on(reach: &Reach, plan: Plan, begun: Option<State>, conduct: Conduct) -> Result<u8, CliError> {
    if let Some(verdict) = begun.as_ref().and_then(|state| state.ended)
        && conduct.wish.is_none()
    {
        screen::already_ended(verdict, &plan);
        return Ok(exit::DONE);
    }
    world::block_on(carry_on_here(reach, plan, begun, conduct))?
}

async fn carry_on_here(reach: &Reach, plan: Plan, begun: Option<State>, conduct: Conduct) -> Result<u8, CliError> {
    let path = &reach.journal;
    let calls = PendingCalls::default();
    if let Some(kind) = journal::network_file_system(path) {
        screen::warn(&format!(
            "{} lies on a network file system ({kind}). Locks may not hold there between hosts, so that a second process on another host would \
             not be refused: move the journal to a local disk.",
            path.display()
        ));
    }
    let mut world = enter(reach, &plan, &calls).await?;
    let said = (reach.clock_was_wrong.as_deref(), conduct.command.as_str());
    let was_wrong = match &begun {
        Some(state) => clock_set_back::check(path, state, world.clock.now(), said)?,
        None => None,
    };
    // Beside the journal: a large bucket's listing has gigabytes, more than a temporary folder in memory may hold.
    world.listings = listings_beside(path);
    world.hooks = world::hooks::real(folder_of(path));
    let seed = begun.as_ref().map_or_else(world::fresh_seed, |state| state.seed);
    let run_id = match &begun {
        Some(state) => state.run.clone(),
        None => fresh_run_id(&plan, seed, world.clock.now()),
    };
    let outside = world::outside();
    let time = world.connection.time.clone();
    let (notifier, messengers) = notify::channels(&conduct.notify, path, (&outside, &time), &world.hooks)?;
    for warning in preflight::check(&world, &plan, &run_id).await? {
        screen::warn(&warning);
    }
    // Not before: a preflight that hangs must end on Ctrl-C.
    let stop = StopSwitch::default();
    let listening = listen_for_signals(stop.clone());
    let ahead = stop.clone();
    if begun.is_none() {
        make(path, &world)?;
    }
    let lease = take_lease(path, &world)?;
    let mut opened = Journal::open(path).map_err(|error| CliError::journal(path, &error))?;
    if let Some(wish) = &conduct.wish {
        opened
            .put_inbox(wish)
            .map_err(|error| CliError::journal(path, &error))?;
    }
    if let (Some(state), Some(why)) = (&begun, was_wrong) {
        let by = world::user();
        clock_set_back::forget_waits(&mut opened, state, (&by, why), world.clock.now())
            .map_err(|error| CliError::journal(path, &error))?;
    }
    let journal = carriage::shared(opened);
    let run = if begun.is_some() {
        Run::resume(Arc::clone(&journal))
    } else {
        let new = NewRun {
            run: run_id,
            world: world.kind,
            seed,
            plan,
        };
        Run::start(Arc::clone(&journal), new, world.clock.now())
    };
    let run = run.map_err(|error| CliError::engine(path, &error))?;
    let resumed = begun.is_some();
    screen::introduce(conduct.style, run.state(), resumed, world.clock.now());
    let screen = screen::Screen::new(conduct.style, run.state(), world.clock.clone(), path);
    let options = Options {
        wait: conduct.wait,
        gatekeeper: conduct.gatekeeper,
        login_command: world.login_command.clone(),
        concurrency: 16,
    };
    let notifier = Rc::new(notifier);
    let (show, notify, clock) = (screen.subscriber(), Rc::clone(&notifier), world.clock.clone());
    let latest = Rc::new(Cell::new(world.clock.now()));
    let heard = Rc::clone(&latest);
    let tell = Box::new(move |signal: Signal<'_>| {
        let now = clock.now();
        heard.set(heard.get().max(now));
        notify.hear(&signal, now);
        show(signal);
    });
    let mut engine = carriage::engine(&world, &journal, &calls, run, options, stop.listen(), tell)
        .map_err(|error| CliError::engine(path, &error))?;
    if resumed {
        notifier.taken_up(&engine.state(), world.clock.now());
    }
    let (planned_from, at_it) = (engine.state().plan.clone(), Cell::new(false));
    let mut looking =
        std::pin::pin!(since_planned::at_each_opening(conduct.planned, &planned_from, &world, &at_it).fuse());
    let untold = messengers.untold();
    let mut delivering = std::pin::pin!(messengers.deliver().fuse());
    let end = tokio::select! {
        biased;
        end = engine.carry_out() => end,
        never = listening => match never {},
        never = async {
            clock_set_back::watch(world.clock.clone(), world.kind, &latest).await;
            ahead.ask("a clock that was set back");
            std::future::pending::<Infallible>().await
        } => match never {},
        never = async { looking.as_mut().await; std::future::pending::<Infallible>().await } => match never {},
        // It ends when the notifier is gone, or at once where nobody is to be told.
        never = async { delivering.as_mut().await; std::future::pending::<Infallible>().await } => match never {},
    };
    if at_it.get() && !matches!(end, Ok(RunEnd::Paused { .. })) {
        since_planned::finish(looking).await;
    }
    calls.write(&journal);
    screen.finish();
    let end = end.map_err(|error| CliError::engine(path, &error))?;
    screen::farewell(&end, &engine.state(), path, world.clock.now());
    if engine.state().ended.is_some() {
        // Until then a listing may be gone on with.
        let _ = std::fs::remove_dir_all(&world.listings);
    }
    drop(lease);
    notifier.leaving(&end, &engine.state(), world.clock.now());
    let code = exit_code(&end, &engine.state());
    // With them goes the last that could tell anything: the messengers end when they have told the rest.
    drop((engine, notifier));
    if !delivering.is_terminated() {
        untold.finish(delivering).await;
    }
    Ok(code)
}

async fn enter(reach: &Reach, plan: &Plan, calls: &PendingCalls) -> Result<World, CliError> {
    let profile = reach.profile.as_deref();
    world::named(reach.world, reach.dns, &plan.region, profile, calls.sink()).await
}

/// `.migrations.db.listings`: a name that nobody else gives a folder, for it is removed with all that is in it.
fn listings_beside(journal: &Path) -> PathBuf {
    let mut name = std::ffi::OsString::from(".");
    name.push(journal.file_name().unwrap_or_default());
    name.push(".listings");
    journal.with_file_name(name)
}

fn folder_of(journal: &Path) -> PathBuf {
    match journal.parent() {
        Some(folder) if folder != Path::new("") => folder.to_owned(),
        _ => PathBuf::from("."),
    }
}

/// Says that this process is at it; no other can be meanwhile.
pub(crate) fn take_lease(path: &Path, world: &World) -> Result<Lease, CliError> {
    let holder = LeaseHolder {
        host: world::host(),
        pid: std::process::id(),
        user: world::user(),
        since: world.clock.now(),
    };
    Lease::take(path, holder).map_err(|error| CliError::lease(path, &error))
}

/// Makes the journal, or takes the empty one that a killed process left.
pub(crate) fn make(path: &Path, world: &World) -> Result<(), CliError> {
    let refused = |error| CliError::journal(path, &error);
    let made = if path.exists() {
        Journal::open(path)
    } else {
        Journal::create(path)
    };
    let mut journal = made.map_err(refused)?;
    let stamp = Stamp {
        created_at: world.clock.now(),
        host: world::host(),
        world: world.kind,
    };
    journal.stamp(&stamp).map_err(refused)
}

fn fresh_run_id(plan: &Plan, seed: u64, now: jiff::Timestamp) -> RunId {
    let digest = Digest::of(format!("{}/{seed}/{now}", plan.digest()).as_bytes());
    RunId::new(digest.short()).expect("twelve hexadecimal digits are a run id")
}

/// First request: start nothing new and leave with everything recorded. A hang-up is a request like any other: the connection may be
/// lost at three in the morning. From the call on, not from the first poll, these signals do not end the process any more.
fn listen_for_signals(stop: StopSwitch) -> futures::future::LocalBoxFuture<'static, std::convert::Infallible> {
    use tokio::signal::unix::{Signal, SignalKind, signal};
    let open = |kind| signal(kind).ok();
    let (mut interrupt, mut terminate, mut hangup) = (
        open(SignalKind::interrupt()),
        open(SignalKind::terminate()),
        open(SignalKind::hangup()),
    );
    async fn received(signal: &mut Option<Signal>) {
        match signal {
            Some(signal) => {
                signal.recv().await;
            }
            None => std::future::pending().await,
        }
    }
    Box::pin(async move {
        loop {
            tokio::select! {
                biased;
                () = received(&mut interrupt) => stop.ask("SIGINT"),
                () = received(&mut terminate) => stop.ask("SIGTERM"),
                () = received(&mut hangup) => stop.ask("SIGHUP"),
            }
        }
    })
}

/// The exit code of an end.
pub(crate) fn exit_code(end: &RunEnd, state: &State) -> u8 {
    match end {
        RunEnd::NeedsOperator(stopped) if state.has_drifted(stopped) => exit::DRIFT,
        RunEnd::Completed | RunEnd::Unwound | RunEnd::UndoneInPart => exit::DONE,
        RunEnd::WaitingAtGate(_) | RunEnd::OutsideWindow(_) => exit::WAITING,
        RunEnd::Paused { .. } => exit::PAUSED,
        RunEnd::NeedsOperator(_) | RunEnd::CredentialsExpired { .. } => exit::NEEDS_OPERATOR,
    }
}
