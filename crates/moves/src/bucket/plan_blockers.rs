//! What would stop the move of a bucket half-way, or behind the point of no return: said before anything is touched.

use model::inventory::Bucket;
use model::{AccountId, ResourceRef, Said, Side};
use serde_json::Value;

use super::spec::{BucketSpec, Creator, KeptAccess};
use super::words::Text;
use super::{documents, plan_configuration};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Draft;
use crate::draft::Says;
use crate::policy_document::{each, texts};

/// Notes what hinders it; whether nothing does.
pub(super) fn note_blockers(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) -> bool {
    let mut blocks = of_itself(spec, bucket);
    blocks.extend(&known::BUCKET_ACCESS, unfit_grants(spec, draft.account(Side::Source)));
    blocks.extend(&known::BUCKET_CONFIGURATION, plan_configuration::unfit(spec));
    let denials = denials(bucket);
    let deleted = spec.new_name.is_none();
    for (statement, _) in denials.iter().filter(|(_, for_all)| deleted && *for_all) {
        blocks.push(&known::BUCKET_DENIES_DELETING, Text::DeniesDeleting.fill(&[statement]));
    }
    for (statement, _) in denials.iter().filter(|(_, for_all)| deleted && !*for_all) {
        let text = Text::MayDenyDeleting.fill(&[statement]);
        draft.note(Some(resource), Says::Warns(&known::BUCKET_DENIES_DELETING), text);
    }
    for other in draft.every_bucket(Side::Source) {
        blocks.extend(&known::BUCKET_WRITTEN_BY, written_by(other, &bucket.name));
    }
    let unhindered = blocks.tell(draft, resource);
    for text in owners_of_name(bucket) {
        draft.note(Some(resource), Says::Warns(&known::BUCKET_OWNED), text);
    }
    unhindered
}

fn of_itself(spec: &BucketSpec, bucket: &Bucket) -> Blocks {
    let mut blocks = Blocks::default();
    if bucket.documents.contains_key(documents::OBJECT_LOCK.name) {
        blocks.push(&known::BUCKET_OBJECT_LOCK, Text::ObjectLock);
    }
    // Under a new name nothing is deleted, and the old name's clients stay where they are.
    let deleted = spec.new_name.is_none();
    if bucket.mfa_delete && deleted {
        blocks.push(&known::BUCKET_MFA_DELETE, Text::MfaDelete);
    }
    if bucket.requester_pays {
        blocks.push(&known::BUCKET_REQUESTER_PAYS, Text::RequesterPays);
    }
    if !bucket.access_points.is_empty() && deleted {
        blocks.push(&known::BUCKET_ACCESS_POINTS, Text::AccessPoints);
    }
    if bucket.generated.is_some() {
        blocks.push(&known::BUCKET_MISSING, Text::Computed);
    }
    if bucket.has_customer_keys {
        blocks.push(&known::BUCKET_CUSTOMER_KEYS, Text::CustomerKeys);
    }
    if spec.archived.days == 0 {
        blocks.push(&known::BUCKET_ARCHIVED, Text::ArchivedDays);
    }
    blocks
}

/// The statements of its policy that deny what the hand-over needs, and whether to everyone and always: Elastic Beanstalk's do.
fn denials(bucket: &Bucket) -> Vec<(String, bool)> {
    let Some(policy) = &bucket.policy else {
        return Vec::new();
    };
    // An inventory may have it as JSON or as its text.
    let read = policy
        .as_str()
        .map(|text| serde_json::from_str(text).unwrap_or_default());
    let policy: &Value = read.as_ref().unwrap_or(policy);
    let statements = each(&policy["Statement"]);
    let denies = statements.zip(1..).filter(|(statement, _)| {
        let mut actions = texts(&statement["Action"]);
        let everything_but = !statement["NotAction"].is_null();
        statement["Effect"] == "Deny" && (everything_but || actions.any(denies_deleting))
    });
    let named = denies.map(|(statement, nth)| {
        let name = statement["Sid"].as_str().map_or_else(|| nth.to_string(), str::to_owned);
        let principal = &statement["Principal"];
        let everyone = *principal == "*" || texts(&principal["AWS"]).any(|one| one == "*");
        (
            name,
            everyone && statement["Condition"].is_null() && statement["NotAction"].is_null(),
        )
    });
    named.collect()
}

fn denies_deleting(action: &str) -> bool {
    let action = action.to_ascii_lowercase();
    let needed = ["s3:deletebucket", "s3:deleteobject", "s3:deleteobjectversion"];
    match action.strip_suffix('*') {
        Some(stem) => needed.iter().any(|one| one.starts_with(stem)),
        None => needed.contains(&action.as_str()),
    }
}

