//! Archived objects: what GLACIER and DEEP_ARCHIVE hold cannot be read before a temporary copy of it is asked for, which takes hours
//! and goes again.
//!
//! Left out: the archive tiers of Intelligent-Tiering, restoring to another place, provisioned speed.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use super::versions::{Object, What};
use super::{Outcome, Refusal, bucket_mut, objects};
use crate::cloud::{Caller, Cloud};

/// The temporary copy of an archived object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Restored {
    /// From when on it can be read.
    pub ready: Timestamp,
    /// When it goes again.
    pub until: Timestamp,
}

/// How fast it is to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tier {
    /// Minutes; not from DEEP_ARCHIVE.
    Expedited,
    /// Hours.
    Standard,
    /// Half a day; two days from DEEP_ARCHIVE.
    Bulk,
}

/// Whether a storage class is an archive.
pub fn is_archive(class: &str) -> bool {
    matches!(class, "GLACIER" | "DEEP_ARCHIVE")
}

/// Whether the bytes of an object can be read.
pub fn is_readable(object: &Object, now: Timestamp) -> bool {
    let restored = object
        .restored
        .is_some_and(|restored| restored.ready <= now && now < restored.until);
    restored || !is_archive(&object.class)
}

/// RestoreObject. Whether it began a restore, or a temporary copy stands longer now.
pub fn restore(
    cloud: &mut Cloud,
    caller: &Caller,
    (name, key, id): (&str, &str, Option<&str>),
    days: Option<i32>,
    tier: Tier,
) -> Outcome<bool> {
    let (entry, object) = objects::locate_for(cloud, caller, name, key, id, "s3:RestoreObject")?;
    let deep = &*object.class == "DEEP_ARCHIVE";
    if !is_archive(&object.class) {
        let message = "Restore is not allowed for the object's current storage class";
        return Err(Refusal::new(403, "InvalidObjectState", message));
    }
    let Some(days) = days.filter(|days| *days >= 1) else {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(Refusal::new(400, "MalformedXML", message));
    };
    let lasts = SignedDuration::from_hours(24 * i64::from(days));
    let now = cloud.now;
    let before = object.restored.filter(|restored| now < restored.until);
    let hours = match (tier, deep) {
        (Tier::Expedited, true) => {
            let message = "Glacier Expedited retrievals are not available for this storage class";
            return Err(Refusal::new(400, "InvalidArgument", message));
        }
        (Tier::Expedited, false) => 0..1,
        (Tier::Standard, false) => 3..5,
        (Tier::Bulk, false) => 5..12,
        (Tier::Standard, true) => 9..12,
        (Tier::Bulk, true) => 36..48,
    };
    let restored = match before {
        Some(before) if now < before.ready => {
            let message = "Object restore is already in progress";
            return Err(Refusal::new(409, "RestoreAlreadyInProgress", message));
        }
        Some(before) => Restored {
            until: later(now, lasts),
            ..before
        },
        None => {
            let seconds = cloud
                .faults
                .stream("s3 restore")
                .i64(60 + hours.start * 3_600..hours.end * 3_600);
            let ready = later(now, SignedDuration::from_secs(seconds));
            Restored {
                ready,
                until: later(ready, lasts),
            }
        }
    };
    let stack = bucket_mut(cloud, name)?.stacks.get_mut(key);
    if let Some(place) = stack.and_then(|stack| stack.iter_mut().find(|one| one.order == entry.order))
        && let What::Object(object) = &mut place.what
    {
        Arc::make_mut(object).restored = Some(restored);
    }
    cloud.effect(
        caller,
        "s3 RestoreObject",
        format!("{name}/{key}?versionId={}", entry.id()),
    );
    Ok(before.is_none())
}

fn later(at: Timestamp, by: SignedDuration) -> Timestamp {
    at.saturating_add(by).unwrap_or(at)
}

/// The `x-amz-restore` header.
pub fn header(object: &Object, now: Timestamp) -> Option<String> {
    let restored = object.restored.filter(|restored| now < restored.until)?;
    Some(if now < restored.ready {
        "ongoing-request=\"true\"".to_owned()
    } else {
        let until = restored.until.strftime("%a, %d %b %Y %H:%M:%S GMT");
        format!("ongoing-request=\"false\", expiry-date=\"{until}\"")
    })
}

#[cfg(test)]
mod tests {
    use model::inventory::Inventory;
    use serde_json::json;

    use super::*;
    use crate::faults::FaultLevel;
    use crate::s3::objects::Source;

    fn cloud(class: &str) -> (Cloud, Caller) {
        let object = json!({"key": "old", "entries": [{"version": {"size": 5, "class": class}}]});
        let inventory = json!({"format": 1, "observed_at": "2026-11-22T22:00:00Z", "accounts": {
            "111111111111": {"regions": {"ap-northeast-1": {"buckets": [
                {"name": "shop", "versioning": "enabled", "objects": [object]}]}}}}});
        let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
        let cloud = Cloud::new(&inventory, inventory.observed_at, 1, FaultLevel::None);
        let account = model::AccountId::new("111111111111").expect("an account");
        let region = model::Region::new("ap-northeast-1").expect("a region");
        (cloud, Caller::root(&account, &region))
    }

    fn ask(cloud: &mut Cloud, caller: &Caller, tier: Tier) -> Result<bool, String> {
        restore(cloud, caller, ("shop", "old", None), Some(2), tier).map_err(|refusal| refusal.error.code)
    }

    fn copied(cloud: &mut Cloud, caller: &Caller) -> Result<(), String> {
        let source = Source {
            bucket: "shop".into(),
            key: "old".into(),
            ..Source::default()
        };
        objects::copy(cloud, caller, &source, ("shop", "new"), objects::Copying::default())
            .map(drop)
            .map_err(|refusal| refusal.error.code)
    }

    fn hours_later(cloud: &mut Cloud, hours: i64) {
        cloud.advance(later(cloud.now, SignedDuration::from_hours(hours)));
    }

    #[test]
    fn an_archived_object_is_copied_only_between_restore_and_expiry() {
        let (mut cloud, caller) = cloud("DEEP_ARCHIVE");
        assert_eq!(copied(&mut cloud, &caller), Err("InvalidObjectState".into()));
        assert_eq!(ask(&mut cloud, &caller, Tier::Expedited), Err("InvalidArgument".into()));
        assert_eq!(ask(&mut cloud, &caller, Tier::Standard), Ok(true));
        assert_eq!(
            ask(&mut cloud, &caller, Tier::Standard),
            Err("RestoreAlreadyInProgress".into())
        );
        assert_eq!(copied(&mut cloud, &caller), Err("InvalidObjectState".into()));
        hours_later(&mut cloud, 13);
        assert_eq!(copied(&mut cloud, &caller), Ok(()));
        assert_eq!(ask(&mut cloud, &caller, Tier::Standard), Ok(false), "it stands longer");
        hours_later(&mut cloud, 47);
        assert_eq!(copied(&mut cloud, &caller), Ok(()));
        hours_later(&mut cloud, 2);
        assert_eq!(copied(&mut cloud, &caller), Err("InvalidObjectState".into()));
    }

    #[test]
    fn what_is_not_archived_is_not_restored() {
        let (mut cloud, caller) = cloud("GLACIER_IR");
        assert_eq!(
            ask(&mut cloud, &caller, Tier::Standard),
            Err("InvalidObjectState".into())
        );
        assert_eq!(copied(&mut cloud, &caller), Ok(()));
    }
}
