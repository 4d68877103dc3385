//! `RestoreDBClusterFromSnapshot` and the clone of another account's cluster: the defaults that hurt when a member is left out. Aurora comes back without any instance, a Multi-AZ
//! cluster with three.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::clusters::{Cluster, Scaling, members, shown, wrong_state};
use super::{Place, arn, cluster_groups, cluster_members, cluster_settings, groups, invalid_combination, place};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, number, text, texts};
use crate::services::stored_content::duration_seconds;
use crate::services::{kms, ram, storage_key};

/// Storage type, class and IOPS: Aurora takes the first alone, a Multi-AZ cluster all three.
fn storage_of(input: &Value, of: &Cluster) -> Result<(String, Option<String>, Option<i64>), ServiceError> {
    let (named, class, iops) = (
        text(input, "StorageType"),
        text(input, "DBClusterInstanceClass"),
        number(input, "Iops"),
    );
    let unsupported = |kind: &str| {
        let message = format!("{kind} is not a storage type of {}.", of.engine);
        ServiceError::new("StorageTypeNotSupported", message)
    };
    if of.engine.starts_with("aurora") {
        if class.is_some() || iops.is_some() {
            return Err(invalid_combination(
                "DBClusterInstanceClass and Iops are valid for Multi-AZ DB clusters only.",
            ));
        }
        let kind = named.unwrap_or("aurora");
        return match kind {
            "aurora" | "aurora-iopt1" => Ok((kind.to_owned(), None, None)),
            other => Err(unsupported(other)),
        };
    }
    let Some(class) = class else {
        return Err(invalid_combination(
            "DBClusterInstanceClass is required to restore a Multi-AZ DB cluster.",
        ));
    };
    let kind = named.unwrap_or("io1");
    if !matches!(kind, "io1" | "io2" | "gp3") {
        return Err(unsupported(kind));
    }
    let Some(iops) = iops else {
        return Err(invalid_combination(
            "Iops is required when StorageType is specified for a Multi-AZ DB cluster.",
        ));
    };
    // A multiple between .5 and 50 of the storage; of gp3 the baseline may be more than that.
    let gib = i64::from(of.storage_gib);
    if kind != "gp3" && (iops * 2 < gib || iops > gib * 50) {
        return Err(invalid_combination(
            "Iops must be a multiple between .5 and 50 of the storage amount.",
        ));
    }
    Ok((kind.to_owned(), Some(class.to_owned()), Some(iops)))
}

/// The scaling configuration of an input, as far as it says anything.
pub(super) fn scaling_of(input: &Value) -> Result<Option<Scaling>, ServiceError> {
    let Some(given) = input.get("ServerlessV2ScalingConfiguration").filter(|v| !v.is_null()) else {
        return Ok(None);
    };
    let (Some(min), Some(max)) = (given["MinCapacity"].as_f64(), given["MaxCapacity"].as_f64()) else {
        return Err(invalid_combination(
            "ServerlessV2ScalingConfiguration needs MinCapacity and MaxCapacity.",
        ));
    };
    if min > max || max < 1.0 {
        return Err(invalid_combination("MinCapacity must not exceed MaxCapacity."));
    }
    let pause = given["SecondsUntilAutoPause"].as_i64();
    Ok(Some(Scaling { min, max, pause }))
}

/// The numbers in a version: `8.0.mysql_aurora.3.05.2` is newer than `8.0.mysql_aurora.3.04.1`.
fn numbers(version: &str) -> Vec<u32> {
    version.split('.').filter_map(|part| part.parse().ok()).collect()
}

/// The key that a restored cluster is encrypted with, and never leaves again.
fn key_of_restored(
    cloud: &Cloud,
    caller: &Caller,
    input: &Value,
    snapshot: &Place,
) -> Result<Option<String>, ServiceError> {
    let from = cloud.rds.cluster_snapshots[snapshot].key.clone();
    if let Some(from) = from
        .as_deref()
        .filter(|from| !storage_key::admits(cloud, caller, from, "rds"))
    {
        return Err(super::key_not_accessible("source snapshot", from));
    }
    // Without a key named it is the snapshot's: of a snapshot that another account shares, that account's.
    let Some(named) = text(input, "KmsKeyId") else {
        return Ok(from);
    };
    if from.is_none() && cloud.rds.encrypting_restore_fails {
        return Err(ServiceError::with_status(
            500,
            "InternalFailure",
            "An internal error has occurred.",
        ));
    }
    let key = storage_key::named(cloud, caller, named).ok_or_else(|| super::key_not_accessible("specified", named))?;
    match storage_key::admits(cloud, caller, &key, "rds") {
        true => Ok(Some(key)),
        false => Err(super::key_not_accessible("specified", &key)),
    }
}

