//! RDS: Aurora clusters, their members and snapshots. Their operations are others than those of instances, and their codes, too.

use std::collections::BTreeMap;

use aws_sdk_rds::types::ServerlessV2ScalingConfiguration;
use model::{AccountId, Failure};

use crate::classify;
use crate::rds::{Rds, our_tags, sdk_tags};

/// A snapshot of a cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbClusterSnapshot {
    /// Its name; to an account that it is shared with, its ARN.
    pub name: String,
    /// Its ARN.
    pub arn: String,
    /// `creating`, `copying`, `available`, …
    pub status: String,
    /// How far it is.
    pub percent: Option<i32>,
    /// Whether it is encrypted.
    pub encrypted: bool,
    /// The ARN of its key.
    pub key: Option<String>,
    /// Allocated storage in GiB, as RDS reports it: of Aurora it means little.
    pub gib: u32,
    /// The engine.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// How far a Serverless v2 cluster scales, in capacity units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Capacity {
    /// The fewest.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// After how many idle seconds it pauses; absent: never.
    pub pause: Option<i32>,
}

/// A member of a cluster, as its cluster tells it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbClusterMember {
    /// The instance's identifier.
    pub id: String,
    /// Whether it is the one that writes.
    pub writer: bool,
    /// Which reader becomes the writer: the lowest number first.
    pub promotion_tier: Option<i32>,
}

/// An Aurora cluster.
#[derive(Debug, Clone, PartialEq)]
pub struct DbCluster {
    /// Its identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// `creating`, `available`, …
    pub status: String,
    /// How far its restore is.
    pub percent: Option<String>,
    /// The host name of the writer's endpoint.
    pub endpoint: Option<String>,
    /// Its port.
    pub port: Option<i32>,
    /// The ARN of its key.
    pub key: Option<String>,
    /// The engine.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// `aurora-iopt1`; RDS does not report the usual type, which is `aurora` here.
    pub storage_type: String,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// Its cluster parameter group.
    pub parameter_group: String,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Automated backup retention in days.
    pub backup_retention_days: i32,
    /// Whether IAM may log in.
    pub iam_auth: bool,
    /// The logs that go to CloudWatch.
    pub log_exports: Vec<String>,
    /// How far it scales.
    pub scaling: Option<Capacity>,
    /// Its members.
    pub members: Vec<DbClusterMember>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Everything that the restore of a cluster is told. Left to itself RDS takes the region's default engine version, the default VPC, the
/// engine's default parameter group and the usual storage type, and the snapshot's key.
#[derive(Debug, Clone, PartialEq)]
pub struct RestoreCluster {
    /// The new cluster's identifier.
    pub id: String,
    /// The snapshot.
    pub snapshot: String,
    /// The engine.
    pub engine: String,
    /// The engine's version: the snapshot's.
    pub engine_version: String,
    /// The ARN of its key.
    pub key_arn: String,
    /// `aurora` or `aurora-iopt1`.
    pub storage_type: String,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// Its cluster parameter group.
    pub parameter_group: String,
    /// Its port; absent: the snapshot's.
    pub port: Option<u16>,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Automated backup retention in days, 1 at least.
    pub backup_retention_days: u32,
    /// Whether IAM may log in.
    pub iam_auth: bool,
    /// The logs that go to CloudWatch.
    pub log_exports: Vec<String>,
    /// How far it scales: to be there before a member of class `db.serverless` is made.
    pub scaling: Option<Capacity>,
    /// `open-source-rds-extended-support` or `…-disabled`; absent: RDS enrols it.
    pub extended_support: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// What a new member is told; the rest is its cluster's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewMember {
    /// The instance's identifier.
    pub id: String,
    /// The cluster.
    pub cluster: String,
    /// The engine, which must be the cluster's.
    pub engine: String,
    /// Its class.
    pub class: String,
    /// Its promotion tier.
    pub promotion_tier: u8,
    /// Its parameter group.
    pub parameter_group: String,
    /// Whether it has a public address.
    pub public: bool,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

fn snapshot(from: aws_sdk_rds::types::DbClusterSnapshot) -> DbClusterSnapshot {
    DbClusterSnapshot {
        tags: our_tags(from.tag_list()),
        name: from.db_cluster_snapshot_identifier.unwrap_or_default(),
        arn: from.db_cluster_snapshot_arn.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        percent: from.percent_progress,
        encrypted: from.storage_encrypted.unwrap_or_default(),
        key: from.kms_key_id,
        gib: from
            .allocated_storage
            .and_then(|gib| u32::try_from(gib).ok())
            .unwrap_or_default(),
        engine: from.engine.unwrap_or_default(),
        engine_version: from.engine_version.unwrap_or_default(),
    }
}

fn cluster(from: aws_sdk_rds::types::DbCluster) -> DbCluster {
    let scaling = from.serverless_v2_scaling_configuration().and_then(|scaling| {
        Some(Capacity {
            min: scaling.min_capacity()?,
            max: scaling.max_capacity()?,
            pause: scaling.seconds_until_auto_pause(),
        })
    });
    let members = from.db_cluster_members().iter().map(|member| DbClusterMember {
        id: member.db_instance_identifier().unwrap_or_default().to_owned(),
        writer: member.is_cluster_writer().unwrap_or_default(),
        promotion_tier: member.promotion_tier(),
    });
    DbCluster {
        scaling,
        members: members.collect(),
        tags: our_tags(from.tag_list()),
        security_groups: from
            .vpc_security_groups()
            .iter()
            .filter_map(|group| group.vpc_security_group_id().map(str::to_owned))
            .collect(),
        id: from.db_cluster_identifier.unwrap_or_default(),
        arn: from.db_cluster_arn.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        percent: from.percent_progress,
        endpoint: from.endpoint,
        port: from.port,
        key: from.kms_key_id,
        engine: from.engine.unwrap_or_default(),
        engine_version: from.engine_version.unwrap_or_default(),
        storage_type: from
            .storage_type
            .filter(|kind| !kind.is_empty())
            .unwrap_or_else(|| "aurora".to_owned()),
        subnet_group: from.db_subnet_group.unwrap_or_default(),
        parameter_group: from.db_cluster_parameter_group.unwrap_or_default(),
        deletion_protection: from.deletion_protection.unwrap_or_default(),
        backup_retention_days: from.backup_retention_period.unwrap_or_default(),
        iam_auth: from.iam_database_authentication_enabled.unwrap_or_default(),
        log_exports: from.enabled_cloudwatch_logs_exports.unwrap_or_default(),
    }
}

impl Rds {
    /// The account's own cluster snapshot of this name; none if there is none.
    pub async fn cluster_snapshot(&self, name: &str) -> Result<Option<DbClusterSnapshot>, Failure> {
        let call = self.read.describe_db_cluster_snapshots();
        let call = call.db_cluster_snapshot_identifier(name);
        let answer = call.send().await.map_err(self.failed("DescribeDBClusterSnapshots"));
        let found = classify::found(answer)?.and_then(|answer| answer.db_cluster_snapshots);
        Ok(found.and_then(|found| found.into_iter().next()).map(snapshot))
    }

