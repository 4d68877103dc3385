//! What a bill says of an account, beside what the inventory has of it: a service that costs money and of which nothing was found is what everybody has forgotten.
//! Data: how a service is called on a bill, and of which kinds its things are then.

use std::collections::{BTreeMap, BTreeSet};

use model::Region;
use model::inventory::{AccountInventory, Bill, KeyManager, RegionInventory};

/// Services whose things ARNs tell under another name. Those that are not here are called alike: `Amazon DynamoDB`, `dynamodb`.
#[rustfmt::skip]
const CALLED: &[(&str, &[&str])] = &[
    ("Amazon Relational Database Service", &["rds"]),
    ("Amazon DocumentDB (with MongoDB compatibility)", &["rds", "docdb-elastic"]),
    ("Amazon Neptune", &["rds", "neptune-graph"]),
    ("Amazon Simple Storage Service", &["s3"]),
    ("Amazon Elastic Compute Cloud - Compute", &["ec2:instance"]),
    ("EC2 - Other", &["ec2:volume", "ec2:snapshot", "ec2:image", "ec2:natgateway", "ec2:elastic-ip"]),
    ("Amazon Virtual Private Cloud", &["ec2"]),
    ("AWS Key Management Service", &["kms"]),
    ("AmazonCloudWatch", &["cloudwatch", "logs", "synthetics"]),
    ("CloudWatch Events", &["events", "scheduler"]),
    ("Amazon Simple Queue Service", &["sqs"]),
    ("Amazon Simple Notification Service", &["sns"]),
    ("Amazon Simple Email Service", &["ses"]),
    ("Amazon OpenSearch Service", &["es", "aoss"]),
    ("Amazon Elasticsearch Service", &["es"]),
    ("Amazon Redshift", &["redshift", "redshift-serverless"]),
    ("Amazon Elastic Container Service", &["ecs"]),
    ("Amazon Elastic Container Service for Kubernetes", &["eks"]),
    ("Amazon Elastic Kubernetes Service", &["eks"]),
    ("Amazon EC2 Container Registry (ECR)", &["ecr"]),
    ("AWS Step Functions", &["states"]),
    ("Amazon Kinesis Firehose", &["firehose"]),
    ("Amazon Managed Streaming for Apache Kafka", &["kafka"]),
    ("Amazon Managed Workflows for Apache Airflow", &["airflow"]),
    ("Amazon DynamoDB Accelerator (DAX)", &["dax"]),
    ("AWS Systems Manager", &["ssm"]),
    ("AWS Directory Service", &["ds"]),
    ("AWS WAF", &["wafv2", "waf"]),
    ("AWS Certificate Manager", &["acm", "acm-pca"]),
    ("Amazon Cognito", &["cognito-idp", "cognito-identity"]),
    ("AWS Transfer Family", &["transfer"]),
    ("AWS Database Migration Service", &["dms"]),
    ("AWS Cloud Map", &["servicediscovery"]),
    ("Amazon Registrar", &["route53domains"]),
];

/// How what is no thing begins on a bill: there is nothing to be found of it.
const OF_THE_ACCOUNT: &[&str] = &[
    "AWS Cost Explorer",
    "AWS Budgets",
    "AWS Data Transfer",
    "AWS Support",
    "AWS Premium Support",
    "Savings Plans",
    "Tax",
];

/// What was found of a service where it costs money.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Stands {
    /// So many of these kinds.
    Found(Vec<(String, usize)>),
    /// Nothing.
    Nothing,
    /// Its region was not looked at.
    NotLookedAt,
    /// It is of the account itself, and there is nothing to be found.
    OfTheAccount,
}

/// A service in a region.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Billed<'a> {
    /// The service, as the bill calls it.
    pub service: &'a str,
    /// The region; `global` and `NoRegion` beside them.
    pub region: &'a str,
    /// What it cost, in millionths of the bill's currency.
    pub amount: u64,
    /// What was found of it there.
    pub stands: Stands,
}

