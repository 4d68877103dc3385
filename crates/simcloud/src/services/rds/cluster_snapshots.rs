//! Snapshots of clusters: made, copied, shared, described, deleted. Their codes keep `Fault`, those of instances drop it; a copy is
//! always full; an unencrypted one cannot be encrypted by copying, and a shared encrypted one can be restored without a copy.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::ids::Digest;
use serde_json::{Value, json};

use super::clusters::Cluster;
use super::snapshots::{Making, page_size, with_marker};
use super::{Place, after, arn, invalid_combination, invalid_value, not_an_identifier, place, place_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;
use crate::services::members::{filters, flag, page, tag_list, text, texts};
use crate::services::stored_content::{duration_seconds, percent};
use crate::services::{kms, storage_key};

/// A cluster snapshot.
#[derive(Debug, Clone)]
pub struct ClusterSnapshot {
    /// Whether RDS made it by itself.
    pub automated: bool,
    /// How far it is.
    pub making: Making,
    /// Whether it is the copy of another.
    pub source: Option<String>,
    /// Whether it will end as `failed`.
    pub doomed: bool,
    /// The cluster as it was.
    pub of: Cluster,
    /// The identifier of that cluster.
    pub cluster: String,
    /// The key it is encrypted with.
    pub key: Option<String>,
    /// What it holds.
    pub digest: Digest,
    /// Account ids (or `all`) and from when each of them sees it.
    pub shared_with: BTreeMap<String, Timestamp>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when its owner's describe calls show it.
    pub visible_from: Timestamp,
}

impl ClusterSnapshot {
    pub(super) fn ends(&self) -> Option<Timestamp> {
        match self.making {
            Making::Running { ends, .. } => Some(ends),
            Making::Queued | Making::Done | Making::Failed => None,
        }
    }

    fn status(&self) -> &'static str {
        match self.making {
            Making::Done => "available",
            Making::Failed => "failed",
            Making::Queued | Making::Running { .. } if self.source.is_some() => "copying",
            Making::Queued | Making::Running { .. } => "creating",
        }
    }

    fn admits(&self, caller: &Caller, now: Timestamp) -> bool {
        ["all", caller.account.as_str()]
            .iter()
            .any(|who| self.shared_with.get(*who).is_some_and(|from| *from <= now))
    }

    fn describe(&self, place: &Place, now: Timestamp, for_owner: bool) -> Value {
        let of = &self.of;
        let progress = match self.making {
            Making::Done => 100,
            Making::Queued | Making::Failed => 0,
            Making::Running { began, ends } => percent(began, ends, now),
        };
        // To an account it is shared with, a snapshot is known by its ARN.
        let name = match for_owner {
            true => place.2.clone(),
            false => arn("cluster-snapshot", place),
        };
        let mut shown = json!({
            "DBClusterSnapshotIdentifier": name,
            "DBClusterSnapshotArn": arn("cluster-snapshot", place),
            "DBClusterIdentifier": self.cluster,
            "DbClusterResourceId": of.resource_id,
            "Engine": of.engine,
            "EngineMode": "provisioned",
            "EngineVersion": of.engine_version,
            "AllocatedStorage": of.storage_gib,
            "StorageType": of.storage_type,
            "Status": self.status(),
            "PercentProgress": progress,
            "SnapshotType": if self.automated { "automated" } else if for_owner { "manual" } else { "shared" },
            "StorageEncrypted": self.key.is_some(),
            "StorageEncryptionType": if self.key.is_some() { "sse-kms" } else { "none" },
            "Port": of.port,
            "VpcId": of.vpc,
            "MasterUsername": "admin",
            "ClusterCreateTime": of.created_at.to_string(),
            "SnapshotCreateTime": self.created_at.to_string(),
            "BackupRetentionPeriod": of.backup_retention_days,
            "IAMDatabaseAuthenticationEnabled": of.iam_authentication,
            // Whether user tags cross accounts is unconfirmed for RDS; they do not for images. The stricter reading is taken.
            "TagList": if for_owner { tag_list(&self.tags) } else { json!([]) },
        });
        let mut put = |member: &str, value: Value| shown[member] = value;
        if let Some(key) = &self.key {
            put("KmsKeyId", json!(key));
        }
        if let Some(source) = &self.source {
            put("SourceDBClusterSnapshotArn", json!(source));
        }
        shown
    }
}

