//! DB cluster parameter groups: described, made, changed, deleted. Their calls say `DBParameterGroupNotFound` of one that is not there; the
//! calls of clusters that name one say `DBClusterParameterGroupNotFound`.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use model::inventory::RegionInventory;
use serde_json::{Value, json};

use super::groups::{self, ParameterGroup};
use super::snapshots::{page_size, with_marker};
use super::{Place, arn, invalid_combination, place};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{page, text};

/// Fills them.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    for group in &contents.cluster_parameter_groups {
        let parameters = group.parameters.iter();
        let parameters = parameters.map(|(name, value)| (name.clone(), (value.clone(), "pending-reboot".to_owned())));
        let filled = ParameterGroup {
            family: group.family.clone(),
            description: group.name.clone(),
            parameters: parameters.collect(),
            tags: group.tags.clone(),
        };
        let at: Place = (account.clone(), region.clone(), group.name.clone());
        cloud.rds.cluster_parameter_groups.insert(at, filled);
    }
}

fn not_found(name: &str) -> ServiceError {
    ServiceError::with_status(
        404,
        "DBClusterParameterGroupNotFound",
        format!("DBClusterParameterGroup not found: {name}"),
    )
}

fn group_not_found(name: &str) -> ServiceError {
    let message = format!("DBClusterParameterGroup not found: {name}");
    ServiceError::with_status(404, "DBParameterGroupNotFound", message)
}

/// A group that a cluster of this family may have.
pub(super) fn checked(cloud: &Cloud, caller: &Caller, name: &str, family: &str) -> Result<String, ServiceError> {
    let found = match cloud.rds.cluster_parameter_groups.get(&place(caller, name)) {
        Some(group) => group.family.as_str(),
        None => name.strip_prefix("default.").ok_or_else(|| not_found(name))?,
    };
    if found != family {
        return Err(invalid_combination(format!(
            "The Parameter Group {name} with DBParameterGroupFamily {found} can't be used for this cluster. Please use a \
             Parameter Group with DBParameterGroupFamily {family}"
        )));
    }
    Ok(name.to_ascii_lowercase())
}

/// `DescribeDBClusterParameterGroups`.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "DBClusterParameterGroupName");
    let here = cloud.rds.cluster_parameter_groups.iter();
    let found: Vec<_> = here
        .filter(|(at, _)| at.0 == caller.account && at.1 == caller.region)
        .filter(|(at, _)| wanted.is_none_or(|name| name.eq_ignore_ascii_case(&at.2)))
        .map(|(at, group)| (at.2.clone(), shown(at, group)))
        .collect();
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(group_not_found(name));
    }
    let (groups, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "DBClusterParameterGroups": groups }), marker))
}

fn shown(at: &Place, group: &ParameterGroup) -> Value {
    json!({
        "DBClusterParameterGroupName": at.2,
        "DBParameterGroupFamily": group.family,
        "Description": group.description,
        "DBClusterParameterGroupArn": arn("cluster-pg", at),
    })
}

/// `CreateDBClusterParameterGroup`.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterParameterGroupName")?;
    super::checked_identifier("DBClusterParameterGroupName", name, 255)?;
    let group = ParameterGroup {
        family: super::required(input, "DBParameterGroupFamily")?.to_owned(),
        description: super::required(input, "Description")?.to_owned(),
        parameters: BTreeMap::new(),
        tags: super::admitted_tags(input)?,
    };
    let at = place(caller, name);
    if cloud.rds.cluster_parameter_groups.contains_key(&at) {
        let message = format!("Parameter group {name} already exists");
        return Err(ServiceError::new("DBParameterGroupAlreadyExists", message));
    }
    let here = cloud.rds.cluster_parameter_groups.keys();
    if here.filter(|other| other.0 == at.0 && other.1 == at.1).count() >= 50 {
        let message = "Cannot create more than 50 DB cluster parameter groups.";
        return Err(ServiceError::new("DBParameterGroupQuotaExceeded", message));
    }
    let answer = shown(&at, &group);
    cloud.effect(caller, "rds CreateDBClusterParameterGroup", arn("cluster-pg", &at));
    cloud.rds.cluster_parameter_groups.insert(at, group);
    Ok(json!({ "DBClusterParameterGroup": answer }))
}

/// `ModifyDBClusterParameterGroup`: up to twenty parameters a call.
pub(super) fn modify(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterParameterGroupName")?;
    let at = place(caller, name);
    let set = groups::set_of(input)?;
    let group = cloud.rds.cluster_parameter_groups.get_mut(&at);
    let group = group.ok_or_else(|| group_not_found(name))?;
    let before = group.parameters.clone();
    group.parameters.extend(set);
    if group.parameters != before {
        cloud.effect(caller, "rds ModifyDBClusterParameterGroup", arn("cluster-pg", &at));
    }
    Ok(json!({ "DBClusterParameterGroupName": at.2 }))
}

/// `DescribeDBClusterParameters`. Only what a user has set is known here.
pub(super) fn parameters(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterParameterGroupName")?;
    let none = BTreeMap::new();
    let parameters = match cloud.rds.cluster_parameter_groups.get(&place(caller, name)) {
        Some(group) => &group.parameters,
        None if name.starts_with("default.") => &none,
        None => return Err(group_not_found(name)),
    };
    groups::shown_parameters(parameters, input)
}

/// `DeleteDBClusterParameterGroup`: not while a cluster has it.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterParameterGroupName")?;
    let at = place(caller, name);
    let used = |(of, cluster): (&Place, &super::Cluster)| {
        of.0 == at.0 && of.1 == at.1 && cluster.parameter_group.eq_ignore_ascii_case(&at.2)
    };
    if cloud.rds.clusters.iter().any(used) {
        let message =
            "One or more database clusters are still members of this parameter group, so the group cannot be deleted";
        return Err(ServiceError::new("InvalidDBParameterGroupState", message));
    }
    let gone = cloud.rds.cluster_parameter_groups.remove(&at);
    gone.ok_or_else(|| group_not_found(name))?;
    cloud.effect(caller, "rds DeleteDBClusterParameterGroup", arn("cluster-pg", &at));
    Ok(json!({}))
}
