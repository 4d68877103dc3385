//! What the two steps have in common that copy an image: the look at it, the proof of it, and its removal.

use aws::ec2::{Ec2, Image};
use engine::{Observed, Progress, StepContext, Verified};
use model::{Failure, Said};
use serde_json::json;

use super::words::Text;
use super::{ImageOutput, Machine, SnapshotOutput};
use crate::foreign::Foreign;
use crate::pace;
use crate::underway::Underway;

/// Looks at the image of a name in an account. Names are unique there, and the call that makes it carries a token, so the name and
/// our tags find it after a lost answer.
pub(crate) async fn look(cx: &StepContext, ec2: &Ec2, name: &str) -> Result<Observed, Failure> {
    let found = ec2.images_named(name).await?;
    if let Some(image) = found.iter().find(|image| cx.made_it(&image.tags)) {
        return seen(cx, ec2, image).await;
    }
    Ok(match found.first() {
        Some(other) => Observed::Foreign {
            whose: Foreign::HasName.fill(&[&other.id, name]),
        },
        None => Observed::Absent,
    })
}

async fn seen(cx: &StepContext, ec2: &Ec2, image: &Image) -> Result<Observed, Failure> {
    match image.state.as_str() {
        "available" => {
            let snapshots = image.devices.iter().map(|device| SnapshotOutput {
                id: device.snapshot.clone(),
                device: device.name.clone(),
                gib: device.gib,
            });
            let output = ImageOutput {
                id: image.id.clone(),
                name: image.name.clone(),
                snapshots: snapshots.collect(),
                machine: Some(Machine {
                    architecture: image.architecture.clone(),
                    root_device: image.root_device.clone(),
                    virtualization: image.virtualization.clone(),
                    sriov: image.sriov.clone(),
                    boot_mode: image.settings.boot_mode.clone(),
                    tpm_support: image.settings.tpm_support.clone(),
                    imds_support: image.settings.imds_support.clone(),
                    ena_support: image.settings.ena_support,
                }),
            };
            Ok(Observed::Present(json!(output)))
        }
        // KMS is asked only after CopyImage has answered: its refusal shows here.
        "failed" | "error" | "invalid" | "deregistered" | "disabled" => {
            let mut told: Vec<String> = image.state_reason.iter().cloned().collect();
            for snapshot in snapshots(ec2, image).await? {
                let message = snapshot.message.iter();
                told.extend(message.map(|message| format!("{}: {message}", snapshot.id)));
            }
            let ended = Text::Ended.fill(&[&image.id, &image.state]);
            let why = Said::all([ended].into_iter().chain(told.into_iter().map(Said::verbatim)));
            Ok(Observed::Broken { why })
        }
        state => {
            let percent = percent(&snapshots(ec2, image).await?);
            let progress = match percent {
                Some(percent) => Progress::percent(percent, Underway::Status.fill(&[&image.id, state])),
                None => Progress::words(Underway::Status.fill(&[&image.id, state])),
            };
            Ok(Observed::Underway {
                progress,
                look_again: pace::look_again(cx, percent),
            })
        }
    }
}

async fn snapshots(ec2: &Ec2, image: &Image) -> Result<Vec<aws::ec2::Snapshot>, Failure> {
    let ids: Vec<String> = image
        .devices
        .iter()
        .map(|d| d.snapshot.clone())
        .filter(|id| !id.is_empty())
        .collect();
    // A fresh snapshot may not be seen yet: then nothing can be told of progress.
    Ok(ec2.snapshots(&ids).await?.unwrap_or_default())
}

/// An image shows no progress of its own: its snapshots do, each weighing as much as its volume.
fn percent(snapshots: &[aws::ec2::Snapshot]) -> Option<i32> {
    let whole: u64 = snapshots.iter().map(|snapshot| u64::from(snapshot.gib.max(1))).sum();
    let done = snapshots.iter().map(|snapshot| {
        let percent = snapshot.percent.unwrap_or(0).clamp(0, 100).unsigned_abs();
        u64::from(snapshot.gib.max(1)) * u64::from(percent)
    });
    let done: u64 = done.sum();
    let percent = done.checked_div(whole)?;
    i32::try_from(percent).ok().filter(|percent| *percent > 0)
}

/// Proves that an image stands on snapshots that are complete, of the right sizes, and where keys are given under those or under none at all.
pub(crate) async fn verify(
    ec2: &Ec2,
    image: &ImageOutput,
    sizes: &[u32],
    keys: Option<&[String]>,
) -> Result<Verified, Failure> {
    let ids: Vec<String> = image.snapshots.iter().map(|snapshot| snapshot.id.clone()).collect();
    let Some(found) = ec2.snapshots(&ids).await? else {
        let why = Underway::SnapshotsNotSeen.fill(&[&image.id]);
        return Ok(Verified::NotYet {
            why,
            look_again: std::time::Duration::from_secs(5),
        });
    };
    let misplaced = |snapshot: &&aws::ec2::Snapshot| match (&snapshot.key, keys) {
        (Some(key), Some(keys)) => !keys.contains(key),
        (None, _) | (_, None) => false,
    };
    if let Some(other) = found.iter().find(misplaced) {
        let wanted = keys.unwrap_or_default().join(" or ");
        return Ok(Verified::Wrong {
            why: Text::UnderOtherKey.fill(&[&other.id, &image.id, &under(other), &wanted]),
        });
    }
    if let Some(other) = found.iter().find(|snapshot| snapshot.state != "completed") {
        return Ok(Verified::Wrong {
            why: Text::SnapshotIs.fill(&[&other.id, &image.id, &other.state]),
        });
    }
    // In no order: EC2 promises none.
    let mut copied: Vec<u32> = image.snapshots.iter().map(|snapshot| snapshot.gib).collect();
    let mut sizes = sizes.to_vec();
    copied.sort_unstable();
    sizes.sort_unstable();
    if copied != sizes || found.len() != sizes.len() {
        return Ok(Verified::Wrong {
            why: Text::OtherSizes.fill(&[&image.id, &format!("{copied:?}"), &format!("{sizes:?}")]),
        });
    }
    let mut under: Vec<String> = found.iter().map(under).collect();
    under.sort_unstable();
    under.dedup();
    Ok(Verified::Right {
        evidence: Text::Available.fill(&[&image.id, &image.name, &found.len().to_string(), &under.join(", ")]),
    })
}