fn shown(cloud: &Cloud, place: &Place) -> Value {
    json!({ "DBClusterSnapshot": cloud.rds.cluster_snapshots[place].describe(place, cloud.now, true) })
}

fn not_found(name: &str) -> ServiceError {
    let message = format!("DBClusterSnapshot not found: {name}");
    ServiceError::with_status(404, "DBClusterSnapshotNotFoundFault", message)
}

fn wrong_state(message: String) -> ServiceError {
    ServiceError::new("InvalidDBClusterSnapshotStateFault", message)
}

/// The snapshot that a caller names: an own one, or by ARN one that is shared with it.
pub(super) fn reachable(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    let place = place_of(caller, "cluster-snapshot", name)
        .ok_or_else(|| invalid_value(format!("{name} is not a valid identifier of a DB cluster snapshot.")))?;
    if place.1 != caller.region {
        return Err(ServiceError::not_modelled(
            "rds",
            "operations on a snapshot of another region",
        ));
    }
    let snapshot = cloud.rds.cluster_snapshots.get(&place).ok_or_else(|| not_found(name))?;
    match place.0 == caller.account || snapshot.admits(caller, cloud.now) {
        true => Ok(place),
        false => Err(not_found(name)),
    }
}

/// A snapshot of the caller's own, by name or ARN.
fn own(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    let place = place_of(caller, "cluster-snapshot", name).filter(|place| place.0 == caller.account);
    place
        .filter(|place| cloud.rds.cluster_snapshots.contains_key(place))
        .ok_or_else(|| not_found(name))
}

/// Refuses a cluster snapshot where an operation for instance snapshots is handed one: not with "not found".
pub(super) fn refuse_here(cloud: &Cloud, caller: &Caller, name: &str) -> Result<(), ServiceError> {
    let place = match name.starts_with("arn:") {
        true => place_of(caller, "cluster-snapshot", name),
        // One name may stand for both.
        false => Some(place(caller, name)).filter(|place| !cloud.rds.snapshots.contains_key(place)),
    };
    match place.is_some_and(|place| cloud.rds.cluster_snapshots.contains_key(&place)) {
        true => Err(invalid_value(format!(
            "The parameter DBSnapshotIdentifier is not a valid identifier: {name} is a DB cluster snapshot."
        ))),
        false => Ok(()),
    }
}

fn check_name_is_free(cloud: &Cloud, caller: &Caller, member: &str, name: &str) -> Result<Place, ServiceError> {
    super::checked_identifier(member, name, 63)?;
    let place = place(caller, name);
    if cloud.rds.cluster_snapshots.contains_key(&place) {
        let message =
            format!("Cannot create the cluster snapshot because one with the identifier {name} already exists.");
        return Err(ServiceError::new("DBClusterSnapshotAlreadyExistsFault", message));
    }
    let manual = |(at, s): (&Place, &ClusterSnapshot)| at.0 == place.0 && at.1 == place.1 && !s.automated;
    let count = cloud
        .rds
        .cluster_snapshots
        .iter()
        .filter(|entry| manual(*entry))
        .count();
    let (quotas, unlisted) = cloud.rds.room(&place.0, &place.1);
    if count + unlisted.manual_cluster_snapshots >= quotas.manual_cluster_snapshots {
        let message = "Cannot create more than the allowed number of manual cluster snapshots.";
        return Err(ServiceError::new("SnapshotQuotaExceeded", message));
    }
    Ok(place)
}

