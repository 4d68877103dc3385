//! Who may do what to a bucket and its objects.
//!
//! A principal may do everything in its own account, unless the bucket policy denies it. Another account's principal needs an Allow in the
//! bucket policy. A role that has policies of its own needs their leave beside.

use std::collections::BTreeMap;

use serde_json::Value;

use super::settings::BucketPolicy;
use super::{Outcome, Refusal, bucket as held};
use crate::cloud::{Caller, Cloud};
use crate::policy::{self, Verdict};
use crate::services::iam_permissions::{self, Need};
use crate::services::sts;

/// The root of the owner's account may always look at, replace and remove the policy: else a Deny would lock everyone out.
const NEVER_LOCKED_OUT: [&str; 3] = ["s3:GetBucketPolicy", "s3:PutBucketPolicy", "s3:DeleteBucketPolicy"];

/// Whether the caller may do something to a bucket; NoSuchBucket where there is none.
pub fn bucket(cloud: &Cloud, caller: &Caller, name: &str, action: &str) -> Outcome<()> {
    check(cloud, caller, name, &format!("arn:aws:s3:::{name}"), action)
}

/// Whether the caller may do something to an object; NoSuchBucket where there is no such bucket.
pub fn object(cloud: &Cloud, caller: &Caller, name: &str, key: &str, action: &str) -> Outcome<()> {
    check(cloud, caller, name, &format!("arn:aws:s3:::{name}/{key}"), action)?;
    // A bucket's policy speaks of what its owner owns
    // (https://docs.aws.amazon.com/AmazonS3/latest/userguide/about-object-ownership.html).
    let held = held(cloud, name)?;
    if held.owner != caller.account && held.others_objects.contains(key) {
        return Err(Refusal::new(403, "AccessDenied", "Access Denied"));
    }
    Ok(())
}

/// Whether a bucket's policy lets one of AWS's services do something for an account: none has a right of its own.
pub(crate) fn service_may(
    cloud: &Cloud,
    service: &Caller,
    name: &str,
    key: &str,
    action: &str,
    context: &BTreeMap<String, String>,
) -> bool {
    let policy = cloud.s3.by_name.get(name).and_then(|held| held.policy.as_ref());
    policy.is_some_and(|policy| {
        let resource = format!("arn:aws:s3:::{name}/{key}");
        policy::allows(&policy.document, service, action, &resource, context) == Verdict::Allow
    })
}

fn check(cloud: &Cloud, caller: &Caller, name: &str, resource: &str, action: &str) -> Outcome<()> {
    let held = held(cloud, name)?;
    let own = held.owner == caller.account;
    let root = own && caller.principal.ends_with(":root") && NEVER_LOCKED_OUT.contains(&action);
    let verdict = match &held.policy {
        Some(policy) => {
            // What S3 knows of a request; a policy with a condition on anything else does not apply.
            let context = BTreeMap::from([
                ("s3:ResourceAccount".to_owned(), held.owner.to_string()),
                ("aws:ResourceAccount".to_owned(), held.owner.to_string()),
                ("aws:SecureTransport".to_owned(), "true".to_owned()),
            ]);
            policy::allows(&policy.document, caller, action, resource, &context)
        }
        None => Verdict::Silent,
    };
    if root || verdict == Verdict::Allow || (verdict == Verdict::Silent && own) {
        let need = Need::new(action, resource).when("s3:ResourceAccount", held.owner.as_str());
        return by_identity(cloud, caller, &need);
    }
    let why = match verdict {
        Verdict::Deny => "with an explicit deny in a resource-based policy",
        Verdict::Allow | Verdict::Silent => "because no resource-based policy allows the action",
    };
    let message = format!(
        "User: {} is not authorized to perform: {action} on resource: \"{resource}\" {why}",
        caller.principal
    );
    Err(Refusal::new(403, "AccessDenied", message))
}

/// What the caller's own policies say to it.
pub(super) fn by_identity(cloud: &Cloud, caller: &Caller, need: &Need) -> Outcome<()> {
    iam_permissions::judge(cloud, caller, need).map_err(|message| Refusal::new(403, "AccessDenied", message))
}