/// `RestoreDBClusterFromSnapshot`: a cluster without any instance, with the defaults that hurt when a member is left out.
pub(super) fn from_snapshot(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterIdentifier")?;
    let snapshot_name = super::required(input, "SnapshotIdentifier")?;
    let engine = super::required(input, "Engine")?.to_owned();
    let tags = super::admitted_tags(input)?;
    for member in ["EngineMode", "ScalingConfiguration"] {
        let given = input.get(member).filter(|value| !value.is_null());
        if given.is_some_and(|value| *value != json!("provisioned")) {
            let what = format!("RestoreDBClusterFromSnapshot with {member}");
            return Err(ServiceError::not_modelled("rds", &what));
        }
    }
    let source = super::cluster_snapshots::reachable(cloud, caller, snapshot_name)?;
    let place = free_place(cloud, caller, name)?;
    let snapshot = cloud.rds.cluster_snapshots[&source].clone();
    if snapshot.making != super::Making::Done {
        let message = format!("The snapshot {snapshot_name} is not in the available state.");
        return Err(ServiceError::new("InvalidDBClusterSnapshotStateFault", message));
    }
    let of = &snapshot.of;
    if engine != of.engine {
        return Err(invalid_combination(format!(
            "The engine {engine} does not match that of the snapshot, {}.",
            of.engine
        )));
    }
    // Not the snapshot's version but the region's default, where none is named.
    let engine_version = text(input, "EngineVersion")
        .unwrap_or_else(|| groups::newest_version(&engine))
        .to_owned();
    if numbers(&engine_version) < numbers(&of.engine_version) {
        return Err(invalid_combination(format!(
            "The engine version {engine_version} is earlier than the snapshot's, {}.",
            of.engine_version
        )));
    }
    let network = groups::placed(cloud, caller, input)?;
    let family = groups::family(&engine, &engine_version);
    let parameter_group = match text(input, "DBClusterParameterGroupName") {
        None => format!("default.{family}"),
        Some(named) => cluster_groups::checked(cloud, caller, named, &family)?,
    };
    let (storage_type, class, iops) = storage_of(input, of)?;
    let none = BTreeMap::new();
    if class.is_some() {
        super::modifying::check_monitoring(cloud, caller, input, &none)?;
    }
    let insights_key = super::modifying::insights_key(cloud, caller, input, &none)?;
    let scaling = scaling_of(input)?;
    let key = key_of_restored(cloud, caller, input, &source)?;
    let mut cluster = Cluster {
        resource_id: super::resource_id(cloud, "cluster"),
        engine,
        engine_version,
        storage_gib: of.storage_gib,
        storage_type,
        key,
        subnet_group: network.subnet_group,
        vpc: network.vpc,
        security_groups: network.security_groups,
        parameter_group,
        port: number(input, "Port").unwrap_or(of.port),
        deletion_protection: flag(input, "DeletionProtection").unwrap_or(false),
        backup_retention_days: number(input, "BackupRetentionPeriod").unwrap_or(of.backup_retention_days),
        iam_authentication: flag(input, "EnableIAMDatabaseAuthentication").unwrap_or(false),
        log_exports: texts(input, "EnableCloudwatchLogsExports"),
        clone_of: None,
        class,
        iops,
        data_api: false,
        // The managed secret is not restored: the old password stays, and no secret exists.
        master_secret: None,
        other: BTreeMap::new(),
        scaling,
        lifecycle: text(input, "EngineLifecycleSupport")
            .unwrap_or("open-source-rds-extended-support")
            .to_owned(),
        tags,
        created_at: cloud.now,
        visible_from: super::visible_from(cloud),
        digest: snapshot.digest.clone(),
        phase: None,
    };
    let creating = duration_seconds(cloud, "rds-duration", 300, 0, 0);
    cluster.enter(cloud.now, "creating", creating);
    cluster_settings::keep(&mut cluster.other, input, cluster.class.is_some());
    cluster_settings::keep_insights(&mut cluster.other, insights_key);
    if cluster.class.is_some() {
        let public = super::groups::public(input);
        cluster_members::make_three(cloud, &place, &cluster, public, creating)?;
    }
    cloud.rds.clusters.insert(place.clone(), cluster);
    cloud.effect(caller, "rds RestoreDBClusterFromSnapshot", arn("cluster", &place));
    Ok(shown(cloud, &place))
}

/// The place of a new cluster: well named, free, and within the quota.
fn free_place(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    super::checked_identifier("DBClusterIdentifier", name, 63)?;
    let place = place(caller, name);
    if cloud.rds.clusters.contains_key(&place) {
        return Err(ServiceError::new(
            "DBClusterAlreadyExistsFault",
            format!("DB cluster {name} already exists"),
        ));
    }
    let here = |at: &&Place| at.0 == place.0 && at.1 == place.1;
    let (quotas, unlisted) = cloud.rds.room(&place.0, &place.1);
    if cloud.rds.clusters.keys().filter(here).count() + unlisted.clusters >= quotas.clusters {
        let message = "DB cluster quota exceeded";
        return Err(ServiceError::with_status(403, "DBClusterQuotaExceededFault", message));
    }
    Ok(place)
}

