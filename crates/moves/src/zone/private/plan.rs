//! From a `[[private_zone]]` and the inventory to steps. That a VPC resolves one zone of a name only must be seen before the run: AWS says it
//! when the zone is made, or the VPC associated.

use model::inventory::{Zone, ZoneVpc};
use model::{AccountId, ResourceRef, Said, Side, StepId};

use super::super::names::canonical;
use super::super::ns_sets::ZoneFrom;
use super::super::{Pair, copy_records, tag_zone};
use super::spec::{PrivateZoneSpec, Route};
use super::{Association, create_zone, plan_notes, withdraw_vpc};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::zone::words::Text;

/// How long a busy zone, or a permission that is not known everywhere yet, is borne, in seconds.
const PATIENCE: u64 = 900;

/// What the inventory says of a zone that can be planned.
pub(super) struct Found<'a> {
    /// The zone in the source.
    pub(super) zone: &'a Zone,
    /// The VPCs of the target that are to resolve it and do not yet.
    pub(super) vpcs: Vec<ZoneVpc>,
}

/// Adds the steps of one private zone.
pub fn plan(draft: &mut Draft<'_>, spec: &PrivateZoneSpec) {
    let resource = ResourceRef::new("private_zone", &spec.name);
    match find(draft, spec) {
        Err(why) => draft.note(Some(&resource), Says::Blocks(&known::PRIVATE_ZONE), why),
        Ok(found) => {
            match spec.route {
                Route::Share => share(draft, spec, &resource, &found),
                Route::Copy => copy(draft, spec, &resource, &found),
            }
            plan_notes::add(draft, spec, &resource, &found);
        }
    }
}

fn find<'a>(draft: &Draft<'a>, spec: &PrivateZoneSpec) -> Result<Found<'a>, Said> {
    let name = &spec.name;
    let zone = the_zone(draft, spec)?;
    if let Some(service) = &zone.linked_service {
        return Err(Text::MadeByService.fill(&[&zone.id, service]));
    }
    if spec.vpcs.is_empty() {
        return Err(Text::NoVpcs.fill(&[name]));
    }
    let mut vpcs: Vec<ZoneVpc> = Vec::new();
    for id in &spec.vpcs {
        let vpc = ZoneVpc {
            id: id.clone(),
            region: draft.region().clone(),
        };
        must_be_the_targets(draft, id)?;
        if vpcs.contains(&vpc) {
            return Err(Text::VpcTwice.fill(&[id]));
        }
        if let Some((other, account)) = resolved_by(draft, name, &vpc) {
            // Shared with it before, it stays so.
            if other.id == zone.id && spec.route == Route::Share {
                continue;
            }
            let why = match spec.route {
                Route::Copy if other.id == zone.id => Text::VpcShares,
                Route::Copy | Route::Share => Text::VpcResolves,
            };
            return Err(why.fill(&[id, &other.id, account.as_str()]));
        }
        vpcs.push(vpc);
    }
    Ok(Found { zone, vpcs })
}

/// The private zone in the source that is meant.
fn the_zone<'a>(draft: &Draft<'a>, spec: &PrivateZoneSpec) -> Result<&'a Zone, Said> {
    let Some(source) = draft.observed(Side::Source) else {
        return Err(Text::NoSourceAccount.fill(&[draft.account(Side::Source).as_str()]));
    };
    let named = |zone: &&Zone| zone.private && canonical(&zone.name) == canonical(&spec.name);
    let zones: Vec<&Zone> = source.zones.iter().filter(named).collect();
    match (&spec.id, zones.as_slice()) {
        (_, []) => Err(Text::NoPrivateZone.fill(&[&spec.name])),
        (Some(id), zones) => {
            let zone = zones.iter().copied().find(|zone| zone.id == *id);
            zone.ok_or_else(|| Text::NoSuchId.fill(&[&spec.name, id, &shown(zones)]))
        }
        (None, [zone]) if zone.id.is_empty() => Err(Text::NoId.fill(&[&spec.name])),
        (None, [zone]) => Ok(zone),
        (None, several) => Err(Text::SeveralPrivate.fill(&[&spec.name, &shown(several)])),
    }
}

/// Zones of one name, told apart by who resolves them.
fn shown(zones: &[&Zone]) -> String {
    let one = |zone: &&Zone| match zone.vpcs.is_empty() {
        true => zone.id.clone(),
        false => {
            let vpcs: Vec<&str> = zone.vpcs.iter().map(|vpc| vpc.id.as_str()).collect();
            format!("{} (of {})", zone.id, vpcs.join(", "))
        }
    };
    zones.iter().map(one).collect::<Vec<_>>().join(", ")
}

fn must_be_the_targets(draft: &Draft<'_>, id: &str) -> Result<(), Said> {
    let has = |side| {
        draft.regional(side).is_some_and(|region| {
            let of_subnets = region.subnet_groups.values().map(|group| &group.vpc);
            region.vpcs.iter().chain(of_subnets).any(|vpc| vpc == id)
        })
    };
    match (id.starts_with("vpc-"), has(Side::Target), has(Side::Source)) {
        (false, ..) => Err(Text::NoVpcId.fill(&[&format!("{id:?}")])),
        (true, true, _) => Ok(()),
        (true, false, true) => Err(Text::VpcOfSource.fill(&[id])),
        (true, false, false) => {
            let target = draft.account(Side::Target);
            Err(Text::UnknownVpc.fill(&[id, draft.region().as_str(), target.as_str()]))
        }
    }
}

