//! What record sets name beside other records: CIDR collections, which must be of the zone's own account, and health checks, which may be of
//! another. The target gets its own of the first always, of the second where the runbook says so; in the copies their ids take the place of the
//! source's.

mod adopt_collection;
mod await_health;
mod copy_check;
mod create_collection;
pub(super) mod outputs;
pub(super) mod plan;
mod put_blocks;
mod tag_check;
pub(super) mod terraform;

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use aws::route53::{CidrBlocks, RecordSet, Routing};
use engine::{Registry, StepContext};
use model::inventory::HealthCheckConfig;
use model::{Failure, FailureClass, Said, Side, StepId};
use serde::{Deserialize, Serialize};

use super::difference::called;
use super::proofs::Proof;
use super::words::Text;
use crate::terraform::Run;
use crate::world::{World, action};

/// The code of these actions.
pub(super) fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "zone.create_collection",
        1,
        create_collection::CreateCollection::new,
    );
    action(
        registry,
        world,
        "zone.adopt_collection",
        1,
        adopt_collection::AdoptCollection::new,
    );
    action(registry, world, "zone.put_blocks", 1, put_blocks::PutBlocks::new);
    action(registry, world, "zone.copy_check", 1, copy_check::CopyCheck::new);
    action(registry, world, "zone.tag_check", 1, tag_check::TagCheck::new);
    action(registry, world, "zone.await_health", 1, await_health::AwaitHealth::new);
}

/// The steps that give the target what the records of a zone name, by the source's ids.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Named {
    /// CIDR collections.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) collections: BTreeMap<String, StepId>,
    /// Health checks; none: records keep naming the source's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) checks: Option<BTreeMap<String, StepId>>,
}

/// What a step that makes or finds one of them tells of it.
#[derive(Debug, Serialize, Deserialize)]
struct Made {
    id: String,
}

/// Ids of one account, and those of another that take their place.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Renamed {
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    collections: BTreeMap<String, String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    checks: Option<BTreeMap<String, String>>,
}

impl Named {
    /// Whether there is nothing of the sort.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// The ids, as the steps have told them.
    pub(super) fn renamed(&self, cx: &StepContext) -> Result<Renamed, Failure> {
        let ids = |steps: &BTreeMap<String, StepId>| -> Result<BTreeMap<String, String>, Failure> {
            let ids = steps.iter();
            ids.map(|(old, step)| Ok((old.clone(), cx.output::<Made>(step)?.id)))
                .collect()
        };
        Ok(Renamed {
            collections: ids(&self.collections)?,
            checks: self.checks.as_ref().map(ids).transpose()?,
        })
    }

    /// The same after a run; what it has not made is not among them.
    pub(super) fn renamed_by(&self, run: &Run) -> Renamed {
        let ids = |steps: &BTreeMap<String, StepId>| -> BTreeMap<String, String> {
            let ids = steps.iter();
            ids.filter_map(|(old, step)| Some((old.clone(), run.output::<Made>(step)?.id)))
                .collect()
        };
        Renamed {
            collections: ids(&self.collections),
            checks: self.checks.as_ref().map(ids),
        }
    }
}

impl Renamed {
    /// Whether nothing takes the place of anything.
    pub(super) fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// From there to here.
    pub(super) fn back(&self) -> Self {
        let turned = |ids: &BTreeMap<String, String>| ids.iter().map(|(old, new)| (new.clone(), old.clone())).collect();
        Self {
            collections: turned(&self.collections),
            checks: self.checks.as_ref().map(turned),
        }
    }

    /// The ids of the old side.
    pub(super) fn old(&self) -> (Vec<&str>, Vec<&str>) {
        let checks = self.checks.iter().flatten();
        (
            self.collections.keys().map(String::as_str).collect(),
            checks.map(|(old, _)| old.as_str()).collect(),
        )
    }

    /// Has a set name what takes the place of what it names. What is not known stays: [`Renamed::unknown`] tells of it.
    pub(super) fn apply(&self, set: &mut RecordSet) {
        if let Routing::Cidr { collection, .. } = &mut set.routing
            && let Some(new) = self.collections.get(collection)
        {
            collection.clone_from(new);
        }
        if let Some(check) = &mut set.health_check
            && let Some(new) = self.checks.as_ref().and_then(|checks| checks.get(check))
        {
            check.clone_from(new);
        }
    }

    /// Why a set that was renamed cannot be written on the other side.
    pub(super) fn unknown(&self, set: &RecordSet) -> Option<Said> {
        if let Routing::Cidr { collection, .. } = &set.routing
            && !self.collections.values().any(|new| new == collection)
        {
            return Some(Proof::ByCollection.fill(&[&called(set), collection]));
        }
        let check = set.health_check.as_ref().filter(|check| {
            let checks = self.checks.as_ref();
            checks.is_some_and(|checks| !checks.values().any(|new| new == *check))
        })?;
        Some(Proof::ByCheck.fill(&[&called(set), check]))
    }

