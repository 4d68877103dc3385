//! Service Quotas, as far as RDS's are asked for. Their names are those of
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html>.
//!
//! Left out: quotas of other services, requests to raise one, codes (a caller goes by the names).

use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::text;

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    let service = text(input, "ServiceCode").unwrap_or_default();
    if service != "rds" {
        let message = format!("There is no service {service} here.");
        return Err(ServiceError::with_status(400, "NoSuchResourceException", message));
    }
    match operation {
        "ListAWSDefaultServiceQuotas" => Ok(listed(caller, &defaults())),
        // What was raised, and nothing else: so it is with quotas that nobody has asked about.
        "ListServiceQuotas" => {
            let raised: Vec<(&str, usize)> = of(cloud)
                .into_iter()
                .zip(defaults())
                .filter(|(now, default)| now != default)
                .map(|(now, _)| now)
                .collect();
            Ok(listed(caller, &raised))
        }
        _ => Err(ServiceError::not_modelled("servicequotas", operation)),
    }
}

fn of(cloud: &Cloud) -> Vec<(&'static str, usize)> {
    named(cloud.rds.quotas)
}

fn defaults() -> Vec<(&'static str, usize)> {
    named(crate::services::rds::Quotas::default())
}

fn named(quotas: crate::services::rds::Quotas) -> Vec<(&'static str, usize)> {
    vec![
        ("DB clusters", quotas.clusters),
        ("DB instances", quotas.instances),
        ("Manual DB cluster snapshots", quotas.manual_cluster_snapshots),
        ("Manual DB instance snapshots", quotas.manual_snapshots),
    ]
}

fn listed(caller: &Caller, quotas: &[(&str, usize)]) -> Value {
    let quotas = quotas.iter().map(|(name, value)| {
        json!({"ServiceCode": "rds", "ServiceName": "Amazon Relational Database Service (Amazon RDS)", "QuotaName": name,
            "Value": *value as f64, "Unit": "None", "Adjustable": true, "GlobalQuota": false,
            "QuotaArn": format!("arn:aws:servicequotas:{}:{}:rds/{}", caller.region, caller.account, name.replace(' ', "-"))})
    });
    json!({ "Quotas": quotas.collect::<Vec<_>>() })
}
