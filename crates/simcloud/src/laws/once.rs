//! Law 6: nothing is made twice, and nothing that the run made for transport is left over.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use serde_json::Value;

use super::baseline::{caches, security_groups};
use super::{Laws, Parties, Touched, sharing, stored};
use crate::cloud::{Cloud, Effect};
use crate::s3::versions::Entry;
use crate::services::ec2::security_groups::SecurityGroup;
use crate::services::ec2::{ImageState, SnapshotState, VolumeState};
use crate::services::rds::{Making, Place};
use crate::services::route53::{every_check, every_collection, every_zone};
use crate::services::{ec2, elasticache, kms};

use super::content::same;

/// An object of fewer bytes may be the same as another bucket's by chance, so that it does not tell whose copy it is.
const TELLING: u64 = 32;

/// What the run has made so far.
#[derive(Default)]
pub(super) struct Made {
    buckets: BTreeSet<String>,
    /// Which source bucket a made bucket is a copy of, once an object has told.
    copies_of: BTreeMap<String, String>,
    /// What carries a run's and a step's tags: kind, run, step.
    by_step: BTreeMap<(&'static str, String, String), String>,
}

/// Remembers the buckets that calls have made.
pub(super) fn note_buckets(laws: &mut Laws, effects: &[Effect]) {
    for effect in effects.iter().filter(|effect| effect.operation == "s3 CreateBucket") {
        laws.made.buckets.insert(effect.resource.clone());
        laws.made.copies_of.remove(&effect.resource);
    }
}

/// Looks at what was made or tagged since the last look.
pub(super) fn check(laws: &mut Laws, cloud: &Cloud, parties: &Parties, effects: &[Effect], touched: &Touched<'_>) {
    for effect in effects {
        if let Some((kind, resource, tags)) = tagged(cloud, effect) {
            made_by_step(laws, cloud, kind, resource, &tags);
        }
        if effect.operation == "route53 CreateHostedZone" {
            second_zone(laws, cloud, effect);
        }
    }
    for (&(bucket, key), &added) in touched {
        if added > 0 && laws.made.buckets.contains(bucket) {
            written_twice(laws, cloud, parties, bucket, key, added);
        }
    }
}

type Tags = BTreeMap<String, String>;

/// The kind, the ARN or name, and the tags of what an effect made or tagged.
fn tagged(cloud: &Cloud, effect: &Effect) -> Option<(&'static str, String, Tags)> {
    let resource = effect.resource.clone();
    match effect.operation.as_str() {
        "rds CreateDBSnapshot"
        | "rds CopyDBSnapshot"
        | "rds CreateDBInstance"
        | "rds RestoreDBInstanceFromDBSnapshot"
        | "rds CreateDBClusterSnapshot"
        | "rds CopyDBClusterSnapshot"
        | "rds RestoreDBClusterFromSnapshot"
        | "rds RestoreDBClusterToPointInTime"
        | "rds CreateDBParameterGroup"
        | "rds CreateDBClusterParameterGroup"
        | "rds CreateDBSubnetGroup"
        | "rds AddTagsToResource" => {
            let (kind, place) = rds_place(&resource)?;
            let databases = &cloud.rds;
            let (kind, tags) = match kind {
                "snapshot" => ("database snapshot", &databases.snapshots.get(&place)?.tags),
                "db" => ("database", &databases.instances.get(&place)?.tags),
                "cluster" => ("cluster", &databases.clusters.get(&place)?.tags),
                "cluster-snapshot" => ("cluster snapshot", &databases.cluster_snapshots.get(&place)?.tags),
                "pg" => ("parameter group", &databases.parameter_groups.get(&place)?.tags),
                "cluster-pg" => (
                    "cluster parameter group",
                    &databases.cluster_parameter_groups.get(&place)?.tags,
                ),
                "subgrp" => ("subnet group", &databases.subnet_groups.get(&place)?.tags),
                _ => return None,
            };
            Some((kind, resource, tags.clone()))
        }
        "ec2 CopyImage" | "ec2 CreateImage" | "ec2 CopySnapshot" | "ec2 CreateSnapshot" | "ec2 CreateVolume"
        | "ec2 CreateTags" => {
            let id = resource.rsplit('/').next()?.to_owned();
            if let Some(volume) = cloud.ec2.volumes.get(&id) {
                return Some(("volume", resource, volume.tags.clone()));
            }
            if let Some(image) = cloud.ec2.images.get(&id) {
                return Some(("image", resource, image.tags.clone()));
            }
            // An image's snapshots are made with it and carry its tags, as many as it has devices.
            let behind = |image: &ec2::Image| image.devices.iter().any(|device| device.snapshot == id);
            if cloud.ec2.images.values().any(behind) {
                return None;
            }
            Some(("snapshot", resource, cloud.ec2.snapshots.get(&id)?.tags.clone()))
        }
        "ec2 CreateSecurityGroup" => {
            let tags = security_group(cloud, &resource)?.tags.clone();
            Some(("security group", resource, tags))
        }
        "elasticache CreateSnapshot" | "elasticache CreateReplicationGroup" | "elasticache CreateCacheCluster" => {
            let (kind, tags) = elasticache::tags_of(cloud, &resource)?;
            Some((kind, resource, tags.clone()))
        }
        "s3 PutBucketTagging" => {
            let tags = cloud.s3.by_name.get(&resource)?.tags.iter().cloned().collect();
            Some(("bucket", resource, tags))
        }
        "ram CreateResourceShare" => {
            let tags = cloud.ram.shares.get(&resource)?.tags.clone();
            Some(("resource share", resource, tags))
        }
        "kms CreateKey" | "kms TagResource" => {
            let tags = kms::keys(cloud).get(&resource)?.tags.clone();
            Some(("key", resource, tags))
        }
        "route53 ChangeTagsForResource" => {
            if let Some(check) = every_check(cloud).get(&resource) {
                return Some(("health check", resource, check.tags.clone()));
            }
            let zone = every_zone(cloud).find(|zone| zone.id == resource)?;
            Some(("zone", resource, zone.tags))
        }
        _ => None,
    }
}

/// The security group of an ARN.
fn security_group<'a>(cloud: &'a Cloud, arn: &str) -> Option<&'a SecurityGroup> {
    let mut parts = arn.strip_prefix("arn:aws:ec2:")?.splitn(3, ':');
    let region = Region::new(parts.next()?).ok()?;
    let account = AccountId::new(parts.next()?).ok()?;
    let id = parts.next()?.strip_prefix("security-group/")?;
    cloud.ec2.networks.get(&(account, region))?.security_groups.get(id)
}

