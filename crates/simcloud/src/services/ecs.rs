//! ECS, as far as task definitions and the services that use them are looked at.
//!
//! Modelled: revisions of a family and their states, `family` standing for the newest active revision, clusters, services, paging, the
//! ten services of one `DescribeServices`, failures in an answer that succeeds. Left out: tasks, deployments in time (a service runs what it
//! was made with), capacity providers, updates.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::members::{items, number, page, text, texts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// Where something lies.
type Place = (AccountId, Region);

/// State.
#[derive(Default)]
pub struct Deployments {
    /// Task definitions by family and revision.
    definitions: BTreeMap<Place, BTreeMap<String, BTreeMap<u32, Definition>>>,
    /// Clusters, and in each its services by name.
    clusters: BTreeMap<Place, BTreeMap<String, BTreeMap<String, Value>>>,
}

/// One revision.
struct Definition {
    document: Value,
    tags: Value,
    active: bool,
}

/// What a task definition keeps of what it was registered with.
const KEPT: [&str; 15] = [
    "family",
    "taskRoleArn",
    "executionRoleArn",
    "networkMode",
    "containerDefinitions",
    "volumes",
    "placementConstraints",
    "requiresCompatibilities",
    "cpu",
    "memory",
    "pidMode",
    "ipcMode",
    "proxyConfiguration",
    "ephemeralStorage",
    "runtimePlatform",
];

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "RegisterTaskDefinition" => register(cloud, caller, input),
        "DeregisterTaskDefinition" => deregister(cloud, caller, input),
        "DescribeTaskDefinition" => describe(cloud, caller, input),
        "ListTaskDefinitionFamilies" => families(cloud, caller, input),
        "CreateCluster" => create_cluster(cloud, caller, input),
        "ListClusters" => list_clusters(cloud, caller, input),
        "CreateService" => create_service(cloud, caller, input),
        "ListServices" => list_services(cloud, caller, input),
        "DescribeServices" => describe_services(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("ecs", operation)),
    }
}

fn client(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ClientException", message)
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterException", message)
}

fn here(caller: &Caller) -> Place {
    (caller.account.clone(), caller.region.clone())
}

fn arn(caller: &Caller, rest: &str) -> String {
    format!("arn:aws:ecs:{}:{}:{rest}", caller.region, caller.account)
}

/// What may stand in the name of a family, a cluster or a service.
fn is_name(name: &str) -> bool {
    let admitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    !name.is_empty() && name.len() <= 255 && name.chars().all(admitted)
}

fn register(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let family = text(input, "family").ok_or_else(|| client("Family should not be null or empty."))?;
    if !is_name(family) {
        return Err(client(
            "Family contains invalid characters. Only letters (uppercase and lowercase), numbers, hyphens, and underscores are allowed.",
        ));
    }
    let containers = items(input, "containerDefinitions");
    if containers.is_empty() {
        return Err(client("Container list cannot be empty."));
    }
    let of_task = text(input, "memory").is_some();
    let mut names = Vec::new();
    for container in containers {
        let name = text(container, "name").ok_or_else(|| client("Container.name should not be null or empty."))?;
        if names.contains(&name) {
            return Err(client(format!("Container name '{name}' is used more than once.")));
        }
        names.push(name);
        text(container, "image").ok_or_else(|| client("Container.image should not be null or empty."))?;
        let limited = number(container, "memory").or(number(container, "memoryReservation"));
        if !of_task && limited.is_none() {
            return Err(client(format!(
                "Invalid setting for container '{name}'. At least one of 'memory' or 'memoryReservation' must be specified."
            )));
        }
    }
    let fargate = texts(input, "requiresCompatibilities")
        .iter()
        .any(|one| one == "FARGATE");
    if fargate && (text(input, "cpu").is_none() || !of_task) {
        return Err(client(
            "Fargate requires that 'cpu' and 'memory' be defined at the task level.",
        ));
    }
    let revisions = cloud.ecs.definitions.entry(here(caller)).or_default();
    let revisions = revisions.entry(family.to_owned()).or_default();
    let revision = revisions.keys().next_back().map_or(1, |last| last + 1);
    let mut document = json!({
        "taskDefinitionArn": arn(caller, &format!("task-definition/{family}:{revision}")),
        "revision": revision, "volumes": [], "placementConstraints": [], "compatibilities": ["EC2"],
    });
    for member in KEPT {
        if let Some(given) = input.get(member).filter(|given| !given.is_null()) {
            document[member] = given.clone();
        }
    }
    if fargate {
        document["compatibilities"] = json!(["EC2", "FARGATE"]);
    }
    let made = Definition {
        document,
        tags: input.get("tags").cloned().unwrap_or_else(|| json!([])),
        active: true,
    };
    let answer = json!({ "taskDefinition": shown(&made), "tags": made.tags });
    revisions.insert(revision, made);
    let resource = arn(caller, &format!("task-definition/{family}:{revision}"));
    cloud.effect(caller, "ecs RegisterTaskDefinition", resource);
    Ok(answer)
}

