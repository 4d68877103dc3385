//! One run in simcloud, over as many lives of the engine as its crashes make necessary.

use std::path::Path;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;

use cleave::carriage;
use cleave::commands::files::Written;
use cleave::rehearsal::Stage;
use engine::run::SharedJournal;
use engine::{EngineError, Gatekeeper, Observed, Run, RunEnd, StepContext};
use journal::{InboxItem, Journal, JournalError};
use model::event::Verdict;
use model::plan::Weight;
use model::{Event, Failure, Inventory, Plan, Recorded, State, StepId};
use simcloud::cloud::Cloud;
use simcloud::dispatch::{RequestRecord, lock};
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};

use crate::language::only_in_english;
use crate::schema_walk;
use crate::standing::{self, Effects};

/// The seed of every run here: the drivers vary what goes wrong, not the night.
const SEED: u64 = 1;

/// A plan, and the accounts in which it is carried out.
#[derive(Clone)]
pub struct Scenario {
    /// The plan.
    pub plan: Plan,
    /// What the accounts hold.
    pub inventory: Inventory,
}

impl Scenario {
    /// A runbook and an inventory as they are written; nothing blocks.
    pub fn written(runbook: &str, inventory: &serde_json::Value) -> Self {
        let faults = schema_walk::faults(&Inventory::json_schema(), inventory);
        assert_eq!(faults, Vec::<String>::new(), "the schema refuses it");
        let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
        let plan = moves::plan(&moves::Runbook::parse(runbook).expect("a runbook"), &inventory);
        let blocks: Vec<_> = plan.notes.iter().filter(|note| note.weight == Weight::Blocks).collect();
        assert!(blocks.is_empty(), "{blocks:?}");
        Self { plan, inventory }
    }

    /// One of the runbooks that lie ready to be rehearsed.
    pub fn of(runbook: &str) -> Self {
        let path = Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../runbooks")
            .join(runbook)
            .join("runbook.toml");
        let written = Written::read(&path, None).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        let plan = written
            .unblocked_plan()
            .unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        Self {
            plan,
            inventory: written.inventory,
        }
    }
}

/// Where a process dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Cut {
    /// Before the commit that follows on this many events: what was done after them has happened.
    After(u64),
    /// Upon the commit of this many events: nothing that follows on them has happened.
    Upon(u64),
    /// Upon so many commits of how far a bucket's listing is.
    UponListing(u64),
    /// While this mutating call is under way, and has done nothing yet; those beside it have been carried out.
    DuringCall(u64),
    /// The same, when it has done everything and its answer is on the way.
    BehindCall(u64),
}

impl Cut {
    /// Its name, with those of the events between which it falls.
    pub fn name(self, event: impl Fn(u64) -> String) -> String {
        match self {
            Self::After(n) => format!("killed behind {}", event(n)),
            Self::Upon(n) => format!("killed upon {}", event(n)),
            Self::UponListing(n) => format!("killed upon commit {n} of listings"),
            Self::DuringCall(n) => format!("killed while mutating call {n} is under way"),
            Self::BehindCall(n) => format!("killed before the answer to mutating call {n}"),
        }
    }
}

/// What is done to a run.
#[derive(Debug, Clone, Default)]
pub struct Disturbance {
    /// Where its first processes die, one after the other.
    pub cuts: Vec<Cut>,
    /// What becomes of its calls.
    pub traps: Vec<Trap>,
    /// The second process is asked to take everything back.
    pub undo: bool,
    /// How far a listing is, is kept after each page; else as often as always.
    pub keeps_each_page: bool,
    /// What was there, beyond what an inventory tells, before the run that it follows on.
    pub before: Option<Before>,
}

/// Puts into the accounts what no inventory tells of.
pub type Before = fn(&mut Cloud);

/// What is left of a run.
pub struct Night {
    /// How its last process ended.
    pub end: Result<RunEnd, String>,
    /// How many processes it took.
    pub lives: usize,
    /// How many traps have sprung.
    pub sprung: u64,
    /// The events.
    pub events: Vec<Recorded>,
    /// The requests, in order.
    pub requests: Vec<RequestRecord>,
    /// How many of them were made before this night, by a run that it follows on.
    pub earlier: usize,
    /// Every change, counted.
    pub effects: Effects,
    /// What stands at the end.
    pub standing: Effects,
    /// Broken laws.
    pub broken: Vec<String>,
}

