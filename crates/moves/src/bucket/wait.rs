//! Lets time pass that AWS asks for: a change is accepted, but does not hold everywhere yet.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) seconds: u64,
    pub(super) why: String,
}

pub(super) struct Wait {
    input: Input,
}

impl Wait {
    pub(super) fn new(input: Input, _world: Rc<World>) -> Self {
        Self { input }
    }
}

#[async_trait(?Send)]
impl Step for Wait {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        Ok(Observed::Present(json!({})))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let passed = cx.now.duration_since(cx.started_at.unwrap_or(cx.now));
        let passed = Duration::try_from(passed).unwrap_or_default();
        let whole = Duration::from_secs(self.input.seconds);
        Ok(match whole.checked_sub(passed).filter(|left| !left.is_zero()) {
            None => Verified::Right {
                evidence: Proof::Waited.fill(&[&self.input.seconds.to_string(), &self.input.why]),
            },
            Some(left) => Verified::NotYet {
                why: Said::verbatim(&self.input.why),
                look_again: left,
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
