//! Hosted zones as an inventory has them, and their records.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::Region;

/// A hosted zone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Zone {
    /// Its id, without the `/hostedzone/` prefix.
    pub id: String,
    /// Its name, without the last dot.
    pub name: String,
    /// Whether it is private.
    pub private: bool,
    /// Its name servers.
    pub name_servers: Vec<String>,
    /// Its records, the apex SOA and NS among them.
    pub records: Vec<Record>,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The VPCs that resolve a private zone, of whichever account; those that a Route 53 Profile attaches are not among them.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub vpcs: Vec<ZoneVpc>,
    /// The service that made it and alone may edit it, such as `servicediscovery.amazonaws.com` (Cloud Map).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked_service: Option<String>,
    /// Whether Route 53 signs it (DNSSEC); absent: not known, or private.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signed: Option<bool>,
}

/// A VPC that resolves a private zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneVpc {
    /// Its id.
    pub id: String,
    /// Where it lies.
    pub region: Region,
}

/// A record set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Record {
    /// Its name, lower case, without the last dot, in Route 53's escaped form.
    pub name: String,
    /// `A`, `CNAME`, `NS`, …
    #[serde(rename = "type")]
    pub kind: String,
    /// Seconds; absent for an alias.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ttl: Option<u32>,
    /// Its values; empty for an alias.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub values: Vec<String>,
    /// Where an alias points.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alias: Option<AliasTarget>,
    /// Tells sets of the same name and type apart (weighted, latency, failover …).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub set_identifier: Option<String>,
    /// The weight of a weighted set.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub weight: Option<u32>,
    /// `PRIMARY` or `SECONDARY`, of a failover pair.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failover: Option<String>,
    /// The region of AWS whose clients get it, of a set that goes by latency.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub latency_region: Option<String>,
    /// Where the clients are that get it, of a set that goes by places.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geo: Option<GeoLocation>,
    /// Where it is, of a set that goes by distance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub geo_proximity: Option<GeoProximity>,
    /// Whether it is one of several that are answered together.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub multi_value: bool,
    /// The id of the traffic policy instance that made it: it cannot be written as a record.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub traffic_policy: Option<String>,
    /// The networks whose clients get it, of a set that goes by them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cidr: Option<CidrRouting>,
    /// The id of the health check that it depends on, of whichever account.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_check: Option<String>,
}

/// Which clients a record set is for, by where they are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GeoLocation {
    /// The continent's code.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub continent: Option<String>,
    /// The country's code; `*` is for all that no other set has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub country: Option<String>,
    /// The code of a part of the country.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub subdivision: Option<String>,
}

/// Where what a record set names is, so that the nearest is answered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct GeoProximity {
    /// A region of AWS.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub region: Option<String>,
    /// A group of local zones.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub local_zone_group: Option<String>,
    /// Latitude and longitude.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub coordinates: Option<(String, String)>,
    /// How much nearer (or farther) it counts.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bias: Option<i32>,
}

/// Which clients a record set is for, by their networks.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CidrRouting {
    /// The id of the CIDR collection, of the zone's own account.
    pub collection: String,
    /// The location in it; `*` is for all clients that no other location has.
    pub location: String,
}

/// A CIDR collection.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CidrCollection {
    /// Its id, a UUID.
    pub id: String,
    /// Its name, which the account has once.
    pub name: String,
    /// Its locations: name to CIDR blocks.
    pub locations: BTreeMap<String, Vec<String>>,
}

/// A health check of Route 53.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HealthCheck {
    /// Its id, a UUID.
    pub id: String,
    /// What it checks, and how.
    pub config: HealthCheckConfig,
    /// Its tags.
    #[serde(skip_serializing_if = "BTreeMap::is_empty")]
    pub tags: BTreeMap<String, String>,
    /// The service that made it and alone may edit it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub linked_service: Option<String>,
    /// What it checks does not answer as it should. Only simcloud reads this.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub unhealthy: bool,
}

/// What a health check checks, and how: `HealthCheckConfig`, member for member.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct HealthCheckConfig {
    /// `HTTP`, `HTTPS`, `HTTP_STR_MATCH`, `HTTPS_STR_MATCH`, `TCP`, `CALCULATED`, `CLOUDWATCH_METRIC`, `RECOVERY_CONTROL`.
    #[serde(rename = "type")]
    pub kind: String,
    /// The address of what is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ip_address: Option<String>,
    /// Its port.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// The path that is asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub resource_path: Option<String>,
    /// The name of what is checked.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub domain_name: Option<String>,
    /// What its answer must hold.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub search_string: Option<String>,
    /// Seconds between two checks.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub request_interval: Option<i32>,
    /// How many checks in a row change its status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub failure_threshold: Option<i32>,
    /// Whether latency is measured.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub measure_latency: Option<bool>,
    /// Whether healthy and unhealthy are exchanged.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub inverted: Option<bool>,
    /// Whether it does not check, and counts as healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub disabled: Option<bool>,
    /// How many children of a calculated one must be healthy.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub health_threshold: Option<i32>,
    /// The ids of the children of a calculated one.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub children: Vec<String>,
    /// Whether the name is sent within the TLS handshake.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub enable_sni: Option<bool>,
    /// Where it is checked from; empty: from everywhere.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub regions: Vec<String>,
    /// The CloudWatch alarm of its account whose state it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub alarm: Option<AlarmName>,
    /// Its status while the alarm has too few data.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub insufficient_data: Option<String>,
    /// The routing control whose state it has.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub routing_control: Option<String>,
}

/// A CloudWatch alarm, of the account that names it.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AlarmName {
    /// Its Region.
    pub region: String,
    /// Its name.
    pub name: String,
}

/// Where an alias record points.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct AliasTarget {
    /// The zone of the thing pointed to; this zone's own id when it is a record of the same zone.
    pub zone: String,
    /// Its DNS name.
    pub name: String,
    /// Whether the target's health is asked for.
    pub evaluate_health: bool,
}
