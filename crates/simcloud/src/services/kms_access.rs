//! Who may use which KMS key: what every other service asks before it encrypts or decrypts, and KMS itself before it acts.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use model::inventory::KeyManager;
use serde_json::Value;

use super::iam_permissions::{self, Need};
use super::kms::{Alias, Key, MANAGED, arn, managed_id, managed_policy};
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::policy::{self, Verdict};

/// Whether the caller may use a key through one of its account's services (RDS and EBS act with the caller's rights; what they
/// grant is "for an AWS resource"). Checks in AWS's order: the key exists, the caller is allowed, the key is usable.
///
/// KMS's own codes come back (`NotFoundException`, `AccessDeniedException`, `DisabledException`, `KMSInvalidStateException`);
/// the calling service turns them into its own (`KMSKeyNotAccessibleFault`).
pub fn may_use(cloud: &Cloud, caller: &Caller, key_arn: &str, action: &str) -> Result<(), ServiceError> {
    let context = BTreeMap::from([("kms:GrantIsForAWSResource".to_owned(), "true".to_owned())]);
    check(cloud, caller, key_arn, action, context)
}

/// The same, naming the service (`rds`, `ec2`, `s3`) for policies with a `kms:ViaService` condition.
pub fn may_use_via(
    cloud: &Cloud,
    caller: &Caller,
    key_arn: &str,
    action: &str,
    service: &str,
) -> Result<(), ServiceError> {
    let context = BTreeMap::from([
        ("kms:GrantIsForAWSResource".to_owned(), "true".to_owned()),
        (
            "kms:ViaService".to_owned(),
            format!("{service}.{}.amazonaws.com", caller.region),
        ),
    ]);
    check(cloud, caller, key_arn, action, context)
}

fn check(
    cloud: &Cloud,
    caller: &Caller,
    key_arn: &str,
    action: &str,
    mut context: BTreeMap<String, String>,
) -> Result<(), ServiceError> {
    context.insert("kms:CallerAccount".to_owned(), caller.account.to_string());
    let key = look_up(cloud, key_arn)?;
    allowed(cloud, &key, caller, key_arn, action, &context)?;
    match action {
        // These look at or manage a key; they work on one that is disabled.
        "kms:DescribeKey" | "kms:ListGrants" | "kms:RevokeGrant" => Ok(()),
        _ => usable_key(&key, key_arn),
    }
}

/// The ARN of the key that an id, alias, alias ARN or key ARN means. A bare id and an alias are looked up in the caller's own
/// account and region: across accounts only ARNs work.
pub fn resolve(cloud: &Cloud, caller: &Caller, id_or_alias_or_arn: &str) -> Result<String, ServiceError> {
    let (account, region, name) = match id_or_alias_or_arn.strip_prefix("arn:aws:kms:") {
        Some(rest) => {
            let mut parts = rest.splitn(3, ':');
            let (region, account, name) = (parts.next(), parts.next(), parts.next());
            let region = region.and_then(|r| Region::new(r).ok());
            let account = account.and_then(|a| AccountId::new(a).ok());
            match (account, region, name) {
                (Some(account), Some(region), Some(name)) => (account, region, name),
                _ => {
                    return Err(ServiceError::new(
                        "NotFoundException",
                        format!("Invalid arn {id_or_alias_or_arn}"),
                    ));
                }
            }
        }
        None => (caller.account.clone(), caller.region.clone(), id_or_alias_or_arn),
    };
    if region != caller.region {
        return Err(ServiceError::new("NotFoundException", format!("Invalid arn {region}")));
    }
    let not_found = |what: String| ServiceError::new("NotFoundException", what);
    if name.starts_with("alias/") {
        let alias = cloud
            .kms
            .aliases
            .get(&(account.clone(), region.clone(), name.to_owned()));
        if let Some(alias) = alias.filter(|alias| alias.visible_from <= cloud.now) {
            return Ok(alias.key.clone());
        }
        if let Some(service) = name
            .strip_prefix("alias/aws/")
            .filter(|service| MANAGED.contains(service))
        {
            return Ok(arn(&account, &region, &managed_id(&account, &region, service)));
        }
        return Err(not_found(format!(
            "Alias arn:aws:kms:{region}:{account}:{name} is not found."
        )));
    }
    let id = name.strip_prefix("key/").unwrap_or(name);
    let found = arn(&account, &region, id);
    look_up(cloud, &found)?;
    Ok(found)
}

/// Whether AWS manages the key: what it encrypts cannot be shared with another account.
pub fn is_aws_managed(cloud: &Cloud, key_arn: &str) -> bool {
    match cloud.kms.keys.get(key_arn) {
        Some(key) => key.manager == KeyManager::Aws,
        None => unmade(cloud, key_arn).is_some(),
    }
}

/// Finds the key a request names and checks that the caller may do this to it.
pub(super) fn open(cloud: &Cloud, caller: &Caller, key_id: &Value, action: &str) -> Result<String, ServiceError> {
    let named = key_id.as_str().unwrap_or_default();
    if named.is_empty() {
        return Err(ServiceError::new("ValidationException", "KeyId must not be empty"));
    }
    let arn = resolve(cloud, caller, named)?;
    let key = look_up(cloud, &arn)?;
    let context = BTreeMap::from([("kms:CallerAccount".to_owned(), caller.account.to_string())]);
    allowed(cloud, &key, caller, &arn, action, &context)?;
    Ok(arn)
}