/// `CreateDBClusterSnapshot`. There is no key to name: a snapshot inherits its cluster's.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterSnapshotIdentifier")?;
    let cluster_name = super::required(input, "DBClusterIdentifier")?;
    let tags = super::admitted_tags(input)?;
    let of = super::clusters::own_available(cloud, caller, cluster_name)?;
    let place = check_name_is_free(cloud, caller, "DBClusterSnapshotIdentifier", name)?;
    let gib = i64::from(cloud.rds.clusters[&of].storage_gib);
    let seconds = duration_seconds(cloud, "rds-duration", 120, 1, gib);
    let (now, visible_from) = (cloud.now, super::visible_from(cloud));
    let cluster = cloud.rds.clusters.get_mut(&of).expect("it was just found");
    // Whether a cluster says so for as long as its snapshot takes is unconfirmed: the stricter reading is taken.
    cluster.enter(now, "backing-up", seconds);
    let ends = after(now, seconds);
    let snapshot = ClusterSnapshot {
        making: Making::Running { began: now, ends },
        tags,
        visible_from,
        ..complete(&of, cluster, now)
    };
    cloud.rds.cluster_snapshots.insert(place.clone(), snapshot);
    cloud.effect(caller, "rds CreateDBClusterSnapshot", arn("cluster-snapshot", &place));
    Ok(shown(cloud, &place))
}

/// A snapshot of a cluster as it is, complete.
fn complete(place: &Place, cluster: &Cluster, at: Timestamp) -> ClusterSnapshot {
    ClusterSnapshot {
        automated: false,
        making: Making::Done,
        source: None,
        doomed: false,
        of: cluster.clone(),
        cluster: place.2.clone(),
        key: cluster.key.clone(),
        digest: cluster.digest.clone(),
        shared_with: BTreeMap::new(),
        tags: BTreeMap::new(),
        created_at: at,
        visible_from: at,
    }
}

/// The automated snapshot of a cluster.
pub(super) fn automated(place: &Place, cluster: &Cluster, at: Timestamp) -> (Place, ClusterSnapshot) {
    let name = format!("rds:{}-{}", place.2, at.strftime("%Y-%m-%d-%H-%M"));
    let snapshot = ClusterSnapshot {
        automated: true,
        ..complete(place, cluster, at)
    };
    ((place.0.clone(), place.1.clone(), name), snapshot)
}

/// The key of a copy.
fn key_of_copy(cloud: &Cloud, caller: &Caller, input: &Value, source: &Place) -> Result<Option<String>, ServiceError> {
    let from = cloud.rds.cluster_snapshots[source].key.clone();
    let named = text(input, "KmsKeyId");
    let Some(from) = from else {
        // Unlike an instance's, a cluster's snapshot is not encrypted by copying it: the key is given at the restore.
        return match named {
            None => Ok(None),
            Some(_) => Err(invalid_combination(
                "KmsKeyId cannot be specified to copy an unencrypted DB cluster snapshot.",
            )),
        };
    };
    if !storage_key::admits(cloud, caller, &from, "rds") {
        return Err(super::key_not_accessible("source snapshot", &from));
    }
    let Some(named) = named else {
        return match source.0 == caller.account {
            true => Ok(Some(from)),
            // The API's document makes it mandatory; the code of its absence is unconfirmed.
            false => Err(invalid_combination(
                "KmsKeyId is required to copy an encrypted DB cluster snapshot that another account shares.",
            )),
        };
    };
    let key = storage_key::named(cloud, caller, named).ok_or_else(|| super::key_not_accessible("target", named))?;
    match storage_key::admits(cloud, caller, &key, "rds") {
        true => Ok(Some(key)),
        false => Err(super::key_not_accessible("target", &key)),
    }
}

