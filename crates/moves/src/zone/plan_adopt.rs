//! A zone that the target's Terraform has made already is used, and what it holds stays. What would have to be written over stands in the way.

use model::Side;
use model::inventory::{Record, Zone};

use super::difference::Kept;
use super::names::{canonical, shown};
use super::plan::{Found, USUAL_TTL, public_zones, records};
use super::plan_carve;
use super::spec::ZoneSpec;
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
pub(super) fn find(draft: &Draft<'_>, spec: &ZoneSpec, found: &Found<'_>) -> Result<Option<Adopted>, String> {
    let name = &spec.name;
    let there = public_zones(draft, Side::Target, name).unwrap_or_default();
    let zone = match (spec.adopt, there.as_slice()) {
        (false, []) => return Ok(None),
        (false, [taken, ..]) => {
            return Err(format!(
                "the target account has a zone {name} already ({}), and would get a second one: where the target's Terraform made it, write \
                 adopt = true; else delete it first",
                taken.id
            ));
        }
        (true, []) => {
            return Err(format!(
                "adopt = true, and the inventory lists no public zone {name} in the target account: have Terraform make it, and look anew, or \
                 leave adopt out"
            ));
        }
        (true, [one]) if one.id.is_empty() => {
            return Err(format!(
                "the inventory does not tell the id of the target's zone {name}"
            ));
        }
        (true, [one]) => *one,
        (true, several) => {
            let ids: Vec<&str> = several.iter().map(|zone| zone.id.as_str()).collect();
            return Err(format!(
                "the target account has several public zones {name} ({}): delete those not in use",
                ids.join(", ")
            ));
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
    let other: Vec<String> = held
        .iter()
        .filter(|held| {
            let mut same = coming.iter().filter(|coming| key(coming) == key(held));
            same.any(|coming| !equal((coming, found.zone), (held, zone)))
        })
        .map(|held| format!("{} {}", shown(&canonical(&held.name)), held.kind))
        .collect();
    if !other.is_empty() {
        return Err(format!(
            "the target's zone {} holds otherwise what would be copied into it: {}. Make both alike, or delete one of them, first",
            zone.id,
            other.join(", ")
        ));
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

/// Whether a set of one zone is that of another: an alias within each is the same alias.
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
    one.ttl == other.ttl
        && one.weight == other.weight
        && one.failover == other.failover
        && one.cidr == other.cidr
        && one.health_check == other.health_check
        && values(one) == values(other)
        && alias(one, of_one) == alias(other, of_other)
}