/// `RestoreDBClusterToPointInTime`, of another account's Aurora cluster as a clone: everything else is refused as not modelled.
pub(super) fn clone(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterIdentifier")?;
    let source_name = super::required(input, "SourceDBClusterIdentifier")?;
    let tags = super::admitted_tags(input)?;
    let latest = flag(input, "UseLatestRestorableTime") == Some(true);
    if text(input, "RestoreType") != Some("copy-on-write") || !latest || !source_name.starts_with("arn:") {
        let what = "RestoreDBClusterToPointInTime other than as the clone of a shared cluster";
        return Err(ServiceError::not_modelled("rds", what));
    }
    // One that is not shared is answered like one that does not exist.
    let of = super::place_of(caller, "cluster", source_name);
    let of = of.filter(|of| ram::admits(cloud, source_name, &caller.account) && of.1 == caller.region);
    let of = of.filter(|of| cloud.rds.clusters.contains_key(of));
    let of = of.ok_or_else(|| super::clusters::not_found(source_name))?;
    let place = free_place(cloud, caller, name)?;
    let source = cloud.rds.clusters[&of].clone();
    if source.status() != "available" || members(cloud, &of).is_empty() {
        return Err(wrong_state(format!(
            "DB cluster {source_name} must be available and have a DB instance."
        )));
    }
    let cloned = |(at, other): (&Place, &Cluster)| at.0 == place.0 && other.clone_of.as_ref() == Some(&of);
    if cloud.rds.clusters.iter().any(cloned) {
        // The limit is documented; the code of its refusal is unconfirmed.
        return Err(invalid_combination(format!(
            "There is a cross-account clone of {source_name} in this account already."
        )));
    }
    let named = text(input, "KmsKeyId");
    let key = match (&source.key, named) {
        (None, None) => None,
        (None, Some(_)) => {
            return Err(invalid_combination(
                "KmsKeyId cannot be specified for the clone of an unencrypted DB cluster.",
            ));
        }
        (Some(from), named) => {
            if kms::is_aws_managed(cloud, from) || !storage_key::admits(cloud, caller, from, "rds") {
                return Err(super::key_not_accessible("source cluster", from));
            }
            let named = named.unwrap_or(from);
            let key = storage_key::named(cloud, caller, named);
            let key = key.filter(|key| storage_key::admits(cloud, caller, key, "rds"));
            Some(key.ok_or_else(|| super::key_not_accessible("specified", named))?)
        }
    };
    let network = groups::placed(cloud, caller, input)?;
    let family = groups::family(&source.engine, &source.engine_version);
    let parameter_group = match text(input, "DBClusterParameterGroupName") {
        None => format!("default.{family}"),
        Some(named) => cluster_groups::checked(cloud, caller, named, &family)?,
    };
    let (storage_type, class, iops) = storage_of(input, &source)?;
    let mut cluster = Cluster {
        resource_id: super::resource_id(cloud, "cluster"),
        storage_type,
        key,
        subnet_group: network.subnet_group,
        vpc: network.vpc,
        security_groups: network.security_groups,
        parameter_group,
        port: number(input, "Port").unwrap_or(source.port),
        deletion_protection: flag(input, "DeletionProtection").unwrap_or(false),
        backup_retention_days: number(input, "BackupRetentionPeriod").unwrap_or(source.backup_retention_days),
        iam_authentication: flag(input, "EnableIAMDatabaseAuthentication").unwrap_or(false),
        log_exports: texts(input, "EnableCloudwatchLogsExports"),
        clone_of: Some(of),
        class,
        iops,
        data_api: false,
        master_secret: None,
        other: BTreeMap::new(),
        scaling: scaling_of(input)?,
        lifecycle: text(input, "EngineLifecycleSupport")
            .unwrap_or("open-source-rds-extended-support")
            .to_owned(),
        tags,
        created_at: cloud.now,
        visible_from: super::visible_from(cloud),
        phase: None,
        ..source
    };
    // Minutes, however large it is: nothing is copied.
    let creating = duration_seconds(cloud, "rds-duration", 240, 0, 0);
    cluster.enter(cloud.now, "creating", creating);
    cluster_settings::keep(&mut cluster.other, input, false);
    cloud.rds.clusters.insert(place.clone(), cluster);
    cloud.effect(caller, "rds RestoreDBClusterToPointInTime", arn("cluster", &place));
    Ok(shown(cloud, &place))
}
