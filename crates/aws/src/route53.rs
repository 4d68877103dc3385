//! Route 53: hosted zones and their records. Ids go in and come out without `/hostedzone/` and `/change/`: AWS answers with the
//! prefix, and an alias compared with it would look like one into a foreign zone.

use std::collections::BTreeMap;

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::operation::change_resource_record_sets::ChangeResourceRecordSetsError;
use aws_sdk_route53::types::{
    AliasTarget, Change, ChangeAction, ChangeBatch, ChangeStatus, CidrRoutingConfig, Coordinates, GeoLocation,
    GeoProximityLocation, HostedZoneConfig, ResourceRecord, ResourceRecordSet, RrType, Tag, TagResourceType,
};
use model::inventory::ZoneVpc;
use model::{AccountId, Failure, FailureClass};
use serde::{Deserialize, Serialize};

use crate::account::{Clients, two_clients};
use crate::classify;

mod checks;
mod collections;
mod observed;
mod vpcs;

pub use checks::{HealthCheck, Reports};
pub use collections::{BlockChange, CidrBlocks, CidrCollection, canonical_block};
pub use vpcs::ZoneOfVpc;

/// Route 53 in one account.
pub struct Route53 {
    read: aws_sdk_route53::Client,
    once: aws_sdk_route53::Client,
    account: AccountId,
}

/// A hosted zone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct HostedZone {
    /// Its id.
    pub id: String,
    /// Its name, as Route 53 writes it.
    pub name: String,
    /// The reference that it was made with.
    pub caller_reference: String,
    /// Whether it is private.
    pub private: bool,
    /// The service that made it and alone may edit it (Cloud Map), if one did.
    pub linked_service: Option<String>,
    /// Its name servers: four for a public zone that was asked for by id; a list of zones does not tell them.
    pub name_servers: Vec<String>,
    /// The VPCs that resolve it, where it is private and was asked for by id.
    pub vpcs: Vec<ZoneVpc>,
}

/// A record set, whole: a copy that forgot a member would answer otherwise. It is kept in the journal as it stands here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordSet {
    /// Its name, as Route 53 writes it.
    pub name: String,
    /// `A`, `CNAME`, `NS`, …
    pub kind: String,
    /// Seconds; an alias has none.
    pub ttl: Option<i64>,
    /// Its values; an alias has none.
    pub values: Vec<String>,
    /// Where it points, if it is an alias.
    pub alias: Option<Alias>,
    /// Tells sets of one name and type apart.
    pub set_identifier: Option<String>,
    /// Which clients get it.
    pub routing: Routing,
    /// The health check that it depends on. It may belong to another account.
    pub health_check: Option<String>,
    /// The traffic policy instance that made it: it cannot be written as a record.
    pub traffic_policy: Option<String>,
}

/// Where an alias points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Alias {
    /// The hosted zone of the thing pointed to.
    pub zone: String,
    /// Its DNS name.
    pub name: String,
    /// Whether the target's health is asked for.
    pub evaluate_health: bool,
}

/// A routing policy.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Routing {
    /// Everybody gets the one set.
    #[default]
    Simple,
    /// By share.
    Weighted(i64),
    /// By latency from a region.
    Latency(String),
    /// By the client's place.
    Geo {
        /// Continent.
        continent: Option<String>,
        /// Country.
        country: Option<String>,
        /// Subdivision.
        subdivision: Option<String>,
    },
    /// By distance.
    GeoProximity {
        /// A region of AWS.
        region: Option<String>,
        /// A group of local zones.
        local_zone_group: Option<String>,
        /// Latitude and longitude.
        coordinates: Option<(String, String)>,
        /// The bias.
        bias: Option<i32>,
    },
    /// `PRIMARY` or `SECONDARY`.
    Failover(String),
    /// Several healthy ones at once.
    MultiValue,
    /// By the client's network, from a collection of this account.
    Cidr {
        /// The collection's id.
        collection: String,
        /// The location in it.
        location: String,
    },
}

/// One change of a batch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RecordChange {
    /// Makes a set that must not exist.
    Create(RecordSet),
    /// Makes or replaces a set.
    Upsert(RecordSet),
    /// Deletes a set, which must be exactly so.
    Delete(RecordSet),
}

impl RecordChange {
    /// The set that it makes, replaces or deletes.
    pub fn set(&self) -> &RecordSet {
        match self {
            RecordChange::Create(set) | RecordChange::Upsert(set) | RecordChange::Delete(set) => set,
        }
    }
}

