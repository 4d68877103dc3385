//! From what the records of a zone name to steps, before the new zone is made: taking them back comes after its records are gone.

use std::collections::{BTreeMap, BTreeSet};

use aws::route53::{CidrBlocks, canonical_block};
use model::inventory::{AccountInventory, CidrCollection, HealthCheck, Record};
use model::{GateName, Phase, ResourceRef, Said, Side, StepId};

use super::{
    Named, OldCollection, Uncopyable, adopt_collection, await_health, copy_check, create_collection, put_blocks,
    tag_check, uncopyable,
};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::zone::names::{canonical, shown};
use crate::zone::plan::{Found, value};
use crate::zone::plan_carve;
use crate::zone::spec::{HealthChecks, ZoneSpec};
use crate::zone::words::Text;

/// Collections that AWS lets an account have, unless it was asked for more.
const MOST_COLLECTIONS: usize = 5;
/// How long a copied health check may take until it is healthy, in seconds.
const HEALTH_PATIENCE: u64 = 1800;

/// The steps that others wait for.
#[derive(Default)]
pub(in crate::zone) struct Prepared {
    pub(in crate::zone) named: Named,
    /// Those that make something which records name: taken back after the records.
    pub(in crate::zone) made: Vec<StepId>,
    /// Those of them that no zone before this one has had made.
    pub(in crate::zone) fresh: Vec<StepId>,
    /// Those after which records can name it.
    pub(in crate::zone) whole: Vec<StepId>,
    /// Those after which names may be handed over to it.
    pub(in crate::zone) healthy: Vec<StepId>,
    /// The collections whose blocks the run puts, each with the step that makes it, and what to call it.
    put: Vec<(OldCollection, StepId, ResourceRef)>,
}

/// The records that move.
pub(in crate::zone) fn moved<'f>(found: &Found<'f>, name: &str) -> Vec<&'f Record> {
    match found.carved {
        true => plan_carve::moved(found.zone, name).collect(),
        false => found.zone.records.iter().collect(),
    }
}

/// Adds the steps.
pub(in crate::zone) fn prepare(
    draft: &mut Draft<'_>,
    spec: &ZoneSpec,
    resource: &ResourceRef,
    found: &Found<'_>,
) -> Prepared {
    let mut prepared = Prepared::default();
    let records = moved(found, &spec.name);
    for why in collections(draft, resource, found, &records, &mut prepared) {
        draft.note(Some(resource), Says::Blocks(&known::ZONE_RECORDS), why);
    }
    let checks: BTreeSet<&str> = records
        .iter()
        .filter_map(|record| record.health_check.as_deref())
        .collect();
    match spec.health_checks {
        HealthChecks::Keep if checks.is_empty() => {}
        HealthChecks::Keep => {
            let text = Text::ChecksStay.fill(&[&checks.len().to_string(), &listed(&checks)]);
            draft.note(Some(resource), Says::Tells, text);
        }
        HealthChecks::Copy => match ordered(draft, found, &checks) {
            Ok(ordered) => copy_checks(draft, resource, found, &ordered, &mut prepared),
            Err(all) => {
                for why in all {
                    draft.note(Some(resource), Says::Blocks(&known::ZONE_RECORDS), why);
                }
            }
        },
    }
    prepared
}

/// The first few of some ids.
fn listed(ids: &BTreeSet<&str>) -> String {
    let some: Vec<&str> = ids.iter().take(5).copied().collect();
    match ids.len() - some.len() {
        0 => some.join(", "),
        more => Text::AndMore.fill(&[&some.join(", "), &more.to_string()]).into(),
    }
}

/// The collections of an account, as far as the inventory tells.
pub(in crate::zone) fn known<'a>(draft: &Draft<'a>, side: Side) -> &'a [CidrCollection] {
    let account: Option<&AccountInventory> = draft.observed(side);
    account.map_or(&[], |account| &account.cidr_collections)
}

/// The target's collection that serves for one of the source's: of its name, with its blocks.
pub(in crate::zone) fn adoptable<'a>(draft: &Draft<'a>, collection: &CidrCollection) -> Option<&'a CidrCollection> {
    let alike = namesake(draft, collection)?;
    (blocks(alike) == blocks(collection)).then_some(alike)
}

