//! What AWS will charge, as the plan has it: the sum, bucket by bucket, and the lines behind each.

use std::collections::BTreeSet;

use model::ResourceRef;
use model::cost::{Charge, CostLine, GB, GB_MONTH, MicroUsd, Span, Sum, TB, Unit, grouped, total};
use schemars::JsonSchema;
use serde::Serialize;

use crate::document::{Block, Line, Table, Tone, code, text};
use crate::facts::Facts;
use crate::words::{self, Language, Text};

/// The section; none where nothing was priced.
pub(crate) fn blocks(facts: &Facts<'_>, language: Language) -> Option<Vec<Block>> {
    let costs = &facts.plan.costs;
    if costs.is_empty() {
        return None;
    }
    let say = |text: Text| text.say(language).to_owned();
    let for_proof = total(costs.lines.iter().filter(|line| line.charge.is_for_proof()));
    let mut blocks = vec![
        Block::Figures(vec![
            (
                say(Text::CostInAll),
                vec![text(money(total(&costs.lines), language))],
                Tone::Plain,
            ),
            (
                say(Text::CostOfProof),
                vec![text(money(for_proof, language))],
                Tone::Plain,
            ),
        ]),
        Block::Paragraph(vec![text(Text::CostMeans.fill(language, &[&costs.priced_on]))]),
    ];
    if let Some(own) = &costs.own_priced_on {
        blocks.push(Block::Paragraph(vec![text(Text::CostOwn.fill(language, &[own]))]));
    }
    let lent = costs.lent_by(&facts.plan.region);
    if !lent.is_empty() {
        let lent: Vec<&str> = lent.iter().map(|region| region.as_str()).collect();
        let words = Text::CostLent.fill(language, &[facts.plan.region.as_str(), &lent.join(", ")]);
        blocks.push(Block::Paragraph(vec![text(words)]));
    }
    let missing = missing(facts, language);
    if !missing.is_empty() {
        blocks.push(Block::Notice(Tone::Careful, say(Text::CostMissing), missing));
    }
    for resource in costs.resources() {
        blocks.push(of_resource(facts, resource, language));
    }
    blocks.push(Block::List(say(Text::CostSources), sources(facts)));
    Some(blocks)
}

/// What is in no sum: what no source gave a price for, and what nobody knows the quantity of.
fn missing(facts: &Facts<'_>, language: Language) -> Vec<Line> {
    let costs = &facts.plan.costs;
    let whose = |without: &dyn Fn(&&CostLine) -> bool| {
        let mut by_charge: Vec<((Charge, Option<String>), Line)> = Vec::new();
        for line in costs.lines.iter().filter(without) {
            let what = (line.charge, line.class.clone());
            match by_charge.iter_mut().find(|(known, _)| *known == what) {
                Some((_, whose)) => whose.extend([text(", "), code(&line.resource)]),
                None => by_charge.push((what, vec![code(&line.resource)])),
            }
        }
        by_charge
    };
    let mut lines = Vec::new();
    for (word, found) in [
        (Text::NotPriced, whose(&|line| line.price.is_none())),
        (
            Text::QuantityUnknown,
            whose(&|line| line.quantity.is_none() && line.price.is_some()),
        ),
    ] {
        for ((charge, class), whose) in found {
            let named = named(charge, class.as_deref(), language);
            let mut line = vec![text(format!("{} ", word.fill(language, &[&named])))];
            line.extend(whose);
            lines.push(line);
        }
    }
    lines
}

/// Where the prices are published, each once. Without the scheme: the page names no address that a browser could follow by itself.
fn sources(facts: &Facts<'_>) -> Vec<Line> {
    let prices = facts.plan.costs.lines.iter().filter_map(|line| line.price.as_ref());
    let sources: BTreeSet<&str> = prices
        .map(|price| price.source.trim_start_matches("https://"))
        .collect();
    sources.into_iter().map(|source| vec![code(source)]).collect()
}

fn of_resource(facts: &Facts<'_>, resource: &ResourceRef, language: Language) -> Block {
    let costs = &facts.plan.costs;
    let sum = money(total(costs.of(resource)), language);
    let mut inner = Vec::new();
    if costs.only_sums.contains(resource) {
        inner.push(Block::Paragraph(vec![text(Text::OnlySums.say(language))]));
    }
    let row = |line: &CostLine| {
        let unknown = || vec![text(Text::Unknown.say(language))];
        vec![
            vec![text(named(line.charge, line.class.as_deref(), language))],
            line.quantity
                .map_or_else(unknown, |span| vec![text(quantity(span, line.unit, language))]),
            price(facts, line, language),
            vec![text(money(line.sum, language))],
        ]
    };
    let headings = [Text::ChargedFor, Text::Quantity, Text::UnitPrice, Text::Cost];
    inner.push(Block::Table(Table {
        caption: Text::CostCaption.fill(language, &[&resource.to_string()]),
        headings: headings.map(|text| text.say(language).to_owned()).into(),
        rows: costs.of(resource).map(row).collect(),
        numbers: vec![1, 2, 3],
    }));
    let summary = Text::CostOfResource.fill(language, &[&resource.to_string(), &sum]);
    Block::Fold(vec![text(summary)], inner)
}

fn named(charge: Charge, class: Option<&str>, language: Language) -> String {
    let word = words::charge(charge).say(language);
    class.map_or_else(|| word.to_owned(), |class| format!("{word}, {class}"))
}

