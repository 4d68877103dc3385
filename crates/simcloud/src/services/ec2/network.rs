//! The networks that an inventory lists: enough to check what a restore names.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::{AccountId, Region};
use model::inventory::RegionInventory;
use serde_json::{Value, json};

use super::security_groups::SecurityGroup;
use super::{paged, passes};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, flag, texts};
use crate::services::{rds, tagging};

/// What is known of a region's networks.
#[derive(Debug, Clone, Default)]
pub struct Network {
    /// Security groups by id.
    pub security_groups: BTreeMap<String, SecurityGroup>,
    /// Subnets: VPC and availability zone.
    pub subnets: BTreeMap<String, (String, String)>,
    /// VPCs that no subnet tells of.
    pub vpcs: BTreeSet<String>,
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
        network.security_groups.insert(id.clone(), listed(first, id));
    }
    // What a database names exists, whether it is listed or not.
    let named = contents
        .databases
        .iter()
        .map(|one| (&one.subnet_group, &one.security_groups));
    let named = named.chain(
        contents
            .clusters
            .iter()
            .map(|one| (&one.subnet_group, &one.security_groups)),
    );
    for (subnet_group, ids) in named {
        let vpc = contents
            .subnet_groups
            .get(subnet_group)
            .map_or(first, |group| &group.vpc);
        for id in ids {
            network.security_groups.insert(id.clone(), listed(vpc, id));
        }
    }
    for vpc in contents
        .subnet_groups
        .values()
        .map(|group| &group.vpc)
        .chain([&default_vpc])
    {
        let id = rds::default_security_group(vpc);
        network.security_groups.insert(id, listed(vpc, "default"));
    }
    for group in contents.subnet_groups.values() {
        for (n, subnet) in group.subnets.iter().enumerate() {
            let zone = format!("{region}{}", ["a", "c", "d"][n % 3]);
            network.subnets.insert(subnet.clone(), (group.vpc.clone(), zone));
        }
    }
    network.vpcs.extend(contents.vpcs.iter().cloned());
    network.vpcs.insert(default_vpc);
    cloud.ec2.networks.insert((account.clone(), region.clone()), network);
}

/// The account that has a VPC.
pub(crate) fn owner_of_vpc(cloud: &Cloud, region: &Region, vpc: &str) -> Option<AccountId> {
    let has = |network: &Network| network.vpcs.contains(vpc) || network.subnets.values().any(|(of, _)| of == vpc);
    let mut networks = cloud.ec2.networks.iter();
    networks
        .find(|((_, of), network)| of == region && has(network))
        .map(|((account, _), _)| account.clone())
}

fn listed(vpc: &str, name: &str) -> SecurityGroup {
    SecurityGroup {
        vpc: vpc.to_owned(),
        name: name.to_owned(),
        description: name.to_owned(),
        open: true,
        ..SecurityGroup::default()
    }
}

/// What the caller's account has in the caller's region.
pub(super) fn here(cloud: &Cloud, caller: &Caller) -> Network {
    cloud
        .ec2
        .networks
        .get(&(caller.account.clone(), caller.region.clone()))
        .cloned()
        .unwrap_or_default()
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

/// Regions that an account must opt into, as <https://docs.aws.amazon.com/global-infrastructure/latest/regions/aws-regions.html> lists them.
const OPT_IN: [&str; 17] = [
    "af-south-1",
    "ap-east-1",
    "ap-east-2",
    "ap-south-2",
    "ap-southeast-3",
    "ap-southeast-4",
    "ap-southeast-5",
    "ap-southeast-6",
    "ap-southeast-7",
    "ca-west-1",
    "eu-central-2",
    "eu-south-1",
    "eu-south-2",
    "il-central-1",
    "me-central-1",
    "me-south-1",
    "mx-central-1",
];

/// Regions that every account may use at once, from the same page.
const FOR_ALL: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// `DescribeRegions`: those that every account may use, those into which it has opted, and the caller's. An account has opted into a Region exactly where
/// the inventory lists something of it there; without `AllRegions` the others are not shown.
pub(super) fn describe_regions(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let state = |region: &str| {
        let own = |(account, name): &(AccountId, Region)| *account == caller.account && name.as_str() == region;
        let mut tagged = tagging::regions(cloud, &caller.account);
        match OPT_IN.contains(&region) {
            false => "opt-in-not-required",
            true if cloud.ec2.networks.keys().any(own) || tagged.any(|one| one == region) => "opted-in",
            true => "not-opted-in",
        }
    };
    let mut regions: BTreeSet<&str> = FOR_ALL.into_iter().chain(OPT_IN).collect();
    regions.insert(caller.region.as_str());
    let names = texts(input, "RegionNames");
    if flag(input, "AllRegions") != Some(true) {
        regions.retain(|region| state(region) != "not-opted-in");
    }
    if let Some(missing) = names.iter().find(|name| !regions.contains(name.as_str())) {
        return Err(ServiceError::new(
            "InvalidParameterValue",
            format!("Invalid region provided: {missing}"),
        ));
    }
    let shown = regions.iter().filter(|region| names.is_empty() || names.iter().any(|name| name == *region)).map(|region| {
        json!({"RegionName": region, "Endpoint": format!("ec2.{region}.amazonaws.com"), "OptInStatus": state(region)})
    });
    Ok(json!({ "Regions": shown.collect::<Vec<_>>() }))
}