    /// The account's cluster of this identifier; none if there is none.
    pub async fn cluster(&self, id: &str) -> Result<Option<DbCluster>, Failure> {
        let call = self.read.describe_db_clusters().db_cluster_identifier(id);
        let answer = call.send().await.map_err(self.failed("DescribeDBClusters"));
        let found = classify::found(answer)?.and_then(|answer| answer.db_clusters);
        Ok(found.and_then(|found| found.into_iter().next()).map(cluster))
    }

    /// Begins a manual snapshot of a cluster. No key can be named: it inherits the cluster's.
    pub async fn create_cluster_snapshot(
        &self,
        cluster: &str,
        name: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.create_db_cluster_snapshot();
        let call = call.db_cluster_identifier(cluster).db_cluster_snapshot_identifier(name);
        let call = call.set_tags(Some(sdk_tags(tags)));
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("CreateDBClusterSnapshot"))
    }

    /// Begins a copy of a cluster snapshot (another account's by its ARN) under a key, named by its ARN. RDS refuses a key for an
    /// unencrypted one, which is encrypted by its restore instead.
    pub async fn copy_cluster_snapshot(
        &self,
        source_arn: &str,
        name: &str,
        key_arn: Option<&str>,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.copy_db_cluster_snapshot();
        let call = call
            .source_db_cluster_snapshot_identifier(source_arn)
            .target_db_cluster_snapshot_identifier(name);
        let call = call.set_kms_key_id(key_arn.map(str::to_owned)).copy_tags(false);
        let call = call.set_tags(Some(sdk_tags(tags)));
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("CopyDBClusterSnapshot"))
    }

    /// The accounts that may restore a cluster snapshot; none if there is no such snapshot.
    pub async fn cluster_snapshot_shared_with(&self, name: &str) -> Result<Option<Vec<String>>, Failure> {
        let call = self.read.describe_db_cluster_snapshot_attributes();
        let call = call.db_cluster_snapshot_identifier(name);
        let answer = call
            .send()
            .await
            .map_err(self.failed("DescribeDBClusterSnapshotAttributes"));
        let Some(answer) = classify::found(answer)? else {
            return Ok(None);
        };
        let Some(result) = answer.db_cluster_snapshot_attributes_result else {
            return Ok(Some(Vec::new()));
        };
        let restore = result
            .db_cluster_snapshot_attributes()
            .iter()
            .filter(|a| a.attribute_name() == Some("restore"));
        Ok(Some(
            restore
                .flat_map(|attribute| attribute.attribute_values().to_vec())
                .collect(),
        ))
    }

