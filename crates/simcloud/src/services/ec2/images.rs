//! Images: described and deregistered.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::machines::ImageSettings;
use serde_json::{Value, json};

use super::{admitted, image_arn, paged, passes, required, snapshot_arn};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, flag, tag_list, texts};

/// How an image is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ImageState {
    /// Being copied.
    Pending,
    /// Ready.
    Available,
    /// Its copy failed, for the reason given. It stays registered.
    Failed(String),
    /// Disabled by its owner: nobody can launch or copy it.
    Disabled,
}

/// One device of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `/dev/xvda`
    pub name: String,
    /// The snapshot behind it.
    pub snapshot: String,
    /// Its size in GiB.
    pub size_gib: u32,
    /// Whether it is encrypted.
    pub encrypted: bool,
}

/// An image.
#[derive(Debug, Clone)]
pub struct Image {
    /// Who owns it.
    pub owner: AccountId,
    /// Where it is.
    pub region: Region,
    /// Its name, unique among the owner's.
    pub name: String,
    /// Its description.
    pub description: String,
    /// `x86_64`, `arm64`
    pub architecture: String,
    /// What else it says of itself. A copy takes over all but dates and protection. Its state is `state`.
    pub settings: ImageSettings,
    /// Its devices, root first.
    pub devices: Vec<Device>,
    /// How it is.
    pub state: ImageState,
    /// Launch permissions: account ids (or `all`) and from when each of them sees it.
    pub permitted: BTreeMap<String, Timestamp>,
    /// Marketplace product codes.
    pub marketplace_codes: Vec<String>,
    /// What names it by its id, as far as EC2 is asked for that: a type, and an ARN.
    pub references: Vec<(String, String)>,
    /// The image that it was copied from.
    pub source: Option<String>,
    /// Its tags, for its owner's eyes only.
    pub tags: BTreeMap<String, String>,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when describe calls show it.
    pub visible_from: Timestamp,
}

impl Image {
    pub(super) fn seen_by(&self, caller: &Caller, now: Timestamp) -> bool {
        self.region == caller.region && (self.owner == caller.account || admitted(&self.permitted, caller, now))
    }

    fn state_name(&self) -> &'static str {
        match self.state {
            ImageState::Pending => "pending",
            ImageState::Available => "available",
            ImageState::Failed(_) => "failed",
            ImageState::Disabled => "disabled",
        }
    }

    fn describe(&self, id: &str, for_owner: bool) -> Value {
        let devices = self.devices.iter().map(|device| {
            json!({
                "DeviceName": device.name,
                "Ebs": {
                    "SnapshotId": device.snapshot, "VolumeSize": device.size_gib, "VolumeType": "gp3",
                    "DeleteOnTermination": true, "Encrypted": device.encrypted,
                },
            })
        });
        let mut shown = json!({
            "ImageId": id,
            "Name": self.name,
            "OwnerId": self.owner.as_str(),
            "ImageLocation": format!("{}/{}", self.owner, self.name),
            "State": self.state_name(),
            "Public": self.permitted.contains_key("all"),
            "Architecture": self.architecture,
            "ImageType": "machine",
            "Hypervisor": "xen",
            "VirtualizationType": "hvm",
            "EnaSupport": self.settings.ena_support.unwrap_or(true),
            "DeregistrationProtection": self.settings.deregistration_protection.as_deref().unwrap_or("disabled"),
            "PlatformDetails": "Linux/UNIX",
            "RootDeviceType": "ebs",
            "RootDeviceName": self.devices.first().map_or("/dev/xvda", |device| device.name.as_str()),
            "BlockDeviceMappings": devices.collect::<Value>(),
            "CreationDate": self.created_at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
            "Tags": if for_owner { tag_list(&self.tags) } else { json!([]) },
        });
        for (member, told) in [
            ("BootMode", &self.settings.boot_mode),
            ("TpmSupport", &self.settings.tpm_support),
            ("ImdsSupport", &self.settings.imds_support),
        ] {
            if let Some(told) = told {
                shown[member] = json!(told);
            }
        }
        if let Some(date) = self.settings.deprecated_at {
            shown["DeprecationTime"] = json!(date.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string());
        }
        if !self.description.is_empty() {
            shown["Description"] = json!(self.description);
        }
        if !self.marketplace_codes.is_empty() {
            let codes = self.marketplace_codes.iter();
            shown["ProductCodes"] = codes
                .map(|code| json!({"ProductCodeId": code, "ProductCodeType": "marketplace"}))
                .collect();
        }
        if let Some(source) = self.source.as_ref().filter(|_| for_owner) {
            shown["SourceImageId"] = json!(source);
            shown["SourceImageRegion"] = json!(self.region.as_str());
        }
        if let ImageState::Failed(reason) = &self.state {
            shown["StateReason"] = json!({"Code": "Client.InternalError", "Message": reason});
        }
        shown
    }
}

