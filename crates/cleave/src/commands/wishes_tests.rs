use jiff::SignedDuration;

use super::*;
use crate::example;

/// The journal of a run of the example in AWS itself, whose only event is of two days ago.
fn two_days_old() -> (tempfile::TempDir, std::path::PathBuf) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("m.db");
    let then = world::wall_now() - SignedDuration::from_hours(48);
    let mut journal = Journal::create(&path).expect("a journal");
    journal
        .append(0, then, &[example::started(example::plan())])
        .expect("it is appended");
    (folder, path)
}

fn until(path: &Path, until: Timestamp) -> Result<u8, CliError> {
    extend_window(ExtendWindowArgs {
        until: Some(until),
        length: None,
        reason: "late".to_owned(),
        journal: path.to_owned(),
    })
}

fn asked(path: &Path) -> u64 {
    let unread = Journal::open(path).and_then(|journal| journal.unread_count());
    unread.expect("the inbox")
}

#[test]
fn a_window_until_a_moment_that_has_passed_is_refused_though_the_last_event_is_older() {
    let (_folder, path) = two_days_old();
    let hour = SignedDuration::from_hours(1);
    let refused = until(&path, world::wall_now() - hour).expect_err("an hour ago");
    assert_eq!(refused.code, exit::USAGE, "{refused}");
    assert!(refused.what.contains("before it begins"), "{refused}");
    assert_eq!(asked(&path), 0, "the engine would drop it, and nobody would hear of it");
    assert_eq!(until(&path, world::wall_now() + hour), Ok(exit::DONE));
    assert_eq!(asked(&path), 1);
}
