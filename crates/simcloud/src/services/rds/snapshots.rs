//! Snapshots of instances: made, copied (re-keyed), described, deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::Digest;
use serde_json::{Value, json};

use super::instances::{Instance, encryption_type};
use super::{Place, after, arn, invalid_combination, invalid_value, options, place, place_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;
use crate::services::members::{filters, flag, number, page, tag_list, text};
use crate::services::storage_key;
use crate::services::stored_content::{duration_seconds, percent};

/// How far the making of a snapshot is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Making {
    /// A copy that waits for another of the same database: RDS makes one at a time and shows 0 %.
    Queued,
    /// Under way.
    Running {
        /// When it began.
        began: Timestamp,
        /// When it ends.
        ends: Timestamp,
    },
    /// Complete.
    Done,
    /// Failed for good.
    Failed,
}

/// A snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Whether RDS made it by itself.
    pub automated: bool,
    /// How far it is.
    pub making: Making,
    /// Whether it is the copy of another.
    pub source: Option<String>,
    /// How long its making takes once it runs.
    pub seconds: i64,
    /// Whether it will end as `failed`.
    pub doomed: bool,
    /// The instance as it was: everything that a restore takes from a snapshot.
    pub of: Instance,
    /// The identifier of that instance.
    pub database: String,
    /// The key it is encrypted with.
    pub key: Option<String>,
    /// Whether it is encrypted under a key that AWS owns.
    pub sse_rds: bool,
    /// What it holds.
    pub digest: Digest,
    /// Account ids (or `all`) and from when each of them sees it.
    pub shared_with: BTreeMap<String, Timestamp>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made: changes on copying.
    pub created_at: Timestamp,
    /// When the data was taken: does not change on copying.
    pub original_created_at: Timestamp,
    /// From when its owner's describe calls show it.
    pub visible_from: Timestamp,
}

impl Snapshot {
    /// When its making ends, while it is under way.
    pub(super) fn ends(&self) -> Option<Timestamp> {
        match self.making {
            Making::Running { ends, .. } => Some(ends),
            Making::Queued | Making::Done | Making::Failed => None,
        }
    }

    fn is_copying(&self) -> bool {
        self.source.is_some() && matches!(self.making, Making::Queued | Making::Running { .. })
    }

    fn status(&self) -> &'static str {
        match self.making {
            Making::Done => "available",
            Making::Failed => "failed",
            Making::Queued | Making::Running { .. } if self.source.is_some() => "copying",
            Making::Queued | Making::Running { .. } => "creating",
        }
    }

    /// Whether an account that does not own it may see it now.
    pub(super) fn admits(&self, caller: &Caller, now: Timestamp) -> bool {
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
        let name = if for_owner {
            place.2.clone()
        } else {
            arn("snapshot", place)
        };
        let mut shown = json!({
            "DBSnapshotIdentifier": name,
            "DBSnapshotArn": arn("snapshot", place),
            "DBInstanceIdentifier": self.database,
            "DbiResourceId": of.resource_id,
            "Engine": of.engine,
            "EngineVersion": of.engine_version,
            "AllocatedStorage": of.storage_gib,
            "StorageType": of.storage_type,
            "Status": self.status(),
            "PercentProgress": progress,
            "SnapshotType": if self.automated { "automated" } else if for_owner { "manual" } else { "shared" },
            "Encrypted": self.key.is_some() || self.sse_rds,
            "StorageEncryptionType": encryption_type(self.key.as_ref(), self.sse_rds),
            "Port": of.port,
            "AvailabilityZone": of.availability_zone,
            "VpcId": of.vpc,
            "MasterUsername": of.master_username,
            "InstanceCreateTime": of.created_at.to_string(),
            "LicenseModel": of.license_model(),
            "OptionGroupName": of.option_group_name(),
            "IAMDatabaseAuthenticationEnabled": of.iam_authentication,
            "SnapshotTarget": "region",
            // Whether user tags cross accounts is unconfirmed for RDS; they do not for images. The stricter reading is taken.
            "TagList": if for_owner { tag_list(&self.tags) } else { json!([]) },
        });
        let mut put = |member: &str, value: Value| shown[member] = value;
        if !matches!(self.making, Making::Queued) {
            put("SnapshotCreateTime", json!(self.created_at.to_string()));
            put(
                "OriginalSnapshotCreateTime",
                json!(self.original_created_at.to_string()),
            );
        }
        if let Some(key) = &self.key {
            put("KmsKeyId", json!(key));
        }
        let (iops, throughput) = of.performance();
        if let Some(iops) = iops {
            put("Iops", json!(iops));
        }
        if let Some(throughput) = throughput {
            put("StorageThroughput", throughput);
        }
        if let Some(source) = &self.source {
            put("SourceDBSnapshotIdentifier", json!(source));
            put("SourceRegion", json!(place.1.as_str()));
        }
        shown
    }
}

