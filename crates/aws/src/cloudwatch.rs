//! CloudWatch: how many are connected to a database, which commands a cache was given, and how much buckets hold. RDS counts client connections a minute at a time; its
//! own sessions are not among them (<https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-metrics.html>). Of a cache connections tell nothing:
//! ElastiCache keeps some of its own; commands that read or write data are its clients'
//! (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/CacheMetrics.Redis.html>). What buckets hold S3 measures once a day
//! (<https://docs.aws.amazon.com/AmazonS3/latest/userguide/metrics-dimensions.html>).

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_cloudwatch::types::{Dimension, DimensionFilter, Metric, MetricDataQuery, MetricStat, ScanBy};
use aws_smithy_types::DateTime;
use jiff::{SignedDuration, Timestamp};
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

/// What a node of a cache was asked for within a span.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Commands {
    /// How many minutes CloudWatch told of.
    pub minutes: usize,
    /// The first of them.
    pub since: Option<Timestamp>,
    /// The last in which something was read.
    pub read_at: Option<Timestamp>,
    /// The last in which something was written. A replica counts what its primary sends it, keys that expire among it.
    pub written_at: Option<Timestamp>,
}

/// What a bucket held at the end of a day.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stored {
    /// The day's beginning, which is what CloudWatch names it by.
    pub day: Timestamp,
    /// Versions, delete markers and parts of unfinished uploads: S3 counts them together.
    pub objects: u64,
    /// Bytes in all storage classes.
    pub bytes: u64,
}

/// How many days back a daily value is looked for: S3 tells of a day some time after its end.
const DAYS_BACK: i64 = 3;
/// A day, in seconds.
const DAY: i32 = 86_400;

/// How many metrics CloudWatch tells in one answer.
const A_CALL: usize = 500;

