//! KMS: keys, aliases, policies and grants, evaluated on every use.
//!
//! Modelled: key policies with accounts and roles, AWS-managed keys that never leave their account, aliases per account and region,
//! policies kept byte for byte, principals that must exist, the lock-out check, the 32 KiB limit, a change that takes a while to
//! be seen. Left out: cryptographic calls of clients, switching rotation on, imported and asymmetric material, multi-Region replicas.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use model::inventory::{KeyManager, RegionInventory};
use serde_json::{Value, json};

use super::{kms_access, kms_aliases, sts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::policy;

pub use super::kms_access::{is_aws_managed, may_use, may_use_via, resolve};

/// The services whose default key AWS makes on first use.
pub(super) const MANAGED: [&str; 3] = ["rds", "ebs", "s3"];

/// State.
#[derive(Default)]
pub struct Keys {
    pub(super) keys: BTreeMap<String, Key>,
    /// By account, region and alias name (`alias/shop`).
    pub(super) aliases: BTreeMap<(AccountId, Region, String), Alias>,
}

/// A key.
#[derive(Debug, Clone, PartialEq)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// The account it belongs to.
    pub account: AccountId,
    /// Its region.
    pub region: Region,
    /// What its owner wrote about it.
    pub description: String,
    /// Who manages it.
    pub manager: KeyManager,
    /// Whether it can be used.
    pub enabled: bool,
    /// When it will be deleted: scheduled, which law 5 forbids.
    pub deletion: Option<Timestamp>,
    /// When it was made.
    pub created: Timestamp,
    /// From when on others see it.
    pub visible_from: Timestamp,
    /// The policy's text, byte for byte, with the moment from which it is in force. The last is what GetKeyPolicy shows.
    pub policies: Vec<(Timestamp, String)>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// Its grants.
    pub grants: Vec<Grant>,
}

/// A name for a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The key's ARN.
    pub key: String,
    /// From when on it is seen.
    pub visible_from: Timestamp,
}

/// A grant.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// Its name; a second CreateGrant with the same name and content gives the first.
    pub name: Option<String>,
    /// Who may.
    pub grantee: String,
    /// What.
    pub operations: Vec<String>,
    /// Whose call made it.
    pub issuer: String,
    /// When.
    pub created: Timestamp,
    /// From when on it counts.
    pub visible_from: Timestamp,
}

impl Key {
    /// The policy that AWS goes by at a moment: a change takes a while to be in force.
    pub fn policy_at(&self, now: Timestamp) -> &str {
        let (_, first) = &self.policies[0];
        self.policies
            .iter()
            .rev()
            .find(|(from, _)| *from <= now)
            .map_or(first, |(_, text)| text)
    }

    /// The policy as its owner reads it.
    pub fn policy(&self) -> &str {
        self.policies
            .last()
            .map(|(_, text)| text.as_str())
            .expect("a key has a policy from the start")
    }

    /// `Enabled`, `Disabled` or `PendingDeletion`
    pub fn state(&self) -> &'static str {
        match (self.deletion, self.enabled) {
            (Some(_), _) => "PendingDeletion",
            (None, true) => "Enabled",
            (None, false) => "Disabled",
        }
    }
}

/// Fills from the inventory.
pub fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    for observed in &contents.keys {
        let arn = arn(account, region, &observed.id);
        let policy = match (&observed.policy, observed.manager) {
            (Some(Value::String(text)), _) => text.clone(),
            (Some(document), _) => serde_json::to_string_pretty(document).expect("a JSON value can be written"),
            (None, KeyManager::Customer) => default_policy(account),
            (None, KeyManager::Aws) => managed_policy(account),
        };
        let document: Value = serde_json::from_str(&policy).unwrap_or_default();
        for principal in policy::aws_principals(&document) {
            if !principal.starts_with("AROA") && !principal.starts_with("AIDA") && principal != "*" {
                sts::vouch(cloud, principal);
            }
        }
        let now = cloud.now;
        let key = Key {
            id: observed.id.clone(),
            account: account.clone(),
            region: region.clone(),
            description: observed.description.clone(),
            manager: observed.manager,
            enabled: true,
            deletion: None,
            created: now,
            visible_from: now,
            policies: vec![(now, policy)],
            tags: observed.tags.clone(),
            grants: Vec::new(),
        };
        cloud.kms.keys.insert(arn.clone(), key);
        for alias in &observed.aliases {
            let alias_key = (account.clone(), region.clone(), alias.clone());
            cloud.kms.aliases.insert(
                alias_key,
                Alias {
                    key: arn.clone(),
                    visible_from: now,
                },
            );
        }
    }
}

