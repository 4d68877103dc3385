//! What the laws read of hosted zones: whose they are, what they hold, which tags they carry.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use model::ids::AccountId;
use model::inventory::ZoneVpc;

use super::records::Records;
use super::{Check, Collection, HostedZone};
use crate::cloud::Cloud;

/// One hosted zone as it is now. Its records are shared, not copied.
#[derive(Debug, Clone)]
pub struct ZoneSummary {
    /// Its id, without prefix.
    pub id: String,
    /// The account that owns it.
    pub owner: AccountId,
    /// Its canonical name.
    pub name: String,
    /// Whether it is private.
    pub private: bool,
    /// Its comment.
    pub comment: Option<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
    /// The VPCs that resolve it.
    pub vpcs: BTreeSet<ZoneVpc>,
    /// The VPCs that their owners may associate with it.
    pub authorised: BTreeSet<ZoneVpc>,
    /// Its record sets.
    pub records: Arc<Records>,
}

fn summary((id, zone): (&String, &HostedZone)) -> ZoneSummary {
    let private = zone.private.clone().unwrap_or_default();
    ZoneSummary {
        id: id.clone(),
        owner: zone.owner.clone(),
        name: zone.name.clone(),
        private: zone.private.is_some(),
        comment: zone.comment.clone(),
        tags: zone.tags.clone(),
        vpcs: private.vpcs,
        authorised: private.authorised,
        records: zone.records.clone(),
    }
}

/// Every CIDR collection of every account, by id.
pub fn every_collection(cloud: &Cloud) -> &BTreeMap<String, Collection> {
    &cloud.route53.collections
}

/// Every health check of every account, by id.
pub fn every_check(cloud: &Cloud) -> &BTreeMap<String, Check> {
    &cloud.route53.checks
}

/// Every hosted zone of every account.
pub fn every_zone(cloud: &Cloud) -> impl Iterator<Item = ZoneSummary> {
    cloud.route53.zones.iter().map(summary)
}
