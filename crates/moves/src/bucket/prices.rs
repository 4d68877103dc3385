//! What AWS charges for what moving a bucket needs: list prices, without discounts, free allowances and taxes; of storage the price of
//! the first 50 TB. The only file with prices in it. How they were found: docs/costs.md.

use model::Region;
use model::cost::{GB, GB_MONTH, MicroUsd, TB, UnitPrice};

/// The day on which these prices were looked up.
pub(super) const LOOKED_UP_ON: &str = "2026-11-25";
/// The region whose prices stand in where a region's own are not in the table.
const LENDER: &str = "us-east-1";

/// What has a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Item {
    /// A request that writes into a class (PUT, COPY), or a LIST request (STANDARD).
    Put(Class),
    /// A request that reads or asks (GET, HEAD).
    Get(Class),
    /// A gigabyte read out of a class that charges for it.
    Retrieved(Class),
    /// A gigabyte for a month.
    Stored(Class),
    /// A request that restores an archived version.
    Restore(Class, Speed),
    /// A gigabyte that is restored.
    Restored(Class, Speed),
    /// A job of S3 Batch Operations.
    Job,
    /// An object in it.
    JobObject,
    /// An object of a bucket of which S3 makes a manifest.
    JobManifest,
    /// A gigabyte of which a checksum is computed.
    Checksum,
    /// An object in a report of S3 Inventory.
    InventoryObject,
    /// A terabyte that Athena reads.
    Athena,
    /// A request to KMS.
    KeyRequest,
    /// A gigabyte to the internet.
    Out,
    /// A request that deletes.
    Delete,
}

/// A storage class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Class {
    Standard,
    ReducedRedundancy,
    IntelligentTiering,
    StandardIa,
    OneZoneIa,
    GlacierIr,
    Glacier,
    DeepArchive,
}

/// How fast an archived version is restored.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Speed {
    Standard,
    Bulk,
}

impl Class {
    /// The class of this name; none: it has no prices here.
    pub(super) fn of(name: &str) -> Option<Self> {
        Some(match name {
            "STANDARD" => Self::Standard,
            "REDUCED_REDUNDANCY" => Self::ReducedRedundancy,
            "INTELLIGENT_TIERING" => Self::IntelligentTiering,
            "STANDARD_IA" => Self::StandardIa,
            "ONEZONE_IA" => Self::OneZoneIa,
            "GLACIER_IR" => Self::GlacierIr,
            "GLACIER" => Self::Glacier,
            "DEEP_ARCHIVE" => Self::DeepArchive,
            _ => return None,
        })
    }

    /// Whether reading is charged by the gigabyte. What is restored from an archive is read as STANDARD.
    pub(super) fn charges_for_reading(self) -> bool {
        matches!(self, Self::StandardIa | Self::OneZoneIa | Self::GlacierIr)
    }

    /// For how many days an object is charged at least, whenever it goes. Source: the notes of <https://aws.amazon.com/s3/pricing/>.
    pub(super) fn least_days(self) -> u64 {
        match self {
            Self::Standard | Self::ReducedRedundancy | Self::IntelligentTiering => 0,
            Self::StandardIa | Self::OneZoneIa => 30,
            Self::GlacierIr | Self::Glacier => 90,
            Self::DeepArchive => 180,
        }
    }

    /// As how many bytes an object is charged at least; the same source.
    pub(super) fn least_bytes(self) -> u64 {
        if self.charges_for_reading() { 128 << 10 } else { 0 }
    }
}

struct Row {
    item: Item,
    region: &'static str,
    micro_usd: u64,
    per: u64,
    /// The date that the price list bears; absent: it was seen in a copy that bears none.
    #[cfg_attr(not(test), expect(dead_code, reason = "for who brings the table up to date"))]
    dated: Option<&'static str>,
    source: &'static str,
}

const fn row(
    item: Item,
    region: &'static str,
    micro_usd: u64,
    per: u64,
    dated: Option<&'static str>,
    source: &'static str,
) -> Row {
    Row {
        item,
        region,
        micro_usd,
        per,
        dated,
        source,
    }
}

const VIRGINIA: &str = LENDER;
const TOKYO: &str = "ap-northeast-1";
const S3_PAGE: &str = "https://aws.amazon.com/s3/pricing/";
const S3_VIRGINIA: &str =
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/us-east-1/index.json";
const S3_TOKYO: &str =
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/ap-northeast-1/index.json";
const KMS_TOKYO: &str =
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/awskms/current/ap-northeast-1/index.json";
const KMS_PAGE: &str = "https://aws.amazon.com/kms/pricing/";
const ATHENA_VIRGINIA: &str =
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonAthena/current/us-east-1/index.json";
const ATHENA_TOKYO: &str =
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonAthena/current/ap-northeast-1/index.json";
const TRANSFER_TOKYO: &str =
    "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AWSDataTransfer/current/ap-northeast-1/index.json";

