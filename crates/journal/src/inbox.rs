//! What people ask for from other terminals on this host. Anyone may put something in; only the process that holds the lease takes
//! things out and turns them into events.

use jiff::{SignedDuration, Timestamp};
use model::{Digest, GateName, StepId};
use rusqlite::{Connection, Transaction};
use serde::{Deserialize, Serialize};

use crate::calls::unsigned;
use crate::error::JournalError;
use crate::open::Journal;

/// Something that a person asks of the run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "ask", rename_all = "snake_case")]
pub enum InboxItem {
    /// Agrees at a gate.
    Approve {
        /// The gate.
        gate: GateName,
        /// Who.
        by: String,
        /// The digest of the plan that is agreed to.
        digest: Digest,
        /// The digest of the evidence that was shown.
        evidence: Digest,
        /// What was typed, where the gate asks for that.
        typed: Option<String>,
    },
    /// Agrees to the plan, for a product's team.
    Acknowledge {
        /// The product.
        product: String,
        /// Who.
        by: String,
        /// What was said.
        words: String,
        /// The digest of the plan that is agreed to.
        digest: Digest,
    },
    /// Lets the run disturb beyond its windows.
    ExtendWindow {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// For how long.
        extent: Extent,
    },
    /// Wants nothing new started.
    Pause {
        /// Who.
        by: String,
    },
    /// Wants it to go on.
    Resume {
        /// Who.
        by: String,
    },
    /// Does not want the step done.
    Skip {
        /// The step.
        step: StepId,
        /// Who.
        by: String,
        /// Why.
        reason: String,
    },
    /// Has dealt with what stopped the step.
    Retry {
        /// The step.
        step: StepId,
        /// Who.
        by: String,
        /// Why it may pass now.
        reason: String,
    },
    /// Wants back what was done.
    Undo {
        /// Who.
        by: String,
        /// Why.
        reason: String,
        /// The step up to which (that step included); absent: everything.
        to: Option<StepId>,
    },
}

/// How far a window is extended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Extent {
    /// Until then.
    Until(Timestamp),
    /// For so many seconds from when the running process heeds it: by that process's clock, which against a served simcloud is not the
    /// wall's.
    Seconds(u64),
}

impl Extent {
    /// The end, heeded now.
    pub fn until(&self, now: Timestamp) -> Timestamp {
        match self {
            Extent::Until(until) => *until,
            Extent::Seconds(seconds) => {
                let seconds = SignedDuration::from_secs(i64::try_from(*seconds).unwrap_or(i64::MAX));
                now.saturating_add(seconds).unwrap_or(Timestamp::MAX)
            }
        }
    }
}

impl InboxItem {
    fn kind(&self) -> &'static str {
        match self {
            InboxItem::Approve { .. } => "approve",
            InboxItem::Acknowledge { .. } => "acknowledge",
            InboxItem::ExtendWindow { .. } => "extend_window",
            InboxItem::Pause { .. } => "pause",
            InboxItem::Resume { .. } => "resume",
            InboxItem::Skip { .. } => "skip",
            InboxItem::Retry { .. } => "retry",
            InboxItem::Undo { .. } => "undo",
        }
    }
}

/// An unread item, with the number by which [`Journal::append_answering`] marks it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Received {
    /// Its number.
    pub id: u64,
    /// What is asked.
    pub item: InboxItem,
}

impl Journal {
    /// Puts something in. No lease is needed: this is how other processes speak to the one that has it.
    pub fn put_inbox(&mut self, item: &InboxItem) -> Result<(), JournalError> {
        let body = serde_json::to_string(item).expect("an item has only string keys");
        let transaction = self.begin()?;
        transaction.execute("INSERT INTO inbox (kind, body) VALUES (?1, ?2)", (item.kind(), body))?;
        Ok(transaction.commit()?)
    }

    /// What is unread, in the order in which it was put in, and leaves it unread: [`Journal::append_answering`] takes it together
    /// with the events that it brings about.
    pub fn read_inbox(&self) -> Result<Vec<Received>, JournalError> {
        unread(&self.connection)
    }

    /// Takes out all that is unread, in the order in which it was put in. Each item is handed out once; it stays in the file, marked.
    /// For what brings about no event: a crash behind this forgets the item.
    pub fn take_inbox(&mut self) -> Result<Vec<InboxItem>, JournalError> {
        // Asked before every step: looking does not take the write lock.
        if self.unread_count()? == 0 {
            return Ok(Vec::new());
        }
        let end = self.last_seq()?;
        let transaction = self.begin()?;
        let received = unread(&transaction)?;
        let ids: Vec<u64> = received.iter().map(|received| received.id).collect();
        mark_taken(&transaction, &ids, end)?;
        transaction.commit()?;
        Ok(received.into_iter().map(|received| received.item).collect())
    }

    /// How many items are unread.
    pub fn unread_count(&self) -> Result<u64, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT count(*) FROM inbox WHERE taken_seq IS NULL")?;
        unsigned(statement.query_row([], |row| row.get(0))?)
    }
}

fn unread(connection: &Connection) -> Result<Vec<Received>, JournalError> {
    let mut statement = connection.prepare_cached("SELECT id, body FROM inbox WHERE taken_seq IS NULL ORDER BY id")?;
    let mut rows = statement.query([])?;
    let mut received = Vec::new();
    while let Some(row) = rows.next()? {
        let id = unsigned(row.get(0)?)?;
        let body: String = row.get(1)?;
        let item = serde_json::from_str(&body)
            .map_err(|error| JournalError::corrupt(format!("item {id} of its inbox cannot be read: {error}")))?;
        received.push(Received { id, item });
    }
    Ok(received)
}

/// Marks items as taken when the history ends after event `end`; what is taken already stays as it is.
pub(crate) fn mark_taken(transaction: &Transaction<'_>, ids: &[u64], end: u64) -> Result<(), JournalError> {
    for id in ids {
        transaction
            .prepare_cached("UPDATE inbox SET taken_seq = ?2 WHERE id = ?1 AND taken_seq IS NULL")?
            .execute((*id as i64, end as i64))?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "inbox_tests.rs"]
mod tests;
