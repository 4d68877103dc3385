//! Hosted zones: made, described, tagged, deleted.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use serde_json::{Value, json};

use super::records::{RecordSet, Records};
use super::vpcs::{self, Private};
use super::{HostedZone, MAX_RECORD_SETS, MAX_ZONES, checks, names, new_id, submit, zone_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::dns;

/// Models: a caller reference is good for one zone only (the old zone is not echoed back); a second zone of the same name is
/// another zone; four new name servers; SOA and NS at the apex. A reference is not freed by deleting its zone. A private zone
/// begins with a VPC of the caller's, which resolves no other zone of its name.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let reference = input["CallerReference"].as_str().unwrap_or_default();
    if reference.is_empty() || reference.chars().count() > 128 {
        return Err(ServiceError::new(
            "InvalidInput",
            "CallerReference must have 1 to 128 characters",
        ));
    }
    let given = input["Name"].as_str().unwrap_or_default();
    let name = names::canonical(given)
        .filter(|name| !name.contains("\\052"))
        .ok_or_else(|| ServiceError::new("InvalidDomainName", format!("{given} is not a valid domain name")))?;
    if input["DelegationSetId"].is_string() {
        return Err(ServiceError::new(
            "NoSuchDelegationSet",
            "simcloud has no reusable delegation sets",
        ));
    }
    let used = (caller.account.clone(), reference.to_owned());
    if cloud.route53.references.contains(&used)
        || cloud
            .route53
            .zones
            .values()
            .any(|zone| zone.owner == used.0 && zone.caller_reference == reference)
    {
        return Err(ServiceError::with_status(
            409,
            "HostedZoneAlreadyExists",
            "A hosted zone has already been created with the specified caller reference.",
        ));
    }
    if cloud
        .route53
        .zones
        .values()
        .filter(|zone| zone.owner == caller.account)
        .count()
        >= MAX_ZONES
    {
        return Err(ServiceError::new(
            "TooManyHostedZones",
            "Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER",
        ));
    }
    let vpc = input.get("VPC").filter(|vpc| vpc.is_object());
    let vpc = vpc.map(vpcs::named).transpose()?;
    let config = &input["HostedZoneConfig"];
    if config["PrivateZone"].as_bool() == Some(true) && vpc.is_none() {
        return Err(ServiceError::new(
            "InvalidInput",
            "When you're creating a private hosted zone, you must specify a VPC.",
        ));
    }
    if let Some(vpc) = &vpc {
        vpcs::must_be_own(cloud, caller, vpc)?;
        vpcs::must_not_conflict(cloud, &name, vpc)?;
    }
    let servers = new_name_servers(cloud, vpc.is_some());
    let records: Records = apex(&name, &servers)
        .into_iter()
        .map(|set| (set.key(), Arc::new(set)))
        .collect();
    let id = new_id(cloud, 'Z');
    cloud.route53.references.insert(used);
    let zone = HostedZone {
        owner: caller.account.clone(),
        name: name.clone(),
        private: vpc.clone().map(|vpc| Private {
            vpcs: BTreeSet::from([vpc]),
            authorised: BTreeSet::new(),
        }),
        linked_service: None,
        comment: config["Comment"].as_str().map(str::to_owned),
        caller_reference: reference.to_owned(),
        name_servers: servers,
        records: Arc::new(records),
        tags: BTreeMap::new(),
        signed: false,
        busy_until: cloud.now,
        in_sync_at: cloud.now,
    };
    let mut answer = json!({
        "HostedZone": zone.to_value(&id),
        "DelegationSet": { "NameServers": zone.name_servers },
        "Location": format!("https://route53.amazonaws.com/2013-04-01/hostedzone/{id}"),
    });
    if let Some(vpc) = vpc {
        answer["VPC"] = vpcs::shown(&vpc);
    }
    cloud.route53.zones.insert(id.clone(), zone);
    // By name and not by id, so that a zone that is made twice shows.
    cloud.effect(caller, "route53 CreateHostedZone", name.trim_end_matches('.'));
    answer["ChangeInfo"] = submit(cloud, caller, &id, None);
    Ok(answer)
}

/// The SOA and NS records that Route 53 makes with a zone.
pub(super) fn apex(name: &str, servers: &[String]) -> [RecordSet; 2] {
    let first = servers.first().map_or("ns-0.awsdns-00.com", String::as_str);
    let soa = format!("{first}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400");
    let ns = servers.iter().map(|server| format!("{server}.")).collect();
    [
        RecordSet::plain(name, "NS", 172_800, ns),
        RecordSet::plain(name, "SOA", 900, vec![soa]),
    ]
}