const OCTOBER_2025: Option<&str> = Some("2025-10-28");
const SEPTEMBER_2026: Option<&str> = Some("2026-09-18");
const ATHENA_2026: Option<&str> = Some("2026-03-01");

/// Not in it, because no source was found: manifests that S3 makes for jobs ([`Item::JobManifest`]), and what is not STANDARD in Tokyo
/// beyond the storage of STANDARD_IA.
#[rustfmt::skip]
const PRICES: &[Row] = {
    use Class::*;
    use Item::*;
    &[
        // Requests that write, a thousand; LIST is charged as PUT into STANDARD.
        row(Put(Standard),           VIRGINIA,  5_000, 1_000, OCTOBER_2025, S3_VIRGINIA),
        row(Put(ReducedRedundancy),  VIRGINIA,  5_000, 1_000, None, S3_VIRGINIA),
        row(Put(IntelligentTiering), VIRGINIA,  5_000, 1_000, None, S3_VIRGINIA),
        row(Put(StandardIa),         VIRGINIA, 10_000, 1_000, None, S3_VIRGINIA),
        row(Put(OneZoneIa),          VIRGINIA, 10_000, 1_000, None, S3_VIRGINIA),
        row(Put(GlacierIr),          VIRGINIA, 20_000, 1_000, None, S3_VIRGINIA),
        row(Put(Glacier),            VIRGINIA, 30_000, 1_000, None, S3_VIRGINIA),
        row(Put(DeepArchive),        VIRGINIA, 50_000, 1_000, None, S3_VIRGINIA),
        row(Put(Standard),           TOKYO,     4_700, 1_000, SEPTEMBER_2026, S3_TOKYO),
        // Requests that read or ask, a thousand.
        row(Get(Standard),           VIRGINIA,    400, 1_000, OCTOBER_2025, S3_VIRGINIA),
        row(Get(ReducedRedundancy),  VIRGINIA,    400, 1_000, None, S3_VIRGINIA),
        row(Get(IntelligentTiering), VIRGINIA,    400, 1_000, None, S3_VIRGINIA),
        row(Get(StandardIa),         VIRGINIA,  1_000, 1_000, None, S3_VIRGINIA),
        row(Get(OneZoneIa),          VIRGINIA,  1_000, 1_000, None, S3_VIRGINIA),
        row(Get(GlacierIr),          VIRGINIA, 10_000, 1_000, None, S3_VIRGINIA),
        row(Get(Glacier),            VIRGINIA,    400, 1_000, None, S3_VIRGINIA),
        row(Get(DeepArchive),        VIRGINIA,    400, 1_000, None, S3_VIRGINIA),
        row(Get(Standard),           TOKYO,       370, 1_000, SEPTEMBER_2026, S3_TOKYO),
        // Reading, a gigabyte.
        row(Retrieved(StandardIa),   VIRGINIA, 10_000, GB, None, S3_VIRGINIA),
        row(Retrieved(OneZoneIa),    VIRGINIA, 10_000, GB, None, S3_VIRGINIA),
        row(Retrieved(GlacierIr),    VIRGINIA, 30_000, GB, None, S3_VIRGINIA),
        // Storage, a gigabyte and month.
        row(Stored(Standard),           VIRGINIA, 23_000, GB_MONTH, OCTOBER_2025, S3_VIRGINIA),
        row(Stored(ReducedRedundancy),  VIRGINIA, 24_000, GB_MONTH, None, S3_VIRGINIA),
        row(Stored(IntelligentTiering), VIRGINIA, 23_000, GB_MONTH, OCTOBER_2025, S3_VIRGINIA),
        row(Stored(StandardIa),         VIRGINIA, 12_500, GB_MONTH, OCTOBER_2025, S3_VIRGINIA),
        row(Stored(OneZoneIa),          VIRGINIA, 10_000, GB_MONTH, OCTOBER_2025, S3_VIRGINIA),
        row(Stored(GlacierIr),          VIRGINIA,  4_000, GB_MONTH, OCTOBER_2025, S3_VIRGINIA),
        row(Stored(Glacier),            VIRGINIA,  3_600, GB_MONTH, None, S3_VIRGINIA),
        row(Stored(DeepArchive),        VIRGINIA,    990, GB_MONTH, None, S3_VIRGINIA),
        row(Stored(Standard),           TOKYO,    25_000, GB_MONTH, SEPTEMBER_2026, S3_TOKYO),
        row(Stored(StandardIa),         TOKYO,    13_800, GB_MONTH, None, S3_TOKYO),
        // Restores: a thousand requests, a gigabyte. GLACIER's are free in bulk.
        row(Restore(Glacier, Speed::Standard),      VIRGINIA,  50_000, 1_000, None, S3_VIRGINIA),
        row(Restore(Glacier, Speed::Bulk),          VIRGINIA,       0, 1_000, None, S3_PAGE),
        row(Restore(DeepArchive, Speed::Standard),  VIRGINIA, 100_000, 1_000, None, S3_VIRGINIA),
        row(Restore(DeepArchive, Speed::Bulk),      VIRGINIA,  25_000, 1_000, None, S3_VIRGINIA),
        row(Restored(Glacier, Speed::Standard),     VIRGINIA,  10_000, GB, None, S3_VIRGINIA),
        row(Restored(Glacier, Speed::Bulk),         VIRGINIA,       0, GB, None, S3_PAGE),
        row(Restored(DeepArchive, Speed::Standard), VIRGINIA,  20_000, GB, None, S3_VIRGINIA),
        row(Restored(DeepArchive, Speed::Bulk),     VIRGINIA,   2_500, GB, None, S3_VIRGINIA),
        // S3 Batch Operations, and S3 Inventory.
        row(Job,             VIRGINIA,   250_000, 1, None, S3_PAGE),
        row(JobObject,       VIRGINIA, 1_000_000, 1_000_000, None, S3_PAGE),
        row(Checksum,        VIRGINIA,     4_000, GB, None, S3_PAGE),
        row(InventoryObject, VIRGINIA,     2_500, 1_000_000, None, S3_PAGE),
        // What is not S3.
        row(Athena,     VIRGINIA, 5_000_000, TB, ATHENA_2026, ATHENA_VIRGINIA),
        row(Athena,     TOKYO,    5_000_000, TB, SEPTEMBER_2026, ATHENA_TOKYO),
        row(KeyRequest, VIRGINIA,    30_000, 10_000, None, KMS_PAGE),
        row(KeyRequest, TOKYO,       30_000, 10_000, SEPTEMBER_2026, KMS_TOKYO),
        row(Out,        VIRGINIA,    90_000, GB, None, S3_PAGE),
        row(Out,        TOKYO,      114_000, GB, SEPTEMBER_2026, TRANSFER_TOKYO),
        row(Delete,     VIRGINIA,         0, 1_000, None, S3_PAGE),
        row(Delete,     TOKYO,            0, 1_000, None, S3_PAGE),
        // The temporary copy of a restored version is charged as STANDARD: no rows of its own.
    ]
};

