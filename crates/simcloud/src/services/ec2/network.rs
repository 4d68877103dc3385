//! The security groups and subnets that an inventory lists: enough to check what a restore names.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::{AccountId, Region};
use model::inventory::RegionInventory;
use serde_json::{Value, json};

use super::{paged, passes};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, texts};
use crate::services::rds;

/// What is known of a region's networks.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Security groups and their VPCs.
    pub security_groups: BTreeMap<String, String>,
    /// The security groups that are their VPC's default.
    pub defaults: BTreeSet<String>,
    /// Subnets: VPC and availability zone.
    pub subnets: BTreeMap<String, (String, String)>,
}

/// Fills from the inventory. It does not say in which VPC a security group lies; where there is one VPC only, that is it.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    let default_vpc = rds::default_vpc(account, region);
    let first = contents
        .subnet_groups
        .values()
        .next()
        .map_or(&default_vpc, |group| &group.vpc);
    let mut network = Network::default();
    for id in &contents.security_groups {
        network.security_groups.insert(id.clone(), first.clone());
    }
    for vpc in contents
        .subnet_groups
        .values()
        .map(|group| &group.vpc)
        .chain([&default_vpc])
    {
        let id = rds::default_security_group(vpc);
        network.defaults.insert(id.clone());
        network.security_groups.insert(id, vpc.clone());
    }
    for group in contents.subnet_groups.values() {
        for (n, subnet) in group.subnets.iter().enumerate() {
            let zone = format!("{region}{}", ["a", "c", "d"][n % 3]);
            network.subnets.insert(subnet.clone(), (group.vpc.clone(), zone));
        }
    }
    cloud.ec2.networks.insert((account.clone(), region.clone()), network);
}

fn here(cloud: &Cloud, caller: &Caller) -> Network {
    cloud
        .ec2
        .networks
        .get(&(caller.account.clone(), caller.region.clone()))
        .cloned()
        .unwrap_or_default()
}

/// `DescribeSecurityGroups`
pub(super) fn describe_security_groups(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let network = here(cloud, caller);
    let ids = texts(input, "GroupIds");
    if let Some(missing) = ids.iter().find(|id| !network.security_groups.contains_key(*id)) {
        let message = format!("The security group '{missing}' does not exist");
        return Err(ServiceError::new("InvalidGroup.NotFound", message));
    }
    let conditions = filters(input);
    let mut found = Vec::new();
    for (id, vpc) in &network.security_groups {
        let name = if network.defaults.contains(id) {
            "default"
        } else {
            id.as_str()
        };
        let fits = passes(&conditions, &BTreeMap::new(), &|filter| match filter {
            "group-id" => Some(vec![id.clone()]),
            "group-name" => Some(vec![name.to_owned()]),
            "vpc-id" => Some(vec![vpc.clone()]),
            _ => None,
        })?;
        if fits && (ids.is_empty() || ids.contains(id)) {
            let owner = caller.account.as_str();
            let shown = json!({"GroupId": id, "GroupName": name, "Description": name, "OwnerId": owner, "VpcId": vpc});
            found.push((id.clone(), shown));
        }
    }
    paged(input, "GroupIds", "SecurityGroups", found)
}

/// `DescribeSubnets`
pub(super) fn describe_subnets(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let network = here(cloud, caller);
    let ids = texts(input, "SubnetIds");
    if let Some(missing) = ids.iter().find(|id| !network.subnets.contains_key(*id)) {
        let message = format!("The subnet ID '{missing}' does not exist");
        return Err(ServiceError::new("InvalidSubnetID.NotFound", message));
    }
    let conditions = filters(input);
    let mut found = Vec::new();
    for (id, (vpc, zone)) in &network.subnets {
        let fits = passes(&conditions, &BTreeMap::new(), &|filter| match filter {
            "subnet-id" => Some(vec![id.clone()]),
            "vpc-id" => Some(vec![vpc.clone()]),
            "availability-zone" => Some(vec![zone.clone()]),
            _ => None,
        })?;
        if fits && (ids.is_empty() || ids.contains(id)) {
            let owner = caller.account.as_str();
            let shown =
                json!({"SubnetId": id, "VpcId": vpc, "AvailabilityZone": zone, "State": "available", "OwnerId": owner});
            found.push((id.clone(), shown));
        }
    }
    paged(input, "SubnetIds", "Subnets", found)
}

/// `DescribeRegions`: those in which somebody has something, and the caller's.
pub(super) fn describe_regions(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let mut regions: BTreeSet<&str> = cloud.ec2.networks.keys().map(|(_, region)| region.as_str()).collect();
    regions.insert(caller.region.as_str());
    let names = texts(input, "RegionNames");
    if let Some(missing) = names.iter().find(|name| !regions.contains(name.as_str())) {
        return Err(ServiceError::new(
            "InvalidParameterValue",
            format!("Invalid region provided: {missing}"),
        ));
    }
    let shown = regions.iter().filter(|region| names.is_empty() || names.iter().any(|name| name == *region)).map(|region| {
        json!({"RegionName": region, "Endpoint": format!("ec2.{region}.amazonaws.com"), "OptInStatus": "opt-in-not-required"})
    });
    Ok(json!({ "Regions": shown.collect::<Vec<_>>() }))
}
