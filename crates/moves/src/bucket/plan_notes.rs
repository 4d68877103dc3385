//! What a `[[bucket]]` section needs before steps can be planned, and what people should know: notes that block, warn and tell.

use model::inventory::{Bucket, ObjectEntry, Versioning};
use model::{ResourceRef, Said, Side, StepId};

use super::spec::{Access, BucketSpec, Creator, PolicyCarried, RestoreSpeed, Route};
use super::words::Text;
use super::{names, plan_configuration, policy};
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;
use crate::key::{self, KeyFrom};

/// Who takes on the role that copies.
pub(super) const BATCH_SERVICE: &str = "batchoperations.s3.amazonaws.com";

/// The ARNs of the roles that take part.
pub(super) struct Roles {
    /// This tool's, in the source.
    pub(super) source: String,
    /// This tool's, in the target.
    pub(super) target: String,
    /// That of batch jobs.
    pub(super) batch: String,
}

pub(super) fn roles(draft: &mut Draft, resource: &ResourceRef) -> Option<Roles> {
    let arn = |account, role: &String| format!("arn:aws:iam::{account}:role/{role}");
    let (from, to) = (&draft.runbook.source, &draft.runbook.target);
    let (source, target) = (from.role.as_ref(), to.role.as_ref());
    if source.is_none() || target.is_none() {
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_ROLES), Text::NoRoles);
    }
    let Some(batch) = to.batch_role.as_ref() else {
        let text = Text::NoBatchRoleNamed;
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_BATCH_ROLE), text);
        return None;
    };
    let roles = Roles {
        source: arn(&from.account, source?),
        target: arn(&to.account, target?),
        batch: arn(&to.account, batch),
    };
    let found = draft
        .observed(Side::Target)
        .and_then(|account| account.roles.get(batch));
    if !found.is_some_and(|role| role.trusts.iter().any(|trusted| trusted == BATCH_SERVICE)) {
        let text = Text::NoBatchRole.fill(&[batch, BATCH_SERVICE]);
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_BATCH_ROLE), text);
        return None;
    }
    Some(roles)
}

/// Whether the name can be had again; notes that block where not.
pub(super) fn note_names(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec) -> bool {
    let mut fine = true;
    if let Some(new) = &spec.new_name {
        if let Some(why) = unfit_new_name(draft, spec, new) {
            draft.note(Some(resource), Says::Blocks(&known::BUCKET_NEW_NAME), why);
            fine = false;
        }
    } else if let Some(why) = names::unmovable(&spec.name, draft.account(Side::Source), draft.region()) {
        let text = Text::NameUnfit.fill(&[why.as_str()]);
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_NAME), text);
        fine = false;
    }
    if let Some(interim) = &spec.interim {
        let why = names::unmovable(interim, draft.account(Side::Target), draft.region())
            .or_else(|| (*interim == spec.name).then(|| Text::OwnName.into()));
        if let Some(why) = why {
            let text = Text::InterimUnfit.fill(&[&format!("{interim:?}"), why.as_str()]);
            draft.note(Some(resource), Says::Blocks(&known::BUCKET_INTERIM), text);
            fine = false;
        }
    }
    fine
}

/// Why a bucket cannot be copied under this new name.
fn unfit_new_name(draft: &Draft, spec: &BucketSpec, new: &str) -> Option<Said> {
    if spec.interim.is_some() {
        return Some(Text::NewNameAndInterim.into());
    }
    if spec.create == Creator::Terraform {
        return Some(Text::NewNameAndTerraform.into());
    }
    let why = names::unmovable(new, draft.account(Side::Target), draft.region())
        .or_else(|| (*new == spec.name).then(|| Text::OwnName.into()))?;
    Some(Text::NewNameUnfit.fill(&[&format!("{new:?}"), why.as_str()]))
}

/// What becomes of what is in it, as far as the inventory tells.
pub(super) fn note_contents(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    if has_archived(bucket) && spec.route == Route::Copy {
        let hours = match spec.archived.restore {
            RestoreSpeed::Standard => "12",
            RestoreSpeed::Bulk => "48",
        };
        let text = Text::ThawedFirst.fill(&[hours, &spec.archived.days.to_string()]);
        draft.note(Some(resource), Says::Warns(&known::BUCKET_ARCHIVED), text);
    }
}

