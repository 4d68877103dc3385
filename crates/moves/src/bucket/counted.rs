//! What the inventory tells of a bucket's contents, counted as AWS charges for it. Where it has sums only, everything is STANDARD, and
//! what only a listing will show (how much was uploaded in parts, how much no ETag proves) is counted from nothing to all.

use std::collections::BTreeMap;

use listing::waves::{self, Amount, Depths};
use model::cost::Span;
use model::inventory::{Bucket, ObjectEntry};
use model::listing::{Listed, ListedEntry};

use super::copy_in_parts::{PART_SIZES, PARTS_AT_A_TIME, usual_parts};
use super::doubts::{MOST_BYTES, MOST_VERSIONS};
use super::spec::{BucketSpec, Proof, Route};
use super::survey::{CANARY_FROM, CANARY_ROWS};
use crate::prices::Class;

/// What is in a bucket.
#[derive(Debug, Default)]
pub(super) struct Counted {
    pub(super) versions: u64,
    pub(super) markers: u64,
    pub(super) bytes: u64,
    /// By the storage class in which it lies.
    pub(super) classes: BTreeMap<String, Held>,
    /// What no ETag proves of the first copy, and of the copy back.
    pub(super) doubtful: [Doubtful; 2],
    /// Whether the inventory has sums only.
    pub(super) only_sums: bool,
}

/// What lies in one storage class.
#[derive(Debug, Default)]
pub(super) struct Held {
    pub(super) versions: u64,
    pub(super) bytes: u64,
    /// As how many bytes it is charged: some classes have a smallest size.
    pub(super) charged: u64,
    /// Versions that are copied in parts.
    pub(super) in_parts: Span,
    /// The requests that takes, the listings of parts among them.
    pub(super) part_requests: Span,
}

/// Versions of which only their contents can tell whether they are equal.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Doubtful {
    pub(super) versions: Span,
    pub(super) bytes: Span,
    /// Whether one of them is in an archive or too large to be read.
    unreadable: bool,
}

/// What is copied by batch jobs on one way.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct InJobs {
    pub(super) waves: Span,
    pub(super) jobs: Span,
    pub(super) objects: Span,
}

impl Doubtful {
    fn add(&mut self, at_least: bool, size: u64, archived: bool) {
        self.versions.high += 1;
        self.bytes.high += size;
        if at_least {
            self.versions.low += 1;
            self.bytes.low += size;
        }
        self.unreadable |= archived || size > waves::LARGEST_READ;
    }

    /// Whether jobs may have to compute checksums: else all of it is read.
    pub(super) fn may_need_jobs(&self) -> bool {
        self.unreadable || self.versions.high > MOST_VERSIONS || self.bytes.high > MOST_BYTES
    }

    /// How many are read here at most.
    pub(super) fn read(&self) -> u64 {
        self.versions.high.min(MOST_VERSIONS)
    }
}

/// Whether everything is doubtful, on the way out and on the way back: surely, or perhaps; none: as the versions' parts tell.
fn all_doubtful(spec: &BucketSpec, bucket: &Bucket) -> [Option<bool>; 2] {
    match spec.verify {
        Proof::Checksums => [Some(true); 2],
        // Under a KMS key no ETag is the content's. Whether two contents under one key have the same no source says.
        Proof::Etags if bucket.key.is_some() => [Some(true), Some(false)],
        Proof::Etags => [None; 2],
    }
}

pub(super) fn is_archive(class: &str) -> bool {
    waves::ARCHIVED.contains(&class)
}

impl Counted {
    /// Counts; none where the inventory tells nothing.
    pub(super) fn of(spec: &BucketSpec, bucket: &Bucket) -> Option<Self> {
        let all_doubtful = all_doubtful(spec, bucket);
        if !bucket.objects.is_empty() {
            return Some(Self::listed(spec, bucket, all_doubtful));
        }
        let sums = bucket.contents;
        let told = sums.versions + sums.delete_markers > 0 && (sums.bytes > 0 || sums.versions == 0);
        told.then(|| Self::summed(bucket, all_doubtful))
    }

    pub(super) fn entries(&self) -> u64 {
        self.versions + self.markers
    }

    fn listed(spec: &BucketSpec, bucket: &Bucket, [out, back]: [Option<bool>; 2]) -> Self {
        let mut counted = Self::default();
        for entry in bucket.objects.iter().flat_map(|object| &object.entries) {
            let ObjectEntry::Version { size, class, parts, .. } = entry else {
                counted.markers += 1;
                continue;
            };
            let class = class.as_deref().unwrap_or("STANDARD");
            counted.versions += 1;
            counted.bytes += size;
            let held = counted.classes.entry(class.to_owned()).or_default();
            held.versions += 1;
            held.bytes += size;
            held.charged += (*size).max(Class::of(class).map_or(0, Class::least_bytes));
            let large = *size > waves::LARGEST_COPY;
            let in_parts = spec.route == Route::Copy && (large || (parts.is_some() && *size > waves::LARGEST_READ));
            if in_parts {
                let usual = usual_parts(*size);
                let requests = Span::between(part_requests(usual), part_requests(parts.map_or(usual, u64::from)));
                held.in_parts = held.in_parts.and(Span::exactly(1));
                held.part_requests = held.part_requests.and(requests);
            }
            let archived = is_archive(class);
            // In the original's parts a copy keeps its ETag, if they were all of one size; in one piece, or in others, it has another.
            let by_parts =
                (parts.is_some() || large).then_some(spec.route == Route::Copy && (!in_parts || parts.is_none()));
            if let Some(surely) = out.or(by_parts) {
                counted.doubtful[0].add(surely, *size, archived);
            }
            if let Some(surely) = back.or(in_parts.then_some(false)) {
                counted.doubtful[1].add(surely, *size, archived);
            }
        }
        counted
    }