/// Which zone of a name a VPC resolves already, of whichever account the inventory has.
fn resolved_by<'a>(draft: &Draft<'a>, name: &str, vpc: &ZoneVpc) -> Option<(&'a Zone, &'a AccountId)> {
    let accounts = draft.inventory.accounts.iter();
    let zones = accounts.flat_map(|(account, contents)| contents.zones.iter().map(move |zone| (account, zone)));
    let mut resolving =
        zones.filter(|(_, zone)| zone.private && zone.vpcs.contains(vpc) && canonical(&zone.name) == canonical(name));
    resolving.next().map(|(account, zone)| (zone, account))
}

fn step(resource: &ResourceRef, verb: &str, side: Side, title: Said, input: impl serde::Serialize) -> DraftStep {
    DraftStep::new(resource, &format!("private_zone.{verb}"), side, title, input).patience(PATIENCE)
}

/// The name of a step of one VPC.
fn of_vpc(verb: &str, vpc: &ZoneVpc) -> String {
    format!("{verb}_{}", vpc.id)
}

/// One change of a zone at a time: a second one is refused while the first is in work.
fn one_at_a_time(draft: &mut Draft<'_>, zone: &str) -> String {
    draft.limit(format!("changes of zone {zone}"), 1)
}

fn share(draft: &mut Draft<'_>, spec: &PrivateZoneSpec, resource: &ResourceRef, found: &Found<'_>) {
    let zone = &found.zone.id;
    let gates = draft.gates_before(resource);
    let limit = one_at_a_time(draft, zone);
    for vpc in &found.vpcs {
        let association = Association {
            name: spec.name.clone(),
            zone: ZoneFrom::Id(zone.clone()),
            owner: Side::Source,
            vpc: vpc.clone(),
        };
        let title = Text::LetAssociate.fill(&[&vpc.id, zone]);
        // Not before the gate: a permission is not left open while a person thinks.
        let authorise = step(resource, "authorise_vpc", Side::Source, title, &association);
        let authorise = authorise.named(&of_vpc("authorise", vpc)).gates(gates.clone());
        let authorised = draft.push(authorise.limit(&limit));
        let title = Text::Associate.fill(&[&vpc.id, zone]);
        let associate = step(resource, "associate_vpc", Side::Target, title, &association);
        let associate = associate.named(&of_vpc("associate", vpc)).needs([&authorised]);
        let associated = draft.push(associate.gates(gates.clone()).limit(&limit).estimate(35, 90));
        let title = Text::Withdraw.fill(&[&vpc.id]);
        let input = withdraw_vpc::Input {
            association,
            authorised: authorised.clone(),
        };
        let withdraw = step(resource, "withdraw_vpc", Side::Source, title, &input);
        let withdraw = withdraw.named(&of_vpc("withdraw", vpc));
        draft.push(withdraw.needs([&associated, &authorised]).leaves_nothing());
    }
}

fn copy(draft: &mut Draft<'_>, spec: &PrivateZoneSpec, resource: &ResourceRef, found: &Found<'_>) {
    let (name, old) = (&spec.name, &found.zone.id);
    let Some((first, more)) = found.vpcs.split_first() else {
        return;
    };
    let gates = draft.gates_before(resource);
    let sets = found.zone.records.len() as u64;
    let input = create_zone::Input {
        name: name.clone(),
        old: old.clone(),
        vpc: first.clone(),
    };
    let title = Text::MakePrivateZone.fill(&[name, &first.id]);
    let create = step(resource, "create_zone", Side::Target, title, &input);
    let new: StepId = draft.push(create.gates(gates.clone()).estimate(5, 30));

    // Reserved tags cannot be given by anybody but AWS.
    let tags = found.zone.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
    let input = tag_zone::Input {
        new: new.clone(),
        tags: tags.map(|(key, value)| (key.clone(), value.clone())).collect(),
    };
    let tag = DraftStep::new(resource, "zone.tag_zone", Side::Target, Text::TagZone, &input);
    draft.push(tag.patience(PATIENCE).needs([&new]).leaves_nothing());

    let input = copy_records::Input {
        zones: Pair {
            name: name.clone(),
            old: old.clone(),
            old_side: Side::Source,
            carved: false,
            new: new.clone(),
            had: Vec::new(),
            named: Default::default(),
        },
        late: false,
        meant: Vec::new(),
    };
    let title = Text::CopyPrivateSets.fill(&[&sets.to_string()]);
    let copy = DraftStep::new(resource, "zone.copy_records", Side::Target, title, &input);
    let copy = copy.patience(PATIENCE).needs([&new]).leaves_nothing();
    let copied = draft.push(copy.estimate(40 + sets / 50, 120 + sets / 20));

    for vpc in more {
        let input = Association {
            name: name.clone(),
            zone: ZoneFrom::Step(new.clone()),
            owner: Side::Target,
            vpc: vpc.clone(),
        };
        let limit = one_at_a_time(draft, &format!("{name} of the target"));
        let title = Text::AssociateNew.fill(&[&vpc.id]);
        let associate = step(resource, "associate_vpc", Side::Target, title, &input).named(&of_vpc("associate", vpc));
        let associate = associate.needs([&copied, &new]).gates(gates.clone());
        draft.push(associate.limit(limit).estimate(35, 90));
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
