//! EC2 instances: described, stopped, started, and images made of them.
//!
//! What a running instance has not yet written is on its volumes only once it has stopped: an image of it holds something else than one made
//! behind the stop. Left out: launching, rebooting (`CreateImage` is answered as with `NoReboot`), what an Auto Scaling group
//! does to a member that is stopped.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use model::inventory::RegionInventory;
use model::machines;
use serde_json::{Value, json};

use super::copying::{PendingCopy, begin_copy};
use super::images::{Device, Image, ImageState};
use super::{image_arn, paged, passes, required, specified_tags, volumes};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, tag_list, text, texts};
use crate::services::stored_content::{duration_seconds, made_up_id};

/// How an instance is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum InstanceState {
    /// Starting, until then.
    Pending(Timestamp),
    /// Running.
    Running,
    /// Stopping, until then.
    Stopping(Timestamp),
    /// Stopped.
    Stopped,
    /// Being terminated, until then.
    ShuttingDown(Timestamp),
    /// Terminated: it is shown until then.
    Terminated(Timestamp),
}

/// An instance.
#[derive(Debug, Clone)]
pub struct Instance {
    /// Who owns it.
    pub owner: AccountId,
    /// Where it is.
    pub region: Region,
    /// How it is.
    pub state: InstanceState,
    /// Whether it refuses to be terminated (`disableApiTermination`).
    pub termination_protected: bool,
    /// What the inventory tells of it.
    pub listed: machines::Instance,
}

/// The ARN of an instance.
pub fn instance_arn(owner: &AccountId, region: &Region, id: &str) -> String {
    format!("arn:aws:ec2:{region}:{owner}:instance/{id}")
}

impl InstanceState {
    pub(super) fn shown(&self) -> Value {
        let (code, name) = match self {
            InstanceState::Pending(_) => (0, "pending"),
            InstanceState::Running => (16, "running"),
            InstanceState::Stopping(_) => (64, "stopping"),
            InstanceState::Stopped => (80, "stopped"),
            InstanceState::ShuttingDown(_) => (32, "shutting-down"),
            InstanceState::Terminated(_) => (48, "terminated"),
        };
        json!({"Code": code, "Name": name})
    }
}

impl Instance {
    fn describe(&self, id: &str, cloud: &Cloud) -> Value {
        let listed = &self.listed;
        let devices = cloud.ec2.volumes.iter().filter_map(|(volume, of)| {
            let device = of.attached.get(id)?;
            Some(json!({"DeviceName": device, "Ebs": {"VolumeId": volume, "Status": "attached", "DeleteOnTermination": of.goes_with(id, &listed.root_device)}}))
        });
        let groups = listed
            .security_groups
            .iter()
            .map(|group| json!({"GroupId": group, "GroupName": group}));
        let codes = listed.marketplace_codes.iter();
        let codes = codes.map(|code| json!({"ProductCodeId": code, "ProductCodeType": "marketplace"}));
        let mut tags = listed.tags.clone();
        if let Some(group) = &listed.auto_scaling_group {
            tags.insert("aws:autoscaling:groupName".to_owned(), group.clone());
        }
        let mut shown = json!({
            "InstanceId": id, "State": self.state.shown(), "InstanceType": listed.kind, "Architecture": listed.architecture,
            "SubnetId": listed.subnet, "SecurityGroups": groups.collect::<Value>(), "RootDeviceName": listed.root_device,
            "RootDeviceType": if listed.root_on_instance_store { "instance-store" } else { "ebs" },
            "BlockDeviceMappings": devices.collect::<Value>(), "ProductCodes": codes.collect::<Value>(), "Tags": tag_list(&tags),
        });
        for (member, told) in [
            ("KeyName", &listed.key_pair),
            ("PublicIpAddress", &listed.public_address),
        ] {
            if let Some(told) = told {
                shown[member] = json!(told);
            }
        }
        if let Some(profile) = &listed.profile {
            shown["IamInstanceProfile"] = json!({ "Arn": profile });
        }
        if listed.spot {
            shown["InstanceLifecycle"] = json!("spot");
        }
        shown
    }
}