fn namesake<'a>(draft: &Draft<'a>, collection: &CidrCollection) -> Option<&'a CidrCollection> {
    let mut held = known(draft, Side::Target).iter();
    held.find(|there| there.name == collection.name)
}

/// What takes the place of each collection, or what stands in the way.
fn collections(
    draft: &mut Draft<'_>,
    resource: &ResourceRef,
    found: &Found<'_>,
    records: &[&Record],
    prepared: &mut Prepared,
) -> Vec<Said> {
    let mut ids: BTreeMap<&str, Vec<&Record>> = BTreeMap::new();
    for record in records {
        if let Some(cidr) = &record.cidr {
            ids.entry(&cidr.collection).or_default().push(record);
        }
    }
    let (old, mut blocked) = (known(draft, found.old_side), Vec::new());
    for (id, records) in ids {
        let Some(collection) = old.iter().find(|collection| collection.id == id) else {
            blocked.push(Text::UnknownCollection.fill(&[
                &called(records[0]),
                &(records.len() - 1).to_string(),
                id,
                draft.account(found.old_side).as_str(),
            ]));
            continue;
        };
        let unknown = records.iter().find(|record| {
            let location = record.cidr.as_ref().map_or("*", |cidr| cidr.location.as_str());
            location != "*" && !collection.locations.contains_key(location)
        });
        if let Some(record) = unknown {
            blocked.push(Text::UnknownLocation.fill(&[&called(record), &collection.name, id]));
            continue;
        }
        one_collection(draft, resource, found.old_side, collection, prepared);
    }
    blocked
}

fn called(record: &Record) -> String {
    format!("{} {}", shown(&canonical(&record.name)), record.kind)
}

/// Block to location, by the inventory.
fn blocks(collection: &CidrCollection) -> CidrBlocks {
    let locations = collection.locations.iter();
    let blocks = locations.flat_map(|(location, blocks)| blocks.iter().map(move |block| (block, location)));
    blocks
        .map(|(block, location)| (canonical_block(block), location.clone()))
        .collect()
}

/// What a resource that several zones of a run share is called: by its name, and by its id where another account's has that name, too.
fn resource_of(draft: &Draft<'_>, collection: &CidrCollection) -> ResourceRef {
    let named = ResourceRef::new("cidr_collection", &collection.name);
    let mut others = draft.steps.iter().filter(|step| step.resource == named);
    match others.any(|step| !serves(&step.input, &collection.id)) {
        false => named,
        true => ResourceRef::new("cidr_collection", &collection.id),
    }
}

/// Whether a step was given a collection of the source.
fn serves(input: &serde_json::Value, collection: &str) -> bool {
    input["collection"] == collection || input["old"]["id"] == collection
}

fn step_of(draft: &Draft<'_>, resource: &ResourceRef, verb: &str) -> Option<StepId> {
    let id = resource.step(verb);
    draft.steps.iter().any(|step| step.id == id).then_some(id)
}

