//! Aurora clusters: described, restored from a snapshot, changed, deleted. A cluster holds the data, its members only serve it.
//!
//! Left out: everything but provisioned Aurora (Serverless v2 is provisioned, too): Serverless v1 and Multi-AZ clusters are refused.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use model::inventory::{Cluster as Listed, ClusterMember};
use serde_json::{Value, json};

use super::snapshots::{page_size, with_marker};
use super::{Instance, Place, after, arn, cluster_groups, groups, invalid_combination, invalid_value, place, place_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, flag, number, page, tag_list, text, texts};
use crate::services::storage_key;
use crate::services::stored_content::{duration_seconds, original_content};

/// How far a Serverless v2 cluster scales.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Scaling {
    /// The fewest capacity units.
    pub min: f64,
    /// The most.
    pub max: f64,
    /// After how many idle seconds it pauses.
    pub pause: Option<i64>,
}

/// A cluster. A snapshot keeps the one it was taken of.
#[derive(Debug, Clone)]
pub struct Cluster {
    /// `cluster-…`: new with every restore.
    pub resource_id: String,
    /// `aurora-mysql`, `aurora-postgresql`
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// What it holds, in GiB.
    pub storage_gib: u32,
    /// `aurora` or `aurora-iopt1`.
    pub storage_type: String,
    /// The ARN of its key; absent when not encrypted. It can never be changed.
    pub key: Option<String>,
    /// Its subnet group.
    pub subnet_group: String,
    /// The VPC of its subnet group.
    pub vpc: String,
    /// Whether that is the account's default VPC.
    pub in_default_vpc: bool,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// Its cluster parameter group.
    pub parameter_group: String,
    /// Its port.
    pub port: i64,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Automated backup retention in days.
    pub backup_retention_days: i64,
    /// Whether IAM may log in.
    pub iam_authentication: bool,
    /// The logs that go to CloudWatch.
    pub log_exports: Vec<String>,
    /// How far it scales: without it no member can be of class `db.serverless`.
    pub scaling: Option<Scaling>,
    /// What extended support it was enrolled in.
    pub lifecycle: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// From when describe calls show it.
    pub visible_from: Timestamp,
    /// What it holds.
    pub digest: Digest,
    /// The status it is in before `available`, and its end.
    pub phase: Option<(&'static str, Timestamp)>,
}

impl Cluster {
    /// The status that describe calls show.
    pub fn status(&self) -> &'static str {
        self.phase.map_or("available", |(status, _)| status)
    }

    pub(super) fn phase_ends(&self) -> Option<Timestamp> {
        self.phase.map(|(_, ends)| ends)
    }

    /// Whether its data is there and stays.
    pub(super) fn holds_data(&self) -> bool {
        !matches!(self.status(), "creating" | "deleting")
    }

    pub(super) fn enter(&mut self, now: Timestamp, status: &'static str, seconds: i64) {
        self.phase = Some((status, after(now, seconds)));
    }

    fn describe(&self, place: &Place, members: &[(&Place, &Instance)]) -> Value {
        let members = members.iter().filter_map(|(at, instance)| {
            let member = instance.member.as_ref()?;
            Some(json!({
                "DBInstanceIdentifier": at.2, "IsClusterWriter": member.writer,
                "DBClusterParameterGroupStatus": "in-sync", "PromotionTier": member.promotion_tier,
            }))
        });
        let label = Digest::of(format!("{}/{}", place.0, place.1).as_bytes());
        let host = |kind: &str| format!("{}.{kind}-c{}.{}.rds.amazonaws.com", place.2, label.short(), place.1);
        let mut shown = json!({
            "DBClusterIdentifier": place.2,
            "DBClusterArn": arn("cluster", place),
            "DbClusterResourceId": self.resource_id,
            "Status": self.status(),
            "Engine": self.engine,
            "EngineVersion": self.engine_version,
            "EngineMode": "provisioned",
            "EngineLifecycleSupport": self.lifecycle,
            "AllocatedStorage": 1,
            "StorageEncrypted": self.key.is_some(),
            "StorageEncryptionType": if self.key.is_some() { "sse-kms" } else { "none" },
            "DBSubnetGroup": self.subnet_group,
            "VpcSecurityGroups": self.security_groups.iter()
                .map(|id| json!({"VpcSecurityGroupId": id, "Status": "active"})).collect::<Value>(),
            "DBClusterParameterGroup": self.parameter_group,
            "Port": self.port,
            "Endpoint": host("cluster"),
            "ReaderEndpoint": host("cluster-ro"),
            "DeletionProtection": self.deletion_protection,
            "BackupRetentionPeriod": self.backup_retention_days,
            "IAMDatabaseAuthenticationEnabled": self.iam_authentication,
            "EnabledCloudwatchLogsExports": self.log_exports,
            "MasterUsername": "admin",
            "ClusterCreateTime": self.created_at.to_string(),
            "DBClusterMembers": members.collect::<Vec<_>>(),
            "TagList": tag_list(&self.tags),
        });
        let mut put = |member: &str, value: Value| shown[member] = value;
        if let Some(key) = &self.key {
            put("KmsKeyId", json!(key));
        }
        // The usual type is not shown.
        if self.storage_type != "aurora" {
            put("StorageType", json!(self.storage_type));
        }
        if let Some(scaling) = &self.scaling {
            put("ServerlessV2ScalingConfiguration", shown_scaling(scaling));
        }
        shown
    }
}

