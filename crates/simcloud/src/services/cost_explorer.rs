//! Cost Explorer: what months cost, by service and region (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html>).
//!
//! Modelled: `GetCostAndUsage` by month, grouped by at most two of SERVICE, REGION and LINKED_ACCOUNT, filtered by these and RECORD_TYPE with And, Or and Not, page by page;
//! what it refuses; an account that it is not enabled for, and one of which it has nothing. Every whole month costs what the inventory says that one did (`bill`), a part of a
//! month its share of the days, and all of it is usage: there are no taxes, credits or refunds.
//! Left out: days and hours, tags and cost categories, other dimensions, billing views, what the request itself costs, the rest of an organization for its management account.

use std::collections::{BTreeMap, BTreeSet};

use jiff::ToSpan as _;
use jiff::civil::Date;
use jiff::tz::TimeZone;
use model::ids::{AccountId, Digest};
use model::inventory::{AccountInventory, Bill};
use serde_json::{Value, json};

use super::members::{items, page, text, texts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Bills {
    /// What a month costs.
    pub months: BTreeMap<AccountId, Bill>,
    /// The accounts for which nobody has enabled it.
    pub not_enabled: BTreeSet<AccountId>,
}

/// How many groups stand on a page. AWS does not say how many it gives.
const PAGE: usize = 100;
/// How far back it goes unless more was asked for.
const MONTHS: i32 = 14;

const GRANULARITIES: [&str; 3] = ["DAILY", "HOURLY", "MONTHLY"];
const METRICS: [&str; 7] = [
    "AmortizedCost",
    "BlendedCost",
    "NetAmortizedCost",
    "NetUnblendedCost",
    "NormalizedUsageAmount",
    "UnblendedCost",
    "UsageQuantity",
];
/// Those that are modelled as they are asked for.
const GROUPED_BY: [&str; 3] = ["SERVICE", "REGION", "LINKED_ACCOUNT"];

/// Fills from what the inventory says.
pub fn fill(cloud: &mut Cloud, account: &AccountId, contents: &AccountInventory) {
    if let Some(bill) = &contents.bill {
        cloud.cost_explorer.months.insert(account.clone(), bill.clone());
    }
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetCostAndUsage" => cost_and_usage(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("ce", operation)),
    }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationException", message)
}

/// One line of the bill.
struct Line<'a> {
    service: &'a str,
    region: &'a str,
    account: &'a str,
}

impl Line<'_> {
    fn dimension(&self, key: &str) -> Option<&str> {
        match key {
            "SERVICE" => Some(self.service),
            "REGION" => Some(self.region),
            "LINKED_ACCOUNT" => Some(self.account),
            "RECORD_TYPE" => Some("Usage"),
            _ => None,
        }
    }
}

