//! Law 7: after undo everything is as it was. The two accounts are compared with the start, thing by thing and part by part.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Debug;
use std::sync::Arc;

use jiff::Timestamp;
use model::ids::{AccountId, Digest};
use model::inventory::KeyManager;

use super::baseline::{Baseline, KeptBucket, caches, security_groups, settings};
use super::stored::is_automated;
use super::{Parties, content};
use crate::cloud::Cloud;
use crate::s3::Bucket;
use crate::s3::versions::Entry;
use crate::services::rds::{Cluster, ClusterSnapshot, Instance, Place, Snapshot};
use crate::services::route53::{ZoneSummary, every_check, every_collection, every_zone};
use crate::services::{ec2, elasticache, kms};

/// Every difference from the start, one line each. Keys made since, and their aliases, are not differences.
pub(super) fn differences(before: &Baseline, cloud: &Cloud, parties: &Parties) -> Vec<String> {
    let mut found = Differences {
        lines: Vec::new(),
        known: accounts(before, parties),
    };
    found.of_place("database", &before.instances, &cloud.rds.instances, instance);
    found.of_place(
        "database snapshot",
        &manual(&before.snapshots),
        &manual(&cloud.rds.snapshots),
        snapshot,
    );
    found.of_place("cluster", &before.clusters, &cloud.rds.clusters, cluster);
    found.of_place(
        "cluster snapshot",
        &manual(&before.cluster_snapshots),
        &manual(&cloud.rds.cluster_snapshots),
        cluster_snapshot,
    );
    found.of_place("subnet group", &before.subnet_groups, &cloud.rds.subnet_groups, text);
    found.of_place(
        "parameter group",
        &before.parameter_groups,
        &cloud.rds.parameter_groups,
        text,
    );
    found.of_place("security group", &before.security_groups, &security_groups(cloud), text);
    found.of_place(
        "cluster parameter group",
        &before.cluster_parameter_groups,
        &cloud.rds.cluster_parameter_groups,
        text,
    );
    found.of("image", &before.images, &cloud.ec2.images, |image| &image.owner, image);
    found.of(
        "snapshot",
        &before.ebs_snapshots,
        &cloud.ec2.snapshots,
        |snapshot| &snapshot.owner,
        ebs_snapshot,
    );
    found.of(
        "EC2 instance",
        &before.instances_of_ec2,
        &cloud.ec2.instances,
        |instance| &instance.owner,
        text,
    );
    found.of(
        "volume",
        &before.volumes,
        &cloud.ec2.volumes,
        |volume| &volume.owner,
        volume,
    );
    found.of_place("cache", &before.caches, &caches(cloud), cache);
    found.of_place(
        "cache snapshot",
        &before.cache_snapshots,
        &cloud.elasticache.snapshots,
        text,
    );
    let zones: BTreeMap<String, ZoneSummary> = every_zone(cloud).map(|zone| (zone.id.clone(), zone)).collect();
    found.of("zone", &before.zones, &zones, |zone| &zone.owner, zone);
    found.of(
        "CIDR collection",
        &before.cidr_collections,
        every_collection(cloud),
        |collection| &collection.owner,
        |collection| format!("{} {:?}", collection.name, collection.locations),
    );
    found.of(
        "health check",
        &before.health_checks,
        every_check(cloud),
        |check| &check.owner,
        text,
    );
    keys(&mut found, before, cloud);
    buckets(&mut found, before, cloud);
    found.lines
}

/// The snapshots that RDS did not take by itself.
fn manual<S: Clone>(all: &BTreeMap<Place, S>) -> BTreeMap<Place, S> {
    let automated = |place: &Place| is_automated(&format!(":snapshot:{}", place.2));
    let manual = all.iter().filter(|(place, _)| !automated(place));
    manual
        .map(|(place, snapshot)| (place.clone(), snapshot.clone()))
        .collect()
}

/// Whoever owned something, and the two: a stranger's doings are not the run's.
fn accounts(before: &Baseline, parties: &Parties) -> BTreeSet<AccountId> {
    let mut accounts = BTreeSet::from([parties.source.clone(), parties.target.clone()]);
    accounts.extend(before.zones.values().map(|zone| zone.owner.clone()));
    accounts
}

struct Differences {
    lines: Vec<String>,
    known: BTreeSet<AccountId>,
}

