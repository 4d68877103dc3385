//! `RestoreDBInstanceFromDBSnapshot`: the defaults that hurt when a member is left out.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::instances::{Instance, RESTORED, check_authority, check_name_is_free, shown, stripes_from};
use super::snapshots::{Making, reachable};
use super::{arn, groups, invalid_combination, invalid_value, options, place};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, number, text};
use crate::services::storage_key;
use crate::services::stored_content::duration_seconds;

/// Refuses what gp3 does not take below the size at which the engine stripes: provisioned IOPS and throughput.
fn check_storage(
    engine: &str,
    gib: u32,
    storage_type: &str,
    iops: Option<i64>,
    throughput: Option<i64>,
) -> Result<(), ServiceError> {
    let threshold = stripes_from(engine);
    if storage_type == "gp3" && (iops.is_some() || throughput.is_some()) && gib < threshold {
        return Err(invalid_combination(format!(
            "You can't specify IOPS or storage throughput for engine {engine} and a storage size less than {threshold}."
        )));
    }
    if storage_type == "gp3" && threshold > 0 && iops.is_some_and(|iops| iops < 12_000) {
        return Err(invalid_combination(format!(
            "Iops must be at least 12000 for engine {engine} at this storage size."
        )));
    }
    Ok(())
}

/// Restores a new instance.
pub(super) fn from_snapshot(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    if text(input, "DBClusterSnapshotIdentifier").is_some() {
        return Err(ServiceError::not_modelled(
            "rds",
            "RestoreDBInstanceFromDBSnapshot of a cluster snapshot",
        ));
    }
    let name = super::required(input, "DBInstanceIdentifier")?;
    let snapshot_name = super::required(input, "DBSnapshotIdentifier")?;
    let mut tags = super::admitted_tags(input)?;
    let source = reachable(cloud, caller, snapshot_name)?;
    let at = check_name_is_free(cloud, caller, name)?;
    let snapshot = cloud.rds.snapshots[&source].clone();
    let foreign = source.0 != caller.account;
    if foreign && (snapshot.key.is_some() || snapshot.sse_rds) {
        // Not supported for instances (clusters can): the refusal is documented, its code is unconfirmed.
        return Err(invalid_value(format!(
            "Restoring from the shared encrypted snapshot {snapshot_name} is not supported: copy it into your account first."
        )));
    }
    if snapshot.making != Making::Done {
        let message = format!("The snapshot {snapshot_name} is not in the available state.");
        return Err(ServiceError::new("InvalidDBSnapshotState", message));
    }
    let of = &snapshot.of;
    if text(input, "DBName").is_some() && !of.engine.starts_with("oracle") && !of.engine.starts_with("sqlserver") {
        return Err(invalid_value(format!(
            "DBName must be null when restoring for this engine ({}).",
            of.engine
        )));
    }
    if text(input, "Engine").is_some_and(|engine| engine != of.engine) {
        return Err(ServiceError::not_modelled("rds", "a restore to another engine"));
    }
    let network = groups::network(cloud, caller, input, &of.engine, &of.engine_version)?;
    check_authority(input)?;
    let option_group = options::checked(
        cloud,
        caller,
        text(input, "OptionGroupName"),
        &source,
        Some(&network.vpc),
    )?;
    if flag(input, "ManageMasterUserPassword") == Some(true) && !of.engine.starts_with("oracle") {
        return Err(invalid_combination(
            "ManageMasterUserPassword can be specified for a restore of Oracle only.",
        ));
    }
    let iops = number(input, "Iops");
    // The snapshot's own type is not the default: a gp2 or io2 database changes its type silently.
    let storage_type = text(input, "StorageType")
        .unwrap_or(if iops.is_some() { "io1" } else { "gp3" })
        .to_owned();
    let storage_gib = match number(input, "AllocatedStorage").and_then(|gib| u32::try_from(gib).ok()) {
        Some(gib) if gib < of.storage_gib || (gib > of.storage_gib && gib * 10 < of.storage_gib * 11) => {
            return Err(invalid_combination(
                "AllocatedStorage can not shrink, and must grow by 10 percent at least.",
            ));
        }
        Some(gib) => gib,
        None => of.storage_gib,
    };
    check_storage(
        &of.engine,
        storage_gib,
        &storage_type,
        iops,
        number(input, "StorageThroughput"),
    )?;
    if let Some(key) = snapshot
        .key
        .as_ref()
        .filter(|key| !storage_key::admits(cloud, caller, key, "rds"))
    {
        return Err(super::key_not_accessible("source snapshot", key));
    }
    if tags.is_empty() && !foreign {
        // Without tags of its own the restored instance takes the source instance's; the reserved ones stay behind.
        tags = of
            .tags
            .iter()
            .filter(|(key, _)| !key.starts_with("aws:"))
            .map(|(k, v)| (k.clone(), v.clone()))
            .collect();
    }
    let optimizing = storage_type != of.storage_type;
    let mut instance = Instance {
        resource_id: super::resource_id(cloud, "db"),
        engine: of.engine.clone(),
        engine_version: of.engine_version.clone(),
        class: text(input, "DBInstanceClass").unwrap_or(&of.class).to_owned(),
        storage_gib,
        storage_type,
        iops,
        // There is no key to name: the restored instance is on the snapshot's for ever.
        key: snapshot.key.clone(),
        sse_rds: snapshot.sse_rds,
        subnet_group: network.subnet_group,
        vpc: network.vpc,
        availability_zone: text(input, "AvailabilityZone").map_or_else(|| format!("{}a", caller.region), str::to_owned),
        security_groups: network.security_groups,
        parameter_group: network.parameter_group,
        option_group,
        pending_reboot: false,
        port: number(input, "Port").unwrap_or(of.port),
        multi_az: flag(input, "MultiAZ").unwrap_or(false),
        // It depends on the subnets' internet gateway; those of a default VPC have one, so the database becomes public.
        public: super::groups::public(input),
        deletion_protection: flag(input, "DeletionProtection").unwrap_or(false),
        backup_retention_days: number(input, "BackupRetentionPeriod").unwrap_or(of.backup_retention_days),
        iam_authentication: flag(input, "EnableIAMDatabaseAuthentication").unwrap_or(false),
        master_username: of.master_username.clone(),
        // The managed secret is not restored: the old password stays, and no secret exists.
        master_secret: None,
        other: BTreeMap::new(),
        pending: BTreeMap::new(),
        tags,
        created_at: cloud.now,
        visible_from: super::visible_from(cloud),
        digest: snapshot.digest.clone(),
        phases: VecDeque::new(),
        member: None,
    };
    instance.keep_others(input, RESTORED);
    if let Some(name) = &instance.option_group {
        options::bind(cloud, &place(caller, name), &instance.vpc);
    }
    // Blocks come from S3 lazily, so a restore does not take longer for a large database; a changed storage type does.
    let creating = duration_seconds(cloud, "rds-duration", 540, 0, 0);
    let backing_up = duration_seconds(cloud, "rds-duration", 150, 0, 0);
    let moving = duration_seconds(cloud, "rds-duration", 300, 3, i64::from(instance.storage_gib));
    let phases = [
        ("creating", creating),
        ("backing-up", backing_up),
        ("storage-optimization", moving),
    ];
    instance.enter(cloud.now, if optimizing { &phases } else { &phases[..2] });
    cloud.rds.instances.insert(at.clone(), instance);
    cloud.effect(caller, "rds RestoreDBInstanceFromDBSnapshot", arn("db", &at));
    Ok(shown(cloud, &at))
}
