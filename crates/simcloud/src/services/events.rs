//! EventBridge: rules, their targets, buses; `DisableRule` stops one.
//!
//! Left out: events themselves (nothing fires here), archives, pipes, rules that AWS manages, permissions of buses.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::members::{items, number, page, text};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

type Place = (AccountId, Region);

/// State.
#[derive(Default)]
pub struct Rules {
    /// Rules by bus and name.
    rules: BTreeMap<Place, BTreeMap<(String, String), Rule>>,
    /// Buses beside the default one.
    buses: BTreeMap<Place, BTreeSet<String>>,
}

struct Rule {
    document: Value,
    targets: BTreeMap<String, Value>,
}

const DEFAULT: &str = "default";
/// So many targets a rule has at most.
const TARGETS: usize = 5;

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateEventBus" => create_bus(cloud, caller, input),
        "ListEventBuses" => list_buses(cloud, caller, input),
        "PutRule" => put_rule(cloud, caller, input),
        "PutTargets" => put_targets(cloud, caller, input),
        "DisableRule" => disable(cloud, caller, input),
        "ListRules" => list_rules(cloud, caller, input),
        "ListTargetsByRule" => list_targets(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("events", operation)),
    }
}

fn refused(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationException", message)
}

fn here(caller: &Caller) -> Place {
    (caller.account.clone(), caller.region.clone())
}

fn arn(caller: &Caller, rest: &str) -> String {
    format!("arn:aws:events:{}:{}:{rest}", caller.region, caller.account)
}

fn is_name(name: &str, longest: usize) -> bool {
    let admitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_');
    !name.is_empty() && name.len() <= longest && name.chars().all(admitted)
}

/// The bus that an input names, by name or ARN.
fn bus(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<String, ServiceError> {
    let asked = text(input, "EventBusName").unwrap_or(DEFAULT);
    let name = asked.strip_prefix(&arn(caller, "event-bus/")).unwrap_or(asked);
    let known = name == DEFAULT
        || cloud
            .events
            .buses
            .get(&here(caller))
            .is_some_and(|all| all.contains(name));
    match known {
        true => Ok(name.to_owned()),
        false => Err(ServiceError::new(
            "ResourceNotFoundException",
            format!("Event bus {name} does not exist."),
        )),
    }
}

fn create_bus(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "Name").unwrap_or_default();
    if !is_name(name, 256) || name == DEFAULT {
        return Err(refused(format!("Event bus name {name} is not valid.")));
    }
    if !cloud
        .events
        .buses
        .entry(here(caller))
        .or_default()
        .insert(name.to_owned())
    {
        let message = format!("Event bus {name} already exists.");
        return Err(ServiceError::new("ResourceAlreadyExistsException", message));
    }
    let made = arn(caller, &format!("event-bus/{name}"));
    cloud.effect(caller, "events CreateEventBus", &made);
    Ok(json!({ "EventBusArn": made }))
}

fn paged(input: &Value, member: &str, found: Vec<(String, Value)>) -> Answer {
    let limit = match number(input, "Limit") {
        None => 100,
        Some(limit @ 1..=100) => limit.unsigned_abs() as usize,
        Some(limit) => {
            return Err(refused(format!(
                "1 validation error detected: Value '{limit}' at 'limit' failed to satisfy constraint: Member must have value less than or equal to 100"
            )));
        }
    };
    let (shown, token) = page(found, text(input, "NextToken"), limit);
    let mut answer = json!({ member: shown });
    if let Some(token) = token {
        answer["NextToken"] = json!(token);
    }
    Ok(answer)
}

fn list_buses(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let own = cloud
        .events
        .buses
        .get(&here(caller))
        .into_iter()
        .flatten()
        .map(String::as_str);
    let found = own.chain([DEFAULT]).map(|name| {
        let shown = json!({ "Name": name, "Arn": arn(caller, &format!("event-bus/{name}")) });
        (name.to_owned(), shown)
    });
    let mut found: Vec<_> = found.collect();
    found.sort_by(|(one, _), (other, _)| one.cmp(other));
    paged(input, "EventBuses", found)
}

