//! What AWS charges: one table with a date, and a team's own file that stands before it, in the same form. What no source told has no price:
//! it is said to be not known, and is in no sum. `docs/costs.md` says how the prices were found.
//!
//! What may not enter: how much there is of anything. `bucket/plan_costs.rs`, `snapshot_costs.rs` and `retire/month.rs` count.

mod item;
mod read;

use std::sync::LazyLock;

use model::Region;
use model::cost::{MicroUsd, UnitPrice};

use item::Per;
pub(crate) use item::{Class, Item, Speed};
pub use read::PricesError;

/// The region whose prices stand in where a region's own are not known.
const LENDER: &str = "us-east-1";
/// Hours of a month of thirty days.
const HOURS: u64 = 720;

static TABLE: LazyLock<Table> =
    LazyLock::new(|| read::table(include_str!("table.toml")).expect("a test reads the table as it is built in"));

/// The prices that plans rest on.
#[derive(Debug, Clone, Default)]
pub struct Prices {
    own: Option<Table>,
}

/// Prices, all of one day.
#[derive(Debug, Clone)]
struct Table {
    priced_on: String,
    rows: Vec<Row>,
}

/// What something costs.
#[derive(Debug, Clone)]
struct Row {
    item: Item,
    /// None: the same everywhere.
    region: Option<Region>,
    price: MicroUsd,
    per: Per,
    /// The date that the price list bears; absent: it was seen in a copy that bears none.
    #[cfg_attr(not(test), expect(dead_code, reason = "for who brings the table up to date"))]
    dated: Option<String>,
    source: String,
}

impl Table {
    fn at(&self, item: &Item, region: Option<&str>) -> Option<&Row> {
        let here = |row: &&Row| row.item == *item && row.region.as_ref().map(Region::as_str) == region;
        self.rows.iter().find(here)
    }
}

/// What something costs in a month.
pub(crate) struct MonthPrice<'a> {
    row: &'a Row,
}

impl MonthPrice<'_> {
    /// What so many of it cost in a month of thirty days, each of so many GiB where it is counted by size; none: nobody told how large.
    pub(crate) fn sum(&self, times: u64, gib: Option<u64>) -> Option<MicroUsd> {
        let units = match self.row.per {
            Per::Month => 1,
            Per::Hour => HOURS,
            Per::GibMonth => gib?,
            // Nothing that is counted so costs anything for being there.
            Per::Each | Per::Thousand | Per::TenThousand | Per::Million | Per::Gib | Per::Tb => return None,
        };
        Some(MicroUsd(self.row.price.0.saturating_mul(units).saturating_mul(times)))
    }

    /// The region whose price it is; none: it has the same everywhere.
    pub(crate) fn region(&self) -> Option<&Region> {
        self.row.region.as_ref()
    }

    /// Where it is published.
    pub(crate) fn source(&self) -> &str {
        &self.row.source
    }
}

impl Prices {
    /// A team's own prices, before those of the table: with its discounts, and with what the table lacks.
    pub fn parse(text: &str) -> Result<Self, PricesError> {
        let own = Some(read::table(text)?);
        Ok(Self { own })
    }

    /// The day on which the table's prices were looked up.
    pub fn priced_on(&self) -> &str {
        &TABLE.priced_on
    }

    /// The day of the team's own, where there are any.
    pub fn own_priced_on(&self) -> Option<&str> {
        self.own.as_ref().map(|own| own.priced_on.as_str())
    }

    /// One's own before the table's; but of both what holds in the region before what another lends.
    fn find(&self, item: &Item, region: &Region) -> Option<&Row> {
        let tables = || self.own.iter().chain([&*TABLE]);
        let here = tables().find_map(|table| table.at(item, Some(region.as_str())).or_else(|| table.at(item, None)));
        here.or_else(|| tables().find_map(|table| table.at(item, Some(LENDER))))
    }

    /// What a unit of a plan's costs is charged; none: no source told it.
    pub(crate) fn unit(&self, item: &Item, region: &Region) -> Option<UnitPrice> {
        let row = self.find(item, region)?;
        Some(UnitPrice {
            micro_usd: row.price,
            per: row.per.units()?,
            region: row.region.as_ref().unwrap_or(region).clone(),
            source: row.source.clone(),
        })
    }

    /// What something costs for being there; none: no source told it.
    pub(crate) fn of_month(&self, item: &Item, region: &Region) -> Option<MonthPrice<'_>> {
        self.find(item, region).map(|row| MonthPrice { row })
    }
}

#[cfg(test)]
#[path = "prices_tests.rs"]
mod tests;