pub(super) fn not_found(name: &str) -> ServiceError {
    ServiceError::with_status(404, "DBSnapshotNotFound", format!("DBSnapshot not found: {name}"))
}

/// The snapshot that a caller names: an own one, or by ARN one that is shared with it. Anything else is not there, as far as
/// AWS tells.
pub(super) fn reachable(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    super::cluster_snapshots::refuse_here(cloud, caller, name)?;
    let place = place_of(caller, "snapshot", name).ok_or_else(|| {
        invalid_value(format!(
            "The parameter SourceDBSnapshotIdentifier is not a valid identifier: {name}"
        ))
    })?;
    if place.1 != caller.region {
        return Err(ServiceError::not_modelled(
            "rds",
            "operations on a snapshot of another region",
        ));
    }
    let snapshot = cloud.rds.snapshots.get(&place).ok_or_else(|| not_found(name))?;
    match place.0 == caller.account || snapshot.admits(caller, cloud.now) {
        true => Ok(place),
        false => Err(not_found(name)),
    }
}

/// A snapshot of the caller's own, by name or ARN.
pub(super) fn own(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    super::cluster_snapshots::refuse_here(cloud, caller, name)?;
    let place = place_of(caller, "snapshot", name).filter(|place| place.0 == caller.account);
    place
        .filter(|place| cloud.rds.snapshots.contains_key(place))
        .ok_or_else(|| not_found(name))
}

fn check_name_is_free(cloud: &Cloud, caller: &Caller, member: &str, name: &str) -> Result<Place, ServiceError> {
    super::checked_identifier(member, name, 255)?;
    let place = place(caller, name);
    if cloud.rds.snapshots.contains_key(&place) {
        let message =
            format!("Cannot create the snapshot because a snapshot with the identifier {name} already exists.");
        return Err(ServiceError::new("DBSnapshotAlreadyExists", message));
    }
    let manual = |(at, s): (&Place, &Snapshot)| at.0 == place.0 && at.1 == place.1 && !s.automated;
    let (quotas, unlisted) = cloud.rds.room(&place.0, &place.1);
    let count = cloud.rds.snapshots.iter().filter(|entry| manual(*entry)).count();
    if count + unlisted.manual_snapshots >= quotas.manual_snapshots {
        let message = "Cannot create more than the allowed number of manual snapshots.";
        return Err(ServiceError::new("SnapshotQuotaExceeded", message));
    }
    Ok(place)
}

/// `CreateDBSnapshot`. There is no key to name: a snapshot inherits its instance's.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBSnapshotIdentifier")?;
    let database = super::required(input, "DBInstanceIdentifier")?;
    let tags = super::admitted_tags(input)?;
    let instance_place = super::instances::own(cloud, caller, database)?;
    let place = check_name_is_free(cloud, caller, "DBSnapshotIdentifier", name)?;
    if cloud.rds.instances[&instance_place].member.is_some() {
        return Err(invalid_value(format!(
            "The instance {database} is a member of a DB cluster: snapshots are taken of the cluster."
        )));
    }
    let status = cloud.rds.instances[&instance_place].status();
    if !matches!(status, "available" | "storage-optimization") {
        let message = format!(
            "Cannot create a snapshot because the database instance {database} is not currently in the available state."
        );
        return Err(ServiceError::new("InvalidDBInstanceState", message));
    }
    let snapshot = begin(cloud, &instance_place, tags);
    let shown = snapshot.describe(&place, cloud.now, true);
    cloud.effect(caller, "rds CreateDBSnapshot", arn("snapshot", &place));
    cloud.rds.snapshots.insert(place, snapshot);
    Ok(json!({ "DBSnapshot": shown }))
}

