//! Tags a bucket that the run made, so that people who find it know where it comes from.

use std::fmt::Write as _;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::documents::{Found, TAGGING};
use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
}

pub(super) struct TagBucket {
    input: Input,
    world: Rc<World>,
}

impl TagBucket {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

/// The tags as a document. Keys and values are run ids, step ids and words: they need no escapes.
fn document(cx: &StepContext) -> String {
    let mut xml = String::from("<Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>");
    for (key, value) in cx.tags() {
        // Writing to a String cannot fail.
        let _ = write!(xml, "<Tag><Key>{key}</Key><Value>{value}</Value></Tag>");
    }
    xml.push_str("</TagSet></Tagging>");
    xml
}

#[async_trait(?Send)]
impl Step for TagBucket {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = TAGGING
            .get(&self.input.bucket.account(&self.world), &self.input.bucket.name(cx)?)
            .await?;
        let tagged = found.is_some_and(|found| cx.tags().values().all(|value| found.xml.contains(value.as_str())));
        Ok(if tagged {
            Observed::Present(json!({}))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let found = Found {
            xml: document(cx),
            transition_minimum: None,
        };
        TAGGING
            .put_whole(
                &self.input.bucket.account(&self.world),
                &self.input.bucket.name(cx)?,
                &found,
            )
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::HasTags.into(),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
