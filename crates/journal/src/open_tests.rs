use std::collections::BTreeMap;
use std::ffi::OsString;

use model::Recorded;
use model::event::Direction;
use pretty_assertions::assert_eq;

use super::*;
use crate::test_events::{at, history, intent};
use crate::{InboxItem, Lease, LeaseHolder};

/// Every file of a folder, byte for byte.
type Folder = BTreeMap<OsString, Vec<u8>>;

fn read_folder(folder: &Path) -> Folder {
    let entries = std::fs::read_dir(folder).unwrap().map(Result::unwrap);
    entries
        .map(|entry| (entry.file_name(), std::fs::read(entry.path()).unwrap()))
        .collect()
}

/// A journal of 40 events in 20 transactions, closed: one file.
fn whole_file() -> (Vec<u8>, Vec<Recorded>) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    let recorded = fill(&mut Journal::create(&path).unwrap());
    (std::fs::read(path).unwrap(), recorded)
}

fn fill(journal: &mut Journal) -> Vec<Recorded> {
    let mut recorded = Vec::new();
    for pair in history(40).chunks(2) {
        recorded.extend(
            journal
                .append(recorded.len() as u64, at(recorded.len() as i64), pair)
                .unwrap(),
        );
    }
    recorded
}

/// Puts files into a new folder, opens the journal in both ways, and proves that a refusal changed nothing.
fn open_copy(files: &Folder) -> Result<Vec<Recorded>, JournalError> {
    let folder = tempfile::tempdir().unwrap();
    for (name, bytes) in files {
        std::fs::write(folder.path().join(name), bytes).unwrap();
    }
    let path = folder.path().join("migrations.db");
    let reading = Journal::open_read_only(&path).and_then(|journal| journal.load());
    let mut after = read_folder(folder.path());
    // The index of a log that was there before may have been built to read it. It is no history.
    if files.len() > 1 {
        after.remove(&OsString::from("migrations.db-shm"));
    }
    assert!(after == *files, "looking changed the files: {:?}", after.keys());
    let opened = Journal::open(&path).and_then(|journal| journal.load());
    match (&opened, &reading) {
        (Ok(opened), Ok(reading)) => assert_eq!(opened, reading),
        (Ok(_), Err(error)) => panic!("can be run and cannot be read: {error}"),
        (Err(_), _) => {
            let mut after = read_folder(folder.path());
            if files.len() > 1 {
                after.remove(&OsString::from("migrations.db-shm"));
            }
            assert!(after == *files, "a refusal changed the files: {:?}", after.keys());
        }
    }
    opened
}

fn alone(bytes: Vec<u8>) -> Folder {
    BTreeMap::from([("migrations.db".into(), bytes)])
}

#[test]
fn a_journal_that_was_closed_is_one_file_and_opens_with_its_history() {
    let (bytes, recorded) = whole_file();
    assert_eq!(open_copy(&alone(bytes)).unwrap(), recorded);
}

#[test]
fn the_settings_that_durability_rests_on_are_in_force() {
    let folder = tempfile::tempdir().unwrap();
    let journal = Journal::create(&folder.path().join("migrations.db")).unwrap();
    let pragma = |name: &str| -> rusqlite::types::Value {
        journal
            .connection
            .query_row(&format!("PRAGMA {name}"), [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(pragma("journal_mode"), "wal".to_owned().into());
    assert_eq!(pragma("synchronous"), 2.into());
    assert_eq!(pragma("foreign_keys"), 1.into());
    assert_eq!(pragma("recursive_triggers"), 1.into());
    assert_eq!(pragma("application_id"), i64::from(APPLICATION_ID).into());
    assert_eq!(pragma("user_version"), i64::from(FORMAT).into());
}

#[test]
fn a_file_is_never_overwritten_and_nothing_unfinished_is_left() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    std::fs::write(&path, "mine").unwrap();
    assert!(matches!(Journal::create(&path), Err(JournalError::Exists { .. })));
    let dangling = folder.path().join("dangling.db");
    std::os::unix::fs::symlink(folder.path().join("nowhere"), &dangling).unwrap();
    assert!(matches!(Journal::create(&dangling), Err(JournalError::Exists { .. })));
    std::fs::remove_file(&dangling).unwrap();
    assert_eq!(read_folder(folder.path()), alone(b"mine".to_vec()));
    let nowhere = folder.path().join("no folder/migrations.db");
    assert!(Journal::create(&nowhere).is_err());
}

#[test]
fn of_many_who_create_at_once_none_gets_half_a_journal() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("a #1? 100% journal.db");
    // Within one process they would share a name for the unfinished file, so this one is made once and opened many times.
    Journal::create(&path).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                assert!(matches!(Journal::create(&path), Err(JournalError::Exists { .. })));
                assert_eq!(Journal::open(&path).unwrap().load().unwrap(), []);
            });
        }
    });
}

