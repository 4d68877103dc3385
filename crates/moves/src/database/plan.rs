//! From a `[[database]]` section to steps.

use std::collections::BTreeMap;

use aws::rds::Family;
use model::databases::Settings;
use model::inventory::{Cluster, Database};
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::spec::{CARRY, DatabaseSpec, RestoreSpec};
use super::words::Text;
use super::{plan_groups, plan_loading, plan_settings, plan_slots, restore_instance};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::snapshot::{BUSY_WITHIN, SPREADS_WITHIN};
use crate::subnet_group::Wanted;
use crate::{hook, key, parameter_group, restored, snapshot, subnet_group};

/// Copies that RDS makes at the same time for one account and region.
const COPIES: u32 = 20;

/// Encrypted under a key that AWS owns and does not name.
const SSE_RDS: &str = "sse-rds";
/// The key that RDS encrypts with where none is named.
const AWS_RDS: &str = "alias/aws/rds";

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
        let (account, region) = (draft.account(Side::Source).as_str(), draft.region().as_str());
        let text = match cluster {
            Some(cluster) => Text::NoDatabaseButCluster.fill(&[account, &spec.id, region, &cluster.id]),
            None => Text::NoDatabase.fill(&[account, &spec.id, region]),
        };
        draft.note(Some(&resource), Says::Blocks(&known::DATABASE_MISSING), text);
        return;
    };
    let engine_moves = note_engine(draft, &resource, database);
    let parameter_group = note_target(draft, &resource, spec, database);
    note_aftermath(draft, &resource, spec, database);
    plan_loading::note(draft, &resource, spec, database);
    let settings = match &spec.restore {
        Some(restore) => plan_settings::asked(draft, &resource, restore, database),
        None => database.settings.clone(),
    };
    plan_settings::note_attached(draft, &resource, database);
    let source_key = match (&database.key, database.encrypted) {
        // A key that AWS owns and does not name is no more the account's to open than one that it manages.
        _ if database.encryption_type.as_deref() == Some(SSE_RDS) => Some(AWS_RDS.to_owned()),
        (Some(named), _) => Some(named.clone()),
        // Encrypted, and no key named: RDS's own.
        (None, true) => Some(AWS_RDS.to_owned()),
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
    if !engine_moves {
        return;
    }
    let groups = match &spec.restore {
        Some(restore) => {
            let carried = restore.parameter_group == CARRY;
            let mut groups = parameter_group::plan(draft, &resource, Family::Instance, &parameter_group, carried);
            let subnets = Wanted::new(&restore.subnet_group, &restore.subnets, &database.subnet_group);
            groups.extend(subnet_group::plan(draft, &resource, &subnets));
            groups
        }
        None => Vec::new(),
    };
    let option_group = settings.option_group.as_deref();
    let options = plan_groups::option_group(draft, &resource, spec.restore.as_ref(), database, option_group);
    let under = source_key.map(|named| key::source_key(draft, &named));
    plan_slots::note(
        draft,
        &resource,
        database,
        under.as_ref(),
        &target_key,
        spec.snapshot.is_some(),
    );
    if let Some(at_hand) = &spec.snapshot {
        snapshot::note_at_hand(draft, &resource, at_hand, database.backup_retention_days);
    }
    Steps {
        draft,
        spec,
        database,
        resource,
        target_key,
        settings,
        groups,
        options,
    }
    .push(under, parameter_group);
}

struct Steps<'d, 'a> {
    draft: &'d mut Draft<'a>,
    spec: &'d DatabaseSpec,
    database: &'d Database,
    resource: ResourceRef,
    target_key: StepId,
    settings: Settings,
    /// The steps after which its parameter group and its subnet group are in the target.
    groups: Vec<StepId>,
    /// Those after which its option group is.
    options: Vec<StepId>,
}

impl Steps<'_, '_> {
    fn step(&self, action: &str, side: Side, title: impl Into<Said>, input: impl serde::Serialize) -> DraftStep {
        DraftStep::new(&self.resource, action, side, title, input)
    }

