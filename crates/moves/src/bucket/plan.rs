//! From a `[[bucket]]` section to steps.

use std::collections::BTreeMap;

use model::inventory::{Bucket, Versioning};
use model::{Phase, ResourceRef, Said, Side, StepId};
use serde::Serialize;

use super::change_policy::Change;
use super::place::Place;
use super::plan_blockers::note_blockers;
use super::plan_notes::{Keys, Roles, keys, note_aftermath, note_contents, note_names, roles};
use super::plan_replication::{Replicators, note_replication};
use super::spec::{Access, BucketSpec, Creator, PolicyCarried};
use super::titles::Title;
use super::words::Text;
use super::{
    apply_document, apply_policy, change_policy, discard_bucket, documents, keep_versions, make_bucket,
    pause_lifecycle, plan_costs, plan_inventories, record_configuration, tag_bucket, wait,
};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::key::{self, KeyFrom};

/// S3 says: wait so long after switching versioning on for the first time. Writes before may answer 404 afterwards.
const VERSIONING_SPREADS: u64 = 15 * 60;
/// A bucket policy holds everywhere after seconds, sometimes minutes; then the last late write has come.
const POLICY_SPREADS: u64 = 3 * 60;
/// How long a permission may take to spread.
const SPREADS_WITHIN: u64 = 1800;

pub(super) fn ops() -> ResourceRef {
    // No bucket can be called so: a name has no capital letter.
    ResourceRef::new("bucket", "Ops")
}

/// How much there is, as far as the inventory tells.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Size {
    pub(super) entries: u64,
}

/// How many versions and delete markers a bucket has, as far as the inventory tells.
pub(crate) fn entries(bucket: &Bucket) -> u64 {
    Size::of(bucket).entries
}

impl Size {
    fn of(bucket: &Bucket) -> Self {
        let listed: usize = bucket.objects.iter().map(|object| object.entries.len()).sum();
        let summed = bucket.contents.versions + bucket.contents.delete_markers;
        Self {
            entries: if listed > 0 { listed as u64 } else { summed },
        }
    }

    /// Listing: a thousand entries for each of about ten calls a second.
    pub(super) fn listing(self) -> (u64, u64) {
        (5 + self.entries / 10_000, 30 + self.entries / 3_000)
    }

    /// Deleting: a thousand entries a call.
    pub(super) fn deleting(self) -> (u64, u64) {
        (10 + self.entries / 3_000, 60 + self.entries / 1_000)
    }
}

/// Adds the steps of one bucket.
pub fn plan(draft: &mut Draft, spec: &BucketSpec) {
    let resource = ResourceRef::new("bucket", &spec.name);
    let region = draft.regional(Side::Source);
    let Some(bucket) = region.and_then(|region| region.buckets.iter().find(|bucket| bucket.name == spec.name)) else {
        let (account, region) = (draft.account(Side::Source), draft.region());
        let text = Text::NoBucket.fill(&[account.as_str(), &spec.name, region.as_str()]);
        draft.note(Some(&resource), Says::Blocks(&known::BUCKET_MISSING), text);
        return;
    };
    let roles = roles(draft, &resource);
    let name_can_be_had = note_names(draft, &resource, spec);
    let unhindered = note_blockers(draft, &resource, spec, bucket);
    note_contents(draft, &resource, spec, bucket);
    plan_inventories::note(draft, &resource, spec, Size::of(bucket).entries);
    let keys = keys(draft, &resource, spec, bucket);
    let replicators = note_replication(draft, &resource, spec, bucket);
    let (Some(roles), true, true, Ok(keys), Ok(replicators)) = (roles, name_can_be_had, unhindered, keys, replicators)
    else {
        return;
    };
    note_aftermath(draft, &resource, spec, bucket);
    plan_costs::tell(draft, &resource, spec, bucket);
    let ops = make_ops(draft);
    Steps {
        draft,
        spec,
        bucket,
        resource,
        roles,
        keys,
        replicators,
        replication_ended: None,
        ops,
        size: Size::of(bucket),
    }
    .push();
}

/// The last steps of a bucket that need the bucket of manifests and reports, or leave something that writes into it.
const USES_OPS_LAST: [&str; 4] = [
    "bucket.discard",
    "bucket.withdraw_grant",
    "bucket.withdraw_report",
    "bucket.drop_database",
];

/// Deletes the bucket of manifests and reports once no bucket needs it.
pub fn plan_last(draft: &mut Draft) {
    let resource = ops();
    let made = resource.step("create_ops");
    if !draft.steps.iter().any(|step| step.id == made) {
        return;
    }
    let users: Vec<StepId> = draft
        .steps
        .iter()
        .filter(|step| USES_OPS_LAST.contains(&step.action.as_str()))
        .map(|step| step.id.clone())
        .collect();
    let input = discard_bucket::Input {
        bucket: Place::made_by(&made),
        ops: true,
    };
    let title = Title::DiscardOps;
    let step = DraftStep::new(&resource, "bucket.discard", Side::Target, title, input).named("discard_ops");
    let step = step.phase(Phase::CleanUp).needs([&made]).needs(&users).leaves_nothing();
    draft.push(step.patience(SPREADS_WITHIN).estimate(10, 60));
}

