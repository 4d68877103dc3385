//! Tags of everything in RDS, by ARN.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{invalid_value, place_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{tag_list, texts};

/// The tags behind an ARN of the caller's own.
fn tags_of<'a>(
    cloud: &'a mut Cloud,
    caller: &Caller,
    arn: &str,
) -> Result<&'a mut BTreeMap<String, String>, ServiceError> {
    let kind = arn.split(':').nth(5).unwrap_or_default();
    let place = place_of(caller, kind, arn).filter(|_| arn.starts_with("arn:"));
    let place = place.ok_or_else(|| invalid_value(format!("Invalid resource name: {arn}")))?;
    if place.0 != caller.account || place.1 != caller.region {
        let message = format!("User: {} is not authorized to tag {arn}", caller.principal);
        return Err(ServiceError::with_status(403, "AccessDenied", message));
    }
    let databases = &mut cloud.rds;
    let (found, code) = match kind {
        "db" => (
            databases.instances.get_mut(&place).map(|i| &mut i.tags),
            "DBInstanceNotFound",
        ),
        "snapshot" => (
            databases.snapshots.get_mut(&place).map(|s| &mut s.tags),
            "DBSnapshotNotFound",
        ),
        "cluster" => (
            databases.clusters.get_mut(&place).map(|c| &mut c.tags),
            "DBClusterNotFoundFault",
        ),
        "cluster-snapshot" => (
            databases.cluster_snapshots.get_mut(&place).map(|s| &mut s.tags),
            "DBClusterSnapshotNotFoundFault",
        ),
        "subgrp" => (
            databases.subnet_groups.get_mut(&place).map(|g| &mut g.tags),
            "DBSubnetGroupNotFoundFault",
        ),
        "pg" => (
            databases.parameter_groups.get_mut(&place).map(|g| &mut g.tags),
            "DBParameterGroupNotFound",
        ),
        "cluster-pg" => (
            databases.cluster_parameter_groups.get_mut(&place).map(|g| &mut g.tags),
            "DBParameterGroupNotFound",
        ),
        "og" => (
            databases.option_groups.get_mut(&place).map(|g| &mut g.is.tags),
            "OptionGroupNotFoundFault",
        ),
        _ => return Err(ServiceError::not_modelled("rds", &format!("tags of {kind}"))),
    };
    found.ok_or_else(|| ServiceError::with_status(404, code, format!("Resource not found: {arn}")))
}

/// `AddTagsToResource`.
pub(super) fn add(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = super::required(input, "ResourceName")?;
    let new = super::admitted_tags(input)?;
    let tags = tags_of(cloud, caller, arn)?;
    let mut after = tags.clone();
    after.extend(new);
    if after.len() > 50 {
        return Err(invalid_value("The maximum number of tags per resource is 50."));
    }
    change(cloud, caller, arn, "rds AddTagsToResource", after)
}

/// `RemoveTagsFromResource`.
pub(super) fn remove(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = super::required(input, "ResourceName")?;
    let keys = texts(input, "TagKeys");
    let mut after = tags_of(cloud, caller, arn)?.clone();
    after.retain(|key, _| !keys.contains(key));
    change(cloud, caller, arn, "rds RemoveTagsFromResource", after)
}

fn change(cloud: &mut Cloud, caller: &Caller, arn: &str, operation: &str, after: BTreeMap<String, String>) -> Answer {
    let tags = tags_of(cloud, caller, arn)?;
    if *tags != after {
        *tags = after;
        cloud.effect(caller, operation, arn);
    }
    Ok(json!({}))
}

/// `ListTagsForResource`: of the caller's own only.
pub(super) fn list(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = super::required(input, "ResourceName")?;
    let tags = tags_of(cloud, caller, arn)?;
    Ok(json!({ "TagList": tag_list(tags) }))
}
