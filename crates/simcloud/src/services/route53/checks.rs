//! Health checks: made, described, tagged, deleted, and what their checkers report.
//!
//! Leaves out: routing controls, CloudWatch alarms (any name is taken), changes of a check, what DNS answers while one is unhealthy.

use std::collections::BTreeMap;
use std::ops::Bound;

use jiff::Timestamp;
use model::ids::AccountId;
use model::inventory::{AccountInventory, HealthCheckConfig};
use serde_json::{Map, Value, json};

use super::{new_uuid, page_size};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;

/// Health checks of an account, by default.
pub(super) const MAX_CHECKS: usize = 200;

/// Where checkers stand.
const REGIONS: [&str; 8] = [
    "us-east-1",
    "us-west-1",
    "us-west-2",
    "eu-west-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ap-northeast-1",
    "sa-east-1",
];

/// The types that ask an endpoint.
const ASKING: [&str; 5] = ["HTTP", "HTTPS", "HTTP_STR_MATCH", "HTTPS_STR_MATCH", "TCP"];

/// A health check.
#[derive(Debug, Clone, PartialEq)]
pub struct Check {
    /// The account that owns it.
    pub owner: AccountId,
    reference: String,
    /// `HealthCheckConfig`, with AWS's defaults.
    pub config: Value,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The service that alone may edit it.
    linked_service: Option<String>,
    /// Its checkers have reported since then.
    reports_from: Timestamp,
    /// Whether what it checks answers as it should.
    answers: bool,
}

/// The checks of an account's inventory, and those that its records name and it does not list.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, contents: &AccountInventory) {
    let now = cloud.now;
    for check in &contents.health_checks {
        let filled = Check {
            owner: account.clone(),
            reference: format!("inventory-{}", check.id),
            config: with_defaults(wire(&check.config)),
            tags: check.tags.clone(),
            linked_service: check.linked_service.clone(),
            reports_from: now,
            answers: !check.unhealthy,
        };
        cloud.route53.checks.insert(check.id.clone(), filled);
    }
    let sets = contents.zones.iter().flat_map(|zone| &zone.records);
    for id in sets.filter_map(|set| set.health_check.as_ref()) {
        cloud.route53.unlisted_checks.insert(id.clone());
    }
}

fn wire(config: &HealthCheckConfig) -> Value {
    let mut out = Map::new();
    let mut put = |member: &str, value: Value| {
        if !value.is_null() && value.as_array().is_none_or(|list| !list.is_empty()) {
            out.insert(member.to_owned(), value);
        }
    };
    put("Type", json!(config.kind));
    put("IPAddress", json!(config.ip_address));
    put("Port", json!(config.port));
    put("ResourcePath", json!(config.resource_path));
    put("FullyQualifiedDomainName", json!(config.domain_name));
    put("SearchString", json!(config.search_string));
    put("RequestInterval", json!(config.request_interval));
    put("FailureThreshold", json!(config.failure_threshold));
    put("MeasureLatency", json!(config.measure_latency));
    put("Inverted", json!(config.inverted));
    put("Disabled", json!(config.disabled));
    put("HealthThreshold", json!(config.health_threshold));
    put("ChildHealthChecks", json!(config.children));
    put("EnableSNI", json!(config.enable_sni));
    put("Regions", json!(config.regions));
    put("InsufficientDataHealthStatus", json!(config.insufficient_data));
    put("RoutingControlArn", json!(config.routing_control));
    if let Some(alarm) = &config.alarm {
        put("AlarmIdentifier", json!({ "Region": alarm.region, "Name": alarm.name }));
    }
    Value::Object(out)
}

/// Models: what AWS shows of a check that was made without it.
fn with_defaults(mut config: Value) -> Value {
    let kind = config["Type"].as_str().unwrap_or_default().to_owned();
    let mut default = |member: &str, value: Value| {
        if config[member].is_null() {
            config[member] = value;
        }
    };
    default("Inverted", json!(false));
    default("Disabled", json!(false));
    if ASKING.contains(&kind.as_str()) {
        default("RequestInterval", json!(30));
        default("FailureThreshold", json!(3));
        default("MeasureLatency", json!(false));
        default("EnableSNI", json!(kind.starts_with("HTTPS")));
    }
    match kind.as_str() {
        "HTTP" | "HTTP_STR_MATCH" => default("Port", json!(80)),
        "HTTPS" | "HTTPS_STR_MATCH" => default("Port", json!(443)),
        _ => {}
    }
    config
}

fn no_such(id: &str) -> ServiceError {
    let what = format!("No health check exists with the specified ID {id}");
    ServiceError::with_status(404, "NoSuchHealthCheck", what)
}

