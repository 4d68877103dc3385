//! Puts one recorded sub-resource on the new bucket.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::documents::{self, Document, Found};
use super::place::Place;
use super::record_configuration::Recorded;
use crate::key::KeyFrom;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
    pub(super) recorded: StepId,
    /// The sub-resource's name.
    pub(super) document: String,
    /// The target's key, where the document names one of the source.
    pub(super) key: Option<KeyFrom>,
}

pub(super) struct ApplyDocument {
    input: Input,
    world: Rc<World>,
}

impl ApplyDocument {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn document(&self, cx: &StepContext) -> Result<Document, Failure> {
        documents::of(&self.input.document).ok_or_else(|| {
            cx.failure(
                FailureClass::Unexpected,
                "[UnknownDocument]",
                format!("no sub-resource is called {}", self.input.document),
            )
        })
    }

    fn wanted(&self, cx: &StepContext) -> Result<Option<Found>, Failure> {
        let mut recorded: Recorded = cx.output(&self.input.recorded)?;
        let Some(mut found) = recorded.documents.remove(&self.input.document) else {
            return Ok(None);
        };
        if let Some(key) = &self.input.key {
            found.xml = documents::with_key(&found.xml, &key.arn(cx)?);
        }
        Ok(Some(found))
    }

    /// A new bucket has every public access blocked: only there does "not configured" have to be applied.
    fn absence_counts(&self) -> bool {
        self.input.document == documents::PUBLIC_ACCESS_BLOCK.name
    }
}

#[async_trait(?Send)]
impl Step for ApplyDocument {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let wanted = self.wanted(cx)?;
        if wanted.is_none() && !self.absence_counts() {
            return Ok(Observed::Present(json!({ "carried": false })));
        }
        // S3 may give a document back in another form than it got: once it was put, that is not taken for another document.
        if cx.cursor.is_some() {
            return Ok(Observed::Present(json!({ "carried": wanted.is_some() })));
        }
        let there = self
            .document(cx)?
            .get(&self.world.target(), &self.input.bucket.name(cx)?)
            .await?;
        let elements = |found: &Option<Found>| found.as_ref().map(|found| documents::elements(&found.xml));
        let same = elements(&there) == elements(&wanted);
        Ok(if same {
            Observed::Present(json!({ "carried": wanted.is_some() }))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (target, document) = (self.world.target(), self.document(cx)?);
        match self.wanted(cx)? {
            Some(found) => document.put(&target, &self.input.bucket.name(cx)?, &found).await?,
            None => document.delete(&target, &self.input.bucket.name(cx)?).await?,
        }
        Ok(Begun::Swept {
            cursor: json!("put"),
            done: 1,
            total: Some(1),
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let name = &self.input.document;
        let wanted = self.wanted(cx)?;
        if wanted.is_none() && !self.absence_counts() {
            return Ok(Verified::Right {
                evidence: format!("the source had no {name}"),
            });
        }
        let there = self
            .document(cx)?
            .get(&self.world.target(), &self.input.bucket.name(cx)?)
            .await?;
        Ok(match (wanted, there) {
            (Some(wanted), Some(there)) if documents::elements(&wanted.xml) == documents::elements(&there.xml) => {
                Verified::Right {
                    evidence: format!("{name} is as it was"),
                }
            }
            (Some(_), Some(_)) => Verified::Right {
                evidence: format!("{name} is there, in S3's own form"),
            },
            (None, None) => Verified::Right {
                evidence: format!("the source had no {name}, and so has the target"),
            },
            // The configuration of buckets is eventually consistent.
            (Some(_), None) | (None, Some(_)) => Verified::NotYet {
                why: format!("{name} does not show yet"),
                look_again: std::time::Duration::from_secs(5),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
