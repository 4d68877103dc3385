//! RDS: database instances and their snapshots.

mod groups;
mod snapshots;

use std::collections::BTreeMap;

use aws_sdk_rds::types::Tag;
use model::databases::Settings;
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

pub use groups::{ParameterGroup, SubnetGroup};
pub use snapshots::{DbSnapshot, Family};

/// RDS in one account.
pub struct Rds {
    pub(crate) read: aws_sdk_rds::Client,
    pub(crate) once: aws_sdk_rds::Client,
    account: AccountId,
}

/// A database instance.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DbInstance {
    /// Its identifier.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// What tells it from another one of the same identifier, in CloudTrail and in policies too; no other ever has it.
    pub resource_id: String,
    /// `creating`, `backing-up`, `available`, …
    pub status: String,
    /// Host and port; absent while it is created.
    pub endpoint: Option<(String, i32)>,
    /// The ARN of its key.
    pub key: Option<String>,
    /// The engine.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// Its class.
    pub class: String,
    /// Allocated storage in GiB.
    pub gib: u32,
    /// Storage type.
    pub storage_type: String,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// Its parameter groups.
    pub parameter_groups: Vec<String>,
    /// Whether it is Multi-AZ.
    pub multi_az: bool,
    /// Whether it has a public address.
    pub public: bool,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// How else it is configured: RDS tells all of it.
    pub settings: Settings,
    /// The key of its Performance Insights.
    pub performance_insights_key: Option<String>,
    /// The secret in which RDS keeps its master password.
    pub master_secret: Option<MasterSecret>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A secret that RDS keeps a master password in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MasterSecret {
    /// Its ARN.
    pub arn: String,
    /// `creating`, `active`, `rotating`, `impaired`.
    pub status: String,
    /// The ARN of its key.
    pub key: String,
}

/// Everything that a restore is told. RDS's own defaults put the database into the default VPC, make it Single-AZ and perhaps
/// public, and lose its parameter group, so nothing is left to them that is known.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restore {
    /// The new instance's identifier.
    pub id: String,
    /// The snapshot.
    pub snapshot: String,
    /// Instance class.
    pub class: String,
    /// Its subnet group.
    pub subnet_group: String,
    /// Its VPC security groups.
    pub security_groups: Vec<String>,
    /// Its parameter group.
    pub parameter_group: String,
    /// Its port; absent: the snapshot's.
    pub port: Option<u16>,
    /// Whether it is Multi-AZ.
    pub multi_az: bool,
    /// Whether it has a public address.
    pub public: bool,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Storage type; absent: RDS decides.
    pub storage_type: Option<String>,
    /// What else a restore takes; IOPS and throughput only where the storage type and size admit them.
    pub settings: Settings,
    /// `open-source-rds-extended-support` or `…-disabled`; absent: RDS enrols it.
    pub extended_support: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

pub(crate) fn sdk_tags(tags: &BTreeMap<String, String>) -> Vec<Tag> {
    tags.iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect()
}

pub(crate) fn our_tags(tags: &[Tag]) -> BTreeMap<String, String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    tags.iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

fn instance(from: aws_sdk_rds::types::DbInstance) -> DbInstance {
    let names = |name: Option<&str>| name.map(str::to_owned);
    DbInstance {
        tags: our_tags(from.tag_list()),
        settings: settings(&from),
        performance_insights_key: from.performance_insights_kms_key_id.clone(),
        master_secret: from.master_user_secret().map(master_secret),
        endpoint: from
            .endpoint()
            .and_then(|at| Some((at.address()?.to_owned(), at.port()?))),
        subnet_group: from
            .db_subnet_group()
            .and_then(|group| names(group.db_subnet_group_name()))
            .unwrap_or_default(),
        security_groups: from
            .vpc_security_groups()
            .iter()
            .filter_map(|group| names(group.vpc_security_group_id()))
            .collect(),
        parameter_groups: from
            .db_parameter_groups()
            .iter()
            .filter_map(|group| names(group.db_parameter_group_name()))
            .collect(),
        id: from.db_instance_identifier.unwrap_or_default(),
        arn: from.db_instance_arn.unwrap_or_default(),
        resource_id: from.dbi_resource_id.unwrap_or_default(),
        status: from.db_instance_status.unwrap_or_default(),
        key: from.kms_key_id,
        engine: from.engine.unwrap_or_default(),
        engine_version: from.engine_version.unwrap_or_default(),
        class: from.db_instance_class.unwrap_or_default(),
        gib: from
            .allocated_storage
            .and_then(|gib| u32::try_from(gib).ok())
            .unwrap_or_default(),
        storage_type: from.storage_type.unwrap_or_default(),
        multi_az: from.multi_az.unwrap_or_default(),
        public: from.publicly_accessible.unwrap_or_default(),
        deletion_protection: from.deletion_protection.unwrap_or_default(),
    }
}

pub(crate) fn master_secret(from: &aws_sdk_rds::types::MasterUserSecret) -> MasterSecret {
    MasterSecret {
        arn: from.secret_arn().unwrap_or_default().to_owned(),
        status: from.secret_status().unwrap_or_default().to_owned(),
        key: from.kms_key_id().unwrap_or_default().to_owned(),
    }
}

