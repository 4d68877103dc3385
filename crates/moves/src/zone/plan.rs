//! From a `[[zone]]` and the inventory to steps. What the first shape needs must be seen in the inventory: the zone, its parent, and
//! the delegation from one to the other; its old TTL and values are in the plan, and so in the journal, before anything changes.

use model::inventory::{Record, Zone};
use model::{Phase, ResourceRef, Said, Side, StepId, StepSpec};

use super::names::{canonical, servers};
use super::ns_sets::{ParentZone, ZoneFrom};
use super::parent::Parent;
use super::plan_adopt::Adopted;
use super::set_ns_ttl::Expected;
use super::spec::{ParentAccount, ZoneSpec};
use super::taking_back::Origin;
use super::words::Text;
use super::{
    Pair, adopt_zone, certificate, compare_records, copy_records, delegate, keep_equal, named, plan_adopt, plan_carve,
    plan_outside, release_zone, repoint, set_ns_ttl, tag_zone, wait_ttl, watch_answers,
};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};

/// What Route 53 gives the NS set of a new zone, and what a delegation should have in the end:
/// <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-migrating.html>
pub(super) const USUAL_TTL: u32 = 172_800;

/// How long a freshly made thing, a busy zone or answers that differ while a change spreads are borne, in seconds.
const PATIENCE: u64 = 900;

/// What the inventory says of a move that can be planned.
pub(super) struct Found<'a> {
    /// The zone that holds the records.
    pub(super) zone: &'a Zone,
    /// Its account.
    pub(super) old_side: Side,
    /// Whether they are carved out of it.
    pub(super) carved: bool,
    /// How many record sets move.
    pub(super) sets: u64,
    pub(super) parent: Parent,
    /// The delegation; none where there was none.
    pub(super) delegation: Option<&'a Record>,
    /// The TTL that the delegation has, and is to have in the end; none where it is not ours to set.
    pub(super) delegation_ttl: Option<u32>,
    /// The TTL that the NS set at the zone's apex has, and is to have in the end.
    pub(super) apex_ttl: u32,
    /// The old zone's name servers; none where it keeps them.
    pub(super) servers: Vec<String>,
}

impl Found<'_> {
    /// Whose credentials see to the parent; the target's where nobody's do.
    fn side_of_parent(&self) -> Side {
        match &self.parent {
            Parent::Zone(parent) => parent.side,
            Parent::Outside { .. } => Side::Target,
        }
    }
}

/// Adds the steps of one zone.
pub fn plan(draft: &mut Draft<'_>, spec: &ZoneSpec) {
    let resource = ResourceRef::new("zone", &spec.name);
    let found = find(draft, spec).and_then(|found| {
        let adopted = plan_adopt::find(draft, spec, &found)?;
        Ok((found, adopted))
    });
    match found {
        Ok((found, adopted)) => steps(draft, spec, &resource, &found, adopted.as_ref()),
        Err(why) => draft.note(Some(&resource), Says::Blocks(&known::ZONE_UNFIT), why),
    }
}

pub(super) fn records<'z>(zone: &'z Zone, name: &str, kind: &str) -> Option<&'z Record> {
    zone.records
        .iter()
        .find(|record| record.kind == kind && canonical(&record.name) == canonical(name))
}

pub(super) fn public_zones<'a>(draft: &Draft<'a>, side: Side, name: &str) -> Result<Vec<&'a Zone>, Said> {
    let Some(account) = draft.observed(side) else {
        let lacks = match side {
            Side::Source => Text::NoSourceAccount,
            Side::Target => Text::NoTargetAccount,
            Side::Parent => Text::NoParentAccount,
        };
        return Err(lacks.fill(&[draft.account(side).as_str()]));
    };
    let named = |zone: &&Zone| !zone.private && canonical(&zone.name) == canonical(name);
    Ok(account.zones.iter().filter(named).collect())
}

/// An account for people.
pub(super) fn account_of(side: Side) -> Said {
    match side {
        Side::Source => Text::SourceAccount.into(),
        Side::Target => Text::TargetAccount.into(),
        Side::Parent => Text::ParentAccount.into(),
    }
}

/// The account that holds the parent zone; none where it lies outside of Route 53.
pub(super) fn side_of(account: ParentAccount) -> Option<Side> {
    match account {
        ParentAccount::Source => Some(Side::Source),
        ParentAccount::Target => Some(Side::Target),
        ParentAccount::Parent => Some(Side::Parent),
        ParentAccount::Outside => None,
    }
}

