//! RDS: clusters and their members. Their operations are others than those of instances, and their codes, too.

use std::collections::BTreeMap;

use aws_sdk_rds::types::ServerlessV2ScalingConfiguration;
use model::Failure;
use model::databases::Settings;

use crate::classify;
use crate::rds::{MasterSecret, Rds, master_secret, our_tags, sdk_tags};

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

/// A cluster: of Aurora, or a Multi-AZ one of another engine.
#[derive(Debug, Clone, PartialEq)]
pub struct DbCluster {
    /// Its identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// What tells it from another one of the same identifier; no other ever has it.
    pub resource_id: String,
    /// `creating`, `available`, …
    pub status: String,
    /// How far its restore is.
    pub percent: Option<String>,
    /// The host name of the writer's endpoint.
    pub endpoint: Option<String>,
    /// Its host name for reading.
    pub reader: Option<String>,
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
    /// How else it is configured: RDS tells all of it.
    pub settings: Settings,
    /// The key of its Performance Insights.
    pub performance_insights_key: Option<String>,
    /// The secret in which RDS keeps its master password.
    pub master_secret: Option<MasterSecret>,
    /// The class of a Multi-AZ cluster's instances; empty of Aurora.
    pub class: String,
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
    /// What it is made from.
    pub from: From,
    /// The ARN of its key.
    pub key_arn: String,
    /// The class of a Multi-AZ cluster's instances; none of Aurora, whose members are made one by one.
    pub class: Option<String>,
    /// Whether those have public addresses; none of Aurora.
    pub public: Option<bool>,
    /// `aurora` or `aurora-iopt1`; of a Multi-AZ cluster another, for which IOPS must be told.
    pub storage_type: String,
    /// What else a restore takes.
    pub settings: Settings,
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

/// What a cluster is restored from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum From {
    /// A snapshot of the account's own. Its engine and its version must be told: RDS takes the region's default version.
    Snapshot {
        /// Its name.
        name: String,
        /// The engine.
        engine: String,
        /// The engine's version.
        engine_version: String,
    },
    /// Another account's cluster that is shared with this one, by its ARN: as it is now, as a clone.
    Clone(String),
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
    /// How else it is configured, as far as that is not its cluster's.
    pub settings: Settings,
    /// The ARN of the key for its Performance Insights, where it has them.
    pub insights_key: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
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
        settings: cluster_settings(&from),
        performance_insights_key: from.performance_insights_kms_key_id.clone(),
        master_secret: from.master_user_secret().map(master_secret),
        class: from.db_cluster_instance_class().unwrap_or_default().to_owned(),
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
        resource_id: from.db_cluster_resource_id.unwrap_or_default(),
        status: from.status.unwrap_or_default(),
        percent: from.percent_progress,
        endpoint: from.endpoint,
        reader: from.reader_endpoint,
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

/// What a cluster is configured as, as far as RDS shows it. What is off is told as such: what was to be on is then seen to be missing.
pub(crate) fn cluster_settings(from: &aws_sdk_rds::types::DbCluster) -> Settings {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Settings {
        iops: from.iops(),
        storage_throughput: from.storage_throughput(),
        ca_certificate: from
            .certificate_details()
            .and_then(|details| text(details.ca_identifier())),
        copy_tags_to_snapshot: Some(from.copy_tags_to_snapshot().unwrap_or_default()),
        auto_minor_version_upgrade: from.auto_minor_version_upgrade(),
        network_type: text(from.network_type()),
        backup_window: text(from.preferred_backup_window()),
        maintenance_window: text(from.preferred_maintenance_window()),
        monitoring_interval: Some(from.monitoring_interval().unwrap_or_default()),
        monitoring_role: text(from.monitoring_role_arn()),
        performance_insights: Some(from.performance_insights_enabled().unwrap_or_default()),
        performance_insights_retention_days: from.performance_insights_retention_period(),
        database_insights: from.database_insights_mode().map(|mode| mode.as_str().to_owned()),
        data_api: Some(from.http_endpoint_enabled().unwrap_or_default()),
        ..Settings::default()
    }
}

impl Rds {
    /// The account's cluster of this identifier; none if there is none.
    pub async fn cluster(&self, id: &str) -> Result<Option<DbCluster>, Failure> {
        let call = self.read.describe_db_clusters().db_cluster_identifier(id);
        let answer = call.send().await.map_err(self.failed("DescribeDBClusters"));
        let found = classify::found(answer)?.and_then(|answer| answer.db_clusters);
        Ok(found.and_then(|found| found.into_iter().next()).map(cluster))
    }

