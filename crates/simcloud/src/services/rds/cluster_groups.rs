//! DB cluster parameter groups: those of the inventory. Making them is the target's own people's work.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use model::inventory::RegionInventory;
use serde_json::{Value, json};

use super::groups::ParameterGroup;
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
            tags: BTreeMap::new(),
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
        .map(|(at, group)| {
            let shown = json!({
                "DBClusterParameterGroupName": at.2,
                "DBParameterGroupFamily": group.family,
                "Description": group.description,
                "DBClusterParameterGroupArn": arn("cluster-pg", at),
            });
            (at.2.clone(), shown)
        })
        .collect();
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(not_found(name));
    }
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "DBClusterParameterGroups": shown }), marker))
}
