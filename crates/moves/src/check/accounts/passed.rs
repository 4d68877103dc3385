//! The roles that the run passes on to a service: whether they are there, whether that service may take them on, and what they may do.

use aws::iam::RoleSeen;
use model::{AccountId, Plan, Side};
use serde_json::Value;

use super::{Entered, Finding, Outcome, called, known, not_checked, roles};
use crate::delivery::trust::is_like;
use crate::policy_document::{each, texts};
use crate::roles::{Purpose, Role, taken_on_by_services};

/// How what such a role needs is printed.
const PRINT: &str = "cleave roles RUNBOOK --for batch";

/// Looks at those of one account.
pub(super) async fn look(plan: &Plan, entered: &Entered, findings: &mut Vec<Finding>) {
    for role in taken_on_by_services(plan) {
        let side = match role.purpose {
            Purpose::Run(side) | Purpose::Replication(side) | Purpose::Discover(side) => side,
            Purpose::Batch => Side::Target,
        };
        if side == entered.account.side {
            one(entered, &role, findings).await;
        }
    }
}

async fn one(entered: &Entered, role: &Role, findings: &mut Vec<Finding>) {
    let of = format!("role {} of {}", role.name, called(&entered.account));
    let seen = match entered.account.iam.role(&role.name).await {
        Ok(Some(seen)) => seen,
        Ok(None) => {
            let what = format!(
                "there is no such role, and {} is to take it on",
                role.services.join(", ")
            );
            findings.push(Finding::by(&known::ROLE_TRUST, Outcome::Blocks, &of, what));
            return;
        }
        Err(failure) => {
            findings.extend(not_checked(&known::ROLE_TRUST, &of, &failure));
            findings.extend(not_checked(&known::ROLE_PERMISSIONS, &of, &failure));
            return;
        }
    };
    findings.extend(trusting(&of, role, &seen));
    let iam = &entered.account.iam;
    findings.extend(roles::simulated(iam, &of, &seen.arn, &role.statements, PRINT).await);
}

fn trusting(of: &str, role: &Role, seen: &RoleSeen) -> Vec<Finding> {
    let found = |service: &&str| {
        let (outcome, what) = match trusted(&seen.trust_policy, service, &role.account) {
            Trusted::Yes => (Outcome::Passes, format!("{service} may take it on")),
            Trusted::No => (Outcome::Blocks, format!("its trust policy does not admit {service}")),
            Trusted::Denied => (Outcome::Blocks, format!("its trust policy denies {service}")),
            Trusted::ByCondition(keys) => {
                let what = format!("whether {service} may take it on hangs on {}", keys.join(", "));
                (Outcome::NotChecked, what)
            }
        };
        Finding::by(&known::ROLE_TRUST, outcome, of, what)
    };
    role.services.iter().map(found).collect()
}

/// Whether a service may take a role on.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Trusted {
    Yes,
    No,
    Denied,
    /// By keys that only the service's call would tell.
    ByCondition(Vec<String>),
}

fn trusted(policy: &str, service: &str, account: &AccountId) -> Trusted {
    let document: Value = serde_json::from_str(policy).unwrap_or_default();
    let (mut admitted, mut open) = (false, Vec::new());
    for statement in each(&document["Statement"]) {
        let assumes = texts(&statement["Action"]).any(|action| is_like(action, "sts:AssumeRole"));
        let names = texts(&statement["Principal"]["Service"]).any(|named| named == service);
        if !assumes || !names {
            continue;
        }
        match (statement["Effect"].as_str(), holds(&statement["Condition"], account)) {
            (Some("Deny"), Ok(true)) => return Trusted::Denied,
            (Some("Allow"), Ok(true)) => admitted = true,
            (_, Ok(_)) => {}
            (Some("Deny"), Err(keys)) => return Trusted::ByCondition(keys),
            (_, Err(keys)) => open.extend(keys),
        }
    }
    match (admitted, open.is_empty()) {
        (true, _) => Trusted::Yes,
        (false, true) => Trusted::No,
        (false, false) => Trusted::ByCondition(open),
    }
}

/// Whether the conditions hold of a service that acts for the role's own account, as AWS asks people to write (`aws:SourceAccount`); else the keys that nobody
/// knows here.
fn holds(condition: &Value, account: &AccountId) -> Result<bool, Vec<String>> {
    let operators = condition.as_object().into_iter().flatten();
    let each = operators.flat_map(|(operator, keys)| {
        let keys = keys.as_object().into_iter().flatten();
        keys.map(move |(key, values)| (operator.as_str(), key, values))
    });
    let (mut all, mut unknown) = (true, Vec::new());
    for (operator, key, values) in each {
        let of_account = key.eq_ignore_ascii_case("aws:SourceAccount");
        match operator.trim_end_matches("IfExists") {
            "StringEquals" if of_account => all &= texts(values).any(|one| one == account.as_str()),
            "StringLike" if of_account => all &= texts(values).any(|one| is_like(one, account.as_str())),
            _ => unknown.push(key.clone()),
        }
    }
    match (all, unknown.is_empty()) {
        (false, _) => Ok(false),
        (true, true) => Ok(true),
        (true, false) => Err(unknown),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    const BATCH: &str = "batchoperations.s3.amazonaws.com";

    fn judged(statements: Value) -> Trusted {
        let account = AccountId::new("222222222222").expect("an account");
        let policy = json!({ "Version": "2012-10-17", "Statement": statements });
        trusted(&policy.to_string(), BATCH, &account)
    }

    fn statement(effect: &str, service: Value, condition: Value) -> Value {
        json!({ "Effect": effect, "Action": "sts:AssumeRole", "Principal": { "Service": service }, "Condition": condition })
    }

    #[test]
    fn a_service_takes_a_role_on_where_a_statement_names_it_and_its_conditions_hold_of_the_account() {
        let source = |account: &str| json!({ "StringEquals": { "aws:SourceAccount": account } });
        let by_arn = json!({ "ArnLike": { "aws:SourceArn": "arn:aws:s3:*:222222222222:job/*" } });
        let open = || Trusted::ByCondition(vec!["aws:SourceArn".to_owned()]);
        for (statements, wanted) in [
            (json!([statement("Allow", json!(BATCH), json!({}))]), Trusted::Yes),
            (
                json!(statement(
                    "Allow",
                    json!(["s3.amazonaws.com", BATCH]),
                    source("222222222222")
                )),
                Trusted::Yes,
            ),
            (
                json!([statement("Allow", json!("s3.amazonaws.com"), json!({}))]),
                Trusted::No,
            ),
            (
                json!([statement("Allow", json!(BATCH), source("111111111111"))]),
                Trusted::No,
            ),
            (json!([statement("Allow", json!(BATCH), by_arn.clone())]), open()),
            (
                json!([
                    statement("Allow", json!(BATCH), json!({})),
                    statement("Deny", json!(BATCH), json!({}))
                ]),
                Trusted::Denied,
            ),
            (
                json!([
                    statement("Allow", json!(BATCH), json!({})),
                    statement("Deny", json!(BATCH), by_arn)
                ]),
                open(),
            ),
            (
                json!([{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": "222222222222" } }]),
                Trusted::No,
            ),
        ] {
            assert_eq!(judged(statements.clone()), wanted, "{statements}");
        }
        assert_eq!(
            trusted("no JSON", BATCH, &AccountId::new("222222222222").expect("an account")),
            Trusted::No
        );
    }
}
