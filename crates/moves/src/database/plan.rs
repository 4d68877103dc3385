//! From a `[[database]]` section to steps.

use std::collections::BTreeMap;

use model::inventory::{Cluster, Database, RegionInventory};
use model::plan::Weight;
use model::{Phase, ResourceRef, Side, StepId};

use super::spec::{CARRY, DatabaseSpec};
use super::{
    copy_to_target, create_snapshot, delete_snapshot, rekey_snapshot, restore_instance, share_snapshot,
    unshare_snapshot,
};
use crate::draft::{Draft, DraftStep};
use crate::key;

/// Copies that RDS makes at the same time for one account and region.
const COPIES: u32 = 20;
/// How long a permission may take to spread, or a copy may be refused because others are under way, in seconds.
const SPREADS_WITHIN: u64 = 1800;
/// How long the database may be busy (a backup, a change) before its snapshot can begin, in seconds.
const BUSY_WITHIN: u64 = 3600;

/// Adds the steps of one database.
pub fn plan(draft: &mut Draft, spec: &DatabaseSpec) {
    let resource = ResourceRef::new("database", &spec.id);
    let listed = draft
        .regional(Side::Source)
        .and_then(|region| region.databases.iter().find(|d| d.id == spec.id));
    let Some(database) = listed else {
        let cluster = draft.regional(Side::Source).and_then(|region| {
            let named =
                |cluster: &&Cluster| cluster.id == spec.id || cluster.members.iter().any(|member| member.id == spec.id);
            region.clusters.iter().find(named)
        });
        let instead = cluster.map_or_else(String::new, |cluster| {
            format!(
                ": it is the Aurora cluster {}, or a member of it; write [[cluster]]",
                cluster.id
            )
        });
        let text = format!(
            "account {} has no database {} in {}{instead}",
            draft.account(Side::Source),
            spec.id,
            draft.region()
        );
        draft.note(Some(&resource), Weight::Blocks, text);
        return;
    };
    let engine_moves = note_engine(draft, &resource, database);
    let parameter_group = note_target(draft, &resource, spec, database);
    note_aftermath(draft, &resource, spec, database);
    let source_key = match (&database.key, database.encrypted) {
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
    if !engine_moves {
        return;
    }
    let under = source_key.map(|named| key::source_key(draft, &named));
    Steps {
        draft,
        spec,
        database,
        resource,
        target_key,
    }
    .push(under, parameter_group);
}

struct Steps<'d, 'a> {
    draft: &'d mut Draft<'a>,
    spec: &'d DatabaseSpec,
    database: &'d Database,
    resource: ResourceRef,
    target_key: StepId,
}

impl Steps<'_, '_> {
    fn step(&self, action: &str, side: Side, title: String, input: impl serde::Serialize) -> DraftStep {
        DraftStep::new(&self.resource, action, side, title, input)
    }

    fn push(mut self, under: Option<key::SourceKey>, parameter_group: String) {
        let instance = self.spec.id.clone();
        let gib = u64::from(self.database.storage_gib);
        let gates = self.draft.gates_before(&self.resource);
        let input = create_snapshot::Input {
            instance: instance.clone(),
        };
        let step = self.step(
            "database.create_snapshot",
            Side::Source,
            format!("take the snapshot of {instance} that travels"),
            input,
        );
        let step = step
            .phase(Phase::Freeze)
            .gates(gates)
            .disturbs()
            .estimate(120 + 3 * gib, 600 + 10 * gib);
        let taken = self.draft.push(step.patience(BUSY_WITHIN));

        let rekeyed = under
            .as_ref()
            .is_some_and(|key| key.aws_managed)
            .then(|| self.rekey(&taken, gib));
        let (travels, opened) = match (&rekeyed, under) {
            (Some((rekeyed, opened)), _) => (rekeyed.clone(), Some(opened.clone())),
            (None, Some(key)) => (taken.clone(), Some(key::opened(self.draft, &key.id))),
            // Not encrypted: there is nothing to open, and the copy becomes encrypted.
            (None, None) => (taken.clone(), None),
        };

        let input = share_snapshot::Input {
            snapshot: travels.clone(),
        };
        let step = self.step(
            "database.share_snapshot",
            Side::Source,
            "share the snapshot with the target account".into(),
            input,
        );
        let shared = self.draft.push(step.phase(Phase::Freeze).needs([&travels]));

        let copied = self.copy(&travels, &shared, opened.as_ref(), gib);
        let restored = self.restore(&copied, parameter_group);

        let input = unshare_snapshot::Input {
            snapshot: travels.clone(),
        };
        let step = self.step(
            "database.unshare_snapshot",
            Side::Source,
            "share the snapshot no longer".into(),
            input,
        );
        let step = step
            .phase(Phase::CleanUp)
            .needs([&travels, &shared, &copied, &restored])
            .leaves_nothing();
        let unshared = self.draft.push(step);
        if let Some((rekeyed, _)) = &rekeyed {
            self.delete(
                "database.delete_rekeyed_snapshot",
                Side::Source,
                rekeyed,
                &[&unshared, &restored],
            );
        }
        self.delete(
            "database.delete_source_snapshot",
            Side::Source,
            &taken,
            &[&unshared, &restored],
        );
        self.delete("database.delete_target_snapshot", Side::Target, &copied, &[&restored]);
    }

    /// The snapshot under the transport key, and the step that opens that key.
    fn rekey(&mut self, taken: &StepId, gib: u64) -> (StepId, StepId) {
        let transport = key::transport_key(self.draft);
        let text = "it lies on a key that AWS manages, which cannot be opened to another account: its snapshot is first copied under a \
                    transport key. That is a second full copy";
        self.draft.note(Some(&self.resource), Weight::Tells, text);
        let input = rekey_snapshot::Input {
            instance: self.spec.id.clone(),
            snapshot: taken.clone(),
            key: transport.made.clone(),
        };
        let limit = self.draft.limit("rds-copies-source", COPIES);
        let title = "copy the snapshot under the transport key".into();
        let step = self.step("database.rekey_snapshot", Side::Source, title, input);
        let step = step
            .phase(Phase::Freeze)
            .needs([taken, &transport.made])
            .limit(limit)
            .patience(SPREADS_WITHIN);
        let rekeyed = self.draft.push(step.estimate(240 + 9 * gib, 1200 + 30 * gib));
        (rekeyed, transport.opened)
    }

    fn copy(&mut self, travels: &StepId, shared: &StepId, opened: Option<&StepId>, gib: u64) -> StepId {
        let input = copy_to_target::Input {
            instance: self.spec.id.clone(),
            snapshot: travels.clone(),
            key: self.target_key.clone(),
        };
        let limit = self.draft.limit("rds-copies", COPIES);
        let title = "copy the snapshot in the target, under the target's own key".into();
        let step = self
            .step("database.copy_to_target", Side::Target, title, input)
            .phase(Phase::Freeze);
        let step = step
            .needs([travels, shared, &self.target_key])
            .needs(opened)
            .limit(limit)
            .patience(SPREADS_WITHIN);
        let copied = self.draft.push(step.estimate(240 + 9 * gib, 1200 + 30 * gib));
        if let Some(opened) = opened {
            self.draft.needed_until(opened, &copied);
        }
        copied
    }

    fn restore(&mut self, copied: &StepId, parameter_group: String) -> StepId {
        let (asked, database) = (&self.spec.restore, self.database);
        let input = restore_instance::Input {
            instance: self.spec.id.clone(),
            snapshot: copied.clone(),
            key: self.target_key.clone(),
            class: asked.class.clone().unwrap_or_else(|| database.class.clone()),
            subnet_group: asked.subnet_group.clone(),
            security_groups: asked.security_groups.clone(),
            parameter_group,
            port: asked.port.or(Some(database.port).filter(|port| *port != 0)),
            multi_az: asked.multi_az.unwrap_or(database.multi_az),
            public: asked.public,
            deletion_protection: asked.deletion_protection.unwrap_or(database.deletion_protection),
            extended_support: asked.extended_support,
            // The reserved ones are refused.
            tags: database
                .tags
                .iter()
                .filter(|(k, _)| !k.starts_with("aws:"))
                .map(|(k, v)| (k.clone(), v.clone()))
                .collect::<BTreeMap<_, _>>(),
        };
        let step = self.step(
            "database.restore_instance",
            Side::Target,
            format!("restore {} in the target", self.spec.id),
            input,
        );
        let step = step
            .phase(Phase::Cutover)
            .needs([copied, &self.target_key])
            .estimate(690, 2400);
        self.draft.push(step.patience(BUSY_WITHIN))
    }

    fn delete(&mut self, action: &str, side: Side, made: &StepId, after: &[&StepId]) {
        let title = format!("delete the snapshot of {}", made.verb());
        let input = delete_snapshot::Input {
            side,
            snapshot: made.clone(),
        };
        let step = self.step(action, side, title, input).phase(Phase::CleanUp);
        self.draft
            .push(step.needs([made]).needs(after.iter().copied()).leaves_nothing());
    }
}

/// Whether the engine is one that moves as an instance.
fn note_engine(draft: &mut Draft, resource: &ResourceRef, database: &Database) -> bool {
    let engine = database.engine.as_str();
    let why = if engine.starts_with("aurora") {
        "an Aurora database moves as a cluster: write [[cluster]]"
    } else if engine.starts_with("custom-") {
        "RDS Custom snapshots cannot be copied to another account"
    } else {
        return true;
    };
    draft.note(Some(resource), Weight::Blocks, format!("{engine}: {why}"));
    false
}

/// What must stand ready in the target. Gives the parameter group's name.
fn note_target(draft: &mut Draft, resource: &ResourceRef, spec: &DatabaseSpec, database: &Database) -> String {
    let asked = &spec.restore;
    let parameter_group = match asked.parameter_group.as_str() {
        CARRY => database.parameter_group.clone(),
        named => named.to_owned(),
    };
    let account = draft.account(Side::Target);
    let mut blocks = Vec::new();
    match draft.regional(Side::Target) {
        None => blocks.push(format!(
            "the inventory does not say what account {account} has in {}",
            draft.region()
        )),
        Some(target) => {
            // Instances and members of clusters share one set of names.
            let members = target.clusters.iter().flat_map(|cluster| &cluster.members);
            let mut taken = members
                .map(|member| &member.id)
                .chain(target.databases.iter().map(|database| &database.id));
            if taken.any(|id| *id == spec.id) {
                blocks.push(format!("account {account} has a database {} already", spec.id));
            }
            if !target.subnet_groups.contains_key(&asked.subnet_group) {
                blocks.push(format!("account {account} has no subnet group {}", asked.subnet_group));
            }
            for group in asked
                .security_groups
                .iter()
                .filter(|group| !target.security_groups.contains(group))
            {
                blocks.push(format!("account {account} has no security group {group}"));
            }
            blocks.extend(missing_parameter_group(
                draft.regional(Side::Source),
                target,
                database,
                &parameter_group,
            ));
        }
    }
    if asked.security_groups.is_empty() {
        blocks.push("restore.security_groups is empty: AWS would take the VPC's default group".into());
    }
    for text in blocks {
        draft.note(Some(resource), Weight::Blocks, text);
    }
    parameter_group
}

/// A parameter group never travels with a snapshot, and without it the database's settings are lost silently.
fn missing_parameter_group(
    source: Option<&RegionInventory>,
    target: &RegionInventory,
    database: &Database,
    wanted: &str,
) -> Option<String> {
    if wanted.is_empty() {
        return Some("its parameter group is not in the inventory: name one in restore.parameter_group".into());
    }
    // AWS makes the groups of its own defaults as they are needed.
    if wanted.starts_with("default.") {
        return None;
    }
    let family = |region: &RegionInventory, name: &str| {
        region
            .parameter_groups
            .iter()
            .find(|group| group.name == name)
            .map(|group| group.family.clone())
    };
    let Some(found) = family(target, wanted) else {
        return Some(format!(
            "the target has no parameter group {wanted}: make it there first, of the source's family"
        ));
    };
    let had = source.and_then(|region| family(region, &database.parameter_group))?;
    (had != found).then(|| format!("the target's parameter group {wanted} is of family {found}, the source's of {had}"))
}

/// What a restore does not bring.
fn note_aftermath(draft: &mut Draft, resource: &ResourceRef, spec: &DatabaseSpec, database: &Database) {
    let text = "what is written to it after its snapshot is not in the target. The endpoint's host name changes; a master password \
                managed by Secrets Manager, IAM roles, read replicas, proxies, alarms and automated backups are not in a snapshot; the \
                first reads are slow, because blocks come from S3 on first touch";
    draft.note(Some(resource), Weight::Tells, text);
    if spec.restore.public {
        draft.note(
            Some(resource),
            Weight::Warns,
            "it will have a public address: restore.public = true",
        );
    }
    if spec.restore.extended_support.is_none() {
        let text = "AWS enrols a restored database in extended support, which costs once its major version is out of standard \
                    support; restore.extended_support = false refuses that";
        draft.note(Some(resource), Weight::Tells, text);
    }
    if !database.encrypted {
        draft.note(
            Some(resource),
            Weight::Tells,
            "it is not encrypted in the source; in the target it will be",
        );
    }
}