fn make_ops(draft: &mut Draft) -> StepId {
    let resource = ops();
    let made = resource.step("create_ops");
    if draft.steps.iter().any(|step| step.id == made) {
        return made;
    }
    let input = make_bucket::Input {
        stem: "ops".into(),
        name: None,
        ops: true,
        side: Side::Target,
        acls: false,
        stays: false,
    };
    let title = Title::MakeOps;
    let step = DraftStep::new(&resource, "bucket.make", Side::Target, title, input).named("create_ops");
    draft.push(step.patience(SPREADS_WITHIN));
    let title = Title::Tag;
    let input = tag_bucket::Input {
        bucket: Place::made_by(&made),
    };
    let step = DraftStep::new(&resource, "bucket.tag", Side::Target, title, input).named("tag_ops");
    draft.push(step.needs([&made]).leaves_nothing());
    made
}

/// The steps of one bucket, while they are drawn up.
pub(super) struct Steps<'d, 'a> {
    pub(super) draft: &'d mut Draft<'a>,
    pub(super) spec: &'d BucketSpec,
    pub(super) bucket: &'d Bucket,
    pub(super) resource: ResourceRef,
    pub(super) roles: Roles,
    pub(super) keys: Keys,
    /// The roles that replicate, where it is not copied.
    pub(super) replicators: Option<Replicators>,
    /// The step behind which the source replicates nothing any more.
    pub(super) replication_ended: Option<StepId>,
    /// The step that makes the bucket of manifests and reports.
    pub(super) ops: StepId,
    pub(super) size: Size,
}

impl Steps<'_, '_> {
    pub(super) fn step(
        &self,
        action: &str,
        verb: &str,
        side: Side,
        title: impl Into<Said>,
        input: impl Serialize,
    ) -> DraftStep {
        DraftStep::new(&self.resource, action, side, title, input)
            .named(verb)
            .patience(SPREADS_WITHIN)
    }

    fn wait(&self, verb: &str, seconds: u64, why: Title) -> DraftStep {
        let input = wait::Input {
            seconds,
            why: why.into(),
        };
        self.step("bucket.wait", verb, Side::Target, why, input)
            .leaves_nothing()
            .estimate(seconds, seconds + 10)
    }

    pub(super) fn versioned(&self) -> bool {
        self.bucket.versioning != Versioning::Disabled
    }

    pub(super) fn source(&self) -> Place {
        Place::named(Side::Source, &self.spec.name)
    }

    /// What it is called in the end.
    pub(super) fn final_name(&self) -> &str {
        self.spec.new_name.as_deref().unwrap_or(&self.spec.name)
    }

    pub(super) fn finally(&self) -> Place {
        Place::named(Side::Target, self.final_name())
    }

    fn push(mut self) {
        let recorded = self.record();
        let first_copy = self.first_copy(&recorded);
        let granted = self.change_policy(&recorded, Change::Grant, "grant_copy");
        let proved = if self.replicators.is_some() {
            let copied = self.replicate_while_it_lives(&first_copy, &granted);
            let frozen = self.freeze(&recorded, &copied);
            self.replicate_out(&frozen, &first_copy[0])
        } else {
            let reports = self.ask_reports(&recorded);
            let of_copy = self.ask_reports_of_copy(reports.as_ref(), &first_copy);
            let restored = self.restore_archived(&first_copy, &granted, reports.as_ref());
            let copied = self.copy_while_it_lives(&restored, reports.as_ref());
            let frozen = self.freeze(&recorded, &copied);
            self.copy_out(&frozen, reports.as_ref().zip(of_copy.as_ref()))
        };
        match self.spec.new_name {
            None => self.hand_over_name(&first_copy[0], &recorded, &proved),
            Some(_) => self.open_under_new_name(&granted, &recorded, &proved),
        }
    }

    fn record(&mut self) -> StepId {
        let input = record_configuration::Input {
            bucket: self.spec.name.clone(),
            versioning: self.bucket.versioning,
            lifecycle: self.bucket.documents.contains_key(documents::LIFECYCLE.name),
            naming: (self.spec.create == Creator::Cleave).then(|| {
                let naming = documents::CARRIED.iter().filter(|one| one.may_be_refused);
                let known = naming.filter(|one| self.bucket.documents.contains_key(one.name));
                known.map(|one| one.name.to_owned()).collect()
            }),
            leave: self.spec.leave.clone(),
        };
        let title = Title::RecordConfiguration;
        let step = self.step(
            "bucket.record_configuration",
            "record_configuration",
            Side::Source,
            title,
            input,
        );
        self.draft.push(step.leaves_nothing())
    }

