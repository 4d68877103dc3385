//! GuardDuty, as far as it is asked whether it watches (<https://docs.aws.amazon.com/guardduty/latest/APIReference/API_GetDetector.html>).
//!
//! Modelled: the one detector that a Region may have, switched on or off. Every Region of every account has one that is on unless a test says otherwise. Left
//! out: findings, features, who administers it.

use std::collections::BTreeMap;

use model::ids::{AccountId, Digest, Region};
use serde_json::{Value, json};

use super::members::text;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// The detector of a Region.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Detector {
    /// There is none.
    Absent,
    /// There is one, and it is switched off.
    Disabled,
    /// It watches.
    Enabled,
}

/// State.
#[derive(Default)]
pub struct Detectors {
    /// Where it is not as a landing zone has it: enabled.
    pub in_region: BTreeMap<(AccountId, Region), Detector>,
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    let here = (caller.account.clone(), caller.region.clone());
    let detector = cloud
        .guardduty
        .in_region
        .get(&here)
        .copied()
        .unwrap_or(Detector::Enabled);
    let digest = Digest::of(format!("{} {}", caller.account, caller.region).as_bytes()).to_string();
    let id: String = digest.chars().filter(char::is_ascii_hexdigit).take(32).collect();
    match operation {
        "ListDetectors" if detector == Detector::Absent => Ok(json!({ "DetectorIds": [] })),
        "ListDetectors" => Ok(json!({ "DetectorIds": [id] })),
        "GetDetector" if detector == Detector::Absent || text(input, "DetectorId") != Some(&id) => {
            let message = "The request is rejected because the input detectorId is not owned by the current account.";
            Err(ServiceError::new("BadRequestException", message))
        }
        "GetDetector" => {
            let status = if detector == Detector::Enabled {
                "ENABLED"
            } else {
                "DISABLED"
            };
            Ok(json!({ "Status": status, "FindingPublishingFrequency": "SIX_HOURS",
                "ServiceRole": format!("arn:aws:iam::{}:role/aws-service-role/guardduty.amazonaws.com/AWSServiceRoleForAmazonGuardDuty", caller.account) }))
        }
        _ => Err(ServiceError::not_modelled("guardduty", operation)),
    }
}
