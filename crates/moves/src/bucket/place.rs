//! Which bucket a step means: one that is known by name, or one that an earlier step makes.

use std::rc::Rc;
use std::sync::Arc;

use aws::Account;
use engine::StepContext;
use model::{Failure, Side, StepId};
use serde::{Deserialize, Serialize};

use crate::world::World;

/// A bucket in one of the accounts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Place {
    /// Whose it is, and with whose credentials it is read.
    pub(crate) side: Side,
    /// Its name, or the step that knows it.
    pub(crate) bucket: Named,
    /// The step that waited for a report of what is in it: then it is read there, and not listed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(crate) report: Option<StepId>,
}

/// How a bucket is named in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Named {
    /// By its name.
    Name(String),
    /// By the step that makes it: its name holds the run's id, which a plan does not know.
    MadeBy(StepId),
}

/// The output of a step that makes a bucket.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct MadeBucket {
    /// Its name.
    pub(crate) bucket: String,
}

impl Place {
    pub(crate) fn named(side: Side, name: &str) -> Self {
        Self {
            side,
            bucket: Named::Name(name.to_owned()),
            report: None,
        }
    }

    pub(crate) fn made_by(step: &StepId) -> Self {
        Self {
            side: Side::Target,
            bucket: Named::MadeBy(step.clone()),
            report: None,
        }
    }

    /// The same, read from a report that a step waited for.
    pub(crate) fn reported(self, awaited: Option<&StepId>) -> Self {
        Self {
            report: awaited.cloned(),
            ..self
        }
    }

    /// The bucket's name.
    pub(crate) fn name(&self, cx: &StepContext) -> Result<String, Failure> {
        match &self.bucket {
            Named::Name(name) => Ok(name.clone()),
            Named::MadeBy(step) => Ok(cx.output::<MadeBucket>(step)?.bucket),
        }
    }

    /// The account it belongs to.
    pub(crate) fn account(&self, world: &Rc<World>) -> Arc<Account> {
        world.account(self.side)
    }
}