    /// The bucket that is copied into first, and all that must be done before it is written to; its making comes first.
    fn first_copy(&mut self, recorded: &StepId) -> Vec<StepId> {
        let new = self.spec.new_name.clone();
        let (which, title) = match new {
            None => ("interim", Title::MakeInterim),
            Some(_) => ("new", Title::MakeNew),
        };
        let input = make_bucket::Input {
            stem: self.spec.name.clone(),
            name: new.clone().or_else(|| self.spec.interim.clone()),
            ops: false,
            side: Side::Target,
            acls: false,
            stays: false,
        };
        let step = self.step("bucket.make", &self.first_copy_verb(), Side::Target, title, input);
        let made = self.draft.push(step.needs([&self.ops]));
        let mut ready = vec![made.clone()];
        if new.is_none() {
            let input = tag_bucket::Input {
                bucket: Place::made_by(&made),
            };
            let step = self.step("bucket.tag", "tag_interim", Side::Target, Title::Tag, input);
            ready.push(self.draft.push(step.needs([&made]).leaves_nothing()));
        }
        // Without a key a new bucket has SSE-S3 by itself. Under a new name there is no second making that would set what else belongs
        // to it: bucket keys, and which encryptions are refused.
        if self.keys.target.is_some() || new.is_some() {
            ready.push(self.encrypt(
                Place::made_by(&made),
                &format!("encrypt_{which}"),
                recorded,
                std::slice::from_ref(&made),
                Phase::Prepare,
            ));
        }
        if self.versioned() {
            ready.push(self.keep_versions(Place::made_by(&made), which, &made, Phase::Prepare));
        }
        ready
    }

    pub(super) fn encrypt(
        &mut self,
        bucket: Place,
        verb: &str,
        recorded: &StepId,
        needs: &[StepId],
        phase: Phase,
    ) -> StepId {
        let input = apply_document::Input {
            bucket,
            recorded: recorded.clone(),
            document: documents::ENCRYPTION.name.to_owned(),
            key: self.keys.target.clone(),
            instead: BTreeMap::new(),
        };
        let step = self.step("bucket.apply_document", verb, Side::Target, Title::SetEncryption, input);
        let key = match &self.keys.target {
            Some(KeyFrom::Step(key)) => vec![key.clone()],
            Some(KeyFrom::Arn(_)) | None => Vec::new(),
        };
        self.draft.push(
            step.needs([recorded])
                .needs(needs)
                .needs(&key)
                .phase(phase)
                .leaves_nothing(),
        )
    }

    pub(super) fn keep_versions(&mut self, bucket: Place, which: &str, made: &StepId, phase: Phase) -> StepId {
        let input = keep_versions::Input { bucket, on: true };
        let verb = format!("enable_{which}_versioning");
        let step = self.step(
            "bucket.keep_versions",
            &verb,
            Side::Target,
            Title::SwitchVersioningOn,
            input,
        );
        let enabled = self.draft.push(step.needs([made]).phase(phase).leaves_nothing());
        let why = Title::AwaitVersioning;
        let step = self.wait(&format!("await_{which}_versioning"), VERSIONING_SPREADS, why);
        self.draft.push(step.needs([&enabled]).phase(phase))
    }

    fn change_policy(&mut self, recorded: &StepId, change: Change, verb: &str) -> StepId {
        let (roles, title) = match change {
            Change::Grant => (
                vec![self.roles.batch.clone(), self.roles.target.clone()],
                Title::LetRolesRead,
            ),
            Change::Deny => (vec![self.roles.source.clone()], Title::DenyWriting),
            Change::TakeReplicas | Change::TakeReports | Change::TakeSnapshots | Change::GiveSnapshots => {
                (Vec::new(), Title::NotForSource)
            }
        };
        let input = change_policy::Input {
            bucket: self.source(),
            change,
            roles,
            recorded: Some(recorded.clone()),
            stays: change == Change::Deny && self.spec.new_name.is_some(),
        };
        // The bucket of manifests is the first that is made: that it could be made proves that no policy of the organization forbids
        // global names in the target, before anything of the source is touched.
        let step = self
            .step("bucket.change_policy", verb, Side::Source, title, input)
            .needs([recorded, &self.ops]);
        let step = match change {
            Change::Grant
            | Change::TakeReplicas
            | Change::TakeReports
            | Change::TakeSnapshots
            | Change::GiveSnapshots => step,
            Change::Deny => {
                let gates = self.draft.gates_before(&self.resource);
                step.phase(Phase::Freeze).gates(gates).disturbs()
            }
        };
        // Two changes of one policy at the same moment would lose one of them.
        let limit = self.draft.limit(format!("policy of {}", self.resource), 1);
        self.draft.push(step.limit(limit))
    }

