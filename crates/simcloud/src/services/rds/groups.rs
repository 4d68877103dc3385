//! DB subnet groups and DB parameter groups, and what an instance gets when it names none.

use std::collections::BTreeMap;

use model::ids::{AccountId, Digest, Region};
use model::inventory::RegionInventory;
use serde_json::{Value, json};

use super::snapshots::{page_size, with_marker};
use super::{Place, arn, invalid_combination, invalid_value, place};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, items, page, text, texts};

/// A DB subnet group.
#[derive(Debug, Clone)]
pub struct SubnetGroup {
    /// Its description.
    pub description: String,
    /// The VPC it lies in.
    pub vpc: String,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A DB parameter group.
#[derive(Debug, Clone)]
pub struct ParameterGroup {
    /// Its family, such as `postgres16`.
    pub family: String,
    /// Its description.
    pub description: String,
    /// What a user has set: the value, and how it is applied.
    pub parameters: BTreeMap<String, (String, String)>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// The parameter group family of an engine's version: `postgres16`, `mysql8.0`, `oracle-ee-19`, `sqlserver-ee-15.0`.
pub(super) fn family(engine: &str, version: &str) -> String {
    let major = major_version(engine, version);
    if engine.starts_with("oracle") {
        return format!("{engine}-{major}");
    }
    if engine.starts_with("sqlserver") {
        return format!("{engine}-{}", major.replace(".00", ".0"));
    }
    format!("{engine}{major}")
}

/// The major version of an engine: `16`, `8.0`, `19`, `15.00`.
pub(super) fn major_version(engine: &str, version: &str) -> String {
    let mut parts = version.split('.');
    let major = parts.next().unwrap_or_default();
    // PostgreSQL counts by one number since 10, Oracle always; the others by two.
    let one_number = engine.contains("postgres") && major.parse::<u32>().is_ok_and(|major| major >= 10);
    match (one_number || engine.starts_with("oracle"), parts.next()) {
        (false, Some(minor)) => format!("{major}.{minor}"),
        _ => major.to_owned(),
    }
}

/// The version of an instance that names none.
pub(super) fn newest_version(engine: &str) -> &'static str {
    match engine {
        "aurora-postgresql" => "16.6",
        "aurora-mysql" => "8.0.mysql_aurora.3.08.2",
        engine if engine.starts_with("postgres") => "16.4",
        "mariadb" => "10.11.9",
        _ => "8.0.39",
    }
}

/// The port of an engine.
pub(super) fn usual_port(engine: &str) -> i64 {
    match engine {
        engine if engine.contains("postgres") => 5432,
        engine if engine.starts_with("oracle") => 1521,
        engine if engine.starts_with("sqlserver") => 1433,
        _ => 3306,
    }
}

/// The default VPC of an account: never the one that a product's databases are meant to lie in.
pub fn default_vpc(account: &AccountId, region: &Region) -> String {
    let hash = Digest::of(format!("default/{account}/{region}").as_bytes());
    format!("vpc-0{}", &hash.as_str()[..16])
}

/// The default security group of a VPC.
pub fn default_security_group(vpc: &str) -> String {
    let hash = Digest::of(format!("default/{vpc}").as_bytes());
    format!("sg-0{}", &hash.as_str()[..16])
}

/// Fills the groups.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    let at = |name: &str| -> Place { (account.clone(), region.clone(), name.to_owned()) };
    for (name, group) in &contents.subnet_groups {
        let (vpc, subnets) = (group.vpc.clone(), group.subnets.clone());
        let group = SubnetGroup {
            description: name.clone(),
            vpc,
            subnets,
            tags: BTreeMap::new(),
        };
        cloud.rds.subnet_groups.insert(at(name), group);
    }
    let named = contents.databases.iter().flat_map(|one| &one.security_groups);
    let named = named.chain(contents.clusters.iter().flat_map(|one| &one.security_groups));
    for id in contents.security_groups.iter().chain(named) {
        cloud.rds.security_groups.insert(at(id));
    }
    let vpcs = contents.subnet_groups.values().map(|group| group.vpc.clone());
    for vpc in vpcs.chain([default_vpc(account, region)]) {
        cloud.rds.security_groups.insert(at(&default_security_group(&vpc)));
    }
    for group in &contents.parameter_groups {
        let parameters = group
            .parameters
            .iter()
            .map(|(name, value)| (name.clone(), (value.clone(), "pending-reboot".to_owned())));
        let filled = ParameterGroup {
            family: group.family.clone(),
            description: group.name.clone(),
            parameters: parameters.collect(),
            tags: group.tags.clone(),
        };
        cloud.rds.parameter_groups.insert(at(&group.name), filled);
    }
}

