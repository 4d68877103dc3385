//! What goes wrong with disks, rights, clocks and processes, done to real files.

use std::io::{BufRead as _, BufReader, Write as _};
use std::os::unix::fs::PermissionsExt as _;
use std::os::unix::process::CommandExt as _;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use model::event::Direction;
use model::{Event, Recorded};
use pretty_assertions::assert_eq;

use crate::test_events::{at, history, intent};
use crate::{InboxItem, Journal, JournalError, Lease, LeaseError, LeaseHolder};

const JOURNAL: &str = "CLEAVE_TEST_TORTURED";

fn new_journal(length: u32) -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    Journal::create(&path)
        .unwrap()
        .append(0, at(0), &history(length))
        .unwrap();
    (folder, path)
}

fn heavy(attempt: u64) -> Event {
    Event::IntentRecorded {
        step: crate::test_events::step_id("take_snapshot"),
        attempt: u32::try_from(attempt).unwrap(),
        direction: Direction::Do,
        token: "t".repeat(900),
    }
}

/// Starts one of the tests below in a process of its own, which does something else there.
fn child(test: &str, path: &Path) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    command
        .args(["--exact", &format!("torture_tests::{test}"), "--nocapture"])
        .env(JOURNAL, path)
        .stdout(Stdio::piped());
    command
}

#[expect(
    clippy::disallowed_methods,
    reason = "a child hears from its parent which journal it is about"
)]
fn told() -> Option<PathBuf> {
    std::env::var_os(JOURNAL).map(PathBuf::from)
}

fn say(line: &str) {
    let mut out = std::io::stdout().lock();
    writeln!(out, "\n{line}").unwrap();
    out.flush().unwrap();
}

/// Until it is full; how many events it took.
fn fill(journal: &mut Journal) -> (u64, JournalError) {
    let mut last = journal.last_seq().unwrap();
    loop {
        match journal.append(last, at(1), &[heavy(last)]) {
            Ok(recorded) => last += recorded.len() as u64,
            Err(error) => return (last, error),
        }
        assert!(last < 1_000_000, "it never became full");
    }
}

#[test]
fn a_full_journal_says_so_keeps_what_it_acknowledged_and_goes_on_when_there_is_room() {
    let (_folder, path) = new_journal(2);
    let mut journal = Journal::open(&path).unwrap();
    journal.snapshot_every = 16;
    let pages: i64 = journal
        .connection
        .query_row("PRAGMA page_count", [], |row| row.get(0))
        .unwrap();
    let limit = |journal: &Journal, pages: i64| {
        let sql = format!("PRAGMA max_page_count = {pages}");
        journal
            .connection
            .query_row(&sql, [], |row| row.get::<_, i64>(0))
            .unwrap();
    };
    limit(&journal, pages + 40);
    let (last, error) = fill(&mut journal);
    assert!(last > 20 && matches!(error, JournalError::Full), "{last}: {error:?}");
    // Once more, at other sizes: some fail at the event, some at the state beside it.
    for more in 1..12 {
        limit(&journal, pages + 40 + more);
        let (_, error) = fill(&mut journal);
        assert!(matches!(error, JournalError::Full), "{error:?}");
    }
    let last = journal.last_seq().unwrap();
    assert_eq!(journal.load().unwrap().len() as u64, last);
    limit(&journal, 1 << 30);
    journal.append(last, at(2), &[heavy(last)]).unwrap();
    drop(journal);
    assert_eq!(Journal::open(&path).unwrap().load().unwrap().len() as u64, last + 1);
}

/// A file system of a megabyte, as long as the value lives; none where this user may not mount one.
struct Small(tempfile::TempDir);

impl Small {
    fn mount(options: &str) -> Option<Self> {
        let folder = tempfile::tempdir().unwrap();
        let mounted = Command::new("mount")
            .args(["-t", "tmpfs", "-o", options, "none"])
            .arg(folder.path())
            .stderr(Stdio::null())
            .status();
        match mounted {
            Ok(status) if status.success() => Some(Self(folder)),
            _ => {
                say(
                    "SKIPPED: this user cannot mount a small file system (it takes root); the limit on pages was tested",
                );
                None
            }
        }
    }

    fn remount(&self, options: &str) {
        let done = Command::new("mount")
            .args(["-o", &format!("remount,{options}")])
            .arg(self.0.path())
            .status();
        assert!(done.unwrap().success(), "it cannot be remounted {options}");
    }
}

impl Drop for Small {
    fn drop(&mut self) {
        let _ = Command::new("umount").arg("-l").arg(self.0.path()).status();
    }
}

