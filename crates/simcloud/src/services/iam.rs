//! IAM, as far as the delivery flow needs it: identity providers, and roles with their trust policies.
//!
//! Modelled: one provider for a URL, its clients, trust policies as IAM gives them back (URL-encoded), principals that must exist. Left out:
//! permissions, paths, taking a role on with a web identity, the conditions that IAM asks for in a trust policy for GitHub since 2025
//! (roles older than that have none, and those are what is looked for).

use std::collections::BTreeMap;

use model::ids::AccountId;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Value, json};

use super::members::{number, text, texts};
use super::{iam_account, iam_simulation, sts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::policy;

/// State.
#[derive(Default)]
pub struct Identities {
    /// Identity providers by account and URL without its scheme.
    providers: BTreeMap<(AccountId, String), Provider>,
    /// Trust policies of roles that were made with one, as they were written.
    documents: BTreeMap<(AccountId, String), String>,
}

struct Provider {
    clients: Vec<String>,
    thumbprints: Vec<String>,
    created: String,
}

/// What a URL carries as it is.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateOpenIDConnectProvider" => create_provider(cloud, caller, input),
        "ListOpenIDConnectProviders" => list_providers(cloud, caller),
        "GetOpenIDConnectProvider" => get_provider(cloud, caller, input),
        "CreateRole" => create_role(cloud, caller, input),
        "GetRole" => get_role(cloud, caller, input),
        "SimulatePrincipalPolicy" => iam_simulation::simulate(cloud, caller, input),
        _ => iam_account::handle(cloud, caller, operation, input),
    }
}

fn provider_arn(account: &AccountId, url: &str) -> String {
    format!("arn:aws:iam::{account}:oidc-provider/{url}")
}

fn create_provider(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let url = text(input, "Url").unwrap_or_default();
    let bare = url.strip_prefix("https://").filter(|bare| !bare.is_empty());
    let bare = bare.ok_or_else(|| ServiceError::new("InvalidInput", "Invalid Open ID Connect Provider URL"))?;
    let bare = bare.trim_end_matches('/').to_owned();
    let (clients, thumbprints) = (texts(input, "ClientIDList"), texts(input, "ThumbprintList"));
    if thumbprints.len() > 5 {
        return Err(ServiceError::new(
            "InvalidInput",
            "Thumbprint list must contain fewer than 5 entries.",
        ));
    }
    let place = (caller.account.clone(), bare.clone());
    if cloud.iam.providers.contains_key(&place) {
        let message = format!("Provider with url {url} already exists.");
        return Err(ServiceError::with_status(409, "EntityAlreadyExists", message));
    }
    let provider = Provider {
        clients,
        thumbprints,
        created: cloud.now.to_string(),
    };
    cloud.iam.providers.insert(place, provider);
    let arn = provider_arn(&caller.account, &bare);
    cloud.effect(caller, "iam CreateOpenIDConnectProvider", &arn);
    Ok(json!({ "OpenIDConnectProviderArn": arn, "Tags": [] }))
}

fn list_providers(cloud: &Cloud, caller: &Caller) -> Answer {
    let own = cloud
        .iam
        .providers
        .keys()
        .filter(|(account, _)| *account == caller.account);
    let shown: Vec<Value> = own
        .map(|(account, url)| json!({ "Arn": provider_arn(account, url) }))
        .collect();
    Ok(json!({ "OpenIDConnectProviderList": shown }))
}

fn get_provider(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let asked = text(input, "OpenIDConnectProviderArn").unwrap_or_default();
    let mut all = cloud.iam.providers.iter();
    let found = all.find(|((account, url), _)| *account == caller.account && provider_arn(account, url) == asked);
    let Some(((_, url), one)) = found else {
        let message = format!("OpenIDConnect Provider not found for arn {asked}");
        return Err(ServiceError::with_status(404, "NoSuchEntity", message));
    };
    Ok(
        json!({ "Url": url, "ClientIDList": one.clients, "ThumbprintList": one.thumbprints, "CreateDate": one.created, "Tags": [] }),
    )
}

