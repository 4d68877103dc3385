//! What is left of volumes and snapshots that have moved as such.

use model::{Advice, Phase, Said, Side, StepSpec, Undo};
use serde::Deserialize;

use super::create_volume;
use super::old_disk::{OldDisk, is_snapshot};
use super::words::Text;
use crate::database::retire::not_looked;
use crate::draft::DraftStep;
use crate::prices::Item;
use crate::retire::month::Month;
use crate::retire::plan::Retiring;
use crate::retire::{How, Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

/// All that is read of the outputs of the steps that make a volume or a snapshot.
#[derive(Deserialize)]
struct Made {
    id: String,
}

/// By the step that copied them into the target.
fn moved<'a>(run: &Run<'a>) -> Vec<&'a StepSpec> {
    run.done("volume.copy_to_target").collect()
}

/// Looks at each, and at what the target has instead.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    if moved(run).is_empty() {
        return Ok(());
    }
    let (source, target) = (world.source(), world.target());
    if seen.source.volumes.is_none() {
        let listed = source.ec2.observed_volumes().await;
        seen.source.volumes = seen.take("volumes", listed)?;
    }
    let listed = source.ec2.observed_snapshots().await;
    seen.source.snapshots = seen.take("EBS snapshots", listed)?;
    let listed = source.ec2.observed_images().await;
    seen.source.images = seen.take("images", listed)?;
    let listed = target.ec2.observed_volumes().await;
    seen.target.volumes = seen.take("the target's volumes", listed)?;
    let listed = target.ec2.observed_snapshots().await;
    seen.target.snapshots = seen.take("the target's EBS snapshots", listed)?;
    Ok(())
}

/// Tells what stands in the source still.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for step in moved(&old.run) {
        all.push(one(old, step));
    }
}

fn one(old: &Old, step: &StepSpec) -> Left {
    let id = step.resource.name.clone();
    let is_snapshot = is_snapshot(&id);
    let what = if is_snapshot { "EBS snapshot" } else { "EBS volume" };
    let mut left = Left::new(step.resource.clone(), what, id.clone());
    if is_snapshot && old.done_of(&step.resource, "volume.create_volume").is_some() {
        left.tell(Text::OnlyOne);
        left.removal = How::Hand {
            command: format!("{} delete-snapshot --snapshot-id {id}", old.aws("ec2")),
        };
    }
    left.way_back(None, Text::WayBack);
    let source = old.seen.map(|seen| &seen.source);
    let volume = source
        .and_then(|seen| seen.volumes.as_ref())
        .map(|all| all.iter().find(|one| one.id == id));
    let snapshot = source
        .and_then(|seen| seen.snapshots.as_ref())
        .map(|all| all.iter().find(|one| one.id == id));
    let asked = step.input["gib"].as_u64().filter(|gib| *gib > 0);
    if is_snapshot {
        let gib = snapshot.flatten().map(|one| u64::from(one.size_gib)).or(asked);
        left.size = gib.map(|gib| format!("of a volume of {gib} GiB"));
        let line = old.priced("the snapshot, at most", &Item::Snapshot, 1, gib);
        left.month = Month { lines: vec![line] };
        if let Some(found) = snapshot {
            left.was_seen(found.is_some(), Vec::new());
        }
        let images = source
            .and_then(|seen| seen.images.as_ref())
            .map(Vec::as_slice)
            .unwrap_or_default();
        let behind: Vec<&str> = images
            .iter()
            .filter(|image| image.snapshots.iter().any(|one| one.id == id))
            .map(|image| image.id.as_str())
            .collect();
        if !behind.is_empty() {
            left.block(format!("it stands behind the image(s) {}", behind.join(", ")));
            left.was_seen(true, Vec::new());
        }
    } else {
        let gib = volume.flatten().map(|one| u64::from(one.size_gib)).or(asked);
        left.size = gib.map(|gib| format!("{gib} GiB"));
        let kind = volume.flatten().map(|one| one.kind.clone()).unwrap_or_default();
        let line = old.priced("the volume", &Item::Volume(kind), 1, gib);
        left.month = Month { lines: vec![line] };
        if let Some(found) = volume {
            left.was_seen(found.is_some(), Vec::new());
            let attached = found.map(|one| one.attached_to.as_slice()).unwrap_or_default();
            if let Some(at) = attached.first() {
                left.block(format!(
                    "it is attached to {}: it goes with that, or is detached first",
                    at.instance
                ));
            }
        }
    }
    replaced(old, step, &mut left);
    left
}

fn replaced(old: &Old, step: &StepSpec, left: &mut Left) {
    let target = old.seen.map(|seen| &seen.target);
    let volume = old.done_of(&step.resource, "volume.create_volume");
    let made = |step: &StepSpec| old.run.output::<Made>(&step.id).map(|made| made.id);
    let (id, there) = match volume.and_then(|step| old.run.input::<create_volume::Input>(step).and_then(|_| made(step)))
    {
        Some(id) => {
            let listed = target.and_then(|seen| seen.volumes.as_ref());
            let there = listed.map(|all| all.iter().any(|one| one.id == id));
            (id, there)
        }
        None => {
            let Some(id) = made(step) else {
                left.block("the journal does not tell its copy");
                return;
            };
            let listed = target.and_then(|seen| seen.snapshots.as_ref());
            let there = listed.map(|all| all.iter().any(|one| one.id == id));
            (id, there)
        }
    };
    left.instead = Some(id.clone());
    match there {
        None => not_looked(old, left),
        Some(true) => {}
        Some(false) => left.block(format!(
            "{id} is gone in the target, or has become something else: look what has its data there"
        )),
    }
}

/// Adds the steps by which a volume or a snapshot goes.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let Some(kept) = left.instead.clone() else { return };
    if !moved(&old.run).iter().any(|step| step.resource == left.of) {
        return;
    }
    let disk = OldDisk {
        id: left.id.clone(),
        kept,
    };
    let id = &left.id;
    let step = |verb: &str, title: Said| {
        let input = serde_json::to_value(&disk).expect("a step's input has only string keys");
        DraftStep::new(&left.of, &format!("volume.{verb}"), Side::Source, title, input)
            .phase(Phase::CleanUp)
            .patience(900)
    };
    let title = Text::ProveKept.fill(&[&disk.kept, id]);
    let proved = retiring.push(step("prove_kept", title).leaves_nothing().estimate(5, 30));
    let (goes, delete) = if is_snapshot(id) {
        (Text::SnapshotGoes, Text::DeleteSnapshot)
    } else {
        (Text::VolumeGoes, Text::DeleteVolume)
    };
    let gate = retiring.gate(left, std::slice::from_ref(&proved), goes.fill(&[id]));
    let undo = Undo::None {
        reason: Advice::SnapshotStands.fill(&[&disk.kept]).into(),
    };
    // Without what every id of its kind begins with.
    let (_, number) = id.split_once('-').unwrap_or(("", id.as_str()));
    let step = step("delete_old", delete.fill(&[number]))
        .needs([&proved])
        .gates([gate]);
    retiring.push(step.undo(undo).estimate(5, 60));
}
