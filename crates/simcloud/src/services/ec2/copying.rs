//! `CopyImage` and `CopySnapshot`: they answer at once with an id; keys are looked at only afterwards.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::Region;
use model::machines::ImageSettings;
use serde_json::{Value, json};

use super::images::{Device, Image, ImageState};
use super::snapshots::{Snapshot, SnapshotState};
use super::{default_key_name, image_arn, required, snapshot_arn, specified_tags};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;
use crate::services::members::{flag, text};
use crate::services::storage_key;
use crate::services::stored_content::{duration_seconds, made_up_id};

/// A copy under way, of an image or (without an image) of one snapshot.
#[derive(Debug, Clone)]
pub struct PendingCopy {
    /// Who asked: the rights on keys are this caller's.
    pub caller: Caller,
    /// The snapshots being made, each with the key of its source and the key as the caller named it.
    pub parts: Vec<Part>,
    /// When the keys are looked at; absent once they have been found good.
    pub keys_checked_at: Option<Timestamp>,
    /// Whether it is a copy, which counts against the quotas of copies; else snapshots of volumes.
    pub copies: bool,
    /// Whether it fails for good even so.
    pub doomed: bool,
}

/// One snapshot of a copy.
#[derive(Debug, Clone)]
pub struct Part {
    /// The new snapshot's id.
    pub id: String,
    /// The key of its source.
    pub source_key: Option<String>,
    /// The key asked for, by any name; absent: not encrypted.
    pub wanted_key: Option<String>,
}

const KEY_NOT_ACCESSIBLE: &str =
    "Given key ID is not accessible. You must have DescribeKey permissions on the default CMK";
const COPY_FAILED: &str = "The snapshot copy failed because of an internal error";

/// The name of the key of a copied snapshot: the one named; else an own source's key; else, for another account's encrypted
/// snapshot, the *caller's* default key. An unencrypted one stays so, unless the account encrypts by default.
fn wanted_key(cloud: &Cloud, caller: &Caller, source: &Snapshot, input: &Value) -> Option<String> {
    let here = (caller.account.clone(), caller.region.clone());
    if let Some(named) = text(input, "KmsKeyId") {
        return Some(named.to_owned());
    }
    match &source.key {
        Some(key) if source.owner == caller.account => Some(key.clone()),
        Some(_) => Some(default_key_name(cloud, caller)),
        None if flag(input, "Encrypted") == Some(true) => Some(default_key_name(cloud, caller)),
        None => cloud
            .ec2
            .encrypts_by_default
            .contains(&here)
            .then(|| default_key_name(cloud, caller)),
    }
}

/// What both calls refuse at once.
fn check_request(cloud: &Cloud, caller: &Caller, input: &Value, copies: usize) -> Result<(), ServiceError> {
    let region = required(input, "SourceRegion")?;
    if Region::new(region).ok().as_ref() != Some(&caller.region) {
        return Err(ServiceError::not_modelled("ec2", "copies between regions"));
    }
    if text(input, "KmsKeyId").is_some() && flag(input, "Encrypted") != Some(true) {
        let message = "The parameter KmsKeyId requires the parameter Encrypted to be set.";
        return Err(ServiceError::new("InvalidParameterCombination", message));
    }
    let mine = |copy: &&PendingCopy| copy.caller.account == caller.account && copy.caller.region == caller.region;
    let copies_of_mine = cloud.ec2.copies.values().filter(mine).filter(|copy| copy.copies);
    let parts = copies_of_mine.flat_map(|copy| &copy.parts);
    let under_way = parts.filter(|part| cloud.ec2.snapshots.contains_key(&part.id)).count();
    let limit = super::snapshot_copies(cloud, &caller.account, &caller.region);
    if under_way + copies > limit {
        let message =
            format!("Too many snapshot copies in progress. The limit is {limit} for this destination region.");
        return Err(ServiceError::new("ResourceLimitExceeded", message));
    }
    Ok(())
}

