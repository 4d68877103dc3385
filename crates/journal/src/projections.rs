//! Reads from each event where the run, its steps and its gates stand, for people and lists. Nothing is decided from it: the state
//! that decides is folded from the events.

use jiff::Timestamp;
use model::event::{Direction, Outcome, Verdict};
use model::products::gate_of;
use model::{Event, GateName, Recorded, StepId};
use rusqlite::types::Value;
use rusqlite::{Connection, Transaction};

use crate::error::JournalError;
use crate::open::{SCHEMA, name_of, read_stamp};

/// One event's place, for every row that it touches.
struct Projection<'a> {
    transaction: &'a Transaction<'a>,
    seq: i64,
    at: String,
}

/// Brings `run`, `step` and `gate` up to this event.
pub(crate) fn project(
    transaction: &Transaction<'_>,
    seq: u64,
    at: Timestamp,
    event: &Event,
) -> Result<(), JournalError> {
    let projection = Projection {
        transaction,
        seq: seq as i64,
        at: at.to_string(),
    };
    let step = |step: &StepId, status: &str| projection.step(step, status, None);
    match event {
        Event::RunStarted { .. } => projection.run_started(event),
        Event::PlanExtended {
            steps,
            by: _,
            before: _,
        } => steps.iter().try_for_each(|new| step(&new.id, "planned")),
        Event::IntentRecorded {
            step,
            attempt,
            direction,
            token: _,
        } => {
            let status = match direction {
                Direction::Do => "underway",
                Direction::Undo => "undoing",
            };
            projection.step(step, status, Some(*attempt))
        }
        Event::AttemptEnded {
            step: id,
            outcome,
            attempt: _,
            again_at: _,
        } => match outcome {
            // What was begun is not yet seen: whether do or undo, it stays underway until a look tells.
            Outcome::Done => projection.touch(id),
            Outcome::NotDone { .. } => step(id, "not_done"),
            Outcome::Unknown { .. } => step(id, "unknown"),
        },
        Event::LookFailed { step: id, .. } | Event::LookWorked { step: id } => projection.touch(id),
        Event::AlarmChanged { step: id, .. } => projection.touch(id),
        Event::SweepAdvanced { step: id, .. } => projection.touch(id),
        Event::OutputSeen { step: id, .. } => step(id, "verifying"),
        Event::StepVerified { step: id, .. } => step(id, "done"),
        Event::StepStopped { step: id, .. } => step(id, "stopped"),
        Event::StepRetried { step: id, .. } => step(id, "planned"),
        Event::StepSkipped { step: id, .. } => step(id, "skipped"),
        Event::StepUndone { step: id, .. } => step(id, "undone"),
        Event::GateAsked { gate, evidence } => projection.gate(gate, "asked", Some(evidence), None),
        // Others must agree, too: it is still asked.
        Event::GateAgreed { gate, .. } => projection.gate(gate, "asked", None, None),
        Event::GateApproved { gate, by, .. } => projection.gate(gate, "approved", None, Some(by)),
        Event::GateVoided { gate, reason: _ } => projection.gate(gate, "voided", None, None),
        // A gate that waits for it is open; where none does, there is no row.
        Event::ProductAgreed { product, by, .. } => projection.open_gate(&gate_of(product), by),
        // Said by the events alone: the run's row has no place for it.
        Event::WindowExtended { .. } => Ok(()),
        Event::RunPaused { reason: _ } => projection.run("lifecycle", "paused"),
        Event::RunResumed { by: _ } => projection.run("lifecycle", "active"),
        Event::UndoRequested { .. } => projection.run("direction", "undo"),
        Event::RunEnded { verdict } => projection.run_ended(*verdict),
    }
}

/// What `status` and a person with a SQLite shell read must be what the events say: they are chained by hashes, these rows are not.
/// The events are read anew into an empty journal, and the rows compared.
pub(crate) fn check(connection: &Connection, events: &[Recorded]) -> Result<(), JournalError> {
    let mut fresh = Connection::open_in_memory()?;
    fresh.execute_batch(SCHEMA)?;
    let again = fresh.transaction()?;
    for Recorded { seq, at, event } in events {
        project(&again, *seq, *at, event)?;
    }
    if let Some(Event::RunStarted { world, .. }) = events.first().map(|first| &first.event)
        && read_stamp(connection)?.is_some_and(|stamp| stamp.world != *world)
    {
        return Err(JournalError::corrupt(
            "its stamp and its first event name different worlds",
        ));
    }
    let tables = [
        (
            "run",
            "id, migration, world, seed, digest, started_at, lifecycle, direction, verdict",
        ),
        ("step", "id, status, attempt, updated_seq, updated_at"),
        ("gate", "name, status, evidence, approved_by, updated_seq, updated_at"),
    ];
    for (table, columns) in tables {
        if rows_of(connection, table, columns)? != rows_of(&again, table, columns)? {
            return Err(JournalError::corrupt(format!(
                "what its table {table} says is not what its events say"
            )));
        }
    }
    Ok(())
}

