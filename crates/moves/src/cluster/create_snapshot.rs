//! Takes the snapshot that travels. From here on what is written to the source is not in the target.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{SnapshotOutput, made_snapshot};
use crate::snapshot::told_apart;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cluster: String,
}

pub(super) struct CreateSnapshot {
    input: Input,
    world: Rc<World>,
}

impl CreateSnapshot {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn name(&self, cx: &StepContext) -> String {
        made_snapshot::name(cx, &self.input.cluster)
    }
}

#[async_trait(?Send)]
impl Step for CreateSnapshot {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        made_snapshot::look(cx, &self.world.source().rds, &self.name(cx)).await
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        self.world
            .source()
            .rds
            .create_cluster_snapshot(&self.input.cluster, &self.name(cx), &cx.tags())
            .await
            .map_err(told_apart)?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: SnapshotOutput = cx.output(&cx.spec.id)?;
        let source = self.world.source();
        let Some(cluster) = source.rds.cluster(&self.input.cluster).await? else {
            return Ok(Verified::Wrong {
                why: format!("the cluster {} is gone", self.input.cluster),
            });
        };
        if made.key != cluster.key || made.engine != cluster.engine {
            let why = format!(
                "{} is not of the cluster's engine and key: {:?}, {:?}",
                made.name, made.key, cluster.key
            );
            return Ok(Verified::Wrong { why });
        }
        let evidence = format!("{} is available: {} {}", made.name, made.engine, made.engine_version);
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        self.world.source().rds.delete_cluster_snapshot(&self.name(cx)).await
    }
}
