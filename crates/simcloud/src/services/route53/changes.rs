//! `ChangeResourceRecordSets`: a batch is taken whole or not at all, and every fault in it is named.

use std::collections::BTreeSet;
use std::sync::Arc;

use serde_json::{Value, json};

use super::records::{RecordSet, Records};
use super::{HostedZone, MAX_RECORD_SETS, checks, collections, names, zone_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::dns;

/// At most so many `ResourceRecord` elements and aliases in a batch; an UPSERT counts twice.
const MAX_RECORDS: usize = 1000;
/// At most so many characters over all `Value`s of a batch; an UPSERT counts twice.
const MAX_CHARACTERS: usize = 32_000;

const KINDS: [&str; 17] = [
    "SOA", "A", "TXT", "NS", "CNAME", "MX", "NAPTR", "PTR", "SRV", "SPF", "AAAA", "CAA", "DS", "TLSA", "SSHFP", "SVCB",
    "HTTPS",
];

/// One change of a batch.
struct Change {
    action: &'static str,
    set: RecordSet,
}

/// Models: atomic batches, both limits, CREATE on what exists, DELETE of what differs, CNAME conflicts, the apex SOA and
/// NS, routing policies that do not mix, aliases within the zone, health checks of any account, CIDR collections of the zone's own, one change of a
/// zone at a time. Leaves out: the change-throughput limit, whose value AWS does not publish.
pub(super) fn change(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "HostedZoneId")?;
    let now = cloud.now;
    let zone = &cloud.route53.zones[&id];
    zone.must_be_editable(&id)?;
    if zone.busy_until > now {
        return Err(ServiceError::new(
            "PriorRequestNotComplete",
            "The request was rejected because Route 53 was still processing a prior request.",
        ));
    }
    let batch = input["ChangeBatch"]["Changes"]
        .as_array()
        .map(Vec::as_slice)
        .unwrap_or_default();
    if batch.is_empty() {
        return Err(ServiceError::new(
            "InvalidInput",
            "1 validation error detected: ChangeBatch.Changes must have at least one member",
        ));
    }
    let mut faults = Vec::new();
    let changes = read(batch, &mut faults);
    too_large(&changes, &mut faults);
    let mut records = Records::clone(&zone.records);
    let mut effects = Vec::new();
    if faults.is_empty() {
        for change in &changes {
            apply(zone, change, &mut records, &mut faults, &mut effects);
        }
    }
    if faults.is_empty() {
        contradictions(cloud, &id, &changes, &records, &mut faults);
    }
    for change in changes.iter().filter(|change| change.action != "DELETE") {
        if let Some(check) = change.set.health_check() {
            checks::must_exist(cloud, check)?;
        }
    }
    if !faults.is_empty() {
        return Err(ServiceError::new(
            "InvalidChangeBatch",
            format!("[{}]", faults.join(", ")),
        ));
    }
    let records = Arc::new(records);
    let busy = super::busy_seconds(&mut cloud.faults);
    let busy_until = cloud.later(busy);
    if let Some(zone) = cloud.route53.zones.get_mut(&id) {
        zone.records = records;
        zone.busy_until = busy_until;
    }
    for effect in effects {
        cloud.effect(caller, "route53 ChangeResourceRecordSets", format!("{effect} in {id}"));
    }
    let comment = input["ChangeBatch"]["Comment"].as_str().map(str::to_owned);
    let info = super::submit(cloud, caller, &id, comment);
    Ok(json!({ "ChangeInfo": info }))
}

fn read(batch: &[Value], faults: &mut Vec<String>) -> Vec<Change> {
    let mut changes = Vec::new();
    for change in batch {
        let action = match change["Action"].as_str() {
            Some("CREATE") => "CREATE",
            Some("UPSERT") => "UPSERT",
            Some("DELETE") => "DELETE",
            other => {
                faults.push(format!("Invalid action {}", other.unwrap_or_default()));
                continue;
            }
        };
        match RecordSet::of_request(&change["ResourceRecordSet"]) {
            Ok(set) => {
                // A DELETE is compared with what is stored, so its form needs no check of its own.
                if action != "DELETE" {
                    malformed(&set, faults);
                }
                changes.push(Change { action, set });
            }
            Err(fault) => faults.push(fault),
        }
    }
    changes
}

