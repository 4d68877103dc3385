//! Buckets that are left: those that were copied under a new name. One that was handed over is gone.

use aws::s3::BucketSeen;
use model::StepSpec;

use super::place::MadeBucket;
use super::survey::Surveyed;
use super::terraform::is_passing;
use crate::database::retire::not_looked;
use crate::retire::prices::Month;
use crate::retire::{How, Left, Old, Seen};
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
        left.way_back(
            None,
            "take the statement that denies writing out of its policy to use it again; what was written to the new one since is not in it",
        );
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
        let region = &old.run.state.plan.region;
        let stored = sums.map(|sums| sums.bytes.div_ceil(model::cost::GB));
        let line = old
            .prices
            .line("its contents, taken for STANDARD", "bucket", region, 1, stored);
        left.month = Month { lines: vec![line] };
        left.removal = How::Hand {
            command: format!("empty it, every version, then: aws s3api delete-bucket --bucket {name}"),
        };
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

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
fn gib(bytes: u64) -> f64 {
    bytes as f64 / model::cost::GB as f64
}
