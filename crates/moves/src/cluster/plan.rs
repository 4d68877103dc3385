//! From a `[[cluster]]` section to steps.

use std::collections::BTreeMap;

use model::inventory::{Cluster, ClusterMember};
use model::plan::Weight;
use model::{Phase, ResourceRef, Side, StepId};

use super::plan_notes::{self, Groups};
use super::spec::ClusterSpec;
use super::{check_members, copy_to_target, create_member, create_snapshot, rekey_snapshot, restore_cluster};
use crate::draft::{Draft, DraftStep};
use crate::{key, snapshot};

/// Copies of cluster snapshots that RDS makes at the same time for one account and region.
const COPIES: u32 = 5;
/// How long a permission may take to spread, or a copy may be refused because others are under way, in seconds.
const SPREADS_WITHIN: u64 = 1800;
/// How long the cluster may be busy (a backup, a change) before its snapshot can begin, in seconds.
const BUSY_WITHIN: u64 = 3600;

/// Adds the steps of one cluster.
pub fn plan(draft: &mut Draft, spec: &ClusterSpec) {
    let resource = ResourceRef::new("cluster", &spec.id);
    let listed = draft
        .regional(Side::Source)
        .and_then(|region| region.clusters.iter().find(|cluster| cluster.id == spec.id));
    let Some(cluster) = listed else {
        let text = format!(
            "account {} has no cluster {} in {}",
            draft.account(Side::Source),
            spec.id,
            draft.region()
        );
        draft.note(Some(&resource), Weight::Blocks, text);
        return;
    };
    let moves = plan_notes::note_kind(draft, &resource, cluster);
    let groups = plan_notes::note_target(draft, &resource, spec, cluster);
    let source_key = match (&cluster.key, cluster.encrypted) {
        (Some(named), _) => Some(named.clone()),
        // Encrypted, and no key named: RDS's own.
        (None, true) => Some("alias/aws/rds".to_owned()),
        (None, false) => None,
    };
    if let Some(named) = source_key
        .as_deref()
        .filter(|named| !key::source_key(draft, named).listed)
    {
        let text = format!("its key {named} is not in the inventory: whether it can be shared cannot be told");
        draft.note(Some(&resource), Weight::Blocks, text);
        return;
    }
    let Some(target_key) = key::target_key(draft, &resource, spec.key.as_deref(), source_key.as_deref()) else {
        return;
    };
    if !moves {
        return;
    }
    let under = source_key.map(|named| key::source_key(draft, &named));
    plan_notes::note_copies(draft, &resource, cluster, under.as_ref());
    plan_notes::note_aftermath(draft, &resource, spec, cluster);
    Steps {
        draft,
        spec,
        cluster,
        resource,
        target_key,
    }
    .push(under, groups);
}

/// The members in the order in which they are made: the writer first, because the first one becomes the writer.
pub(super) fn in_order(cluster: &Cluster) -> Vec<&ClusterMember> {
    let mut members: Vec<&ClusterMember> = cluster.members.iter().collect();
    members.sort_by(|a, b| (!a.writer, a.promotion_tier, &a.id).cmp(&(!b.writer, b.promotion_tier, &b.id)));
    members
}

struct Steps<'d, 'a> {
    draft: &'d mut Draft<'a>,
    spec: &'d ClusterSpec,
    cluster: &'d Cluster,
    resource: ResourceRef,
    target_key: StepId,
}

impl Steps<'_, '_> {
    fn step(&self, action: &str, side: Side, title: String, input: impl serde::Serialize) -> DraftStep {
        DraftStep::new(&self.resource, action, side, title, input)
    }

