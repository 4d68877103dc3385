//! The tables over two buckets' inventory reports: a database of the run's own in the target's catalog, and one table for each.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Digest, Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::proofs::Proof;
use super::statements::{self, Seen};
use super::{athena_query, reports};
use crate::world::World;

/// The database as later steps know it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Made {
    pub(super) database: String,
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DatabaseInput {
    /// Where the results of statements go.
    pub(super) ops: Place,
}

/// Makes the database. Taken back, it goes with its tables.
pub(super) struct MakeDatabase {
    input: DatabaseInput,
    world: Rc<World>,
}

impl MakeDatabase {
    pub(super) fn new(input: DatabaseInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for MakeDatabase {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let database = statements::database(cx);
        if self.world.target().athena.has_database(&database).await? {
            return Ok(Observed::Present(json!(Made { database })));
        }
        Ok(match statements::look(&self.world, cx).await? {
            Seen::Underway(observed) => observed,
            Seen::Absent | Seen::Succeeded(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let statement = format!(
            "CREATE DATABASE IF NOT EXISTS {} COMMENT 'of cleave run {}, dropped at its end'",
            statements::database(cx),
            cx.run
        );
        statements::ask(&self.world, cx, &self.input.ops, &statement).await
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let evidence = Proof::HasDatabase.fill(&[&statements::database(cx)]);
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        drop_database(&self.world, cx, &self.input.ops, &statements::database(cx)).await
    }
}

/// One token for one day's try: what fails by itself is asked for again.
async fn drop_database(world: &World, cx: &StepContext, ops: &Place, database: &str) -> Result<(), Failure> {
    let statement = format!("DROP DATABASE IF EXISTS {database} CASCADE");
    let token = Digest::of(format!("{} drop {}", cx.token, cx.now.as_second() / 300).as_bytes());
    let output = format!("s3://{}/athena/{}/", ops.name(cx)?, cx.spec.id);
    let target = world.target();
    target
        .athena
        .start(&statement, &output, &token.as_str()[..32])
        .await
        .map(drop)
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct TableInput {
    pub(super) ops: Place,
    /// The step that made the database.
    pub(super) database: StepId,
    /// The step that waited for the reports.
    pub(super) awaited: StepId,
    /// The bucket that the report is of.
    pub(super) of: Place,
    /// What the table is called.
    pub(super) table: String,
}

/// Makes a table.
pub(super) struct MakeTable {
    input: TableInput,
    world: Rc<World>,
}

impl MakeTable {
    pub(super) fn new(input: TableInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for MakeTable {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Made { database } = cx.output(&self.input.database)?;
        if self
            .world
            .target()
            .athena
            .tables(&database)
            .await?
            .contains(&self.input.table)
        {
            return Ok(Observed::Present(json!({})));
        }
        Ok(match statements::look(&self.world, cx).await? {
            Seen::Underway(observed) => observed,
            Seen::Absent | Seen::Succeeded(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Made { database } = cx.output(&self.input.database)?;
        let report = reports::of(cx, &self.input.awaited, &self.input.of.name(cx)?)?;
        let location = format!("s3://{}/{}", self.input.ops.name(cx)?, report.hive);
        let statement = athena_query::create_table(&database, &self.input.table, &report.columns, &location);
        statements::ask(&self.world, cx, &self.input.ops, &statement).await
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let report = reports::of(cx, &self.input.awaited, &self.input.of.name(cx)?)?;
        Ok(Verified::Right {
            evidence: Proof::TableReads.fill(&[&self.input.table, &report.hive]),
        })
    }

    /// It goes with its database.
    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct DropInput {
    pub(super) ops: Place,
    /// The step that made the database.
    pub(super) database: StepId,
}

/// Drops the database when nothing is asked of it any more.
pub(super) struct DropDatabase {
    input: DropInput,
    world: Rc<World>,
}

impl DropDatabase {
    pub(super) fn new(input: DropInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for DropDatabase {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Made { database } = cx.output(&self.input.database)?;
        if !self.world.target().athena.has_database(&database).await? {
            return Ok(Observed::Present(json!({})));
        }
        Ok(match statements::look(&self.world, cx).await? {
            Seen::Underway(observed) => observed,
            Seen::Absent | Seen::Succeeded(_) => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Made { database } = cx.output(&self.input.database)?;
        let statement = format!("DROP DATABASE IF EXISTS {database} CASCADE");
        statements::ask(&self.world, cx, &self.input.ops, &statement).await
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let Made { database } = cx.output(&self.input.database)?;
        Ok(Verified::Right {
            evidence: Proof::HasNoDatabase.fill(&[&database]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
