//! Names that have had no zone of their own: those at and below a name are carved out of the zone that holds them. What would not answer the same
//! afterwards is found here: <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/dns-routing-traffic-for-subdomains.html>

use model::inventory::{Record, Zone};
use model::{Said, Side};

use super::names::{canonical, shown, within};
use super::ns_sets::ParentZone;
use super::parent::Parent;
use super::plan::{Found, USUAL_TTL, account_of, public_zones, records};
use super::spec::ZoneSpec;
use super::words::Text;
use crate::draft::Draft;

/// What the inventory says of names that can be carved out.
pub(super) fn find<'a>(draft: &Draft<'a>, spec: &ZoneSpec, side: Side) -> Result<Found<'a>, Said> {
    let (name, parent_name) = (&spec.name, &spec.parent.zone);
    let parents = public_zones(draft, side, parent_name)?;
    let parent = match parents.as_slice() {
        [] => {
            return Err(Text::NoneToCarve.fill(&[name, account_of(side).as_str(), parent_name]));
        }
        [one] if one.id.is_empty() => return Err(Text::NoId.fill(&[parent_name])),
        [one] => *one,
        several => {
            let ids: Vec<&str> = several.iter().map(|zone| zone.id.as_str()).collect();
            return Err(Text::SeveralParents.fill(&[account_of(side).as_str(), parent_name, &ids.join(", ")]));
        }
    };
    if let Some(delegation) = records(parent, name, "NS") {
        return Err(Text::AlreadyDelegated.fill(&[parent_name, &parent.id, name, &delegation.values.join(", ")]));
    }
    if records(parent, name, "CNAME").is_some() {
        return Err(Text::CnameAtCut.fill(&[name, parent_name]));
    }
    let moved: Vec<&Record> = moved(parent, name).collect();
    if moved.is_empty() {
        return Err(Text::NothingToCarve.fill(&[parent_name, &parent.id, name]));
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
fn aliases_that_would_break(parent: &Zone, name: &str) -> Result<(), Said> {
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
    Err(Text::AliasesOverCut.fill(&[&over.join(", ")]))
}
