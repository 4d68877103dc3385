//! Instances that are members of a cluster: they serve its data and hold none of their own.

use std::collections::{BTreeMap, VecDeque};

use serde_json::Value;

use super::clusters::Cluster;
use super::instances::{Instance, NOT_RESTORED, RESTORED, check_name_is_free, shown};
use super::{Place, arn, clusters, groups, invalid_combination};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{number, text};
use crate::services::stored_content::duration_seconds;

/// What an instance is to its cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Membership {
    /// The cluster's identifier.
    pub cluster: String,
    /// Whether it is the one that writes.
    pub writer: bool,
    /// Which reader becomes the writer: the lowest number first.
    pub promotion_tier: i64,
}

/// A member as its cluster makes it, a reader of the usual tier.
pub(super) fn new(cloud: &mut Cloud, place: &Place, cluster: &Cluster, class: &str) -> Instance {
    Instance {
        resource_id: super::resource_id(cloud, "db"),
        engine: cluster.engine.clone(),
        engine_version: cluster.engine_version.clone(),
        class: class.to_owned(),
        storage_gib: 1,
        storage_type: cluster.storage_type.clone(),
        iops: None,
        key: cluster.key.clone(),
        sse_rds: false,
        option_group: None,
        subnet_group: cluster.subnet_group.clone(),
        vpc: cluster.vpc.clone(),
        availability_zone: format!("{}a", place.1),
        security_groups: cluster.security_groups.clone(),
        parameter_group: format!("default.{}", groups::family(&cluster.engine, &cluster.engine_version)),
        pending_reboot: false,
        port: cluster.port,
        multi_az: false,
        public: false,
        deletion_protection: false,
        // Backups are the cluster's.
        backup_retention_days: 0,
        iam_authentication: cluster.iam_authentication,
        master_username: "admin".to_owned(),
        master_secret: None,
        other: BTreeMap::new(),
        pending: BTreeMap::new(),
        tags: BTreeMap::new(),
        created_at: cloud.now,
        visible_from: cloud.now,
        digest: cluster.digest.clone(),
        phases: VecDeque::new(),
        member: Some(Membership {
            cluster: place.2.clone(),
            writer: false,
            promotion_tier: 1,
        }),
    }
}

/// What the cluster decides, so that a member must not.
const THE_CLUSTERS: &[&str] = &[
    "AllocatedStorage",
    "BackupRetentionPeriod",
    "DBName",
    "DeletionProtection",
    "Iops",
    "KmsKeyId",
    "ManageMasterUserPassword",
    "MasterUserPassword",
    "MasterUsername",
    "MultiAZ",
    "Port",
    "StorageEncrypted",
    "StorageType",
    "VpcSecurityGroupIds",
];

/// `CreateDBInstance` with a cluster. The first member becomes the writer.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value, cluster_name: &str) -> Answer {
    let place = check_name_is_free(cloud, caller, super::required(input, "DBInstanceIdentifier")?)?;
    let engine = super::required(input, "Engine")?;
    let class = super::required(input, "DBInstanceClass")?;
    let tags = super::admitted_tags(input)?;
    let at = clusters::own_available(cloud, caller, cluster_name)?;
    let cluster = cloud.rds.clusters[&at].clone();
    let given = |member: &&&str| {
        let value = input.get(**member).filter(|value| !value.is_null());
        value.is_some_and(|value| value.as_array().is_none_or(|items| !items.is_empty()))
    };
    if let Some(member) = THE_CLUSTERS.iter().find(given) {
        // Which of them AWS refuses and which it overlooks no source says: the stricter reading is taken.
        return Err(invalid_combination(format!(
            "The requested DB Instance will be a member of a DB Cluster. Set {member} for the DB Cluster."
        )));
    }
    if engine != cluster.engine {
        return Err(invalid_combination(format!(
            "The engine {engine} does not match that of the cluster, {}.",
            cluster.engine
        )));
    }
    if text(input, "DBSubnetGroupName").is_some_and(|name| !name.eq_ignore_ascii_case(&cluster.subnet_group)) {
        return Err(invalid_combination(
            "The DB subnet group does not match that of the DB Cluster.",
        ));
    }
    if text(input, "EngineVersion").is_some_and(|version| version != cluster.engine_version) {
        return Err(invalid_combination(
            "The engine version does not match that of the DB Cluster.",
        ));
    }
    if class == "db.serverless" && cluster.scaling.is_none() {
        return Err(ServiceError::new(
            "InvalidDBClusterStateFault",
            "Set the Serverless v2 scaling configuration on the parent DB cluster before creating a Serverless v2 DB instance.",
        ));
    }
    if cluster.class.is_some() {
        return Err(invalid_combination(
            "The instances of a Multi-AZ DB cluster are made by RDS itself.",
        ));
    }
    if text(input, "DatabaseInsightsMode").is_some() {
        // Documented as the cluster's, which its instances inherit; whether RDS refuses it or overlooks it no source says.
        return Err(invalid_combination(
            "DatabaseInsightsMode of an Aurora DB instance is that of its DB cluster.",
        ));
    }
    super::instances::check_authority(input)?;
    let none = BTreeMap::new();
    super::modifying::check_monitoring(cloud, caller, input, &none)?;
    let insights_key = super::modifying::insights_key(cloud, caller, input, &none)?;
    let mut instance = new(cloud, &at, &cluster, class);
    if let Some(named) = text(input, "DBParameterGroupName") {
        instance.parameter_group =
            groups::checked_parameter_group(cloud, caller, named, &cluster.engine, &cluster.engine_version)?;
    }
    instance.public = super::groups::public(input);
    let first = clusters::members(cloud, &at).is_empty();
    if let Some(member) = &mut instance.member {
        member.writer = first;
        member.promotion_tier = number(input, "PromotionTier").unwrap_or(1);
    }
    instance.tags = tags;
    instance.visible_from = super::visible_from(cloud);
    instance.keep_others(input, RESTORED);
    instance.keep_others(input, NOT_RESTORED);
    super::cluster_settings::keep_insights(&mut instance.other, insights_key);
    let creating = duration_seconds(cloud, "rds-duration", 360, 0, 0);
    instance.enter(cloud.now, &[("creating", creating)]);
    cloud.rds.instances.insert(place.clone(), instance);
    cloud.effect(caller, "rds CreateDBInstance", arn("db", &place));
    Ok(shown(cloud, &place))
}

