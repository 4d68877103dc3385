use model::event::{Direction, Outcome, Verdict, WorldKind};
use pretty_assertions::assert_eq;
use proptest::prelude::*;

use super::*;
use crate::test_events::{any_event, at, gate_name, history, intent, run_started, step_id};

fn seqs(recorded: &[Recorded]) -> Vec<u64> {
    recorded.iter().map(|recorded| recorded.seq).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(96) })]

    #[test]
    fn what_is_appended_is_what_is_loaded(batches in prop::collection::vec(prop::collection::vec(any_event(), 0..5), 0..8)) {
        let mut journal = Journal::in_memory().unwrap();
        let mut appended = Vec::new();
        for (second, batch) in batches.iter().enumerate() {
            let recorded = journal.append(appended.len() as u64, at(second as i64), batch).unwrap();
            // The last digit of a fraction may change when it is first written down; after that nothing changes any more.
            let kinds = |events: Vec<&Event>| events.iter().map(|event| (event.kind(), event.step().cloned())).collect::<Vec<_>>();
            prop_assert_eq!(
                kinds(recorded.iter().map(|recorded| &recorded.event).collect()),
                kinds(batch.iter().collect())
            );
            appended.extend(recorded);
        }
        let count = appended.len() as u64;
        prop_assert_eq!(seqs(&appended), (1..=count).collect::<Vec<_>>());
        prop_assert_eq!(journal.last_seq().unwrap(), count);
        prop_assert_eq!(journal.load().unwrap(), appended);
    }

    #[test]
    fn appending_at_once_or_one_by_one_gives_the_same_bytes(events in prop::collection::vec(any_event(), 1..8)) {
        let export = |journal: &Journal| {
            let mut bytes = Vec::new();
            journal.export(&mut bytes).unwrap();
            bytes
        };
        let mut at_once = Journal::in_memory().unwrap();
        at_once.append(0, at(0), &events).unwrap();
        let mut one_by_one = Journal::in_memory().unwrap();
        for (seq, event) in events.iter().enumerate() {
            one_by_one.append(seq as u64, at(0), std::slice::from_ref(event)).unwrap();
        }
        prop_assert_eq!(export(&at_once), export(&one_by_one));
    }
}

#[test]
fn an_event_without_fractions_comes_back_as_it_was() {
    let mut journal = Journal::in_memory().unwrap();
    let events = history(5);
    let recorded = journal.append(0, at(0), &events).unwrap();
    assert_eq!(
        recorded.into_iter().map(|recorded| recorded.event).collect::<Vec<_>>(),
        events
    );
}

#[test]
fn an_append_at_a_stale_place_is_refused_whole() {
    let mut journal = Journal::in_memory().unwrap();
    let recorded = journal.append(0, at(0), &history(3)).unwrap();
    for expected in [0, 2, 4] {
        let refused = journal.append(expected, at(1), &history(2)).unwrap_err();
        assert!(
            matches!(refused, JournalError::StaleSeq { expected: e, found: 3 } if e == expected),
            "{refused}"
        );
    }
    assert_eq!(journal.load().unwrap(), recorded);
}

#[test]
fn of_a_batch_that_fails_nothing_stays() {
    let mut journal = Journal::in_memory().unwrap();
    journal.append(0, at(0), &history(2)).unwrap();
    // The third insert of the batch collides.
    journal.connection.execute_batch(
        "CREATE TEMP TRIGGER full BEFORE INSERT ON main.event WHEN NEW.seq = 5 BEGIN SELECT RAISE(ABORT, 'disk full'); END",
    ).unwrap();
    let events = [1, 2, 3].map(|attempt| intent("share_snapshot", attempt, Direction::Do));
    assert!(matches!(
        journal.append(2, at(1), &events),
        Err(JournalError::Sqlite { .. })
    ));
    assert_eq!(journal.last_seq().unwrap(), 2);
    assert_eq!(journal.load().unwrap().len(), 2);
    let attempts: Vec<u32> = journal.steps().unwrap().iter().map(|step| step.attempt).collect();
    assert_eq!(attempts, [0, 1], "a projection ran ahead of the events");
}