/// Every key by its ARN: for the laws and for tests. AWS-managed keys that nothing has used yet are not among them.
pub fn keys(cloud: &Cloud) -> &BTreeMap<String, Key> {
    &cloud.kms.keys
}

/// Every alias by account, region and name.
pub fn aliases(cloud: &Cloud) -> &BTreeMap<(AccountId, Region, String), Alias> {
    &cloud.kms.aliases
}

/// Disables a key, as an administrator elsewhere would while a run is under way (a hostile fault).
pub fn disable(cloud: &mut Cloud, key_arn: &str) {
    if let Some(key) = cloud.kms.keys.get_mut(key_arn) {
        key.enabled = false;
    }
}

/// The ARN of a key.
pub fn arn(account: &AccountId, region: &Region, id: &str) -> String {
    format!("arn:aws:kms:{region}:{account}:key/{id}")
}

/// What AWS gives a key made without a policy: the account's root, and through it the account's IAM.
pub fn default_policy(account: &AccountId) -> String {
    format!(
        "{{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n  \"Statement\" : [ {{\n    \"Sid\" : \"Enable IAM User Permissions\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {{\n      \"AWS\" : \"arn:aws:iam::{account}:root\"\n    }},\n    \"Action\" : \"kms:*\",\n    \"Resource\" : \"*\"\n  }} ]\n}}"
    )
}

/// The policy of an AWS-managed key. Nobody can change it.
pub(super) fn managed_policy(account: &AccountId) -> String {
    format!(
        "{{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"auto-1\",\n  \"Statement\" : [ {{\n    \"Sid\" : \"Allow use by the account through its services\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : {{\n      \"AWS\" : \"arn:aws:iam::{account}:root\"\n    }},\n    \"Action\" : [ \"kms:Encrypt\", \"kms:Decrypt\", \"kms:ReEncrypt*\", \"kms:GenerateDataKey*\", \"kms:CreateGrant\", \"kms:DescribeKey\", \"kms:ListGrants\", \"kms:RevokeGrant\", \"kms:Get*\", \"kms:ListResourceTags\" ],\n    \"Resource\" : \"*\"\n  }} ]\n}}"
    )
}

/// The id of the key that AWS makes for a service: a function of account, region and service, so that a look can name it
/// before anything was encrypted with it.
pub(super) fn managed_id(account: &AccountId, region: &Region, service: &str) -> String {
    let digest = Digest::of(format!("{account}/{region}/aws/{service}").as_bytes());
    uuid(digest.as_str())
}