fn find<'a>(draft: &Draft<'a>, spec: &ZoneSpec) -> Result<Found<'a>, Said> {
    let (name, parent_name, side) = (&spec.name, &spec.parent.zone, side_of(spec.parent.account));
    if !canonical(name).ends_with(&format!(".{}", canonical(parent_name))) {
        return Err(Text::NotBelow.fill(&[name, parent_name]));
    }
    if spec.ttl == 0 || spec.ttl > 900 {
        return Err(Text::BadTtl.fill(&[&spec.ttl.to_string()]));
    }
    if side == Some(Side::Parent) && draft.runbook.parent.is_none() {
        return Err(Text::NoParentSection.into());
    }
    if draft
        .runbook
        .zones
        .iter()
        .any(|zone| canonical(&zone.name) == canonical(parent_name))
    {
        return Err(Text::ParentMoves.fill(&[parent_name, name]));
    }
    let zone = match public_zones(draft, Side::Source, name)?.as_slice() {
        [] => None,
        [zone] if zone.id.is_empty() => return Err(Text::NoId.fill(&[name])),
        [zone] => Some(*zone),
        several => {
            let ids: Vec<&str> = several.iter().map(|zone| zone.id.as_str()).collect();
            return Err(Text::SourceHasSeveral.fill(&[name, &ids.join(", ")]));
        }
    };
    let zone = match (zone, side) {
        (Some(zone), _) => zone,
        (None, Some(side)) => return plan_carve::find(draft, spec, side),
        (None, None) => return Err(Text::NoneOutside.fill(&[name])),
    };
    let apex = records(zone, name, "NS");
    let own = match zone.name_servers.as_slice() {
        [] => apex.map(|record| record.values.clone()).unwrap_or_default(),
        listed => listed.to_vec(),
    };
    if own.is_empty() {
        return Err(Text::NoServers.fill(&[name]));
    }
    let Some(side) = side else {
        return Ok(plan_outside::found(spec, zone, apex, own));
    };
    let parents = public_zones(draft, side, parent_name)?;
    // Of several parents of one name, the one that delegates the zone.
    let delegates = |zone: &&&Zone| records(zone, name, "NS").is_some_and(|set| servers(&set.values) == servers(&own));
    let Some(parent) = parents.iter().find(delegates).or(parents.first()) else {
        return Err(Text::NoParentZone.fill(&[account_of(side).as_str(), parent_name]));
    };
    if parent.id.is_empty() {
        return Err(Text::NoId.fill(&[parent_name]));
    }
    let Some(delegation) = records(parent, name, "NS") else {
        return Err(Text::NotDelegated.fill(&[parent_name, &parent.id, name]));
    };
    if servers(&delegation.values) != servers(&own) {
        return Err(Text::OtherInUse.fill(&[
            parent_name,
            &parent.id,
            name,
            &servers(&delegation.values).join(", "),
            &zone.id,
            &servers(&own).join(", "),
        ]));
    }
    if records(parent, name, "DS").is_some() {
        return Err(Text::Signed.fill(&[name, parent_name]));
    }
    let delegation_ttl = delegation
        .ttl
        .ok_or_else(|| Text::NoDelegationTtl.fill(&[name, parent_name]))?;
    Ok(Found {
        zone,
        old_side: Side::Source,
        carved: false,
        sets: zone.records.len() as u64,
        parent: Parent::Zone(ParentZone {
            side,
            id: parent.id.clone(),
        }),
        delegation: Some(delegation),
        delegation_ttl: Some(delegation_ttl),
        apex_ttl: apex.and_then(|record| record.ttl).unwrap_or(USUAL_TTL),
        servers: own,
    })
}

/// Says what of it the new zone will not have.
fn note_left(draft: &mut Draft<'_>, spec: &ZoneSpec, resource: &ResourceRef, found: &Found<'_>) {
    if found.zone.signed == Some(true) && !found.carved {
        draft.note(Some(resource), Says::Warns(&known::ZONE_SIGNED), Text::NewUnsigned);
    }
    let by_policy: Vec<String> = named::plan::moved(found, &spec.name)
        .into_iter()
        .filter(|record| record.traffic_policy.is_some())
        .map(|record| format!("{} {}", record.name, record.kind))
        .collect();
    if !by_policy.is_empty() {
        let text = Text::ByTrafficPolicy.fill(&[&by_policy.join(", "), draft.account(Side::Target).as_str()]);
        draft.note(Some(resource), Says::Blocks(&known::ZONE_TRAFFIC_POLICY), text);
    }
}

