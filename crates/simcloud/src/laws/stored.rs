//! Law 1 for databases, snapshots and images: what each of the source's held at the start is held, readable, by something of
//! its kind in one of the two accounts.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::{AccountId, Digest};

use super::baseline::Baseline;
use super::{Laws, Parties};
use crate::cloud::Cloud;
use crate::services::ec2;
use crate::services::rds::{self, Place};

/// What can stand for what.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Kind {
    /// The content of a database, which a snapshot holds as well.
    Database,
    DatabaseSnapshot,
    /// The content of a cluster, which a cluster's snapshot holds as well.
    Cluster,
    ClusterSnapshot,
    Image,
    EbsSnapshot,
    /// Nothing that a run does takes a volume away; instances write to theirs, so that it is not followed.
    Volume,
}

impl Kind {
    fn of(arn: &str) -> Self {
        if arn.contains("::image/") {
            Self::Image
        } else if arn.contains("::snapshot/") {
            Self::EbsSnapshot
        } else if arn.contains(":volume/") {
            Self::Volume
        } else if arn.contains(":snapshot:") {
            Self::DatabaseSnapshot
        } else if arn.contains(":cluster-snapshot:") {
            Self::ClusterSnapshot
        } else if arn.contains(":cluster:") {
            Self::Cluster
        } else {
            Self::Database
        }
    }
}

/// RDS makes and removes these by itself.
pub(super) fn is_automated(arn: &str) -> bool {
    let named = |prefix: &str| arn.contains(&format!("snapshot:{prefix}:"));
    named("rds") || named("awsbackup")
}

/// What must be kept, and how it came to be what it is.
#[derive(Default)]
pub(super) struct Kept {
    wanted: Vec<Wanted>,
    /// Every database's content as last seen, with the resource id that tells a restored one from the old.
    databases: BTreeMap<(Kind, Place), (String, Digest)>,
    /// Contents that an application has written on: the older ones live on in them.
    earlier: BTreeMap<Digest, BTreeSet<Digest>>,
}

struct Wanted {
    arn: String,
    kind: Kind,
    digest: Digest,
    /// Of a database or cluster: where it lies and which one it is, to follow what is written to it.
    database: Option<(Place, String)>,
}

impl Kept {
    /// What the source had, as far as it was complete and readable.
    pub(super) fn of(baseline: &Baseline, source: &AccountId) -> Self {
        let stored = baseline
            .stored
            .iter()
            .filter(|stored| stored.owner == *source && stored.usable);
        let mut wanted: Vec<Wanted> = stored
            .filter(|stored| !is_automated(&stored.arn))
            .filter(|stored| !matches!(Kind::of(&stored.arn), Kind::Database | Kind::Cluster | Kind::Volume))
            .map(|stored| Wanted {
                arn: stored.arn.clone(),
                kind: Kind::of(&stored.arn),
                digest: stored.digest.clone(),
                database: None,
            })
            .collect();
        let databases = baseline.instances.iter().filter(|(place, _)| place.0 == *source);
        // A member holds what its cluster holds.
        let databases = databases.filter(|(_, instance)| instance.member.is_none());
        wanted.extend(databases.map(|(place, instance)| Wanted {
            arn: format!("arn:aws:rds:{}:{}:db:{}", place.1, place.0, place.2),
            kind: Kind::Database,
            digest: instance.digest.clone(),
            database: Some((place.clone(), instance.resource_id.clone())),
        }));
        let clusters = baseline.clusters.iter().filter(|(place, _)| place.0 == *source);
        wanted.extend(clusters.map(|(place, cluster)| Wanted {
            arn: format!("arn:aws:rds:{}:{}:cluster:{}", place.1, place.0, place.2),
            kind: Kind::Cluster,
            digest: cluster.digest.clone(),
            database: Some((place.clone(), cluster.resource_id.clone())),
        }));
        let usable: BTreeSet<&str> = baseline
            .stored
            .iter()
            .filter(|s| s.usable)
            .map(|s| s.arn.as_str())
            .collect();
        wanted.retain(|wanted| usable.contains(wanted.arn.as_str()));
        Self {
            wanted,
            ..Self::default()
        }
    }

