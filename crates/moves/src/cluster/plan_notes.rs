//! What people should know of a cluster's move, and what would stop it.

use std::collections::BTreeMap;

use aws::rds::Family;
use model::inventory::{Cluster, EngineMode, RegionInventory};
use model::{ResourceRef, Side};

use super::spec::{ClusterSpec, RestoreSpec};
use crate::check::Explained;
use crate::check::known;
use crate::database::spec::CARRY;
use crate::draft::Blocks;
use crate::draft::Draft;
use crate::draft::Says;
use crate::key::SourceKey;
use crate::parameter_group::unfit;
use crate::subnet_group;

/// The parameter groups in the target: of the cluster, and of each member.
#[derive(Default)]
pub(super) struct Groups {
    pub(super) cluster: String,
    pub(super) members: BTreeMap<String, String>,
}

/// Whether it is a cluster that moves.
pub(super) fn note_kind(draft: &mut Draft, resource: &ResourceRef, cluster: &Cluster) -> bool {
    let mut blocks = Blocks::default();
    if !matches!(
        cluster.engine.as_str(),
        "aurora-mysql" | "aurora-postgresql" | "mysql" | "postgres"
    ) {
        blocks.push(
            &known::CLUSTER_ENGINE,
            format!(
                "{:?} is an engine neither of Aurora nor of a Multi-AZ cluster: only those move as clusters",
                cluster.engine
            ),
        );
    }
    let aurora = super::is_aurora(&cluster.engine);
    if !aurora && cluster.class.is_empty() {
        let text = "the inventory does not tell its class, without which RDS does not restore a Multi-AZ cluster";
        blocks.push(&known::CLUSTER_MEMBERS, text.to_owned());
    }
    if cluster.encryption_type.as_deref() == Some("sse-rds") {
        let text = "it lies under a key that AWS owns (sse-rds): whether RDS copies the snapshot of such a cluster under a customer key no source \
                    says. Move it by a dump, or by a replica, of its engine";
        blocks.push(&known::KEY_OF_AWS, text.to_owned());
    }
    if cluster.engine_mode == EngineMode::Serverless {
        let text = "it is Aurora Serverless v1, which does not move: convert it to provisioned or Serverless v2 first";
        blocks.push(&known::CLUSTER_ENGINE, text.to_owned());
    }
    if let Some(global) = &cluster.global_cluster {
        blocks.push(&known::CLUSTER_GLOBAL, format!(
            "it belongs to the global database {global}, which does not move: a restored cluster stands alone. Take it out of the global \
             database first, and make a new one in the target afterwards"
        ));
    }
    let writers = cluster.members.iter().filter(|member| member.writer).count();
    if writers > 1 {
        blocks.push(
            &known::CLUSTER_MEMBERS,
            format!("the inventory gives it {writers} writers: a cluster has one"),
        );
    }
    let serverless = cluster.members.iter().any(|member| member.class == "db.serverless");
    if serverless && cluster.scaling.is_none() {
        let text = "it has a member of class db.serverless and no scaling in the inventory: RDS would refuse to make that member";
        blocks.push(&known::CLUSTER_MEMBERS, text.to_owned());
    }
    let moves = blocks.tell(draft, resource);
    if aurora && cluster.members.is_empty() {
        let text = "the inventory lists no members: the cluster will have its data and nobody to serve them";
        draft.note(Some(resource), Says::Warns(&known::CLUSTER_MEMBERS), text);
    }
    moves
}

/// What must stand ready in the target.
pub(super) fn note_target(draft: &mut Draft, resource: &ResourceRef, spec: &ClusterSpec, cluster: &Cluster) -> Groups {
    let Some(asked) = &spec.restore else {
        return Groups::default();
    };
    let carried = |wanted: &str, own: &str| {
        if wanted == CARRY {
            own.to_owned()
        } else {
            wanted.to_owned()
        }
    };
    let groups = Groups {
        cluster: carried(&asked.cluster_parameter_group, &cluster.parameter_group),
        members: cluster
            .members
            .iter()
            .map(|member| {
                (
                    member.id.clone(),
                    carried(&asked.instance_parameter_group, &member.parameter_group),
                )
            })
            .collect(),
    };
    let account = draft.account(Side::Target);
    let mut blocks = Blocks::default();
    match draft.regional(Side::Target) {
        None => blocks.push(
            &known::TARGET_UNSEEN,
            format!(
                "the inventory does not say what account {account} has in {}",
                draft.region()
            ),
        ),
        Some(target) => {
            missing(
                draft.regional(Side::Source),
                target,
                asked,
                cluster,
                &groups,
                |check, text| {
                    blocks.push(check, format!("account {account} {text}"));
                },
            );
        }
    }
    if asked.security_groups.is_empty() {
        blocks.push(
            &known::SECURITY_GROUP,
            "restore.security_groups is empty: AWS would take the VPC's default group",
        );
    }
    for id in asked.classes.keys().filter(|id| !groups.members.contains_key(*id)) {
        blocks.push(
            &known::CLUSTER_MEMBERS,
            format!("restore.classes names {id}, which is not a member"),
        );
    }
    blocks.tell(draft, resource);
    groups
}

