//! DB option groups: made, filled, described, deleted. Options that are persistent or permanent bind what uses them: their snapshots
//! are shared only with two exceptions, and a copy in another account must name a group that has them.

use std::collections::BTreeMap;

use model::databases::{GroupOption, OptionGroup};
use model::ids::{AccountId, Region};
use model::inventory::RegionInventory;
use serde_json::{Value, json};

use super::snapshots::{page_size, with_marker};
use super::{Place, arn, groups, invalid_combination, invalid_value, place};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, items, number, page, text, texts};

/// How many option groups RDS admits for an account and region.
const QUOTA: usize = 20;

/// Persistent options whose snapshots may be shared all the same.
const SHAREABLE: [&str; 2] = ["Timezone", "OLS"];

/// An option group, and the VPC that an instance has bound it to.
#[derive(Debug, Clone)]
pub struct Group {
    /// What it is.
    pub is: OptionGroup,
    /// The VPC of the first instance that used it, where an option has a port with security groups there.
    pub vpc: Option<String>,
}

impl Group {
    /// The names of the options that bind: persistent or permanent ones.
    fn binding(&self) -> impl Iterator<Item = &str> {
        let binding = self
            .is
            .options
            .iter()
            .filter(|option| option.persistent || option.permanent);
        binding.map(|option| option.name.as_str())
    }
}

/// What RDS knows of an option by itself: persistent, permanent.
fn nature(option: &str) -> (bool, bool) {
    match option {
        "TDE" | "TDE_HSM" => (true, true),
        "TRANSPARENT_DATA_ENCRYPTION" | "Timezone" | "OLS" => (true, false),
        _ => (false, false),
    }
}

/// Fills the groups.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    for group in &contents.option_groups {
        let place = (account.clone(), region.clone(), group.name.clone());
        let mut is = group.clone();
        for option in &mut is.options {
            let (persistent, permanent) = nature(&option.name);
            option.persistent |= persistent;
            option.permanent |= permanent;
        }
        cloud.rds.option_groups.insert(place, Group { is, vpc: None });
    }
}

fn not_found(name: &str) -> ServiceError {
    let message = format!("Specified OptionGroupName: {name} not found.");
    ServiceError::with_status(404, "OptionGroupNotFoundFault", message)
}

/// Binds a group to the VPC of the instance that is to use it.
pub(super) fn bind(cloud: &mut Cloud, at: &Place, vpc: &str) {
    if let Some(group) = cloud.rds.option_groups.get_mut(at)
        && group.is.options.iter().any(|option| !option.security_groups.is_empty())
    {
        group.vpc.get_or_insert_with(|| vpc.to_owned());
    }
}

/// The group that a restore or a copy in another account names, checked against what the snapshot needs of it; none: the default.
pub(super) fn checked(
    cloud: &Cloud,
    caller: &Caller,
    named: Option<&str>,
    snapshot: &Place,
    vpc: Option<&str>,
) -> Result<Option<String>, ServiceError> {
    let of = &cloud.rds.snapshots[snapshot].of;
    let used = of.option_group.as_ref();
    let used = used.and_then(|name| {
        cloud
            .rds
            .option_groups
            .get(&(snapshot.0.clone(), snapshot.1.clone(), name.clone()))
    });
    let needed: Vec<&str> = used.into_iter().flat_map(Group::binding).collect();
    let own_default = named.is_none_or(|name| name.starts_with("default:"));
    if own_default {
        if needed.is_empty() {
            return Ok(None);
        }
        // At home the options force the group that they are in.
        if named.is_none() && snapshot.0 == caller.account {
            return Ok(of.option_group.clone());
        }
        return Err(invalid_value(format!(
            "The snapshot requires a target option group with the following options: {}",
            needed.join(", ")
        )));
    }
    let name = named.unwrap_or_default();
    let group = cloud
        .rds
        .option_groups
        .get(&place(caller, name))
        .ok_or_else(|| not_found(name))?;
    if group.is.engine != of.engine || group.is.major_version != groups::major_version(&of.engine, &of.engine_version) {
        return Err(invalid_combination(format!(
            "The option group {name} is for {} {}, not for {} {}",
            group.is.engine, group.is.major_version, of.engine, of.engine_version
        )));
    }
    if let (Some(bound), Some(vpc)) = (&group.vpc, vpc)
        && bound != vpc
    {
        return Err(invalid_combination(format!(
            "The option group {name} is associated with a different VPC than the request."
        )));
    }
    if let Some(lacking) = needed
        .iter()
        .find(|needed| !group.is.options.iter().any(|option| option.name == **needed))
    {
        return Err(invalid_value(format!(
            "The snapshot requires a target option group with the following options: {lacking}"
        )));
    }
    Ok(Some(name.to_ascii_lowercase()))
}

/// An option that keeps a snapshot from being shared.
pub(super) fn unshareable(cloud: &Cloud, snapshot: &Place) -> Option<String> {
    let name = cloud.rds.snapshots[snapshot].of.option_group.clone()?;
    let group = cloud
        .rds
        .option_groups
        .get(&(snapshot.0.clone(), snapshot.1.clone(), name))?;
    let found = group.binding().find(|name| !SHAREABLE.contains(name));
    found.map(str::to_owned)
}

