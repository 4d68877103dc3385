//! From a `[[cluster]]` section to steps.

use std::collections::{BTreeMap, BTreeSet};

use aws::rds::Family;
use model::databases::Settings;
use model::inventory::{Cluster, ClusterMember};
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::plan_notes::{self, Groups};
use super::plan_settings::{self, Asked};
use super::spec::{ClusterSpec, RestoreSpec, Route};
use super::words::Text;
use super::{accept_share, check_members, create_member, is_aurora, plan_clone, restore_cluster, share_cluster};
use crate::check::known;
use crate::database::spec::CARRY;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::snapshot::{BUSY_WITHIN, SPREADS_WITHIN};
use crate::subnet_group::Wanted;
use crate::writes::spec::StopWrites;
use crate::{hook, key, parameter_group, restored, snapshot, subnet_group, writes};

/// Copies of cluster snapshots that RDS makes at the same time for one account and region.
const COPIES: u32 = 5;
/// Instances of a Multi-AZ cluster.
const MULTI_AZ_INSTANCES: usize = 3;

/// Adds the steps of one cluster.
pub fn plan(draft: &mut Draft, spec: &ClusterSpec) {
    let resource = ResourceRef::new("cluster", &spec.id);
    let listed = draft
        .regional(Side::Source)
        .and_then(|region| region.clusters.iter().find(|cluster| cluster.id == spec.id));
    let Some(cluster) = listed else {
        let (account, region) = (draft.account(Side::Source), draft.region());
        let text = Text::NoCluster.fill(&[account.as_str(), &spec.id, region.as_str()]);
        draft.note(Some(&resource), Says::Blocks(&known::CLUSTER_MISSING), text);
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
        let text = Text::KeyUnlisted.fill(&[named]);
        draft.note(Some(&resource), Says::Blocks(&known::KEY_UNLISTED), text);
        return;
    }
    let Some(target_key) = key::target_key(draft, &resource, spec.key.as_deref(), source_key.as_deref()) else {
        return;
    };
    if !moves {
        return;
    }
    let under = source_key.map(|named| key::source_key(draft, &named));
    let cloned = spec.route == Route::Clone;
    match &spec.snapshot {
        Some(_) if cloned => {
            draft.note(
                Some(&resource),
                Says::Blocks(&known::CLUSTER_CLONE),
                Text::CloneHasNoSnapshot,
            );
        }
        Some(at_hand) => snapshot::note_at_hand(draft, &resource, at_hand, cluster.backup_retention_days.max(1)),
        None => {}
    }
    match cloned {
        true if !plan_clone::note(draft, &resource, spec, cluster, under.as_ref()) => return,
        true => {}
        false => plan_notes::note_copies(draft, &resource, cluster, under.as_ref()),
    }
    plan_notes::note_aftermath(draft, &resource, spec, cluster);
    if spec.stop_writes == StopWrites::BlockAndReboot && !is_aurora(&cluster.engine) {
        draft.note(Some(&resource), Says::Blocks(&known::WRITES_GATE), Text::NoReboot);
    }
    plan_settings::note_multi_az(draft, &resource, cluster);
    let restored = spec.restore.as_ref().map(|asked| {
        let settings = plan_settings::asked(draft, &resource, asked, cluster);
        let made = groups_made(draft, &resource, asked, cluster, &groups);
        Restored {
            asked,
            settings,
            groups,
            made,
        }
    });
    let steps = Steps {
        draft,
        spec,
        cluster,
        resource,
        target_key,
    };
    match (cloned, &restored, &under) {
        (true, Some(how), Some(under)) => steps.push_clone(under, how),
        _ => steps.push(under, restored.as_ref()),
    }
}