fn one_collection(
    draft: &mut Draft<'_>,
    zone: &ResourceRef,
    side: Side,
    collection: &CidrCollection,
    prepared: &mut Prepared,
) {
    let resource = resource_of(draft, collection);
    let (id, name) = (&collection.id, &collection.name);
    let old = OldCollection { id: id.clone(), side };
    let held = known(draft, Side::Target);
    let step = |verb: &str, title: Said, input: serde_json::Value| {
        DraftStep::new(&resource, &format!("zone.{verb}"), Side::Target, title, input)
    };
    if let Some(there) = adoptable(draft, collection) {
        let made = step_of(draft, &resource, "adopt_collection").unwrap_or_else(|| {
            let title = Text::UseCollection.fill(&[name]);
            let input = adopt_collection::Input {
                old,
                id: there.id.clone(),
            };
            draft.push(step("adopt_collection", title, value(input)).leaves_nothing())
        });
        prepared.whole.push(made.clone());
        prepared.named.collections.insert(id.clone(), made);
        return;
    }
    if let Some(made) = step_of(draft, &resource, "create_collection") {
        prepared.whole.push(resource.step("put_blocks"));
        prepared.made.push(made.clone());
        prepared.named.collections.insert(id.clone(), made.clone());
        prepared.put.push((old, made, resource));
        return;
    }
    if namesake(draft, collection).is_some() {
        draft.note(Some(zone), Says::Tells, Text::OtherBlocks.fill(&[name]));
    }
    let title = Text::MakeCollection.fill(&[name]);
    let input = create_collection::Input {
        collection: id.clone(),
        name: name.clone(),
    };
    let made = draft.push(step("create_collection", title, value(input)));
    let count = blocks(collection).len();
    let title = Text::PutBlocks.fill(&[&count.to_string(), &collection.locations.len().to_string()]);
    let input = put_blocks::Input {
        old: old.clone(),
        new: made.clone(),
    };
    let put = step("put_blocks", title, value(input)).needs([&made]).leaves_nothing();
    prepared.whole.push(draft.push(put.estimate(35, 90)));
    let all = draft.steps.iter();
    let coming = all.filter(|step| step.action == "zone.create_collection").count();
    let count = held.len() + coming;
    if count > MOST_COLLECTIONS {
        let text = Text::ManyCollections.fill(&[&count.to_string(), &MOST_COLLECTIONS.to_string()]);
        draft.note(Some(zone), Says::Warns(&known::ZONE_RECORDS), text);
    }
    draft.note(Some(zone), Says::Tells, Text::OwnCollection.fill(&[name]));
    prepared.named.collections.insert(id.clone(), made.clone());
    prepared.made.push(made.clone());
    prepared.fresh.push(made.clone());
    prepared.put.push((old, made, resource));
}

/// The checks to copy, each behind those that it is calculated from; or what stands in the way.
fn ordered<'a>(
    draft: &Draft<'a>,
    found: &Found<'_>,
    named: &BTreeSet<&str>,
) -> Result<Vec<&'a HealthCheck>, Vec<Said>> {
    let account = draft.observed(found.old_side);
    let known: BTreeMap<&str, &HealthCheck> = account
        .into_iter()
        .flat_map(|account| &account.health_checks)
        .map(|check| (check.id.as_str(), check))
        .collect();
    let mut blocked = Vec::new();
    let mut wanted: BTreeMap<&str, &HealthCheck> = BTreeMap::new();
    let mut todo: Vec<String> = named.iter().map(|id| (*id).to_owned()).collect();
    while let Some(id) = todo.pop() {
        match known.get_key_value(id.as_str()) {
            None => blocked.push(Text::UnknownCheck.fill(&[&id, draft.account(found.old_side).as_str()])),
            Some((id, check)) => match uncopyable(&check.config, check.linked_service.as_deref()) {
                Some(Uncopyable::Service(service)) => blocked.push(Text::CheckOfService.fill(&[id, service])),
                Some(Uncopyable::Control(control)) => {
                    let control: String = control.map_or_else(|| Text::SomeControl.into(), str::to_owned);
                    blocked.push(Text::CheckOfControl.fill(&[id, &control]));
                }
                None => {
                    if wanted.insert(id, check).is_none() {
                        todo.extend(check.config.children.iter().cloned());
                    }
                }
            },
        }
    }
    if !blocked.is_empty() {
        blocked.sort();
        blocked.dedup();
        return Err(blocked);
    }
    let mut ordered: Vec<&HealthCheck> = Vec::new();
    while ordered.len() < wanted.len() {
        let before = ordered.len();
        for check in wanted.values() {
            let done = |id: &String| ordered.iter().any(|check| check.id == *id);
            if !done(&check.id) && check.config.children.iter().all(done) {
                ordered.push(check);
            }
        }
        if ordered.len() == before {
            return Err(vec![Text::CheckCircle.into()]);
        }
    }
    Ok(ordered)
}