fn shown(definition: &Definition) -> Value {
    let mut shown = definition.document.clone();
    shown["status"] = json!(if definition.active { "ACTIVE" } else { "INACTIVE" });
    shown
}

/// What `family`, `family:revision` or an ARN stands for.
fn find(cloud: &Cloud, caller: &Caller, asked: &str) -> Option<(String, u32)> {
    let name = match asked.strip_prefix("arn:") {
        None => asked,
        Some(_) => asked.strip_prefix(&arn(caller, "task-definition/"))?,
    };
    let (family, revision) = match name.split_once(':') {
        None => (name, None),
        Some((family, revision)) => (family, Some(revision.parse().ok()?)),
    };
    let revisions = cloud.ecs.definitions.get(&here(caller))?.get(family)?;
    let found = match revision {
        Some(revision) => revisions.contains_key(&revision).then_some(revision),
        None => revisions.iter().rev().find(|(_, one)| one.active).map(|(at, _)| *at),
    };
    Some((family.to_owned(), found?))
}

fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = text(input, "taskDefinition").ok_or_else(|| client("Task definition can not be blank."))?;
    let found = find(cloud, caller, asked).ok_or_else(|| client("Unable to describe task definition."))?;
    let one = &cloud.ecs.definitions[&here(caller)][&found.0][&found.1];
    let mut answer = json!({ "taskDefinition": shown(one) });
    if texts(input, "include").iter().any(|one| one == "TAGS") {
        answer["tags"] = one.tags.clone();
    }
    Ok(answer)
}

fn deregister(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = text(input, "taskDefinition").unwrap_or_default();
    if !asked.rsplit('/').next().is_some_and(|name| name.contains(':')) {
        return Err(invalid("Invalid revision number. Number: null."));
    }
    let (family, revision) =
        find(cloud, caller, asked).ok_or_else(|| client("The specified task definition does not exist."))?;
    let revisions = cloud.ecs.definitions.entry(here(caller)).or_default();
    let one = revisions.get_mut(&family).and_then(|all| all.get_mut(&revision));
    let one = one.expect("it was found above");
    one.active = false;
    let answer = json!({ "taskDefinition": shown(one) });
    let resource = arn(caller, &format!("task-definition/{family}:{revision}"));
    cloud.effect(caller, "ecs DeregisterTaskDefinition", resource);
    Ok(answer)
}

/// How many of a list are shown at once: up to a hundred.
fn limit(input: &Value, usual: usize) -> Result<usize, ServiceError> {
    match number(input, "maxResults") {
        None => Ok(usual),
        Some(limit @ 1..=100) => Ok(limit.unsigned_abs() as usize),
        Some(_) => Err(invalid("Invalid maxResults: it must be between 1 and 100.")),
    }
}

fn listed(input: &Value, member: &str, usual: usize, found: Vec<String>) -> Answer {
    let found = found.into_iter().map(|one| (one.clone(), one)).collect();
    let (shown, token) = page(found, text(input, "nextToken"), limit(input, usual)?);
    let mut answer = json!({ member: shown });
    if let Some(token) = token {
        answer["nextToken"] = json!(token);
    }
    Ok(answer)
}

fn families(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let prefix = text(input, "familyPrefix").unwrap_or_default();
    let wanted: fn(bool) -> bool = match text(input, "status") {
        None | Some("ALL") => |_| true,
        Some("ACTIVE") => |has_active| has_active,
        Some("INACTIVE") => |has_active| !has_active,
        Some(_) => return Err(invalid("Invalid status.")),
    };
    let all = cloud.ecs.definitions.get(&here(caller)).into_iter().flatten();
    let found = all
        .filter(|(family, revisions)| family.starts_with(prefix) && wanted(revisions.values().any(|one| one.active)));
    listed(
        input,
        "families",
        100,
        found.map(|(family, _)| family.clone()).collect(),
    )
}