/// The key that a snapshot lies under, in words.
fn under(snapshot: &aws::ec2::Snapshot) -> String {
    snapshot.key.clone().unwrap_or_else(|| Text::NoKey.into())
}

/// The same of a copy, all of whose snapshots lie under one key.
pub(super) async fn verify_under(
    ec2: &Ec2,
    image: &ImageOutput,
    sizes: &[u32],
    key_arn: &str,
) -> Result<Verified, Failure> {
    let ids: Vec<String> = image.snapshots.iter().map(|snapshot| snapshot.id.clone()).collect();
    let found = ec2.snapshots(&ids).await?.unwrap_or_default();
    if let Some(open) = found.iter().find(|snapshot| snapshot.key.is_none()) {
        return Ok(Verified::Wrong {
            why: Text::UnderOtherKey.fill(&[&open.id, &image.id, &under(open), key_arn]),
        });
    }
    verify(ec2, image, sizes, Some(&[key_arn.to_owned()])).await
}

/// What of a copy is not as its original was: how it boots, what it asks of whoever launches it, how it is described.
pub(super) fn differences(was: &Image, is: &Image, description: &str) -> Vec<Said> {
    let quoted = |told: &str| format!("{told:?}");
    let text = |told: &Option<String>| told.as_deref().map_or_else(|| Text::NotTold.into(), quoted);
    let bool = |told: Option<bool>| told.map_or_else(|| Text::NotTold.into(), |told| quoted(&told.to_string()));
    let (old, new) = (&was.settings, &is.settings);
    let mut compared: Vec<(Text, String, String)> = vec![
        (Text::Architecture, quoted(&was.architecture), quoted(&is.architecture)),
        (Text::BootMode, text(&old.boot_mode), text(&new.boot_mode)),
        (Text::TpmSupport, text(&old.tpm_support), text(&new.tpm_support)),
        (Text::ImdsSupport, text(&old.imds_support), text(&new.imds_support)),
        (Text::EnaSupport, bool(old.ena_support), bool(new.ena_support)),
    ];
    // Without a description of its own a copy may be given one by EC2.
    if !description.is_empty() {
        compared.push((Text::Description, quoted(description), quoted(&is.description)));
    }
    compared.retain(|(_, was, is)| was != is);
    compared.iter().map(|(what, was, is)| what.fill(&[was, is])).collect()
}

/// Takes the image of a name away that this step made.
pub(crate) async fn take_away(cx: &StepContext, ec2: &Ec2, name: &str) -> Result<(), Failure> {
    match ec2
        .images_named(name)
        .await?
        .iter()
        .find(|image| cx.made_it(&image.tags))
    {
        Some(image) => ec2.deregister_image(&image.id).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn snapshot(gib: u32, percent: Option<i32>) -> aws::ec2::Snapshot {
        aws::ec2::Snapshot {
            id: "snap-1".into(),
            state: "pending".into(),
            message: None,
            percent,
            gib,
            key: None,
        }
    }

    #[test]
    fn a_copy_that_boots_otherwise_than_its_original_is_told_by_what_differs() {
        let settings = model::machines::ImageSettings {
            boot_mode: Some("uefi".into()),
            tpm_support: Some("v2.0".into()),
            imds_support: Some("v2.0".into()),
            ena_support: Some(true),
            ..Default::default()
        };
        let was = Image {
            id: "ami-1".into(),
            name: "batch".into(),
            state: "available".into(),
            state_reason: None,
            description: "nightly".into(),
            architecture: "arm64".into(),
            root_device: "/dev/xvda".into(),
            virtualization: "hvm".into(),
            sriov: None,
            settings,
            devices: Vec::new(),
            tags: std::collections::BTreeMap::new(),
        };
        assert_eq!(differences(&was, &was, "nightly"), Vec::<Said>::new());
        let mut is = was.clone();
        is.settings.imds_support = None;
        is.architecture = "x86_64".into();
        let told = differences(&was, &is, "hourly");
        assert_eq!(told.len(), 3, "{told:?}");
        assert_eq!(
            Said::all(told).as_str(),
            "its architecture was \"arm64\" and is \"x86_64\"; its IMDS support was \"v2.0\" and is \"not told\"; \
             its description was \"hourly\" and is \"nightly\""
        );
    }

    #[test]
    fn a_large_snapshot_weighs_more_than_a_small_one() {
        assert_eq!(percent(&[snapshot(90, Some(10)), snapshot(10, Some(100))]), Some(19));
        assert_eq!(percent(&[snapshot(8, None)]), None);
        assert_eq!(percent(&[]), None);
    }
}
