//! How a cluster is configured: `ModifyDBCluster` and `EnableHttpEndpoint`. What a cluster of Aurora has and what a Multi-AZ one, RDS
//! tells apart.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::clusters::{own, own_available, shown};
use super::{
    arn, cluster_restore, groups, instances, invalid_combination, invalid_value, modifying, new_instance, place_of,
};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, number, text, texts};
use crate::services::stored_content::duration_seconds;

/// Members that are kept and shown back, and mean nothing more here.
const KEPT: &[&str] = &[
    "AutoMinorVersionUpgrade",
    "CopyTagsToSnapshot",
    "DatabaseInsightsMode",
    "EnablePerformanceInsights",
    "PerformanceInsightsRetentionPeriod",
    "PreferredBackupWindow",
    "PreferredMaintenanceWindow",
];

/// Those of a Multi-AZ cluster: of Aurora its members have them.
const MULTI_AZ: &[&str] = &["CACertificateIdentifier", "MonitoringInterval", "MonitoringRoleArn"];

/// Takes members that are only kept.
pub(super) fn keep(other: &mut BTreeMap<String, Value>, input: &Value, multi_az: bool) {
    let own: &[&str] = if multi_az { MULTI_AZ } else { &["NetworkType"] };
    for member in KEPT.iter().chain(own) {
        if let Some(value) = input.get(*member).filter(|value| !value.is_null()) {
            other.insert((*member).to_owned(), value.clone());
        }
    }
}

/// Takes the key of Performance Insights, and for how long they are kept where nothing is said.
pub(super) fn keep_insights(other: &mut BTreeMap<String, Value>, key: Option<String>) {
    if let Some(key) = key {
        other.insert("PerformanceInsightsKMSKeyId".to_owned(), key.into());
        let retention = other.entry("PerformanceInsightsRetentionPeriod".to_owned());
        retention.or_insert_with(|| 7.into());
    }
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
        "ManageMasterUserPassword",
        "MasterUserSecretKmsKeyId",
        "PerformanceInsightsKMSKeyId",
        "NetworkType",
        "VpcSecurityGroupIds",
    ];
    let members = input.as_object().into_iter().flatten();
    let is_known = |member: &str| known.contains(&member) || KEPT.contains(&member) || MULTI_AZ.contains(&member);
    if let Some((other, _)) = members
        .filter(|(_, value)| !value.is_null())
        .find(|(member, _)| !is_known(member))
    {
        let what = format!("ModifyDBCluster with {other}");
        return Err(ServiceError::not_modelled("rds", &what));
    }
    let place = own_available(cloud, caller, name)?;
    let before = cloud.rds.clusters[&place].clone();
    let multi_az = before.class.is_some();
    let given = |member: &&&str| input.get(**member).is_some_and(|value| !value.is_null());
    if let Some(member) = MULTI_AZ.iter().find(given).filter(|_| !multi_az) {
        return Err(invalid_combination(format!(
            "{member} is valid for Multi-AZ DB clusters only."
        )));
    }
    instances::check_authority(input)?;
    if multi_az {
        modifying::check_monitoring(cloud, caller, input, &before.other)?;
    }
    let insights_key = modifying::insights_key(cloud, caller, input, &before.other)?;
    let scaling = cluster_restore::scaling_of(input)?;
    let security_groups = texts(input, "VpcSecurityGroupIds");
    groups::check_security_groups(cloud, caller, &security_groups)?;
    groups::check_same_vpc(cloud, caller, &security_groups, &before.vpc)?;
    let mut cluster = before.clone();
    keep(&mut cluster.other, input, multi_az);
    keep_insights(&mut cluster.other, insights_key);
    let told = |member: &str| cluster.other.get(member);
    let whole = told("EnablePerformanceInsights") == Some(&json!(true))
        && told("PerformanceInsightsRetentionPeriod") == Some(&json!(465));
    if text(input, "DatabaseInsightsMode") == Some("advanced") && !whole {
        return Err(invalid_combination(
            "The advanced mode of Database Insights needs Performance Insights with a retention period of 465 days.",
        ));
    }
    match (flag(input, "ManageMasterUserPassword"), &before.master_secret) {
        (Some(true), None) => {
            let secret = new_instance::managed_secret(cloud, caller, input, &before.resource_id);
            cluster.master_secret = Some(secret);
        }
        (Some(false), Some(_)) => cluster.master_secret = None,
        _ => {}
    }
    let settled = format!("{cluster:?}") != format!("{before:?}");
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
    if format!("{cluster:?}") != format!("{before:?}") {
        // Whether a cluster says so while it is configured no source says: the stricter reading is taken.
        if settled {
            let seconds = duration_seconds(cloud, "rds-duration", 60, 0, 0);
            cluster.enter(cloud.now, "modifying", seconds);
        }
        cloud.rds.clusters.insert(place.clone(), cluster);
        cloud.effect(caller, "rds ModifyDBCluster", arn("cluster", &place));
    }
    Ok(shown(cloud, &place))
}

/// `EnableHttpEndpoint`: the Data API of Serverless v2 and provisioned Aurora.
pub(super) fn enable_data_api(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let named = super::required(input, "ResourceArn")?;
    if !named.starts_with("arn:") || place_of(caller, "cluster", named).is_none() {
        return Err(invalid_value(format!("Invalid resource ARN: {named}")));
    }
    let place = own(cloud, caller, named).map_err(|_| {
        let message = format!("The specified resource {named} was not found.");
        ServiceError::with_status(404, "ResourceNotFoundFault", message)
    })?;
    let cluster = cloud.rds.clusters.get_mut(&place).expect("it was just found");
    if cluster.class.is_some() {
        return Err(invalid_combination("HttpEndpoint is not supported for this engine."));
    }
    if cluster.status() != "available" {
        let message = format!("DB cluster {} is not in available state.", place.2);
        return Err(ServiceError::new("InvalidResourceStateFault", message));
    }
    if !std::mem::replace(&mut cluster.data_api, true) {
        cloud.effect(caller, "rds EnableHttpEndpoint", arn("cluster", &place));
    }
    Ok(json!({ "ResourceArn": named, "HttpEndpointEnabled": true }))
}