/// `CopyDBClusterSnapshot`: within the account (re-keying), or from another account's shared ARN.
pub(super) fn copy(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let source_name = super::required(input, "SourceDBClusterSnapshotIdentifier")?;
    let name = super::required(input, "TargetDBClusterSnapshotIdentifier")?;
    let mut tags = super::admitted_tags(input)?;
    let source_place = reachable(cloud, caller, source_name)?;
    let place = check_name_is_free(cloud, caller, "TargetDBClusterSnapshotIdentifier", name)?;
    let source = cloud.rds.cluster_snapshots[&source_place].clone();
    if source.making != Making::Done {
        let message = format!("{source_name} is not available for copying: {}.", source.status());
        return Err(wrong_state(message));
    }
    let copying = |(at, s): (&Place, &ClusterSnapshot)| at.0 == place.0 && at.1 == place.1 && s.status() == "copying";
    let limit = cloud.rds.room(&place.0, &place.1).0.cluster_copies_under_way;
    let under_way = cloud.rds.cluster_snapshots.iter().filter(|entry| copying(*entry));
    if under_way.count() >= limit {
        let message = format!("Cannot copy more than {limit} snapshots across regions");
        return Err(ServiceError::new("SnapshotQuotaExceeded", message));
    }
    let key = key_of_copy(cloud, caller, input, &source_place)?;
    if flag(input, "CopyTags") == Some(true) && source_place.0 == caller.account && tags.is_empty() {
        super::refuse_reserved(&source.tags)?;
        tags = source.tags.clone();
    }
    // Always a full copy.
    let seconds = duration_seconds(cloud, "rds-duration", 240, 9, i64::from(source.of.storage_gib));
    let doomed = cloud.faults.level() == FaultLevel::Hostile && cloud.faults.strikes("rds-copy-fails-for-good", 0, 30);
    let (now, visible_from) = (cloud.now, super::visible_from(cloud));
    let ends = after(now, seconds);
    let snapshot = ClusterSnapshot {
        automated: false,
        making: Making::Running { began: now, ends },
        source: Some(arn("cluster-snapshot", &source_place)),
        doomed,
        key,
        shared_with: BTreeMap::new(),
        tags,
        created_at: now,
        visible_from,
        ..source
    };
    cloud.rds.cluster_snapshots.insert(place.clone(), snapshot);
    cloud.effect(caller, "rds CopyDBClusterSnapshot", arn("cluster-snapshot", &place));
    Ok(shown(cloud, &place))
}

/// A snapshot's making has ended.
pub(super) fn ended(cloud: &mut Cloud, place: &Place) {
    if let Some(snapshot) = cloud.rds.cluster_snapshots.get_mut(place) {
        snapshot.making = if snapshot.doomed { Making::Failed } else { Making::Done };
    }
}

/// `DeleteDBClusterSnapshot`. Of a copy under way it is the cancellation.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterSnapshotIdentifier")?;
    let place = own(cloud, caller, name)?;
    let snapshot = &cloud.rds.cluster_snapshots[&place];
    if snapshot.automated {
        return Err(wrong_state("Only manual snapshots may be deleted.".to_owned()));
    }
    if snapshot.status() == "creating" {
        return Err(wrong_state(format!("{name} is not in the available state: creating.")));
    }
    let mut answer = shown(cloud, &place);
    answer["DBClusterSnapshot"]["Status"] = json!("deleted");
    cloud.rds.cluster_snapshots.remove(&place);
    cloud.effect(caller, "rds DeleteDBClusterSnapshot", arn("cluster-snapshot", &place));
    Ok(answer)
}

/// `DescribeDBClusterSnapshots`. What is shared is shown only when asked for, and found only by its ARN.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let kind = text(input, "SnapshotType");
    let shared_too = flag(input, "IncludeShared") == Some(true) || kind == Some("shared");
    let wanted = text(input, "DBClusterSnapshotIdentifier");
    let wanted_place = wanted.and_then(|name| place_of(caller, "cluster-snapshot", name));
    let cluster = text(input, "DBClusterIdentifier");
    if let Some((name, _)) = filters(input).first() {
        return Err(invalid_value(format!("Unrecognized filter name: {name}")));
    }
    let by_arn = wanted.is_some_and(|name| name.starts_with("arn:"));
    let mut found = Vec::new();
    for (place, snapshot) in &cloud.rds.cluster_snapshots {
        let owned = place.0 == caller.account;
        let seen = match owned {
            true => snapshot.visible_from <= cloud.now && !matches!(kind, Some("shared" | "public")),
            false => snapshot.admits(caller, cloud.now) && (by_arn || shared_too),
        };
        let type_name = if snapshot.automated { "automated" } else { "manual" };
        let type_fits = !owned || kind.is_none_or(|kind| kind == type_name);
        let name_fits = wanted.is_none() || wanted_place.as_ref() == Some(place);
        let cluster_fits = cluster.is_none_or(|name| name.rsplit(':').next() == Some(snapshot.cluster.as_str()));
        if place.1 == caller.region && seen && type_fits && name_fits && cluster_fits {
            let shown = snapshot.describe(place, cloud.now, owned);
            found.push((arn("cluster-snapshot", place), shown));
        }
    }
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(not_found(name));
    }
    let (shown, marker) = page(found, text(input, "Marker"), page_size(input)?);
    Ok(with_marker(json!({ "DBClusterSnapshots": shown }), marker))
}

