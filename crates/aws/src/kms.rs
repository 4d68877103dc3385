//! KMS: keys, aliases and key policies.

use std::collections::BTreeMap;

use aws_sdk_kms::types::{KeyManagerType, Tag};
use model::{AccountId, Failure, FailureClass};

use crate::account::{Clients, two_clients};
use crate::classify;

/// KMS in one account.
pub struct Kms {
    pub(crate) read: aws_sdk_kms::Client,
    pub(crate) once: aws_sdk_kms::Client,
    account: AccountId,
}

/// A key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Whether AWS manages it: what it encrypts cannot be shared.
    pub aws_managed: bool,
    /// Whether it can be used.
    pub enabled: bool,
}

impl Kms {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_kms, "kms");
        Self {
            read,
            once,
            account: clients.account.clone(),
        }
    }

    pub(crate) fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "kms", operation)
    }

    /// The key of an id, ARN or alias; none if there is none.
    pub async fn key(&self, id: &str) -> Result<Option<Key>, Failure> {
        let answer = self
            .read
            .describe_key()
            .key_id(id)
            .send()
            .await
            .map_err(self.failed("DescribeKey"));
        Ok(classify::found(answer)?
            .and_then(|answer| answer.key_metadata)
            .map(|key| Key {
                id: key.key_id,
                arn: key.arn.unwrap_or_default(),
                aws_managed: key.key_manager == Some(KeyManagerType::Aws),
                enabled: key.enabled,
            }))
    }

    /// Every customer key of the account with its tags: how a key is found again whose making got no answer, because
    /// `CreateKey` has no token and no name.
    pub async fn key_tagged(&self, tags: &BTreeMap<String, String>) -> Result<Option<Key>, Failure> {
        let mut pages = self.read.list_keys().into_paginator().items().send();
        while let Some(entry) = pages.next().await {
            let entry = entry.map_err(self.failed("ListKeys"))?;
            let id = entry.key_id().unwrap_or_default();
            let answer = self
                .read
                .list_resource_tags()
                .key_id(id)
                .send()
                .await
                .map_err(self.failed("ListResourceTags"));
            // AWS-managed keys of other services may refuse to show their tags; they are not ours.
            let found = match answer {
                Ok(found) => found,
                Err(failure) if matches!(failure.class, FailureClass::Denied | FailureClass::NotFound) => continue,
                Err(failure) => return Err(failure),
            };
            let has = |key: &str, value: &str| {
                found
                    .tags()
                    .iter()
                    .any(|t| t.tag_key() == key && t.tag_value() == value)
            };
            if tags.iter().all(|(key, value)| has(key, value)) {
                return self.key(id).await;
            }
        }
        Ok(None)
    }

    /// The key that an alias (`alias/…`) of this account points to.
    pub async fn alias_target(&self, alias: &str) -> Result<Option<String>, Failure> {
        let mut pages = self.read.list_aliases().into_paginator().items().send();
        while let Some(entry) = pages.next().await {
            let entry = entry.map_err(self.failed("ListAliases"))?;
            if entry.alias_name() == Some(alias) {
                return Ok(entry.target_key_id().map(str::to_owned));
            }
        }
        Ok(None)
    }

    /// Makes a customer key. Without a policy of its own it gets AWS's default, which admits the account's root.
    pub async fn create_key(&self, description: &str, tags: &BTreeMap<String, String>) -> Result<Key, Failure> {
        let mut call = self.once.create_key().description(description);
        for (key, value) in tags {
            let tag = Tag::builder().tag_key(key).tag_value(value).build();
            call = call.tags(tag.map_err(|e| Failure::ours("kms", FailureClass::Invalid, "[BadTag]", e.to_string()))?);
        }
        let answer = call.send().await.map_err(self.failed("CreateKey"))?;
        let key = answer.key_metadata.ok_or_else(|| {
            Failure::ours(
                "kms",
                FailureClass::Unexpected,
                "[BadAnswer]",
                "CreateKey answered without a key",
            )
        })?;
        Ok(Key {
            id: key.key_id,
            arn: key.arn.unwrap_or_default(),
            aws_managed: false,
            enabled: key.enabled,
        })
    }

    /// Gives a key an alias.
    pub async fn create_alias(&self, alias: &str, key: &str) -> Result<(), Failure> {
        let call = self.once.create_alias().alias_name(alias).target_key_id(key);
        call.send().await.map(drop).map_err(self.failed("CreateAlias"))
    }

    /// Takes an alias away. The key stays.
    pub async fn delete_alias(&self, alias: &str) -> Result<(), Failure> {
        self.once
            .delete_alias()
            .alias_name(alias)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("DeleteAlias"))
    }

    /// A key's policy document, byte for byte.
    pub async fn policy(&self, key: &str) -> Result<String, Failure> {
        let call = self.read.get_key_policy().key_id(key).policy_name("default");
        let answer = call.send().await.map_err(self.failed("GetKeyPolicy"))?;
        Ok(answer.policy.unwrap_or_default())
    }

    /// Replaces a key's policy document.
    pub async fn put_policy(&self, key: &str, policy: &str) -> Result<(), Failure> {
        let call = self
            .once
            .put_key_policy()
            .key_id(key)
            .policy_name("default")
            .policy(policy);
        call.send().await.map(drop).map_err(self.failed("PutKeyPolicy"))
    }
}