/// Grants are for those who could use the bucket before: nobody else is let in by a move.
fn unfit_grants(spec: &BucketSpec, source: &AccountId) -> Vec<Said> {
    if spec.create == Creator::Terraform && !spec.keep_access.is_empty() {
        return vec![Text::KeepAccessAndTerraform.into()];
    }
    let of_source = format!("arn:aws:iam::{source}:");
    let fits = |principal: &str| {
        principal
            .strip_prefix(&of_source)
            .is_some_and(|rest| rest == "root" || rest.starts_with("role/") || rest.starts_with("user/"))
    };
    let unfit = spec.keep_access.iter().filter(|user| !fits(&user.principal));
    let words = |user: &KeptAccess| Text::KeepAccessOfOthers.fill(&[&format!("{:?}", user.principal), &of_source]);
    unfit.map(words).collect()
}

/// Why another bucket of the account would go on writing into it, whatever its policy says.
fn written_by(other: &Bucket, name: &str) -> Option<Said> {
    let targets = |document: &str, element: &str| {
        let text = other.documents.get(document).map_or("", String::as_str);
        let opening = format!("<{element}>");
        text.split(opening.as_str())
            .skip(1)
            .filter_map(|rest| rest.split("</").next())
            .any(|target| target.trim().trim_start_matches("arn:aws:s3:::") == name)
    };
    let how = if targets("logging", "TargetBucket") {
        Text::LogsIntoIt
    } else if other.name != name && targets("replication", "Bucket") {
        Text::ReplicatesIntoIt
    } else if targets("inventory", "Bucket") {
        Text::ReportsIntoIt
    } else {
        return None;
    };
    Some(how.fill(&[&other.name]))
}

/// Who, as its tags tell, would make it anew, or delete it: what is said of each.
fn owners_of_name(bucket: &Bucket) -> Vec<Said> {
    let tags = bucket.tags.iter();
    let owners = tags.filter_map(|(tag, value)| match tag.as_str() {
        "aws:cloudformation:stack-name" => Some(Text::OwnedByStack.fill(&[value])),
        tag if says_terraform(tag) || says_terraform(value) => Some(Text::OwnedByTerraform.fill(&[tag, value])),
        _ => None,
    });
    owners.collect()
}

fn says_terraform(text: &str) -> bool {
    let text = text.to_ascii_lowercase();
    ["terraform", "opentofu"].iter().any(|name| text.contains(name))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bucket(name: &str, document: &str, xml: &str) -> Bucket {
        Bucket {
            name: name.into(),
            documents: [(document.to_owned(), xml.to_owned())].into(),
            ..Bucket::default()
        }
    }

    #[test]
    fn who_writes_into_a_bucket_is_found_in_other_buckets_configurations() {
        let logs = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>shop-logs</TargetBucket></LoggingEnabled></BucketLoggingStatus>";
        assert!(written_by(&bucket("shop", "logging", logs), "shop-logs").is_some());
        assert!(written_by(&bucket("shop", "logging", logs), "shop-log").is_none());
        assert!(
            written_by(&bucket("shop-logs", "logging", logs), "shop-logs").is_some(),
            "into itself"
        );
        let rule = "<Rule><Destination><Bucket>arn:aws:s3:::shop-copy</Bucket></Destination></Rule>";
        assert!(written_by(&bucket("shop", "replication", rule), "shop-copy").is_some());
        let report = "<S3BucketDestination><Bucket>arn:aws:s3:::shop-lists</Bucket></S3BucketDestination>";
        assert!(written_by(&bucket("shop", "inventory", report), "shop-lists").is_some());
    }

    #[test]
    fn a_policy_that_denies_deleting_is_found() {
        let with = |statement: Value| {
            let bucket = Bucket {
                policy: Some(serde_json::json!({ "Statement": [statement] })),
                ..Bucket::default()
            };
            denials(&bucket)
        };
        let deny = |action: &str| serde_json::json!({ "Sid": "eb", "Effect": "Deny", "Principal": { "AWS": "*" }, "Action": action });
        for action in ["s3:DeleteBucket", "s3:*", "*", "s3:Delete*", "s3:DeleteObjectVersion"] {
            assert_eq!(with(deny(action)), [("eb".to_owned(), true)], "{action}");
        }
        for action in ["s3:PutObject", "s3:GetObject*", "s3:DeleteObjectTagging"] {
            assert_eq!(with(deny(action)), [], "{action}");
        }
        let mut plain_transport = deny("s3:*");
        plain_transport["Condition"] = serde_json::json!({ "Bool": { "aws:SecureTransport": "false" } });
        assert_eq!(with(plain_transport), [("eb".to_owned(), false)]);
        let text = Bucket {
            policy: Some(Value::String(
                serde_json::json!({ "Statement": deny("s3:DeleteBucket") }).to_string(),
            )),
            ..Bucket::default()
        };
        assert_eq!(denials(&text), [("eb".to_owned(), true)], "as text, a single statement");
    }

    #[test]
    fn who_owns_the_name_is_told_by_tags() {
        let mut owned = Bucket::default();
        for (tag, value) in [
            ("aws:cloudformation:stack-name", "shop-base"),
            ("managed-by", "Terraform"),
            ("team", "shop"),
        ] {
            owned.tags.insert(tag.into(), value.into());
        }
        let owners = owners_of_name(&owned);
        assert_eq!(owners.len(), 2, "{owners:?}");
    }
}