/// The steps after which the target has its groups, of the cluster and of its members.
fn groups_made(
    draft: &mut Draft,
    resource: &ResourceRef,
    asked: &RestoreSpec,
    cluster: &Cluster,
    groups: &Groups,
) -> Made {
    let carried = asked.cluster_parameter_group == CARRY;
    let mut of_cluster = parameter_group::plan(draft, resource, Family::Cluster, &groups.cluster, carried);
    let subnets = Wanted::new(&asked.subnet_group, &asked.subnets, &cluster.subnet_group);
    of_cluster.extend(subnet_group::plan(draft, resource, &subnets));
    let carried = asked.instance_parameter_group == CARRY;
    let names: BTreeSet<&String> = match is_aurora(&cluster.engine) {
        true => groups.members.values().collect(),
        false => BTreeSet::new(),
    };
    let of_members = names
        .into_iter()
        .flat_map(|name| parameter_group::plan(draft, resource, Family::Instance, name, carried))
        .collect();
    Made { of_cluster, of_members }
}

/// What is to be restored, and how.
struct Restored<'d> {
    asked: &'d RestoreSpec,
    settings: Asked,
    groups: Groups,
    made: Made,
}

/// The steps after which groups are there.
struct Made {
    of_cluster: Vec<StepId>,
    of_members: Vec<StepId>,
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
    fn step(&self, action: &str, side: Side, title: impl Into<Said>, input: impl serde::Serialize) -> DraftStep {
        DraftStep::new(&self.resource, action, side, title, input)
    }

    fn push(mut self, under: Option<key::SourceKey>, restored: Option<&Restored<'_>>) {
        let gib = u64::from(self.cluster.storage_gib);
        let spec = self.spec;
        let encrypted = under.is_some();
        let resource = self.resource.clone();
        let leaving = snapshot::Leaving {
            resource: &resource,
            family: Family::Cluster,
            stop_writes: spec.stop_writes,
            at_hand: spec.snapshot.as_deref(),
            gib,
            copies: COPIES,
            taking: (120 + gib, 600 + 3 * gib),
        };
        let left = leaving.plan(self.draft, under.as_ref());
        let copied = self.copy(&left, encrypted, gib);
        let checked = restored.map(|how| {
            let restored = self.restore(&copied, left.unwritten.as_ref(), how);
            let served = self.serve(&restored, how);
            self.ask_the_team(&restored, &served).unwrap_or(served)
        });
        // What is not restored here is left as its copy: everything else can go once that is whole.
        let whole = checked.as_ref().unwrap_or(&copied);
        leaving.clean_up(self.draft, &left, &copied, whole, checked.is_some());
    }

    /// The team's own look at the restored cluster.
    fn ask_the_team(&mut self, restored: &StepId, served: &StepId) -> Option<StepId> {
        let command = self.spec.check.as_ref()?;
        let mut facts = BTreeMap::from([("cluster".to_owned(), restored.clone())]);
        let (settled, secret) = self.draft.settled(&self.resource);
        facts.extend(secret.map(|step| ("secret".to_owned(), step)));
        let title = Text::AskTheTeam.fill(&[&command.run.join(" ")]);
        let step = hook::step(&self.resource, "check", title, command, facts);
        Some(
            self.draft
                .push(step.phase(Phase::Settle).needs([served]).needs(&settled)),
        )
    }

    /// The steps of the other route: a share instead of a snapshot, a clone instead of copies.
    fn push_clone(mut self, under: &key::SourceKey, how: &Restored<'_>) {
        let cluster = self.spec.id.clone();
        let gates = self.draft.gates_before(&self.resource);
        let hooks = hook::hooks_before(self.draft, &self.resource);
        let how_stopped = self.spec.stop_writes;
        let stopped = writes::before_snapshot(self.draft, &self.resource, Family::Cluster, how_stopped, &gates);
        let opened = key::opened(self.draft, &under.id);
        let input = share_cluster::Input {
            cluster: cluster.clone(),
        };
        let step = self.step("cluster.share_cluster", Side::Source, Text::ShareCluster, input);
        let shared = self.draft.push(step.phase(Phase::Freeze).patience(SPREADS_WITHIN));
        let input = accept_share::Input { shared: shared.clone() };
        let step = self.step("cluster.accept_share", Side::Target, Text::AcceptShare, input);
        let step = step.phase(Phase::Freeze).needs([&shared]).leaves_nothing();
        let accepted = self.draft.push(step.patience(SPREADS_WITHIN));

        let input = self.restore_input(None, how);
        let title = Text::CloneCluster.fill(&[&cluster]);
        let step = self
            .step("cluster.clone_cluster", Side::Target, title, input)
            .phase(Phase::Cutover)
            .gates(gates)
            .disturbs()
            .needs([&accepted, &shared, &opened, &self.target_key])
            .needs(stopped.as_ref().map(|stopped| &stopped.proved))
            .needs(&hooks)
            .needs(&how.made.of_cluster)
            .estimate(240, 1200);
        let cloned = self.draft.push(step.patience(BUSY_WITHIN));
        let served = self.serve(&cloned, how);
        let checked = self.ask_the_team(&cloned, &served).unwrap_or(served);
        self.draft.needed_until(&opened, &checked);

        let input = share_cluster::Ending { shared: shared.clone() };
        let step = self.step("cluster.unshare_cluster", Side::Source, Text::UnshareCluster, input);
        let step = step.phase(Phase::CleanUp).needs([&shared, &accepted, &checked]);
        self.draft.push(step.leaves_nothing());
    }