/// A metric that is asked for.
struct Asked<'a> {
    namespace: &'static str,
    name: &'static str,
    dimensions: Vec<(&'static str, &'a str)>,
    statistic: &'static str,
    /// Seconds.
    period: i32,
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
        let metrics = instances.iter().map(|id| Asked {
            namespace: "AWS/RDS",
            name: "DatabaseConnections",
            dimensions: vec![("DBInstanceIdentifier", id)],
            statistic: "Maximum",
            period: 60,
        });
        let told = self.minutes(&metrics.collect::<Vec<_>>(), from, until).await?;
        Ok(instances.iter().cloned().zip(told).collect())
    }

    /// The commands that each of these nodes of Redis or Valkey was given within a span, as far as CloudWatch tells. ElastiCache's own looks at
    /// a node are connections, and no commands of these types.
    pub async fn commands(
        &self,
        nodes: &[String],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<BTreeMap<String, Commands>, Failure> {
        let metrics = nodes.iter().flat_map(|id| {
            ["GetTypeCmds", "SetTypeCmds"].map(|name| Asked {
                namespace: "AWS/ElastiCache",
                name,
                dimensions: vec![("CacheClusterId", id)],
                statistic: "Sum",
                period: 60,
            })
        });
        let told = self.minutes(&metrics.collect::<Vec<_>>(), from, until).await?;
        let last = |minutes: &[Minute]| minutes.iter().rev().find(|minute| minute.most > 0.0).map(|one| one.at);
        let each = nodes.iter().zip(told.chunks(2)).map(|(id, told)| {
            let commands = Commands {
                minutes: told.iter().map(Vec::len).min().unwrap_or_default(),
                since: told.iter().flatten().map(|minute| minute.at).min(),
                read_at: told.first().and_then(|minutes| last(minutes)),
                written_at: told.last().and_then(|minutes| last(minutes)),
            };
            (id.clone(), commands)
        });
        Ok(each.collect())
    }

    /// What each of these buckets held at the end of the last day that CloudWatch tells of; those it tells nothing of are not among them: a
    /// bucket without objects, or a new one. CloudWatch charges by the metric that is asked for: one, and one more for each storage class in use.
    pub async fn stored(&self, buckets: &[&str], now: Timestamp) -> Result<BTreeMap<String, Stored>, Failure> {
        let sizes = self.sizes_told(buckets).await?;
        let daily = |name: &'static str, bucket, class| Asked {
            namespace: "AWS/S3",
            name,
            dimensions: vec![("BucketName", bucket), ("StorageType", class)],
            statistic: "Average",
            period: DAY,
        };
        let counted = sizes.iter().map(|(bucket, _)| bucket.as_str()).collect::<BTreeSet<_>>();
        let counts = counted
            .iter()
            .map(|bucket| daily("NumberOfObjects", *bucket, "AllStorageTypes"));
        let sizes = sizes
            .iter()
            .map(|(bucket, class)| daily("BucketSizeBytes", bucket, class));
        let asked: Vec<Asked<'_>> = counts.chain(sizes).collect();
        let from = now - SignedDuration::from_hours(24 * DAYS_BACK);
        let told = self.minutes(&asked, from, now).await?;
        let mut found = BTreeMap::<String, Stored>::new();
        for (asked, values) in asked.iter().zip(told) {
            let (Some(last), Some((_, bucket))) = (values.last(), asked.dimensions.first()) else {
                continue;
            };
            // A whole number, told as a fraction.
            let value = last.most.max(0.0) as u64;
            if asked.name == "NumberOfObjects" {
                let stored = Stored {
                    day: last.at,
                    objects: value,
                    bytes: 0,
                };
                found.insert((*bucket).to_owned(), stored);
            } else if let Some(stored) = found.get_mut(*bucket).filter(|stored| stored.day == last.at) {
                stored.bytes += value;
            }
        }
        Ok(found)
    }

    /// The buckets, of these, that a size is told of, and for which storage classes.
    async fn sizes_told(&self, buckets: &[&str]) -> Result<BTreeSet<(String, String)>, Failure> {
        let by_bucket = DimensionFilter::builder().name("BucketName").build();
        let call = self
            .read
            .list_metrics()
            .namespace("AWS/S3")
            .metric_name("BucketSizeBytes");
        let mut pages = call.dimensions(by_bucket).into_paginator().send();
        let mut found = BTreeSet::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(classify::failed(self.account.as_str(), "monitoring", "ListMetrics"))?;
            for metric in page.metrics() {
                let value = |name| {
                    let of = metric
                        .dimensions()
                        .iter()
                        .find(|dimension| dimension.name() == Some(name));
                    of.and_then(|dimension| dimension.value()).map(str::to_owned)
                };
                if let (Some(bucket), Some(class)) = (value("BucketName"), value("StorageType"))
                    && buckets.contains(&bucket.as_str())
                {
                    found.insert((bucket, class));
                }
            }
        }
        Ok(found)
    }

    /// The minutes (or days) of each metric, in their order.
    async fn minutes(
        &self,
        metrics: &[Asked<'_>],
        from: Timestamp,
        until: Timestamp,
    ) -> Result<Vec<Vec<Minute>>, Failure> {
        let mut told: Vec<Vec<Minute>> = vec![Vec::new(); metrics.len()];
        for (told, metrics) in told.chunks_mut(A_CALL).zip(metrics.chunks(A_CALL)) {
            let queries = metrics.iter().enumerate().map(|(n, asked)| {
                let dimensions = asked.dimensions.iter();
                let dimensions = dimensions.map(|(name, value)| Dimension::builder().name(*name).value(*value).build());
                let metric = Metric::builder()
                    .namespace(asked.namespace)
                    .metric_name(asked.name)
                    .set_dimensions(Some(dimensions.collect()))
                    .build();
                let statistic = MetricStat::builder()
                    .metric(metric)
                    .period(asked.period)
                    .stat(asked.statistic);
                MetricDataQuery::builder()
                    .id(format!("i{n}"))
                    .metric_stat(statistic.build())
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
                    let Some(minutes) = place.and_then(|place| told.get_mut(place)) else {
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
        }
        Ok(told)
    }
}
