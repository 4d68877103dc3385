//! The other route of an Aurora cluster: shared through Resource Access Manager, and cloned in the target. Minutes instead of full copies,
//! of the very moment; and storage that the two share until their pages diverge.

use std::collections::BTreeSet;

use model::inventory::Cluster;
use model::{ResourceRef, Side};

use super::is_aurora;
use super::spec::ClusterSpec;
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
        blocks.push(
            &known::CLUSTER_CLONE,
            "only Aurora is cloned into another account: leave route out".to_owned(),
        );
    }
    match under {
        None => blocks.push(&known::CLUSTER_CLONE, "it is not encrypted, and a clone can only be what its source is: leave route out, the restore of its snapshot encrypts it"
                .to_owned(),
        ),
        Some(key) if key.aws_managed => blocks.push(&known::CLUSTER_CLONE, "it lies on a key that AWS manages, which cannot be shared; the cure, a restore under another key first, gains nothing over its \
             snapshot: leave route out"
                .to_owned(),
        ),
        Some(_) => {}
    }
    if cluster.members.is_empty() {
        blocks.push(
            &known::CLUSTER_CLONE,
            "it has no member, and only a cluster that has one is cloned".to_owned(),
        );
    }
    let Some(restore) = &spec.restore else {
        blocks.push(
            &known::CLUSTER_CLONE,
            "restore = false leaves the copy of a snapshot, and a clone has none: leave route out".to_owned(),
        );
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
        blocks.push(&known::CLUSTER_CLONE, format!(
            "the subnets of {} lie in other zones than those of the source's {}: a clone's must lie in the same physical zones",
            restore.subnet_group, cluster.subnet_group
        ));
    }
    if !blocks.tell(draft, resource) {
        return false;
    }
    if !known {
        let text = format!(
            "the inventory does not tell zone_ids of both subnet groups: the subnets of {} must lie in the same physical zones as the source's, \
             or RDS refuses the clone",
            restore.subnet_group
        );
        draft.note(Some(resource), Says::Warns(&known::CLUSTER_CLONE), text);
    }
    let key = under.map_or("its key", |key| {
        key.aliases.first().map_or(key.id.as_str(), String::as_str)
    });
    let text = format!(
        "it is cloned, not copied. Do not delete or disable the source's {key} while the clone lives: whether pages that it shares with the \
         source are read under that key, no source says. For independence take a snapshot of the clone in the target, copy it there, and \
         restore the copy. RDS admits one clone of a cluster in the target account: after an undo another may be refused until the first is gone"
    );
    draft.note(Some(resource), Says::Warns(&known::CLUSTER_CLONE), text);
    true
}