    /// Everything between the restore and a cluster that serves as it did. Gives the step that proves that it is whole.
    fn serve(&mut self, restored: &StepId, how: &Restored<'_>) -> StepId {
        let members = self.members(restored, how);
        let made_by_rds = (!is_aurora(&self.cluster.engine)).then_some(MULTI_AZ_INSTANCES);
        let input = check_members::Input {
            cluster: self.spec.id.clone(),
            key: self.target_key.clone(),
            members: match made_by_rds {
                Some(_) => Vec::new(),
                None => in_order(self.cluster).iter().map(|member| member.id.clone()).collect(),
            },
            made_by_rds,
        };
        let step = self
            .step("cluster.check_members", Side::Target, Text::CheckMembers, input)
            .phase(Phase::Cutover)
            .needs([restored, &self.target_key])
            .needs(&members)
            .leaves_nothing();
        let checked = self.draft.push(step);
        self.settle(restored, &checked, how);
        checked
    }

    /// What no restore takes: one change at a time, RDS refuses a second while it makes the first.
    fn settle(&mut self, restored: &StepId, checked: &StepId, how: &Restored<'_>) {
        let mut last = checked.clone();
        if how.settings.afterwards != Settings::default() {
            let told: Vec<String> = how.settings.afterwards.told().into_keys().collect();
            let title = Text::Settle.fill(&[&told.join(", ")]);
            let input = restored::SettleInput {
                restored: restored.clone(),
                key: self.target_key.clone(),
                settings: how.settings.afterwards.clone(),
            };
            let step = self.step("cluster.settle_cluster", Side::Target, title, input);
            last = self.push_change(step.needs([&self.target_key]), restored, &last);
        }
        if how.settings.data_api {
            let input = restored::DataApiInput {
                restored: restored.clone(),
            };
            let step = self.step("cluster.enable_data_api", Side::Target, Text::EnableDataApi, input);
            last = self.push_change(step, restored, &last);
        }
        if self.cluster.managed_secret {
            let input = restored::SecretInput {
                restored: restored.clone(),
            };
            let step = self.step("cluster.manage_secret", Side::Target, Text::KeepSecret, input);
            self.push_change(step, restored, &last);
        }
    }

    fn push_change(&mut self, step: DraftStep, restored: &StepId, behind: &StepId) -> StepId {
        let step = step.phase(Phase::Settle).needs([restored, behind]).leaves_nothing();
        self.draft.push(step.estimate(90, 900).patience(BUSY_WITHIN))
    }

    fn copy(&mut self, left: &snapshot::Left, encrypted: bool, gib: u64) -> StepId {
        let key = encrypted.then(|| self.target_key.clone());
        let title = match encrypted {
            true => Text::CopyUnderOwnKey,
            false => Text::CopyAsItIs,
        };
        let input = snapshot::CopyToTargetInput {
            of: self.spec.id.clone(),
            snapshot: left.travels.clone(),
            key: key.clone(),
            option_group: None,
            stays: self.spec.restore.is_none(),
        };
        let limit = self.draft.limit("rds-cluster-copies", COPIES);
        let step = self
            .step("cluster.copy_to_target", Side::Target, title, input)
            .phase(Phase::Freeze)
            .needs([&left.travels, &left.shared])
            .needs(&key)
            .needs(&left.opened)
            .limit(limit)
            .patience(SPREADS_WITHIN);
        let copied = self.draft.push(step.estimate(240 + 9 * gib, 1200 + 30 * gib));
        if let Some(opened) = &left.opened {
            self.draft.needed_until(opened, &copied);
        }
        copied
    }

