//! What the plan says of a bucket's configuration: every name in it that changes, and what must be there in the target for it.

use model::inventory::Bucket;
use model::{AccountId, ResourceRef, Side};

use super::documents::{self, Document};
use super::renaming::Renaming;
use super::spec::{BucketSpec, Creator};
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;

/// What of the settings about configurations cannot be meant.
pub(super) fn unfit(spec: &BucketSpec) -> Vec<String> {
    let mut blocks = Vec::new();
    if spec.create == Creator::Terraform && !(spec.instead.is_empty() && spec.leave.is_empty()) {
        blocks.push(
            "instead and leave do not go with create = \"terraform\": the configuration is Terraform's, and nothing is carried over"
                .to_owned(),
        );
    }
    for name in &spec.leave {
        if !documents::CARRIED.iter().any(|one| one.name == name) {
            let known: Vec<&str> = documents::CARRIED.iter().map(|one| one.name).collect();
            blocks.push(format!("leave names {name:?}, which is none of {}", known.join(", ")));
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
        let mut note = |weight, text: String| draft.note(Some(resource), weight, text);
        if spec.leave.contains(name) {
            note(
                Says::Warns(&known::BUCKET_CONFIGURATION),
                format!("its {name} configuration is not carried over, as the runbook says"),
            );
            continue;
        }
        if let Some(why) = renaming.hopeless(document, xml) {
            note(
                Says::Warns(&known::BUCKET_CONFIGURATION),
                format!("its {name} configuration is not carried over: {why}"),
            );
            continue;
        }
        draft.rewrite(
            resource,
            name,
            documents::in_lines(xml),
            documents::in_lines(&renaming.renamed(document, xml)),
        );
        let mut note = |weight, text: String| draft.note(Some(resource), weight, text);
        for named in renaming.names(document, xml) {
            unused.retain(|key| **key != named.before && !named.before.ends_with(&format!(":::{key}")));
            let [before, after] = [&named.before, &named.after];
            if before != after {
                note(
                    Says::Tells,
                    format!(
                        "in its {name} configuration, {} {before} becomes {after}",
                        named.element
                    ),
                );
            } else if before.contains("arn:aws:kms:") && before.contains(source.as_str()) {
                let text = format!(
                    "its {name} configuration names the source's key {before}, and goes on doing so: instead = {{ {before:?} = \"…\" }} \
                     names another"
                );
                note(Says::Warns(&known::BUCKET_CONFIGURATION), text);
            }
        }
        if let Some(text) = needs(document, &target) {
            note(Says::Tells, text);
        }
    }
    for key in unused {
        let text = format!("instead names {key:?}, and none of its configurations does");
        draft.note(Some(resource), Says::Warns(&known::BUCKET_CONFIGURATION), text);
    }
    let acl = bucket.documents.get(documents::ACL.name);
    for who in acl.map(|acl| documents::granted_to_others(acl)).unwrap_or_default() {
        let text = format!(
            "its ACL admits {who}, and ACLs are not carried over: let its policy admit them before, which is (keep_access, for those of \
             the source account)"
        );
        draft.note(Some(resource), Says::Warns(&known::BUCKET_ACCESS), text);
    }
}

/// What must be there for S3 to take a configuration.
fn needs(document: &Document, target: &AccountId) -> Option<String> {
    let what = match document.name {
        "notification" => format!(
            "the queues, topics and functions that it names must be there by then, in the bucket's region, and admit s3.amazonaws.com on \
             behalf of account {target} (S3 sends them a test message)"
        ),
        "inventory" | "analytics" => format!(
            "the policy of the bucket that its reports go to must let s3.amazonaws.com write on behalf of account {target} from now on"
        ),
        "logging" => "the bucket that its access logs go to must be there by then, and let logging.s3.amazonaws.com write".to_owned(),
        "replication" => "its role must be there by then, trust s3.amazonaws.com, and be one that the target's role may pass on \
                          (iam:PassRole); the policy of the bucket that it replicates into must admit it. What is copied in before is \
                          not replicated again"
            .to_owned(),
        _ => return None,
    };
    Some(format!(
        "its {} configuration: {what}. What S3 refuses is tried again for 15 minutes, told, and then left out with its text in the report; \
         the run goes on",
        document.name
    ))
}
