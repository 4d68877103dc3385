//! Changes what one record set says, or its TTL: from exactly what the plan saw to exactly what it says. The old set is deleted and the new one made in one batch,
//! which Route 53 takes whole or not at all: what somebody else has written meanwhile is never written over.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::{RecordChange, RecordSet};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::{Failure, FailureClass, Side};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Content, Data};
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;
use crate::zone::difference::{Kept, called};
use crate::zone::names::shown;
use crate::zone::ns_sets::{self, ZoneFrom};
use crate::zone::proofs::Proof;
use crate::zone::send;

/// Until then every name server has a change whose id was lost: Route 53 speaks of 60 seconds.
const SERVED_WITHIN: SignedDuration = SignedDuration::from_secs(120);

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::zone) struct Input {
    /// The account of the zone.
    pub(in crate::zone) side: Side,
    pub(in crate::zone) zone: ZoneFrom,
    pub(in crate::zone) record: Kept,
    /// What it says before.
    pub(in crate::zone) from: Content,
    /// What it says then.
    pub(in crate::zone) to: Content,
}

pub(super) struct ChangeRecord {
    input: Input,
    world: Rc<World>,
}

impl ChangeRecord {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn called(&self) -> String {
        let record = &self.input.record;
        format!("{} {}", shown(&record.name), record.kind)
    }

    async fn read(&self, cx: &StepContext) -> Result<RecordSet, Failure> {
        let zone = self.input.zone.id(cx)?;
        let route53 = &self.world.account(self.input.side).route53;
        let record = &self.input.record;
        let found = match &record.set_identifier {
            None => route53.record(&zone, &record.name, &record.kind).await?,
            Some(_) => route53.records(&zone).await?.into_iter().find(|set| record.is(set)),
        };
        found.filter(|set| record.is(set)).ok_or_else(|| {
            let what = format!("zone {zone} has no {} any more", self.called());
            cx.failure(FailureClass::NotFound, "[NoRecord]", what)
        })
    }

    /// Writes one content over the other.
    async fn write(&self, cx: &StepContext, from: &Content, to: &Content, comment: &str) -> Result<Begun, Failure> {
        let found = self.read(cx).await?;
        if !from.is(&found) {
            let what = format!("{} says {} now", self.called(), said(&found));
            return Err(cx.failure(FailureClass::WrongState, "[RecordDrifted]", what));
        }
        let changed = to.put_into(&found);
        let changes = [RecordChange::Delete(found), RecordChange::Create(changed)];
        let zone = self.input.zone.id(cx)?;
        let account = self.world.account(self.input.side);
        let change = send(&account, &zone, &changes, comment).await?;
        Ok(Begun::Swept {
            cursor: json!({ "change": change }),
            done: 1,
            total: Some(1),
            more: false,
        })
    }

    /// Whether every name server may be taken to have it.
    async fn is_served(&self, cx: &StepContext) -> Result<bool, Failure> {
        if let Some(known) = ns_sets::in_sync(cx, &self.world.account(self.input.side)).await? {
            return Ok(known);
        }
        Ok(cx
            .tried_at
            .is_none_or(|tried| cx.now.duration_since(tried) >= SERVED_WITHIN))
    }
}

/// A set's content for people.
fn said(set: &RecordSet) -> String {
    let data = match &set.alias {
        Some(alias) => Data::Alias(alias.clone()),
        None => Data::Values(set.values.clone()),
    };
    Content { ttl: set.ttl, data }.shown()
}

#[async_trait(?Send)]
impl Step for ChangeRecord {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (from, to) = (self.input.from.resolved(cx)?, self.input.to.resolved(cx)?);
        let found = self.read(cx).await?;
        if to.is(&found) {
            return Ok(match self.is_served(cx).await? {
                true => Observed::Present(json!({ "says": said(&found) })),
                false => Observed::Underway {
                    progress: Progress::words(Underway::Written),
                    look_again: Duration::from_secs(10),
                },
            });
        }
        Ok(match from.is(&found) {
            true => Observed::Absent,
            false => Observed::Foreign {
                whose: Foreign::SaysOther.fill(&[&called(&found), &said(&found)]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (from, to) = (self.input.from.resolved(cx)?, self.input.to.resolved(cx)?);
        let comment = format!("cleave {} {}", cx.run, cx.spec.id);
        self.write(cx, &from, &to, &comment).await
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::RecordSays.fill(&[
                &self.called(),
                output["says"].as_str().unwrap_or_default(),
                &self.input.from.shown(),
            ]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let (from, to) = (self.input.from.resolved(cx)?, self.input.to.resolved(cx)?);
        let comment = format!("cleave {} {} undo", cx.run, cx.spec.id);
        self.write(cx, &to, &from, &comment).await.map(drop)
    }
}
