//! Whether what a key encrypts can be read by the account that owns it. Judged once per key and account, and again only when
//! something happened to a key: a bucket has one key and many versions.

use std::collections::{BTreeMap, BTreeSet};

use jiff::{SignedDuration, Timestamp};
use model::ids::{AccountId, Region};

use crate::cloud::{Caller, Cloud, Effect};
use crate::services::kms;
use crate::services::storage_key::account_of;

/// A change of a policy or grant is in force a while after it was made; by then every account sees it.
const SPREADS_FOR: SignedDuration = SignedDuration::from_mins(2);

/// What is known of keys.
#[derive(Default)]
pub(super) struct Keys {
    judged: BTreeMap<String, BTreeMap<AccountId, bool>>,
    /// Keys that a call has disabled. One that somebody else disabled (a hostile fault) makes data unreadable as well, but
    /// not by the run's doing.
    disabled: BTreeSet<String>,
    /// Keys and accounts that did not fit together at the start already.
    excused: BTreeSet<(String, AccountId)>,
    spreading_until: Option<Timestamp>,
}

impl Keys {
    /// Whether a change is still on its way.
    pub(super) fn spreading(&self) -> bool {
        self.spreading_until.is_some()
    }

    /// Whether an account can read what it owns under a key.
    pub(super) fn readable(&mut self, cloud: &Cloud, key: &str, owner: &AccountId) -> bool {
        if let Some(known) = self.judged.get(key).and_then(|by_owner| by_owner.get(owner)) {
            return *known;
        }
        let readable = self.judge(cloud, key, owner);
        self.judged
            .entry(key.to_owned())
            .or_default()
            .insert(owner.clone(), readable);
        readable
    }

    /// What cannot be read at the start is not the run's to mend.
    pub(super) fn excuse(&mut self, cloud: &Cloud, key: &str, owner: &AccountId) {
        if !self.readable(cloud, key, owner) {
            self.excused.insert((key.to_owned(), owner.clone()));
            self.judged
                .entry(key.to_owned())
                .or_default()
                .insert(owner.clone(), true);
        }
    }

    /// Whether a key is disabled, and no call did it.
    pub(super) fn disabled_by_others(&self, cloud: &Cloud, key: &str) -> bool {
        let found = kms::keys(cloud).get(key);
        found.is_some_and(|key| key.deletion.is_none() && !key.enabled) && !self.disabled.contains(key)
    }

    /// Takes in what happened. Whether something that could be read cannot be read any more.
    pub(super) fn take_in(&mut self, cloud: &Cloud, effects: &[Effect]) -> bool {
        let mut changed = false;
        for effect in effects.iter().filter(|effect| effect.operation.starts_with("kms ")) {
            changed = true;
            match effect.operation.as_str() {
                "kms DisableKey" | "kms ScheduleKeyDeletion" => {
                    self.disabled.insert(effect.resource.clone());
                }
                "kms EnableKey" => {
                    self.disabled.remove(&effect.resource);
                }
                _ => {}
            }
        }
        if changed {
            self.spreading_until = cloud.now.checked_add(SPREADS_FOR).ok();
        } else if self.spreading_until.is_none() {
            return false;
        }
        if self.spreading_until.is_some_and(|until| until <= cloud.now) {
            self.spreading_until = None;
        }
        let mut lost = false;
        for (key, by_owner) in std::mem::take(&mut self.judged) {
            for (owner, before) in by_owner {
                // On the account's own key nothing comes into force later.
                let stays = !changed && account_of(&key) == Some(owner.as_str());
                let now = if stays { before } else { self.judge(cloud, &key, &owner) };
                lost |= before && !now;
                self.judged.entry(key.clone()).or_default().insert(owner, now);
            }
        }
        lost
    }

    fn judge(&self, cloud: &Cloud, key: &str, owner: &AccountId) -> bool {
        if self.excused.contains(&(key.to_owned(), owner.clone())) {
            return true;
        }
        let Some(region) = key.split(':').nth(3).and_then(|region| Region::new(region).ok()) else {
            return false;
        };
        let reader = Caller::root(owner, &region);
        let Ok(arn) = kms::resolve(cloud, &reader, key) else {
            return false;
        };
        if account_of(&arn) != Some(owner.as_str()) {
            return match kms::may_use(cloud, &reader, &arn, "kms:Decrypt") {
                Ok(()) => true,
                Err(error) => error.code == "DisabledException" && self.disabled_by_others(cloud, &arn),
            };
        }
        match kms::keys(cloud).get(&arn) {
            Some(key) => key.state() == "Enabled" || self.disabled_by_others(cloud, &arn),
            None => kms::is_aws_managed(cloud, &arn),
        }
    }
}