fn shown_scaling(scaling: &Scaling) -> Value {
    let mut shown = json!({"MinCapacity": scaling.min, "MaxCapacity": scaling.max});
    if let Some(pause) = scaling.pause {
        shown["SecondsUntilAutoPause"] = json!(pause);
    }
    shown
}

/// The members of a cluster: its writer first.
pub(super) fn members<'a>(cloud: &'a Cloud, cluster: &Place) -> Vec<(&'a Place, &'a Instance)> {
    let mut found: Vec<_> = cloud
        .rds
        .instances
        .iter()
        .filter(|(at, instance)| {
            at.0 == cluster.0
                && at.1 == cluster.1
                && instance
                    .member
                    .as_ref()
                    .is_some_and(|member| member.cluster == cluster.2)
        })
        .collect();
    found.sort_by_key(|(_, instance)| instance.member.as_ref().is_none_or(|member| !member.writer));
    found
}

fn shown(cloud: &Cloud, place: &Place) -> Value {
    json!({ "DBCluster": cloud.rds.clusters[place].describe(place, &members(cloud, place)) })
}

pub(super) fn not_found(name: &str) -> ServiceError {
    ServiceError::with_status(404, "DBClusterNotFoundFault", format!("DBCluster {name} not found."))
}

fn wrong_state(message: String) -> ServiceError {
    ServiceError::new("InvalidDBClusterStateFault", message)
}

/// A cluster of the caller's own, by name or ARN.
pub(super) fn own(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    let place = place_of(caller, "cluster", name).filter(|place| place.0 == caller.account && place.1 == caller.region);
    place
        .filter(|place| cloud.rds.clusters.contains_key(place))
        .ok_or_else(|| not_found(name))
}

/// The same, where it is available: what a change or a new member needs.
pub(super) fn own_available(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    let place = own(cloud, caller, name)?;
    match cloud.rds.clusters[&place].status() {
        "available" => Ok(place),
        status => Err(wrong_state(format!(
            "DB cluster {name} is not in available state: {status}."
        ))),
    }
}

/// Fills one cluster with its members, and the automated snapshot that last night's backup left.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, listed: &Listed) {
    let place: Place = (account.clone(), region.clone(), listed.id.clone());
    let key = match (&listed.key, listed.encrypted) {
        (Some(key), _) => Some(storage_key::of_inventory(cloud, account, region, key)),
        (None, true) => Some(storage_key::of_inventory(
            cloud,
            account,
            region,
            storage_key::RDS_DEFAULT,
        )),
        (None, false) => None,
    };
    let group = (account.clone(), region.clone(), listed.subnet_group.clone());
    let vpc = cloud
        .rds
        .subnet_groups
        .get(&group)
        .map_or_else(|| groups::default_vpc(account, region), |g| g.vpc.clone());
    let parameter_group = match listed.parameter_group.as_str() {
        "" => format!("default.{}", groups::family(&listed.engine, &listed.engine_version)),
        named => named.to_owned(),
    };
    let cluster = Cluster {
        resource_id: super::resource_id(cloud, "cluster"),
        engine: listed.engine.clone(),
        engine_version: listed.engine_version.clone(),
        storage_gib: listed.storage_gib,
        storage_type: match listed.storage_type.as_str() {
            "" => "aurora".to_owned(),
            named => named.to_owned(),
        },
        key,
        subnet_group: listed.subnet_group.clone(),
        security_groups: groups::or_default(&listed.security_groups, &vpc),
        vpc,
        in_default_vpc: false,
        parameter_group,
        port: match listed.port {
            0 => groups::usual_port(&listed.engine),
            port => i64::from(port),
        },
        deletion_protection: listed.deletion_protection,
        backup_retention_days: i64::from(listed.backup_retention_days.max(1)),
        iam_authentication: listed.iam_auth,
        log_exports: listed.log_exports.clone(),
        scaling: listed.scaling.map(|scaling| Scaling {
            min: scaling.min,
            max: scaling.max,
            pause: scaling.pause.map(i64::from),
        }),
        lifecycle: "open-source-rds-extended-support".to_owned(),
        tags: listed.tags.clone(),
        created_at: after(cloud.now, -180 * 86_400),
        visible_from: cloud.now,
        digest: original_content(cloud, &arn("cluster", &place)),
        phase: None,
    };
    for member in &listed.members {
        let instance = filled_member(cloud, &place, &cluster, member);
        let at = (account.clone(), region.clone(), member.id.clone());
        cloud.rds.instances.insert(at, instance);
    }
    let (at, snapshot) = super::cluster_snapshots::automated(&place, &cluster, after(cloud.now, -6 * 3600));
    cloud.rds.cluster_snapshots.insert(at, snapshot);
    cloud.rds.clusters.insert(place, cluster);
}

