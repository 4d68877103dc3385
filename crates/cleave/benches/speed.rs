//! How fast a rehearsal is: calls through the SDK to a simulated AWS, whole rehearsals, and what the journal takes.
//!
//! `cargo bench -p cleave --bench speed --profile dev`: that profile optimises what these measure and reuses what `cargo test`
//! compiled. The bench profile would compile every SDK crate anew.

use std::path::{Path, PathBuf};

use aws::Accounts;
use cleave::carriage::PendingCalls;
use cleave::commands::files::Written;
use cleave::rehearsal::{self, Rehearsal};
use cleave::world;
use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use journal::Journal;
use model::event::{Direction, Outcome, WorldKind};
use model::{Event, Plan, Recorded, Side, StepId};
use simcloud::faults::FaultLevel;

fn main() {
    divan::main();
}

fn runbook(name: &str) -> (Plan, Written) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../runbooks")
        .join(name)
        .join("runbook.toml");
    let Ok(written) = Written::read(&path, None) else {
        panic!("{} cannot be read", path.display())
    };
    let Ok(plan) = written.unblocked_plan() else {
        panic!("the plan of {name} is blocked")
    };
    (plan, written)
}

/// Reads through aws's clients: signing, serialising, the simulated RDS with its rules and laws, parsing, and the call log.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn simulated_sdk_calls(bencher: Bencher<'_, '_>) {
    const CALLS: u32 = 500;
    let (plan, written) = runbook("shop-staging");
    let start = rehearsal::start_of(&plan, &written.inventory);
    let run = rehearsal::run_id(&plan, 1);
    bencher
        .counter(ItemsCount::new(CALLS))
        .with_inputs(|| {
            let runtime = tokio::runtime::Builder::new_current_thread()
                .enable_time()
                .start_paused(true)
                .build()
                .expect("a runtime without I/O needs nothing that could be missing");
            let source = runtime.block_on(async {
                let calls = PendingCalls::default();
                let simulated = world::simulated(&written.inventory, start, 1, FaultLevel::None, calls.sink());
                let accounts = Accounts::enter(&simulated.world.connection, &plan.accounts, &plan.region, &run);
                let source = accounts.side(Side::Source);
                source.identity().await.expect("the role can be taken on");
                source
            });
            (runtime, source)
        })
        .bench_local_values(|(runtime, source)| {
            runtime.block_on(async {
                for _ in 0..CALLS {
                    let found = source.rds.instance("shop-stg").await.expect("nothing goes wrong");
                    assert!(found.is_some(), "the inventory has this database");
                }
            });
        });
}

/// Whole rehearsals of one environment, law checks included, each with another seed.
#[divan::bench(args = [FaultLevel::None, FaultLevel::Usual, FaultLevel::Harsh], sample_count = 10, sample_size = 1)]
fn rehearsals_of_shop_staging(bencher: Bencher<'_, '_>, level: FaultLevel) {
    let (plan, written) = runbook("shop-staging");
    let rehearsal = Rehearsal {
        plan,
        inventory: written.inventory,
        level,
        taken_back: None,
    };
    let mut seed = 0;
    bencher.counter(ItemsCount::new(1_u32)).bench_local(|| {
        seed += 1;
        black_box(rehearsal::rehearse(&rehearsal, seed).events.len())
    });
}

/// Transitions of a run, each committed to the disk before the next: what a step waits for between its intent and its call.
#[divan::bench(sample_count = 20, sample_size = 1)]
fn journal_transitions(bencher: Bencher<'_, '_>) {
    const ATTEMPTS: u32 = 100;
    let (plan, written) = runbook("shop-staging");
    let at = rehearsal::start_of(&plan, &written.inventory);
    let step = plan.steps.first().expect("the plan has steps").id.clone();
    let mut number = 0_u32;
    bencher
        .counter(ItemsCount::new(2 * ATTEMPTS))
        .with_inputs(|| {
            number += 1;
            let file = JournalFile::new(number);
            let mut journal = Journal::create(&file.0).expect("the target directory is writable");
            let recorded = journal
                .append(0, at, &[started(&plan)])
                .expect("a new journal takes a first event");
            assert_eq!(recorded.len(), 1, "one event was appended");
            (file, journal)
        })
        .bench_local_values(|(file, mut journal)| {
            let mut last = 1;
            for attempt in 1..=ATTEMPTS {
                for event in attempt_of(&step, attempt) {
                    let recorded: Vec<Recorded> = journal.append(last, at, &[event]).expect("the disk is not full");
                    last += recorded.len() as u64;
                }
            }
            drop(journal);
            file
        });
}

fn started(plan: &Plan) -> Event {
    Event::RunStarted {
        run: rehearsal::run_id(plan, 1),
        world: WorldKind::Rehearsal,
        seed: 1,
        digest: plan.digest(),
        plan: Box::new(plan.clone()),
    }
}

fn attempt_of(step: &StepId, attempt: u32) -> [Event; 2] {
    let step = step.clone();
    [
        Event::IntentRecorded {
            step: step.clone(),
            attempt,
            direction: Direction::Do,
            token: format!("token-{attempt}"),
        },
        Event::AttemptEnded {
            step,
            attempt,
            outcome: Outcome::Done,
            again_at: None,
        },
    ]
}

/// A journal that goes away, on the disk that the project lies on: a file system in memory would commit for nothing.
struct JournalFile(PathBuf);

impl JournalFile {
    fn new(number: u32) -> Self {
        let name = format!("speed-{}-{number}.db", std::process::id());
        Self(Path::new(env!("CARGO_TARGET_TMPDIR")).join(name))
    }
}

impl Drop for JournalFile {
    fn drop(&mut self) {
        for ending in ["", "-wal", "-shm", ".lock"] {
            let mut path = self.0.clone().into_os_string();
            path.push(ending);
            // Those that SQLite has removed itself are gone already.
            let _ = std::fs::remove_file(path);
        }
    }
}