/// The statements of a document: one, or several.
fn statements(document: &Value) -> Vec<&Value> {
    match &document["Statement"] {
        Value::Array(several) => several.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// What of a trust policy simcloud can go by: whoever is admitted without a condition.
fn unconditional_trusts(document: &Value) -> Vec<String> {
    let allowing = statements(document).into_iter();
    let allowing = allowing.filter(|one| one["Effect"] == "Allow" && one["Condition"].is_null());
    let principals = allowing.flat_map(|one| [&one["Principal"]["AWS"], &one["Principal"]["Service"]]);
    let named = principals.flat_map(|named| match named {
        Value::Array(several) => several.iter().collect::<Vec<_>>(),
        one => vec![one],
    });
    named.filter_map(|one| one.as_str().map(str::to_owned)).collect()
}

fn create_role(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "RoleName").unwrap_or_default();
    let admitted = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if name.is_empty() || name.len() > 64 || !name.chars().all(admitted) {
        let message = "The specified value for roleName is invalid. It must contain only alphanumeric characters and/or the following: +=,.@_-";
        return Err(ServiceError::new("ValidationError", message));
    }
    if text(input, "Path").is_some_and(|path| path != "/") {
        return Err(ServiceError::not_modelled("iam", "CreateRole with a path"));
    }
    let written = text(input, "AssumeRolePolicyDocument").unwrap_or_default();
    let malformed = |message: String| ServiceError::new("MalformedPolicyDocument", message);
    let document: Value =
        serde_json::from_str(written).map_err(|_| malformed("This policy contains invalid Json".to_owned()))?;
    let all = statements(&document);
    if all.is_empty() {
        return Err(malformed("Syntax error at position (1,1)".to_owned()));
    }
    for statement in all {
        if statement["Principal"].is_null() && statement["NotPrincipal"].is_null() {
            return Err(malformed(
                "AssumeRolepolicy document must contain a Principal".to_owned(),
            ));
        }
        if !statement["Resource"].is_null() {
            return Err(malformed("Has prohibited field Resource".to_owned()));
        }
    }
    for principal in policy::aws_principals(&document) {
        if !sts::principal_exists(cloud, principal) {
            let message = format!("Invalid principal in policy: \"AWS\":\"{principal}\"");
            return Err(malformed(message));
        }
    }
    let longest = number(input, "MaxSessionDuration").unwrap_or(3600);
    let Some(longest) = u32::try_from(longest)
        .ok()
        .filter(|longest| (3600..=43_200).contains(longest))
    else {
        let message = format!(
            "1 validation error detected: Value '{longest}' at 'maxSessionDuration' failed to satisfy constraint"
        );
        return Err(ServiceError::new("ValidationError", message));
    };
    let arn = format!("arn:aws:iam::{}:role/{name}", caller.account);
    if sts::role(cloud, &arn).is_some() {
        let message = format!("Role with name {name} already exists.");
        return Err(ServiceError::with_status(409, "EntityAlreadyExists", message));
    }
    let role = sts::Role {
        trusts: unconditional_trusts(&document),
        external_id: None,
        max_session_seconds: longest,
    };
    sts::add_role(cloud, &caller.account, name, role);
    let place = (caller.account.clone(), name.to_owned());
    cloud.iam.documents.insert(place, written.to_owned());
    cloud.effect(caller, "iam CreateRole", &arn);
    get_role(cloud, caller, input)
}

fn get_role(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "RoleName").unwrap_or_default();
    let arn = format!("arn:aws:iam::{}:role/{name}", caller.account);
    let Some(role) = sts::role(cloud, &arn) else {
        let message = format!("The role with name {name} cannot be found.");
        return Err(ServiceError::with_status(404, "NoSuchEntity", message));
    };
    let written = cloud.iam.documents.get(&(caller.account.clone(), name.to_owned()));
    let document = written.cloned().unwrap_or_else(|| trust_of(role).to_string());
    Ok(json!({ "Role": {
        "Path": "/", "RoleName": name, "RoleId": format!("AROA{}", model::ids::Digest::of(arn.as_bytes()).short().to_uppercase()),
        "Arn": arn, "CreateDate": cloud.now.to_string(), "MaxSessionDuration": role.max_session_seconds,
        "AssumeRolePolicyDocument": utf8_percent_encode(&document, PLAIN).to_string(),
    } }))
}

/// The policy of a role of which the inventory names only who may take it on.
fn trust_of(role: &sts::Role) -> Value {
    let (services, people): (Vec<&String>, Vec<&String>) = role
        .trusts
        .iter()
        .partition(|trusted| trusted.ends_with(".amazonaws.com"));
    let mut statement =
        json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": people, "Service": services } });
    if let Some(id) = &role.external_id {
        statement["Condition"] = json!({ "StringEquals": { "sts:ExternalId": id } });
    }
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}
