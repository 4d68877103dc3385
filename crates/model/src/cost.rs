//! What AWS will charge for a plan, as far as it can be told beforehand: lines of a quantity, a unit price and a sum, from the lowest to
//! the highest where only the run will show it. Money is counted in whole micro-dollars: a sum is the same on every machine.

use std::fmt;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{Region, ResourceRef};

/// What AWS will charge. It is told, not agreed to: the plan's digest leaves it out.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Costs {
    /// The day on which the prices were looked up, as `2026-11-25`.
    pub priced_on: String,
    /// The day of a team's own prices, which stood before those; absent: there were none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub own_priced_on: Option<String>,
    /// Line by line, resource by resource in the order of the plan.
    pub lines: Vec<CostLine>,
    /// Of these only sums were known: no storage classes, no parts. All of it is counted as STANDARD.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub only_sums: Vec<ResourceRef>,
}

/// One thing that is charged for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CostLine {
    /// For moving what.
    pub resource: ResourceRef,
    /// What is charged for.
    pub charge: Charge,
    /// The storage class, where the price depends on it; of a restore also its speed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub class: Option<String>,
    /// How much of it; absent: nobody knows.
    pub quantity: Option<Span>,
    /// In what it is counted.
    pub unit: Unit,
    /// What a unit costs; absent: no source has told it, and no sum has it in it.
    pub price: Option<UnitPrice>,
    /// What it costs; absent where its quantity or its price is not known.
    pub sum: Option<Sum>,
}

/// From the lowest to the highest.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Span {
    /// At least.
    pub low: u64,
    /// At most.
    pub high: u64,
}

/// What is charged for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Charge {
    /// Requests that list, a thousand entries each, for the copying.
    Listing,
    /// The same for the proof.
    ListingForProof,
    /// Reports of S3 Inventory, by the objects in them.
    InventoryReports,
    /// What leaves the region towards the operator's machine: the answers of listings.
    AnswersOut,
    /// Requests that copy, by the class that is written.
    Copying,
    /// Requests of copies in parts.
    CopyingInParts,
    /// Requests that S3 replicates by, by the class that is written.
    Replicating,
    /// What copying reads out of a class that charges for reading.
    Retrieving,
    /// Jobs of S3 Batch Operations that copy or replicate.
    Jobs,
    /// The objects in them.
    JobObjects,
    /// Manifests that S3 makes for jobs, by the objects of the bucket.
    JobManifests,
    /// Requests that have archived versions restored.
    RestoreRequests,
    /// What they restore.
    Restoring,
    /// The temporary copies, for the days that the runbook names.
    RestoredCopies,
    /// Requests that ask S3 about single versions.
    Questions,
    /// The same for the proof: the checksums that S3 keeps.
    QuestionsForProof,
    /// Requests that read contents for the proof.
    Reading,
    /// Jobs that compute checksums for the proof.
    ChecksumJobs,
    /// The objects in them.
    ChecksumObjects,
    /// What they read.
    Checksums,
    /// What Athena reads.
    Athena,
    /// Requests to KMS.
    KeyRequests,
    /// What lies in the interim bucket from the first copy to its end.
    InterimStorage,
    /// Snapshots that are taken for the way, until they are deleted.
    Snapshots,
    /// What is left of the shortest time for which a class is charged, when the source is emptied.
    EarlyDeletion,
    /// Requests that delete.
    Deleting,
}

impl Charge {
    /// Whether it is for the proof that a copy is equal.
    pub fn is_for_proof(self) -> bool {
        match self {
            Self::ListingForProof
            | Self::QuestionsForProof
            | Self::Reading
            | Self::ChecksumJobs
            | Self::ChecksumObjects
            | Self::Checksums
            | Self::Athena => true,
            Self::Listing
            | Self::InventoryReports
            | Self::AnswersOut
            | Self::Copying
            | Self::CopyingInParts
            | Self::Replicating
            | Self::Retrieving
            | Self::Jobs
            | Self::JobObjects
            | Self::JobManifests
            | Self::RestoreRequests
            | Self::Restoring
            | Self::RestoredCopies
            | Self::Questions
            | Self::KeyRequests
            | Self::InterimStorage
            | Self::Snapshots
            | Self::EarlyDeletion
            | Self::Deleting => false,
        }
    }
}

/// In what something is counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    /// Requests.
    Requests,
    /// Object versions.
    Objects,
    /// Jobs of S3 Batch Operations.
    Jobs,
    /// Bytes.
    Bytes,
    /// Bytes that lie somewhere for a day.
    ByteDays,
}

