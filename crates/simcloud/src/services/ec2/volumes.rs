//! EBS volumes: described, made of a snapshot, deleted, and snapshots taken of them (facts 3.3, 3.4).
//!
//! A snapshot holds what was written to the volume when the call was made; what a running instance has in its memory is not in it, so it holds
//! something else than a snapshot of the same volume behind a stop. Left out: attaching, modifying, volumes that come from no snapshot.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use model::inventory::RegionInventory;
use serde_json::{Value, json};

use super::copying::{Part, PendingCopy, begin_copy};
use super::snapshots::{Snapshot, SnapshotState};
use super::{default_key_name, paged, passes, required, snapshot_arn, specified_tags};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, flag, number, tag_list, text, texts};
use crate::services::storage_key;
use crate::services::stored_content::{duration_seconds, made_up_id, original_content};

/// How a volume is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum VolumeState {
    /// Being made, until then.
    Creating(Timestamp),
    /// Whole.
    Ready,
    /// Not made: its keys did not admit who asked.
    Error,
}

/// An EBS volume.
#[derive(Debug, Clone)]
pub struct Volume {
    /// Who owns it.
    pub owner: AccountId,
    /// Where it is.
    pub region: Region,
    /// Where in the region.
    pub zone: String,
    /// Its size in GiB.
    pub size_gib: u32,
    /// `gp3`, …
    pub kind: String,
    /// Its IOPS, where told.
    pub iops: Option<u32>,
    /// Its throughput in MiB/s, where told.
    pub throughput: Option<u32>,
    /// The ARN of its key.
    pub key: Option<String>,
    /// The devices that it is, by instance.
    pub attached: BTreeMap<String, String>,
    /// Whether it goes with an instance, where that is not as EC2 has it by default.
    pub marked: BTreeMap<String, bool>,
    /// The snapshot that it was made of.
    pub snapshot: Option<String>,
    /// What was written to it.
    pub digest: Digest,
    /// How it is.
    pub state: VolumeState,
    /// Who made it, whose rights on keys count.
    pub maker: Option<Caller>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// When it was made, or first seen.
    pub created: Timestamp,
    /// From when describe calls show it.
    pub visible_from: Timestamp,
}

/// The ARN of a volume.
pub fn volume_arn(owner: &AccountId, region: &Region, id: &str) -> String {
    format!("arn:aws:ec2:{region}:{owner}:volume/{id}")
}

impl Volume {
    fn state_name(&self) -> &'static str {
        match self.state {
            VolumeState::Creating(_) => "creating",
            VolumeState::Error => "error",
            VolumeState::Ready if self.attached.is_empty() => "available",
            VolumeState::Ready => "in-use",
        }
    }

    /// Whether it goes when an instance that it is attached to is terminated (`DeleteOnTermination`): as it is marked, else where it is the
    /// root device.
    pub(super) fn goes_with(&self, instance: &str, root_device: &str) -> bool {
        let Some(device) = self.attached.get(instance) else {
            return false;
        };
        self.marked.get(instance).copied().unwrap_or(device == root_device)
    }

    fn describe(&self, id: &str, cloud: &Cloud) -> Value {
        let attachments = self.attached.iter().map(|(instance, device)| {
            let root = cloud
                .ec2
                .instances
                .get(instance)
                .map(|one| one.listed.root_device.as_str());
            json!({"InstanceId": instance, "Device": device, "VolumeId": id, "State": "attached",
                "DeleteOnTermination": self.goes_with(instance, root.unwrap_or_default())})
        });
        let mut shown = json!({
            "VolumeId": id, "State": self.state_name(), "Size": self.size_gib, "VolumeType": self.kind,
            "AvailabilityZone": self.zone, "Encrypted": self.key.is_some(), "Attachments": attachments.collect::<Value>(),
            "MultiAttachEnabled": self.attached.len() > 1, "SnapshotId": self.snapshot.clone().unwrap_or_default(),
            "Tags": tag_list(&self.tags), "CreateTime": self.created.to_string(),
        });
        for (member, told) in [("Iops", self.iops), ("Throughput", self.throughput)] {
            if let Some(told) = told {
                shown[member] = json!(told);
            }
        }
        if let Some(key) = &self.key {
            shown["KmsKeyId"] = json!(key);
        }
        shown
    }
}

