//! Which VPCs resolve a private zone, and which of other accounts may be made to.
//!
//! Leaves out: what a resolver in a VPC then answers; zones that Route 53 Profiles attach, which AWS's answers leave out too.

use std::collections::BTreeSet;

use model::ids::{AccountId, Region};
use model::inventory::ZoneVpc;
use serde_json::{Value, json};

use super::{HostedZone, bare_id, busy_seconds, page_size, submit, zone_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::ec2;

/// VPCs of a private zone, by default.
pub(super) const MAX_VPCS: usize = 300;
/// Authorisations of a private zone.
const MAX_AUTHORISED: usize = 1000;

/// What a private zone has that a public one has not.
#[derive(Debug, Clone, Default)]
pub(super) struct Private {
    /// The VPCs that resolve it.
    pub(super) vpcs: BTreeSet<ZoneVpc>,
    /// Those that their owners may associate with it.
    pub(super) authorised: BTreeSet<ZoneVpc>,
}

pub(super) fn shown(vpc: &ZoneVpc) -> Value {
    json!({ "VPCRegion": vpc.region, "VPCId": vpc.id })
}

/// The VPC that a request names: both its id and its region are needed.
pub(super) fn named(vpc: &Value) -> Result<ZoneVpc, ServiceError> {
    let text = |member: &str| vpc[member].as_str().unwrap_or_default();
    let (id, region) = (text("VPCId"), text("VPCRegion"));
    match Region::new(region) {
        Ok(region) if id.starts_with("vpc-") => Ok(ZoneVpc {
            id: id.to_owned(),
            region,
        }),
        Ok(region) => Err(not_yours(id, region.as_str())),
        Err(_) => Err(ServiceError::new(
            "InvalidInput",
            format!("{region:?} is not the region of a VPC"),
        )),
    }
}

/// Whose a VPC is. What the inventory lists of no account and a zone of its names belongs to the zone's account.
pub(crate) fn owner(cloud: &Cloud, vpc: &ZoneVpc) -> Option<AccountId> {
    ec2::owner_of_vpc(cloud, &vpc.region, &vpc.id).or_else(|| cloud.route53.vpc_owners.get(vpc).cloned())
}

/// Models: a VPC that is not the caller's is as unknown as one that does not exist.
pub(super) fn must_be_own(cloud: &Cloud, caller: &Caller, vpc: &ZoneVpc) -> Result<(), ServiceError> {
    match owner(cloud, vpc).is_some_and(|owner| owner == caller.account) {
        true => Ok(()),
        false => Err(not_yours(&vpc.id, vpc.region.as_str())),
    }
}

fn not_yours(id: &str, region: &str) -> ServiceError {
    ServiceError::new(
        "InvalidVPCId",
        format!("The VPC: {id} in region {region} that you provided is not valid or is not authorized to be accessed."),
    )
}

/// Models: a VPC resolves one zone of a name, whosever the zones are.
pub(super) fn must_not_conflict(cloud: &Cloud, name: &str, vpc: &ZoneVpc) -> Result<(), ServiceError> {
    let with =
        cloud.route53.zones.iter().find(|(_, zone)| {
            zone.name == name && zone.private.as_ref().is_some_and(|private| private.vpcs.contains(vpc))
        });
    match with {
        None => Ok(()),
        Some((id, _)) => Err(ServiceError::new(
            "ConflictingDomainExists",
            format!(
                "The VPC {} in region {} has already been associated with the hosted zone {id} with the same domain name.",
                vpc.id, vpc.region
            ),
        )),
    }
}

/// The caller's own private zone that a request names.
fn own_private(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<String, ServiceError> {
    let id = zone_of(cloud, caller, input, "HostedZoneId")?;
    let zone = &cloud.route53.zones[&id];
    if zone.private.is_none() {
        let what = format!("The hosted zone {id} is a public hosted zone.");
        return Err(ServiceError::new("InvalidInput", what));
    }
    zone.must_be_editable(&id)?;
    Ok(id)
}

fn private<'c>(cloud: &'c mut Cloud, id: &str) -> Option<&'c mut Private> {
    cloud.route53.zones.get_mut(id)?.private.as_mut()
}