/// From the least to the most, as far as it is known.
pub(crate) fn money(sum: Option<Sum>, language: Language) -> String {
    match sum {
        Some(sum) => between(sum.low.to_string(), sum.high.to_string(), language),
        None => Text::Unknown.say(language).to_owned(),
    }
}

fn between(low: String, high: String, language: Language) -> String {
    if low == high {
        return low;
    }
    Text::FromTo.fill(language, &[&low, &high])
}

fn quantity(span: Span, unit: Unit, language: Language) -> String {
    let count: fn(u64) -> String = match unit {
        Unit::Requests | Unit::Objects | Unit::Jobs => grouped,
        Unit::Bytes => |bytes| hundredths(bytes, GB),
        Unit::ByteDays => |days| hundredths(days, GB_MONTH),
    };
    let counted = between(count(span.low), count(span.high), language);
    let word = match unit {
        Unit::Requests => Text::CountRequests,
        Unit::Objects => Text::CountObjects,
        Unit::Jobs => Text::CountJobs,
        Unit::ByteDays => Text::CountGbMonths,
        // The same in every language.
        Unit::Bytes => return format!("{counted} GB"),
    };
    word.fill(language, &[&counted])
}

/// To two places, the half rounded up; what is less, and something, is said to be less.
fn hundredths(count: u64, per: u64) -> String {
    let rounded = (u128::from(count) * 100 + u128::from(per) / 2) / u128::from(per);
    if rounded == 0 && count > 0 {
        return "<0.01".to_owned();
    }
    let whole = u64::try_from(rounded / 100).unwrap_or(u64::MAX);
    format!("{}.{:02}", grouped(whole), rounded % 100)
}

/// A unit price, marked where it is another region's.
fn price(facts: &Facts<'_>, line: &CostLine, language: Language) -> Line {
    let Some(price) = &line.price else {
        return vec![text(Text::Unknown.say(language))];
    };
    let dollars = exactly(price.micro_usd);
    let mut words = match price.per {
        1 => Text::PriceEach.fill(language, &[&dollars]),
        GB => Text::PricePerGb.fill(language, &[&dollars]),
        GB_MONTH => Text::PricePerGbMonth.fill(language, &[&dollars]),
        TB => Text::PricePerTb.fill(language, &[&dollars]),
        per => Text::PricePer.fill(language, &[&dollars, &grouped(per)]),
    };
    if price.region != facts.plan.region {
        words.push_str(" *");
    }
    vec![text(words)]
}

/// As many places as it has, two at least.
fn exactly(MicroUsd(micro): MicroUsd) -> String {
    let places = format!("{:06}", micro % 1_000_000);
    let kept = places.trim_end_matches('0').len().max(2);
    format!("${}.{}", grouped(micro / 1_000_000), &places[..kept])
}

/// The charges as JSON.
#[derive(Debug, Serialize, JsonSchema)]
pub(crate) struct CostsJson {
    /// The day on which the prices were looked up.
    priced_on: String,
    /// The day of a team's own prices; null: there were none.
    own_priced_on: Option<String>,
    /// All of it.
    total: SumJson,
    /// Of that, for the proof that copies are equal.
    for_proof: SumJson,
    /// Resource by resource.
    resources: Vec<ResourceCosts>,
    /// Line by line.
    lines: Vec<CostLine>,
}

/// From the least to the most; null where nobody knows.
#[derive(Debug, Serialize, JsonSchema)]
struct SumJson {
    /// At least, in millionths of a US dollar.
    low_micro_usd: Option<MicroUsd>,
    /// At most.
    high_micro_usd: Option<MicroUsd>,
}

/// What moving one resource is charged for.
#[derive(Debug, Serialize, JsonSchema)]
struct ResourceCosts {
    /// At least, in millionths of a US dollar.
    low_micro_usd: Option<MicroUsd>,
    /// At most.
    high_micro_usd: Option<MicroUsd>,
    /// Its kind.
    kind: String,
    /// Its name.
    name: String,
    /// Whether only sums were known of it.
    only_sums: bool,
}

/// As JSON; none where nothing was priced.
pub(crate) fn value(facts: &Facts<'_>) -> Option<CostsJson> {
    let costs = &facts.plan.costs;
    let sum = |of: Option<Sum>| SumJson {
        low_micro_usd: of.map(|sum| sum.low),
        high_micro_usd: of.map(|sum| sum.high),
    };
    let resource = |resource: &ResourceRef| {
        let SumJson {
            low_micro_usd,
            high_micro_usd,
        } = sum(total(costs.of(resource)));
        ResourceCosts {
            low_micro_usd,
            high_micro_usd,
            kind: resource.kind.clone(),
            name: resource.name.clone(),
            only_sums: costs.only_sums.contains(resource),
        }
    };
    (!costs.is_empty()).then(|| CostsJson {
        priced_on: costs.priced_on.clone(),
        own_priced_on: costs.own_priced_on.clone(),
        total: sum(total(&costs.lines)),
        for_proof: sum(total(costs.lines.iter().filter(|line| line.charge.is_for_proof()))),
        resources: costs.resources().into_iter().map(resource).collect(),
        lines: costs.lines.clone(),
    })
}

#[cfg(test)]
#[path = "costs_tests.rs"]
mod tests;
