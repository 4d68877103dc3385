//! Snapshots of databases that are left: those that were there, and those that the run made for the way and could not delete. One goes only
//! where the target has its copy; all others are data that only the source has.

use aws::rds::{DbSnapshot, Family};
use model::{Advice, Phase, RUN_TAG, ResourceRef, Said, Side, StepSpec, Undo};

use super::old_snapshot::{self, OldSnapshot};
use super::words::Text;
use super::{CopyInSourceInput, DeleteInput, LATEST_AUTOMATED, SnapshotOutput};
use crate::database::retire::{kept_copy, not_looked, snapshot_month};
use crate::draft::DraftStep;
use crate::retire::plan::Retiring;
use crate::retire::{How, Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

/// How long a snapshot may be busy (it is copied somewhere else), in seconds.
const BUSY_WITHIN: u64 = 3600;

/// A snapshot that the journal tells of, and how it comes to be there.
struct Named<'a> {
    family: Family,
    name: String,
    of: &'a StepSpec,
    /// Whether it was there before the run.
    was_there: bool,
    why: String,
    gib: Option<u64>,
}

fn named<'a>(run: &Run<'a>) -> Vec<Named<'a>> {
    let mut all = Vec::new();
    for (family, kind) in [(Family::Instance, "database"), (Family::Cluster, "cluster")] {
        for step in run.done(&format!("{kind}.copy_at_hand")) {
            let at_hand = run.input::<CopyInSourceInput>(step).and_then(|input| input.at_hand);
            // An automated one (`rds:…`, `awsbackup:…`) goes with its database.
            let manual = |name: &String| name != LATEST_AUTOMATED && !name.contains(':');
            if let Some(name) = at_hand.filter(manual) {
                let gib = run.output::<SnapshotOutput>(&step.id).map(|made| u64::from(made.gib));
                let why = format!("was there, and {} travelled as a copy of it", step.resource);
                all.push(Named {
                    family,
                    name,
                    of: step,
                    was_there: true,
                    why,
                    gib,
                });
            }
        }
        for verb in ["delete_source_snapshot", "delete_rekeyed_snapshot"] {
            let action = format!("{kind}.{verb}");
            let steps = run.state.plan.steps.iter().filter(|step| step.action == action);
            for step in steps.filter(|step| !run.is_done(&step.id)) {
                let made = run
                    .input::<DeleteInput>(step)
                    .and_then(|input| run.output::<SnapshotOutput>(&input.snapshot));
                if let Some(made) = made {
                    let why = format!("was made for the way; {} was left out", step.id);
                    let gib = Some(u64::from(made.gib));
                    all.push(Named {
                        family,
                        name: made.name,
                        of: step,
                        was_there: false,
                        why,
                        gib,
                    });
                }
            }
        }
    }
    all
}

/// The databases that have moved, by the step that copied each into the target.
fn moved<'a>(run: &Run<'a>) -> Vec<(Family, &'a StepSpec)> {
    let instances = run.done("database.copy_to_target").map(|step| (Family::Instance, step));
    let copied = run
        .done("cluster.copy_to_target")
        .chain(run.done("cluster.clone_cluster"));
    instances.chain(copied.map(|step| (Family::Cluster, step))).collect()
}

/// The copy that the target was to keep.
fn copy(run: &Run, of: &ResourceRef) -> Option<SnapshotOutput> {
    let copied = run
        .done(if of.kind == "cluster" {
            "cluster.copy_to_target"
        } else {
            "database.copy_to_target"
        })
        .find(|step| step.resource == *of)?;
    kept_copy(run, copied)
}

/// Looks at each, at its copy, and at all others of the databases that moved.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    let (source, target) = (world.source(), world.target());
    for one in named(run) {
        let place = (one.family == Family::Cluster, one.name);
        let found = source.rds.snapshot(one.family, &place.1).await;
        if let Some(found) = seen.take("snapshots of databases", found)? {
            if found.is_some() {
                let shared = source.rds.snapshot_shared_with(one.family, &place.1).await;
                if let Some(shared) = seen.take("whom snapshots of databases are shared with", shared)? {
                    let shared = shared.unwrap_or_default();
                    seen.source.snapshot_shared_with.insert(place.clone(), shared);
                }
            }
            seen.source.db_snapshot.insert(place, found);
        }
        if let Some(copy) = copy(run, &one.of.resource) {
            let found = target.rds.snapshot(one.family, &copy.name).await;
            if let Some(found) = seen.take("the target's snapshots", found)? {
                let place = (one.family == Family::Cluster, copy.name);
                seen.target.db_snapshot.insert(place, found);
            }
        }
    }
    for (family, step) in moved(run) {
        let listed = source.rds.manual_snapshots(family, &step.resource.name).await;
        if let Some(listed) = seen.take("snapshots of databases", listed)? {
            seen.source.manual_snapshots.insert(step.resource.to_string(), listed);
        }
    }
    Ok(())
}

fn of(family: Family, name: &str) -> ResourceRef {
    match family {
        Family::Instance => ResourceRef::new("snapshot", name),
        Family::Cluster => ResourceRef::new("cluster_snapshot", name),
    }
}

fn by_hand(old: &Old, family: Family, name: &str) -> How {
    let delete = match family {
        Family::Instance => "delete-db-snapshot --db-snapshot-identifier",
        Family::Cluster => "delete-db-cluster-snapshot --db-cluster-snapshot-identifier",
    };
    How::Hand {
        command: format!("{} {delete} {name}", old.aws("rds")),
    }
}

