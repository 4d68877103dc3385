//! A rehearsal: the real plan, engine, SDK and journal against simcloud in virtual time, and the laws that need the run's side.

use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;

use engine::{Gatekeeper, Options, Run, RunEnd, Signal, StopSwitch};
use jiff::Timestamp;
use journal::{Journal, Stamp};
use model::event::WorldKind;
use model::{CallRecord, Digest, Inventory, Plan, Recorded, RunId, window};
use simcloud::cloud::Cloud;
use simcloud::faults::FaultLevel;

use crate::carriage::{self, PendingCalls};
use crate::world;

/// What to rehearse.
#[derive(Clone)]
pub struct Rehearsal {
    /// The plan.
    pub plan: Plan,
    /// What the simulated accounts are filled with.
    pub inventory: Inventory,
    /// How hostile the simulated AWS is.
    pub level: FaultLevel,
    /// Where to keep the journal; absent: in memory.
    pub journal: Option<PathBuf>,
    /// Who opens gates; absent: they approve themselves.
    pub gatekeeper: Option<Rc<dyn Fn(&model::GateSpec, &str) -> bool>>,
}

/// How a rehearsal went.
pub struct Rehearsed {
    /// Its seed.
    pub seed: u64,
    /// Why it ended; the error's text where the engine could not go on.
    pub end: Result<RunEnd, String>,
    /// Steps in the plan at the end, extensions included.
    pub steps: usize,
    /// Requests that reached the simulated AWS.
    pub api_calls: usize,
    /// From the first event to the last, in virtual seconds.
    pub virtual_seconds: f64,
    /// Broken laws, in words.
    pub law_violations: Vec<String>,
    /// The expected length of the longest chain of needs.
    pub critical_path_seconds: u64,
    /// The events.
    pub events: Vec<Recorded>,
    /// The AWS calls, as the journal has them.
    pub calls: Vec<CallRecord>,
}

impl Rehearsed {
    /// Whether it reached its end.
    pub fn completed(&self) -> bool {
        matches!(self.end, Ok(RunEnd::Completed))
    }
}

/// The moment at which a rehearsal begins: when the first window opens, or when the inventory was observed.
pub fn start_of(plan: &Plan, inventory: &Inventory) -> Timestamp {
    let observed = inventory.observed_at;
    window::current_or_next(&plan.windows, observed).map_or(observed, |opening| opening.from.max(observed))
}

/// The id of a rehearsed run: from plan and seed alone, so that the same seed gives the same names.
pub fn run_id(plan: &Plan, seed: u64) -> RunId {
    let digest = Digest::of(format!("{}/{seed}", plan.digest()).as_bytes());
    RunId::new(digest.short()).expect("twelve hexadecimal digits are a run id")
}

/// Rehearses once, on this thread, on a runtime of its own whose time is paused.
pub fn rehearse(rehearsal: &Rehearsal, seed: u64) -> Rehearsed {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing that could be missing");
    runtime.block_on(on_this_runtime(rehearsal, seed))
}

async fn on_this_runtime(rehearsal: &Rehearsal, seed: u64) -> Rehearsed {
    let start = start_of(&rehearsal.plan, &rehearsal.inventory);
    let calls = PendingCalls::default();
    let simulated = world::simulated(&rehearsal.inventory, start, seed, rehearsal.level, calls.sink());
    let cloud = Arc::clone(&simulated.cloud);
    laws::prepare(&mut lock(&cloud), &rehearsal.plan);
    let end = carry_out(rehearsal, seed, &simulated, &calls, start).await;
    let cloud_end = &mut *lock(&cloud);
    let (end, events, logged) = match end {
        Ok((end, events, logged)) => (Ok(end), events, logged),
        Err(error) => (Err(error), Vec::new(), Vec::new()),
    };
    laws::at_end(cloud_end, end.as_ref().ok(), &events);
    let last = events.last().map_or(start, |event| event.at);
    let first = events.first().map_or(start, |event| event.at);
    let state = model::State::fold(&events).ok().flatten();
    Rehearsed {
        seed,
        end,
        steps: state.as_ref().map_or(rehearsal.plan.steps.len(), |state| state.plan.steps.len()),
        api_calls: cloud_end.requests.len(),
        virtual_seconds: last.duration_since(first).as_secs_f64(),
        law_violations: laws::broken(cloud_end),
        critical_path_seconds: state
            .as_ref()
            .map_or(rehearsal.plan.critical_path_seconds(), |state| state.plan.critical_path_seconds()),
        events,
        calls: logged,
    }
}

type Ended = (RunEnd, Vec<Recorded>, Vec<CallRecord>);

async fn carry_out(
    rehearsal: &Rehearsal,
    seed: u64,
    simulated: &world::Simulated,
    calls: &PendingCalls,
    start: Timestamp,
) -> Result<Ended, String> {
    let text = |error: &dyn std::error::Error| {
        let mut text = error.to_string();
        let mut next = error.source();
        while let Some(cause) = next {
            text = format!("{text}: {cause}");
            next = cause.source();
        }
        text
    };
    let journal = match &rehearsal.journal {
        Some(path) => Journal::create(path),
        None => Journal::in_memory(),
    };
    let mut journal = journal.map_err(|error| text(&error))?;
    let stamp = Stamp { created_at: start, host: world::host(), world: WorldKind::Rehearsal };
    journal.stamp(&stamp).map_err(|error| text(&error))?;
    let journal = carriage::shared(journal);
    let new = engine::run::NewRun {
        run: run_id(&rehearsal.plan, seed),
        world: WorldKind::Rehearsal,
        seed,
        plan: rehearsal.plan.clone(),
    };
    let run = Run::start(Arc::clone(&journal), new, simulated.world.clock.now()).map_err(|error| text(&error))?;
    let gatekeeper = match &rehearsal.gatekeeper {
        None => Gatekeeper::Automatic { by: "rehearsal".to_owned() },
        Some(ask) => Gatekeeper::Person(Rc::clone(ask)),
    };
    let options =
        Options { wait: true, gatekeeper, login_command: simulated.world.login_command.clone(), concurrency: 16 };
    let cloud = Arc::clone(&simulated.cloud);
    let tell = Box::new(move |signal: Signal<'_>| {
        if let Signal::Recorded(recorded, state) = signal {
            laws::heed(&mut lock(&cloud), &recorded.event, &state.plan);
        }
    });
    let stop = StopSwitch::default();
    let mut engine = carriage::engine(&simulated.world, &journal, calls, run, options, stop.listen(), tell)
        .map_err(|error| text(&error))?;
    let end = engine.carry_out().await.map_err(|error| text(&error))?;
    calls.write(&journal);
    let journal = journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let events = journal.load().map_err(|error| text(&error))?;
    let logged = journal.calls().map_err(|error| text(&error))?;
    Ok((end, events, logged))
}

fn lock(cloud: &simcloud::cloud::Shared) -> std::sync::MutexGuard<'_, Cloud> {
    simcloud::dispatch::lock(cloud)
}

pub mod laws;

impl Rehearsed {
    /// Whether it stopped where the architecture says it may: with a person to decide, or everything taken back.
    pub fn stopped_safe(&self) -> bool {
        matches!(self.end, Ok(RunEnd::NeedsOperator(_) | RunEnd::Unwound | RunEnd::CredentialsExpired { .. }))
    }
}
