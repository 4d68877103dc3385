//! Changes of an instance: what is applied at once, what waits for the maintenance window, what waits for a reboot.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::Value;

use super::instances::{Instance, NOT_RESTORED, RESTORED, check_authority, own, shown};
use super::new_instance::managed_secret;
use super::{Place, arn, groups, invalid_combination, invalid_value};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, number, text, texts};
use crate::services::stored_content::duration_seconds;
use crate::services::{storage_key, sts};

/// `ModifyDBInstance`. What costs an outage waits for the maintenance window unless `ApplyImmediately`.
pub(super) fn modify(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let place = own(cloud, caller, super::required(input, "DBInstanceIdentifier")?)?;
    for member in [
        "NewDBInstanceIdentifier",
        "EngineVersion",
        "OptionGroupName",
        "DBSubnetGroupName",
        "ReplicaMode",
    ] {
        if input.get(member).is_some_and(|value| !value.is_null()) {
            return Err(ServiceError::not_modelled(
                "rds",
                &format!("ModifyDBInstance with {member}"),
            ));
        }
    }
    let before = cloud.rds.instances[&place].clone();
    if !matches!(before.status(), "available" | "storage-optimization") {
        let message = format!(
            "Database instance is not in available state. (current: {})",
            before.status()
        );
        return Err(ServiceError::new("InvalidDBInstanceState", message));
    }
    check_authority(input)?;
    check_monitoring(cloud, caller, input, &before.other)?;
    let insights_key = insights_key(cloud, caller, input, &before.other)?;
    let mut instance = before.clone();
    instance.keep_others(input, RESTORED);
    instance.keep_others(input, NOT_RESTORED);
    if let Some(key) = insights_key {
        instance
            .other
            .insert("PerformanceInsightsKMSKeyId".to_owned(), key.into());
        let retention = instance.other.entry("PerformanceInsightsRetentionPeriod".to_owned());
        retention.or_insert_with(|| 7.into());
    }
    if let Some(name) = text(input, "DBParameterGroupName") {
        let group = groups::checked_parameter_group(cloud, caller, name, &before.engine, &before.engine_version)?;
        // Static parameters of a group that is attached later wait for a reboot: a restore that names it does not.
        instance.pending_reboot |= group != before.parameter_group;
        instance.parameter_group = group;
    }
    let security_groups = texts(input, "VpcSecurityGroupIds");
    if !security_groups.is_empty() {
        groups::check_security_groups(cloud, caller, &security_groups)?;
        groups::check_same_vpc(cloud, caller, &security_groups, &before.vpc)?;
        instance.security_groups = security_groups;
    }
    if let Some(protection) = flag(input, "DeletionProtection") {
        instance.deletion_protection = protection;
    }
    if let Some(days) = number(input, "BackupRetentionPeriod") {
        instance.backup_retention_days = days;
    }
    if let Some(public) = flag(input, "PubliclyAccessible") {
        instance.public = public;
    }
    if let Some(iam) = flag(input, "EnableIAMDatabaseAuthentication") {
        instance.iam_authentication = iam;
    }
    match (flag(input, "ManageMasterUserPassword"), &before.master_secret) {
        (Some(true), None) => instance.master_secret = Some(managed_secret(cloud, caller, input, &before.resource_id)),
        (Some(false), Some(_)) => instance.master_secret = None,
        _ => {}
    }
    let immediately = flag(input, "ApplyImmediately") == Some(true);
    let mut storage_changed = false;
    for member in ["DBInstanceClass", "AllocatedStorage", "StorageType", "Iops", "MultiAZ"] {
        let Some(value) = input.get(member).filter(|value| !value.is_null()) else {
            continue;
        };
        let mut changed = instance.clone();
        match member {
            "DBInstanceClass" => changed.class = text(input, member).unwrap_or(&changed.class).to_owned(),
            "StorageType" => changed.storage_type = text(input, member).unwrap_or(&changed.storage_type).to_owned(),
            "Iops" => changed.iops = number(input, member),
            "MultiAZ" => changed.multi_az = flag(input, member).unwrap_or(changed.multi_az),
            _ => {
                let gib = number(input, member)
                    .and_then(|gib| u32::try_from(gib).ok())
                    .unwrap_or(changed.storage_gib);
                // Storage cannot shrink, and grows by a tenth at least.
                if gib < before.storage_gib || (gib > before.storage_gib && gib * 10 < before.storage_gib * 11) {
                    return Err(invalid_combination("Invalid storage size for the modification."));
                }
                changed.storage_gib = gib;
            }
        }
        if !differs(&instance, &changed) {
            instance.pending.remove(member);
        } else if immediately {
            storage_changed |= matches!(member, "AllocatedStorage" | "StorageType" | "Iops");
            instance = changed;
        } else {
            instance.pending.insert(member.to_owned(), value.clone());
        }
    }
    // A master password is written and never shown: every such call is a change.
    if differs(&before, &instance) || text(input, "MasterUserPassword").is_some() {
        let modifying = duration_seconds(cloud, "rds-duration", 60, 0, 0);
        let optimizing = duration_seconds(cloud, "rds-duration", 600, 6, i64::from(instance.storage_gib));
        let phases = [("modifying", modifying), ("storage-optimization", optimizing)];
        instance.enter(cloud.now, if storage_changed { &phases } else { &phases[..1] });
        cloud.rds.instances.insert(place.clone(), instance);
        cloud.effect(caller, "rds ModifyDBInstance", arn("db", &place));
    }
    Ok(shown(cloud, &place))
}

