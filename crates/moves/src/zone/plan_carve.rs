//! Names that have had no zone of their own: those at and below a name are carved out of the zone that holds them. What would not answer the same
//! afterwards is found here: <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-routing-traffic-for-subdomains.html>

use model::Side;
use model::inventory::{Record, Zone};

use super::names::{canonical, shown, within};
use super::ns_sets::ParentZone;
use super::parent::Parent;
use super::plan::{Found, USUAL_TTL, public_zones, records};
use super::spec::ZoneSpec;
use crate::draft::Draft;

/// What the inventory says of names that can be carved out.
pub(super) fn find<'a>(draft: &Draft<'a>, spec: &ZoneSpec, side: Side) -> Result<Found<'a>, String> {
    let (name, parent_name) = (&spec.name, &spec.parent.zone);
    let parents = public_zones(draft, side, parent_name)?;
    let parent = match parents.as_slice() {
        [] => {
            return Err(format!(
                "the source account has no public zone {name}, and the {side} account no public zone {parent_name} out of which it could be \
                 carved"
            ));
        }
        [one] if one.id.is_empty() => {
            return Err(format!("the inventory does not tell the id of zone {parent_name}"));
        }
        [one] => *one,
        several => {
            let ids: Vec<&str> = several.iter().map(|zone| zone.id.as_str()).collect();
            return Err(format!(
                "the {side} account has several public zones {parent_name} ({}), and which of them answers cannot be told: delete those not in \
                 use",
                ids.join(", ")
            ));
        }
    };
    if let Some(delegation) = records(parent, name, "NS") {
        return Err(format!(
            "zone {parent_name} ({}) delegates {name} already, to {}, and the source account has no such zone: it has moved, or lies elsewhere",
            parent.id,
            delegation.values.join(", ")
        ));
    }
    if records(parent, name, "CNAME").is_some() {
        return Err(format!(
            "{name} is a CNAME in zone {parent_name}: beside a delegation it cannot stand, and at the apex of the new zone neither. Make it an \
             alias, or A and AAAA records, first"
        ));
    }
    let moved: Vec<&Record> = moved(parent, name).collect();
    if moved.is_empty() {
        return Err(format!(
            "zone {parent_name} ({}) has no records at {name} or below: there is nothing to carve out. Delegate an empty zone by Terraform",
            parent.id
        ));
    }
    aliases_that_would_break(parent, name)?;
    Ok(Found {
        zone: parent,
        old_side: side,
        carved: true,
        sets: moved.len() as u64,
        parent: Parent::Zone(ParentZone {
            side,
            id: parent.id.clone(),
        }),
        delegation: None,
        delegation_ttl: Some(USUAL_TTL),
        apex_ttl: USUAL_TTL,
        servers: Vec::new(),
    })
}

/// The sets at a name and below.
pub(super) fn moved<'z>(parent: &'z Zone, name: &str) -> impl Iterator<Item = &'z Record> {
    let apex = canonical(name);
    let records = parent.records.iter();
    records.filter(move |record| within(&canonical(&record.name), &apex))
}

/// An alias reaches within its own zone only: one over the cut resolves to nothing afterwards.
fn aliases_that_would_break(parent: &Zone, name: &str) -> Result<(), String> {
    let apex = canonical(name);
    let below = |text: &str| within(&canonical(text), &apex);
    let over = parent.records.iter().filter(|record| {
        let alias = record.alias.as_ref().filter(|alias| alias.zone == parent.id);
        alias.is_some_and(|alias| below(&record.name) != below(&alias.name))
    });
    let over: Vec<String> = over
        .map(|record| {
            let to = record.alias.as_ref().map(|alias| shown(&canonical(&alias.name)));
            format!(
                "{} {} to {}",
                shown(&canonical(&record.name)),
                record.kind,
                to.unwrap_or_default()
            )
        })
        .collect();
    if over.is_empty() {
        return Ok(());
    }
    Err(format!(
        "aliases reach within one zone only, and these would reach from one into the other: {}. Make them CNAMEs, or aliases to what they mean, \
         first",
        over.join(", ")
    ))
}