    /// The sets among some whose collection nothing takes the place of: unlike a health check, that must be of the zone's own account.
    pub(super) fn unwritable(&self, sets: &[RecordSet]) -> Vec<Said> {
        let known: BTreeSet<&String> = self.collections.values().collect();
        let unknown = sets.iter().filter_map(|set| match &set.routing {
            Routing::Cidr { collection, .. } if !known.contains(collection) => {
                Some(Proof::NewCollection.fill(&[&called(set), collection]))
            }
            _ => None,
        });
        unknown.collect()
    }
}

/// A collection of an account.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct OldCollection {
    id: String,
    #[serde(default = "super::source", skip_serializing_if = "super::is_source")]
    side: Side,
}

impl OldCollection {
    /// Its blocks.
    async fn blocks(&self, cx: &StepContext, world: &World) -> Result<CidrBlocks, Failure> {
        let account = world.account(self.side);
        let blocks = account.route53.cidr_blocks(&self.id).await?;
        blocks.ok_or_else(|| {
            let what = format!("account {} has no CIDR collection {} any more", account.id, self.id);
            cx.failure(FailureClass::WrongState, "[NoCollection]", what)
        })
    }
}

/// The blocks of the target's collection.
async fn new_blocks(cx: &StepContext, world: &World, id: &str) -> Result<CidrBlocks, Failure> {
    let side = Side::Target;
    OldCollection {
        id: id.to_owned(),
        side,
    }
    .blocks(cx, world)
    .await
}

/// How a collection differs from another, for people: the first few blocks. None where it does not.
fn blocks_that_differ(wanted: &CidrBlocks, held: &CidrBlocks) -> Option<Said> {
    let lacking = wanted
        .iter()
        .filter(|(block, location)| held.get(*block) != Some(location))
        .map(|(block, location)| Proof::BlockMissing.fill(&[block, location]));
    let extra = held
        .iter()
        .filter(|(block, _)| !wanted.contains_key(*block))
        .map(|(block, location)| Proof::BlockExtra.fill(&[block, location]));
    let all: Vec<Said> = lacking.chain(extra).take(5).collect();
    (!all.is_empty()).then(|| Said::all(all))
}

/// What keeps a health check from being copied.
enum Uncopyable<'a> {
    /// This service of AWS's made it.
    Service(&'a str),
    /// It has the state of this routing control.
    Control(Option<&'a str>),
}

impl Uncopyable<'_> {
    /// Of a health check, for people.
    fn told(&self, id: &str) -> Said {
        match self {
            Self::Service(service) => Proof::CheckOfService.fill(&[id, service]),
            Self::Control(control) => {
                let control: String = control.map_or_else(|| Text::SomeControl.into(), str::to_owned);
                Proof::CheckOfControl.fill(&[id, &control])
            }
        }
    }
}

/// The same, by its configuration alone.
fn uncopyable<'a>(config: &'a HealthCheckConfig, linked_service: Option<&'a str>) -> Option<Uncopyable<'a>> {
    match linked_service {
        Some(service) => Some(Uncopyable::Service(service)),
        None if config.kind == "RECOVERY_CONTROL" => Some(Uncopyable::Control(config.routing_control.as_deref())),
        None => None,
    }
}

impl Named {
    /// How what the target has differs from what the source has now: blocks of collections, configurations of health checks. None where it does not.
    pub(super) async fn differences(
        &self,
        cx: &StepContext,
        world: &World,
        old_side: Side,
    ) -> Result<Option<Said>, Failure> {
        let renamed = self.renamed(cx)?;
        let mut found = Vec::new();
        for (old, new) in &renamed.collections {
            let side = old_side;
            let wanted = OldCollection { id: old.clone(), side }.blocks(cx, world).await?;
            let differ = blocks_that_differ(&wanted, &new_blocks(cx, world, new).await?);
            if let Some(differ) = differ {
                found.push(Proof::CollectionUnlike.fill(&[new, old, differ.as_str()]));
            }
        }
        let checks = renamed.checks.unwrap_or_default();
        for (old, new) in &checks {
            let theirs = world.account(old_side).route53.health_check(old).await?;
            let ours = world.target().route53.health_check(new).await?;
            let wanted = theirs.map(|check| with_children(check.config, &checks));
            let held = ours.map(|check| check.config);
            if wanted != held || held.is_none() {
                found.push(Proof::CheckUnlike.fill(&[new, old]));
            }
        }
        Ok((!found.is_empty()).then(|| Said::all(found)))
    }
}

/// A configuration that names other children.
fn with_children(mut config: HealthCheckConfig, ids: &BTreeMap<String, String>) -> HealthCheckConfig {
    for child in &mut config.children {
        if let Some(new) = ids.get(child) {
            child.clone_from(new);
        }
    }
    config.children.sort_unstable();
    config
}

#[cfg(test)]
#[path = "named_tests.rs"]
mod tests;
