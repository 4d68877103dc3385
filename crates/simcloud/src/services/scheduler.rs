//! EventBridge Scheduler: schedules in their groups. Changing one takes the whole of it: what is not said again is gone.
//!
//! Left out: invocations (nothing fires here), deleting, tags.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::members::{number, page, text};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

type Place = (AccountId, Region);

/// State.
#[derive(Default)]
pub struct Schedules {
    /// Schedules by group and name.
    held: BTreeMap<Place, BTreeMap<(String, String), Value>>,
    /// Groups beside the default one.
    groups: BTreeMap<Place, BTreeSet<String>>,
}

const DEFAULT: &str = "default";

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateScheduleGroup" => create_group(cloud, caller, input),
        "CreateSchedule" => put(cloud, caller, input, true),
        "UpdateSchedule" => put(cloud, caller, input, false),
        "GetSchedule" => get(cloud, caller, input),
        "ListSchedules" => list(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("scheduler", operation)),
    }
}

fn refused(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationException", message)
}

fn here(caller: &Caller) -> Place {
    (caller.account.clone(), caller.region.clone())
}

fn is_name(name: &str) -> bool {
    let admitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && name.len() <= 64 && name.chars().all(admitted)
}

fn create_group(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "Name").unwrap_or_default();
    if !is_name(name) {
        return Err(refused(format!("Schedule group name {name} is not valid.")));
    }
    if name == DEFAULT
        || !cloud
            .scheduler
            .groups
            .entry(here(caller))
            .or_default()
            .insert(name.to_owned())
    {
        let message = format!("Schedule group {name} already exists.");
        return Err(ServiceError::with_status(409, "ConflictException", message));
    }
    let arn = format!(
        "arn:aws:scheduler:{}:{}:schedule-group/{name}",
        caller.region, caller.account
    );
    cloud.effect(caller, "scheduler CreateScheduleGroup", &arn);
    Ok(json!({ "ScheduleGroupArn": arn }))
}

fn known_group(cloud: &Cloud, caller: &Caller, name: &str) -> Result<(), ServiceError> {
    let known = name == DEFAULT
        || cloud
            .scheduler
            .groups
            .get(&here(caller))
            .is_some_and(|all| all.contains(name));
    match known {
        true => Ok(()),
        false => Err(ServiceError::with_status(
            404,
            "ResourceNotFoundException",
            format!("Schedule group {name} does not exist."),
        )),
    }
}

fn unknown(name: &str) -> ServiceError {
    let message = format!("Schedule {name} does not exist.");
    ServiceError::with_status(404, "ResourceNotFoundException", message)
}

fn put(cloud: &mut Cloud, caller: &Caller, input: &Value, new: bool) -> Answer {
    let name = text(input, "Name").unwrap_or_default();
    let group = text(input, "GroupName").unwrap_or(DEFAULT);
    if !is_name(name) {
        return Err(refused(format!("Schedule name {name} is not valid.")));
    }
    let expression = text(input, "ScheduleExpression").unwrap_or_default();
    let known = ["cron(", "rate(", "at("].iter().any(|one| expression.starts_with(one));
    if !(known && expression.ends_with(')')) {
        return Err(refused(format!("Invalid Schedule Expression {expression}.")));
    }
    if !matches!(text(&input["FlexibleTimeWindow"], "Mode"), Some("OFF" | "FLEXIBLE")) {
        return Err(refused("FlexibleTimeWindow needs a Mode: OFF or FLEXIBLE."));
    }
    let target = &input["Target"];
    if text(target, "Arn").is_none() || text(target, "RoleArn").is_none() {
        return Err(refused("Target needs an Arn and a RoleArn."));
    }
    known_group(cloud, caller, group)?;
    let place = (group.to_owned(), name.to_owned());
    let all = cloud.scheduler.held.entry(here(caller)).or_default();
    let before = all.get(&place);
    match (before, new) {
        (Some(_), true) => {
            let message = format!("Schedule {name} already exists.");
            return Err(ServiceError::with_status(409, "ConflictException", message));
        }
        (None, false) => return Err(unknown(name)),
        _ => {}
    }
    let now = cloud.now.to_string();
    let created = before.map_or(json!(now), |before| before["CreationDate"].clone());
    let arn = format!(
        "arn:aws:scheduler:{}:{}:schedule/{group}/{name}",
        caller.region, caller.account
    );
    let mut document = json!({ "Arn": arn, "Name": name, "GroupName": group, "State": "ENABLED", "CreationDate": created,
        "LastModificationDate": now, "ActionAfterCompletion": "NONE", "ScheduleExpressionTimezone": "UTC" });
    for member in [
        "State",
        "Description",
        "ScheduleExpression",
        "ScheduleExpressionTimezone",
        "FlexibleTimeWindow",
        "Target",
        "StartDate",
        "EndDate",
        "KmsKeyArn",
        "ActionAfterCompletion",
    ] {
        if let Some(given) = input.get(member).filter(|given| !given.is_null()) {
            document[member] = given.clone();
        }
    }
    all.insert(place, document);
    cloud.effect(
        caller,
        if new {
            "scheduler CreateSchedule"
        } else {
            "scheduler UpdateSchedule"
        },
        &arn,
    );
    Ok(json!({ "ScheduleArn": arn }))
}

fn get(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let (name, group) = (
        text(input, "Name").unwrap_or_default(),
        text(input, "GroupName").unwrap_or(DEFAULT),
    );
    let held = cloud.scheduler.held.get(&here(caller));
    let found = held.and_then(|all| all.get(&(group.to_owned(), name.to_owned())));
    found.cloned().ok_or_else(|| unknown(name))
}

fn list(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let group = text(input, "GroupName");
    if let Some(group) = group {
        known_group(cloud, caller, group)?;
    }
    let limit = match number(input, "MaxResults") {
        None => 100,
        Some(limit @ 1..=100) => limit.unsigned_abs() as usize,
        Some(_) => return Err(refused("MaxResults is between 1 and 100.")),
    };
    let (prefix, state) = (text(input, "NamePrefix").unwrap_or_default(), text(input, "State"));
    let all = cloud.scheduler.held.get(&here(caller)).into_iter().flatten();
    let found = all.filter(|((of, name), one)| {
        group.is_none_or(|group| group == of)
            && name.starts_with(prefix)
            && state.is_none_or(|state| one["State"] == state)
    });
    let found = found.map(|((group, name), one)| {
        let mut shown = json!({ "Target": { "Arn": one["Target"]["Arn"] } });
        for member in [
            "Arn",
            "Name",
            "GroupName",
            "State",
            "CreationDate",
            "LastModificationDate",
        ] {
            shown[member] = one[member].clone();
        }
        (format!("{group}/{name}"), shown)
    });
    let (shown, token) = page(found.collect(), text(input, "NextToken"), limit);
    let mut answer = json!({ "Schedules": shown });
    if let Some(token) = token {
        answer["NextToken"] = json!(token);
    }
    Ok(answer)
}