/// 32 hexadecimal digits in a UUID's form.
fn uuid(hex: &str) -> String {
    format!(
        "{}-{}-4{}-a{}-{}",
        &hex[0..8],
        &hex[8..12],
        &hex[13..16],
        &hex[17..20],
        &hex[20..32]
    )
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateKey" => create_key(cloud, caller, input),
        "ListKeys" => Ok(list_keys(cloud, caller)),
        "ListAliases" => Ok(kms_aliases::list_aliases(cloud, caller, input)),
        "CreateAlias" => kms_aliases::create_alias(cloud, caller, input),
        "UpdateAlias" => kms_aliases::update_alias(cloud, caller, input),
        "DeleteAlias" => kms_aliases::delete_alias(cloud, caller, input),
        "DescribeKey" => {
            let arn = kms_access::open(cloud, caller, &input["KeyId"], "kms:DescribeKey")?;
            // AWS makes the default key of a service when it is first asked for by its alias.
            kms_access::materialise(cloud, &arn);
            Ok(json!({ "KeyMetadata": metadata(&arn, &cloud.kms.keys[&arn]) }))
        }
        "GetKeyPolicy" => {
            let arn = own(cloud, caller, input, "kms:GetKeyPolicy")?;
            Ok(json!({ "Policy": cloud.kms.keys[&arn].policy(), "PolicyName": "default" }))
        }
        "GetKeyRotationStatus" => {
            let arn = kms_access::open(cloud, caller, &input["KeyId"], "kms:GetKeyRotationStatus")?;
            kms_access::materialise(cloud, &arn);
            // What AWS manages always rotates; a customer's key does once EnableKeyRotation was called, which is not modelled.
            let rotates = cloud.kms.keys[&arn].manager == KeyManager::Aws;
            Ok(json!({ "KeyId": arn, "KeyRotationEnabled": rotates }))
        }
        "PutKeyPolicy" => put_key_policy(cloud, caller, input),
        "ListResourceTags" => {
            let arn = own(cloud, caller, input, "kms:ListResourceTags")?;
            let tags: Vec<Value> = cloud.kms.keys[&arn]
                .tags
                .iter()
                .map(|(k, v)| json!({ "TagKey": k, "TagValue": v }))
                .collect();
            Ok(json!({ "Tags": tags, "Truncated": false }))
        }
        "TagResource" => {
            let arn = own_customer(cloud, caller, input, "kms:TagResource")?;
            let tags = tags_of(&input["Tags"])?;
            key_mut(cloud, &arn).tags.extend(tags);
            cloud.effect(caller, "kms TagResource", arn);
            Ok(json!({}))
        }
        "UntagResource" => {
            let arn = own_customer(cloud, caller, input, "kms:UntagResource")?;
            for tag in input["TagKeys"]
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(Value::as_str)
            {
                key_mut(cloud, &arn).tags.remove(tag);
            }
            cloud.effect(caller, "kms UntagResource", arn);
            Ok(json!({}))
        }
        "EnableKey" | "DisableKey" => {
            let arn = own_customer(cloud, caller, input, &format!("kms:{operation}"))?;
            let key = key_mut(cloud, &arn);
            if key.deletion.is_some() {
                return Err(ServiceError::new(
                    "KMSInvalidStateException",
                    format!("{arn} is pending deletion."),
                ));
            }
            let changed = key.enabled != (operation == "EnableKey");
            key.enabled = operation == "EnableKey";
            if changed {
                cloud.effect(caller, &format!("kms {operation}"), arn);
            }
            Ok(json!({}))
        }
        "ScheduleKeyDeletion" => schedule_deletion(cloud, caller, input),
        "CreateGrant" => create_grant(cloud, caller, input),
        "ListGrants" => {
            let arn = kms_access::open(cloud, caller, &input["KeyId"], "kms:ListGrants")?;
            let now = cloud.now;
            let grants: Vec<Value> = kms_access::materialised(cloud, &arn)
                .grants
                .iter()
                .filter(|grant| grant.visible_from <= now)
                .filter(|grant| input["GrantId"].as_str().is_none_or(|id| id == grant.id))
                .map(|grant| {
                    let mut entry = json!({
                        "KeyId": arn, "GrantId": grant.id, "GranteePrincipal": grant.grantee, "Operations": grant.operations,
                        "IssuingAccount": grant.issuer, "CreationDate": grant.created.to_string(),
                    });
                    if let Some(name) = &grant.name {
                        entry["Name"] = json!(name);
                    }
                    entry
                })
                .collect();
            Ok(json!({ "Grants": grants, "Truncated": false }))
        }
        "RevokeGrant" => {
            let arn = kms_access::open(cloud, caller, &input["KeyId"], "kms:RevokeGrant")?;
            let id = input["GrantId"].as_str().unwrap_or_default().to_owned();
            let grants = &mut kms_access::materialised(cloud, &arn).grants;
            let before = grants.len();
            grants.retain(|grant| grant.id != id);
            if grants.len() == before {
                return Err(ServiceError::new(
                    "NotFoundException",
                    format!("Grant ID {id} not found"),
                ));
            }
            cloud.effect(caller, "kms RevokeGrant", arn);
            Ok(json!({}))
        }
        _ => Err(ServiceError::not_modelled("kms", operation)),
    }
}

/// A key of the caller's own account, existing for sure: most operations do not work across accounts.
fn own(cloud: &mut Cloud, caller: &Caller, input: &Value, action: &str) -> Result<String, ServiceError> {
    let arn = kms_access::open(cloud, caller, &input["KeyId"], action)?;
    kms_access::materialise(cloud, &arn);
    if cloud.kms.keys[&arn].account != caller.account {
        return Err(kms_access::denied(caller, action, &arn));
    }
    Ok(arn)
}

/// The same, and not one that AWS manages.
pub(super) fn own_customer(
    cloud: &mut Cloud,
    caller: &Caller,
    input: &Value,
    action: &str,
) -> Result<String, ServiceError> {
    let arn = own(cloud, caller, input, action)?;
    match cloud.kms.keys[&arn].manager {
        KeyManager::Customer => Ok(arn),
        KeyManager::Aws => Err(kms_access::denied(caller, action, &arn)),
    }
}

