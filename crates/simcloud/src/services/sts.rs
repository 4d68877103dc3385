//! STS and who exists: accounts, roles with their trust, access keys and sessions that end.
//!
//! Modelled: AssumeRole with trust by account, role, user and service, external id, longest session, the one-hour limit of
//! chained roles; GetCallerIdentity; sessions that expire or are revoked. Left out: session policies, tags, MFA. What roles may
//! do is in `iam_permissions`.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::inventory::AccountInventory;
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::policy;

/// The operator's account when no role of the inventory trusts anybody.
const LONE_OPERATOR: &str = "999999999999";

/// State.
#[derive(Default)]
pub struct Principals {
    /// What is known of each account.
    accounts: BTreeMap<AccountId, Account>,
    /// Roles by account and name.
    roles: BTreeMap<(AccountId, String), Role>,
    /// Access keys by id.
    keys: BTreeMap<String, AccessKey>,
    /// Principals that stood in policies of the inventory: AWS had accepted them, so they exist.
    vouched: BTreeSet<String>,
}

/// What is known of an account.
#[derive(Default)]
struct Account {
    /// How many resources the inventory listed in it: the account where everything grew has the most.
    resources: usize,
}

/// A role and its trust.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// AWS principals and service names that may take it on.
    pub trusts: Vec<String>,
    /// The external id that must be given.
    pub external_id: Option<String>,
    /// The longest session in seconds.
    pub max_session_seconds: u32,
}

/// One pair of keys and what it stands for.
struct AccessKey {
    secret: String,
    account: AccountId,
    principal: String,
    /// Sessions carry one; long-lived keys do not.
    token: Option<String>,
    expires: Option<Timestamp>,
}

/// Long-lived keys for a client.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Credentials {
    /// Whose.
    pub account: AccountId,
    /// Access key id.
    pub access_key: String,
    /// Secret access key.
    pub secret_key: String,
}

/// The keys that the served simcloud announces.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Announced {
    /// Who may assume the roles.
    pub operator: Credentials,
    /// The account where everything grew.
    pub source: Option<Credentials>,
    /// The account it moves into.
    pub target: Option<Credentials>,
}

/// Fills from the inventory.
pub fn fill(cloud: &mut Cloud, account: &AccountId, contents: &AccountInventory) {
    let resources = contents.zones.len()
        + contents
            .regions
            .values()
            .map(|r| r.keys.len() + r.databases.len() + r.buckets.len() + r.images.len())
            .sum::<usize>();
    cloud.sts.accounts.insert(account.clone(), Account { resources });
    if contents.denies_global_bucket_names {
        cloud.s3.own_namespace_only.insert(account.clone());
    }
    for (name, role) in &contents.roles {
        for trusted in &role.trusts {
            vouch(cloud, trusted);
        }
        let role = Role {
            trusts: role.trusts.clone(),
            external_id: role.external_id.clone(),
            max_session_seconds: role.max_session_seconds.unwrap_or(3600),
        };
        cloud.sts.roles.insert((account.clone(), name.clone()), role);
    }
    static_key(cloud, account);
}

/// Notes a principal that AWS had accepted in a policy of the inventory: its account exists.
pub fn vouch(cloud: &mut Cloud, principal: &str) {
    cloud.sts.vouched.insert(principal.to_owned());
    if let Some(account) = account_of(principal) {
        cloud.sts.accounts.entry(account).or_default();
    }
}

/// Whether the account exists.
pub fn account_exists(cloud: &Cloud, account: &AccountId) -> bool {
    cloud.sts.accounts.contains_key(account) || account.as_str() == LONE_OPERATOR
}

/// Whether AWS would accept the principal in a resource policy: its account must exist, a role too. Users are not modelled; they
/// exist where their account does. A unique id (`AROA…`) stands for a deleted principal and is refused.
pub fn principal_exists(cloud: &Cloud, principal: &str) -> bool {
    if principal == "*" {
        return true;
    }
    if principal.starts_with("AROA") || principal.starts_with("AIDA") {
        return false;
    }
    if cloud.sts.vouched.contains(principal) {
        return true;
    }
    let Some(account) = account_of(principal) else {
        return false;
    };
    if !account_exists(cloud, &account) {
        return false;
    }
    match policy::role_of(principal).or_else(|| policy::session_role(principal)) {
        Some((_, name)) => cloud.sts.roles.contains_key(&(account, name.to_owned())),
        None => true,
    }
}

