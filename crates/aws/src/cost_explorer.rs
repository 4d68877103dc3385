//! What a month cost, by service and region: Cost Explorer's `GetCostAndUsage`
//! (<https://docs.aws.amazon.com/aws-cost-management/latest/APIReference/API_GetCostAndUsage.html>). It is the one read of this program that AWS charges for, a cent
//! for each request (<https://aws.amazon.com/aws-cost-management/aws-cost-explorer/pricing/>), so it is asked only where somebody said so.

use std::collections::BTreeMap;

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{Timestamp, ToSpan as _};
use model::cost::MicroUsd;
use model::inventory::Bill;
use model::{Failure, FailureClass};
use serde_json::{Value, json};

use crate::asked_plainly::{AskedPlainly, Question};

/// What each request costs.
pub const REQUEST: MicroUsd = MicroUsd(10_000);
/// How many requests are sent at most. An account has some dozens of services in a few regions each, which is one page.
pub const MOST: usize = 10;

/// What is left out of what a service cost: credits are set against services one by one, and a service that is paid by them would seem to cost nothing.
const NOT_USE: [&str; 3] = ["Credit", "Refund", "Tax"];

/// The first day of the last month that is over.
pub fn last_month(now: Timestamp) -> Date {
    let this = now.to_zoned(TimeZone::UTC).date().first_of_month();
    this.saturating_sub(1.month())
}

impl AskedPlainly {
    /// What a month cost in this account, told by its first day, and how many requests that took.
    pub async fn bill_of(&self, month: Date) -> Result<(Bill, usize), Failure> {
        let end = month.saturating_add(1.month());
        let mut input = json!({
            // The end is the first day that does not belong to it.
            "TimePeriod": { "Start": month.to_string(), "End": end.to_string() },
            "Granularity": "MONTHLY",
            // What was paid beforehand is spread over the months that it is for: unblended, reserved instances would cost nothing.
            "Metrics": ["AmortizedCost"],
            "GroupBy": [{ "Type": "DIMENSION", "Key": "SERVICE" }, { "Type": "DIMENSION", "Key": "REGION" }],
            // A management account is told of all of its organization.
            "Filter": { "And": [
                { "Dimensions": { "Key": "LINKED_ACCOUNT", "Values": [self.account()] } },
                { "Not": { "Dimensions": { "Key": "RECORD_TYPE", "Values": NOT_USE } } },
            ] },
        });
        let mut bill = Bill {
            month: month.strftime("%Y-%m").to_string(),
            ..Bill::default()
        };
        for request in 1..=MOST {
            let answer = self.ask(self.question(input.clone())).await?;
            take(&answer, &mut bill).ok_or_else(|| self.unreadable("a group without keys, amount or currency"))?;
            match answer["NextPageToken"].as_str().filter(|token| !token.is_empty()) {
                Some(token) => input["NextPageToken"] = json!(token),
                None => return Ok((bill, request)),
            }
        }
        Err(self.unreadable(&format!("more than {MOST} pages")))
    }

    fn question(&self, input: Value) -> Question {
        let china = self.region().starts_with("cn-");
        Question {
            service: "ce",
            operation: "GetCostAndUsage",
            method: "POST",
            // It has one endpoint in each partition.
            region: if china { "cn-northwest-1" } else { "us-east-1" }.to_owned(),
            path: "/".to_owned(),
            input: Some(("AWSInsightsIndexService", input)),
        }
    }

    fn unreadable(&self, why: &str) -> Failure {
        Failure {
            account: self.account().to_string(),
            service: "ce".to_owned(),
            operation: "GetCostAndUsage".to_owned(),
            class: FailureClass::Unexpected,
            code: "[UnreadableAnswer]".to_owned(),
            message: why.to_owned(),
            request_id: None,
        }
    }
}

/// Adds what a page tells; none where it cannot be read.
fn take(page: &Value, bill: &mut Bill) -> Option<()> {
    for result in page["ResultsByTime"].as_array()? {
        bill.estimated |= result["Estimated"] == true;
        for group in result["Groups"].as_array()? {
            let key = |nth: usize| group["Keys"][nth].as_str().map(str::to_owned);
            let (service, region) = (key(0)?, key(1)?);
            let cost = &group["Metrics"]["AmortizedCost"];
            let unit = cost["Unit"].as_str()?;
            let amount = millionths(cost["Amount"].as_str()?)?;
            // Most services of an account cost nothing, and are told all the same.
            if amount == 0 {
                continue;
            }
            bill.unit = unit.to_owned();
            let regions: &mut BTreeMap<String, u64> = bill.services.entry(service).or_default();
            *regions.entry(region).or_default() += amount;
        }
    }
    Some(())
}

/// Amounts are decimal numbers with as many digits as it takes; what is set off against others may stand below nothing.
fn millionths(amount: &str) -> Option<u64> {
    let amount: f64 = amount.parse().ok().filter(|amount: &f64| amount.is_finite())?;
    Some((amount * 1_000_000.0).round().max(0.0) as u64)
}

#[cfg(test)]
#[path = "cost_explorer_tests.rs"]
mod tests;