fn malformed(set: &RecordSet, faults: &mut Vec<String>) {
    let (name, kind) = (&set.name, &set.kind);
    if !KINDS.contains(&kind.as_str()) {
        faults.push(format!("Invalid record type {kind} of {name}"));
        return;
    }
    match (&set.alias, set.ttl, set.values.is_empty()) {
        (Some(_), None, true) | (None, Some(_), false) => {}
        (Some(_), ..) => faults.push(format!(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found more than one in Change with [Action, Name={name}, Type={kind}]"
        )),
        (None, ..) => faults.push(format!(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action, Name={name}, Type={kind}]"
        )),
    }
    if set.policy() != "simple" && set.set_identifier.is_none()
        || set.policy() == "simple" && set.set_identifier.is_some()
    {
        faults.push(format!(
            "Invalid request: SetIdentifier and a routing policy need each other in {name} {kind}"
        ));
    }
    if set.values.len() > 400 || set.values.iter().any(|value| value.len() > 4000) {
        faults.push(format!("Invalid request: too many or too long values in {name} {kind}"));
    }
    if matches!(kind.as_str(), "CNAME" | "SOA") && set.values.len() > 1 {
        faults.push(format!(
            "Invalid request: a {kind} record has exactly one value, {name} was given {}",
            set.values.len()
        ));
    }
    let mut seen = BTreeSet::new();
    for value in &set.values {
        if !seen.insert(value) {
            faults.push(format!("Duplicate Resource Record: '{value}'"));
        }
        if let Err(problem) = dns::message::rdata(kind, value) {
            faults.push(format!(
                "Invalid Resource Record: 'FATAL problem: {problem} encountered with '{value}''"
            ));
        }
    }
}

fn too_large(changes: &[Change], faults: &mut Vec<String>) {
    let times = |change: &Change| if change.action == "UPSERT" { 2 } else { 1 };
    let records: usize = changes.iter().map(|c| times(c) * c.set.values.len().max(1)).sum();
    let characters: usize = changes
        .iter()
        .map(|c| times(c) * c.set.values.iter().map(|v| v.chars().count()).sum::<usize>())
        .sum();
    if records > MAX_RECORDS {
        faults.push(format!("Number of records limit of {MAX_RECORDS} exceeded."));
    }
    if characters > MAX_CHARACTERS {
        faults.push(format!("Number of characters limit of {MAX_CHARACTERS} exceeded."));
    }
}

/// Puts one change into the zone's future records, and notes what it really changes.
fn apply(
    zone: &HostedZone,
    change: &Change,
    records: &mut Records,
    faults: &mut Vec<String>,
    effects: &mut Vec<String>,
) {
    let Change { action, set } = change;
    let key = set.key();
    let called = match &set.set_identifier {
        Some(id) => format!("[name='{}', type='{}', set-identifier='{id}']", set.name, set.kind),
        None => format!("[name='{}', type='{}']", set.name, set.kind),
    };
    if !names::within(&set.name, &zone.name) {
        faults.push(format!(
            "RRSet with DNS name {} is not permitted in zone {}",
            set.name, zone.name
        ));
        return;
    }
    let effect = format!("{action} {} {}", set.name, set.kind);
    match *action {
        "DELETE" => match records.get(&key) {
            None => faults.push(format!(
                "Tried to delete resource record set {called} but it was not found"
            )),
            Some(found) if !found.same_as(set) => faults.push(format!(
                "Tried to delete resource record set {called} but the values provided do not match the current values"
            )),
            Some(_) if set.name == zone.name && set.kind == "SOA" => {
                faults.push("A HostedZone must contain exactly one SOA record.".into());
            }
            Some(_) if set.name == zone.name && set.kind == "NS" => {
                faults.push("A HostedZone must contain at least one NS record for the zone itself.".into());
            }
            Some(_) => {
                records.remove(&key);
                effects.push(effect);
            }
        },
        "CREATE" if records.contains_key(&key) => {
            faults.push(format!(
                "Tried to create resource record set {called} but it already exists"
            ));
        }
        _ => {
            let unchanged = records.get(&key).is_some_and(|found| found.same_as(set));
            if !unchanged {
                records.insert(key, Arc::new(set.clone()));
                effects.push(effect);
            }
        }
    }
}

