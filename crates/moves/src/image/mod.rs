//! Images (AMIs). An image travels by being shared, itself and every snapshot behind it, and copied in the target under the target's
//! own key; sharing alone would leave launches in the target dependent on the source's image, snapshots and key. What lies on a key
//! that AWS manages is first copied within the source, under a transport key.

pub(crate) mod change_share;
mod copy_image;
mod deprecate_image;
mod deregister_image;
mod deregister_old;
pub(crate) mod made_image;
mod old_image;
pub(crate) mod outputs;
mod plan;
pub(crate) mod plan_account;
mod plan_deprecation;
pub(crate) mod plan_steps;
mod rekey_image;
pub(crate) mod retire;
pub mod spec;
pub(crate) mod terraform;
pub(crate) mod words;

use std::rc::Rc;

use engine::{Registry, StepContext};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};

use crate::retire::proof::ProveGoes;
use crate::world::{World, action};

pub(crate) use plan::SLOW_AT_FIRST;
pub use plan::plan;

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(registry, world, "image.rekey_image", 1, rekey_image::RekeyImage::new);
    action(registry, world, "image.share_image", 1, change_share::Share::new);
    action(registry, world, "image.share_snapshot", 1, change_share::Share::new);
    action(registry, world, "image.copy_image", 1, copy_image::CopyImage::new);
    action(registry, world, "image.unshare_image", 1, change_share::Unshare::new);
    action(registry, world, "image.unshare_snapshot", 1, change_share::Unshare::new);
    action(
        registry,
        world,
        "image.deprecate_image",
        1,
        deprecate_image::DeprecateImage::new,
    );
    action(
        registry,
        world,
        "image.prove_copied",
        1,
        ProveGoes::<old_image::OldImage>::new,
    );
    action(
        registry,
        world,
        "image.deregister_old",
        1,
        deregister_old::DeregisterOld::new,
    );
    for deregister in ["image.deregister_rekeyed_image", "image.deregister_source_image"] {
        action(registry, world, deregister, 1, deregister_image::DeregisterImage::new);
    }
}

/// The output of every step that makes an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImageOutput {
    /// Its id.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Its snapshots, in the order of its devices.
    pub snapshots: Vec<SnapshotOutput>,
    /// What it boots as; absent in journals of before it was kept.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub machine: Option<Machine>,
}

/// What an image says of the machines that are launched of it, as EC2 showed it. Terraform makes an image anew over any of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Machine {
    /// `x86_64`, `arm64`
    pub architecture: String,
    /// The device that it boots from.
    pub root_device: String,
    /// `hvm`, `paravirtual`
    pub virtualization: String,
    /// `simple`, where it has the driver of Intel's enhanced network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sriov: Option<String>,
    /// `uefi`, `legacy-bios`, `uefi-preferred`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub boot_mode: Option<String>,
    /// `v2.0`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tpm_support: Option<String>,
    /// `v2.0`
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub imds_support: Option<String>,
    /// Whether it has the driver of the enhanced network.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ena_support: Option<bool>,
}

/// One snapshot of an image.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SnapshotOutput {
    /// Its id.
    pub id: String,
    /// The device that it is mapped to.
    pub device: String,
    /// The size of its volume in GiB.
    pub gib: u32,
}

/// What is read of the output of a step that makes one snapshot.
#[derive(Deserialize)]
struct Made {
    id: String,
}

/// Where an image, or one of its snapshots, is known from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// From the inventory, by its id.
    Id(String),
    /// The image that a step makes.
    ImageOf(StepId),
    /// A snapshot of the image that a step makes: the so-manieth device.
    SnapshotOf(StepId, usize),
    /// The snapshot that a step makes.
    Made(StepId),
}

impl From {
    /// The id.
    pub(crate) fn id(&self, cx: &StepContext) -> Result<String, Failure> {
        match self {
            From::Id(id) => Ok(id.clone()),
            From::Made(step) => {
                let made: Made = cx.output(step)?;
                Ok(made.id)
            }
            From::ImageOf(step) => Ok(cx.output::<ImageOutput>(step)?.id),
            From::SnapshotOf(step, device) => {
                let image: ImageOutput = cx.output(step)?;
                let found = image.snapshots.into_iter().nth(*device).map(|snapshot| snapshot.id);
                let why = || format!("{} has no device number {device}", image.id);
                found.ok_or_else(|| cx.failure(FailureClass::Unexpected, "[NoDevice]", why()))
            }
        }
    }
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
