//! CloudWatch: how many are connected to a database. RDS counts client connections a minute at a time; its own sessions are not among them
//! (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html>).

use aws_sdk_cloudwatch::types::{Dimension, Metric, MetricDataQuery, MetricStat, ScanBy};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

/// CloudWatch in one account. It is only read.
pub struct CloudWatch {
    read: aws_sdk_cloudwatch::Client,
    account: AccountId,
}

/// A minute, and the most client connections that there were in it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Minute {
    /// When it began.
    pub at: Timestamp,
    /// Connections.
    pub most: f64,
}

impl CloudWatch {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_cloudwatch, "monitoring");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    /// The minutes of a span that CloudWatch tells of, the earliest first, for each of these instances.
    pub async fn connections(
        &self,
        instances: &[String],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<(String, Vec<Minute>)>, Failure> {
        let mut told: Vec<(String, Vec<Minute>)> = instances.iter().map(|id| (id.clone(), Vec::new())).collect();
        if instances.is_empty() {
            return Ok(told);
        }
        let queries = instances.iter().enumerate().map(|(n, id)| {
            let dimension = Dimension::builder().name("DBInstanceIdentifier").value(id).build();
            let metric = Metric::builder()
                .namespace("AWS/RDS")
                .metric_name("DatabaseConnections")
                .dimensions(dimension)
                .build();
            let statistic = MetricStat::builder().metric(metric).period(60).stat("Maximum").build();
            MetricDataQuery::builder()
                .id(format!("i{n}"))
                .metric_stat(statistic)
                .build()
        });
        let call = self
            .read
            .get_metric_data()
            .set_metric_data_queries(Some(queries.collect()))
            .start_time(DateTime::from_secs(from.as_second()))
            .end_time(DateTime::from_secs(until.as_second()))
            .scan_by(ScanBy::TimestampAscending);
        let mut page = None;
        loop {
            let call = call.clone().set_next_token(page.take());
            let failed = classify::failed(self.account.as_str(), "monitoring", "GetMetricData");
            let answer = call.send().await.map_err(failed)?;
            for result in answer.metric_data_results() {
                let place = result.id().and_then(|id| id.strip_prefix('i')?.parse::<usize>().ok());
                let Some((_, minutes)) = place.and_then(|place| told.get_mut(place)) else {
                    continue;
                };
                let values = result.timestamps().iter().zip(result.values());
                minutes.extend(values.filter_map(|(at, most)| {
                    let at = Timestamp::from_second(at.secs()).ok()?;
                    Some(Minute { at, most: *most })
                }));
            }
            page = answer.next_token().map(str::to_owned);
            if page.is_none() {
                break;
            }
        }
        Ok(told)
    }
}