#[test]
fn history_cannot_be_rewritten_in_sql() {
    let mut journal = Journal::in_memory().unwrap();
    let recorded = journal.append(0, at(0), &history(3)).unwrap();
    for (sql, because) in [
        ("UPDATE event SET body = '{}' WHERE seq = 2", "never changed"),
        ("DELETE FROM event WHERE seq = 3", "never deleted"),
        ("DELETE FROM event", "never deleted"),
        (
            "INSERT OR REPLACE INTO event SELECT seq, at, kind, '{}', hash FROM event WHERE seq = 3",
            "no gaps",
        ),
        (
            "INSERT INTO event SELECT 5, at, kind, body, 'x' || substr(hash, 2) FROM event WHERE seq = 3",
            "no gaps",
        ),
        (
            "INSERT INTO event SELECT 4, at, kind, 'no JSON', 'x' || substr(hash, 2) FROM event WHERE seq = 3",
            "CHECK",
        ),
        (
            "INSERT INTO event SELECT 4, at, kind, body, 'short' FROM event WHERE seq = 3",
            "CHECK",
        ),
        ("UPDATE run SET last_seq = 2", "does not go back"),
        ("DELETE FROM run", "is kept"),
        ("UPDATE run SET lifecycle = 'ended'", "CHECK"),
        ("UPDATE step SET status = 'finished'", "CHECK"),
        ("UPDATE step SET attempt = 'many'", "cannot store TEXT"),
        ("UPDATE meta SET value = '2'", "written once"),
        ("DELETE FROM meta", "written once"),
    ] {
        let refused = journal.connection.execute(sql, []).expect_err(sql).to_string();
        assert!(refused.contains(because), "{sql}: {refused}");
    }
    assert_eq!(journal.load().unwrap(), recorded);
}

/// What someone with the sqlite3 shell and bad intent can do: triggers dropped, then anything.
fn tampered(sql: &str) -> JournalError {
    let mut journal = Journal::in_memory().unwrap();
    journal.append(0, at(0), &history(5)).unwrap();
    journal
        .connection
        .execute_batch(
            "DROP TRIGGER event_update; DROP TRIGGER event_delete; DROP TRIGGER event_gap; DROP TRIGGER run_goes_back",
        )
        .unwrap();
    assert!(journal.load().is_ok(), "the history itself is still whole");
    journal.connection.execute_batch(sql).unwrap();
    let refused = journal.load().unwrap_err();
    let exported = journal.export(&mut Vec::new()).map_err(|error| error.to_string());
    if !matches!(
        refused,
        JournalError::Corrupt { .. } | JournalError::UnknownEvent { .. }
    ) {
        assert_eq!(
            exported,
            Err(refused.to_string()),
            "the export must not pass off what load refuses"
        );
    }
    refused
}

#[test]
fn tampering_is_named_with_its_place() {
    use JournalError::{ChainBroken, Corrupt, EndsEarly, Gap};
    let rewritten = "UPDATE event SET body = replace(body, 'token', 'taken') WHERE seq = 3";
    assert!(matches!(tampered(rewritten), ChainBroken { seq: 3 }));
    assert!(matches!(
        tampered("UPDATE event SET at = '2020-01-01T00:00:00Z' WHERE seq = 4"),
        ChainBroken { seq: 4 }
    ));
    assert!(matches!(
        tampered("UPDATE event SET kind = 'look_failed' WHERE seq = 2"),
        ChainBroken { seq: 2 }
    ));
    assert!(matches!(
        tampered("UPDATE event SET hash = replace(replace(hash, 'a', 'b'), '0', '1') WHERE seq = 5"),
        ChainBroken { seq: 5 }
    ));
    assert!(matches!(tampered("DELETE FROM event WHERE seq = 2"), Gap { seq: 2 }));
    assert!(matches!(tampered("DELETE FROM event WHERE seq = 1"), Gap { seq: 1 }));
    assert!(matches!(
        tampered("DELETE FROM event WHERE seq >= 4"),
        EndsEarly { found: 3, said: 5 }
    ));
    assert!(matches!(tampered("DELETE FROM event"), EndsEarly { found: 0, said: 5 }));
    assert!(matches!(
        tampered("UPDATE run SET last_seq = 9"),
        EndsEarly { found: 5, said: 9 }
    ));
    assert!(matches!(tampered("UPDATE run SET last_seq = 4"), Corrupt { .. }));
    assert!(matches!(
        tampered("UPDATE run SET last_hash = (SELECT hash FROM event WHERE seq = 4)"),
        ChainBroken { seq: 5 }
    ));
    assert!(matches!(tampered("UPDATE run SET world = 'live'"), Corrupt { .. }));
    assert!(matches!(tampered("UPDATE run SET seed = '1'"), Corrupt { .. }));
}

