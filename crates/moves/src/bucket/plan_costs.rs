//! What AWS will charge for a bucket's move and for its proof, told in the plan. Everything stays in one region, so that nothing is charged
//! for transfer but what the operator's machine asks for from elsewhere. Not counted: what is written while it is copied, jobs and copies
//! that fail and are done again, and the few requests that do not grow with the bucket.

use std::collections::BTreeMap;

use model::ResourceRef;
use model::cost::{Charge, CostLine, Span, Unit};
use model::inventory::Bucket;

use super::counted::{Counted, Doubtful, InJobs, is_archive};
use super::documents;
use super::plan_inventories;
use super::replicate::{MOST_ASKED, MOST_JOBS};
use super::spec::{BucketSpec, Comparison, RestoreSpeed, Route};
use crate::draft::Draft;
use crate::prices::{Class, Item, Speed};

/// From the first copy to the interim bucket's end, in days: a night at least; gates and windows make more of it.
const RESTS: Span = Span { low: 1, high: 14 };
/// An entry of a listing is about so many bytes of XML, and one of a report so many, packed: docs/design/004-inventories.md.
const BYTES_LISTED: u64 = 450;
const BYTES_REPORTED: u64 = 50;
/// As many entries as a request lists, and as a request deletes.
const A_PAGE: u64 = 1_000;
/// So many requests find the ends of the parts of a small listing: 32 parts are in flight, and a few are divided once more.
const MOST_ENDS: u64 = 64;
/// How often restored versions are asked after, an hour.
const LOOKS_AN_HOUR: u64 = 4;
/// So many looks replication takes at most until nothing is lacking: one before each job.
const MOST_LOOKS: u64 = MOST_JOBS as u64;

/// Adds the lines of a bucket.
pub(super) fn tell(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    let mut costs = Costing {
        draft,
        resource,
        spec,
        bucket,
    };
    match Counted::of(spec, bucket) {
        None => costs.unknown(),
        Some(counted) => {
            if counted.only_sums {
                costs.draft.costs.only_sums.push(resource.clone());
            }
            costs.all(&counted);
        }
    }
}

struct Costing<'d, 'a> {
    draft: &'d mut Draft<'a>,
    resource: &'d ResourceRef,
    spec: &'d BucketSpec,
    bucket: &'d Bucket,
}

/// How often a bucket of this size is listed whole, or as good as whole.
#[derive(Debug, Clone, Copy)]
struct Listings {
    copying: Span,
    proof: Span,
}

impl Costing<'_, '_> {
    fn line(&mut self, charge: Charge, class: Option<&str>, quantity: Option<Span>, unit: Unit, item: Option<Item>) {
        if quantity.is_some_and(Span::is_none) {
            return;
        }
        let price = item.and_then(|item| self.draft.prices.unit(&item, self.draft.region()));
        let line = CostLine::new(
            self.resource.clone(),
            (charge, class.map(str::to_owned)),
            quantity,
            unit,
            price,
        );
        self.draft.costs.lines.push(line);
    }

    /// The same, of an item whose price depends on the storage class.
    fn by_class(&mut self, charge: Charge, class: &str, quantity: Span, unit: Unit, item: fn(Class) -> Item) {
        self.line(charge, Some(class), Some(quantity), unit, Class::of(class).map(item));
    }

    fn hops(&self) -> u64 {
        if self.spec.new_name.is_some() { 1 } else { 2 }
    }

    fn reported(&self, entries: u64) -> bool {
        plan_inventories::are_used(self.spec, entries)
    }

    fn by_athena(&self, entries: u64) -> bool {
        self.reported(entries) && self.spec.inventory.compare == Comparison::Athena
    }