fn bare(id: &str) -> String {
    id.rsplit('/').next().unwrap_or(id).to_owned()
}

fn same_name(a: &str, b: &str) -> bool {
    a.trim_end_matches('.').eq_ignore_ascii_case(b.trim_end_matches('.'))
}

fn bad_answer(operation: &str) -> Failure {
    let what = format!("{operation} answered without what it is asked for");
    Failure::ours("route53", FailureClass::Unexpected, "[BadAnswer]", what)
}

/// The SDK refuses to build a request that lacks something. Nothing was sent.
fn not_built(error: BuildError) -> Failure {
    Failure::ours("route53", FailureClass::Invalid, "[NotBuilt]", error.to_string())
}

fn zone(from: aws_sdk_route53::types::HostedZone) -> HostedZone {
    HostedZone {
        id: bare(&from.id),
        name: from.name,
        caller_reference: from.caller_reference,
        private: from.config.is_some_and(|config| config.private_zone),
        linked_service: from.linked_service.and_then(|service| service.service_principal),
        name_servers: Vec::new(),
        vpcs: Vec::new(),
    }
}

fn record_set(from: ResourceRecordSet) -> RecordSet {
    let routing = if let Some(weight) = from.weight {
        Routing::Weighted(weight)
    } else if let Some(region) = from.region {
        Routing::Latency(region.as_str().to_owned())
    } else if let Some(place) = from.geo_location {
        Routing::Geo {
            continent: place.continent_code,
            country: place.country_code,
            subdivision: place.subdivision_code,
        }
    } else if let Some(place) = from.geo_proximity_location {
        Routing::GeoProximity {
            region: place.aws_region,
            local_zone_group: place.local_zone_group,
            coordinates: place.coordinates.map(|c| (c.latitude, c.longitude)),
            bias: place.bias,
        }
    } else if let Some(role) = from.failover {
        Routing::Failover(role.as_str().to_owned())
    } else if from.multi_value_answer == Some(true) {
        Routing::MultiValue
    } else if let Some(cidr) = from.cidr_routing_config {
        Routing::Cidr {
            collection: cidr.collection_id,
            location: cidr.location_name,
        }
    } else {
        Routing::Simple
    };
    RecordSet {
        name: from.name,
        kind: from.r#type.as_str().to_owned(),
        ttl: from.ttl,
        values: from
            .resource_records
            .unwrap_or_default()
            .into_iter()
            .map(|record| record.value)
            .collect(),
        alias: from.alias_target.map(|alias| Alias {
            zone: bare(&alias.hosted_zone_id),
            name: alias.dns_name,
            evaluate_health: alias.evaluate_target_health,
        }),
        set_identifier: from.set_identifier,
        routing,
        health_check: from.health_check_id,
        traffic_policy: from.traffic_policy_instance_id,
    }
}

fn sdk_record_set(set: &RecordSet) -> Result<ResourceRecordSet, BuildError> {
    let values: Result<Vec<_>, _> = set
        .values
        .iter()
        .map(|v| ResourceRecord::builder().value(v).build())
        .collect();
    let values = values?;
    let alias = set.alias.as_ref().map(|alias| {
        let target = AliasTarget::builder().hosted_zone_id(&alias.zone).dns_name(&alias.name);
        target.evaluate_target_health(alias.evaluate_health).build()
    });
    let call = ResourceRecordSet::builder()
        .name(&set.name)
        .r#type(RrType::from(set.kind.as_str()));
    let call = call.set_ttl(set.ttl).set_alias_target(alias.transpose()?);
    let call = call.set_resource_records((!values.is_empty()).then_some(values));
    let call = call
        .set_set_identifier(set.set_identifier.clone())
        .set_health_check_id(set.health_check.clone());
    let call = match &set.routing {
        Routing::Simple => call,
        Routing::Weighted(weight) => call.weight(*weight),
        Routing::Latency(region) => call.region(region.as_str().into()),
        Routing::Geo {
            continent,
            country,
            subdivision,
        } => call.geo_location(
            GeoLocation::builder()
                .set_continent_code(continent.clone())
                .set_country_code(country.clone())
                .set_subdivision_code(subdivision.clone())
                .build(),
        ),
        Routing::GeoProximity {
            region,
            local_zone_group,
            coordinates,
            bias,
        } => {
            let coordinates = coordinates
                .as_ref()
                .map(|(latitude, longitude)| Coordinates::builder().latitude(latitude).longitude(longitude).build());
            let place = GeoProximityLocation::builder()
                .set_aws_region(region.clone())
                .set_local_zone_group(local_zone_group.clone());
            call.geo_proximity_location(place.set_coordinates(coordinates.transpose()?).set_bias(*bias).build())
        }
        Routing::Failover(role) => call.failover(role.as_str().into()),
        Routing::MultiValue => call.multi_value_answer(true),
        Routing::Cidr { collection, location } => {
            let cidr = CidrRoutingConfig::builder()
                .collection_id(collection)
                .location_name(location);
            call.cidr_routing_config(cidr.build()?)
        }
    };
    call.build()
}

