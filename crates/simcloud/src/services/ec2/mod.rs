//! EC2, as far as images and volumes go: AMIs, EBS snapshots, volumes, the instances that have them, permissions and tags.
//!
//! Modelled: the two permissions that a copy into another account needs; default-key snapshots that cannot be shared; keys
//! that are checked only after `CopyImage` has answered, so that the image fails later; progress; quotas; tags that do not
//! cross accounts; instances that write what they have in memory when they stop. Left out: launching and terminating, `RegisterImage`, archive tier, Recycle Bin, copies between
//! regions: refused as not modelled, never silently accepted.

mod copying;
mod images;
mod instances;
mod launch_templates;
mod network;
mod permissions;
mod references;
pub mod security_groups;
mod snapshots;
mod tags;
mod termination;
mod volumes;

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::ids::{AccountId, Digest, Region};
use model::inventory::RegionInventory;
use model::machines::MachineSettings;
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{flag, items, matches_wildcard, number, page, text};
use crate::services::storage_key;
use crate::services::stored_content::{ResourceSummary, original_content};

pub use copying::PendingCopy;
pub use images::{Device, Image, ImageState};
pub use instances::{Instance, InstanceState, instance_arn};
pub(crate) use network::owner_of_vpc;
pub use snapshots::{Snapshot, SnapshotState};
pub use volumes::{Volume, VolumeState, volume_arn};

/// State. Ids of images and snapshots are unique everywhere, so that a share is found by its id alone.
#[derive(Default)]
pub struct Images {
    /// Images by id.
    pub images: BTreeMap<String, Image>,
    /// EBS snapshots by id.
    pub snapshots: BTreeMap<String, Snapshot>,
    /// Instances by id.
    pub instances: BTreeMap<String, Instance>,
    /// EBS volumes by id.
    pub volumes: BTreeMap<String, Volume>,
    /// Launch templates by id.
    pub launch_templates: BTreeMap<String, launch_templates::Template>,
    /// Copies of images under way, by the image's id.
    pub copies: BTreeMap<String, PendingCopy>,
    /// What `CopyImage` answered to a client token, with the request.
    pub tokens: BTreeMap<(AccountId, Region, String), (Value, String)>,
    /// Accounts in which new snapshots are encrypted by default.
    pub encrypts_by_default: BTreeSet<(AccountId, Region)>,
    /// What else accounts have set.
    pub settings: BTreeMap<(AccountId, Region), MachineSettings>,
    /// The default EBS key, where it is not `alias/aws/ebs`.
    pub default_key: BTreeMap<(AccountId, Region), String>,
    /// The security groups, VPCs and subnets that the inventory lists.
    pub networks: BTreeMap<(AccountId, Region), network::Network>,
    /// So many of the copies that begin next fail for good, once they are nearly done: a night on which that happens, made on purpose.
    pub fails_next_copies: u32,
    /// How much AWS admits.
    pub quotas: Quotas,
    /// Copies of snapshots under way, where the inventory tells of another quota.
    pub snapshot_copies_of: BTreeMap<(AccountId, Region), usize>,
    /// Whether `CopyImage` accepts the name of another image. That it refuses is unconfirmed, and the stricter reading is taken.
    pub duplicate_names_accepted: bool,
}

/// How much EC2 admits per account and region.
#[derive(Debug, Clone, Copy)]
pub struct Quotas {
    /// Copies of snapshots under way.
    pub snapshot_copies: usize,
    /// Copies of images under way.
    pub image_copies: usize,
}

impl Default for Quotas {
    fn default() -> Self {
        Self {
            snapshot_copies: 20,
            image_copies: 100,
        }
    }
}

/// So many copies of snapshots are admitted at once in an account and region.
pub(crate) fn snapshot_copies(cloud: &Cloud, account: &AccountId, region: &Region) -> usize {
    let here = (account.clone(), region.clone());
    let told = cloud.ec2.snapshot_copies_of.get(&here).copied();
    told.unwrap_or(cloud.ec2.quotas.snapshot_copies)
}

/// The ARN of an image: without an account, as AWS has it.
pub fn image_arn(region: &Region, id: &str) -> String {
    format!("arn:aws:ec2:{region}::image/{id}")
}

