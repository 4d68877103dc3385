//! EBS snapshots: described and deleted.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use serde_json::{Value, json};

use super::{admitted, paged, passes, required, snapshot_arn};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, tag_list, texts};
use crate::services::stored_content::percent;

/// How a snapshot is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum SnapshotState {
    /// Being copied.
    Pending {
        /// When it began.
        began: Timestamp,
        /// When it ends.
        ends: Timestamp,
    },
    /// Ready.
    Completed,
    /// Failed, with the message that `StateMessage` shows.
    Error(String),
}

/// An EBS snapshot.
#[derive(Debug, Clone)]
pub struct Snapshot {
    /// Who owns it.
    pub owner: AccountId,
    /// Where it is.
    pub region: Region,
    /// The size of its volume in GiB.
    pub size_gib: u32,
    /// The ARN of its key.
    pub key: Option<String>,
    /// Its description.
    pub description: String,
    /// How it is.
    pub state: SnapshotState,
    /// What it holds.
    pub digest: Digest,
    /// The volume that it was taken of; of a copy none is told.
    pub volume: Option<String>,
    /// Whether it lies in the archive tier.
    pub archived: bool,
    /// `createVolumePermission`: account ids (or `all`) and from when each of them sees it.
    pub permitted: BTreeMap<String, Timestamp>,
    /// Its tags, for its owner's eyes only.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when describe calls show it.
    pub visible_from: Timestamp,
}

impl Snapshot {
    /// Whether a caller may read it: its owner, or who has `createVolumePermission`.
    pub(super) fn seen_by(&self, caller: &Caller, now: Timestamp) -> bool {
        self.region == caller.region && (self.owner == caller.account || admitted(&self.permitted, caller, now))
    }

    fn state_name(&self) -> &'static str {
        match self.state {
            SnapshotState::Pending { .. } => "pending",
            SnapshotState::Completed => "completed",
            SnapshotState::Error(_) => "error",
        }
    }

    fn tier(&self) -> &'static str {
        if self.archived { "archive" } else { "standard" }
    }

    pub(super) fn describe(&self, id: &str, now: Timestamp, for_owner: bool) -> Value {
        let progress = match self.state {
            SnapshotState::Completed => 100,
            SnapshotState::Pending { began, ends } => percent(began, ends, now),
            SnapshotState::Error(_) => 0,
        };
        let mut shown = json!({
            "SnapshotId": id,
            "OwnerId": self.owner.as_str(),
            "State": self.state_name(),
            "Progress": format!("{progress}%"),
            "VolumeSize": self.size_gib,
            // What AWS shows of a copy.
            "VolumeId": self.volume.as_deref().unwrap_or("vol-ffffffff"),
            "Description": self.description,
            "Encrypted": self.key.is_some(),
            "StartTime": self.created_at.to_string(),
            "StorageTier": self.tier(),
            "Tags": if for_owner { tag_list(&self.tags) } else { json!([]) },
        });
        if let Some(key) = &self.key {
            shown["KmsKeyId"] = json!(key);
        }
        if let SnapshotState::Error(message) = &self.state {
            shown["StateMessage"] = json!(message);
        }
        shown
    }
}

/// What is archived can be neither shared nor copied (fact 3.1); the code is unconfirmed.
pub(super) fn refuse_archived(id: &str, snapshot: &Snapshot) -> Result<(), ServiceError> {
    match snapshot.archived {
        true => Err(ServiceError::new(
            "IncorrectState",
            format!("The snapshot {id} is in the archive tier"),
        )),
        false => Ok(()),
    }
}

pub(super) fn not_found(id: &str) -> ServiceError {
    ServiceError::new(
        "InvalidSnapshot.NotFound",
        format!("The snapshot '{id}' does not exist."),
    )
}

/// A snapshot of the caller's own.
pub(super) fn own<'a>(cloud: &'a Cloud, caller: &Caller, id: &str) -> Result<&'a Snapshot, ServiceError> {
    let found = cloud
        .ec2
        .snapshots
        .get(id)
        .filter(|snapshot| snapshot.seen_by(caller, cloud.now));
    let snapshot = found.ok_or_else(|| not_found(id))?;
    if snapshot.owner != caller.account {
        return Err(ServiceError::with_status(
            403,
            "AuthFailure",
            format!("Not authorized for snapshot:{id}"),
        ));
    }
    Ok(snapshot)
}

/// The registered image that stands on a snapshot.
pub(super) fn in_use_by(cloud: &Cloud, id: &str) -> Option<String> {
    let stands_on = |image: &super::Image| image.devices.iter().any(|device| device.snapshot == id);
    cloud
        .ec2
        .images
        .iter()
        .find(|(_, image)| stands_on(image))
        .map(|(image, _)| image.clone())
}

/// `DescribeSnapshots`: own ones and those that the caller may make volumes of.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let (ids, owners) = (texts(input, "SnapshotIds"), texts(input, "OwnerIds"));
    let restorable_by = texts(input, "RestorableByUserIds");
    let conditions = filters(input);
    let visible = |snapshot: &Snapshot| snapshot.seen_by(caller, cloud.now) && snapshot.visible_from <= cloud.now;
    let mut found = Vec::new();
    for (id, snapshot) in cloud.ec2.snapshots.iter().filter(|(_, snapshot)| visible(snapshot)) {
        let own = snapshot.owner == caller.account;
        let id_fits = ids.is_empty() || ids.contains(id);
        let owner_fits = owners.is_empty()
            || owners
                .iter()
                .any(|owner| owner == snapshot.owner.as_str() || (owner == "self" && own));
        let restorable = |who: &String| {
            let who = if who == "self" {
                caller.account.as_str()
            } else {
                who.as_str()
            };
            snapshot.permitted.contains_key(who) || snapshot.owner.as_str() == who
        };
        let restorable_fits = restorable_by.is_empty() || restorable_by.iter().any(restorable);
        let no_tags = BTreeMap::new();
        let tags = if own { &snapshot.tags } else { &no_tags };
        let filters_fit = passes(&conditions, tags, &|name| {
            let one = |value: &str| Some(vec![value.to_owned()]);
            match name {
                "snapshot-id" => one(id),
                "owner-id" => one(snapshot.owner.as_str()),
                "status" => one(snapshot.state_name()),
                "description" => one(&snapshot.description),
                "encrypted" => one(if snapshot.key.is_some() { "true" } else { "false" }),
                "volume-size" => one(&snapshot.size_gib.to_string()),
                "storage-tier" => one(snapshot.tier()),
                _ => None,
            }
        })?;
        if id_fits && owner_fits && restorable_fits && filters_fit {
            found.push((id.clone(), snapshot.describe(id, cloud.now, own)));
        }
    }
    if let Some(missing) = ids.iter().find(|id| !cloud.ec2.snapshots.get(*id).is_some_and(visible)) {
        return Err(not_found(missing));
    }
    paged(input, "SnapshotIds", "Snapshots", found)
}

/// `DeleteSnapshot`: refused while a registered image stands on it.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "SnapshotId")?;
    let region = own(cloud, caller, id)?.region.clone();
    if let Some(image) = in_use_by(cloud, id) {
        let message = format!("The snapshot {id} is currently in use by {image}");
        return Err(ServiceError::new("InvalidSnapshot.InUse", message));
    }
    cloud.ec2.snapshots.remove(id);
    cloud.effect(caller, "ec2 DeleteSnapshot", snapshot_arn(&region, id));
    Ok(json!({}))
}