/// A role by its ARN.
pub fn role<'a>(cloud: &'a Cloud, arn: &str) -> Option<&'a Role> {
    let (account, name) = policy::role_of(arn)?;
    cloud.sts.roles.get(&(AccountId::new(account).ok()?, name.to_owned()))
}

/// Adds a role that a call made.
pub fn add_role(cloud: &mut Cloud, account: &AccountId, name: &str, role: Role) {
    cloud.sts.roles.insert((account.clone(), name.to_owned()), role);
}

/// Whether a service (`batchoperations.s3.amazonaws.com`) may take the role on.
pub fn trusts_service(cloud: &Cloud, role_arn: &str, service: &str) -> bool {
    role(cloud, role_arn).is_some_and(|role| role.trusts.iter().any(|trusted| trusted == service))
}

/// The secret of an access key, for whoever checks a signature.
pub fn secret_of(cloud: &Cloud, access_key: &str) -> Option<String> {
    cloud.sts.keys.get(access_key).map(|key| key.secret.clone())
}

/// Who signed: looks up the access key and holds its session against the virtual clock.
///
/// The codes are those of the query services; [`crate::wire`] gives them the names that JSON and REST services use.
pub fn authenticate(
    cloud: &Cloud,
    access_key: &str,
    token: Option<&str>,
    region: &Region,
) -> Result<Caller, ServiceError> {
    let invalid = || {
        ServiceError::with_status(
            403,
            "InvalidClientTokenId",
            "The security token included in the request is invalid.",
        )
    };
    let key = cloud.sts.keys.get(access_key).ok_or_else(invalid)?;
    if key.token.as_deref() != token.filter(|token| !token.is_empty()) {
        // Only S3 has a code of its own for a wrong token.
        return Err(ServiceError {
            code: "InvalidToken".to_owned(),
            ..invalid()
        });
    }
    if key.expires.is_some_and(|expires| cloud.now >= expires) {
        return Err(ServiceError::with_status(
            403,
            "ExpiredToken",
            "The security token included in the request is expired",
        ));
    }
    Ok(Caller {
        account: key.account.clone(),
        region: region.clone(),
        principal: key.principal.clone(),
    })
}

/// Ends every session at once, as an administrator's "revoke active sessions" or a long suspend of the machine does.
pub fn expire_sessions(cloud: &mut Cloud) {
    let now = cloud.now;
    for key in cloud.sts.keys.values_mut() {
        if let Some(expires) = &mut key.expires {
            *expires = (*expires).min(now);
        }
    }
}

/// Ends every login, the operator's own too: keys that come from a sign-in portal expire with it.
pub fn end_logins(cloud: &mut Cloud) {
    expire_sessions(cloud);
    let now = cloud.now;
    for key in cloud.sts.keys.values_mut().filter(|key| key.token.is_none()) {
        key.expires = Some(now);
    }
}

/// The operator logs in again; sessions that have ended stay so.
pub fn log_in(cloud: &mut Cloud) {
    for key in cloud.sts.keys.values_mut().filter(|key| key.token.is_none()) {
        key.expires = None;
    }
}

/// The roles that people take on, by ARN: not those that only services use.
pub fn roles_of_people(cloud: &Cloud) -> Vec<String> {
    let by_people = |role: &Role| role.trusts.iter().any(|trusted| account_of(trusted).is_some());
    let roles = cloud.sts.roles.iter().filter(|(_, role)| by_people(role));
    roles
        .map(|((account, name), _)| format!("arn:aws:iam::{account}:role/{name}"))
        .collect()
}

/// Takes every trusted principal away from a role: access that is revoked while a run is under way.
pub fn distrust(cloud: &mut Cloud, role_arn: &str) {
    if let Some((account, name)) = policy::role_of(role_arn)
        && let Ok(account) = AccountId::new(account)
        && let Some(role) = cloud.sts.roles.get_mut(&(account, name.to_owned()))
    {
        role.trusts.clear();
    }
}

