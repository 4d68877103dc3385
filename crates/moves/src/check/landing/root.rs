//! How an account's root is guarded.

use std::collections::BTreeMap;

use aws::Account;

use super::{named, not_seen};
use crate::check::{Finding, Outcome};

const MFA: &str = "root-mfa";
const KEYS: &str = "root-keys";

pub(super) async fn look(account: &Account, weight: Outcome) -> Vec<Finding> {
    let of = named(account);
    match account.iam.summary().await {
        Ok(summary) => judge(&of, &summary, weight),
        Err(failure) => vec![not_seen(MFA, &of, &failure), not_seen(KEYS, &of, &failure)],
    }
}

fn judge(of: &str, summary: &BTreeMap<String, i32>, weight: Outcome) -> Vec<Finding> {
    let told = |name: &str| summary.get(name).copied();
    let keys = told("AccountAccessKeysPresent").unwrap_or_default();
    // An organization's new accounts have none by default.
    let bare = told("AccountPasswordPresent") == Some(0) && keys == 0;
    let mfa = match told("AccountMFAEnabled") {
        Some(0) if bare => Finding::new(MFA, Outcome::Passes, of, "root has neither password nor keys"),
        Some(0) => Finding::new(MFA, weight, of, "root has no second factor").todo(
            "Log in as root and register one (IAM, Security credentials), or have the organization delete root's credentials. Root of a \
             reseller's account is the reseller's: ask them.",
        ),
        Some(_) => Finding::new(MFA, Outcome::Passes, of, "root has a second factor"),
        None => Finding::new(MFA, Outcome::NotChecked, of, "IAM's summary does not tell of it"),
    };
    let keys = match keys {
        0 => Finding::new(KEYS, Outcome::Passes, of, "root has no access keys"),
        _ => Finding::new(KEYS, weight, of, "root has access keys, which no policy can narrow").todo(
            "See in the credential report when they were last used, deactivate them, delete them some weeks later.",
        ),
    };
    vec![mfa, keys]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn root_needs_a_second_factor_unless_it_has_nothing_to_log_in_with_and_never_keys() {
        let judged = |mfa: i32, keys: i32, password: Option<i32>| {
            let mut summary = BTreeMap::from([
                ("AccountMFAEnabled".to_owned(), mfa),
                ("AccountAccessKeysPresent".to_owned(), keys),
            ]);
            summary.extend(password.map(|present| ("AccountPasswordPresent".to_owned(), present)));
            let found = judge("account 2", &summary, Outcome::Blocks);
            (found[0].outcome, found[1].outcome)
        };
        use Outcome::{Blocks, Passes};
        assert_eq!(judged(1, 0, Some(1)), (Passes, Passes));
        assert_eq!(judged(0, 0, Some(1)), (Blocks, Passes));
        assert_eq!(judged(0, 0, Some(0)), (Passes, Passes));
        assert_eq!(
            judged(0, 0, None),
            (Blocks, Passes),
            "older answers do not tell of passwords"
        );
        assert_eq!(judged(0, 2, Some(0)), (Blocks, Blocks));
        let silent = judge("account 2", &BTreeMap::new(), Blocks);
        assert_eq!(silent[0].outcome, Outcome::NotChecked);
    }
}
