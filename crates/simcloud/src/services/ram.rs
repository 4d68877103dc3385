//! AWS Resource Access Manager, as far as Aurora clusters are shared with it: a share names resources and principals; an account of another
//! organisation is invited, and sees nothing before it has accepted. Left out: permissions of its own, organisations as principals, other
//! kinds of resources, and changes of a share: those are refused as not modelled.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::ids::AccountId;
use serde_json::{Value, json};

use super::members::{flag, items, text, texts};
use super::stored_content::made_up_id;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Shares {
    /// By ARN; those that are deleted stay for a while, and say so.
    pub shares: BTreeMap<String, Share>,
    /// Whether the accounts are of one organisation that shares without invitations.
    pub one_organisation: bool,
}

/// A resource share.
#[derive(Debug, Clone)]
pub struct Share {
    /// Its name, which need not be its alone.
    pub name: String,
    /// Whose it is.
    pub owner: AccountId,
    /// The ARNs of what is shared.
    pub resources: BTreeSet<String>,
    /// With whom, and the invitation; none: they need none.
    pub principals: BTreeMap<String, Option<Invitation>>,
    /// Whether accounts of other organisations may be among them.
    pub external: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when others see what it shares.
    pub visible_from: Timestamp,
    /// Whether it was deleted.
    pub deleted: bool,
    /// The token that it was made with.
    token: Option<String>,
}

/// An invitation to one principal.
#[derive(Debug, Clone)]
pub struct Invitation {
    /// Its ARN.
    pub arn: String,
    /// Whether it was accepted.
    pub accepted: bool,
}

impl Share {
    /// Whether an account may use what is shared.
    fn admits(&self, account: &AccountId, now: Timestamp) -> bool {
        let invited = self.principals.get(account.as_str());
        let joined = invited.is_some_and(|invitation| invitation.as_ref().is_none_or(|one| one.accepted));
        !self.deleted && joined && self.visible_from <= now
    }

    fn describe(&self, arn: &str) -> Value {
        json!({
            "resourceShareArn": arn,
            "name": self.name,
            "owningAccountId": self.owner.as_str(),
            "allowExternalPrincipals": self.external,
            "status": if self.deleted { "DELETED" } else { "ACTIVE" },
            "tags": self.tags.iter().map(|(key, value)| json!({"key": key, "value": value})).collect::<Value>(),
            "creationTime": self.created_at.to_string(),
            "lastUpdatedTime": self.created_at.to_string(),
            "featureSet": "STANDARD",
        })
    }
}

/// Whether a resource is shared with an account, and the account has accepted it.
pub fn admits(cloud: &Cloud, resource: &str, account: &AccountId) -> bool {
    let mut shares = cloud.ram.shares.values();
    shares.any(|share| share.resources.contains(resource) && share.admits(account, cloud.now))
}

/// Everything that is shared: its ARN, its owner, and with whom.
pub fn shares(cloud: &Cloud) -> Vec<(String, AccountId, String)> {
    let living = cloud.ram.shares.values().filter(|share| !share.deleted);
    living
        .flat_map(|share| {
            share.resources.iter().flat_map(|resource| {
                let one = |who: &String| (resource.clone(), share.owner.clone(), who.clone());
                share.principals.keys().map(one).collect::<Vec<_>>()
            })
        })
        .collect()
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "CreateResourceShare" => create(cloud, caller, input),
        "DeleteResourceShare" => delete(cloud, caller, input),
        "GetResourceShares" => list(cloud, caller, input),
        "GetResourceShareAssociations" => associations(cloud, caller, input),
        "GetResourceShareInvitations" => invitations(cloud, caller, input),
        "AcceptResourceShareInvitation" => accept(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("ram", operation)),
    }
}

fn required<'a>(input: &'a Value, member: &str) -> Result<&'a str, ServiceError> {
    text(input, member).ok_or_else(|| invalid(format!("{member} is required.")))
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterException", message)
}

fn unknown(arn: &str) -> ServiceError {
    let message = format!("ResourceShare {arn} could not be found.");
    ServiceError::new("UnknownResourceException", message)
}