/// Fills from the inventory.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    for instance in &contents.instances {
        let filled = Instance {
            owner: account.clone(),
            region: region.clone(),
            state: match instance.state.as_str() {
                "stopped" | "stopping" => InstanceState::Stopped,
                _ => InstanceState::Running,
            },
            termination_protected: instance.termination_protected,
            listed: instance.clone(),
        };
        cloud.ec2.instances.insert(instance.id.clone(), filled);
    }
}

fn not_found(id: &str) -> ServiceError {
    let message = format!("The instance ID '{id}' does not exist");
    ServiceError::new("InvalidInstanceID.NotFound", message)
}

pub(super) fn own<'a>(cloud: &'a Cloud, caller: &Caller, id: &str) -> Result<&'a Instance, ServiceError> {
    let found = cloud.ec2.instances.get(id);
    found
        .filter(|one| one.owner == caller.account && one.region == caller.region)
        .ok_or_else(|| not_found(id))
}

/// `DescribeInstances`: the caller's own, each in a reservation of its own.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let ids = texts(input, "InstanceIds");
    for id in &ids {
        own(cloud, caller, id)?;
    }
    let conditions = filters(input);
    let mut found = Vec::new();
    for (id, instance) in &cloud.ec2.instances {
        if own(cloud, caller, id).is_err() || !(ids.is_empty() || ids.contains(id)) {
            continue;
        }
        let state = instance.state.shown()["Name"].as_str().unwrap_or_default().to_owned();
        let fits = passes(&conditions, &instance.listed.tags, &|name| match name {
            "instance-id" => Some(vec![id.clone()]),
            "instance-state-name" => Some(vec![state.clone()]),
            _ => None,
        })?;
        if fits {
            let shown = json!({"OwnerId": caller.account.as_str(), "Instances": [instance.describe(id, cloud)]});
            found.push((id.clone(), shown));
        }
    }
    paged(input, "InstanceIds", "Reservations", found)
}

/// `DescribeInstanceAttribute`, of `disableApiStop` and `userData`.
pub(super) fn describe_attribute(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "InstanceId")?;
    let listed = &own(cloud, caller, id)?.listed;
    match required(input, "Attribute")? {
        "disableApiTermination" => Ok(json!({
            "InstanceId": id, "DisableApiTermination": {"Value": own(cloud, caller, id)?.termination_protected},
        })),
        "disableApiStop" => Ok(json!({"InstanceId": id, "DisableApiStop": {"Value": listed.stop_protected}})),
        // "#!/bin/sh" in Base64: what it says is nobody's concern here.
        "userData" if listed.user_data => Ok(json!({"InstanceId": id, "UserData": {"Value": "IyEvYmluL3No"}})),
        "userData" => Ok(json!({"InstanceId": id, "UserData": {}})),
        other => Err(ServiceError::not_modelled(
            "ec2",
            &format!("DescribeInstanceAttribute of {other}"),
        )),
    }
}

/// `DescribeInstanceTypes`: what disks come with the types that the inventory has instances of.
pub(super) fn describe_types(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = texts(input, "InstanceTypes");
    let here = cloud.ec2.instances.values();
    let here = here.filter(|one| one.owner == caller.account && one.region == caller.region);
    let types: BTreeMap<&str, u32> = here
        .map(|one| (one.listed.kind.as_str(), one.listed.instance_store_volumes))
        .collect();
    let shown = types
        .iter()
        .filter(|(kind, _)| wanted.is_empty() || wanted.iter().any(|name| name == *kind));
    let shown = shown.map(|(kind, disks)| {
        let mut shown = json!({"InstanceType": kind, "InstanceStorageSupported": *disks > 0});
        if *disks > 0 {
            shown["InstanceStorageInfo"] = json!({"Disks": [{"SizeInGB": 75, "Count": disks, "Type": "ssd"}]});
        }
        ((*kind).to_owned(), shown)
    });
    paged(input, "InstanceTypes", "InstanceTypes", shown.collect())
}

