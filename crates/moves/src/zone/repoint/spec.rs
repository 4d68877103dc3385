//! `repoint` of a `[[zone]]`.

use schemars::JsonSchema;
use serde::Deserialize;

/// A record that must name something of the target's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct RepointSpec {
    /// Its name.
    pub name: String,
    /// Its type, which stays: `A`, `AAAA`, `CNAME`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Which of several sets of one name and type.
    #[serde(default)]
    pub set_identifier: Option<String>,
    /// Where it points in the end.
    pub to: ToSpec,
}

/// Where a record points in the end: one of `value`, `values`, `alias`, `database` and `cluster`. Values, alias and its zone may be places in Terraform's state
/// (`tfstate://bucket/key#aws_lb.web.dns_name`), which the inventory answers before a plan is drawn up.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct ToSpec {
    /// At this value.
    pub value: Option<String>,
    /// At these.
    pub values: Option<Vec<String>>,
    /// At a thing of AWS's by its DNS name.
    pub alias: Option<String>,
    /// The hosted zone of that thing.
    pub zone_id: Option<String>,
    /// Whether the health of that thing is asked for; as before unless told.
    pub evaluate_health: Option<bool>,
    /// At the endpoint of the database that this run restores, by its id in the runbook.
    pub database: Option<String>,
    /// The same of a cluster.
    pub cluster: Option<String>,
    /// At the cluster's endpoint for reading.
    pub reader: bool,
}
