//! What has a price, by the name that it bears in the table and in a file of one's own, and in what each is counted.

use model::cost::{GB, GB_MONTH, TB};
use serde::Deserialize;

/// What has a price.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Item {
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
    /// A hosted zone.
    Zone,
    /// A customer's KMS key.
    Key,
    /// A database instance of a class (`db.t4g.micro`) and engine.
    Database(String, String),
    /// A gigabyte of a database's storage, of a type (`gp3`).
    DatabaseStorage(String),
    /// A gigabyte of a snapshot of RDS.
    DatabaseSnapshot,
    /// A gigabyte of an EBS volume of a type (`gp3`).
    Volume(String),
    /// A gigabyte of an EBS snapshot.
    Snapshot,
    /// An EC2 instance of a type (`t3.large`).
    Instance(String),
    /// A node of a cache of a type (`cache.t4g.small`).
    Cache(String),
}

/// A storage class.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Class {
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
pub(crate) enum Speed {
    Standard,
    Bulk,
}

/// In what something is priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Per {
    /// One of them.
    Each,
    /// A thousand.
    Thousand,
    /// Ten thousand.
    TenThousand,
    /// A million.
    Million,
    /// 2^30 bytes.
    Gib,
    /// 10^12 bytes.
    Tb,
    /// 2^30 bytes for a month of thirty days.
    GibMonth,
    /// Each hour.
    Hour,
    /// As long as it is there for a month.
    Month,
}

impl Per {
    pub(super) const COUNTED: [Self; 4] = [Self::Each, Self::Thousand, Self::TenThousand, Self::Million];
    const READ: [Self; 2] = [Self::Gib, Self::Tb];
    const LYING: [Self; 1] = [Self::GibMonth];
    const STANDING: [Self; 2] = [Self::Hour, Self::Month];

    /// Of how many units of a plan's costs it is; none: no plan counts by it.
    pub(super) fn units(self) -> Option<u64> {
        match self {
            Self::Each => Some(1),
            Self::Thousand => Some(1_000),
            Self::TenThousand => Some(10_000),
            Self::Million => Some(1_000_000),
            Self::Gib => Some(GB),
            Self::Tb => Some(TB),
            Self::GibMonth => Some(GB_MONTH),
            Self::Hour | Self::Month => None,
        }
    }

    /// As it is written.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Each => "each",
            Self::Thousand => "thousand",
            Self::TenThousand => "ten-thousand",
            Self::Million => "million",
            Self::Gib => "gib",
            Self::Tb => "tb",
            Self::GibMonth => "gib-month",
            Self::Hour => "hour",
            Self::Month => "month",
        }
    }
}

impl Speed {
    const ALL: [(&'static str, Self); 2] = [("standard", Self::Standard), ("bulk", Self::Bulk)];

    fn of(name: &str) -> Result<Self, String> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found
            .map(|(_, speed)| *speed)
            .ok_or_else(|| format!("nothing is restored at the speed {name:?}: there are standard and bulk"))
    }
}

impl Class {
    const ALL: [(&'static str, Self); 8] = [
        ("STANDARD", Self::Standard),
        ("REDUCED_REDUNDANCY", Self::ReducedRedundancy),
        ("INTELLIGENT_TIERING", Self::IntelligentTiering),
        ("STANDARD_IA", Self::StandardIa),
        ("ONEZONE_IA", Self::OneZoneIa),
        ("GLACIER_IR", Self::GlacierIr),
        ("GLACIER", Self::Glacier),
        ("DEEP_ARCHIVE", Self::DeepArchive),
    ];

    /// The class of this name; none: it has no prices here.
    pub(crate) fn of(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(known, _)| *known == name);
        found.map(|(_, class)| *class)
    }

    /// The same, of those of which an item speaks.
    fn among(name: &str, admitted: fn(Self) -> bool) -> Result<Self, String> {
        Self::of(name).filter(|class| admitted(*class)).ok_or_else(|| {
            let known = Self::ALL.iter().filter(|(_, class)| admitted(*class));
            let known: Vec<&str> = known.map(|(known, _)| *known).collect();
            format!("{name:?} is no storage class for this: there are {}", known.join(", "))
        })
    }

    /// Whether reading is charged by the gigabyte. What is restored from an archive is read as STANDARD.
    pub(crate) fn charges_for_reading(self) -> bool {
        matches!(self, Self::StandardIa | Self::OneZoneIa | Self::GlacierIr)
    }

    /// Whether it is restored before it is read.
    fn is_restored(self) -> bool {
        matches!(self, Self::Glacier | Self::DeepArchive)
    }

