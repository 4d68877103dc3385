//! What an account has in Route 53, as an inventory has it. Zones are read one behind the other: all that the account does in Route 53 shares
//! ten requests a second (<https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/throttling-api-requests.html>).

use std::collections::BTreeMap;

use model::Failure;
use model::inventory::{
    AliasTarget, CidrCollection, CidrRouting, GeoLocation, GeoProximity, HealthCheck, Record, Zone,
};

use super::{HostedZone, RecordSet, Route53, Routing, bad_answer, checks, zone};

/// A name as an inventory has it: in Route 53's escaped form, lower case, without the last dot.
fn named(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}

fn record(set: RecordSet) -> Record {
    let mut record = Record {
        name: named(&set.name),
        kind: set.kind,
        ttl: set.ttl.and_then(|ttl| u32::try_from(ttl).ok()),
        values: set.values,
        alias: set.alias.map(|alias| AliasTarget {
            zone: alias.zone,
            name: named(&alias.name),
            evaluate_health: alias.evaluate_health,
        }),
        set_identifier: set.set_identifier,
        health_check: set.health_check,
        traffic_policy: set.traffic_policy,
        ..Record::default()
    };
    match set.routing {
        Routing::Simple => {}
        Routing::Weighted(weight) => record.weight = u32::try_from(weight).ok(),
        Routing::Latency(region) => record.latency_region = Some(region),
        Routing::Geo {
            continent,
            country,
            subdivision,
        } => {
            record.geo = Some(GeoLocation {
                continent,
                country,
                subdivision,
            });
        }
        Routing::GeoProximity {
            region,
            local_zone_group,
            coordinates,
            bias,
        } => {
            record.geo_proximity = Some(GeoProximity {
                region,
                local_zone_group,
                coordinates,
                bias,
            });
        }
        Routing::Failover(role) => record.failover = Some(role),
        Routing::MultiValue => record.multi_value = true,
        Routing::Cidr { collection, location } => record.cidr = Some(CidrRouting { collection, location }),
    }
    record
}

impl Route53 {
    /// Every hosted zone of the account, by id: without name servers, VPCs and records.
    pub async fn zones(&self) -> Result<Vec<HostedZone>, Failure> {
        let mut found = BTreeMap::new();
        let mut next = None;
        loop {
            let page = self.read.list_hosted_zones().set_marker(next).send().await;
            let page = page.map_err(self.failed("ListHostedZones"))?;
            found.extend(
                page.hosted_zones
                    .into_iter()
                    .map(zone)
                    .map(|zone| (zone.id.clone(), zone)),
            );
            match page.next_marker.filter(|_| page.is_truncated) {
                Some(marker) => next = Some(marker),
                None => return Ok(found.into_values().collect()),
            }
        }
    }

    /// A hosted zone with all that belongs to it, its tags given; none where it is gone by now.
    pub async fn observed_zone(&self, id: &str, tags: BTreeMap<String, String>) -> Result<Option<Zone>, Failure> {
        let Some(found) = self.zone(id).await? else {
            return Ok(None);
        };
        let signed = match found.private {
            // A private zone cannot be signed.
            true => None,
            false => Some(self.is_signed(id).await?),
        };
        let records = self.records(id).await?;
        let mut vpcs = found.vpcs;
        vpcs.sort();
        Ok(Some(Zone {
            id: found.id,
            name: named(&found.name),
            private: found.private,
            name_servers: found.name_servers,
            records: records.into_iter().map(record).collect(),
            tags,
            vpcs,
            linked_service: found.linked_service,
            signed,
        }))
    }

    /// Whether Route 53 signs a zone, or is not yet done with leaving off.
    pub async fn is_signed(&self, zone: &str) -> Result<bool, Failure> {
        let answer = self.read.get_dnssec().hosted_zone_id(zone).send().await;
        let status = answer.map_err(self.failed("GetDNSSEC"))?.status;
        let status = status.and_then(|status| status.serve_signature);
        let status = status.ok_or_else(|| bad_answer("GetDNSSEC"))?;
        Ok(status != "NOT_SIGNING")
    }

    /// Every CIDR collection of the account with its blocks, by name.
    pub async fn observed_collections(&self) -> Result<Vec<CidrCollection>, Failure> {
        let mut found = BTreeMap::new();
        for one in self.cidr_collections().await? {
            let Some(blocks) = self.cidr_blocks(&one.id).await? else {
                continue;
            };
            let mut locations = BTreeMap::<String, Vec<String>>::new();
            for (block, location) in blocks {
                locations.entry(location).or_default().push(block);
            }
            let (id, name) = (one.id, one.name);
            found.insert(name.clone(), CidrCollection { id, name, locations });
        }
        Ok(found.into_values().collect())
    }

    /// Every health check of the account with its tags, by id.
    pub async fn observed_health_checks(&self) -> Result<Vec<HealthCheck>, Failure> {
        let mut found = BTreeMap::new();
        let mut next = None;
        loop {
            let page = self.read.list_health_checks().set_marker(next).send().await;
            let page = page.map_err(self.failed("ListHealthChecks"))?;
            for one in page.health_checks {
                let check = checks::check(one)?;
                let tags = self.health_check_tags(&check.id).await?;
                let observed = HealthCheck {
                    id: check.id.clone(),
                    config: check.config,
                    tags,
                    linked_service: check.linked_service,
                    unhealthy: false,
                };
                found.insert(check.id, observed);
            }
            match page.next_marker.filter(|_| page.is_truncated) {
                Some(marker) => next = Some(marker),
                None => return Ok(found.into_values().collect()),
            }
        }
    }
}
