//! SSM's parameters: `PutParameter`, `GetParameter(s)`, `GetParametersByPath`, `DescribeParameters`.
//!
//! Modelled: types, names in paths, overwriting, sizes of the two tiers, values of `SecureString` that nobody reads who does not ask
//! for them decrypted. Left out: older versions and labels, policies, what the key of a `SecureString` admits.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::members::{flag, items, number, page, text, texts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Parameters {
    held: BTreeMap<(AccountId, Region), BTreeMap<String, Parameter>>,
}

struct Parameter {
    kind: String,
    value: String,
    version: i64,
    description: String,
    tier: String,
    key: Option<String>,
    modified: String,
}

/// The default key of a `SecureString`.
const DEFAULT_KEY: &str = "alias/aws/ssm";

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "PutParameter" => put(cloud, caller, input),
        "GetParameter" => get_one(cloud, caller, input),
        "GetParameters" => get(cloud, caller, input),
        "GetParametersByPath" => by_path(cloud, caller, input),
        "DescribeParameters" => describe(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("ssm", operation)),
    }
}

fn refused(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationException", message)
}

fn checked_name(name: &str) -> Result<(), ServiceError> {
    let admitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '/');
    if name.is_empty() || !name.chars().all(admitted) {
        return Err(refused(
            "Parameter name: only a mix of letters, numbers and the following 4 symbols .-_/ is allowed.",
        ));
    }
    let first = name.trim_start_matches('/').to_ascii_lowercase();
    if first.starts_with("aws") || first.starts_with("ssm") {
        return Err(refused(
            "Parameter name: can't be prefixed with \"aws\" or \"ssm\" (case-insensitive).",
        ));
    }
    if name.contains('/') && !name.starts_with('/') {
        return Err(refused("Parameter name must be a fully qualified name."));
    }
    if name.matches('/').count() > 15 {
        let message = "A hierarchy can have a maximum of 15 levels.";
        return Err(ServiceError::new("HierarchyLevelLimitExceededException", message));
    }
    Ok(())
}

fn put(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "Name").unwrap_or_default();
    checked_name(name)?;
    let value = text(input, "Value").ok_or_else(|| refused("Parameter value can't be empty."))?;
    let tier = text(input, "Tier").unwrap_or("Standard");
    let largest = if tier == "Standard" { 4096 } else { 8192 };
    if value.len() > largest {
        return Err(refused(format!(
            "{tier} tier parameters support a maximum parameter value of {largest} characters."
        )));
    }
    let modified = cloud.now.to_string();
    let all = cloud.ssm.held.entry((caller.account.clone(), caller.region.clone()));
    let all = all.or_default();
    let before = all.get(name);
    let kind = match (text(input, "Type"), before) {
        (Some(kind @ ("String" | "StringList" | "SecureString")), _) => kind.to_owned(),
        (Some(_), _) => {
            let message = "The parameter type is not supported.";
            return Err(ServiceError::new("UnsupportedParameterType", message));
        }
        (None, Some(before)) => before.kind.clone(),
        (None, None) => return Err(refused("A parameter type is required when you create a parameter.")),
    };
    if before.is_some() && flag(input, "Overwrite") != Some(true) {
        let message =
            "The parameter already exists. To overwrite this value, set the overwrite option in the request to true.";
        return Err(ServiceError::new("ParameterAlreadyExists", message));
    }
    let version = before.map_or(1, |before| before.version + 1);
    let key = text(input, "KeyId").unwrap_or(DEFAULT_KEY).to_owned();
    let parameter = Parameter {
        key: (kind == "SecureString").then_some(key),
        kind,
        value: value.to_owned(),
        version,
        description: text(input, "Description").unwrap_or_default().to_owned(),
        tier: tier.to_owned(),
        modified,
    };
    all.insert(name.to_owned(), parameter);
    let resource = arn(caller, name);
    cloud.effect(caller, "ssm PutParameter", resource);
    Ok(json!({ "Version": version, "Tier": tier }))
}

fn arn(caller: &Caller, name: &str) -> String {
    let slash = if name.starts_with('/') { "" } else { "/" };
    format!(
        "arn:aws:ssm:{}:{}:parameter{slash}{name}",
        caller.region, caller.account
    )
}

/// What was written last, in the form that is asked for.
fn shown(caller: &Caller, name: &str, one: &Parameter, decrypted: bool) -> Value {
    let value = match one.kind == "SecureString" && !decrypted {
        // The ciphertext itself is of no use to anybody, and says nothing of what is in it.
        true => format!("AQICAH{:x}", Sha256::digest(one.value.as_bytes())),
        false => one.value.clone(),
    };
    json!({ "Name": name, "Type": one.kind, "Value": value, "Version": one.version, "LastModifiedDate": one.modified,
        "ARN": arn(caller, name), "DataType": "text" })
}

fn held<'a>(cloud: &'a Cloud, caller: &Caller) -> impl Iterator<Item = (&'a String, &'a Parameter)> {
    let place = (caller.account.clone(), caller.region.clone());
    cloud.ssm.held.get(&place).into_iter().flatten()
}

