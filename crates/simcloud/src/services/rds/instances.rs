//! Database instances: created, modified, rebooted, deleted, described. Their status follows virtual time.

use std::collections::{BTreeMap, VecDeque};

use jiff::Timestamp;
use model::databases::Settings;
use model::ids::{AccountId, Digest, Region};
use model::inventory::Database;
use serde_json::{Value, json};

use super::cluster_members::{self, Membership};
use super::snapshots::{page_size, with_marker};
use super::{Place, after, arn, groups, invalid_combination, invalid_value, place, place_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, flag, page, tag_list, text};
use crate::services::storage_key;
use crate::services::stored_content::{duration_seconds, made_up_id, original_content};

/// An instance. A snapshot keeps the one it was taken of.
#[derive(Debug, Clone)]
pub struct Instance {
    /// `db-…`: new with every restore, so that policies which name it must be rewritten.
    pub resource_id: String,
    /// `postgres`, `mysql`, …
    pub engine: String,
    /// The engine's version.
    pub engine_version: String,
    /// Instance class.
    pub class: String,
    /// Allocated storage in GiB.
    pub storage_gib: u32,
    /// Storage type.
    pub storage_type: String,
    /// Provisioned IOPS, where given.
    pub iops: Option<i64>,
    /// The ARN of its key; absent when not encrypted. It can never be changed.
    pub key: Option<String>,
    /// Whether it is encrypted under a key that AWS owns and does not name.
    pub sse_rds: bool,
    /// Its subnet group.
    pub subnet_group: String,
    /// The VPC of its subnet group.
    pub vpc: String,
    /// Where it runs.
    pub availability_zone: String,
    /// Its security groups.
    pub security_groups: Vec<String>,
    /// Its parameter group.
    pub parameter_group: String,
    /// Its option group; none: the default.
    pub option_group: Option<String>,
    /// Whether that group's static parameters wait for a reboot.
    pub pending_reboot: bool,
    /// Its port.
    pub port: i64,
    /// Multi-AZ.
    pub multi_az: bool,
    /// Whether it has a public address.
    pub public: bool,
    /// Whether it refuses to be deleted.
    pub deletion_protection: bool,
    /// Automated backup retention in days.
    pub backup_retention_days: i64,
    /// Whether IAM may log in.
    pub iam_authentication: bool,
    /// The name of its master user.
    pub master_username: String,
    /// The secret that RDS manages for the master password: ARN and key.
    pub master_secret: Option<(String, String)>,
    /// Other members that a caller set and that change nothing here, shown back as given.
    pub other: BTreeMap<String, Value>,
    /// Changes that wait for the maintenance window.
    pub pending: BTreeMap<String, Value>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was created.
    pub created_at: Timestamp,
    /// From when describe calls show it.
    pub visible_from: Timestamp,
    /// What it holds.
    pub digest: Digest,
    /// The statuses it goes through before `available`, each with its end.
    pub phases: VecDeque<(&'static str, Timestamp)>,
    /// The cluster that it is a member of, if any.
    pub member: Option<Membership>,
}

/// Members that a restore takes, and that are kept and shown back, and mean nothing more here.
pub(super) const RESTORED: &[&str] = &[
    "AutoMinorVersionUpgrade",
    "CACertificateIdentifier",
    "CopyTagsToSnapshot",
    "EnableCloudwatchLogsExports",
    "EngineLifecycleSupport",
    "LicenseModel",
    "NetworkType",
    "PreferredBackupWindow",
    "StorageThroughput",
];

/// Members that only a new or a changed instance is given: a restore knows none of them.
pub(super) const NOT_RESTORED: &[&str] = &[
    "DatabaseInsightsMode",
    "EnablePerformanceInsights",
    "MaxAllocatedStorage",
    "MonitoringInterval",
    "MonitoringRoleArn",
    "PerformanceInsightsKMSKeyId",
    "PerformanceInsightsRetentionPeriod",
    "PreferredMaintenanceWindow",
];

/// The authorities of certificates that a new instance can have; older ones have run out.
const AUTHORITIES: [&str; 3] = ["rds-ca-rsa2048-g1", "rds-ca-rsa4096-g1", "rds-ca-ecc384-g1"];

/// From how many GiB on an engine stripes gp3 over four volumes; below, IOPS and throughput are the baseline and cannot be given.
pub(super) fn stripes_from(engine: &str) -> u32 {
    match engine {
        engine if engine.starts_with("sqlserver") => 0,
        engine if engine.starts_with("oracle") => 200,
        _ => 400,
    }
}

/// What settings of the inventory are called here.
pub(super) fn members_of(settings: &Settings) -> BTreeMap<String, Value> {
    let all = [
        ("AutoMinorVersionUpgrade", json!(settings.auto_minor_version_upgrade)),
        ("CACertificateIdentifier", json!(settings.ca_certificate)),
        ("CopyTagsToSnapshot", json!(settings.copy_tags_to_snapshot)),
        ("EnableCloudwatchLogsExports", json!(settings.log_exports)),
        ("LicenseModel", json!(settings.license_model)),
        ("NetworkType", json!(settings.network_type)),
        ("PreferredBackupWindow", json!(settings.backup_window)),
        ("StorageThroughput", json!(settings.storage_throughput)),
        ("DatabaseInsightsMode", json!(settings.database_insights)),
        ("EnablePerformanceInsights", json!(settings.performance_insights)),
        ("MaxAllocatedStorage", json!(settings.max_allocated_storage)),
        ("MonitoringInterval", json!(settings.monitoring_interval)),
        ("MonitoringRoleArn", json!(settings.monitoring_role)),
        (
            "PerformanceInsightsRetentionPeriod",
            json!(settings.performance_insights_retention_days),
        ),
        ("PreferredMaintenanceWindow", json!(settings.maintenance_window)),
    ];
    let told = all.into_iter().filter(|(_, value)| !value.is_null());
    told.map(|(name, value)| (name.to_owned(), value)).collect()
}

impl Instance {
    /// The status that describe calls show.
    pub fn status(&self) -> &'static str {
        self.phases.front().map_or("available", |(status, _)| status)
    }