fn steps(draft: &mut Draft<'_>, spec: &ZoneSpec, resource: &ResourceRef, found: &Found<'_>, adopted: Option<&Adopted>) {
    note_left(draft, spec, resource, found);
    let name = spec.name.clone();
    let sets = found.sets;
    let delegation_low = spec.ttl.min(found.delegation_ttl.unwrap_or(spec.ttl));
    let apex_low = spec.ttl.min(found.apex_ttl);
    let checked = match &found.parent {
        Parent::Zone(_) => None,
        Parent::Outside { .. } => Some(plan_outside::check(draft, spec, resource, found)),
    };
    let step = |verb: &str, side, title: Said, input: serde_json::Value| {
        DraftStep::new(resource, &format!("zone.{verb}"), side, title, input).patience(PATIENCE)
    };

    let origin = Origin {
        name: name.clone(),
        old: found.zone.id.clone(),
        old_side: found.old_side,
        carved: found.carved,
        parent: found.parent.clone(),
    };
    let certified = certificate::plan::plan(draft, spec, resource, found, adopted);
    let repointing = repoint::plan::prepare(draft, spec, resource, found);
    let new = match adopted {
        None => {
            let title = Text::MakeZone.fill(&[&name]);
            step("create_zone", Side::Target, title, value(origin))
        }
        Some(adopted) => {
            let title = Text::UseZone.fill(&[&adopted.id]);
            let input = adopt_zone::Input {
                id: adopted.id.clone(),
                origin,
                had: adopted.had.clone(),
            };
            step("adopt_zone", Side::Target, title, value(input))
        }
    };
    let beside = named::plan::prepare(draft, spec, resource, found);
    let new = new.needs(&certified.written).needs(&beside.made);
    let new = draft.push(new.estimate(5, 30));
    let had = adopted.map(|adopted| adopted.had.clone()).unwrap_or_default();
    let new_apex_ttl = adopted.map_or(found.apex_ttl, |adopted| adopted.apex_ttl);
    let zones = || Pair {
        name: name.clone(),
        old: found.zone.id.clone(),
        old_side: found.old_side,
        carved: found.carved,
        new: new.clone(),
        had: had.clone(),
        named: beside.named.clone(),
    };
    let of_new = || Expected::Of(new.clone());

    // Reserved tags cannot be given by anybody but AWS.
    let tags = found
        .zone
        .tags
        .iter()
        // Those of a zone out of which names are carved are not theirs.
        .filter(|(key, _)| !found.carved && !key.starts_with("aws:"))
        .map(|(k, v)| (k.clone(), v.clone()));
    let input = tag_zone::Input {
        new: new.clone(),
        tags: tags.collect(),
    };
    // One that is adopted keeps its own: its Terraform would take others off again.
    let tagged = adopted.is_none().then(|| {
        let step = step("tag_zone", Side::Target, Text::TagZone.into(), value(input));
        draft.push(step.needs([&new]).leaves_nothing())
    });

    let copy = |verb: &str, title: Said| {
        let input = copy_records::Input {
            zones: zones(),
            late: verb == "copy_late_changes",
            meant: repointing.meant(),
        };
        step("copy_records", Side::Target, title, value(input))
            .named(verb)
            .leaves_nothing()
            .estimate(40 + sets / 50, 120 + sets / 20)
    };
    let copied = draft.push(
        copy("copy_records", Text::CopySets.fill(&[&sets.to_string()]))
            .needs([&new])
            .needs(&tagged)
            .needs(&beside.whole)
            .needs(&repointing.lowered),
    );

    let input = set_ns_ttl::Input {
        side: Side::Target,
        zone: ZoneFrom::Step(new.clone()),
        name: name.clone(),
        from: adopted.map(|adopted| adopted.apex_ttl),
        to: apex_low,
        servers: of_new(),
    };
    let title = Text::LowerNewApex.fill(&[&apex_low.to_string()]);
    let lower = step("set_ns_ttl", Side::Target, title, value(input))
        .named("lower_new_apex_ttl")
        .needs([&copied, &new])
        .estimate(35, 90);
    let new_lowered = draft.push(match adopted {
        // It goes with the zone that the run made.
        None => lower.leaves_nothing(),
        Some(_) => lower,
    });

    let compare = |verb: &str, title: Text| {
        let input = compare_records::Input { zones: zones() };
        step("compare_records", Side::Target, title.into(), value(input))
            .named(verb)
            .leaves_nothing()
            .estimate(5 + sets / 5, 60 + sets)
    };
    let compared = compare("compare_records", Text::AskServers);
    let compared = draft.push(compared.needs([&new_lowered, &copied, &new]));

    let mut lowered: Vec<StepId> = Vec::new();
    let ttl_of_delegation = |draft: &mut Draft<'_>, parent: &ParentZone, verb: &str, (from, to), servers, title| {
        let input = set_ns_ttl::Input {
            side: parent.side,
            zone: ZoneFrom::Id(parent.id.clone()),
            name: name.clone(),
            from: Some(from),
            to,
            servers,
        };
        // One change of a zone at a time: a second one is refused while the first is in work.
        let limit = draft.limit(format!("changes of zone {}", parent.id), 1);
        let step = step("set_ns_ttl", parent.side, title, value(input)).named(verb);
        step.limit(limit).estimate(35, 90)
    };
    if let (Parent::Zone(parent), Some(delegation), Some(ttl)) = (&found.parent, found.delegation, found.delegation_ttl)
        && ttl > delegation_low
    {
        let title = Text::LowerDelegation.fill(&[&spec.parent.zone, &ttl.to_string(), &delegation_low.to_string()]);
        let servers = Expected::Planned(delegation.values.clone());
        let lower = ttl_of_delegation(draft, parent, "lower_ttl", (ttl, delegation_low), servers, title);
        lowered.push(draft.push(lower));
    }
    // What is carved out has had no servers of its own that anybody could remember.
    if found.apex_ttl > apex_low && !found.carved {
        let input = set_ns_ttl::Input {
            side: Side::Source,
            zone: ZoneFrom::Id(found.zone.id.clone()),
            name: name.clone(),
            from: Some(found.apex_ttl),
            to: apex_low,
            servers: Expected::Planned(found.servers.clone()),
        };
        let title = Text::LowerOldApex.fill(&[&found.apex_ttl.to_string(), &apex_low.to_string()]);
        lowered.push(
            draft.push(
                step("set_ns_ttl", Side::Source, title, value(input))
                    .named("lower_apex_ttl")
                    .estimate(35, 90),
            ),
        );
    }
    let mut ready = vec![compared, new.clone()];
    ready.extend(tagged);
    ready.extend(certified.issued);
    ready.extend(beside.healthy.iter().cloned());
    if !lowered.is_empty() {
        let seconds = found.delegation_ttl.unwrap_or_default().max(found.apex_ttl);
        let title = Text::WaitTtl.fill(&[&seconds.to_string()]);
        let wait = step(
            "wait_ttl",
            found.side_of_parent(),
            title,
            value(wait_ttl::Input { seconds }),
        );
        let wait = wait
            .needs(&lowered)
            .leaves_nothing()
            .estimate(u64::from(seconds), u64::from(seconds));
        ready.push(draft.push(wait));
        note_wait(draft, resource, seconds);
    }

    let gates = draft.gates_before(resource);
    let repointed = repoint::plan::cut_over(draft, resource, found, &repointing, &ready, &gates);
    let late = copy("copy_late_changes", Text::CopyLate.into()).phase(Phase::Cutover);
    let put_late = named::plan::put_late(draft, &beside, &ready, &gates);
    let late = draft.push(
        late.needs(&ready)
            .needs(&put_late)
            .needs(&repointed)
            .gates(gates.clone())
            .estimate(5, 60),
    );
    let again = compare("compare_late_changes", Text::CompareAgain).phase(Phase::Cutover);
    let again = draft.push(again.needs([&late, &new]).gates(gates.clone()));

    let handing_over = |parent: &ParentZone| delegate::Input {
        zones: zones(),
        parent: parent.clone(),
        old_values: found.delegation.map(|set| set.values.clone()).unwrap_or_default(),
        ttl: delegation_low,
    };
    let delegated = match &found.parent {
        Parent::Zone(parent) => {
            let input = handing_over(parent);
            let title = match found.carved {
                false => Text::PointDelegation.fill(&[&spec.parent.zone]),
                true => Text::Delegate.fill(&[&spec.name, &spec.parent.zone]),
            };
            let limit = draft.limit(format!("changes of zone {}", parent.id), 1);
            let delegated = step("delegate", parent.side, title, value(input));
            delegated.phase(Phase::Cutover).limit(limit).estimate(35, 120)
        }
        Parent::Outside { .. } => plan_outside::delegate(spec, resource, found, zones(), delegation_low),
    };
    let delegated = draft.push(delegated.disturbs().gates(gates).needs(&ready).needs([&again]));

    let input = watch_answers::Input {
        zones: zones(),
        parent: found.parent.clone(),
        soak: spec.soak,
        back: match &found.parent {
            Parent::Zone(parent) => Some(handing_over(parent)),
            Parent::Outside { .. } => None,
        },
    };
    let title = Text::Watch.fill(&[&spec.soak.to_string()]);
    let watch = step("watch_answers", Side::Target, title, value(input))
        .phase(Phase::Settle)
        .leaves_nothing();
    let mut watched = draft.push(watch.needs([&delegated, &new]).estimate(spec.soak, spec.soak + 60));
    if spec.equal_for > 0 {
        let input = keep_equal::Input {
            zones: zones(),
            copied: late.clone(),
            seconds: spec.equal_for,
        };
        let title = Text::KeepEqual.fill(&[&hours(spec.equal_for)]);
        let step = step("keep_equal", found.old_side, title, value(input)).phase(Phase::Settle);
        let step = step.leaves_nothing().needs([&watched, &new]);
        watched = draft.push(step.estimate(spec.equal_for, spec.equal_for + 60));
    }
    repoint::plan::settle(draft, resource, found, &repointing, &watched, &new);

    if let (Parent::Zone(parent), Some(ttl)) = (&found.parent, found.delegation_ttl)
        && ttl > delegation_low
    {
        let title = Text::RaiseDelegation.fill(&[&ttl.to_string()]);
        let raise = ttl_of_delegation(draft, parent, "restore_ttl", (delegation_low, ttl), of_new(), title);
        draft.push(raise.phase(Phase::Settle).needs([&watched, &new]).leaves_nothing());
    }
    let mut last = watched.clone();
    if new_apex_ttl > apex_low {
        let input = set_ns_ttl::Input {
            side: Side::Target,
            zone: ZoneFrom::Step(new.clone()),
            name: name.clone(),
            from: Some(apex_low),
            to: new_apex_ttl,
            servers: of_new(),
        };
        let title = Text::RaiseNewApex.fill(&[&new_apex_ttl.to_string()]);
        let step = step("set_ns_ttl", Side::Target, title, value(input))
            .named("restore_apex_ttl")
            .phase(Phase::Settle);
        last = draft.push(step.needs([&watched, &new]).leaves_nothing().estimate(35, 90));
    }
    if adopted.is_some() {
        let input = release_zone::Input { adopted: new.clone() };
        let step = step("release_zone", Side::Target, Text::ReleaseZone.into(), value(input)).phase(Phase::Settle);
        draft.push(step.needs([&last, &watched, &new]));
    }
    if let Some(checked) = checked {
        // Nothing is made or written before the parent was looked at.
        let first = draft.steps.iter_mut().filter(|step| step.needs.is_empty());
        let mine = |step: &StepSpec| step.resource == *resource || beside.fresh.contains(&step.id);
        for step in first.filter(|step| mine(step) && step.id != checked) {
            step.needs.push(checked.clone());
        }
    }
    notes(draft, spec, resource, found);
}