/// By name or ARN.
fn find<'a>(cloud: &'a Cloud, caller: &Caller, asked: &str) -> Option<(&'a String, &'a Parameter)> {
    held(cloud, caller).find(|(name, _)| *name == asked || arn(caller, name) == asked)
}

fn get_one(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = text(input, "Name").unwrap_or_default();
    let decrypted = flag(input, "WithDecryption") == Some(true);
    let (name, one) = find(cloud, caller, asked).ok_or_else(|| ServiceError::new("ParameterNotFound", ""))?;
    Ok(json!({ "Parameter": shown(caller, name, one, decrypted) }))
}

fn get(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = texts(input, "Names");
    if !(1..=10).contains(&asked.len()) {
        return Err(refused(
            "1 validation error detected: Value at 'names' failed to satisfy constraint: Member must have length less than or equal to 10",
        ));
    }
    let decrypted = flag(input, "WithDecryption") == Some(true);
    let (mut found, mut unknown) = (Vec::new(), Vec::new());
    for asked in asked {
        match find(cloud, caller, &asked) {
            Some((name, one)) => found.push(shown(caller, name, one, decrypted)),
            None => unknown.push(asked),
        }
    }
    Ok(json!({ "Parameters": found, "InvalidParameters": unknown }))
}

/// How many are shown at once.
fn limit(input: &Value, most: usize) -> Result<usize, ServiceError> {
    match number(input, "MaxResults") {
        None => Ok(most),
        Some(asked) if (1..=most as i64).contains(&asked) => Ok(asked.unsigned_abs() as usize),
        Some(asked) => Err(refused(format!(
            "1 validation error detected: Value '{asked}' at 'maxResults' failed to satisfy constraint: Member must have value less than or equal to {most}"
        ))),
    }
}

/// Whether a name lies below a path; without `recursive` directly.
fn is_below(name: &str, path: &str, recursive: bool) -> bool {
    let path = path.trim_end_matches('/');
    let rest = name.strip_prefix(path).and_then(|rest| rest.strip_prefix('/'));
    rest.is_some_and(|rest| recursive || !rest.contains('/'))
}

fn by_path(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let path = text(input, "Path").unwrap_or_default();
    if !path.starts_with('/') {
        return Err(refused("The parameter path must begin with a forward slash (/)."));
    }
    if !items(input, "ParameterFilters").is_empty() {
        return Err(ServiceError::not_modelled("ssm", "GetParametersByPath with filters"));
    }
    let recursive = flag(input, "Recursive") == Some(true);
    let decrypted = flag(input, "WithDecryption") == Some(true);
    let found = held(cloud, caller).filter(|(name, _)| is_below(name, path, recursive));
    let found = found.map(|(name, one)| (name.clone(), shown(caller, name, one, decrypted)));
    paged(input, found.collect(), 10)
}

fn paged(input: &Value, found: Vec<(String, Value)>, most: usize) -> Answer {
    let (shown, token) = page(found, text(input, "NextToken"), limit(input, most)?);
    let mut answer = json!({ "Parameters": shown });
    if let Some(token) = token {
        answer["NextToken"] = json!(token);
    }
    Ok(answer)
}

fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    if !items(input, "Filters").is_empty() {
        return Err(ServiceError::not_modelled("ssm", "DescribeParameters with Filters"));
    }
    let mut found = Vec::new();
    for (name, one) in held(cloud, caller) {
        let mut meant = true;
        for filter in items(input, "ParameterFilters") {
            meant &= passes(filter, name, one)?;
        }
        if !meant {
            continue;
        }
        let mut entry = json!({ "Name": name, "ARN": arn(caller, name), "Type": one.kind, "Version": one.version, "Tier": one.tier,
            "LastModifiedDate": one.modified, "LastModifiedUser": caller.principal, "Policies": [], "DataType": "text" });
        if let Some(key) = &one.key {
            entry["KeyId"] = json!(key);
        }
        if !one.description.is_empty() {
            entry["Description"] = json!(one.description);
        }
        found.push((name.clone(), entry));
    }
    paged(input, found, 50)
}

fn passes(filter: &Value, name: &str, one: &Parameter) -> Result<bool, ServiceError> {
    let values = texts(filter, "Values");
    let option = text(filter, "Option");
    let by_text = |actual: &str| match option {
        None | Some("Equals") => Ok(values.iter().any(|value| value == actual)),
        Some("BeginsWith") => Ok(values.iter().any(|value| actual.starts_with(value.as_str()))),
        Some(other) => Err(ServiceError::new(
            "InvalidFilterOption",
            format!("The following filter option is not valid: {other}."),
        )),
    };
    match text(filter, "Key") {
        Some("Name") => by_text(name),
        Some("Type") => by_text(&one.kind),
        Some("Tier") => by_text(&one.tier),
        Some("Path") => Ok(values
            .iter()
            .any(|path| is_below(name, path, option == Some("Recursive")))),
        key => {
            let message = format!("The following filter key is not valid: {}.", key.unwrap_or_default());
            Err(ServiceError::new("InvalidFilterKey", message))
        }
    }
}
