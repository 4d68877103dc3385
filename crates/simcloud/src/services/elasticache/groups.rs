//! What caches can be put into: subnet groups, parameter groups, user groups; and how the first two go. Neither goes while a cache has it
//! (<https://docs.aws.amazon.com/AmazonElastiCache/latest/APIReference/API_DeleteCacheParameterGroup.html>).
//!
//! Left out: how they are made and changed. An inventory tells of no values of a cache parameter group, so that nothing is set in any.

use serde_json::{Value, json};

use super::describe::paged;
use model::inventory::Cache;

use super::{Held, Place, arn, invalid, place, required};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::text;

/// The names of an account's own in a region; of one that is asked for by its name, that or nothing.
fn named<'a>(all: impl IntoIterator<Item = &'a Place>, caller: &Caller, wanted: Option<&str>) -> Vec<String> {
    let wanted = wanted.map(str::to_lowercase);
    let own = all
        .into_iter()
        .filter(|place| place.0 == caller.account && place.1 == caller.region);
    own.map(|place| place.2.clone())
        .filter(|name| wanted.as_ref().is_none_or(|wanted| wanted == name))
        .collect()
}

fn no_subnet_group(name: &str) -> ServiceError {
    let message = format!("Cache Subnet Group {name} does not exist.");
    ServiceError::new("CacheSubnetGroupNotFoundFault", message)
}

fn no_parameter_group(name: &str) -> ServiceError {
    let message = format!("CacheParameterGroup not found: {name}");
    ServiceError::new("CacheParameterGroupNotFoundFault", message)
}

/// The family that a group is of, by a cache that has it; an inventory does not tell it of one that none has.
pub(super) fn family(group: &str, caches: &[Cache]) -> String {
    let Some(cache) = caches.iter().find(|cache| cache.parameter_group == group) else {
        return "redis7".to_owned();
    };
    let mut version = cache.engine_version.split('.');
    let (major, minor) = (version.next().unwrap_or_default(), version.next().unwrap_or_default());
    match (cache.engine.as_str(), major) {
        ("redis", "6") => "redis6.x".to_owned(),
        ("redis", "2" | "3" | "4" | "5") | ("memcached", _) => format!("{}{major}.{minor}", cache.engine),
        (engine, major) => format!("{engine}{major}"),
    }
}

/// The caches of an account and region that have something.
fn used(cloud: &Cloud, at: &Place, has: impl Fn(&Held) -> bool) -> bool {
    let caches = &cloud.elasticache;
    let mut all = caches.groups.iter().chain(&caches.clusters);
    all.any(|(place, held)| place.0 == at.0 && place.1 == at.1 && has(held))
}

/// `DescribeCacheSubnetGroups`
pub(super) fn subnet_groups(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "CacheSubnetGroupName");
    let found = named(&cloud.elasticache.subnet_groups, caller, wanted);
    if let (Some(wanted), true) = (wanted, found.is_empty()) {
        return Err(no_subnet_group(wanted));
    }
    let found = found.into_iter().map(|name| {
        let shown = json!({ "CacheSubnetGroupName": name, "ARN": arn(&place(caller, &name), "subnetgroup") });
        (name, shown)
    });
    paged(input, "CacheSubnetGroups", "Marker", found.collect())
}

/// `DescribeCacheParameterGroups`: those that people made; ElastiCache's own are left out.
pub(super) fn parameter_groups(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "CacheParameterGroupName");
    let found = named(cloud.elasticache.parameter_groups.keys(), caller, wanted);
    if let (Some(wanted), true) = (wanted, found.is_empty()) {
        return Err(no_parameter_group(wanted));
    }
    let found = found.into_iter().map(|name| {
        let at = place(caller, &name);
        let family = cloud.elasticache.parameter_groups.get(&at);
        let shown = json!({ "CacheParameterGroupName": name, "CacheParameterGroupFamily": family, "Description": name, "IsGlobal": false,
            "ARN": arn(&at, "parametergroup") });
        (name, shown)
    });
    paged(input, "CacheParameterGroups", "Marker", found.collect())
}

/// `DescribeCacheParameters`: what a user has set; the engine's own defaults are not shown.
pub(super) fn parameters(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = required(input, "CacheParameterGroupName")?;
    let known = name.starts_with("default.") || cloud.elasticache.parameter_groups.contains_key(&place(caller, name));
    match known {
        true => paged(input, "Parameters", "Marker", Vec::new()),
        false => Err(no_parameter_group(name)),
    }
}

/// `DescribeUserGroups`
pub(super) fn user_groups(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let found = named(&cloud.elasticache.user_groups, caller, text(input, "UserGroupId"));
    let found = found.into_iter().map(|name| {
        let shown = json!({ "UserGroupId": name, "Status": "active", "ARN": arn(&place(caller, &name), "usergroup") });
        (name, shown)
    });
    paged(input, "UserGroups", "Marker", found.collect())
}

/// `DeleteCacheParameterGroup`: not while a cache has it, and never one of ElastiCache's own.
pub(super) fn delete_parameter_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = required(input, "CacheParameterGroupName")?;
    let at = place(caller, name);
    if at.2.starts_with("default.") {
        return Err(invalid("Default CacheParameterGroups cannot be deleted."));
    }
    if used(cloud, &at, |held| {
        held.listed.parameter_group.eq_ignore_ascii_case(&at.2)
    }) {
        let message =
            "One or more cache clusters are still members of this parameter group, so the group cannot be deleted";
        return Err(ServiceError::new("InvalidCacheParameterGroupStateFault", message));
    }
    if cloud.elasticache.parameter_groups.remove(&at).is_none() {
        return Err(no_parameter_group(name));
    }
    cloud.effect(
        caller,
        "elasticache DeleteCacheParameterGroup",
        arn(&at, "parametergroup"),
    );
    Ok(json!({}))
}

/// `DeleteCacheSubnetGroup`: not while a cache lies in it, and never the one that is called `default`.
pub(super) fn delete_subnet_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = required(input, "CacheSubnetGroupName")?;
    let at = place(caller, name);
    if at.2 == "default" {
        return Err(invalid("The default cache subnet group cannot be deleted."));
    }
    if used(cloud, &at, |held| held.subnet_group.eq_ignore_ascii_case(&at.2)) {
        let message = format!("Cache subnet group {name} is currently in use by a cache cluster.");
        return Err(ServiceError::new("CacheSubnetGroupInUse", message));
    }
    if !cloud.elasticache.subnet_groups.remove(&at) {
        return Err(no_subnet_group(name));
    }
    cloud.effect(caller, "elasticache DeleteCacheSubnetGroup", arn(&at, "subnetgroup"));
    Ok(json!({}))
}
