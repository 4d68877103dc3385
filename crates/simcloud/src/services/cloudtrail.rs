//! CloudTrail, as far as trails are looked at (<https://docs.aws.amazon.com/awscloudtrail/latest/APIReference/API_DescribeTrails.html>).
//!
//! Modelled: trails of a Region and those that record in every one, the organization's among them; whether they record; event selectors as they were put. Every
//! account has its organization's trail unless a test says otherwise. Left out: making and changing one, the logs themselves, event data stores.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::members::{flag, text, texts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Trails {
    /// What is seen in an account; of one that does not stand here: its organization's trail.
    pub by_account: BTreeMap<AccountId, Vec<Trail>>,
}

/// A trail.
#[derive(Debug, Clone)]
pub struct Trail {
    /// Its name.
    pub name: String,
    /// Whose it is.
    pub owner: String,
    /// Where it was made.
    pub home: String,
    /// Whether it records in every Region.
    pub every_region: bool,
    /// Whether an organization made it for its accounts.
    pub of_organization: bool,
    /// Where its logs go.
    pub bucket: String,
    /// Whether it records.
    pub logging: bool,
    /// What S3 said to its last log, if it refused it.
    pub delivery_error: Option<String>,
    /// Event selectors; none: management events alone, as AWS has it of a new trail.
    pub selectors: Vec<Value>,
    /// Advanced ones: a trail has one sort or the other.
    pub advanced: Vec<Value>,
}

impl Trail {
    /// The trail of an organization, as landing zones make it.
    pub fn of_organization() -> Self {
        Self {
            name: "organization".to_owned(),
            owner: super::organizations::MANAGEMENT.to_owned(),
            home: "us-east-1".to_owned(),
            every_region: true,
            of_organization: true,
            bucket: "organization-cloudtrail-logs".to_owned(),
            logging: true,
            delivery_error: None,
            selectors: Vec::new(),
            advanced: Vec::new(),
        }
    }

    fn arn(&self) -> String {
        format!("arn:aws:cloudtrail:{}:{}:trail/{}", self.home, self.owner, self.name)
    }
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    let all = cloud.cloudtrail.by_account.get(&caller.account).cloned();
    let all = all.unwrap_or_else(|| vec![Trail::of_organization()]);
    match operation {
        "DescribeTrails" => Ok(describe(&all, &caller.region, input)),
        "GetTrailStatus" => found(&all, caller, text(input, "Name").unwrap_or_default())
            .map(|trail| json!({ "IsLogging": trail.logging, "LatestDeliveryError": trail.delivery_error })),
        "GetEventSelectors" => found(&all, caller, text(input, "TrailName").unwrap_or_default()).map(|trail| {
            let plain = json!([{ "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [] }]);
            match (trail.selectors.is_empty(), trail.advanced.is_empty()) {
                (_, false) => json!({ "TrailARN": trail.arn(), "AdvancedEventSelectors": trail.advanced }),
                (true, true) => json!({ "TrailARN": trail.arn(), "EventSelectors": plain }),
                (false, true) => json!({ "TrailARN": trail.arn(), "EventSelectors": trail.selectors }),
            }
        }),
        _ => Err(ServiceError::not_modelled("cloudtrail", operation)),
    }
}

fn describe(all: &[Trail], region: &Region, input: &Value) -> Value {
    let (names, shadows) = (
        texts(input, "trailNameList"),
        flag(input, "includeShadowTrails").unwrap_or(true),
    );
    let seen = all.iter().filter(|trail| {
        let here = trail.home == region.as_str();
        let named = names.is_empty() || names.contains(&trail.name) || names.contains(&trail.arn());
        named && (here || (shadows && trail.every_region))
    });
    let shown: Vec<Value> = seen
        .map(|trail| {
            json!({ "Name": trail.name, "TrailARN": trail.arn(), "HomeRegion": trail.home, "S3BucketName": trail.bucket,
                "IsMultiRegionTrail": trail.every_region, "IsOrganizationTrail": trail.of_organization, "IncludeGlobalServiceEvents": true,
                "HasCustomEventSelectors": !(trail.selectors.is_empty() && trail.advanced.is_empty()) })
        })
        .collect();
    json!({ "trailList": shown })
}

/// A trail of another Region or account is known by its ARN alone.
fn found<'a>(all: &'a [Trail], caller: &Caller, name: &str) -> Result<&'a Trail, ServiceError> {
    let known = |trail: &&Trail| {
        let here = trail.home == caller.region.as_str() && trail.owner == caller.account.as_str();
        trail.arn() == name || (here && trail.name == name)
    };
    all.iter().find(known).ok_or_else(|| {
        let message = format!("Unknown trail: {name} for the user: {}", caller.account);
        ServiceError::new("TrailNotFoundException", message)
    })
}
