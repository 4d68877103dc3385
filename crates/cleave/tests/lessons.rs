//! What others have paid for, as tests over real processes, each under the lesson's own name; those on whole runs in virtual time are in
//! `tests/tests/lessons.rs`. And what a person has for deciding on a run under way: undo of a part, skip, retry.

use std::path::PathBuf;
use std::process::{Command, Output};
use std::time::Duration;

use crate::served::{Served, UnderWay, brief, folder};
use journal::{FORMAT, Journal};
use model::{Event, Recorded};
use serde_json::Value;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const BUCKET: &str = "shop-stg-assets";
const EVENING: &str = "2026-11-21T12:50:00Z";

/// A served simcloud, and a folder with a run's files.
struct Scene {
    served: Served,
    home: PathBuf,
    journal: PathBuf,
}

impl Scene {
    fn set(test: &str) -> Self {
        let home = folder(test);
        let served = Served::start(&["--at", EVENING, "--speed", "400"]);
        served.tell(&format!("split/{SOURCE}/{TARGET}"), "");
        served.tell(&format!("proved/{BUCKET}"), "");
        served.tell(&format!("approved/{BUCKET}"), "");
        let journal = home.join("m.db");
        Self { served, home, journal }
    }

    fn run(&self) -> UnderWay {
        UnderWay::start(self.served.run(&self.home, &self.journal))
    }

    /// A run that was interrupted when a step was done.
    fn interrupted_at(&self, words: &str) {
        let mut run = self.run();
        run.until(words);
        run.signal("INT");
        assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
    }

    /// It goes on to its end, and no law is broken.
    fn ends_well(&self) {
        let mut run = self.run();
        assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
        let lasting = cleave::rehearsal::laws::lasting(&self.events());
        let lasting = serde_json::to_string(&lasting).expect("texts");
        assert_eq!(
            self.served.tell("end", &lasting),
            serde_json::json!([]),
            "laws were broken"
        );
    }

    fn events(&self) -> Vec<Recorded> {
        Journal::open_read_only(&self.journal)
            .and_then(|journal| journal.load())
            .expect("a journal with its events")
    }

    /// A command that needs no world.
    fn cleave(&self, arguments: &[&str]) -> Output {
        let mut command = self.served.cleave(&self.home);
        command.args(arguments);
        command.output().expect("cleave can be started")
    }

    /// The same with `--journal`, which must answer 0; its stdout.
    fn told(&self, arguments: &[&str]) -> String {
        let mut all = arguments.to_vec();
        let journal = self.journal.display().to_string();
        all.extend(["--journal", &journal]);
        let output = self.cleave(&all);
        assert!(
            output.status.success(),
            "{arguments:?}: {}",
            String::from_utf8_lossy(&output.stderr)
        );
        String::from_utf8(output.stdout).expect("text")
    }

    fn undo(&self, to: Option<&str>) -> Command {
        let mut command = self.served.cleave(&self.home);
        command
            .arg("undo")
            .arg(brief(&self.home))
            .args(["--reason", "not this night"]);
        command.args(to.iter().flat_map(|to| ["--to", to]));
        command.arg("--world").arg(format!("simcloud={}", self.served.endpoint));
        command.arg("--journal").arg(&self.journal);
        command
    }

    /// All that can be told of AWS and of the journal.
    fn everything(&self) -> (Value, Vec<(String, String, String)>, String) {
        (
            self.served.page("requests"),
            self.served.effects(),
            self.told(&["journal", "export"]),
        )
    }

    /// Plans in every way there is.
    fn plans(&self) {
        let runbook = brief(&self.home).display().to_string();
        let journal = self.journal.display().to_string();
        let report = |name: &str| self.home.join(name).display().to_string();
        for arguments in [
            vec!["plan", &runbook],
            vec!["plan", &runbook, "--json"],
            vec!["plan", &runbook, "--report", &report("plan.html")],
            vec![
                "plan",
                &runbook,
                "--report",
                &report("plan.json"),
                "--timeline",
                "--learn-from",
                &journal,
            ],
        ] {
            let output = self.cleave(&arguments);
            assert!(
                output.status.success(),
                "{arguments:?}: {}",
                String::from_utf8_lossy(&output.stderr)
            );
            assert!(!output.stdout.is_empty(), "{arguments:?} said nothing");
        }
    }
}

#[test]
#[expect(clippy::disallowed_methods, reason = "two real processes, in real time")]
fn lesson_1_planning_while_a_run_is_half_done_changes_nothing() {
    let scene = Scene::set("lesson-1");
    let mut run = scene.run();
    run.until("create_interim: done");
    // Under way, with the lease held; it stands still, so that what it does itself is not taken for the plan's doing.
    run.signal("STOP");
    let mut before = scene.everything();
    loop {
        std::thread::sleep(Duration::from_millis(150));
        let now = scene.everything();
        if now == before {
            break;
        }
        before = now;
    }
    scene.plans();
    assert_eq!(scene.everything(), before, "a plan has left something behind");
    run.signal("CONT");
    run.until("survey_out: done");
    run.signal("INT");
    assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);

    // Interrupted: nobody holds the lease, and nobody would notice a touched journal.
    let (before, file) = (scene.everything(), std::fs::read(&scene.journal).expect("a journal"));
    scene.plans();
    assert_eq!(scene.everything(), before, "a plan has left something behind");
    assert_eq!(std::fs::read(&scene.journal).expect("a journal"), file);
    scene.ends_well();
}