/// Begins the copy of one snapshot.
fn begin_part(
    cloud: &mut Cloud,
    caller: &Caller,
    source: &Snapshot,
    input: &Value,
    description: String,
    tags: BTreeMap<String, String>,
) -> Part {
    let id = format!("snap-0{}", made_up_id(cloud, "ec2-snapshot-id", 16));
    let wanted = wanted_key(cloud, caller, source, input);
    // Until the keys are looked at, the name is taken for the key; describe calls show what it resolves to.
    let key = wanted
        .as_deref()
        .map(|name| storage_key::named(cloud, caller, name).unwrap_or_else(|| name.to_owned()));
    let per_gib = if key == source.key { 2 } else { 12 };
    let seconds = duration_seconds(cloud, "ec2-duration", 180, per_gib, i64::from(source.size_gib));
    let delay = cloud.faults.visibility_delay("ec2-visible");
    let snapshot = Snapshot {
        owner: caller.account.clone(),
        region: caller.region.clone(),
        size_gib: source.size_gib,
        key,
        description,
        state: SnapshotState::Pending {
            began: cloud.now,
            ends: cloud.later(seconds),
        },
        digest: source.digest.clone(),
        volume: None,
        archived: false,
        permitted: BTreeMap::new(),
        tags,
        created_at: cloud.now,
        visible_from: cloud.later(delay),
    };
    cloud.ec2.snapshots.insert(id.clone(), snapshot);
    Part {
        id,
        source_key: source.key.clone(),
        wanted_key: wanted,
    }
}

pub(super) fn begin_copy(cloud: &mut Cloud, caller: &Caller, parts: Vec<Part>) -> PendingCopy {
    let seconds = duration_seconds(cloud, "ec2-key-check", 30, 0, 0);
    let doomed = cloud.faults.level() == FaultLevel::Hostile && cloud.faults.strikes("ec2-copy-fails-for-good", 0, 30);
    let doomed = doomed || cloud.ec2.fails_next_copies > 0;
    cloud.ec2.fails_next_copies = cloud.ec2.fails_next_copies.saturating_sub(1);
    PendingCopy {
        caller: caller.clone(),
        parts,
        keys_checked_at: Some(cloud.later(seconds)),
        copies: true,
        doomed,
    }
}