/// Whether an instance has a public address. Left out, it depends on the internet gateway of its subnets' VPC, of which no inventory tells:
/// every VPC here has one (the facts' restore table: it can become public).
pub(super) fn public(input: &Value) -> bool {
    flag(input, "PubliclyAccessible").unwrap_or(true)
}

/// Where an instance or cluster comes to lie.
pub(super) struct Placed {
    pub(super) subnet_group: String,
    pub(super) vpc: String,
    pub(super) security_groups: Vec<String>,
}

/// Where an instance comes to lie, and its parameter group.
pub(super) struct Network {
    pub(super) subnet_group: String,
    pub(super) vpc: String,
    pub(super) security_groups: Vec<String>,
    pub(super) parameter_group: String,
}

/// The same, and the parameter group.
pub(super) fn network(
    cloud: &Cloud,
    caller: &Caller,
    input: &Value,
    engine: &str,
    version: &str,
) -> Result<Network, ServiceError> {
    let placed = placed(cloud, caller, input)?;
    let parameter_group = match text(input, "DBParameterGroupName") {
        None => format!("default.{}", family(engine, version)),
        Some(name) => checked_parameter_group(cloud, caller, name, engine, version)?,
    };
    Ok(Network {
        subnet_group: placed.subnet_group,
        vpc: placed.vpc,
        security_groups: placed.security_groups,
        parameter_group,
    })
}

