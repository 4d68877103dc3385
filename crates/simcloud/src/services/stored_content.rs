//! What the laws need to know of databases, snapshots and images: whose they are, what they hold, on which key they depend.

use std::collections::BTreeMap;

use model::ids::{AccountId, Digest};

use crate::cloud::Cloud;

/// One thing that holds content or stands for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ResourceSummary {
    /// Its ARN.
    pub arn: String,
    /// The account that owns it.
    pub owner: AccountId,
    /// Its tags, as its owner sees them.
    pub tags: BTreeMap<String, String>,
    /// The ARN of the key that it is encrypted with.
    pub key: Option<String>,
    /// What it holds: two resources with the same digest hold the same data.
    pub digest: Digest,
    /// Whether its owner can read it now: it is complete, and its key admits the owner.
    pub usable: bool,
}

/// How long something takes: a base, so much per GiB, and a seeded spread, because AWS gives no figures and keeps none.
pub fn duration_seconds(cloud: &mut Cloud, purpose: &'static str, base: i64, per_gib: i64, gib: i64) -> i64 {
    let percent = cloud.faults.stream(purpose).i64(70..160);
    ((base + per_gib * gib) * percent / 100).max(1)
}

/// Hexadecimal digits from the seed, for the ids that AWS makes up.
pub fn made_up_id(cloud: &mut Cloud, purpose: &'static str, digits: usize) -> String {
    let stream = cloud.faults.stream(purpose);
    (0..digits)
        .map(|_| char::from_digit(stream.u32(0..16), 16).expect("below 16"))
        .collect()
}

/// Content that nothing else holds, for something that the inventory lists.
pub fn original_content(cloud: &mut Cloud, arn: &str) -> Digest {
    let salt = cloud.faults.stream("original-content").u64(..);
    Digest::of(format!("{arn}/{salt}").as_bytes())
}

/// How far something that began and ends at given times is, in per cent; never 100 before its end.
pub fn percent(began: jiff::Timestamp, ends: jiff::Timestamp, now: jiff::Timestamp) -> i64 {
    let (whole, gone) = (
        ends.as_second() - began.as_second(),
        now.as_second() - began.as_second(),
    );
    if now >= ends {
        100
    } else {
        (gone * 100 / whole.max(1)).clamp(0, 99)
    }
}
