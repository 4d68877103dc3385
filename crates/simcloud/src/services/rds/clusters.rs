//! Clusters: of Aurora, provisioned (Serverless v2 is provisioned, too), and Multi-AZ ones of other engines: described, deleted. A cluster
//! holds the data, its members only serve it. Left out: Serverless v1.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use model::inventory::{Cluster as Listed, ClusterMember};
use serde_json::{Value, json};

use super::snapshots::{page_size, with_marker};
use super::{Instance, Place, after, arn, groups, invalid_combination, invalid_value, place_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, flag, page, tag_list, text};
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
    /// `aurora-mysql`, `aurora-postgresql`; `mysql`, `postgres` of a Multi-AZ cluster.
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// What it holds, in GiB.
    pub storage_gib: u32,
    /// `aurora` or `aurora-iopt1`; `io1`, `io2`, `gp3` of a Multi-AZ cluster.
    pub storage_type: String,
    /// The ARN of its key; absent when not encrypted. It can never be changed.
    pub key: Option<String>,
    /// Its subnet group.
    pub subnet_group: String,
    /// The VPC of its subnet group.
    pub vpc: String,
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
    /// The cluster of another account that it is a clone of.
    pub clone_of: Option<Place>,
    /// The class of a Multi-AZ cluster's instances; none of Aurora.
    pub class: Option<String>,
    /// Provisioned IOPS of a Multi-AZ cluster.
    pub iops: Option<i64>,
    /// Whether the Data API answers for it.
    pub data_api: bool,
    /// The secret that RDS manages for the master password: ARN and key.
    pub master_secret: Option<(String, String)>,
    /// Other members that a caller set and that change nothing here, shown back as given.
    pub other: BTreeMap<String, Value>,
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
            "HttpEndpointEnabled": self.data_api,
            "AutoMinorVersionUpgrade": true,
            "CopyTagsToSnapshot": false,
            "NetworkType": "IPV4",
            "PerformanceInsightsEnabled": false,
            "PreferredBackupWindow": "13:14-13:44",
            "PreferredMaintenanceWindow": "thu:16:06-thu:16:36",
            "MasterUsername": "admin",
            "ClusterCreateTime": self.created_at.to_string(),
            "DBClusterMembers": members.collect::<Vec<_>>(),
            "TagList": tag_list(&self.tags),
        });
        for (member, value) in &self.other {
            match member.as_str() {
                "EnablePerformanceInsights" => shown["PerformanceInsightsEnabled"] = value.clone(),
                "CACertificateIdentifier" => shown["CertificateDetails"] = json!({ "CAIdentifier": value }),
                other => shown[other] = value.clone(),
            }
        }
        let mut put = |member: &str, value: Value| shown[member] = value;
        if let Some(class) = &self.class {
            put("DBClusterInstanceClass", json!(class));
            put("AllocatedStorage", json!(self.storage_gib));
            put("MultiAZ", json!(true));
        }
        if self.clone_of.is_some() {
            put("CrossAccountClone", json!(true));
        }
        if let Some(iops) = self.iops {
            put("Iops", json!(iops));
        }
        if let Some((secret, key)) = &self.master_secret {
            let status = match self.status() {
                "modifying" => "creating",
                _ => "active",
            };
            put(
                "MasterUserSecret",
                json!({"SecretArn": secret, "SecretStatus": status, "KmsKeyId": key}),
            );
        }
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

pub(super) fn shown(cloud: &Cloud, place: &Place) -> Value {
    json!({ "DBCluster": cloud.rds.clusters[place].describe(place, &members(cloud, place)) })
}

pub(super) fn not_found(name: &str) -> ServiceError {
    ServiceError::with_status(404, "DBClusterNotFoundFault", format!("DBCluster {name} not found."))
}

pub(super) fn wrong_state(message: String) -> ServiceError {
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
        parameter_group,
        port: match listed.port {
            0 => groups::usual_port(&listed.engine),
            port => i64::from(port),
        },
        deletion_protection: listed.deletion_protection,
        backup_retention_days: i64::from(listed.backup_retention_days.max(1)),
        iam_authentication: listed.iam_auth,
        log_exports: listed.log_exports.clone(),
        clone_of: None,
        class: Some(listed.class.clone()).filter(|class| !class.is_empty()),
        iops: listed.settings.iops.map(i64::from),
        data_api: listed.settings.data_api.unwrap_or(false),
        master_secret: None,
        other: super::instances::members_of(&listed.settings),
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
    let mut cluster = cluster;
    if listed.managed_secret {
        cluster.master_secret = Some(super::instances::new_secret(
            cloud,
            region,
            account,
            &cluster.resource_id,
        ));
    }
    if cluster.class.is_some() && listed.members.is_empty() {
        // Nothing is in the way of their names: the account is only just being filled.
        let _ = super::cluster_members::make_three(cloud, &place, &cluster, false, 0);
    }
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
    instance.other = super::instances::members_of(&listed.settings);
    instance.tags = listed.tags.clone();
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
        // The instances of a Multi-AZ cluster go with it; Aurora's have gone before.
        cloud.rds.instances.retain(|at, instance| {
            let member = instance.member.as_ref();
            !(at.0 == place.0 && at.1 == place.1 && member.is_some_and(|member| member.cluster == place.2))
        });
        // Automated snapshots go with their cluster; manual ones stay.
        cloud
            .rds
            .cluster_snapshots
            .retain(|of, s| !(s.automated && of.0 == place.0 && of.1 == place.1 && s.cluster == place.2));
    }
}

/// `DescribeGlobalClusters`: global databases are not modelled, so that there are none.
pub(super) fn describe_global(input: &Value) -> Answer {
    match text(input, "GlobalClusterIdentifier") {
        None => Ok(json!({ "GlobalClusters": [] })),
        Some(named) => Err(ServiceError::new(
            "GlobalClusterNotFoundFault",
            format!("Global cluster {named} not found"),
        )),
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
    let of_aurora = cloud.rds.clusters[&place].class.is_none();
    if of_aurora && !members(cloud, &place).is_empty() {
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