pub(super) fn value(input: impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(input).expect("a step's input has only string keys")
}

fn hours(seconds: u64) -> String {
    format!("{:.1}", seconds as f64 / 3600.0)
}

fn note_wait(draft: &mut Draft<'_>, resource: &ResourceRef, seconds: u32) {
    let weight = if seconds > 6 * 3600 {
        Says::Warns(&known::ZONE_TTL)
    } else {
        Says::Tells
    };
    let text = Text::WaitBefore.fill(&[&hours(u64::from(seconds))]);
    draft.note(Some(resource), weight, text);
}

fn notes(draft: &mut Draft<'_>, spec: &ZoneSpec, resource: &ResourceRef, found: &Found<'_>) {
    if matches!(found.parent, Parent::Outside { .. }) {
        plan_outside::note(draft, spec, resource);
    }
    let kept: Said = match spec.equal_for {
        0 => Text::WriteBoth.into(),
        seconds => Text::WrittenToo.fill(&[&hours(seconds)]),
    };
    let text = match found.carved {
        false => Text::OldZoneStays.fill(&[&found.zone.id, kept.as_str()]),
        true => Text::SetsStay.fill(&[&found.sets.to_string(), &found.zone.id, kept.as_str()]),
    };
    draft.note(Some(resource), Says::Tells, text);
    if matches!(found.parent, Parent::Zone(_)) {
        let text = Text::PutsBack.fill(&[&spec.soak.to_string()]);
        draft.note(Some(resource), Says::Tells, text);
    }
    draft.note(Some(resource), Says::Tells, Text::WayBackOpen);
    draft.note(Some(resource), Says::Tells, Text::NotCarried);
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