impl Differences {
    fn of_place<V>(
        &mut self,
        kind: &str,
        before: &BTreeMap<Place, V>,
        after: &BTreeMap<Place, V>,
        show: impl Fn(&V) -> String,
    ) {
        let named = |all: &BTreeMap<Place, V>| -> BTreeMap<String, (AccountId, String)> {
            let shown = all.iter().map(|(place, one)| (place, show(one)));
            shown
                .map(|(place, shown)| (format!("{}/{}/{}", place.0, place.1, place.2), (place.0.clone(), shown)))
                .collect()
        };
        self.of(
            kind,
            &named(before),
            &named(after),
            |(owner, _)| owner,
            |(_, shown)| shown.clone(),
        );
    }

    fn of<V>(
        &mut self,
        kind: &str,
        before: &BTreeMap<String, V>,
        after: &BTreeMap<String, V>,
        owner: impl Fn(&V) -> &AccountId,
        show: impl Fn(&V) -> String,
    ) {
        for (name, old) in before.iter().filter(|(_, old)| self.known.contains(owner(old))) {
            match after.get(name) {
                None => self.lines.push(format!("{kind} {name} is gone")),
                Some(new) => {
                    let (old, new) = (show(old), show(new));
                    if old != new {
                        self.lines
                            .push(format!("{kind} {name} is not as it was: {}", differing(&old, &new)));
                    }
                }
            }
        }
        for (name, new) in after {
            if !before.contains_key(name) && self.known.contains(owner(new)) {
                self.lines.push(format!("{kind} {name} was not there"));
            }
        }
    }
}

/// The lines of two texts that are in one only.
fn differing(old: &str, new: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (old.lines().collect(), new.lines().collect());
    let gone = old
        .iter()
        .filter(|line| !new.contains(line))
        .map(|line| format!("- {}", line.trim()));
    let come = new
        .iter()
        .filter(|line| !old.contains(line))
        .map(|line| format!("+ {}", line.trim()));
    let lines: Vec<String> = gone.chain(come).collect();
    if lines.is_empty() {
        // The same lines in another order.
        return "its parts are in another order".to_owned();
    }
    lines.join(" ")
}

fn text<V: Debug>(value: &V) -> String {
    format!("{value:#?}")
}

/// An instance without what passes by itself. What it holds is the application's to change, and law 1's to watch.
fn instance(instance: &Instance) -> String {
    let mut settled = instance.clone();
    settled.phases.clear();
    // In which order they are named means nothing.
    settled.security_groups.sort();
    settled.digest = Digest::of(b"");
    text(&settled)
}

fn cluster(cluster: &Cluster) -> String {
    let mut settled = cluster.clone();
    settled.phase = None;
    settled.security_groups.sort();
    settled.digest = Digest::of(b"");
    text(&settled)
}

fn cluster_snapshot(snapshot: &ClusterSnapshot) -> String {
    let mut settled = snapshot.clone();
    settled.shared_with = shares(&snapshot.shared_with);
    text(&settled)
}

fn shares(shares: &BTreeMap<String, Timestamp>) -> BTreeMap<String, Timestamp> {
    shares.keys().map(|who| (who.clone(), Timestamp::UNIX_EPOCH)).collect()
}

fn snapshot(snapshot: &Snapshot) -> String {
    let mut settled = snapshot.clone();
    settled.shared_with = shares(&snapshot.shared_with);
    text(&settled)
}

fn image(image: &ec2::Image) -> String {
    let mut settled = image.clone();
    settled.permitted = shares(&image.permitted);
    text(&settled)
}

fn ebs_snapshot(snapshot: &ec2::Snapshot) -> String {
    let mut settled = snapshot.clone();
    settled.permitted = shares(&snapshot.permitted);
    text(&settled)
}

/// A volume without what its instance writes to it.
fn volume(volume: &ec2::Volume) -> String {
    let mut settled = volume.clone();
    settled.digest = Digest::of(b"");
    text(&settled)
}

/// A cache without what passes by itself: that a snapshot of it is just being taken.
fn cache(held: &elasticache::Held) -> String {
    text(&held.settled())
}

fn zone(zone: &ZoneSummary) -> String {
    let mut lines = vec![
        format!("name {} private {} comment {:?}", zone.name, zone.private, zone.comment),
        format!("tags {:?}", zone.tags),
        format!("VPCs {:?} authorized {:?}", zone.vpcs, zone.authorised),
    ];
    for set in zone.records.values() {
        // Which of its values comes first means nothing.
        let mut sorted = (**set).clone();
        sorted.values.sort();
        lines.push(sorted.to_value().to_string());
    }
    lines.join("\n")
}

