//! Groups that databases and caches were put into (parameters, options, subnets), when their old side is retired: proved to be used by nothing, what they
//! set kept in the journal, deleted. RDS and ElastiCache refuse one that is in use; nobody is asked about one that is.

mod delete_group;
pub(crate) mod retire;
pub(crate) mod words;

use std::rc::Rc;

use async_trait::async_trait;
use aws::Account;
use aws::groups_in_use::{GroupKind, GroupUse, UsedBy};
use aws::rds::Family;
use engine::{Registry, StepContext};
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::retire::proof::{OldThing, ProveGoes};
use crate::world::{World, action};

use words::Text;

/// The code of these actions.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    let prove: fn(OldGroup, Rc<World>) -> ProveGoes<OldGroup> = ProveGoes::new;
    action(registry, world, "group.prove_unused", 1, prove);
    action(registry, world, "group.delete_group", 1, delete_group::DeleteGroup::new);
}

/// The old group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct OldGroup {
    pub(crate) kind: GroupKind,
    pub(crate) name: String,
    /// Whether the run made the target's of the same name from it.
    pub(crate) carried: bool,
}

/// What a group is called.
pub(crate) fn what(kind: GroupKind) -> &'static str {
    match kind {
        GroupKind::Parameter => "DB parameter group",
        GroupKind::ClusterParameter => "DB cluster parameter group",
        GroupKind::Option => "option group",
        GroupKind::Subnet => "DB subnet group",
        GroupKind::CacheParameter => "cache parameter group",
        GroupKind::CacheSubnet => "cache subnet group",
        GroupKind::CacheUser => "user group",
    }
}

/// It by kind and name, as a gate and its steps' titles say it.
fn called(kind: GroupKind, name: &str) -> Said {
    let text = match kind {
        GroupKind::Parameter => Text::ParameterGroup,
        GroupKind::ClusterParameter => Text::ClusterParameterGroup,
        GroupKind::Option => Text::OptionGroup,
        GroupKind::Subnet => Text::SubnetGroup,
        GroupKind::CacheParameter => Text::CacheParameterGroup,
        GroupKind::CacheSubnet => Text::CacheSubnetGroup,
        GroupKind::CacheUser => Text::UserGroup,
    };
    text.fill(&[name])
}

/// Who has it, in words.
pub(crate) fn user(by: &UsedBy) -> String {
    match by {
        UsedBy::Database(id) => format!("database/{id}"),
        UsedBy::Cluster(id) => format!("cluster/{id}"),
        UsedBy::Snapshot(name) => Text::TheSnapshot.fill(&[name]).into(),
        UsedBy::Cache(id) => format!("cache/{id}"),
    }
}

/// Who has which groups of the service that a kind belongs to.
async fn in_use(kind: GroupKind, account: &Account) -> Result<Vec<GroupUse>, Failure> {
    match kind {
        GroupKind::Parameter | GroupKind::ClusterParameter | GroupKind::Option | GroupKind::Subnet => {
            account.rds.groups_in_use().await
        }
        GroupKind::CacheParameter | GroupKind::CacheSubnet | GroupKind::CacheUser => {
            account.elasticache.groups_in_use().await
        }
    }
}

/// What a group sets, as far as it is told; none: there is no such group.
pub(crate) async fn held(kind: GroupKind, name: &str, account: &Account) -> Result<Option<Value>, Failure> {
    let (rds, elasticache) = (&account.rds, &account.elasticache);
    Ok(match kind {
        GroupKind::Parameter | GroupKind::ClusterParameter => {
            let family = match kind {
                GroupKind::Parameter => Family::Instance,
                _ => Family::Cluster,
            };
            let Some(group) = rds.parameter_group(family, name).await? else {
                return Ok(None);
            };
            let set = rds.user_parameters(family, name).await?;
            set.map(|set| json!({ "family": group.family, "parameters": set }))
        }
        GroupKind::Option => rds.option_group(name).await?.map(|(_, group)| json!(group)),
        GroupKind::Subnet => {
            let found = rds.subnet_group(name).await?;
            found.map(|group| json!({ "vpc": group.vpc, "subnets": group.subnets }))
        }
        GroupKind::CacheParameter => {
            let Some(group) = elasticache.parameter_group(name).await? else {
                return Ok(None);
            };
            let set = elasticache.user_parameters(name).await?;
            set.map(|set| json!({ "family": group.family, "description": group.description, "parameters": set }))
        }
        GroupKind::CacheSubnet => {
            let found = elasticache.subnet_group(name).await?;
            found.map(|group| json!({ "vpc": group.vpc, "subnets": group.subnets }))
        }
        // No run carries one, and none is taken away.
        GroupKind::CacheUser => None,
    })
}

#[async_trait(?Send)]
impl OldThing for OldGroup {
    async fn proved(&self, _cx: &StepContext, world: &World) -> Result<Result<Value, Said>, Failure> {
        let name = &self.name;
        let Some(held) = held(self.kind, name, &world.source()).await? else {
            return Ok(Err(Text::NoneAnyMore.fill(&[called(self.kind, name).as_str()])));
        };
        let used = in_use(self.kind, &world.source()).await?;
        let used = used.iter().filter(|one| one.kind == self.kind && one.group == *name);
        let used: Vec<String> = used.map(|one| user(&one.by)).collect();
        if !used.is_empty() {
            return Ok(Err(Text::HasIt.fill(&[&used.join(", ")])));
        }
        if self.carried && self::held(self.kind, name, &world.target()).await?.is_none() {
            return Ok(Err(Text::MadeOneGone.fill(&[called(self.kind, name).as_str()])));
        }
        Ok(Ok(json!({ "held": held })))
    }

    fn evidence(&self, _found: &Value) -> Said {
        let unused = Text::Unused.fill(&[called(self.kind, &self.name).as_str()]);
        let carried = self.carried.then(|| Text::Carried.into());
        Said::all([unused].into_iter().chain(carried))
    }
}
