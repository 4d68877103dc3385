//! What applications do to the buckets that they use: they go on writing while a run is under way, until a policy forbids it. A write
//! that was let in arrives up to a minute later, when the policy may say something else already.
//!
//! Left out: who reads, and whoever writes to the run's own buckets.

use jiff::Timestamp;
use model::ids::AccountId;

use super::content::Content;
use super::objects::{self, Wanted};
use super::versions::{self, Deleted};
use super::{access, bucket_mut, replicate};
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;

/// The applications of all buckets that there were at the start.
#[derive(Default)]
pub(super) struct Writers {
    applications: Vec<Application>,
    under_way: Vec<Write>,
    known: bool,
}

/// What uses one bucket.
struct Application {
    bucket: String,
    account: AccountId,
    next: Timestamp,
}

/// A write that was let in.
struct Write {
    bucket: String,
    account: AccountId,
    key: String,
    /// What is written; absent: the key is deleted.
    content: Option<(u64, u64)>,
    arrives: Timestamp,
}

/// How long a write may be under way, in seconds.
const LONGEST_WRITE: i64 = 60;
/// How long an application waits between two writes, in seconds.
const PAUSES: std::ops::Range<i64> = 60..1_800;

/// Lets everything happen that is due by now.
pub(super) fn advance(cloud: &mut Cloud) {
    if cloud.faults.level() == FaultLevel::None {
        return;
    }
    let mut writers = std::mem::take(&mut cloud.s3.writers);
    if !writers.known {
        writers.known = true;
        writers.applications = applications(cloud);
    }
    for application in &mut writers.applications {
        while application.next <= cloud.now {
            let at = application.next;
            let pause = cloud.faults.stream("s3 writers").i64(PAUSES);
            application.next = after(at, pause);
            writers.under_way.extend(let_in(cloud, application, at));
        }
    }
    writers.under_way.sort_by_key(|write| write.arrives);
    let due = writers.under_way.partition_point(|write| write.arrives <= cloud.now);
    for write in writers.under_way.drain(..due) {
        arrive(cloud, &write);
    }
    cloud.s3.writers = writers;
}

fn after(at: Timestamp, seconds: i64) -> Timestamp {
    at.saturating_add(jiff::SignedDuration::from_secs(seconds))
        .unwrap_or(at)
}

fn applications(cloud: &mut Cloud) -> Vec<Application> {
    let buckets = cloud.s3.by_name.iter().filter(|(_, held)| held.generated.is_none());
    let buckets: Vec<(String, AccountId)> = buckets.map(|(name, held)| (name.clone(), held.owner.clone())).collect();
    let now = cloud.now;
    let mut applications = Vec::new();
    for (bucket, account) in buckets {
        let pause = cloud.faults.stream("s3 writers").i64(PAUSES);
        applications.push(Application {
            bucket,
            account,
            next: after(now, pause),
        });
    }
    applications
}

/// What an application asks for, if the bucket's policy of this moment allows it.
fn let_in(cloud: &mut Cloud, application: &Application, at: Timestamp) -> Option<Write> {
    let held = cloud.s3.by_name.get(&application.bucket)?;
    if held.owner != application.account {
        return None;
    }
    let caller = Caller {
        account: application.account.clone(),
        region: held.region.clone(),
        principal: format!("arn:aws:sts::{}:assumed-role/application/writer", application.account),
    };
    let keys = held.stacks.len();
    let random = cloud.faults.stream("s3 writers");
    let (kind, nth) = (random.u32(0..10), random.usize(0..keys.max(1)));
    let (seed, size) = (random.u64(..), random.u64(0..100_000));
    let arrives = after(at, random.i64(0..LONGEST_WRITE));
    let existing = cloud
        .s3
        .by_name
        .get(&application.bucket)?
        .stacks
        .keys()
        .nth(nth)
        .cloned();
    let (key, content) = match (kind, existing) {
        (0..5, Some(key)) => (key, Some((seed, size))),
        (5..7, Some(key)) => (key, None),
        _ => (format!("written/{seed:016x}"), Some((seed, size))),
    };
    let action = if content.is_some() {
        "s3:PutObject"
    } else {
        "s3:DeleteObject"
    };
    access::object(cloud, &caller, &application.bucket, &key, action).ok()?;
    Some(Write {
        bucket: application.bucket.clone(),
        account: application.account.clone(),
        key,
        content,
        arrives,
    })
}

