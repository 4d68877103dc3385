//! AWS Config, as far as recorders and who gathers what they record are looked at
//! (<https://docs.aws.amazon.com/config/latest/APIReference/API_DescribeConfigurationRecorderStatus.html>).
//!
//! Modelled: the recorders of a Region, aggregators, authorizations. Every Region of every account has a recorder that records everything unless a test says
//! otherwise. Left out: rules, conformance packs, delivery channels, what is recorded.

use std::collections::BTreeMap;

use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Recorders {
    /// The recorders of a Region; of one that does not stand here: the landing zone's.
    pub in_region: BTreeMap<(AccountId, Region), Vec<Recorder>>,
    /// Names of aggregators by the account and Region that they gather into.
    pub aggregators: BTreeMap<(AccountId, Region), Vec<String>>,
    /// Accounts that may gather what a Region records.
    pub authorized: BTreeMap<(AccountId, Region), Vec<String>>,
}

/// A recorder.
#[derive(Debug, Clone)]
pub struct Recorder {
    /// Its name.
    pub name: String,
    /// Whether it records.
    pub recording: bool,
    /// Whether it records all types of resources.
    pub everything: bool,
    /// Why what it recorded could not be delivered.
    pub error: Option<String>,
    /// The service that has it for itself, if one has.
    pub of_service: Option<String>,
}

impl Recorder {
    /// A recorder as landing zones make it.
    pub fn of_landing_zone() -> Self {
        Self {
            name: "default".to_owned(),
            recording: true,
            everything: true,
            error: None,
            of_service: None,
        }
    }
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    for left_out in [
        "ConfigurationRecorderNames",
        "ConfigurationAggregatorNames",
        "Arn",
        "ServicePrincipal",
    ] {
        if input.get(left_out).is_some_and(|value| !value.is_null()) {
            let what = format!("{operation} with {left_out}");
            return Err(ServiceError::not_modelled("config", &what));
        }
    }
    let here = (caller.account.clone(), caller.region.clone());
    let recorders = cloud.config.in_region.get(&here).cloned();
    let recorders = recorders.unwrap_or_else(|| vec![Recorder::of_landing_zone()]);
    let listed = |of: &BTreeMap<(AccountId, Region), Vec<String>>| of.get(&here).cloned().unwrap_or_default();
    match operation {
        "DescribeConfigurationRecorders" => {
            let shown = recorders.iter().map(|one| {
                let only = json!(["AWS::EC2::Instance"]);
                let types = if one.everything { json!([]) } else { only };
                let strategy = if one.everything { "ALL_SUPPORTED_RESOURCE_TYPES" } else { "INCLUSION_BY_RESOURCE_TYPES" };
                json!({ "name": one.name, "servicePrincipal": one.of_service,
                    "roleARN": format!("arn:aws:iam::{}:role/aws-service-role/config.amazonaws.com/AWSServiceRoleForConfig", caller.account),
                    "recordingGroup": { "allSupported": one.everything, "includeGlobalResourceTypes": one.everything, "resourceTypes": types,
                        "recordingStrategy": { "useOnly": strategy } } })
            });
            Ok(json!({ "ConfigurationRecorders": shown.collect::<Vec<_>>() }))
        }
        "DescribeConfigurationRecorderStatus" => {
            let shown = recorders.iter().map(|one| {
                let last = match (&one.error, one.recording) {
                    (Some(_), _) => "Failure",
                    (None, true) => "Success",
                    (None, false) => "Pending",
                };
                json!({ "name": one.name, "recording": one.recording, "lastStatus": last, "lastErrorMessage": one.error, "servicePrincipal": one.of_service })
            });
            Ok(json!({ "ConfigurationRecordersStatus": shown.collect::<Vec<_>>() }))
        }
        "DescribeConfigurationAggregators" => {
            let named = listed(&cloud.config.aggregators).into_iter();
            let shown = named.map(|name| json!({ "ConfigurationAggregatorName": name }));
            Ok(json!({ "ConfigurationAggregators": shown.collect::<Vec<_>>() }))
        }
        "DescribeAggregationAuthorizations" => {
            let authorized = listed(&cloud.config.authorized).into_iter();
            let shown = authorized
                .map(|account| json!({ "AuthorizedAccountId": account, "AuthorizedAwsRegion": caller.region }));
            Ok(json!({ "AggregationAuthorizations": shown.collect::<Vec<_>>() }))
        }
        _ => Err(ServiceError::not_modelled("config", operation)),
    }
}