/// Models: only the zone's owner authorises; once more changes nothing; whether the VPC exists in the other account is not told.
pub(super) fn authorise(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own_private(cloud, caller, input)?;
    let vpc = named(&input["VPC"])?;
    let answer = json!({ "HostedZoneId": id, "VPC": shown(&vpc) });
    let Some(private) = private(cloud, &id) else {
        return Ok(answer);
    };
    if private.authorised.contains(&vpc) {
        return Ok(answer);
    }
    if private.authorised.len() >= MAX_AUTHORISED {
        return Err(ServiceError::new(
            "TooManyVPCAssociationAuthorizations",
            "Limits Exceeded: the hosted zone has as many authorizations as it can have",
        ));
    }
    let resource = format!("{id}?authorized={}", vpc.id);
    private.authorised.insert(vpc);
    cloud.effect(caller, "route53 CreateVPCAssociationAuthorization", resource);
    Ok(answer)
}

/// Models: only the zone's owner sees them; at most 50 in a page, `NextToken` being the next one.
pub(super) fn authorised(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = zone_of(cloud, caller, input, "HostedZoneId")?;
    let given = input["MaxResults"].as_str().and_then(|text| text.parse().ok());
    let most: usize = given.unwrap_or(50).clamp(1, 50);
    let all: Vec<&ZoneVpc> = cloud.route53.zones[&id]
        .private
        .iter()
        .flat_map(|private| &private.authorised)
        .collect();
    let from = page_start(input, &all.iter().map(|vpc| vpc.id.as_str()).collect::<Vec<_>>())?;
    let page: Vec<Value> = all.iter().skip(from).take(most).map(|vpc| shown(vpc)).collect();
    let mut answer = json!({ "HostedZoneId": id, "VPCs": page });
    if let Some(next) = all.get(from + most) {
        answer["NextToken"] = json!(next.id);
    }
    Ok(answer)
}

/// Where a page begins; a token that names nothing is refused.
fn page_start(input: &Value, ids: &[&str]) -> Result<usize, ServiceError> {
    match input["NextToken"].as_str() {
        None => Ok(0),
        Some(token) => ids.iter().position(|id| *id == token).ok_or_else(|| {
            ServiceError::new(
                "InvalidPaginationToken",
                "The value that you specified for NextToken is invalid.",
            )
        }),
    }
}

/// Models: it ends the permission and not an association.
pub(super) fn withdraw(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own_private(cloud, caller, input)?;
    let vpc = named(&input["VPC"])?;
    if !private(cloud, &id).is_some_and(|private| private.authorised.remove(&vpc)) {
        return Err(ServiceError::with_status(
            404,
            "VPCAssociationAuthorizationNotFound",
            format!(
                "The VPC {} is not authorized to be associated with the hosted zone {id}.",
                vpc.id
            ),
        ));
    }
    let resource = format!("{id}?authorized={}", vpc.id);
    cloud.effect(caller, "route53 DeleteVPCAssociationAuthorization", resource);
    Ok(json!({}))
}

/// A zone of whichever account.
fn any_zone<'c>(cloud: &'c Cloud, input: &Value) -> Result<(String, &'c HostedZone), ServiceError> {
    let id = bare_id(input["HostedZoneId"].as_str().unwrap_or_default());
    match cloud.route53.zones.get(id) {
        Some(zone) => Ok((id.to_owned(), zone)),
        None => Err(ServiceError::with_status(
            404,
            "NoSuchHostedZone",
            format!("No hosted zone found with ID: {id}"),
        )),
    }
}

