//! Fills buckets with what an inventory observed: listed objects as they are listed, or made-up keys that add up to the sums.

use std::borrow::Cow;
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::ids::{AccountId, Region};
use model::inventory::{Bucket as Observed, Carried, Contents, ObjectEntry, RegionInventory, Versioning};

use super::content::{Content, Piece, mix};
use super::numbered::NUMBERED;
use super::settings::{self, BucketPolicy, key_arn};
use super::versions::{Entry, Headers, Object, What};
use super::{Bucket, objects, uploads};
use super::{generated, inventories};
use crate::cloud::{Caller, Cloud};
use crate::policy;
use crate::services::{kms, sts};

/// How old the oldest entry of a bucket is.
const AGE: SignedDuration = SignedDuration::from_hours(24 * 400);

/// Fills from the inventory.
pub fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    cloud
        .s3
        .event_destinations
        .extend(contents.event_destinations.iter().cloned());
    for observed in &contents.buckets {
        let bucket = filled(cloud, account, region, observed);
        cloud.s3.by_name.insert(observed.name.clone(), bucket);
    }
}

fn filled(cloud: &mut Cloud, account: &AccountId, region: &Region, observed: &Observed) -> Bucket {
    let created = cloud.now.saturating_sub(AGE).unwrap_or(cloud.now);
    let mut bucket = Bucket::new(account.clone(), region.clone(), created);
    bucket.versioning = observed.versioning;
    bucket.tags = observed
        .tags
        .iter()
        .map(|(key, value)| (key.clone(), value.clone()))
        .collect();
    bucket.public_access_block = observed.public_access_blocked.then_some([true; 4]);
    bucket.mfa_delete = observed.mfa_delete;
    bucket.requester_pays = observed.requester_pays;
    bucket.access_points = observed.access_points.iter().cloned().collect();
    for (name, text) in &observed.documents {
        match NUMBERED.iter().find(|one| one.name == name) {
            Some(numbered) => numbered.observed(&mut bucket, text),
            None if name == "inventory" => inventories::observed(cloud, &mut bucket, text),
            None => settings::observed(&mut bucket, name, text),
        }
    }
    if let Some(document) = &observed.policy {
        let text = document.as_str().map_or_else(|| document.to_string(), str::to_owned);
        let document = serde_json::from_str(&text).unwrap_or_default();
        for principal in policy::aws_principals(&document) {
            // AWS had accepted it, so it exists; a unique id stands for one that exists no more.
            if principal != "*" && !principal.starts_with("AROA") && !principal.starts_with("AIDA") {
                sts::vouch(cloud, principal);
            }
        }
        bucket.policy = Some(BucketPolicy { text, document });
    }
    bucket.key = observed.key.as_deref().map(|key| {
        let owner = Caller::root(account, region);
        kms::resolve(cloud, &owner, key).map_or_else(|_| key_arn(account, region, key), Into::into)
    });
    let mut clock = Clock {
        now: created,
        step: SignedDuration::from_secs(1),
    };
    let salt = cloud.faults.stream("s3 contents").u64(..);
    if let Some(computed) = observed.generated {
        bucket.generated = Some(generated::Contents::new(computed, salt, created));
        return bucket;
    }
    if observed.objects.is_empty() {
        invent(cloud, &mut bucket, &observed.contents, salt, &mut clock);
        return bucket;
    }
    for (number, history) in observed.objects.iter().enumerate() {
        for (position, entry) in history.entries.iter().enumerate() {
            let what = match entry {
                ObjectEntry::DeleteMarker {} => What::Marker,
                ObjectEntry::Version {
                    size,
                    class,
                    parts,
                    carried,
                    ..
                } => {
                    let seed = mix(salt ^ mix((number as u64) << 32 | position as u64));
                    object(&bucket, seed, *size, class.as_deref(), *parts, carried)
                }
            };
            let null = matches!(entry, ObjectEntry::Version { null: true, .. });
            add(cloud, &mut bucket, &history.key, null, what, &mut clock);
        }
    }
    bucket
}

/// Entries of a bucket are a second apart, oldest first, as far as that goes: more than fit share a second, as they do in S3.
struct Clock {
    now: Timestamp,
    step: SignedDuration,
}

fn add(cloud: &mut Cloud, bucket: &mut Bucket, key: &str, null: bool, what: What, clock: &mut Clock) {
    let next = clock.now.saturating_add(clock.step).unwrap_or(clock.now);
    clock.now = next.min(cloud.now);
    let null = null || bucket.versioning == Versioning::Disabled;
    let stack = bucket.stacks.entry(key.to_owned()).or_default();
    if null {
        stack.retain(|one| !one.null);
    }
    stack.push(Entry {
        order: cloud.s3.next_order(),
        null,
        at: clock.now,
        what,
    });
}