    /// Follows what is written to databases: the source's is wanted as it is now, and content that was written on is not lost.
    pub(super) fn follow(&mut self, cloud: &Cloud) {
        let instances = cloud.rds.instances.iter();
        let instances = instances.map(|(place, one)| (Kind::Database, place, &one.resource_id, &one.digest));
        let clusters = cloud.rds.clusters.iter();
        let clusters = clusters.map(|(place, one)| (Kind::Cluster, place, &one.resource_id, &one.digest));
        for (kind, place, resource_id, digest) in instances.chain(clusters) {
            let now = (resource_id.clone(), digest.clone());
            let Some(before) = self.databases.insert((kind, place.clone()), now) else {
                continue;
            };
            if before.0 == *resource_id && before.1 != *digest {
                let mut earlier = self.earlier.get(&before.1).cloned().unwrap_or_default();
                earlier.insert(before.1);
                self.earlier.entry(digest.clone()).or_default().extend(earlier);
            }
        }
        for wanted in &mut self.wanted {
            let Some((place, resource_id)) = &wanted.database else {
                continue;
            };
            let now = self.databases.get(&(wanted.kind, place.clone()));
            let now = now.filter(|(id, digest)| id == resource_id && *digest != wanted.digest);
            if let Some((_, digest)) = now {
                wanted.digest = digest.clone();
            }
        }
    }
}

/// Looks at all of them: there are few, and few calls take one away.
pub(super) fn check(laws: &mut Laws, cloud: &Cloud, parties: &Parties) {
    laws.stored.follow(cloud);
    let mut held: BTreeSet<(Kind, Digest)> = BTreeSet::new();
    for resource in rds::resources(cloud).into_iter().chain(ec2::resources(cloud)) {
        let excused = || {
            let key = resource.key.as_deref();
            key.is_some_and(|key| laws.keys.disabled_by_others(cloud, key))
        };
        if !parties.has(resource.owner.as_str()) || !(resource.usable || excused()) {
            continue;
        }
        let kind = Kind::of(&resource.arn);
        let earlier = laws.stored.earlier.get(&resource.digest).cloned().unwrap_or_default();
        for digest in earlier.into_iter().chain([resource.digest]) {
            match kind {
                Kind::DatabaseSnapshot => drop(held.insert((Kind::Database, digest.clone()))),
                Kind::ClusterSnapshot => drop(held.insert((Kind::Cluster, digest.clone()))),
                Kind::Database | Kind::Cluster | Kind::Image | Kind::EbsSnapshot | Kind::Volume => {}
            }
            held.insert((kind, digest));
        }
    }
    let lost: Vec<String> = laws
        .stored
        .wanted
        .iter()
        .filter(|wanted| !held.contains(&(wanted.kind, wanted.digest.clone())))
        .map(|wanted| wanted.arn.clone())
        .collect();
    for arn in lost {
        laws.tell(1, &arn, || {
            format!(
                "{}: what {arn} held is held by nothing that can be read any more",
                cloud.now
            )
        });
    }
}

/// Where writes were to be stopped before the snapshot, the target's database has all that was written to the source's.
pub(super) fn all_of_it(laws: &mut Laws, cloud: &Cloud, parties: &Parties) {
    for (is_cluster, id) in laws.whole.clone() {
        let content = |account: &AccountId| {
            let here = |place: &Place| place.0 == *account && place.2 == id;
            let instances = cloud
                .rds
                .instances
                .iter()
                .filter(|(place, _)| !is_cluster && here(place));
            let clusters = cloud.rds.clusters.iter().filter(|(place, _)| is_cluster && here(place));
            let instances = instances.map(|(_, one)| one.digest.clone());
            instances.chain(clusters.map(|(_, one)| one.digest.clone())).next()
        };
        if let (Some(written), Some(arrived)) = (content(&parties.source), content(&parties.target))
            && written != arrived
        {
            laws.tell(1, &format!("written to {id}"), || {
                format!("what was written to {id} after its snapshot is not in the target, though its writes were to be stopped before")
            });
        }
    }
}