/// The kind and place of an ARN of RDS.
fn rds_place(arn: &str) -> Option<(&str, Place)> {
    let mut parts = arn.strip_prefix("arn:aws:rds:")?.splitn(4, ':');
    let region = Region::new(parts.next()?).ok()?;
    let account = AccountId::new(parts.next()?).ok()?;
    let kind = parts.next()?;
    Some((kind, (account, region, parts.next()?.to_owned())))
}

fn made_by_step(laws: &mut Laws, cloud: &Cloud, kind: &'static str, resource: String, tags: &Tags) {
    let (Some(run), Some(step)) = (tags.get("cleave:run"), tags.get("cleave:step")) else {
        return;
    };
    let by = (kind, run.clone(), step.clone());
    let before = laws.made.by_step.insert(by, resource.clone());
    if let Some(before) = before.filter(|before| *before != resource && is_good(cloud, kind, before)) {
        laws.tell(6, &resource, || {
            format!("step {step} of run {run} made a second {kind}: {resource}, though {before} was there")
        });
    }
}

/// Whether something is still there, and not a failed attempt that the step had to replace.
fn is_good(cloud: &Cloud, kind: &str, resource: &str) -> bool {
    let place = || rds_place(resource).map(|(_, place)| place);
    let id = resource.rsplit('/').next().unwrap_or(resource);
    match kind {
        "database snapshot" => place()
            .and_then(|place| cloud.rds.snapshots.get(&place))
            .is_some_and(|snapshot| snapshot.making != Making::Failed),
        "database" => place()
            .and_then(|place| cloud.rds.instances.get(&place))
            .is_some_and(|instance| instance.status() != "deleting"),
        "cluster" => place()
            .and_then(|place| cloud.rds.clusters.get(&place))
            .is_some_and(|cluster| cluster.status() != "deleting"),
        "cluster snapshot" => place()
            .and_then(|place| cloud.rds.cluster_snapshots.get(&place))
            .is_some_and(|snapshot| snapshot.making != Making::Failed),
        "parameter group" => place().is_some_and(|place| cloud.rds.parameter_groups.contains_key(&place)),
        "resource share" => cloud.ram.shares.get(resource).is_some_and(|share| !share.deleted),
        "cluster parameter group" => {
            place().is_some_and(|place| cloud.rds.cluster_parameter_groups.contains_key(&place))
        }
        "subnet group" => place().is_some_and(|place| cloud.rds.subnet_groups.contains_key(&place)),
        "image" => cloud
            .ec2
            .images
            .get(id)
            .is_some_and(|image| !matches!(image.state, ImageState::Failed(_))),
        "snapshot" => cloud
            .ec2
            .snapshots
            .get(id)
            .is_some_and(|snapshot| !matches!(snapshot.state, SnapshotState::Error(_))),
        "security group" => security_group(cloud, resource).is_some(),
        "volume" => cloud
            .ec2
            .volumes
            .get(id)
            .is_some_and(|volume| volume.state != VolumeState::Error),
        "cache" | "cache snapshot" => elasticache::tags_of(cloud, resource).is_some(),
        "bucket" => cloud.s3.by_name.contains_key(resource),
        "key" => kms::keys(cloud).contains_key(resource),
        "health check" => every_check(cloud).contains_key(resource),
        _ => every_zone(cloud).any(|zone| zone.id == resource),
    }
}

