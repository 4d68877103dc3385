//! What is left of clusters that have moved, and the steps by which they go: like an instance, but for the members, which go before their
//! cluster; those of a Multi-AZ cluster go with it.

use aws::rds::Family;
use jiff::Timestamp;
use model::StepSpec;
use model::inventory::Cluster;

use super::words::Text;
use super::{ClusterOutput, is_aurora};
use crate::database::retire::{
    connected, kept, kept_copy, look_who_connects, not_looked, on_own_key, opened_again, quiet, steps, subject,
    way_back, with_size,
};
use crate::prices::Item;
use crate::retire::month::MonthLine;
use crate::retire::plan::Retiring;
use crate::retire::{Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

/// Clusters that have arrived in the target: copied there, or cloned.
fn moved<'a>(run: &Run<'a>) -> Vec<&'a StepSpec> {
    let copied = run.done("cluster.copy_to_target");
    copied.chain(run.done("cluster.clone_cluster")).collect()
}

fn restored(run: &Run, moved: &StepSpec) -> Option<ClusterOutput> {
    ["cluster.restore_cluster", "cluster.clone_cluster"]
        .iter()
        .find_map(|action| {
            let step = run.done(action).find(|step| step.resource == moved.resource)?;
            run.output(&step.id)
        })
}

/// Looks at each, and at what the target has instead.
pub(crate) async fn look(run: &Run<'_>, world: &World, now: Timestamp, seen: &mut Seen) -> Result<(), model::Failure> {
    let moved = moved(run);
    if moved.is_empty() {
        return Ok(());
    }
    let (source, target) = (world.source(), world.target());
    if seen.source.clusters.is_none() {
        let listed = source.rds.observed_clusters().await;
        seen.source.clusters = seen.take("clusters", listed)?;
    }
    if seen.source.databases.is_none() {
        // Who else uses their groups.
        let listed = source.rds.observed_instances().await;
        seen.source.databases = seen.take("databases", listed)?;
    }
    for step in moved {
        let id = &step.resource.name;
        let found = source.rds.cluster(id).await;
        if let Some(found) = seen.take("clusters", found)? {
            if let Some(found) = &found {
                let members: Vec<String> = found.members.iter().map(|member| member.id.clone()).collect();
                look_who_connects(world, seen, id, &members, now).await?;
            }
            seen.source.cluster.insert(id.clone(), found);
        }
        if let Some(made) = restored(run, step) {
            let found = target.rds.cluster(&made.id).await;
            if let Some(found) = seen.take("the target's clusters", found)? {
                seen.target.cluster.insert(made.id, found);
            }
        } else if let Some(copy) = kept_copy(run, step) {
            let found = target.rds.snapshot(Family::Cluster, &copy.name).await;
            if let Some(found) = seen.take("the target's snapshots", found)? {
                seen.target.db_snapshot.insert((true, copy.name), found);
            }
        }
    }
    Ok(())
}

/// Tells the clusters that stand in the source still.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for step in moved(&old.run) {
        all.push(one(old, step));
    }
}

/// It, as a look at all of the source's listed it.
fn listed<'a>(old: &Old<'a>, id: &str) -> Option<&'a Cluster> {
    let all = old.seen?.source.clusters.as_ref()?;
    all.iter().find(|one| one.id == id)
}

fn one(old: &Old, step: &StepSpec) -> Left {
    let of = step.resource.clone();
    let id = of.name.clone();
    let listed = listed(old, &id);
    let mut left = Left::new(of.clone(), "RDS cluster", id.clone());
    left.quiet = quiet(old, &of);
    way_back(old, &mut left);
    let seen = old.seen.and_then(|seen| seen.source.cluster.get(&id));
    match listed {
        None => left.month.lines.push(MonthLine::unknown("its instances and storage")),
        Some(listed) => {
            left.what = format!(
                "RDS cluster ({}) of {} instance(s)",
                listed.engine,
                listed.members.len()
            );
            let gib = Some(listed.storage_gib).filter(|gib| *gib > 0);
            left.size = gib.map(|gib| format!("{gib} GiB"));
            for member in &listed.members {
                let item = Item::Database(member.class.clone(), listed.engine.clone());
                let hours = old.priced(format!("the hours of {}", member.id), &item, 1, None);
                left.month.lines.push(hours);
            }
            let kind = match listed.storage_type.as_str() {
                "" => "aurora",
                told => told,
            };
            let item = Item::DatabaseStorage(kind.to_owned());
            let storage = old.priced("its storage", &item, 1, gib.map(u64::from));
            left.month.lines.push(storage);
            if let Some(global) = &listed.global_cluster {
                left.block(format!(
                    "it belongs to the global cluster {global}: take it out of that first"
                ));
            }
            let members: Vec<&str> = listed.members.iter().map(|member| member.id.as_str()).collect();
            if is_aurora(&listed.engine) && !members.is_empty() {
                left.tell(Text::MembersFirst.fill(&[&members.join(", ")]));
            }
        }
    }
    if let Some(found) = seen {
        let mut drifted = Vec::new();
        if let Some(found) = found {
            drifted.extend(opened_again(old, &of, &found.security_groups));
            left.protected = found.deletion_protection;
            if found.deletion_protection {
                left.tell(Text::Protected);
            }
            if found.status != "available" {
                left.block(format!("it is {}: look again when it is available", found.status));
            }
        }
        left.was_seen(found.is_some(), drifted);
    }
    connected(old, &mut left);
    replaced(old, step, &mut left);
    left
}

fn replaced(old: &Old, step: &StepSpec, left: &mut Left) {
    let Some(made) = restored(&old.run, step) else {
        return kept(old, step, true, left);
    };
    left.instead = Some(made.arn.clone());
    if step.action == "cluster.clone_cluster" {
        left.tell(Text::ReplacedByClone);
    }
    let Some(found) = old.seen.and_then(|seen| seen.target.cluster.get(&made.id)) else {
        return not_looked(old, left);
    };
    match found {
        None => left.block(format!("{} is gone in the target: this is the only one", made.arn)),
        Some(found) => {
            on_own_key(left, &found.arn, found.key.as_deref());
            if found.status != "available" {
                left.block(format!("{} is {} in the target", found.arn, found.status));
            }
        }
    }
}

/// Adds the steps by which a cluster goes. Those of a Multi-AZ cluster's instances RDS takes itself.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let found = old.seen.and_then(|seen| seen.source.cluster.get(&left.id)?.as_ref());
    let Some((step, found)) = moved(&old.run)
        .into_iter()
        .find(|step| step.resource == left.of)
        .zip(found)
    else {
        return;
    };
    let made = restored(&old.run, step).map(|made| made.id);
    let Some(subject) = subject(old, left, (step, made), Family::Cluster, &found.resource_id) else {
        return;
    };
    let own = is_aurora(&found.engine);
    // Readers before the writer: nobody fails over to what goes next.
    let mut members: Vec<_> = found.members.iter().filter(|_| own).collect();
    members.sort_by_key(|member| (member.writer, member.id.clone()));
    let members: Vec<String> = members.into_iter().map(|member| member.id.clone()).collect();
    // As the listing says it, with its name.
    let named = match listed(old, &left.id) {
        Some(listed) => Text::ClusterOf.fill(&[&listed.engine, &listed.members.len().to_string(), &with_size(left)]),
        None => Text::Cluster.fill(&[&with_size(left)]),
    };
    steps(left, &named, &subject, &members, 50, retiring);
}
