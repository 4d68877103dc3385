//! Hosted zones as an inventory has them, and their records.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::ids::Region;

/// A hosted zone.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
}

/// A VPC that resolves a private zone.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ZoneVpc {
    /// Its id.
    pub id: String,
    /// Where it lies.
    pub region: Region,
}

/// A record set.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
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
}

/// Where an alias record points.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct AliasTarget {
    /// The zone of the thing pointed to; this zone's own id when it is a record of the same zone.
    pub zone: String,
    /// Its DNS name.
    pub name: String,
    /// Whether the target's health is asked for.
    pub evaluate_health: bool,
}
