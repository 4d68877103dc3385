//! Lists, in Route 53's own order, page by page.

use std::ops::Bound;

use serde_json::{Value, json};

use super::records::RecordKey;
use super::{bare_id, names, page_size, zone_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// Models: the account's zones by id, at most 100 in a page, `Marker` being the first of the next.
pub(super) fn zones(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let most = page_size(input, 100);
    let marker = input["Marker"].as_str();
    let from = marker.map(bare_id).unwrap_or_default();
    let mut found = cloud
        .route53
        .zones
        .range::<str, _>((Bound::Included(from), Bound::Unbounded))
        .filter(|(_, zone)| zone.owner == caller.account);
    let page: Vec<Value> = found.by_ref().take(most).map(|(id, zone)| zone.to_value(id)).collect();
    let next = found.next().map(|(id, _)| id);
    let mut answer = json!({
        "HostedZones": page,
        "Marker": marker.unwrap_or_default(),
        "IsTruncated": next.is_some(),
        "MaxItems": most.to_string(),
    });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}

/// Models: zones by name with its labels reversed, then by id; the list starts at a name and does not end with it.
pub(super) fn zones_by_name(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let most = page_size(input, 100);
    let name = input["DNSName"].as_str();
    let id = input["HostedZoneId"].as_str();
    if id.is_some() && name.is_none() {
        return Err(ServiceError::new("InvalidInput", "HostedZoneId needs DNSName"));
    }
    let from = match name {
        None => Vec::new(),
        Some(name) => match names::canonical(name) {
            Some(canonical) => names::sort_key(&canonical),
            None => {
                return Err(ServiceError::new(
                    "InvalidDomainName",
                    format!("{name} is not a valid domain name"),
                ));
            }
        },
    };
    let from = (from, id.map(bare_id).unwrap_or_default().to_owned());
    let mut sorted: Vec<_> = cloud
        .route53
        .zones
        .iter()
        .filter(|(_, zone)| zone.owner == caller.account)
        .map(|(id, zone)| ((names::sort_key(&zone.name), id.clone()), zone))
        .filter(|(key, _)| *key >= from)
        .collect();
    sorted.sort_by(|a, b| a.0.cmp(&b.0));
    let page: Vec<Value> = sorted
        .iter()
        .take(most)
        .map(|((_, id), zone)| zone.to_value(id))
        .collect();
    let mut answer = json!({
        "HostedZones": page,
        "IsTruncated": sorted.len() > most,
        "MaxItems": most.to_string(),
    });
    if let Some(name) = name {
        answer["DNSName"] = json!(name);
    }
    if let Some(id) = id {
        answer["HostedZoneId"] = json!(id);
    }
    if let Some(((_, id), zone)) = sorted.get(most) {
        answer["NextDNSName"] = json!(zone.name);
        answer["NextHostedZoneId"] = json!(id);
    }
    Ok(answer)
}

/// Models: record sets by reversed name, type and set identifier, up to 300 in a page, from a place on, that included;
/// what is PENDING is listed too. Not a snapshot: a change between two pages shows.
pub(super) fn record_sets(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "HostedZoneId")?;
    let most = page_size(input, 300);
    let start = |member: &str| input[member].as_str().filter(|text| !text.is_empty());
    let (name, kind, set_identifier) = (
        start("StartRecordName"),
        start("StartRecordType"),
        start("StartRecordIdentifier"),
    );
    if name.is_none() && kind.is_some() || kind.is_none() && set_identifier.is_some() {
        return Err(ServiceError::new(
            "InvalidInput",
            "The request is missing StartRecordName or StartRecordType",
        ));
    }
    let records = &cloud.route53.zones[&id].records;
    let from = match name {
        None => Bound::Unbounded,
        Some(name) => match names::canonical(name) {
            Some(name) => Bound::Included(RecordKey::new(
                &name,
                kind.unwrap_or_default(),
                set_identifier.unwrap_or_default(),
            )),
            None => {
                return Err(ServiceError::new(
                    "InvalidInput",
                    format!("{name} is not a valid domain name"),
                ));
            }
        },
    };
    let mut sets = records.range((from, Bound::Unbounded));
    let page: Vec<Value> = sets.by_ref().take(most).map(|(_, set)| set.to_value()).collect();
    let next = sets.next().map(|(key, _)| key);
    let mut answer = json!({ "ResourceRecordSets": page, "IsTruncated": next.is_some(), "MaxItems": most.to_string() });
    if let Some(next) = next {
        answer["NextRecordName"] = json!(next.name);
        answer["NextRecordType"] = json!(next.kind);
        if !next.set_identifier.is_empty() {
            answer["NextRecordIdentifier"] = json!(next.set_identifier);
        }
    }
    Ok(answer)
}