fn sharing(cloud: &Cloud, place: &Place) -> Value {
    let accounts: Vec<&String> = cloud.rds.cluster_snapshots[place].shared_with.keys().collect();
    json!({ "DBClusterSnapshotAttributesResult": {
        "DBClusterSnapshotIdentifier": place.2,
        "DBClusterSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": accounts}],
    }})
}

/// `ModifyDBClusterSnapshotAttribute`: shares and un-shares.
pub(super) fn share(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterSnapshotIdentifier")?;
    let place = own(cloud, caller, name)?;
    if place.2.contains(':') {
        return Err(not_an_identifier("DBClusterSnapshotIdentifier", name));
    }
    if super::required(input, "AttributeName")? != "restore" {
        return Err(invalid_value("Invalid attribute name: only restore is supported."));
    }
    let (add, remove) = (texts(input, "ValuesToAdd"), texts(input, "ValuesToRemove"));
    for account in add.iter().chain(&remove) {
        if account != "all" && (account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit())) {
            return Err(invalid_value(format!("Invalid account id: {account}")));
        }
    }
    let snapshot = &cloud.rds.cluster_snapshots[&place];
    if !add.is_empty() {
        if snapshot.making != Making::Done {
            return Err(wrong_state(format!("{name} is not in the available state.")));
        }
        if snapshot.of.class.is_some() && cloud.rds.multi_az_share_refused {
            // Whether it can be shared, and the exact error, is unconfirmed.
            return Err(invalid_value(
                "Sharing is not supported for snapshots of Multi-AZ DB clusters.",
            ));
        }
        if let Some(key) = &snapshot.key {
            if add.iter().any(|account| account == "all") {
                return Err(invalid_value("Encrypted snapshots cannot be shared publicly."));
            }
            if kms::is_aws_managed(cloud, key) && !cloud.rds.default_key_share_accepted {
                // Documented as impossible; the exact error is unconfirmed.
                return Err(invalid_value(
                    "You can't share a snapshot that is encrypted with the default AWS KMS key.",
                ));
            }
        }
    }
    let before: BTreeSet<&String> = snapshot.shared_with.keys().collect();
    let after: BTreeSet<&String> = before
        .iter()
        .copied()
        .chain(&add)
        .filter(|account| !remove.contains(account))
        .collect();
    let accounts = after.iter().filter(|account| account.as_str() != "all").count();
    if accounts > cloud.rds.quotas.accounts_per_share {
        let message = "You have exceeded the maximum number of accounts that you can share a manual snapshot with.";
        return Err(ServiceError::new("SharedSnapshotQuotaExceeded", message));
    }
    if after != before {
        // The owner sees the share at once; the other account's describe calls may lag.
        let delay = cloud.faults.visibility_delay("rds-share-visible");
        let visible_from = cloud.later(delay);
        let snapshot = cloud.rds.cluster_snapshots.get_mut(&place).expect("it was just found");
        for account in add {
            snapshot.shared_with.entry(account).or_insert(visible_from);
        }
        snapshot.shared_with.retain(|account, _| !remove.contains(account));
        let resource = arn("cluster-snapshot", &place);
        cloud.effect(caller, "rds ModifyDBClusterSnapshotAttribute", resource);
    }
    Ok(sharing(cloud, &place))
}

/// `DescribeDBClusterSnapshotAttributes`: its owner alone may ask.
pub(super) fn shared_with(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBClusterSnapshotIdentifier")?;
    let place = own(cloud, caller, name)?;
    Ok(sharing(cloud, &place))
}
