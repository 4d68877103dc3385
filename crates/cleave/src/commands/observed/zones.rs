//! What an account has in Route 53. It is not regional, and read of the account of parent zones, too. A zone that may not be looked at stays as
//! the inventory had it.

use std::collections::{BTreeMap, BTreeSet};

use aws::Account;
use model::Failure;
use model::inventory::{AccountInventory, CidrCollection, HealthCheck, Zone};

use super::Seen;

/// What was seen in Route 53.
#[derive(Default)]
pub(super) struct Zones {
    pub(super) seen: Vec<Zone>,
    /// The ids of those that may not be looked at.
    pub(super) shut: BTreeSet<String>,
    /// The CIDR collections, and the health checks, where they could be looked at.
    pub(super) collections: Option<Vec<CidrCollection>>,
    pub(super) checks: Option<Vec<HealthCheck>>,
}

/// Looks. What a zone is delegated by lies in another, whatever that is called: names and tags narrow nothing here.
pub(super) async fn look(seen: &mut Seen, account: &Account) -> Result<(), Failure> {
    let Some(listed) = seen.take("hosted zones", account.route53.zones().await)? else {
        return Ok(());
    };
    let mut zones = Zones::default();
    let count = listed.len();
    for (nth, listed) in listed.into_iter().enumerate() {
        seen.looking.seen(format!("{nth} of {count} zones"));
        match one(account, &listed.id).await {
            Ok(zone) => zones.seen.extend(zone),
            Err(failure) => {
                let Some(permission) = failure.lacks() else {
                    return Err(failure);
                };
                seen.unread.push(format!(
                    "zone {} ({}) cannot be looked at and stays as the inventory had it: the role lacks {permission}",
                    listed.name, listed.id
                ));
                zones.shut.insert(listed.id);
            }
        }
    }
    zones.collections = seen.take("CIDR collections", account.route53.observed_collections().await)?;
    zones.checks = seen.take("health checks", account.route53.observed_health_checks().await)?;
    seen.zones = Some(zones);
    Ok(())
}

async fn one(account: &Account, id: &str) -> Result<Option<Zone>, Failure> {
    let tags = match account.route53.zone_tags(id).await {
        Err(failure) if failure.code == "NoSuchHostedZone" => return Ok(None),
        tags => tags?,
    };
    account.route53.observed_zone(id, tags).await
}

impl Zones {
    /// What was seen in place of what was known.
    pub(super) fn take_over(self, known: &mut AccountInventory) {
        let before: BTreeMap<String, Zone> = known.zones.drain(..).map(|zone| (zone.id.clone(), zone)).collect();
        known.zones = self.seen;
        known
            .zones
            .extend(before.into_values().filter(|zone| self.shut.contains(&zone.id)));
        known
            .zones
            .sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        if let Some(collections) = self.collections {
            known.cidr_collections = collections;
        }
        if let Some(checks) = self.checks {
            let unhealthy = known.health_checks.drain(..).filter(|check| check.unhealthy);
            let unhealthy: BTreeSet<String> = unhealthy.map(|check| check.id).collect();
            known.health_checks = checks;
            for check in &mut known.health_checks {
                // Only simcloud reads it, and people write it.
                check.unhealthy = unhealthy.contains(&check.id);
            }
        }
    }
}
