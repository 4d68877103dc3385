//! Asks S3 for inventory reports of a bucket, under an id of the run's own; and asks for no more of them.

use std::rc::Rc;

use async_trait::async_trait;
use aws::s3_inventory::Inventory;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::proofs::Proof;
use super::reports::{Asked, PREFIX};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The bucket that is reported on.
    pub(super) of: Place,
    /// The bucket that the reports are written into.
    pub(super) ops: Place,
}

pub(super) struct AskReport {
    input: Input,
    world: Rc<World>,
}

impl AskReport {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

fn id(cx: &StepContext) -> String {
    format!("cleave-{}-{}", cx.run, &cx.token[..8])
}

#[async_trait(?Send)]
impl Step for AskReport {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let asked = Asked {
            bucket: self.input.of.name(cx)?,
            id: id(cx),
        };
        let account = self.input.of.account(&self.world);
        Ok(if account.s3.has_inventory(&asked.bucket, &asked.id).await? {
            Observed::Present(json!(asked))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let inventory = Inventory {
            id: id(cx),
            to: self.input.ops.name(cx)?,
            to_owner: self.world.target().id.clone(),
            prefix: PREFIX.to_owned(),
            fields: listing::inventory::FIELDS.map(str::to_owned).into(),
        };
        let account = self.input.of.account(&self.world);
        account.s3.put_inventory(&self.input.of.name(cx)?, &inventory).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let asked: Asked = cx.output(&cx.spec.id)?;
        Ok(Verified::Right {
            evidence: Proof::Reports.fill(&[&asked.bucket, &asked.id]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let account = self.input.of.account(&self.world);
        account.s3.delete_inventory(&self.input.of.name(cx)?, &id(cx)).await
    }
}

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct WithdrawInput {
    /// The bucket that was reported on.
    pub(super) of: Place,
    /// The step that asked for it.
    pub(super) asked: StepId,
}

pub(super) struct WithdrawReport {
    input: WithdrawInput,
    world: Rc<World>,
}

impl WithdrawReport {
    pub(super) fn new(input: WithdrawInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for WithdrawReport {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let asked: Asked = cx.output(&self.input.asked)?;
        let account = self.input.of.account(&self.world);
        Ok(if account.s3.has_inventory(&asked.bucket, &asked.id).await? {
            Observed::Absent
        } else {
            Observed::Present(json!({}))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let asked: Asked = cx.output(&self.input.asked)?;
        let account = self.input.of.account(&self.world);
        account.s3.delete_inventory(&asked.bucket, &asked.id).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let asked: Asked = cx.output(&self.input.asked)?;
        Ok(Verified::Right {
            evidence: Proof::ReportsNoMore.fill(&[&asked.bucket, &asked.id]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