    fn push(mut self, under: Option<key::SourceKey>, groups: Groups) {
        let cluster = self.spec.id.clone();
        let gib = u64::from(self.cluster.storage_gib);
        let gates = self.draft.gates_before(&self.resource);
        let input = create_snapshot::Input {
            cluster: cluster.clone(),
        };
        let title = format!("take the snapshot of {cluster} that travels");
        let step = self
            .step("cluster.create_snapshot", Side::Source, title, input)
            .phase(Phase::Freeze)
            .gates(gates)
            .disturbs()
            .estimate(120 + gib, 600 + 3 * gib);
        let taken = self.draft.push(step.patience(BUSY_WITHIN));

        let rekeyed = under
            .as_ref()
            .is_some_and(|key| key.aws_managed)
            .then(|| self.rekey(&taken, gib));
        let encrypted = under.is_some();
        let (travels, opened) = match (&rekeyed, under) {
            (Some((rekeyed, opened)), _) => (rekeyed.clone(), Some(opened.clone())),
            (None, Some(key)) => (taken.clone(), Some(key::opened(self.draft, &key.id))),
            // Not encrypted: there is nothing to open.
            (None, None) => (taken.clone(), None),
        };

        let input = snapshot::ShareInput {
            snapshot: travels.clone(),
        };
        let title = "share the snapshot with the target account".to_owned();
        let step = self.step("cluster.share_snapshot", Side::Source, title, input);
        let shared = self.draft.push(step.phase(Phase::Freeze).needs([&travels]));

        let copied = self.copy(&travels, &shared, opened.as_ref(), encrypted, gib);
        let restored = self.restore(&copied, &groups);
        let members = self.members(&restored, &groups);

        let input = check_members::Input {
            cluster,
            key: self.target_key.clone(),
            members: in_order(self.cluster).iter().map(|member| member.id.clone()).collect(),
        };
        let title = "look at the whole cluster: its key, its members, its writer".to_owned();
        let step = self
            .step("cluster.check_members", Side::Target, title, input)
            .phase(Phase::Cutover)
            .needs([&restored, &self.target_key])
            .needs(&members)
            .leaves_nothing();
        let checked = self.draft.push(step);

        let input = snapshot::UnshareInput {
            snapshot: travels.clone(),
        };
        let title = "share the snapshot no longer".to_owned();
        let step = self
            .step("cluster.unshare_snapshot", Side::Source, title, input)
            .phase(Phase::CleanUp)
            .needs([&travels, &shared, &copied, &checked])
            .leaves_nothing();
        let unshared = self.draft.push(step);
        let behind = [&unshared, &checked];
        if let Some((rekeyed, _)) = &rekeyed {
            self.delete("cluster.delete_rekeyed_snapshot", Side::Source, rekeyed, &behind);
        }
        self.delete("cluster.delete_source_snapshot", Side::Source, &taken, &behind);
        self.delete("cluster.delete_target_snapshot", Side::Target, &copied, &[&checked]);
    }

    /// The snapshot under the transport key, and the step that opens that key.
    fn rekey(&mut self, taken: &StepId, gib: u64) -> (StepId, StepId) {
        let transport = key::transport_key(self.draft);
        let input = rekey_snapshot::Input {
            cluster: self.spec.id.clone(),
            snapshot: taken.clone(),
            key: transport.made.clone(),
        };
        let limit = self.draft.limit("rds-cluster-copies-source", COPIES);
        let title = "copy the snapshot under the transport key".to_owned();
        let step = self
            .step("cluster.rekey_snapshot", Side::Source, title, input)
            .phase(Phase::Freeze)
            .needs([taken, &transport.made])
            .limit(limit)
            .patience(SPREADS_WITHIN);
        let rekeyed = self.draft.push(step.estimate(240 + 9 * gib, 1200 + 30 * gib));
        (rekeyed, transport.opened)
    }