/// Four name servers, none of which another zone has: zones whose names overlap must never share one. All private zones
/// have the same four.
pub(super) fn new_name_servers(cloud: &mut Cloud, private: bool) -> Vec<String> {
    const SUFFIXES: [&str; 4] = ["com", "net", "org", "co.uk"];
    if private {
        return [0, 512, 1024, 1536]
            .iter()
            .zip(SUFFIXES)
            .map(|(number, suffix)| format!("ns-{number}.awsdns-00.{suffix}"))
            .collect();
    }
    let taken: BTreeSet<String> = cloud
        .route53
        .zones
        .values()
        .flat_map(|zone| zone.name_servers.clone())
        .collect();
    let addresses: BTreeSet<_> = taken.iter().map(|server| dns::address_of(server)).collect();
    let random = cloud.faults.stream("route53 name servers");
    (0_u32..)
        .zip(SUFFIXES)
        .map(|(block, suffix)| {
            loop {
                let number = block * 512 + random.u32(..512);
                let server = format!("ns-{number}.awsdns-{:02}.{suffix}", random.u32(..64));
                if !taken.contains(&server) && !addresses.contains(&dns::address_of(&server)) {
                    return server;
                }
            }
        })
        .collect()
}

/// Models: the four name servers of a public zone, the VPCs of a private one.
pub(super) fn get(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "Id")?;
    let zone = &cloud.route53.zones[&id];
    let mut answer = json!({ "HostedZone": zone.to_value(&id) });
    match &zone.private {
        None => answer["DelegationSet"] = json!({ "NameServers": zone.name_servers }),
        Some(private) => answer["VPCs"] = private.vpcs.iter().map(vpcs::shown).collect(),
    }
    Ok(answer)
}

/// Models: refused while anything but the apex SOA and NS is left; gone for the control plane at once, for DNS when INSYNC.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "Id")?;
    let zone = &cloud.route53.zones[&id];
    zone.must_be_editable(&id)?;
    let own = |set: &RecordSet| set.name == zone.name && matches!(set.kind.as_str(), "SOA" | "NS");
    if zone.records.values().any(|set| !own(set)) {
        return Err(ServiceError::new(
            "HostedZoneNotEmpty",
            "The specified hosted zone contains non-required resource record sets and so cannot be deleted.",
        ));
    }
    cloud.route53.zones.remove(&id);
    cloud.effect(caller, "route53 DeleteHostedZone", id.clone());
    Ok(json!({ "ChangeInfo": submit(cloud, caller, &id, None) }))
}

/// Models: no comment given takes the old one away.
pub(super) fn update_comment(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "Id")?;
    let comment = input["Comment"].as_str().map(str::to_owned);
    let changed = match cloud.route53.zones.get_mut(&id) {
        Some(zone) if zone.comment != comment => {
            zone.comment = comment;
            true
        }
        _ => false,
    };
    if changed {
        cloud.effect(caller, "route53 UpdateHostedZoneComment", id.clone());
    }
    Ok(json!({ "HostedZone": cloud.route53.zones[&id].to_value(&id) }))
}

/// Models: the default quotas; none is ever raised.
pub(super) fn zone_limit(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "HostedZoneId")?;
    let zone = &cloud.route53.zones[&id];
    let kind = input["Type"].as_str().unwrap_or_default();
    let (most, count) = match kind {
        "MAX_RRSETS_BY_ZONE" => (MAX_RECORD_SETS, zone.records.len()),
        "MAX_VPCS_ASSOCIATED_BY_ZONE" => match &zone.private {
            None => {
                return Err(ServiceError::new(
                    "HostedZoneNotPrivate",
                    "The specified hosted zone is a public hosted zone.",
                ));
            }
            Some(private) => (vpcs::MAX_VPCS, private.vpcs.len()),
        },
        _ => {
            return Err(ServiceError::new(
                "InvalidInput",
                format!("{kind} is not a limit of a hosted zone"),
            ));
        }
    };
    Ok(json!({ "Limit": { "Type": kind, "Value": most }, "Count": count }))
}

/// Models: the default quotas; of what simcloud does not keep, there is none.
pub(super) fn account_limit(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let kind = input["Type"].as_str().unwrap_or_default();
    let owned = cloud
        .route53
        .zones
        .values()
        .filter(|zone| zone.owner == caller.account)
        .count();
    let (most, count) = match kind {
        "MAX_HOSTED_ZONES_BY_OWNER" => (MAX_ZONES, owned),
        "MAX_HEALTH_CHECKS_BY_OWNER" => {
            let all = cloud.route53.checks.values();
            (
                checks::MAX_CHECKS,
                all.filter(|check| check.owner == caller.account).count(),
            )
        }
        "MAX_REUSABLE_DELEGATION_SETS_BY_OWNER" => (100, 0),
        "MAX_TRAFFIC_POLICIES_BY_OWNER" => (50, 0),
        "MAX_TRAFFIC_POLICY_INSTANCES_BY_OWNER" => (5, 0),
        _ => {
            return Err(ServiceError::new(
                "InvalidInput",
                format!("{kind} is not a limit of an account"),
            ));
        }
    };
    Ok(json!({ "Limit": { "Type": kind, "Value": most }, "Count": count }))
}

