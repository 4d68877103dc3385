//! The laws that hold whatever a run does, as code, checked after every call and whenever time has moved on.
//!
//! simcloud knows nothing of plans. What only the run knows is told from outside: which two accounts are split
//! ([`Laws::split`]), that a bucket's copy is proved equal ([`Laws::proved_equal`]) and its gate approved
//! ([`Laws::gate_approved`]), which grants the plan shows ([`Laws::allowed_lasting`]), which data a name is to have
//! (`names.plan_data`), and when the run is over ([`at_end`], [`at_undone`]).
//!
//! A check costs what has changed, not what exists: it looks at the effects since the last one. Only a key that becomes
//! unreadable, and the end, make it look at everything.

mod baseline;
#[cfg(test)]
mod caches_tests;
#[cfg(test)]
mod clusters_tests;
mod content;
mod emptying;
#[cfg(test)]
mod machines_tests;
#[cfg(test)]
mod night;
mod once;
mod readable;
mod sharing;
mod stored;
mod undone;

use std::collections::{BTreeMap, BTreeSet};

use model::ids::AccountId;

use crate::cloud::{Cloud, Effect};
use crate::dns::{self, NameWatch};
use crate::s3::versions::Entry;
use crate::s3::versions::well_formed;
use crate::services::storage_key::account_of;
use crate::services::{ec2, rds};
use baseline::Baseline;

/// What existed at the start, and what has been broken since.
#[derive(Default)]
pub struct Laws {
    /// Each broken law once, in the order of discovery.
    pub broken: Vec<Broken>,
    /// The names of the public zones. The rehearsal names a plan's new data with `plan_data`.
    pub names: NameWatch,
    /// Grants that the approved plan shows: `RESOURCE admits ACCOUNT`, at any time; or a resource alone (an ARN, a bucket's
    /// name), which may then stay shared between the two accounts at the end.
    pub allowed_lasting: BTreeSet<String>,
    /// Databases whose writes the plan stops before their snapshot: whether it is a cluster, and its name.
    whole: BTreeSet<(bool, String)>,
    baseline: Baseline,
    parties: Option<Parties>,
    proved: BTreeSet<String>,
    approved: BTreeSet<String>,
    /// Source buckets that have been deleted: what bears their name now is another bucket.
    let_go: BTreeSet<String>,
    content: content::Kept,
    stored: stored::Kept,
    keys: readable::Keys,
    made: once::Made,
    /// How many effects have been looked at.
    seen: usize,
    counts: [usize; 6],
    /// What has been told of which law, so that a lasting fault is one line.
    told: BTreeSet<(u8, String)>,
}

/// A broken law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Broken {
    /// Its number in the architecture's list, 1 to 7.
    pub law: u8,
    /// What was seen, and of what.
    pub what: String,
}

/// The two accounts.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Parties {
    source: AccountId,
    target: AccountId,
}

impl Parties {
    fn has(&self, account: &str) -> bool {
        self.source.as_str() == account || self.target.as_str() == account
    }
}

/// The keys of buckets that effects have touched, and how many entries each was given.
type Touched<'e> = BTreeMap<(&'e str, &'e str), usize>;

impl Laws {
    /// Remembers what exists now.
    pub fn watching(cloud: &Cloud) -> Self {
        let baseline = Baseline::of(cloud);
        let mut keys = readable::Keys::default();
        content::excuse_unreadable(&mut keys, &baseline, cloud);
        Self {
            names: dns::watch_names(cloud),
            baseline,
            keys,
            seen: cloud.effects.len(),
            counts: counts(cloud),
            ..Self::default()
        }
    }

    /// Names the two accounts. Until then only laws 4 and 5 can be checked: the others speak of a source and a target. To
    /// be called before the run's first call that changes something.
    pub fn split(&mut self, source: &AccountId, target: &AccountId) {
        self.parties = Some(Parties {
            source: source.clone(),
            target: target.clone(),
        });
        self.stored = stored::Kept::of(&self.baseline, source);
    }

    /// The content of every version in a source bucket's copy is proved equal (law 3).
    pub fn proved_equal(&mut self, bucket: &str) {
        self.proved.insert(bucket.to_owned());
    }

    /// A person has agreed that a source bucket be emptied (law 3).
    pub fn gate_approved(&mut self, bucket: &str) {
        self.approved.insert(bucket.to_owned());
    }

