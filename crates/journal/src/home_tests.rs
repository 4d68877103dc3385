use model::event::Direction;
use pretty_assertions::assert_eq;

use super::*;
use crate::Lease;
use crate::test_events::{at, history, intent};

fn holder(host: &str) -> LeaseHolder {
    LeaseHolder {
        host: host.into(),
        pid: std::process::id(),
        user: "aki".into(),
        since: at(0),
    }
}

/// A journal that has been run once on `bastion`, and a folder for copies.
fn run_once() -> (tempfile::TempDir, PathBuf) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    Journal::create(&path).unwrap().append(0, at(0), &history(2)).unwrap();
    drop(Lease::take(&path, holder("bastion")).unwrap());
    (folder, path)
}

fn copy(path: &Path) -> PathBuf {
    let copy = path.with_file_name("copy.db");
    std::fs::copy(path, &copy).unwrap();
    copy
}

fn is_refused(path: &Path, host: &str) -> bool {
    match Lease::take(path, holder(host)) {
        Ok(_) => false,
        Err(LeaseError::Copy { .. }) => true,
        Err(other) => panic!("{other:?}"),
    }
}

fn seen_as_copy(path: &Path, host: &str) -> bool {
    let journal = Journal::open_read_only(path).unwrap();
    journal.copy_of(path, host).unwrap().is_some()
}

#[test]
fn a_copy_is_read_and_not_run_and_the_original_is() {
    let (_folder, path) = run_once();
    let copy = copy(&path);
    assert!(is_refused(&copy, "bastion") && seen_as_copy(&copy, "bastion"));
    assert_eq!(Journal::open_read_only(&copy).unwrap().load().unwrap().len(), 2);
    assert!(!is_refused(&path, "bastion") && !seen_as_copy(&path, "bastion"));
    let backup = path.with_file_name("backup.db");
    Journal::open_read_only(&path).unwrap().backup(&backup).unwrap();
    assert!(is_refused(&backup, "bastion"));
    let seen = Journal::open_read_only(&backup).unwrap().copy_of(&backup, "bastion");
    assert!(!seen.unwrap().unwrap().lay_at(&backup));
}

#[test]
fn the_same_disk_on_another_host_is_taken_for_a_copy() {
    let (_folder, path) = run_once();
    assert!(is_refused(&path, "clone"));
    let adopted = adopt(&path, &holder("clone"), "the bastion was renamed").unwrap();
    assert_eq!((adopted.from.host.as_str(), adopted.told), ("bastion", false));
    assert!(!is_refused(&path, "clone"));
    assert!(is_refused(&path, "bastion"));
}

#[test]
fn a_file_that_is_moved_or_reached_through_a_link_stays_itself() {
    let (_folder, path) = run_once();
    let moved = path.with_file_name("moved.db");
    std::fs::rename(&path, &moved).unwrap();
    assert!(!is_refused(&moved, "bastion"));
    std::os::unix::fs::symlink(&moved, &path).unwrap();
    assert!(!is_refused(&path, "bastion") && !seen_as_copy(&path, "bastion"));
}

#[test]
fn a_file_that_was_put_back_in_its_old_place_is_another() {
    let (_folder, path) = run_once();
    let copy = copy(&path);
    std::fs::rename(&copy, &path).unwrap();
    assert!(is_refused(&path, "bastion"));
    let seen = Journal::open_read_only(&path).unwrap().copy_of(&path, "bastion");
    assert!(seen.unwrap().unwrap().lay_at(&path));
    let adopted = adopt(&path, &holder("bastion"), "the disk was replaced").unwrap();
    assert!(!adopted.told && adopted.from.lay_at(&path));
    assert!(!is_refused(&path, "bastion"));
}

#[test]
fn an_adopted_copy_is_the_only_one_that_is_run() {
    let (_folder, path) = run_once();
    let copy = copy(&path);
    assert!(adopt(&copy, &holder("bastion"), "a larger disk").unwrap().told);
    assert!(!is_refused(&copy, "bastion"));
    assert!(is_refused(&path, "bastion"));
    assert!(matches!(
        adopt(&copy, &holder("bastion"), "again"),
        Err(LeaseError::NoCopy)
    ));
    // And back, by the same word.
    assert!(adopt(&path, &holder("bastion"), "back").unwrap().told);
    assert!(is_refused(&copy, "bastion") && !is_refused(&path, "bastion"));
}