/// Models: the VPC's owner associates, with another account's zone only while that has authorised it; a zone of one name for a VPC; a change
/// that takes time; one change of a zone at a time.
pub(super) fn associate(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let (id, zone) = any_zone(cloud, input)?;
    let vpc = named(&input["VPC"])?;
    let Some(private) = &zone.private else {
        return Err(ServiceError::new(
            "PublicZoneVPCAssociation",
            "You can't associate a VPC with a public hosted zone.",
        ));
    };
    must_be_own(cloud, caller, &vpc)?;
    if zone.owner != caller.account && !private.authorised.contains(&vpc) {
        return Err(ServiceError::with_status(
            401,
            "NotAuthorizedException",
            format!(
                "The VPC: {} you provided is not authorized to make the association.",
                vpc.id
            ),
        ));
    }
    if zone.owner == caller.account {
        zone.must_be_editable(&id)?;
    }
    must_not_conflict(cloud, &zone.name, &vpc)?;
    if private.vpcs.len() >= MAX_VPCS {
        return Err(ServiceError::new(
            "LimitsExceeded",
            "Limits Exceeded: MAX_VPCS_ASSOCIATED_BY_ZONE",
        ));
    }
    if zone.busy_until > cloud.now {
        return Err(ServiceError::new(
            "PriorRequestNotComplete",
            "The request was rejected because Route 53 was still processing a prior request.",
        ));
    }
    let seconds = busy_seconds(&mut cloud.faults);
    let busy_until = cloud.later(seconds);
    let resource = format!("{id}?vpc={}", vpc.id);
    if let Some(zone) = cloud.route53.zones.get_mut(&id) {
        zone.busy_until = busy_until;
        zone.private.get_or_insert_default().vpcs.insert(vpc);
    }
    cloud.effect(caller, "route53 AssociateVPCWithHostedZone", resource);
    let comment = input["Comment"].as_str().map(str::to_owned);
    Ok(json!({ "ChangeInfo": submit(cloud, caller, &id, comment) }))
}

/// Models: either owner, the zone's or the VPC's, may; the last VPC stays.
pub(super) fn disassociate(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let (id, zone) = any_zone(cloud, input)?;
    let vpc = named(&input["VPC"])?;
    if zone.owner != caller.account {
        must_be_own(cloud, caller, &vpc)?;
    }
    let vpcs = zone.private.as_ref().map(|private| &private.vpcs);
    let Some(vpcs) = vpcs.filter(|vpcs| vpcs.contains(&vpc)) else {
        return Err(ServiceError::with_status(
            404,
            "VPCAssociationNotFound",
            format!(
                "The VPC {} and the hosted zone {id} are not currently associated.",
                vpc.id
            ),
        ));
    };
    if vpcs.len() == 1 {
        return Err(ServiceError::new(
            "LastVPCAssociation",
            format!(
                "The VPC {} is the last one that is associated with the hosted zone {id}.",
                vpc.id
            ),
        ));
    }
    if let Some(private) = private(cloud, &id) {
        private.vpcs.remove(&vpc);
    }
    let resource = format!("{id}?vpc={}", vpc.id);
    cloud.effect(caller, "route53 DisassociateVPCFromHostedZone", resource);
    let comment = input["Comment"].as_str().map(str::to_owned);
    Ok(json!({ "ChangeInfo": submit(cloud, caller, &id, comment) }))
}

/// Models: every zone that the caller's VPC resolves, whosever it is. With which code AWS refuses a VPC of another account is not documented.
pub(super) fn zones_of(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let vpc = named(input)?;
    if owner(cloud, &vpc).is_none_or(|owner| owner != caller.account) {
        return Err(ServiceError::with_status(
            403,
            "AccessDenied",
            format!("User: {} is not authorized to access VPC {}", caller.principal, vpc.id),
        ));
    }
    let most = page_size(input, 100);
    let resolved = |zone: &HostedZone| zone.private.as_ref().is_some_and(|private| private.vpcs.contains(&vpc));
    let all: Vec<(&String, &HostedZone)> = cloud.route53.zones.iter().filter(|(_, zone)| resolved(zone)).collect();
    let from = page_start(input, &all.iter().map(|(id, _)| id.as_str()).collect::<Vec<_>>())?;
    let page =
        all.iter().skip(from).take(most).map(
            |(id, zone)| json!({ "HostedZoneId": id, "Name": zone.name, "Owner": { "OwningAccount": zone.owner } }),
        );
    let mut answer = json!({ "HostedZoneSummaries": page.collect::<Vec<_>>(), "MaxItems": most.to_string() });
    if let Some((next, _)) = all.get(from + most) {
        answer["NextToken"] = json!(next);
    }
    Ok(answer)
}

#[cfg(test)]
#[path = "vpcs_tests.rs"]
mod tests;
