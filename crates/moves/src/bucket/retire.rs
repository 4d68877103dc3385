//! Buckets that are left: those that were copied under a new name. One that was handed over is gone.

use aws::s3::BucketSeen;
use model::{Advice, Phase, Said, Side, StepSpec, Undo};

use super::place::{MadeBucket, Place};
use super::survey::Surveyed;
use super::terraform::is_passing;
use super::titles::Title;
use super::{delete_source, empty_source, prove_kept};
use crate::database::retire::not_looked;
use crate::draft::DraftStep;
use crate::prices::{Class, Item};
use crate::retire::month::Month;
use crate::retire::plan::Retiring;
use crate::retire::{Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

/// Buckets that have another name in the target, each with that.
fn moved<'a>(run: &Run<'a>) -> Vec<(&'a StepSpec, String)> {
    let made = run.done("bucket.make").filter(|step| !is_passing(run, step));
    let named = made.filter_map(|step| Some((step, run.output::<MadeBucket>(&step.id)?.bucket)));
    named
        .filter(|(step, name)| step.resource.kind == "bucket" && step.resource.name != *name)
        .collect()
}

/// Looks at each, and at what the target has instead.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    for (step, new) in moved(run) {
        let name = &step.resource.name;
        let found = world.source().s3.look(name).await;
        if let Some(found) = seen.take("buckets", found)? {
            seen.source.bucket.insert(name.clone(), found);
        }
        let found = world.target().s3.look(&new).await;
        if let Some(found) = seen.take("the target's buckets", found)? {
            seen.target.bucket.insert(new, found);
        }
    }
    Ok(())
}

/// Tells the buckets that stand in the source still.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for (step, new) in moved(&old.run) {
        let name = step.resource.name.clone();
        let mut left = Left::new(
            step.resource.clone(),
            "bucket, whole as it was when writing to it ended",
            name.clone(),
        );
        left.way_back(None, Title::WayBack);
        let surveys = old
            .run
            .done("bucket.survey")
            .filter(|other| other.resource == step.resource);
        let sums = surveys
            .filter_map(|step| old.run.output::<Surveyed>(&step.id))
            .map(|found| found.sums)
            .last();
        if let Some(sums) = &sums {
            left.size = Some(format!("{:.1} GiB, as it was surveyed", gib(sums.bytes)));
        }
        let stored = sums.map(|sums| sums.bytes.div_ceil(model::cost::GB));
        let item = Item::Stored(Class::Standard);
        let line = old.priced("its contents, taken for STANDARD", &item, 1, stored);
        left.month = Month { lines: vec![line] };
        if let Some(found) = old.seen.and_then(|seen| seen.source.bucket.get(&name)) {
            left.was_seen(*found == BucketSeen::Owned, Vec::new());
        }
        match old.seen.and_then(|seen| seen.target.bucket.get(&new)) {
            None => not_looked(old, &mut left),
            Some(BucketSeen::Owned) => {}
            Some(_) => left.block(format!("{new} is not the target's: this is the only one")),
        }
        left.instead = Some(new);
        all.push(left);
    }
}

/// Adds the steps by which a bucket goes: only what has an equal under the new name is deleted.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let Some((step, new)) = moved(&old.run).into_iter().find(|(step, _)| step.resource == left.of) else {
        return;
    };
    let name = step.resource.name.clone();
    let copy = Place::named(Side::Target, &new);
    let surveys = old
        .run
        .done("bucket.survey")
        .filter(|other| other.resource == step.resource);
    let sums = surveys
        .filter_map(|step| old.run.output::<Surveyed>(&step.id))
        .map(|found| found.sums)
        .last()
        .unwrap_or_default();
    let entries = sums.versions + sums.markers;
    let step = |verb: &str, title: Said, input: serde_json::Value| {
        DraftStep::new(&left.of, &format!("bucket.{verb}"), Side::Source, title, input).phase(Phase::CleanUp)
    };
    let value = |input: serde_json::Result<serde_json::Value>| input.expect("a step's input has only string keys");
    let input = prove_kept::Input {
        source: name.clone(),
        copy: copy.clone(),
    };
    let title = Title::ProveKept.fill(&[&name, &new]);
    let proved = step("prove_kept", title, value(serde_json::to_value(input)));
    let seconds = 10 + entries / 5_000;
    let proved = retiring.push(proved.leaves_nothing().estimate(seconds, 3 * seconds));
    let consent = Title::Goes.fill(&[&name, &new]);
    let gate = retiring.gate(left, std::slice::from_ref(&proved), consent);
    let undo = Undo::None {
        reason: Advice::EqualsStand.fill(&[&new]).into(),
    };
    let input = empty_source::Input {
        source: name.clone(),
        copy,
        expected: entries,
    };
    let emptied = step(
        "empty_source",
        Title::Empty.fill(&[&name]),
        value(serde_json::to_value(input)),
    );
    let emptied = emptied.needs([&proved]).gates([gate.clone()]).undo(undo.clone());
    let emptied = retiring.push(emptied.estimate(seconds, 3 * seconds));
    let input = delete_source::Input { bucket: name.clone() };
    let deleted = step(
        "delete_source",
        Title::Delete.fill(&[&name]),
        value(serde_json::to_value(input)),
    );
    retiring.push(deleted.needs([&emptied]).gates([gate]).undo(undo));
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn gib(bytes: u64) -> f64 {
    bytes as f64 / model::cost::GB as f64
}