    /// When its present phase ends.
    pub(super) fn phase_ends(&self) -> Option<Timestamp> {
        self.phases.front().map(|(_, ends)| *ends)
    }

    /// Whether its data is there and stays: not while it is still being restored, nor once it is being deleted.
    pub(super) fn holds_data(&self) -> bool {
        !matches!(self.status(), "creating" | "deleting")
    }

    /// Goes through statuses from now on, each for so many seconds.
    pub(super) fn enter(&mut self, now: Timestamp, phases: &[(&'static str, i64)]) {
        self.phases.clear();
        let mut ends = now;
        for (status, seconds) in phases {
            ends = after(ends, *seconds);
            self.phases.push_back((status, ends));
        }
    }

    /// Its licence, which follows from the engine.
    pub(super) fn license_model(&self) -> &'static str {
        match self.engine.as_str() {
            engine if engine.starts_with("postgres") => "postgresql-license",
            engine if engine.starts_with("oracle") || engine.starts_with("sqlserver") => "license-included",
            _ => "general-public-license",
        }
    }

    /// Its option group's name.
    pub(super) fn option_group_name(&self) -> String {
        if let Some(name) = &self.option_group {
            return name.clone();
        }
        let version = groups::major_version(&self.engine, &self.engine_version).replace('.', "-");
        format!("default:{}-{version}", self.engine)
    }

    /// IOPS and throughput as they are shown: of gp3 the baseline too, which cannot be given where the engine does not stripe.
    pub(super) fn performance(&self) -> (Option<i64>, Option<Value>) {
        let throughput = self.other.get("StorageThroughput").cloned();
        if self.storage_type != "gp3" {
            return (self.iops, throughput);
        }
        let stripes_from = stripes_from(&self.engine);
        let (iops, mib) = if stripes_from > 0 && self.storage_gib >= stripes_from {
            (12_000, 500)
        } else {
            (3000, 125)
        };
        (self.iops.or(Some(iops)), throughput.or(Some(json!(mib))))
    }

    /// Takes members that are only kept.
    pub(super) fn keep_others(&mut self, input: &Value, members: &[&str]) {
        for member in members {
            if let Some(value) = input.get(*member).filter(|value| !value.is_null()) {
                self.other.insert((*member).to_owned(), value.clone());
            }
        }
    }

    pub(super) fn describe(&self, place: &Place) -> Value {
        let mut shown = json!({
            "DBInstanceIdentifier": place.2,
            "DBInstanceArn": arn("db", place),
            "DbiResourceId": self.resource_id,
            "DBInstanceStatus": self.status(),
            "DBInstanceClass": self.class,
            "Engine": self.engine,
            "EngineVersion": self.engine_version,
            "AllocatedStorage": self.storage_gib,
            "StorageType": self.storage_type,
            "StorageEncrypted": self.key.is_some() || self.sse_rds,
            "StorageEncryptionType": encryption_type(self.key.as_ref(), self.sse_rds),
            "AutoMinorVersionUpgrade": true,
            "CACertificateIdentifier": AUTHORITIES[0],
            "CopyTagsToSnapshot": false,
            "MonitoringInterval": 0,
            "NetworkType": "IPV4",
            "PerformanceInsightsEnabled": false,
            "PreferredBackupWindow": "13:14-13:44",
            "PreferredMaintenanceWindow": "thu:16:06-thu:16:36",
            "MasterUsername": self.master_username,
            "DbInstancePort": 0,
            "AvailabilityZone": self.availability_zone,
            "DBSubnetGroup": {"DBSubnetGroupName": self.subnet_group, "VpcId": self.vpc, "SubnetGroupStatus": "Complete"},
            "VpcSecurityGroups": self.security_groups.iter()
                .map(|id| json!({"VpcSecurityGroupId": id, "Status": "active"})).collect::<Value>(),
            "DBParameterGroups": [{
                "DBParameterGroupName": self.parameter_group,
                "ParameterApplyStatus": if self.pending_reboot { "pending-reboot" } else { "in-sync" },
            }],
            "OptionGroupMemberships": [{"OptionGroupName": self.option_group_name(), "Status": "in-sync"}],
            "MultiAZ": self.multi_az,
            "PubliclyAccessible": self.public,
            "DeletionProtection": self.deletion_protection,
            "BackupRetentionPeriod": self.backup_retention_days,
            "IAMDatabaseAuthenticationEnabled": self.iam_authentication,
            "LicenseModel": self.license_model(),
            "InstanceCreateTime": self.created_at.to_string(),
            "TagList": tag_list(&self.tags),
            "PendingModifiedValues": self.pending.iter().map(|(k, v)| (k.clone(), v.clone())).collect::<serde_json::Map<_, _>>(),
        });
        for (member, value) in &self.other {
            let shown_as = match member.as_str() {
                "EnablePerformanceInsights" => "PerformanceInsightsEnabled",
                "EnableCloudwatchLogsExports" => "EnabledCloudwatchLogsExports",
                other => other,
            };
            shown[shown_as] = value.clone();
        }
        let mut put = |member: &str, value: Value| shown[member] = value;
        if let Some(key) = &self.key {
            put("KmsKeyId", json!(key));
        }
        if let Some(member) = &self.member {
            put("DBClusterIdentifier", json!(member.cluster));
            put("PromotionTier", json!(member.promotion_tier));
        }
        let (iops, throughput) = self.performance();
        if let Some(iops) = iops {
            put("Iops", json!(iops));
        }
        if let Some(throughput) = throughput {
            put("StorageThroughput", throughput);
        }
        if let Some((secret, key)) = &self.master_secret {
            let status = if matches!(self.status(), "creating" | "modifying") {
                "creating"
            } else {
                "active"
            };
            put(
                "MasterUserSecret",
                json!({"SecretArn": secret, "SecretStatus": status, "KmsKeyId": key}),
            );
        }
        // There is no endpoint before the instance has come up; its middle label belongs to the account and region.
        if self.status() != "creating" {
            let label = Digest::of(format!("{}/{}", place.0, place.1).as_bytes());
            let host = format!("{}.c{}.{}.rds.amazonaws.com", place.2, label.short(), place.1);
            put("Endpoint", json!({"Address": host, "Port": self.port}));
        }
        shown
    }
}

/// `none`, `sse-rds` (a key that AWS owns), `sse-kms`.
pub(super) fn encryption_type(key: Option<&String>, sse_rds: bool) -> &'static str {
    match (key, sse_rds) {
        (Some(_), _) => "sse-kms",
        (None, true) => "sse-rds",
        (None, false) => "none",
    }
}

