//! What the plan says of a bucket's configuration: every name in it that changes, and what must be there in the target for it.

use model::inventory::Bucket;
use model::{AccountId, ResourceRef, Said, Side};

use super::documents::{self, Document};
use super::renaming::Renaming;
use super::spec::{BucketSpec, Creator};
use super::words::Text;
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;

/// What of the settings about configurations cannot be meant.
pub(super) fn unfit(spec: &BucketSpec) -> Vec<Said> {
    let mut blocks = Vec::new();
    if spec.create == Creator::Terraform && !(spec.instead.is_empty() && spec.leave.is_empty()) {
        blocks.push(Text::InsteadAndTerraform.into());
    }
    for name in &spec.leave {
        if !documents::CARRIED.iter().any(|one| one.name == name) {
            let known: Vec<&str> = documents::CARRIED.iter().map(|one| one.name).collect();
            blocks.push(Text::LeaveUnknown.fill(&[&format!("{name:?}"), &known.join(", ")]));
        }
    }
    blocks
}

/// Says what becomes of it.
pub(super) fn note(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    let (source, target) = (draft.account(Side::Source).clone(), draft.account(Side::Target).clone());
    let renaming = Renaming {
        from: &source,
        to: &target,
        instead: &spec.instead,
    };
    let mut unused: Vec<&String> = spec.instead.keys().collect();
    for document in &documents::CARRIED {
        let Some(xml) = bucket.documents.get(document.name) else {
            continue;
        };
        let name = document.name;
        let mut note = |weight, text: Said| draft.note(Some(resource), weight, text);
        if spec.leave.contains(name) {
            note(Says::Warns(&known::BUCKET_CONFIGURATION), Text::NotWanted.fill(&[name]));
            continue;
        }
        if let Some(why) = renaming.hopeless(document, xml) {
            note(
                Says::Warns(&known::BUCKET_CONFIGURATION),
                Text::NotCarried.fill(&[name, why.as_str()]),
            );
            continue;
        }
        draft.rewrite(
            resource,
            name,
            documents::in_lines(xml),
            documents::in_lines(&renaming.renamed(document, xml)),
        );
        let mut note = |weight, text: Said| draft.note(Some(resource), weight, text);
        for named in renaming.names(document, xml) {
            unused.retain(|key| **key != named.before && !named.before.ends_with(&format!(":::{key}")));
            let [before, after] = [&named.before, &named.after];
            if before != after {
                note(
                    Says::Tells,
                    Text::ConfigurationBecomes.fill(&[name, named.element, before, after]),
                );
            } else if before.contains("arn:aws:kms:") && before.contains(source.as_str()) {
                let text = Text::KeyStays.fill(&[name, before, &format!("{before:?}")]);
                note(Says::Warns(&known::BUCKET_CONFIGURATION), text);
            }
        }
        if let Some(text) = needs(document, &target) {
            note(Says::Tells, text);
        }
    }
    for key in unused {
        let text = Text::InsteadUnused.fill(&[&format!("{key:?}")]);
        draft.note(Some(resource), Says::Warns(&known::BUCKET_CONFIGURATION), text);
    }
    let acl = bucket.documents.get(documents::ACL.name);
    for who in acl.map(|acl| documents::granted_to_others(acl)).unwrap_or_default() {
        let text = Text::AclAdmits.fill(&[&who]);
        draft.note(Some(resource), Says::Warns(&known::BUCKET_ACCESS), text);
    }
}

/// What must be there for S3 to take a configuration.
fn needs(document: &Document, target: &AccountId) -> Option<Said> {
    let what: Said = match document.name {
        "notification" => Text::NeedsReceivers.fill(&[target.as_str()]),
        "inventory" | "analytics" => Text::NeedsReportsBucket.fill(&[target.as_str()]),
        "logging" => Text::NeedsLogsBucket.into(),
        "replication" => Text::NeedsReplicationRole.into(),
        _ => return None,
    };
    Some(Text::ConfigurationNeeds.fill(&[document.name, what.as_str()]))
}