/// The check that a request names, if it is the caller's: another account's is as unknown as one that does not exist.
pub(super) fn own(cloud: &Cloud, caller: &Caller, id: &Value) -> Result<String, ServiceError> {
    let id = id.as_str().unwrap_or_default();
    let mine = |check: &&Check| check.owner == caller.account;
    match cloud.route53.checks.get(id).filter(mine) {
        Some(_) => Ok(id.to_owned()),
        None => Err(no_such(id)),
    }
}

/// Models: a record may name a check of any account, and none that does not exist.
pub(super) fn must_exist(cloud: &Cloud, id: &str) -> Result<(), ServiceError> {
    match cloud.route53.checks.contains_key(id) || cloud.route53.unlisted_checks.contains(id) {
        true => Ok(()),
        false => Err(no_such(id)),
    }
}

fn shown(check: &Check, id: &str) -> Value {
    let mut shown = json!({
        "Id": id,
        "CallerReference": check.reference,
        "HealthCheckConfig": check.config,
        "HealthCheckVersion": 1,
    });
    if let Some(service) = &check.linked_service {
        shown["LinkedService"] = json!({ "ServicePrincipal": service, "Description": format!("made by {service}") });
    }
    shown
}

/// What a configuration lacks, or has that does not belong to its type.
fn fault(cloud: &Cloud, caller: &Caller, config: &Value) -> Option<String> {
    let has = |member: &str| !config[member].is_null();
    let kind = config["Type"].as_str().unwrap_or_default();
    let children: Vec<&Value> = config["ChildHealthChecks"].as_array().into_iter().flatten().collect();
    match kind {
        asking if ASKING.contains(&asking) => {
            let endpoint = has("IPAddress") || has("FullyQualifiedDomainName");
            if !endpoint {
                return Some("Invalid parameter : IPAddress or FullyQualifiedDomainName is needed".into());
            }
            if asking == "TCP" && !has("Port") {
                return Some("Invalid parameter : Port is needed for TCP".into());
            }
            if asking.ends_with("STR_MATCH") != has("SearchString") {
                return Some("Invalid parameter : SearchString goes with a type that matches strings".into());
            }
        }
        "CALCULATED" => {
            if children.is_empty() || children.len() > 256 || !has("HealthThreshold") {
                return Some(
                    "Invalid parameter : CALCULATED needs HealthThreshold and 1 to 256 ChildHealthChecks".into(),
                );
            }
            let unknown = children.iter().find(|id| own(cloud, caller, id).is_err());
            if let Some(id) = unknown {
                return Some(format!("Invalid parameter : child health check {id} does not exist"));
            }
        }
        "CLOUDWATCH_METRIC" => {
            if !has("AlarmIdentifier") {
                return Some("Invalid parameter : CLOUDWATCH_METRIC needs AlarmIdentifier".into());
            }
        }
        "RECOVERY_CONTROL" => return Some("simcloud has no routing controls".into()),
        other => return Some(format!("Invalid parameter : Type {other}")),
    }
    if matches!(kind, "CALCULATED" | "CLOUDWATCH_METRIC") && (has("Port") || has("IPAddress")) {
        return Some(format!("Invalid parameter : {kind} takes no endpoint"));
    }
    if config["Regions"].as_array().is_some_and(|regions| regions.len() < 3) {
        return Some("Invalid parameter : at least three Regions".into());
    }
    None
}

/// A configuration but for the ids in it: what it checks.
fn checks_what(config: &Value) -> Value {
    let mut bare = config.clone();
    if let Some(members) = bare.as_object_mut() {
        members.remove("ChildHealthChecks");
        members.remove("Disabled");
    }
    bare
}

