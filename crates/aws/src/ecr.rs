//! ECR: repositories and images, which are only looked at.

use std::collections::{BTreeMap, BTreeSet};

use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

/// ECR in one account.
pub struct Ecr {
    read: aws_sdk_ecr::Client,
    account: AccountId,
}

impl Ecr {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_ecr, "ecr");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    /// The images of a repository: digests, each with its tags; none: there is no such repository.
    pub async fn images(&self, repository: &str) -> Result<Option<BTreeMap<String, BTreeSet<String>>>, Failure> {
        let call = self.read.describe_images().repository_name(repository);
        let mut pages = call.into_paginator().items().send();
        let mut found = BTreeMap::new();
        while let Some(image) = pages.next().await {
            let failed = classify::failed(self.account.as_str(), "ecr", "DescribeImages");
            let Some(image) = classify::found(image.map_err(failed))? else {
                return Ok(None);
            };
            let digest = image.image_digest().unwrap_or_default().to_owned();
            let tags: &mut BTreeSet<String> = found.entry(digest).or_default();
            tags.extend(image.image_tags().iter().cloned());
        }
        Ok(Some(found))
    }
}