/// What the bill of an account tells beside its inventory, the dearest first. `here` is the region that was looked at kind by kind.
pub fn billed<'a>(bill: &'a Bill, account: &AccountInventory, here: &Region) -> Vec<Billed<'a>> {
    let mut found = Vec::new();
    for (service, regions) in &bill.services {
        for (region, amount) in regions {
            found.push(Billed {
                service,
                region,
                amount: *amount,
                stands: stands(service, region, account, here),
            });
        }
    }
    found.sort_by_key(|one| (std::cmp::Reverse(one.amount), one.service, one.region));
    found
}

fn stands(service: &str, region: &str, account: &AccountInventory, here: &Region) -> Stands {
    if OF_THE_ACCOUNT.iter().any(|one| service.starts_with(one)) {
        return Stands::OfTheAccount;
    }
    // What lies in no region is on a bill in any of them.
    let mut kinds = kinds_in("", account);
    let (names, looked_at) = match Region::new(region) {
        Ok(named) => {
            let looked_at = named == *here || account.elsewhere.contains_key(&named);
            (BTreeSet::from([named]), looked_at)
        }
        // `global`, `NoRegion`: wherever they lie.
        Err(_) => {
            let all = account.regions.keys().chain(account.elsewhere.keys()).chain([here]);
            (all.cloned().collect(), true)
        }
    };
    for name in &names {
        for (kind, count) in there(name, account, here) {
            *kinds.entry(kind).or_default() += count;
        }
    }
    kinds.retain(|kind, _| is_of(kind, service));
    match (kinds.is_empty(), looked_at) {
        (false, _) => Stands::Found(kinds.into_iter().collect()),
        (true, true) => Stands::Nothing,
        (true, false) => Stands::NotLookedAt,
    }
}

/// What is known of a region, by kind.
fn there(region: &Region, account: &AccountInventory, here: &Region) -> BTreeMap<String, usize> {
    let mut kinds = kinds_in(region.as_str(), account);
    if let Some(counted) = account.elsewhere.get(region).filter(|_| region != here) {
        for (kind, count) in &counted.kinds {
            // The same things as those that the inventory names there, and more.
            let known = kinds.entry(kind.clone()).or_default();
            *known = (*known).max(usize::try_from(*count).unwrap_or(usize::MAX));
        }
    }
    kinds
}

/// Whether a kind is of a service, as the bill calls it.
fn is_of(kind: &str, service: &str) -> bool {
    let of = kind.split(':').next().unwrap_or_default();
    match CALLED.iter().find(|(called, _)| *called == service) {
        Some((_, kinds)) => kinds.iter().any(|one| *one == kind || *one == of),
        None => {
            let called = service
                .strip_prefix("Amazon")
                .or(service.strip_prefix("AWS"))
                .unwrap_or(service);
            let plain = |text: &str| {
                let letters = text.chars().filter(char::is_ascii_alphanumeric);
                letters.map(|letter| letter.to_ascii_lowercase()).collect::<String>()
            };
            plain(called) == plain(of)
        }
    }
}

/// What the inventory has in a region, by kind; without one, what lies in none.
fn kinds_in(region: &str, account: &AccountInventory) -> BTreeMap<String, usize> {
    let mut kinds = BTreeMap::<String, usize>::new();
    for other in account.others.iter().filter(|other| other.region() == region) {
        *kinds.entry(other.kind()).or_default() += 1;
    }
    let held = account.regions.iter().find(|(name, _)| name.as_str() == region);
    let listed = match held {
        Some((_, held)) => listed(held),
        None if region.is_empty() => vec![
            ("route53:hostedzone", account.zones.len()),
            ("route53:healthcheck", account.health_checks.len()),
        ],
        None => Vec::new(),
    };
    for (kind, count) in listed.into_iter().filter(|(_, count)| *count > 0) {
        *kinds.entry(kind.to_owned()).or_default() += count;
    }
    kinds
}

