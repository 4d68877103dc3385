//! What is left of instances that have moved, and the steps by which they go: proved to be replaced, a last snapshot, a person's word, and only
//! then the deletion.

use aws::rds::Family;
use jiff::Timestamp;
use model::{Advice, Phase, ResourceRef, Said, Side, StepId, StepSpec, Undo};

use super::words::Text;
use super::{InstanceOutput, restore_instance};
use crate::draft::DraftStep;
use crate::key::account_in;
use crate::prices::Item;
use crate::retire::month::Month;
use crate::retire::plan::Retiring;
use crate::retire::{Left, Old, Quiet, Seen};
use crate::retired::{DeleteInput, Instead, LastSnapshotInput, LiftInput, MemberInput, Subject, UNUSED_FOR};
use crate::snapshot::{BUSY_WITHIN, CopyToTargetInput, SnapshotOutput};
use crate::terraform::Run;
use crate::world::World;

/// Instances that have arrived in the target, by the step that copied them there.
fn moved<'a>(run: &Run<'a>) -> Vec<&'a StepSpec> {
    run.done("database.copy_to_target").collect()
}

/// Looks at each, and at what the target has instead.
pub(crate) async fn look(run: &Run<'_>, world: &World, now: Timestamp, seen: &mut Seen) -> Result<(), model::Failure> {
    let moved = moved(run);
    if moved.is_empty() {
        return Ok(());
    }
    let (source, target) = (world.source(), world.target());
    let listed = source.rds.observed_instances().await;
    seen.source.databases = seen.take("databases", listed)?;
    // Who else uses their groups.
    let listed = source.rds.observed_clusters().await;
    seen.source.clusters = seen.take("clusters", listed)?;
    for step in moved {
        let id = &step.resource.name;
        let found = source.rds.instance(id).await;
        if let Some(found) = seen.take("databases", found)? {
            if found.is_some() {
                look_who_connects(world, seen, id, std::slice::from_ref(id), now).await?;
            }
            seen.source.instance.insert(id.clone(), found);
        }
        let answer = match restored(run, step) {
            Some(made) => {
                let found = target.rds.instance(&made.id).await;
                let found = seen.take("the target's databases", found)?;
                found.map(|found| drop(seen.target.instance.insert(made.id, found)))
            }
            None => None,
        };
        if answer.is_none()
            && let Some(copy) = kept_copy(run, step)
        {
            let found = target.rds.snapshot(Family::Instance, &copy.name).await;
            if let Some(found) = seen.take("the target's snapshots", found)? {
                seen.target.db_snapshot.insert((false, copy.name), found);
            }
        }
    }
    Ok(())
}

/// Looks who has been connected in the last hour.
pub(crate) async fn look_who_connects(
    world: &World,
    seen: &mut Seen,
    of: &str,
    instances: &[String],
    now: Timestamp,
) -> Result<(), model::Failure> {
    let since = now.saturating_sub(UNUSED_FOR).unwrap_or(now);
    let told = world.source().cloudwatch.connections(instances, since, now).await;
    let Some(told) = seen.take("who is connected to databases", told)? else {
        return Ok(());
    };
    let minutes = told.iter().flat_map(|(_, minutes)| minutes);
    let last = minutes
        .clone()
        .filter(|minute| minute.most > 0.0)
        .map(|minute| minute.at)
        .max();
    let first = minutes.map(|minute| minute.at).min();
    seen.source.connected.insert(of.to_owned(), (first, last));
    Ok(())
}

/// Says who is connected still; else since when nobody is.
pub(crate) fn connected(old: &Old, left: &mut Left) {
    match old.seen.and_then(|seen| seen.source.connected.get(&left.id)) {
        Some((_, Some(at))) => left.block(format!("somebody was connected to it at {at}: it is in use")),
        Some((Some(first), None)) if left.quiet.is_none() => {
            left.quiet = Some(Quiet {
                since: *first,
                why: "CloudWatch tells of no connection since; before that was not looked".to_owned(),
            });
        }
        Some(_) | None => {}
    }
}

