//! Two accounts and a few buckets, for tests.

use jiff::Timestamp;
use model::Inventory;
use model::ids::{AccountId, Region};

use super::{Outcome, Refusal};
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;

/// Owns `shop-assets`.
pub(crate) const SOURCE: &str = "111111111111";
/// Owns `ops`.
pub(crate) const TARGET: &str = "222222222222";
/// The role of Batch jobs.
pub(crate) const BATCH_ROLE: &str = "arn:aws:iam::222222222222:role/batch";

/// The accounts, with buckets of source and target in the inventory's own words.
pub(crate) fn cloud(level: FaultLevel, source_buckets: &str) -> Cloud {
    let text = format!(
        r#"{{"format": 1, "observed_at": "2026-11-01T00:00:00Z", "accounts": {{
            "{SOURCE}": {{"name": "source", "roles": {{"cleave-source": {{"trusts": []}}}},
                "regions": {{"ap-northeast-1": {{
                    "keys": [{{"id": "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa", "aliases": ["alias/shop"]}}],
                    "buckets": [{source_buckets}]}}}}}},
            "{TARGET}": {{"name": "target", "roles": {{
                    "cleave-target": {{"trusts": []}},
                    "batch": {{"trusts": ["batchoperations.s3.amazonaws.com"]}},
                    "distrusted": {{"trusts": []}}}},
                "regions": {{"ap-northeast-1": {{"buckets": [{{"name": "ops", "versioning": "enabled"}}]}}}}}}
        }}}}"#
    );
    let inventory = Inventory::parse(&text).expect("an inventory");
    let start: Timestamp = "2026-11-01T12:00:00Z".parse().expect("a time");
    Cloud::new(&inventory, start, 7, level)
}

/// `shop-assets` with listed objects.
pub(crate) fn bucket(versioning: &str, objects: &str) -> String {
    format!(r#"{{"name": "shop-assets", "versioning": "{versioning}", "objects": [{objects}]}}"#)
}

fn role(account: &str, name: &str) -> Caller {
    Caller {
        account: AccountId::new(account).expect("an account"),
        region: Region::new("ap-northeast-1").expect("a region"),
        principal: format!("arn:aws:sts::{account}:assumed-role/{name}/test"),
    }
}

/// The role in the source account.
pub(crate) fn source() -> Caller {
    role(SOURCE, "cleave-source")
}

/// The role in the target account.
pub(crate) fn target() -> Caller {
    role(TARGET, "cleave-target")
}

/// Moves time on.
pub(crate) fn wait(cloud: &mut Cloud, seconds: i64) {
    let later = cloud.later(seconds);
    cloud.advance(later);
}

/// Status and code of a refusal.
pub(crate) fn refused<T>(outcome: Outcome<T>) -> (u16, String) {
    match outcome {
        Ok(_) => (200, "done".to_owned()),
        Err(Refusal { error, .. }) => (error.status, error.code),
    }
}