/// Fills from the inventory: volumes, and snapshots behind which no image stands.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    let key_of = |cloud: &Cloud, key: &Option<String>, encrypted: bool| {
        let named = key.clone().or(encrypted.then(|| storage_key::EBS_DEFAULT.to_owned()));
        named.map(|named| storage_key::of_inventory(cloud, account, region, &named))
    };
    let now = cloud.now;
    for volume in &contents.volumes {
        let digest = original_content(cloud, &volume_arn(account, region, &volume.id));
        let attached = volume.attached_to.iter();
        let filled = Volume {
            owner: account.clone(),
            region: region.clone(),
            zone: volume.availability_zone.clone(),
            size_gib: volume.size_gib,
            kind: volume.kind.clone(),
            iops: volume.iops,
            throughput: volume.throughput,
            key: key_of(cloud, &volume.key, volume.encrypted),
            attached: attached
                .clone()
                .map(|at| (at.instance.clone(), at.device.clone()))
                .collect(),
            marked: attached
                .filter_map(|at| Some((at.instance.clone(), at.delete_on_termination?)))
                .collect(),
            snapshot: None,
            digest,
            state: VolumeState::Ready,
            maker: None,
            tags: volume.tags.clone(),
            created: now,
            visible_from: now,
        };
        cloud.ec2.volumes.insert(volume.id.clone(), filled);
    }
    for snapshot in &contents.ebs_snapshots {
        let digest = original_content(cloud, &snapshot_arn(region, &snapshot.id));
        let state = match snapshot.state.as_deref() {
            None | Some("completed") => SnapshotState::Completed,
            Some(other) => SnapshotState::Error(format!("it is {other}")),
        };
        let filled = Snapshot {
            owner: account.clone(),
            region: region.clone(),
            size_gib: snapshot.size_gib,
            key: key_of(cloud, &snapshot.key, snapshot.encrypted),
            description: snapshot.description.clone(),
            state,
            digest,
            volume: None,
            archived: snapshot.archived,
            permitted: BTreeMap::new(),
            tags: snapshot.tags.clone(),
            created_at: now,
            visible_from: now,
        };
        cloud.ec2.snapshots.insert(snapshot.id.clone(), filled);
    }
}

pub(super) fn not_found(id: &str) -> ServiceError {
    ServiceError::new("InvalidVolume.NotFound", format!("The volume '{id}' does not exist."))
}

/// A volume of the caller's own.
pub(super) fn own<'a>(cloud: &'a Cloud, caller: &Caller, id: &str) -> Result<&'a Volume, ServiceError> {
    let found = cloud.ec2.volumes.get(id);
    found
        .filter(|volume| volume.owner == caller.account && volume.region == caller.region)
        .ok_or_else(|| not_found(id))
}

/// `DescribeVolumes`: the caller's own.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let ids = texts(input, "VolumeIds");
    let conditions = filters(input);
    let visible = |id: &String| own(cloud, caller, id).is_ok_and(|volume| volume.visible_from <= cloud.now);
    if let Some(missing) = ids.iter().find(|id| !visible(id)) {
        return Err(not_found(missing));
    }
    let mut found = Vec::new();
    for (id, volume) in cloud.ec2.volumes.iter().filter(|(id, _)| visible(id)) {
        let fits = passes(&conditions, &volume.tags, &|name| match name {
            "volume-id" => Some(vec![id.clone()]),
            "status" => Some(vec![volume.state_name().to_owned()]),
            "snapshot-id" => Some(volume.snapshot.iter().cloned().collect()),
            "attachment.instance-id" => Some(volume.attached.keys().cloned().collect()),
            _ => None,
        })?;
        if fits && (ids.is_empty() || ids.contains(id)) {
            found.push((id.clone(), volume.describe(id, cloud)));
        }
    }
    paged(input, "VolumeIds", "Volumes", found)
}