#[test]
fn a_file_that_is_no_journal_is_told_apart_and_left_alone() {
    let foreign = {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("other.db");
        Connection::open(&path)
            .unwrap()
            .execute_batch("CREATE TABLE event (seq INTEGER)")
            .unwrap();
        std::fs::read(path).unwrap()
    };
    for bytes in [Vec::new(), b"[[bucket]]\n".to_vec(), vec![0; 8192], foreign] {
        let length = bytes.len();
        let refused = open_copy(&alone(bytes)).unwrap_err();
        assert!(
            matches!(refused, JournalError::NotAJournal { .. }),
            "{length} bytes: {refused:?}"
        );
    }
    let folder = tempfile::tempdir().unwrap();
    assert!(matches!(
        Journal::open(folder.path()),
        Err(JournalError::NotAJournal { .. })
    ));
    let nothing = folder.path().join("nothing.db");
    assert!(matches!(Journal::open(&nothing), Err(JournalError::Missing { .. })));
    assert!(matches!(
        Journal::open_read_only(&nothing),
        Err(JournalError::Missing { .. })
    ));
    assert_eq!(read_folder(folder.path()), Folder::new(), "never start afresh");
}

#[test]
fn a_file_that_is_cut_off_says_so() {
    let (bytes, _) = whole_file();
    for length in [
        1,
        15,
        16,
        99,
        100,
        4095,
        4096,
        8192,
        bytes.len() / 2,
        bytes.len() - 4096,
        bytes.len() - 1,
    ] {
        let refused = open_copy(&alone(bytes[..length].to_vec())).unwrap_err();
        assert!(
            matches!(refused, JournalError::Truncated { .. }),
            "{length}: {refused:?}"
        );
    }
    let longer = [bytes, vec![0; 4096]].concat();
    assert!(matches!(open_copy(&alone(longer)), Err(JournalError::Corrupt { .. })));
}

#[test]
fn a_flipped_bit_is_refused_or_changes_nothing_that_happened() {
    let (bytes, recorded) = whole_file();
    let mut refused: BTreeMap<&str, u32> = BTreeMap::new();
    // All of the header, and bytes all over the file: a stride that is no divisor of a page meets every part of one.
    let offsets = (0..100).chain((100..bytes.len()).step_by(307));
    for (number, offset) in offsets.enumerate() {
        let mut damaged = bytes.clone();
        damaged[offset] ^= 1 << (number % 8);
        match open_copy(&alone(damaged)) {
            Ok(found) => assert!(found == recorded, "a flip at {offset} gave another history"),
            Err(error) => {
                *refused
                    .entry(match error {
                        JournalError::NotAJournal { .. } => "foreign",
                        JournalError::Newer { .. } => "newer",
                        JournalError::Truncated { .. } => "truncated",
                        JournalError::Corrupt { .. } => "corrupt",
                        JournalError::ChainBroken { .. } => "chain",
                        JournalError::Gap { .. } => "gap",
                        JournalError::EndsEarly { .. } => "ends early",
                        other => panic!("a flip at {offset} has no name: {other:?}"),
                    })
                    .or_default() += 1;
            }
        }
    }
    // The flips did meet what they were meant to meet.
    for kind in ["foreign", "newer", "corrupt", "chain"] {
        assert!(refused.get(kind).is_some_and(|count| *count > 0), "{refused:?}");
    }
}

#[test]
fn a_projection_that_says_something_else_than_the_events_is_refused() {
    // Valid by every rule of the schema, so that only the events can tell.
    let lies = [
        "UPDATE run SET digest = substr(digest, 2) || 'x'",
        "UPDATE run SET lifecycle = 'paused'",
        "UPDATE run SET seed = '99'",
        "UPDATE step SET status = 'skipped' WHERE id = (SELECT min(id) FROM step)",
        "UPDATE gate SET status = 'voided', approved_by = NULL",
    ];
    for lie in lies {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("migrations.db");
        fill(&mut Journal::create(&path).unwrap());
        let changed = Connection::open(&path).unwrap().execute(lie, []).unwrap();
        assert!(changed > 0, "{lie} changed nothing");
        let refused = Journal::open(&path).unwrap().load();
        assert!(
            matches!(refused, Err(JournalError::Corrupt { .. })),
            "{lie}: {refused:?}"
        );
    }
}

/// A folder as a killed process leaves it: what was committed is partly in the log.
fn crash_image() -> (Folder, Vec<Recorded>) {
    let folder = tempfile::tempdir().unwrap();
    let mut journal = Journal::create(&folder.path().join("migrations.db")).unwrap();
    let recorded = fill(&mut journal);
    let mut files = read_folder(folder.path());
    files.remove(&OsString::from("migrations.db-shm"));
    assert!(files.len() == 2, "{:?}", files.keys());
    (files, recorded)
}