fn missing(
    source: Option<&RegionInventory>,
    target: &RegionInventory,
    asked: &RestoreSpec,
    cluster: &Cluster,
    groups: &Groups,
    mut tell: impl FnMut(&'static Explained, String),
) {
    if target.clusters.iter().any(|other| other.id == cluster.id) {
        tell(&known::NAME_TAKEN, format!("has a cluster {} already", cluster.id));
    }
    // Instances and members share one set of names.
    let members = target.clusters.iter().flat_map(|other| &other.members);
    let taken: Vec<&String> = members
        .map(|member| &member.id)
        .chain(target.databases.iter().map(|database| &database.id))
        .collect();
    for member in cluster.members.iter().filter(|member| taken.contains(&&member.id)) {
        tell(&known::NAME_TAKEN, format!("has an instance {} already", member.id));
    }
    let subnets = subnet_group::Wanted::new(&asked.subnet_group, &asked.subnets, &cluster.subnet_group);
    if let Some(text) = subnet_group::unfit(target, &subnets) {
        tell(&known::SUBNET_GROUP, text);
    }
    for group in asked
        .security_groups
        .iter()
        .filter(|group| !target.security_groups.contains(group))
    {
        tell(&known::SECURITY_GROUP, format!("has no security group {group}"));
    }
    let regions = [source, Some(target)];
    let carried = asked.cluster_parameter_group == CARRY;
    let had = &cluster.parameter_group;
    if let Some(text) = unfit(Family::Cluster, regions, had, &groups.cluster, carried) {
        tell(&known::PARAMETER_GROUP, text);
    }
    // The instances of a Multi-AZ cluster have none of their own.
    for member in cluster.members.iter().filter(|_| super::is_aurora(&cluster.engine)) {
        let wanted = &groups.members[&member.id];
        let carried = asked.instance_parameter_group == CARRY;
        if let Some(text) = unfit(Family::Instance, regions, &member.parameter_group, wanted, carried) {
            tell(&known::PARAMETER_GROUP, format!("{text} (for {})", member.id));
        }
    }
}

/// How many full copies there are, and under which key each thing lies.
pub(super) fn note_copies(draft: &mut Draft, resource: &ResourceRef, cluster: &Cluster, under: Option<&SourceKey>) {
    let gib = cluster.storage_gib;
    let text = match under {
        None => format!(
            "one full copy of {gib} GiB. It is not encrypted in the source; neither are its snapshot and the copy in the target, because \
             RDS refuses a key for them. The restored cluster will be, under the target's key. That such a restore works is documented; one \
             report of 2018 saw it fail"
        ),
        Some(key) if key.aws_managed => format!(
            "two full copies of {gib} GiB: it lies on a key that AWS manages, which cannot be opened to another account. Its snapshot lies \
             under that key, the first copy under the transport key, the copy in the target and the restored cluster under the target's key"
        ),
        Some(key) => format!(
            "one full copy of {gib} GiB: its snapshot lies under the source's {}, the copy in the target and the restored cluster under the \
             target's key",
            key.aliases.first().unwrap_or(&key.id)
        ),
    };
    draft.note(Some(resource), Says::Tells, text);
}

/// What a restore does not bring.
pub(super) fn note_aftermath(draft: &mut Draft, resource: &ResourceRef, spec: &ClusterSpec, cluster: &Cluster) {
    let mut tell = |weight, text: String| draft.note(Some(resource), weight, text);
    let Some(restore) = &spec.restore else {
        let text = "restore = false: the copy of its snapshot stays in the target, and its ARN is told; whoever restores it names the key, \
                    subnet group, security groups and parameter groups there, and makes its members";
        tell(Says::Tells, text.to_owned());
        if !cluster.encrypted {
            let text =
                "it is not encrypted, and neither is the copy: name a key at the restore, it can never be given later";
            tell(Says::Warns(&known::DATABASE_UNENCRYPTED), text.to_owned());
        }
        return;
    };
    let text = "the endpoints' host names change; replica auto scaling, \
                proxies, alarms, event subscriptions, activity streams and the history of backups are not in a snapshot";
    tell(Says::Tells, text.to_owned());
    let named = |names: &[String]| names.join(", ");
    if !cluster.custom_endpoints.is_empty() {
        let names = named(&cluster.custom_endpoints);
        tell(
            Says::Warns(&known::DATABASE_LEFT),
            format!("its custom endpoints are not in a snapshot, make them anew: {names}"),
        );
    }
    if !cluster.roles.is_empty() {
        let names = named(&cluster.roles);
        tell(
            Says::Warns(&known::DATABASE_LEFT),
            format!("its IAM roles are not in a snapshot, add the target's own: {names}"),
        );
    }
    if cluster.managed_secret {
        let text = "Secrets Manager has its master password. No snapshot carries that: the restored cluster gets a new password and a secret \
                    of a new ARN, under aws/secretsmanager; the step says which, and consumers must be pointed to it";
        tell(Says::Warns(&known::MASTER_SECRET), text.to_owned());
    }
    if cluster.iam_auth {
        let text = "IAM may log in: its resource id is new, so that policies with rds-db:connect must name the new one";
        tell(Says::Tells, text.to_owned());
    }
    if restore.public {
        let text = "its members will have public addresses: restore.public = true";
        tell(Says::Warns(&known::PUBLIC_ADDRESS), text.to_owned());
    }
    for member in cluster.members.iter().filter(|member| member.public && !restore.public) {
        let text = format!(
            "{} has a public address in the source and will have none: restore.public = false",
            member.id
        );
        tell(Says::Tells, text);
    }
    if restore.extended_support.is_none() {
        let text = "AWS enrols a restored cluster in extended support, which costs once its major version is out of standard support; \
                    restore.extended_support = false refuses that";
        tell(Says::Tells, text.to_owned());
    }
    let aurora = super::is_aurora(&cluster.engine);
    if aurora && !cluster.members.is_empty() && !cluster.members.iter().any(|member| member.writer) {
        let first = super::plan::in_order(cluster)[0].id.clone();
        let text = format!("the inventory does not say which member writes: {first} will");
        tell(Says::Tells, text);
    }
}