/// Begins a snapshot of a volume, which keeps its key. What is not encrypted comes to lie on the default key where the account encrypts by
/// default (fact 3.1).
pub(super) fn begin_snapshot(
    cloud: &mut Cloud,
    caller: &Caller,
    id: &str,
    description: String,
    tags: BTreeMap<String, String>,
) -> Result<Part, ServiceError> {
    let volume = own(cloud, caller, id)?.clone();
    let of_it = cloud.ec2.snapshots.values().filter(|snapshot| {
        snapshot.volume.as_deref() == Some(id) && matches!(snapshot.state, SnapshotState::Pending { .. })
    });
    // Fact 3.3: one only for the two cold types.
    let most = if matches!(volume.kind.as_str(), "st1" | "sc1") {
        1
    } else {
        5
    };
    if of_it.count() >= most {
        let message = format!("You have exceeded the number of concurrent snapshots of {id}, {most}.");
        return Err(ServiceError::new("ConcurrentSnapshotLimitExceeded", message));
    }
    let here = (caller.account.clone(), caller.region.clone());
    let default = cloud.ec2.encrypts_by_default.contains(&here);
    let name = default.then(|| default_key_name(cloud, caller));
    let key = match (&volume.key, &name) {
        (Some(key), _) => Some(key.clone()),
        (None, Some(name)) => Some(storage_key::of_inventory(cloud, &caller.account, &caller.region, name)),
        (None, None) => None,
    };
    let snapshot_id = format!("snap-0{}", made_up_id(cloud, "ec2-snapshot-id", 16));
    let seconds = duration_seconds(cloud, "ec2-duration", 60, 6, i64::from(volume.size_gib));
    let delay = cloud.faults.visibility_delay("ec2-visible");
    let snapshot = Snapshot {
        owner: caller.account.clone(),
        region: caller.region.clone(),
        size_gib: volume.size_gib,
        key: key.clone(),
        description,
        state: SnapshotState::Pending {
            began: cloud.now,
            ends: cloud.later(seconds),
        },
        digest: volume.digest.clone(),
        volume: Some(id.to_owned()),
        archived: false,
        permitted: BTreeMap::new(),
        tags,
        created_at: cloud.now,
        visible_from: cloud.later(delay),
    };
    cloud.ec2.snapshots.insert(snapshot_id.clone(), snapshot);
    Ok(Part {
        id: snapshot_id,
        source_key: volume.key,
        wanted_key: key,
    })
}

/// `CreateSnapshot`. It takes no token: asked twice, there are two.
pub(super) fn create_snapshot(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "VolumeId")?;
    let tags = specified_tags(input, "snapshot")?;
    let description = text(input, "Description").unwrap_or_default().to_owned();
    let part = begin_snapshot(cloud, caller, id, description, tags)?;
    let snapshot = part.id.clone();
    let pending = PendingCopy {
        copies: false,
        ..begin_copy(cloud, caller, vec![part])
    };
    cloud.effect(caller, "ec2 CreateSnapshot", snapshot_arn(&caller.region, &snapshot));
    cloud.ec2.copies.insert(snapshot.clone(), pending);
    let shown = cloud.ec2.snapshots[&snapshot].describe(&snapshot, cloud.now, true);
    Ok(shown)
}

