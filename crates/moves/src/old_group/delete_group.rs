//! Deletes an old group that nothing has.

use std::rc::Rc;

use async_trait::async_trait;
use aws::groups_in_use::GroupKind;
use aws::rds::Family;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde_json::{Value, json};

use super::words::Text;
use super::{OldGroup, called, held};
use crate::retire::proof::still_goes;
use crate::world::World;

pub(super) struct DeleteGroup {
    group: OldGroup,
    world: Rc<World>,
}

impl DeleteGroup {
    pub(super) fn new(group: OldGroup, world: Rc<World>) -> Self {
        Self { group, world }
    }

    async fn is_there(&self) -> Result<bool, Failure> {
        let found = held(self.group.kind, &self.group.name, &self.world.source()).await?;
        Ok(found.is_some())
    }
}

#[async_trait(?Send)]
impl Step for DeleteGroup {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match self.is_there().await? {
            true => Observed::Absent,
            false => Observed::Present(json!({ "deleted": self.group.name })),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        if !self.is_there().await? {
            return Ok(Begun::Once);
        }
        let name = &self.group.name;
        still_goes(&self.group, cx, &self.world, &format!("{name} was not deleted")).await?;
        let source = self.world.source();
        match self.group.kind {
            GroupKind::Parameter => source.rds.delete_parameter_group(Family::Instance, name).await?,
            GroupKind::ClusterParameter => source.rds.delete_parameter_group(Family::Cluster, name).await?,
            GroupKind::Option => source.rds.delete_option_group(name).await?,
            GroupKind::Subnet => source.rds.delete_subnet_group(name).await?,
            GroupKind::CacheParameter => source.elasticache.delete_parameter_group(name).await?,
            GroupKind::CacheSubnet => source.elasticache.delete_subnet_group(name).await?,
            GroupKind::CacheUser => {
                let what = "user groups are not taken away";
                return Err(cx.failure(FailureClass::Invalid, "[NotOurs]", what));
            }
        }
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Text::Gone.fill(&[called(self.group.kind, &self.group.name).as_str()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