fn object(bucket: &Bucket, seed: u64, size: u64, class: Option<&str>, parts: Option<u32>, carried: &Carried) -> What {
    let content = Content::made(seed, size);
    let key = bucket.key.clone();
    let (etag, parts) = match parts {
        None => (objects::single_etag(&content, key.as_deref()), Vec::new()),
        Some(parts) => {
            let pieces = pieces(&content, parts);
            let sizes = pieces.iter().map(Piece::size).collect();
            (uploads::etag_of(&pieces), sizes)
        }
    };
    let system = [("content-type", &carried.content_type), ("expires", &carried.expires)];
    let system = system
        .into_iter()
        .filter_map(|(name, value)| Some((name, value.clone()?)));
    let headers = Headers {
        system: system.collect(),
        user: carried.metadata.clone(),
        redirect: carried.redirect.clone(),
    };
    What::Object(Arc::new(Object {
        etag,
        content,
        class: class.map_or(Cow::Borrowed("STANDARD"), |class| Cow::Owned(class.to_owned())),
        headers: Arc::new(headers),
        tags: carried.tags.clone(),
        key,
        checksum: None,
        parts: parts.into(),
        restored: None,
    }))
}

/// All of one size but the last.
fn pieces(content: &Arc<Content>, parts: u32) -> Vec<Piece> {
    let size = content.size();
    let each = size.div_ceil(u64::from(parts.max(1))).max(1);
    (0..size.div_ceil(each))
        .map(|nth| Piece::new(Arc::clone(content), nth * each..size.min((nth + 1) * each)))
        .collect()
}

/// Makes keys, versions and markers that add up to the sums exactly, as far as the sums agree with each other.
fn invent(cloud: &mut Cloud, bucket: &mut Bucket, sums: &Contents, salt: u64, clock: &mut Clock) {
    let flat = bucket.versioning == Versioning::Disabled;
    let (versions, markers) = if flat && sums.keys > 0 {
        (sums.keys.min(sums.versions), 0)
    } else if flat {
        (sums.versions, 0)
    } else {
        (sums.versions, sums.delete_markers)
    };
    let entries = versions + markers;
    // Of what was measured and not counted it is not known how many keys there are: as many as there can be.
    let keys = match sums.keys {
        0 => entries,
        keys => keys.min(entries),
    };
    if keys == 0 {
        return;
    }
    let mut random = fastrand::Rng::with_seed(salt);
    let depths = depths(keys, entries, u64::from(sums.deepest.max(1)));
    let (mut left, mut markers_left, mut versions_left, mut bytes_left) = (entries, markers, versions, sums.bytes);
    for (number, depth) in depths.into_iter().enumerate() {
        let key = key_name(number as u64);
        for _ in 0..depth {
            // Each remaining place gets a marker with the chance that makes the sum come out.
            let what = if random.u64(0..left) < markers_left {
                markers_left -= 1;
                What::Marker
            } else {
                let size = match versions_left {
                    1 => bytes_left,
                    many => random.u64(0..=(bytes_left / many).saturating_mul(2)).min(bytes_left),
                };
                bytes_left -= size;
                versions_left -= 1;
                object(bucket, random.u64(..), size, None, None, &Carried::default())
            };
            left -= 1;
            add(cloud, bucket, &key, false, what, clock);
        }
    }
}

/// How many entries each key has: the first is the deepest, the others share the rest, most of them having one.
fn depths(keys: u64, entries: u64, deepest: u64) -> Vec<u64> {
    let mut extra = entries - keys;
    let deepest = deepest.max(entries.div_ceil(keys));
    let mut depths = Vec::new();
    for number in 0..keys {
        let after = keys - number - 1;
        // What the keys after this one can take at most.
        let room = after * (deepest - 1);
        let own = if number == 0 {
            extra.min(deepest - 1)
        } else {
            (extra / 2).min(deepest - 1).min(4)
        };
        let own = own.max(extra.saturating_sub(room));
        extra -= own;
        depths.push(own + 1);
    }
    depths
}

/// Mostly plain keys; every eighth is one of those that tools get wrong.
fn key_name(number: u64) -> String {
    match number % 64 {
        3 => format!("odd/with space {number}.txt"),
        11 => format!("odd/a+b{number}"),
        19 => format!("odd/100%25-{number}%"),
        27 => format!("odd/日本語-é-{number}.png"),
        35 => format!("odd/\"quoted\"-'{number}'"),
        43 => format!("odd/comma,{number},&<>.csv"),
        51 => format!("odd//double/./slash-{number}"),
        59 => format!("odd/tail-{number}/"),
        _ => format!("data/{:02x}/object-{number:07}.bin", mix(number) & 0xff),
    }
}

#[cfg(test)]
#[path = "fill_tests.rs"]
mod tests;