/// AWS's gigabyte: 2^30 bytes.
pub const GB: u64 = 1 << 30;
/// A terabyte of 10^12 bytes.
pub const TB: u64 = 1_000_000_000_000;
/// A gigabyte that lies somewhere for a month of thirty days.
pub const GB_MONTH: u64 = GB * 30;

/// What so many units cost.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct UnitPrice {
    /// The price.
    pub micro_usd: MicroUsd,
    /// Of so many units ([`GB`], [`TB`] and [`GB_MONTH`] for bytes and the days of bytes).
    pub per: u64,
    /// The region whose price it is; another one's where the plan's own is not known.
    pub region: Region,
    /// Where it is published.
    pub source: String,
}

/// A millionth of a US dollar.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(transparent)]
pub struct MicroUsd(pub u64);

/// From the least to the most that something costs.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Sum {
    /// At least.
    pub low: MicroUsd,
    /// At most.
    pub high: MicroUsd,
}

/// In cents, the half cent rounded up; what is less than half a cent, and something, is said to be less than a cent.
impl fmt::Display for MicroUsd {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let cents = self.0 / 10_000 + u64::from(self.0 % 10_000 >= 5_000);
        if cents == 0 && self.0 > 0 {
            return f.pad("<$0.01");
        }
        f.pad(&format!("${}.{:02}", grouped(cents / 100), cents % 100))
    }
}

/// A number with a comma before each three digits.
pub fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

impl Span {
    /// What is known exactly.
    pub fn exactly(count: u64) -> Self {
        Self {
            low: count,
            high: count,
        }
    }

    /// Between two counts, whichever is the higher.
    pub fn between(one: u64, other: u64) -> Self {
        Self {
            low: one.min(other),
            high: one.max(other),
        }
    }

    /// So many times.
    pub fn times(self, count: u64) -> Self {
        Self {
            low: self.low.saturating_mul(count),
            high: self.high.saturating_mul(count),
        }
    }

    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            low: self.low.saturating_add(other.low),
            high: self.high.saturating_add(other.high),
        }
    }

    /// Whether there is none for sure.
    pub fn is_none(self) -> bool {
        self.high == 0
    }
}

impl UnitPrice {
    /// What a quantity costs, rounded to the nearest micro-dollar.
    fn of(&self, quantity: u64) -> MicroUsd {
        let per = u128::from(self.per.max(1));
        let exact = u128::from(quantity) * u128::from(self.micro_usd.0);
        MicroUsd(u64::try_from((exact + per / 2) / per).unwrap_or(u64::MAX))
    }
}

impl CostLine {
    /// A line with its sum.
    pub fn new(
        resource: ResourceRef,
        (charge, class): (Charge, Option<String>),
        quantity: Option<Span>,
        unit: Unit,
        price: Option<UnitPrice>,
    ) -> Self {
        let sum = quantity.zip(price.as_ref()).map(|(quantity, price)| Sum {
            low: price.of(quantity.low),
            high: price.of(quantity.high),
        });
        Self {
            resource,
            charge,
            class,
            quantity,
            unit,
            price,
            sum,
        }
    }
}

impl Sum {
    /// Both together.
    pub fn and(self, other: Self) -> Self {
        Self {
            low: MicroUsd(self.low.0.saturating_add(other.low.0)),
            high: MicroUsd(self.high.0.saturating_add(other.high.0)),
        }
    }
}

impl Costs {
    /// Whether there is nothing to tell.
    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }

    /// The resources that have lines, in their order.
    pub fn resources(&self) -> Vec<&ResourceRef> {
        let mut resources: Vec<&ResourceRef> = Vec::new();
        for line in &self.lines {
            if resources.last() != Some(&&line.resource) {
                resources.push(&line.resource);
            }
        }
        resources
    }

    /// The lines of a resource.
    pub fn of<'c>(&'c self, resource: &'c ResourceRef) -> impl Iterator<Item = &'c CostLine> {
        self.lines.iter().filter(move |line| line.resource == *resource)
    }

    /// The regions whose prices stand in for the plan's own, where those are not known.
    pub fn lent_by(&self, own: &Region) -> Vec<&Region> {
        let mut lent: Vec<&Region> = Vec::new();
        let regions = self
            .lines
            .iter()
            .filter_map(|line| line.price.as_ref().map(|price| &price.region));
        for region in regions {
            if region != own && !lent.contains(&region) {
                lent.push(region);
            }
        }
        lent
    }
}