/// Begins a manual snapshot of an instance, which is `backing-up` meanwhile and admits no second one.
pub(super) fn begin(cloud: &mut Cloud, instance_place: &Place, tags: BTreeMap<String, String>) -> Snapshot {
    let gib = i64::from(cloud.rds.instances[instance_place].storage_gib);
    let seconds = duration_seconds(cloud, "rds-duration", 120, 3, gib);
    let now = cloud.now;
    let visible_from = super::visible_from(cloud);
    let instance = cloud
        .rds
        .instances
        .get_mut(instance_place)
        .expect("the caller has found it");
    instance.enter(now, &[("backing-up", seconds)]);
    Snapshot {
        automated: false,
        making: Making::Running {
            began: now,
            ends: after(now, seconds),
        },
        source: None,
        seconds,
        doomed: false,
        of: instance.clone(),
        database: instance_place.2.clone(),
        key: instance.key.clone(),
        sse_rds: instance.sse_rds,
        digest: instance.digest.clone(),
        shared_with: BTreeMap::new(),
        tags,
        created_at: now,
        original_created_at: now,
        visible_from,
    }
}

/// The automated snapshot of an instance with backups, complete.
pub(super) fn automated(instance_place: &Place, instance: &Instance, at: Timestamp) -> (Place, Snapshot) {
    let name = format!("rds:{}-{}", instance_place.2, at.strftime("%Y-%m-%d-%H-%M"));
    let snapshot = Snapshot {
        automated: true,
        making: Making::Done,
        source: None,
        seconds: 0,
        doomed: false,
        of: instance.clone(),
        database: instance_place.2.clone(),
        key: instance.key.clone(),
        sse_rds: instance.sse_rds,
        digest: instance.digest.clone(),
        shared_with: BTreeMap::new(),
        tags: BTreeMap::new(),
        created_at: at,
        original_created_at: at,
        visible_from: at,
    };
    ((instance_place.0.clone(), instance_place.1.clone(), name), snapshot)
}

/// The key of a copy: as named, or the source's own where nothing is named and the account stays the same.
fn key_of_copy(cloud: &Cloud, caller: &Caller, input: &Value, source: &Place) -> Result<Option<String>, ServiceError> {
    let from = cloud.rds.snapshots[source].key.clone();
    let foreign = source.0 != caller.account;
    let named = text(input, "KmsKeyId");
    if let Some(from) = &from {
        if !storage_key::admits(cloud, caller, from, "rds") {
            return Err(super::key_not_accessible("source snapshot", from));
        }
        if foreign && named.is_none() {
            // The API's document makes it mandatory; the code of its absence is unconfirmed.
            return Err(invalid_combination(
                "KmsKeyId is required to copy an encrypted snapshot that another account shares.",
            ));
        }
    }
    let sse_rds = cloud.rds.snapshots[source].sse_rds;
    if sse_rds && ((foreign && named.is_none()) || (named.is_some() && cloud.rds.sse_rds_copy_refused)) {
        return Err(invalid_combination(
            "The snapshot is encrypted under an AWS owned key and cannot be copied in this way.",
        ));
    }
    let Some(named) = named else { return Ok(from) };
    let key = storage_key::named(cloud, caller, named).ok_or_else(|| super::key_not_accessible("target", named))?;
    match storage_key::admits(cloud, caller, &key, "rds") {
        true => Ok(Some(key)),
        false => Err(super::key_not_accessible("target", &key)),
    }
}