/// A zone is made before it can be tagged: a lost answer and another caller reference make a second one of the same name.
/// A public and a private one of a name are two.
fn second_zone(laws: &mut Laws, cloud: &Cloud, effect: &Effect) {
    let made: Vec<(String, bool)> = every_zone(cloud)
        .filter(|zone| !laws.baseline.zones.contains_key(&zone.id))
        .filter(|zone| zone.owner == effect.account && zone.name.trim_end_matches('.') == effect.resource)
        .map(|zone| (zone.id, zone.private))
        .collect();
    for private in [false, true] {
        let alike: Vec<&str> = made
            .iter()
            .filter(|made| made.1 == private)
            .map(|made| made.0.as_str())
            .collect();
        if alike.len() > 1 {
            laws.tell(6, &format!("zone {}", effect.resource), || {
                format!(
                    "zone {} was made {} times: {}",
                    effect.resource,
                    alike.len(),
                    alike.join(", ")
                )
            });
        }
    }
}

/// The history of a key in a copy must not be longer than the original's, nor have more of one content in a row than that has
/// at all: so a copy shows whose answer was lost and which was made again.
fn written_twice(laws: &mut Laws, cloud: &Cloud, parties: &Parties, bucket: &str, key: &str, added: usize) {
    let Some(stack) = cloud.s3.by_name.get(bucket).and_then(|held| held.stacks.get(key)) else {
        return;
    };
    let Some(source) = original(laws, parties, bucket, key, stack) else {
        return;
    };
    let bucket_kept = laws.baseline.buckets.get(&source);
    let Some(kept) = bucket_kept.and_then(|kept| kept.stacks.get(key)).map(Vec::as_slice) else {
        return;
    };
    let stood = bucket_kept.and_then(|kept| kept.stood.get(key));
    // The application may have gone on writing to the original.
    let live = cloud
        .s3
        .by_name
        .get(&source)
        .filter(|live| live.owner == parties.source);
    let live = live
        .and_then(|live| live.stacks.get(key))
        .map(Vec::as_slice)
        .unwrap_or_default();
    let longer = if live.len() > kept.len() { live } else { kept };
    // It is a copy of any state that the original was ever in.
    let had = longer.len();
    let states = stood.into_iter().flatten().map(Vec::as_slice);
    let mut states = std::iter::once(longer).chain(states.filter(|state| state.len() >= had));
    let first = stack.len().saturating_sub(added).max(1);
    let more_than = |state: &[Entry]| {
        let surplus =
            stack.len() > state.len() && stack.last().is_some_and(|top| state.iter().any(|one| same(one, top)));
        let repeats = (first..stack.len()).any(|at| {
            same(&stack[at - 1], &stack[at]) && {
                let run = stack[..=at]
                    .iter()
                    .rev()
                    .take_while(|one| same(one, &stack[at]))
                    .count();
                run > state.iter().filter(|one| same(one, &stack[at])).count()
            }
        });
        surplus || repeats
    };
    if states.all(more_than) {
        let has = stack.len();
        laws.tell(6, &format!("{bucket}/{key}"), || {
            format!("{bucket}/{key:?} was written twice: {has} entries, of which {source} has {had}")
        });
    }
}

