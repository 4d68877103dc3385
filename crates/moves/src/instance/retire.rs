//! What is left of instances that have moved as images: stopped, with their volumes.

use model::machines::{Instance, Volume};
use model::{Advice, Phase, Said, Side, StepSpec, Undo};

use super::old_instance::OldInstance;
use super::plan::number;
use super::terminate_instance;
use super::words::Text;
use crate::database::retire::not_looked;
use crate::draft::DraftStep;
use crate::image::ImageOutput;
use crate::prices::Item;
use crate::retire::month::MonthLine;
use crate::retire::plan::Retiring;
use crate::retire::{Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

fn moved<'a>(run: &Run<'a>) -> Vec<&'a StepSpec> {
    run.done("instance.create_image").collect()
}

/// The copy of its image.
fn copied(run: &Run, made: &StepSpec) -> Option<ImageOutput> {
    let copy = run
        .done("image.copy_image")
        .find(|step| step.resource == made.resource)?;
    run.output(&copy.id)
}

/// Looks at each, at its volumes, and at the image of it in the target.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    let moved = moved(run);
    if moved.is_empty() {
        return Ok(());
    }
    let (source, target) = (world.source(), world.target());
    let ids: Vec<&str> = moved.iter().map(|step| step.resource.name.as_str()).collect();
    let listed = source
        .ec2
        .observed_instances(|one| ids.contains(&one.id.as_str()))
        .await;
    seen.source.machines = seen.take("instances", listed)?;
    if seen.source.volumes.is_none() {
        let listed = source.ec2.observed_volumes().await;
        seen.source.volumes = seen.take("volumes", listed)?;
    }
    for step in moved {
        if let Some(made) = copied(run, step) {
            let found = target.ec2.image(&made.id).await;
            if let Some(found) = seen.take("the target's images", found)? {
                seen.target.image.insert(made.id, found);
            }
        }
    }
    Ok(())
}

/// Tells the instances that stand in the source still.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for step in moved(&old.run) {
        all.push(one(old, step));
    }
}

fn one(old: &Old, step: &StepSpec) -> Left {
    let of = step.resource.clone();
    let id = of.name.clone();
    let mut left = Left::new(of.clone(), "EC2 instance and its volumes", id.clone());
    if let Some(stopped) = old
        .done_of(&of, "instance.stop_instance")
        .and_then(|step| old.done_at(step))
    {
        left.quiet = Some(crate::retire::Quiet {
            since: stopped,
            why: "the run stopped it".to_owned(),
        });
    }
    left.way_back(None, Text::WayBack);
    if let Some(found) = listed(old, &id) {
        let mut drifted = Vec::new();
        if let Some(one) = found {
            left.what = format!("EC2 instance {} ({}) and its volumes", one.name(), one.kind);
            if one.state != "stopped" {
                drifted.push(format!("the run left it stopped, and it is {}", one.state));
                left.block(format!("it is {}: somebody uses it", one.state));
                let item = Item::Instance(one.kind.clone());
                left.month.lines.push(old.priced("its hours", &item, 1, None));
            }
        }
        left.was_seen(found.is_some(), drifted);
        left.protected = found.is_some_and(|one| one.termination_protected);
        if left.protected {
            left.tell(Text::TerminationProtected);
        }
    }
    let volumes = volumes(old, &id);
    for volume in &volumes {
        let item = Item::Volume(volume.kind.clone());
        let gib = Some(u64::from(volume.size_gib));
        left.month.lines.push(old.priced(volume.id.clone(), &item, 1, gib));
    }
    if volumes.is_empty() {
        left.month.lines.push(MonthLine::unknown("its volumes"));
    } else {
        let gib: u64 = volumes.iter().map(|volume| u64::from(volume.size_gib)).sum();
        left.size = Some(format!("{} volume(s) of {gib} GiB together", volumes.len()));
        let marked = |volume: &&&Volume| {
            let mut at = volume.attached_to.iter().filter(|at| at.instance == id);
            at.any(|at| at.delete_on_termination == Some(true))
        };
        let (goes, stays): (Vec<&&Volume>, Vec<&&Volume>) = volumes.iter().partition(marked);
        let named = |all: &[&&Volume]| {
            let ids: Vec<&str> = all.iter().map(|volume| volume.id.as_str()).collect();
            ids.join(", ")
        };
        left.tell(match (goes.as_slice(), stays.as_slice()) {
            (goes, []) => Text::AllGo.fill(&[&named(goes)]),
            ([], stays) => Text::NoneGoes.fill(&[&named(stays)]),
            (goes, stays) => Text::SomeGo.fill(&[&named(goes), &named(stays)]),
        });
    }
    match copied(&old.run, step) {
        None => left.block("the journal does not tell the image of it in the target"),
        Some(made) => {
            left.instead = Some(made.id.clone());
            match old.seen.and_then(|seen| seen.target.image.get(&made.id)) {
                None => not_looked(old, &mut left),
                Some(Some(copy)) if copy.state == "available" => {}
                Some(_) => left.block(format!("the image {} of it is not available in the target", made.id)),
            }
        }
    }
    left
}

/// The instance, where it stands still; not even whether it does, where nobody has looked.
fn listed<'a>(old: &Old<'a>, id: &str) -> Option<Option<&'a Instance>> {
    let all = old.seen.and_then(|seen| seen.source.machines.as_ref())?;
    Some(all.iter().find(|one| one.id == id && one.state != "terminated"))
}

/// The volumes that are attached to an instance.
fn volumes<'a>(old: &Old<'a>, id: &str) -> Vec<&'a Volume> {
    let all = old
        .seen
        .and_then(|seen| seen.source.volumes.as_deref())
        .unwrap_or_default();
    all.iter().filter(|volume| volume.device_of(id).is_some()).collect()
}

/// Adds the steps by which an instance goes.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let Some(image) = left.instead.clone() else { return };
    let id = &left.id;
    // What is gone, or not looked at, is refused before.
    let Some(Some(machine)) = listed(old, id) else { return };
    let instance = OldInstance { id: id.clone(), image };
    let step = |verb: &str, title: Said, input: serde_json::Result<serde_json::Value>| {
        let input = input.expect("a step's input has only string keys");
        DraftStep::new(&left.of, &format!("instance.{verb}"), Side::Source, title, input)
            .phase(Phase::CleanUp)
            .patience(900)
    };
    let title = Text::ProveImaged.fill(&[id]);
    let proved = step("prove_imaged", title, serde_json::to_value(&instance));
    let proved = retiring.push(proved.leaves_nothing().estimate(5, 30));
    let lifts = left.protected && retiring.despite_protection(left);
    let goes = if lifts { Text::GoesUnprotected } else { Text::Goes };
    let consent = goes.fill(&[machine.name(), &machine.kind, id]);
    let gate = retiring.gate(left, std::slice::from_ref(&proved), consent);
    let mut behind = vec![proved];
    if lifts {
        let lift = step(
            "lift_protection",
            Text::LiftProtection.fill(&[id]),
            serde_json::to_value(&instance),
        );
        behind.push(retiring.push(lift.needs(&behind).gates([gate.clone()]).estimate(5, 30)));
    }
    let undo = Undo::None {
        reason: Advice::ImageStands.fill(&[&instance.image]).into(),
    };
    let input = terminate_instance::Input {
        old: instance,
        volumes: volumes(old, id).into_iter().map(|volume| volume.id.clone()).collect(),
    };
    let step = step(
        "terminate_instance",
        Text::Terminate.fill(&[number(id)]),
        serde_json::to_value(&input),
    );
    retiring.push(step.needs(&behind).gates([gate]).undo(undo).estimate(60, 300));
}