/// The ARN of an EBS snapshot.
pub fn snapshot_arn(region: &Region, id: &str) -> String {
    format!("arn:aws:ec2:{region}::snapshot/{id}")
}

fn required<'a>(input: &'a Value, member: &str) -> Result<&'a str, ServiceError> {
    text(input, member).ok_or_else(|| {
        ServiceError::new(
            "MissingParameter",
            format!("The request must contain the parameter {member}"),
        )
    })
}

/// The tags of a `TagSpecifications` member for one type of resource, refused where a key begins with `aws:`.
fn specified_tags(input: &Value, resource_type: &str) -> Result<BTreeMap<String, String>, ServiceError> {
    let mut tags = BTreeMap::new();
    for specification in items(input, "TagSpecifications") {
        let of = text(specification, "ResourceType").unwrap_or_default();
        if !matches!(of, "image" | "snapshot" | "volume") {
            let message = format!("'{of}' is not a valid taggable resource type for this operation.");
            return Err(ServiceError::new("InvalidParameterValue", message));
        }
        if of == resource_type {
            tags.extend(crate::services::members::tags(specification, "Tags"));
        }
    }
    refuse_reserved(&tags)?;
    Ok(tags)
}

fn refuse_reserved(tags: &BTreeMap<String, String>) -> Result<(), ServiceError> {
    match tags.keys().find(|key| key.to_ascii_lowercase().starts_with("aws:")) {
        None => Ok(()),
        Some(key) => {
            let message = format!(
                "Value ( {key} ) for parameter Tag.N.Key is invalid. Tag keys starting with 'aws:' are reserved for internal use"
            );
            Err(ServiceError::new("InvalidParameterValue", message))
        }
    }
}

/// What a filter of a describe call is compared with: the values of a name, or `None` for a name that does not exist.
type Values = Option<Vec<String>>;

/// Whether something passes all filters. `tag:KEY` and `tag-key` work on the tags that the caller may see.
fn passes(
    filters: &[(String, Vec<String>)],
    tags: &BTreeMap<String, String>,
    values: &dyn Fn(&str) -> Values,
) -> Result<bool, ServiceError> {
    for (name, patterns) in filters {
        let actual = match (name.strip_prefix("tag:"), name.as_str()) {
            (Some(key), _) => tags.get(key).into_iter().cloned().collect(),
            (None, "tag-key") => tags.keys().cloned().collect(),
            (None, name) => values(name)
                .ok_or_else(|| ServiceError::new("InvalidParameterValue", format!("The filter '{name}' is invalid")))?,
        };
        if !actual
            .iter()
            .any(|value| patterns.iter().any(|pattern| matches_wildcard(pattern, value)))
        {
            return Ok(false);
        }
    }
    Ok(true)
}

/// One page under `member`, with EC2's `NextToken`. Paging and ids exclude each other.
fn paged(input: &Value, ids: &str, member: &str, found: Vec<(String, Value)>) -> Answer {
    let limit = number(input, "MaxResults");
    if limit.is_some() && !items(input, ids).is_empty() {
        let message = format!("The parameter {ids} cannot be used with the parameter MaxResults");
        return Err(ServiceError::new("InvalidParameterCombination", message));
    }
    let limit = match limit {
        None => usize::MAX,
        Some(limit @ 5..=1000) => limit.unsigned_abs() as usize,
        Some(limit) => {
            let message =
                format!("Value ( {limit} ) for parameter maxResults is invalid. Expecting a value between 5 and 1000.");
            return Err(ServiceError::new("InvalidParameterValue", message));
        }
    };
    let (shown, token) = page(found, text(input, "NextToken"), limit);
    let mut output = json!({ member: shown });
    if let Some(token) = token {
        output["NextToken"] = json!(token);
    }
    Ok(output)
}