#[test]
fn the_chain_can_be_checked_by_hand_from_the_export() {
    let mut journal = Journal::in_memory().unwrap();
    journal.append(0, at(0), &history(4)).unwrap();
    let mut bytes = Vec::new();
    journal.export(&mut bytes).unwrap();
    let mut before = "0".repeat(64);
    let text = String::from_utf8(bytes).unwrap();
    assert_eq!(text.lines().count(), 4);
    for line in text.lines() {
        let value: serde_json::Value = serde_json::from_str(line).unwrap();
        let (seq, at, kind) = (
            &value["seq"],
            value["at"].as_str().unwrap(),
            value["event"]["event"].as_str().unwrap(),
        );
        // serde_json keeps the order of keys here, so the body is the same bytes.
        let lines = format!("{before}\n{seq}\n{at}\n{kind}\n{}", value["event"]);
        assert_eq!(value["hash"], Digest::of(lines.as_bytes()).as_str());
        before = value["hash"].as_str().unwrap().to_owned();
    }
    assert_eq!(
        crate::last_hash(&journal.load().unwrap()),
        before,
        "what a report is signed with"
    );
}

#[test]
fn run_steps_and_gates_follow_the_events() {
    let mut journal = Journal::in_memory().unwrap();
    assert_eq!(journal.run().unwrap(), None);
    let failure = model::Failure::ours("x", model::FailureClass::NoAnswer, "(lost)", "no answer");
    let status = |journal: &Journal, verb: &str| {
        let steps = journal.steps().unwrap();
        let step = steps.iter().find(|step| step.id == step_id(verb)).unwrap().clone();
        (step.status, step.attempt)
    };
    let mut seq = 0;
    let mut then = |journal: &mut Journal, event: Event| {
        journal.append(seq, at(seq as i64), &[event]).unwrap();
        seq += 1;
    };
    then(&mut journal, run_started(WorldKind::Rehearsal));
    let run = journal.run().unwrap().unwrap();
    assert_eq!(
        (run.seed, run.lifecycle.as_str(), run.direction.as_str(), run.verdict),
        (u64::MAX, "active", "do", None)
    );
    assert_eq!((run.started_at, run.world), (at(0), WorldKind::Rehearsal));
    assert_eq!(status(&journal, "share_snapshot"), ("planned".into(), 0));
    assert_eq!(journal.gates().unwrap()[0].status, "planned");

    then(&mut journal, intent("take_snapshot", 1, Direction::Do));
    assert_eq!(status(&journal, "take_snapshot"), ("underway".into(), 1));
    let ended = |outcome| Event::AttemptEnded {
        step: step_id("take_snapshot"),
        attempt: 1,
        outcome,
        again_at: None,
    };
    then(&mut journal, ended(Outcome::Unknown { failure }));
    assert_eq!(status(&journal, "take_snapshot"), ("unknown".into(), 1));
    then(
        &mut journal,
        Event::StepVerified {
            step: step_id("take_snapshot"),
            evidence: "equal".into(),
        },
    );
    assert_eq!(status(&journal, "take_snapshot"), ("done".into(), 1));
    then(&mut journal, intent("take_snapshot", 2, Direction::Undo));
    then(&mut journal, ended(Outcome::Done));
    assert_eq!(status(&journal, "take_snapshot"), ("undoing".into(), 2));

    let gate = gate_name("service-stopped");
    then(
        &mut journal,
        Event::GateAsked {
            gate: gate.clone(),
            evidence: "0 tasks".into(),
        },
    );
    let digest = Digest::of(b"");
    let by = "aki".to_owned();
    then(
        &mut journal,
        Event::GateApproved {
            gate: gate.clone(),
            by,
            digest: digest.clone(),
            evidence: digest,
        },
    );
    let row = journal.gates().unwrap().remove(0);
    assert_eq!(
        (row.status.as_str(), row.approved_by.as_deref(), row.evidence.as_deref()),
        ("approved", Some("aki"), Some("0 tasks"))
    );
    then(
        &mut journal,
        Event::GateVoided {
            gate,
            reason: "drift".into(),
        },
    );
    let row = journal.gates().unwrap().remove(0);
    assert_eq!((row.status.as_str(), row.approved_by), ("voided", None));

    then(
        &mut journal,
        Event::UndoRequested {
            by: "aki".into(),
            reason: "drift".into(),
            to: None,
        },
    );
    then(
        &mut journal,
        Event::RunEnded {
            verdict: Verdict::Unwound,
        },
    );
    let run = journal.run().unwrap().unwrap();
    assert_eq!(
        (run.lifecycle.as_str(), run.direction.as_str(), run.verdict.as_deref()),
        ("ended", "undo", Some("unwound"))
    );
    assert_eq!((run.last_seq, run.updated_at), (11, at(10)));
}

