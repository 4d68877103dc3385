//! Groups that are left: those that only what has moved has, and those that the run carried. AWS charges nothing for them. They go after what has them,
//! in the same removal or a later one.

use std::collections::{BTreeMap, BTreeSet};

use aws::groups_in_use::{GroupKind, GroupUse, UsedBy};
use model::{Advice, Phase, ResourceRef, Said, Side, Undo};

use super::words::Text;
use super::{OldGroup, called, held, user, what};
use crate::database::retire::not_looked;
use crate::draft::DraftStep;
use crate::retire::plan::Retiring;
use crate::retire::{How, Left, Old, Seen, Standing};
use crate::terraform::Run;
use crate::world::World;

/// A group by its kind and name.
pub(crate) type Named = (GroupKind, String);

/// How long a group may be refused because what had it is only just gone, in seconds.
const GONE_WITHIN: u64 = 900;

/// The steps by which a run makes groups in the target from the source's.
const CARRIED: [(&str, GroupKind); 3] = [
    ("database.create_parameter_group", GroupKind::Parameter),
    ("cluster.create_parameter_group", GroupKind::ClusterParameter),
    ("database.create_option_group", GroupKind::Option),
];

fn carried(run: &Run) -> BTreeSet<Named> {
    let each = CARRIED.iter().flat_map(|(action, kind)| {
        let steps = run.done(action);
        steps
            .map(|step| (*kind, step.resource.name.clone()))
            .collect::<Vec<_>>()
    });
    each.collect()
}

/// Whether the run has moved anything that has groups of RDS, and of ElastiCache.
fn concerned(run: &Run) -> (bool, bool) {
    let moved = |actions: &[&str]| actions.iter().any(|action| run.done(action).next().is_some());
    let databases = [
        "database.copy_to_target",
        "cluster.copy_to_target",
        "cluster.clone_cluster",
    ];
    (
        moved(&databases) || !carried(run).is_empty(),
        moved(&["cache.create_snapshot"]),
    )
}

/// Looks who has which, and whether those that were carried are there on both sides.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    let (databases, caches) = concerned(run);
    let source = world.source();
    if databases {
        let listed = source.rds.groups_in_use().await;
        seen.source.rds_groups = seen.take("who has which groups of RDS", listed)?;
    }
    if caches {
        let listed = source.elasticache.groups_in_use().await;
        seen.source.cache_groups = seen.take("who has which groups of ElastiCache", listed)?;
    }
    for (kind, name) in carried(run) {
        let here = held(kind, &name, &source).await;
        if let Some(here) = seen.take("groups of databases", here)? {
            seen.source.group.insert((kind, name.clone()), here.is_some());
        }
        let there = held(kind, &name, &world.target()).await;
        if let Some(there) = seen.take("the target's groups of databases", there)? {
            seen.target.group.insert((kind, name), there.is_some());
        }
    }
    Ok(())
}

/// Tells them. Only a look tells who has what; of those that the run carried the journal tells as well.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    let source = old.seen.map(|seen| &seen.source);
    let listed = [
        source.and_then(|seen| seen.rds_groups.as_ref()),
        source.and_then(|seen| seen.cache_groups.as_ref()),
    ];
    let mut users: BTreeMap<Named, Vec<&UsedBy>> = BTreeMap::new();
    for GroupUse { kind, group, by } in listed.into_iter().flatten().flatten() {
        users.entry((*kind, group.clone())).or_default().push(by);
    }
    let carried = carried(&old.run);
    let moved: BTreeSet<String> = all
        .iter()
        .filter(|one| matches!(one.of.kind.as_str(), "database" | "cluster" | "cache"))
        .map(|one| one.of.to_string())
        .collect();
    // What only snapshots have, and no database of the run's, is nobody's that is known here.
    let moves = |by: &&&UsedBy| moved.contains(&user(by));
    let snapshot = |by: &UsedBy| matches!(by, UsedBy::Snapshot(_));
    let mut named: BTreeSet<Named> = carried.clone();
    named.extend(
        users
            .iter()
            .filter(|(_, by)| by.iter().any(|by| moves(&by)) && by.iter().all(|by| moves(&by) || snapshot(by)))
            .map(|(named, _)| named.clone()),
    );
    for (kind, name) in named {
        let by = users.get(&(kind, name.clone())).map(Vec::as_slice).unwrap_or_default();
        all.push(one(
            old,
            (kind, &name),
            (by, &moved),
            carried.contains(&(kind, name.clone())),
        ));
    }
    closed_groups(old, all);
}

/// What a group is called here.
fn of(kind: GroupKind, name: &str) -> ResourceRef {
    let kind = match kind {
        GroupKind::Parameter => "parameter_group",
        GroupKind::ClusterParameter => "cluster_parameter_group",
        GroupKind::Option => "option_group",
        GroupKind::Subnet => "subnet_group",
        GroupKind::CacheParameter => "cache_parameter_group",
        GroupKind::CacheSubnet => "cache_subnet_group",
        GroupKind::CacheUser => "cache_user_group",
    };
    ResourceRef::new(kind, name)
}