fn filled_member(cloud: &mut Cloud, cluster_place: &Place, cluster: &Cluster, listed: &ClusterMember) -> Instance {
    let mut instance = super::cluster_members::new(cloud, cluster_place, cluster, &listed.class);
    if !listed.parameter_group.is_empty() {
        instance.parameter_group = listed.parameter_group.clone();
    }
    instance.public = listed.public;
    instance.created_at = cluster.created_at;
    instance.visible_from = cloud.now;
    if let Some(member) = &mut instance.member {
        member.promotion_tier = i64::from(listed.promotion_tier);
        member.writer = listed.writer;
    }
    instance
}

/// A phase has ended.
pub(super) fn phase_ended(cloud: &mut Cloud, place: &Place) {
    let Some(cluster) = cloud.rds.clusters.get_mut(place) else {
        return;
    };
    if cluster.phase.take().is_some_and(|(status, _)| status == "deleting") {
        cloud.rds.clusters.remove(place);
        // Automated snapshots go with their cluster; manual ones stay.
        cloud
            .rds
            .cluster_snapshots
            .retain(|of, s| !(s.automated && of.0 == place.0 && of.1 == place.1 && s.cluster == place.2));
    }
}

/// `DescribeDBClusters`.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "DBClusterIdentifier");
    let wanted_place = wanted.and_then(|name| place_of(caller, "cluster", name));
    let conditions = filters(input);
    for (name, _) in &conditions {
        if !matches!(name.as_str(), "db-cluster-id" | "db-cluster-resource-id" | "engine") {
            return Err(invalid_value(format!("Unrecognized filter name: {name}")));
        }
    }
    let found: Vec<(String, Value)> = cloud
        .rds
        .clusters
        .iter()
        .filter(|(place, cluster)| {
            place.0 == caller.account
                && place.1 == caller.region
                && cluster.visible_from <= cloud.now
                && (wanted.is_none() || wanted_place.as_ref() == Some(*place))
                && conditions.iter().all(|(name, values)| match name.as_str() {
                    "db-cluster-id" => values
                        .iter()
                        .any(|value| *value == place.2 || *value == arn("cluster", place)),
                    "db-cluster-resource-id" => values.contains(&cluster.resource_id),
                    _ => values.contains(&cluster.engine),
                })
        })
        .map(|(place, cluster)| (place.2.clone(), cluster.describe(place, &members(cloud, place))))
        .collect();
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(not_found(name));
    }
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "DBClusters": shown }), marker))
}