fn cost_and_usage(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    if cloud.cost_explorer.not_enabled.contains(&caller.account) {
        let message = "User not enabled for cost explorer access";
        return Err(ServiceError::new("AccessDeniedException", message));
    }
    let today = cloud.now.to_zoned(TimeZone::UTC).date();
    let (start, end) = period(&input["TimePeriod"], today)?;
    let granularity = text(input, "Granularity").unwrap_or_default();
    if !GRANULARITIES.contains(&granularity) {
        return Err(invalid(format!(
            "1 validation error detected: Value '{granularity}' at 'granularity' failed to satisfy constraint: Member must satisfy enum value set: [{}]",
            GRANULARITIES.join(", ")
        )));
    }
    let metrics = texts(input, "Metrics");
    if metrics.is_empty() {
        return Err(invalid("Metrics is a required parameter."));
    }
    if let Some(unknown) = metrics.iter().find(|metric| !METRICS.contains(&metric.as_str())) {
        return Err(invalid(format!(
            "Metrics {unknown} is invalid. Valid values are: {}",
            METRICS.join(", ")
        )));
    }
    if let Some(quantity) = metrics.iter().find(|metric| !metric.ends_with("Cost")) {
        return Err(ServiceError::not_modelled(
            "ce",
            &format!("GetCostAndUsage of {quantity}"),
        ));
    }
    if granularity != "MONTHLY" {
        return Err(ServiceError::not_modelled(
            "ce",
            &format!("GetCostAndUsage, {granularity}"),
        ));
    }
    let groups = groups(input)?;
    let Some(bill) = cloud.cost_explorer.months.get(&caller.account) else {
        let message = "Data is not available. Please try to adjust the time period. If just enabled Cost Explorer, data might not be ingested yet";
        return Err(ServiceError::new("DataUnavailableException", message));
    };
    let mut shown: Vec<(String, Shown)> = Vec::new();
    let mut month = start.first_of_month();
    while month < end {
        let (from, to) = (month.max(start), month.saturating_add(1.month()).min(end));
        let mut costs = BTreeMap::<Vec<String>, f64>::new();
        for (service, regions) in &bill.services {
            for (region, amount) in regions {
                let account = caller.account.as_str();
                let line = Line {
                    service,
                    region,
                    account,
                };
                if passes(&input["Filter"], &line)? {
                    let keys = groups.iter().filter_map(|key| line.dimension(key).map(str::to_owned));
                    *costs.entry(keys.collect()).or_default() += share(*amount, from, to);
                }
            }
        }
        let period = json!({ "Start": from.to_string(), "End": to.to_string() });
        let estimated = to > today;
        // A month without groups is told all the same.
        let head = Shown {
            period,
            estimated,
            group: None,
        };
        shown.push((format!("{from}"), head.clone()));
        for (keys, cost) in costs {
            let cost = json!({ "Amount": cost.to_string(), "Unit": bill.unit });
            let costs: BTreeMap<&String, &Value> = metrics.iter().map(|metric| (metric, &cost)).collect();
            let group = Some((keys.clone(), json!(costs)));
            shown.push((format!("{from} {}", keys.join("\n")), Shown { group, ..head.clone() }));
        }
        month = month.saturating_add(1.month());
    }
    paged(input, shown, groups.is_empty())
}

/// One group of a month, or the month itself.
#[derive(Clone)]
struct Shown {
    period: Value,
    estimated: bool,
    group: Option<(Vec<String>, Value)>,
}

/// The page that is asked for. A token is good for the request that it was given to.
fn paged(input: &Value, shown: Vec<(String, Shown)>, ungrouped: bool) -> Answer {
    let mut asked = input.clone();
    if let Some(asked) = asked.as_object_mut() {
        asked.remove("NextPageToken");
    }
    let of = Digest::of(asked.to_string().as_bytes()).to_string();
    let after = match text(input, "NextPageToken") {
        None => None,
        Some(token) => match token.split_once(" after ") {
            None => {
                let message = "The pagination token is invalid.";
                return Err(ServiceError::new("InvalidNextTokenException", message));
            }
            Some((digest, _)) if digest != of => {
                let message = "Your request parameters changed between pages.";
                return Err(ServiceError::new("RequestChangedException", message));
            }
            Some((_, after)) => Some(after),
        },
    };
    let (shown, next) = page(shown, after, PAGE);
    let mut results: Vec<Value> = Vec::new();
    for Shown {
        period,
        estimated,
        group,
    } in shown
    {
        if results.last().is_none_or(|last| last["TimePeriod"] != period) {
            results.push(json!({ "TimePeriod": period, "Total": {}, "Groups": [], "Estimated": estimated }));
        }
        let (Some((keys, costs)), Some(last)) = (group, results.last_mut()) else {
            continue;
        };
        if ungrouped {
            last["Total"] = costs;
        } else if let Some(all) = last["Groups"].as_array_mut() {
            all.push(json!({ "Keys": keys, "Metrics": costs }));
        }
    }
    let mut answer = json!({ "GroupDefinitions": items(input, "GroupBy"), "ResultsByTime": results, "DimensionValueAttributes": [] });
    if let Some(last) = next {
        answer["NextPageToken"] = json!(format!("{of} after {last}"));
    }
    Ok(answer)
}

