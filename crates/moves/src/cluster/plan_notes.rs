//! What people should know of a cluster's move, and what would stop it.

use std::collections::BTreeMap;

use aws::rds::Family;
use model::inventory::{Cluster, EngineMode, RegionInventory};
use model::{AccountId, ResourceRef, Said, Side};

use super::spec::{ClusterSpec, RestoreSpec};
use super::words::Text;
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
        let text = Text::OtherEngine.fill(&[&format!("{:?}", cluster.engine)]);
        blocks.push(&known::CLUSTER_ENGINE, text);
    }
    let aurora = super::is_aurora(&cluster.engine);
    if !aurora && cluster.class.is_empty() {
        blocks.push(&known::CLUSTER_MEMBERS, Text::ClassUntold);
    }
    if cluster.encryption_type.as_deref() == Some("sse-rds") {
        blocks.push(&known::KEY_OF_AWS, Text::UnderKeyOfAws);
    }
    if cluster.engine_mode == EngineMode::Serverless {
        blocks.push(&known::CLUSTER_ENGINE, Text::ServerlessV1);
    }
    if let Some(global) = &cluster.global_cluster {
        blocks.push(&known::CLUSTER_GLOBAL, Text::OfGlobal.fill(&[global]));
    }
    let writers = cluster.members.iter().filter(|member| member.writer).count();
    if writers > 1 {
        let text = Text::ManyWriters.fill(&[&writers.to_string()]);
        blocks.push(&known::CLUSTER_MEMBERS, text);
    }
    let serverless = cluster.members.iter().any(|member| member.class == "db.serverless");
    if serverless && cluster.scaling.is_none() {
        blocks.push(&known::CLUSTER_MEMBERS, Text::NoScaling);
    }
    let moves = blocks.tell(draft, resource);
    if aurora && cluster.members.is_empty() {
        draft.note(Some(resource), Says::Warns(&known::CLUSTER_MEMBERS), Text::NoMembers);
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
            Text::TargetUnseen.fill(&[account.as_str(), draft.region().as_str()]),
        ),
        Some(target) => {
            let source = draft.regional(Side::Source);
            blocks.take(missing((source, account), target, asked, cluster, &groups));
        }
    }
    if asked.security_groups.is_empty() {
        blocks.push(&known::SECURITY_GROUP, Text::SecurityGroupsEmpty);
    }
    for id in asked.classes.keys().filter(|id| !groups.members.contains_key(*id)) {
        blocks.push(&known::CLUSTER_MEMBERS, Text::NotAMember.fill(&[id]));
    }
    blocks.tell(draft, resource);
    groups
}

/// What the target's account lacks, or has already.
fn missing(
    (source, account): (Option<&RegionInventory>, &AccountId),
    target: &RegionInventory,
    asked: &RestoreSpec,
    cluster: &Cluster,
    groups: &Groups,
) -> Blocks {
    let mut blocks = Blocks::default();
    let named = |text: Text, name: &str| text.fill(&[account.as_str(), name]);
    if target.clusters.iter().any(|other| other.id == cluster.id) {
        blocks.push(&known::NAME_TAKEN, named(Text::HasCluster, &cluster.id));
    }
    // Instances and members share one set of names.
    let members = target.clusters.iter().flat_map(|other| &other.members);
    let taken: Vec<&String> = members
        .map(|member| &member.id)
        .chain(target.databases.iter().map(|database| &database.id))
        .collect();
    for member in cluster.members.iter().filter(|member| taken.contains(&&member.id)) {
        blocks.push(&known::NAME_TAKEN, named(Text::HasInstance, &member.id));
    }
    let subnets = subnet_group::Wanted::new(&asked.subnet_group, &asked.subnets, &cluster.subnet_group);
    blocks.extend(&known::SUBNET_GROUP, subnet_group::unfit(account, target, &subnets));
    for group in asked
        .security_groups
        .iter()
        .filter(|group| !target.security_groups.contains(group))
    {
        blocks.push(&known::SECURITY_GROUP, named(Text::NoSecurityGroup, group));
    }
    let regions = [source, Some(target)];
    let carried = asked.cluster_parameter_group == CARRY;
    let had = &cluster.parameter_group;
    blocks.extend(
        &known::PARAMETER_GROUP,
        unfit(account, Family::Cluster, regions, had, &groups.cluster, carried),
    );
    // The instances of a Multi-AZ cluster have none of their own.
    for member in cluster.members.iter().filter(|_| super::is_aurora(&cluster.engine)) {
        let wanted = &groups.members[&member.id];
        let carried = asked.instance_parameter_group == CARRY;
        let had = &member.parameter_group;
        let text = unfit(account, Family::Instance, regions, had, wanted, carried);
        blocks.extend(
            &known::PARAMETER_GROUP,
            text.map(|text| Text::ForMember.fill(&[text.as_str(), &member.id])),
        );
    }
    blocks
}

/// How many full copies there are, and under which key each thing lies.
pub(super) fn note_copies(draft: &mut Draft, resource: &ResourceRef, cluster: &Cluster, under: Option<&SourceKey>) {
    let gib = cluster.storage_gib.to_string();
    let text = match under {
        None => Text::CopyUnencrypted.fill(&[&gib]),
        Some(key) if key.aws_managed => Text::CopiesOfManaged.fill(&[&gib]),
        Some(key) => Text::CopyUnder.fill(&[&gib, key.aliases.first().unwrap_or(&key.id)]),
    };
    draft.note(Some(resource), Says::Tells, text);
}

/// What a restore does not bring.
pub(super) fn note_aftermath(draft: &mut Draft, resource: &ResourceRef, spec: &ClusterSpec, cluster: &Cluster) {
    let mut tell = |weight, text: Said| draft.note(Some(resource), weight, text);
    let Some(restore) = &spec.restore else {
        tell(Says::Tells, Text::Unrestored.into());
        if !cluster.encrypted {
            tell(
                Says::Warns(&known::DATABASE_UNENCRYPTED),
                Text::UnrestoredUnencrypted.into(),
            );
        }
        return;
    };
    tell(Says::Tells, Text::NotInSnapshot.into());
    if !cluster.custom_endpoints.is_empty() {
        let names = cluster.custom_endpoints.join(", ");
        tell(
            Says::Warns(&known::DATABASE_LEFT),
            Text::CustomEndpoints.fill(&[&names]),
        );
    }
    if !cluster.roles.is_empty() {
        let names = cluster.roles.join(", ");
        tell(Says::Warns(&known::DATABASE_LEFT), Text::Roles.fill(&[&names]));
    }
    if cluster.managed_secret {
        tell(Says::Warns(&known::MASTER_SECRET), Text::MasterSecret.into());
    }
    if cluster.iam_auth {
        tell(Says::Tells, Text::IamAuth.into());
    }
    if restore.public {
        tell(Says::Warns(&known::PUBLIC_ADDRESS), Text::PublicMembers.into());
    }
    for member in cluster.members.iter().filter(|member| member.public && !restore.public) {
        tell(Says::Tells, Text::PublicNoMore.fill(&[&member.id]));
    }
    if restore.extended_support.is_none() {
        tell(Says::Tells, Text::ExtendedSupport.into());
    }
    let aurora = super::is_aurora(&cluster.engine);
    if aurora && !cluster.members.is_empty() && !cluster.members.iter().any(|member| member.writer) {
        let first = &super::plan::in_order(cluster)[0].id;
        tell(Says::Tells, Text::WriterUntold.fill(&[first]));
    }
}
