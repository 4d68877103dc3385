//! Groups of databases that are left: those that only what has moved used. AWS charges nothing for them; they are for people to delete, after
//! what uses them.

use std::collections::{BTreeMap, BTreeSet};

use model::ResourceRef;

use crate::retire::{How, Left, Old};

/// Who uses a group: what is named, and whether it has moved.
type Users = BTreeMap<(&'static str, String), Vec<(String, bool)>>;

/// Tells them. Only a look tells who uses what.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    let Some(source) = old.seen.map(|seen| &seen.source) else {
        return;
    };
    // Without both lists somebody else's database may be the one that is not seen.
    let databases = source.databases.as_deref();
    let clusters = source.clusters.as_deref();
    let moved: BTreeSet<&str> = all
        .iter()
        .filter(|one| matches!(one.of.kind.as_str(), "database" | "cluster"))
        .map(|one| one.id.as_str())
        .collect();
    let mut users = Users::new();
    let mut uses = |kind: &'static str, group: &str, by: &str, moves: bool| {
        // RDS's own cannot be deleted.
        if !group.is_empty() && !group.starts_with("default") {
            users
                .entry((kind, group.to_owned()))
                .or_default()
                .push((by.to_owned(), moves));
        }
    };
    for one in databases.unwrap_or_default() {
        let moves = moved.contains(one.id.as_str());
        uses("parameter_group", &one.parameter_group, &one.id, moves);
        uses("subnet_group", &one.subnet_group, &one.id, moves);
        uses(
            "option_group",
            one.settings.option_group.as_deref().unwrap_or_default(),
            &one.id,
            moves,
        );
    }
    for one in clusters.unwrap_or_default() {
        let moves = moved.contains(one.id.as_str());
        uses("cluster_parameter_group", &one.parameter_group, &one.id, moves);
        uses("subnet_group", &one.subnet_group, &one.id, moves);
        for member in &one.members {
            uses("parameter_group", &member.parameter_group, &member.id, moves);
        }
    }
    for ((kind, group), by) in users {
        if by.iter().all(|(_, moves)| *moves) {
            all.push(one(old, kind, &group, &by, databases.is_some() && clusters.is_some()));
        }
    }
    closed_groups(old, all);
}

fn one(old: &Old, kind: &'static str, group: &str, by: &[(String, bool)], all_seen: bool) -> Left {
    let what = match kind {
        "parameter_group" => "DB parameter group",
        "cluster_parameter_group" => "DB cluster parameter group",
        "option_group" => "option group",
        _ => "DB subnet group",
    };
    let delete = match kind {
        "parameter_group" => "delete-db-parameter-group --db-parameter-group-name",
        "cluster_parameter_group" => "delete-db-cluster-parameter-group --db-cluster-parameter-group-name",
        "option_group" => "delete-option-group --option-group-name",
        _ => "delete-db-subnet-group --db-subnet-group-name",
    };
    let mut left = Left::new(ResourceRef::new(kind, group), what, group);
    left.was_seen(true, Vec::new());
    left.way_back(None, "as long as what uses it");
    let users: Vec<&str> = by.iter().map(|(id, _)| id.as_str()).collect();
    left.block(format!(
        "{} {} it: {} goes first",
        users.join(", "),
        if users.len() == 1 { "uses" } else { "use" },
        if users.len() == 1 { "that" } else { "those" }
    ));
    if !all_seen {
        left.block("whether another database uses it was not looked at");
    }
    if kind == "option_group" {
        left.tell("RDS keeps an option group while a snapshot names it, the last snapshot of its database, too");
    }
    left.removal = How::Hand {
        command: format!("{} {delete} {group}", old.aws("rds")),
    };
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
        left.way_back(None, format!("as long as {}", step.resource));
        let stands = all
            .iter()
            .find(|one| one.of == step.resource)
            .is_some_and(|one| one.standing != crate::retire::Standing::Gone);
        if stands {
            left.block(format!("{} has it: that goes first", step.resource));
        }
        left.removal = How::Hand {
            command: format!("{} delete-security-group --group-id {id}", old.aws("ec2")),
        };
        all.push(left);
    }
}