/// One change of state, for stopping and starting alike.
pub(super) fn change(
    cloud: &mut Cloud,
    caller: &Caller,
    input: &Value,
    operation: &str,
    member: &str,
    next: impl Fn(&Instance, Timestamp) -> Result<Option<InstanceState>, ServiceError>,
) -> Answer {
    let ids = texts(input, "InstanceIds");
    if ids.is_empty() {
        let message = "The request must contain the parameter InstanceId";
        return Err(ServiceError::new("MissingParameter", message));
    }
    let mut changes = Vec::new();
    for id in &ids {
        let seconds = duration_seconds(cloud, "ec2-instance", 40, 0, 0);
        let until = cloud.later(seconds);
        changes.push((id, next(own(cloud, caller, id)?, until)?));
    }
    let mut shown = Vec::new();
    for (id, state) in changes {
        let instance = cloud.ec2.instances.get_mut(id).expect("it was just found");
        let before = instance.state.shown();
        let arn = instance_arn(&instance.owner, &instance.region, id);
        if let Some(state) = state {
            instance.state = state;
            shown.push(json!({"InstanceId": id, "PreviousState": before, "CurrentState": instance.state.shown()}));
            cloud.effect(caller, operation, arn);
        } else {
            shown.push(json!({"InstanceId": id, "PreviousState": before, "CurrentState": before}));
        }
    }
    Ok(json!({ member: shown }))
}

/// `StopInstances`: not of what is protected, a Spot instance of one request, or boots from an instance store.
pub(super) fn stop(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    change(
        cloud,
        caller,
        input,
        "ec2 StopInstances",
        "StoppingInstances",
        |one, until| {
            let id = &one.listed.id;
            if one.listed.stop_protected {
                let message = format!(
                    "The instance '{id}' may not be stopped. Modify its 'disableApiStop' instance attribute and try again."
                );
                return Err(ServiceError::new("OperationNotPermitted", message));
            }
            if one.listed.spot || one.listed.root_on_instance_store {
                let message = format!("The instance '{id}' does not support stopping");
                return Err(ServiceError::new("UnsupportedOperation", message));
            }
            Ok(match one.state {
                InstanceState::Running | InstanceState::Pending(_) => Some(InstanceState::Stopping(until)),
                InstanceState::Stopping(_) | InstanceState::Stopped => None,
                InstanceState::ShuttingDown(_) | InstanceState::Terminated(_) => {
                    return Err(wrong_state(one, "stopped"));
                }
            })
        },
    )
}

fn wrong_state(one: &Instance, to_be: &str) -> ServiceError {
    let id = &one.listed.id;
    let message = format!("The instance '{id}' is not in a state from which it can be {to_be}.");
    ServiceError::new("IncorrectInstanceState", message)
}

/// `StartInstances`
pub(super) fn start(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    change(
        cloud,
        caller,
        input,
        "ec2 StartInstances",
        "StartingInstances",
        |one, until| match one.state {
            InstanceState::Stopped => Ok(Some(InstanceState::Pending(until))),
            InstanceState::Running | InstanceState::Pending(_) => Ok(None),
            InstanceState::Stopping(_) | InstanceState::ShuttingDown(_) | InstanceState::Terminated(_) => {
                Err(wrong_state(one, "started"))
            }
        },
    )
}

