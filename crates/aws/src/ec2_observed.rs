//! The images of an account and the security groups of its region, as an inventory has them.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{ImageReferenceResourceType, ProductCodeValues, ResourceTypeRequest, StorageTier, Tag};
use model::Failure;
use model::inventory::{Image, ImageSnapshot};
use model::machines::MachineSettings;

use crate::ec2::{Ec2, settings};

pub(crate) fn tags(of: &[Tag]) -> BTreeMap<String, String> {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    of.iter().map(|tag| (text(tag.key()), text(tag.value()))).collect()
}

fn gib(size: Option<i32>) -> u32 {
    size.and_then(|gib| u32::try_from(gib).ok()).unwrap_or_default()
}

impl Ec2 {
    /// The account's own images, by id, with the snapshots behind them. What names them it does not tell.
    pub async fn observed_images(&self) -> Result<Vec<Image>, Failure> {
        let mut snapshots = BTreeMap::new();
        let mut pages = self
            .read
            .describe_snapshots()
            .owner_ids("self")
            .into_paginator()
            .items()
            .send();
        while let Some(snapshot) = pages.next().await {
            let snapshot = snapshot.map_err(self.failed("DescribeSnapshots"))?;
            let key = snapshot.kms_key_id.filter(|_| snapshot.encrypted == Some(true));
            let archived = snapshot.storage_tier == Some(StorageTier::Archive);
            snapshots.insert(
                snapshot.snapshot_id.unwrap_or_default(),
                (key, snapshot.encrypted == Some(true), archived),
            );
        }
        let mut images = BTreeMap::new();
        let mut pages = self
            .read
            .describe_images()
            .owners("self")
            .include_disabled(true)
            .into_paginator()
            .items()
            .send();
        while let Some(image) = pages.next().await {
            let image = image.map_err(self.failed("DescribeImages"))?;
            let devices = image.block_device_mappings().iter().filter_map(|mapping| {
                // A mapping without EBS is an instance store: it holds nothing.
                let ebs = mapping.ebs()?;
                let id = ebs.snapshot_id().unwrap_or_default();
                let own = snapshots.get(id).cloned();
                // One that is not the account's own is another's, whoever that is.
                let owner = own.is_none().then(|| "another account".to_owned());
                let (key, encrypted, archived) = own.unwrap_or((None, ebs.encrypted() == Some(true), false));
                Some(ImageSnapshot {
                    id: id.to_owned(),
                    device: mapping.device_name().unwrap_or_default().to_owned(),
                    size_gib: gib(ebs.volume_size()),
                    encrypted,
                    key: key.map(|arn| id_of(&arn).to_owned()),
                    owner,
                    archived,
                })
            });
            let codes = image.product_codes().iter();
            let marketplace = codes.filter(|code| code.product_code_type() == Some(&ProductCodeValues::Marketplace));
            let observed = Image {
                settings: settings(&image),
                snapshots: devices.collect(),
                marketplace_codes: marketplace
                    .filter_map(|code| code.product_code_id().map(str::to_owned))
                    .collect(),
                tags: tags(image.tags()),
                architecture: image
                    .architecture()
                    .map(|one| one.as_str().to_owned())
                    .unwrap_or_default(),
                id: image.image_id.unwrap_or_default(),
                name: image.name.unwrap_or_default(),
                description: image.description.unwrap_or_default(),
                named_by: Vec::new(),
            };
            images.insert(observed.id.clone(), observed);
        }
        Ok(images.into_values().collect())
    }

