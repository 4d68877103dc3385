//! EC2: instances, their images, volumes and the snapshots of volumes.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, VolumeType};
use model::{Failure, FailureClass};

use crate::classify;
use crate::ec2::{Ec2, Snapshot, sdk_tags, size, snapshot};

/// A volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Volume {
    /// Its id.
    pub id: String,
    /// `creating`, `available`, `in-use`, `error`, …
    pub state: String,
    /// Where it lies.
    pub zone: String,
    /// Its type, such as `gp3`.
    pub kind: String,
    /// Its size in GiB.
    pub gib: u32,
    /// Its IOPS, where EC2 tells them.
    pub iops: Option<u32>,
    /// Its throughput in MiB/s, where EC2 tells it.
    pub throughput: Option<u32>,
    /// The ARN of its key; absent when it is not encrypted.
    pub key: Option<String>,
}

/// What a new volume is to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewVolume {
    /// The snapshot that it is made of.
    pub snapshot: String,
    /// Where it shall lie.
    pub zone: String,
    /// Its type.
    pub kind: String,
    /// Its size in GiB.
    pub gib: u32,
    /// Its IOPS, where its type takes them.
    pub iops: Option<u32>,
    /// Its throughput in MiB/s, where its type takes it.
    pub throughput: Option<u32>,
    /// The ARN of its key.
    pub key: String,
    /// A second call with the same token gives the first one's volume.
    pub token: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// Filters for things with all of these tags.
fn tagged(tags: &BTreeMap<String, String>) -> Vec<Filter> {
    let filter = |(key, value): (&String, &String)| Filter::builder().name(format!("tag:{key}")).values(value).build();
    tags.iter().map(filter).collect()
}

fn volume(from: aws_sdk_ec2::types::Volume) -> Volume {
    let whole = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok());
    Volume {
        state: from.state().map(|state| state.as_str().to_owned()).unwrap_or_default(),
        kind: from
            .volume_type()
            .map(|kind| kind.as_str().to_owned())
            .unwrap_or_default(),
        gib: size(from.size),
        iops: whole(from.iops),
        throughput: whole(from.throughput),
        id: from.volume_id.unwrap_or_default(),
        zone: from.availability_zone.unwrap_or_default(),
        key: from.kms_key_id.filter(|_| from.encrypted == Some(true)),
    }
}

impl Ec2 {
    /// The state of an instance (`running`, `stopped`, …); none if there is no such instance.
    pub async fn instance_state(&self, id: &str) -> Result<Option<String>, Failure> {
        let answer = self.read.describe_instances().instance_ids(id).send().await;
        let found = classify::found(answer.map_err(self.failed("DescribeInstances")))?;
        let instances = found.and_then(|answer| answer.reservations).unwrap_or_default();
        let mut instances = instances.into_iter().flat_map(|one| one.instances.unwrap_or_default());
        let state = instances.next().and_then(|one| one.state?.name);
        Ok(state.map(|state| state.as_str().to_owned()))
    }

    /// Stops an instance, with its operating system's own shutdown.
    pub async fn stop_instance(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.stop_instances().instance_ids(id);
        call.send().await.map(drop).map_err(self.failed("StopInstances"))
    }

    /// Starts an instance.
    pub async fn start_instance(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.start_instances().instance_ids(id);
        call.send().await.map(drop).map_err(self.failed("StartInstances"))
    }

    /// Begins an image of an instance with all its EBS volumes. It is never rebooted for that.
    pub async fn create_image(
        &self,
        instance: &str,
        name: &str,
        description: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.create_image().instance_id(instance).name(name);
        let call = call.description(description).no_reboot(true);
        let call = call.tag_specifications(sdk_tags(ResourceType::Image, tags));
        let call = call.tag_specifications(sdk_tags(ResourceType::Snapshot, tags));
        call.send().await.map(drop).map_err(self.failed("CreateImage"))
    }

    /// The account's own snapshots with all of these tags.
    pub async fn snapshots_tagged(&self, tags: &BTreeMap<String, String>) -> Result<Vec<Snapshot>, Failure> {
        let call = self.read.describe_snapshots().owner_ids("self");
        let call = call.set_filters(Some(tagged(tags)));
        let answer = call.send().await.map_err(self.failed("DescribeSnapshots"))?;
        Ok(answer.snapshots.unwrap_or_default().into_iter().map(snapshot).collect())
    }

    /// Begins a snapshot of a volume, and gives its id. There is no token: asked twice, there are two.
    pub async fn create_snapshot(
        &self,
        volume: &str,
        description: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<String, Failure> {
        let call = self.once.create_snapshot().volume_id(volume).description(description);
        let call = call.tag_specifications(sdk_tags(ResourceType::Snapshot, tags));
        let made = call.send().await.map_err(self.failed("CreateSnapshot"))?;
        Ok(made.snapshot_id.unwrap_or_default())
    }

    /// Begins a copy of a snapshot in this account under a key, and gives its id. There is no token. The reference asks for a `PresignedUrl`
    /// of encrypted snapshots; within a region the service makes do without (fact 3.2).
    pub async fn copy_snapshot(
        &self,
        source: &str,
        description: &str,
        key: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<String, Failure> {
        let call = self.once.copy_snapshot().source_snapshot_id(source);
        let call = call.source_region(self.region.as_str()).description(description);
        let call = call.encrypted(true).kms_key_id(key);
        let call = call.tag_specifications(sdk_tags(ResourceType::Snapshot, tags));
        let made = call.send().await.map_err(self.failed("CopySnapshot"));
        let made = made.map_err(|mut failure| {
            // Where a fresh permission has not spread, as with images.
            if failure.code == "InvalidRequest" {
                failure.class = FailureClass::Denied;
            }
            failure
        })?;
        Ok(made.snapshot_id.unwrap_or_default())
    }

    /// Deletes a snapshot. One that is under way ends with it.
    pub async fn delete_snapshot(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_snapshot().snapshot_id(id);
        call.send().await.map(drop).map_err(self.failed("DeleteSnapshot"))
    }

    /// The account's volumes with all of these tags.
    pub async fn volumes_tagged(&self, tags: &BTreeMap<String, String>) -> Result<Vec<Volume>, Failure> {
        let call = self.read.describe_volumes().set_filters(Some(tagged(tags)));
        let answer = call.send().await.map_err(self.failed("DescribeVolumes"))?;
        Ok(answer.volumes.unwrap_or_default().into_iter().map(volume).collect())
    }

    /// Begins a volume of a snapshot. Its key is looked at only after the answer.
    pub async fn create_volume(&self, new: &NewVolume) -> Result<(), Failure> {
        let signed = |number: Option<u32>| number.and_then(|number| i32::try_from(number).ok());
        let call = self.once.create_volume().snapshot_id(&new.snapshot);
        let call = call
            .availability_zone(&new.zone)
            .volume_type(VolumeType::from(new.kind.as_str()));
        let call = call
            .set_size(signed(Some(new.gib)))
            .set_iops(signed(new.iops))
            .set_throughput(signed(new.throughput));
        let call = call.encrypted(true).kms_key_id(&new.key).client_token(&new.token);
        let call = call.tag_specifications(sdk_tags(ResourceType::Volume, &new.tags));
        call.send().await.map(drop).map_err(self.failed("CreateVolume"))
    }

    /// Deletes a volume.
    pub async fn delete_volume(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_volume().volume_id(id);
        call.send().await.map(drop).map_err(self.failed("DeleteVolume"))
    }
}
