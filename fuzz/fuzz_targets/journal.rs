//! A file that is opened as a journal: arbitrary bytes, or a real journal in which bytes were changed. It is refused with a name, or holds
//! exactly what was appended; nothing panics.
//!
//! The first byte chooses. Changes are triples: a place (two bytes, spread over the file) and what is there instead.

#![no_main]

use std::path::PathBuf;
use std::sync::LazyLock;

use jiff::Timestamp;
use journal::Journal;
use libfuzzer_sys::fuzz_target;
use model::event::{Direction, WorldKind};
use model::{Event, Inventory, Recorded, State};
use moves::Runbook;

struct Real {
    bytes: Vec<u8>,
    recorded: Vec<Recorded>,
}

/// In memory where there is a file system for that: a million files are written.
fn path(name: &str) -> PathBuf {
    let folder = if PathBuf::from("/dev/shm").exists() { "/dev/shm" } else { "/tmp" };
    PathBuf::from(folder).join(format!("cleave-fuzz-{}-{name}", std::process::id()))
}

static REAL: LazyLock<Real> = LazyLock::new(|| {
    let text = include_str!("../../runbooks/shop-staging/runbook.toml");
    let runbook = Runbook::parse(text).expect("the example's runbook");
    let text = include_str!("../../runbooks/shop-staging/inventory.json");
    let inventory = Inventory::parse(text).expect("the example's inventory");
    let mut plan = moves::plan(&runbook, &inventory);
    // A journal of some pages, not of a hundred: most changes are to meet something.
    plan.steps.retain(|step| step.needs.is_empty());
    plan.steps.truncate(3);
    plan.notes.clear();
    plan.gates.clear();
    plan.steps.iter_mut().for_each(|step| step.gates.clear());
    let step = plan.steps[0].id.clone();
    let mut events = vec![Event::RunStarted {
        run: model::RunId::new("abcdef012345").expect("a run id"),
        world: WorldKind::Endpoint,
        seed: 1,
        digest: plan.digest(),
        plan: Box::new(plan),
    }];
    events.extend((1..6).map(|attempt| Event::IntentRecorded {
        step: step.clone(),
        attempt,
        direction: Direction::Do,
        token: format!("token-{attempt}"),
    }));
    let real = path("real.db");
    let _ = std::fs::remove_file(&real);
    let mut journal = Journal::create(&real).expect("there is room");
    let recorded = journal.append(0, Timestamp::UNIX_EPOCH, &events).expect("there is room");
    drop(journal);
    let bytes = std::fs::read(&real).expect("it is there");
    let _ = std::fs::remove_file(real);
    Real { bytes, recorded }
});

fuzz_target!(|bytes: &[u8]| {
    let Some((which, rest)) = bytes.split_first() else { return };
    let changed = which % 4 != 0;
    let content = if changed {
        let mut real = REAL.bytes.clone();
        for change in rest.chunks_exact(3) {
            let place = usize::from(u16::from_be_bytes([change[0], change[1]])) * real.len() / 65_536;
            real[place] ^= change[2];
        }
        real
    } else {
        rest.to_vec()
    };
    let file = path("tried.db");
    std::fs::write(&file, &content).expect("there is room");
    let glanced = Journal::glance(&file).map(|(_, state)| state);
    match Journal::open_read_only(&file).and_then(|journal| Ok((journal.newer_format(), journal.load()?))) {
        Ok((None, found)) => {
            if changed {
                assert_eq!(found, REAL.recorded, "another history was believed");
            }
            let state = State::fold(&found).ok().flatten();
            assert!(glanced.is_none() || glanced == state);
            let _ = Journal::open(&file).map(|journal| journal.copy_of(&file, "here"));
        }
        Ok((Some(_), _)) => {}
        Err(error) => assert!(!error.to_string().is_empty()),
    }
    for ending in ["", "-wal", "-shm", ".lock"] {
        let mut name = file.clone().into_os_string();
        name.push(ending);
        let _ = std::fs::remove_file(name);
    }
});