fn create_cluster(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "clusterName").unwrap_or("default");
    if !is_name(name) {
        return Err(invalid("Invalid cluster name."));
    }
    let all = cloud.ecs.clusters.entry(here(caller)).or_default();
    let is_new = !all.contains_key(name);
    all.entry(name.to_owned()).or_default();
    let resource = arn(caller, &format!("cluster/{name}"));
    if is_new {
        cloud.effect(caller, "ecs CreateCluster", &resource);
    }
    Ok(json!({ "cluster": { "clusterArn": resource, "clusterName": name, "status": "ACTIVE" } }))
}

fn list_clusters(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let all = cloud.ecs.clusters.get(&here(caller)).into_iter().flatten();
    let found = all.map(|(name, _)| arn(caller, &format!("cluster/{name}")));
    listed(input, "clusterArns", 100, found.collect())
}

/// The services of the cluster that an input names, by name or ARN; `default` where it names none.
fn cluster<'a>(
    cloud: &'a Cloud,
    caller: &Caller,
    input: &Value,
) -> Result<(String, &'a BTreeMap<String, Value>), ServiceError> {
    let asked = text(input, "cluster").unwrap_or("default");
    let name = asked.strip_prefix(&arn(caller, "cluster/")).unwrap_or(asked);
    let held = cloud.ecs.clusters.get(&here(caller)).and_then(|all| all.get(name));
    let held = held.ok_or_else(|| ServiceError::new("ClusterNotFoundException", "Cluster not found."))?;
    Ok((name.to_owned(), held))
}

fn create_service(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let (cluster, held) = cluster(cloud, caller, input)?;
    let name = text(input, "serviceName").unwrap_or_default();
    if !is_name(name) {
        return Err(invalid("Invalid service name."));
    }
    if held.contains_key(name) {
        return Err(invalid("Creation of service was not idempotent."));
    }
    let asked = text(input, "taskDefinition").ok_or_else(|| invalid("TaskDefinition can not be blank."))?;
    let (family, revision) = find(cloud, caller, asked).ok_or_else(|| client("TaskDefinition not found."))?;
    let definition = arn(caller, &format!("task-definition/{family}:{revision}"));
    let count = number(input, "desiredCount").unwrap_or(0);
    let resource = arn(caller, &format!("service/{cluster}/{name}"));
    let made = cloud.now.to_string();
    let service = json!({
        "serviceArn": resource, "serviceName": name, "clusterArn": arn(caller, &format!("cluster/{cluster}")), "status": "ACTIVE",
        "desiredCount": count, "runningCount": count, "pendingCount": 0, "taskDefinition": definition, "createdAt": made,
        "launchType": text(input, "launchType").unwrap_or("EC2"), "schedulingStrategy": "REPLICA", "events": [],
        "deployments": [{ "id": "ecs-svc/1", "status": "PRIMARY", "taskDefinition": definition, "desiredCount": count,
            "runningCount": count, "pendingCount": 0, "createdAt": made, "rolloutState": "COMPLETED" }],
    });
    let all = cloud.ecs.clusters.entry(here(caller)).or_default();
    let services = all.entry(cluster).or_default();
    services.insert(name.to_owned(), service.clone());
    cloud.effect(caller, "ecs CreateService", resource);
    Ok(json!({ "service": service }))
}

fn list_services(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let (cluster, held) = cluster(cloud, caller, input)?;
    let found = held
        .keys()
        .map(|name| arn(caller, &format!("service/{cluster}/{name}")));
    listed(input, "serviceArns", 10, found.collect())
}

fn describe_services(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = texts(input, "services");
    if asked.is_empty() {
        return Err(invalid("Services cannot be empty."));
    }
    if asked.len() > 10 {
        return Err(invalid("Services cannot have more than 10 elements."));
    }
    let (cluster, held) = cluster(cloud, caller, input)?;
    let (mut found, mut failures) = (Vec::new(), Vec::new());
    for one in asked {
        let prefix = arn(caller, &format!("service/{cluster}/"));
        let name = one.strip_prefix(&prefix).unwrap_or(&one);
        match held.get(name) {
            Some(service) => found.push(service.clone()),
            // A call that finds nothing succeeds, and says it beside what it found.
            None => failures.push(json!({ "arn": format!("{prefix}{name}"), "reason": "MISSING" })),
        }
    }
    Ok(json!({ "services": found, "failures": failures }))
}
