//! Proves that the target has what is to be retired, and that nobody has been connected to the old one for an hour. It is the evidence of the
//! gate.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Advice, Failure, Said};
use serde_json::{Value, json};

use super::words::Text;
use super::{Replaced, Subject};
use crate::retire::proof::must_stay;
use crate::world::World;

pub(super) struct ProveReplaced {
    subject: Subject,
    world: Rc<World>,
}

impl ProveReplaced {
    pub(super) fn new(subject: Subject, world: Rc<World>) -> Self {
        Self { subject, world }
    }
}

#[async_trait(?Send)]
impl Step for ProveReplaced {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(old) = self.subject.standing(&self.world).await? else {
            return Ok(Observed::Stuck {
                why: Text::NoSuchResource.fill(&[&self.subject.of, &self.subject.resource_id]),
                advice: Advice::NothingToTakeAway.into(),
            });
        };
        Ok(match self.subject.replaced(cx, &self.world, &old).await? {
            Ok(replaced) => Observed::Present(json!(replaced)),
            Err(why) => must_stay(cx, why),
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let found: Replaced = cx.output(&cx.spec.id)?;
        let none = Said::from(Text::NoKey);
        let key = found.key.as_deref().unwrap_or(none.as_str());
        let (old, new) = (found.old.as_str(), found.new.as_str());
        let evidence = match found.minutes {
            0 => Text::ReplacedUntold.fill(&[old, new, key]),
            minutes => Text::Replaced.fill(&[old, new, key, &minutes.to_string()]),
        };
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