/// What the records would contradict, seen once the whole batch is in: a CNAME may be exchanged for an A in any order.
fn contradictions(cloud: &Cloud, id: &str, changes: &[Change], records: &Records, faults: &mut Vec<String>) {
    let zone = &cloud.route53.zones[id];
    if records.len() > MAX_RECORD_SETS {
        faults.push(format!(
            "Number of resource record sets limit of {MAX_RECORD_SETS} exceeded."
        ));
    }
    for Change { set, .. } in changes.iter().filter(|change| change.action != "DELETE") {
        let (name, kind) = (&set.name, &set.kind);
        let here = || dns::sets_at(records, name);
        if kind == "CNAME" && *name == zone.name {
            faults.push(format!(
                "RRSet of type CNAME with DNS name {name} is not permitted at apex in zone {}",
                zone.name
            ));
        } else if kind == "CNAME" && here().any(|other| other.kind != "CNAME") {
            faults.push(format!(
                "RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {}",
                zone.name
            ));
        } else if kind != "CNAME" && here().any(|other| other.kind == "CNAME") {
            faults.push(format!(
                "RRSet of type {kind} with DNS name {name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone {}",
                zone.name
            ));
        }
        if kind == "SOA" && *name != zone.name {
            faults.push(format!(
                "RRSet of type SOA with DNS name {name} is not permitted below the apex of zone {}",
                zone.name
            ));
        }
        let identifier = set.set_identifier.as_deref().unwrap_or("null");
        for other in here().filter(|other| other.kind == *kind && other.set_identifier != set.set_identifier) {
            if other.policy() != set.policy() {
                faults.push(format!(
                    "RRSet with DNS name {name}, type {kind}, SetIdentifier {identifier} cannot be created as other RRSets exist with the same name and type."
                ));
                break;
            }
            if set.policy() == "Weight" && other.ttl.is_some() && set.ttl.is_some() && other.ttl != set.ttl {
                faults.push(format!(
                    "RRSet with DNS name {name}, type {kind}, SetIdentifier {identifier} cannot be created: all weighted sets of a name and type need the same TTL."
                ));
                break;
            }
        }
        if let Some((collection, location)) = set.cidr() {
            let fault = collections::fault(cloud, &zone.owner, collection, location);
            let said = |fault| format!("RRSet with DNS name {name}, type {kind}, SetIdentifier {identifier}: {fault}");
            faults.extend(fault.map(said));
            if zone.private.is_some() {
                faults.push(format!(
                    "RRSet with DNS name {name}: IP-based routing is not supported in private hosted zones"
                ));
            }
        }
        alias_target(cloud, id, set, records, faults);
    }
}

/// An alias points at a resource of AWS or at a record of its own zone; a record of another zone, moved or not, is refused.
fn alias_target(cloud: &Cloud, id: &str, set: &RecordSet, records: &Records, faults: &mut Vec<String>) {
    let Some(alias) = &set.alias else { return };
    let zone = &cloud.route53.zones[id];
    let tried = format!(
        "Tried to create an alias that targets {}, type {} in zone {}",
        alias.name, set.kind, alias.zone
    );
    if alias.zone == id {
        if !names::within(&alias.name, &zone.name) {
            faults.push(format!(
                "{tried}, but the alias target name does not lie within the target zone"
            ));
        } else if !dns::sets_at(records, &alias.name).any(|target| target.kind == set.kind) {
            faults.push(format!("{tried}, but that target was not found"));
        }
    } else if cloud.route53.zones.contains_key(&alias.zone) {
        faults.push(format!(
            "{tried}, but the alias target name does not lie within the target zone"
        ));
    }
}
