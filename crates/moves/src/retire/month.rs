//! What keeping something costs in a month of thirty days.

use model::Region;
use model::cost::MicroUsd;
use serde::Serialize;

use crate::prices::{Item, Prices};

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

impl MonthLine {
    /// So many of something, for as long as it is there. `gib` where it is counted by size; absent: nobody has told how much there is.
    pub(crate) fn of(
        what: impl Into<String>,
        (prices, region): (&Prices, &Region),
        item: &Item,
        times: u64,
        gib: Option<u64>,
    ) -> Self {
        let price = prices.of_month(item, region);
        Self {
            what: what.into(),
            sum: price.as_ref().and_then(|price| price.sum(times, gib)),
            region: price.as_ref().and_then(|price| price.region()).map(ToString::to_string),
            source: price.map(|price| price.source().to_owned()),
        }
    }

    /// Of what nobody told so much that it could be priced.
    pub(crate) fn unknown(what: impl Into<String>) -> Self {
        Self {
            what: what.into(),
            sum: None,
            region: None,
            source: None,
        }
    }
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
    use crate::prices::Class;

    fn region(name: &str) -> Region {
        Region::new(name).expect("a region")
    }

    #[test]
    fn a_month_is_summed_and_what_nobody_told_is_in_no_sum() {
        let prices = Prices::default();
        let tokyo = region("ap-northeast-1");
        let line = |what: &str, item: Item, gib: Option<u64>| MonthLine::of(what, (&prices, &tokyo), &item, 1, gib);
        let item = Item::Database("db.t4g.medium".to_owned(), "postgres".to_owned());
        let hours = line("the instance", item, None);
        let storage = line("its storage", Item::DatabaseStorage("gp3".to_owned()), Some(20));
        let unknown = line("its IOPS", Item::DatabaseStorage("io1".to_owned()), Some(20));
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
        let zone = line("the zone", Item::Zone, None);
        assert_eq!(Month { lines: vec![zone] }.shown(&tokyo), "$0.50");
        let size_not_told = line("its contents", Item::Stored(Class::Standard), None);
        assert_eq!(
            (size_not_told.sum, size_not_told.region.as_deref()),
            (None, Some("ap-northeast-1"))
        );
    }
}
