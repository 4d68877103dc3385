//! Changes of an instance: what is applied at once, what waits for the maintenance window, what waits for a reboot.

use model::ids::{AccountId, Region};
use serde_json::Value;

use super::instances::{Instance, managed_secret, own, shown};
use super::{Place, arn, groups, invalid_combination};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, number, text, texts};
use crate::services::stored_content::duration_seconds;

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
    let mut instance = before.clone();
    instance.keep_others(input);
    if let Some(name) = text(input, "DBParameterGroupName") {
        let group = groups::checked_parameter_group(cloud, caller, name, &before.engine, &before.engine_version)?;
        // Static parameters of a group that is attached later wait for a reboot: a restore that names it does not.
        instance.pending_reboot |= group != before.parameter_group;
        instance.parameter_group = group;
    }
    let security_groups = texts(input, "VpcSecurityGroupIds");
    if !security_groups.is_empty() {
        groups::check_security_groups(cloud, caller, &security_groups)?;
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