/// Whether the key can encrypt and decrypt now.
pub(super) fn usable(cloud: &Cloud, arn: &str) -> Result<(), ServiceError> {
    usable_key(&look_up(cloud, arn)?, arn)
}

/// Makes the default key of a service really exist, if the ARN is one's that nothing has asked for yet.
pub(super) fn materialise(cloud: &mut Cloud, key_arn: &str) {
    if cloud.kms.keys.contains_key(key_arn) {
        return;
    }
    if let Some((service, key)) = unmade(cloud, key_arn) {
        let name = (key.account.clone(), key.region.clone(), format!("alias/aws/{service}"));
        cloud.kms.aliases.insert(
            name,
            Alias {
                key: key_arn.to_owned(),
                visible_from: cloud.now,
            },
        );
        cloud.kms.keys.insert(key_arn.to_owned(), key);
    }
}

/// The key, made to exist if need be.
pub(super) fn materialised<'a>(cloud: &'a mut Cloud, key_arn: &str) -> &'a mut Key {
    materialise(cloud, key_arn);
    cloud.kms.keys.get_mut(key_arn).expect("the key was opened before")
}

/// KMS's refusal.
pub(super) fn denied(caller: &Caller, action: &str, key_arn: &str) -> ServiceError {
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: {key_arn} because no resource-based policy allows the {action} action",
        caller.principal
    );
    ServiceError::new("AccessDeniedException", message)
}

/// The default key of a service that would be made on first use, with the service's name.
fn unmade(cloud: &Cloud, key_arn: &str) -> Option<(&'static str, Key)> {
    let mut parts = key_arn.strip_prefix("arn:aws:kms:")?.splitn(3, ':');
    let region = Region::new(parts.next()?).ok()?;
    let account = AccountId::new(parts.next()?).ok()?;
    let id = parts.next()?.strip_prefix("key/")?;
    let service = MANAGED
        .into_iter()
        .find(|service| managed_id(&account, &region, service) == id)?;
    let key = Key {
        id: id.to_owned(),
        description: format!(
            "Default key that protects my {} when no other key is defined",
            service.to_uppercase()
        ),
        manager: KeyManager::Aws,
        enabled: true,
        deletion: None,
        created: cloud.now,
        visible_from: cloud.now,
        policies: vec![(cloud.now, managed_policy(&account))],
        tags: BTreeMap::new(),
        grants: Vec::new(),
        account,
        region,
    };
    Some((service, key))
}

fn look_up(cloud: &Cloud, key_arn: &str) -> Result<Key, ServiceError> {
    let not_found = || ServiceError::new("NotFoundException", format!("Key '{key_arn}' does not exist"));
    match cloud.kms.keys.get(key_arn) {
        Some(key) if key.visible_from <= cloud.now => Ok(key.clone()),
        Some(_) => Err(not_found()),
        None => unmade(cloud, key_arn).map(|(_, key)| key).ok_or_else(not_found),
    }
}

fn usable_key(key: &Key, key_arn: &str) -> Result<(), ServiceError> {
    match key.state() {
        "Enabled" => Ok(()),
        "Disabled" => Err(ServiceError::new(
            "DisabledException",
            format!("{key_arn} is disabled."),
        )),
        _ => Err(ServiceError::new(
            "KMSInvalidStateException",
            format!("{key_arn} is pending deletion."),
        )),
    }
}

/// The key's policy in force, with the caller's own policies where it has any; then its grants, which ask for neither.
fn allowed(
    cloud: &Cloud,
    key: &Key,
    caller: &Caller,
    key_arn: &str,
    action: &str,
    context: &BTreeMap<String, String>,
) -> Result<(), ServiceError> {
    // An AWS-managed key cannot be opened to another account by any means.
    if key.manager == KeyManager::Aws && key.account != caller.account {
        return Err(denied(caller, action, key_arn));
    }
    let document: Value = serde_json::from_str(key.policy_at(cloud.now)).unwrap_or_default();
    match policy::allows(&document, caller, action, key_arn, context) {
        Verdict::Allow if key.manager == KeyManager::Customer => {
            let need = Need {
                action: action.to_owned(),
                resource: key_arn.to_owned(),
                context: context.clone(),
            };
            let judged = iam_permissions::judge(cloud, caller, &need);
            judged.map_err(|message| ServiceError::new("AccessDeniedException", message))
        }
        // The policy of a key that AWS manages admits everyone who comes by its service: nothing of theirs is asked.
        Verdict::Allow => Ok(()),
        Verdict::Deny => Err(denied(caller, action, key_arn)),
        Verdict::Silent if granted(cloud, key, caller, action) => Ok(()),
        Verdict::Silent => Err(denied(caller, action, key_arn)),
    }
}

fn granted(cloud: &Cloud, key: &Key, caller: &Caller, action: &str) -> bool {
    let operation = action.strip_prefix("kms:").unwrap_or(action);
    let in_force = key.grants.iter().filter(|grant| grant.visible_from <= cloud.now);
    in_force
        .filter(|grant| policy::admits(&grant.grantee, caller))
        .any(|grant| {
            grant
                .operations
                .iter()
                .any(|o| o == operation || (operation.starts_with("ReEncrypt") && o.starts_with("ReEncrypt")))
        })
}
