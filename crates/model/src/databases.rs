//! Of a database instance or cluster, what is configured beyond what it cannot be without, and what hangs on it that no snapshot carries. One
//! type says it everywhere: as observed in the inventory, as asked for in a runbook, as read back from RDS.

use std::collections::{BTreeMap, BTreeSet};

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How an instance or cluster is configured. What is absent was not told, and is not asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Settings {
    /// Its option group.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub option_group: Option<String>,
    /// Provisioned IOPS; of a small gp3 RDS reports 3000, which it refuses to be given.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iops: Option<i32>,
    /// MiB a second, of gp3.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub storage_throughput: Option<i32>,
    /// Whether IAM may log in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub iam_auth: Option<bool>,
    /// The logs that go to CloudWatch.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub log_exports: Option<BTreeSet<String>>,
    /// The authority of its certificate.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ca_certificate: Option<String>,
    /// Whether its snapshots get its tags.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub copy_tags_to_snapshot: Option<bool>,
    /// Whether RDS raises its minor version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub auto_minor_version_upgrade: Option<bool>,
    /// `IPV4` or `DUAL`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub network_type: Option<String>,
    /// Its licence model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub license_model: Option<String>,
    /// Days that automated backups are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_retention_days: Option<i32>,
    /// When it is backed up, such as `18:00-18:30`, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub backup_window: Option<String>,
    /// When it is maintained, such as `sun:19:00-sun:19:30`, UTC.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub maintenance_window: Option<String>,
    /// Up to how many GiB RDS lets it grow by itself.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_allocated_storage: Option<i32>,
    /// Seconds between two samples of enhanced monitoring; 0: none.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring_interval: Option<i32>,
    /// The ARN of the role that writes them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub monitoring_role: Option<String>,
    /// Whether it has Performance Insights.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance_insights: Option<bool>,
    /// Days that those are kept.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub performance_insights_retention_days: Option<i32>,
    /// `standard` or `advanced`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub database_insights: Option<String>,
    /// Whether the Data API answers for it: an Aurora cluster's alone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_api: Option<bool>,
}

impl Settings {
    /// These, and where they tell nothing, the others'.
    pub fn or(self, other: Self) -> Self {
        Self {
            option_group: self.option_group.or(other.option_group),
            iops: self.iops.or(other.iops),
            storage_throughput: self.storage_throughput.or(other.storage_throughput),
            iam_auth: self.iam_auth.or(other.iam_auth),
            log_exports: self.log_exports.or(other.log_exports),
            ca_certificate: self.ca_certificate.or(other.ca_certificate),
            copy_tags_to_snapshot: self.copy_tags_to_snapshot.or(other.copy_tags_to_snapshot),
            auto_minor_version_upgrade: self.auto_minor_version_upgrade.or(other.auto_minor_version_upgrade),
            network_type: self.network_type.or(other.network_type),
            license_model: self.license_model.or(other.license_model),
            backup_retention_days: self.backup_retention_days.or(other.backup_retention_days),
            backup_window: self.backup_window.or(other.backup_window),
            maintenance_window: self.maintenance_window.or(other.maintenance_window),
            max_allocated_storage: self.max_allocated_storage.or(other.max_allocated_storage),
            monitoring_interval: self.monitoring_interval.or(other.monitoring_interval),
            monitoring_role: self.monitoring_role.or(other.monitoring_role),
            performance_insights: self.performance_insights.or(other.performance_insights),
            performance_insights_retention_days: self
                .performance_insights_retention_days
                .or(other.performance_insights_retention_days),
            database_insights: self.database_insights.or(other.database_insights),
            data_api: self.data_api.or(other.data_api),
        }
    }

    /// What can be said when an instance is restored from a snapshot, and what only afterwards. Backups are among the latter: a
    /// restore "uses the existing setting", so they are asked for, and read back, once it is there.
    pub fn split(self) -> (Self, Self) {
        let at_restore = Self {
            option_group: self.option_group,
            iops: self.iops,
            storage_throughput: self.storage_throughput,
            iam_auth: self.iam_auth,
            log_exports: self.log_exports,
            ca_certificate: self.ca_certificate,
            copy_tags_to_snapshot: self.copy_tags_to_snapshot,
            auto_minor_version_upgrade: self.auto_minor_version_upgrade,
            network_type: self.network_type,
            license_model: self.license_model,
            ..Self::default()
        };
        let afterwards = Self {
            backup_retention_days: self.backup_retention_days,
            backup_window: self.backup_window,
            maintenance_window: self.maintenance_window,
            max_allocated_storage: self.max_allocated_storage,
            monitoring_interval: self.monitoring_interval,
            monitoring_role: self.monitoring_role,
            performance_insights: self.performance_insights,
            performance_insights_retention_days: self.performance_insights_retention_days,
            database_insights: self.database_insights,
            data_api: self.data_api,
            ..Self::default()
        };
        (at_restore, afterwards)
    }

    /// What was told, by name.
    pub fn told(&self) -> BTreeMap<String, serde_json::Value> {
        match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(members)) => members.into_iter().collect(),
            _ => BTreeMap::new(),
        }
    }
}

/// What hangs on an instance and that no snapshot carries: by name, so that the plan can say what is to be made anew by hand.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Attached {
    /// Its read replicas.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub read_replicas: Vec<String>,
    /// The ARNs of roles that are associated with it (import from S3, Lambda).
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<String>,
    /// The proxies in front of it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub proxies: Vec<String>,
    /// Event subscriptions that name it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub event_subscriptions: Vec<String>,
}

/// An option group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct OptionGroup {
    /// Its name.
    pub name: String,
    /// Its engine, such as `oracle-ee`.
    pub engine: String,
    /// The engine's major version, such as `19`.
    pub major_version: String,
    /// What it says of itself.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub description: String,
    /// Its options.
    pub options: Vec<GroupOption>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// An option of a group.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GroupOption {
    /// Its name, such as `Timezone`.
    pub name: String,
    /// Its version.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub version: Option<String>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// Whether it cannot be removed while an instance uses the group.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub persistent: bool,
    /// Whether it can never be removed.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub permanent: bool,
    /// Security groups of its port.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub security_groups: Vec<String>,
    /// The settings that a user has made.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub settings: BTreeMap<String, String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_is_asked_for_once_at_the_restore_or_afterwards() {
        let all = Settings {
            option_group: Some("a".into()),
            iops: Some(1),
            storage_throughput: Some(2),
            iam_auth: Some(true),
            log_exports: Some(BTreeSet::from(["audit".into()])),
            ca_certificate: Some("b".into()),
            copy_tags_to_snapshot: Some(true),
            auto_minor_version_upgrade: Some(true),
            network_type: Some("IPV4".into()),
            license_model: Some("c".into()),
            backup_retention_days: Some(3),
            backup_window: Some("d".into()),
            maintenance_window: Some("e".into()),
            max_allocated_storage: Some(4),
            monitoring_interval: Some(5),
            monitoring_role: Some("f".into()),
            performance_insights: Some(true),
            performance_insights_retention_days: Some(6),
            database_insights: Some("standard".into()),
            data_api: Some(true),
        };
        let (at_restore, afterwards) = all.clone().split();
        assert_eq!(at_restore.told().len() + afterwards.told().len(), all.told().len());
        assert_eq!(at_restore.or(afterwards), all);
        assert_eq!(Settings::default().or(all.clone()), all);
    }
}