/// Fills from the inventory.
pub fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    fill_settings(cloud, account, region, &contents.machine_settings);
    network::fill(cloud, account, region, contents);
    if let Some(copies) = contents.snapshot_copies {
        let here = (account.clone(), region.clone());
        cloud.ec2.snapshot_copies_of.insert(here, copies as usize);
    }
    let created = cloud
        .now
        .saturating_sub(jiff::SignedDuration::from_hours(24 * 30))
        .unwrap_or(cloud.now);
    for image in &contents.images {
        let mut devices = Vec::new();
        for snapshot in &image.snapshots {
            let key = match (&snapshot.key, snapshot.encrypted) {
                (Some(key), _) => Some(storage_key::of_inventory(cloud, account, region, key)),
                (None, true) => Some(storage_key::of_inventory(
                    cloud,
                    account,
                    region,
                    storage_key::EBS_DEFAULT,
                )),
                (None, false) => None,
            };
            devices.push(Device {
                name: snapshot.device.clone(),
                snapshot: snapshot.id.clone(),
                size_gib: snapshot.size_gib,
                encrypted: key.is_some(),
            });
            if cloud.ec2.snapshots.contains_key(&snapshot.id) {
                // Two images may stand on one snapshot.
                continue;
            }
            let digest = original_content(cloud, &snapshot_arn(region, &snapshot.id));
            let filled = Snapshot {
                owner: snapshot
                    .owner
                    .as_ref()
                    .and_then(|owner| AccountId::new(owner).ok())
                    .unwrap_or_else(|| account.clone()),
                region: region.clone(),
                size_gib: snapshot.size_gib,
                key,
                description: format!("Created by CreateImage for {}", image.id),
                state: SnapshotState::Completed,
                digest,
                volume: None,
                archived: snapshot.archived,
                permitted: BTreeMap::new(),
                tags: BTreeMap::new(),
                created_at: created,
                visible_from: created,
            };
            cloud.ec2.snapshots.insert(snapshot.id.clone(), filled);
        }
        let filled = Image {
            owner: account.clone(),
            region: region.clone(),
            name: image.name.clone(),
            description: image.description.clone(),
            architecture: if image.architecture.is_empty() {
                "x86_64".to_owned()
            } else {
                image.architecture.clone()
            },
            devices,
            state: match image.settings.state.as_deref() {
                Some("disabled") => ImageState::Disabled,
                Some("failed" | "error" | "invalid") => ImageState::Failed("it failed before".to_owned()),
                _ => ImageState::Available,
            },
            settings: image.settings.clone(),
            permitted: BTreeMap::new(),
            marketplace_codes: image.marketplace_codes.clone(),
            references: image.named_by.iter().filter_map(|who| references::told(who)).collect(),
            source: None,
            tags: image.tags.clone(),
            created_at: created,
            visible_from: created,
        };
        cloud.ec2.images.insert(image.id.clone(), filled);
    }
    volumes::fill(cloud, account, region, contents);
    instances::fill(cloud, account, region, contents);
}

fn fill_settings(cloud: &mut Cloud, account: &AccountId, region: &Region, settings: &MachineSettings) {
    let here = (account.clone(), region.clone());
    if settings.encrypts_by_default == Some(true) {
        cloud.ec2.encrypts_by_default.insert(here.clone());
    }
    if let Some(key) = &settings.default_key {
        cloud.ec2.default_key.insert(here.clone(), key.clone());
    }
    cloud.ec2.settings.insert(here, settings.clone());
}

/// What an account has set, or what AWS sets: public sharing is blocked where nothing was ever shared, all images are allowed.
fn shown_settings(cloud: &Cloud, caller: &Caller, operation: &str) -> Value {
    let here = (caller.account.clone(), caller.region.clone());
    let settings = cloud.ec2.settings.get(&here).cloned().unwrap_or_default();
    let or = |told: Option<String>, usual: &str| told.unwrap_or_else(|| usual.to_owned());
    match operation {
        "GetImageBlockPublicAccessState" => {
            json!({ "ImageBlockPublicAccessState": or(settings.image_block_public_access, "block-new-sharing") })
        }
        "GetSnapshotBlockPublicAccessState" => {
            json!({ "State": or(settings.snapshot_block_public_access, "unblocked") })
        }
        _ => {
            let criteria = match settings.allowed_image_providers.is_empty() {
                true => json!([]),
                false => json!([{ "ImageProviders": settings.allowed_image_providers }]),
            };
            json!({ "State": or(settings.allowed_images, "disabled"), "ImageCriteria": criteria, "ManagedBy": "account" })
        }
    }
}

