//! The landing zone of the target, the source's IAM, and the organization: what a security team would ask before anything moves in. Everything is read, and
//! what may not be read is *not checked*, never a failure: in an account of a reseller, or of a member of an organization, much is not one's own to see.
//!
//! Each file asks for one thing and judges the answer in functions of their own, which know no account.

mod assume;
mod credentials;
mod explained;
mod organization;
mod root;
pub mod spec;
mod standards;
mod trail;
mod watch;

use aws::Account;
use futures::future::join_all;
use model::{Failure, Region};

use crate::Runbook;
use crate::check::{Finding, Outcome};
pub use explained::EXPLAINED;

/// Looks at everything of the landing zone, the source's IAM and the organization, reading only. It does not fail: what could not be asked is told as such.
pub async fn look(source: &Account, target: &Account, runbook: &Runbook) -> Vec<Finding> {
    let spec = &runbook.check;
    let weight = spec.weight();
    let regions: Vec<&Region> = match spec.regions.as_slice() {
        [] => vec![&runbook.region],
        several => several.iter().collect(),
    };
    let watched = join_all(regions.iter().map(|region| watch::look(target, region, spec)));
    let (zone, watched, root, iam, belongs, standards) = futures::join!(
        trail::look(source, target, runbook),
        watched,
        root::look(target, weight),
        async {
            let mut found = root::look(source, Outcome::Warns).await;
            found.extend(credentials::look(source, target, spec).await);
            found.extend(assume::look(source).await);
            found
        },
        organization::look(source, target, spec),
        standards::look(target, runbook),
    );
    let mut findings = zone;
    findings.extend(watched.into_iter().flatten());
    findings.extend([root, belongs, standards, iam].into_iter().flatten());
    findings
}

/// What is said where the accounts could not be looked at. The organization's checklist is for who asks for it.
pub fn unseen(runbook: &Runbook, why: &str) -> Vec<Finding> {
    let target = format!("account {}", runbook.target.account);
    let of_organization = |id: &str| id.starts_with("organization-");
    let looked = EXPLAINED.iter().filter(|check| !of_organization(check.id));
    looked
        .map(|check| Finding::new(check.id, Outcome::NotChecked, &target, why))
        .collect()
}

/// What could not be asked, and why.
fn not_seen(id: &'static str, of: impl Into<String>, failure: &Failure) -> Finding {
    let what = match failure.lacks() {
        Some(lacking) => format!("account {} may not ask {lacking} ({})", failure.account, failure.code),
        None => failure.to_string(),
    };
    let finding = Finding::new(id, Outcome::NotChecked, of, what);
    match failure.lacks() {
        Some(_) => finding.todo(super::accounts::READS),
        None => finding,
    }
}

/// `account 222222222222`
fn named(account: &Account) -> String {
    format!("account {}", account.id)
}

#[cfg(test)]
mod tests {
    use super::*;
    use model::FailureClass;

    #[test]
    fn what_may_not_be_asked_is_told_with_the_permission_and_anything_else_in_its_own_words() {
        let mut failure = Failure::ours("x", FailureClass::Denied, "AccessDeniedException", "no");
        failure.account = "222222222222".to_owned();
        failure.service = "organizations".to_owned();
        failure.operation = "ListParents".to_owned();
        let found = not_seen("target-ou", "account 222222222222", &failure);
        assert_eq!(found.outcome, Outcome::NotChecked);
        assert_eq!(
            found.what,
            "account 222222222222 may not ask organizations:ListParents (AccessDeniedException)"
        );
        failure.class = FailureClass::NoAnswer;
        let found = not_seen("target-ou", "account 222222222222", &failure);
        assert!(found.what.contains("AccessDeniedException: no"), "{}", found.what);
    }
}
