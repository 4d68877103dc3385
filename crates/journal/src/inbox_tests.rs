use pretty_assertions::assert_eq;

use super::*;
use crate::test_events::{at, gate_name, history, intent, step_id};
use model::event::Direction;

fn items() -> Vec<InboxItem> {
    let (by, reason) = ("aki".to_owned(), "why not".to_owned());
    vec![
        InboxItem::Approve {
            gate: gate_name("service-stopped"),
            by: by.clone(),
            digest: Digest::of(b"plan"),
            evidence: Digest::of(b"evidence"),
            typed: Some("shop-stg-assets".into()),
        },
        InboxItem::Pause { by: by.clone() },
        InboxItem::Resume { by: by.clone() },
        InboxItem::Skip {
            step: step_id("share_snapshot"),
            by: by.clone(),
            reason: reason.clone(),
        },
        InboxItem::Retry {
            step: step_id("share_snapshot"),
            by: by.clone(),
            reason: reason.clone(),
        },
        InboxItem::Undo { by, reason, to: None },
    ]
}

#[test]
fn every_item_is_handed_out_once_in_order_and_kept() {
    let mut journal = Journal::in_memory().unwrap();
    for item in items() {
        journal.put_inbox(&item).unwrap();
    }
    assert_eq!(journal.unread_count().unwrap(), 6);
    assert_eq!(journal.take_inbox().unwrap(), items());
    assert_eq!(journal.take_inbox().unwrap(), []);
    assert_eq!(journal.unread_count().unwrap(), 0);
    let kept: i64 = journal
        .connection
        .query_row("SELECT count(*) FROM inbox", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kept, 6);
}

#[test]
fn an_item_is_taken_with_the_events_it_brings_about_or_not_at_all() {
    let mut journal = Journal::in_memory().unwrap();
    journal.append(0, at(0), &history(1)).unwrap();
    for item in items() {
        journal.put_inbox(&item).unwrap();
    }
    let received = journal.read_inbox().unwrap();
    let taken = [received[0].id, received[1].id];
    let event = [intent("take_snapshot", 1, Direction::Do)];
    assert!(journal.append_answering(7, at(1), &event, &taken).is_err());
    assert_eq!(
        journal.unread_count().unwrap(),
        6,
        "the append failed, and the approval is gone"
    );
    journal.append_answering(1, at(1), &event, &taken).unwrap();
    assert_eq!(journal.read_inbox().unwrap(), received[2..]);
}

#[test]
fn many_terminals_write_while_the_run_appends_and_nothing_is_lost() {
    const WRITERS: u32 = 4;
    const EACH: u32 = 5;
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("migrations.db");
    let mut journal = Journal::create(&path).unwrap();
    journal.append(0, at(0), &history(1)).unwrap();
    let mut taken = Vec::new();
    std::thread::scope(|scope| {
        let writers: Vec<_> = (0..WRITERS)
            .map(|writer| {
                let path = &path;
                scope.spawn(move || {
                    for number in 0..EACH {
                        // Opened anew each time, as a command is: what is checked then is being written at that moment.
                        let mut other = Journal::open(path).unwrap();
                        other
                            .put_inbox(&InboxItem::Pause {
                                by: format!("{writer}/{number:02}"),
                            })
                            .unwrap();
                    }
                })
            })
            .collect();
        let mut seq = 1;
        while !writers.iter().all(|writer| writer.is_finished()) {
            journal
                .append(seq, at(0), &[intent("take_snapshot", seq as u32, Direction::Do)])
                .unwrap();
            seq += 1;
            taken.extend(journal.take_inbox().unwrap());
        }
        writers.into_iter().for_each(|writer| writer.join().unwrap());
    });
    taken.extend(journal.take_inbox().unwrap());
    let by = |item: &InboxItem| match item {
        InboxItem::Pause { by } => by.clone(),
        other => panic!("{other:?}"),
    };
    for writer in 0..WRITERS {
        let prefix = format!("{writer}/");
        let heard: Vec<String> = taken.iter().map(by).filter(|by| by.starts_with(&prefix)).collect();
        let said: Vec<String> = (0..EACH).map(|number| format!("{writer}/{number:02}")).collect();
        assert_eq!(heard, said);
    }
    assert_eq!(journal.load().unwrap().len() as u64, journal.last_seq().unwrap());
}

#[test]
fn an_agreement_is_handed_out_as_it_was_put_in() {
    let mut journal = Journal::in_memory().unwrap();
    let agreement = InboxItem::Acknowledge {
        product: "shop".into(),
        by: "花子".into(),
        words: "セール終了後".into(),
        digest: Digest::of(b"plan"),
    };
    journal.put_inbox(&agreement).unwrap();
    let kind: String = journal
        .connection
        .query_row("SELECT kind FROM inbox", [], |row| row.get(0))
        .unwrap();
    assert_eq!(kind, "acknowledge");
    assert_eq!(journal.take_inbox().unwrap(), [agreement]);
}