    fn push(mut self, under: Option<key::SourceKey>, parameter_group: String) {
        let gib = u64::from(self.database.storage_gib);
        let spec = self.spec;
        let managed = under.as_ref().is_some_and(|key| key.aws_managed);
        if managed && spec.snapshot.is_none() {
            self.note_rekeyed();
        }
        let resource = self.resource.clone();
        let leaving = snapshot::Leaving {
            resource: &resource,
            family: Family::Instance,
            stop_writes: spec.stop_writes,
            at_hand: spec.snapshot.as_deref(),
            gib,
            copies: COPIES,
            taking: (120 + 3 * gib, 600 + 10 * gib),
        };
        let left = leaving.plan(self.draft, under.as_ref());
        let copied = self.copy(&left, gib);
        let restored = spec
            .restore
            .as_ref()
            .map(|asked| self.restore(asked, &copied, left.unwritten.as_ref(), parameter_group));
        let checked = restored.as_ref().and_then(|restored| self.ask_the_team(restored));
        // What is not restored here is left as its copy: everything else can go once that is whole.
        let whole = checked.as_ref().or(restored.as_ref()).unwrap_or(&copied);
        leaving.clean_up(self.draft, &left, &copied, whole, restored.is_some());
    }

    /// That a second copy is necessary, and what is not known of it.
    fn note_rekeyed(&mut self) {
        self.draft.note(Some(&self.resource), Says::Tells, Text::Rekeyed);
        if self.database.encryption_type.as_deref() == Some(SSE_RDS) {
            let says = Says::Warns(&known::KEY_OF_AWS);
            self.draft.note(Some(&self.resource), says, Text::KeyOfAws);
        }
    }

    fn copy(&mut self, left: &snapshot::Left, gib: u64) -> StepId {
        let input = snapshot::CopyToTargetInput {
            of: self.spec.id.clone(),
            snapshot: left.travels.clone(),
            key: Some(self.target_key.clone()),
            // AWS's own groups need not be named.
            option_group: self
                .settings
                .option_group
                .clone()
                .filter(|name| !name.starts_with("default:")),
            stays: self.spec.restore.is_none(),
        };
        let limit = self.draft.limit("rds-copies", COPIES);
        let step = self
            .step("database.copy_to_target", Side::Target, Text::CopyToTarget, input)
            .phase(Phase::Freeze);
        let step = step
            .needs([&left.travels, &left.shared, &self.target_key])
            .needs(&self.options)
            .needs(&left.opened)
            .limit(limit)
            .patience(SPREADS_WITHIN);
        let copied = self.draft.push(step.estimate(240 + 9 * gib, 1200 + 30 * gib));
        if let Some(opened) = &left.opened {
            self.draft.needed_until(opened, &copied);
        }
        copied
    }

    fn restore(
        &mut self,
        asked: &RestoreSpec,
        copied: &StepId,
        unwritten: Option<&StepId>,
        parameter_group: String,
    ) -> StepId {
        let database = self.database;
        let (at_restore, afterwards) = self.settings.clone().split();
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
            settings: at_restore,
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
            Text::Restore.fill(&[&self.spec.id]),
            input,
        );
        let step = step
            .phase(Phase::Cutover)
            .needs([copied, &self.target_key])
            .needs(unwritten)
            .needs(&self.groups)
            .needs(&self.options)
            .estimate(690, 2400);
        let restored = self.draft.push(step.patience(BUSY_WITHIN));
        let settled = self.settle(&restored, afterwards);
        if database.managed_secret {
            self.manage_secret(&restored, settled.as_ref());
        }
        restored
    }

    /// The commands of the team's own over the restored database. Gives the last of them.
    fn ask_the_team(&mut self, restored: &StepId) -> Option<StepId> {
        let mut facts = BTreeMap::from([("database".to_owned(), restored.clone())]);
        let (settled, secret) = self.draft.settled(&self.resource);
        facts.extend(secret.map(|step| ("secret".to_owned(), step)));
        let warmed = self.spec.warm.as_ref().map(|command| {
            let gib = u64::from(self.database.storage_gib);
            let seconds = plan_loading::seconds(self.database);
            let title = Text::Load.fill(&[&gib.to_string(), &command.run.join(" ")]);
            let step = hook::step(&self.resource, "load_storage", title, command, facts.clone());
            let step = step.phase(Phase::Settle).needs(&settled);
            self.draft.push(step.estimate(seconds, command.timeout.max(seconds)))
        });
        let checked = self.spec.check.as_ref().map(|command| {
            let title = Text::Ask.fill(&[&command.run.join(" ")]);
            let step = hook::step(&self.resource, "check", title, command, facts.clone());
            self.draft
                .push(step.phase(Phase::Settle).needs(&settled).needs(&warmed))
        });
        checked.or(warmed)
    }

    /// What no restore takes. Not before the instance is there: only then can it be changed.
    fn settle(&mut self, restored: &StepId, settings: Settings) -> Option<StepId> {
        if settings == Settings::default() {
            return None;
        }
        let told: Vec<String> = settings.told().into_keys().collect();
        let title = Text::Settle.fill(&[&told.join(", ")]);
        let input = restored::SettleInput {
            restored: restored.clone(),
            key: self.target_key.clone(),
            settings,
        };
        let step = self.step("database.settle_instance", Side::Target, title, input);
        let step = step
            .phase(Phase::Settle)
            .needs([restored, &self.target_key])
            .leaves_nothing();
        Some(self.draft.push(step.estimate(120, 900).patience(BUSY_WITHIN)))
    }

    fn manage_secret(&mut self, restored: &StepId, settled: Option<&StepId>) {
        let says = Says::Warns(&known::MASTER_SECRET);
        self.draft.note(Some(&self.resource), says, Text::MasterSecret);
        let input = restored::SecretInput {
            restored: restored.clone(),
        };
        let step = self.step("database.manage_secret", Side::Target, Text::ManageSecret, input);
        // One change at a time: RDS refuses a second while it makes the first.
        let step = step
            .phase(Phase::Settle)
            .needs([restored])
            .needs(settled)
            .leaves_nothing();
        self.draft.push(step.estimate(90, 600).patience(BUSY_WITHIN));
    }
}