    /// The plan stops what writes to a database before its snapshot is taken: what was written is in the target at the end (law 1).
    pub fn to_be_whole(&mut self, is_cluster: bool, id: &str) {
        self.whole.insert((is_cluster, id.to_owned()));
    }

    /// An application has written to a bucket that was there at the start: what it wrote is not to be lost either.
    pub(crate) fn written(&mut self, bucket: &str, key: &str, stack: Vec<Entry>) {
        self.baseline.written(bucket, key, stack);
    }

    fn tell(&mut self, law: u8, subject: &str, what: impl FnOnce() -> String) {
        if self.told.insert((law, subject.to_owned())) {
            self.broken.push(Broken { law, what: what() });
        }
    }

    fn look(&mut self, cloud: &Cloud) {
        let effects = &cloud.effects[self.seen.min(cloud.effects.len())..];
        self.seen = cloud.effects.len();
        for effect in effects
            .iter()
            .filter(|effect| effect.operation == "kms ScheduleKeyDeletion")
        {
            self.tell(5, &effect.resource, || {
                format!("{} is scheduled for deletion at {}", effect.resource, effect.at)
            });
        }
        let Some(parties) = self.parties.clone() else {
            return;
        };
        let spreading = self.keys.spreading();
        let unreadable = self.keys.take_in(cloud, effects);
        // A policy that was narrowed is looked at twice: now, and when it has come into force everywhere.
        let came_into_force = spreading && !self.keys.spreading();
        let now = counts(cloud);
        let before = std::mem::replace(&mut self.counts, now);
        let fewer = now.iter().zip(before).any(|(now, before)| *now < before);
        if now != before || effects.iter().any(|effect| effect.operation.starts_with("rds ")) {
            self.stored.follow(cloud);
        }
        let touched = touched(effects);
        once::note_buckets(self, effects);
        emptying::check(self, &parties, effects);
        sharing::check(self, cloud, &parties, effects);
        once::check(self, cloud, &parties, effects, &touched);
        if unreadable {
            content::check_all(self, cloud, &parties);
        } else {
            content::check(self, cloud, &parties, &touched);
        }
        if unreadable || came_into_force || fewer || effects.iter().any(may_lose) {
            stored::check(self, cloud, &parties);
        }
    }
}

/// Whether databases, snapshots or images may hold or can read less after this. Copies, restores and shares only add to them, and looking at
/// everything upon each of these costs a large rehearsal more than all else.
fn may_lose(effect: &Effect) -> bool {
    let operation = effect.operation.as_str();
    operation.starts_with("rds Delete")
        || operation.starts_with("rds Modify")
        || matches!(
            operation,
            "ec2 DeregisterImage"
                | "ec2 DeleteSnapshot"
                | "kms DisableKey"
                | "kms ScheduleKeyDeletion"
                | "kms PutKeyPolicy"
                | "kms RevokeGrant"
        )
}

/// How many databases, snapshots and images there are: what time takes away by itself leaves no effect.
fn counts(cloud: &Cloud) -> [usize; 6] {
    [
        cloud.rds.instances.len(),
        cloud.rds.snapshots.len(),
        cloud.rds.clusters.len(),
        cloud.rds.cluster_snapshots.len(),
        cloud.ec2.images.len(),
        cloud.ec2.snapshots.len(),
    ]
}

/// Bucket, key and, of a deletion for good, the version of an effect on an object.
fn object_of(effect: &Effect) -> Option<(&str, &str, Option<&str>)> {
    let (bucket, key) = effect.resource.split_once('/')?;
    if effect.operation != "s3 DeleteObject" {
        return Some((bucket, key, None));
    }
    match key.rsplit_once("?versionId=") {
        Some((key, id)) if well_formed(id) => Some((bucket, key, Some(id))),
        _ => Some((bucket, key, None)),
    }
}

fn touched(effects: &[Effect]) -> Touched<'_> {
    let mut touched = Touched::new();
    for effect in effects {
        let writes = match effect.operation.as_str() {
            "s3 PutObject"
            | "s3 CopyObject"
            | "s3 CompleteMultipartUpload"
            | "s3 ReplicateObject"
            | "s3 ReplicateDelete" => true,
            "s3 DeleteObject" => false,
            _ => continue,
        };
        if let Some((bucket, key, removed)) = object_of(effect) {
            *touched.entry((bucket, key)).or_insert(0) += usize::from(writes || removed.is_none());
        }
    }
    touched
}

