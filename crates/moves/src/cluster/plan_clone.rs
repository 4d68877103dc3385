//! The other route of an Aurora cluster: shared through Resource Access Manager, and cloned in the target. Minutes instead of full copies,
//! of the very moment; and storage that the two share until their pages diverge.

use std::collections::BTreeSet;

use model::inventory::Cluster;
use model::{ResourceRef, Side};

use super::is_aurora;
use super::spec::ClusterSpec;
use super::words::Text;
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Draft;
use crate::draft::Says;
use crate::key::SourceKey;

/// What would stop a clone, and what people should know of one. Whether it can be made.
pub(super) fn note(
    draft: &mut Draft,
    resource: &ResourceRef,
    spec: &ClusterSpec,
    cluster: &Cluster,
    under: Option<&SourceKey>,
) -> bool {
    let mut blocks = Blocks::default();
    if !is_aurora(&cluster.engine) {
        blocks.push(&known::CLUSTER_CLONE, Text::OnlyAuroraClones);
    }
    match under {
        None => blocks.push(&known::CLUSTER_CLONE, Text::CloneUnencrypted),
        Some(key) if key.aws_managed => blocks.push(&known::CLUSTER_CLONE, Text::CloneOfManaged),
        Some(_) => {}
    }
    if cluster.members.is_empty() {
        blocks.push(&known::CLUSTER_CLONE, Text::CloneWithoutMember);
    }
    let Some(restore) = &spec.restore else {
        blocks.push(&known::CLUSTER_CLONE, Text::CloneUnrestored);
        return blocks.tell(draft, resource);
    };
    // Zones' names mean other zones in other accounts; their ids do not. A clone's storage stays where it is.
    let zones = |side: Side, name: &str| -> Option<BTreeSet<&String>> {
        let group = draft.regional(side)?.subnet_groups.get(name)?;
        Some(group.zone_ids.iter().collect()).filter(|zones: &BTreeSet<_>| !zones.is_empty())
    };
    let there = zones(Side::Target, &restore.subnet_group);
    let (zones_differ, known) = match (zones(Side::Source, &cluster.subnet_group), there) {
        (Some(here), Some(there)) => (here != there, true),
        _ => (false, false),
    };
    if zones_differ {
        let text = Text::OtherZones.fill(&[&restore.subnet_group, &cluster.subnet_group]);
        blocks.push(&known::CLUSTER_CLONE, text);
    }
    if !blocks.tell(draft, resource) {
        return false;
    }
    if !known {
        let text = Text::ZonesUntold.fill(&[&restore.subnet_group]);
        draft.note(Some(resource), Says::Warns(&known::CLUSTER_CLONE), text);
    }
    let key = under.map_or("its key", |key| {
        key.aliases.first().map_or(key.id.as_str(), String::as_str)
    });
    let text = Text::Cloned.fill(&[key]);
    draft.note(Some(resource), Says::Warns(&known::CLUSTER_CLONE), text);
    true
}
