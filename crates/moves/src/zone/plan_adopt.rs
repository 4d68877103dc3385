//! A zone that the target's Terraform has made already is used, and what it holds stays. What would have to be written over stands in the way.

use model::inventory::{Record, Zone};
use model::{Said, Side};

use super::difference::Kept;
use super::named;
use super::names::{canonical, shown};
use super::plan::{Found, USUAL_TTL, public_zones, records};
use super::plan_carve;
use super::spec::{HealthChecks, ZoneSpec};
use super::words::Text;
use crate::draft::Draft;

/// The zone that the target has already.
pub(super) struct Adopted {
    pub(super) id: String,
    /// What it holds that is not the run's to touch.
    pub(super) had: Vec<Kept>,
    /// The TTL of the NS set at its apex.
    pub(super) apex_ttl: u32,
}

/// The zone to adopt; none where a new one is to be made.
pub(super) fn find(draft: &Draft<'_>, spec: &ZoneSpec, found: &Found<'_>) -> Result<Option<Adopted>, Said> {
    let name = &spec.name;
    let there = public_zones(draft, Side::Target, name).unwrap_or_default();
    let zone = match (spec.adopt, there.as_slice()) {
        (false, []) => return Ok(None),
        (false, [taken, ..]) => return Err(Text::TargetHasZone.fill(&[name, &taken.id])),
        (true, []) => return Err(Text::NothingToAdopt.fill(&[name])),
        (true, [one]) if one.id.is_empty() => return Err(Text::NoTargetId.fill(&[name])),
        (true, [one]) => *one,
        (true, several) => {
            let ids: Vec<&str> = several.iter().map(|zone| zone.id.as_str()).collect();
            return Err(Text::TargetHasSeveral.fill(&[name, &ids.join(", ")]));
        }
    };
    let own = |record: &&Record| {
        !(matches!(record.kind.as_str(), "NS" | "SOA") && canonical(&record.name) == canonical(name))
    };
    let held: Vec<&Record> = zone.records.iter().filter(own).collect();
    let coming: Vec<&Record> = match found.carved {
        true => plan_carve::moved(found.zone, name).filter(own).collect(),
        false => found.zone.records.iter().filter(own).collect(),
    };
    let both: Vec<(&Record, &Record)> = held
        .iter()
        .flat_map(|held| {
            let same = coming.iter().filter(|coming| key(coming) == key(held));
            same.map(|coming| (*coming, *held))
        })
        .collect();
    if let Some(why) = unlike(draft, spec.health_checks, found, zone, &both) {
        return Err(why);
    }
    Ok(Some(Adopted {
        id: zone.id.clone(),
        had: held.into_iter().map(key).collect(),
        apex_ttl: records(zone, name, "NS").and_then(|set| set.ttl).unwrap_or(USUAL_TTL),
    }))
}

fn key(record: &Record) -> Kept {
    Kept {
        name: canonical(&record.name),
        kind: record.kind.clone(),
        set_identifier: record.set_identifier.clone(),
    }
}

/// Why what both zones hold keeps the target's from being used.
fn unlike(
    draft: &Draft<'_>,
    checks: HealthChecks,
    found: &Found<'_>,
    zone: &Zone,
    both: &[(&Record, &Record)],
) -> Option<Said> {
    let which = |stands: &dyn Fn(&Record, &Record) -> bool| {
        let which = both.iter().filter(|(coming, held)| stands(coming, held));
        let which: Vec<String> = which
            .map(|(_, held)| format!("{} {}", shown(&canonical(&held.name)), held.kind))
            .collect();
        (!which.is_empty()).then(|| which.join(", "))
    };
    if let Some(other) = which(&|coming, held| !equal((coming, found.zone), (held, zone))) {
        return Some(Text::HeldOtherwise.fill(&[&zone.id, &other]));
    }
    if let Some(other) = which(&|coming, held| !goes_by_equal(draft, found, coming, held)) {
        return Some(Text::OtherCollection.fill(&[&zone.id, &other]));
    }
    let check_of = |record: &Record| record.health_check.is_some();
    let stands: &dyn Fn(&Record, &Record) -> bool = match checks {
        HealthChecks::Keep => &|coming, held| coming.health_check != held.health_check,
        HealthChecks::Copy => &|coming, held| check_of(coming) || check_of(held),
    };
    let why = match checks {
        HealthChecks::Keep => Text::OtherCheck,
        HealthChecks::Copy => Text::ChecksThere,
    };
    which(stands).map(|other| why.fill(&[&zone.id, &other]))
}

/// Whether the collection that a set of the target's goes by is the one that its copy will go by. What the inventory does not tell of is told with what
/// the records name.
fn goes_by_equal(draft: &Draft<'_>, found: &Found<'_>, coming: &Record, held: &Record) -> bool {
    let (Some(coming), Some(held)) = (&coming.cidr, &held.cidr) else {
        return true;
    };
    let mut known = named::plan::known(draft, found.old_side).iter();
    known.find(|old| old.id == coming.collection).is_none_or(|old| {
        let adopted = named::plan::adoptable(draft, old);
        adopted.is_some_and(|there| there.id == held.collection)
    })
}

/// Whether a set of one zone is that of another: an alias within each is the same alias. What they name besides is of each account's own.
fn equal((one, of_one): (&Record, &Zone), (other, of_other): (&Record, &Zone)) -> bool {
    let values = |record: &Record| {
        let mut values = record.values.clone();
        values.sort();
        values
    };
    let alias = |record: &Record, zone: &Zone| {
        let alias = record.alias.as_ref()?;
        let inside = alias.zone == zone.id;
        Some((
            if inside { String::new() } else { alias.zone.clone() },
            canonical(&alias.name),
            alias.evaluate_health,
        ))
    };
    let location = |record: &Record| record.cidr.as_ref().map(|cidr| cidr.location.clone());
    one.ttl == other.ttl
        && one.weight == other.weight
        && one.failover == other.failover
        && one.latency_region == other.latency_region
        && one.geo == other.geo
        && one.geo_proximity == other.geo_proximity
        && one.multi_value == other.multi_value
        && one.traffic_policy == other.traffic_policy
        && location(one) == location(other)
        && values(one) == values(other)
        && alias(one, of_one) == alias(other, of_other)
}
