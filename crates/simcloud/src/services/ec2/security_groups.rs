//! Security groups: made closed, opened by a rule, deleted once nothing uses them. Of those that the inventory lists only the id is known:
//! they count as open.
//!
//! Left out: the rules themselves (whether there is one is all that matters here), rules of egress, references between groups.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::{network, paged, passes, required};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, items, tag_list, tags, text, texts};
use crate::services::stored_content::made_up_id;

/// A security group.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SecurityGroup {
    /// Its VPC.
    pub vpc: String,
    /// Its name, unique in its VPC.
    pub name: String,
    /// What it says of itself.
    pub description: String,
    /// Whether any rule admits anybody.
    pub open: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// From when describe calls show it: EC2 is eventually consistent.
    pub visible_from: Option<jiff::Timestamp>,
}

/// The ARN of a security group.
pub fn security_group_arn(account: &AccountId, region: &Region, id: &str) -> String {
    format!("arn:aws:ec2:{region}:{account}:security-group/{id}")
}

/// Whether nothing that has only these groups can be connected to.
pub fn closed(cloud: &Cloud, account: &AccountId, region: &Region, ids: &[String]) -> bool {
    // There are few networks, and this is asked for each database whenever time passes.
    let here = cloud.ec2.networks.iter();
    let mut here = here.filter(|((of, at), _)| of == account && at == region);
    let network = here.next().map(|(_, network)| network);
    let open = |id: &String| {
        network
            .and_then(|network| network.security_groups.get(id))
            .is_none_or(|group| group.open)
    };
    !ids.iter().any(open)
}

fn not_found(id: &str) -> ServiceError {
    ServiceError::new(
        "InvalidGroup.NotFound",
        format!("The security group '{id}' does not exist"),
    )
}

/// `DescribeSecurityGroups`
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let network = network::here(cloud, caller);
    let ids = texts(input, "GroupIds");
    let seen = |group: &SecurityGroup| group.visible_from.is_none_or(|from| from <= cloud.now);
    if let Some(missing) = ids
        .iter()
        .find(|id| !network.security_groups.get(*id).is_some_and(seen))
    {
        return Err(not_found(missing));
    }
    let conditions = filters(input);
    let mut found = Vec::new();
    for (id, group) in network.security_groups.iter().filter(|(_, group)| seen(group)) {
        let fits = passes(&conditions, &group.tags, &|filter| match filter {
            "group-id" => Some(vec![id.clone()]),
            "group-name" => Some(vec![group.name.clone()]),
            "vpc-id" => Some(vec![group.vpc.clone()]),
            _ => None,
        })?;
        if fits && (ids.is_empty() || ids.contains(id)) {
            let rule =
                json!({"IpProtocol": "-1", "UserIdGroupPairs": [{"GroupId": id, "UserId": caller.account.as_str()}]});
            let shown = json!({
                "GroupId": id, "GroupName": group.name, "Description": group.description, "VpcId": group.vpc,
                "OwnerId": caller.account.as_str(), "Tags": tag_list(&group.tags),
                "SecurityGroupArn": security_group_arn(&caller.account, &caller.region, id),
                "IpPermissions": if group.open { json!([rule]) } else { json!([]) },
                "IpPermissionsEgress": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}],
            });
            found.push((id.clone(), shown));
        }
    }
    paged(input, "GroupIds", "SecurityGroups", found)
}

