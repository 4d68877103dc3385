//! How the restored cluster and its members are to be configured: what the runbook says, else what the source has. Of what an instance
//! has by itself most is the cluster's here, and RDS refuses it of a member.

use std::collections::BTreeMap;

use model::databases::Settings;
use model::inventory::Cluster;
use model::{ResourceRef, Side};
use serde_json::Value;

use super::spec::RestoreSpec;
use super::words::Text;
use crate::check::known;
use crate::database::plan_settings::consistent;
use crate::draft::Draft;
use crate::draft::Says;

/// What is asked for, by when it can be said.
pub(super) struct Asked {
    /// At the restore.
    pub(super) at_restore: Settings,
    /// Once it serves.
    pub(super) afterwards: Settings,
    /// Whether the Data API is to answer: a call of its own.
    pub(super) data_api: bool,
    /// Whether IAM may log in.
    pub(super) iam_auth: bool,
    /// The logs that go to CloudWatch.
    pub(super) log_exports: Vec<String>,
    /// Days that automated backups are kept, one at least.
    pub(super) backup_retention_days: u32,
    /// Of each member, as it is made.
    pub(super) members: BTreeMap<String, Settings>,
}

/// What a cluster of Aurora has.
const AURORA: &[&str] = &[
    "copy_tags_to_snapshot",
    "network_type",
    "backup_window",
    "maintenance_window",
    "auto_minor_version_upgrade",
    "performance_insights",
    "performance_insights_retention_days",
    "database_insights",
    "data_api",
];

/// What a Multi-AZ cluster has, whose instances have nothing of their own.
const MULTI_AZ: &[&str] = &[
    "iops",
    "copy_tags_to_snapshot",
    "backup_window",
    "maintenance_window",
    "auto_minor_version_upgrade",
    "performance_insights",
    "performance_insights_retention_days",
    "database_insights",
    "monitoring_interval",
    "monitoring_role",
    "ca_certificate",
];

/// What a member of Aurora has.
const MEMBER: &[&str] = &[
    "ca_certificate",
    "maintenance_window",
    "auto_minor_version_upgrade",
    "monitoring_interval",
    "monitoring_role",
    "performance_insights",
    "performance_insights_retention_days",
];

/// What the inventory tells of every cluster elsewhere, and the runbook here.
const TOLD_ELSEWHERE: &[&str] = &["iam_auth", "log_exports", "backup_retention_days"];

/// What a restore takes; `backup_window` it takes too, and "uses the existing setting" else: it is set, and read back, afterwards.
const AT_RESTORE: &[&str] = &["copy_tags_to_snapshot", "network_type", "iops"];

fn only(settings: &Settings, named: impl Fn(&str) -> bool) -> Settings {
    let told = settings.told().into_iter().filter(|(name, _)| named(name));
    serde_json::from_value(Value::Object(told.collect())).unwrap_or_default()
}

/// What is asked for.
pub(super) fn asked(draft: &mut Draft, resource: &ResourceRef, restore: &RestoreSpec, cluster: &Cluster) -> Asked {
    let aurora = super::is_aurora(&cluster.engine);
    let own = if aurora { AURORA } else { MULTI_AZ };
    let refuse = |draft: &mut Draft, given: &Settings, known: &[&[&str]], of: &str| {
        let told = given.told();
        let unknown = told.keys().filter(|name| !known.concat().contains(&name.as_str()));
        for name in unknown {
            let text = Text::NoSuchSetting.fill(&[&format!("{of}.{name}")]);
            draft.note(Some(resource), Says::Blocks(&known::DATABASE_SETTINGS), text);
        }
    };
    refuse(draft, &restore.settings, &[own, TOLD_ELSEWHERE], "restore.settings");
    let members = if aurora { MEMBER } else { &[] };
    refuse(draft, &restore.member_settings, &[members], "restore.member_settings");
    let named = restore.settings.monitoring_role.is_some();
    let mut asked = only(&restore.settings.clone().or(cluster.settings.clone()), |name| {
        own.contains(&name)
    });
    consistent(draft, resource, &mut asked, named);
    if !aurora && asked.iops.is_none() {
        draft.note(
            Some(resource),
            Says::Blocks(&known::DATABASE_SETTINGS),
            Text::IopsUntold,
        );
    }
    if asked.data_api == Some(true) {
        draft.note(Some(resource), Says::Tells, Text::DataApi);
    }
    let of_members = cluster.members.iter().map(|member| {
        let named = restore.member_settings.monitoring_role.is_some();
        let both = restore.member_settings.clone().or(member.settings.clone());
        let mut asked = only(&both, |name| MEMBER.contains(&name));
        consistent(draft, resource, &mut asked, named);
        (member.id.clone(), asked)
    });
    let members = if aurora { of_members.collect() } else { BTreeMap::new() };
    let told = &restore.settings;
    let days = told.backup_retention_days.and_then(|days| u32::try_from(days).ok());
    Asked {
        at_restore: only(&asked, |name| AT_RESTORE.contains(&name)),
        afterwards: only(&asked, |name| !AT_RESTORE.contains(&name) && name != "data_api"),
        data_api: asked.data_api == Some(true),
        iam_auth: told.iam_auth.unwrap_or(cluster.iam_auth),
        log_exports: told
            .log_exports
            .as_ref()
            .map_or_else(|| cluster.log_exports.clone(), |logs| logs.iter().cloned().collect()),
        backup_retention_days: days.unwrap_or(cluster.backup_retention_days).max(1),
        members,
    }
}

/// Whether the target's account is told of as a place that a Multi-AZ cluster can be shared with.
pub(super) fn note_multi_az(draft: &mut Draft, resource: &ResourceRef, cluster: &Cluster) {
    if super::is_aurora(&cluster.engine) {
        return;
    }
    let text = Text::MultiAz.fill(&[draft.account(Side::Target).as_str()]);
    draft.note(Some(resource), Says::Warns(&known::CLUSTER_MULTI_AZ), text);
}
