//! A rehearsal: the real plan, engine, SDK and journal against simcloud in virtual time, and the laws that need the run's side.

use std::any::Any;
use std::cell::RefCell;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::PathBuf;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use engine::run::SharedJournal;
use engine::{EngineError, Gatekeeper, Options, Run, RunEnd, Signal, StopSwitch};
use jiff::Timestamp;
use journal::{Journal, JournalError, Stamp};
use model::event::WorldKind;
use model::{CallRecord, Digest, Event, Inventory, Plan, Recorded, RunId, StepId};
use simcloud::cloud::Cloud;
use simcloud::faults::FaultLevel;
use simcloud::injected::Injected;

use crate::carriage::{self, PendingCalls};
use crate::rehearsal::taking_back::{TakenBack, Undone};
use crate::world;

/// What to rehearse, on one night or on many at once: threads may share it.
#[derive(Clone)]
pub struct Rehearsal {
    /// The plan.
    pub plan: Plan,
    /// What the simulated accounts are filled with.
    pub inventory: Inventory,
    /// How hostile the simulated AWS is.
    pub level: FaultLevel,
    /// What is taken back in the middle of it; absent: nothing.
    pub taken_back: Option<TakenBack>,
}

/// What a single night has besides. Who opens gates belongs to one thread.
#[derive(Clone, Default)]
pub struct Besides {
    /// Where to keep the journal; absent: in memory.
    pub journal: Option<PathBuf>,
    /// Who opens gates; absent: they approve themselves.
    pub gatekeeper: Option<engine::AskPerson>,
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
    /// What became of the undo, where one was to be rehearsed.
    pub undone: Option<Undone>,
}

impl Rehearsed {
    /// Whether it came to the end that was to be rehearsed: the run's own, or that of its undo.
    pub fn as_asked(&self) -> bool {
        match (&self.undone, &self.end) {
            (None, _) => self.completed(),
            (Some(undone), Ok(end)) => undone.shown(end),
            (Some(_), Err(_)) => false,
        }
    }

    /// Whether it reached its end.
    pub fn completed(&self) -> bool {
        matches!(self.end, Ok(RunEnd::Completed))
    }
}

/// The moment at which a rehearsal begins: when the first window opens, or when the inventory was observed.
pub fn start_of(plan: &Plan, inventory: &Inventory) -> Timestamp {
    let observed = inventory.observed_at;
    plan.calendar()
        .current_or_next(observed)
        .map_or(observed, |opening| opening.from.max(observed))
}

/// The id of a rehearsed run: from plan and seed alone, so that the same seed gives the same names.
pub fn run_id(plan: &Plan, seed: u64) -> RunId {
    let digest = Digest::of(format!("{}/{seed}", plan.digest()).as_bytes());
    RunId::new(digest.short()).expect("twelve hexadecimal digits are a run id")
}

/// Which of the faults that a seed brings come.
#[derive(Debug, Clone, Copy)]
pub enum Which<'a> {
    /// All.
    All,
    /// All, and each is noted.
    Noted,
    /// These, which were noted on the seed's own night.
    Only(&'a [Injected]),
}

/// Rehearses once, on this thread, on a runtime of its own whose time is paused.
pub fn rehearse(rehearsal: &Rehearsal, seed: u64) -> Rehearsed {
    rehearse_with(rehearsal, &Besides::default(), seed, Which::All).0
}

/// The same with some of the faults, or with what was noted of them. A rehearsal that panics is told like one that broke off: the others of a campaign
/// go on.
pub fn rehearse_with(
    rehearsal: &Rehearsal,
    besides: &Besides,
    seed: u64,
    which: Which<'_>,
) -> (Rehearsed, Vec<Injected>) {
    let cloud = RefCell::new(None);
    let rehearsed = catch_unwind(AssertUnwindSafe(|| {
        in_paused_time(async {
            let stage = Stage::set(&rehearsal.plan, &rehearsal.inventory, seed, rehearsal.level);
            *cloud.borrow_mut() = Some(Arc::clone(&stage.simulated.cloud));
            {
                let faults = &mut lock(&stage.simulated.cloud).faults;
                match which {
                    Which::All => {}
                    Which::Noted => faults.note(),
                    Which::Only(these) => faults.only(these),
                }
            }
            played(rehearsal, besides, &stage, seed).await
        })
    }));
    let rehearsed = rehearsed.unwrap_or_else(|panic| Rehearsed {
        seed,
        end: Err(format!("it panicked: {}", words_of(&*panic))),
        steps: rehearsal.plan.steps.len(),
        api_calls: 0,
        virtual_seconds: 0.0,
        law_violations: Vec::new(),
        critical_path_seconds: rehearsal.plan.critical_path_seconds(),
        events: Vec::new(),
        calls: Vec::new(),
        undone: None,
    });
    let cloud = cloud.into_inner();
    let noted = cloud.map_or_else(Vec::new, |cloud| lock(&cloud).faults.noted().to_vec());
    (rehearsed, noted)
}

fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|text| (*text).to_owned()))
        .unwrap_or_else(|| "without words".to_owned())
}

/// In time that passes by itself, whenever everything waits.
pub(crate) fn in_paused_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing that could be missing");
    runtime.block_on(future)
}

/// Carries it out on a stage.
async fn played(rehearsal: &Rehearsal, besides: &Besides, stage: &Stage, seed: u64) -> Rehearsed {
    let (end, events, logged) = match carry_out(rehearsal, besides, stage).await {
        Ok(ended) => ended,
        Err(error) => (Err(error), Vec::new(), Vec::new()),
    };
    let law_violations = stage.laws_broken(end.as_ref().ok(), &events);
    let last = events.last().map_or(stage.start, |event| event.at);
    let first = events.first().map_or(stage.start, |event| event.at);
    let state = model::State::fold(&events).ok().flatten();
    Rehearsed {
        seed,
        end,
        steps: state
            .as_ref()
            .map_or(rehearsal.plan.steps.len(), |state| state.plan.steps.len()),
        api_calls: lock(&stage.simulated.cloud).requests.len(),
        virtual_seconds: last.duration_since(first).as_secs_f64(),
        law_violations,
        critical_path_seconds: state.as_ref().map_or(rehearsal.plan.critical_path_seconds(), |state| {
            state.plan.critical_path_seconds()
        }),
        undone: rehearsal.taken_back.as_ref().map(|wanted| Undone::of(wanted, &events)),
        events,
        calls: logged,
    }
}

/// A simulated AWS with a plan to be carried out in it: in one life of the engine, or in several over the same journal.
pub struct Stage {
    /// The world, and the state behind it.
    pub simulated: world::Simulated,
    /// What is put around every step; absent: nothing.
    pub around: Option<engine::Around>,
    plan: Plan,
    seed: u64,
    start: Timestamp,
    calls: PendingCalls,
}

impl Stage {
    /// Fills the accounts. Must be called on a runtime whose time is paused.
    pub fn set(plan: &Plan, inventory: &Inventory, seed: u64, level: FaultLevel) -> Self {
        let start = start_of(plan, inventory);
        let calls = PendingCalls::default();
        let inventory = flow::taken_for_ready(inventory, plan);
        let simulated = world::simulated(&inventory, start, seed, level, calls.sink());
        laws::prepare(&mut lock(&simulated.cloud), plan);
        enlist_terraform(&mut lock(&simulated.cloud), plan);
        Self {
            simulated,
            around: None,
            plan: plan.clone(),
            seed,
            start,
            calls,
        }
    }

    /// The same accounts, as a run of this stage has left them, with a plan that follows on it. The laws begin anew: what stands now is what
    /// must not be lost.
    pub fn then(self, plan: &Plan) -> Self {
        {
            let mut cloud = lock(&self.simulated.cloud);
            let allowed = std::mem::take(&mut cloud.laws.allowed_lasting);
            cloud.laws = simcloud::laws::Laws::watching(&cloud);
            cloud.laws.allowed_lasting = allowed;
            laws::prepare(&mut cloud, plan);
        }
        Self {
            plan: plan.clone(),
            start: self.simulated.world.clock.now(),
            ..self
        }
    }

    /// Stamps an empty journal as a rehearsal's.
    pub fn stamp(&self, journal: &mut Journal) -> Result<(), JournalError> {
        journal.stamp(&Stamp {
            created_at: self.start,
            host: world::host(),
            world: WorldKind::Rehearsal,
        })
    }

    /// Begins the run in a stamped journal.
    pub fn begin(&self, journal: &SharedJournal) -> Result<Run, EngineError> {
        let new = engine::run::NewRun {
            run: run_id(&self.plan, self.seed),
            world: WorldKind::Rehearsal,
            seed: self.seed,
            plan: self.plan.clone(),
        };
        Run::start(Arc::clone(journal), new, self.simulated.world.clock.now())
    }

    /// One life of the engine: carries the run on until it ends, must leave, or the journal fails.
    pub async fn carry_on(
        &self,
        journal: &SharedJournal,
        run: Run,
        gatekeeper: Gatekeeper,
    ) -> Result<RunEnd, EngineError> {
        self.carry_until(journal, run, gatekeeper, None).await
    }

