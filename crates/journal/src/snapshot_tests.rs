use model::event::{Direction, Outcome, WorldKind};
use model::{Event, Recorded};
use pretty_assertions::assert_eq;
use std::path::{Path, PathBuf};

use super::*;
use crate::Journal;
use crate::test_events::{at, gate_name, intent, run_started, step_id};

/// Events that add up to a run: a step tried again and again, an output and a cursor that are null among it, a gate and a pause.
fn told(length: u32) -> Vec<Event> {
    let step = || step_id("take_snapshot");
    let mut events = vec![
        run_started(WorldKind::Endpoint),
        Event::GateAsked {
            gate: gate_name("service-stopped"),
            evidence: "nobody is connected".into(),
        },
        Event::WindowExtended {
            by: "aki".into(),
            reason: "late".into(),
            until: at(9),
        },
        intent("take_snapshot", 1, Direction::Do),
        Event::SweepAdvanced {
            step: step(),
            cursor: serde_json::Value::Null,
            done: 3,
            total: None,
        },
    ];
    for attempt in 2..=length {
        events.push(intent("take_snapshot", attempt, Direction::Do));
        events.push(Event::AttemptEnded {
            step: step(),
            attempt,
            outcome: Outcome::Done,
            again_at: Some(at(i64::from(attempt))),
        });
    }
    events
}

fn filled(every: u64, length: u32) -> (tempfile::TempDir, PathBuf, Vec<Recorded>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    let mut journal = Journal::create(&path).unwrap();
    journal.snapshot_every = every;
    let mut recorded = Vec::new();
    for (second, events) in told(length).chunks(3).enumerate() {
        let last = recorded.len() as u64;
        recorded.extend(journal.append(last, at(second as i64), events).unwrap());
    }
    (folder, path, recorded)
}

fn seq_of(path: &Path) -> Option<u64> {
    let journal = Journal::open_read_only(path).unwrap();
    let seq = journal
        .connection
        .query_row("SELECT seq FROM snapshot", [], |row| row.get::<_, i64>(0))
        .optional()
        .unwrap();
    seq.map(|seq| u64::try_from(seq).unwrap())
}

#[test]
fn a_glance_sees_what_folding_everything_sees_at_every_length() {
    for length in 1..30 {
        let (_folder, path, recorded) = filled(7, length);
        let (_, seen) = match Journal::glance(&path) {
            Some(seen) => seen,
            None => {
                assert!(recorded.len() < 7, "{} events and no state was written", recorded.len());
                continue;
            }
        };
        assert_eq!(Some(seen), State::fold(&recorded).unwrap());
        assert!(
            seq_of(&path).unwrap() + 10 > recorded.len() as u64,
            "an old one was left"
        );
    }
}

#[test]
fn a_state_that_cannot_be_relied_upon_is_as_good_as_none_and_no_run_reads_it() {
    let lies = [
        "DELETE FROM snapshot",
        "UPDATE snapshot SET state = replace(state, 'nobody is connected', 'all is well')",
        "UPDATE snapshot SET state = '{}'",
        "UPDATE snapshot SET state = ''",
        "UPDATE snapshot SET writer = '99.0.0/1'",
        "UPDATE snapshot SET seq = seq - 1",
        "UPDATE snapshot SET seq = 1000000",
        "UPDATE snapshot SET hash = digest",
        "UPDATE snapshot SET hash = (SELECT hash FROM event WHERE seq = snapshot.seq - 1)",
    ];
    for lie in lies {
        let (_folder, path, recorded) = filled(7, 20);
        assert!(Journal::glance(&path).is_some(), "before {lie}");
        assert_eq!(Connection::open(&path).unwrap().execute(lie, []).unwrap(), 1, "{lie}");
        assert!(Journal::glance(&path).is_none(), "{lie}");
        let mut journal = Journal::open(&path).unwrap();
        assert_eq!(journal.load().unwrap(), recorded, "{lie}");
        // The next one is written from the first event on.
        journal.snapshot_every = 1;
        let more = intent("take_snapshot", 21, Direction::Do);
        journal.append(recorded.len() as u64, at(99), &[more]).unwrap();
        let whole = journal.load().unwrap();
        let (_, seen) = Journal::glance(&path).unwrap();
        assert_eq!(Some(seen), State::fold(&whole).unwrap(), "{lie}");
    }
}

#[test]
fn a_state_that_another_build_folded_wrongly_is_shown_by_one_process_at_most() {
    let (_folder, path, recorded) = filled(7, 20);
    let raw = Connection::open(&path).unwrap();
    let columns = "SELECT seq, hash, writer, state FROM snapshot";
    let (seq, hash, writer, state): (i64, String, String, String) = raw
        .query_row(columns, [], |row| {
            Ok((row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?))
        })
        .unwrap();
    let wrong = state.replace("nobody is connected", "all is well");
    let digest = digest_of(&hash, seq.unsigned_abs(), &writer, &wrong);
    let sql = "UPDATE snapshot SET state = ?1, digest = ?2";
    assert_eq!(raw.execute(sql, (&wrong, &digest)).unwrap(), 1);
    drop(raw);
    // It is carried on: nothing tells it from a right one.
    let mut journal = Journal::open(&path).unwrap();
    journal.snapshot_every = 1;
    let more = intent("take_snapshot", 21, Direction::Do);
    journal.append(recorded.len() as u64, at(99), &[more]).unwrap();
    let truth = State::fold(&journal.load().unwrap()).unwrap();
    drop(journal);
    assert_ne!(Some(Journal::glance(&path).unwrap().1), truth);
    let holder = crate::LeaseHolder {
        host: "bastion".into(),
        pid: 1,
        user: "aki".into(),
        since: at(100),
    };
    drop(crate::Lease::take(&path, holder).unwrap());
    assert_eq!(Some(Journal::glance(&path).unwrap().1), truth);
}

#[test]
fn an_event_that_was_changed_behind_the_state_is_not_shown() {
    let (_folder, path, recorded) = filled(7, 20);
    let last = recorded.len();
    let sql = format!(
        "DROP TRIGGER event_update; UPDATE event SET body = replace(body, 'attempt', 'attemqt') WHERE seq = {last};
         CREATE TRIGGER event_update BEFORE UPDATE ON event BEGIN
             SELECT RAISE(ABORT, 'events are never changed');
         END;"
    );
    Connection::open(&path).unwrap().execute_batch(&sql).unwrap();
    assert!(Journal::glance(&path).is_none());
    assert!(matches!(
        Journal::open_read_only(&path),
        Err(JournalError::ChainBroken { .. })
    ));
}

#[test]
fn events_that_add_up_to_nothing_are_kept_without_a_state() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    let mut journal = Journal::create(&path).unwrap();
    journal.snapshot_every = 1;
    journal
        .append(0, at(0), &[intent("take_snapshot", 1, Direction::Do)])
        .unwrap();
    drop(journal);
    assert_eq!(seq_of(&path), None);
    assert!(Journal::glance(&path).is_none());
    assert!(Journal::glance(&folder.path().join("nothing.db")).is_none());
}

#[test]
fn an_append_passes_the_place_whichever_way_it_comes_by() {
    assert!(!is_due(10, 0, 9));
    assert!(is_due(10, 0, 10));
    assert!(is_due(10, 9, 25));
    assert!(!is_due(10, 10, 19));
    assert!(!is_due(0, 0, 100));
}
