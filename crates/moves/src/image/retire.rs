//! What is left of images that have moved: the images, and the snapshots behind them.

use model::machines::ImageSettings;
use model::{ResourceRef, StepSpec};

use super::{From, ImageOutput, copy_image};
use crate::database::retire::not_looked;
use crate::retire::prices::Month;
use crate::retire::{How, Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

/// Images of the source's own that have a copy, each with its id. That of an instance is made on the way, and gone.
fn moved<'a>(run: &Run<'a>) -> Vec<(&'a StepSpec, String)> {
    let copied = run
        .done("image.copy_image")
        .filter(|step| step.resource.kind == "image");
    copied
        .filter_map(|step| match run.input::<copy_image::Input>(step)?.original {
            From::Id(id) => Some((step, id)),
            From::ImageOf(_) | From::SnapshotOf(..) | From::Made(_) => None,
        })
        .collect()
}

/// Looks at each, at its copy, and at what names it.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    let moved = moved(run);
    if moved.is_empty() {
        return Ok(());
    }
    let (source, target) = (world.source(), world.target());
    let ids: Vec<String> = moved.iter().map(|(_, id)| id.clone()).collect();
    let listed = source.ec2.observed_images().await;
    seen.source.images = seen.take("images", listed)?;
    let named = source.ec2.observed_references(&ids).await;
    seen.source.named_by = seen.take("what names the images", named)?;
    for (step, id) in moved {
        let found = source.ec2.image(&id).await;
        if let Some(found) = seen.take("images", found)? {
            if found.is_some() {
                let shared = source.ec2.image_shared_with(&id).await;
                let shared = seen.take("whom the images are shared with", shared)?.flatten();
                seen.source.shared_with.insert(id.clone(), shared.unwrap_or_default());
            }
            seen.source.image.insert(id, found);
        }
        if let Some(made) = run.output::<ImageOutput>(&step.id) {
            let found = target.ec2.image(&made.id).await;
            if let Some(found) = seen.take("the target's images", found)? {
                seen.target.image.insert(made.id, found);
            }
        }
    }
    Ok(())
}

/// Tells the images that stand in the source still.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for (step, id) in moved(&old.run) {
        all.push(one(old, step, &id));
    }
}

fn one(old: &Old, step: &StepSpec, id: &str) -> Left {
    let of = ResourceRef::new("image", &step.resource.name);
    let mut left = Left::new(of, "image (AMI) and the snapshots behind it", id);
    left.removal = How::Hand {
        command: format!(
            "{} deregister-image --image-id {id} --delete-associated-snapshots",
            old.aws("ec2")
        ),
    };
    let sizes = old
        .run
        .input::<copy_image::Input>(step)
        .map(|input| input.sizes)
        .unwrap_or_default();
    let gib: u64 = sizes.iter().copied().map(u64::from).sum();
    left.size = Some(format!("{} snapshot(s) of volumes of {gib} GiB together", sizes.len()));
    let region = &old.run.state.plan.region;
    // A snapshot is charged by what is in it and in none before it: the volume's size is the most.
    let line = old
        .prices
        .line("its snapshots, at most", "snapshot", region, 1, Some(gib));
    left.month = Month { lines: vec![line] };
    left.way_back(
        None,
        "none is needed: its copy in the target is whole, and nothing writes to an image",
    );
    if let Some(found) = old.seen.and_then(|seen| seen.source.image.get(id)) {
        let there = found.as_ref().is_some_and(|image| image.state != "deregistered");
        left.was_seen(there, Vec::new());
        if let Some(image) = found {
            protected(&mut left, &image.settings);
        }
    }
    let named = old.seen.and_then(|seen| seen.source.named_by.as_ref());
    if let Some(named) = named.and_then(|named| named.get(id)).filter(|named| !named.is_empty()) {
        left.block(format!(
            "it is named by {}: what they launch next would fail",
            named.join(", ")
        ));
    }
    if let Some(shared) = old
        .seen
        .and_then(|seen| seen.source.shared_with.get(id))
        .filter(|with| !with.is_empty())
    {
        left.block(format!(
            "it is shared with {}: they may launch of it",
            shared.join(", ")
        ));
    }
    shared_snapshots(old, id, &mut left);
    let Some(made) = old.run.output::<ImageOutput>(&step.id) else {
        left.block("the journal does not tell its copy");
        return left;
    };
    left.instead = Some(made.id.clone());
    match old.seen.and_then(|seen| seen.target.image.get(&made.id)) {
        None => not_looked(old, &mut left),
        Some(None) => left.block(format!(
            "its copy {} is gone in the target: this is the only one",
            made.id
        )),
        Some(Some(copy)) if copy.state != "available" => {
            left.block(format!("its copy {} is {} in the target", made.id, copy.state));
        }
        Some(Some(copy)) => {
            let own: Vec<&str> = made.snapshots.iter().map(|snapshot| snapshot.id.as_str()).collect();
            if let Some(device) = copy
                .devices
                .iter()
                .find(|device| !own.contains(&device.snapshot.as_str()))
            {
                left.block(format!(
                    "its copy {} has {} behind it, which the run did not make",
                    made.id, device.snapshot
                ));
            }
        }
    }
    left
}

fn protected(left: &mut Left, settings: &ImageSettings) {
    if let Some(protection) = settings
        .deregistration_protection
        .as_deref()
        .filter(|word| word.starts_with("enabled"))
    {
        left.block(format!(
            "it is protected from being deregistered ({protection}): aws ec2 disable-image-deregistration-protection --image-id {}",
            left.id
        ));
    }
}

/// Snapshots that stand behind other images as well stay with those.
fn shared_snapshots(old: &Old, id: &str, left: &mut Left) {
    let Some(images) = old.seen.and_then(|seen| seen.source.images.as_ref()) else {
        return;
    };
    let Some(own) = images.iter().find(|image| image.id == id) else {
        return;
    };
    for snapshot in &own.snapshots {
        let others = images.iter().filter(|image| image.id != id);
        let others: Vec<&str> = others
            .filter(|image| image.snapshots.iter().any(|other| other.id == snapshot.id))
            .map(|image| image.id.as_str())
            .collect();
        if !others.is_empty() {
            left.tell(format!(
                "{} stays: it stands behind {} as well",
                snapshot.id,
                others.join(", ")
            ));
        }
    }
}
