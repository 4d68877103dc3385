//! Key policies as text: statements added and taken away, and nothing else touched. `PutKeyPolicy` replaces the whole document and
//! knows no version, so every change starts from the document as it is at that moment.

use serde_json::{Value, json};

use super::admit_users::User;

/// A change of a policy that cannot be made.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(super) enum PolicyError {
    /// Not JSON, or without statements.
    #[error("the key's policy is not a policy document: {0}")]
    Malformed(String),
    /// KMS's limit, which cannot be raised; the SDK's own check would let 131 072 characters pass.
    #[error("the key's policy would have {0} bytes; KMS takes 32768 at most: remove statements that nobody needs")]
    TooLarge(usize),
}

const MOST_BYTES: usize = 32_768;

/// The ids of the statements that a step adds: from its run and its token, so that they are known again and removed exactly. Letters
/// and digits only: other policy languages admit nothing else.
pub(super) fn sids(run: &str, token: &str) -> Vec<String> {
    let stem = format!("Cleave{run}{}", &token[..8]);
    vec![format!("{stem}Use"), format!("{stem}Grant")]
}

/// The same as a plan shows them: run and token are known once it runs.
pub(super) fn sids_to_come() -> Vec<String> {
    vec!["Cleave…Use".to_owned(), "Cleave…Grant".to_owned()]
}

/// The policy of a key that was made without one: it leaves access to the account's IAM.
pub(super) fn default_of(account: &str) -> String {
    let policy = json!({
        "Version": "2012-10-17", "Id": "key-default-1",
        "Statement": [{
            "Sid": "Enable IAM User Permissions", "Effect": "Allow", "Principal": { "AWS": format!("arn:aws:iam::{account}:root") },
            "Action": "kms:*", "Resource": "*",
        }],
    });
    policy.to_string()
}

/// What the target account needs of a source key for copying what is under it. Grants are a statement of their own, held to AWS's
/// services: without them RDS answers that the key is not accessible, and the condition would make the other actions fail.
pub(super) fn statements(target: &str, sids: &[String]) -> Vec<Value> {
    let principal = json!({ "AWS": format!("arn:aws:iam::{target}:root") });
    vec![
        json!({
            "Sid": sids[0], "Effect": "Allow", "Principal": principal,
            "Action": ["kms:DescribeKey", "kms:Decrypt", "kms:ReEncrypt*", "kms:GenerateDataKey*"],
            "Resource": "*",
        }),
        json!({
            "Sid": sids[1], "Effect": "Allow", "Principal": principal,
            "Action": ["kms:CreateGrant", "kms:ListGrants", "kms:RevokeGrant"],
            "Resource": "*",
            "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}},
        }),
    ]
}

/// What former users from the other account need of the key under which a bucket's objects lie: to decrypt, and to write under it. The
/// service is S3 in the bucket's region, as `kms:ViaService` names it. Their ids are letters and digits, from the step's token.
pub(super) fn admitted(users: &[User], service: &str, token: &str) -> Vec<Value> {
    admitted_as(users, service, &token[..8])
}

/// The same with ids of this stem: a plan knows no token yet.
pub(super) fn admitted_as(users: &[User], service: &str, stem: &str) -> Vec<Value> {
    let statements = users.iter().zip(1..).map(|(user, nth)| {
        let mut actions = vec!["kms:DescribeKey", "kms:Decrypt"];
        if user.writes {
            actions.push("kms:GenerateDataKey*");
        }
        json!({
            "Sid": format!("KeptAccess{stem}{nth}"), "Effect": "Allow", "Principal": { "AWS": user.principal },
            "Action": actions, "Resource": "*", "Condition": { "StringEquals": { "kms:ViaService": service } },
        })
    });
    statements.collect()
}

/// The statements of a document that carry one of these ids.
pub(super) fn found(document: &str, sids: &[String]) -> Result<Vec<Value>, PolicyError> {
    let (_, statements) = parse(document)?;
    Ok(statements
        .into_iter()
        .filter(|statement| is_one_of(statement, sids))
        .collect())
}

/// The document with statements added.
pub(super) fn with(document: &str, added: &[Value]) -> Result<String, PolicyError> {
    let (mut policy, mut statements) = parse(document)?;
    statements.extend_from_slice(added);
    policy["Statement"] = Value::Array(statements);
    let text = policy.to_string();
    if text.len() > MOST_BYTES {
        Err(PolicyError::TooLarge(text.len()))
    } else {
        Ok(text)
    }
}

/// The document without the statements of these ids. Where what remains means the same as the original, it *is* the original, byte
/// for byte; where somebody else has changed the document meanwhile, their change stays.
pub(super) fn without(document: &str, sids: &[String], original: &str) -> Result<String, PolicyError> {
    let (mut policy, mut statements) = parse(document)?;
    statements.retain(|statement| !is_one_of(statement, sids));
    policy["Statement"] = Value::Array(statements);
    if let Ok((mut before, statements)) = parse(original) {
        before["Statement"] = Value::Array(statements);
        if before == policy {
            return Ok(original.to_owned());
        }
    }
    Ok(policy.to_string())
}