/// Models: the number of the account's zones.
pub(super) fn count(cloud: &mut Cloud, caller: &Caller, _input: &Value) -> Answer {
    let owned = cloud
        .route53
        .zones
        .values()
        .filter(|zone| zone.owner == caller.account)
        .count();
    Ok(json!({ "HostedZoneCount": owned }))
}

/// Models: whether a zone is signed, as the inventory told; a private one cannot be. Its keys are not told.
pub(super) fn dnssec(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "HostedZoneId")?;
    let zone = &cloud.route53.zones[&id];
    if zone.private.is_some() {
        let message = "Operation is unsupported for private hosted zones.";
        return Err(ServiceError::new("InvalidArgument", message));
    }
    let status = if zone.signed { "SIGNING" } else { "NOT_SIGNING" };
    Ok(json!({ "Status": { "ServeSignature": status }, "KeySigningKeys": [] }))
}

/// What a request for tags is about.
enum Tagged {
    Zone(String),
    Check(String),
}

fn tagged(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<Tagged, ServiceError> {
    match input["ResourceType"].as_str() {
        Some("hostedzone") => zone_of(cloud, caller, input, "ResourceId").map(Tagged::Zone),
        Some("healthcheck") => checks::own(cloud, caller, &input["ResourceId"]).map(Tagged::Check),
        _ => Err(ServiceError::new(
            "InvalidInput",
            "ResourceType is hostedzone or healthcheck",
        )),
    }
}

impl Tagged {
    fn id(&self) -> &str {
        match self {
            Self::Zone(id) | Self::Check(id) => id,
        }
    }

    fn tags<'c>(&self, cloud: &'c mut Cloud) -> Option<&'c mut BTreeMap<String, String>> {
        match self {
            Self::Zone(id) => cloud.route53.zones.get_mut(id).map(|zone| &mut zone.tags),
            Self::Check(id) => cloud.route53.checks.get_mut(id).map(|check| &mut check.tags),
        }
    }
}

/// Models: adding replaces; at most 50 tags; removing what is not there is no error.
pub(super) fn change_tags(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let tagged = tagged(cloud, caller, input)?;
    let Some(held) = tagged.tags(cloud) else {
        return Ok(json!({}));
    };
    let mut tags = held.clone();
    for key in input["RemoveTagKeys"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
    {
        tags.remove(key);
    }
    for tag in input["AddTags"].as_array().into_iter().flatten() {
        let Some(key) = tag["Key"].as_str() else { continue };
        tags.insert(key.to_owned(), tag["Value"].as_str().unwrap_or_default().to_owned());
    }
    if tags.len() > 50 {
        return Err(ServiceError::new("InvalidInput", "A resource has at most 50 tags"));
    }
    if tags != *held {
        *held = tags;
        cloud.effect(caller, "route53 ChangeTagsForResource", tagged.id());
    }
    Ok(json!({}))
}

/// Models: the tags of a zone or of a health check.
pub(super) fn list_tags(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let tagged = tagged(cloud, caller, input)?;
    let tags: Vec<Value> = tagged
        .tags(cloud)
        .into_iter()
        .flatten()
        .map(|(key, value)| json!({ "Key": key, "Value": value }))
        .collect();
    let (kind, id) = (&input["ResourceType"], tagged.id());
    Ok(json!({ "ResourceTagSet": { "ResourceType": kind, "ResourceId": id, "Tags": tags } }))
}

/// Models: what the zone's own servers answer now, delegated or not; public zones only.
pub(super) fn test_answer(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "HostedZoneId")?;
    let zone = &cloud.route53.zones[&id];
    if zone.private.is_some() {
        return Err(ServiceError::new(
            "InvalidInput",
            "TestDNSAnswer does not support private hosted zones.",
        ));
    }
    let kind = input["RecordType"].as_str().unwrap_or_default();
    let name = names::canonical(input["RecordName"].as_str().unwrap_or_default())
        .filter(|name| names::within(name, &zone.name))
        .ok_or_else(|| ServiceError::new("InvalidInput", "RecordName does not lie in the hosted zone"))?;
    let reply = match cloud.route53.world.zones.get(&id) {
        Some(served) => served.reply(&id, &name, kind, 0),
        None => dns::Reply::refused(),
    };
    let data: Vec<&str> = reply.answers.iter().map(|record| record.value.as_str()).collect();
    Ok(json!({
        "Nameserver": zone.name_servers.first(),
        "RecordName": name,
        "RecordType": kind,
        "RecordData": data,
        "ResponseCode": reply.code.as_str(),
        "Protocol": "UDP",
    }))
}
