//! Record sets and the order in which a zone keeps them.

use std::collections::BTreeMap;
use std::sync::Arc;

use model::inventory::{GeoLocation, GeoProximity, Record};
use serde_json::{Map, Value, json};

use super::names;

/// A zone's record sets in Route 53's own order.
pub type Records = BTreeMap<RecordKey, Arc<RecordSet>>;

/// The place of a record set in its zone, and its identity: name, type and set identifier.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct RecordKey {
    order: Vec<u8>,
    /// The canonical name.
    pub name: String,
    /// The type; empty sorts before all types.
    pub kind: String,
    /// The set identifier; empty for simple routing.
    pub set_identifier: String,
}

impl RecordKey {
    /// The key of a canonical name, a type and a set identifier.
    pub fn new(name: &str, kind: &str, set_identifier: &str) -> Self {
        Self {
            order: names::sort_key(name),
            name: name.to_owned(),
            kind: kind.to_owned(),
            set_identifier: set_identifier.to_owned(),
        }
    }

    /// Whether this name is that one, or lies below it.
    pub fn at_or_below(&self, name: &str) -> bool {
        names::within(&self.name, name)
    }
}

/// Where an alias points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Alias {
    /// The hosted zone of what it points to, without prefix.
    pub zone: String,
    /// The canonical name it points to.
    pub name: String,
    /// Whether the target's health is asked for.
    pub evaluate_health: bool,
}

/// A record set.
#[derive(Debug, Clone)]
pub struct RecordSet {
    /// The canonical name.
    pub name: String,
    /// `A`, `CNAME`, …
    pub kind: String,
    /// Seconds; an alias has none.
    pub ttl: Option<u32>,
    /// Its values, as given.
    pub values: Vec<String>,
    /// Where it points, if it is an alias.
    pub alias: Option<Alias>,
    /// Tells sets of one name and type apart.
    pub set_identifier: Option<String>,
    /// The weight of a weighted set.
    pub weight: Option<u64>,
    /// Every other member (`Region`, `GeoLocation`, `Failover`, `HealthCheckId` …) as given: kept, compared, given back.
    pub others: BTreeMap<String, Value>,
    /// Whether a call wrote it; what the inventory brought is not written.
    pub written: bool,
}

/// Members as they are sent; what is not told is not there.
fn members(given: &[(&str, Option<Value>)]) -> Value {
    let given = given.iter();
    given
        .filter_map(|(name, value)| Some(((*name).to_owned(), value.clone()?)))
        .collect()
}

fn geo_location(place: &GeoLocation) -> Value {
    members(&[
        ("ContinentCode", place.continent.as_ref().map(|code| json!(code))),
        ("CountryCode", place.country.as_ref().map(|code| json!(code))),
        ("SubdivisionCode", place.subdivision.as_ref().map(|code| json!(code))),
    ])
}

fn geo_proximity(place: &GeoProximity) -> Value {
    let coordinates = place.coordinates.as_ref();
    members(&[
        ("AWSRegion", place.region.as_ref().map(|region| json!(region))),
        (
            "LocalZoneGroup",
            place.local_zone_group.as_ref().map(|group| json!(group)),
        ),
        (
            "Coordinates",
            coordinates.map(|(north, east)| json!({ "Latitude": north, "Longitude": east })),
        ),
        ("Bias", place.bias.map(|bias| json!(bias))),
    ])
}

/// The members that make a set other than simple, each its own routing policy.
const POLICIES: [&str; 6] = [
    "Region",
    "GeoLocation",
    "Failover",
    "MultiValueAnswer",
    "CidrRoutingConfig",
    "GeoProximityLocation",
];

impl RecordSet {
    /// A set with a TTL and values, as Route 53 itself makes them at the apex.
    pub fn plain(name: &str, kind: &str, ttl: u32, values: Vec<String>) -> Self {
        Self {
            name: name.to_owned(),
            kind: kind.to_owned(),
            ttl: Some(ttl),
            values,
            alias: None,
            set_identifier: None,
            weight: None,
            others: BTreeMap::new(),
            written: false,
        }
    }

    /// A set of the inventory; `None` where its name is none.
    pub fn of_inventory(record: &Record) -> Option<Self> {
        Some(Self {
            name: names::canonical(&record.name)?,
            kind: record.kind.clone(),
            ttl: record.ttl,
            values: record.values.clone(),
            alias: record.alias.as_ref().and_then(|alias| {
                Some(Alias {
                    zone: alias.zone.clone(),
                    name: names::canonical(&alias.name)?,
                    evaluate_health: alias.evaluate_health,
                })
            }),
            set_identifier: record.set_identifier.clone(),
            weight: record.weight.map(u64::from),
            others: {
                let cidr = record.cidr.as_ref();
                let cidr = cidr.map(|cidr| json!({ "CollectionId": cidr.collection, "LocationName": cidr.location }));
                let given = [
                    ("Failover", record.failover.as_ref().map(|role| json!(role))),
                    ("CidrRoutingConfig", cidr),
                    ("HealthCheckId", record.health_check.as_ref().map(|id| json!(id))),
                    ("Region", record.latency_region.as_ref().map(|region| json!(region))),
                    ("GeoLocation", record.geo.as_ref().map(geo_location)),
                    ("GeoProximityLocation", record.geo_proximity.as_ref().map(geo_proximity)),
                    ("MultiValueAnswer", record.multi_value.then(|| json!(true))),
                    (
                        "TrafficPolicyInstanceId",
                        record.traffic_policy.as_ref().map(|id| json!(id)),
                    ),
                ];
                let given = given.into_iter();
                given
                    .filter_map(|(member, value)| Some((member.to_owned(), value?)))
                    .collect()
            },
            written: false,
        })
    }

