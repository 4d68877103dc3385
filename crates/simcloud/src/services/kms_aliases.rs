//! KMS aliases: names of keys, one table per account and region, each change seen after a while.

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::kms::{Alias, own_customer};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

pub(super) fn list_aliases(cloud: &Cloud, caller: &Caller, input: &Value) -> Value {
    let wanted = input["KeyId"].as_str();
    let aliases: Vec<Value> = cloud
        .kms
        .aliases
        .iter()
        .filter(|((account, region, _), alias)| {
            *account == caller.account && *region == caller.region && alias.visible_from <= cloud.now
        })
        .filter(|(_, alias)| wanted.is_none_or(|id| alias.key == id || alias.key.ends_with(&format!("/{id}"))))
        .map(|((account, region, name), alias)| {
            let key_id = alias.key.rsplit('/').next().unwrap_or_default();
            let created = cloud
                .kms
                .keys
                .get(&alias.key)
                .map_or(cloud.now, |key| key.created)
                .to_string();
            json!({
                "AliasName": name, "AliasArn": format!("arn:aws:kms:{region}:{account}:{name}"), "TargetKeyId": key_id,
                "CreationDate": created, "LastUpdatedDate": created,
            })
        })
        .collect();
    json!({ "Aliases": aliases, "Truncated": false })
}

/// The table's key for an alias name in the caller's account and region.
fn alias_key(caller: &Caller, input: &Value) -> Result<(AccountId, Region, String), ServiceError> {
    let name = input["AliasName"].as_str().unwrap_or_default();
    let valid = |c: char| c.is_ascii_alphanumeric() || "/_-".contains(c);
    if name.strip_prefix("alias/").is_none_or(str::is_empty) || !name.chars().all(valid) {
        return Err(ServiceError::new(
            "ValidationException",
            format!("Invalid identifier: {name}"),
        ));
    }
    if name.starts_with("alias/aws/") {
        return Err(ServiceError::new("NotAuthorizedException", ""));
    }
    Ok((caller.account.clone(), caller.region.clone(), name.to_owned()))
}

fn target_of_alias(cloud: &mut Cloud, caller: &Caller, input: &Value, action: &str) -> Result<String, ServiceError> {
    own_customer(cloud, caller, &json!({ "KeyId": input["TargetKeyId"] }), action)
}

pub(super) fn create_alias(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = alias_key(caller, input)?;
    let target = target_of_alias(cloud, caller, input, "kms:CreateAlias")?;
    if cloud.kms.aliases.contains_key(&name) {
        let message = format!(
            "An alias with the name arn:aws:kms:{}:{}:{} already exists",
            name.1, name.0, name.2
        );
        return Err(ServiceError::new("AlreadyExistsException", message));
    }
    let delay = cloud.faults.visibility_delay("kms alias");
    let alias = Alias {
        key: target,
        visible_from: cloud.later(delay),
    };
    cloud.effect(caller, "kms CreateAlias", format!("{}/{}/{}", name.0, name.1, name.2));
    cloud.kms.aliases.insert(name, alias);
    Ok(json!({}))
}

pub(super) fn update_alias(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = alias_key(caller, input)?;
    let target = target_of_alias(cloud, caller, input, "kms:UpdateAlias")?;
    let alias = cloud.kms.aliases.get_mut(&name).ok_or_else(|| alias_not_found(&name))?;
    alias.key = target;
    cloud.effect(caller, "kms UpdateAlias", format!("{}/{}/{}", name.0, name.1, name.2));
    Ok(json!({}))
}

pub(super) fn delete_alias(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = alias_key(caller, input)?;
    cloud.kms.aliases.remove(&name).ok_or_else(|| alias_not_found(&name))?;
    cloud.effect(caller, "kms DeleteAlias", format!("{}/{}/{}", name.0, name.1, name.2));
    Ok(json!({}))
}

fn alias_not_found(name: &(AccountId, Region, String)) -> ServiceError {
    ServiceError::new(
        "NotFoundException",
        format!("Alias arn:aws:kms:{}:{}:{} is not found.", name.1, name.0, name.2),
    )
}
