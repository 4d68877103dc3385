//! AWS Resource Access Manager: what an Aurora cluster is shared with for a clone in another account.

use std::collections::BTreeMap;

use aws_sdk_ram::types::{ResourceOwner, ResourceShareAssociationType, ResourceShareStatus, Tag};
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

/// RAM in one account.
pub struct Ram {
    read: aws_sdk_ram::Client,
    once: aws_sdk_ram::Client,
    account: AccountId,
}

/// A resource share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceShare {
    /// Its ARN.
    pub arn: String,
    /// `PENDING`, `ACTIVE`, `FAILED`, `DELETING`, `DELETED`
    pub status: String,
    /// Its tags: told to its owner alone.
    pub tags: BTreeMap<String, String>,
}

/// An invitation to take part in a share.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its ARN.
    pub arn: String,
    /// `PENDING`, `ACCEPTED`, `REJECTED`, `EXPIRED`
    pub status: String,
}

fn share(from: aws_sdk_ram::types::ResourceShare) -> ResourceShare {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    ResourceShare {
        tags: from
            .tags()
            .iter()
            .map(|tag| (text(tag.key()), text(tag.value())))
            .collect(),
        status: from
            .status()
            .map(|status| status.as_str().to_owned())
            .unwrap_or_default(),
        arn: from.resource_share_arn.unwrap_or_default(),
    }
}

impl Ram {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_ram, "ram");
        Self {
            read,
            once,
            account: clients.account.clone(),
        }
    }

    fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "ram", operation)
    }

    /// The account's own shares of a name, the deleted ones not among them: a name need not be one share's alone.
    pub async fn own_shares(&self, name: &str) -> Result<Vec<ResourceShare>, Failure> {
        let call = self.read.get_resource_shares().resource_owner(ResourceOwner::SelfValue);
        let mut pages = call.name(name).into_paginator().send();
        let mut shares = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("GetResourceShares"))?;
            let gone = [ResourceShareStatus::Deleted, ResourceShareStatus::Deleting];
            let found = page.resource_shares.unwrap_or_default().into_iter();
            let living = found.filter(|found| !found.status().is_some_and(|status| gone.contains(status)));
            shares.extend(living.map(share));
        }
        Ok(shares)
    }

    /// Whether the account has a part in another account's share.
    pub async fn takes_part(&self, share_arn: &str) -> Result<bool, Failure> {
        let call = self
            .read
            .get_resource_shares()
            .resource_owner(ResourceOwner::OtherAccounts);
        let call = call
            .resource_share_arns(share_arn)
            .resource_share_status(ResourceShareStatus::Active);
        let answer = call.send().await.map_err(self.failed("GetResourceShares"));
        Ok(classify::found(answer)?.is_some_and(|answer| !answer.resource_shares().is_empty()))
    }

    /// Shares a resource with one account, named by its ARN. Asked for twice with the same token, it is made once. Accounts of other
    /// organisations are allowed: whether the target's is one only RAM knows, and it is the only principal.
    pub async fn create_share(
        &self,
        name: &str,
        resource_arn: &str,
        with: &AccountId,
        token: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.create_resource_share().name(name);
        let call = call.resource_arns(resource_arn).principals(with.as_str());
        let tags = tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build());
        let call = call.set_tags(Some(tags.collect())).client_token(token);
        call.allow_external_principals(true)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("CreateResourceShare"))
    }

    /// What a share has so far: the resources, or the principals, each with its status.
    pub async fn associated(&self, share_arn: &str, principals: bool) -> Result<Vec<(String, String)>, Failure> {
        let kind = match principals {
            true => ResourceShareAssociationType::Principal,
            false => ResourceShareAssociationType::Resource,
        };
        let call = self.read.get_resource_share_associations().association_type(kind);
        let mut pages = call.resource_share_arns(share_arn).into_paginator().send();
        let mut associated = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("GetResourceShareAssociations"))?;
            for found in page.resource_share_associations.unwrap_or_default() {
                let status = found.status().map(|status| status.as_str().to_owned());
                associated.push((found.associated_entity.unwrap_or_default(), status.unwrap_or_default()));
            }
        }
        Ok(associated)
    }

    /// Shares it no longer.
    pub async fn delete_share(&self, arn: &str) -> Result<(), Failure> {
        let call = self.once.delete_resource_share().resource_share_arn(arn);
        call.send().await.map(drop).map_err(self.failed("DeleteResourceShare"))
    }

    /// The invitation to a share that the account has received; none within an organisation that shares without.
    pub async fn invitation(&self, share_arn: &str) -> Result<Option<Invitation>, Failure> {
        let call = self
            .read
            .get_resource_share_invitations()
            .resource_share_arns(share_arn);
        let answer = call.send().await.map_err(self.failed("GetResourceShareInvitations"));
        let found = classify::found(answer)?.and_then(|answer| answer.resource_share_invitations);
        let found = found.and_then(|found| found.into_iter().next());
        Ok(found.map(|found| Invitation {
            status: found
                .status()
                .map(|status| status.as_str().to_owned())
                .unwrap_or_default(),
            arn: found.resource_share_invitation_arn.unwrap_or_default(),
        }))
    }

    /// Accepts an invitation.
    pub async fn accept(&self, invitation_arn: &str, token: &str) -> Result<(), Failure> {
        let call = self.once.accept_resource_share_invitation();
        let call = call.resource_share_invitation_arn(invitation_arn).client_token(token);
        let answer = call.send().await;
        answer.map(drop).map_err(self.failed("AcceptResourceShareInvitation"))
    }
}