/// Models: the same reference and settings again is answered with what they made; with other settings, or that of a deleted check, it is refused;
/// 200 of an account; nothing is reported of a new one for a while. It answers as another one that checks the same does.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let reference = input["CallerReference"].as_str().unwrap_or_default();
    if reference.is_empty() || reference.chars().count() > 64 {
        let what = "CallerReference must have 1 to 64 characters";
        return Err(ServiceError::new("InvalidInput", what));
    }
    if let Some(fault) = fault(cloud, caller, &input["HealthCheckConfig"]) {
        return Err(ServiceError::new("InvalidInput", fault));
    }
    let config = with_defaults(input["HealthCheckConfig"].clone());
    let location = |id: &str| format!("https://route53.amazonaws.com/2013-04-01/healthcheck/{id}");
    let zones = &cloud.route53;
    let mine = || zones.checks.iter().filter(|(_, check)| check.owner == caller.account);
    let there = mine().find(|(_, check)| check.reference == reference);
    if let Some((id, check)) = there.filter(|(_, check)| check.config == config) {
        return Ok(json!({ "HealthCheck": shown(check, id), "Location": location(id) }));
    }
    let deleted = (caller.account.clone(), reference.to_owned());
    if there.is_some() || zones.check_references.contains(&deleted) {
        return Err(ServiceError::with_status(
            409,
            "HealthCheckAlreadyExists",
            "A health check has already been created with the specified caller reference.",
        ));
    }
    if mine().count() >= MAX_CHECKS {
        return Err(ServiceError::new(
            "TooManyHealthChecks",
            "Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER",
        ));
    }
    let alike = zones
        .checks
        .values()
        .find(|check| checks_what(&check.config) == checks_what(&config));
    let answers = alike.is_none_or(|check| check.answers);
    let id = new_uuid(cloud);
    let longest = match cloud.faults.level() {
        FaultLevel::None => 45,
        FaultLevel::Usual => 90,
        FaultLevel::Harsh | FaultLevel::Hostile => 300,
    };
    let seconds = cloud.faults.stream("route53 health checks").i64(20..=longest);
    let made = Check {
        owner: caller.account.clone(),
        reference: reference.to_owned(),
        config,
        tags: BTreeMap::new(),
        linked_service: None,
        reports_from: cloud.later(seconds),
        answers,
    };
    let answer = json!({ "HealthCheck": shown(&made, &id), "Location": location(&id) });
    let what = called(&made);
    cloud.route53.checks.insert(id, made);
    cloud.effect(caller, "route53 CreateHealthCheck", what);
    Ok(answer)
}

/// What a check is told by where its id is made up: that a second one was made shows.
fn called(check: &Check) -> String {
    let config = &check.config;
    let text = |member: &str| config[member].as_str().unwrap_or_default();
    let (kind, address) = (text("Type"), text("IPAddress"));
    format!("{kind} {address} {}", text("FullyQualifiedDomainName"))
}

/// Models: what was given, and AWS's defaults.
pub(super) fn get(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own(cloud, caller, &input["HealthCheckId"])?;
    Ok(json!({ "HealthCheck": shown(&cloud.route53.checks[&id], &id) }))
}

/// Models: the account's checks by id, `Marker` being the first of a page.
pub(super) fn list(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let most = page_size(input, 100);
    let marker = input["Marker"].as_str().unwrap_or_default();
    let from = (Bound::Included(marker), Bound::Unbounded);
    let all = cloud.route53.checks.range::<str, _>(from);
    let mut mine = all.filter(|(_, check)| check.owner == caller.account);
    let page: Vec<Value> = mine.by_ref().take(most).map(|(id, check)| shown(check, id)).collect();
    let next = mine.next().map(|(id, _)| id);
    let mut answer = json!({
        "HealthChecks": page,
        "Marker": marker,
        "IsTruncated": next.is_some(),
        "MaxItems": most.to_string(),
    });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}

/// Models: a check may go while records, or calculated checks, name it; its reference is not free again.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own(cloud, caller, &input["HealthCheckId"])?;
    if let Some(service) = &cloud.route53.checks[&id].linked_service {
        let what = format!("The health check {id} can only be managed through {service}");
        return Err(ServiceError::with_status(403, "AccessDenied", what));
    }
    if let Some(gone) = cloud.route53.checks.remove(&id) {
        let what = called(&gone);
        let reference = (gone.owner, gone.reference);
        cloud.route53.check_references.insert(reference);
        cloud.effect(caller, "route53 DeleteHealthCheck", what);
    }
    Ok(json!({}))
}

/// Models: what each checker last saw; nothing of a new check, or of one that is disabled. One checker in sixteen is wrong, which changes no
/// status. AWS documents that a calculated one cannot be asked for, and not the code.
pub(super) fn status(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own(cloud, caller, &input["HealthCheckId"])?;
    let check = &cloud.route53.checks[&id];
    if check.config["Type"] == "CALCULATED" {
        let what = "The status of a calculated health check cannot be asked for";
        return Err(ServiceError::new("InvalidInput", what));
    }
    if cloud.now < check.reports_from || check.config["Disabled"] == true {
        return Ok(json!({ "HealthCheckObservations": [] }));
    }
    let given: Vec<&str> = check.config["Regions"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .collect();
    let regions = if given.is_empty() { REGIONS.to_vec() } else { given };
    let observations: Vec<Value> = regions
        .iter()
        .flat_map(|region| [(region, 1), (region, 2)])
        .enumerate()
        .map(|(place, (region, nth))| {
            let status = match check.answers == (place != 0) {
                true => "Success: HTTP Status Code 200, OK",
                false => "Failure: Connection timed out. The endpoint or the internet connection is down.",
            };
            json!({
                "Region": region,
                "IPAddress": format!("192.0.2.{}", place * 2 + nth),
                "StatusReport": { "Status": status, "CheckedTime": cloud.now.to_string() },
            })
        })
        .collect();
    Ok(json!({ "HealthCheckObservations": observations }))
}

#[cfg(test)]
#[path = "checks_tests.rs"]
mod tests;