/// What lines cost together, as far as their sums are known; none where no line has one.
pub fn total<'c>(lines: impl IntoIterator<Item = &'c CostLine>) -> Option<Sum> {
    lines.into_iter().filter_map(|line| line.sum).reduce(Sum::and)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn line(charge: Charge, quantity: Option<Span>, unit: Unit, price: Option<(u64, u64)>) -> CostLine {
        let price = price.map(|(micro_usd, per)| UnitPrice {
            micro_usd: MicroUsd(micro_usd),
            per,
            region: Region::new("us-east-1").expect("a region"),
            source: "https://example.com".into(),
        });
        CostLine::new(ResourceRef::new("bucket", "a"), (charge, None), quantity, unit, price)
    }

    #[test]
    fn a_line_is_its_quantity_times_its_price() {
        // 1,234,567 requests at $0.005 a thousand: 1,234.567 * 5,000 micro-dollars.
        let requests = Some(Span::between(1_234_567, 1_000));
        let copying = line(Charge::Copying, requests, Unit::Requests, Some((5_000, 1_000)));
        let sum = copying.sum.expect("both are known");
        assert_eq!((sum.low, sum.high), (MicroUsd(5_000), MicroUsd(6_172_835)));
        assert_eq!(
            (sum.low.to_string(), sum.high.to_string()),
            ("$0.01".into(), "$6.17".into())
        );
        // 2,000 GB at $0.004 a GB.
        let read = line(
            Charge::Checksums,
            Some(Span::exactly(2_000 * GB)),
            Unit::Bytes,
            Some((4_000, GB)),
        );
        assert_eq!(total([&read]).map(|sum| sum.high.to_string()), Some("$8.00".into()));
        // 100 GB for three days at $0.023 a GB and month: 100 * 3 / 30 * 0.023.
        let days = Some(Span::exactly(100 * GB * 3));
        let rest = line(Charge::InterimStorage, days, Unit::ByteDays, Some((23_000, GB_MONTH)));
        assert_eq!(total([&rest]).map(|sum| sum.low), Some(MicroUsd(230_000)));
    }

    #[test]
    fn what_is_not_known_is_in_no_sum_and_is_not_nothing() {
        let unknown = line(Charge::Copying, None, Unit::Requests, Some((5_000, 1_000)));
        let unpriced = line(Charge::JobManifests, Some(Span::exactly(9)), Unit::Objects, None);
        assert_eq!((unknown.sum, unpriced.sum), (None, None));
        let known = line(Charge::Jobs, Some(Span::exactly(2)), Unit::Jobs, Some((250_000, 1)));
        let sum = total([&unknown, &unpriced, &known]).expect("one is known");
        assert_eq!(sum.high.to_string(), "$0.50");
        assert_eq!(total([&unknown, &unpriced]), None);
    }

    #[test]
    fn money_is_rounded_to_cents_the_half_cent_up() {
        for (micro, shown) in [
            (0, "$0.00"),
            (1, "<$0.01"),
            (4_999, "<$0.01"),
            (5_000, "$0.01"),
            (14_999, "$0.01"),
            (15_000, "$0.02"),
            (994_999, "$0.99"),
            (995_000, "$1.00"),
            (1_234_567_890_000, "$1,234,567.89"),
        ] {
            assert_eq!(MicroUsd(micro).to_string(), shown);
        }
        assert_eq!(
            [0, 999, 1_000, 1_234_567].map(grouped),
            ["0", "999", "1,000", "1,234,567"]
        );
    }

    #[test]
    fn quantities_of_any_size_have_a_sum() {
        let huge = Some(Span::exactly(u64::MAX));
        let line = line(Charge::InterimStorage, huge, Unit::ByteDays, Some((23_000, GB_MONTH)));
        // 2^64 / (2^30 * 30) months of GB at 23,000 micro-dollars.
        assert_eq!(line.sum.map(|sum| sum.high), Some(MicroUsd(13_171_233_041_067)));
    }

    #[test]
    fn prices_of_another_region_are_seen() {
        let costs = Costs {
            lines: vec![line(
                Charge::Jobs,
                Some(Span::exactly(1)),
                Unit::Jobs,
                Some((250_000, 1)),
            )],
            ..Costs::default()
        };
        let [own, other] = ["us-east-1", "ap-northeast-1"].map(|name| Region::new(name).expect("a region"));
        assert_eq!(costs.lent_by(&own), Vec::<&Region>::new());
        assert_eq!(costs.lent_by(&other), [&own]);
    }
}
