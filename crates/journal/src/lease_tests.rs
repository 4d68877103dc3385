use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};

use super::*;
use crate::InboxItem;
use crate::test_events::{at, history};

const JOURNAL: &str = "CLEAVE_TEST_LEASE_OF";

fn holder(host: &str, pid: u32) -> LeaseHolder {
    LeaseHolder {
        host: host.into(),
        pid,
        user: "aki".into(),
        since: at(0),
    }
}

fn new_journal() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    Journal::create(&path).unwrap().append(0, at(0), &history(2)).unwrap();
    (folder, path)
}

/// Not a test by itself: the other process of those below, which start this test of this program in a child.
#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "a child hears from its parent, and holds the lease until it is killed"
)]
fn child_that_holds_the_lease() {
    let Some(path) = std::env::var_os(JOURNAL) else { return };
    let _lease = Lease::take(Path::new(&path), holder("here", std::process::id())).unwrap();
    let mut journal = Journal::open(Path::new(&path)).unwrap();
    journal
        .append(
            2,
            at(1),
            &[crate::test_events::intent(
                "take_snapshot",
                9,
                model::event::Direction::Do,
            )],
        )
        .unwrap();
    use std::io::Write as _;
    writeln!(std::io::stdout(), "\nheld").unwrap();
    loop {
        std::thread::sleep(Duration::from_secs(60));
    }
}

fn spawn_holder(path: &Path) -> Child {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "lease::tests::child_that_holds_the_lease", "--nocapture"])
        .env(JOURNAL, path)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines.map_while(Result::ok).any(|line| line == "held"),
        "the child ended without the lease"
    );
    child
}

#[test]
fn the_lease_of_a_killed_process_is_free_at_once_and_its_history_is_whole() {
    let (_folder, path) = new_journal();
    assert!(!Lease::is_held(&path).unwrap());
    let mut child = spawn_holder(&path);
    assert!(Lease::is_held(&path).unwrap());
    match Lease::take(&path, holder("here", 1)) {
        Err(LeaseError::HeldBy { holder: Some(found) }) => {
            assert_eq!((found.host.as_str(), found.pid), ("here", child.id()));
        }
        other => panic!("{other:?}"),
    }
    // From another terminal, while the child runs it.
    Journal::open(&path)
        .unwrap()
        .put_inbox(&InboxItem::Pause { by: "aki".into() })
        .unwrap();
    assert_eq!(Journal::open_read_only(&path).unwrap().load().unwrap().len(), 3);

    // SIGKILL: nothing of the child's runs any more.
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(!Lease::is_held(&path).unwrap());
    let lease = Lease::take(&path, holder("here", 1)).unwrap();
    let journal = Journal::open(&path).unwrap();
    assert_eq!(journal.load().unwrap().len(), 3);
    assert_eq!(journal.unread_count().unwrap(), 1);
    assert_eq!(journal.lease_holder().unwrap(), Some(holder("here", 1)));
    drop(lease);
    assert!(!Lease::is_held(&path).unwrap());
}

#[test]
fn two_leases_of_one_process_exclude_each_other_too() {
    let (_folder, path) = new_journal();
    let first = Lease::take(&path, holder("here", 1)).unwrap();
    let refused = Lease::take(&path, holder("here", 2)).unwrap_err();
    assert_eq!(
        refused.to_string(),
        format!(
            "the journal is being run by another process: aki on here (process 1), since {}",
            at(0)
        )
    );
    drop(first);
    assert!(Lease::take(&path, holder("here", 2)).is_ok());
}

#[test]
fn a_lease_through_a_link_is_the_same_lease() {
    let (folder, path) = new_journal();
    let link = folder.path().join("link.db");
    std::os::unix::fs::symlink(&path, &link).unwrap();
    let _lease = Lease::take(&link, holder("here", 1)).unwrap();
    assert!(matches!(
        Lease::take(&path, holder("here", 2)),
        Err(LeaseError::HeldBy { .. })
    ));
}

#[test]
fn a_lease_of_no_journal_or_a_damaged_one_is_not_given() {
    let (folder, path) = new_journal();
    let nothing = folder.path().join("nothing.db");
    assert!(matches!(
        Lease::take(&nothing, holder("here", 1)),
        Err(LeaseError::Journal {
            source: JournalError::Missing { .. }
        })
    ));
    let mut bytes = std::fs::read(&path).unwrap();
    bytes.truncate(bytes.len() - 4096);
    std::fs::write(&path, &bytes).unwrap();
    assert!(matches!(
        Lease::take(&path, holder("here", 1)),
        Err(LeaseError::Journal {
            source: JournalError::Truncated { .. }
        })
    ));
    assert_eq!(std::fs::read(&path).unwrap(), bytes);
}