/// Start, and the first day that does not belong to it.
fn period(period: &Value, today: Date) -> Result<(Date, Date), ServiceError> {
    let day = |member: &str| {
        let given = text(period, member).unwrap_or_default();
        // `2026-1-1` and a time are none.
        let plain = given.len() == 10 && !given.contains(['T', '/']);
        let parsed = given.parse::<Date>().ok().filter(|_| plain);
        parsed.ok_or_else(|| invalid(format!("{member} time {given} is invalid. Valid format is: yyyy-MM-dd")))
    };
    let (start, end) = (day("Start")?, day("End")?);
    if start >= end {
        return Err(invalid("Start date (and hour) should be before end date (and hour)"));
    }
    if start > today {
        return Err(invalid("Start date is in the future"));
    }
    if end > today.first_of_month().saturating_add(1.month()) {
        return Err(invalid("end date past the beginning of next month"));
    }
    if start < today.first_of_month().saturating_sub(MONTHS.months()) {
        return Err(invalid("You haven't enabled historical data beyond 14 months"));
    }
    Ok((start, end))
}

/// By what is grouped.
fn groups(input: &Value) -> Result<Vec<String>, ServiceError> {
    let asked = items(input, "GroupBy");
    if asked.len() > 2 {
        return Err(invalid("Group by supports only 2 groups"));
    }
    let mut found = Vec::new();
    for one in asked {
        let (kind, key) = (text(one, "Type"), text(one, "Key").unwrap_or_default());
        match kind {
            Some("DIMENSION") => {}
            Some(other @ ("TAG" | "COST_CATEGORY")) => {
                return Err(ServiceError::not_modelled("ce", &format!("GetCostAndUsage by {other}")));
            }
            _ => {
                return Err(invalid(
                    "Group Definition Type is invalid. Valid values are: DIMENSION, TAG, COST_CATEGORY",
                ));
            }
        }
        if !GROUPED_BY.contains(&key) {
            return Err(match DIMENSIONS.contains(&key) {
                true => ServiceError::not_modelled("ce", &format!("GetCostAndUsage by {key}")),
                false => invalid(format!("Group Definition dimension {key} is invalid")),
            });
        }
        found.push(key.to_owned());
    }
    Ok(found)
}

/// Other dimensions that AWS groups by.
const DIMENSIONS: [&str; 10] = [
    "AZ",
    "INSTANCE_TYPE",
    "LEGAL_ENTITY_NAME",
    "INVOICING_ENTITY",
    "OPERATION",
    "PLATFORM",
    "PURCHASE_TYPE",
    "TENANCY",
    "RECORD_TYPE",
    "USAGE_TYPE",
];

/// Whether a line of the bill is meant by a filter.
fn passes(filter: &Value, line: &Line<'_>) -> Result<bool, ServiceError> {
    let members = filter.as_object();
    if members.is_some_and(|members| members.len() > 1) {
        return Err(invalid(
            "Expression should have only one root-level operator or dimension",
        ));
    }
    let Some((name, inner)) = members.and_then(|members| members.iter().next()) else {
        return Ok(true);
    };
    let all =
        || -> Result<Vec<bool>, ServiceError> { items(filter, name).iter().map(|one| passes(one, line)).collect() };
    match name.as_str() {
        "And" => Ok(all()?.into_iter().all(|one| one)),
        "Or" => Ok(all()?.into_iter().any(|one| one)),
        "Not" => Ok(!passes(inner, line)?),
        "Dimensions" => {
            let key = text(inner, "Key").unwrap_or_default();
            let of = line.dimension(key);
            let of = of.ok_or_else(|| ServiceError::not_modelled("ce", &format!("a filter by {key}")))?;
            Ok(texts(inner, "Values").iter().any(|value| value == of))
        }
        other => Err(ServiceError::not_modelled("ce", &format!("a filter by {other}"))),
    }
}

/// What a part of a month costs.
fn share(amount: u64, from: Date, to: Date) -> f64 {
    let days = from.duration_until(to).as_hours() / 24;
    let of = i64::from(from.days_in_month());
    amount as f64 / 1_000_000.0 * days as f64 / of as f64
}

#[cfg(test)]
#[path = "cost_explorer_tests.rs"]
mod tests;
