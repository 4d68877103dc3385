//! A role of an account, as an inventory has it.

use aws::Account;
use model::Failure;
use model::inventory::Role;
use serde_json::Value;

use crate::delivery::trust::is_like;
use crate::policy_document::{each, texts};

/// How long a session is at most where a role says nothing else, in seconds.
const USUAL_SESSION: u32 = 3600;

/// A role, and whom its trust policy lets in; none: there is no such role. Of conditions only the external id is told.
pub async fn observe(account: &Account, name: &str) -> Result<Option<Role>, Failure> {
    let Some(seen) = account.iam.role(name).await? else {
        return Ok(None);
    };
    let policy: Value = serde_json::from_str(&seen.trust_policy).unwrap_or_default();
    Ok(Some(Role {
        max_session_seconds: seen.longest_session.filter(|longest| *longest != USUAL_SESSION),
        ..admitted(&policy)
    }))
}

/// Whom a trust policy lets take a role on.
fn admitted(policy: &Value) -> Role {
    let mut role = Role::default();
    for statement in each(&policy["Statement"]) {
        let assumed = texts(&statement["Action"]).any(|action| is_like(action, "sts:AssumeRole"));
        if statement["Effect"] != "Allow" || !assumed {
            continue;
        }
        let principal = &statement["Principal"];
        for named in [principal, &principal["AWS"], &principal["Service"]] {
            role.trusts.extend(texts(named).map(str::to_owned));
        }
        let asked = statement["Condition"]["StringEquals"]["sts:ExternalId"].as_str();
        role.external_id = role.external_id.or(asked.map(str::to_owned));
    }
    role.trusts.sort();
    role.trusts.dedup();
    role
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_is_let_in_is_read_from_a_trust_policy_in_each_of_its_forms() {
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": ["333333333333", "arn:aws:iam::444444444444:root"] },
              "Condition": { "StringEquals": { "sts:ExternalId": "x" } } },
            { "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": { "Service": "batchoperations.s3.amazonaws.com" } },
            { "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": { "Federated": "f", "AWS": "no" } },
            { "Effect": "Deny", "Action": "sts:AssumeRole", "Principal": { "AWS": "555555555555" } },
        ] });
        let role = admitted(&policy);
        let trusts = [
            "333333333333",
            "arn:aws:iam::444444444444:root",
            "batchoperations.s3.amazonaws.com",
        ];
        assert_eq!(
            (role.trusts, role.external_id.as_deref()),
            (trusts.map(str::to_owned).to_vec(), Some("x"))
        );
        let one = json!({ "Statement": { "Effect": "Allow", "Action": "sts:Assume*", "Principal": "*" } });
        assert_eq!(admitted(&one).trusts, ["*"]);
    }
}