fn key_mut<'a>(cloud: &'a mut Cloud, arn: &str) -> &'a mut Key {
    cloud
        .kms
        .keys
        .get_mut(arn)
        .expect("the key was found by this ARN before")
}

fn metadata(arn: &str, key: &Key) -> Value {
    let manager = match key.manager {
        KeyManager::Aws => "AWS",
        KeyManager::Customer => "CUSTOMER",
    };
    let mut metadata = json!({
        "AWSAccountId": key.account.as_str(), "KeyId": key.id, "Arn": arn, "CreationDate": key.created.to_string(),
        "Enabled": key.state() == "Enabled", "Description": key.description, "KeyUsage": "ENCRYPT_DECRYPT",
        "KeyState": key.state(), "Origin": "AWS_KMS", "KeyManager": manager, "CustomerMasterKeySpec": "SYMMETRIC_DEFAULT",
        "KeySpec": "SYMMETRIC_DEFAULT", "EncryptionAlgorithms": ["SYMMETRIC_DEFAULT"], "MultiRegion": false,
    });
    if let Some(deletion) = key.deletion {
        metadata["DeletionDate"] = json!(deletion.to_string());
    }
    metadata
}

fn tags_of(value: &Value) -> Result<BTreeMap<String, String>, ServiceError> {
    let mut tags = BTreeMap::new();
    for tag in value.as_array().into_iter().flatten() {
        let key = tag["TagKey"].as_str().unwrap_or_default();
        if key.is_empty() || key.starts_with("aws:") {
            return Err(ServiceError::new(
                "TagException",
                format!("Tag key {key:?} is not valid"),
            ));
        }
        tags.insert(key.to_owned(), tag["TagValue"].as_str().unwrap_or_default().to_owned());
    }
    Ok(tags)
}

fn create_key(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    for (member, modelled) in [
        ("KeySpec", "SYMMETRIC_DEFAULT"),
        ("KeyUsage", "ENCRYPT_DECRYPT"),
        ("Origin", "AWS_KMS"),
    ] {
        if input[member].as_str().is_some_and(|asked| asked != modelled) {
            return Err(ServiceError::new(
                "UnsupportedOperationException",
                format!("simcloud makes only keys with {member} {modelled}"),
            ));
        }
    }
    let tags = tags_of(&input["Tags"])?;
    let policy = match input["Policy"].as_str() {
        Some(text) => {
            check_policy(cloud, caller, text, input["BypassPolicyLockoutSafetyCheck"] == true)?;
            text.to_owned()
        }
        None => default_policy(&caller.account),
    };
    let id = uuid(&cloud.faults.letters("kms ids", "0123456789abcdef", 32));
    let arn = arn(&caller.account, &caller.region, &id);
    let delay = cloud.faults.visibility_delay("kms key");
    let key = Key {
        id,
        account: caller.account.clone(),
        region: caller.region.clone(),
        description: input["Description"].as_str().unwrap_or_default().to_owned(),
        manager: KeyManager::Customer,
        enabled: true,
        deletion: None,
        created: cloud.now,
        visible_from: cloud.later(delay),
        policies: vec![(cloud.now, policy)],
        tags,
        grants: Vec::new(),
    };
    let answer = json!({ "KeyMetadata": metadata(&arn, &key) });
    cloud.kms.keys.insert(arn.clone(), key);
    cloud.effect(caller, "kms CreateKey", arn);
    Ok(answer)
}

fn list_keys(cloud: &Cloud, caller: &Caller) -> Value {
    let keys: Vec<Value> = cloud
        .kms
        .keys
        .iter()
        .filter(|(_, key)| {
            key.account == caller.account && key.region == caller.region && key.visible_from <= cloud.now
        })
        .map(|(arn, key)| json!({ "KeyId": key.id, "KeyArn": arn }))
        .collect();
    json!({ "Keys": keys, "Truncated": false })
}