fn listed(held: &RegionInventory) -> Vec<(&'static str, usize)> {
    // AWS's own keys cost nothing.
    let keys = held.keys.iter().filter(|key| key.manager == KeyManager::Customer);
    let members: usize = held.clusters.iter().map(|one| one.members.len()).sum();
    vec![
        ("kms:key", keys.count()),
        ("rds:db", held.databases.len() + members),
        ("rds:cluster", held.clusters.len()),
        ("s3", held.buckets.len()),
        ("ec2:instance", held.instances.len()),
        ("ec2:volume", held.volumes.len()),
        ("ec2:snapshot", held.ebs_snapshots.len()),
        ("ec2:image", held.images.len()),
        ("elasticache", held.caches.len()),
        ("elasticfilesystem:file-system", held.file_systems.len()),
    ]
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn account() -> AccountInventory {
        let account = json!({
            "zones": [{ "id": "Z1", "name": "shop.example.com" }],
            "others": [{ "arn": "arn:aws:dynamodb:eu-west-1:111111111111:table/carts" }, { "arn": "arn:aws:sqs:us-east-1:111111111111:mails" }],
            "regions": { "eu-west-1": { "databases": [{ "id": "shop" }], "buckets": [{ "name": "a" }, { "name": "b" }],
                "volumes": [{ "id": "vol-1" }], "keys": [{ "id": "k", "manager": "aws" }] } },
            "elsewhere": { "us-east-1": { "kinds": { "ec2:instance": 2, "sqs": 1 } } },
            "bill": { "month": "2026-10", "unit": "USD", "services": {
                "Amazon Relational Database Service": { "eu-west-1": 900 },
                "Amazon Simple Storage Service": { "global": 10 },
                "EC2 - Other": { "eu-west-1": 300 },
                "Amazon Elastic Compute Cloud - Compute": { "eu-west-1": 700, "us-east-1": 600, "me-south-1": 5 },
                "Amazon DynamoDB": { "eu-west-1": 200, "us-east-1": 100 },
                "Amazon Simple Queue Service": { "us-east-1": 4 },
                "AWS Key Management Service": { "eu-west-1": 3 },
                "Amazon Route 53": { "global": 2 },
                "AWS Support (Business)": { "NoRegion": 1 },
            } },
        });
        serde_json::from_value(account).expect("an account")
    }

    #[test]
    fn what_costs_money_stands_beside_what_was_found_of_it_in_its_region() {
        let account = account();
        let here = Region::new("eu-west-1").expect("a region");
        let found = billed(account.bill.as_ref().expect("a bill"), &account, &here);
        let told: Vec<String> = found
            .iter()
            .map(|one| {
                let stands = match &one.stands {
                    Stands::Found(kinds) => {
                        let kinds = kinds.iter().map(|(kind, count)| format!("{count} {kind}"));
                        kinds.collect::<Vec<_>>().join(", ")
                    }
                    Stands::Nothing => "nothing".to_owned(),
                    Stands::NotLookedAt => "not looked at".to_owned(),
                    Stands::OfTheAccount => "the account".to_owned(),
                };
                format!("{} {}: {stands}", one.service, one.region)
            })
            .collect();
        assert_eq!(
            told,
            [
                "Amazon Relational Database Service eu-west-1: 1 rds:db",
                "Amazon Elastic Compute Cloud - Compute eu-west-1: nothing",
                "Amazon Elastic Compute Cloud - Compute us-east-1: 2 ec2:instance",
                "EC2 - Other eu-west-1: 1 ec2:volume",
                "Amazon DynamoDB eu-west-1: 1 dynamodb:table",
                "Amazon DynamoDB us-east-1: nothing",
                "Amazon Simple Storage Service global: 2 s3",
                "Amazon Elastic Compute Cloud - Compute me-south-1: not looked at",
                "Amazon Simple Queue Service us-east-1: 1 sqs",
                "AWS Key Management Service eu-west-1: nothing",
                "Amazon Route 53 global: 1 route53:hostedzone",
                "AWS Support (Business) NoRegion: the account",
            ]
        );
    }

    #[test]
    fn a_service_that_is_called_alike_needs_no_line() {
        for (kind, service) in [
            ("lambda:function", "AWS Lambda"),
            ("elasticfilesystem:file-system", "Amazon Elastic File System"),
            ("elasticloadbalancing:loadbalancer", "Amazon Elastic Load Balancing"),
            ("secretsmanager:secret", "AWS Secrets Manager"),
            ("codebuild:project", "CodeBuild"),
            ("apigateway:restapis", "Amazon API Gateway"),
        ] {
            assert!(is_of(kind, service), "{service}");
            assert!(
                !CALLED.iter().any(|(called, _)| *called == service),
                "{service} has a line"
            );
        }
        assert!(!is_of("ec2:volume", "Amazon Elastic Compute Cloud - Compute"));
    }
}