    fn restore_input(&self, copied: Option<&StepId>, how: &Restored<'_>) -> restore_cluster::Input {
        let (asked, cluster) = (how.asked, self.cluster);
        let aurora = is_aurora(&cluster.engine);
        let class = asked.class.clone().unwrap_or_else(|| cluster.class.clone());
        restore_cluster::Input {
            cluster: self.spec.id.clone(),
            snapshot: copied.cloned(),
            key: self.target_key.clone(),
            storage_type: match (cluster.storage_type.as_str(), aurora) {
                ("", true) => "aurora".to_owned(),
                ("", false) => "io1".to_owned(),
                (named, _) => named.to_owned(),
            },
            class: (!aurora).then_some(class),
            public: (!aurora).then_some(asked.public),
            settings: how.settings.at_restore.clone(),
            subnet_group: asked.subnet_group.clone(),
            security_groups: asked.security_groups.clone(),
            parameter_group: how.groups.cluster.clone(),
            port: asked.port.or(Some(cluster.port).filter(|port| *port != 0)),
            deletion_protection: asked.deletion_protection.unwrap_or(cluster.deletion_protection),
            backup_retention_days: how.settings.backup_retention_days,
            iam_auth: how.settings.iam_auth,
            log_exports: how.settings.log_exports.clone(),
            scaling: cluster.scaling,
            extended_support: asked.extended_support,
            tags: parameter_group::own(&cluster.tags),
        }
    }

    fn restore(&mut self, copied: &StepId, unwritten: Option<&StepId>, how: &Restored<'_>) -> StepId {
        let input = self.restore_input(Some(copied), how);
        let aurora = is_aurora(&self.cluster.engine);
        let title = match aurora {
            true => Text::RestoreAlone,
            false => Text::RestoreMultiAz,
        };
        let title = title.fill(&[&self.spec.id]);
        let step = self
            .step("cluster.restore_cluster", Side::Target, title, input)
            .phase(Phase::Cutover)
            .needs([copied, &self.target_key])
            .needs(unwritten)
            .needs(&how.made.of_cluster)
            .estimate(300, 1200);
        self.draft.push(step.patience(BUSY_WITHIN))
    }

    /// A step for each member: the first alone, the others at once behind it.
    fn members(&mut self, restored: &StepId, how: &Restored<'_>) -> Vec<StepId> {
        let mut made: Vec<StepId> = Vec::new();
        if !is_aurora(&self.cluster.engine) {
            return made;
        }
        for member in in_order(self.cluster) {
            let class = how.asked.classes.get(&member.id).unwrap_or(&member.class);
            let input = create_member::Input {
                id: member.id.clone(),
                cluster: self.spec.id.clone(),
                engine: self.cluster.engine.clone(),
                class: class.clone(),
                promotion_tier: member.promotion_tier,
                parameter_group: how.groups.members[&member.id].clone(),
                public: how.asked.public,
                settings: how.settings.members.get(&member.id).cloned().unwrap_or_default(),
                key: self.target_key.clone(),
                tags: parameter_group::own(&member.tags),
            };
            let title = match made.is_empty() {
                true => Text::MakeWriter,
                false => Text::MakeReader,
            };
            let title = title.fill(&[&member.id, class]);
            let step = self
                .step("cluster.create_member", Side::Target, title, input)
                .named(&format!("create_member_{}", member.id))
                .phase(Phase::Cutover)
                .needs([restored, &self.target_key])
                .needs(&how.made.of_members)
                .needs(made.first())
                .patience(BUSY_WITHIN);
            made.push(self.draft.push(step.estimate(400, 1200)));
        }
        made
    }
}
