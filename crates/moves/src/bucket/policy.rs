//! Bucket policies as text: statements added and taken away, and nothing else touched. `PutBucketPolicy` replaces the whole document,
//! so every change starts from the document as it is at that moment; what was before comes back byte for byte.

use model::AccountId;
use serde_json::{Value, json};

use super::spec::{Access, KeptAccess};

/// A policy that is not one.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the bucket's policy cannot be read: {0}")]
pub(super) struct Malformed(String);

/// What the copying roles may read of the source. Without `ListBucket` a missing key would be refused instead of not found.
pub(super) fn grant(bucket: &str, roles: &[String], sid: &str) -> Vec<Value> {
    let principal = json!({ "AWS": roles });
    let objects = [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:GetObjectTagging",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectAcl",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectAttributes",
        "s3:GetObjectVersionAttributes",
    ];
    let whole = [
        "s3:ListBucket",
        "s3:ListBucketVersions",
        "s3:GetBucketLocation",
        "s3:GetBucketVersioning",
    ];
    vec![
        json!({
            "Sid": format!("{sid}Objects"), "Effect": "Allow", "Principal": principal,
            "Action": objects, "Resource": format!("arn:aws:s3:::{bucket}/*"),
        }),
        json!({
            "Sid": format!("{sid}Bucket"), "Effect": "Allow", "Principal": principal,
            "Action": whole, "Resource": format!("arn:aws:s3:::{bucket}"),
        }),
    ]
}

/// Denies everyone but the tool's own role everything that would change the content. The account's root can always edit the policy.
pub(super) fn deny(bucket: &str, except: &[String], sid: &str) -> Vec<Value> {
    let actions = [
        "s3:PutObject",
        "s3:DeleteObject",
        "s3:DeleteObjectVersion",
        "s3:PutObjectTagging",
        "s3:PutObjectVersionTagging",
        "s3:DeleteObjectTagging",
        "s3:DeleteObjectVersionTagging",
        "s3:PutObjectAcl",
        "s3:PutObjectVersionAcl",
        "s3:ReplicateObject",
        "s3:ReplicateDelete",
        "s3:ReplicateTags",
        "s3:RestoreObject",
        "s3:PutLifecycleConfiguration",
    ];
    vec![json!({
        "Sid": format!("{sid}Writes"), "Effect": "Deny", "Principal": "*", "Action": actions,
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
        "Condition": { "ArnNotEquals": { "aws:PrincipalArn": except } },
    })]
}

/// What another account's role needs to replicate into a bucket.
pub(super) fn take_replicas(bucket: &str, roles: &[String], sid: &str) -> Vec<Value> {
    let principal = json!({ "AWS": roles });
    vec![
        json!({
            "Sid": format!("{sid}Replicas"), "Effect": "Allow", "Principal": principal,
            "Action": ["s3:ReplicateObject", "s3:ReplicateDelete", "s3:ReplicateTags", "s3:ObjectOwnerOverrideToBucketOwner"],
            "Resource": format!("arn:aws:s3:::{bucket}/*"),
        }),
        json!({
            "Sid": format!("{sid}Bucket"), "Effect": "Allow", "Principal": principal,
            "Action": ["s3:ListBucket", "s3:ListBucketVersions", "s3:GetBucketVersioning"],
            "Resource": format!("arn:aws:s3:::{bucket}"),
        }),
    ]
}

/// What another account's role needs of the bucket of manifests and reports.
pub(super) fn take_reports(bucket: &str, roles: &[String], sid: &str) -> Vec<Value> {
    let principal = json!({ "AWS": roles });
    vec![
        json!({
            "Sid": format!("{sid}Manifests"), "Effect": "Allow", "Principal": principal,
            "Action": ["s3:GetObject", "s3:GetObjectVersion"], "Resource": format!("arn:aws:s3:::{bucket}/manifests/*"),
        }),
        json!({
            "Sid": format!("{sid}Reports"), "Effect": "Allow", "Principal": principal,
            "Action": "s3:PutObject", "Resource": format!("arn:aws:s3:::{bucket}/reports/*"),
        }),
    ]
}