/// Refuses an authority of certificates that RDS no longer has.
pub(super) fn check_authority(input: &Value) -> Result<(), ServiceError> {
    match text(input, "CACertificateIdentifier").filter(|name| !AUTHORITIES.contains(name)) {
        None => Ok(()),
        Some(name) => {
            let message = format!("Certificate not found: {name}");
            Err(ServiceError::with_status(404, "CertificateNotFound", message))
        }
    }
}

pub(super) fn shown(cloud: &Cloud, place: &Place) -> Value {
    json!({ "DBInstance": cloud.rds.instances[place].describe(place) })
}

/// An instance of the caller's own, by name or ARN.
pub(super) fn own(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    let place = place_of(caller, "db", name).filter(|place| place.0 == caller.account && place.1 == caller.region);
    place
        .filter(|place| cloud.rds.instances.contains_key(place))
        .ok_or_else(|| ServiceError::with_status(404, "DBInstanceNotFound", format!("DBInstance {name} not found.")))
}

/// A new instance's name: well formed, free, and within the quota.
pub(super) fn check_name_is_free(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    super::checked_identifier("DBInstanceIdentifier", name, 63)?;
    let place = place(caller, name);
    if cloud.rds.instances.contains_key(&place) {
        return Err(ServiceError::new(
            "DBInstanceAlreadyExists",
            "DB instance already exists",
        ));
    }
    let here = |at: &&Place| at.0 == place.0 && at.1 == place.1;
    let (quotas, unlisted) = cloud.rds.room(&place.0, &place.1);
    if cloud.rds.instances.keys().filter(here).count() + unlisted.instances >= quotas.instances {
        return Err(ServiceError::new("InstanceQuotaExceeded", "DB Instance quota exceeded"));
    }
    Ok(place)
}

