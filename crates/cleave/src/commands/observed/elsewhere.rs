//! What lies in other enabled regions than the runbook's, counted by what its tags tell: one runbook moves one region, and nobody should take an account for empty whose
//! product lies in us-east-1. A region that cannot be looked at, because a policy of the organization denies it or it does not answer, keeps nobody from the others.

use std::collections::{BTreeMap, BTreeSet};

use aws::Account;
use futures::StreamExt as _;
use model::inventory::{AccountInventory, Elsewhere};
use model::{Failure, Region};

use crate::screen::looking::Looking;

/// How many regions are asked at once.
const AT_ONCE: usize = 6;

/// What was seen.
#[derive(Default)]
pub(in crate::commands) struct Regions {
    /// By region, those in which there is nothing among them.
    pub(in crate::commands) seen: BTreeMap<Region, Elsewhere>,
    /// Those that could not be looked at, by why; or, with none, why nobody could be asked which there are.
    pub(in crate::commands) shut: BTreeMap<String, Vec<Region>>,
}

/// Looks, some regions at a time.
pub(in crate::commands) async fn look(account: &Account) -> Regions {
    let looking = Looking::at_account(&account.id);
    looking.seen("enabled regions");
    let mut regions = Regions::default();
    let mut enabled = match account.ec2.enabled_regions().await {
        Ok(enabled) => enabled,
        Err(failure) => {
            regions.shut.insert(why(&failure), Vec::new());
            return regions;
        }
    };
    enabled.remove(&account.region);
    let ask = |region: Region| async move {
        let answer = account.tagging.elsewhere(&region).await;
        (region, answer)
    };
    let mut answers = futures::stream::iter(enabled).map(ask).buffer_unordered(AT_ONCE);
    while let Some((region, answer)) = answers.next().await {
        looking.seen(format!("region {region}"));
        match answer {
            Ok(elsewhere) => {
                regions.seen.insert(region, elsewhere);
            }
            Err(failure) => regions.shut.entry(why(&failure)).or_default().push(region),
        }
    }
    for shut in regions.shut.values_mut() {
        shut.sort();
    }
    regions
}

fn why(failure: &Failure) -> String {
    match failure.lacks() {
        Some(permission) => format!(
            "the role lacks {permission}, or a policy of the organization denies it ({})",
            failure.code
        ),
        None => format!("{}:{} fails ({})", failure.service, failure.operation, failure.code),
    }
}

impl Regions {
    /// What was seen in place of what was known; what could not be looked at stays, and a region that is not enabled any more goes.
    pub(in crate::commands) fn take_over(self, known: &mut AccountInventory) {
        let nobody_told = self.shut.values().any(Vec::is_empty);
        let shut: BTreeSet<&Region> = self.shut.values().flatten().collect();
        known.elsewhere.retain(|region, _| nobody_told || shut.contains(region));
        known.elsewhere.extend(self.seen);
    }
}

#[cfg(test)]
#[path = "elsewhere_tests.rs"]
pub(super) mod tests;