#[test]
fn what_a_killed_process_committed_is_all_there() {
    let (files, recorded) = crash_image();
    assert_eq!(open_copy(&files).unwrap(), recorded);
}

#[test]
fn a_log_that_is_cut_off_gives_whole_transactions_up_to_there() {
    let (mut files, recorded) = crash_image();
    let log = files[&OsString::from("migrations.db-wal")].clone();
    for length in (0..log.len()).step_by(5003) {
        files.insert("migrations.db-wal".into(), log[..length].to_vec());
        let found = open_copy(&files).unwrap();
        assert!(
            recorded.starts_with(&found) && found.len().is_multiple_of(2),
            "{length}: {}",
            found.len()
        );
    }
}

#[test]
fn a_flipped_bit_in_the_log_never_drops_more_than_the_last_transaction() {
    let (mut files, recorded) = crash_image();
    let log = files[&OsString::from("migrations.db-wal")].clone();
    let (mut refused, mut shorter) = (0, 0);
    for (number, offset) in (0..32).chain((32..log.len()).step_by(6007)).enumerate() {
        let mut damaged = log.clone();
        damaged[offset] ^= 1 << (number % 8);
        files.insert("migrations.db-wal".into(), damaged);
        match open_copy(&files) {
            Ok(found) if found.len() == recorded.len() => assert!(found == recorded, "a flip at {offset}"),
            // The last may be one that a crash cut off: that cannot be told from damage.
            Ok(found) => {
                assert!(
                    found == recorded[..recorded.len() - 2],
                    "a flip at {offset} left {} events",
                    found.len()
                );
                shorter += 1;
            }
            Err(JournalError::Corrupt { .. }) => refused += 1,
            Err(other) => panic!("a flip at {offset}: {other:?}"),
        }
    }
    assert!(
        refused > 40 && shorter > 0 && shorter < 10,
        "{refused} refused, {shorter} shorter"
    );
}

#[test]
fn a_schema_without_its_triggers_is_not_trusted() {
    let (bytes, _) = whole_file();
    for sql in [
        "DROP TRIGGER event_update",
        "DROP INDEX inbox_unread",
        "CREATE TRIGGER more AFTER INSERT ON inbox BEGIN SELECT 1; END",
        "ALTER TABLE event ADD COLUMN more TEXT",
    ] {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("migrations.db");
        std::fs::write(&path, &bytes).unwrap();
        Connection::open(&path).unwrap().execute_batch(sql).unwrap();
        let refused = open_copy(&read_folder(folder.path())).unwrap_err();
        assert!(matches!(refused, JournalError::Corrupt { .. }), "{sql}: {refused:?}");
    }
}

#[test]
fn a_newer_file_is_read_and_not_run() {
    let (mut bytes, recorded) = whole_file();
    bytes[60..64].copy_from_slice(&7_u32.to_be_bytes());
    let refused = open_copy(&alone(bytes.clone())).unwrap_err();
    assert!(
        matches!(
            refused,
            JournalError::Newer {
                found: 7,
                known: FORMAT
            }
        ),
        "{refused:?}"
    );

    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    std::fs::write(&path, &bytes).unwrap();
    let mut journal = Journal::open_read_only(&path).unwrap();
    assert_eq!(journal.newer_format(), Some(7));
    assert_eq!(journal.load().unwrap(), recorded);
    assert!(matches!(journal.append(40, at(0), &[]), Err(JournalError::ReadOnly)));
    assert!(read_folder(folder.path()) == alone(bytes));
}

#[test]
fn a_reader_sees_the_run_go_on_and_writes_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    let mut journal = Journal::create(&path).unwrap();
    let recorded = fill(&mut journal);
    let mut reader = Journal::open_read_only(&path).unwrap();
    assert_eq!(reader.load().unwrap(), recorded);
    assert_eq!(reader.run().unwrap().map(|run| run.last_seq), Some(40));
    assert!(matches!(
        reader.append(40, at(0), &history(1)),
        Err(JournalError::ReadOnly)
    ));
    assert!(matches!(
        reader.put_inbox(&InboxItem::Pause { by: "aki".into() }),
        Err(JournalError::ReadOnly)
    ));
    assert!(matches!(reader.take_inbox(), Ok(items) if items.is_empty()));
    journal
        .append(40, at(9), &[intent("share_snapshot", 1, Direction::Do)])
        .unwrap();
    assert_eq!(Journal::open_read_only(&path).unwrap().last_seq().unwrap(), 41);
}

#[test]
fn a_second_process_that_appends_makes_the_first_stale() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    let mut first = Journal::create(&path).unwrap();
    first.append(0, at(0), &history(1)).unwrap();
    let mut second = Journal::open(&path).unwrap();
    second
        .append(1, at(1), &[intent("take_snapshot", 1, Direction::Do)])
        .unwrap();
    let refused = first
        .append(1, at(2), &[intent("take_snapshot", 1, Direction::Do)])
        .unwrap_err();
    assert!(
        matches!(refused, JournalError::StaleSeq { expected: 1, found: 2 }),
        "{refused:?}"
    );
}

