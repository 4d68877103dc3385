//! The proof that an old thing may go: shown as the evidence of its gate, and made again before each call that cannot be taken back, because hours may
//! lie between the two.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Advice, Failure, FailureClass, Said};
use serde::de::DeserializeOwned;
use serde_json::{Value, json};

use crate::world::World;

/// An old thing that may go once a look finds nothing against it.
#[async_trait(?Send)]
pub(crate) trait OldThing: DeserializeOwned {
    /// What was found that lets it go, as the proving step's output has it; else why it must stay.
    async fn proved(&self, cx: &StepContext, world: &World) -> Result<Result<Value, Said>, Failure>;

    /// What was compared, in words for people; `found` is that output.
    fn evidence(&self, found: &Value) -> Said;
}

/// The answer of a look that keeps nothing of what it found.
pub(crate) fn judged(stays: Option<Said>) -> Result<Value, Said> {
    stays.map_or_else(|| Ok(json!({})), Err)
}

/// Refuses a call that cannot be taken back where the thing must stay; `untouched` says what was not done by it.
pub(crate) async fn still_goes(
    old: &impl OldThing,
    cx: &StepContext,
    world: &World,
    untouched: &str,
) -> Result<(), Failure> {
    match old.proved(cx, world).await? {
        Ok(_) => Ok(()),
        Err(why) => Err(cx.failure(FailureClass::WrongState, "[StillNeeded]", format!("{why}. {untouched}"))),
    }
}

/// Something speaks against it, and a person must see to that.
pub(crate) fn must_stay(cx: &StepContext, why: Said) -> Observed {
    Observed::Stuck {
        why,
        advice: Advice::MustStay.fill(&[cx.spec.id.as_str()]),
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
        Ok(match self.old.proved(cx, &self.world).await? {
            Ok(found) => Observed::Present(found),
            Err(why) => must_stay(cx, why),
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: self.old.evidence(output),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
