//! The folded state, written beside the events every so often: who only looks need not fold a million events.

use model::{Digest, State};
use rusqlite::{Connection, OptionalExtension as _, Transaction};

use crate::error::JournalError;
use crate::events::{self, NO_HASH};

/// After so many events it is written anew. Reading and folding as many takes a few hundredths of a second.
pub(crate) const EVERY: u64 = 2048;

/// Another release may mean something else by the same words. The number behind it changes with the form of `State` between releases.
const WRITER: &str = concat!(env!("CARGO_PKG_VERSION"), "/1");

struct Snapshot {
    seq: u64,
    hash: String,
    state: State,
}

/// Whether an append that brings the journal from one place to another passes a place where the state is written.
pub(crate) fn is_due(every: u64, from: u64, to: u64) -> bool {
    every > 0 && from / every != to / every
}

/// Writes the state at the end of the events anew, from the first of them on, where one is written. What [`bring_up`] writes rests on the one before
/// it, so that what another build of this release folded in another way would be carried on for as long as the journal is.
pub(crate) fn make_anew(transaction: &Transaction<'_>) -> Result<(), JournalError> {
    match transaction.execute("DELETE FROM snapshot", [])? {
        0 => Ok(()),
        _ => bring_up(transaction),
    }
}

/// Writes the state at the end of the events, from the one before it. Where they do not add up to one, nothing is written: this is not where that is told.
pub(crate) fn bring_up(transaction: &Transaction<'_>) -> Result<(), JournalError> {
    let Some(state) = standing(transaction)? else {
        return Ok(());
    };
    let (seq, hash) = events::end_of(transaction)?;
    let Ok(text) = serde_json::to_string(&state) else {
        return Ok(());
    };
    let digest = digest_of(&hash, seq, WRITER, &text);
    transaction
        .prepare_cached(
            "INSERT INTO snapshot (only, seq, hash, writer, state, digest) VALUES (1, ?1, ?2, ?3, ?4, ?5)
             ON CONFLICT (only) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, writer = excluded.writer,
                 state = excluded.state, digest = excluded.digest",
        )?
        .execute((seq as i64, &hash, WRITER, &text, &digest))?;
    Ok(())
}

/// The state at the end of the events, if one was written on the way there that can be relied upon.
pub(crate) fn glance(connection: &Connection) -> Result<Option<State>, JournalError> {
    let reading = connection.unchecked_transaction()?;
    match read(&reading)? {
        Some(written) => fold_behind(&reading, Some(written)),
        None => Ok(None),
    }
}

/// The state at the end of the events, from the last one written and what came after it, or else from the first event on. None where
/// the events do not add up to one.
fn standing(connection: &Connection) -> Result<Option<State>, JournalError> {
    fold_behind(connection, read(connection)?)
}

fn fold_behind(connection: &Connection, written: Option<Snapshot>) -> Result<Option<State>, JournalError> {
    let from = match &written {
        Some(written) => (written.seq, written.hash.clone()),
        None => (0, NO_HASH.to_owned()),
    };
    let mut state = written.map(|written| written.state);
    let mut adds_up = true;
    events::walk_behind(connection, from, |stored| {
        if !adds_up {
            return Ok(());
        }
        let recorded = events::parse(stored)?;
        adds_up = match &mut state {
            Some(state) => state.apply(&recorded).is_ok(),
            None => State::begin(&recorded).map(|begun| state = Some(begun)).is_ok(),
        };
        Ok(())
    })?;
    Ok(state.filter(|_| adds_up))
}

/// The state that was last written, if it can be read and its event is there.
fn read(connection: &Connection) -> Result<Option<Snapshot>, JournalError> {
    let row = connection
        .query_row("SELECT seq, hash, writer, state, digest FROM snapshot", [], |row| {
            Ok((
                row.get::<_, i64>(0)?,
                row.get::<_, String>(1)?,
                row.get::<_, String>(2)?,
                row.get::<_, String>(3)?,
                row.get::<_, String>(4)?,
            ))
        })
        .optional()?;
    let Some((seq, hash, writer, text, digest)) = row else {
        return Ok(None);
    };
    let stored: Option<String> = connection
        .query_row("SELECT hash FROM event WHERE seq = ?1", [seq], |row| row.get(0))
        .optional()?;
    let Ok(seq) = u64::try_from(seq) else { return Ok(None) };
    if writer != WRITER || stored.as_ref() != Some(&hash) || digest != digest_of(&hash, seq, &writer, &text) {
        return Ok(None);
    }
    let state = serde_json::from_str(&text)
        .ok()
        .filter(|state: &State| state.last_seq == seq);
    Ok(state.map(|state| Snapshot { seq, hash, state }))
}

fn digest_of(hash: &str, seq: u64, writer: &str, state: &str) -> String {
    Digest::of(format!("{hash}\n{seq}\n{writer}\n{state}").as_bytes()).into()
}

#[cfg(test)]
#[path = "snapshot_tests.rs"]
mod tests;