/// `CopyDBSnapshot`: within the account (re-keying), or from another account's shared ARN.
pub(super) fn copy(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let source_name = super::required(input, "SourceDBSnapshotIdentifier")?;
    let name = super::required(input, "TargetDBSnapshotIdentifier")?;
    let mut tags = super::admitted_tags(input)?;
    let source_place = reachable(cloud, caller, source_name)?;
    let place = check_name_is_free(cloud, caller, "TargetDBSnapshotIdentifier", name)?;
    let source = cloud.rds.snapshots[&source_place].clone();
    if source.making != Making::Done {
        let message = format!(
            "The snapshot {source_name} is not available for copying: {}.",
            source.status()
        );
        return Err(ServiceError::new("InvalidDBSnapshotState", message));
    }
    let copies = cloud
        .rds
        .snapshots
        .iter()
        .filter(|(at, s)| at.0 == place.0 && at.1 == place.1 && s.is_copying());
    let limit = cloud.rds.room(&place.0, &place.1).0.copies_under_way;
    if copies.count() >= limit {
        let message = format!("Cannot copy more than {limit} snapshots across regions");
        return Err(ServiceError::new("SnapshotQuotaExceeded", message));
    }
    let key = key_of_copy(cloud, caller, input, &source_place)?;
    let option_group = if source_place.0 == caller.account {
        source.of.option_group.clone()
    } else {
        // A group is the account's own, and stays behind.
        options::checked(cloud, caller, text(input, "OptionGroupName"), &source_place, None)?
    };
    if flag(input, "CopyTags") == Some(true) && source_place.0 == caller.account && tags.is_empty() {
        super::refuse_reserved(&source.tags)?;
        tags = source.tags.clone();
    }
    // Re-keying is a full copy, so it takes as long as the data is large; the same key shares the blocks.
    let per_gib = if key == source.key { 1 } else { 9 };
    let seconds = duration_seconds(cloud, "rds-duration", 240, per_gib, i64::from(source.of.storage_gib));
    let doomed = cloud.faults.level() == FaultLevel::Hostile && cloud.faults.strikes("rds-copy-fails-for-good", 0, 30);
    let visible_from = super::visible_from(cloud);
    let snapshot = Snapshot {
        automated: false,
        making: Making::Queued,
        source: Some(arn("snapshot", &source_place)),
        seconds,
        doomed,
        sse_rds: source.sse_rds && key.is_none(),
        key,
        shared_with: BTreeMap::new(),
        tags,
        created_at: cloud.now,
        visible_from,
        of: Instance {
            option_group,
            ..source.of
        },
        ..source
    };
    cloud.rds.snapshots.insert(place.clone(), snapshot);
    let now = cloud.now;
    start_queued(cloud, now);
    cloud.effect(caller, "rds CopyDBSnapshot", arn("snapshot", &place));
    Ok(json!({ "DBSnapshot": cloud.rds.snapshots[&place].describe(&place, now, true) }))
}

/// Starts every queued copy whose database has none under way in its account and region; the oldest goes first.
fn start_queued(cloud: &mut Cloud, at: Timestamp) {
    let lane = |place: &Place, s: &Snapshot| (place.0.clone(), place.1.clone(), s.of.resource_id.clone());
    let snapshots = &mut cloud.rds.snapshots;
    let running = |s: &Snapshot| s.source.is_some() && matches!(s.making, Making::Running { .. });
    let mut busy: std::collections::BTreeSet<_> = snapshots
        .iter()
        .filter(|(_, s)| running(s))
        .map(|(place, s)| lane(place, s))
        .collect();
    let mut queued: Vec<(Timestamp, Place)> = snapshots
        .iter()
        .filter(|(_, s)| s.making == Making::Queued)
        .map(|(place, s)| (s.created_at, place.clone()))
        .collect();
    queued.sort();
    for (_, place) in queued {
        let snapshot = snapshots.get_mut(&place).expect("it was just listed");
        if busy.insert(lane(&place, snapshot)) {
            snapshot.making = Making::Running {
                began: at,
                ends: after(at, snapshot.seconds),
            };
        }
    }
}

/// A snapshot's making has ended.
pub(super) fn ended(cloud: &mut Cloud, place: &Place, at: Timestamp) {
    if let Some(snapshot) = cloud.rds.snapshots.get_mut(place) {
        snapshot.making = if snapshot.doomed { Making::Failed } else { Making::Done };
    }
    start_queued(cloud, at);
}

