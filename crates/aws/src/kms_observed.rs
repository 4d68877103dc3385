//! The keys of an account, as an inventory has them.

use std::collections::BTreeMap;

use aws_sdk_kms::types::{KeyManagerType, KeyState};
use model::inventory::{Key, KeyManager};
use model::{Failure, FailureClass};

use crate::classify;
use crate::kms::Kms;

impl Kms {
    /// Every key that can be used, customer's and AWS's, with aliases, policy and tags, by id.
    pub async fn observed(&self) -> Result<Vec<Key>, Failure> {
        let mut aliases = BTreeMap::<String, Vec<String>>::new();
        let mut pages = self.read.list_aliases().into_paginator().items().send();
        while let Some(entry) = pages.next().await {
            let entry = entry.map_err(self.failed("ListAliases"))?;
            if let (Some(alias), Some(key)) = (entry.alias_name, entry.target_key_id) {
                aliases.entry(key).or_default().push(alias);
            }
        }
        let mut keys = BTreeMap::new();
        let mut pages = self.read.list_keys().into_paginator().items().send();
        while let Some(entry) = pages.next().await {
            let id = entry.map_err(self.failed("ListKeys"))?.key_id.unwrap_or_default();
            if let Some(mut key) = self.observe(&id).await? {
                key.aliases = aliases.remove(&id).unwrap_or_default();
                key.aliases.sort();
                keys.insert(id, key);
            }
        }
        Ok(keys.into_values().collect())
    }

    async fn observe(&self, id: &str) -> Result<Option<Key>, Failure> {
        let answer = self.read.describe_key().key_id(id).send().await;
        let found = classify::found(answer.map_err(self.failed("DescribeKey")))?;
        let Some(found) = found.and_then(|answer| answer.key_metadata) else {
            return Ok(None);
        };
        // One whose deletion is scheduled, or that is disabled, opens nothing any more.
        if found.key_state != Some(KeyState::Enabled) {
            return Ok(None);
        }
        let mut key = Key {
            id: found.key_id,
            description: found.description.unwrap_or_default(),
            ..Key::default()
        };
        if found.key_manager == Some(KeyManagerType::Aws) {
            key.manager = KeyManager::Aws;
            // Its policy and tags are AWS's own, and not everybody may see them.
            return Ok(Some(key));
        }
        key.policy = serde_json::from_str(&self.policy(id).await?).ok();
        let tags = self.read.list_resource_tags().key_id(id).send().await;
        let tags = tags.map_err(self.failed("ListResourceTags"))?.tags.unwrap_or_default();
        key.tags = tags.into_iter().map(|tag| (tag.tag_key, tag.tag_value)).collect();
        if key.id.is_empty() {
            return Err(Failure::ours(
                "kms",
                FailureClass::Unexpected,
                "[BadAnswer]",
                "a key without an id",
            ));
        }
        Ok(Some(key))
    }
}
