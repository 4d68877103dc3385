//! Snapshots, of an instance or of a cluster. RDS has a family of calls for each and refuses one for the other; what they say and take is
//! the same but for a few members.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::{AccountId, Failure};
use serde::{Deserialize, Serialize};

use super::{Rds, our_tags, sdk_tags};
use crate::classify;

/// Whose calls a database and its snapshots take. A cluster's members have its security groups.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Family {
    /// Those of an instance.
    Instance,
    /// Those of a cluster: of Aurora, and Multi-AZ ones that are not.
    Cluster,
}

/// A snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbSnapshot {
    /// Its name; to an account that it is shared with, its ARN.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// The identifier of the instance or cluster that it was taken of.
    pub of: String,
    /// Whether RDS took it by itself.
    pub automated: bool,
    /// When what it holds was written: of a copy, when its original was taken.
    pub taken_at: Option<Timestamp>,
    /// `creating`, `copying`, `available`, `failed`, …: AWS does not list them all.
    pub status: String,
    /// How far it is; 0 while it is queued.
    pub percent: Option<i32>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The ARN of its key.
    pub key: Option<String>,
    /// Allocated storage in GiB; of Aurora it means little.
    pub gib: u32,
    /// The engine.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// Storage type; RDS does not report the usual one of Aurora.
    pub storage_type: String,
    /// Provisioned IOPS, as RDS reports them (for a small gp3, too, where they may not be given).
    pub iops: Option<i32>,
    /// MiB a second, as RDS reports them.
    pub storage_throughput: Option<i32>,
    /// `none`, `sse-rds` (a key that AWS owns and does not name), `sse-kms`; empty where RDS does not say.
    pub encryption_type: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

fn count(number: Option<i32>) -> u32 {
    number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default()
}

fn moment(at: Option<&aws_sdk_rds::primitives::DateTime>) -> Option<Timestamp> {
    Timestamp::from_second(at?.secs()).ok()
}

fn of_instance(from: aws_sdk_rds::types::DbSnapshot) -> DbSnapshot {
    DbSnapshot {
        tags: our_tags(from.tag_list()),
        taken_at: moment(from.original_snapshot_create_time().or(from.snapshot_create_time())),
        automated: from.snapshot_type() == Some("automated"),
        of: from.db_instance_identifier.unwrap_or_default(),
        name: from.db_snapshot_identifier.unwrap_or_default(),
        arn: from.db_snapshot_arn.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        percent: from.percent_progress,
        encrypted: from.encrypted.unwrap_or_default(),
        key: from.kms_key_id,
        gib: count(from.allocated_storage),
        engine: from.engine.unwrap_or_default(),
        engine_version: from.engine_version.unwrap_or_default(),
        storage_type: from.storage_type.unwrap_or_default(),
        iops: from.iops,
        storage_throughput: from.storage_throughput,
        encryption_type: from
            .storage_encryption_type
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
    }
}

fn of_cluster(from: aws_sdk_rds::types::DbClusterSnapshot) -> DbSnapshot {
    DbSnapshot {
        tags: our_tags(from.tag_list()),
        taken_at: moment(from.snapshot_create_time()),
        automated: from.snapshot_type() == Some("automated"),
        of: from.db_cluster_identifier.unwrap_or_default(),
        name: from.db_cluster_snapshot_identifier.unwrap_or_default(),
        arn: from.db_cluster_snapshot_arn.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        percent: from.percent_progress,
        encrypted: from.storage_encrypted.unwrap_or_default(),
        key: from.kms_key_id,
        gib: count(from.allocated_storage),
        engine: from.engine.unwrap_or_default(),
        engine_version: from.engine_version.unwrap_or_default(),
        storage_type: from.storage_type.unwrap_or_default(),
        // A cluster's snapshot tells neither.
        iops: None,
        storage_throughput: from.storage_throughput,
        encryption_type: from
            .storage_encryption_type
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
    }
}