pub(super) fn not_found(id: &str) -> ServiceError {
    ServiceError::new("InvalidAMIID.NotFound", format!("The image id '[{id}]' does not exist"))
}

/// An image of the caller's own. One that is only shared with it is seen, but not its to change.
pub(super) fn own<'a>(cloud: &'a Cloud, caller: &Caller, id: &str) -> Result<&'a Image, ServiceError> {
    let image = cloud
        .ec2
        .images
        .get(id)
        .filter(|image| image.seen_by(caller, cloud.now))
        .ok_or_else(|| not_found(id))?;
    if image.owner != caller.account {
        return Err(ServiceError::with_status(
            403,
            "AuthFailure",
            format!("Not authorized for image:{id}"),
        ));
    }
    Ok(image)
}

/// `DescribeImages`: own images and those that the caller may launch.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let (ids, owners, executable_by) = (
        texts(input, "ImageIds"),
        texts(input, "Owners"),
        texts(input, "ExecutableUsers"),
    );
    let conditions = filters(input);
    let me = caller.account.as_str();
    let mut found = Vec::new();
    for (id, image) in &cloud.ec2.images {
        let own = image.owner == caller.account;
        if !image.seen_by(caller, cloud.now) || image.visible_from > cloud.now {
            continue;
        }
        // Others' images that are deprecated, and all that are disabled, are shown on demand only [bc:ec2/DescribeImages].
        let deprecated = image.settings.deprecated_at.is_some_and(|date| date <= cloud.now);
        let hidden = deprecated && !own && flag(input, "IncludeDeprecated") != Some(true)
            || image.state == ImageState::Disabled && flag(input, "IncludeDisabled") != Some(true);
        if hidden || !allowed(cloud, caller, image) {
            continue;
        }
        let id_fits = ids.is_empty() || ids.contains(id);
        let owner_fits = owners.is_empty()
            || owners
                .iter()
                .any(|owner| owner == image.owner.as_str() || (owner == "self" && own));
        let executable = |who: &String| match who.as_str() {
            "self" => image.permitted.contains_key(me),
            who => image.permitted.contains_key(who),
        };
        let executable_fits = executable_by.is_empty() || executable_by.iter().any(executable);
        let no_tags = BTreeMap::new();
        let tags = if own { &image.tags } else { &no_tags };
        let filters_fit = passes(&conditions, tags, &|name| {
            let one = |value: &str| Some(vec![value.to_owned()]);
            match name {
                "image-id" => one(id),
                "name" => one(&image.name),
                "owner-id" => one(image.owner.as_str()),
                "state" => one(image.state_name()),
                "architecture" => one(&image.architecture),
                "description" => one(&image.description),
                "is-public" => one(if image.permitted.contains_key("all") {
                    "true"
                } else {
                    "false"
                }),
                "root-device-type" => one("ebs"),
                "image-type" => one("machine"),
                "source-image-id" => Some(image.source.clone().filter(|_| own).into_iter().collect()),
                "block-device-mapping.snapshot-id" => Some(image.devices.iter().map(|d| d.snapshot.clone()).collect()),
                _ => None,
            }
        })?;
        if id_fits && owner_fits && executable_fits && filters_fit {
            found.push((id.clone(), image.describe(id, own)));
        }
    }
    if let Some(missing) = ids.iter().find(|id| !known(cloud, caller, id)) {
        return Err(not_found(missing));
    }
    paged(input, "ImageIds", "Images", found)
}

fn known(cloud: &Cloud, caller: &Caller, id: &str) -> bool {
    let image = cloud.ec2.images.get(id);
    image.is_some_and(|image| {
        image.seen_by(caller, cloud.now) && image.visible_from <= cloud.now && allowed(cloud, caller, image)
    })
}

