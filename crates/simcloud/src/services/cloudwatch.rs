//! CloudWatch, as far as it tells how many are connected to a database, which commands a cache was given, and how much buckets hold.
//!
//! Modelled: `DatabaseConnections` of AWS/RDS by instance, `GetTypeCmds` and `SetTypeCmds` of AWS/ElastiCache by node, a value a minute, shown a minute
//! or two late; any other metric is empty, as CloudWatch has it. Left out: expressions, Metrics Insights, alarms, custom metrics.

mod storage;

use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::elasticache;
use crate::services::members::{items, number, text};
use crate::services::rds::clients;

/// How late a minute is shown after its end.
const SHOWN_AFTER: SignedDuration = SignedDuration::from_secs(75);

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetMetricData" => metric_data(cloud, caller, input),
        "ListMetrics" => storage::list(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("cloudwatch", operation)),
    }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("ValidationError", message)
}

fn moment(input: &Value, member: &str) -> Result<Timestamp, ServiceError> {
    let given = text(input, member).and_then(|text| text.parse().ok());
    given.ok_or_else(|| invalid(format!("The parameter {member} is required.")))
}

fn metric_data(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let (from, until) = (moment(input, "StartTime")?, moment(input, "EndTime")?);
    if from >= until {
        return Err(invalid(
            "The parameter StartTime must be less than the parameter EndTime.",
        ));
    }
    let queries = items(input, "MetricDataQueries");
    if queries.is_empty() || queries.len() > 500 {
        return Err(invalid("MetricDataQueries must have between 1 and 500 members."));
    }
    let mut results = Vec::new();
    for query in queries {
        let id = text(query, "Id").unwrap_or_default();
        let well_formed = id.starts_with(|c: char| c.is_ascii_lowercase())
            && id.chars().all(|c| c.is_ascii_alphanumeric() || c == '_');
        if !well_formed {
            return Err(invalid(format!(
                "The value {id} for parameter MetricDataQueries.member.1.Id is not matching the expected pattern ^[a-z][a-zA-Z0-9_]*$."
            )));
        }
        let statistic = &query["MetricStat"];
        if !statistic.is_object() {
            return Err(ServiceError::not_modelled(
                "cloudwatch",
                "GetMetricData with an expression",
            ));
        }
        let period = number(statistic, "Period").filter(|period| *period >= 60 && period % 60 == 0);
        let Some(period) = period else {
            return Err(invalid("Period must be a multiple of 60."));
        };
        let Some(stat) = text(statistic, "Stat") else {
            return Err(invalid(
                "The parameter MetricDataQueries.member.1.MetricStat.Stat is required.",
            ));
        };
        let mut values = values(cloud, caller, &statistic["Metric"], stat, (from, until), period)?;
        if text(input, "ScanBy") != Some("TimestampAscending") {
            values.reverse();
        }
        let (times, values): (Vec<String>, Vec<f64>) = values.into_iter().unzip();
        let label = text(query, "Label").or(text(&statistic["Metric"], "MetricName"));
        results
            .push(json!({"Id": id, "Label": label, "Timestamps": times, "Values": values, "StatusCode": "Complete"}));
    }
    Ok(json!({ "MetricDataResults": results, "Messages": [] }))
}

/// The values of a metric, period by period, the earliest first.
fn values(
    cloud: &Cloud,
    caller: &Caller,
    metric: &Value,
    stat: &str,
    (from, until): (Timestamp, Timestamp),
    period: i64,
) -> Result<Vec<(String, f64)>, ServiceError> {
    if storage::is_one(metric) {
        return storage::values(cloud, caller, metric, stat, (from, until), period);
    }
    let (dimension, statistics): (&str, &[&str]) = match (text(metric, "Namespace"), text(metric, "MetricName")) {
        (Some("AWS/RDS"), Some("DatabaseConnections")) => ("DBInstanceIdentifier", &["Maximum", "Average", "Minimum"]),
        (Some("AWS/ElastiCache"), Some("GetTypeCmds" | "SetTypeCmds")) => ("CacheClusterId", &["Sum"]),
        _ => return Ok(Vec::new()),
    };
    let name = text(metric, "MetricName").unwrap_or_default();
    let [given] = items(metric, "Dimensions") else {
        return Ok(Vec::new());
    };
    if text(given, "Name") != Some(dimension) {
        let what = format!("{name} by anything but {dimension}");
        return Err(ServiceError::not_modelled("cloudwatch", &what));
    }
    if !statistics.contains(&stat) {
        let what = format!("the statistic {stat} of {name}");
        return Err(ServiceError::not_modelled("cloudwatch", &what));
    }
    let id = text(given, "Value").unwrap_or_default().to_ascii_lowercase();
    let place = (caller.account.clone(), caller.region.clone(), id.clone());
    let count = |start: Timestamp, end: Timestamp| match name {
        "DatabaseConnections" => clients::connections(cloud, &place, start, end),
        name => elasticache::commands(cloud, caller, &id, name == "SetTypeCmds", (start, end)),
    };
    let told = |start, end| count(start, end).map(|count| u64::try_from(count).unwrap_or_default());
    Ok(values_by(cloud, (from, until), period, told))
}

/// What is told of each whole period of a span that is over for long enough.
fn values_by(
    cloud: &Cloud,
    (from, until): (Timestamp, Timestamp),
    period: i64,
    told: impl Fn(Timestamp, Timestamp) -> Option<u64>,
) -> Vec<(String, f64)> {
    let mut found = Vec::new();
    let mut begins = from.as_second() - from.as_second().rem_euclid(period);
    while begins < until.as_second() {
        let at = |second: i64| Timestamp::from_second(second).unwrap_or(cloud.now);
        let (start, end) = (at(begins), at(begins + period));
        begins += period;
        if end.saturating_add(SHOWN_AFTER).unwrap_or(end) > cloud.now {
            break;
        }
        if let Some(value) = told(start, end) {
            found.push((start.to_string(), value as f64));
        }
    }
    found
}