/// The source bucket that a made bucket is a copy of: the one of its name, or the one whose history of this key has its oldest object.
fn original(laws: &mut Laws, parties: &Parties, bucket: &str, key: &str, stack: &[Entry]) -> Option<String> {
    let of_source = |name: &str| {
        laws.baseline
            .buckets
            .get(name)
            .is_some_and(|kept| kept.owner == parties.source)
    };
    if of_source(bucket) {
        return Some(bucket.to_owned());
    }
    if let Some(known) = laws.made.copies_of.get(bucket) {
        return Some(known.clone());
    }
    let telling = |entry: &&Entry| entry.object().is_some_and(|object| object.content.size() >= TELLING);
    let oldest = stack.iter().find(telling)?;
    let (name, _) = laws.baseline.buckets_of(&parties.source).find(|(_, kept)| {
        let history = kept.stacks.get(key);
        history.is_some_and(|history| history.iter().any(|entry| same(entry, oldest)))
    })?;
    let name = name.clone();
    laws.made.copies_of.insert(bucket.to_owned(), name.clone());
    Some(name)
}

/// Whether the plan means to keep something: by its ARN, or by its name or id alone.
fn meant(lasting: &BTreeSet<String>, arn: &str) -> bool {
    lasting.contains(arn) || arn.rsplit([':', '/']).next().is_some_and(|name| lasting.contains(name))
}

/// What the run made and nobody means to keep. Keys are exempt: they are reported, never deleted.
pub(super) fn at_end(
    laws: &mut Laws,
    cloud: &Cloud,
    parties: &Parties,
    lasting: &BTreeSet<String>,
    told: &BTreeSet<String>,
) {
    let left = new_resources(laws, cloud, parties, lasting);
    let kept_images = cloud.ec2.images.iter().filter(|(id, image)| {
        laws.baseline.images.contains_key(*id) || meant(lasting, &ec2::image_arn(&image.region, id))
    });
    let behind_kept: BTreeSet<String> = kept_images
        .flat_map(|(_, image)| image.devices.iter())
        .map(|device| device.snapshot.clone())
        .collect();
    for (what, arn) in left {
        let behind = what == "snapshot" && arn.rsplit('/').next().is_some_and(|id| behind_kept.contains(id));
        if !behind && !meant(lasting, &arn) {
            laws.tell(6, &format!("left {arn}"), || format!("{what} {arn} is left over"));
        }
    }
    for (name, bucket) in cloud
        .s3
        .by_name
        .iter()
        .filter(|(_, bucket)| parties.has(bucket.owner.as_str()))
    {
        let kept = laws.baseline.buckets.get(name);
        let uploads = bucket.uploads.iter();
        let uploads = uploads
            .filter(|(id, _)| !kept.is_some_and(|kept| kept.uploads.contains(*id)))
            .count();
        if uploads > 0 {
            laws.tell(6, &format!("uploads in {name}"), || {
                format!("{uploads} unfinished upload(s) are left over in bucket {name}")
            });
        }
        if let Some(policy) = bucket.policy.as_ref().filter(|_| !told.contains(name)) {
            leftover_statements(laws, lasting, &format!("bucket {name}"), &policy.document);
        }
    }
    for (arn, key) in kms::keys(cloud)
        .iter()
        .filter(|(arn, key)| parties.has(key.account.as_str()) && !told.contains(*arn))
    {
        let document: Value = serde_json::from_str(key.policy()).unwrap_or_default();
        leftover_statements(laws, lasting, arn, &document);
    }
}

