//! Who in the source may take on any role anywhere: a policy with `sts:AssumeRole` on `*` reaches every account whose role trusts this one, the new one too.
//! And who is in as many groups as IAM admits.

use aws::Account;
use aws::iam_account::{PolicySeen, Written};
use serde_json::Value;

use super::{named, not_seen};
use crate::check::{Finding, Outcome};
use crate::delivery::admitted::Pattern;
use crate::policy_document::{each, texts};

const ANY: &str = "source-assume-any-role";
const GROUPS: &str = "source-user-groups";
/// A role that nobody has named.
const SOME_ROLE: &str = "arn:aws:iam::000000000000:role/of-nobody";
/// In how many groups a user may be (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
const GROUPS_ADMITTED: usize = 10;

pub(super) async fn look(source: &Account) -> Vec<Finding> {
    let of = named(source);
    match source.iam.written().await {
        Ok(written) => judge(&of, &written),
        Err(failure) => vec![not_seen(ANY, &of, &failure), not_seen(GROUPS, &of, &failure)],
    }
}

fn judge(of: &str, written: &Written) -> Vec<Finding> {
    let granting = written
        .policies
        .iter()
        .filter(|policy| policy.in_use && grants_any(policy));
    let mut findings: Vec<Finding> = granting
        .map(|policy| {
            let what = format!("{} lets it take on any role of any account that trusts this one", policy.name);
            Finding::new(ANY, Outcome::Warns, &policy.of, what)
                .todo("Name the roles (arn:aws:iam::ACCOUNT:role/NAME) in place of *, before roles of the new account trust this one.")
        })
        .collect();
    if findings.is_empty() {
        let what = format!("none of {} policies grants sts:AssumeRole on *", written.policies.len());
        findings.push(Finding::new(ANY, Outcome::Passes, of, what));
    }
    let full = written
        .groups_of
        .iter()
        .filter(|(_, groups)| groups.len() >= GROUPS_ADMITTED);
    let full: Vec<Finding> = full
        .map(|(user, groups)| {
            let what = format!("is in {} groups; IAM admits no more than {GROUPS_ADMITTED}", groups.len());
            Finding::new(GROUPS, Outcome::Warns, format!("user {user}"), what)
                .todo("Put what the groups grant together, or let people come by roles, before another group is needed for the new account.")
        })
        .collect();
    if full.is_empty() {
        let what = format!("no user is in {GROUPS_ADMITTED} groups");
        findings.push(Finding::new(GROUPS, Outcome::Passes, of, what));
    }
    findings.extend(full);
    findings
}

/// Whether a policy lets somebody take on a role that nobody has named.
fn grants_any(policy: &PolicySeen) -> bool {
    let Ok(document) = serde_json::from_str::<Value>(&policy.document) else {
        return false;
    };
    each(&document["Statement"]).any(|statement| {
        statement["Effect"] == "Allow"
            && named_by(statement, "Action", "sts:AssumeRole", true)
            && named_by(statement, "Resource", SOME_ROLE, false)
            && !narrowed(&statement["Condition"])
    })
}

/// Whether a statement's element, or its negation, holds of a value. Actions are read in any case, resources as they are.
fn named_by(statement: &Value, element: &str, value: &str, any_case: bool) -> bool {
    let fits = |text: &str| Pattern::new(text, true, any_case).is_some_and(|pattern| pattern.fits(value));
    let value_of = |name: &str| &statement[name];
    let without = format!("Not{element}");
    texts(value_of(element)).any(fits) || (!value_of(&without).is_null() && !texts(value_of(&without)).any(fits))
}

/// Whether a condition asks whose or which role it is.
fn narrowed(condition: &Value) -> bool {
    let asks = [
        "aws:resourceaccount",
        "aws:resourceorgid",
        "aws:resourceorgpaths",
        "aws:resourcetag/",
        "iam:resourcetag/",
    ];
    let operators = condition.as_object().into_iter().flat_map(|all| all.values());
    let keys = operators.filter_map(Value::as_object).flat_map(|keys| keys.keys());
    keys.map(|key| key.to_ascii_lowercase())
        .any(|key| asks.iter().any(|asked| key.starts_with(asked)))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use serde_json::json;

    use super::*;

    fn seen(document: Value, in_use: bool) -> PolicySeen {
        PolicySeen {
            of: "group ops".to_owned(),
            name: "jump".to_owned(),
            document: document.to_string(),
            in_use,
        }
    }

    fn grants(statement: Value) -> bool {
        grants_any(&seen(json!({ "Version": "2012-10-17", "Statement": statement }), true))
    }

    #[test]
    fn any_role_is_any_role_however_it_is_written() {
        let allow =
            |action: Value, resource: Value| json!({ "Effect": "Allow", "Action": action, "Resource": resource });
        for (grants_it, statement) in [
            (true, allow(json!("sts:AssumeRole"), json!("*"))),
            (
                true,
                allow(json!(["s3:GetObject", "STS:assume*"]), json!(["arn:aws:iam::*:role/*"])),
            ),
            (true, json!([allow(json!("*"), json!("*"))])),
            (
                true,
                json!({ "Effect": "Allow", "NotAction": "iam:*", "Resource": "*" }),
            ),
            (
                true,
                json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "NotResource": "arn:aws:iam::222222222222:role/*" }),
            ),
            (
                false,
                allow(json!("sts:AssumeRole"), json!("arn:aws:iam::222222222222:role/deploy")),
            ),
            (
                false,
                allow(json!("sts:AssumeRole"), json!("arn:aws:iam::222222222222:role/*")),
            ),
            (false, allow(json!("sts:GetCallerIdentity"), json!("*"))),
            (
                false,
                json!({ "Effect": "Deny", "Action": "sts:AssumeRole", "Resource": "*" }),
            ),
            (
                false,
                json!({ "Effect": "Allow", "NotAction": "sts:*", "Resource": "*" }),
            ),
        ] {
            assert_eq!(grants(statement.clone()), grants_it, "{statement}");
        }
    }

    #[test]
    fn a_condition_counts_only_where_it_asks_whose_role_it_is() {
        let with = |key: &str| {
            grants(
                json!({ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*", "Condition": { "StringEquals": { key: "x" } } }),
            )
        };
        assert!(!with("aws:ResourceOrgID"));
        assert!(!with("aws:ResourceTag/team"));
        assert!(with("aws:SourceIp"));
    }

    #[test]
    fn what_nobody_has_grants_nothing_and_ten_groups_are_full() {
        let any = json!({ "Statement": { "Effect": "Allow", "Action": "*", "Resource": "*" } });
        let groups = |count: usize| (0..count).map(|n| format!("g{n}")).collect();
        let judged = |in_use, count| {
            let written = Written {
                policies: vec![seen(any.clone(), in_use)],
                groups_of: BTreeMap::from([("anna".to_owned(), groups(count))]),
            };
            let found = judge("account 1", &written);
            found
                .iter()
                .map(|one| (one.id, one.outcome, one.of.clone()))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            judged(true, 9),
            [
                (ANY, Outcome::Warns, "group ops".to_owned()),
                (GROUPS, Outcome::Passes, "account 1".to_owned())
            ]
        );
        assert_eq!(
            judged(false, 10),
            [
                (ANY, Outcome::Passes, "account 1".to_owned()),
                (GROUPS, Outcome::Warns, "user anna".to_owned())
            ]
        );
    }
}