fn rows_of(connection: &Connection, table: &str, columns: &str) -> Result<Vec<Vec<Value>>, JournalError> {
    let mut statement = connection.prepare(&format!("SELECT {columns} FROM {table} ORDER BY 1"))?;
    let width = statement.column_count();
    let rows = statement.query_map([], |row| (0..width).map(|column| row.get(column)).collect())?;
    Ok(rows.collect::<Result<_, _>>()?)
}

impl Projection<'_> {
    fn run_started(&self, event: &Event) -> Result<(), JournalError> {
        let Event::RunStarted {
            run,
            world,
            seed,
            plan,
            digest,
        } = event
        else {
            return Ok(());
        };
        if read_stamp(self.transaction)?.is_some_and(|stamp| stamp.world != *world) {
            return Err(JournalError::Stamped);
        }
        // Only the first says which run it is.
        self.transaction
            .prepare_cached(
                "UPDATE run SET id = ?1, migration = ?2, world = ?3, seed = ?4, digest = ?5, started_at = ?6,
                     lifecycle = CASE lifecycle WHEN 'new' THEN 'active' ELSE lifecycle END
                 WHERE id IS NULL",
            )?
            .execute((
                run.as_str(),
                &plan.migration,
                name_of(*world),
                seed.to_string(),
                digest.as_str(),
                &self.at,
            ))?;
        plan.steps
            .iter()
            .try_for_each(|step| self.step(&step.id, "planned", None))?;
        plan.gates
            .iter()
            .try_for_each(|gate| self.gate(&gate.name, "planned", None, None))
    }

    /// `column` is one of two words of this file.
    fn run(&self, column: &str, value: &str) -> Result<(), JournalError> {
        // The end stays the end, whatever a later event says.
        let sql = format!("UPDATE run SET {column} = ?1 WHERE lifecycle <> 'ended'");
        self.transaction.prepare_cached(&sql)?.execute([value])?;
        Ok(())
    }

    fn run_ended(&self, verdict: Verdict) -> Result<(), JournalError> {
        let verdict = match verdict {
            Verdict::Completed => "completed",
            Verdict::Unwound => "unwound",
        };
        self.transaction
            .prepare_cached("UPDATE run SET lifecycle = 'ended', verdict = ?1")?
            .execute([verdict])?;
        Ok(())
    }

    fn step(&self, step: &StepId, status: &str, attempt: Option<u32>) -> Result<(), JournalError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO step (id, status, attempt, updated_seq, updated_at) VALUES (?1, ?2, coalesce(?3, 0), ?4, ?5)
                 ON CONFLICT (id) DO UPDATE SET status = excluded.status, attempt = coalesce(?3, attempt),
                     updated_seq = excluded.updated_seq, updated_at = excluded.updated_at",
            )?
            .execute((step.as_str(), status, attempt, self.seq, &self.at))?;
        Ok(())
    }

    /// Something was heard of a step that stays what it was.
    fn touch(&self, step: &StepId) -> Result<(), JournalError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO step (id, status, attempt, updated_seq, updated_at) VALUES (?1, 'underway', 0, ?2, ?3)
                 ON CONFLICT (id) DO UPDATE SET updated_seq = excluded.updated_seq, updated_at = excluded.updated_at",
            )?
            .execute((step.as_str(), self.seq, &self.at))?;
        Ok(())
    }

    /// Opens a gate, if there is one of this name.
    fn open_gate(&self, gate: &GateName, by: &str) -> Result<(), JournalError> {
        self.transaction
            .prepare_cached(
                "UPDATE gate SET status = 'approved', approved_by = ?2, updated_seq = ?3, updated_at = ?4 WHERE name = ?1",
            )?
            .execute((gate.as_str(), by, self.seq, &self.at))?;
        Ok(())
    }

    fn gate(
        &self,
        gate: &GateName,
        status: &str,
        evidence: Option<&str>,
        approved_by: Option<&str>,
    ) -> Result<(), JournalError> {
        self.transaction
            .prepare_cached(
                "INSERT INTO gate (name, status, evidence, approved_by, updated_seq, updated_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                 ON CONFLICT (name) DO UPDATE SET status = excluded.status, evidence = coalesce(excluded.evidence, evidence),
                     approved_by = excluded.approved_by, updated_seq = excluded.updated_seq, updated_at = excluded.updated_at",
            )?
            .execute((gate.as_str(), status, evidence, approved_by, self.seq, &self.at))?;
        Ok(())
    }
}