/// Principals that no longer exist are shown by their unique id; KMS refuses a document that names one, whatever else changes in it.
pub(super) fn names_deleted_principal(policy: &Value) -> bool {
    match policy {
        Value::String(text) => ["AROA", "AIDA"].iter().any(|prefix| text.starts_with(prefix)),
        Value::Array(items) => items.iter().any(names_deleted_principal),
        Value::Object(members) => members.values().any(names_deleted_principal),
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn is_one_of(statement: &Value, sids: &[String]) -> bool {
    statement["Sid"]
        .as_str()
        .is_some_and(|sid| sids.iter().any(|ours| ours == sid))
}

/// The document, and its statements as a list: AWS takes a single one without brackets, too.
fn parse(document: &str) -> Result<(Value, Vec<Value>), PolicyError> {
    let policy: Value = serde_json::from_str(document).map_err(|error| PolicyError::Malformed(error.to_string()))?;
    let statements = match &policy["Statement"] {
        Value::Array(statements) => statements.clone(),
        single @ Value::Object(_) => vec![single.clone()],
        _ => return Err(PolicyError::Malformed("it has no statements".into())),
    };
    Ok((policy, statements))
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRETTY: &str = "{\n  \"Version\" : \"2012-10-17\",\n  \"Id\" : \"key-default-1\",\n  \"Statement\" : [ {\n    \"Sid\" : \"Root\",\n    \"Effect\" : \"Allow\",\n    \"Principal\" : { \"AWS\" : \"arn:aws:iam::111111111111:root\" },\n    \"Action\" : \"kms:*\",\n    \"Resource\" : \"*\"\n  } ]\n}";
    const SINGLE: &str = r#"{"Statement": {"Effect":"Allow","Principal":{"AWS":"arn:aws:iam::111111111111:root"},"Action":"kms:*","Resource":"*"},  "Version":"2012-10-17"}"#;

    fn ours() -> Vec<String> {
        sids("abcdefghijkl", "0123456789abcdef0123456789abcdef")
    }

    fn opened(document: &str) -> String {
        with(document, &statements("222222222222", &ours())).expect("a policy")
    }

    #[test]
    fn what_was_added_is_taken_away_byte_for_byte() {
        for original in [PRETTY, SINGLE] {
            let open = opened(original);
            assert_eq!(found(&open, &ours()).expect("a policy").len(), 2);
            assert_eq!(without(&open, &ours(), original).expect("a policy"), original);
            assert!(found(original, &ours()).expect("a policy").is_empty());
        }
    }

    #[test]
    fn a_change_that_others_made_meanwhile_stays() {
        let theirs =
            json!({"Sid": "Theirs", "Effect": "Allow", "Principal": "*", "Action": "kms:Sign", "Resource": "*"});
        let changed = with(&opened(PRETTY), std::slice::from_ref(&theirs)).expect("a policy");
        let closed: Value = serde_json::from_str(&without(&changed, &ours(), PRETTY).expect("a policy")).expect("JSON");
        let mut wanted: Value = serde_json::from_str(PRETTY).expect("JSON");
        wanted["Statement"].as_array_mut().expect("a list").push(theirs);
        assert_eq!(closed, wanted);
    }

    #[test]
    fn only_the_grants_are_held_to_aws_services() {
        let [usage, grants] = statements("222222222222", &ours()).try_into().expect("two");
        assert!(
            usage.get("Condition").is_none(),
            "the condition key does not exist for Decrypt: it would never match"
        );
        assert_eq!(grants["Condition"]["Bool"]["kms:GrantIsForAWSResource"], "true");
        assert!(
            grants["Action"]
                .as_array()
                .expect("a list")
                .contains(&json!("kms:CreateGrant"))
        );
        assert_eq!(usage["Principal"]["AWS"], "arn:aws:iam::222222222222:root");
    }

    #[test]
    fn a_policy_that_would_grow_beyond_kms_limit_is_refused() {
        let padding = "x".repeat(MOST_BYTES - 300);
        let large = json!({"Version": "2012-10-17", "Id": padding, "Statement": []}).to_string();
        assert!(large.len() < MOST_BYTES);
        assert!(matches!(
            with(&large, &statements("222222222222", &ours())),
            Err(PolicyError::TooLarge(_))
        ));
    }

    #[test]
    fn a_deleted_principal_is_seen_wherever_it_stands() {
        let gone = json!({"Statement": [{"Principal": {"AWS": ["AROAEXAMPLEID"]}}]});
        assert!(names_deleted_principal(&gone));
        assert!(!names_deleted_principal(&serde_json::from_str(PRETTY).expect("JSON")));
    }
}
