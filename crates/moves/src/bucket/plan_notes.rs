//! What a `[[bucket]]` section needs before steps can be planned, and what people should know: notes that block, warn and tell.

use model::inventory::{Bucket, ObjectEntry, Versioning};
use model::{ResourceRef, Side, StepId};

use super::spec::{Access, BucketSpec, Creator, PolicyCarried, RestoreSpeed, Route};
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
        let text = "moving a bucket needs source.role and target.role in the runbook: its policy must name who may still write, and \
                    who may copy";
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_ROLES), text);
    }
    let Some(batch) = to.batch_role.as_ref() else {
        let text = "target.batch_role is missing in the runbook: the role that S3 Batch Operations takes on to copy";
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
        let text = format!("the target account has no role {batch} that trusts {BATCH_SERVICE}");
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
        let text = format!("it cannot be made anew under its name: {why}. With new_name it is copied under another");
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_NAME), text);
        fine = false;
    }
    if let Some(interim) = &spec.interim {
        let why = names::unmovable(interim, draft.account(Side::Target), draft.region())
            .or_else(|| (*interim == spec.name).then(|| "it is the bucket's own name".to_owned()));
        if let Some(why) = why {
            draft.note(
                Some(resource),
                Says::Blocks(&known::BUCKET_INTERIM),
                format!("interim = {interim:?} cannot be made: {why}"),
            );
            fine = false;
        }
    }
    fine
}

/// Why a bucket cannot be copied under this new name.
fn unfit_new_name(draft: &Draft, spec: &BucketSpec, new: &str) -> Option<String> {
    if spec.interim.is_some() {
        return Some(
            "interim and new_name do not go together: under a new name there is one copy, and it stays".to_owned(),
        );
    }
    if spec.create == Creator::Terraform {
        return Some(
            "create = \"terraform\" and new_name do not go together: nobody races for a new name, and Terraform can import the bucket \
             when the run is done"
                .to_owned(),
        );
    }
    let why = names::unmovable(new, draft.account(Side::Target), draft.region())
        .or_else(|| (*new == spec.name).then(|| "it is the bucket's own name".to_owned()))?;
    Some(format!("new_name = {new:?} cannot be made: {why}"))
}

/// What becomes of what is in it, as far as the inventory tells.
pub(super) fn note_contents(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    if has_archived(bucket) && spec.route == Route::Copy {
        let (hours, days) = match spec.archived.restore {
            RestoreSpeed::Standard => ("up to 12 hours", spec.archived.days),
            RestoreSpeed::Bulk => ("up to 48 hours", spec.archived.days),
        };
        let text = format!(
            "versions in GLACIER or DEEP_ARCHIVE are restored before they are copied, which takes {hours} and costs a retrieval and, \
             for {days} days, a second storage; the new bucket has them in their old class again, where early deletion from the \
             source may be charged"
        );
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
        let text = "its objects lie under aws/s3, a key that AWS manages and that cannot be shared with another account: \
                    re-encrypt them under a customer key first (UpdateObjectEncryption)";
        draft.note(Some(resource), Says::Blocks(&known::KEY_OF_AWS), text);
        return Err(());
    }
    let target = key::target_key(draft, resource, spec.key.as_deref(), Some(named)).ok_or(())?;
    let text = "its objects lie under a KMS key: the roles that copy need kms:Decrypt on the source's key and kms:GenerateDataKey and \
                kms:Decrypt on the target's, in their own policies";
    draft.note(Some(resource), Says::Tells, text);
    Ok(Keys {
        opened: Some(key::opened(draft, &source.id)),
        target: Some(KeyFrom::Step(target)),
        opened_to_source: None,
    })
}

pub(super) fn note_aftermath(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    let mut tell = |weight, text: &str| draft.note(Some(resource), weight, text);
    match &spec.new_name {
        None => tell(
            Says::Warns(&known::BUCKET_NAME_IS_NOBODYS),
            "its name is nobody's between the source's deletion and the new bucket: minutes to hours, in which every request fails and \
             in theory a stranger could take it",
        ),
        Some(new) => {
            let text = format!(
                "it becomes {new}: everything that names it must be pointed there, once the run has ended and not before. {old} stays as \
                 it is when writing ends, readable and, by a statement of its policy that stays, not writable for anyone but the run's \
                 role: take that out when you delete it",
                old = spec.name
            );
            tell(Says::Warns(&known::BUCKET_NEW_NAME), &text);
        }
    }
    if spec.create == Creator::Terraform {
        tell(
            Says::Warns(&known::BUCKET_OF_TERRAFORM),
            "the target's Terraform makes the bucket and configures it: give its create a timeout of hours, apply again when it gives up, \
             and leave lifecycle rules, notifications and replication to an apply after the run's end, or they act on half a content. \
             Versioning and the default encryption are set by the run as copying needs them",
        );
    }
    let lost = match spec.route {
        Route::Copy => "version ids, dates, ACLs and object locks do not survive a copy",
        Route::Replication => "ACLs and object locks are not carried",
    };
    tell(
        Says::Warns(&known::BUCKET_ACCESS),
        &format!(
            "who had access as a principal of the source account needs a grant in the new bucket's policy (keep_access); {lost}; uploads in \
             parts that are under way are ended"
        ),
    );
    tell(
        Says::Tells,
        "not checked before the first step: whether the target account may make buckets with global names at all. The step that makes the \
         bucket of manifests shows it, before anything of the source is touched",
    );
    if spec.new_name.is_none() {
        tell(
            Says::Tells,
            "the statements that let the target read the source stand in the source's policy and vanish with it",
        );
    }
    if bucket.versioning == Versioning::Suspended {
        tell(
            Says::Tells,
            "null versions get real version ids; versioning is suspended again at the end",
        );
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
            let text = format!("in its policy, statement {statement}, {from} becomes {to}");
            draft.note(Some(resource), Says::Tells, text);
        }
        draft.rewrite(resource, "policy", policy::in_lines(&before), policy::in_lines(&after));
        if spec.policy == PolicyCarried::Rewrite && before.contains(source.as_str()) {
            let text = "its policy is put on the new bucket with the target's account id in place of the source's: roles that it names \
                        must exist in the target by then";
            draft.note(Some(resource), Says::Tells, text);
        }
    }
    for user in &spec.keep_access {
        let may = match user.may {
            Access::Read => "read it",
            Access::Write => "read, write and delete its objects",
        };
        let mut text = format!("{} is admitted by the new bucket's policy, to {may}", user.principal);
        if bucket.key.is_some() {
            let key = match user.may {
                Access::Read => "kms:Decrypt",
                Access::Write => "kms:Decrypt and kms:GenerateDataKey",
            };
            text = format!("{text}; the policy of the target's key admits it to {key}, through S3 only, and stays so");
        }
        draft.note(Some(resource), Says::Tells, text);
    }
}