/// What has arrived is the account's to lose: from now on the laws watch over it like over what was there at the start.
fn arrive(cloud: &mut Cloud, write: &Write) {
    let Some(held) = cloud
        .s3
        .by_name
        .get(&write.bucket)
        .filter(|held| held.owner == write.account)
    else {
        return;
    };
    let owner = Caller::root(&write.account, &held.region.clone());
    let order = cloud.s3.next_order();
    let (now, name, key) = (cloud.now, &write.bucket, &write.key);
    match write.content {
        Some((seed, size)) => {
            let Ok(object) = objects::keep(cloud, &owner, name, Wanted::default(), Content::made(seed, size)) else {
                return;
            };
            if objects::write(cloud, name, key, order, object).is_err() {
                return;
            }
        }
        None => {
            let Ok(held) = bucket_mut(cloud, name) else { return };
            let versioning = held.versioning;
            let stack = held.stacks.entry(key.clone()).or_default();
            let deleted = versions::delete(stack, versioning, order, now);
            if stack.is_empty() {
                held.stacks.remove(key);
            }
            match deleted {
                Deleted::Nothing => return,
                Deleted::Removed(_) => {}
                Deleted::Marked(entry) => replicate::written(cloud, name, key, &entry),
            }
        }
    }
    let stack = cloud
        .s3
        .by_name
        .get(name)
        .and_then(|held| held.stacks.get(key))
        .cloned();
    cloud.laws.written(name, key, stack.unwrap_or_default());
}

#[cfg(test)]
mod tests {
    use model::inventory::Inventory;
    use serde_json::json;

    use super::*;

    fn cloud(policy: Option<serde_json::Value>, level: FaultLevel) -> Cloud {
        let mut bucket = json!({"name": "shop", "versioning": "enabled",
            "contents": {"keys": 20, "versions": 30, "delete_markers": 2, "bytes": 9999, "deepest": 3}});
        if let Some(policy) = policy {
            bucket["policy"] = policy;
        }
        let inventory = json!({"format": 1, "observed_at": "2026-11-22T22:00:00Z", "accounts": {
            "111111111111": {"regions": {"ap-northeast-1": {"buckets": [bucket]}}}}});
        let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
        Cloud::new(&inventory, inventory.observed_at, 1, level)
    }

    fn entries(cloud: &Cloud) -> usize {
        cloud.s3.by_name["shop"].stacks.values().map(Vec::len).sum()
    }

    fn an_hour_later(cloud: &mut Cloud) {
        for _ in 0..60 {
            cloud.advance(after(cloud.now, 60));
        }
    }

    #[test]
    fn applications_go_on_writing_and_the_laws_watch_over_what_they_write() {
        let mut cloud = cloud(None, FaultLevel::Usual);
        let before = entries(&cloud);
        an_hour_later(&mut cloud);
        assert!(entries(&cloud) > before + 1);
        assert!(cloud.laws.broken.is_empty(), "{:?}", cloud.laws.broken);
    }

    #[test]
    fn a_policy_that_forbids_it_ends_it() {
        let deny = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Principal": "*",
            "Action": ["s3:PutObject", "s3:DeleteObject"], "Resource": "arn:aws:s3:::shop/*"}]});
        let mut cloud = cloud(Some(deny), FaultLevel::Harsh);
        let before = entries(&cloud);
        an_hour_later(&mut cloud);
        assert_eq!(entries(&cloud), before);
    }

    #[test]
    fn nobody_writes_in_a_night_without_faults() {
        let mut cloud = cloud(None, FaultLevel::None);
        let before = entries(&cloud);
        an_hour_later(&mut cloud);
        assert_eq!(entries(&cloud), before);
    }
}
