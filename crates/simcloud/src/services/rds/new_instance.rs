//! `CreateDBInstance`: what a new instance is given, and what RDS fills in.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::instances::{Instance, NOT_RESTORED, RESTORED, check_name_is_free, shown};
use super::{arn, cluster_members, groups, invalid_combination};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, number, text};
use crate::services::storage_key;
use crate::services::stored_content::{duration_seconds, made_up_id, original_content};

/// The key that a new instance is encrypted with.
fn key_of_new(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<Option<String>, ServiceError> {
    let name = match (text(input, "KmsKeyId"), flag(input, "StorageEncrypted")) {
        (Some(_), Some(false) | None) => {
            return Err(invalid_combination("KmsKeyId requires StorageEncrypted to be true."));
        }
        (Some(key), Some(true)) => key,
        (None, Some(true)) => storage_key::RDS_DEFAULT,
        (None, _) => return Ok(None),
    };
    let key = storage_key::named(cloud, caller, name).ok_or_else(|| super::key_not_accessible("specified", name))?;
    if storage_key::admits(cloud, caller, &key, "rds") {
        Ok(Some(key))
    } else {
        Err(super::key_not_accessible("specified", &key))
    }
}

/// `CreateDBInstance`.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    if let Some(cluster) = text(input, "DBClusterIdentifier") {
        return cluster_members::create(cloud, caller, input, cluster);
    }
    let place = check_name_is_free(cloud, caller, super::required(input, "DBInstanceIdentifier")?)?;
    let engine = super::required(input, "Engine")?.to_owned();
    if engine.starts_with("aurora") {
        return Err(invalid_combination(format!(
            "The engine {engine} requires DBClusterIdentifier: it is served by members of a cluster."
        )));
    }
    let class = super::required(input, "DBInstanceClass")?.to_owned();
    let engine_version = text(input, "EngineVersion")
        .unwrap_or_else(|| groups::newest_version(&engine))
        .to_owned();
    let storage_gib = number(input, "AllocatedStorage")
        .and_then(|gib| u32::try_from(gib).ok())
        .unwrap_or(20);
    let network = groups::network(cloud, caller, input, &engine, &engine_version)?;
    let key = key_of_new(cloud, caller, input)?;
    let tags = super::admitted_tags(input)?;
    let iops = number(input, "Iops");
    let storage_type = text(input, "StorageType")
        .unwrap_or(if iops.is_some() { "io1" } else { "gp2" })
        .to_owned();
    let public = super::groups::public(input);
    let mut instance = Instance {
        resource_id: super::resource_id(cloud, "db"),
        port: number(input, "Port").unwrap_or_else(|| groups::usual_port(&engine)),
        engine,
        engine_version,
        class,
        storage_gib,
        storage_type,
        iops,
        key,
        sse_rds: false,
        subnet_group: network.subnet_group,
        vpc: network.vpc,
        availability_zone: text(input, "AvailabilityZone").map_or_else(|| format!("{}a", caller.region), str::to_owned),
        security_groups: network.security_groups,
        parameter_group: network.parameter_group,
        option_group: text(input, "OptionGroupName").map(str::to_ascii_lowercase),
        pending_reboot: false,
        multi_az: flag(input, "MultiAZ").unwrap_or(false),
        public,
        deletion_protection: flag(input, "DeletionProtection").unwrap_or(false),
        backup_retention_days: number(input, "BackupRetentionPeriod").unwrap_or(1),
        iam_authentication: flag(input, "EnableIAMDatabaseAuthentication").unwrap_or(false),
        master_username: text(input, "MasterUsername").unwrap_or("admin").to_owned(),
        master_secret: None,
        other: BTreeMap::new(),
        pending: BTreeMap::new(),
        tags,
        created_at: cloud.now,
        visible_from: super::visible_from(cloud),
        digest: original_content(cloud, &arn("db", &place)),
        phases: VecDeque::new(),
        member: None,
    };
    instance.keep_others(input, RESTORED);
    instance.keep_others(input, NOT_RESTORED);
    let creating = duration_seconds(cloud, "rds-duration", 280, 0, 0);
    let backing_up = duration_seconds(cloud, "rds-duration", 90, 0, 0);
    instance.enter(cloud.now, &[("creating", creating), ("backing-up", backing_up)]);
    if flag(input, "ManageMasterUserPassword") == Some(true) {
        instance.master_secret = Some(managed_secret(cloud, caller, input, &instance.resource_id));
    }
    cloud.rds.instances.insert(place.clone(), instance);
    cloud.effect(caller, "rds CreateDBInstance", arn("db", &place));
    Ok(shown(cloud, &place))
}

/// A new secret with a new ARN: whoever read the old one must be pointed to it.
pub(super) fn managed_secret(cloud: &mut Cloud, caller: &Caller, input: &Value, resource_id: &str) -> (String, String) {
    let tail = made_up_id(cloud, "rds-secret-id", 6);
    let secret = format!(
        "arn:aws:secretsmanager:{}:{}:secret:rds!{resource_id}-{tail}",
        caller.region, caller.account
    );
    let key = text(input, "MasterUserSecretKmsKeyId").unwrap_or("alias/aws/secretsmanager");
    let key = storage_key::named(cloud, caller, key).unwrap_or_else(|| key.to_owned());
    (secret, key)
}