/// `CopyImage`. A client token makes a second call give the first one's image.
pub(super) fn copy_image(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let token =
        text(input, "ClientToken").map(|token| (caller.account.clone(), caller.region.clone(), token.to_owned()));
    if let Some((request, id)) = token.as_ref().and_then(|token| cloud.ec2.tokens.get(token)) {
        if request == input {
            return Ok(json!({ "ImageId": id }));
        }
        let message = "The client token you have provided was used in another request with different parameters.";
        return Err(ServiceError::new("IdempotentParameterMismatch", message));
    }
    let name = required(input, "Name")?.to_owned();
    let source_id = required(input, "SourceImageId")?.to_owned();
    let (mut tags, snapshot_tags) = (specified_tags(input, "image")?, specified_tags(input, "snapshot")?);
    if !(3..=128).contains(&name.len()) {
        return Err(ServiceError::new(
            "InvalidAMIName.Malformed",
            "AMI names must be between 3 and 128 characters long",
        ));
    }
    let source = cloud
        .ec2
        .images
        .get(&source_id)
        .filter(|image| image.seen_by(caller, cloud.now) && super::images::allowed(cloud, caller, image));
    let source = source.ok_or_else(|| super::images::not_found(&source_id))?.clone();
    check_request(cloud, caller, input, source.devices.len())?;
    if source.state != ImageState::Available {
        let message = format!("The image ID '{source_id}' is not available. The image may still be pending.");
        return Err(ServiceError::new("InvalidAMIID.Unavailable", message));
    }
    let foreign = source.owner != caller.account;
    if foreign && !source.marketplace_codes.is_empty() {
        // That it is refused is documented; the code is unconfirmed.
        return Err(ServiceError::new(
            "InvalidRequest",
            "Images from AWS Marketplace cannot be copied to another AWS account",
        ));
    }
    let mut snapshots = Vec::new();
    for device in &source.devices {
        let snapshot = cloud
            .ec2
            .snapshots
            .get(&device.snapshot)
            .filter(|snapshot| snapshot.seen_by(caller, cloud.now));
        // The launch permission does not reach the storage. The code is unconfirmed: the text is what tools go by.
        let refused = || {
            ServiceError::new(
                "InvalidRequest",
                "You do not have permission to access the storage of this ami",
            )
        };
        let snapshot = snapshot.ok_or_else(refused)?;
        super::snapshots::refuse_archived(&device.snapshot, snapshot)?;
        snapshots.push(snapshot.clone());
    }
    let own = cloud
        .ec2
        .images
        .iter()
        .filter(|(_, image)| image.owner == caller.account && image.region == caller.region);
    if let Some((other, _)) = own
        .clone()
        .find(|(_, image)| image.name == name && !cloud.ec2.duplicate_names_accepted)
    {
        let message = format!("AMI name {name} is already in use by AMI {other}");
        return Err(ServiceError::new("InvalidAMIName.Duplicate", message));
    }
    let limit = cloud.ec2.quotas.image_copies;
    if own.filter(|(_, image)| image.state == ImageState::Pending).count() >= limit {
        return Err(ServiceError::new(
            "ResourceLimitExceeded",
            format!("Too many image copies in progress. The limit is {limit}."),
        ));
    }
    if flag(input, "CopyImageTags") == Some(true) && !foreign {
        // Tags of another account are not copied, because they are not seen. The reserved ones stay behind.
        let carried = source.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        for (key, value) in carried {
            tags.entry(key.clone()).or_insert_with(|| value.clone());
        }
    }
    let id = format!("ami-0{}", made_up_id(cloud, "ec2-image-id", 16));
    let (mut devices, mut parts) = (Vec::new(), Vec::new());
    for (device, snapshot) in source.devices.iter().zip(&snapshots) {
        let description = format!(
            "Copied for DestinationAmi {id} from SourceAmi {source_id} for SourceSnapshot {}.",
            device.snapshot
        );
        let part = begin_part(cloud, caller, snapshot, input, description, snapshot_tags.clone());
        devices.push(Device {
            snapshot: part.id.clone(),
            encrypted: part.wanted_key.is_some(),
            ..device.clone()
        });
        parts.push(part);
    }
    let delay = cloud.faults.visibility_delay("ec2-visible");
    let image = Image {
        name,
        description: text(input, "Description").unwrap_or_default().to_owned(),
        owner: caller.account.clone(),
        devices,
        state: ImageState::Pending,
        // Launch permissions, dates and protection are not copied.
        permitted: BTreeMap::new(),
        settings: ImageSettings {
            deprecated_at: None,
            deregistration_protection: None,
            ..source.settings.clone()
        },
        references: Vec::new(),
        source: Some(source_id),
        tags,
        created_at: cloud.now,
        visible_from: cloud.later(delay),
        ..source
    };
    let copy = begin_copy(cloud, caller, parts);
    cloud.effect(caller, "ec2 CopyImage", image_arn(&image.region, &id));
    cloud.ec2.images.insert(id.clone(), image);
    cloud.ec2.copies.insert(id.clone(), copy);
    if let Some(token) = token {
        cloud.ec2.tokens.insert(token, (input.clone(), id.clone()));
    }
    Ok(json!({ "ImageId": id }))
}