/// The three instances that RDS makes for a Multi-AZ cluster, a writer and two readers, under names of its own.
pub(super) fn make_three(
    cloud: &mut Cloud,
    at: &Place,
    cluster: &Cluster,
    public: bool,
    creating: i64,
) -> Result<(), ServiceError> {
    let name = |n: usize| (at.0.clone(), at.1.clone(), format!("{}-instance-{n}", at.2));
    if (1..=3).any(|n| cloud.rds.instances.contains_key(&name(n))) {
        return Err(ServiceError::new(
            "DBInstanceAlreadyExists",
            "DB instance already exists",
        ));
    }
    for n in 1..=3 {
        let class = cluster.class.clone().unwrap_or_default();
        let mut instance = new(cloud, at, cluster, &class);
        instance.storage_gib = cluster.storage_gib;
        instance.public = public;
        instance.tags = BTreeMap::new();
        instance.visible_from = super::visible_from(cloud);
        if let Some(member) = &mut instance.member {
            member.writer = n == 1;
        }
        instance.enter(cloud.now, &[("creating", creating)]);
        cloud.rds.instances.insert(name(n), instance);
    }
    Ok(())
}

/// `DeleteDBInstance` of a member: its cluster keeps the data, protected or not, so there is no final snapshot to speak of.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value, place: &Place) -> Answer {
    if text(input, "FinalDBSnapshotIdentifier").is_some() {
        return Err(invalid_combination(
            "FinalDBSnapshotIdentifier can not be specified when deleting a cluster instance.",
        ));
    }
    let of = cloud.rds.instances[place]
        .member
        .as_ref()
        .map(|member| member.cluster.clone());
    let of = of.map(|cluster| (place.0.clone(), place.1.clone(), cluster));
    if of.is_some_and(|of| {
        cloud
            .rds
            .clusters
            .get(&of)
            .is_some_and(|cluster| cluster.class.is_some())
    }) {
        return Err(invalid_combination(
            "An instance of a Multi-AZ DB cluster cannot be deleted by itself.",
        ));
    }
    let seconds = duration_seconds(cloud, "rds-duration", 180, 0, 0);
    let now = cloud.now;
    let instance = cloud.rds.instances.get_mut(place).expect("the caller has found it");
    instance.enter(now, &[("deleting", seconds)]);
    let writer = instance
        .member
        .as_mut()
        .is_some_and(|member| std::mem::take(&mut member.writer));
    if writer {
        fail_over(cloud, place);
    }
    cloud.effect(caller, "rds DeleteDBInstance", arn("db", place));
    Ok(shown(cloud, place))
}

/// A reader of the lowest tier takes over from a writer that is deleted.
fn fail_over(cloud: &mut Cloud, gone: &Place) {
    let Some(cluster) = cloud.rds.instances[gone]
        .member
        .as_ref()
        .map(|member| member.cluster.clone())
    else {
        return;
    };
    let heirs =
        cloud.rds.instances.iter_mut().filter(|(at, instance)| {
            *at != gone && at.0 == gone.0 && at.1 == gone.1 && instance.status() != "deleting"
        });
    let heirs = heirs.filter_map(|(_, instance)| instance.member.as_mut());
    let heir = heirs
        .filter(|member| member.cluster == cluster)
        .min_by_key(|member| member.promotion_tier);
    if let Some(heir) = heir {
        heir.writer = true;
    }
}
