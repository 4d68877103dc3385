//! A file of prices, the table's own or a team's: read, and refused with the place and what would be right.

use model::Region;
use model::cost::MicroUsd;
use serde::Deserialize;
use toml::Spanned;

use super::item::{Item, Per};
use super::{Row, Table};
use crate::runbook::place_of;

/// Nothing that AWS charges for costs as much.
const MOST: f64 = 1e6;
/// What holds in every region.
const GLOBAL: &str = "global";

/// A file of prices that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct PricesError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    priced_on: Spanned<String>,
    price: Vec<Priced>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Priced {
    item: Spanned<String>,
    region: Spanned<String>,
    usd: Spanned<f64>,
    per: Spanned<Per>,
    dated: Option<Spanned<String>>,
    source: Spanned<String>,
}

/// Reads it.
pub(super) fn table(text: &str) -> Result<Table, PricesError> {
    let refused = |at: usize, reason: String| {
        let (line, column) = place_of(text, at);
        PricesError { line, column, reason }
    };
    let file: File = toml::from_str(text).map_err(|error| {
        let at = error.span().map_or(0, |span| span.start);
        refused(at, error.message().trim().to_owned())
    })?;
    let mut table = Table {
        priced_on: day(&file.priced_on).map_err(|(at, why)| refused(at, why))?,
        rows: Vec::with_capacity(file.price.len()),
    };
    for priced in &file.price {
        let row = priced.row().map_err(|(at, why)| refused(at, why))?;
        if table.at(&row.item, row.region.as_ref().map(Region::as_str)).is_some() {
            let (item, region) = (priced.item.get_ref(), priced.region.get_ref());
            let why = format!("{item} has a price in {region} already: leave one of the two");
            return Err(refused(priced.item.span().start, why));
        }
        table.rows.push(row);
    }
    Ok(table)
}

impl Priced {
    /// The row, else what is wrong, and at which byte.
    fn row(&self) -> Result<Row, (usize, String)> {
        let name = self.item.get_ref();
        let item = Item::of(name).map_err(|why| (self.item.span().start, why))?;
        let region = match self.region.get_ref().as_str() {
            GLOBAL => None,
            region => Some(Region::new(region).map_err(|error| {
                let why = format!("{name}: {error}; \"{GLOBAL}\" where it has the same price everywhere");
                (self.region.span().start, why)
            })?),
        };
        let written = *self.per.get_ref();
        if !item.pers().contains(&written) {
            let right: Vec<&str> = item.pers().iter().map(|per| per.word()).collect();
            let why = format!(
                "{name} is not priced per {}: per is {}",
                written.word(),
                right.join(", ")
            );
            return Err((self.per.span().start, why));
        }
        let (price, per) =
            whole(*self.usd.get_ref(), written).map_err(|why| (self.usd.span().start, format!("{name}: {why}")))?;
        if self.source.get_ref().trim().is_empty() {
            let why = format!("{name} has no source: say where the price is from");
            return Err((self.source.span().start, why));
        }
        Ok(Row {
            item,
            region,
            price,
            per,
            dated: self.dated.as_ref().map(day).transpose()?,
            source: self.source.get_ref().clone(),
        })
    }
}

fn day(written: &Spanned<String>) -> Result<String, (usize, String)> {
    let text = written.get_ref();
    match text.parse::<jiff::civil::Date>() {
        Ok(day) => Ok(day.to_string()),
        Err(_) => Err((
            written.span().start,
            format!("{text:?} is no day: write it as \"2026-12-01\""),
        )),
    }
}

/// The price in whole micro-dollars. Of what is counted, one may cost less than that, as price lists have it: then the price is that of a
/// thousand, or of as many as it takes.
fn whole(usd: f64, per: Per) -> Result<(MicroUsd, Per), String> {
    if !(0.0..MOST).contains(&usd) {
        return Err(format!(
            "{usd} is no price in US dollars: it is 0, or more, and less than a million"
        ));
    }
    let one = per.units().unwrap_or(1);
    let of = |many: Per| usd * 1e6 * counted(many.units().unwrap_or(one) / one);
    let exact = |many: &Per| (of(*many) - of(*many).round()).abs() <= 1e-6 * of(*many);
    let more = Per::COUNTED.into_iter().skip_while(|many| *many != per);
    let per = more.clone().find(exact).or(more.last()).unwrap_or(per);
    let micro = micro(of(per));
    if micro.0 == 0 && usd > 0.0 {
        return Err(format!(
            "{usd} is less than the millionth of a dollar that is the least that is counted"
        ));
    }
    Ok((micro, per))
}

#[expect(clippy::cast_precision_loss, reason = "a million at most")]
fn counted(count: u64) -> f64 {
    count as f64
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "a price is checked to be small and not negative"
)]
fn micro(usd: f64) -> MicroUsd {
    MicroUsd(usd.round() as u64)
}
