//! EFS: file systems are looked at and not moved.

use std::collections::BTreeMap;

use model::machines::FileSystem;
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;
use crate::ec2_observed::id_of;

const GIB: u64 = 1 << 30;

/// EFS in one account.
pub struct Efs {
    read: aws_sdk_efs::Client,
    account: AccountId,
}

fn file_system(from: aws_sdk_efs::types::FileSystemDescription) -> FileSystem {
    let bytes = from.size_in_bytes().map_or(0, |size| size.value());
    let tags: BTreeMap<String, String> = from
        .tags()
        .iter()
        .map(|tag| (tag.key().to_owned(), tag.value().to_owned()))
        .collect();
    FileSystem {
        // What it holds is metered, and a little of something is not nothing.
        size_gib: u64::try_from(bytes).unwrap_or_default().div_ceil(GIB),
        encrypted: from.encrypted() == Some(true),
        key: from.kms_key_id().map(|arn| id_of(arn).to_owned()),
        name: from.name.unwrap_or_default(),
        id: from.file_system_id,
        tags,
    }
}

impl Efs {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_efs, "efs");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    /// The region's file systems, by id.
    pub async fn observed(&self) -> Result<Vec<FileSystem>, Failure> {
        let mut found = BTreeMap::new();
        let mut pages = self.read.describe_file_systems().into_paginator().items().send();
        while let Some(one) = pages.next().await {
            let failed = classify::failed(self.account.as_str(), "efs", "DescribeFileSystems");
            let one = file_system(one.map_err(failed)?);
            found.insert(one.id.clone(), one);
        }
        Ok(found.into_values().collect())
    }
}