/// The long-lived keys of operator, source and target. Which account is which follows from the roles' names where they say
/// so, else from where the resources lie: an inventory does not name the sides.
pub fn credentials(cloud: &mut Cloud) -> Announced {
    let principal = operator_principal(cloud);
    let operator = key_for(cloud, &principal);
    let named = |cloud: &Cloud, word: &str| {
        cloud
            .sts
            .roles
            .keys()
            .find(|(_, name)| name.contains(word))
            .map(|(account, _)| account.clone())
    };
    let count = |cloud: &Cloud, account: &AccountId| cloud.sts.accounts.get(account).map_or(0, |a| a.resources);
    let others: Vec<AccountId> = cloud
        .sts
        .accounts
        .keys()
        .filter(|a| **a != operator.account)
        .cloned()
        .collect();
    let target_named = named(cloud, "target");
    let source = named(cloud, "source").or_else(|| {
        let candidates = others.iter().filter(|a| Some(*a) != target_named.as_ref());
        candidates
            .max_by_key(|a| (count(cloud, a), std::cmp::Reverse((*a).clone())))
            .cloned()
    });
    let target = target_named.or_else(|| {
        others
            .iter()
            .filter(|a| Some(*a) != source.as_ref())
            .min_by_key(|a| (count(cloud, a), (*a).clone()))
            .cloned()
    });
    let mut of = |account: Option<AccountId>| account.map(|account| static_key(cloud, &account));
    Announced {
        operator,
        source: of(source),
        target: of(target),
    }
}

/// The long-lived keys of an account's administrator.
pub fn static_key(cloud: &mut Cloud, account: &AccountId) -> Credentials {
    key_for(cloud, &format!("arn:aws:iam::{account}:user/administrator"))
}

/// Makes, or finds, the long-lived keys of a principal. They depend on seed and principal alone.
fn key_for(cloud: &mut Cloud, principal: &str) -> Credentials {
    let account = account_of(principal).unwrap_or_else(|| AccountId::new(LONE_OPERATOR).expect("twelve digits"));
    if let Some((id, key)) = cloud
        .sts
        .keys
        .iter()
        .find(|(_, key)| key.token.is_none() && key.principal == principal)
    {
        return Credentials {
            account,
            access_key: id.clone(),
            secret_key: key.secret.clone(),
        };
    }
    let access_key = format!("AKIA{}", cloud.faults.letters("sts static keys", BASE32, 16));
    let secret_key = cloud.faults.letters("sts static keys", BASE62, 40);
    let key = AccessKey {
        secret: secret_key.clone(),
        account: account.clone(),
        principal: principal.to_owned(),
        token: None,
        expires: None,
    };
    cloud.sts.keys.insert(access_key.clone(), key);
    cloud.sts.accounts.entry(account.clone()).or_default();
    Credentials {
        account,
        access_key,
        secret_key,
    }
}

const BASE32: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
const BASE62: &str = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

/// The principal that most roles trust: the operator of a migration is whoever can take on its roles.
fn operator_principal(cloud: &Cloud) -> String {
    let mut votes: BTreeMap<String, usize> = BTreeMap::new();
    for trusted in cloud.sts.roles.values().flat_map(|role| &role.trusts) {
        let Some(account) = account_of(trusted) else { continue };
        let principal = match policy::role_of(trusted) {
            Some((_, name)) => format!("arn:aws:sts::{account}:assumed-role/{name}/operator"),
            None if trusted.contains(":user/") || trusted.contains(":assumed-role/") => trusted.clone(),
            None => format!("arn:aws:iam::{account}:user/operator"),
        };
        *votes.entry(principal).or_default() += 1;
    }
    let most = votes
        .iter()
        .max_by_key(|(principal, count)| (**count, std::cmp::Reverse((*principal).clone())));
    most.map_or_else(
        || format!("arn:aws:iam::{LONE_OPERATOR}:user/operator"),
        |(principal, _)| principal.clone(),
    )
}

/// The account in an ARN, or the bare account id.
fn account_of(principal: &str) -> Option<AccountId> {
    AccountId::new(principal)
        .ok()
        .or_else(|| AccountId::new(principal.strip_prefix("arn:")?.split(':').nth(3)?).ok())
}