/// What is due by now.
pub fn advance(cloud: &mut Cloud) {
    instances::advance(cloud);
    termination::advance(cloud);
    copying::advance(cloud);
    volumes::advance(cloud);
}

/// Operations that only read: they admit no dry run here and leave nothing behind.
fn read(cloud: &Cloud, caller: &Caller, operation: &str, input: &Value) -> Option<Answer> {
    Some(match operation {
        "DescribeImages" => images::describe(cloud, caller, input),
        "DescribeImageReferences" => references::describe(cloud, caller, input),
        "DescribeImageAttribute" => permissions::describe_image(cloud, caller, input),
        "DescribeSnapshots" => snapshots::describe(cloud, caller, input),
        "DescribeSnapshotAttribute" => permissions::describe_snapshot(cloud, caller, input),
        "DescribeInstances" => instances::describe(cloud, caller, input),
        "DescribeInstanceAttribute" => instances::describe_attribute(cloud, caller, input),
        "DescribeInstanceTypes" => instances::describe_types(cloud, caller, input),
        "DescribeVolumes" => volumes::describe(cloud, caller, input),
        "DescribeTags" => tags::describe(cloud, caller, input),
        "DescribeLaunchTemplates" => launch_templates::describe(cloud, caller, input),
        "DescribeLaunchTemplateVersions" => launch_templates::describe_versions(cloud, caller, input),
        "DescribeSecurityGroups" => security_groups::describe(cloud, caller, input),
        "DescribeSubnets" => network::describe_subnets(cloud, caller, input),
        "DescribeRegions" => network::describe_regions(cloud, caller, input),
        "GetEbsEncryptionByDefault" => {
            let here = (caller.account.clone(), caller.region.clone());
            Ok(json!({ "EbsEncryptionByDefault": cloud.ec2.encrypts_by_default.contains(&here) }))
        }
        "GetImageBlockPublicAccessState" | "GetSnapshotBlockPublicAccessState" | "GetAllowedImagesSettings" => {
            Ok(shown_settings(cloud, caller, operation))
        }
        "GetEbsDefaultKmsKeyId" => Ok(json!({ "KmsKeyId": default_key_name(cloud, caller) })),
        _ => return None,
    })
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    if let Some(answer) = read(cloud, caller, operation, input) {
        return answer;
    }
    type Change = fn(&mut Cloud, &Caller, &Value) -> Answer;
    let change: Change = match operation {
        "CopyImage" => copying::copy_image,
        "CopySnapshot" => copying::copy_snapshot,
        "ModifyImageAttribute" => permissions::modify_image,
        "ModifySnapshotAttribute" => permissions::modify_snapshot,
        "DeregisterImage" => images::deregister,
        "StopInstances" => instances::stop,
        "StartInstances" => instances::start,
        "TerminateInstances" => termination::terminate,
        "ModifyInstanceAttribute" => termination::modify_attribute,
        "CreateImage" => instances::create_image,
        "CreateSnapshot" => volumes::create_snapshot,
        "CreateVolume" => volumes::create,
        "DeleteVolume" => volumes::delete,
        "EnableImageDeprecation" => images::deprecate,
        "DisableImageDeprecation" => images::undeprecate,
        "DeleteSnapshot" => snapshots::delete,
        "CreateSecurityGroup" => security_groups::create,
        "DeleteSecurityGroup" => security_groups::delete,
        "AuthorizeSecurityGroupIngress" => security_groups::authorize,
        "CreateLaunchTemplate" => launch_templates::create,
        "CreateLaunchTemplateVersion" => launch_templates::create_version,
        "ModifyLaunchTemplate" => launch_templates::modify,
        "CreateTags" => tags::create,
        "DeleteTags" => tags::delete,
        _ => return Err(ServiceError::not_modelled("ec2", operation)),
    };
    if flag(input, "DryRun") == Some(true) {
        // It checks the caller's right to the call: not keys, not the permissions of snapshots, not even that the ids exist.
        let message = "Request would have succeeded, but DryRun flag is set.";
        return Err(ServiceError::with_status(412, "DryRunOperation", message));
    }
    change(cloud, caller, input)
}

