//! What lies under which key, as far as databases and EBS tell; and who was granted the use of a key. KMS keeps no list of what a key encrypts
//! (<https://docs.aws.amazon.com/kms/latest/developerguide/deleting-keys.html>).

use std::collections::BTreeMap;

use model::Failure;

use crate::ec2::Ec2;
use crate::kms::Kms;
use crate::rds::{Rds, our_tags};

/// Something that cannot be read without a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyUse {
    /// Its ARN or id, and which part of it.
    pub what: String,
    /// The ARN of the key.
    pub key: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A grant of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Grant {
    /// Its id.
    pub id: String,
    /// Who may use the key: an ARN, or a service.
    pub grantee: String,
    /// In which account it was issued: an ARN.
    pub issuer: String,
}

fn uses<'k>(
    what: &str,
    keys: impl IntoIterator<Item = (&'static str, Option<&'k str>)>,
    tags: BTreeMap<String, String>,
) -> Vec<KeyUse> {
    let named = keys.into_iter().filter_map(|(part, key)| Some((part, key?)));
    let one = |(part, key): (&str, &str)| KeyUse {
        what: if part.is_empty() {
            what.to_owned()
        } else {
            format!("{what} ({part})")
        },
        key: key.to_owned(),
        tags: tags.clone(),
    };
    named.map(one).collect()
}

impl Rds {
    /// Every instance, cluster and snapshot of the account with the keys that it lies under.
    pub async fn key_uses(&self) -> Result<Vec<KeyUse>, Failure> {
        let mut found = Vec::new();
        let mut pages = self.read.describe_db_instances().into_paginator().items().send();
        while let Some(one) = pages.next().await {
            let one = one.map_err(self.failed("DescribeDBInstances"))?;
            let keys = [
                ("", one.kms_key_id()),
                ("its Performance Insights", one.performance_insights_kms_key_id()),
                ("its activity stream", one.activity_stream_kms_key_id()),
                (
                    "its master password's secret",
                    one.master_user_secret().and_then(|secret| secret.kms_key_id()),
                ),
            ];
            let arn = one.db_instance_arn().unwrap_or_default();
            found.extend(uses(arn, keys, our_tags(one.tag_list())));
        }
        let mut pages = self.read.describe_db_clusters().into_paginator().items().send();
        while let Some(one) = pages.next().await {
            let one = one.map_err(self.failed("DescribeDBClusters"))?;
            let keys = [
                ("", one.kms_key_id()),
                ("its Performance Insights", one.performance_insights_kms_key_id()),
                ("its activity stream", one.activity_stream_kms_key_id()),
                (
                    "its master password's secret",
                    one.master_user_secret().and_then(|secret| secret.kms_key_id()),
                ),
            ];
            let arn = one.db_cluster_arn().unwrap_or_default();
            found.extend(uses(arn, keys, our_tags(one.tag_list())));
        }
        let mut pages = self.read.describe_db_snapshots().into_paginator().items().send();
        while let Some(one) = pages.next().await {
            let one = one.map_err(self.failed("DescribeDBSnapshots"))?;
            let arn = one.db_snapshot_arn().unwrap_or_default();
            found.extend(uses(arn, [("", one.kms_key_id())], our_tags(one.tag_list())));
        }
        let mut pages = self
            .read
            .describe_db_cluster_snapshots()
            .into_paginator()
            .items()
            .send();
        while let Some(one) = pages.next().await {
            let one = one.map_err(self.failed("DescribeDBClusterSnapshots"))?;
            let arn = one.db_cluster_snapshot_arn().unwrap_or_default();
            found.extend(uses(arn, [("", one.kms_key_id())], our_tags(one.tag_list())));
        }
        Ok(found)
    }
}

impl Ec2 {
    /// Every EBS snapshot and volume of the account with its key.
    pub async fn key_uses(&self) -> Result<Vec<KeyUse>, Failure> {
        let mut found = Vec::new();
        let call = self.read.describe_snapshots().owner_ids("self");
        let mut pages = call.into_paginator().items().send();
        while let Some(one) = pages.next().await {
            let one = one.map_err(self.failed("DescribeSnapshots"))?;
            let tags = one.tags().iter();
            let tags = tags.filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())));
            let id = one.snapshot_id().unwrap_or_default();
            found.extend(uses(id, [("", one.kms_key_id())], tags.collect()));
        }
        let mut pages = self.read.describe_volumes().into_paginator().items().send();
        while let Some(one) = pages.next().await {
            let one = one.map_err(self.failed("DescribeVolumes"))?;
            let tags = one.tags().iter();
            let tags = tags.filter_map(|tag| Some((tag.key()?.to_owned(), tag.value().unwrap_or_default().to_owned())));
            let id = one.volume_id().unwrap_or_default();
            found.extend(uses(id, [("", one.kms_key_id())], tags.collect()));
        }
        Ok(found)
    }
}

impl Kms {
    /// The grants of a key.
    pub async fn grants(&self, key: &str) -> Result<Vec<Grant>, Failure> {
        let mut found = Vec::new();
        let mut pages = self.read.list_grants().key_id(key).into_paginator().items().send();
        while let Some(one) = pages.next().await {
            let one = one.map_err(self.failed("ListGrants"))?;
            found.push(Grant {
                id: one.grant_id.unwrap_or_default(),
                grantee: one.grantee_principal.unwrap_or_default(),
                issuer: one.issuing_account.unwrap_or_default(),
            });
        }
        Ok(found)
    }
}