    /// What of the account names these images by their ids, by image: launch templates, SSM parameters and recipes of Image Builder, each in words
    /// with its ARN. Launch configurations of Auto Scaling groups EC2 does not tell.
    pub async fn observed_references(&self, images: &[String]) -> Result<BTreeMap<String, Vec<String>>, Failure> {
        let kinds = [
            (ImageReferenceResourceType::Ec2LaunchTemplate, "launch template"),
            (ImageReferenceResourceType::SsmParameter, "SSM parameter"),
            (ImageReferenceResourceType::ImageBuilderImageRecipe, "image recipe"),
            (
                ImageReferenceResourceType::ImageBuilderContainerRecipe,
                "container recipe",
            ),
        ];
        let asked: Vec<ResourceTypeRequest> = kinds
            .iter()
            .map(|(kind, _)| ResourceTypeRequest::builder().resource_type(kind.clone()).build())
            .collect();
        let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
        // At most ten images in a call.
        for some in images.chunks(10) {
            let mut next: Option<String> = None;
            loop {
                let call = self.read.describe_image_references().set_image_ids(Some(some.to_vec()));
                let call = call.set_resource_types(Some(asked.clone())).set_next_token(next.take());
                let answer = call.send().await.map_err(self.failed("DescribeImageReferences"))?;
                for one in answer.image_references() {
                    let what = kinds.iter().find(|(kind, _)| one.resource_type() == Some(kind));
                    let (Some(id), Some(arn), Some((_, what))) = (one.image_id(), one.arn(), what) else {
                        continue;
                    };
                    found.entry(id.to_owned()).or_default().push(format!("{what} {arn}"));
                }
                match answer.next_token {
                    Some(token) if !token.is_empty() => next = Some(token),
                    _ => break,
                }
            }
        }
        Ok(found)
    }

    /// What the account has set for EC2 and EBS in its region.
    pub async fn observed_settings(&self) -> Result<MachineSettings, Failure> {
        let call = self.read.get_image_block_public_access_state();
        let images = call
            .send()
            .await
            .map_err(self.failed("GetImageBlockPublicAccessState"))?;
        let call = self.read.get_snapshot_block_public_access_state();
        let snapshots = call
            .send()
            .await
            .map_err(self.failed("GetSnapshotBlockPublicAccessState"))?;
        let call = self.read.get_allowed_images_settings();
        let allowed = call.send().await.map_err(self.failed("GetAllowedImagesSettings"))?;
        let call = self.read.get_ebs_encryption_by_default();
        let encrypts = call.send().await.map_err(self.failed("GetEbsEncryptionByDefault"))?;
        let call = self.read.get_ebs_default_kms_key_id();
        let key = call.send().await.map_err(self.failed("GetEbsDefaultKmsKeyId"))?;
        // A criterion that asks for more than the owner does not admit all that an owner has.
        let of_owners = allowed.image_criteria().iter().filter(|criterion| {
            criterion.image_names().is_empty()
                && criterion.marketplace_product_codes().is_empty()
                && criterion.creation_date_condition().is_none()
                && criterion.deprecation_time_condition().is_none()
        });
        let providers = of_owners.flat_map(|criterion| criterion.image_providers().to_vec());
        Ok(MachineSettings {
            allowed_image_providers: providers.collect(),
            allowed_images: allowed.state().map(str::to_owned),
            image_block_public_access: images.image_block_public_access_state,
            snapshot_block_public_access: snapshots.state.map(|state| state.as_str().to_owned()),
            encrypts_by_default: encrypts.ebs_encryption_by_default,
            default_key: key.kms_key_id.map(|arn| id_of(&arn).to_owned()),
        })
    }

    /// The ids of the region's security groups.
    pub async fn observed_security_groups(&self) -> Result<Vec<String>, Failure> {
        let mut groups = Vec::new();
        let mut pages = self.read.describe_security_groups().into_paginator().items().send();
        while let Some(group) = pages.next().await {
            let group = group.map_err(self.failed("DescribeSecurityGroups"))?;
            groups.extend(group.group_id);
        }
        groups.sort();
        Ok(groups)
    }
}

/// The id of a key, of its ARN.
pub(crate) fn id_of(arn: &str) -> &str {
    arn.rsplit_once(":key/").map_or(arn, |(_, id)| id)
}