/// Enhanced monitoring needs a role of the same account that the monitoring service may take on, and a role needs monitoring.
pub(super) fn check_monitoring(
    cloud: &Cloud,
    caller: &Caller,
    input: &Value,
    before: &BTreeMap<String, Value>,
) -> Result<(), ServiceError> {
    let kept = |member: &str| before.get(member);
    let seconds = number(input, "MonitoringInterval").or(kept("MonitoringInterval").and_then(Value::as_i64));
    let role = text(input, "MonitoringRoleArn").or(kept("MonitoringRoleArn").and_then(Value::as_str));
    let monitors = seconds.is_some_and(|seconds| seconds > 0);
    if !monitors && text(input, "MonitoringRoleArn").is_some() {
        return Err(invalid_combination(
            "You must specify a MonitoringInterval value other than 0 when you specify a MonitoringRoleARN value.",
        ));
    }
    if number(input, "MonitoringInterval").is_none_or(|seconds| seconds == 0) {
        return Ok(());
    }
    let Some(role) = role else {
        return Err(invalid_combination(
            "A MonitoringRoleARN value is required if you specify a MonitoringInterval value other than 0.",
        ));
    };
    let own = role.split(':').nth(4) == Some(caller.account.as_str());
    if own && sts::trusts_service(cloud, role, "monitoring.rds.amazonaws.com") {
        return Ok(());
    }
    Err(invalid_value(
        "IAM role ARN value is invalid or does not include the required permissions for: ENHANCED_MONITORING",
    ))
}

/// The key that Performance Insights lie under once they are switched on: as named, else the account's default. It stays.
pub(super) fn insights_key(
    cloud: &Cloud,
    caller: &Caller,
    input: &Value,
    before: &BTreeMap<String, Value>,
) -> Result<Option<String>, ServiceError> {
    let had = before.get("PerformanceInsightsKMSKeyId").and_then(Value::as_str);
    let named = text(input, "PerformanceInsightsKMSKeyId");
    if flag(input, "EnablePerformanceInsights") != Some(true) {
        return match named {
            None => Ok(None),
            Some(_) => Err(invalid_combination(
                "PerformanceInsightsKMSKeyId can be specified only when Performance Insights are enabled.",
            )),
        };
    }
    let name = named.unwrap_or(had.unwrap_or(storage_key::RDS_DEFAULT));
    let key = storage_key::named(cloud, caller, name)
        .filter(|key| storage_key::admits(cloud, caller, key, "rds"))
        .ok_or_else(|| super::key_not_accessible("Performance Insights", name))?;
    if had.is_some_and(|had| had != key) {
        return Err(invalid_combination(
            "You can't change the Performance Insights KMS key.",
        ));
    }
    Ok(Some(key))
}

fn differs(before: &Instance, after: &Instance) -> bool {
    let nowhere: Place = (
        AccountId::new("000000000000").expect("twelve digits"),
        Region::new("xx-none-1").expect("a region's form"),
        String::new(),
    );
    before.describe(&nowhere) != after.describe(&nowhere)
}

/// `RebootDBInstance`: what a parameter group attached by modification waits for.
pub(super) fn reboot(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let place = own(cloud, caller, super::required(input, "DBInstanceIdentifier")?)?;
    let seconds = duration_seconds(cloud, "rds-duration", 60, 0, 0);
    let now = cloud.now;
    let instance = cloud.rds.instances.get_mut(&place).expect("it was just found");
    if !matches!(instance.status(), "available" | "storage-optimization") {
        let message = format!("Instance {} is not in available state: {}.", place.2, instance.status());
        return Err(ServiceError::new("InvalidDBInstanceState", message));
    }
    instance.enter(now, &[("rebooting", seconds)]);
    cloud.effect(caller, "rds RebootDBInstance", arn("db", &place));
    Ok(shown(cloud, &place))
}