    fn copy(
        &mut self,
        travels: &StepId,
        shared: &StepId,
        opened: Option<&StepId>,
        encrypted: bool,
        gib: u64,
    ) -> StepId {
        let key = encrypted.then(|| self.target_key.clone());
        let title = match encrypted {
            true => "copy the snapshot in the target, under the target's own key",
            false => "copy the snapshot in the target",
        };
        let input = copy_to_target::Input {
            cluster: self.spec.id.clone(),
            snapshot: travels.clone(),
            key: key.clone(),
        };
        let limit = self.draft.limit("rds-cluster-copies", COPIES);
        let step = self
            .step("cluster.copy_to_target", Side::Target, title.to_owned(), input)
            .phase(Phase::Freeze)
            .needs([travels, shared])
            .needs(&key)
            .needs(opened)
            .limit(limit)
            .patience(SPREADS_WITHIN);
        let copied = self.draft.push(step.estimate(240 + 9 * gib, 1200 + 30 * gib));
        if let Some(opened) = opened {
            self.draft.needed_until(opened, &copied);
        }
        copied
    }

    /// The source cluster's tags without the reserved ones, which are refused.
    fn tags(&self) -> BTreeMap<String, String> {
        let own = self.cluster.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        own.map(|(key, value)| (key.clone(), value.clone())).collect()
    }

    fn restore(&mut self, copied: &StepId, groups: &Groups) -> StepId {
        let (asked, cluster) = (&self.spec.restore, self.cluster);
        let input = restore_cluster::Input {
            cluster: self.spec.id.clone(),
            snapshot: copied.clone(),
            key: self.target_key.clone(),
            storage_type: match cluster.storage_type.as_str() {
                "" => "aurora".to_owned(),
                named => named.to_owned(),
            },
            subnet_group: asked.subnet_group.clone(),
            security_groups: asked.security_groups.clone(),
            parameter_group: groups.cluster.clone(),
            port: asked.port.or(Some(cluster.port).filter(|port| *port != 0)),
            deletion_protection: asked.deletion_protection.unwrap_or(cluster.deletion_protection),
            backup_retention_days: cluster.backup_retention_days.max(1),
            iam_auth: cluster.iam_auth,
            log_exports: cluster.log_exports.clone(),
            scaling: cluster.scaling,
            extended_support: asked.extended_support,
            tags: self.tags(),
        };
        let title = format!("restore {} in the target, without instances", self.spec.id);
        let step = self
            .step("cluster.restore_cluster", Side::Target, title, input)
            .phase(Phase::Cutover)
            .needs([copied, &self.target_key])
            .estimate(300, 1200);
        self.draft.push(step.patience(BUSY_WITHIN))
    }

    /// A step for each member: the first alone, the others at once behind it.
    fn members(&mut self, restored: &StepId, groups: &Groups) -> Vec<StepId> {
        let mut made: Vec<StepId> = Vec::new();
        for member in in_order(self.cluster) {
            let class = self.spec.restore.classes.get(&member.id).unwrap_or(&member.class);
            let input = create_member::Input {
                id: member.id.clone(),
                cluster: self.spec.id.clone(),
                engine: self.cluster.engine.clone(),
                class: class.clone(),
                promotion_tier: member.promotion_tier,
                parameter_group: groups.members[&member.id].clone(),
                public: self.spec.restore.public,
                tags: self.tags(),
            };
            let does = if made.is_empty() { "the writer" } else { "a reader" };
            let title = format!("make {} ({class}), {does}", member.id);
            let step = self
                .step("cluster.create_member", Side::Target, title, input)
                .named(&format!("create_member_{}", member.id))
                .phase(Phase::Cutover)
                .needs([restored])
                .needs(made.first())
                .patience(BUSY_WITHIN);
            made.push(self.draft.push(step.estimate(400, 1200)));
        }
        made
    }

    fn delete(&mut self, action: &str, side: Side, made: &StepId, after: &[&StepId]) {
        let title = format!("delete the snapshot of {}", made.verb());
        let input = snapshot::DeleteInput {
            side,
            snapshot: made.clone(),
        };
        let step = self.step(action, side, title, input).phase(Phase::CleanUp);
        let step = step.needs([made]).needs(after.iter().copied());
        self.draft.push(step.leaves_nothing());
    }
}