/// The scaling configuration of an input, as far as it says anything.
fn scaling_of(input: &Value) -> Result<Option<Scaling>, ServiceError> {
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
    for member in ["EngineMode", "ScalingConfiguration", "DBClusterInstanceClass", "Iops"] {
        let given = input.get(member).filter(|value| !value.is_null());
        if given.is_some_and(|value| *value != json!("provisioned")) {
            let what = format!("RestoreDBClusterFromSnapshot with {member}");
            return Err(ServiceError::not_modelled("rds", &what));
        }
    }
    let source = super::cluster_snapshots::reachable(cloud, caller, snapshot_name)?;
    super::checked_identifier("DBClusterIdentifier", name, 63)?;
    let place = place(caller, name);
    if cloud.rds.clusters.contains_key(&place) {
        return Err(ServiceError::new(
            "DBClusterAlreadyExistsFault",
            format!("DB cluster {name} already exists"),
        ));
    }
    let here = |at: &&Place| at.0 == place.0 && at.1 == place.1;
    if cloud.rds.clusters.keys().filter(here).count() >= cloud.rds.quotas.clusters {
        let message = "DB cluster quota exceeded";
        return Err(ServiceError::with_status(403, "DBClusterQuotaExceededFault", message));
    }
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
    let storage_type = text(input, "StorageType").unwrap_or("aurora").to_owned();
    if !matches!(storage_type.as_str(), "aurora" | "aurora-iopt1") {
        let message = format!("{storage_type} is not a storage type of Aurora.");
        return Err(ServiceError::new("StorageTypeNotSupported", message));
    }
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
        in_default_vpc: network.of_default_vpc,
        security_groups: network.security_groups,
        parameter_group,
        port: number(input, "Port").unwrap_or(of.port),
        deletion_protection: flag(input, "DeletionProtection").unwrap_or(false),
        backup_retention_days: number(input, "BackupRetentionPeriod").unwrap_or(of.backup_retention_days),
        iam_authentication: flag(input, "EnableIAMDatabaseAuthentication").unwrap_or(false),
        log_exports: texts(input, "EnableCloudwatchLogsExports"),
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
    cloud.rds.clusters.insert(place.clone(), cluster);
    cloud.effect(caller, "rds RestoreDBClusterFromSnapshot", arn("cluster", &place));
    Ok(shown(cloud, &place))
}

/// `ModifyDBCluster`: only what is in use.
pub(super) fn modify(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterIdentifier")?;
    let known = [
        "DBClusterIdentifier",
        "ApplyImmediately",
        "DeletionProtection",
        "BackupRetentionPeriod",
        "ServerlessV2ScalingConfiguration",
        "EnableIAMDatabaseAuthentication",
        "VpcSecurityGroupIds",
    ];
    let members = input.as_object().into_iter().flatten();
    if let Some((other, _)) = members
        .filter(|(_, value)| !value.is_null())
        .find(|(member, _)| !known.contains(&member.as_str()))
    {
        let what = format!("ModifyDBCluster with {other}");
        return Err(ServiceError::not_modelled("rds", &what));
    }
    let place = own_available(cloud, caller, name)?;
    let scaling = scaling_of(input)?;
    let security_groups = texts(input, "VpcSecurityGroupIds");
    groups::check_security_groups(cloud, caller, &security_groups)?;
    groups::check_same_vpc(cloud, caller, &security_groups, &cloud.rds.clusters[&place].vpc)?;
    let cluster = cloud.rds.clusters.get_mut(&place).expect("it was just found");
    let before = format!("{cluster:?}");
    if let Some(protection) = flag(input, "DeletionProtection") {
        cluster.deletion_protection = protection;
    }
    if let Some(days) = number(input, "BackupRetentionPeriod") {
        cluster.backup_retention_days = days;
    }
    if let Some(iam) = flag(input, "EnableIAMDatabaseAuthentication") {
        cluster.iam_authentication = iam;
    }
    cluster.scaling = scaling.or(cluster.scaling);
    if !security_groups.is_empty() {
        cluster.security_groups = security_groups;
    }
    if format!("{cluster:?}") != before {
        cloud.effect(caller, "rds ModifyDBCluster", arn("cluster", &place));
    }
    Ok(shown(cloud, &place))
}

/// `DeleteDBCluster`: refused while it is protected or has an instance.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let place = own(cloud, caller, super::required(input, "DBClusterIdentifier")?)?;
    let cluster = &cloud.rds.clusters[&place];
    if cluster.deletion_protection {
        return Err(invalid_combination(
            "Cannot delete protected Cluster, please disable deletion protection and try again.",
        ));
    }
    if cluster.status() == "deleting" {
        return Err(wrong_state(format!("DB cluster {} is already being deleted.", place.2)));
    }
    if !members(cloud, &place).is_empty() {
        return Err(wrong_state(
            "Cluster cannot be deleted, it still contains DB instances.".to_owned(),
        ));
    }
    let skip = flag(input, "SkipFinalSnapshot") == Some(true);
    match (skip, text(input, "FinalDBSnapshotIdentifier")) {
        (true, None) => {}
        (false, Some(_)) => {
            return Err(ServiceError::not_modelled(
                "rds",
                "DeleteDBCluster with a final snapshot",
            ));
        }
        (_, _) => {
            return Err(invalid_combination(
                "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified, and not admitted with it.",
            ));
        }
    }
    let seconds = duration_seconds(cloud, "rds-duration", 120, 0, 0);
    let now = cloud.now;
    let cluster = cloud.rds.clusters.get_mut(&place).expect("it was just found");
    cluster.enter(now, "deleting", seconds);
    cloud.effect(caller, "rds DeleteDBCluster", arn("cluster", &place));
    Ok(shown(cloud, &place))
}
