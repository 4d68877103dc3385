//! The instances of an account, its volumes and its snapshots, as an inventory has them.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    DeviceType, InstanceAttributeName, InstanceLifecycleType, InstanceStateName, InstanceType, ProductCodeValues,
    StorageTier,
};
use model::Failure;
use model::machines::{Attachment, EbsSnapshot, Instance, Volume};

use crate::ec2::{Ec2, size};
use crate::ec2_observed::{id_of, tags};

/// The tag by which Auto Scaling marks its instances.
const GROUP: &str = "aws:autoscaling:groupName";

fn instance(from: aws_sdk_ec2::types::Instance) -> Instance {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let mut tags = tags(from.tags());
    let groups = from.security_groups().iter();
    let codes = from.product_codes().iter();
    let marketplace = codes.filter(|code| code.product_code_type() == Some(&ProductCodeValues::Marketplace));
    let state = from.state().and_then(|state| state.name());
    Instance {
        auto_scaling_group: tags.remove(GROUP),
        tags,
        security_groups: groups.filter_map(|group| group.group_id().map(str::to_owned)).collect(),
        marketplace_codes: marketplace
            .filter_map(|code| code.product_code_id().map(str::to_owned))
            .collect(),
        state: text(state.map(InstanceStateName::as_str)),
        kind: text(from.instance_type().map(InstanceType::as_str)),
        architecture: text(from.architecture().map(|one| one.as_str())),
        root_device: text(from.root_device_name()),
        root_on_instance_store: from.root_device_type() == Some(&DeviceType::InstanceStore),
        instance_store_volumes: 0,
        subnet: text(from.subnet_id()),
        profile: from
            .iam_instance_profile()
            .and_then(|profile| profile.arn())
            .map(str::to_owned),
        spot: from.instance_lifecycle() == Some(&InstanceLifecycleType::Spot),
        user_data: false,
        stop_protected: false,
        termination_protected: false,
        key_pair: from.key_name,
        public_address: from.public_ip_address,
        id: from.instance_id.unwrap_or_default(),
    }
}

fn volume(from: aws_sdk_ec2::types::Volume) -> Volume {
    let whole = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    let attached = from.attachments().iter().map(|at| Attachment {
        instance: text(at.instance_id()),
        device: text(at.device()),
        delete_on_termination: at.delete_on_termination(),
    });
    let encrypted = from.encrypted() == Some(true);
    Volume {
        attached_to: attached.collect(),
        tags: tags(from.tags()),
        size_gib: size(from.size),
        kind: text(from.volume_type().map(|kind| kind.as_str())),
        iops: whole(from.iops),
        throughput: whole(from.throughput),
        encrypted,
        key: from.kms_key_id().filter(|_| encrypted).map(|arn| id_of(arn).to_owned()),
        id: from.volume_id.unwrap_or_default(),
        availability_zone: from.availability_zone.unwrap_or_default(),
    }
}

fn snapshot(from: aws_sdk_ec2::types::Snapshot) -> EbsSnapshot {
    let encrypted = from.encrypted() == Some(true);
    let state = from.state().map(|state| state.as_str().to_owned());
    EbsSnapshot {
        tags: tags(from.tags()),
        size_gib: size(from.volume_size),
        encrypted,
        key: from.kms_key_id().filter(|_| encrypted).map(|arn| id_of(arn).to_owned()),
        // What is not told is completed.
        state: state.filter(|state| state != "completed"),
        archived: from.storage_tier() == Some(&StorageTier::Archive),
        description: from.description.unwrap_or_default(),
        id: from.snapshot_id.unwrap_or_default(),
    }
}

impl Ec2 {
    /// The account's instances that are wanted, by id; what is terminated is none. Of each it is asked whether it may be stopped and whether it
    /// has user data, of their types what instance stores come with them.
    pub async fn observed_instances(&self, wanted: impl Fn(&Instance) -> bool) -> Result<Vec<Instance>, Failure> {
        let mut instances = BTreeMap::new();
        let mut pages = self.read.describe_instances().into_paginator().items().send();
        while let Some(reservation) = pages.next().await {
            let reservation = reservation.map_err(self.failed("DescribeInstances"))?;
            let found = reservation.instances.unwrap_or_default().into_iter().map(instance);
            let alive = found.filter(|one| !matches!(one.state.as_str(), "terminated" | "shutting-down"));
            instances.extend(alive.filter(&wanted).map(|one| (one.id.clone(), one)));
        }
        let types: BTreeSet<String> = instances.values().map(|one| one.kind.clone()).collect();
        let stores = self.instance_stores(&types).await?;
        for one in instances.values_mut() {
            one.instance_store_volumes = stores.get(&one.kind).copied().unwrap_or_default();
            let call = self.read.describe_instance_attribute().instance_id(&one.id);
            let asked = call
                .clone()
                .attribute(InstanceAttributeName::DisableApiStop)
                .send()
                .await;
            let asked = asked.map_err(self.failed("DescribeInstanceAttribute"))?;
            one.stop_protected = asked.disable_api_stop().and_then(|told| told.value()) == Some(true);
            one.termination_protected = self.termination_protected(&one.id).await?;
            let asked = call.attribute(InstanceAttributeName::UserData).send().await;
            let asked = asked.map_err(self.failed("DescribeInstanceAttribute"))?;
            let data = asked.user_data().and_then(|told| told.value());
            one.user_data = data.is_some_and(|data| !data.is_empty());
        }
        Ok(instances.into_values().collect())
    }

    /// How many instance-store volumes come with each type.
    async fn instance_stores(&self, types: &BTreeSet<String>) -> Result<BTreeMap<String, u32>, Failure> {
        let mut stores = BTreeMap::new();
        // A hundred types are the most that one call takes.
        for some in types.iter().collect::<Vec<_>>().chunks(100) {
            let asked = some.iter().map(|kind| InstanceType::from(kind.as_str())).collect();
            let call = self.read.describe_instance_types().set_instance_types(Some(asked));
            let answer = call.send().await.map_err(self.failed("DescribeInstanceTypes"))?;
            for kind in answer.instance_types() {
                let disks = kind
                    .instance_storage_info()
                    .map(|info| info.disks())
                    .unwrap_or_default();
                let count = disks.iter().map(|disk| size(disk.count())).sum();
                let name = kind.instance_type().map(|name| name.as_str().to_owned());
                stores.insert(name.unwrap_or_default(), count);
            }
        }
        Ok(stores)
    }

    /// The account's volumes, by id.
    pub async fn observed_volumes(&self) -> Result<Vec<Volume>, Failure> {
        let mut volumes = BTreeMap::new();
        let mut pages = self.read.describe_volumes().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = volume(found.map_err(self.failed("DescribeVolumes"))?);
            volumes.insert(found.id.clone(), found);
        }
        Ok(volumes.into_values().collect())
    }

    /// The account's own snapshots, by id, those of images among them.
    pub async fn observed_snapshots(&self) -> Result<Vec<EbsSnapshot>, Failure> {
        let mut snapshots = BTreeMap::new();
        let call = self.read.describe_snapshots().owner_ids("self");
        let mut pages = call.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = snapshot(found.map_err(self.failed("DescribeSnapshots"))?);
            snapshots.insert(found.id.clone(), found);
        }
        Ok(snapshots.into_values().collect())
    }
}
