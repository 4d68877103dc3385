//! Appends events, and reads them back only if they are exactly those that were appended.

use std::io::Write;

use jiff::Timestamp;
use model::{Digest, Event, Recorded};
use rusqlite::{Connection, Transaction};

use crate::error::JournalError;
use crate::open::{Journal, parse_time};
use crate::{projections, snapshot};

/// What the first event's hash begins with.
pub(crate) const NO_HASH: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An event as it is stored.
pub(crate) struct Stored {
    pub(crate) seq: u64,
    pub(crate) at: String,
    pub(crate) kind: String,
    pub(crate) body: String,
    pub(crate) hash: String,
}

impl Journal {
    /// Appends events behind the one of number `expected_last_seq` (0: behind none), all or none of them, and reads from them where
    /// run, steps and gates stand. When this returns they are on the disk.
    pub fn append(
        &mut self,
        expected_last_seq: u64,
        at: Timestamp,
        events: &[Event],
    ) -> Result<Vec<Recorded>, JournalError> {
        self.append_answering(expected_last_seq, at, events, &[])
    }

    /// Like [`append`](Self::append), and marks these items of the inbox as taken in the same transaction: a crash can neither lose
    /// an approval nor count it twice.
    pub fn append_answering(
        &mut self,
        expected_last_seq: u64,
        at: Timestamp,
        events: &[Event],
        inbox: &[u64],
    ) -> Result<Vec<Recorded>, JournalError> {
        let count = events.len() as u64;
        self.before_commit(count)?;
        let every = self.snapshot_every;
        let transaction = self.begin()?;
        let recorded = append_within(&transaction, expected_last_seq, at, events)?;
        crate::inbox::mark_taken(&transaction, inbox, expected_last_seq + count)?;
        if snapshot::is_due(every, expected_last_seq, expected_last_seq + count) {
            snapshot::bring_up(&transaction)?;
        }
        transaction.commit()?;
        self.after_commit(count)?;
        Ok(recorded)
    }

    /// The number of the last event, 0 if there is none.
    pub fn last_seq(&self) -> Result<u64, JournalError> {
        Ok(end_of(&self.connection)?.0)
    }

    /// All events, in order, once it is proved that they are those that were appended: no gap, every hash right, the end where `run`
    /// says, and run, steps and gates standing where these events put them.
    pub fn load(&self) -> Result<Vec<Recorded>, JournalError> {
        let mut recorded = Vec::new();
        let reading = self.connection.unchecked_transaction()?;
        let outcome = walk(&reading, |stored| {
            recorded.push(parse(stored)?);
            Ok(())
        });
        match (outcome, self.newer_format()) {
            (Ok(()), None) => projections::check(&reading, &recorded)?,
            (Ok(()), Some(_)) => {}
            // What a later program means by its events need not be readable here.
            (Err(_), Some(found)) => {
                return Err(JournalError::Newer {
                    found,
                    known: crate::FORMAT,
                });
            }
            (Err(error), None) => return Err(error),
        }
        Ok(recorded)
    }

