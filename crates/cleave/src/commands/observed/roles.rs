//! The roles that the runbook names: that they are there, and whom they let in. Other roles stay as the inventory had them.

use std::collections::BTreeMap;

use aws::Account;
use model::Failure;
use model::inventory::{AccountInventory, Role};
use moves::runbook::AccountSection;

use super::Seen;

/// Looks at those of one account.
pub(in crate::commands) async fn look(
    seen: &mut Seen,
    account: &Account,
    section: &AccountSection,
) -> Result<(), Failure> {
    let named = [&section.role, &section.batch_role, &section.replication_role];
    let mut roles = BTreeMap::new();
    for name in named.into_iter().flatten() {
        let told = moves::role::observe(account, name).await;
        if let Some(role) = seen.take(&format!("the role {name}"), told)? {
            roles.insert(name.clone(), role);
        }
    }
    seen.roles = roles;
    Ok(())
}

/// What was seen in place of what was known of the same roles; one that is not there is gone.
pub(super) fn take_over(seen: BTreeMap<String, Option<Role>>, known: &mut AccountInventory) {
    for (name, role) in seen {
        match role {
            Some(role) => known.roles.insert(name, role),
            None => known.roles.remove(&name),
        };
    }
}