    /// Lets an account copy and restore a cluster snapshot.
    pub async fn share_cluster_snapshot(&self, name: &str, with: &AccountId) -> Result<(), Failure> {
        let call = self.once.modify_db_cluster_snapshot_attribute();
        let call = call.db_cluster_snapshot_identifier(name).attribute_name("restore");
        let call = call.values_to_add(with.as_str());
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyDBClusterSnapshotAttribute"))
    }

    /// Takes that back.
    pub async fn unshare_cluster_snapshot(&self, name: &str, with: &AccountId) -> Result<(), Failure> {
        let call = self.once.modify_db_cluster_snapshot_attribute();
        let call = call.db_cluster_snapshot_identifier(name).attribute_name("restore");
        let call = call.values_to_remove(with.as_str());
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyDBClusterSnapshotAttribute"))
    }

    /// Deletes a cluster snapshot; of a copy under way it is the cancellation.
    pub async fn delete_cluster_snapshot(&self, name: &str) -> Result<(), Failure> {
        let call = self.once.delete_db_cluster_snapshot();
        let call = call.db_cluster_snapshot_identifier(name);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("DeleteDBClusterSnapshot"))
    }

    /// Begins a new cluster, without instances, from a snapshot of the account's own.
    pub async fn restore_cluster(&self, restore: &RestoreCluster) -> Result<(), Failure> {
        let call = self.once.restore_db_cluster_from_snapshot();
        let call = call
            .db_cluster_identifier(&restore.id)
            .snapshot_identifier(&restore.snapshot);
        let call = call.engine(&restore.engine).engine_version(&restore.engine_version);
        let call = call.kms_key_id(&restore.key_arn).storage_type(&restore.storage_type);
        let call = call.db_subnet_group_name(&restore.subnet_group);
        let call = call.set_vpc_security_group_ids(Some(restore.security_groups.clone()));
        let call = call
            .db_cluster_parameter_group_name(&restore.parameter_group)
            .set_port(restore.port.map(i32::from));
        let days = i32::try_from(restore.backup_retention_days).unwrap_or(i32::MAX);
        let call = call
            .deletion_protection(restore.deletion_protection)
            .backup_retention_period(days);
        let call = call.enable_iam_database_authentication(restore.iam_auth);
        let logs = Some(restore.log_exports.clone()).filter(|logs| !logs.is_empty());
        let call = call.set_enable_cloudwatch_logs_exports(logs);
        let scaling = restore.scaling.map(|scaling| {
            ServerlessV2ScalingConfiguration::builder()
                .min_capacity(scaling.min)
                .max_capacity(scaling.max)
                .set_seconds_until_auto_pause(scaling.pause)
                .build()
        });
        let call = call.set_serverless_v2_scaling_configuration(scaling);
        let call = call.set_engine_lifecycle_support(restore.extended_support.clone());
        let call = call.set_tags(Some(sdk_tags(&restore.tags)));
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("RestoreDBClusterFromSnapshot"))
    }

    /// Begins a new member of a cluster. The first one becomes the writer.
    pub async fn create_member(&self, member: &NewMember) -> Result<(), Failure> {
        let call = self.once.create_db_instance();
        let call = call
            .db_instance_identifier(&member.id)
            .db_cluster_identifier(&member.cluster);
        let call = call.engine(&member.engine).db_instance_class(&member.class);
        let call = call
            .promotion_tier(i32::from(member.promotion_tier))
            .db_parameter_group_name(&member.parameter_group);
        let call = call
            .publicly_accessible(member.public)
            .set_tags(Some(sdk_tags(&member.tags)));
        call.send().await.map(drop).map_err(self.failed("CreateDBInstance"))
    }

    /// Deletes a member that the run itself made: the data are its cluster's.
    pub async fn delete_member(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_db_instance().db_instance_identifier(id);
        let call = call.skip_final_snapshot(true);
        call.send().await.map(drop).map_err(self.failed("DeleteDBInstance"))
    }

    /// Lets a cluster be deleted.
    pub async fn lift_cluster_protection(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.modify_db_cluster().db_cluster_identifier(id);
        let call = call.deletion_protection(false).apply_immediately(true);
        call.send().await.map(drop).map_err(self.failed("ModifyDBCluster"))
    }

    /// Deletes a cluster that the run itself restored: its data live on where they came from, so no last snapshot is taken.
    pub async fn delete_restored_cluster(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_db_cluster().db_cluster_identifier(id);
        let call = call.skip_final_snapshot(true);
        call.send().await.map(drop).map_err(self.failed("DeleteDBCluster"))
    }
}