fn put_rule(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let bus = bus(cloud, caller, input)?;
    let name = text(input, "Name").unwrap_or_default();
    if !is_name(name, 64) {
        return Err(refused(format!(
            "1 validation error detected: Value '{name}' at 'name' failed to satisfy constraint"
        )));
    }
    let (schedule, pattern) = (text(input, "ScheduleExpression"), text(input, "EventPattern"));
    if schedule.is_none() && pattern.is_none() {
        return Err(refused(
            "Parameter(s) EventPattern or ScheduleExpression must be specified.",
        ));
    }
    if let Some(schedule) = schedule {
        if bus != DEFAULT {
            return Err(refused(
                "ScheduleExpression is supported only on the default event bus.",
            ));
        }
        if !((schedule.starts_with("cron(") || schedule.starts_with("rate(")) && schedule.ends_with(')')) {
            return Err(refused("Parameter ScheduleExpression is not valid."));
        }
    }
    if pattern.is_some_and(|pattern| !serde_json::from_str::<Value>(pattern).is_ok_and(|one| one.is_object())) {
        let message = "Event pattern is not valid. Reason: Filter is not an object";
        return Err(ServiceError::new("InvalidEventPatternException", message));
    }
    let state = text(input, "State").unwrap_or("ENABLED");
    let path = if bus == DEFAULT {
        format!("rule/{name}")
    } else {
        format!("rule/{bus}/{name}")
    };
    let made = arn(caller, &path);
    let mut document = json!({ "Name": name, "Arn": made, "State": state, "EventBusName": bus });
    for member in ["ScheduleExpression", "EventPattern", "Description", "RoleArn"] {
        if let Some(given) = text(input, member) {
            document[member] = json!(given);
        }
    }
    let all = cloud.events.rules.entry(here(caller)).or_default();
    let place = (bus, name.to_owned());
    // What a rule does not say again, it no longer says; its targets stay.
    let targets = all.remove(&place).map(|before| before.targets).unwrap_or_default();
    all.insert(place, Rule { document, targets });
    cloud.effect(caller, "events PutRule", &made);
    Ok(json!({ "RuleArn": made }))
}

/// The rule that an input names under a member.
fn rule<'a>(cloud: &'a mut Cloud, caller: &Caller, input: &Value, member: &str) -> Result<&'a mut Rule, ServiceError> {
    let bus = bus(cloud, caller, input)?;
    let name = text(input, member).unwrap_or_default().to_owned();
    let message = format!("Rule {name} does not exist on EventBus {bus}.");
    let all = cloud.events.rules.entry(here(caller)).or_default();
    let found = all.get_mut(&(bus, name));
    found.ok_or_else(|| ServiceError::new("ResourceNotFoundException", message))
}

fn put_targets(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let given = items(input, "Targets");
    for target in given {
        if text(target, "Id").is_none() || text(target, "Arn").is_none_or(|arn| !arn.starts_with("arn:")) {
            return Err(refused("Parameter Target is not valid: it needs an Id and an Arn."));
        }
    }
    let rule = rule(cloud, caller, input, "Rule")?;
    let mut targets = rule.targets.clone();
    targets.extend(
        given
            .iter()
            .map(|one| (text(one, "Id").unwrap_or_default().to_owned(), one.clone())),
    );
    if targets.len() > TARGETS {
        let message = "The requested resource exceeds the maximum number allowed.";
        return Err(ServiceError::new("LimitExceededException", message));
    }
    rule.targets = targets;
    let resource = rule.document["Arn"].as_str().unwrap_or_default().to_owned();
    cloud.effect(caller, "events PutTargets", resource);
    Ok(json!({ "FailedEntryCount": 0, "FailedEntries": [] }))
}

fn disable(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let rule = rule(cloud, caller, input, "Name")?;
    rule.document["State"] = json!("DISABLED");
    let resource = rule.document["Arn"].as_str().unwrap_or_default().to_owned();
    cloud.effect(caller, "events DisableRule", resource);
    Ok(json!({}))
}

fn list_rules(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let bus = bus(cloud, caller, input)?;
    let prefix = text(input, "NamePrefix").unwrap_or_default();
    let all = cloud.events.rules.get(&here(caller)).into_iter().flatten();
    let found = all.filter(|((of, name), _)| *of == bus && name.starts_with(prefix));
    let found = found.map(|((_, name), rule)| (name.clone(), rule.document.clone()));
    paged(input, "Rules", found.collect())
}

fn list_targets(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let rule = rule(cloud, caller, input, "Rule")?;
    let found = rule.targets.iter().map(|(id, one)| (id.clone(), one.clone())).collect();
    paged(input, "Targets", found)
}