fn copy_checks(
    draft: &mut Draft<'_>,
    zone: &ResourceRef,
    found: &Found<'_>,
    ordered: &[&HealthCheck],
    prepared: &mut Prepared,
) {
    let mut copied: BTreeMap<String, StepId> = BTreeMap::new();
    let (mut tagged, mut asked, mut alarms) = (Vec::new(), Vec::new(), Vec::new());
    for check in ordered {
        let (id, config) = (&check.id, &check.config);
        let resource = ResourceRef::new("health_check", id);
        let step = |verb: &str, title: Said, input: serde_json::Value| {
            DraftStep::new(&resource, &format!("zone.{verb}"), Side::Target, title, input)
        };
        let children: BTreeMap<String, StepId> = config
            .children
            .iter()
            .map(|child| (child.clone(), copied[child].clone()))
            .collect();
        let made = step_of(draft, &resource, "copy_check").unwrap_or_else(|| {
            let title = Text::CopyCheck.fill(&[&config.kind, id]);
            let needs: Vec<StepId> = children.values().cloned().collect();
            let input = copy_check::Input {
                check: id.clone(),
                side: found.old_side,
                children,
            };
            let made = draft.push(step("copy_check", title, value(input)).needs(&needs));
            let own = check.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
            let input = tag_check::Input {
                made: made.clone(),
                tags: own.map(|(key, value)| (key.clone(), value.clone())).collect(),
            };
            let tag = step("tag_check", Text::TagCheck.into(), value(input));
            draft.push(tag.needs([&made]).leaves_nothing());
            prepared.fresh.push(made.clone());
            made
        });
        prepared.made.push(made.clone());
        tagged.push(resource.step("tag_check"));
        if config.kind != "CALCULATED" && config.disabled != Some(true) {
            asked.push(await_health::Asked {
                old: id.clone(),
                new: made.clone(),
                inverted: config.inverted == Some(true),
            });
        }
        alarms.extend(config.alarm.as_ref());
        copied.insert(id.clone(), made);
    }
    if !asked.is_empty() {
        let title = Text::AwaitHealth.fill(&[&asked.len().to_string()]);
        let needs: Vec<StepId> = copied.values().cloned().collect();
        let input = await_health::Input {
            side: found.old_side,
            checks: asked,
        };
        let wait = DraftStep::new(zone, "zone.await_health", Side::Target, title, value(input));
        let wait = wait.patience(HEALTH_PATIENCE).needs(&needs).leaves_nothing();
        prepared.healthy.push(draft.push(wait.estimate(60, 300)));
    }
    prepared.whole.extend(copied.values().cloned());
    prepared.whole.extend(tagged);
    notes(draft, zone, &copied, &alarms);
    prepared.named.checks = Some(copied);
}

fn notes(
    draft: &mut Draft<'_>,
    zone: &ResourceRef,
    copied: &BTreeMap<String, StepId>,
    alarms: &[&model::inventory::AlarmName],
) {
    if !copied.is_empty() {
        let text = Text::ChecksCost.fill(&[&copied.len().to_string()]);
        draft.note(Some(zone), Says::Tells, text);
    }
    if !alarms.is_empty() {
        let alarms: Vec<String> = alarms
            .iter()
            .map(|alarm| format!("{} in {}", alarm.name, alarm.region))
            .collect();
        let text = Text::ChecksByAlarms.fill(&[&alarms.join(", ")]);
        draft.note(Some(zone), Says::Warns(&known::ZONE_HEALTH_CHECKS), text);
    }
}

/// Adds the steps that put what was changed in the old collections since, behind `ready`.
pub(in crate::zone) fn put_late(
    draft: &mut Draft<'_>,
    prepared: &Prepared,
    ready: &[StepId],
    gates: &[GateName],
) -> Vec<StepId> {
    let put = prepared.put.iter().map(|(old, new, resource)| {
        // Of several zones that share a collection, each puts it right before its own hand-over.
        let known = draft.steps.iter().filter(|step| step.resource == *resource);
        let times = known.filter(|step| step.action == "zone.put_blocks").count();
        let verb = match times {
            0 | 1 => "put_late_blocks".to_owned(),
            times => format!("put_late_blocks_{times}"),
        };
        let input = put_blocks::Input {
            old: old.clone(),
            new: new.clone(),
        };
        let step = DraftStep::new(
            resource,
            "zone.put_blocks",
            Side::Target,
            Text::PutLateBlocks,
            value(input),
        );
        let step = step.named(&verb).phase(Phase::Cutover).needs([new]).needs(ready);
        draft.push(step.gates(gates.to_vec()).leaves_nothing())
    });
    put.collect()
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