fn one(
    old: &Old,
    (kind, name): (GroupKind, &str),
    (by, moved): (&[&UsedBy], &BTreeSet<String>),
    carried: bool,
) -> Left {
    let mut left = Left::new(of(kind, name), what(kind), name);
    left.way_back(None, Text::AsLongAsUsed);
    let place = (kind, name.to_owned());
    let there = match by {
        [] => old.seen.and_then(|seen| seen.source.group.get(&place).copied()),
        _ => Some(true),
    };
    if let Some(there) = there {
        left.was_seen(there, Vec::new());
    }
    for by in by {
        let named = user(by);
        match by {
            UsedBy::Snapshot(_) => left.block(format!("{named} has it, and RDS keeps it for that")),
            UsedBy::Database(_) if kind == GroupKind::Option => left.block(format!(
                "{named} has it, and that one's last snapshot will: RDS keeps it for that"
            )),
            UsedBy::Database(id) | UsedBy::Cluster(id) | UsedBy::Cache(id) if moved.contains(&named) => {
                let kind = named.split('/').next().unwrap_or_default();
                left.after.push(ResourceRef::new(kind, id));
            }
            UsedBy::Database(_) | UsedBy::Cluster(_) | UsedBy::Cache(_) => {
                left.block(format!("{named} has it, which the run did not move"));
            }
        }
    }
    let cache = matches!(
        kind,
        GroupKind::CacheParameter | GroupKind::CacheSubnet | GroupKind::CacheUser
    );
    let uses = old.seen.map(|seen| match cache {
        true => seen.source.cache_groups.is_some(),
        false => seen.source.rds_groups.is_some(),
    });
    if uses == Some(false) {
        left.block("who has it cannot be looked at");
    }
    if carried {
        left.instead = Some(Text::MadeOfIt.fill(&[called(kind, name).as_str()]).into());
        match old.seen.and_then(|seen| seen.target.group.get(&place)) {
            None => not_looked(old, &mut left),
            Some(true) => {}
            Some(false) => left.block("the one that the run made of it is gone in the target: this is the only one"),
        }
    } else {
        left.tell(Text::NotMadeOfIt);
    }
    if kind == GroupKind::CacheUser {
        left.told.clear();
        left.tell(Text::NoUserGroup);
        left.removal = How::Hand {
            command: format!("{} delete-user-group --user-group-id {name}", old.aws("elasticache")),
        };
    }
    left
}

/// The security groups that admit nobody: the run made them, and they stay with their databases.
fn closed_groups(old: &Old, all: &mut Vec<Left>) {
    for step in old.run.done("writes.create_closed_group") {
        let id = old.run.state.output(&step.id).and_then(|output| output["id"].as_str());
        let Some(id) = id else { continue };
        let mut left = Left::new(
            ResourceRef::new("security_group", id),
            "the security group that admits nobody, made by the run",
            id,
        );
        left.way_back(None, Text::AsLongAs.fill(&[&step.resource.to_string()]));
        let stands = all
            .iter()
            .find(|one| one.of == step.resource)
            .is_some_and(|one| one.standing != Standing::Gone);
        if stands {
            left.block(format!("{} has it: that goes first", step.resource));
        }
        left.removal = How::Hand {
            command: format!("{} delete-security-group --group-id {id}", old.aws("ec2")),
        };
        all.push(left);
    }
}

/// Adds the steps by which a group goes: after what has it, where that goes in the same removal.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let carried = carried(&old.run);
    let kinds = [
        GroupKind::Parameter,
        GroupKind::ClusterParameter,
        GroupKind::Option,
        GroupKind::Subnet,
        GroupKind::CacheParameter,
        GroupKind::CacheSubnet,
    ];
    let name = &left.id;
    let Some(kind) = kinds.into_iter().find(|kind| of(*kind, name) == left.of) else {
        return;
    };
    let group = OldGroup {
        kind,
        name: name.clone(),
        carried: carried.contains(&(kind, name.clone())),
    };
    let step = |verb: &str, title: Said| {
        let input = serde_json::to_value(&group).expect("a step's input has only string keys");
        DraftStep::new(&left.of, &format!("group.{verb}"), Side::Source, title, input)
            .phase(Phase::CleanUp)
            .patience(GONE_WITHIN)
    };
    let first: Vec<_> = left.after.iter().flat_map(|of| retiring.deletes(of)).collect();
    let called = called(kind, name);
    let title = Text::ProveUnused.fill(&[called.as_str()]);
    let proved = step("prove_unused", title).needs(&first).leaves_nothing();
    let proved = retiring.push(proved.estimate(5, 30));
    let consent = Text::Deleted.fill(&[called.as_str()]);
    let gate = retiring.gate(left, std::slice::from_ref(&proved), consent);
    let undo = Undo::None {
        reason: Advice::WhatItSet.fill(&[proved.as_str()]).into(),
    };
    let step = step("delete_group", Text::Delete.fill(&[called.as_str()]));
    retiring.push(step.needs([&proved]).gates([gate]).undo(undo).estimate(5, 60));
}