impl Rds {
    /// The account's own snapshot of this name; none if there is none.
    pub async fn snapshot(&self, family: Family, name: &str) -> Result<Option<DbSnapshot>, Failure> {
        match family {
            Family::Instance => {
                let call = self.read.describe_db_snapshots().db_snapshot_identifier(name);
                let answer = call.send().await.map_err(self.failed("DescribeDBSnapshots"));
                let found = classify::found(answer)?.and_then(|answer| answer.db_snapshots);
                Ok(found.and_then(|found| found.into_iter().next()).map(of_instance))
            }
            Family::Cluster => {
                let call = self.read.describe_db_cluster_snapshots();
                let call = call.db_cluster_snapshot_identifier(name);
                let answer = call.send().await.map_err(self.failed("DescribeDBClusterSnapshots"));
                let found = classify::found(answer)?.and_then(|answer| answer.db_cluster_snapshots);
                Ok(found.and_then(|found| found.into_iter().next()).map(of_cluster))
            }
        }
    }

    /// The newest automated snapshot of an instance or cluster; none if there is none.
    pub async fn latest_automated_snapshot(&self, family: Family, of: &str) -> Result<Option<DbSnapshot>, Failure> {
        let all = self.snapshots_of(family, of, "automated").await?.into_iter();
        let whole = all.filter(|found| found.status == "available");
        Ok(whole.max_by_key(|found| found.taken_at))
    }

    /// The snapshots that people took of an instance or cluster, by name. They are there when it is gone as well.
    pub async fn manual_snapshots(&self, family: Family, of: &str) -> Result<Vec<DbSnapshot>, Failure> {
        let mut all = self.snapshots_of(family, of, "manual").await?;
        all.sort_by(|one, other| one.name.cmp(&other.name));
        Ok(all)
    }

    async fn snapshots_of(&self, family: Family, of: &str, kind: &str) -> Result<Vec<DbSnapshot>, Failure> {
        let mut all = Vec::new();
        match family {
            Family::Instance => {
                let call = self.read.describe_db_snapshots().db_instance_identifier(of);
                let mut pages = call.snapshot_type(kind).into_paginator().items().send();
                while let Some(found) = pages.next().await {
                    all.push(of_instance(found.map_err(self.failed("DescribeDBSnapshots"))?));
                }
            }
            Family::Cluster => {
                let call = self.read.describe_db_cluster_snapshots().db_cluster_identifier(of);
                let mut pages = call.snapshot_type(kind).into_paginator().items().send();
                while let Some(found) = pages.next().await {
                    all.push(of_cluster(found.map_err(self.failed("DescribeDBClusterSnapshots"))?));
                }
            }
        }
        Ok(all)
    }

    /// Begins a manual snapshot of an instance or cluster. No key can be named: it inherits theirs.
    pub async fn create_snapshot(
        &self,
        family: Family,
        of: &str,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let tags = Some(sdk_tags(tags));
        match family {
            Family::Instance => {
                let call = self.once.create_db_snapshot().db_instance_identifier(of);
                let call = call.db_snapshot_identifier(name).set_tags(tags);
                call.send().await.map(drop).map_err(self.failed("CreateDBSnapshot"))
            }
            Family::Cluster => {
                let call = self.once.create_db_cluster_snapshot().db_cluster_identifier(of);
                let call = call.db_cluster_snapshot_identifier(name).set_tags(tags);
                let answer = call.send().await;
                answer.map(drop).map_err(self.failed("CreateDBClusterSnapshot"))
            }
        }
    }

    /// Begins a copy of a snapshot (another account's by its ARN) under a key, named by its ARN: an id or alias would be looked
    /// up in the wrong account. Tags are given, not copied: reserved ones (`aws:`) would make the call fail. A copy within the account
    /// of one that is encrypted keeps its key where none is named; of an unencrypted cluster's RDS refuses a key. Only instances have
    /// option groups.
    pub async fn copy_snapshot(
        &self,
        family: Family,
        source_arn: &str,
        name: &str,
        key_arn: Option<&str>,
        option_group: Option<&str>,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let (key, tags) = (key_arn.map(str::to_owned), Some(sdk_tags(tags)));
        match family {
            Family::Instance => {
                let call = self.once.copy_db_snapshot().source_db_snapshot_identifier(source_arn);
                let call = call.target_db_snapshot_identifier(name).set_kms_key_id(key);
                let call = call.set_option_group_name(option_group.map(str::to_owned));
                let call = call.copy_tags(false).set_tags(tags);
                call.send().await.map(drop).map_err(self.failed("CopyDBSnapshot"))
            }
            Family::Cluster => {
                let call = self.once.copy_db_cluster_snapshot();
                let call = call.source_db_cluster_snapshot_identifier(source_arn);
                let call = call.target_db_cluster_snapshot_identifier(name).set_kms_key_id(key);
                let answer = call.copy_tags(false).set_tags(tags).send().await;
                answer.map(drop).map_err(self.failed("CopyDBClusterSnapshot"))
            }
        }
    }

