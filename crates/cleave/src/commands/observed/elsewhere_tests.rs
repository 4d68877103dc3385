//! Other regions, over an account whose things lie in several, and whose role may not look at all of them.

use std::sync::Arc;

use model::AccountId;
use serde_json::{Value, json};
use simcloud::dispatch::lock;

use super::super::tests::account_of;
use super::*;
use crate::rehearsal::in_paused_time;
use crate::world;

fn region(name: &str) -> Region {
    Region::new(name).expect("a region")
}

/// An account of which things lie in three regions, one of which it opted into.
pub(in crate::commands::observed) fn account() -> (world::Simulated, Arc<Account>) {
    account_of(&json!({
        "roles": { "cleave-source": { "trusts": ["333333333333"] } },
        "bill": { "month": "2026-10", "unit": "USD", "services": { "Amazon Redshift": { "us-east-1": 120_000_000 } } },
        "others": [{ "arn": "arn:aws:sqs:eu-west-1:111111111111:here" }, { "arn": "arn:aws:cloudfront::111111111111:distribution/E1" }],
        "elsewhere": { "us-east-1": { "kinds": { "ec2:instance": 2, "sqs": 1 } }, "ap-east-1": { "kinds": { "dynamodb:table": 1 } } },
        "regions": { "eu-west-1": {}, "us-west-2": { "buckets": [{ "name": "far", "tags": { "a": "b" } }] } } }))
}

/// Allows everything but what a statement denies.
pub(in crate::commands::observed) fn deny(simulated: &world::Simulated, action: &str, condition: &Value) {
    let mut denied = json!({ "Effect": "Deny", "Action": action, "Resource": "*" });
    if !condition.is_null() {
        denied["Condition"] = condition.clone();
    }
    let document = json!({ "Statement": [{ "Effect": "Allow", "Action": "*", "Resource": "*" }, denied] });
    let account = AccountId::new("111111111111").expect("an account");
    let mut cloud = lock(&simulated.cloud);
    cloud.permissions.set(&account, "cleave-source", vec![document]);
}

fn told(regions: &Regions) -> Value {
    let held = regions.seen.iter().filter(|(_, there)| !there.kinds.is_empty());
    json!(
        held.map(|(region, there)| (region, &there.kinds))
            .collect::<BTreeMap<_, _>>()
    )
}

#[test]
fn every_other_enabled_region_is_counted_and_one_that_is_denied_keeps_nobody_from_the_rest() {
    in_paused_time(async {
        let (simulated, account) = account();
        let found = look(&account).await;
        assert_eq!(
            told(&found),
            json!({ "ap-east-1": { "dynamodb:table": 1 }, "us-east-1": { "ec2:instance": 2, "sqs": 1 }, "us-west-2": { "s3": 1 } })
        );
        // Seventeen that everybody has, and the one that was opted into, without its own.
        assert_eq!((found.seen.len(), found.shut.len()), (17, 0));
        assert!(!found.seen.contains_key(&region("eu-west-1")), "it is the runbook's");

        let only = json!({ "StringEquals": { "aws:RequestedRegion": ["us-east-1", "sa-east-1"] } });
        deny(&simulated, "tag:GetResources", &only);
        let found = look(&account).await;
        let (why, shut) = found.shut.iter().next().expect("two are shut");
        assert_eq!(shut, &[region("sa-east-1"), region("us-east-1")]);
        assert!(
            why.contains("tag:GetResources") && why.contains("AccessDeniedException"),
            "{why}"
        );
        assert_eq!((found.seen.len(), found.shut.len()), (15, 1));

        // What could not be looked at stays, what was is as it is now, and what is not enabled any more goes.
        let known = json!({ "elsewhere": { "us-east-1": { "kinds": { "sqs": 9 } }, "us-west-2": { "kinds": { "sqs": 9 } },
            "me-south-1": { "kinds": { "sqs": 9 } } } });
        let mut known: AccountInventory = serde_json::from_value(known).expect("an account");
        found.take_over(&mut known);
        let kinds = |name: &str| known.elsewhere.get(&region(name)).map(|there| json!(there.kinds));
        assert_eq!(kinds("us-east-1"), Some(json!({ "sqs": 9 })));
        assert_eq!(kinds("us-west-2"), Some(json!({ "s3": 1 })));
        assert_eq!(kinds("me-south-1"), None);
    });
}

#[test]
fn where_nobody_tells_which_regions_there_are_what_was_known_stays() {
    in_paused_time(async {
        let (simulated, account) = account();
        deny(&simulated, "ec2:DescribeRegions", &Value::Null);
        let found = look(&account).await;
        let why = found.shut.keys().next().expect("why");
        assert!(why.contains("ec2:DescribeRegions") && found.seen.is_empty(), "{why}");
        let known = json!({ "elsewhere": { "me-south-1": { "kinds": { "sqs": 9 } } } });
        let mut known: AccountInventory = serde_json::from_value(known).expect("an account");
        let before = known.clone();
        found.take_over(&mut known);
        assert_eq!(before, known);
    });
}
