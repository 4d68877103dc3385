//! Tags a copied health check: `CreateHealthCheck` takes no tags. Its name is one of them, so the source's go along.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Made;
use crate::world::World;
use crate::zone::proofs::Proof;

/// At most so many tags in one call.
const MOST_TAGS: usize = 10;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The step that made it.
    pub(super) made: StepId,
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct TagCheck {
    input: Input,
    world: Rc<World>,
}

impl TagCheck {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The tags that it lacks or has otherwise.
    async fn lacking(&self, cx: &StepContext) -> Result<(String, BTreeMap<String, String>), Failure> {
        let id = cx.output::<Made>(&self.input.made)?.id;
        let has = self.world.target().route53.health_check_tags(&id).await?;
        let mut wanted = self.input.tags.clone();
        wanted.extend(cx.tags());
        wanted.retain(|key, value| has.get(key) != Some(value));
        Ok((id, wanted))
    }
}

#[async_trait(?Send)]
impl Step for TagCheck {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (_, lacking) = self.lacking(cx).await?;
        Ok(match lacking.is_empty() {
            true => Observed::Present(json!({})),
            false => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (id, lacking) = self.lacking(cx).await?;
        let some: BTreeMap<_, _> = lacking.into_iter().take(MOST_TAGS).collect();
        if !some.is_empty() {
            self.world.target().route53.tag_health_check(&id, &some).await?;
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let id = cx.output::<Made>(&self.input.made)?.id;
        Ok(Verified::Right {
            evidence: Proof::CheckTagged.fill(&[&id, &self.input.tags.len().to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