/// What ElastiCache needs of a bucket into which it writes a snapshot, where it goes by policy
/// (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html>).
pub(super) fn take_snapshots(bucket: &str, services: &[String], sid: &str) -> Vec<Value> {
    let actions = [
        "s3:PutObject",
        "s3:GetObject",
        "s3:ListBucket",
        "s3:GetBucketAcl",
        "s3:ListMultipartUploadParts",
        "s3:ListBucketMultipartUploads",
    ];
    vec![service_statement(
        bucket,
        services,
        &format!("{sid}Snapshots"),
        &actions,
    )]
}

/// What it needs of a bucket from which it fills a cache, where it goes by policy.
pub(super) fn give_snapshots(bucket: &str, services: &[String], sid: &str) -> Vec<Value> {
    let actions = ["s3:GetObject", "s3:ListBucket", "s3:GetBucketAcl"];
    vec![service_statement(bucket, services, &format!("{sid}Files"), &actions)]
}

fn service_statement(bucket: &str, services: &[String], sid: &str, actions: &[&str]) -> Value {
    json!({
        "Sid": sid, "Effect": "Allow", "Principal": { "Service": services }, "Action": actions,
        "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")],
    })
}

/// What former users from the source account may do with the new bucket. Not called as the run's own statements are: these stay.
pub(super) fn kept_access(bucket: &str, users: &[KeptAccess]) -> Vec<Value> {
    let statements = users.iter().zip(1..).flat_map(|(user, nth)| {
        let mut objects = vec!["s3:GetObject", "s3:GetObjectVersion", "s3:GetObjectTagging"];
        if user.may == Access::Write {
            objects.extend([
                "s3:PutObject",
                "s3:PutObjectTagging",
                "s3:DeleteObject",
                "s3:AbortMultipartUpload",
                "s3:ListMultipartUploadParts",
            ]);
        }
        let principal = json!({ "AWS": user.principal });
        [
            json!({
                "Sid": format!("KeptAccess{nth}Objects"), "Effect": "Allow", "Principal": principal,
                "Action": objects, "Resource": format!("arn:aws:s3:::{bucket}/*"),
            }),
            json!({
                "Sid": format!("KeptAccess{nth}Bucket"), "Effect": "Allow", "Principal": principal,
                "Action": ["s3:ListBucket", "s3:GetBucketLocation"], "Resource": format!("arn:aws:s3:::{bucket}"),
            }),
        ]
    });
    statements.collect()
}

/// Whether all of these statements stand in the document, by their ids.
pub(super) fn has(document: Option<&str>, ours: &[Value]) -> Result<bool, Malformed> {
    let Some(document) = document else { return Ok(false) };
    let (_, found) = parse(document)?;
    Ok(ours
        .iter()
        .all(|one| found.iter().any(|other| other["Sid"] == one["Sid"])))
}

/// Whether any of these statements stands in the document, by its id.
pub(super) fn has_any(document: Option<&str>, ours: &[Value]) -> Result<bool, Malformed> {
    let Some(document) = document else { return Ok(false) };
    let (_, found) = parse(document)?;
    Ok(ours
        .iter()
        .any(|one| found.iter().any(|other| other["Sid"] == one["Sid"])))
}

/// The document with statements added; those that stand there already are replaced.
pub(super) fn with(document: Option<&str>, ours: &[Value]) -> Result<String, Malformed> {
    let (mut policy, mut statements) = match document {
        Some(document) => parse(document)?,
        None => (json!({ "Version": "2012-10-17", "Statement": [] }), Vec::new()),
    };
    statements.retain(|one| !ours.iter().any(|own| own["Sid"] == one["Sid"]));
    statements.extend_from_slice(ours);
    policy["Statement"] = Value::Array(statements);
    Ok(policy.to_string())
}

