//! What only its tags told of, and what a bill told of: things that no other member of the inventory has.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Something that is tagged, or was once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Other {
    /// Its ARN.
    pub arn: String,
    /// Its tags; none where it had some once.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
}

/// What only its tags told of in a region that is not the migration's, counted.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Elsewhere {
    /// How many there are of each kind, as [`Other::kind`] calls it: `ec2:instance`, `sqs`.
    pub kinds: BTreeMap<String, u32>,
    /// Whether there are more than were counted.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub more: bool,
}

/// What a month cost, as Cost Explorer tells it: amortized, before taxes, credits and refunds.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Bill {
    /// The month, such as `2026-10`.
    pub month: String,
    /// The currency, such as `USD`.
    pub unit: String,
    /// Whether its bill is not closed yet.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub estimated: bool,
    /// What each service cost, as the bill calls it, in each region (`global` and `NoRegion` beside them), in millionths of the currency.
    pub services: BTreeMap<String, BTreeMap<String, u64>>,
}

impl Other {
    fn part(&self, nth: usize) -> &str {
        self.arn.splitn(6, ':').nth(nth).unwrap_or_default()
    }

    /// The service that it is of, as ARNs call it.
    pub fn service(&self) -> &str {
        self.part(2)
    }

    /// The region that it lies in; empty of what is not regional.
    pub fn region(&self) -> &str {
        self.part(3)
    }

    /// What its service calls it: type and name, or the name alone.
    pub fn resource(&self) -> &str {
        self.part(5)
    }

    /// Service and type, as the Tagging API writes them: `ec2:instance`; the service alone where its ARNs tell no type.
    pub fn kind(&self) -> String {
        let resource = self.resource().trim_start_matches('/');
        match resource.split_once(['/', ':']) {
            // A bucket's ARN may go on with a key, and no ARN of S3's tells a type.
            Some((kind, _)) if self.service() != "s3" => format!("{}:{kind}", self.service()),
            _ => self.service().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_kind_is_service_and_type_as_far_as_the_arn_tells() {
        for (arn, kind) in [
            ("arn:aws:ec2:eu-west-1:111111111111:instance/i-1", "ec2:instance"),
            ("arn:aws:rds:eu-west-1:111111111111:db:shop", "rds:db"),
            ("arn:aws:sqs:eu-west-1:111111111111:mails", "sqs"),
            ("arn:aws:s3:::shop", "s3"),
            ("arn:aws:apigateway:eu-west-1::/restapis/abc", "apigateway:restapis"),
            (
                "arn:aws:elasticloadbalancing:eu-west-1:111111111111:loadbalancer/app/a/1",
                "elasticloadbalancing:loadbalancer",
            ),
        ] {
            let other = Other {
                arn: arn.to_owned(),
                ..Other::default()
            };
            assert_eq!(other.kind(), kind);
        }
    }
}