/// The bucket owner condition: what keeps a caller from writing into a stranger's bucket of the right name.
pub fn expect_owner(cloud: &Cloud, name: &str, expected: Option<&str>) -> Outcome<()> {
    match (expected, cloud.s3.by_name.get(name)) {
        (Some(expected), Some(held)) if held.owner.as_str() != expected => {
            Err(Refusal::new(403, "AccessDenied", "Access Denied"))
        }
        _ => Ok(()),
    }
}

/// A regional endpoint serves the buckets of its region alone, and says where another one lies.
pub fn expect_region(cloud: &Cloud, caller: &Caller, name: &str) -> Outcome<()> {
    match cloud.s3.by_name.get(name) {
        Some(held) if held.region != caller.region => Err(Refusal::new(
            301,
            "PermanentRedirect",
            "The bucket you are attempting to access must be addressed using the specified endpoint.",
        )
        .header("x-amz-bucket-region", held.region.as_str())),
        _ => Ok(()),
    }
}

/// Reads a bucket policy as `PutBucketPolicy` does, refusing what S3 would refuse.
pub fn read_policy(cloud: &Cloud, name: &str, text: &str) -> Outcome<BucketPolicy> {
    let malformed = |why: &str| Refusal::new(400, "MalformedPolicy", why.to_owned());
    let not_json = || malformed("Policies must be valid JSON and the first byte must be '{'");
    let document: Value = serde_json::from_str(text).map_err(|_| not_json())?;
    if !text.starts_with('{') {
        return Err(not_json());
    }
    let statements = statements(&document);
    if statements.is_empty() {
        return Err(malformed("Missing required field Statement"));
    }
    let arn = format!("arn:aws:s3:::{name}");
    for statement in statements {
        if !matches!(statement["Effect"].as_str(), Some("Allow" | "Deny")) {
            return Err(malformed("Missing required field Effect"));
        }
        let has = |one: &str, other: &str| statement.get(one).is_some() != statement.get(other).is_some();
        if !has("Principal", "NotPrincipal") {
            return Err(malformed("Missing required field Principal"));
        }
        if !has("Action", "NotAction") {
            return Err(malformed("Missing required field Action"));
        }
        if !has("Resource", "NotResource") {
            return Err(malformed("Missing required field Resource"));
        }
        let actions = texts(&statement["Action"]).chain(texts(&statement["NotAction"]));
        if actions
            .into_iter()
            .any(|action| action != "*" && !action.starts_with("s3:"))
        {
            return Err(malformed("Policy has invalid action"));
        }
        let own = |resource: &str| {
            resource
                .strip_prefix(&arn)
                .is_some_and(|rest| rest.is_empty() || rest.starts_with(['/', '*']))
        };
        if texts(&statement["Resource"]).any(|resource| !own(resource)) {
            return Err(malformed("Policy has invalid resource"));
        }
    }
    if policy::aws_principals(&document)
        .into_iter()
        .any(|principal| !sts::principal_exists(cloud, principal))
    {
        return Err(malformed("Invalid principal in policy"));
    }
    Ok(BucketPolicy {
        text: text.to_owned(),
        document,
    })
}

/// Whether a policy makes a bucket public, as `BlockPublicPolicy` sees it: an Allow to everyone without a condition.
pub fn is_public(document: &Value) -> bool {
    statements(document).into_iter().any(|statement| {
        let everyone = |value: &Value| texts(value).any(|principal| principal == "*");
        let principal = &statement["Principal"];
        statement["Effect"] == "Allow"
            && statement.get("Condition").is_none()
            && (everyone(principal) || everyone(&principal["AWS"]))
    })
}

/// The statements of a policy, one or many.
pub(super) fn statements(document: &Value) -> Vec<&Value> {
    match &document["Statement"] {
        Value::Array(statements) => statements.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// One text or an array of texts.
pub(super) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let many = value.as_array().map(Vec::as_slice).unwrap_or_default();
    value.as_str().into_iter().chain(many.iter().filter_map(Value::as_str))
}

#[cfg(test)]
#[path = "access_tests.rs"]
mod tests;