#[test]
fn on_a_disk_that_is_really_full_nothing_acknowledged_is_lost() {
    let Some(small) = Small::mount("size=1m") else { return };
    let path = small.0.path().join("migrations.db");
    let mut journal = Journal::create(&path).unwrap();
    journal.append(0, at(0), &history(2)).unwrap();
    let (last, error) = fill(&mut journal);
    assert!(
        matches!(error, JournalError::Full | JournalError::Disk { .. }),
        "{error:?}"
    );
    assert_eq!(journal.load().unwrap().len() as u64, last);
    drop(journal);
    // Another process, with the disk still full: it can look, and is told in time when it wants to write.
    let read = Journal::open_read_only(&path).unwrap().load().unwrap();
    assert_eq!(read.len() as u64, last);
    std::fs::write(small.0.path().join("others"), vec![0; 1 << 20]).unwrap_err();
    match Journal::open(&path).map(|mut journal| fill(&mut journal).1) {
        Ok(error) | Err(error) => {
            assert!(
                matches!(error, JournalError::Full | JournalError::Disk { .. }),
                "{error:?}"
            );
        }
    }
    small.remount("size=8m");
    let mut journal = Journal::open(&path).unwrap();
    let held = journal.load().unwrap();
    assert_eq!(held[..read.len()], read[..]);
    let last = held.len() as u64;
    journal.append(last, at(2), &[heavy(last)]).unwrap();
    let nowhere = small.0.path().join("new.db");
    std::fs::write(small.0.path().join("others"), vec![0; 16 << 20]).unwrap_err();
    assert!(Journal::create(&nowhere).is_err());
    assert!(!nowhere.exists(), "half a journal was left");
}

#[test]
fn on_a_disk_that_only_reads_it_can_be_read_and_says_why_it_is_not_run() {
    let Some(small) = Small::mount("size=8m") else { return };
    let path = small.0.path().join("migrations.db");
    Journal::create(&path).unwrap().append(0, at(0), &history(2)).unwrap();
    small.remount("ro");
    assert_eq!(Journal::open_read_only(&path).unwrap().load().unwrap().len(), 2);
    let written = Journal::open(&path).and_then(|mut journal| journal.append(2, at(1), &[heavy(2)]));
    assert!(matches!(written, Err(JournalError::NotWritable { .. })), "{written:?}");
    let taken = Lease::take(&path, holder());
    assert!(matches!(taken, Err(LeaseError::Lock { .. })), "{taken:?}");
    assert!(matches!(
        Journal::create(&small.0.path().join("new.db")),
        Err(JournalError::NotWritable { .. })
    ));
}

fn holder() -> LeaseHolder {
    LeaseHolder {
        host: "here".into(),
        pid: std::process::id(),
        user: "aki".into(),
        since: at(0),
    }
}

/// Not a test by itself: what a user without rights gets.
#[test]
fn child_without_rights() {
    let Some(path) = told() else { return };
    let read = Journal::open_read_only(&path).and_then(|journal| journal.load());
    say(&format!(
        "read {}",
        read.map_or_else(|error| format!("{error:?}"), |events| events.len().to_string())
    ));
    let written = Journal::open(&path).and_then(|mut journal| journal.append(2, at(1), &[heavy(2)]));
    let named = matches!(written, Err(JournalError::NotWritable { .. } | JournalError::Io { .. }));
    say(&format!("written {named} {written:?}"));
    let taken = Lease::take(&path, holder());
    say(&format!(
        "taken {} {taken:?}",
        matches!(taken, Err(LeaseError::Lock { .. } | LeaseError::Journal { .. }))
    ));
}

#[test]
fn a_file_or_a_folder_that_this_user_may_not_write_is_named_so_and_can_be_read() {
    let is_root = std::fs::read_to_string("/proc/self/status").is_ok_and(|status| status.contains("\nUid:\t0\t"));
    for (file, folder_mode) in [(0o444, 0o555), (0o666, 0o555), (0o444, 0o777)] {
        let (folder, path) = new_journal(2);
        let before = std::fs::read(&path).unwrap();
        std::fs::set_permissions(&path, std::fs::Permissions::from_mode(file)).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(folder_mode)).unwrap();
        let mut command = child("child_without_rights", &path);
        if is_root {
            // Nothing is refused to root: as nobody, who must be able to start this program.
            command.uid(65534).gid(65534);
        }
        let output = match command.output() {
            Ok(output) => output,
            Err(error) => {
                say(&format!("SKIPPED: another user cannot start this program: {error}"));
                return;
            }
        };
        let said = String::from_utf8(output.stdout).unwrap();
        std::fs::set_permissions(folder.path(), std::fs::Permissions::from_mode(0o755)).unwrap();
        for line in ["read 2", "written true", "taken true"] {
            let told = said.lines().any(|said| said.starts_with(line));
            // A lock file may be made in a folder that can be written to; then the journal itself refuses.
            assert!(told, "file {file:o}, folder {folder_mode:o}: no {line:?} in {said}");
        }
        assert!(std::fs::read(&path).unwrap() == before, "a refusal changed the file");
    }
}

