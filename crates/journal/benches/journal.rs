//! What the journal costs: a transition beside the one wait for the disk that it cannot do without, and a glance at a million events.
//!
//! `cargo bench -p journal --bench journal [-- EVENTS]`; the folder is the target directory's, so that the disk is the project's.

use std::fs::File;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::time::Instant;

use jiff::Timestamp;
use journal::Journal;
use model::event::{Direction, WorldKind};
use model::plan::{Estimate, PLAN_FORMAT, Phase, StepSpec, Undo};
use model::{Digest, Event, Forecast, Plan, Region, ResourceRef, RunId, Side, State, StepId};

const STEPS: u32 = 1_114;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let events = std::env::args().skip(1).find_map(|argument| argument.parse().ok());
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("journal-{}", std::process::id()));
    std::fs::create_dir_all(&folder)?;
    let measured = transitions(&folder).and_then(|()| glance(&folder, events.unwrap_or(1_000_000)));
    std::fs::remove_dir_all(&folder)?;
    measured
}

fn say(line: &str) -> std::io::Result<()> {
    writeln!(std::io::stdout(), "{line}")
}

/// Milliseconds of each of many turns, sorted.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures the wall's time")]
fn timed<E>(turns: u32, mut turn: impl FnMut(u32) -> Result<(), E>) -> Result<Vec<f64>, E> {
    let mut took = Vec::new();
    for number in 0..turns {
        let begun = Instant::now();
        turn(number)?;
        took.push(begun.elapsed().as_secs_f64() * 1000.0);
    }
    took.sort_by(f64::total_cmp);
    Ok(took)
}

fn shown(took: &[f64]) -> String {
    let at = |share: f64| took[((took.len() - 1) as f64 * share) as usize];
    format!(
        "p50 {:.3} ms, p99 {:.3} ms, max {:.3} ms of {}",
        at(0.5),
        at(0.99),
        at(1.0),
        took.len()
    )
}

/// One event after another, each on the disk before the next; beside it what appending as many bytes to a file and waiting for it takes.
fn transitions(folder: &Path) -> Result<(), Box<dyn std::error::Error>> {
    const TURNS: u32 = 4_000;
    let path = folder.join("transitions.db");
    let mut journal = Journal::create(&path)?;
    journal.append(0, at(0), &[started()])?;
    let mut last = 1;
    // Frames of the log: what one transition writes.
    let mut file = File::create(folder.join("plain"))?;
    let page = vec![7_u8; 4 * 4_120];
    // In turns of some hundred, so that a slow minute meets both.
    let (mut waits, mut appends) = (Vec::new(), Vec::new());
    for _ in 0..TURNS / 200 {
        waits.extend(timed(200, |_| file.write_all(&page).and_then(|()| file.sync_data()))?);
        appends.extend(timed(200, |_| {
            last += journal.append(last, at(last), &[tried(last)])?.len() as u64;
            Ok::<(), journal::JournalError>(())
        })?);
    }
    waits.sort_by(f64::total_cmp);
    appends.sort_by(f64::total_cmp);
    say(&format!("16 KiB appended to a file and waited for: {}", shown(&waits)))?;
    say(&format!(
        "one transition committed:                 {}",
        shown(&appends)
    ))?;
    // What the program itself does for one, without a disk.
    let mut memory = Journal::in_memory()?;
    memory.append(0, at(0), &[started()])?;
    let own = timed(TURNS, |turn| {
        let last = u64::from(turn) + 1;
        memory.append(last, at(last), &[tried(last)]).map(drop)
    })?;
    say(&format!("the same in memory:                       {}", shown(&own)))?;
    Ok(())
}

fn glance(folder: &Path, events: u64) -> Result<(), Box<dyn std::error::Error>> {
    let path: PathBuf = folder.join("many.db");
    let mut journal = Journal::create(&path)?;
    journal.append(0, at(0), &[started()])?;
    let mut last = 1;
    while last < events {
        let batch: Vec<Event> = (last..events.min(last + 1_000)).map(tried).collect();
        last += journal.append(last, at(last), &batch)?.len() as u64;
    }
    drop(journal);
    let bytes = std::fs::metadata(&path)?.len();
    say(&format!("{events} events of {STEPS} steps, {} MB", bytes / 1_000_000))?;
    let seen = timed(20, |_| -> Result<(), &'static str> {
        let (_, state) = Journal::glance(&path).ok_or("no state was written")?;
        let forecast = Forecast::of(&state, state.last_at);
        (state.last_seq == events && forecast.is_some())
            .then_some(())
            .ok_or("it saw something else")
    })?;
    say(&format!("a glance at it, with a forecast:          {}", shown(&seen)))?;
    let proved = timed(1, |_| -> Result<(), Box<dyn std::error::Error>> {
        let recorded = Journal::open_read_only(&path)?.load()?;
        State::fold(&recorded)?.ok_or("no run")?;
        Ok(())
    })?;
    say(&format!("everything proved and folded:             {}", shown(&proved)))?;
    Ok(())
}

fn at(second: u64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + i64::try_from(second).unwrap_or(0)).unwrap_or(Timestamp::UNIX_EPOCH)
}

fn step_id(number: u32) -> StepId {
    ResourceRef::new("bucket", format!("shop-stg-{}", number / 20)).step(&format!("copy_wave_{}", number % 20))
}

/// A try of one step after another: a first event of a step is as likely as any.
fn tried(last: u64) -> Event {
    let steps = u64::from(STEPS);
    Event::IntentRecorded {
        step: step_id(u32::try_from((last - 1) % steps).unwrap_or(0)),
        attempt: u32::try_from((last - 1) / steps + 1).unwrap_or(1),
        direction: Direction::Do,
        token: format!("cleave-abcdef012345-{last}"),
    }
}

fn started() -> Event {
    let steps = (0..STEPS).map(|number| StepSpec {
        id: step_id(number),
        action: "bucket.copy_wave".into(),
        version: 1,
        resource: ResourceRef::new("bucket", format!("shop-stg-{}", number / 20)),
        side: Side::Target,
        title: format!("copies wave {number} of the bucket's versions"),
        phase: Phase::Prepare,
        needs: vec![],
        gates: vec![],
        disturbs: false,
        presses_on: false,
        undo: Undo::Auto,
        estimate: Estimate { p50: 60, p90: 120 },
        learned: None,
        patience: 600,
        limit: None,
        input: serde_json::json!({
            "bucket": format!("shop-stg-{}", number / 20), "into": "cleave-interim-abcdef012345", "wave": number,
            "key": "arn:aws:kms:ap-northeast-1:222222222222:key/11111111-2222-3333-4444-555555555555", "classes": ["STANDARD", "GLACIER"],
        }),
    });
    let plan = Plan {
        format: PLAN_FORMAT,
        migration: "shop-staging".into(),
        region: Region::new("ap-northeast-1").unwrap_or_else(|_| unreachable!("it is one")),
        accounts: Default::default(),
        runbook: Digest::of(b"runbook"),
        windows: vec![],
        frozen: vec![],
        overrun: Default::default(),
        gates: vec![],
        limits: Default::default(),
        steps: steps.collect(),
        notes: vec![],
        costs: Default::default(),
        rewrites: Vec::new(),
        products: Default::default(),
    };
    Event::RunStarted {
        run: RunId::new("abcdef012345").unwrap_or_else(|_| unreachable!("it is one")),
        world: WorldKind::Endpoint,
        seed: 1,
        digest: plan.digest(),
        plan: Box::new(plan),
    }
}