    /// Writes every event as one line of JSON: `seq`, `at`, `event`, `hash`. Nothing in it tells who ran it where: the same seed
    /// gives the same bytes. The hashes can be checked with `sha256sum` alone (see the schema).
    pub fn export(&self, out: &mut dyn Write) -> Result<(), JournalError> {
        let reading = self.connection.unchecked_transaction()?;
        walk(
            &reading,
            |Stored {
                 seq, at, body, hash, ..
             }| {
                writeln!(out, r#"{{"seq":{seq},"at":"{at}","event":{body},"hash":"{hash}"}}"#)
                    .map_err(|source| JournalError::Export { source })
            },
        )?;
        out.flush().map_err(|source| JournalError::Export { source })
    }
}

fn append_within(
    transaction: &Transaction<'_>,
    expected: u64,
    at: Timestamp,
    events: &[Event],
) -> Result<Vec<Recorded>, JournalError> {
    let (found, mut hash) = end_of(transaction)?;
    if found != expected {
        return Err(JournalError::StaleSeq { expected, found });
    }
    let mut recorded = Vec::with_capacity(events.len());
    let at_text = at.to_string();
    for (seq, event) in (expected + 1..).zip(events) {
        let body = serde_json::to_string(event).expect("an event has only string keys");
        hash = hash_of(&hash, seq, &at_text, event.kind(), &body);
        transaction
            .prepare_cached("INSERT INTO event (seq, at, kind, body, hash) VALUES (?1, ?2, ?3, ?4, ?5)")?
            .execute((seq as i64, &at_text, event.kind(), &body, &hash))?;
        transaction
            .prepare_cached("UPDATE run SET last_seq = ?1, last_hash = ?2, updated_at = ?3")?
            .execute((seq as i64, &hash, &at_text))?;
        // What goes on from here is what a later start will read, to the last digit of a fraction.
        let event = serde_json::from_str(&body).map_err(|source| JournalError::UnknownEvent {
            seq,
            kind: event.kind().to_owned(),
            source,
        })?;
        projections::project(transaction, seq, at, &event)?;
        recorded.push(Recorded { seq, at, event });
    }
    Ok(recorded)
}

/// The number and the hash of the last event, as `run` says.
pub(crate) fn end_of(connection: &Connection) -> Result<(u64, String), JournalError> {
    let mut statement = connection.prepare_cached("SELECT last_seq, last_hash FROM run")?;
    let (seq, hash): (i64, String) = statement.query_row([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    let seq = u64::try_from(seq).map_err(|_| JournalError::corrupt(format!("it ends after event {seq}")))?;
    Ok((seq, hash))
}

/// Hands over every event in order, having checked that it is in its place and follows from the one before; last, that the events
/// end where they should. The connection must be within a transaction, or a writer could move the end in between.
pub(crate) fn walk(
    connection: &Connection,
    each: impl FnMut(&Stored) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    walk_behind(connection, (0, NO_HASH.to_owned()), each)
}

/// The same of the events behind one, which is told by its number and its hash and is not looked at.
pub(crate) fn walk_behind(
    connection: &Connection,
    (mut last, mut last_hash): (u64, String),
    mut each: impl FnMut(&Stored) -> Result<(), JournalError>,
) -> Result<(), JournalError> {
    let (end, end_hash) = end_of(connection)?;
    let mut statement =
        connection.prepare("SELECT seq, at, kind, body, hash FROM event WHERE seq > ?1 ORDER BY seq")?;
    let mut rows = statement.query([last as i64])?;
    while let Some(row) = rows.next()? {
        let seq: i64 = row.get(0)?;
        let due = last + 1;
        if seq != due as i64 {
            return Err(JournalError::Gap { seq: due });
        }
        let stored = Stored {
            seq: due,
            at: row.get(1)?,
            kind: row.get(2)?,
            body: row.get(3)?,
            hash: row.get(4)?,
        };
        if stored.hash != hash_of(&last_hash, due, &stored.at, &stored.kind, &stored.body) {
            return Err(JournalError::ChainBroken { seq: due });
        }
        each(&stored)?;
        (last, last_hash) = (due, stored.hash);
    }
    match last.cmp(&end) {
        std::cmp::Ordering::Less => Err(JournalError::EndsEarly { found: last, said: end }),
        std::cmp::Ordering::Greater => Err(JournalError::corrupt(format!(
            "it has {last} events, and says that it ends after event {end}"
        ))),
        std::cmp::Ordering::Equal if last_hash != end_hash => Err(JournalError::ChainBroken { seq: last }),
        std::cmp::Ordering::Equal => Ok(()),
    }
}

/// The hash that a journal of these events ends with, the first being the journal's first: what `cleave journal export` shows at its last line.
pub fn last_hash(events: &[Recorded]) -> String {
    events.iter().fold(NO_HASH.to_owned(), |before, recorded| {
        let body = serde_json::to_string(&recorded.event).expect("an event has only string keys");
        hash_of(
            &before,
            recorded.seq,
            &recorded.at.to_string(),
            recorded.event.kind(),
            &body,
        )
    })
}

/// Lines, so that no two different events can be the same bytes (only the last, the body, could hold a line's end, and JSON as it is
/// written here never does), and so that anyone can check it without this program.
pub(crate) fn hash_of(before: &str, seq: u64, at: &str, kind: &str, body: &str) -> String {
    Digest::of(format!("{before}\n{seq}\n{at}\n{kind}\n{body}").as_bytes()).into()
}

pub(crate) fn parse(stored: &Stored) -> Result<Recorded, JournalError> {
    let event: Event = serde_json::from_str(&stored.body).map_err(|source| JournalError::UnknownEvent {
        seq: stored.seq,
        kind: stored.kind.clone(),
        source,
    })?;
    if event.kind() != stored.kind {
        return Err(JournalError::corrupt(format!(
            "event {} is stored as {}, and is {}",
            stored.seq,
            stored.kind,
            event.kind()
        )));
    }
    Ok(Recorded {
        seq: stored.seq,
        at: parse_time(&stored.at)?,
        event,
    })
}

#[cfg(test)]
#[path = "events_tests.rs"]
mod tests;
