//! What keeping something costs in a month: a dated table of list prices, and how it is replaced. What no source told has no price here: it is
//! said to be not known, and is in no sum. `docs/costs.md` says how the prices were found.

use model::Region;
use model::cost::{GB_MONTH, MicroUsd, UnitPrice};
use serde::{Deserialize, Serialize};

/// The day on which the table's prices were looked up.
pub const LOOKED_UP_ON: &str = "2026-11-26";
/// The region whose prices stand in where a region's own are not known.
const LENDER: &str = "us-east-1";
/// Hours of a month of thirty days.
const HOURS: u64 = 720;

/// In what something is priced.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Per {
    /// As long as it is there for a month.
    Month,
    /// Each hour.
    Hour,
    /// Each GiB for a month.
    GibMonth,
}

/// What something costs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Price {
    /// What: `zone`, `key`, `database:CLASS:ENGINE`, `database-storage:TYPE`, `database-snapshot`, `volume:TYPE`, `instance:TYPE`, `snapshot`,
    /// `cache:TYPE`, `bucket`.
    pub item: String,
    /// The region; `global` for what has none.
    pub region: String,
    /// US dollars.
    pub usd: f64,
    /// In what it is counted.
    pub per: Per,
    /// Where that is published.
    pub source: String,
}

/// Prices, all of one day.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Prices {
    /// The day on which they were looked up.
    pub priced_on: String,
    /// The prices.
    #[serde(rename = "price")]
    rows: Vec<Price>,
}

/// A file of prices that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum PricesError {
    /// It is no TOML of this form.
    #[error("{0}")]
    Malformed(String),
    /// A price that is none.
    #[error("the price of {item} in {region} is {usd}")]
    NoPrice {
        /// Of what.
        item: String,
        /// Where.
        region: String,
        /// What stands there.
        usd: f64,
    },
}

const GLOBAL: &str = "global";
const ROUTE53: &str = "https://aws.amazon.com/route53/pricing/";
const KMS: &str = "https://aws.amazon.com/kms/pricing/";
const RDS: &str = "https://aws.amazon.com/rds/postgresql/pricing/";

/// Item, region, dollars, in what, source.
#[rustfmt::skip]
const TABLE: &[(&str, &str, f64, Per, &str)] = &[
    // The first 25 of an account; each further one $0.10.
    ("zone", GLOBAL, 0.50, Per::Month, ROUTE53),
    ("key", GLOBAL, 1.0, Per::Month, KMS),
    ("database:db.t4g.micro:postgres", LENDER, 0.016, Per::Hour, RDS),
    ("database:db.t4g.small:postgres", LENDER, 0.032, Per::Hour, RDS),
    ("database:db.t4g.medium:postgres", LENDER, 0.065, Per::Hour, RDS),
    ("database-storage:gp3", LENDER, 0.115, Per::GibMonth, RDS),
    ("database-snapshot", LENDER, 0.095, Per::GibMonth, RDS),
    // STANDARD, the first 50 TB.
    ("bucket", LENDER, 0.023, Per::GibMonth, "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/us-east-1/index.json"),
    ("bucket", "ap-northeast-1", 0.025, Per::GibMonth, "https://pricing.us-east-1.amazonaws.com/offers/v1.0/aws/AmazonS3/current/ap-northeast-1/index.json"),
];

impl Default for Prices {
    fn default() -> Self {
        let rows = TABLE.iter().map(|(item, region, usd, per, source)| Price {
            item: (*item).to_owned(),
            region: (*region).to_owned(),
            usd: *usd,
            per: *per,
            source: (*source).to_owned(),
        });
        Self {
            priced_on: LOOKED_UP_ON.to_owned(),
            rows: rows.collect(),
        }
    }
}

impl Prices {
    /// The table with the prices of a file before it: a team's own, with its discounts, and what the table lacks.
    pub fn parse(text: &str) -> Result<Self, PricesError> {
        let mut own: Self = toml::from_str(text).map_err(|error| PricesError::Malformed(error.to_string()))?;
        if let Some(bad) = own.rows.iter().find(|row| !(0.0..1e9).contains(&row.usd)) {
            return Err(PricesError::NoPrice {
                item: bad.item.clone(),
                region: bad.region.clone(),
                usd: bad.usd,
            });
        }
        own.rows.extend(Self::default().rows);
        Ok(own)
    }

    fn find(&self, item: &str, region: &Region) -> Option<&Price> {
        let of = |name: &str| self.rows.iter().find(|row| row.item == item && row.region == name);
        of(region.as_str()).or_else(|| of(GLOBAL)).or_else(|| of(LENDER))
    }

    /// What a GiB costs that lies there for a month, of what is counted so.
    pub(crate) fn of_gib_month(&self, item: &str, region: &Region) -> Option<UnitPrice> {
        let price = self.find(item, region).filter(|price| price.per == Per::GibMonth)?;
        Some(UnitPrice {
            micro_usd: micro(price.usd, 1),
            per: GB_MONTH,
            region: Region::new(&price.region).ok()?,
            source: price.source.clone(),
        })
    }

    /// A line of a month's costs: so many of something, for as long as it is there. `gib` where it is counted by size; absent: nobody
    /// has told how much there is.
    pub(crate) fn line(
        &self,
        what: impl Into<String>,
        item: &str,
        region: &Region,
        times: u64,
        gib: Option<u64>,
    ) -> MonthLine {
        let price = self.find(item, region);
        let sum = price.and_then(|price| {
            let units = match price.per {
                Per::Month => 1,
                Per::Hour => HOURS,
                Per::GibMonth => gib?,
            };
            Some(micro(price.usd, units.saturating_mul(times)))
        });
        MonthLine {
            what: what.into(),
            sum,
            region: price
                .filter(|price| price.region != GLOBAL)
                .map(|price| price.region.clone()),
            source: price.map(|price| price.source.clone()),
        }
    }
}