/// `DeleteDBSnapshot`. Of a copy under way it is the cancellation.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBSnapshotIdentifier")?;
    let place = own(cloud, caller, name)?;
    let snapshot = &cloud.rds.snapshots[&place];
    if snapshot.automated {
        return Err(ServiceError::new(
            "InvalidDBSnapshotState",
            "Only manual snapshots may be deleted.",
        ));
    }
    if snapshot.status() == "creating" {
        let message = format!("Cannot delete the snapshot {name} because it is not in the available state: creating.");
        return Err(ServiceError::new("InvalidDBSnapshotState", message));
    }
    let mut shown = snapshot.describe(&place, cloud.now, true);
    shown["Status"] = json!("deleted");
    cloud.rds.snapshots.remove(&place);
    let now = cloud.now;
    start_queued(cloud, now);
    cloud.effect(caller, "rds DeleteDBSnapshot", arn("snapshot", &place));
    Ok(json!({ "DBSnapshot": shown }))
}

/// `DescribeDBSnapshots`. What is shared is shown only when asked for, and found only by its ARN.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let kind = text(input, "SnapshotType");
    let shared_too = flag(input, "IncludeShared") == Some(true) || kind == Some("shared");
    let public_too = flag(input, "IncludePublic") == Some(true) || kind == Some("public");
    let wanted = text(input, "DBSnapshotIdentifier");
    let wanted_place = wanted.and_then(|name| place_of(caller, "snapshot", name));
    let database = text(input, "DBInstanceIdentifier");
    let resource = text(input, "DbiResourceId");
    let conditions = filters(input);
    for (name, _) in &conditions {
        if !matches!(
            name.as_str(),
            "db-instance-id" | "db-snapshot-id" | "dbi-resource-id" | "snapshot-type" | "engine"
        ) {
            return Err(invalid_value(format!("Unrecognized filter name: {name}")));
        }
    }
    let mut found = Vec::new();
    for (place, snapshot) in &cloud.rds.snapshots {
        let owned = place.0 == caller.account;
        let by_arn = wanted.is_some_and(|name| name.starts_with("arn:"));
        let privately = !owned && snapshot.shared_with.contains_key(caller.account.as_str());
        let seen = if owned {
            snapshot.visible_from <= cloud.now && !matches!(kind, Some("shared" | "public"))
        } else {
            snapshot.admits(caller, cloud.now) && (by_arn || (privately && shared_too) || (!privately && public_too))
        };
        let type_name = if snapshot.automated { "automated" } else { "manual" };
        let type_fits = !owned || kind.is_none_or(|kind| kind == type_name);
        let name_fits = wanted.is_none() || wanted_place.as_ref() == Some(place);
        let database_name = snapshot.database.as_str();
        let database_fits = database.is_none_or(|name| name.rsplit(':').next() == Some(database_name));
        let filters_fit = conditions.iter().all(|(name, values)| {
            let is = |actual: &str| values.iter().any(|value| value == actual);
            match name.as_str() {
                "db-instance-id" => values
                    .iter()
                    .any(|value| value.rsplit(':').next() == Some(database_name)),
                "db-snapshot-id" => is(&place.2) || is(&arn("snapshot", place)),
                "dbi-resource-id" => is(&snapshot.of.resource_id),
                "snapshot-type" => is(type_name),
                _ => is(&snapshot.of.engine),
            }
        });
        let resource_fits = resource.is_none_or(|id| id == snapshot.of.resource_id);
        let here = place.1 == caller.region;
        if here && seen && type_fits && name_fits && database_fits && resource_fits && filters_fit {
            found.push((arn("snapshot", place), snapshot.describe(place, cloud.now, owned)));
        }
    }
    if let (Some(name), true) = (wanted, found.is_empty()) {
        return Err(not_found(name));
    }
    let limit = page_size(input)?;
    let (shown, marker) = page(found, text(input, "Marker"), limit);
    Ok(with_marker(json!({ "DBSnapshots": shown }), marker))
}

/// How many records a page holds: 20 to 100, and 100 when not said.
pub(super) fn page_size(input: &Value) -> Result<usize, ServiceError> {
    match number(input, "MaxRecords") {
        None => Ok(100),
        Some(records @ 20..=100) => Ok(records.unsigned_abs() as usize),
        Some(records) => Err(invalid_value(format!(
            "Invalid value {records} for MaxRecords. Must be between 20 and 100"
        ))),
    }
}

/// An output with its marker, when there is more.
pub(super) fn with_marker(mut output: Value, marker: Option<String>) -> Value {
    if let Some(marker) = marker {
        output["Marker"] = json!(marker);
    }
    output
}