/// What a create or restore call names, checked; and for what it leaves out, the account's defaults, whatever the snapshot remembers.
pub(super) fn placed(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<Placed, ServiceError> {
    let (subnet_group, vpc) = match text(input, "DBSubnetGroupName") {
        None => ("default".to_owned(), default_vpc(&caller.account, &caller.region)),
        Some(name) => {
            let group = cloud
                .rds
                .subnet_groups
                .get(&place(caller, name))
                .ok_or_else(|| subnet_group_not_found(name))?;
            (name.to_ascii_lowercase(), group.vpc.clone())
        }
    };
    let mut security_groups = texts(input, "VpcSecurityGroupIds");
    check_security_groups(cloud, caller, &security_groups)?;
    if security_groups.is_empty() {
        // The default security group of the VPC that it comes to lie in.
        security_groups.push(default_security_group(&vpc));
    }
    Ok(Placed {
        subnet_group,
        vpc,
        security_groups,
    })
}

/// What is listed, or the group of those that name none: nothing in a VPC is without.
pub(super) fn or_default(listed: &[String], vpc: &str) -> Vec<String> {
    match listed {
        [] => vec![default_security_group(vpc)],
        listed => listed.to_vec(),
    }
}

/// Refuses security groups that the account does not have.
pub(super) fn check_security_groups(cloud: &Cloud, caller: &Caller, ids: &[String]) -> Result<(), ServiceError> {
    match ids
        .iter()
        .find(|id| !cloud.rds.security_groups.contains(&place(caller, id)))
    {
        None => Ok(()),
        Some(id) => Err(invalid_value(format!(
            "Invalid security group , groupId= {id}, groupName=."
        ))),
    }
}

/// Refuses a security group of another VPC, as far as it is known where one lies: of those that the inventory lists it is not.
pub(super) fn check_same_vpc(cloud: &Cloud, caller: &Caller, ids: &[String], vpc: &str) -> Result<(), ServiceError> {
    let here = (caller.account.clone(), caller.region.clone());
    let network = cloud.ec2.networks.get(&here);
    let made = |id: &String| {
        let group = network.and_then(|network| network.security_groups.get(id));
        group.filter(|group| group.visible_from.is_some())
    };
    match ids.iter().filter_map(made).find(|group| group.vpc != vpc) {
        None => Ok(()),
        Some(group) => Err(invalid_combination(format!(
            "The DB instance and EC2 security group are in different VPCs. The DB instance is in {vpc} and the EC2 security group is in {}",
            group.vpc
        ))),
    }
}

fn subnet_group_not_found(name: &str) -> ServiceError {
    ServiceError::with_status(
        404,
        "DBSubnetGroupNotFoundFault",
        format!("DB subnet group '{name}' does not exist."),
    )
}

fn parameter_group_not_found(name: &str) -> ServiceError {
    ServiceError::with_status(
        404,
        "DBParameterGroupNotFound",
        format!("DBParameterGroup not found: {name}"),
    )
}

/// A parameter group that an instance of this engine may have: it exists, and its family fits.
pub(super) fn checked_parameter_group(
    cloud: &Cloud,
    caller: &Caller,
    name: &str,
    engine: &str,
    version: &str,
) -> Result<String, ServiceError> {
    let wanted = family(engine, version);
    let found = match cloud.rds.parameter_groups.get(&place(caller, name)) {
        Some(group) => group.family.clone(),
        None => name
            .strip_prefix("default.")
            .map(str::to_owned)
            .ok_or_else(|| parameter_group_not_found(name))?,
    };
    if found != wanted {
        return Err(invalid_combination(format!(
            "The Parameter Group {name} with DBParameterGroupFamily {found} can't be used for this instance. Please use a \
             Parameter Group with DBParameterGroupFamily {wanted}"
        )));
    }
    Ok(name.to_ascii_lowercase())
}

fn describe_subnet_group(place: &Place, group: &SubnetGroup) -> Value {
    let subnets = group.subnets.iter().enumerate().map(|(n, id)| {
        let zone = format!("{}{}", place.1, ["a", "c", "d"][n % 3]);
        json!({"SubnetIdentifier": id, "SubnetAvailabilityZone": {"Name": zone}, "SubnetStatus": "Active"})
    });
    json!({
        "DBSubnetGroupName": place.2,
        "DBSubnetGroupDescription": group.description,
        "DBSubnetGroupArn": arn("subgrp", place),
        "VpcId": group.vpc,
        "SubnetGroupStatus": "Complete",
        "Subnets": subnets.collect::<Value>(),
    })
}

/// `CreateDBSubnetGroup`.
pub(super) fn create_subnet_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBSubnetGroupName")?;
    let place = place(caller, name);
    let tags = super::admitted_tags(input)?;
    if cloud.rds.subnet_groups.contains_key(&place) {
        return Err(ServiceError::new(
            "DBSubnetGroupAlreadyExists",
            format!("The DB subnet group '{name}' already exists."),
        ));
    }
    let subnets = texts(input, "SubnetIds");
    if subnets.len() < 2 {
        let message = "The DB subnet group doesn't meet Availability Zone (AZ) coverage requirement. Add subnets to cover at least 2 AZs.";
        return Err(ServiceError::new("DBSubnetGroupDoesNotCoverEnoughAZs", message));
    }
    // The subnets that exist are those of the account's other groups: an inventory lists no others.
    let here = cloud
        .rds
        .subnet_groups
        .iter()
        .filter(|(at, _)| at.0 == place.0 && at.1 == place.1);
    let mut vpcs = BTreeMap::new();
    for (_, group) in here {
        for subnet in &group.subnets {
            vpcs.insert(subnet.clone(), group.vpc.clone());
        }
    }
    let mut vpc = None;
    for subnet in &subnets {
        let of = vpcs
            .get(subnet)
            .ok_or_else(|| ServiceError::new("InvalidSubnet", format!("Subnet {subnet} does not exist.")))?;
        if vpc.get_or_insert_with(|| of.clone()) != of {
            return Err(ServiceError::new(
                "InvalidSubnet",
                "The subnets are not all in the same VPC.",
            ));
        }
    }
    let description = text(input, "DBSubnetGroupDescription").unwrap_or_default().to_owned();
    let group = SubnetGroup {
        description,
        vpc: vpc.unwrap_or_default(),
        subnets,
        tags,
    };
    let shown = describe_subnet_group(&place, &group);
    cloud.effect(caller, "rds CreateDBSubnetGroup", arn("subgrp", &place));
    cloud.rds.subnet_groups.insert(place, group);
    Ok(json!({ "DBSubnetGroup": shown }))
}

