//! Lambda, as far as functions and their environments are looked at: `ListFunctions`, and `CreateFunction` to have some.
//!
//! Left out: running them, versions and aliases, code in S3 (refused as not modelled), time in which a function becomes active.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::members::{number, page, text};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Functions {
    held: BTreeMap<(AccountId, Region), BTreeMap<String, Value>>,
}

/// What a function keeps of what it was made with.
const KEPT: [&str; 10] = [
    "Runtime",
    "Handler",
    "Description",
    "DeadLetterConfig",
    "KMSKeyArn",
    "FileSystemConfigs",
    "EphemeralStorage",
    "LoggingConfig",
    "TracingConfig",
    "Architectures",
];
/// Names and values of an environment together.
const LARGEST_ENVIRONMENT: usize = 4096;

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateFunction" => create(cloud, caller, input),
        "ListFunctions" => list(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("lambda", operation)),
    }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterValueException", message)
}

fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = text(input, "FunctionName").unwrap_or_default();
    // A name, or an ARN that ends in one.
    let name = asked.rsplit(':').next().unwrap_or_default();
    let admitted = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_');
    if name.is_empty() || name.len() > 64 || !name.chars().all(admitted) {
        let message =
            format!("1 validation error detected: Value '{asked}' at 'functionName' failed to satisfy constraint");
        return Err(ServiceError::new("ValidationException", message));
    }
    let role = text(input, "Role").unwrap_or_default();
    if !(role.starts_with("arn:aws:iam::") && role.contains(":role/")) {
        let message = format!("1 validation error detected: Value '{role}' at 'role' failed to satisfy constraint");
        return Err(ServiceError::new("ValidationException", message));
    }
    let code = &input["Code"];
    if text(code, "S3Bucket").is_some() {
        return Err(ServiceError::not_modelled("lambda", "CreateFunction with code in S3"));
    }
    let (package, of) = match (text(code, "ZipFile"), text(code, "ImageUri")) {
        (Some(zip), None) => ("Zip", zip),
        (None, Some(image)) => ("Image", image),
        _ => return Err(invalid("Please provide a source for function code.")),
    };
    if text(input, "PackageType").unwrap_or("Zip") != package {
        return Err(invalid("The package type and the code of the function do not agree."));
    }
    if package == "Zip" && (text(input, "Runtime").is_none() || text(input, "Handler").is_none()) {
        return Err(invalid(
            "Runtime and Handler are mandatory parameters for functions created with deployment packages.",
        ));
    }
    let environment = input["Environment"]["Variables"].as_object();
    let mut size = 0;
    for (variable, value) in environment.into_iter().flatten() {
        let mut letters = variable.chars();
        let named = letters.next().is_some_and(|c| c.is_ascii_alphabetic())
            && letters.all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !named {
            let message =
                format!("1 validation error detected: the environment variable {variable} is not a valid name");
            return Err(ServiceError::new("ValidationException", message));
        }
        size += variable.len() + value.as_str().map_or(0, str::len);
    }
    if size > LARGEST_ENVIRONMENT {
        return Err(invalid(
            "Lambda was unable to configure your environment variables because the environment variables you have provided exceeded the 4KB limit.",
        ));
    }
    let place = (caller.account.clone(), caller.region.clone());
    let all = cloud.lambda.held.entry(place).or_default();
    if all.contains_key(name) {
        let message = format!("Function already exist: {name}");
        return Err(ServiceError::with_status(409, "ResourceConflictException", message));
    }
    let arn = format!("arn:aws:lambda:{}:{}:function:{name}", caller.region, caller.account);
    let hash = format!("{:x}", Sha256::digest(of.as_bytes()));
    let modified = cloud.now.strftime("%Y-%m-%dT%H:%M:%S.000+0000").to_string();
    let mut made = json!({
        "FunctionName": name, "FunctionArn": arn, "Role": role, "CodeSize": of.len(), "CodeSha256": hash, "Version": "$LATEST",
        "Timeout": number(input, "Timeout").unwrap_or(3), "MemorySize": number(input, "MemorySize").unwrap_or(128),
        "LastModified": modified, "PackageType": package, "State": "Active", "LastUpdateStatus": "Successful", "RevisionId": hash,
    });
    for member in KEPT {
        if let Some(given) = input.get(member).filter(|given| !given.is_null()) {
            made[member] = given.clone();
        }
    }
    if environment.is_some() {
        made["Environment"] = json!({ "Variables": input["Environment"]["Variables"] });
    }
    if let Some(layers) = input["Layers"].as_array() {
        made["Layers"] = layers.iter().map(|arn| json!({ "Arn": arn, "CodeSize": 1 })).collect();
    }
    if input["VpcConfig"].is_object() {
        made["VpcConfig"] = input["VpcConfig"].clone();
    }
    if input["ImageConfig"].is_object() {
        made["ImageConfigResponse"] = json!({ "ImageConfig": input["ImageConfig"] });
    }
    all.insert(name.to_owned(), made.clone());
    cloud.effect(caller, "lambda CreateFunction", arn);
    Ok(made)
}

fn list(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let place = (caller.account.clone(), caller.region.clone());
    let all = cloud.lambda.held.get(&place).into_iter().flatten();
    let found = all.map(|(name, function)| (name.clone(), function.clone())).collect();
    let limit = match number(input, "MaxItems") {
        // Fifty are shown at once, whatever more is asked for.
        None => 50,
        Some(asked @ 1..=10_000) => asked.min(50).unsigned_abs() as usize,
        Some(asked) => {
            let message =
                format!("1 validation error detected: Value '{asked}' at 'maxItems' failed to satisfy constraint");
            return Err(ServiceError::new("ValidationException", message));
        }
    };
    let (shown, next) = page(found, text(input, "Marker"), limit);
    let mut answer = json!({ "Functions": shown });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}