/// Fills one database, and the automated snapshot that last night's backup left.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, database: &Database) {
    let place: Place = (account.clone(), region.clone(), database.id.clone());
    let sse_rds = database.encryption_type.as_deref() == Some("sse-rds");
    let key = match (&database.key, database.encrypted) {
        _ if sse_rds => None,
        (Some(key), _) => Some(storage_key::of_inventory(cloud, account, region, key)),
        (None, true) => Some(storage_key::of_inventory(
            cloud,
            account,
            region,
            storage_key::RDS_DEFAULT,
        )),
        (None, false) => None,
    };
    let group = (account.clone(), region.clone(), database.subnet_group.clone());
    let vpc = cloud
        .rds
        .subnet_groups
        .get(&group)
        .map_or_else(|| groups::default_vpc(account, region), |g| g.vpc.clone());
    let parameter_group = match database.parameter_group.as_str() {
        "" => format!("default.{}", groups::family(&database.engine, &database.engine_version)),
        named => named.to_owned(),
    };
    let instance = Instance {
        resource_id: super::resource_id(cloud, "db"),
        engine: database.engine.clone(),
        engine_version: database.engine_version.clone(),
        class: database.class.clone(),
        storage_gib: database.storage_gib,
        storage_type: if database.storage_type.is_empty() {
            "gp2".to_owned()
        } else {
            database.storage_type.clone()
        },
        iops: database.settings.iops.map(i64::from),
        key,
        sse_rds,
        subnet_group: database.subnet_group.clone(),
        security_groups: groups::or_default(&database.security_groups, &vpc),
        vpc,
        availability_zone: format!("{region}a"),
        parameter_group,
        option_group: database
            .settings
            .option_group
            .clone()
            .filter(|name| !name.starts_with("default:")),
        pending_reboot: false,
        port: i64::from(database.port),
        multi_az: database.multi_az,
        public: database.public,
        deletion_protection: database.deletion_protection,
        backup_retention_days: i64::from(database.backup_retention_days),
        iam_authentication: database.settings.iam_auth.unwrap_or(false),
        master_username: "admin".to_owned(),
        master_secret: None,
        other: members_of(&database.settings),
        pending: BTreeMap::new(),
        tags: database.tags.clone(),
        created_at: after(cloud.now, -180 * 86_400),
        visible_from: cloud.now,
        digest: original_content(cloud, &arn("db", &place)),
        phases: VecDeque::new(),
        member: None,
    };
    let mut instance = instance;
    if database.managed_secret {
        instance.master_secret = Some(new_secret(cloud, region, account, &instance.resource_id));
    }
    if let Some(name) = &instance.option_group {
        let at = (account.clone(), region.clone(), name.clone());
        super::options::bind(cloud, &at, &instance.vpc);
    }
    if instance.backup_retention_days > 0 {
        let (at, snapshot) = super::snapshots::automated(&place, &instance, after(cloud.now, -6 * 3600));
        cloud.rds.snapshots.insert(at, snapshot);
    }
    cloud.rds.instances.insert(place, instance);
}

/// A secret as the inventory tells of one.
pub(super) fn new_secret(
    cloud: &mut Cloud,
    region: &Region,
    account: &AccountId,
    resource_id: &str,
) -> (String, String) {
    let tail = made_up_id(cloud, "rds-secret-id", 6);
    let secret = format!("arn:aws:secretsmanager:{region}:{account}:secret:rds!{resource_id}-{tail}");
    (secret, "alias/aws/secretsmanager".to_owned())
}