/// `DescribeDBSubnetGroups`.
pub(super) fn describe_subnet_groups(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "DBSubnetGroupName");
    let here = cloud
        .rds
        .subnet_groups
        .iter()
        .filter(|(at, _)| at.0 == caller.account && at.1 == caller.region);
    let found: Vec<_> = here
        .filter(|(at, _)| wanted.is_none_or(|name| name.eq_ignore_ascii_case(&at.2)))
        .map(|(at, group)| (at.2.clone(), describe_subnet_group(at, group)))
        .collect();
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(subnet_group_not_found(name));
    }
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "DBSubnetGroups": shown }), marker))
}

/// `DeleteDBSubnetGroup`.
pub(super) fn delete_subnet_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBSubnetGroupName")?;
    let place = place(caller, name);
    if cloud
        .rds
        .instances
        .iter()
        .any(|(at, i)| at.0 == place.0 && at.1 == place.1 && i.subnet_group == place.2)
        || cloud
            .rds
            .clusters
            .iter()
            .any(|(at, c)| at.0 == place.0 && at.1 == place.1 && c.subnet_group == place.2)
    {
        let message = format!(
            "Cannot delete the subnet group '{name}' because at least one database instance is still using it."
        );
        return Err(ServiceError::new("InvalidDBSubnetGroupStateFault", message));
    }
    cloud
        .rds
        .subnet_groups
        .remove(&place)
        .ok_or_else(|| subnet_group_not_found(name))?;
    cloud.effect(caller, "rds DeleteDBSubnetGroup", arn("subgrp", &place));
    Ok(json!({}))
}

fn describe_parameter_group(place: &Place, group: &ParameterGroup) -> Value {
    json!({
        "DBParameterGroupName": place.2,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        "DBParameterGroupArn": arn("pg", place),
    })
}

/// `CreateDBParameterGroup`.
pub(super) fn create_parameter_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBParameterGroupName")?;
    super::checked_identifier("DBParameterGroupName", name, 255)?;
    let family = super::required(input, "DBParameterGroupFamily")?.to_owned();
    let description = super::required(input, "Description")?.to_owned();
    let tags = super::admitted_tags(input)?;
    let place = place(caller, name);
    if cloud.rds.parameter_groups.contains_key(&place) {
        return Err(ServiceError::new(
            "DBParameterGroupAlreadyExists",
            format!("Parameter group {name} already exists"),
        ));
    }
    if cloud
        .rds
        .parameter_groups
        .keys()
        .filter(|at| at.0 == place.0 && at.1 == place.1)
        .count()
        >= 50
    {
        return Err(ServiceError::new(
            "DBParameterGroupQuotaExceeded",
            "Cannot create more than 50 parameter groups.",
        ));
    }
    let group = ParameterGroup {
        family,
        description,
        parameters: BTreeMap::new(),
        tags,
    };
    let shown = describe_parameter_group(&place, &group);
    cloud.effect(caller, "rds CreateDBParameterGroup", arn("pg", &place));
    cloud.rds.parameter_groups.insert(place, group);
    Ok(json!({ "DBParameterGroup": shown }))
}

/// A parameter, its value, and how that is applied.
type Set = (String, (String, String));

/// What a call sets.
pub(super) fn set_of(input: &Value) -> Result<Vec<Set>, ServiceError> {
    let parameters = items(input, "Parameters");
    if parameters.is_empty() || parameters.len() > 20 {
        return Err(invalid_value(
            "Between 1 and 20 parameters can be modified in a single request.",
        ));
    }
    let mut set = Vec::new();
    for parameter in parameters {
        let name = super::required(parameter, "ParameterName")?.to_owned();
        let value = parameter
            .get("ParameterValue")
            .and_then(Value::as_str)
            .unwrap_or_default()
            .to_owned();
        let method = super::required(parameter, "ApplyMethod")?.to_owned();
        if !matches!(method.as_str(), "immediate" | "pending-reboot") {
            return Err(invalid_value(format!("Invalid apply method: {method}")));
        }
        set.push((name, (value, method)));
    }
    Ok(set)
}

