//! What other people do to the accounts while a run is under way, at [`FaultLevel::Hostile`] only:
//! a key is disabled, access to a role is revoked. A run cannot get through these by itself; it must stop safe.
//!
//! A stranger who takes a bucket's name and a copy that fails for good are with S3, RDS and EC2.

use jiff::Timestamp;
use model::inventory::KeyManager;

use crate::cloud::Cloud;
use crate::faults::FaultLevel;
use crate::services::{kms, sts};

/// Something that will be done to the accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Blow {
    at: Timestamp,
    kind: Kind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    DisableKey,
    RevokeAccess,
}

/// Does what is due by now.
pub(crate) fn advance(cloud: &mut Cloud) {
    if cloud.faults.level() != FaultLevel::Hostile {
        return;
    }
    let blows = match cloud.faults.blows.take() {
        Some(blows) => blows,
        None => planned(cloud),
    };
    let (due, later): (Vec<Blow>, Vec<Blow>) = blows.into_iter().partition(|blow| blow.at <= cloud.now);
    cloud.faults.blows = Some(later);
    for blow in due {
        strike(cloud, blow.kind);
    }
}

/// Which blows this seed brings, within the first six hours: the time in which a run is in the middle of things.
fn planned(cloud: &mut Cloud) -> Vec<Blow> {
    let mut blows = Vec::new();
    for kind in [Kind::DisableKey, Kind::RevokeAccess] {
        let stream = cloud.faults.stream("hostility");
        let (comes, seconds) = (stream.u32(0..100) < 30, stream.i64(60..21_600));
        let what = match kind {
            Kind::DisableKey => "somebody disables a key",
            Kind::RevokeAccess => "somebody revokes access",
        };
        if cloud.faults.comes(what, comes) {
            blows.push(Blow {
                at: cloud.later(seconds),
                kind,
            });
        }
    }
    blows
}

fn strike(cloud: &mut Cloud, kind: Kind) {
    match kind {
        Kind::DisableKey => {
            let usable = kms::keys(cloud)
                .iter()
                .filter(|(_, key)| key.manager == KeyManager::Customer && key.enabled);
            let arns: Vec<String> = usable.map(|(arn, _)| arn.clone()).collect();
            if !arns.is_empty() {
                let chosen = cloud.faults.stream("hostility").usize(0..arns.len());
                kms::disable(cloud, &arns[chosen]);
            }
        }
        Kind::RevokeAccess => {
            let roles = sts::roles_of_people(cloud);
            if !roles.is_empty() {
                let chosen = cloud.faults.stream("hostility").usize(0..roles.len());
                sts::distrust(cloud, &roles[chosen]);
                sts::expire_sessions(cloud);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::SignedDuration;
    use model::inventory::Inventory;
    use serde_json::json;

    use super::*;

    fn night(seed: u64, level: FaultLevel) -> (bool, bool) {
        let inventory = json!({"format": 1, "observed_at": "2026-11-22T22:00:00Z", "accounts": {
            "111111111111": {"roles": {"cleave-source": {"trusts": ["333333333333"]}, "batch": {"trusts": ["batchoperations.s3.amazonaws.com"]}},
                "regions": {"ap-northeast-1": {"keys": [{"id": "1234abcd-12ab-34cd-56ef-1234567890ab"}]}}}}});
        let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
        let mut cloud = Cloud::new(&inventory, inventory.observed_at, seed, level);
        for _ in 0..500 {
            let next = cloud
                .now
                .saturating_add(SignedDuration::from_secs(60))
                .expect("in range");
            cloud.advance(next);
        }
        let disabled = kms::keys(&cloud).values().any(|key| !key.enabled);
        (disabled, sts::roles_of_people(&cloud).is_empty())
    }

    #[test]
    fn blows_fall_on_some_nights_and_only_when_hostile() {
        let nights: Vec<(bool, bool)> = (0..40).map(|seed| night(seed, FaultLevel::Hostile)).collect();
        for (what, count) in [
            ("disabled", nights.iter().filter(|n| n.0).count()),
            ("revoked", nights.iter().filter(|n| n.1).count()),
        ] {
            assert!((3..30).contains(&count), "{what} on {count} of 40 nights");
        }
        assert!((0..10).all(|seed| night(seed, FaultLevel::Harsh) == (false, false)));
    }
}
