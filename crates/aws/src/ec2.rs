//! EC2: images and their snapshots. Instances and volumes are in `ec2_machines.rs`.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{
    CreateVolumePermission, CreateVolumePermissionModifications, Filter, ImageAttributeName, LaunchPermission,
    LaunchPermissionModifications, ResourceType, SnapshotAttributeName, Tag, TagSpecification,
};
use jiff::Timestamp;
use model::machines::ImageSettings;
use model::{AccountId, Failure, FailureClass, Region};

use crate::account::{Clients, two_clients};
use crate::classify;

/// EC2 in one account.
pub struct Ec2 {
    pub(crate) read: aws_sdk_ec2::Client,
    pub(crate) once: aws_sdk_ec2::Client,
    account: AccountId,
    pub(crate) region: Region,
}

/// An image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Image {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// `pending`, `available`, `failed`, …
    pub state: String,
    /// Why it is in that state, where AWS says so.
    pub state_reason: Option<String>,
    /// Its description.
    pub description: String,
    /// `x86_64`, `arm64`
    pub architecture: String,
    /// The device that it boots from.
    pub root_device: String,
    /// `hvm`, `paravirtual`
    pub virtualization: String,
    /// `simple`, where it has the driver of Intel's enhanced network.
    pub sriov: Option<String>,
    /// What else it says of itself; its state is `state`.
    pub settings: ImageSettings,
    /// Its EBS devices, in the image's order.
    pub devices: Vec<Device>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// One EBS device of an image.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// `/dev/xvda`
    pub name: String,
    /// The snapshot behind it; empty while a copy has none yet.
    pub snapshot: String,
    /// The size of its volume in GiB.
    pub gib: u32,
}

/// An EBS snapshot.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Snapshot {
    /// Its id.
    pub id: String,
    /// `pending`, `completed`, `error`, …
    pub state: String,
    /// Why it is in error: where KMS's refusal of a copy shows.
    pub message: Option<String>,
    /// How far it is, in per cent.
    pub percent: Option<i32>,
    /// The size of its volume in GiB.
    pub gib: u32,
    /// The ARN of its key; absent when it is not encrypted.
    pub key: Option<String>,
}

/// What a copy of an image is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyImage {
    /// The image.
    pub source: String,
    /// The copy's name.
    pub name: String,
    /// The copy's description.
    pub description: String,
    /// The ARN of the key of all its snapshots.
    pub key: String,
    /// A second call with the same token gives the first one's image.
    pub token: String,
    /// The tags of the image.
    pub image_tags: BTreeMap<String, String>,
    /// The tags of its snapshots.
    pub snapshot_tags: BTreeMap<String, String>,
}

pub(crate) fn sdk_tags(of: ResourceType, tags: &BTreeMap<String, String>) -> TagSpecification {
    let tags = tags
        .iter()
        .map(|(key, value)| Tag::builder().key(key).value(value).build())
        .collect();
    TagSpecification::builder()
        .resource_type(of)
        .set_tags(Some(tags))
        .build()
}

pub(crate) fn size(gib: Option<i32>) -> u32 {
    gib.and_then(|gib| u32::try_from(gib).ok()).unwrap_or_default()
}

/// What an image says of itself beside its name and devices.
pub(crate) fn settings(of: &aws_sdk_ec2::types::Image) -> ImageSettings {
    ImageSettings {
        state: of.state().map(|state| state.as_str().to_owned()),
        boot_mode: of.boot_mode().map(|mode| mode.as_str().to_owned()),
        tpm_support: of.tpm_support().map(|tpm| tpm.as_str().to_owned()),
        imds_support: of.imds_support().map(|imds| imds.as_str().to_owned()),
        ena_support: of.ena_support(),
        deprecated_at: of.deprecation_time().and_then(|date| date.parse().ok()),
        deregistration_protection: of.deregistration_protection().map(str::to_owned),
    }
}

