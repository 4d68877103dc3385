//! Takes a CIDR collection that the target has, as it has the name and the blocks of the source's. It is looked at and not changed.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Advice, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create_collection::Output;
use super::{OldCollection, blocks_that_differ, new_blocks};
use crate::world::World;
use crate::zone::proofs::Proof;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The source's.
    pub(super) old: OldCollection,
    /// The target's.
    pub(super) id: String,
}

pub(super) struct AdoptCollection {
    input: Input,
    world: Rc<World>,
}

impl AdoptCollection {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for AdoptCollection {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (id, target) = (&self.input.id, self.world.target());
        let all = target.route53.cidr_collections().await?;
        let Some(found) = all.into_iter().find(|collection| collection.id == *id) else {
            return Ok(Observed::Stuck {
                why: Proof::NoCollection.fill(&[target.id.as_str(), id]),
                advice: Advice::MakeCollection.into(),
            });
        };
        let wanted = self.input.old.blocks(cx, &self.world).await?;
        let differ = blocks_that_differ(&wanted, &new_blocks(cx, &self.world, id).await?);
        if let Some(differ) = differ {
            return Ok(Observed::Stuck {
                why: Proof::CollectionChanged.fill(&[id, &self.input.old.id, differ.as_str()]),
                advice: Advice::CollectionsAlike.fill(&[cx.spec.id.as_str()]),
            });
        }
        Ok(Observed::Present(json!(Output::from(found))))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::CollectionUsed.fill(&[&self.input.id, &self.input.old.id]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