#[test]
fn lesson_7_a_journal_of_another_version_is_refused_by_name_and_left_as_it_is() {
    let scene = Scene::set("lesson-7");
    scene.interrupted_at(" run ");
    let copy = scene.home.join("newer.db");
    let whole = Journal::open_read_only(&scene.journal).and_then(|journal| journal.backup(&copy));
    whole.expect("a copy");
    let mut bytes = std::fs::read(&copy).expect("a file");
    // SQLite's user_version, in the header of every file.
    bytes[60..64].copy_from_slice(&(FORMAT + 1).to_be_bytes());
    std::fs::write(&copy, &bytes).expect("it can be written");
    let effects = scene.served.effects();
    let output = scene
        .served
        .run(&scene.home, &copy)
        .output()
        .expect("cleave can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("newer.db") && said.contains("release") && said.contains("to do:"),
        "{said}"
    );
    assert_eq!(std::fs::read(&copy).expect("still there"), bytes);
    assert_eq!(scene.served.effects(), effects);
}

#[test]
fn lesson_8_a_state_that_cannot_be_read_stops_and_never_begins_afresh() {
    let scene = Scene::set("lesson-8");
    scene.interrupted_at("create_interim: done");
    let effects = scene.served.effects();
    let mut bytes = std::fs::read(&scene.journal).expect("a journal");
    let half = bytes.len() / 2;
    bytes.truncate(half);
    for name in ["m.db-wal", "m.db-shm"] {
        let _ = std::fs::remove_file(scene.home.join(name));
    }
    std::fs::write(&scene.journal, &bytes).expect("it can be written");
    let output = scene
        .served
        .run(&scene.home, &scene.journal)
        .output()
        .expect("cleave can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(said.contains("m.db") && said.contains("to do:"), "{said}");
    assert_eq!(
        std::fs::read(&scene.journal).expect("still there"),
        bytes,
        "it was written over"
    );
    assert_eq!(scene.served.effects(), effects, "it began afresh");
}

fn count(events: &[Recorded], which: impl Fn(&Event) -> bool) -> usize {
    events.iter().filter(|recorded| which(&recorded.event)).count()
}

#[test]
fn a_part_is_taken_back_as_shown_before_asked_for_once_and_the_run_goes_on_to_its_end() {
    let scene = Scene::set("undo-to");
    scene.interrupted_at("bulk_settle: done");
    let to = format!("bucket/{BUCKET}/create_interim");
    let mut undo = UnderWay::start(scene.undo(Some(&to)));
    undo.until(&format!("takes back {to} and what needs it"));
    undo.until(&to);
    undo.until("taken back to");
    undo.kill();
    let mut undo = UnderWay::start(scene.undo(Some(&to)));
    assert_eq!(undo.end().code(), Some(0), "{:#?}", undo.said);
    let said = undo.said.join("\n");
    assert!(said.contains(&format!("goes on taking back {to}")), "{said}");
    assert!(said.contains("taken back as far as asked"), "{said}");
    let events = scene.events();
    assert_eq!(
        count(&events, |event| matches!(event, Event::UndoRequested { .. })),
        1,
        "asked twice"
    );
    let undone = count(&events, |event| matches!(event, Event::StepUndone { .. }));
    let done = count(&events, |event| matches!(event, Event::StepVerified { .. }));
    assert!(undone > 0 && undone < done, "{undone} of {done}");
    // Asked once more, it is told that it is done, and nothing happens.
    let mut again = UnderWay::start(scene.undo(Some(&to)));
    assert_eq!(again.end().code(), Some(0), "{:#?}", again.said);
    assert_eq!(scene.events().len(), events.len());
    scene.ends_well();
    let told = scene.told(&["status"]);
    assert!(told.contains(&to) && told.contains("not this night"), "{told}");
}

#[test]
fn what_cannot_be_taken_back_is_shown_with_its_reason_before_the_undo_begins() {
    let scene = Scene::set("undo-none");
    // Pressed on with until the name is won: nothing is left in the air.
    scene.interrupted_at("empty_source: done");
    let mut undo = UnderWay::start(scene.undo(None));
    assert_eq!(undo.end().code(), Some(6), "{:#?}", undo.said);
    let begun = undo
        .said
        .iter()
        .position(|line| line.contains("everything is taken back"));
    let shown = &undo.said[..begun.expect("it begins")].join("\n");
    assert!(
        shown.contains("cannot be taken back") && shown.contains("Nothing is lost"),
        "{shown}"
    );
    assert!(shown.contains("stays until what rests on it is gone"), "{shown}");
    let said = undo.said.join("\n");
    assert!(said.contains(&format!("needs operator: bucket/{BUCKET}/")), "{said}");
    // What does not hang on the bucket is taken back all the same.
    assert!(
        count(&scene.events(), |event| matches!(event, Event::StepUndone { .. })) > 0,
        "{said}"
    );
}

#[test]
fn a_step_is_tried_again_and_left_out_with_a_reason_that_journal_status_and_report_keep() {
    let scene = Scene::set("skip-retry");
    // The target has that alias already, and not from this run.
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(async {
        let target = scene.served.target_account("ap-northeast-1");
        let key = target
            .kms
            .create_key("somebody's", &Default::default())
            .await
            .expect("its owner may");
        target
            .kms
            .create_alias("alias/shop", &key.id)
            .await
            .expect("its owner may");
    });
    let stops = || {
        let mut run = scene.run();
        assert_eq!(run.end().code(), Some(6), "{:#?}", run.said);
        let status: Value = serde_json::from_str(&scene.told(&["status", "--json"])).expect("JSON");
        let stopped: Vec<String> = serde_json::from_value(status["needs_operator"].clone()).expect("a list");
        assert_eq!(stopped.len(), 1, "{stopped:?}");
        stopped[0].clone()
    };
    let step = stops();
    scene.told(&["retry", &step, "--reason", "the alias should be gone"]);
    assert_eq!(stops(), step);
    scene.told(&["skip", &step, "--reason", "that alias is the data team's"]);
    let mut run = scene.run();
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);

    let told = scene.told(&["journal", "export"]);
    for (kind, reason) in [
        ("step_retried", "the alias should be gone"),
        ("step_skipped", "that alias is the data team's"),
    ] {
        let kept = told
            .lines()
            .filter(|line| line.contains(kind) && line.contains(reason) && line.contains(&step));
        assert_eq!(kept.count(), 1, "{kind}");
    }
    let status: Value = serde_json::from_str(&scene.told(&["status", "--json"])).expect("JSON");
    let decided: Vec<&Value> = status["decided"].as_array().expect("a list").iter().collect();
    let words: Vec<[&str; 2]> = decided
        .iter()
        .map(|one| ["what", "reason"].map(|field| one[field].as_str().unwrap_or_default()))
        .collect();
    assert_eq!(
        words,
        [
            ["retried", "the alias should be gone"],
            ["skipped", "that alias is the data team's"]
        ]
    );
    let status = scene.told(&["status"]);
    let report = scene.home.join("run.md");
    scene.told(&["report", &report.display().to_string()]);
    let report = std::fs::read_to_string(report).expect("a report");
    for text in [&status, &report] {
        assert!(
            text.contains("the alias should be gone") && text.contains("that alias is the data team"),
            "{text}"
        );
    }
}