/// Whether the engine is one that moves as an instance.
fn note_engine(draft: &mut Draft, resource: &ResourceRef, database: &Database) -> bool {
    let engine = database.engine.as_str();
    let why = if engine.starts_with("aurora") {
        Text::OfAurora
    } else if engine.starts_with("custom-") {
        Text::OfCustom
    } else {
        return true;
    };
    let says = Says::Blocks(&known::DATABASE_ENGINE);
    draft.note(Some(resource), says, why.fill(&[engine]));
    false
}

/// What must stand ready in the target. Gives the parameter group's name.
fn note_target(draft: &mut Draft, resource: &ResourceRef, spec: &DatabaseSpec, database: &Database) -> String {
    let Some(asked) = &spec.restore else {
        return String::new();
    };
    let parameter_group = match asked.parameter_group.as_str() {
        CARRY => database.parameter_group.clone(),
        named => named.to_owned(),
    };
    let account = draft.account(Side::Target);
    let mut blocks = Blocks::default();
    match draft.regional(Side::Target) {
        None => blocks.push(
            &known::TARGET_UNSEEN,
            Text::TargetUnseen.fill(&[account.as_str(), draft.region().as_str()]),
        ),
        Some(target) => {
            // Instances and members of clusters share one set of names.
            let members = target.clusters.iter().flat_map(|cluster| &cluster.members);
            let mut taken = members
                .map(|member| &member.id)
                .chain(target.databases.iter().map(|database| &database.id));
            if taken.any(|id| *id == spec.id) {
                blocks.push(&known::NAME_TAKEN, Text::NameTaken.fill(&[account.as_str(), &spec.id]));
            }
            let subnets = Wanted::new(&asked.subnet_group, &asked.subnets, &database.subnet_group);
            blocks.extend(&known::SUBNET_GROUP, subnet_group::unfit(account, target, &subnets));
            for group in asked
                .security_groups
                .iter()
                .filter(|group| !target.security_groups.contains(group))
            {
                blocks.push(
                    &known::SECURITY_GROUP,
                    Text::NoSecurityGroup.fill(&[account.as_str(), group]),
                );
            }
            let regions = [draft.regional(Side::Source), Some(target)];
            let carried = asked.parameter_group == CARRY;
            let had = &database.parameter_group;
            let unfit = parameter_group::unfit(account, Family::Instance, regions, had, &parameter_group, carried);
            blocks.extend(&known::PARAMETER_GROUP, unfit);
        }
    }
    if asked.security_groups.is_empty() {
        blocks.push(&known::SECURITY_GROUP, Text::NoSecurityGroups);
    }
    blocks.tell(draft, resource);
    parameter_group
}

/// What a restore does not bring.
fn note_aftermath(draft: &mut Draft, resource: &ResourceRef, spec: &DatabaseSpec, database: &Database) {
    let Some(restore) = &spec.restore else {
        draft.note(Some(resource), Says::Tells, Text::NotRestored);
        return;
    };
    draft.note(Some(resource), Says::Tells, Text::HostChanges);
    if restore.public {
        let says = Says::Warns(&known::PUBLIC_ADDRESS);
        draft.note(Some(resource), says, Text::PublicAddress);
    }
    if restore.extended_support.is_none() {
        draft.note(Some(resource), Says::Tells, Text::ExtendedSupport);
    }
    if !database.encrypted {
        draft.note(Some(resource), Says::Tells, Text::Unencrypted);
    }
}