/// What KMS asks of a policy before it takes it.
fn check_policy(cloud: &Cloud, caller: &Caller, text: &str, bypass: bool) -> Result<(), ServiceError> {
    if text.len() > 32_768 {
        return Err(ServiceError::new(
            "LimitExceededException",
            "The key policy exceeds the limit of 32768 bytes",
        ));
    }
    let malformed = |message: &str| ServiceError::new("MalformedPolicyDocumentException", message);
    let document: Value = serde_json::from_str(text).map_err(|_| malformed("Policy contains invalid JSON"))?;
    if !matches!(document["Statement"], Value::Array(_) | Value::Object(_)) {
        return Err(malformed(
            "Policy contains a statement with one or more invalid elements.",
        ));
    }
    if policy::aws_principals(&document)
        .iter()
        .any(|named| !sts::principal_exists(cloud, named))
    {
        return Err(malformed(
            "Policy contains a statement with one or more invalid principals.",
        ));
    }
    let keeps = policy::allows(&document, caller, "kms:PutKeyPolicy", "*", &BTreeMap::new());
    if !bypass && keeps != policy::Verdict::Allow {
        return Err(malformed(
            "The new key policy will not allow you to update the key policy in the future.",
        ));
    }
    Ok(())
}

fn put_key_policy(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = own_customer(cloud, caller, input, "kms:PutKeyPolicy")?;
    let text = input["Policy"].as_str().unwrap_or_default().to_owned();
    check_policy(cloud, caller, &text, input["BypassPolicyLockoutSafetyCheck"] == true)?;
    let delay = cloud.faults.visibility_delay("kms policy");
    let from = cloud.later(delay);
    let key = key_mut(cloud, &arn);
    let changed = key.policy() != text;
    // A later change overtakes an earlier one that is still spreading.
    key.policies.retain(|(earlier, _)| *earlier < from);
    key.policies.push((from, text));
    if changed {
        cloud.effect(caller, "kms PutKeyPolicy", arn);
    }
    Ok(json!({}))
}

fn schedule_deletion(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = own_customer(cloud, caller, input, "kms:ScheduleKeyDeletion")?;
    let days = input["PendingWindowInDays"].as_i64().unwrap_or(30);
    if !(7..=30).contains(&days) {
        return Err(ServiceError::new(
            "ValidationException",
            "PendingWindowInDays must be between 7 and 30",
        ));
    }
    let deletion = cloud.later(days * 86_400);
    let key = key_mut(cloud, &arn);
    if key.deletion.is_some() {
        return Err(ServiceError::new(
            "KMSInvalidStateException",
            format!("{arn} is pending deletion."),
        ));
    }
    // The key is unusable from now on, not only at the end of the waiting time.
    key.deletion = Some(deletion);
    key.enabled = false;
    cloud.effect(caller, "kms ScheduleKeyDeletion", arn.clone());
    Ok(
        json!({ "KeyId": arn, "DeletionDate": deletion.to_string(), "KeyState": "PendingDeletion", "PendingWindowInDays": days }),
    )
}

fn create_grant(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = kms_access::open(cloud, caller, &input["KeyId"], "kms:CreateGrant")?;
    kms_access::usable(cloud, &arn)?;
    if input["DryRun"] == true {
        let message = "The request would have succeeded, but the DryRun option is set.";
        return Err(ServiceError::with_status(412, "DryRunOperationException", message));
    }
    let grantee = input["GranteePrincipal"].as_str().unwrap_or_default().to_owned();
    if !sts::principal_exists(cloud, &grantee) {
        return Err(ServiceError::new(
            "InvalidArnException",
            format!("ARN does not refer to a valid principal: {grantee}"),
        ));
    }
    let operations: Vec<String> = input["Operations"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(Value::as_str)
        .map(str::to_owned)
        .collect();
    let name = input["Name"].as_str().map(str::to_owned);
    let same = |grant: &&Grant| {
        name.is_some() && grant.name == name && grant.grantee == grantee && grant.operations == operations
    };
    if let Some(grant) = kms_access::materialised(cloud, &arn).grants.iter().find(same) {
        return Ok(json!({ "GrantId": grant.id, "GrantToken": grant.id }));
    }
    let id = cloud.faults.letters("kms ids", "0123456789abcdef", 64);
    let delay = cloud.faults.visibility_delay("kms grant");
    let grant = Grant {
        id: id.clone(),
        name,
        grantee,
        operations,
        issuer: format!("arn:aws:iam::{}:root", caller.account),
        created: cloud.now,
        visible_from: cloud.later(delay),
    };
    kms_access::materialised(cloud, &arn).grants.push(grant);
    cloud.effect(caller, "kms CreateGrant", arn);
    Ok(json!({ "GrantId": id, "GrantToken": id }))
}

#[cfg(test)]
#[path = "kms_tests.rs"]
mod tests;