/// Whether the caller's account admits an image: its own always, others' by their owner where Allowed AMIs is `enabled` (fact 3.1). Of
/// its criteria only the providers are modelled.
pub(super) fn allowed(cloud: &Cloud, caller: &Caller, image: &Image) -> bool {
    let here = (caller.account.clone(), caller.region.clone());
    let Some(settings) = cloud.ec2.settings.get(&here).filter(|_| image.owner != caller.account) else {
        return true;
    };
    settings.allowed_images.as_deref() != Some("enabled")
        || settings
            .allowed_image_providers
            .iter()
            .any(|who| who == image.owner.as_str())
}

/// `EnableImageDeprecation`: to the nearest minute, not in the past, at most ten years ahead (two for public images).
pub(super) fn deprecate(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "ImageId")?;
    let image = own(cloud, caller, id)?.clone();
    let refused = |message: &str| ServiceError::new("InvalidParameterValue", message);
    let at: Timestamp = required(input, "DeprecateAt")?
        .parse()
        .map_err(|_| refused("DeprecateAt must be a date and time in UTC"))?;
    let minute = jiff::TimestampRound::new()
        .smallest(jiff::Unit::Minute)
        .mode(jiff::RoundMode::HalfExpand);
    let at = at.round(minute).map_err(|_| refused("DeprecateAt is out of range"))?;
    if at < cloud.now {
        return Err(refused("DeprecateAt must not be in the past"));
    }
    let public = image.permitted.contains_key("all");
    let (from, years) = if public { (image.created_at, 2) } else { (cloud.now, 10) };
    let limit = from
        .saturating_add(jiff::SignedDuration::from_hours(24 * 366 * years))
        .unwrap_or(from);
    if at > limit {
        return Err(refused("DeprecateAt is too far in the future"));
    }
    let image = cloud.ec2.images.get_mut(id).expect("it was just found");
    if image.settings.deprecated_at != Some(at) {
        image.settings.deprecated_at = Some(at);
        let arn = image_arn(&image.region, id);
        cloud.effect(caller, "ec2 EnableImageDeprecation", arn);
    }
    Ok(json!({ "Return": true }))
}

/// `DisableImageDeprecation`
pub(super) fn undeprecate(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "ImageId")?;
    let arn = image_arn(&own(cloud, caller, id)?.region, id);
    let image = cloud.ec2.images.get_mut(id).expect("it was just found");
    if image.settings.deprecated_at.take().is_some() {
        cloud.effect(caller, "ec2 DisableImageDeprecation", arn);
    }
    Ok(json!({ "Return": true }))
}

/// `DeregisterImage`. Of a copy under way it is the cancellation. Snapshots stay (and those of a copy go on) unless told
/// otherwise, and those of another image stay in any case.
pub(super) fn deregister(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "ImageId")?;
    let image = own(cloud, caller, id)?.clone();
    let protection = image.settings.deregistration_protection.as_deref();
    if protection.is_some_and(|protection| protection != "disabled") {
        // That it blocks is documented (fact 3.5); the code is unconfirmed.
        let message = format!("The image {id} is protected from deregistration");
        return Err(ServiceError::new("OperationNotPermitted", message));
    }
    cloud.ec2.images.remove(id);
    cloud.effect(caller, "ec2 DeregisterImage", image_arn(&image.region, id));
    if flag(input, "DeleteAssociatedSnapshots") != Some(true) {
        return Ok(json!({ "Return": true }));
    }
    let mut results = Vec::new();
    for device in &image.devices {
        let free = super::snapshots::in_use_by(cloud, &device.snapshot).is_none();
        let own = cloud
            .ec2
            .snapshots
            .get(&device.snapshot)
            .is_some_and(|snapshot| snapshot.owner == caller.account);
        if free && own {
            cloud.ec2.snapshots.remove(&device.snapshot);
            cloud.effect(
                caller,
                "ec2 DeleteSnapshot",
                snapshot_arn(&image.region, &device.snapshot),
            );
        }
        let code = if free && own { "success" } else { "skipped" };
        results.push(json!({"SnapshotId": device.snapshot, "ReturnCode": code}));
    }
    Ok(json!({ "Return": true, "DeleteSnapshotResults": results }))
}