/// The name of the default EBS key.
fn default_key_name(cloud: &Cloud, caller: &Caller) -> String {
    let here = (caller.account.clone(), caller.region.clone());
    cloud
        .ec2
        .default_key
        .get(&here)
        .cloned()
        .unwrap_or_else(|| storage_key::EBS_DEFAULT.to_owned())
}

/// Every share of an image or snapshot: its ARN, its owner, and an account id or `all`.
pub fn shares(cloud: &Cloud) -> Vec<(String, AccountId, String)> {
    let mut shares = Vec::new();
    for (id, image) in &cloud.ec2.images {
        let arn = image_arn(&image.region, id);
        shares.extend(
            image
                .permitted
                .keys()
                .map(|with| (arn.clone(), image.owner.clone(), with.clone())),
        );
    }
    for (id, snapshot) in &cloud.ec2.snapshots {
        let arn = snapshot_arn(&snapshot.region, id);
        shares.extend(
            snapshot
                .permitted
                .keys()
                .map(|with| (arn.clone(), snapshot.owner.clone(), with.clone())),
        );
    }
    shares
}

/// What an image holds: its devices and the content of their snapshots, so that a faithful copy has the same digest.
pub fn image_digest(cloud: &Cloud, image: &Image) -> Digest {
    let parts: Vec<String> = image
        .devices
        .iter()
        .map(|device| {
            let content = cloud
                .ec2
                .snapshots
                .get(&device.snapshot)
                .map_or("gone", |snapshot| snapshot.digest.as_str());
            format!("{}={content}", device.name)
        })
        .collect();
    Digest::of(parts.join("\n").as_bytes())
}

/// Every image and snapshot with what it holds. An image has no key of its own: its snapshots have.
pub fn resources(cloud: &Cloud) -> Vec<ResourceSummary> {
    let usable = |snapshot: &Snapshot| {
        snapshot.state == SnapshotState::Completed
            && storage_key::readable(cloud, &snapshot.owner, &snapshot.region, snapshot.key.as_deref())
    };
    let images = cloud.ec2.images.iter().map(|(id, image)| {
        let snapshots: Vec<_> = image
            .devices
            .iter()
            .map(|device| cloud.ec2.snapshots.get(&device.snapshot))
            .collect();
        ResourceSummary {
            arn: image_arn(&image.region, id),
            owner: image.owner.clone(),
            tags: image.tags.clone(),
            key: snapshots.iter().flatten().find_map(|snapshot| snapshot.key.clone()),
            digest: image_digest(cloud, image),
            usable: image.state == ImageState::Available && snapshots.iter().all(|s| s.is_some_and(usable)),
        }
    });
    let snapshots = cloud.ec2.snapshots.iter().map(|(id, snapshot)| ResourceSummary {
        arn: snapshot_arn(&snapshot.region, id),
        owner: snapshot.owner.clone(),
        tags: snapshot.tags.clone(),
        key: snapshot.key.clone(),
        digest: snapshot.digest.clone(),
        usable: usable(snapshot),
    });
    let volumes = cloud.ec2.volumes.iter().map(|(id, volume)| ResourceSummary {
        arn: volume_arn(&volume.owner, &volume.region, id),
        owner: volume.owner.clone(),
        tags: volume.tags.clone(),
        key: volume.key.clone(),
        digest: volume.digest.clone(),
        usable: volume.state == VolumeState::Ready
            && storage_key::readable(cloud, &volume.owner, &volume.region, volume.key.as_deref()),
    });
    images.chain(snapshots).chain(volumes).collect()
}

/// Whether an account that does not own something may see it now.
fn admitted(permitted: &BTreeMap<String, Timestamp>, caller: &Caller, now: Timestamp) -> bool {
    ["all", caller.account.as_str()]
        .iter()
        .any(|who| permitted.get(*who).is_some_and(|from| *from <= now))
}

#[cfg(test)]
#[path = "ec2_tests.rs"]
mod tests;

#[cfg(test)]
#[path = "machines_tests.rs"]
mod machines_tests;

#[cfg(test)]
#[path = "snapshots_tests.rs"]
mod snapshots_tests;