    /// A set from a request's `ResourceRecordSet`, or what is wrong with it.
    pub fn of_request(value: &Value) -> Result<Self, String> {
        let given = value.as_object().ok_or("ResourceRecordSet is missing")?;
        let text = |member: &str| given.get(member).and_then(Value::as_str);
        let raw = text("Name").ok_or("Name is missing")?;
        let name = names::canonical(raw)
            .ok_or_else(|| format!("FATAL problem: DomainNameInvalid encountered with '{raw}'"))?;
        let kind = text("Type").ok_or("Type is missing")?.to_owned();
        let values = given
            .get("ResourceRecords")
            .and_then(Value::as_array)
            .map(|list| {
                list.iter()
                    .filter_map(|r| r.get("Value")?.as_str().map(str::to_owned))
                    .collect()
            })
            .unwrap_or_default();
        let alias = match given.get("AliasTarget").filter(|a| !a.is_null()) {
            None => None,
            Some(alias) => {
                let target = alias.get("DNSName").and_then(Value::as_str).unwrap_or_default();
                Some(Alias {
                    zone: super::bare_id(alias.get("HostedZoneId").and_then(Value::as_str).unwrap_or_default())
                        .to_owned(),
                    name: names::canonical(target)
                        .ok_or_else(|| format!("FATAL problem: DomainNameInvalid encountered with '{target}'"))?,
                    evaluate_health: alias
                        .get("EvaluateTargetHealth")
                        .and_then(Value::as_bool)
                        .unwrap_or_default(),
                })
            }
        };
        let known = [
            "Name",
            "Type",
            "TTL",
            "ResourceRecords",
            "AliasTarget",
            "SetIdentifier",
            "Weight",
        ];
        let others = given
            .iter()
            .filter(|(member, value)| !known.contains(&member.as_str()) && !value.is_null())
            .map(|(member, value)| (member.clone(), value.clone()))
            .collect();
        Ok(Self {
            name,
            kind,
            ttl: given
                .get("TTL")
                .and_then(Value::as_u64)
                .and_then(|ttl| u32::try_from(ttl).ok()),
            values,
            alias,
            set_identifier: text("SetIdentifier").map(str::to_owned),
            weight: given.get("Weight").and_then(Value::as_u64),
            others,
            written: true,
        })
    }

    /// As an answer gives it.
    pub fn to_value(&self) -> Value {
        let mut out = Map::new();
        out.insert("Name".into(), json!(self.name));
        out.insert("Type".into(), json!(self.kind));
        if let Some(id) = &self.set_identifier {
            out.insert("SetIdentifier".into(), json!(id));
        }
        if let Some(weight) = self.weight {
            out.insert("Weight".into(), json!(weight));
        }
        for (member, value) in &self.others {
            out.insert(member.clone(), value.clone());
        }
        if let Some(ttl) = self.ttl {
            out.insert("TTL".into(), json!(ttl));
        }
        if !self.values.is_empty() {
            let values: Vec<Value> = self.values.iter().map(|value| json!({ "Value": value })).collect();
            out.insert("ResourceRecords".into(), Value::Array(values));
        }
        if let Some(alias) = &self.alias {
            out.insert(
                "AliasTarget".into(),
                json!({"HostedZoneId": alias.zone, "DNSName": alias.name, "EvaluateTargetHealth": alias.evaluate_health}),
            );
        }
        Value::Object(out)
    }

    /// Its place and identity.
    pub fn key(&self) -> RecordKey {
        RecordKey::new(
            &self.name,
            &self.kind,
            self.set_identifier.as_deref().unwrap_or_default(),
        )
    }

    /// The collection and the location of it by which clients are chosen.
    pub fn cidr(&self) -> Option<(&str, &str)> {
        let cidr = self.others.get("CidrRoutingConfig")?;
        Some((cidr["CollectionId"].as_str()?, cidr["LocationName"].as_str()?))
    }

    /// The health check that it depends on.
    pub fn health_check(&self) -> Option<&str> {
        self.others.get("HealthCheckId")?.as_str()
    }

    /// Whether every member is the same, as a DELETE must give it. The order of values does not count.
    pub fn same_as(&self, other: &Self) -> bool {
        let sorted = |set: &Self| {
            let mut values = set.values.clone();
            values.sort();
            values
        };
        self.key() == other.key()
            && self.ttl == other.ttl
            && self.alias == other.alias
            && self.weight == other.weight
            && self.others == other.others
            && sorted(self) == sorted(other)
    }

    /// Which routing policy it has: sets of one name and type must agree.
    pub fn policy(&self) -> &'static str {
        if self.weight.is_some() {
            return "Weight";
        }
        POLICIES
            .into_iter()
            .find(|policy| self.others.contains_key(*policy))
            .unwrap_or("simple")
    }
}