    fn summed(bucket: &Bucket, [out, back]: [Option<bool>; 2]) -> Self {
        let sums = bucket.contents;
        let (versions, bytes) = (sums.versions, sums.bytes);
        // What is smaller is never copied in parts.
        let in_parts = versions.min(bytes / waves::LARGEST_READ);
        let most_parts = if in_parts == 0 {
            0
        } else {
            bytes.div_ceil(*PART_SIZES.start())
        };
        let held = Held {
            versions,
            bytes,
            charged: bytes,
            in_parts: Span::between(0, in_parts),
            part_requests: Span::between(0, most_parts + most_parts / PARTS_AT_A_TIME as u64 + 4 * in_parts),
        };
        let doubtful = |surely: bool, versions: u64, bytes: u64| Doubtful {
            versions: Span::between(if surely { versions } else { 0 }, versions),
            bytes: Span::between(if surely { bytes } else { 0 }, bytes),
            unreadable: in_parts > 0,
        };
        // What was copied in one piece has the same ETag when it is copied back.
        let back = match back {
            Some(surely) => doubtful(surely, versions, bytes),
            None if in_parts == 0 => Doubtful::default(),
            None => doubtful(false, in_parts, bytes),
        };
        Self {
            versions,
            markers: sums.delete_markers,
            bytes,
            classes: BTreeMap::from([("STANDARD".to_owned(), held)]),
            doubtful: [doubtful(out == Some(true), versions, bytes), back],
            only_sums: true,
        }
    }

    /// What batch jobs copy on a way; `thawed` is what lies in archives on it.
    pub(super) fn in_jobs(&self, spec: &BucketSpec, bucket: &Bucket, thawed: bool) -> InJobs {
        if self.only_sums {
            return self.in_jobs_by_sums(spec, bucket);
        }
        let mut depths = Depths::default();
        for object in &bucket.objects {
            let entries = object.entries.iter().map(|entry| listed(entry, thawed));
            depths.add(&entries.collect::<Vec<_>>());
        }
        let waves = depths.worth_a_job(spec.batch_from);
        let rows = |wave: &waves::Classes| wave.values().map(|amount| amount.rows).sum::<u64>();
        let mut jobs = waves.iter().map(|wave| wave.len() as u64).sum::<u64>();
        let mut objects = waves.iter().map(rows).sum::<u64>();
        let mut passes = waves.len() as u64;
        if let Some(first) = waves.first().filter(|first| rows(first) >= CANARY_FROM) {
            passes += 1;
            jobs += first.len() as u64;
            objects += first.values().map(|amount| amount.rows.min(CANARY_ROWS)).sum::<u64>();
        }
        InJobs {
            waves: Span::exactly(passes),
            jobs: Span::exactly(jobs),
            objects: Span::exactly(objects),
        }
    }

    /// Of sums it is known how many keys there are, which the first wave is, and how deep the deepest is.
    fn in_jobs_by_sums(&self, spec: &BucketSpec, bucket: &Bucket) -> InJobs {
        let keys = match bucket.contents.keys {
            0 => self.versions,
            keys => keys.min(self.versions),
        };
        let first = Amount {
            rows: keys,
            bytes: u64::try_from(u128::from(self.bytes) * u128::from(keys) / u128::from(self.versions.max(1)))
                .unwrap_or(u64::MAX),
        };
        if keys == 0 || !first.is_worth_a_job(spec.batch_from) {
            return InJobs::default();
        }
        let rest = Amount {
            rows: self.versions - keys,
            bytes: self.bytes.saturating_sub(first.bytes),
        };
        let deeper = u64::from(bucket.contents.deepest.saturating_sub(1));
        // No more waves than the smallest that are worth a job, by number or by bytes.
        let worth = match spec.batch_from {
            Some(least) => rest.rows / least.max(1),
            None => (rest.rows / SMALLEST_WAVE.rows).max(rest.bytes / SMALLEST_WAVE.bytes),
        };
        let more = deeper.min(worth);
        let canary = u64::from(keys >= CANARY_FROM);
        InJobs {
            waves: Span::between(1 + canary, 1 + canary + more),
            jobs: Span::between(1 + canary, 1 + canary + more),
            objects: Span::between(keys, keys + canary * CANARY_ROWS + if more > 0 { rest.rows } else { 0 }),
        }
    }
}

/// The smallest waves that a job copies faster than one by one: see `listing::waves`.
const SMALLEST_WAVE: Amount = Amount {
    rows: 100_000,
    bytes: 1_000_000_000_000,
};

/// Requests of a copy in so many parts: the looking for earlier uploads, its begin, each part, a look at the parts for every few of them
/// and one more, its end.
fn part_requests(parts: u64) -> u64 {
    parts + parts.div_ceil(PARTS_AT_A_TIME as u64) + 4
}

fn listed(entry: &ObjectEntry, thawed: bool) -> ListedEntry {
    let what = match entry {
        ObjectEntry::DeleteMarker {} => Listed::Marker,
        ObjectEntry::Version { size, class, parts, .. } => {
            let class = class.as_deref().unwrap_or("STANDARD");
            Listed::Version {
                size: *size,
                etag: parts.map_or_else(|| "e".to_owned(), |parts| format!("e-{parts}")),
                storage_class: if thawed && is_archive(class) { "STANDARD" } else { class }.to_owned(),
            }
        }
    };
    ListedEntry {
        key: String::new(),
        version_id: String::new(),
        is_latest: false,
        last_modified: jiff::Timestamp::UNIX_EPOCH,
        what,
    }
}