/// `CopySnapshot`.
pub(super) fn copy_snapshot(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let source_id = required(input, "SourceSnapshotId")?;
    let tags = specified_tags(input, "snapshot")?;
    let source = cloud
        .ec2
        .snapshots
        .get(source_id)
        .filter(|snapshot| snapshot.seen_by(caller, cloud.now));
    let source = source.ok_or_else(|| super::snapshots::not_found(source_id))?.clone();
    super::snapshots::refuse_archived(source_id, &source)?;
    check_request(cloud, caller, input, 1)?;
    if source.state != SnapshotState::Completed {
        let message = format!("The snapshot {source_id} is not in the completed state.");
        return Err(ServiceError::new("IncorrectState", message));
    }
    let copied = || format!("[Copied {source_id} from {}]", caller.region);
    let description = text(input, "Description").map_or_else(copied, str::to_owned);
    let part = begin_part(cloud, caller, &source, input, description, tags);
    let id = part.id.clone();
    let copy = begin_copy(cloud, caller, vec![part]);
    cloud.effect(caller, "ec2 CopySnapshot", snapshot_arn(&caller.region, &id));
    cloud.ec2.copies.insert(id.clone(), copy);
    Ok(json!({ "SnapshotId": id }))
}

/// Whether the keys of one part admit the caller: the source's to read it, the wanted one to write it.
fn keys_admit(cloud: &Cloud, caller: &Caller, part: &Part) -> bool {
    let source = part
        .source_key
        .as_ref()
        .is_none_or(|key| storage_key::admits(cloud, caller, key, "ec2"));
    let wanted = part.wanted_key.as_ref().is_none_or(|name| {
        storage_key::named(cloud, caller, name).is_some_and(|key| storage_key::admits(cloud, caller, &key, "ec2"))
    });
    source && wanted
}

/// Ends a copy in failure: its image stays registered, with the reason; its snapshots say why.
fn fail(cloud: &mut Cloud, id: &str, copy: &PendingCopy, message: &str) {
    for part in &copy.parts {
        if let Some(snapshot) = cloud.ec2.snapshots.get_mut(&part.id) {
            snapshot.state = SnapshotState::Error(message.to_owned());
        }
    }
    if let Some(image) = cloud.ec2.images.get_mut(id) {
        image.state = ImageState::Failed(format!("Client.InternalError: {message}"));
    }
    cloud.ec2.copies.remove(id);
}

/// Looks at the keys of copies when that is due, completes snapshots, and with the last of them their image.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    for (id, mut copy) in cloud.ec2.copies.clone() {
        if copy.keys_checked_at.is_some_and(|due| due <= now) {
            if !copy.parts.iter().all(|part| keys_admit(cloud, &copy.caller, part)) {
                fail(cloud, &id, &copy, KEY_NOT_ACCESSIBLE);
                continue;
            }
            // From here on EBS has its grant: a later change of the key's policy does not stop the copy.
            copy.keys_checked_at = None;
        }
        let due = |part: &Part| match cloud.ec2.snapshots.get(&part.id).map(|snapshot| &snapshot.state) {
            Some(SnapshotState::Pending { ends, .. }) => *ends <= now,
            _ => false,
        };
        // It fails with the first snapshot that would be complete: late, as real ones do.
        if copy.doomed && copy.parts.iter().any(due) {
            fail(cloud, &id, &copy, COPY_FAILED);
            continue;
        }
        let mut ready = copy.keys_checked_at.is_none();
        for part in &copy.parts {
            let Some(snapshot) = cloud.ec2.snapshots.get_mut(&part.id) else {
                continue;
            };
            match snapshot.state {
                SnapshotState::Pending { ends, .. } if ends <= now && copy.keys_checked_at.is_none() => {
                    snapshot.state = SnapshotState::Completed;
                }
                SnapshotState::Pending { .. } => ready = false,
                SnapshotState::Completed | SnapshotState::Error(_) => {}
            }
        }
        if ready {
            if let Some(image) = cloud.ec2.images.get_mut(&id) {
                image.state = ImageState::Available;
            }
            cloud.ec2.copies.remove(&id);
        } else {
            cloud.ec2.copies.insert(id, copy);
        }
    }
}