#[test]
fn a_stamp_is_given_once() {
    let mut journal = Journal::in_memory().unwrap();
    assert_eq!(journal.stamped().unwrap(), None);
    let stamp = |world, second| Stamp {
        created_at: at(second),
        host: "bastion".into(),
        world,
    };
    journal.stamp(&stamp(WorldKind::Rehearsal, 0)).unwrap();
    journal.stamp(&stamp(WorldKind::Rehearsal, 5)).unwrap();
    assert!(matches!(
        journal.stamp(&stamp(WorldKind::Live, 5)),
        Err(JournalError::Stamped)
    ));
    assert_eq!(journal.stamped().unwrap(), Some(stamp(WorldKind::Rehearsal, 0)));
    let live = [crate::test_events::run_started(WorldKind::Live)];
    assert!(matches!(journal.append(0, at(0), &live), Err(JournalError::Stamped)));
    journal.append(0, at(0), &history(2)).unwrap();
    assert_eq!(journal.load().unwrap().len(), 2);
}

#[test]
fn the_export_tells_nothing_of_host_and_process() {
    let exported = |host: &str, pid| {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("migrations.db");
        let mut journal = Journal::create(&path).unwrap();
        let holder = LeaseHolder {
            host: host.into(),
            pid,
            user: format!("{host}-user"),
            since: at(pid.into()),
        };
        let _lease = Lease::take(&path, holder).unwrap();
        journal
            .stamp(&Stamp {
                created_at: at(pid.into()),
                host: host.into(),
                world: WorldKind::Rehearsal,
            })
            .unwrap();
        fill(&mut journal);
        let mut bytes = Vec::new();
        journal.export(&mut bytes).unwrap();
        String::from_utf8(bytes).unwrap()
    };
    let one = exported("bastion-1", 1);
    assert_eq!(one, exported("bastion-2", 2));
    assert_eq!(one.lines().count(), 40);
    assert!(!one.contains("bastion"));
}

#[test]
fn a_backup_is_a_journal_with_the_same_history_also_of_a_run_under_way() {
    let folder = tempfile::tempdir().unwrap();
    let (path, copy) = (folder.path().join("migrations.db"), folder.path().join("copy.db"));
    let mut journal = Journal::create(&path).unwrap();
    let recorded = fill(&mut journal);
    Journal::open_read_only(&path).unwrap().backup(&copy).unwrap();
    journal
        .append(40, at(9), &[intent("share_snapshot", 1, Direction::Do)])
        .unwrap();
    assert!(matches!(journal.backup(&copy), Err(JournalError::Exists { .. })));
    assert_eq!(open_copy(&alone(std::fs::read(&copy).unwrap())).unwrap(), recorded);
    let names: Vec<OsString> = read_folder(folder.path()).into_keys().collect();
    assert!(
        !names.iter().any(|name| name.to_string_lossy().contains("copy.db-")),
        "{names:?}"
    );
    assert!(
        !names.iter().any(|name| name.to_string_lossy().contains("unfinished")),
        "{names:?}"
    );

    let memory = folder.path().join("memory.db");
    let mut rehearsed = Journal::in_memory().unwrap();
    fill(&mut rehearsed);
    rehearsed.backup(&memory).unwrap();
    assert_eq!(open_copy(&alone(std::fs::read(&memory).unwrap())).unwrap(), recorded);
}

#[test]
fn every_table_and_index_of_the_schema_has_a_comment() {
    let mut before = "";
    let mut found = 0;
    for line in SCHEMA.lines() {
        if line.starts_with("CREATE TABLE") || line.starts_with("CREATE INDEX") {
            assert!(before.starts_with("-- "), "no comment above: {line}");
            found += 1;
        }
        before = line;
    }
    let made: u32 = {
        let journal = Journal::in_memory().unwrap();
        let sql = "SELECT count(*) FROM sqlite_schema WHERE type IN ('table', 'index') AND name NOT LIKE 'sqlite_%'";
        journal.connection.query_row(sql, [], |row| row.get(0)).unwrap()
    };
    assert_eq!(found, made, "a statement is written so that this test does not see it");
    let strict = {
        let journal = Journal::in_memory().unwrap();
        let sql =
            "SELECT count(*) FROM pragma_table_list WHERE schema = 'main' AND NOT strict AND name NOT LIKE 'sqlite_%'";
        journal
            .connection
            .query_row::<u32, _, _>(sql, [], |row| row.get(0))
            .unwrap()
    };
    assert_eq!(strict, 0, "a table is not STRICT");
}
