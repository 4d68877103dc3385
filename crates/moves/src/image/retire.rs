//! What is left of images that have moved: the images, and the snapshots behind them.

use model::machines::ImageSettings;
use model::{Advice, Phase, ResourceRef, Said, Side, StepSpec, Undo};

use super::old_image::OldImage;
use super::words::Text;
use super::{From, ImageOutput, copy_image};
use crate::database::retire::not_looked;
use crate::draft::DraftStep;
use crate::prices::Item;
use crate::retire::month::Month;
use crate::retire::plan::Retiring;
use crate::retire::{Left, Old, Seen};
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
                if let Some(shared) = seen.take("whom the images are shared with", shared)? {
                    let shared = shared.unwrap_or_default();
                    seen.source.image_shared_with.insert(id.clone(), shared);
                }
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
    let sizes = old
        .run
        .input::<copy_image::Input>(step)
        .map(|input| input.sizes)
        .unwrap_or_default();
    let gib: u64 = sizes.iter().copied().map(u64::from).sum();
    left.size = Some(format!("{} snapshot(s) of volumes of {gib} GiB together", sizes.len()));
    // A snapshot is charged by what is in it and in none before it: the volume's size is the most.
    let line = old.priced("its snapshots, at most", &Item::Snapshot, 1, Some(gib));
    left.month = Month { lines: vec![line] };
    left.way_back(None, Text::NoWayBackNeeded);
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
    if let Some(seen) = old
        .seen
        .filter(|seen| matches!(seen.source.image.get(id), Some(Some(_))))
    {
        match seen.source.image_shared_with.get(id).map(Vec::as_slice) {
            None => left.block("whom it is shared with cannot be looked at"),
            Some([]) => {}
            Some(shared) => left.block(format!(
                "it is shared with {}: they may launch of it",
                shared.join(", ")
            )),
        }
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

/// The snapshots behind an image, each with the other images that it stands behind.
fn behind(old: &Old, id: &str) -> Vec<(String, Vec<String>)> {
    let images = old
        .seen
        .and_then(|seen| seen.source.images.as_deref())
        .unwrap_or_default();
    let Some(own) = images.iter().find(|image| image.id == id) else {
        return Vec::new();
    };
    let others = |snapshot: &str| {
        let others = images.iter().filter(|image| image.id != id);
        let others = others.filter(|image| image.snapshots.iter().any(|other| other.id == snapshot));
        others.map(|image| image.id.clone()).collect()
    };
    let each = own.snapshots.iter();
    each.map(|snapshot| (snapshot.id.clone(), others(&snapshot.id)))
        .collect()
}

/// Snapshots that stand behind other images as well stay with those.
fn shared_snapshots(old: &Old, id: &str, left: &mut Left) {
    for (snapshot, others) in behind(old, id) {
        if !others.is_empty() {
            left.tell(Text::SnapshotStays.fill(&[&snapshot, &others.join(", ")]));
        }
    }
}

/// Adds the steps by which an image goes.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let Some((step, id)) = moved(&old.run).into_iter().find(|(_, id)| *id == left.id) else {
        return;
    };
    let Some(made) = old.run.output::<ImageOutput>(&step.id) else {
        return;
    };
    let behind = behind(old, &id);
    let stay = behind.iter().filter(|(_, others)| !others.is_empty());
    let image = OldImage {
        id: id.clone(),
        stay: stay.map(|(snapshot, _)| snapshot.clone()).collect(),
        snapshots: behind.into_iter().map(|(snapshot, _)| snapshot).collect(),
        copy: made.id,
        copied: made.snapshots.into_iter().map(|snapshot| snapshot.id).collect(),
    };
    let step = |verb: &str, title: Said| {
        let input = serde_json::to_value(&image).expect("a step's input has only string keys");
        DraftStep::new(&left.of, &format!("image.{verb}"), Side::Source, title, input)
            .phase(Phase::CleanUp)
            .patience(900)
    };
    let title = Text::ProveCopied.fill(&[&id]);
    let proved = retiring.push(step("prove_copied", title).leaves_nothing().estimate(5, 30));
    let goes = (image.snapshots.len() - image.stay.len()).to_string();
    let consent = Text::Goes.fill(&[&left.of.name, &id, &goes]);
    let gate = retiring.gate(left, std::slice::from_ref(&proved), consent);
    let title = Text::Deregister.fill(&[&id, &goes]);
    let undo = Undo::None {
        reason: Advice::ImageCopyStands.fill(&[&image.copy]).into(),
    };
    retiring.push(
        step("deregister_old", title)
            .needs([&proved])
            .gates([gate])
            .undo(undo)
            .estimate(10, 60),
    );
}