/// So many times a price, in whole micro-dollars.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a price is checked to be small and not negative"
)]
fn micro(usd: f64, times: u64) -> MicroUsd {
    let one = (usd * 1e6).round() as u64;
    MicroUsd(one.saturating_mul(times))
}

/// What something costs in a month.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
pub struct Month {
    /// Line by line; none: AWS charges nothing for it.
    pub lines: Vec<MonthLine>,
}

/// One thing that is charged for.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct MonthLine {
    /// What.
    pub what: String,
    /// What it comes to; absent: not known.
    pub sum: Option<MicroUsd>,
    /// The region whose price that is.
    pub region: Option<String>,
    /// Where it is published.
    pub source: Option<String>,
}

impl Month {
    /// What is known of it, and whether that is all.
    pub fn sum(&self) -> (MicroUsd, bool) {
        let known = self.lines.iter().filter_map(|line| line.sum);
        let sum = known.fold(0_u64, |sum, line| sum.saturating_add(line.0));
        (MicroUsd(sum), self.lines.iter().all(|line| line.sum.is_some()))
    }

    /// For people. A price that another region lends has a `*`.
    pub fn shown(&self, region: &Region) -> String {
        let (sum, whole) = self.sum();
        let lent = self
            .lines
            .iter()
            .any(|line| line.sum.is_some() && line.region.as_deref().is_some_and(|lender| lender != region.as_str()));
        let star = if lent { "*" } else { "" };
        let unknown: Vec<&str> = self
            .lines
            .iter()
            .filter(|line| line.sum.is_none())
            .map(|line| line.what.as_str())
            .collect();
        match (whole, self.lines.is_empty(), sum.0) {
            (_, true, _) => "nothing".to_owned(),
            (true, ..) => format!("{sum}{star}"),
            (false, _, 0) => format!("not known ({})", unknown.join(", ")),
            (false, ..) => format!("{sum}{star} and what is not known ({})", unknown.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn region(name: &str) -> Region {
        Region::new(name).expect("a region")
    }

    #[test]
    fn a_month_is_summed_and_what_nobody_told_is_in_no_sum() {
        let prices = Prices::default();
        let tokyo = region("ap-northeast-1");
        let hours = prices.line("the instance", "database:db.t4g.medium:postgres", &tokyo, 1, None);
        let storage = prices.line("its storage", "database-storage:gp3", &tokyo, 1, Some(20));
        let unknown = prices.line("its IOPS", "database-iops:io1", &tokyo, 1, Some(20));
        // 720 hours at $0.065, and 20 GiB at $0.115.
        assert_eq!(
            (hours.sum, storage.sum),
            (Some(MicroUsd(46_800_000)), Some(MicroUsd(2_300_000)))
        );
        let month = Month {
            lines: vec![hours, storage],
        };
        assert_eq!(month.shown(&tokyo), "$49.10*");
        assert_eq!(month.shown(&region("us-east-1")), "$49.10");
        let month = Month {
            lines: [month.lines, vec![unknown.clone()]].concat(),
        };
        assert_eq!(month.shown(&tokyo), "$49.10* and what is not known (its IOPS)");
        assert_eq!(Month { lines: vec![unknown] }.shown(&tokyo), "not known (its IOPS)");
        assert_eq!(Month::default().shown(&tokyo), "nothing");
        let zone = prices.line("the zone", "zone", &tokyo, 1, None);
        assert_eq!(Month { lines: vec![zone] }.shown(&tokyo), "$0.50");
    }

    #[test]
    fn a_file_of_prices_stands_before_the_table() {
        let text = "priced_on = \"2027-01-01\"\n[[price]]\nitem = \"volume:gp3\"\nregion = \"ap-northeast-1\"\nusd = 0.096\nper = \"gib-month\"\n\
                    source = \"https://example.com\"\n[[price]]\nitem = \"zone\"\nregion = \"global\"\nusd = 0.1\nper = \"month\"\nsource = \"https://example.com\"\n";
        let prices = Prices::parse(text).expect("prices");
        let tokyo = region("ap-northeast-1");
        assert_eq!(prices.priced_on, "2027-01-01");
        assert_eq!(
            prices.line("it", "volume:gp3", &tokyo, 1, Some(100)).sum,
            Some(MicroUsd(9_600_000))
        );
        assert_eq!(prices.line("it", "zone", &tokyo, 1, None).sum, Some(MicroUsd(100_000)));
        assert_eq!(prices.line("it", "key", &tokyo, 1, None).sum, Some(MicroUsd(1_000_000)));
    }

    #[test]
    fn what_is_no_price_is_refused() {
        assert!(Prices::parse("priced_on = 1").is_err());
        let negative = "priced_on = \"x\"\n[[price]]\nitem = \"zone\"\nregion = \"global\"\nusd = -1.0\nper = \"month\"\nsource = \"\"\n";
        assert!(matches!(Prices::parse(negative), Err(PricesError::NoPrice { .. })));
        let nan = "priced_on = \"x\"\n[[price]]\nitem = \"zone\"\nregion = \"global\"\nusd = nan\nper = \"month\"\nsource = \"\"\n";
        assert!(matches!(Prices::parse(nan), Err(PricesError::NoPrice { .. })));
    }

    #[test]
    fn nothing_has_two_prices_in_one_region_and_each_has_a_source() {
        for (place, (item, region, _, _, source)) in TABLE.iter().enumerate() {
            let again = TABLE[place + 1..]
                .iter()
                .any(|other| other.0 == *item && other.1 == *region);
            assert!(!again && source.starts_with("https://"), "{item} in {region}");
        }
    }
}
