//! Shares an image, or one of its snapshots, with the target, and ends that. The launch permission of an image does not reach its
//! storage: a copy needs both.
//!
//! What was shared before the run stays shared after it. So before the call that shares, the step keeps in the journal that it is
//! this run which shares; where that note is missing and the share is there, it is somebody's own.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::From;
use super::words::Text;
use crate::foreign::Foreign;
use crate::world::World;

/// What is shared.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Shared {
    /// An image: who may launch it.
    Image(From),
    /// A snapshot: who may read it.
    Snapshot(From),
}

/// The output of sharing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct ShareOutput {
    id: String,
    /// Whether this run shares it.
    ours: bool,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct ShareInput {
    pub(crate) what: Shared,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct UnshareInput {
    pub(crate) what: Shared,
    pub(crate) shared: StepId,
}

pub(crate) struct Share {
    input: ShareInput,
    world: Rc<World>,
}

pub(crate) struct Unshare {
    input: UnshareInput,
    world: Rc<World>,
}

impl Shared {
    fn id(&self, cx: &StepContext) -> Result<String, Failure> {
        let (Shared::Image(from) | Shared::Snapshot(from)) = self;
        from.id(cx)
    }

    /// Whether it is shared with the target; what is gone is not.
    async fn is_shared(&self, world: &World, id: &str) -> Result<bool, Failure> {
        let ec2 = &world.source().ec2;
        let with = match self {
            Shared::Image(_) => ec2.image_shared_with(id).await?,
            Shared::Snapshot(_) => ec2.snapshot_shared_with(id).await?,
        };
        Ok(with
            .unwrap_or_default()
            .iter()
            .any(|account| account == world.target().id.as_str()))
    }

    async fn change(&self, world: &World, id: &str, shared: bool) -> Result<(), Failure> {
        let (ec2, with) = (&world.source().ec2, &world.target().id);
        match self {
            Shared::Image(_) => ec2.change_image_share(id, with, shared).await,
            Shared::Snapshot(_) => ec2.change_snapshot_share(id, with, shared).await,
        }
    }

    async fn target_sees(&self, world: &World, id: &str) -> Result<bool, Failure> {
        let target = world.target();
        match self {
            Shared::Image(_) => Ok(target.ec2.image(id).await?.is_some()),
            Shared::Snapshot(_) => Ok(target
                .ec2
                .snapshots(&[id.to_owned()])
                .await?
                .is_some_and(|found| !found.is_empty())),
        }
    }
}

impl Share {
    pub(crate) fn new(input: ShareInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for Share {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let id = self.input.what.id(cx)?;
        if !self.input.what.is_shared(&self.world, &id).await? {
            return Ok(Observed::Absent);
        }
        let ours = cx.cursor.is_some();
        // Not shared by us, and yet a call was about to be made: that can only be to take back, which must leave it. Going forward none is
        // made then, however often it is looked at.
        if !ours && cx.tried_at.is_some() {
            return Ok(Observed::Foreign {
                whose: Foreign::SharedBefore.fill(&[&id]),
            });
        }
        Ok(Observed::Present(json!(ShareOutput { id, ours })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if cx.cursor.is_none() {
            return Ok(Begun::Swept {
                cursor: json!({ "ours": true }),
                done: 0,
                total: Some(1),
                more: true,
            });
        }
        let id = self.input.what.id(cx)?;
        self.input.what.change(&self.world, &id, true).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let id = output["id"].as_str().unwrap_or_default();
        let with = &self.world.target().id;
        if output["ours"] == json!(false) {
            return Ok(Verified::Right {
                evidence: Text::SharedAnyway.fill(&[id, with.as_str()]),
            });
        }
        // A fresh share takes a moment to spread: borne for the step's patience.
        match self.input.what.target_sees(&self.world, id).await? {
            true => Ok(Verified::Right {
                evidence: Text::Sees.fill(&[with.as_str(), id]),
            }),
            false => {
                let what = format!("{id} is shared with account {with}, which does not see it");
                Err(cx.failure(FailureClass::NotFound, "[NotSeen]", what))
            }
        }
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        if cx.cursor.is_none() {
            // Shared before this run: the next look says so.
            return Ok(());
        }
        let id = self.input.what.id(cx)?;
        self.input.what.change(&self.world, &id, false).await
    }
}

impl Unshare {
    pub(crate) fn new(input: UnshareInput, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for Unshare {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let shared: ShareOutput = cx.output(&self.input.shared)?;
        let left = if shared.ours {
            self.input.what.is_shared(&self.world, &shared.id).await?
        } else {
            false
        };
        Ok(if left {
            Observed::Absent
        } else {
            Observed::Present(json!({ "id": shared.id, "ours": shared.ours }))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let shared: ShareOutput = cx.output(&self.input.shared)?;
        self.input.what.change(&self.world, &shared.id, false).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let id = output["id"].as_str().unwrap_or_default();
        let with = &self.world.target().id;
        let evidence = match output["ours"] == json!(true) {
            true => Text::SharedNoLonger,
            false => Text::SharedBefore,
        };
        let evidence = evidence.fill(&[id, with.as_str()]);
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