/// What all of them have in common.
fn begun(old: &Old, (family, name): (Family, &str), why: &str, gib: Option<u64>) -> Left {
    let gib = gib.filter(|gib| *gib > 0);
    let mut left = Left::new(of(family, name), format!("manual RDS snapshot: it {why}"), name);
    left.size = gib.map(|gib| format!("{gib} GiB"));
    left.month = snapshot_month(old, gib);
    left.tell(Text::FreeBackups);
    left
}

/// Tells them.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    let named = named(&old.run);
    for one in &named {
        all.push(told(old, one));
    }
    for (family, step) in moved(&old.run) {
        let listed = old
            .seen
            .and_then(|seen| seen.source.manual_snapshots.get(&step.resource.to_string()));
        for found in listed.into_iter().flatten() {
            let is_named = |one: &Named| one.family == family && one.name == found.name;
            if !named.iter().any(is_named) {
                all.push(not_copied(old, family, &step.resource, found));
            }
        }
    }
}

/// One of which the journal tells.
fn told(old: &Old, one: &Named) -> Left {
    let mut left = begun(old, (one.family, &one.name), &one.why, one.gib);
    left.way_back(None, Text::BackupAsFarAsItGoes.fill(&[&one.of.resource.to_string()]));
    let place = (one.family == Family::Cluster, one.name.clone());
    if let Some(found) = old.seen.and_then(|seen| seen.source.db_snapshot.get(&place)) {
        left.was_seen(found.is_some(), Vec::new());
        if let Some(found) = found {
            another(old, one, found, &mut left);
        }
    }
    if let Some(seen) = old
        .seen
        .filter(|seen| matches!(seen.source.db_snapshot.get(&place), Some(Some(_))))
    {
        match seen.source.snapshot_shared_with.get(&place).map(Vec::as_slice) {
            None => left.block("whom it is shared with cannot be looked at"),
            Some([]) => {}
            Some(shared) => left.block(format!("it is shared with {}: they may restore it", shared.join(", "))),
        }
    }
    match copy(&old.run, &one.of.resource) {
        Some(copy) => {
            let place = (one.family == Family::Cluster, copy.name.clone());
            match old.seen.and_then(|seen| seen.target.db_snapshot.get(&place)) {
                None => not_looked(old, &mut left),
                Some(found) => {
                    if let Some(why) = old_snapshot::unfit(&copy.name, found.as_ref()) {
                        left.block(why);
                    }
                }
            }
            left.instead = Some(copy.arn);
        }
        None => {
            if one.was_there {
                left.block(
                    "the target has a database of it, which has been written to since, and no snapshot: this is the only one as it was",
                );
            }
            left.removal = by_hand(old, one.family, &one.name);
        }
    }
    left
}

/// Says that a name was given again since the run copied what had it.
fn another(old: &Old, one: &Named, found: &DbSnapshot, left: &mut Left) {
    let copied: Option<SnapshotOutput> = old.run.output(&one.of.id).filter(|_| one.was_there);
    let then = copied.and_then(|copied| copied.taken_at);
    let other = match (one.family, then.zip(found.taken_at)) {
        // A copy of an instance's tells when its original was taken; a cluster's, when the copy itself was begun.
        (Family::Instance, Some((then, now))) => then != now,
        (Family::Cluster, Some((then, now))) => now > then,
        (_, None) => false,
    };
    if other {
        left.block("another snapshot bears its name: it was taken after the run had copied the one that did");
    }
}

/// One that no run copied.
fn not_copied(old: &Old, family: Family, of: &ResourceRef, found: &DbSnapshot) -> Left {
    let ours = found.tags.contains_key(RUN_TAG);
    let why = match ours {
        true => format!("was taken of {of} by cleave, as its last or for the way"),
        false => format!("was taken of {of} by people, and no run copied it"),
    };
    let mut left = begun(old, (family, &found.name), &why, Some(u64::from(found.gib)));
    let of = of.to_string();
    let backup = match found.taken_at {
        Some(at) => Text::BackupAsOf.fill(&[&of, &at.to_string()]),
        None => Text::Backup.fill(&[&of]),
    };
    left.way_back(None, backup);
    left.was_seen(true, Vec::new());
    left.block("the target has no copy of it: what it holds only the source has");
    left.removal = by_hand(old, family, &found.name);
    left
}

/// Adds the steps by which a snapshot goes.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let Some(one) = named(&old.run)
        .into_iter()
        .find(|one| of(one.family, &one.name) == left.of)
    else {
        return;
    };
    let place = (one.family == Family::Cluster, one.name.clone());
    let found = old.seen.and_then(|seen| seen.source.db_snapshot.get(&place)?.as_ref());
    let Some((found, copy)) = found.zip(copy(&old.run, &one.of.resource)) else {
        return;
    };
    let snapshot = OldSnapshot {
        family: one.family,
        name: one.name,
        taken_at: found.taken_at,
        copy: copy.name,
    };
    let name = &snapshot.name;
    let step = |verb: &str, title: Said| {
        let input = serde_json::to_value(&snapshot).expect("a step's input has only string keys");
        DraftStep::new(&left.of, &format!("snapshot.{verb}"), Side::Source, title, input)
            .phase(Phase::CleanUp)
            .patience(BUSY_WITHIN)
    };
    let title = Text::ProveCopied.fill(&[name]);
    let proved = retiring.push(step("prove_copied", title).leaves_nothing().estimate(5, 30));
    let consent = Text::Goes.fill(&[name, &one.of.resource.to_string()]);
    let gate = retiring.gate(left, std::slice::from_ref(&proved), consent);
    let undo = Undo::None {
        reason: Advice::CopyStands.fill(&[&snapshot.copy]).into(),
    };
    let step = step("delete_old", Text::DeleteOld.fill(&[name]));
    retiring.push(step.needs([&proved]).gates([gate]).undo(undo).estimate(30, 300));
}