/// A phase has ended: the next begins, or what it was for happens.
pub(super) fn phase_ended(cloud: &mut Cloud, place: &Place, at: Timestamp) {
    let Some(instance) = cloud.rds.instances.get_mut(place) else {
        return;
    };
    let ended = instance.phases.pop_front().map(|(status, _)| status);
    match ended {
        Some("deleting") => {
            cloud.rds.instances.remove(place);
            // Automated snapshots go with their instance.
            cloud
                .rds
                .snapshots
                .retain(|of, s| !(s.automated && of.0 == place.0 && of.1 == place.1 && s.database == place.2));
        }
        Some("rebooting") => instance.pending_reboot = false,
        // The backup at the end of a restore is an automated snapshot like that of every night.
        Some("backing-up") if instance.backup_retention_days > 0 && instance.created_at > after(at, -86_400) => {
            let first = !cloud
                .rds
                .snapshots
                .iter()
                .any(|(of, s)| s.automated && of.0 == place.0 && of.1 == place.1 && s.database == place.2);
            if first {
                let (name, snapshot) = super::snapshots::automated(place, instance, at);
                cloud.rds.snapshots.insert(name, snapshot);
            }
        }
        _ => {}
    }
}

/// `DescribeDBInstances`.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "DBInstanceIdentifier");
    let wanted_place = wanted.and_then(|name| place_of(caller, "db", name));
    let conditions = filters(input);
    for (name, _) in &conditions {
        if !matches!(
            name.as_str(),
            "db-instance-id" | "db-cluster-id" | "dbi-resource-id" | "engine"
        ) {
            return Err(invalid_value(format!("Unrecognized filter name: {name}")));
        }
    }
    let found: Vec<(String, Value)> = cloud
        .rds
        .instances
        .iter()
        .filter(|(place, instance)| {
            place.0 == caller.account
                && place.1 == caller.region
                && instance.visible_from <= cloud.now
                && (wanted.is_none() || wanted_place.as_ref() == Some(*place))
                && conditions.iter().all(|(name, values)| match name.as_str() {
                    "db-instance-id" => values
                        .iter()
                        .any(|value| *value == place.2 || *value == arn("db", place)),
                    "dbi-resource-id" => values.contains(&instance.resource_id),
                    "db-cluster-id" => {
                        let cluster = instance.member.as_ref().map(|member| member.cluster.as_str());
                        values.iter().any(|value| value.rsplit(':').next() == cluster)
                    }
                    _ => values.contains(&instance.engine),
                })
        })
        .map(|(place, instance)| (place.2.clone(), instance.describe(place)))
        .collect();
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(ServiceError::with_status(
            404,
            "DBInstanceNotFound",
            format!("DBInstance {name} not found."),
        ));
    }
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "DBInstances": shown }), marker))
}

/// `DeleteDBInstance`.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let place = own(cloud, caller, super::required(input, "DBInstanceIdentifier")?)?;
    let instance = &cloud.rds.instances[&place];
    if instance.deletion_protection {
        return Err(invalid_combination(
            "Cannot delete protected DB Instance, please disable deletion protection and try again.",
        ));
    }
    if instance.status() == "deleting" {
        let message = format!("Instance {} is already being deleted.", place.2);
        return Err(ServiceError::new("InvalidDBInstanceState", message));
    }
    if instance.member.is_some() {
        return cluster_members::delete(cloud, caller, input, &place);
    }
    let skip = flag(input, "SkipFinalSnapshot") == Some(true);
    match (skip, text(input, "FinalDBSnapshotIdentifier")) {
        (false, None) => {
            let message = "FinalDBSnapshotIdentifier is required unless SkipFinalSnapshot is specified.";
            return Err(invalid_combination(message));
        }
        (true, Some(_)) => {
            return Err(invalid_combination(
                "FinalDBSnapshotIdentifier can not be specified when deleting with SkipFinalSnapshot.",
            ));
        }
        (false, Some(name)) => {
            let input = json!({"DBInstanceIdentifier": place.2, "DBSnapshotIdentifier": name});
            super::snapshots::create(cloud, caller, &input)?;
        }
        (true, None) => {}
    }
    let seconds = duration_seconds(cloud, "rds-duration", 180, 0, 0);
    let now = cloud.now;
    let instance = cloud.rds.instances.get_mut(&place).expect("it was just found");
    // The final snapshot, where one is asked for, comes first; the instance says `deleting` all the while.
    let wait = instance
        .phase_ends()
        .filter(|_| !skip)
        .map_or(0, |ends| ends.as_second() - now.as_second());
    instance.enter(now, &[("deleting", seconds + wait)]);
    cloud.effect(caller, "rds DeleteDBInstance", arn("db", &place));
    Ok(shown(cloud, &place))
}