/// `CreateImage`: snapshots of all its volumes, its root's first. It takes no token; the name tells a second call (fact 3.3).
pub(super) fn create_image(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "InstanceId")?.to_owned();
    let name = required(input, "Name")?.to_owned();
    let allowed = |c: char| c.is_ascii_alphanumeric() || "()[] ./-'@_".contains(c);
    if !(3..=128).contains(&name.len()) || !name.chars().all(allowed) {
        let message = "AMI names must be between 3 and 128 characters long, and may contain letters, numbers, '(', ')', '.', '-', '/' and '_'";
        return Err(ServiceError::new("InvalidAMIName.Malformed", message));
    }
    let (tags, snapshot_tags) = (specified_tags(input, "image")?, specified_tags(input, "snapshot")?);
    let instance = own(cloud, caller, &id)?.clone();
    if !matches!(instance.state, InstanceState::Running | InstanceState::Stopped) {
        let message = format!("The instance '{id}' is not in the 'running' or 'stopped' state.");
        return Err(ServiceError::new("IncorrectInstanceState", message));
    }
    if instance.listed.root_on_instance_store {
        let message = format!("The instance '{id}' is not EBS-backed");
        return Err(ServiceError::new("InvalidParameterValue", message));
    }
    let named = |image: &Image| image.owner == caller.account && image.region == caller.region && image.name == name;
    if let Some((other, _)) = cloud.ec2.images.iter().find(|(_, image)| named(image)) {
        let message = format!("AMI name {name} is already in use by AMI {other}");
        return Err(ServiceError::new("InvalidAMIName.Duplicate", message));
    }
    let mut attached: Vec<(String, String)> = cloud
        .ec2
        .volumes
        .iter()
        .filter_map(|(volume, of)| Some((of.attached.get(&id)?.clone(), volume.clone())))
        .collect();
    let root = &instance.listed.root_device;
    attached.sort_by_key(|(device, _)| (device != root, device.clone()));
    let image_id = format!("ami-0{}", made_up_id(cloud, "ec2-image-id", 16));
    let (mut devices, mut parts) = (Vec::new(), Vec::new());
    for (device, volume) in &attached {
        let description = format!("Created by CreateImage({id}) for {image_id}");
        let part = volumes::begin_snapshot(cloud, caller, volume, description, snapshot_tags.clone());
        let part = match part {
            Ok(part) => part,
            Err(refused) => {
                // All or nothing.
                for part in &parts {
                    let part: &super::copying::Part = part;
                    cloud.ec2.snapshots.remove(&part.id);
                }
                return Err(refused);
            }
        };
        devices.push(Device {
            name: device.clone(),
            snapshot: part.id.clone(),
            size_gib: cloud.ec2.volumes[volume].size_gib,
            encrypted: part.wanted_key.is_some(),
        });
        parts.push(part);
    }
    let delay = cloud.faults.visibility_delay("ec2-visible");
    let image = Image {
        owner: caller.account.clone(),
        region: caller.region.clone(),
        name,
        description: text(input, "Description").unwrap_or_default().to_owned(),
        architecture: instance.listed.architecture.clone(),
        settings: machines::ImageSettings::default(),
        devices,
        state: ImageState::Pending,
        permitted: BTreeMap::new(),
        marketplace_codes: instance.listed.marketplace_codes.clone(),
        references: Vec::new(),
        source: None,
        tags,
        created_at: cloud.now,
        visible_from: cloud.later(delay),
    };
    let pending = PendingCopy {
        copies: false,
        ..begin_copy(cloud, caller, parts)
    };
    cloud.effect(caller, "ec2 CreateImage", image_arn(&image.region, &image_id));
    cloud.ec2.images.insert(image_id.clone(), image);
    cloud.ec2.copies.insert(image_id.clone(), pending);
    Ok(json!({ "ImageId": image_id }))
}

/// Ends starting and stopping. What was in memory is written out with the stop.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let mut stopped = Vec::new();
    for (id, instance) in &mut cloud.ec2.instances {
        match instance.state {
            InstanceState::Pending(until) if until <= now => instance.state = InstanceState::Running,
            InstanceState::Stopping(until) if until <= now => {
                instance.state = InstanceState::Stopped;
                stopped.push(id.clone());
            }
            _ => {}
        }
    }
    for volume in cloud.ec2.volumes.values_mut() {
        if stopped.iter().any(|id| volume.attached.contains_key(id)) {
            volume.digest = Digest::of(format!("{}, and what was in memory", volume.digest.as_str()).as_bytes());
        }
    }
}
