//! Buckets whose contents are computed, not stored: any number of keys in a few shapes that real buckets have, to measure listings
//! against. They can be listed and read; nothing in them can be changed, and no law watches over them.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use model::inventory::{Generated, KeyShape};

use super::content::{Content, mix};
use super::objects::single_etag;
use super::versions::{Entry, Headers, Object, What};

/// What a generated bucket holds.
pub struct Contents {
    shape: KeyShape,
    keys: u64,
    begun: Timestamp,
    /// Objects that versions are one of: what a listing shows of two is seldom the same, and none is made for a page.
    objects: Vec<Arc<Object>>,
}

/// How many different objects there are.
const OBJECTS: u64 = 64;
/// Each so many keys one has a history: a version, a delete marker, a version.
const DEEP_EVERY: u64 = 10;
/// Of the writes among all writes: there is room for a history per key.
const ORDERS: u64 = 4;
/// Writes of a generated bucket have places behind those of all others.
const FIRST_ORDER: u64 = 1 << 40;

impl Contents {
    pub(super) fn new(generated: Generated, salt: u64, begun: Timestamp) -> Self {
        let object = |nth: u64| {
            let content = Content::made(mix(salt ^ nth), mix(salt ^ nth << 20) % 10_000_000);
            Arc::new(Object {
                etag: single_etag(&content, None),
                content,
                class: "STANDARD".into(),
                headers: Arc::new(Headers::default()),
                tags: Default::default(),
                key: None,
                checksum: None,
                parts: Arc::new([]),
                restored: None,
            })
        };
        Self {
            shape: generated.shape,
            keys: generated.keys,
            begun,
            objects: (0..OBJECTS).map(object).collect(),
        }
    }

    /// The key of a place, in UTF-8 order: a later place has a later key.
    pub fn key(&self, place: u64) -> String {
        match self.shape {
            KeyShape::Flat => format!("object-{place:010}"),
            KeyShape::Hashed => {
                // Evenly over all 64 bits, but for a jitter that keeps the order.
                let step = u64::MAX / self.keys.max(1);
                format!("{:016x}.bin", place * step + mix(place) % step)
            }
            KeyShape::Dates => {
                let (hour, nth) = (place / PER_HOUR, place % PER_HOUR);
                let (day, hour) = (hour / 24, hour % 24);
                let (month, day) = (day / 28, day % 28 + 1);
                let (year, month) = (2015 + month / 12, month % 12 + 1);
                format!("logs/{year}/{month:02}/{day:02}/{hour:02}/{nth:06}.json.gz")
            }
            KeyShape::Skew => {
                let twentieth = self.keys / 20;
                let prefix = match place {
                    place if place < twentieth => "app/config",
                    place if place < self.keys - twentieth => "media/originals",
                    _ => "users/export",
                };
                format!("{prefix}/{place:010}")
            }
        }
    }

    /// The place of the first key that is not before this one.
    fn place(&self, key: &str) -> u64 {
        let (mut from, mut to) = (0, self.keys);
        while from < to {
            let middle = from + (to - from) / 2;
            if self.key(middle).as_str() < key {
                from = middle + 1;
            } else {
                to = middle;
            }
        }
        from
    }

    fn stack_at(&self, place: u64) -> Vec<Entry> {
        let at = self.begun + SignedDuration::from_secs(i64::try_from(place % 10_000_000).unwrap_or(0));
        let entry = |depth: u64, what: What| Entry {
            order: FIRST_ORDER + place * ORDERS + depth,
            null: false,
            at,
            what,
        };
        let object = |depth: u64| {
            let nth = mix(place ^ depth << 60) % OBJECTS;
            What::Object(Arc::clone(&self.objects[usize::try_from(nth).unwrap_or(0)]))
        };
        if place.is_multiple_of(DEEP_EVERY) {
            vec![entry(0, object(0)), entry(1, What::Marker), entry(2, object(2))]
        } else {
            vec![entry(0, object(0))]
        }
    }

    /// A key's stack; empty where there is no such key.
    pub fn stack(&self, key: &str) -> Vec<Entry> {
        let place = self.place(key);
        if place < self.keys && self.key(place) == key {
            self.stack_at(place)
        } else {
            Vec::new()
        }
    }

    /// Keys and stacks from a key on.
    pub fn from(&self, key: &str) -> impl Iterator<Item = (String, Vec<Entry>)> {
        (self.place(key)..self.keys).map(|place| (self.key(place), self.stack_at(place)))
    }
}

/// Files of one hour.
const PER_HOUR: u64 = 977;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_of_every_shape_are_in_order_and_found_again() {
        for shape in [KeyShape::Flat, KeyShape::Hashed, KeyShape::Dates, KeyShape::Skew] {
            let contents = Contents::new(Generated { shape, keys: 30_000 }, 7, Timestamp::UNIX_EPOCH);
            let keys: Vec<String> = (0..30_000).map(|place| contents.key(place)).collect();
            assert!(
                keys.windows(2).all(|two| two[0].as_bytes() < two[1].as_bytes()),
                "{shape:?}"
            );
            for place in [0, 1, 1_499, 1_500, 15_000, 29_999] {
                let key = &keys[place as usize];
                assert_eq!(contents.place(key), place, "{shape:?} {key}");
                assert_eq!(contents.stack(key).len(), if place % 10 == 0 { 3 } else { 1 });
                assert!(contents.stack(&format!("{key}x")).is_empty());
            }
        }
    }
}