impl Route53 {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_route53, "route53");
        Self {
            read,
            once,
            account: clients.account.clone(),
        }
    }

    fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "route53", operation)
    }

    /// Every zone of this name: AWS permits several, public and private. Their name servers are not told.
    pub async fn zones_named(&self, name: &str) -> Result<Vec<HostedZone>, Failure> {
        let mut found = Vec::new();
        let mut from = (name.to_owned(), None::<String>);
        loop {
            let call = self
                .read
                .list_hosted_zones_by_name()
                .dns_name(&from.0)
                .set_hosted_zone_id(from.1.take());
            let page = call.send().await.map_err(self.failed("ListHostedZonesByName"))?;
            let next = page
                .is_truncated
                .then_some((page.next_dns_name, page.next_hosted_zone_id));
            let all = page.hosted_zones.len();
            // The list begins at the name and goes on behind it.
            found.extend(
                page.hosted_zones
                    .into_iter()
                    .filter(|zone| same_name(&zone.name, name))
                    .map(zone),
            );
            match next {
                Some((Some(next), id)) if same_name(&next, name) && all > 0 => from = (next, id),
                _ => return Ok(found),
            }
        }
    }

    /// The zone of this id with its name servers; none if there is none.
    pub async fn zone(&self, id: &str) -> Result<Option<HostedZone>, Failure> {
        let answer = self
            .read
            .get_hosted_zone()
            .id(id)
            .send()
            .await
            .map_err(self.failed("GetHostedZone"));
        let Some(answer) = classify::found(answer)? else {
            return Ok(None);
        };
        let servers = answer.delegation_set.map(|set| set.name_servers).unwrap_or_default();
        let found = answer.hosted_zone.ok_or_else(|| bad_answer("GetHostedZone"))?;
        Ok(Some(HostedZone {
            name_servers: servers,
            vpcs: vpcs::of_sdk(answer.vpcs.unwrap_or_default()),
            ..zone(found)
        }))
    }

    /// Makes a public zone. The same reference again is refused, and the zone made with it is not told: look for it by
    /// [`Route53::zones_named`].
    pub async fn create_zone(&self, name: &str, reference: &str, comment: &str) -> Result<(), Failure> {
        let config = HostedZoneConfig::builder().comment(comment).private_zone(false).build();
        let call = self
            .once
            .create_hosted_zone()
            .name(name)
            .caller_reference(reference)
            .hosted_zone_config(config);
        call.send().await.map(drop).map_err(self.failed("CreateHostedZone"))
    }

    /// Deletes a zone; refused while it has more than its SOA and NS.
    pub async fn delete_zone(&self, id: &str) -> Result<(), Failure> {
        self.once
            .delete_hosted_zone()
            .id(id)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("DeleteHostedZone"))
    }

    /// A zone's tags.
    pub async fn zone_tags(&self, id: &str) -> Result<BTreeMap<String, String>, Failure> {
        self.tags_of(TagResourceType::Hostedzone, id).await
    }

    /// Adds tags to a zone, replacing those of the same key: at most ten in a call.
    pub async fn tag_zone(&self, id: &str, tags: &BTreeMap<String, String>) -> Result<(), Failure> {
        self.add_tags(TagResourceType::Hostedzone, id, tags).await
    }

    async fn tags_of(&self, kind: TagResourceType, id: &str) -> Result<BTreeMap<String, String>, Failure> {
        let call = self.read.list_tags_for_resource().resource_type(kind).resource_id(id);
        let answer = call.send().await.map_err(self.failed("ListTagsForResource"))?;
        let tags = answer.resource_tag_set.and_then(|set| set.tags).unwrap_or_default();
        Ok(tags
            .into_iter()
            .map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
            .collect())
    }

    async fn add_tags(&self, kind: TagResourceType, id: &str, tags: &BTreeMap<String, String>) -> Result<(), Failure> {
        let tags = tags
            .iter()
            .map(|(key, value)| Tag::builder().key(key).value(value).build())
            .collect();
        let call = self.once.change_tags_for_resource().resource_type(kind).resource_id(id);
        let call = call.set_add_tags(Some(tags));
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("ChangeTagsForResource"))
    }

    /// Takes tags off a zone: at most ten in a call.
    pub async fn untag_zone(&self, id: &str, keys: &[String]) -> Result<(), Failure> {
        let call = self
            .once
            .change_tags_for_resource()
            .resource_type(TagResourceType::Hostedzone)
            .resource_id(id);
        let call = call.set_remove_tag_keys(Some(keys.to_vec()));
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("ChangeTagsForResource"))
    }

    /// Every record set of a zone, those not yet served among them, in Route 53's order. It is not a snapshot: do not write
    /// meanwhile.
    pub async fn records(&self, zone: &str) -> Result<Vec<RecordSet>, Failure> {
        let mut found = Vec::new();
        let mut from = (None, None, None);
        loop {
            let call = self
                .read
                .list_resource_record_sets()
                .hosted_zone_id(zone)
                .max_items(300);
            let call = call.set_start_record_name(from.0).set_start_record_type(from.1);
            // The identifier is told only where the next set has one, and refused when it is empty.
            let call = call.set_start_record_identifier(from.2);
            let page = call.send().await.map_err(self.failed("ListResourceRecordSets"))?;
            found.extend(page.resource_record_sets.into_iter().map(record_set));
            if !page.is_truncated {
                return Ok(found);
            }
            if page.next_record_name.is_none() {
                return Err(bad_answer("ListResourceRecordSets"));
            }
            from = (
                page.next_record_name,
                page.next_record_type,
                page.next_record_identifier,
            );
        }
    }

    /// The one simple record set of a name and type; none if there is none.
    pub async fn record(&self, zone: &str, name: &str, kind: &str) -> Result<Option<RecordSet>, Failure> {
        let call = self.read.list_resource_record_sets().hosted_zone_id(zone).max_items(1);
        let call = call.start_record_name(name).start_record_type(RrType::from(kind));
        let page = call.send().await.map_err(self.failed("ListResourceRecordSets"))?;
        // The list begins at the first set that is not before the place, whatever it is.
        let found = page.resource_record_sets.into_iter().next().map(record_set);
        Ok(found.filter(|set| same_name(&set.name, name) && set.kind == kind))
    }

    /// Changes a zone's records, all or nothing, and gives the change's id: the answer to whether it is served everywhere.
    pub async fn change(&self, zone: &str, changes: &[RecordChange], comment: &str) -> Result<String, Failure> {
        let changes: Result<Vec<_>, BuildError> = changes
            .iter()
            .map(|change| {
                let (action, set) = match change {
                    RecordChange::Create(set) => (ChangeAction::Create, set),
                    RecordChange::Upsert(set) => (ChangeAction::Upsert, set),
                    RecordChange::Delete(set) => (ChangeAction::Delete, set),
                };
                Change::builder()
                    .action(action)
                    .resource_record_set(sdk_record_set(set)?)
                    .build()
            })
            .collect();
        let batch = ChangeBatch::builder()
            .comment(comment)
            .set_changes(Some(changes.map_err(not_built)?))
            .build();
        let call = self.once.change_resource_record_sets().hosted_zone_id(zone);
        let answer = call
            .change_batch(batch.map_err(not_built)?)
            .send()
            .await
            .map_err(|error| {
                // Each fault of a batch has a message of its own, beside the error's one.
                let faults = match error.as_service_error() {
                    Some(ChangeResourceRecordSetsError::InvalidChangeBatch(batch)) => batch.messages().join("; "),
                    _ => String::new(),
                };
                let mut failure = self.failed("ChangeResourceRecordSets")(error);
                if !faults.is_empty() {
                    failure.message = faults;
                }
                failure
            })?;
        Ok(bare(
            &answer
                .change_info
                .ok_or_else(|| bad_answer("ChangeResourceRecordSets"))?
                .id,
        ))
    }

    /// Whether all of Route 53's name servers have a change; none if the change is not known (it can be lost in a failover).
    pub async fn in_sync(&self, change: &str) -> Result<Option<bool>, Failure> {
        let answer = self
            .read
            .get_change()
            .id(change)
            .send()
            .await
            .map_err(self.failed("GetChange"));
        let Some(answer) = classify::found(answer)? else {
            return Ok(None);
        };
        let info = answer.change_info.ok_or_else(|| bad_answer("GetChange"))?;
        Ok(Some(info.status == ChangeStatus::Insync))
    }
}