fn describe_one(place: &Place, group: &Group) -> Value {
    let options = group.is.options.iter().map(|option| {
        let settings = option.settings.iter();
        let groups = option.security_groups.iter();
        let mut shown = json!({
            "OptionName": option.name, "Persistent": option.persistent, "Permanent": option.permanent,
            "OptionSettings": settings.map(|(name, value)| json!({"Name": name, "Value": value})).collect::<Value>(),
            "VpcSecurityGroupMemberships": groups
                .map(|id| json!({"VpcSecurityGroupId": id, "Status": "active"})).collect::<Value>(),
        });
        if let Some(version) = &option.version {
            shown["OptionVersion"] = json!(version);
        }
        if let Some(port) = option.port {
            shown["Port"] = json!(port);
        }
        shown
    });
    let mut shown = json!({
        "OptionGroupName": place.2,
        "OptionGroupDescription": group.is.description,
        "EngineName": group.is.engine,
        "MajorEngineVersion": group.is.major_version,
        "OptionGroupArn": arn("og", place),
        "AllowsVpcAndNonVpcInstanceMemberships": group.vpc.is_none(),
        "Options": options.collect::<Value>(),
    });
    if let Some(vpc) = &group.vpc {
        shown["VpcId"] = json!(vpc);
    }
    shown
}

/// `CreateOptionGroup`: without options.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "OptionGroupName")?;
    super::checked_identifier("OptionGroupName", name, 255)?;
    let is = OptionGroup {
        name: name.to_ascii_lowercase(),
        engine: super::required(input, "EngineName")?.to_owned(),
        major_version: super::required(input, "MajorEngineVersion")?.to_owned(),
        description: super::required(input, "OptionGroupDescription")?.to_owned(),
        options: Vec::new(),
        tags: super::admitted_tags(input)?,
    };
    let place = place(caller, name);
    if cloud.rds.option_groups.contains_key(&place) {
        let message = format!("An option group with the name {name} already exists.");
        return Err(ServiceError::new("OptionGroupAlreadyExistsFault", message));
    }
    let here = cloud
        .rds
        .option_groups
        .keys()
        .filter(|at| at.0 == place.0 && at.1 == place.1);
    if here.count() >= QUOTA {
        let message = format!("Cannot create more than {QUOTA} option groups.");
        return Err(ServiceError::new("OptionGroupQuotaExceededFault", message));
    }
    let group = Group { is, vpc: None };
    let shown = describe_one(&place, &group);
    cloud.effect(caller, "rds CreateOptionGroup", arn("og", &place));
    cloud.rds.option_groups.insert(place, group);
    Ok(json!({ "OptionGroup": shown }))
}

/// `ModifyOptionGroup`: adds options, changes them, removes them.
pub(super) fn modify(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "OptionGroupName")?;
    let place = place(caller, name);
    let mut group = cloud
        .rds
        .option_groups
        .get(&place)
        .ok_or_else(|| not_found(name))?
        .clone();
    let (include, remove) = (items(input, "OptionsToInclude"), texts(input, "OptionsToRemove"));
    if include.is_empty() && remove.is_empty() {
        return Err(invalid_combination("At least one option must be included or removed."));
    }
    if flag(input, "ApplyImmediately") != Some(true) {
        return Err(ServiceError::not_modelled(
            "rds",
            "ModifyOptionGroup in the maintenance window",
        ));
    }
    for option in include {
        let name = super::required(option, "OptionName")?.to_owned();
        let (persistent, permanent) = nature(&name);
        let settings = items(option, "OptionSettings").iter();
        let settings: BTreeMap<String, String> = settings
            .filter_map(|one| Some((text(one, "Name")?.to_owned(), text(one, "Value")?.to_owned())))
            .collect();
        let security_groups = texts(option, "VpcSecurityGroupMemberships");
        groups::check_security_groups(cloud, caller, &security_groups)?;
        group.is.options.retain(|other| other.name != name);
        group.is.options.push(GroupOption {
            name,
            version: text(option, "OptionVersion").map(str::to_owned),
            port: number(option, "Port").and_then(|port| i32::try_from(port).ok()),
            persistent,
            permanent,
            security_groups,
            settings,
        });
    }
    for option in &remove {
        if nature(option).1 {
            return Err(invalid_combination(format!(
                "The option {option} is permanent and cannot be removed."
            )));
        }
        group.is.options.retain(|other| other.name != *option);
    }
    let shown = describe_one(&place, &group);
    if cloud.rds.option_groups[&place].is != group.is {
        cloud.effect(caller, "rds ModifyOptionGroup", arn("og", &place));
        cloud.rds.option_groups.insert(place, group);
    }
    Ok(json!({ "OptionGroup": shown }))
}

/// `DescribeOptionGroups`.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "OptionGroupName");
    let here = cloud
        .rds
        .option_groups
        .iter()
        .filter(|(at, _)| at.0 == caller.account && at.1 == caller.region);
    let found: Vec<_> = here
        .filter(|(at, _)| wanted.is_none_or(|name| name.eq_ignore_ascii_case(&at.2)))
        .map(|(at, group)| (at.2.clone(), describe_one(at, group)))
        .collect();
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(not_found(name));
    }
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "OptionGroupsList": shown }), marker))
}

/// `DeleteOptionGroup`: not while an instance or a snapshot has it.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "OptionGroupName")?;
    let place = place(caller, name);
    let uses = |at: &Place, group: &Option<String>| {
        at.0 == place.0 && at.1 == place.1 && group.as_deref() == Some(place.2.as_str())
    };
    let in_use = cloud
        .rds
        .instances
        .iter()
        .any(|(at, instance)| uses(at, &instance.option_group))
        || cloud
            .rds
            .snapshots
            .iter()
            .any(|(at, snapshot)| uses(at, &snapshot.of.option_group));
    if in_use {
        let message = format!("The option group {name} cannot be deleted because it is in use.");
        return Err(ServiceError::new("InvalidOptionGroupStateFault", message));
    }
    cloud.rds.option_groups.remove(&place).ok_or_else(|| not_found(name))?;
    cloud.effect(caller, "rds DeleteOptionGroup", arn("og", &place));
    Ok(json!({}))
}
