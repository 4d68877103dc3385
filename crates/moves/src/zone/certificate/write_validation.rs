//! Writes the validation records of a certificate into the zone that is authoritative now. One that is there already is left, and is not taken out again; one of
//! another value is somebody else's. Certificates share records (a wildcard, another Region): whichever comes first writes them.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::{RecordChange, RecordSet, Routing};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Authoritative, Validation, Wrote, asked};
use crate::foreign::Foreign;
use crate::underway::Underway;
use crate::world::World;
use crate::zone::names::{canonical, shown};
use crate::zone::ns_sets;
use crate::zone::proofs::Proof;

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::zone) struct Input {
    pub(super) zone: Authoritative,
    /// The step that found the certificate.
    pub(super) asked: StepId,
}

pub(super) struct WriteValidation {
    input: Input,
    world: Rc<World>,
}

/// The records as the zone has them.
enum Stored {
    /// A record of that name has another value.
    Other { name: String, value: String },
    /// Those that it has, and those that it lacks.
    Fits {
        held: Vec<(Validation, RecordSet)>,
        missing: Vec<Validation>,
    },
}

fn record(validation: &Validation) -> RecordSet {
    RecordSet {
        name: validation.name.clone(),
        kind: "CNAME".to_owned(),
        ttl: Some(validation.ttl),
        values: vec![validation.value.clone()],
        alias: None,
        set_identifier: None,
        routing: Routing::Simple,
        health_check: None,
        traffic_policy: None,
    }
}

impl WriteValidation {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn stored(&self, cx: &StepContext) -> Result<Stored, Failure> {
        let records = asked(cx, &self.input.asked)?
            .map(|asked| asked.records)
            .unwrap_or_default();
        let account = self.world.account(self.input.zone.side);
        let (mut held, mut missing) = (Vec::new(), Vec::new());
        for validation in records {
            let found = account
                .route53
                .record(&self.input.zone.id, &validation.name, "CNAME")
                .await?;
            let Some(found) = found else {
                missing.push(validation);
                continue;
            };
            let same = matches!(found.values.as_slice(), [one] if canonical(one) == canonical(&validation.value));
            if !same {
                return Ok(Stored::Other {
                    name: validation.name,
                    value: found.values.join(", "),
                });
            }
            held.push((validation, found));
        }
        Ok(Stored::Fits { held, missing })
    }

    /// Whether the step wrote a record that is there: it has tried, the record was not there before, and no refusal has said that another was quicker.
    fn is_ours(cx: &StepContext, validation: &Validation) -> bool {
        let quicker = cx.cursor.as_ref().and_then(|cursor| cursor["theirs"].as_array());
        let theirs = quicker.is_some_and(|names| names.iter().any(|name| *name == validation.name.as_str()));
        cx.tried_at.is_some() && !validation.there && !theirs
    }

    fn comment(cx: &StepContext) -> String {
        format!("cleave {} {}", cx.run, cx.spec.id)
    }
}

#[async_trait(?Send)]
impl Step for WriteValidation {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        if self.world.taken_back.borrow().contains(&cx.spec.id) {
            return Ok(Observed::Absent);
        }
        let (held, missing) = match self.stored(cx).await? {
            Stored::Other { name, value } => {
                let whose = Foreign::PointsElsewhere.fill(&[&shown(&name), &value]);
                return Ok(Observed::Foreign { whose });
            }
            Stored::Fits { held, missing } => (held, missing),
        };
        if !missing.is_empty() {
            return Ok(Observed::Absent);
        }
        let account = self.world.account(self.input.zone.side);
        if ns_sets::in_sync(cx, &account).await? == Some(false) {
            return Ok(Observed::Underway {
                progress: Progress::words(Underway::Written),
                look_again: Duration::from_secs(10),
            });
        }
        let names = |ours: bool| -> Vec<String> {
            let those = held
                .iter()
                .filter(|(validation, _)| Self::is_ours(cx, validation) == ours);
            those.map(|(validation, _)| validation.name.clone()).collect()
        };
        Ok(Observed::Present(json!(Wrote {
            wrote: names(true),
            there: names(false),
        })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Stored::Fits { missing, .. } = self.stored(cx).await? else {
            let what = "a validation record has another value since it was looked at";
            return Err(cx.failure(FailureClass::WrongState, "[Drifted]", what));
        };
        let swept = |cursor: Value, done: usize| Begun::Swept {
            cursor,
            done: done as u64,
            total: Some(done as u64),
            more: false,
        };
        if missing.is_empty() {
            return Ok(swept(cx.cursor.clone().unwrap_or(Value::Null), 0));
        }
        let account = self.world.account(self.input.zone.side);
        // Only where nothing is: what somebody has written meanwhile is not written over.
        let changes: Vec<RecordChange> = missing.iter().map(|one| RecordChange::Create(record(one))).collect();
        let changed = account
            .route53
            .change(&self.input.zone.id, &changes, &Self::comment(cx))
            .await;
        match changed {
            Ok(change) => {
                let mut cursor = json!({ "change": change });
                if let Some(theirs) = cx.cursor.as_ref().and_then(|cursor| cursor.get("theirs")) {
                    cursor["theirs"] = theirs.clone();
                }
                Ok(swept(cursor, missing.len()))
            }
            // Refused whole. A record that is there now is another's.
            Err(failure) if failure.code == "InvalidChangeBatch" => {
                let Stored::Fits { held, .. } = self.stored(cx).await? else {
                    return Err(failure);
                };
                let there = |one: &&Validation| held.iter().any(|(held, _)| held.name == one.name);
                let theirs: Vec<&str> = missing.iter().filter(there).map(|one| one.name.as_str()).collect();
                if theirs.is_empty() {
                    return Err(failure);
                }
                Ok(swept(json!({ "theirs": theirs }), 0))
            }
            Err(failure) => Err(failure),
        }
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let names = |member: &str| {
            let names = output[member]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str);
            names.map(shown).collect::<Vec<String>>().join(", ")
        };
        let mut evidence = vec![Proof::ValidationThere.fill(&[&self.input.zone.id])];
        for (what, names) in [(Proof::Wrote, names("wrote")), (Proof::WasThere, names("there"))] {
            if !names.is_empty() {
                evidence.push(what.fill(&[&names]));
            }
        }
        let evidence = Said::all(evidence);
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let held = match self.stored(cx).await? {
            Stored::Fits { held, .. } => held,
            Stored::Other { .. } => Vec::new(),
        };
        // As the look before this call has told it, which did not count this call among its tries.
        let known = cx.outputs.borrow().contains_key(&cx.spec.id);
        let wrote = known.then(|| cx.output::<Wrote>(&cx.spec.id)).transpose()?;
        let ours = held.into_iter().filter(|(validation, _)| match &wrote {
            Some(output) => output.wrote.contains(&validation.name),
            None => Self::is_ours(cx, validation),
        });
        let deletions: Vec<RecordChange> = ours.map(|(_, set)| RecordChange::Delete(set)).collect();
        if deletions.is_empty() {
            // All are others', and stay.
            self.world.taken_back.borrow_mut().insert(cx.spec.id.clone());
            return Ok(());
        }
        let comment = format!("{} undo", Self::comment(cx));
        let account = self.world.account(self.input.zone.side);
        account
            .route53
            .change(&self.input.zone.id, &deletions, &comment)
            .await
            .map(drop)
    }
}