/// Whether anything in it must be restored before it can be copied, as far as the inventory tells.
pub(super) fn has_archived(bucket: &Bucket) -> bool {
    let mut entries = bucket.objects.iter().flat_map(|object| &object.entries);
    entries.any(|entry| {
        let ObjectEntry::Version { class, .. } = entry else {
            return false;
        };
        matches!(class.as_deref(), Some("GLACIER" | "DEEP_ARCHIVE"))
    })
}

/// What its default encryption needs: the source key opened, and the target's key.
#[derive(Default)]
pub(super) struct Keys {
    /// The step that opens the source's key.
    pub(super) opened: Option<StepId>,
    /// The target's key.
    pub(super) target: Option<KeyFrom>,
    /// The step that opens that to the source, where the source replicates.
    pub(super) opened_to_source: Option<StepId>,
}

pub(super) fn keys(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) -> Result<Keys, ()> {
    let Some(named) = bucket.key.as_deref() else {
        return Ok(Keys::default());
    };
    let source = key::source_key(draft, named);
    if source.aws_managed {
        draft.note(Some(resource), Says::Blocks(&known::KEY_OF_AWS), Text::UnderKeyOfAws);
        return Err(());
    }
    let target = key::target_key(draft, resource, spec.key.as_deref(), Some(named)).ok_or(())?;
    draft.note(Some(resource), Says::Tells, Text::UnderKey);
    Ok(Keys {
        opened: Some(key::opened(draft, &source.id)),
        target: Some(KeyFrom::Step(target)),
        opened_to_source: None,
    })
}

pub(super) fn note_aftermath(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    let mut tell = |weight, text: Said| draft.note(Some(resource), weight, text);
    match &spec.new_name {
        None => tell(Says::Warns(&known::BUCKET_NAME_IS_NOBODYS), Text::NameIsNobodys.into()),
        Some(new) => tell(
            Says::Warns(&known::BUCKET_NEW_NAME),
            Text::BecomesNew.fill(&[new, &spec.name]),
        ),
    }
    if spec.create == Creator::Terraform {
        tell(Says::Warns(&known::BUCKET_OF_TERRAFORM), Text::OfTerraform.into());
    }
    let access = match spec.route {
        Route::Copy => Text::AccessAfterCopy,
        Route::Replication => Text::AccessAfterReplication,
    };
    tell(Says::Warns(&known::BUCKET_ACCESS), access.into());
    tell(Says::Tells, Text::NamesNotChecked.into());
    if spec.new_name.is_none() {
        tell(Says::Tells, Text::GrantsVanish.into());
    }
    if bucket.versioning == Versioning::Suspended {
        tell(Says::Tells, Text::NullVersions.into());
    }
    if spec.create == Creator::Cleave {
        note_policy(draft, resource, spec, bucket);
        plan_configuration::note(draft, resource, spec, bucket);
    }
}

/// What its policy will say that it did not say before.
fn note_policy(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    let (source, target) = (draft.account(Side::Source).clone(), draft.account(Side::Target).clone());
    if let Some(before) = bucket.policy.as_ref().filter(|_| spec.policy != PolicyCarried::Leave) {
        let before = before.to_string();
        let mut after = policy::renamed(&before, &spec.name, spec.new_name.as_deref().unwrap_or(&spec.name));
        if spec.policy == PolicyCarried::Rewrite {
            after = policy::rewrite(&after, &source, &target);
        }
        for [statement, from, to] in policy::rewrites(&before, &after) {
            let text = Text::PolicyBecomes.fill(&[&statement, &from, &to]);
            draft.note(Some(resource), Says::Tells, text);
        }
        draft.rewrite(resource, "policy", policy::in_lines(&before), policy::in_lines(&after));
        if spec.policy == PolicyCarried::Rewrite && before.contains(source.as_str()) {
            draft.note(Some(resource), Says::Tells, Text::PolicyRewritten);
        }
    }
    for user in &spec.keep_access {
        let text = match (user.may, bucket.key.is_some()) {
            (Access::Read, false) => Text::AdmittedToRead,
            (Access::Read, true) => Text::AdmittedToDecrypt,
            (Access::Write, false) => Text::AdmittedToWrite,
            (Access::Write, true) => Text::AdmittedToEncrypt,
        };
        draft.note(Some(resource), Says::Tells, text.fill(&[&user.principal]));
    }
}