/// `CreateSecurityGroup`: without any rule of ingress. There is no client token: a name is taken once in a VPC.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let (name, description) = (required(input, "GroupName")?, required(input, "Description")?);
    let allowed = |c: char| c.is_ascii_alphanumeric() || " ._-:/()#,@[]+=&;{}!$*".contains(c);
    for (what, value) in [("groupName", name), ("groupDescription", description)] {
        if value.chars().count() > 255 || !value.chars().all(allowed) || name.starts_with("sg-") {
            let message = format!(
                "Value ({value}) for parameter {what} is invalid. Character sets beyond ASCII are not supported."
            );
            return Err(ServiceError::new("InvalidParameterValue", message));
        }
    }
    let network = network::here(cloud, caller);
    let vpc = match text(input, "VpcId") {
        Some(vpc) => vpc.to_owned(),
        None => crate::services::rds::default_vpc(&caller.account, &caller.region),
    };
    let known = |group: &SecurityGroup| group.vpc == vpc;
    if !network.security_groups.values().any(known) {
        let message = format!("The vpc ID '{vpc}' does not exist");
        return Err(ServiceError::new("InvalidVpcID.NotFound", message));
    }
    if network
        .security_groups
        .values()
        .any(|group| group.vpc == vpc && group.name == name)
    {
        let message = format!("The security group '{name}' already exists for VPC '{vpc}'");
        return Err(ServiceError::new("InvalidGroup.Duplicate", message));
    }
    let mut own = BTreeMap::new();
    for specification in items(input, "TagSpecifications") {
        match text(specification, "ResourceType") {
            Some("security-group") => own.extend(tags(specification, "Tags")),
            other => {
                let message = format!("'{other:?}' is not a valid taggable resource type for this operation.");
                return Err(ServiceError::new("InvalidParameterValue", message));
            }
        }
    }
    super::refuse_reserved(&own)?;
    let id = format!("sg-0{}", made_up_id(cloud, "ec2-security-group-id", 16));
    let seconds = cloud.faults.stream("ec2-visibility").i64(0..4);
    let group = SecurityGroup {
        vpc,
        name: name.to_owned(),
        description: description.to_owned(),
        open: false,
        tags: own,
        visible_from: Some(cloud.later(seconds)),
    };
    let here = (caller.account.clone(), caller.region.clone());
    let shown = json!({
        "GroupId": id, "Tags": tag_list(&group.tags),
        "SecurityGroupArn": security_group_arn(&caller.account, &caller.region, &id),
    });
    let network = cloud.ec2.networks.entry(here).or_default();
    network.security_groups.insert(id.clone(), group);
    let place = (caller.account.clone(), caller.region.clone(), id.clone());
    cloud.rds.security_groups.insert(place);
    let arn = security_group_arn(&caller.account, &caller.region, &id);
    cloud.effect(caller, "ec2 CreateSecurityGroup", arn);
    Ok(shown)
}

fn own<'a>(cloud: &'a mut Cloud, caller: &Caller, id: &str) -> Result<&'a mut SecurityGroup, ServiceError> {
    let here = (caller.account.clone(), caller.region.clone());
    let network = cloud.ec2.networks.get_mut(&here);
    network
        .and_then(|network| network.security_groups.get_mut(id))
        .ok_or_else(|| not_found(id))
}

/// `AuthorizeSecurityGroupIngress`: whatever the rule, it admits somebody.
pub(super) fn authorize(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "GroupId")?.to_owned();
    own(cloud, caller, &id)?.open = true;
    let arn = security_group_arn(&caller.account, &caller.region, &id);
    cloud.effect(caller, "ec2 AuthorizeSecurityGroupIngress", arn);
    Ok(json!({ "Return": true }))
}

/// `DeleteSecurityGroup`: refused while something uses it.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "GroupId")?.to_owned();
    if own(cloud, caller, &id)?.name == "default" {
        let message = format!("the specified group: \"{id}\" name: \"default\" cannot be deleted by a user");
        return Err(ServiceError::new("CannotDelete", message));
    }
    let databases = &cloud.rds;
    let instances = databases
        .instances
        .iter()
        .map(|(place, one)| (place, &one.security_groups));
    let clusters = databases
        .clusters
        .iter()
        .map(|(place, one)| (place, &one.security_groups));
    let mut used = instances
        .chain(clusters)
        .filter(|(place, _)| place.0 == caller.account && place.1 == caller.region);
    if used.any(|(_, groups)| groups.contains(&id)) {
        let message = format!("resource {id} has a dependent object");
        return Err(ServiceError::new("DependencyViolation", message));
    }
    let here = (caller.account.clone(), caller.region.clone());
    if let Some(network) = cloud.ec2.networks.get_mut(&here) {
        network.security_groups.remove(&id);
    }
    let place = (caller.account.clone(), caller.region.clone(), id.clone());
    cloud.rds.security_groups.remove(&place);
    let arn = security_group_arn(&caller.account, &caller.region, &id);
    cloud.effect(caller, "ec2 DeleteSecurityGroup", arn);
    Ok(json!({ "Return": true, "GroupId": id }))
}