/// Checks the laws that need nothing but the cloud. Costs next to nothing while nothing has changed.
pub fn check(cloud: &mut Cloud) {
    let quiet = cloud.laws.seen == cloud.effects.len()
        && cloud.laws.counts == counts(cloud)
        && (cloud.route53.moments.is_empty() || cloud.laws.names.is_empty())
        && !cloud.laws.keys.spreading();
    if !quiet {
        with_laws(cloud, |laws, cloud| laws.look(cloud));
    }
}

/// Takes the laws out of the cloud, so that they can look at it; names first, because they take what DNS has noted.
fn with_laws(cloud: &mut Cloud, look: impl FnOnce(&mut Laws, &Cloud)) {
    let mut laws = std::mem::take(&mut cloud.laws);
    // Without names there is nothing to check, and somebody else may be watching.
    if !laws.names.is_empty() {
        for line in dns::check_names(cloud, &mut laws.names) {
            let subject = line.clone();
            laws.tell(4, &subject, || line);
        }
    }
    look(&mut laws, cloud);
    cloud.laws = laws;
}

/// The run has reached its end. `lasting` are the ARNs or names of what it was to make; everything else that it made must
/// be gone, but for keys.
pub fn at_end(cloud: &mut Cloud, lasting: &BTreeSet<String>) {
    with_laws(cloud, |laws, cloud| {
        laws.look(cloud);
        let Some(parties) = laws.parties.clone() else {
            return;
        };
        content::check_all(laws, cloud, &parties);
        stored::check(laws, cloud, &parties);
        stored::all_of_it(laws, cloud, &parties);
        let told = sharing::at_end(laws, cloud, &parties, |_| true);
        depends_on_source_keys(laws, cloud, &parties);
        once::at_end(laws, cloud, &parties, lasting, &told);
    });
}

/// The run has been undone before its point of no return: everything must be as it was, keys made since excepted.
pub fn at_undone(cloud: &mut Cloud) {
    with_laws(cloud, |laws, cloud| {
        laws.look(cloud);
        let Some(parties) = laws.parties.clone() else {
            return;
        };
        content::check_all(laws, cloud, &parties);
        stored::check(laws, cloud, &parties);
        // A new key may stay, but nobody else may be left on it. Whatever existed before is compared as a whole.
        let new_keys: BTreeSet<String> = crate::services::kms::keys(cloud)
            .keys()
            .filter(|arn| !laws.baseline.keys.contains_key(*arn))
            .cloned()
            .collect();
        sharing::at_end(laws, cloud, &parties, |resource| new_keys.contains(resource));
        for difference in undone::differences(&laws.baseline, cloud, &parties) {
            let subject = difference.clone();
            laws.tell(7, &subject, || difference);
        }
    });
}

/// Law 5, at the end: what the target owns, it can read without the source.
fn depends_on_source_keys(laws: &mut Laws, cloud: &Cloud, parties: &Parties) {
    let foreign = |key: &str| account_of(key) == Some(parties.source.as_str());
    let mut found: Vec<(String, String)> = Vec::new();
    for resource in rds::resources(cloud).into_iter().chain(ec2::resources(cloud)) {
        if let Some(key) = resource
            .key
            .filter(|key| resource.owner == parties.target && foreign(key))
        {
            found.push((resource.arn, key));
        }
    }
    for (place, instance) in cloud
        .rds
        .instances
        .iter()
        .filter(|(place, _)| place.0 == parties.target)
    {
        if let Some((secret, key)) = instance.master_secret.as_ref().filter(|(_, key)| foreign(key)) {
            found.push((format!("{secret} of database {}", place.2), key.clone()));
        }
    }
    for (name, bucket) in cloud
        .s3
        .by_name
        .iter()
        .filter(|(_, bucket)| bucket.owner == parties.target)
    {
        let objects = bucket.stacks.values().flatten().filter_map(|entry| entry.object());
        let keys = objects.filter_map(|object| object.key.as_deref());
        let keys: BTreeSet<&str> = keys.chain(bucket.key.as_deref()).filter(|key| foreign(key)).collect();
        found.extend(keys.into_iter().map(|key| (format!("bucket {name}"), key.to_owned())));
    }
    for (what, key) in found {
        laws.tell(5, &format!("{what} {key}"), || {
            format!("{what} in the target account depends on {key} of the source account")
        });
    }
}

#[cfg(test)]
#[path = "../laws_tests.rs"]
mod tests;
