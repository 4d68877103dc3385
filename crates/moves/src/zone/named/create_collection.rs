//! Makes a CIDR collection in the target, still empty. Collections carry no tags and tell nobody by which reference they were made, so that the run's
//! own is known by its name: the source's, and a piece of the step's token.

use std::rc::Rc;

use async_trait::async_trait;
use aws::route53::{BlockChange, CidrCollection};
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::put_blocks::MOST_BLOCKS;
use crate::world::World;
use crate::zone::proofs::Proof;

/// The longest name of a collection.
const LONGEST: usize = 64;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The source's collection.
    pub(super) collection: String,
    /// Its name.
    pub(super) name: String,
}

/// The output.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Output {
    pub(super) id: String,
    pub(super) arn: String,
    pub(super) name: String,
}

impl From<CidrCollection> for Output {
    fn from(from: CidrCollection) -> Self {
        let CidrCollection {
            id,
            arn,
            name,
            version: _,
        } = from;
        Self { id, arn, name }
    }
}

pub(super) struct CreateCollection {
    input: Input,
    world: Rc<World>,
}

impl CreateCollection {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        let piece = &cx.token[..8];
        let stem: String = self.input.name.chars().take(LONGEST - piece.len() - 1).collect();
        format!("{stem}-{piece}")
    }

    async fn made(&self, cx: &StepContext) -> Result<Option<CidrCollection>, Failure> {
        let all = self.world.target().route53.cidr_collections().await?;
        let name = self.name(cx);
        Ok(all.into_iter().find(|collection| collection.name == name))
    }
}

#[async_trait(?Send)]
impl Step for CreateCollection {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.made(cx).await? {
            Some(made) => Observed::Present(json!(Output::from(made))),
            None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let route53 = &self.world.target().route53;
        route53.create_cidr_collection(&self.name(cx), &cx.token).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let (id, name) = (output["id"].as_str().unwrap_or_default(), self.name(cx));
        Ok(Verified::Right {
            evidence: Proof::CollectionMade.fill(&[id, &name, &self.input.collection]),
        })
    }

    /// Only an empty one can be deleted: first its blocks, then itself. AWS refuses the blocks of a location that a record names.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let target = self.world.target();
        let Some(made) = self.made(cx).await? else {
            return Ok(());
        };
        let blocks = target.route53.cidr_blocks(&made.id).await?.unwrap_or_default();
        let deletions = blocks.into_iter().take(MOST_BLOCKS);
        let deletions: Vec<BlockChange> = deletions
            .map(|(block, location)| BlockChange::Delete { location, block })
            .collect();
        if deletions.is_empty() {
            return target.route53.delete_cidr_collection(&made.id).await;
        }
        let change = target
            .route53
            .change_cidr_collection(&made.id, made.version, &deletions);
        change.await.map(drop)
    }
}
