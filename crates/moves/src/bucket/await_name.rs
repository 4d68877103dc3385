//! Waits until somebody else makes the bucket in the target: the product team's own Terraform, which is then the one that owns it.
//! Nothing is asked for here, only looked at.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::s3::BucketSeen;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Advice, Failure};
use serde_json::{Value, json};

use super::place::MadeBucket;
use super::proofs::Proof;
use super::win_name::{self, Input, LONGEST};
use crate::underway::Underway;
use crate::world::World;

/// A HEAD costs next to nothing, and every minute counts: until the bucket is there all requests to it fail.
const LOOK_AGAIN: Duration = Duration::from_secs(15);

pub(super) struct AwaitName {
    input: Input,
    world: Rc<World>,
}

impl AwaitName {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for AwaitName {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = &self.input.bucket;
        let seen = self.world.target().s3.look(bucket).await?;
        let since = cx.started_at.unwrap_or(cx.now);
        let waited = cx.now.duration_since(since);
        let interim = self.input.interim.name(cx)?;
        let mut progress = Progress::words(Underway::TerraformLate.fill(&[bucket, &waited.as_mins().to_string()]));
        match seen {
            BucketSeen::Owned => return Ok(Observed::Present(json!(MadeBucket { bucket: bucket.clone() }))),
            BucketSeen::Nobodys => {}
            BucketSeen::SomebodyElses => progress.alarm = Some(win_name::alarm(bucket, &interim, since)),
        }
        // Once more whenever a person has it tried again.
        if waited >= LONGEST
            && cx
                .tried_at
                .is_none_or(|tried| cx.now.duration_since(tried).as_mins() >= 1)
        {
            return Ok(Observed::Stuck {
                why: Proof::NotMade.fill(&[bucket, &LONGEST.as_hours().to_string()]),
                advice: Advice::NameNotMade.into(),
            });
        }
        Ok(Observed::Underway {
            progress,
            look_again: LOOK_AGAIN,
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let waited = cx.now.duration_since(cx.started_at.unwrap_or(cx.now));
        win_name::empty_and_here(&self.world.target(), &self.input.bucket, waited).await
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