fn image(from: aws_sdk_ec2::types::Image) -> Image {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let devices = from.block_device_mappings().iter().filter_map(|mapping| {
        // A mapping without EBS is an instance store: it holds nothing.
        let ebs = mapping.ebs()?;
        Some(Device {
            name: text(mapping.device_name()),
            snapshot: text(ebs.snapshot_id()),
            gib: size(ebs.volume_size()),
        })
    });
    Image {
        devices: devices.collect(),
        settings: settings(&from),
        architecture: from
            .architecture()
            .map(|one| one.as_str().to_owned())
            .unwrap_or_default(),
        root_device: text(from.root_device_name()),
        virtualization: from
            .virtualization_type()
            .map(|one| one.as_str().to_owned())
            .unwrap_or_default(),
        sriov: from.sriov_net_support().map(str::to_owned),
        description: text(from.description()),
        tags: from
            .tags()
            .iter()
            .map(|tag| (text(tag.key()), text(tag.value())))
            .collect(),
        state: from.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        state_reason: from
            .state_reason()
            .and_then(|reason| reason.message())
            .map(str::to_owned),
        id: from.image_id.unwrap_or_default(),
        name: from.name.unwrap_or_default(),
    }
}

pub(crate) fn snapshot(from: aws_sdk_ec2::types::Snapshot) -> Snapshot {
    Snapshot {
        state: from.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        // Written as "42%".
        percent: from
            .progress()
            .and_then(|progress| progress.trim_end_matches('%').parse().ok()),
        gib: size(from.volume_size),
        id: from.snapshot_id.unwrap_or_default(),
        message: from.state_message.filter(|message| !message.is_empty()),
        key: from.kms_key_id.filter(|_| from.encrypted == Some(true)),
    }
}

