//! Two people and one run, or two files of it: real processes against a served simcloud.

use std::path::Path;
use std::process::Output;

use crate::served::{Served, UnderWay, cleave, folder};
use journal::Journal;

const EVENING: &str = "2026-11-21T12:50:00Z";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn ask(home: &Path, words: &[&str], journal: &Path) -> Output {
    cleave(home)
        .args(words)
        .arg("--journal")
        .arg(journal)
        .output()
        .expect("cleave can be started")
}

#[test]
fn the_second_is_told_who_has_it_since_when_where_and_what_to_type_and_a_dead_holder_is_followed_at_once() {
    let home = folder("second-operator");
    let served = Served::start(&["--at", EVENING, "--speed", "20"]);
    let journal = home.join("m.db");
    let mut first = UnderWay::start(served.run(&home, &journal));
    first.until("create_interim: done");
    let holder = Journal::open_read_only(&journal).expect("a journal").lease_holder();
    let holder = holder.expect("it is said").expect("who has it");
    assert_eq!(holder.pid, first.id());

    let mut second = UnderWay::start(served.run(&home, &journal));
    assert_eq!(second.end().code(), Some(3), "{:#?}", second.said);
    let text = second.said.join("\n");
    for word in [
        &holder.host,
        &holder.user,
        &format!("process {}", holder.pid),
        &holder.since.to_string(),
        "changed:",
        "to do:",
        "cleave pause",
        &format!("type:    cleave status --journal {}", journal.display()),
    ] {
        assert!(text.contains(word), "{word:?} is missing: {text}");
    }
    // A living one is never taken over, however long it does nothing.
    first.signal("STOP");
    let mut third = UnderWay::start(served.run(&home, &journal));
    assert_eq!(third.end().code(), Some(3), "{:#?}", third.said);
    first.signal("CONT");
    first.kill();
    let mut after = UnderWay::start(served.run(&home, &journal));
    after.until("goes on");
    after.signal("INT");
    assert_eq!(after.end().code(), Some(5), "{:#?}", after.said);
}

#[test]
fn a_copy_is_looked_at_and_not_run_until_somebody_says_so_and_then_the_original_is_not() {
    let home = folder("copies");
    let served = Served::start(&["--at", EVENING, "--speed", "100"]);
    let (journal, copy) = (home.join("m.db"), home.join("elsewhere.db"));
    let mut run = UnderWay::start(served.run(&home, &journal));
    run.until("create_interim: done");
    let output = cleave(&home)
        .args(["journal", "backup"])
        .arg(&copy)
        .arg("--journal")
        .arg(&journal)
        .output();
    assert!(output.expect("cleave can be started").status.success());

    let mut refused = UnderWay::start(served.run(&home, &copy));
    assert_eq!(refused.end().code(), Some(3), "{:#?}", refused.said);
    let text = refused.said.join("\n");
    for word in [
        "copy",
        &journal.display().to_string(),
        "changed:",
        "cleave journal adopt --reason",
    ] {
        assert!(text.contains(word), "{word:?} is missing: {text}");
    }
    let status = ask(&home, &["status"], &copy);
    assert!(
        status.status.success() && said(&status).contains("this is a copy"),
        "{}",
        said(&status)
    );
    let status = ask(&home, &["status", "--json"], &copy);
    let status: serde_json::Value = serde_json::from_slice(&status.stdout).expect("it is JSON");
    assert_eq!(status["copy_of"]["path"], journal.display().to_string());
    assert!(ask(&home, &["journal", "export"], &copy).status.success());
    assert!(ask(&home, &["report", "run.md"], &copy).status.success());
    let paused = ask(&home, &["pause"], &copy);
    assert_eq!(
        paused.status.code(),
        Some(3),
        "nobody would read it there: {}",
        said(&paused)
    );

    // Not from under a process that runs it, nor when the original knows more.
    let adopt = || ask(&home, &["journal", "adopt", "--reason", "a larger disk"], &copy);
    let early = adopt();
    assert_eq!(early.status.code(), Some(3));
    assert!(
        said(&early).contains(&format!("process {}", run.id())),
        "{}",
        said(&early)
    );
    run.until("survey_out: done");
    run.signal("INT");
    assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
    let older = adopt();
    assert!(
        older.status.code() == Some(3) && said(&older).contains("knows more"),
        "{}",
        said(&older)
    );

    std::fs::remove_file(&copy).expect("it is there");
    std::fs::copy(&journal, &copy).expect("it can be copied");
    let adopted = adopt();
    assert!(
        adopted.status.success() && said(&adopted).contains("has been told"),
        "{}",
        said(&adopted)
    );
    let mut original = UnderWay::start(served.run(&home, &journal));
    assert_eq!(original.end().code(), Some(3), "{:#?}", original.said);
    let mut moved = UnderWay::start(served.run(&home, &copy));
    moved.until("goes on");
    moved.signal("INT");
    assert_eq!(moved.end().code(), Some(5), "{:#?}", moved.said);
}

#[test]
fn a_backup_that_was_put_back_in_its_place_is_adopted_and_nobody_is_told_to_go_on_with_it_or_to_delete_it() {
    let home = folder("put-back");
    let served = Served::start(&["--at", EVENING, "--speed", "100"]);
    let (journal, backup) = (home.join("m.db"), home.join("backup.db"));
    let mut run = UnderWay::start(served.run(&home, &journal));
    run.until("create_interim: done");
    run.signal("INT");
    assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
    let output = cleave(&home)
        .args(["journal", "backup"])
        .arg(&backup)
        .arg("--journal")
        .arg(&journal)
        .output();
    assert!(output.expect("cleave can be started").status.success());
    std::fs::rename(&backup, &journal).expect("it can be put back");

    let mut refused = UnderWay::start(served.run(&home, &journal));
    assert_eq!(refused.end().code(), Some(3), "{:#?}", refused.said);
    let pause = ask(&home, &["pause"], &journal);
    assert_eq!(pause.status.code(), Some(3));
    for text in [refused.said.join("\n"), said(&pause)] {
        assert!(
            text.contains("another file lay in this place") && text.contains("cleave journal adopt --reason"),
            "{text}"
        );
        assert!(!text.contains("Go on with") && !text.contains("is a copy"), "{text}");
    }
    let status = said(&ask(&home, &["status"], &journal));
    assert!(
        status.contains("another file lay here") && !status.contains("is a copy"),
        "{status}"
    );
    let adopted = ask(
        &home,
        &["journal", "adopt", "--reason", "the disk was replaced"],
        &journal,
    );
    assert!(
        adopted.status.success() && said(&adopted).contains("lay in this place before is gone"),
        "{}",
        said(&adopted)
    );
    assert!(!said(&adopted).contains("delete"), "{}", said(&adopted));
    let mut again = UnderWay::start(served.run(&home, &journal));
    again.until("goes on");
    again.signal("INT");
    assert_eq!(again.end().code(), Some(5), "{:#?}", again.said);
}