/// The instance that the run restored of it.
fn restored(run: &Run, copied: &StepSpec) -> Option<InstanceOutput> {
    let step = run
        .done("database.restore_instance")
        .find(|step| step.resource == copied.resource)?;
    run.output(&step.id)
}

/// The copy of its snapshot, where that is what was asked for.
pub(crate) fn kept_copy(run: &Run, copied: &StepSpec) -> Option<SnapshotOutput> {
    let stays = run.input::<CopyToTargetInput>(copied).is_some_and(|input| input.stays);
    run.output(&copied.id).filter(|_| stays)
}

/// When the data in the target was written last in the source, as far as the run knows.
pub(crate) fn taken_at(old: &Old, of: &ResourceRef) -> Option<Timestamp> {
    let verbs = ["create_snapshot", "copy_at_hand"];
    verbs.iter().find_map(|verb| {
        let step = old.done_of(of, &format!("{}.{verb}", of.kind))?;
        let made: SnapshotOutput = old.run.output(&step.id)?;
        made.taken_at.or_else(|| old.done_at(step))
    })
}

/// Since when nobody can connect to it.
pub(crate) fn quiet(old: &Old, of: &ResourceRef) -> Option<Quiet> {
    let blocked = old.done_of(of, "writes.block_access")?;
    Some(Quiet {
        since: old.done_at(blocked)?,
        why: "the run gave it the security group that admits nobody".to_owned(),
    })
}

/// What going back to a database means.
pub(crate) fn way_back(old: &Old, left: &mut Left) {
    let why = match taken_at(old, &left.of) {
        Some(at) => Text::WayBackSince.fill(&[&at.to_string()]),
        None => Text::WayBack.into(),
    };
    left.way_back(None, why);
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
    let asked = old
        .done_of(&of, "database.restore_instance")
        .and_then(|step| old.run.input::<restore_instance::Input>(step));
    let copied: Option<SnapshotOutput> = old.run.output(&step.id);
    let listed = old.seen.and_then(|seen| seen.source.databases.as_ref());
    let listed = listed.and_then(|all| all.iter().find(|one| one.id == id));
    let engine = copied.as_ref().map(|copy| copy.engine.clone()).unwrap_or_default();
    let class = listed.map(|one| one.class.clone()).or(asked.map(|asked| asked.class));
    let mut left = Left::new(of.clone(), format!("RDS instance ({engine})"), id.clone());
    let gib = listed
        .map(|one| one.storage_gib)
        .or(copied.as_ref().map(|copy| copy.gib))
        .filter(|gib| *gib > 0);
    left.size = gib.map(|gib| {
        let class = class.as_deref().map_or_else(String::new, |class| format!(", {class}"));
        format!("{gib} GiB{class}")
    });
    left.quiet = quiet(old, &of);
    way_back(old, &mut left);

    let seen = old.seen.and_then(|seen| seen.source.instance.get(&id));
    let found = seen.and_then(Option::as_ref);
    let stopped = found.is_some_and(|found| found.status == "stopped");
    // Multi-AZ is charged twice, the standby's hours and storage as well.
    let times = if listed.is_some_and(|one| one.multi_az) { 2 } else { 1 };
    let kind = listed
        .map(|one| one.storage_type.clone())
        .or(copied.map(|copy| copy.storage_type))
        .unwrap_or_default();
    let class = class.unwrap_or_default();
    if !stopped {
        let item = Item::Database(class, engine);
        left.month.lines.push(old.priced("its hours", &item, times, None));
    }
    let item = Item::DatabaseStorage(kind);
    let storage = old.priced("its storage", &item, times, gib.map(u64::from));
    left.month.lines.push(storage);

    if let Some(seen) = seen {
        let mut drifted = Vec::new();
        if let Some(found) = found {
            drifted.extend(opened_again(old, &of, &found.security_groups));
            left.protected = found.deletion_protection;
            if found.deletion_protection {
                left.tell(Text::Protected);
            }
            if !matches!(found.status.as_str(), "available" | "stopped" | "storage-optimization") {
                left.block(format!("it is {}: look again when it is available", found.status));
            }
            if stopped {
                left.block("it is stopped, and no last snapshot can be taken of it: start it first (RDS starts it by itself after seven days)");
            }
        }
        left.was_seen(seen.is_some(), drifted);
    }
    if let Some(replicas) = listed
        .map(|one| &one.attached.read_replicas)
        .filter(|names| !names.is_empty())
    {
        left.block(format!(
            "its read replicas {} hang on it: delete or promote them first",
            replicas.join(", ")
        ));
    }
    connected(old, &mut left);
    replaced(old, step, &mut left);
    left
}