/// `CreateVolume`, of a snapshot. A client token makes a second call give the first one's volume; keys are looked at afterwards.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let token =
        text(input, "ClientToken").map(|token| (caller.account.clone(), caller.region.clone(), token.to_owned()));
    if let Some((request, id)) = token.as_ref().and_then(|token| cloud.ec2.tokens.get(token)) {
        if request != input {
            let message = "The client token you have provided was used in another request with different parameters.";
            return Err(ServiceError::new("IdempotentParameterMismatch", message));
        }
        return match cloud.ec2.volumes.get(id) {
            Some(volume) => Ok(volume.describe(id, cloud)),
            None => Err(not_found(id)),
        };
    }
    let zone = required(input, "AvailabilityZone")?;
    let inside = zone.strip_prefix(caller.region.as_str());
    if inside.is_none_or(|letter| letter.len() != 1) {
        return Err(ServiceError::new(
            "InvalidZone.NotFound",
            format!("The zone '{zone}' does not exist."),
        ));
    }
    let Some(snapshot_id) = text(input, "SnapshotId") else {
        return Err(ServiceError::not_modelled("ec2", "CreateVolume without a snapshot"));
    };
    let snapshot = cloud.ec2.snapshots.get(snapshot_id);
    let snapshot = snapshot
        .filter(|snapshot| snapshot.seen_by(caller, cloud.now))
        .ok_or_else(|| super::snapshots::not_found(snapshot_id))?
        .clone();
    if snapshot.state != SnapshotState::Completed {
        let message = format!("Snapshot {snapshot_id} is not completed.");
        return Err(ServiceError::new("IncorrectState", message));
    }
    let whole = |member: &str| number(input, member).and_then(|number| u32::try_from(number).ok());
    let refused = |code: &str, message: String| Err(ServiceError::new(code, message));
    let kind = text(input, "VolumeType").unwrap_or("gp2").to_owned();
    let (iops, throughput) = (whole("Iops"), whole("Throughput"));
    if throughput.is_some() && kind != "gp3" {
        return refused(
            "InvalidParameterCombination",
            format!("The parameter throughput is not supported for {kind} volumes."),
        );
    }
    match kind.as_str() {
        "io1" | "io2" if iops.is_none() => {
            return refused("MissingParameter", "The request must contain the parameter iops".into());
        }
        "gp3" | "io1" | "io2" => {}
        _ if iops.is_some() => {
            return refused(
                "InvalidParameterCombination",
                format!("The parameter iops is not supported for {kind} volumes."),
            );
        }
        _ => {}
    }
    let size = whole("Size").unwrap_or(snapshot.size_gib);
    if size < snapshot.size_gib {
        return refused(
            "InvalidParameterValue",
            "The volume is smaller than its snapshot.".into(),
        );
    }
    let tags = specified_tags(input, "volume")?;
    let named = text(input, "KmsKeyId").map(str::to_owned);
    if named.is_some() && flag(input, "Encrypted") != Some(true) {
        return refused(
            "InvalidParameterDependency",
            "The parameter KmsKeyId requires the parameter Encrypted to be set.".into(),
        );
    }
    let key = named.or_else(|| snapshot.key.clone());
    let key = key.map(|name| storage_key::named(cloud, caller, &name).unwrap_or(name));
    let id = format!("vol-0{}", made_up_id(cloud, "ec2-volume-id", 16));
    let seconds = duration_seconds(cloud, "ec2-volume", 10, 0, 0);
    let delay = cloud.faults.visibility_delay("ec2-visible");
    let volume = Volume {
        owner: caller.account.clone(),
        region: caller.region.clone(),
        zone: zone.to_owned(),
        size_gib: size,
        kind,
        iops,
        throughput,
        key,
        attached: BTreeMap::new(),
        marked: BTreeMap::new(),
        snapshot: Some(snapshot_id.to_owned()),
        digest: snapshot.digest,
        state: VolumeState::Creating(cloud.later(seconds)),
        maker: Some(caller.clone()),
        tags,
        created: cloud.now,
        visible_from: cloud.later(delay),
    };
    cloud.effect(
        caller,
        "ec2 CreateVolume",
        volume_arn(&caller.account, &caller.region, &id),
    );
    let shown = volume.describe(&id, cloud);
    cloud.ec2.volumes.insert(id.clone(), volume);
    if let Some(token) = token {
        cloud.ec2.tokens.insert(token, (input.clone(), id));
    }
    Ok(shown)
}

/// `DeleteVolume`: refused while it is attached.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "VolumeId")?;
    let volume = own(cloud, caller, id)?;
    if !volume.attached.is_empty() {
        let message = format!("Volume {id} is currently attached");
        return Err(ServiceError::new("VolumeInUse", message));
    }
    if matches!(volume.state, VolumeState::Creating(_)) {
        return Err(ServiceError::new(
            "IncorrectState",
            format!("Volume {id} is being created"),
        ));
    }
    cloud.ec2.volumes.remove(id);
    cloud.effect(
        caller,
        "ec2 DeleteVolume",
        volume_arn(&caller.account, &caller.region, id),
    );
    Ok(json!({}))
}

/// Completes volumes whose time has come, if their keys admit who made them.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let due: Vec<String> = cloud
        .ec2
        .volumes
        .iter()
        .filter(|(_, volume)| matches!(volume.state, VolumeState::Creating(until) if until <= now))
        .map(|(id, _)| id.clone())
        .collect();
    for id in due {
        let volume = &cloud.ec2.volumes[&id];
        let admitted = match (&volume.maker, &volume.key) {
            (Some(maker), Some(key)) => storage_key::admits(cloud, maker, key, "ec2"),
            _ => true,
        };
        let state = if admitted {
            VolumeState::Ready
        } else {
            VolumeState::Error
        };
        cloud.ec2.volumes.get_mut(&id).expect("it was just found").state = state;
    }
}