/// What it is configured as, as far as RDS shows it. What is off is told as such: what was to be on is then seen to be missing.
pub(crate) fn settings(from: &aws_sdk_rds::types::DbInstance) -> Settings {
    let text = |text: Option<&str>| text.filter(|text| !text.is_empty()).map(str::to_owned);
    Settings {
        option_group: from
            .option_group_memberships()
            .first()
            .and_then(|group| text(group.option_group_name())),
        iops: from.iops(),
        storage_throughput: from.storage_throughput(),
        iam_auth: Some(from.iam_database_authentication_enabled().unwrap_or_default()),
        log_exports: Some(from.enabled_cloudwatch_logs_exports().iter().cloned().collect()),
        ca_certificate: text(from.ca_certificate_identifier()),
        copy_tags_to_snapshot: Some(from.copy_tags_to_snapshot().unwrap_or_default()),
        auto_minor_version_upgrade: Some(from.auto_minor_version_upgrade().unwrap_or_default()),
        network_type: text(from.network_type()),
        license_model: text(from.license_model()),
        backup_retention_days: from.backup_retention_period(),
        backup_window: text(from.preferred_backup_window()),
        maintenance_window: text(from.preferred_maintenance_window()),
        max_allocated_storage: from.max_allocated_storage(),
        monitoring_interval: Some(from.monitoring_interval().unwrap_or_default()),
        monitoring_role: text(from.monitoring_role_arn()),
        performance_insights: Some(from.performance_insights_enabled().unwrap_or_default()),
        performance_insights_retention_days: from.performance_insights_retention_period(),
        database_insights: from.database_insights_mode().map(|mode| mode.as_str().to_owned()),
        data_api: None,
    }
}

impl Rds {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_rds, "rds");
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
        classify::failed(self.account.as_str(), "rds", operation)
    }

    /// The account's instance of this identifier; none if there is none.
    pub async fn instance(&self, id: &str) -> Result<Option<DbInstance>, Failure> {
        let call = self.read.describe_db_instances().db_instance_identifier(id);
        let answer = call.send().await.map_err(self.failed("DescribeDBInstances"));
        let found = classify::found(answer)?.and_then(|answer| answer.db_instances);
        Ok(found.and_then(|found| found.into_iter().next()).map(instance))
    }

    /// Begins a new instance from a snapshot of the account's own.
    pub async fn restore(&self, restore: &Restore) -> Result<(), Failure> {
        let call = self.once.restore_db_instance_from_db_snapshot();
        let call = call
            .db_instance_identifier(&restore.id)
            .db_snapshot_identifier(&restore.snapshot);
        let call = call
            .db_instance_class(&restore.class)
            .db_subnet_group_name(&restore.subnet_group);
        let call = call.set_vpc_security_group_ids(Some(restore.security_groups.clone()));
        let call = call
            .db_parameter_group_name(&restore.parameter_group)
            .set_port(restore.port.map(i32::from));
        let call = call.multi_az(restore.multi_az).publicly_accessible(restore.public);
        let call = call.deletion_protection(restore.deletion_protection);
        let asked = restore.settings.clone();
        let call = call
            .set_storage_type(restore.storage_type.clone())
            .set_iops(asked.iops)
            .set_storage_throughput(asked.storage_throughput);
        let call = call
            .set_option_group_name(asked.option_group)
            .set_license_model(asked.license_model)
            .set_network_type(asked.network_type)
            .set_ca_certificate_identifier(asked.ca_certificate);
        let call = call
            .set_enable_iam_database_authentication(asked.iam_auth)
            .set_copy_tags_to_snapshot(asked.copy_tags_to_snapshot)
            .set_auto_minor_version_upgrade(asked.auto_minor_version_upgrade);
        // An empty list is left out: none is what RDS does of itself.
        let logs = asked.log_exports.filter(|logs| !logs.is_empty());
        let call = call.set_enable_cloudwatch_logs_exports(logs.map(|logs| logs.into_iter().collect()));
        let call = call.set_engine_lifecycle_support(restore.extended_support.clone());
        let call = call.set_tags(Some(sdk_tags(&restore.tags)));
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("RestoreDBInstanceFromDBSnapshot"))
    }

    /// Gives an instance at once what no restore takes. `insights_key` is the ARN of the key for Performance Insights, which can be
    /// said only as they are switched on, and never changed.
    pub async fn settle(&self, id: &str, asked: &Settings, insights_key: Option<&str>) -> Result<(), Failure> {
        let asked = asked.clone();
        let call = self.once.modify_db_instance().db_instance_identifier(id);
        let call = call
            .set_backup_retention_period(asked.backup_retention_days)
            .set_preferred_backup_window(asked.backup_window)
            .set_preferred_maintenance_window(asked.maintenance_window)
            .set_max_allocated_storage(asked.max_allocated_storage);
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
            .map_err(self.failed("ModifyDBInstance"))
    }

    /// Has RDS make a new master password and keep it in a new secret. A restore brings neither.
    pub async fn manage_master_password(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.modify_db_instance().db_instance_identifier(id);
        call.manage_master_user_password(true)
            .apply_immediately(true)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyDBInstance"))
    }

    /// Lets an instance be deleted.
    pub async fn lift_deletion_protection(&self, id: &str) -> Result<(), Failure> {
        let call = self
            .once
            .modify_db_instance()
            .db_instance_identifier(id)
            .deletion_protection(false);
        call.apply_immediately(true)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyDBInstance"))
    }

    /// Deletes an instance that the run itself restored: its data lives on where it came from, so no last snapshot is taken.
    pub async fn delete_restored_instance(&self, id: &str) -> Result<(), Failure> {
        let call = self
            .once
            .delete_db_instance()
            .db_instance_identifier(id)
            .skip_final_snapshot(true);
        let call = call.delete_automated_backups(true);
        call.send().await.map(drop).map_err(self.failed("DeleteDBInstance"))
    }
}