fn leftover_statements(laws: &mut Laws, lasting: &BTreeSet<String>, resource: &str, document: &Value) {
    for sid in sharing::statements(document).filter_map(|statement| statement["Sid"].as_str()) {
        if sid.get(..6).is_some_and(|start| start.eq_ignore_ascii_case("cleave")) && !lasting.contains(sid) {
            laws.tell(6, &format!("{sid} of {resource}"), || {
                format!("statement {sid} is left over in the policy of {resource}")
            });
        }
    }
}

/// Everything in the two accounts that was not there at the start, but for keys and what RDS makes by itself.
fn new_resources(
    laws: &Laws,
    cloud: &Cloud,
    parties: &Parties,
    lasting: &BTreeSet<String>,
) -> Vec<(&'static str, String)> {
    let before = &laws.baseline;
    let ours = |account: &AccountId| parties.has(account.as_str());
    let rds_arn = |kind: &str, place: &Place| format!("arn:aws:rds:{}:{}:{kind}:{}", place.1, place.0, place.2);
    let mut found: Vec<(&'static str, String)> = Vec::new();
    let rds = &cloud.rds;
    let new = |place: &Place, known: bool| ours(&place.0) && !known;
    let databases = rds.instances.iter().filter(|(place, instance)| {
        let same = before
            .instances
            .get(*place)
            .is_some_and(|old| old.resource_id == instance.resource_id);
        // Those that RDS makes for a Multi-AZ cluster are that cluster's.
        let made_by_rds = instance.member.as_ref().is_some_and(|member| {
            let cluster = (place.0.clone(), place.1.clone(), member.cluster.clone());
            rds.clusters
                .get(&cluster)
                .is_some_and(|cluster| cluster.class.is_some())
        });
        new(place, same || made_by_rds)
    });
    found.extend(databases.map(|(place, _)| ("database", rds_arn("db", place))));
    let snapshots = rds.snapshots.iter().filter(|(place, snapshot)| {
        let known: Option<Timestamp> = before.snapshots.get(*place).map(|old| old.created_at);
        new(place, known == Some(snapshot.created_at))
    });
    let snapshots = snapshots.map(|(place, _)| ("database snapshot", rds_arn("snapshot", place)));
    let clusters = rds.clusters.iter().filter(|(place, cluster)| {
        let old = before.clusters.get(*place);
        new(place, old.is_some_and(|old| old.resource_id == cluster.resource_id))
    });
    found.extend(clusters.map(|(place, _)| ("cluster", rds_arn("cluster", place))));
    let of_clusters = rds.cluster_snapshots.iter().filter(|(place, snapshot)| {
        let old = before.cluster_snapshots.get(*place);
        new(place, old.is_some_and(|old| old.created_at == snapshot.created_at))
    });
    let of_clusters = of_clusters.map(|(place, _)| ("cluster snapshot", rds_arn("cluster-snapshot", place)));
    found.extend(
        snapshots
            .chain(of_clusters)
            .filter(|(_, arn)| !stored::is_automated(arn)),
    );
    for place in rds.parameter_groups.keys() {
        if new(place, before.parameter_groups.contains_key(place)) {
            found.push(("parameter group", rds_arn("pg", place)));
        }
    }
    for place in rds.cluster_parameter_groups.keys() {
        if new(place, before.cluster_parameter_groups.contains_key(place)) {
            found.push(("cluster parameter group", rds_arn("cluster-pg", place)));
        }
    }
    let shares = cloud.ram.shares.iter();
    let shares = shares.filter(|(_, share)| ours(&share.owner) && !share.deleted);
    found.extend(shares.map(|(arn, _)| ("resource share", arn.clone())));
    for place in rds.subnet_groups.keys() {
        if new(place, before.subnet_groups.contains_key(place)) {
            found.push(("subnet group", rds_arn("subgrp", place)));
        }
    }
    for (place, _) in security_groups(cloud) {
        if new(&place, before.security_groups.contains_key(&place)) {
            let arn = ec2::security_groups::security_group_arn(&place.0, &place.1, &place.2);
            found.push(("security group", arn));
        }
    }
    for (id, image) in &cloud.ec2.images {
        if ours(&image.owner) && !before.images.contains_key(id) {
            found.push(("image", ec2::image_arn(&image.region, id)));
        }
    }
    for (id, snapshot) in &cloud.ec2.snapshots {
        if ours(&snapshot.owner) && !before.ebs_snapshots.contains_key(id) {
            found.push(("snapshot", ec2::snapshot_arn(&snapshot.region, id)));
        }
    }
    for (id, volume) in &cloud.ec2.volumes {
        if ours(&volume.owner) && !before.volumes.contains_key(id) {
            found.push(("volume", ec2::volume_arn(&volume.owner, &volume.region, id)));
        }
    }
    for (place, held) in caches(cloud) {
        let old = before.caches.get(&place);
        if new(&place, old.is_some_and(|old| old.created_at == held.created_at)) {
            let arn = format!("arn:aws:elasticache:{}:{}:{}", place.1, place.0, place.2);
            found.push(("cache", arn));
        }
    }
    for (place, snapshot) in &cloud.elasticache.snapshots {
        let old = before.cache_snapshots.get(place);
        if new(place, old.is_some_and(|old| old.taken_at == snapshot.taken_at)) {
            found.push(("cache snapshot", elasticache::arn(place, "snapshot")));
        }
    }
    for (name, bucket) in &cloud.s3.by_name {
        let old = before.buckets.get(name).filter(|old| old.owner == bucket.owner);
        let same = old.is_some();
        let settings = old.map(|old| &old.settings);
        for id in bucket.inventories.keys() {
            let known = settings.is_some_and(|settings| settings.contains_key(&format!("inventory {id}")));
            if ours(&bucket.owner) && !known {
                found.push(("inventory", format!("arn:aws:s3:::{name}?inventory={id}")));
            }
        }
        if ours(&bucket.owner) && !same {
            found.push(("bucket", format!("arn:aws:s3:::{name}")));
        }
    }
    let databases = cloud.athena.databases().filter(|(account, _)| ours(account));
    found.extend(databases.map(|(account, name)| ("Athena database", format!("{account}:{name}"))));
    let zones = every_zone(cloud).filter(|zone| ours(&zone.owner) && !before.zones.contains_key(&zone.id));
    // A zone is known by its name to whoever has not yet been told its id.
    let zones = zones.filter(|zone| !lasting.contains(zone.name.trim_end_matches('.')));
    found.extend(zones.map(|zone| ("zone", format!("arn:aws:route53:::hostedzone/{}", zone.id))));
    for (id, check) in every_check(cloud) {
        if ours(&check.owner) && !before.health_checks.contains_key(id) {
            found.push(("health check", format!("arn:aws:route53:::healthcheck/{id}")));
        }
    }
    for (id, collection) in every_collection(cloud) {
        if ours(&collection.owner) && !before.cidr_collections.contains_key(id) {
            let arn = format!("arn:aws:route53::{}:cidrcollection/{id}", collection.owner);
            found.push(("CIDR collection", arn));
        }
    }
    found
}