    /// For how many days an object is charged at least, whenever it goes. Source: the notes of <https://aws.amazon.com/s3/pricing/>.
    pub(crate) fn least_days(self) -> u64 {
        match self {
            Self::Standard | Self::ReducedRedundancy | Self::IntelligentTiering => 0,
            Self::StandardIa | Self::OneZoneIa => 30,
            Self::GlacierIr | Self::Glacier => 90,
            Self::DeepArchive => 180,
        }
    }

    /// As how many bytes an object is charged at least; the same source.
    pub(crate) fn least_bytes(self) -> u64 {
        if self.charges_for_reading() { 128 << 10 } else { 0 }
    }
}

/// The forms of all names.
pub(super) const FORMS: &str = "put:CLASS, get:CLASS, retrieved:CLASS, stored:CLASS, restore:CLASS:SPEED, restored:CLASS:SPEED, job, job-object, job-manifest, \
     checksum, inventory-object, athena, key-request, internet-out, delete, zone, key, database:CLASS:ENGINE, database-storage:TYPE, \
     database-snapshot, volume:TYPE, snapshot, instance:TYPE, cache:TYPE";

impl Item {
    /// In what it may be priced.
    pub(super) fn pers(&self) -> &'static [Per] {
        match self {
            Self::Put(_)
            | Self::Get(_)
            | Self::Restore(..)
            | Self::Job
            | Self::JobObject
            | Self::JobManifest
            | Self::InventoryObject
            | Self::KeyRequest
            | Self::Delete => &Per::COUNTED,
            Self::Retrieved(_) | Self::Restored(..) | Self::Checksum | Self::Athena | Self::Out => &Per::READ,
            Self::Stored(_) | Self::DatabaseStorage(_) | Self::DatabaseSnapshot | Self::Volume(_) | Self::Snapshot => {
                &Per::LYING
            }
            Self::Zone | Self::Key | Self::Database(..) | Self::Instance(_) | Self::Cache(_) => &Per::STANDING,
        }
    }

    /// The item of this name; else why there is none, and what there is.
    pub(super) fn of(name: &str) -> Result<Self, String> {
        let any = |class: &str| Class::among(class, |_| true);
        let restored = |class: &str| Class::among(class, Class::is_restored);
        let named = |kind: &str| match kind.is_empty() || kind.contains(char::is_whitespace) {
            true => Err(format!("{kind:?} is the name of nothing")),
            false => Ok(kind.to_owned()),
        };
        let beginning = |kind: &str, with: &str| match kind.starts_with(with) {
            true => named(kind),
            false => Err(format!("{kind:?} is none of AWS's: it begins with {with}")),
        };
        let parts: Vec<&str> = name.split(':').collect();
        let item = match parts.as_slice() {
            ["put", class] => any(class).map(Self::Put),
            ["get", class] => any(class).map(Self::Get),
            ["retrieved", class] => Class::among(class, Class::charges_for_reading).map(Self::Retrieved),
            ["stored", class] => any(class).map(Self::Stored),
            ["restore", class, speed] => restored(class).and_then(|class| Ok(Self::Restore(class, Speed::of(speed)?))),
            ["restored", class, speed] => {
                restored(class).and_then(|class| Ok(Self::Restored(class, Speed::of(speed)?)))
            }
            ["job"] => Ok(Self::Job),
            ["job-object"] => Ok(Self::JobObject),
            ["job-manifest"] => Ok(Self::JobManifest),
            ["checksum"] => Ok(Self::Checksum),
            ["inventory-object"] => Ok(Self::InventoryObject),
            ["athena"] => Ok(Self::Athena),
            ["key-request"] => Ok(Self::KeyRequest),
            ["internet-out"] => Ok(Self::Out),
            ["delete"] => Ok(Self::Delete),
            ["zone"] => Ok(Self::Zone),
            ["key"] => Ok(Self::Key),
            ["database", class, engine] => {
                beginning(class, "db.").and_then(|class| Ok(Self::Database(class, named(engine)?)))
            }
            ["database-storage", kind] => named(kind).map(Self::DatabaseStorage),
            ["database-snapshot"] => Ok(Self::DatabaseSnapshot),
            ["volume", kind] => named(kind).map(Self::Volume),
            ["snapshot"] => Ok(Self::Snapshot),
            ["instance", kind] => named(kind).map(Self::Instance),
            ["cache", kind] => beginning(kind, "cache.").map(Self::Cache),
            ["bucket"] => Err("what lies in a bucket is priced by its class, such as stored:STANDARD".to_owned()),
            _ => Err(format!("there are {FORMS}")),
        };
        item.map_err(|why| format!("nobody knows the item {name:?}: {why}"))
    }
}