/// `ModifyDBParameterGroup`: up to twenty parameters a call.
pub(super) fn modify_parameter_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBParameterGroupName")?;
    let place = place(caller, name);
    let group = cloud
        .rds
        .parameter_groups
        .get_mut(&place)
        .ok_or_else(|| parameter_group_not_found(name))?;
    let set = set_of(input)?;
    let before = group.parameters.clone();
    group.parameters.extend(set);
    if group.parameters != before {
        cloud.effect(caller, "rds ModifyDBParameterGroup", arn("pg", &place));
    }
    Ok(json!({ "DBParameterGroupName": place.2 }))
}

/// `DescribeDBParameterGroups`: the default group of every family in use is there without anybody's making it.
pub(super) fn describe_parameter_groups(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "DBParameterGroupName");
    let mut here: BTreeMap<Place, ParameterGroup> = cloud
        .rds
        .parameter_groups
        .iter()
        .filter(|(at, _)| at.0 == caller.account && at.1 == caller.region)
        .map(|(at, group)| (at.clone(), group.clone()))
        .collect();
    let in_use = cloud
        .rds
        .instances
        .iter()
        .filter(|(at, _)| at.0 == caller.account && at.1 == caller.region);
    let in_use = in_use.map(|(_, instance)| instance.parameter_group.as_str());
    for name in in_use.chain(wanted).filter(|name| name.starts_with("default.")) {
        let family = name.trim_start_matches("default.").to_owned();
        let description = format!("Default parameter group for {family}");
        here.entry(place(caller, name)).or_insert_with(|| ParameterGroup {
            family,
            description,
            parameters: BTreeMap::new(),
            tags: BTreeMap::new(),
        });
    }
    let found: Vec<_> = here
        .iter()
        .filter(|(at, _)| wanted.is_none_or(|name| name.eq_ignore_ascii_case(&at.2)))
        .map(|(at, group)| (at.2.clone(), describe_parameter_group(at, group)))
        .collect();
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(parameter_group_not_found(name));
    }
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "DBParameterGroups": shown }), marker))
}

/// `DeleteDBParameterGroup`.
pub(super) fn delete_parameter_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBParameterGroupName")?;
    let place = place(caller, name);
    if cloud
        .rds
        .instances
        .iter()
        .any(|(at, i)| at.0 == place.0 && at.1 == place.1 && i.parameter_group == place.2)
    {
        let message =
            "One or more database instances are still members of this parameter group, so the group cannot be deleted";
        return Err(ServiceError::new("InvalidDBParameterGroupState", message));
    }
    cloud
        .rds
        .parameter_groups
        .remove(&place)
        .ok_or_else(|| parameter_group_not_found(name))?;
    cloud.effect(caller, "rds DeleteDBParameterGroup", arn("pg", &place));
    Ok(json!({}))
}

/// `DescribeDBParameters`. Only what a user has set is known here; the engine's own defaults are not modelled and not shown.
pub(super) fn describe_parameters(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBParameterGroupName")?;
    let none = BTreeMap::new();
    let parameters = match cloud.rds.parameter_groups.get(&place(caller, name)) {
        Some(group) => &group.parameters,
        None if name.starts_with("default.") => &none,
        None => return Err(parameter_group_not_found(name)),
    };
    shown_parameters(parameters, input)
}

/// Those of a group that are asked for.
pub(super) fn shown_parameters(parameters: &BTreeMap<String, (String, String)>, input: &Value) -> Answer {
    let asked = text(input, "Source").is_none_or(|source| source == "user");
    let found: Vec<_> = parameters
        .iter()
        .filter(|_| asked)
        .map(|(name, (value, method))| {
            let kind = if method == "immediate" { "dynamic" } else { "static" };
            let shown = json!({
                "ParameterName": name, "ParameterValue": value, "Source": "user", "ApplyType": kind,
                "ApplyMethod": method, "IsModifiable": true, "DataType": "string",
            });
            (name.clone(), shown)
        })
        .collect();
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "Parameters": shown }), marker))
}