#[test]
fn a_copy_is_not_adopted_from_under_a_run_or_from_a_file_that_knows_more() {
    let (_folder, path) = run_once();
    let copy = copy(&path);
    let lease = Lease::take(&path, holder("bastion")).unwrap();
    match adopt(&copy, &holder("bastion"), "impatience") {
        Err(LeaseError::HeldBy { holder: Some(found) }) => assert_eq!(found, holder("bastion")),
        other => panic!("{other:?}"),
    }
    drop(lease);
    let more = [intent("share_snapshot", 1, Direction::Do)];
    Journal::open(&path).unwrap().append(2, at(1), &more).unwrap();
    match adopt(&copy, &holder("bastion"), "impatience") {
        Err(LeaseError::KnowsMore {
            events: 3, copied: 2, ..
        }) => {}
        other => panic!("{other:?}"),
    }
    assert!(is_refused(&copy, "bastion") && !is_refused(&path, "bastion"));
}

#[test]
fn two_copies_of_one_original_are_not_both_adopted() {
    let (_folder, path) = run_once();
    let first = copy(&path);
    let second = path.with_file_name("second.db");
    std::fs::copy(&path, &second).unwrap();
    adopt(&first, &holder("bastion"), "one").unwrap();
    match adopt(&second, &holder("bastion"), "two") {
        Err(LeaseError::Copy { home }) => assert_eq!(home.path, first.canonicalize().unwrap()),
        other => panic!("{other:?}"),
    }
}

#[test]
fn told_and_cut_off_the_same_word_ends_it() {
    let (_folder, path) = run_once();
    let copy = copy(&path);
    // The crash: the original has been told, the copy not yet.
    let here = Home::of(&copy.canonicalize().unwrap(), "bastion").unwrap();
    let mut original = Journal::open(&path).unwrap();
    original.write_home(&here, &holder("bastion"), Some("cut off")).unwrap();
    drop(original);
    assert!(is_refused(&path, "bastion") && is_refused(&copy, "bastion"));
    adopt(&copy, &holder("bastion"), "cut off").unwrap();
    assert!(is_refused(&path, "bastion") && !is_refused(&copy, "bastion"));
}

#[test]
fn a_damaged_original_is_left_and_its_copy_adopted() {
    let (_folder, path) = run_once();
    let copy = copy(&path);
    let damaged = std::fs::OpenOptions::new().write(true).open(&path).unwrap();
    damaged.set_len(4096).unwrap();
    assert!(
        !adopt(&copy, &holder("bastion"), "the disk lost half of it")
            .unwrap()
            .told
    );
    assert!(!is_refused(&copy, "bastion"));
}

#[test]
fn homes_are_never_changed() {
    let (_folder, path) = run_once();
    let journal = Journal::open(&path).unwrap();
    for sql in [
        "UPDATE home SET host = 'elsewhere'",
        "DELETE FROM home",
        "INSERT OR REPLACE INTO home SELECT id, 'elsewhere', path, inode, born, since, \"user\", reason FROM home",
        "INSERT INTO home SELECT 2, 'elsewhere', path, inode, born, since, \"user\", NULL FROM home",
    ] {
        assert!(journal.connection.execute(sql, []).is_err(), "{sql}");
    }
}

#[test]
fn a_network_mount_is_told_from_a_local_one() {
    let mounts = "22 1 254:0 / / rw - ext4 /dev/vda rw\n\
                  30 22 0:40 / /mnt/team\\040share rw,relatime shared:1 - nfs4 nas:/x rw\n\
                  31 30 0:41 / /mnt/team\\040share/fast rw - xfs /dev/vdb rw\n\
                  32 22 0:42 / /home/aki/far rw - fuse.sshfs aki@far: rw";
    let on = |path: &str| network_mount(mounts, Path::new(path));
    assert_eq!(on("/srv/migrations.db"), None);
    assert_eq!(on("/mnt/team share/migrations.db").as_deref(), Some("nfs4"));
    assert_eq!(on("/mnt/team share/fast/migrations.db"), None);
    assert_eq!(on("/home/aki/far/m.db").as_deref(), Some("fuse.sshfs"));
    assert_eq!(on("/mnt/team sharement/m.db"), None);
}