impl Ec2 {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_ec2, "ec2");
        Self {
            read,
            once,
            account: clients.account.clone(),
            region: clients.region.clone(),
        }
    }

    pub(crate) fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "ec2", operation)
    }

    /// The image of this id, own or shared with the account; none if the account sees none.
    pub async fn image(&self, id: &str) -> Result<Option<Image>, Failure> {
        // Another account's deprecated image, and an own one that is disabled, are shown on demand only.
        let call = self.read.describe_images().image_ids(id);
        let call = call.include_deprecated(true).include_disabled(true);
        let answer = call.send().await.map_err(self.failed("DescribeImages"));
        let found = classify::found(answer)?.and_then(|answer| answer.images);
        Ok(found.and_then(|found| found.into_iter().next()).map(image))
    }

    /// The account's own images of this name. AWS keeps names unique, but documents it only by an error code.
    pub async fn images_named(&self, name: &str) -> Result<Vec<Image>, Failure> {
        // Filters take wildcards: a name that holds one is compared again.
        let filter = Filter::builder().name("name").values(name).build();
        let call = self.read.describe_images().owners("self").filters(filter);
        let call = call.include_disabled(true);
        let answer = call.send().await.map_err(self.failed("DescribeImages"))?;
        let found = answer.images.unwrap_or_default().into_iter().map(image);
        Ok(found.filter(|image| image.name == name).collect())
    }

    /// The snapshots of these ids; none at all if one of them is not seen.
    pub async fn snapshots(&self, ids: &[String]) -> Result<Option<Vec<Snapshot>>, Failure> {
        if ids.is_empty() {
            return Ok(Some(Vec::new()));
        }
        let call = self.read.describe_snapshots().set_snapshot_ids(Some(ids.to_vec()));
        let answer = call.send().await.map_err(self.failed("DescribeSnapshots"));
        let found = classify::found(answer)?.map(|answer| answer.snapshots.unwrap_or_default());
        Ok(found.map(|found| found.into_iter().map(snapshot).collect()))
    }

    /// The accounts that may launch an image; none if there is no such image.
    pub async fn image_shared_with(&self, id: &str) -> Result<Option<Vec<String>>, Failure> {
        let call = self
            .read
            .describe_image_attribute()
            .image_id(id)
            .attribute(ImageAttributeName::LaunchPermission);
        let answer = call.send().await.map_err(self.failed("DescribeImageAttribute"));
        let found = classify::found(answer)?;
        Ok(found.map(|answer| {
            let accounts = answer
                .launch_permissions()
                .iter()
                .filter_map(|permission| permission.user_id());
            accounts.map(str::to_owned).collect()
        }))
    }

    /// The accounts that may make volumes of a snapshot; none if there is no such snapshot.
    pub async fn snapshot_shared_with(&self, id: &str) -> Result<Option<Vec<String>>, Failure> {
        let call = self.read.describe_snapshot_attribute().snapshot_id(id);
        let call = call.attribute(SnapshotAttributeName::CreateVolumePermission);
        let answer = call.send().await.map_err(self.failed("DescribeSnapshotAttribute"));
        let found = classify::found(answer)?;
        Ok(found.map(|answer| {
            let accounts = answer
                .create_volume_permissions()
                .iter()
                .filter_map(|permission| permission.user_id());
            accounts.map(str::to_owned).collect()
        }))
    }

    /// Lets an account launch an image, or no longer.
    pub async fn change_image_share(&self, id: &str, with: &AccountId, shared: bool) -> Result<(), Failure> {
        let permission = LaunchPermission::builder().user_id(with.as_str()).build();
        let change = LaunchPermissionModifications::builder();
        let change = if shared {
            change.add(permission)
        } else {
            change.remove(permission)
        };
        let call = self
            .once
            .modify_image_attribute()
            .image_id(id)
            .launch_permission(change.build());
        call.send().await.map(drop).map_err(self.failed("ModifyImageAttribute"))
    }

    /// Lets an account read a snapshot, or no longer. The launch permission of an image does not reach its storage.
    pub async fn change_snapshot_share(&self, id: &str, with: &AccountId, shared: bool) -> Result<(), Failure> {
        let permission = CreateVolumePermission::builder().user_id(with.as_str()).build();
        let change = CreateVolumePermissionModifications::builder();
        let change = if shared {
            change.add(permission)
        } else {
            change.remove(permission)
        };
        let call = self
            .once
            .modify_snapshot_attribute()
            .snapshot_id(id)
            .create_volume_permission(change.build());
        let call = call.attribute(SnapshotAttributeName::CreateVolumePermission);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("ModifySnapshotAttribute"))
    }

    /// Begins a copy of an image in this account. Keys are looked at only after the answer: a refusal shows in the image's state.
    pub async fn copy_image(&self, copy: &CopyImage) -> Result<(), Failure> {
        let call = self
            .once
            .copy_image()
            .source_image_id(&copy.source)
            .source_region(self.region.as_str());
        let call = call
            .name(&copy.name)
            .client_token(&copy.token)
            .encrypted(true)
            .kms_key_id(&copy.key);
        let description = Some(copy.description.clone()).filter(|description| !description.is_empty());
        let call = call.set_description(description);
        let call = call.tag_specifications(sdk_tags(ResourceType::Image, &copy.image_tags));
        let call = call.tag_specifications(sdk_tags(ResourceType::Snapshot, &copy.snapshot_tags));
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("CopyImage"))
            .map_err(|mut failure| {
                // A snapshot whose fresh permission has not spread is refused with this general code: it may pass.
                if failure.code == "InvalidRequest" {
                    failure.class = FailureClass::Denied;
                }
                failure
            })
    }

    /// Has an image become deprecated at a moment, which EC2 keeps to the minute.
    pub async fn deprecate_image(&self, id: &str, at: Timestamp) -> Result<(), Failure> {
        let at = aws_sdk_ec2::primitives::DateTime::from_secs(at.as_second());
        let call = self.once.enable_image_deprecation().image_id(id).deprecate_at(at);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("EnableImageDeprecation"))
    }

    /// Takes an image of the account's own away, with its snapshots. Of a copy under way it is the cancellation.
    pub async fn deregister_image(&self, id: &str) -> Result<(), Failure> {
        let call = self
            .once
            .deregister_image()
            .image_id(id)
            .delete_associated_snapshots(true);
        call.send().await.map(drop).map_err(self.failed("DeregisterImage"))
    }
}