/// What is due by now: sessions long ended are forgotten, so that a night of polling does not fill the table.
pub fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let day = jiff::SignedDuration::from_hours(24);
    cloud
        .sts
        .keys
        .retain(|_, key| key.token.is_none() || key.expires.is_none_or(|expires| now.duration_since(expires) < day));
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetCallerIdentity" => Ok(json!({
            "UserId": user_id(&caller.principal),
            "Account": caller.account.as_str(),
            "Arn": caller.principal,
        })),
        "AssumeRole" => assume_role(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("sts", operation)),
    }
}

/// A unique id in AWS's form, the same for the same principal.
fn user_id(principal: &str) -> String {
    let hash = model::ids::Digest::of(
        policy::session_role(principal)
            .map_or(principal, |(_, role)| role)
            .as_bytes(),
    );
    let short = hash.short().to_uppercase();
    match principal.rsplit_once('/') {
        Some((_, session)) if principal.contains(":assumed-role/") => format!("AROA{short}CLEAV:{session}"),
        _ => format!("AIDA{short}CLEAV"),
    }
}

fn assume_role(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let role_arn = input["RoleArn"].as_str().unwrap_or_default();
    let session = input["RoleSessionName"].as_str().unwrap_or_default();
    let valid = |c: char| c.is_ascii_alphanumeric() || "_+=,.@-".contains(c);
    if !(2..=64).contains(&session.len()) || !session.chars().all(valid) {
        let message = format!(
            "1 validation error detected: Value '{session}' at 'roleSessionName' failed to satisfy constraint: Member must satisfy regular expression pattern: [\\w+=,.@-]*"
        );
        return Err(ServiceError::new("ValidationError", message));
    }
    // A role that does not exist and a role that does not trust the caller get the same answer.
    let denied = || {
        let message = format!(
            "User: {} is not authorized to perform: sts:AssumeRole on resource: {role_arn}",
            caller.principal
        );
        ServiceError::with_status(403, "AccessDenied", message)
    };
    let role = role(cloud, role_arn).ok_or_else(denied)?;
    if !role.trusts.iter().any(|trusted| policy::admits(trusted, caller)) {
        return Err(denied());
    }
    if role.external_id.is_some() && role.external_id.as_deref() != input["ExternalId"].as_str() {
        return Err(denied());
    }
    let seconds = input["DurationSeconds"].as_i64().unwrap_or(3600);
    if !(900..=43_200).contains(&seconds) {
        let message = format!(
            "1 validation error detected: Value '{seconds}' at 'durationSeconds' failed to satisfy constraint: Member must have value between 900 and 43200"
        );
        return Err(ServiceError::new("ValidationError", message));
    }
    let chained = policy::session_role(&caller.principal).is_some();
    if chained && seconds > 3600 {
        let message =
            "The requested DurationSeconds exceeds the 1 hour session limit for roles assumed by role chaining.";
        return Err(ServiceError::new("ValidationError", message));
    }
    if seconds > i64::from(role.max_session_seconds) {
        let message = "The requested DurationSeconds exceeds the MaxSessionDuration set for this role.";
        return Err(ServiceError::new("ValidationError", message));
    }
    let (account, name) = policy::role_of(role_arn).ok_or_else(denied)?;
    let account = AccountId::new(account).map_err(|_| denied())?;
    let principal = format!("arn:aws:sts::{account}:assumed-role/{name}/{session}");
    let access_key = format!("ASIA{}", cloud.faults.letters("sts sessions", BASE32, 16));
    let secret = cloud.faults.letters("sts sessions", BASE62, 40);
    let token = cloud.faults.letters("sts sessions", BASE62, 120);
    let expires = cloud.later(seconds);
    let answer = json!({
        "Credentials": {
            "AccessKeyId": access_key,
            "SecretAccessKey": secret,
            "SessionToken": token,
            "Expiration": expires.to_string(),
        },
        "AssumedRoleUser": { "AssumedRoleId": user_id(&principal), "Arn": principal },
    });
    cloud.sts.keys.insert(
        access_key,
        AccessKey {
            secret,
            account,
            principal,
            token: Some(token),
            expires: Some(expires),
        },
    );
    Ok(answer)
}

#[cfg(test)]
#[path = "sts_tests.rs"]
mod tests;