    /// Begins a new cluster: of Aurora without instances.
    pub async fn restore_cluster(&self, restore: &RestoreCluster) -> Result<(), Failure> {
        // Two calls that take the same members under the same names.
        macro_rules! told {
            ($call:expr) => {{
                let asked = restore.settings.clone();
                let days = i32::try_from(restore.backup_retention_days).unwrap_or(i32::MAX);
                let logs = Some(restore.log_exports.clone()).filter(|logs| !logs.is_empty());
                let scaling = restore.scaling.map(|scaling| {
                    ServerlessV2ScalingConfiguration::builder()
                        .min_capacity(scaling.min)
                        .max_capacity(scaling.max)
                        .set_seconds_until_auto_pause(scaling.pause)
                        .build()
                });
                $call
                    .db_cluster_identifier(&restore.id)
                    .kms_key_id(&restore.key_arn)
                    .storage_type(&restore.storage_type)
                    .db_subnet_group_name(&restore.subnet_group)
                    .set_vpc_security_group_ids(Some(restore.security_groups.clone()))
                    .db_cluster_parameter_group_name(&restore.parameter_group)
                    .set_port(restore.port.map(i32::from))
                    .deletion_protection(restore.deletion_protection)
                    .backup_retention_period(days)
                    .enable_iam_database_authentication(restore.iam_auth)
                    .set_enable_cloudwatch_logs_exports(logs)
                    .set_serverless_v2_scaling_configuration(scaling)
                    .set_copy_tags_to_snapshot(asked.copy_tags_to_snapshot)
                    .set_network_type(asked.network_type)
                    .set_iops(asked.iops)
                    .set_db_cluster_instance_class(restore.class.clone())
                    .set_publicly_accessible(restore.public)
                    .set_engine_lifecycle_support(restore.extended_support.clone())
                    .set_tags(Some(sdk_tags(&restore.tags)))
            }};
        }
        match &restore.from {
            From::Snapshot {
                name,
                engine,
                engine_version,
            } => {
                let call = told!(self.once.restore_db_cluster_from_snapshot());
                let call = call.snapshot_identifier(name);
                let answer = call.engine(engine).engine_version(engine_version).send().await;
                answer.map(drop).map_err(self.failed("RestoreDBClusterFromSnapshot"))
            }
            From::Clone(of) => {
                let call = told!(self.once.restore_db_cluster_to_point_in_time());
                let call = call.source_db_cluster_identifier(of).restore_type("copy-on-write");
                let answer = call.use_latest_restorable_time(true).send().await;
                answer.map(drop).map_err(self.failed("RestoreDBClusterToPointInTime"))
            }
        }
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
        let asked = member.settings.clone();
        let call = call
            .set_ca_certificate_identifier(asked.ca_certificate)
            .set_auto_minor_version_upgrade(asked.auto_minor_version_upgrade)
            .set_preferred_maintenance_window(asked.maintenance_window);
        let call = call
            .set_monitoring_interval(asked.monitoring_interval)
            .set_monitoring_role_arn(asked.monitoring_role);
        let call = call
            .set_enable_performance_insights(asked.performance_insights)
            .set_performance_insights_retention_period(asked.performance_insights_retention_days)
            .set_performance_insights_kms_key_id(member.insights_key.clone());
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

    /// Gives a cluster at once what no restore takes. `insights_key` is the ARN of the key for Performance Insights, which can be said only
    /// as they are switched on, and never changed. Enhanced monitoring and the certificate are a Multi-AZ cluster's alone: Aurora's
    /// members have their own.
    pub async fn settle_cluster(&self, id: &str, asked: &Settings, insights_key: Option<&str>) -> Result<(), Failure> {
        let asked = asked.clone();
        let call = self.once.modify_db_cluster().db_cluster_identifier(id);
        let call = call
            .set_preferred_backup_window(asked.backup_window)
            .set_preferred_maintenance_window(asked.maintenance_window)
            .set_auto_minor_version_upgrade(asked.auto_minor_version_upgrade)
            .set_ca_certificate_identifier(asked.ca_certificate);
        let call = call
            .set_monitoring_interval(asked.monitoring_interval)
            .set_monitoring_role_arn(asked.monitoring_role);
        let call = call
            .set_enable_performance_insights(asked.performance_insights)
            .set_performance_insights_retention_period(asked.performance_insights_retention_days)
            .set_performance_insights_kms_key_id(insights_key.map(str::to_owned))
            .set_database_insights_mode(asked.database_insights.as_deref().map(Into::into));
        call.apply_immediately(true)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyDBCluster"))
    }

    /// Has the Data API answer for an Aurora cluster. `EnableHttpEndpoint` of `ModifyDBCluster` is Serverless v1's alone.
    pub async fn enable_data_api(&self, cluster_arn: &str) -> Result<(), Failure> {
        let call = self.once.enable_http_endpoint().resource_arn(cluster_arn);
        call.send().await.map(drop).map_err(self.failed("EnableHttpEndpoint"))
    }

    /// Has RDS make a new master password for a cluster and keep it in a new secret. A restore brings neither.
    pub async fn manage_cluster_password(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.modify_db_cluster().db_cluster_identifier(id);
        call.manage_master_user_password(true)
            .apply_immediately(true)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyDBCluster"))
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