/// One whole night without a disturbance of its own, gates approved by themselves; what is wrong with it: broken laws, an end before the end, and
/// what `look` finds in the accounts.
pub fn whole(
    scenario: &Scenario,
    seed: u64,
    level: FaultLevel,
    look: impl Fn(&Cloud, &State) -> Vec<String>,
) -> Vec<String> {
    let (events, mut wrong, found) = played(scenario, seed, level, look);
    let state = State::fold(&events).expect("events").expect("a run");
    if state.ended != Some(Verdict::Completed) {
        wrong.push(format!("it did not end: {:?}", stops(&events)));
    }
    wrong.extend(found);
    wrong
}

/// One whole night without a disturbance of its own, gates approved by themselves: its events, the laws that it broke, and what `look` finds
/// in the accounts.
pub fn played<T>(
    scenario: &Scenario,
    seed: u64,
    level: FaultLevel,
    look: impl FnOnce(&Cloud, &State) -> T,
) -> (Vec<Recorded>, Vec<String>, T) {
    in_paused_time(async {
        let stage = Stage::set(&scenario.plan, &scenario.inventory, seed, level);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let gatekeeper = Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let end = stage.carry_on(&journal, run, gatekeeper).await;
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let mut broken = stage.laws_broken(end.as_ref().ok(), &events);
        broken.extend(only_in_english(&events));
        if let Err(error) = end {
            broken.push(format!("it broke off: {error:?}"));
        }
        let state = State::fold(&events).expect("events").expect("a run");
        let found = look(&lock(&stage.simulated.cloud), &state);
        (events, broken, found)
    })
}

/// A quiet night, and so many harsh ones.
pub fn quiet_and_harsh(count: u64) -> Vec<(u64, FaultLevel)> {
    let harsh = (2..2 + count).map(|seed| (seed, FaultLevel::Harsh));
    std::iter::once((1, FaultLevel::None)).chain(harsh).collect()
}

/// Carries the plan out under a disturbance, until it ends or a person would be needed.
pub fn carry_out(scenario: &Scenario, disturbance: &Disturbance) -> Night {
    carry_out_after(None, scenario, disturbance)
}

/// Sets the stage; where another run was first, three days after that one's end.
async fn set_stage(first: Option<&Plan>, scenario: &Scenario, before: Option<Before>) -> Stage {
    let Some(first) = first else {
        return Stage::set(&scenario.plan, &scenario.inventory, SEED, FaultLevel::None);
    };
    let (stage, _) = ended_with(first, &scenario.inventory, before).await;
    stage.then(&scenario.plan)
}

/// The accounts three days after a quiet night of a plan, and that night's state.
pub async fn ended(plan: &Plan, inventory: &Inventory) -> (Stage, State) {
    ended_with(plan, inventory, None).await
}

/// The same, with what was there an hour before, beyond what the inventory tells.
pub async fn ended_with(plan: &Plan, inventory: &Inventory, before: Option<Before>) -> (Stage, State) {
    let mut stage = Stage::set(plan, inventory, SEED, FaultLevel::None);
    if let Some(before) = before {
        before(&mut lock(&stage.simulated.cloud));
        let clock = &stage.simulated.world.clock;
        clock.sleep_until(clock.after(Duration::from_secs(3600))).await;
        let later = clock.now();
        lock(&stage.simulated.cloud).advance(later);
        stage = stage.then(plan);
    }
    let mut journal = Journal::in_memory().expect("memory");
    stage.stamp(&mut journal).expect("a new journal can be stamped");
    let journal = carriage::shared(journal);
    let end = one_life(&stage, &journal).await;
    let events = journal.lock().expect("nobody panicked").load().expect("events");
    assert!(matches!(end, Ok(RunEnd::Completed)), "{end:?}: {:?}", stops(&events));
    let state = State::fold(&events).expect("events").expect("a run");
    let clock = &stage.simulated.world.clock;
    clock.sleep_until(clock.after(Duration::from_secs(3 * 86_400))).await;
    (stage, state)
}

/// What steps of a run act through.
pub fn acting(stage: &Stage, journal: &SharedJournal, state: &State) -> moves::World {
    let world = &stage.simulated.world;
    let accounts = aws::Accounts::enter(&world.connection, &state.plan.accounts, &state.plan.region, &state.run);
    moves::World {
        accounts,
        dns: Rc::clone(&world.dns),
        hooks: Rc::clone(&world.hooks),
        taken_back: Default::default(),
        listings: world.listings.clone(),
        kept: carriage::keeper(journal, world.pages_between_commits),
    }
}

