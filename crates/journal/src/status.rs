//! What lists and status lines show, without folding the events.

use jiff::Timestamp;
use model::event::WorldKind;
use model::{Digest, GateName, RunId, StepId};

use crate::error::JournalError;
use crate::open::{Journal, parse_time, world_of};

/// The run, as far as it has come.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RunRow {
    /// Its id.
    pub id: RunId,
    /// The migration's name.
    pub migration: String,
    /// Where it takes place.
    pub world: WorldKind,
    /// The seed of everything random.
    pub seed: u64,
    /// The plan's digest.
    pub digest: Digest,
    /// When it began.
    pub started_at: Timestamp,
    /// When the last event was recorded.
    pub updated_at: Timestamp,
    /// The number of the last event.
    pub last_seq: u64,
    /// `active`, `paused` or `ended`.
    pub lifecycle: String,
    /// `do` or `undo`.
    pub direction: String,
    /// `completed` or `unwound`, once it has ended.
    pub verdict: Option<String>,
}

/// Where a step stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StepRow {
    /// Its id.
    pub id: StepId,
    /// `planned`, `underway`, `not_done`, `unknown`, `verifying`, `done`, `stopped`, `skipped`, `undoing` or `undone`.
    pub status: String,
    /// The latest try, 0 before the first.
    pub attempt: u32,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Where a gate stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct GateRow {
    /// Its name.
    pub name: GateName,
    /// `planned`, `asked`, `approved` or `voided`.
    pub status: String,
    /// What the person was shown.
    pub evidence: Option<String>,
    /// Who agreed, while the approval holds.
    pub approved_by: Option<String>,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// A stored id of a form that no event could have brought in.
fn id<T, E: std::fmt::Display>(parsed: Result<T, E>) -> Result<T, JournalError> {
    parsed.map_err(|error| JournalError::corrupt(error.to_string()))
}

impl Journal {
    /// The run; none before it began.
    pub fn run(&self) -> Result<Option<RunRow>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT id, migration, world, seed, digest, started_at, updated_at, last_seq, lifecycle, direction, verdict
             FROM run WHERE id IS NOT NULL",
        )?;
        let mut rows = statement.query([])?;
        let Some(row) = rows.next()? else { return Ok(None) };
        let text = |column: usize| row.get::<_, String>(column);
        Ok(Some(RunRow {
            id: id(RunId::new(text(0)?))?,
            migration: text(1)?,
            world: world_of(&text(2)?)?,
            seed: id(text(3)?.parse())?,
            digest: id(Digest::new(text(4)?))?,
            started_at: parse_time(&text(5)?)?,
            updated_at: parse_time(&text(6)?)?,
            last_seq: id(u64::try_from(row.get::<_, i64>(7)?))?,
            lifecycle: text(8)?,
            direction: text(9)?,
            verdict: row.get(10)?,
        }))
    }

    /// Every step that an event has named, by id.
    pub fn steps(&self) -> Result<Vec<StepRow>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT id, status, attempt, updated_at FROM step ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut steps = Vec::new();
        while let Some(row) = rows.next()? {
            steps.push(StepRow {
                id: id(StepId::new(row.get::<_, String>(0)?))?,
                status: row.get(1)?,
                attempt: row.get(2)?,
                updated_at: parse_time(&row.get::<_, String>(3)?)?,
            });
        }
        Ok(steps)
    }

    /// Every gate that an event has named, by name.
    pub fn gates(&self) -> Result<Vec<GateRow>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT name, status, evidence, approved_by, updated_at FROM gate ORDER BY name")?;
        let mut rows = statement.query([])?;
        let mut gates = Vec::new();
        while let Some(row) = rows.next()? {
            gates.push(GateRow {
                name: id(GateName::new(row.get::<_, String>(0)?))?,
                status: row.get(1)?,
                evidence: row.get(2)?,
                approved_by: row.get(3)?,
                updated_at: parse_time(&row.get::<_, String>(4)?)?,
            });
        }
        Ok(gates)
    }
}