#[test]
fn an_undo_is_rehearsed_with_seeds_and_faults_and_told_as_text_and_as_json() {
    let home = folder("rehearsed-undo");
    let rehearse = |arguments: &[&str]| {
        let mut command = crate::served::cleave(&home);
        command
            .arg("rehearse")
            .arg(crate::served::example("runbook.toml"))
            .args(arguments);
        command.output().expect("cleave can be started")
    };
    let (after, to) = (
        format!("bucket/{BUCKET}/prove_interim"),
        format!("bucket/{BUCKET}/create_interim"),
    );
    let output = rehearse(&["--seeds", "1..2", "--faults", "harsh", "--json", "--undo-after", &after]);
    let told: Value = serde_json::from_slice(&output.stdout).expect("one object");
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert_eq!(
        (&told["unwound"], &told["undo"]["as_asked"], &told["undo"]["to"]),
        (&2.into(), &2.into(), &Value::Null)
    );
    assert!(told["undo"]["steps_taken_back"].as_u64() > Some(10), "{told}");

    let output = rehearse(&["--faults", "none", "--undo-after", &after, "--undo-to", &to]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(0), "{text}");
    assert!(
        text.contains(&format!(
            "{to} and what needs it was taken back, and the run went on to its end"
        )),
        "{text}"
    );

    // What cannot be taken back is no success.
    let output = rehearse(&[
        "--faults",
        "none",
        "--undo-after",
        &format!("bucket/{BUCKET}/empty_source"),
    ]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert_eq!(output.status.code(), Some(8), "{text}");
    assert!(
        text.contains("needs operator") && text.contains("Nothing is lost"),
        "{text}"
    );

    let output = rehearse(&["--undo-after", "bucket/none/none"]);
    assert_eq!(
        output.status.code(),
        Some(2),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(
        String::from_utf8_lossy(&output.stderr).contains(&after),
        "its steps are named"
    );
}