/// The same, three days after another plan was carried out in the same accounts.
pub fn carry_out_after(first: Option<&Plan>, scenario: &Scenario, disturbance: &Disturbance) -> Night {
    in_paused_time(async {
        let mut stage = set_stage(first, scenario, disturbance.before).await;
        let (earlier, earlier_effects) = {
            let cloud = lock(&stage.simulated.cloud);
            (cloud.requests.len(), standing::effects(&cloud))
        };
        if disturbance.keeps_each_page {
            stage.simulated.world.pages_between_commits = 1;
        }
        for trap in &disturbance.traps {
            lock(&stage.simulated.cloud).faults.set_trap(trap.clone());
        }
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let path = folder.path().join("migrations.db");
        let mut journal = Journal::create(&path).expect("a new journal");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let hangs = |nth: u64, what: Fate| {
            let nth = Nth::Mutating(nth);
            lock(&stage.simulated.cloud).faults.set_trap(Trap { nth, what });
        };
        let cut_off = |journal: &mut Journal, life: usize| match disturbance.cuts.get(life) {
            Some(Cut::After(events)) => journal.fail_after(*events),
            Some(Cut::Upon(events)) => journal.fail_upon(*events),
            Some(Cut::UponListing(commits)) => journal.fail_upon_listing(*commits),
            Some(Cut::DuringCall(n)) => hangs(*n, Fate::HangBefore),
            Some(Cut::BehindCall(n)) => hangs(*n, Fate::HangAfter),
            None => {}
        };
        cut_off(&mut journal, 0);
        let mut lives = 1;
        let mut end = match disturbance.cuts.first() {
            Some(Cut::DuringCall(_) | Cut::BehindCall(_)) => until_it_hangs(&stage, &carriage::shared(journal)).await,
            _ => one_life(&stage, &carriage::shared(journal)).await,
        };
        while let Err(EngineError::Journal(JournalError::CrashSwitch)) = end {
            // Somebody has to notice and type the command again.
            let clock = &stage.simulated.world.clock;
            clock.sleep_until(clock.after(Duration::from_secs(20))).await;
            let mut journal = Journal::open(&path).expect("what a crash leaves can be opened");
            if disturbance.undo && lives == 1 {
                let undo = InboxItem::Undo {
                    by: "the test".to_owned(),
                    reason: "it was cut off".to_owned(),
                    to: None,
                };
                journal.put_inbox(&undo).expect("the inbox takes a wish");
            }
            cut_off(&mut journal, lives);
            lives += 1;
            end = one_life(&stage, &carriage::shared(journal)).await;
        }
        let end = end.map_err(|error| format!("{error:?}"));
        let events = events_of(&path);
        let mut broken = stage.laws_broken(end.as_ref().ok(), &events);
        broken.extend(only_in_english(&events));
        let cloud = lock(&stage.simulated.cloud);
        Night {
            end,
            lives,
            sprung: cloud.faults.traps_sprung(),
            events,
            requests: cloud.requests.clone(),
            earlier,
            effects: standing::since(&earlier_effects, standing::effects(&cloud)),
            standing: standing::standing(&cloud),
            broken,
        }
    })
}

impl Night {
    /// Why steps stopped.
    pub fn stops(&self) -> Vec<String> {
        stops(&self.events)
    }
}

/// Why steps stopped, in words.
pub fn stops(events: &[Recorded]) -> Vec<String> {
    let stops = events.iter().filter_map(|recorded| match &recorded.event {
        Event::StepStopped { step, failure, .. } => Some(format!("{step} stopped: {failure}")),
        _ => None,
    });
    stops.collect()
}

/// What a second process did over the journal of a run that has ended, and what looking at each of its steps again did and found.
pub struct Second {
    /// How many events the second process recorded.
    pub events: usize,
    /// How many requests it made.
    pub requests: usize,
    /// The changes that it and the looks made.
    pub changes: Vec<String>,
    /// What each step's look found.
    pub looks: Vec<(StepId, Result<Observed, Failure>)>,
}