/// Whether somebody has let others connect to it again since.
pub(crate) fn opened_again(old: &Old, of: &ResourceRef, groups: &[String]) -> Option<String> {
    let blocked = old.done_of(of, "writes.block_access")?;
    let closed = old.run.state.output(&blocked.id)?["group"].as_str()?;
    (groups != [closed.to_owned()]).then(|| {
        format!(
            "the run left it with the security group {closed} alone, which admits nobody; it has {}: somebody may write to it again",
            groups.join(", ")
        )
    })
}

/// That the target has it, whole and under a key of its own.
fn replaced(old: &Old, step: &StepSpec, left: &mut Left) {
    if let Some(made) = restored(&old.run, step) {
        left.instead = Some(made.arn.clone());
        let Some(found) = old.seen.and_then(|seen| seen.target.instance.get(&made.id)) else {
            return not_looked(old, left);
        };
        match found {
            None => left.block(format!("{} is gone in the target: this is the only one", made.arn)),
            Some(found) => {
                on_own_key(left, &found.arn, found.key.as_deref());
                if !matches!(found.status.as_str(), "available" | "storage-optimization") {
                    left.block(format!("{} is {} in the target", found.arn, found.status));
                }
            }
        }
        return;
    }
    kept(old, step, false, left);
}

/// The same of a copy of a snapshot, which somebody else restores.
pub(crate) fn kept(old: &Old, step: &StepSpec, is_cluster: bool, left: &mut Left) {
    let Some(copy) = kept_copy(&old.run, step) else {
        left.block("the run did not restore it: what the target has of it is not known");
        return;
    };
    left.instead = Some(copy.arn.clone());
    let place = (is_cluster, copy.name.clone());
    let Some(found) = old.seen.and_then(|seen| seen.target.db_snapshot.get(&place)) else {
        return not_looked(old, left);
    };
    match found {
        None => left.block(format!(
            "the copy {} is gone in the target, and whether something was restored of it is not known",
            copy.arn
        )),
        Some(found) => {
            let key = found.key.as_deref().filter(|_| found.encrypted);
            on_own_key(left, &found.arn, key);
            if found.status != "available" {
                left.block(format!("the copy {} is {} in the target", found.arn, found.status));
            }
        }
    }
}

/// Without a look nothing may go; a look that was refused is a reason of its own.
pub(crate) fn not_looked(old: &Old, left: &mut Left) {
    if old.seen.is_some() {
        left.block("whether the target has it cannot be looked at");
    }
}

/// What lies under a key of the source is lost when that goes.
pub(crate) fn on_own_key(left: &mut Left, arn: &str, key: Option<&str>) {
    if let Some(key) = key
        && account_in(key) != account_in(arn)
        && !account_in(arn).is_empty()
    {
        left.block(format!(
            "{arn} lies under {key}, a key of another account: copy it under a key of its own first"
        ));
    }
}

/// What the last snapshot costs, once the database is gone.
pub(crate) fn snapshot_month(old: &Old, gib: Option<u64>) -> Month {
    Month {
        lines: vec![old.priced("the snapshot", &Item::DatabaseSnapshot, 1, gib)],
    }
}

/// Adds the steps by which an instance goes.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let found = old.seen.and_then(|seen| seen.source.instance.get(&left.id)?.as_ref());
    let Some((step, found)) = moved(&old.run)
        .into_iter()
        .find(|step| step.resource == left.of)
        .zip(found)
    else {
        return;
    };
    let made = restored(&old.run, step).map(|made| made.id);
    let Some(subject) = subject(old, left, (step, made), Family::Instance, &found.resource_id) else {
        return;
    };
    // As `left.what` says it.
    let engine = old.run.output(&step.id).map(|copy: SnapshotOutput| copy.engine);
    let named = Text::Instance.fill(&[&engine.unwrap_or_default(), &with_size(left)]);
    steps(left, &named, &subject, &[], u64::from(found.gib), retiring);
}