    /// Ends all writing; the last of these steps is done when nothing moves any more.
    fn freeze(&mut self, recorded: &StepId, copied: &StepId) -> StepId {
        let denied = self.change_policy(recorded, Change::Deny, "deny_writes");
        if let Some(step) = self.draft.steps.iter_mut().find(|step| step.id == denied) {
            step.needs.push(copied.clone());
        }
        let mut last = denied;
        if self.bucket.documents.contains_key(documents::LIFECYCLE.name) {
            let input = pause_lifecycle::Input {
                bucket: self.spec.name.clone(),
                recorded: recorded.clone(),
            };
            let title = Title::PauseLifecycle;
            let step = self.step("bucket.pause_lifecycle", "pause_lifecycle", Side::Source, title, input);
            last = self
                .draft
                .push(step.phase(Phase::Freeze).needs([recorded, &last]).disturbs());
        }
        let step = self.wait("await_last_write", POLICY_SPREADS, Title::AwaitLastWrite);
        self.draft.push(step.phase(Phase::Freeze).needs([&last]))
    }

    /// The configuration, one document after another: the public-access block before the policy that it may forbid, then what acts on
    /// contents, lifecycle rules last, because they act at once.
    pub(super) fn apply(&mut self, recorded: &StepId, proved: &StepId) -> Vec<StepId> {
        let mut applied = vec![proved.clone()];
        for document in &documents::CARRIED {
            if *document == documents::LOGGING {
                self.apply_policy(recorded, &mut applied);
            }
            // What most buckets do not have is no step of theirs; the recording stops the run where it came since the plan was made.
            let absent = document.may_be_refused && !self.bucket.documents.contains_key(document.name);
            if absent || self.spec.leave.contains(document.name) {
                continue;
            }
            let input = apply_document::Input {
                bucket: self.finally(),
                recorded: recorded.clone(),
                document: document.name.to_owned(),
                key: None,
                instead: self.spec.instead.clone(),
            };
            let verb = format!("apply_{}", snake(document.name));
            let title = document.title.fill(&[document.name]);
            let step = self
                .step("bucket.apply_document", &verb, Side::Target, title, input)
                .phase(Phase::CleanUp);
            let last = applied.last().cloned();
            applied.push(self.draft.push(step.needs(last.iter()).leaves_nothing()));
        }
        let suspended = self.suspend_versioning(&applied);
        applied.extend(suspended);
        applied
    }

    /// A bucket that had its versioning suspended kept versions while it was copied into.
    pub(super) fn suspend_versioning(&mut self, behind: &[StepId]) -> Vec<StepId> {
        if self.bucket.versioning != Versioning::Suspended {
            return Vec::new();
        }
        let input = keep_versions::Input {
            bucket: self.finally(),
            on: false,
        };
        let title = Title::SuspendVersioning;
        let step = self.step("bucket.keep_versions", "suspend_versioning", Side::Target, title, input);
        let step = step.phase(Phase::CleanUp).needs(behind.last()).leaves_nothing();
        vec![self.draft.push(step)]
    }

    fn apply_policy(&mut self, recorded: &StepId, applied: &mut Vec<StepId>) {
        if self.spec.policy == PolicyCarried::Leave && self.spec.keep_access.is_empty() {
            return;
        }
        let input = apply_policy::Input {
            bucket: self.final_name().to_owned(),
            was: self.spec.name.clone(),
            recorded: recorded.clone(),
            carried: self.spec.policy,
            keep_access: self.spec.keep_access.clone(),
        };
        let step = self.step(
            "bucket.apply_policy",
            "apply_policy",
            Side::Target,
            Title::CarryPolicy,
            input,
        );
        let last = applied.last().cloned();
        let policy = self
            .draft
            .push(step.phase(Phase::CleanUp).needs(last.iter()).leaves_nothing());
        applied.push(policy.clone());
        if let Some(KeyFrom::Step(key)) = &self.keys.target
            && !self.spec.keep_access.is_empty()
        {
            let users = self.spec.keep_access.iter().map(|user| key::User {
                principal: user.principal.clone(),
                writes: user.may == Access::Write,
            });
            let admitted = key::admitted(self.draft, &self.resource, key, users.collect(), &policy);
            applied.extend(admitted);
        }
    }
}

/// `publicAccessBlock` as `public_access_block`, `intelligent-tiering` as `intelligent_tiering`.
fn snake(name: &str) -> String {
    let mut snake = String::with_capacity(name.len() + 4);
    for c in name.chars() {
        if c.is_ascii_uppercase() {
            snake.push('_');
        }
        snake.push(if c == '-' { '_' } else { c.to_ascii_lowercase() });
    }
    snake
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod tests;
