//! The proof that an old thing may go: shown as the evidence of its gate, and made again before each call that cannot be taken back, because hours may
//! lie between the two.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::World;

/// An old thing that may go once a look finds nothing against it.
#[async_trait(?Send)]
pub(crate) trait OldThing: DeserializeOwned {
    /// Why it must stay; none: it may go.
    async fn stays(&self, world: &World) -> Result<Option<String>, Failure>;

    /// What was compared, in words for people.
    fn evidence(&self) -> String;
}

/// Refuses a call that cannot be taken back where the thing must stay; `untouched` says what was not done by it.
pub(crate) async fn still_goes(
    old: &impl OldThing,
    cx: &StepContext,
    world: &World,
    untouched: &str,
) -> Result<(), Failure> {
    match old.stays(world).await? {
        None => Ok(()),
        Some(why) => Err(cx.failure(FailureClass::WrongState, "[StillNeeded]", format!("{why}. {untouched}"))),
    }
}

/// Something speaks against it, and a person must see to that.
pub(crate) fn must_stay(cx: &StepContext, why: String) -> Observed {
    Observed::Stuck {
        why,
        advice: format!(
            "See to it, then: cleave retry {} --reason …; or undo this run: it has deleted nothing of it.",
            cx.spec.id
        ),
    }
}

/// The step that proves it.
pub(crate) struct ProveGoes<T> {
    old: T,
    world: Rc<World>,
}

impl<T> ProveGoes<T> {
    pub(crate) fn new(old: T, world: Rc<World>) -> Self {
        Self { old, world }
    }
}

#[async_trait(?Send)]
impl<T: OldThing> Step for ProveGoes<T> {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.old.stays(&self.world).await? {
            None => Observed::Present(json!({})),
            Some(why) => must_stay(cx, why),
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: self.old.evidence(),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
