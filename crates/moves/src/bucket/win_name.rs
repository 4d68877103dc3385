//! Makes the bucket anew under its own name in the target. After a deletion the name stays taken for minutes to hours, and a HEAD
//! that finds nothing proves nothing: the only way is to ask again and again.

use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::BucketSeen;
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::Lister;
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::MadeBucket;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
}

pub(super) struct WinName {
    input: Input,
    world: Rc<World>,
}

impl WinName {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for WinName {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = &self.input.bucket;
        match self.world.target().s3.look(bucket).await? {
            BucketSeen::Owned => return Ok(Observed::Present(json!(MadeBucket { bucket: bucket.clone() }))),
            BucketSeen::Nobodys => return Ok(Observed::Absent),
            BucketSeen::SomebodyElses => {}
        }
        // The deletion may not have reached everywhere: then it still looks like the source's.
        Ok(match self.world.source().s3.look(bucket).await? {
            BucketSeen::Owned | BucketSeen::Nobodys => Observed::Absent,
            BucketSeen::SomebodyElses => Observed::Foreign {
                whose: format!(
                    "neither the source nor the target account owns {bucket} now: a stranger has taken the name. The interim bucket \
                     is whole; point the clients to it, and ask AWS Support for the name"
                ),
            },
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        self.world.target().s3.create_bucket(&self.input.bucket).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let target = self.world.target();
        let bucket = &self.input.bucket;
        let region = target.s3.location(bucket).await?;
        if region != target.region.as_str() {
            return Ok(Verified::Wrong {
                why: format!("{bucket} lies in {region}, not in {}", target.region),
            });
        }
        let page = Lister::new(&target, &target.id, bucket, None)
            .next_page()
            .await?
            .unwrap_or_default();
        Ok(match page.entries.first() {
            None => Verified::Right {
                evidence: format!("{bucket} is account {}'s, in {region}, and empty", target.id),
            },
            Some(entry) => Verified::Wrong {
                why: format!("{bucket} is new and has {:?} in it already", entry.key),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