/// By which id it is known, and how large it is.
pub(crate) fn with_size(left: &Left) -> String {
    match &left.size {
        Some(size) => format!("{} ({size})", left.id),
        None => left.id.clone(),
    }
}

/// What goes, and what the target has instead of it: the database that the run made of it, else the copy of its snapshot; none where it has neither.
pub(crate) fn subject(
    old: &Old,
    left: &Left,
    (step, made): (&StepSpec, Option<String>),
    family: Family,
    resource_id: &str,
) -> Option<Subject> {
    let instead = match made {
        Some(id) => Instead::Database(id),
        None => Instead::Copy(kept_copy(&old.run, step)?.name),
    };
    Some(Subject {
        family,
        of: left.id.clone(),
        resource_id: resource_id.to_owned(),
        instead,
    })
}

/// The steps by which an instance or a cluster goes, its members before it. `named`: what it is, by kind, id and size.
pub(crate) fn steps(
    left: &Left,
    named: &Said,
    subject: &Subject,
    members: &[String],
    gib: u64,
    retiring: &mut Retiring,
) {
    let kind = &left.of.kind;
    let id = &left.id;
    let step = |verb: &str, title: Said, input: serde_json::Value| {
        DraftStep::new(&left.of, &format!("{kind}.{verb}"), Side::Source, title, input)
            .phase(Phase::CleanUp)
            .patience(BUSY_WITHIN)
    };
    let proved = step("prove_replaced", Text::ProveReplaced.fill(&[id]), value(subject));
    let proved = retiring.push(proved.leaves_nothing().estimate(5, 30));
    let input = LastSnapshotInput {
        subject: subject.clone(),
    };
    let taken = step("last_snapshot", Text::TakeLast.fill(&[id]), value(&input));
    let taken = taken.named("final_snapshot").needs([&proved]);
    let taken = retiring.push(taken.estimate(120 + 3 * gib, 600 + 10 * gib));
    let lifts = left.protected && retiring.despite_protection(left);
    let gate = retiring.gate(left, &[proved.clone(), taken.clone()], consent(named, members, lifts));
    let mut behind = vec![proved, taken.clone()];
    if lifts {
        let input = LiftInput {
            subject: subject.clone(),
        };
        let step = step("lift_protection", Text::LetDelete.fill(&[id]), value(&input));
        behind.push(retiring.push(step.needs(&behind).gates([gate.clone()]).estimate(20, 120)));
    }
    let no_way_back = Undo::None {
        reason: Advice::LastSnapshot.fill(&[id, taken.as_str()]).into(),
    };
    let mut gone: Vec<StepId> = Vec::new();
    for member in members {
        let input = MemberInput {
            subject: subject.clone(),
            member: member.clone(),
        };
        let step = step("delete_member", Text::DeleteMember.fill(&[member, id]), value(&input));
        let step = step
            .named(&format!("delete_{member}"))
            .needs(&behind)
            .gates([gate.clone()]);
        gone.push(retiring.push(step.undo(no_way_back.clone()).estimate(300, 900)));
    }
    let input = DeleteInput {
        subject: subject.clone(),
        snapshot: taken,
    };
    let step = step("delete_database", Text::Delete.fill(&[id]), value(&input));
    let step = step.needs(&behind).needs(&gone).gates([gate]);
    retiring.push(step.undo(no_way_back).estimate(300, 900));
}

fn consent(named: &Said, members: &[String], lifts: bool) -> Said {
    let deleted = match members {
        [] => Text::Deleted.fill(&[named.as_str()]),
        members => Text::DeletedWithMembers.fill(&[named.as_str(), &members.join(", ")]),
    };
    match lifts {
        true => Text::LiftedFirst.fill(&[deleted.as_str()]),
        false => deleted,
    }
}

fn value(input: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(input).expect("a step's input has only string keys")
}