    /// The accounts that may restore a snapshot; none if there is no such snapshot.
    pub async fn snapshot_shared_with(&self, family: Family, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let attributes: Vec<(Option<String>, Vec<String>)> = match family {
            Family::Instance => {
                let call = self.read.describe_db_snapshot_attributes().db_snapshot_identifier(name);
                let answer = call.send().await.map_err(self.failed("DescribeDBSnapshotAttributes"));
                let Some(answer) = classify::found(answer)? else {
                    return Ok(None);
                };
                let told = answer.db_snapshot_attributes_result;
                let told = told.and_then(|told| told.db_snapshot_attributes).unwrap_or_default();
                told.into_iter()
                    .map(|one| (one.attribute_name, one.attribute_values.unwrap_or_default()))
                    .collect()
            }
            Family::Cluster => {
                let call = self.read.describe_db_cluster_snapshot_attributes();
                let answer = call.db_cluster_snapshot_identifier(name).send().await;
                let answer = answer.map_err(self.failed("DescribeDBClusterSnapshotAttributes"));
                let Some(answer) = classify::found(answer)? else {
                    return Ok(None);
                };
                let told = answer.db_cluster_snapshot_attributes_result;
                let told = told.and_then(|told| told.db_cluster_snapshot_attributes);
                told.unwrap_or_default()
                    .into_iter()
                    .map(|one| (one.attribute_name, one.attribute_values.unwrap_or_default()))
                    .collect()
            }
        };
        let restore = attributes
            .into_iter()
            .filter(|(name, _)| name.as_deref() == Some("restore"));
        Ok(Some(restore.flat_map(|(_, accounts)| accounts).collect()))
    }

    /// Lets an account copy and restore a snapshot.
    pub async fn share_snapshot(&self, family: Family, name: &str, with: &AccountId) -> Result<(), Failure> {
        match family {
            Family::Instance => {
                let call = self.once.modify_db_snapshot_attribute().db_snapshot_identifier(name);
                let call = call.attribute_name("restore").values_to_add(with.as_str());
                let answer = call.send().await;
                answer.map(drop).map_err(self.failed("ModifyDBSnapshotAttribute"))
            }
            Family::Cluster => {
                let call = self.once.modify_db_cluster_snapshot_attribute();
                let call = call.db_cluster_snapshot_identifier(name).attribute_name("restore");
                let answer = call.values_to_add(with.as_str()).send().await;
                answer
                    .map(drop)
                    .map_err(self.failed("ModifyDBClusterSnapshotAttribute"))
            }
        }
    }

    /// Takes that back.
    pub async fn unshare_snapshot(&self, family: Family, name: &str, with: &AccountId) -> Result<(), Failure> {
        match family {
            Family::Instance => {
                let call = self.once.modify_db_snapshot_attribute().db_snapshot_identifier(name);
                let call = call.attribute_name("restore").values_to_remove(with.as_str());
                let answer = call.send().await;
                answer.map(drop).map_err(self.failed("ModifyDBSnapshotAttribute"))
            }
            Family::Cluster => {
                let call = self.once.modify_db_cluster_snapshot_attribute();
                let call = call.db_cluster_snapshot_identifier(name).attribute_name("restore");
                let answer = call.values_to_remove(with.as_str()).send().await;
                answer
                    .map(drop)
                    .map_err(self.failed("ModifyDBClusterSnapshotAttribute"))
            }
        }
    }

    /// Deletes a snapshot; of a copy under way it is the cancellation.
    pub async fn delete_snapshot(&self, family: Family, name: &str) -> Result<(), Failure> {
        match family {
            Family::Instance => {
                let call = self.once.delete_db_snapshot().db_snapshot_identifier(name);
                call.send().await.map(drop).map_err(self.failed("DeleteDBSnapshot"))
            }
            Family::Cluster => {
                let call = self.once.delete_db_cluster_snapshot();
                let answer = call.db_cluster_snapshot_identifier(name).send().await;
                answer.map(drop).map_err(self.failed("DeleteDBClusterSnapshot"))
            }
        }
    }
}
