//! Switches versioning of a bucket in the target on, or off again at the end where the source had it suspended.

use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::Versioned;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
    pub(super) on: bool,
}

pub(super) struct KeepVersions {
    input: Input,
    world: Rc<World>,
}

impl KeepVersions {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for KeepVersions {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = self.world.target().s3.versioning(&self.input.bucket.name(cx)?).await?;
        let wanted = if self.input.on {
            Versioned::Enabled
        } else {
            Versioned::Suspended
        };
        Ok(if found == wanted {
            Observed::Present(json!({}))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        self.world
            .target()
            .s3
            .set_versioning(&self.input.bucket.name(cx)?, self.input.on)
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let said = if self.input.on {
            Proof::VersioningEnabled
        } else {
            Proof::VersioningSuspended
        };
        Ok(Verified::Right {
            evidence: said.fill(&[&self.input.bucket.name(cx)?]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