/// Not a test by itself: appends until it is killed, and says of each event when it is on the disk.
#[test]
fn child_that_appends() {
    let Some(path) = told() else { return };
    let _lease = Lease::take(&path, holder()).unwrap();
    let mut journal = Journal::open(&path).unwrap();
    journal.snapshot_every = 5;
    // So that kills meet checkpoints, too.
    journal
        .connection
        .pragma_update(None, "wal_autocheckpoint", 12)
        .unwrap();
    let mut last = journal.last_seq().unwrap();
    loop {
        // One at a time and several at once.
        let events: Vec<Event> = (0..=last % 3).map(|more| heavy(last + more)).collect();
        last += journal.append(last, at(1), &events).unwrap().len() as u64;
        say(&format!("acknowledged {last}"));
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "another process is killed in real time")]
fn killed_within_commits_and_checkpoints_it_keeps_every_event_that_it_acknowledged() {
    const KILLS: u32 = 60;
    let (_folder, path) = new_journal(1);
    let mut rng = fastrand::Rng::with_seed(11);
    let mut before: Vec<Recorded> = Vec::new();
    let mut unheard = 0;
    for kill in 0..KILLS {
        let mut running = child("child_that_appends", &path).spawn().unwrap();
        let mut lines = BufReader::new(running.stdout.take().unwrap())
            .lines()
            .map_while(Result::ok);
        let heard = |line: String| {
            line.strip_prefix("acknowledged ")
                .and_then(|seq| seq.parse::<u64>().ok())
        };
        let wanted = rng.usize(1..12);
        let mut acknowledged = lines.by_ref().filter_map(heard).nth(wanted - 1).unwrap_or(0);
        assert!(acknowledged > 0, "the child of kill {kill} ended by itself");
        std::thread::sleep(Duration::from_micros(rng.u64(0..4_000)));
        running.kill().unwrap();
        running.wait().unwrap();
        // What it had said before it died, read or not.
        acknowledged = lines.filter_map(heard).last().unwrap_or(acknowledged);
        let journal = Journal::open_read_only(&path).unwrap();
        let held = journal.load().unwrap();
        let last = held.len() as u64;
        assert!(
            last >= acknowledged,
            "kill {kill}: {acknowledged} acknowledged, and {last} there"
        );
        // The commit that nobody heard of is whole or not at all: of up to three events.
        assert!(
            last <= acknowledged + 3,
            "kill {kill}: {acknowledged} acknowledged, and {last} there"
        );
        unheard += u32::from(last > acknowledged);
        assert!(held.starts_with(&before), "kill {kill} changed the past");
        before = held;
        assert!(
            !Lease::is_held(&path).unwrap(),
            "kill {kill}: a dead process holds the lease"
        );
    }
    say(&format!(
        "{KILLS} kills, {} events, {unheard} commits that nobody heard of",
        before.len()
    ));
}

#[test]
fn two_processes_that_append_at_once_never_mix_their_events() {
    let (_folder, path) = new_journal(1);
    let mut first = child("child_that_appends", &path)
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap())
        .lines()
        .map_while(Result::ok);
    assert!(lines.any(|line| line.starts_with("acknowledged")), "it ended by itself");
    // The second is refused the lease, and ends.
    let second = child("child_that_appends", &path)
        .stderr(Stdio::piped())
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&second.stderr).into_owned() + &String::from_utf8_lossy(&second.stdout);
    assert!(!second.status.success() && said.contains("HeldBy"), "{said}");
    // Who appends without the lease all the same: one of the two is stale sooner or later, whichever comes second, and changes nothing.
    let mut without = Journal::open(&path).unwrap();
    let mut stale = None;
    while stale.is_none() && lines.any(|line| line.starts_with("acknowledged")) {
        let last = without.last_seq().unwrap();
        stale = without.append(last, at(2), &[heavy(last)]).err();
    }
    match stale {
        Some(stale) => {
            assert!(matches!(stale, JournalError::StaleSeq { .. }), "{stale:?}");
            first.kill().unwrap();
            first.wait().unwrap();
        }
        None => {
            let first = first.wait_with_output().unwrap();
            let said = String::from_utf8_lossy(&first.stderr);
            assert!(said.contains("StaleSeq"), "{said}");
        }
    }
    Journal::open(&path).unwrap().load().unwrap();
}

#[test]
fn a_clock_that_is_set_back_changes_no_order_and_loses_nothing() {
    let (_folder, path) = new_journal(1);
    let years = 10 * 365 * 24 * 3600;
    // Ahead by years, back within the process, and back again in the next.
    for (seq, second) in [(1, years), (2, 5), (3, -years), (4, 6)] {
        let mut journal = Journal::open(&path).unwrap();
        let event = intent("take_snapshot", seq, Direction::Do);
        journal
            .append(u64::from(seq), at(second), std::slice::from_ref(&event))
            .unwrap();
        journal.put_inbox(&InboxItem::Pause { by: "aki".into() }).unwrap();
    }
    let held = Journal::open(&path).unwrap().load().unwrap();
    assert_eq!(held.iter().map(|event| event.seq).collect::<Vec<_>>(), [1, 2, 3, 4, 5]);
    let times: Vec<_> = held.iter().map(|event| event.at).collect();
    assert_eq!(times, [at(0), at(years), at(5), at(-years), at(6)]);
    let since = |second| LeaseHolder {
        since: at(second),
        ..holder()
    };
    let lease = Lease::take(&path, since(years)).unwrap();
    assert!(matches!(Lease::take(&path, since(0)), Err(LeaseError::HeldBy { .. })));
    drop(lease);
    // No age of a lease is ever waited for.
    drop(Lease::take(&path, since(-years)).unwrap());
}