    /// The class in which the first copy has what lies in this one.
    fn first_class<'c>(&self, class: &'c str) -> &'c str {
        let thawed = self.spec.route == Route::Copy && self.spec.new_name.is_none() && is_archive(class);
        if thawed { "STANDARD" } else { class }
    }

    /// The inventory does not say how much there is: every line that grows with it says so.
    fn unknown(&mut self) {
        let standard = Class::Standard;
        let copying = match self.spec.route {
            Route::Copy => Charge::Copying,
            Route::Replication => Charge::Replicating,
        };
        for (charge, unit, item) in [
            (Charge::Listing, Unit::Requests, Item::Put(standard)),
            (Charge::ListingForProof, Unit::Requests, Item::Put(standard)),
            (copying, Unit::Requests, Item::Put(standard)),
            (Charge::QuestionsForProof, Unit::Requests, Item::Get(standard)),
            (Charge::Checksums, Unit::Bytes, Item::Checksum),
        ] {
            self.line(charge, None, None, unit, Some(item));
        }
        if self.spec.new_name.is_none() {
            self.line(
                Charge::InterimStorage,
                None,
                None,
                Unit::ByteDays,
                Some(Item::Stored(standard)),
            );
        }
    }

    fn all(&mut self, counted: &Counted) {
        let in_jobs = match self.spec.route {
            Route::Replication => self.replicated(counted),
            // What redirects is carried by no job.
            Route::Copy if self.bucket.documents.contains_key(documents::WEBSITE.name) => [InJobs::default(); 2],
            Route::Copy => {
                let thawed = self.spec.new_name.is_none();
                let out = counted.in_jobs(self.spec, self.bucket, thawed);
                let back = counted.in_jobs(self.spec, self.bucket, false);
                [out, if self.hops() == 2 { back } else { InJobs::default() }]
            }
        };
        self.listings(counted, in_jobs);
        self.reports(counted);
        self.copying(counted);
        self.jobs(counted, in_jobs);
        let restoring = self.restoring(counted);
        self.questions(counted, restoring);
        self.proof(counted);
        self.keys(counted);
        self.storage(counted);
        if self.spec.new_name.is_none() {
            let requests = counted.entries().div_ceil(A_PAGE) * 2;
            let quantity = Some(Span::exactly(requests));
            self.line(Charge::Deleting, None, quantity, Unit::Requests, Some(Item::Delete));
        }
    }

    /// One job for what is there and what it leaves for others; the same on the way back.
    fn replicated(&self, counted: &Counted) -> [InJobs; 2] {
        let job = |jobs: Span| InJobs {
            waves: Span::default(),
            jobs,
            objects: Span::exactly(counted.versions),
        };
        let back = if self.hops() == 2 {
            job(Span::between(1, MOST_LOOKS))
        } else {
            InJobs::default()
        };
        [job(Span::between(1, 1 + MOST_LOOKS)), back]
    }

    fn whole_listings(&self, counted: &Counted, [out, back]: [InJobs; 2]) -> Listings {
        let entries = counted.entries();
        let own_name = self.hops() == 2;
        let athena = self.by_athena(entries);
        // The copy is listed beside its original: at first there is nothing in it, in the end as much.
        let passes = |original: u64, waves: Span| {
            let markers = u64::from(counted.markers > 0);
            let count = |waves: u64| 1 + waves + markers * waves;
            Span {
                low: original * count(waves.low),
                high: (original + 1) * count(waves.high),
            }
        };
        let proof = Span {
            low: if athena { 0 } else { 2 },
            high: 2,
        };
        let mut copying = match self.spec.route {
            Route::Copy => {
                let original = u64::from(!self.reported(entries));
                let late = Span::between(0, 2);
                // For what is archived (whether anything is), for the survey, then for each wave and for what is left of them.
                Span::exactly(2 * original)
                    .and(passes(original, out.waves))
                    .and(Span::exactly(2))
                    .and(late)
            }
            Route::Replication => Span::between(1, 2).and(Span::between(2, 2 * MOST_LOOKS)),
        };
        if own_name {
            copying = match self.spec.route {
                // The note of what is archived, the survey and all behind it.
                Route::Copy => copying.and(Span::exactly(2)).and(passes(1, back.waves)),
                Route::Replication => copying.and(Span::between(3, 1 + 2 * MOST_LOOKS)),
            };
            // Before the source is emptied both are listed again; the interim bucket is while it is emptied.
            copying = copying.and(Span::exactly(3));
        }
        Listings {
            copying,
            proof: if own_name { proof.and(Span::exactly(2)) } else { proof },
        }
    }

    fn listings(&mut self, counted: &Counted, in_jobs: [InJobs; 2]) {
        let Listings { mut copying, proof } = self.whole_listings(counted, in_jobs);
        let hours = self.restore_hours(counted);
        if hours > 0 && !self.reported(counted.entries()) {
            // Each look at what is being restored lists the bucket.
            copying = copying.and(Span::between(2, 2 + LOOKS_AN_HOUR * hours));
        }
        let pages = counted.entries().div_ceil(A_PAGE).max(1);
        // What is more than a page is listed in parts side by side, and where each ends costs requests: docs/performance.md.
        let ends = if pages > 1 { MOST_ENDS + pages * 3 / 5 } else { 1 };
        let requests = |listings: Span| Span {
            low: listings.low * pages,
            high: listings.high * (pages + ends),
        };
        for (charge, listings) in [(Charge::Listing, copying), (Charge::ListingForProof, proof)] {
            let quantity = Some(requests(listings));
            let item = Item::Put(Class::Standard);
            self.line(charge, None, quantity, Unit::Requests, Some(item));
        }
        let answers = Span::between(0, copying.and(proof).high * counted.entries() * BYTES_LISTED);
        self.line(Charge::AnswersOut, None, Some(answers), Unit::Bytes, Some(Item::Out));
    }

    fn reports(&mut self, counted: &Counted) {
        let entries = counted.entries();
        if !self.reported(entries) {
            return;
        }
        // They come daily until nobody needs more: within two days the first, and until the comparison where there is one.
        let reports = if self.by_athena(entries) {
            Span::between(3, 2 * RESTS.high)
        } else {
            Span::between(1, 2)
        };
        let quantity = Some(reports.times(entries));
        self.line(
            Charge::InventoryReports,
            None,
            quantity,
            Unit::Objects,
            Some(Item::InventoryObject),
        );
        if self.by_athena(entries) {
            let read = Some(Span::exactly(2 * entries * BYTES_REPORTED));
            self.line(Charge::Athena, None, read, Unit::Bytes, Some(Item::Athena));
        }
    }

    fn copying(&mut self, counted: &Counted) {
        let mut copies: BTreeMap<String, Span> = BTreeMap::new();
        let mut in_parts: BTreeMap<String, Span> = BTreeMap::new();
        let mut read: BTreeMap<String, Span> = BTreeMap::new();
        let add = |sums: &mut BTreeMap<String, Span>, class: &str, span: Span| {
            let sum = sums.entry(class.to_owned()).or_default();
            *sum = sum.and(span);
        };
        for (class, held) in &counted.classes {
            let first = self.first_class(class);
            let whole = Span::between(held.versions - held.in_parts.high, held.versions - held.in_parts.low);
            let mut hops = vec![first];
            hops.extend((self.hops() == 2).then_some(class.as_str()));
            for written in hops {
                add(&mut copies, written, whole);
                add(&mut in_parts, written, held.part_requests);
            }
            // What was restored is read as STANDARD.
            let from = if is_archive(class) { "STANDARD" } else { class };
            add(&mut read, from, Span::exactly(held.bytes).times(self.hops()));
        }
        let charge = match self.spec.route {
            Route::Copy => Charge::Copying,
            Route::Replication => Charge::Replicating,
        };
        for (class, requests) in copies {
            self.by_class(charge, &class, requests, Unit::Requests, Item::Put);
        }
        for (class, requests) in in_parts {
            self.by_class(Charge::CopyingInParts, &class, requests, Unit::Requests, Item::Put);
        }
        for (class, bytes) in read {
            if Class::of(&class).is_some_and(Class::charges_for_reading) {
                self.by_class(Charge::Retrieving, &class, bytes, Unit::Bytes, Item::Retrieved);
            }
        }
    }

    fn jobs(&mut self, counted: &Counted, [out, back]: [InJobs; 2]) {
        let (jobs, objects) = (out.jobs.and(back.jobs), out.objects.and(back.objects));
        self.line(Charge::Jobs, None, Some(jobs), Unit::Jobs, Some(Item::Job));
        self.line(
            Charge::JobObjects,
            None,
            Some(objects),
            Unit::Objects,
            Some(Item::JobObject),
        );
        if self.spec.route == Route::Replication {
            let quantity = Some(Span::exactly(counted.entries() * self.hops()));
            self.line(
                Charge::JobManifests,
                None,
                quantity,
                Unit::Objects,
                Some(Item::JobManifest),
            );
        }
    }

    /// For how many hours what is archived is waited for at most.
    fn restore_hours(&self, counted: &Counted) -> u64 {
        let archived = counted.classes.keys().any(|class| is_archive(class));
        if self.spec.route != Route::Copy || !archived {
            return 0;
        }
        self.spec.archived.restore.estimate().1 / 3600
    }

    /// Gives how often each restored version is asked after.
    fn restoring(&mut self, counted: &Counted) -> Span {
        let hours = self.restore_hours(counted);
        if hours == 0 {
            return Span::default();
        }
        let (speed, word) = match self.spec.archived.restore {
            RestoreSpeed::Standard => (Speed::Standard, "standard"),
            RestoreSpeed::Bulk => (Speed::Bulk, "bulk"),
        };
        let mut restored = 0;
        for (class, held) in counted.classes.iter().filter(|(class, _)| is_archive(class)) {
            let Some(of) = Class::of(class) else { continue };
            let named = format!("{class}, {word}");
            let (requests, bytes) = (Span::exactly(held.versions), Span::exactly(held.bytes));
            self.line(
                Charge::RestoreRequests,
                Some(&named),
                Some(requests),
                Unit::Requests,
                Some(Item::Restore(of, speed)),
            );
            let item = Item::Restored(of, speed);
            self.line(Charge::Restoring, Some(&named), Some(bytes), Unit::Bytes, Some(item));
            restored += held.bytes;
        }
        let days = Span::exactly(restored).times(u64::from(self.spec.archived.days));
        self.by_class(Charge::RestoredCopies, "STANDARD", days, Unit::ByteDays, Item::Stored);
        Span::between(3, 2 + LOOKS_AN_HOUR * hours)
    }

    /// What is asked about single versions in order to copy them.
    fn questions(&mut self, counted: &Counted, restoring: Span) {
        let redirects = self.bucket.documents.contains_key(documents::WEBSITE.name) && self.spec.route == Route::Copy;
        for (class, held) in &counted.classes {
            // Metadata, tags and the size of the first part.
            let mut asked = held.in_parts.times(3 * self.hops());
            if redirects {
                asked = asked.and(Span::exactly(held.versions).times(self.hops()));
            }
            if is_archive(class) {
                asked = asked.and(restoring.times(held.versions));
            }
            self.by_class(Charge::Questions, class, asked, Unit::Requests, Item::Get);
        }
        if self.spec.route == Route::Replication {
            // Whether S3 is about to replicate what is lacking, of the first so many, at every look.
            let asked = counted.versions.min(MOST_ASKED as u64) * MOST_LOOKS * self.hops();
            let asked = Some(Span::between(0, asked));
            let item = Some(Item::Get(Class::Standard));
            self.line(Charge::Questions, None, asked, Unit::Requests, item);
        }
    }

    fn doubtful(&self, counted: &Counted) -> Vec<Doubtful> {
        let hops = usize::try_from(self.hops()).unwrap_or(2);
        counted.doubtful.iter().take(hops).copied().collect()
    }

    fn proof(&mut self, counted: &Counted) {
        let (mut asked, mut read) = (Span::default(), Span::default());
        let (mut jobs, mut objects, mut bytes) = (Span::default(), Span::default(), Span::default());
        for doubtful in self.doubtful(counted) {
            // Both buckets are asked, read, or given a job.
            asked = asked.and(doubtful.versions.times(2));
            read = read.and(Span::between(0, doubtful.read() * 2));
            if doubtful.may_need_jobs() {
                jobs = jobs.and(Span::between(0, 2));
                objects = objects.and(Span::between(0, doubtful.versions.high * 2));
                bytes = bytes.and(Span::between(0, doubtful.bytes.high * 2));
            }
        }
        let get = || Some(Item::Get(Class::Standard));
        self.line(Charge::QuestionsForProof, None, Some(asked), Unit::Requests, get());
        self.line(Charge::Reading, None, Some(read), Unit::Requests, get());
        self.line(Charge::ChecksumJobs, None, Some(jobs), Unit::Jobs, Some(Item::Job));
        self.line(
            Charge::ChecksumObjects,
            None,
            Some(objects),
            Unit::Objects,
            Some(Item::JobObject),
        );
        self.line(Charge::Checksums, None, Some(bytes), Unit::Bytes, Some(Item::Checksum));
    }

    /// A copy under KMS keys takes one request to decrypt and one for a new data key; with a bucket key S3 remembers for a while.
    fn keys(&mut self, counted: &Counted) {
        if self.bucket.key.is_none() {
            return;
        }
        let encryption = self.bucket.documents.get(documents::ENCRYPTION.name);
        let remembered = encryption.is_some_and(|document| document.contains("<BucketKeyEnabled>true<"));
        let mut requests = Span::exactly(counted.versions * 2 * self.hops());
        for held in counted.classes.values() {
            requests = requests.and(Span::between(0, held.part_requests.high * 2 * self.hops()));
        }
        for doubtful in self.doubtful(counted) {
            requests = requests.and(Span::between(0, doubtful.versions.high * 2));
        }
        if remembered {
            requests.low = 0;
        }
        self.line(
            Charge::KeyRequests,
            None,
            Some(requests),
            Unit::Requests,
            Some(Item::KeyRequest),
        );
    }

    /// What lies twice for a while, and what is charged for longer than it lies.
    fn storage(&mut self, counted: &Counted) {
        if self.spec.new_name.is_some() {
            return;
        }
        let mut interim: BTreeMap<&str, Span> = BTreeMap::new();
        for (class, held) in &counted.classes {
            let first = self.first_class(class);
            let least = Class::of(first).map_or(0, Class::least_days);
            let days = Span::between(RESTS.low.max(least), RESTS.high.max(least));
            let charged = if first == class { held.charged } else { held.bytes };
            let sum = interim.entry(first).or_default();
            *sum = sum.and(days.times(charged));
        }
        for (class, days) in interim {
            self.by_class(Charge::InterimStorage, class, days, Unit::ByteDays, Item::Stored);
        }
        for (class, held) in &counted.classes {
            let least = Class::of(class).map_or(0, Class::least_days);
            let days = Span::between(0, held.charged.saturating_mul(least));
            self.by_class(Charge::EarlyDeletion, class, days, Unit::ByteDays, Item::Stored);
        }
    }
}

#[cfg(test)]
#[path = "plan_costs_tests.rs"]
mod tests;