    /// The same; it is asked to leave as soon as a step is done.
    async fn carry_until(
        &self,
        journal: &SharedJournal,
        run: Run,
        gatekeeper: Gatekeeper,
        last: Option<&StepId>,
    ) -> Result<RunEnd, EngineError> {
        let world = &self.simulated.world;
        let options = Options {
            wait: true,
            gatekeeper,
            login_command: world.login_command.clone(),
            concurrency: 16,
        };
        // Killed right upon a commit, an earlier life told the laws nothing of it (a proof, an approval): they hear all of it again.
        let before = journal
            .lock()
            .unwrap_or_else(std::sync::PoisonError::into_inner)
            .load()?;
        for recorded in &before {
            laws::heed(&mut lock(&self.simulated.cloud), &recorded.event, run.state());
        }
        let cloud = Arc::clone(&self.simulated.cloud);
        let stop = StopSwitch::default();
        let (leave, last) = (stop.clone(), last.cloned());
        let tell = Box::new(move |signal: Signal<'_>| {
            if let Signal::Recorded(recorded, state) = signal {
                laws::heed(&mut lock(&cloud), &recorded.event, state);
                if matches!(&recorded.event, Event::StepVerified { step, .. } if Some(step) == last.as_ref()) {
                    leave.ask(taking_back::LEAVES);
                }
            }
        });
        let mut engine = carriage::engine(world, journal, &self.calls, run, options, stop.listen(), tell)?;
        if let Some(around) = &self.around {
            engine.put_around(Rc::clone(around));
        }
        let end = engine.carry_out().await;
        self.calls.write(journal);
        end
    }

    /// Checks what can only be told once the run has come to `end`, and gives all broken laws, in words.
    pub fn laws_broken(&self, end: Option<&RunEnd>, events: &[Recorded]) -> Vec<String> {
        let mut cloud = lock(&self.simulated.cloud);
        laws::at_end(&mut cloud, end, events);
        laws::broken(&cloud)
    }
}

/// The product team's Terraform, where the plan waits for a bucket or a certificate that it makes.
fn enlist_terraform(cloud: &mut Cloud, plan: &Plan) {
    for step in plan.steps.iter().filter(|step| step.action == "bucket.await_name") {
        let account = &plan.accounts[&step.side].account;
        simcloud::s3::names::terraform_applies(cloud, &step.resource.name, account, &plan.region);
    }
    for step in plan.steps.iter().filter(|step| step.action == "zone.await_certificate") {
        let account = &plan.accounts[&step.side].account;
        let certificate = &step.input["certificate"];
        let region = certificate["region"].as_str().and_then(|region| region.parse().ok());
        if let (Some(domain), Some(region)) = (certificate["domain"].as_str(), region) {
            simcloud::services::acm::terraform_applies(cloud, account, &region, domain);
        }
    }
}

type Ended = (Result<RunEnd, String>, Vec<Recorded>, Vec<CallRecord>);

async fn carry_out(rehearsal: &Rehearsal, besides: &Besides, stage: &Stage) -> Result<Ended, String> {
    let journal = match &besides.journal {
        Some(path) => Journal::create(path),
        None => Journal::in_memory(),
    };
    let mut journal = journal.map_err(|error| with_causes(&error))?;
    stage.stamp(&mut journal).map_err(|error| with_causes(&error))?;
    let journal = carriage::shared(journal);
    let run = stage.begin(&journal).map_err(|error| with_causes(&error))?;
    let gatekeeper = || match &besides.gatekeeper {
        None => Gatekeeper::Automatic {
            by: "rehearsal".to_owned(),
        },
        Some(ask) => Gatekeeper::Person(Rc::clone(ask)),
    };
    let patience = patience(&rehearsal.plan);
    let carried = tokio::time::timeout(patience, async {
        match &rehearsal.taken_back {
            None => stage.carry_on(&journal, run, gatekeeper()).await,
            Some(wanted) => taking_back::carry_on(stage, &journal, run, &gatekeeper, wanted).await,
        }
    })
    .await;
    let end = match carried {
        Ok(end) => end.map_err(|error| with_causes(&error)),
        Err(_) => Err(format!("it did not end within {} days", patience.as_secs() / 86_400)),
    };
    let journal = journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    let events = journal.load().map_err(|error| with_causes(&error))?;
    let logged = journal.calls().map_err(|error| with_causes(&error))?;
    Ok((end, events, logged))
}

/// How long a run may take in virtual time: who is still at it after that will be for ever, and the seeds behind it would never begin.
fn patience(plan: &Plan) -> Duration {
    Duration::from_secs(60 * 86_400 + 2 * plan.critical_path_seconds())
}

fn with_causes(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut next = error.source();
    while let Some(cause) = next {
        text = format!("{text}: {cause}");
        next = cause.source();
    }
    text
}

fn lock(cloud: &simcloud::cloud::Shared) -> std::sync::MutexGuard<'_, Cloud> {
    simcloud::dispatch::lock(cloud)
}

pub mod campaign;
mod flow;
pub mod laws;
pub mod removal;
pub mod shrink;
pub mod taking_back;

impl Rehearsed {
    /// Whether it stopped where the architecture says it may: with a person to decide, or everything taken back.
    pub fn stopped_safe(&self) -> bool {
        matches!(
            self.end,
            Ok(RunEnd::NeedsOperator(_) | RunEnd::Unwound | RunEnd::CredentialsExpired { .. })
        )
    }

    /// Whether it is as it must be: no law broken, and its end reached, or on a hostile night a safe stop.
    pub fn is_good(&self, level: FaultLevel) -> bool {
        let safe = level == FaultLevel::Hostile && self.stopped_safe();
        self.law_violations.is_empty() && (self.as_asked() || safe)
    }
}