/// What an item costs in a region; else in the region that lends its prices; none: no source told it.
pub(super) fn price(item: Item, region: &Region) -> Option<UnitPrice> {
    let in_region = |name: &str| PRICES.iter().find(|row| row.item == item && row.region == name);
    let row = in_region(region.as_str()).or_else(|| in_region(LENDER))?;
    Some(UnitPrice {
        micro_usd: MicroUsd(row.micro_usd),
        per: row.per,
        region: Region::new(row.region).ok()?,
        source: row.source.to_owned(),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        Region::new(name).expect("a region")
    }

    #[test]
    fn nothing_has_two_prices_in_one_region_and_each_has_a_source() {
        for (place, row) in PRICES.iter().enumerate() {
            let again = PRICES[place + 1..]
                .iter()
                .find(|other| other.item == row.item && other.region == row.region);
            assert!(again.is_none(), "{:?} in {} twice", row.item, row.region);
            assert!(row.source.starts_with("https://") && row.per > 0, "{:?}", row.item);
            assert!(row.dated.is_none_or(|dated| dated <= LOOKED_UP_ON), "{:?}", row.item);
            assert!(Region::new(row.region).is_ok());
        }
    }

    #[test]
    fn a_region_has_its_own_prices_and_borrows_the_others_openly() {
        let put = price(Item::Put(Class::Standard), &region("ap-northeast-1")).expect("it is in the table");
        assert_eq!(
            (put.micro_usd.0, put.per, put.region.as_str()),
            (4_700, 1_000, "ap-northeast-1")
        );
        let job = price(Item::Job, &region("ap-northeast-1")).expect("it is in the table");
        assert_eq!((job.micro_usd.0, job.region.as_str()), (250_000, "us-east-1"));
        let elsewhere = price(Item::Put(Class::Standard), &region("sa-east-1")).expect("it is in the table");
        assert_eq!(elsewhere.region.as_str(), "us-east-1");
    }

    #[test]
    fn what_no_source_told_has_no_price() {
        assert_eq!(price(Item::JobManifest, &region("us-east-1")), None);
        assert_eq!(Class::of("EXPRESS_ONEZONE"), None);
    }
}