#[test]
fn after_the_crash_switch_nothing_is_written_and_what_was_stays() {
    let mut journal = Journal::in_memory().unwrap();
    journal.append(0, at(0), &history(2)).unwrap();
    journal.fail_after(3);
    let event = |attempt| intent("share_snapshot", attempt, Direction::Do);
    journal.append(2, at(1), &[event(1), event(2)]).unwrap();
    // One more would fit; two are one commit, and that does not take place.
    assert!(matches!(
        journal.append(4, at(2), &[event(3), event(4)]),
        Err(JournalError::CrashSwitch)
    ));
    assert!(
        matches!(journal.append(4, at(2), &[event(3)]), Err(JournalError::CrashSwitch)),
        "the dead came back"
    );
    assert!(matches!(journal.append(4, at(2), &[]), Err(JournalError::CrashSwitch)));
    assert!(matches!(journal.take_inbox(), Ok(items) if items.is_empty()));
    assert!(matches!(
        journal.put_inbox(&crate::InboxItem::Pause { by: "aki".into() }),
        Err(JournalError::CrashSwitch)
    ));
    assert_eq!(journal.load().unwrap().len(), 4);
}

#[test]
fn the_crash_switch_fires_after_every_number_of_events() {
    for n in 0..6 {
        let mut journal = Journal::in_memory().unwrap();
        journal.fail_after(n);
        let events = history(9);
        let written = events
            .iter()
            .zip(0..)
            .take_while(|(event, seq)| journal.append(*seq, at(0), std::slice::from_ref(*event)).is_ok());
        assert_eq!(written.count() as u64, n);
        assert_eq!(journal.load().unwrap().len() as u64, n);
    }
}

#[test]
fn the_crash_switch_upon_a_commit_keeps_that_commit() {
    let mut journal = Journal::in_memory().unwrap();
    journal.fail_upon(2);
    let events = history(3);
    journal.append(0, at(0), &events[..1]).unwrap();
    assert!(matches!(
        journal.append(1, at(0), &events[1..2]),
        Err(JournalError::CrashSwitch)
    ));
    assert!(matches!(
        journal.append(2, at(0), &events[2..]),
        Err(JournalError::CrashSwitch)
    ));
    assert_eq!(journal.load().unwrap().len(), 2, "the commit itself took place");
}

#[test]
fn a_products_agreement_opens_its_gate_and_where_none_waits_for_it_no_row_is_made() {
    let mut journal = Journal::in_memory().unwrap();
    let Event::RunStarted {
        run,
        world,
        seed,
        mut plan,
        ..
    } = run_started(WorldKind::Rehearsal)
    else {
        unreachable!("it is the start")
    };
    plan.gates[0].name = model::products::gate_of("shop");
    let digest = plan.digest();
    let started = Event::RunStarted {
        run,
        world,
        seed,
        plan,
        digest: digest.clone(),
    };
    let agreed = |product: &str| Event::ProductAgreed {
        product: product.into(),
        by: "aki".into(),
        words: "go".into(),
        digest: digest.clone(),
    };
    journal
        .append(0, at(0), &[started, agreed("shop"), agreed("media")])
        .unwrap();
    let gates = journal.gates().unwrap();
    assert_eq!(gates.len(), 1);
    assert_eq!(
        (gates[0].status.as_str(), gates[0].approved_by.as_deref()),
        ("approved", Some("aki"))
    );
    assert_eq!(journal.load().unwrap().len(), 3, "rows and events say the same");
}