/// The document without these statements; none where nothing remains of a bucket that had no policy. Where the rest means the same
/// as the original it *is* the original; where somebody else changed it meanwhile, their change stays.
pub(super) fn without(document: &str, ours: &[Value], original: Option<&str>) -> Result<Option<String>, Malformed> {
    let (mut policy, mut statements) = parse(document)?;
    statements.retain(|one| !ours.iter().any(|own| own["Sid"] == one["Sid"]));
    if statements.is_empty() {
        return Ok(original.map(str::to_owned));
    }
    policy["Statement"] = Value::Array(statements);
    if let Some(original) = original
        && let Ok((mut before, statements)) = parse(original)
    {
        before["Statement"] = Value::Array(statements);
        if before == policy {
            return Ok(Some(original.to_owned()));
        }
    }
    Ok(Some(policy.to_string()))
}

/// A text with one account's id replaced by another's, wherever it stands by itself (not inside a longer number).
pub(super) fn rewrite(text: &str, from: &AccountId, to: &AccountId) -> String {
    let digit = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit());
    let mut rewritten = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(from.as_str()) {
        let (before, found) = rest.split_at(at);
        let after = &found[from.as_str().len()..];
        rewritten.push_str(before);
        let inside = digit(rewritten.chars().next_back()) || digit(after.chars().next());
        rewritten.push_str(if inside { from.as_str() } else { to.as_str() });
        rest = after;
    }
    rewritten.push_str(rest);
    rewritten
}

/// A policy of one bucket as that of another: the ARNs of the bucket and of what is in it name the other.
pub(super) fn renamed(text: &str, was: &str, name: &str) -> String {
    let arn = format!("arn:aws:s3:::{was}");
    let of_a_name = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | '_');
    let mut renamed = String::with_capacity(text.len());
    let mut rest = text;
    while let Some(at) = rest.find(&arn) {
        let (before, found) = rest.split_at(at);
        let after = &found[arn.len()..];
        renamed.push_str(before);
        let longer = after.chars().next().is_some_and(of_a_name);
        renamed.push_str("arn:aws:s3:::");
        renamed.push_str(if longer { was } else { name });
        rest = after;
    }
    renamed.push_str(rest);
    renamed
}

/// A policy as people read it: each thing on a line of its own, in its own order.
pub(super) fn in_lines(document: &str) -> String {
    let value = serde_json::from_str::<Value>(document).and_then(|value| serde_json::to_string_pretty(&value));
    value.unwrap_or_else(|_| document.to_owned())
}

/// What differs between a policy and its rewritten form: the statement, the text before and after.
pub(super) fn rewrites(before: &str, after: &str) -> Vec<[String; 3]> {
    let (Ok((_, before)), Ok((_, after))) = (parse(before), parse(after)) else {
        return Vec::new();
    };
    let mut found = Vec::new();
    for (nth, (one, other)) in before.iter().zip(&after).enumerate() {
        let sid = one["Sid"].as_str().map_or_else(|| (nth + 1).to_string(), str::to_owned);
        let mut changed = Vec::new();
        changed_texts(one, other, &mut changed);
        found.extend(changed.into_iter().map(|[from, to]| [sid.clone(), from, to]));
    }
    found.dedup();
    found
}

fn changed_texts(before: &Value, after: &Value, found: &mut Vec<[String; 2]>) {
    match (before, after) {
        (Value::String(one), Value::String(other)) if one != other => found.push([one.clone(), other.clone()]),
        (Value::Array(ones), Value::Array(others)) => {
            ones.iter()
                .zip(others)
                .for_each(|(one, other)| changed_texts(one, other, found));
        }
        (Value::Object(ones), Value::Object(others)) => {
            // In their order: a name may hold an account's id, too (`aws:ResourceTag/111111111111`), and is then another one.
            for ((name, one), (renamed, other)) in ones.iter().zip(others) {
                if name != renamed {
                    found.push([name.clone(), renamed.clone()]);
                }
                changed_texts(one, other, found);
            }
        }
        _ => {}
    }
}

fn parse(document: &str) -> Result<(Value, Vec<Value>), Malformed> {
    let policy: Value = serde_json::from_str(document).map_err(|error| Malformed(error.to_string()))?;
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        single @ Value::Object(_) => vec![single.clone()],
        _ => return Err(Malformed("it has no statements".into())),
    };
    Ok((policy, statements))
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