fn key(key: &kms::Key) -> String {
    let mut grants: Vec<String> = key
        .grants
        .iter()
        .map(|grant| format!("grant {:?} to {} for {:?}", grant.name, grant.grantee, grant.operations))
        .collect();
    grants.sort();
    // Whether it is enabled is left out: somebody else may have disabled it meanwhile, and law 1 notices when a call did.
    format!(
        "description {:?}\ntags {:?}\ndeletion {:?}\n{}\npolicy {}",
        key.description,
        key.tags,
        key.deletion,
        grants.join("\n"),
        key.policy()
    )
}

fn keys(found: &mut Differences, before: &Baseline, cloud: &Cloud) {
    let customers = |keys: &BTreeMap<String, kms::Key>| -> BTreeMap<String, kms::Key> {
        let known = keys
            .iter()
            .filter(|(arn, key)| key.manager == KeyManager::Customer && before.keys.contains_key(*arn));
        known.map(|(arn, key)| (arn.clone(), key.clone())).collect()
    };
    found.of(
        "key",
        &customers(&before.keys),
        &customers(kms::keys(cloud)),
        |key| &key.account,
        key,
    );
    let aliases = |all: &BTreeMap<(AccountId, model::ids::Region, String), kms::Alias>| {
        all.iter()
            // A name for a new key goes with the key.
            .filter(|(_, alias)| before.keys.contains_key(&alias.key))
            .map(|(name, alias)| {
                (
                    format!("{}/{}/{}", name.0, name.1, name.2),
                    (name.0.clone(), alias.key.clone()),
                )
            })
            .collect::<BTreeMap<String, (AccountId, String)>>()
    };
    found.of(
        "alias",
        &aliases(&before.aliases),
        &aliases(kms::aliases(cloud)),
        |(owner, _)| owner,
        |(_, key)| key.clone(),
    );
}

fn buckets(found: &mut Differences, before: &Baseline, cloud: &Cloud) {
    for (name, old) in before
        .buckets
        .iter()
        .filter(|(_, old)| found.known.contains(&old.owner))
    {
        match cloud.s3.by_name.get(name).filter(|new| new.owner == old.owner) {
            None => found.lines.push(format!("bucket {name} is gone")),
            Some(new) => bucket(&mut found.lines, name, old, new),
        }
    }
    for (account, name) in cloud.athena.databases() {
        if found.known.contains(account) {
            found.lines.push(format!("Athena database {name} was not there"));
        }
    }
    for (name, new) in &cloud.s3.by_name {
        if found.known.contains(&new.owner) && !before.buckets.contains_key(name) {
            found.lines.push(format!("bucket {name} was not there"));
        }
    }
}

fn bucket(lines: &mut Vec<String>, name: &str, old: &KeptBucket, new: &Bucket) {
    let settings = settings(new);
    let parts: BTreeSet<&String> = old.settings.keys().chain(settings.keys()).collect();
    for part in parts {
        let (was, is) = (old.settings.get(part), settings.get(part));
        if was != is {
            let shown = |text: Option<&String>| text.map_or("none", String::as_str).to_owned();
            lines.push(format!("bucket {name}: {part} was {} and is {}", shown(was), shown(is)));
        }
    }
    for (id, upload) in &new.uploads {
        if !old.uploads.contains(id) {
            lines.push(format!(
                "bucket {name}: an upload of {:?} is under way that was not",
                upload.key
            ));
        }
    }
    let mut differing = old
        .stacks
        .iter()
        .filter(|(key, stack)| !new.stacks.get(*key).is_some_and(|now| unchanged(stack, now)))
        .map(|(key, _)| key)
        .chain(new.stacks.keys().filter(|key| !old.stacks.contains_key(*key)));
    if let Some(first) = differing.next() {
        let count = differing.count() + 1;
        lines.push(format!(
            "bucket {name}: {count} key(s) are not as they were, first {first:?}"
        ));
    }
}

fn unchanged(old: &[Entry], new: &[Entry]) -> bool {
    let entry = |(one, other): (&Entry, &Entry)| {
        one.order == other.order
            && one.null == other.null
            && content::same(one, other)
            && match (one.object(), other.object()) {
                (Some(one), Some(other)) => {
                    Arc::ptr_eq(one, other)
                        || (one.class == other.class
                            && one.tags == other.tags
                            && one.headers == other.headers
                            && one.key == other.key)
                }
                _ => true,
            }
    };
    old.len() == new.len() && old.iter().zip(new).all(entry)
}
