//! Changes the TTL of an NS set and leaves its servers alone: lowered before the hand-over, in the parent and at the apex (resolvers
//! differ in whose they believe), and raised again after it.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::RecordChange;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::Created;
use super::names::servers;
use super::ns_sets::{self, NsSet, ZoneFrom};
use super::proofs::Proof;
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The account of the zone.
    pub(super) side: Side,
    pub(super) zone: ZoneFrom,
    /// The name of the NS set.
    pub(super) name: String,
    /// The TTL that the plan saw; absent: whatever it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) from: Option<u32>,
    pub(super) to: u32,
    pub(super) servers: Expected,
}

/// Which servers the set must name: another tool's change of them is not to be written over.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Expected {
    /// Those that the plan saw.
    Planned(Vec<String>),
    /// Those of the zone that a step makes.
    Of(StepId),
}

pub(super) struct SetNsTtl {
    input: Input,
    world: Rc<World>,
}

impl SetNsTtl {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn read(&self, cx: &StepContext) -> Result<NsSet, Failure> {
        let zone = self.input.zone.id(cx)?;
        let found = ns_sets::read(&self.world.account(self.input.side), &zone, &self.input.name).await?;
        found.ok_or_else(|| {
            let what = format!("zone {zone} has no NS set of {}", self.input.name);
            cx.failure(FailureClass::NotFound, "[NoDelegation]", what)
        })
    }

    fn expected(&self, cx: &StepContext) -> Result<Vec<String>, Failure> {
        match &self.input.servers {
            Expected::Planned(servers) => Ok(servers.clone()),
            Expected::Of(step) => Ok(cx.output::<Created>(step)?.name_servers),
        }
    }

    async fn write(&self, cx: &StepContext, ttl: u32) -> Result<Begun, Failure> {
        let found = self.read(cx).await?;
        // Between look and call somebody may have pointed it elsewhere.
        if !found.names(&self.expected(cx)?) {
            let what = format!(
                "{} is delegated to {} now",
                self.input.name,
                servers(&found.values).join(", ")
            );
            return Err(cx.failure(FailureClass::WrongState, "[DelegationDrifted]", what));
        }
        let set = NsSet {
            ttl: i64::from(ttl),
            ..found
        };
        let (zone, account) = (self.input.zone.id(cx)?, self.world.account(self.input.side));
        ns_sets::change(cx, &account, &zone, RecordChange::Upsert, (&self.input.name, &set)).await
    }
}

#[async_trait(?Send)]
impl Step for SetNsTtl {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = self.read(cx).await?;
        if !found.names(&self.expected(cx)?) {
            let whose = Foreign::IsDelegatedTo.fill(&[&self.input.name, &servers(&found.values).join(", ")]);
            return Ok(Observed::Foreign { whose });
        }
        if found.ttl == i64::from(self.input.to) {
            let (zone, account) = (self.input.zone.id(cx)?, self.world.account(self.input.side));
            if ns_sets::is_served(cx, &self.world, &account, &zone, &self.input.name, &found).await? {
                return Ok(Observed::Present(ns_sets::output(&found)));
            }
            let progress = Progress::words(Underway::Written);
            return Ok(Observed::Underway {
                progress,
                look_again: Duration::from_secs(10),
            });
        }
        match self.input.from {
            Some(from) if found.ttl != i64::from(from) => {
                let whose = Foreign::HasTtl.fill(&[&self.input.name, &found.ttl.to_string(), &from.to_string()]);
                Ok(Observed::Foreign { whose })
            }
            _ => Ok(Observed::Absent),
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        self.write(cx, self.input.to).await
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::TtlOfSet.fill(&[&self.input.name, &output["ttl"].to_string()]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        match self.input.from {
            Some(from) => self.write(cx, from).await.map(drop),
            None => Ok(()),
        }
    }
}