/// Carries the plan out to its end, starts a second process over the same journal, and looks at every step once more.
pub fn carry_out_twice(scenario: &Scenario) -> Second {
    in_paused_time(async {
        let stage = Stage::set(&scenario.plan, &scenario.inventory, SEED, FaultLevel::None);
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let path = folder.path().join("migrations.db");
        let mut journal = Journal::create(&path).expect("a new journal");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let end = one_life(&stage, &carriage::shared(journal)).await;
        assert!(
            matches!(end, Ok(RunEnd::Completed)),
            "the first process ended with {end:?}"
        );
        let first = events_of(&path);
        let (before, requests) = {
            let cloud = lock(&stage.simulated.cloud);
            (standing::effects(&cloud), cloud.requests.len())
        };
        let journal = carriage::shared(Journal::open(&path).expect("the journal of a run that has ended"));
        let _ = one_life(&stage, &journal).await;
        let requested = lock(&stage.simulated.cloud).requests.len() - requests;
        let state = State::fold(&first)
            .expect("events that follow on each other")
            .expect("a run");
        let looks = look_at_all(&stage, &journal, &state).await;
        let after = standing::effects(&lock(&stage.simulated.cloud));
        Second {
            events: events_of(&path).len() - first.len(),
            requests: requested,
            changes: standing::differences(&before, &after),
            looks,
        }
    })
}

async fn look_at_all(
    stage: &Stage,
    journal: &SharedJournal,
    state: &State,
) -> Vec<(StepId, Result<Observed, Failure>)> {
    let world = &stage.simulated.world;
    let registry = moves::registry(Rc::new(acting(stage, journal, state)));
    let outputs = state
        .steps
        .iter()
        .filter_map(|(id, place)| Some((id.clone(), Rc::new(place.output.clone()?))));
    let outputs = Rc::new(std::cell::RefCell::new(outputs.collect()));
    let mut looks = Vec::new();
    for spec in &state.plan.steps {
        let place = &state.steps[&spec.id];
        let cx = StepContext {
            run: state.run.clone(),
            spec: Rc::new(spec.clone()),
            direction: model::event::Direction::Do,
            token: engine::carry::token(&state.run, &spec.id),
            now: world.clock.now(),
            started_at: place.started_at,
            tried_at: place.tried_at,
            attempts: place.attempts,
            retried: place.retried,
            cursor: place.cursor.clone(),
            outputs: Rc::clone(&outputs),
        };
        let step = registry
            .make(spec)
            .expect("the plan was carried out with this registry");
        looks.push((spec.id.clone(), step.observe(&cx).await));
    }
    looks
}

async fn one_life(stage: &Stage, journal: &SharedJournal) -> Result<RunEnd, EngineError> {
    let run = match Run::resume(Arc::clone(journal)) {
        // Made, and killed before the first event.
        Err(EngineError::NoRun) => stage.begin(journal),
        resumed => resumed,
    }?;
    // Longer than any window keeps a run waiting and than any outage is borne: who is still at it will be for ever.
    let patience = Duration::from_secs(9 * 86_400);
    let gatekeeper = Gatekeeper::Automatic {
        by: "the test".to_owned(),
    };
    let end = tokio::time::timeout(patience, stage.carry_on(journal, run, gatekeeper)).await;
    end.expect("a run ends or leaves within nine days")
}

/// One life, ended from without as soon as a trap has sprung and nothing else moves.
async fn until_it_hangs(stage: &Stage, journal: &SharedJournal) -> Result<RunEnd, EngineError> {
    let clock = &stage.simulated.world.clock;
    let sprung = async {
        while lock(&stage.simulated.cloud).faults.traps_sprung() == 0 {
            clock.sleep_until(clock.after(Duration::from_secs(1))).await;
        }
        // Calls beside it are answered within seconds.
        clock.sleep_until(clock.after(Duration::from_secs(5))).await;
    };
    tokio::select! {
        end = one_life(stage, journal) => end,
        () = sprung => Err(EngineError::Journal(JournalError::CrashSwitch)),
    }
}

fn events_of(path: &Path) -> Vec<Recorded> {
    let journal = Journal::open_read_only(path).expect("a journal that was written");
    journal.load().expect("what was appended can be read back")
}

/// Carries a future out on a runtime of its own whose time is paused.
pub fn in_paused_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime
        .expect("a runtime without I/O needs nothing that could be missing")
        .block_on(future)
}