fn arn_of(cloud: &mut Cloud, caller: &Caller, kind: &str) -> String {
    let id = made_up_id(cloud, "ram-id", 32);
    format!("arn:aws:ram:{}:{}:{kind}/{id}", caller.region, caller.account)
}

/// `CreateResourceShare`. Asked for twice with the same token, it is made once.
fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = required(input, "name")?.to_owned();
    if !items(input, "permissionArns").is_empty() || !items(input, "sources").is_empty() {
        return Err(ServiceError::not_modelled(
            "ram",
            "CreateResourceShare with permissions or sources",
        ));
    }
    let token = text(input, "clientToken").map(str::to_owned);
    let mut same = cloud.ram.shares.iter();
    let made = same.find(|(_, share)| share.owner == caller.account && token.is_some() && share.token == token);
    if let Some((arn, share)) = made {
        if share.name != name {
            let message = "A request with this client token had other parameters.";
            return Err(ServiceError::new("IdempotentParameterMismatchException", message));
        }
        return Ok(json!({ "resourceShare": share.describe(arn) }));
    }
    let external = flag(input, "allowExternalPrincipals").unwrap_or(true);
    let resources: BTreeSet<String> = texts(input, "resourceArns").into_iter().collect();
    for resource in &resources {
        let parts: Vec<&str> = resource.splitn(7, ':').collect();
        let of_caller =
            parts.len() == 7 && parts[2] == "rds" && parts[5] == "cluster" && parts[4] == caller.account.as_str();
        if !of_caller {
            let message = format!("{resource} is not a cluster of this account.");
            return Err(ServiceError::new("MalformedArnException", message));
        }
        let place = (caller.account.clone(), caller.region.clone(), parts[6].to_owned());
        let Some(cluster) = cloud.rds.clusters.get(&place) else {
            return Err(unknown(resource));
        };
        if !cluster.engine.starts_with("aurora") {
            let message = "Only Aurora DB clusters can be shared.";
            return Err(ServiceError::new("OperationNotPermittedException", message));
        }
    }
    let mut principals = BTreeMap::new();
    for principal in texts(input, "principals") {
        if AccountId::new(&principal).is_err() {
            return Err(ServiceError::not_modelled("ram", "principals that are not accounts"));
        }
        let invitation = match (cloud.ram.one_organisation, external) {
            (true, _) => None,
            (false, true) => Some(Invitation {
                arn: arn_of(cloud, caller, "resource-share-invitation"),
                accepted: false,
            }),
            (false, false) => {
                let message =
                    format!("{principal} is not of the organisation, and external principals are not allowed.");
                return Err(ServiceError::new("OperationNotPermittedException", message));
            }
        };
        principals.insert(principal, invitation);
    }
    let tags = items(input, "tags").iter().filter_map(|tag| {
        let text = |member: &str| tag.get(member).and_then(Value::as_str).map(str::to_owned);
        Some((text("key")?, text("value").unwrap_or_default()))
    });
    let delay = cloud.faults.visibility_delay("ram-share-visible");
    let share = Share {
        name,
        owner: caller.account.clone(),
        resources,
        principals,
        external,
        tags: tags.collect(),
        created_at: cloud.now,
        visible_from: cloud.later(delay),
        deleted: false,
        token,
    };
    let arn = arn_of(cloud, caller, "resource-share");
    let answer = json!({ "resourceShare": share.describe(&arn) });
    cloud.ram.shares.insert(arn.clone(), share);
    cloud.effect(caller, "ram CreateResourceShare", arn);
    Ok(answer)
}

/// `DeleteResourceShare`: by its owner.
fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = required(input, "resourceShareArn")?;
    let share = cloud
        .ram
        .shares
        .get_mut(arn)
        .filter(|share| share.owner == caller.account);
    let share = share.filter(|share| !share.deleted).ok_or_else(|| unknown(arn))?;
    share.deleted = true;
    cloud.effect(caller, "ram DeleteResourceShare", arn);
    Ok(json!({ "returnValue": true }))
}

