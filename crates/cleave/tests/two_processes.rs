//! `cleave run` against a served simcloud, two real processes, one of which is killed again and again.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use crate::served::{Served, UnderWay, folder};
use journal::Journal;
use model::{Event, Recorded};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const BUCKET: &str = "shop-stg-assets";
/// Ten minutes before the runbook's window opens: some steps prepare before it, and the run waits for it.
const EVENING: &str = "2026-11-21T12:50:00Z";

fn serve(speed: &str) -> Served {
    let served = Served::start(&["--at", EVENING, "--speed", speed]);
    served.tell(&format!("split/{SOURCE}/{TARGET}"), "");
    // When they became true is compared at the end: a page cannot be told in the middle of the run's own call.
    served.tell(&format!("proved/{BUCKET}"), "");
    served.tell(&format!("approved/{BUCKET}"), "");
    served
}

fn events(journal: &Path) -> Vec<Recorded> {
    Journal::open_read_only(journal)
        .expect("a journal")
        .load()
        .expect("its events")
}

/// How often each thing was made. Identifiers that AWS draws are left out: two of them would not be told apart as doubles.
fn made(served: &Served) -> BTreeMap<String, usize> {
    let mut made = BTreeMap::new();
    for (operation, resource, _) in served.effects() {
        let verb = operation.split(' ').next_back().unwrap_or_default();
        if ["Create", "Copy", "Restore", "Run"]
            .iter()
            .any(|word| verb.starts_with(word))
        {
            let of = if verb == "CopyObject" {
                resource.split('/').skip(1).collect::<Vec<_>>().join("/")
            } else {
                String::new()
            };
            *made.entry(format!("{operation} {of}")).or_insert(0) += 1;
        }
    }
    made
}

/// Everything has moved, nothing was made twice, and nothing is left over.
fn assert_moved(served: &Served, journal: &Path, undisturbed: &BTreeMap<String, usize>) {
    let events = events(journal);
    assert!(
        matches!(events.last().map(|last| &last.event), Some(Event::RunEnded { .. })),
        "{:?}",
        events.last()
    );
    let lasting = cleave::rehearsal::laws::lasting(&events);
    let lasting = serde_json::to_string(&lasting).expect("a list of texts");
    let broken = served.tell("end", &lasting);
    assert_eq!(broken, serde_json::json!([]), "laws were broken");
    assert_eq!(
        &made(served),
        undisturbed,
        "made in a run that was disturbed, and in one that was not"
    );
    let approved = events
        .iter()
        .find(|event| matches!(&event.event, Event::GateApproved { gate, .. } if gate.as_str() == format!("hand-over:{BUCKET}")))
        .expect("the hand-over was approved")
        .at;
    let emptied = served.effects().into_iter().find(|(operation, resource, _)| {
        operation == &format!("{SOURCE} s3 DeleteObject") && resource.starts_with(BUCKET)
    });
    let (_, _, first) = emptied.expect("the source bucket was emptied");
    let first: jiff::Timestamp = first.parse().expect("a time");
    // The two clocks run apart by what one answer takes.
    assert!(
        first + jiff::SignedDuration::from_mins(1) >= approved,
        "emptied at {first}, approved at {approved}"
    );
}

/// A run that nothing disturbs, beside the one that is.
fn undisturbed(test: &str) -> BTreeMap<String, usize> {
    let home = folder(&format!("{test}-undisturbed"));
    let served = serve("500");
    let journal = home.join("m.db");
    let mut run = UnderWay::start(served.run(&home, &journal));
    let status = run.end();
    assert_eq!(status.code(), Some(0), "{:#?}", run.said);
    let made = made(&served);
    assert_moved(&served, &journal, &made);
    made
}

#[test]
#[expect(clippy::disallowed_methods, reason = "two real processes, in real time")]
fn killed_twenty_times_it_moves_everything_once() {
    let test = "killed";
    let reference = std::thread::spawn(move || undisturbed(test));
    let home = folder(test);
    let served = serve("400");
    let journal = home.join("m.db");
    let mut rng = fastrand::Rng::with_seed(20);
    let mut kills = 0;
    let status = loop {
        let mut run = UnderWay::start(served.run(&home, &journal));
        if kills >= 24 {
            break run.end();
        }
        // The first line says that it goes on; from there so many lines, and a little more so as not to die at a commit only.
        let lines = rng.usize(2..6);
        let ended = (0..lines).any(|_| run.line().is_none());
        if ended {
            break run.end();
        }
        std::thread::sleep(Duration::from_micros(rng.u64(0..15_000)));
        run.kill();
        kills += 1;
    };
    assert!(kills >= 20, "it was killed only {kills} times");
    assert_eq!(status.code(), Some(0));
    assert_moved(&served, &journal, &reference.join().expect("the undisturbed run ends"));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "two real processes, in real time")]
fn killed_while_it_starts_it_starts_with_the_same_command() {
    let home = folder("starting");
    let served = serve("1");
    let mut rng = fastrand::Rng::with_seed(3);
    for round in 0..12 {
        let journal = home.join(format!("{round}.db"));
        let run = UnderWay::start(served.run(&home, &journal));
        while !journal.exists() {
            std::thread::sleep(Duration::from_micros(200));
        }
        std::thread::sleep(Duration::from_micros(rng.u64(0..8_000)));
        run.kill();
        let mut run = UnderWay::start(served.run(&home, &journal));
        run.until(" run ");
        run.signal("INT");
        assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
    }
    // Made by a process that was killed before its first event.
    let journal = home.join("empty.db");
    drop(Journal::create(&journal).expect("a journal"));
    let mut run = UnderWay::start(served.run(&home, &journal));
    run.until("starts");
    run.signal("INT");
    assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
}

#[test]
#[expect(clippy::disallowed_methods, reason = "two real processes, in real time")]
fn interrupted_stopped_for_an_hour_and_asked_twice_it_comes_through() {
    let test = "interrupted";
    let reference = std::thread::spawn(move || undisturbed(test));
    let home = folder(test);
    let served = serve("500");
    let journal = home.join("m.db");
    let mut run = UnderWay::start(served.run(&home, &journal));
    run.until("create_interim: done");
    run.signal("INT");
    assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
    assert!(
        run.said.iter().any(|line| line.contains("paused by SIGINT")),
        "{:#?}",
        run.said
    );

    let mut run = UnderWay::start(served.run(&home, &journal));
    run.until("survey_out: done");
    let mut second = UnderWay::start(served.run(&home, &journal));
    assert_eq!(second.end().code(), Some(3), "{:#?}", second.said);
    let said = second.said.join("\n");
    assert!(said.contains(&format!("{}", run.id())), "names the holder: {said}");
    assert!(said.contains("where:") && said.contains("to do:"), "{said}");

    // Seven seconds at this speed are an hour: a laptop that was shut, a virtual machine that was moved.
    run.signal("STOP");
    let at = || {
        served.page("clock")["now"]
            .as_str()
            .expect("a time")
            .parse::<jiff::Timestamp>()
            .expect("a time")
    };
    let begun = at();
    while at().duration_since(begun) < jiff::SignedDuration::from_hours(1) {
        std::thread::sleep(Duration::from_millis(50));
    }
    run.signal("CONT");
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    assert_moved(&served, &journal, &reference.join().expect("the undisturbed run ends"));

    let mut again = UnderWay::start(served.run(&home, &journal));
    assert_eq!(again.end().code(), Some(0), "{:#?}", again.said);
    assert!(
        again.said.iter().any(|line| line.contains("has ended")),
        "{:#?}",
        again.said
    );
}
