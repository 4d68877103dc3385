//! Security Hub, as far as it is asked whether it is on (<https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html>).
//!
//! Modelled: the hub of a Region. It is on in every Region of every account unless a test says otherwise. Left out: standards, controls, findings, its second version.

use std::collections::BTreeSet;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Hubs {
    /// Where it is not on.
    pub off: BTreeSet<(AccountId, Region)>,
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, _input: &Value) -> Answer {
    let Caller { account, region, .. } = caller;
    match operation {
        "DescribeHub" if cloud.securityhub.off.contains(&(account.clone(), region.clone())) => {
            let message = format!("Account {account} is not subscribed to AWS Security Hub");
            Err(ServiceError::with_status(401, "InvalidAccessException", message))
        }
        "DescribeHub" => Ok(
            json!({ "HubArn": format!("arn:aws:securityhub:{region}:{account}:hub/default"),
            "SubscribedAt": "2025-04-01T00:00:00.000Z", "AutoEnableControls": true, "ControlFindingGenerator": "SECURITY_CONTROL" }),
        ),
        _ => Err(ServiceError::not_modelled("securityhub", operation)),
    }
}