/// `GetResourceShares`: one's own, or those of others that one has a part in.
fn list(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let own = match required(input, "resourceOwner")? {
        "SELF" => true,
        "OTHER-ACCOUNTS" => false,
        other => return Err(invalid(format!("Invalid resource owner: {other}"))),
    };
    let (name, arns) = (text(input, "name"), texts(input, "resourceShareArns"));
    let status = text(input, "resourceShareStatus");
    let shown = cloud.ram.shares.iter().filter(|(arn, share)| {
        let seen = match own {
            true => share.owner == caller.account,
            false => share.admits(&caller.account, cloud.now),
        };
        seen && name.is_none_or(|name| share.name == name)
            && (arns.is_empty() || arns.contains(arn))
            && status.is_none_or(|status| status == if share.deleted { "DELETED" } else { "ACTIVE" })
    });
    Ok(json!({ "resourceShares": shown.map(|(arn, share)| share.describe(arn)).collect::<Vec<_>>() }))
}

/// `GetResourceShareAssociations`: of one's own shares.
fn associations(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let kind = required(input, "associationType")?;
    let arns = texts(input, "resourceShareArns");
    let mut shown = Vec::new();
    for (arn, share) in &cloud.ram.shares {
        if share.owner != caller.account || !(arns.is_empty() || arns.contains(arn)) {
            continue;
        }
        let entities: Vec<(&String, bool)> = match kind {
            "PRINCIPAL" => share
                .principals
                .iter()
                .map(|(who, invitation)| (who, invitation.as_ref().is_none_or(|one| one.accepted)))
                .collect(),
            "RESOURCE" => share.resources.iter().map(|resource| (resource, true)).collect(),
            other => return Err(invalid(format!("Invalid association type: {other}"))),
        };
        let status = |joined: bool| match (share.deleted, joined) {
            (true, _) => "DISASSOCIATED",
            (false, true) => "ASSOCIATED",
            (false, false) => "ASSOCIATING",
        };
        shown.extend(entities.into_iter().map(|(entity, joined)| {
            json!({
                "resourceShareArn": arn, "resourceShareName": share.name, "associatedEntity": entity, "associationType": kind,
                "status": status(joined), "external": !cloud.ram.one_organisation,
            })
        }));
    }
    Ok(json!({ "resourceShareAssociations": shown }))
}

/// `GetResourceShareInvitations`: those that the caller has received.
fn invitations(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let arns = texts(input, "resourceShareArns");
    let shown = cloud.ram.shares.iter().filter_map(|(arn, share)| {
        let invitation = share.principals.get(caller.account.as_str())?.as_ref()?;
        let seen = share.visible_from <= cloud.now && (arns.is_empty() || arns.contains(arn)) && !share.deleted;
        seen.then(|| {
            json!({
                "resourceShareInvitationArn": invitation.arn, "resourceShareName": share.name, "resourceShareArn": arn,
                "senderAccountId": share.owner.as_str(), "receiverAccountId": caller.account.as_str(),
                "invitationTimestamp": share.created_at.to_string(),
                "status": if invitation.accepted { "ACCEPTED" } else { "PENDING" },
            })
        })
    });
    Ok(json!({ "resourceShareInvitations": shown.collect::<Vec<_>>() }))
}

/// `AcceptResourceShareInvitation`.
fn accept(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = required(input, "resourceShareInvitationArn")?;
    let not_found = || {
        let message = format!("The invitation {wanted} could not be found.");
        ServiceError::new("ResourceShareInvitationArnNotFoundException", message)
    };
    let mut living = cloud.ram.shares.values_mut().filter(|share| !share.deleted);
    let invitation = living
        .find_map(|share| {
            let invitation = share.principals.get_mut(caller.account.as_str())?.as_mut();
            invitation.filter(|one| one.arn == wanted)
        })
        .ok_or_else(not_found)?;
    if invitation.accepted {
        let message = "The invitation was already accepted.";
        return Err(ServiceError::new(
            "ResourceShareInvitationAlreadyAcceptedException",
            message,
        ));
    }
    invitation.accepted = true;
    cloud.effect(caller, "ram AcceptResourceShareInvitation", wanted);
    Ok(json!({ "resourceShareInvitation": {
        "resourceShareInvitationArn": wanted, "receiverAccountId": caller.account.as_str(), "status": "ACCEPTED",
    }}))
}

#[cfg(test)]
#[path = "ram_tests.rs"]
mod tests;
