//! Replication as it is configured: what `PutBucketReplication` takes and refuses, which rule a version falls under, and what S3 remembers of it.
//!
//! Left out, and refused where a configuration asks for it: the first form of the document (rules without `Filter`), filters by tags,
//! changes of replicas (`ReplicaModifications`), replication time control, metrics, another owner or class of the replicas.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::inventory::Versioning;
use s3s::dto;
use s3s::xml::{Deserialize as _, Deserializer};

use super::versions::{Entry, What};
use super::{Outcome, Refusal, access, archive, bucket};
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::services::iam_permissions::Need;
use crate::services::sts;

/// The sub-resource that holds the configuration.
pub(super) const DOCUMENT: &str = "replication";

/// What S3 remembers of replication.
#[derive(Default)]
pub struct Replication {
    /// Versions that wait to be replicated as they were written.
    pub(super) pending: Vec<Pending>,
    /// How each version of a bucket stands, by the place of its write.
    pub(super) statuses: BTreeMap<String, BTreeMap<u64, Status>>,
    /// Versions that were deleted from a bucket for good: they are never replicated into it again.
    pub(super) hard_deleted: BTreeMap<String, BTreeSet<u64>>,
    /// From when on a bucket's configuration holds for what is written.
    pub(super) holds_from: BTreeMap<String, Timestamp>,
    /// What becomes of versions from before versioning. No source says; the careful answer is the preset.
    pub null_versions: NullVersions,
    /// Whether a job over a manifest of one's own replicates replicas, as one over a generated manifest does that asks for the status
    /// `REPLICA`. No source says.
    pub listed_replicas: bool,
}

/// What replication makes of a version whose id is `null`.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub enum NullVersions {
    /// It is not replicated.
    #[default]
    Refused,
    /// The replica is a null version, too.
    StayNull,
    /// The replica has an id.
    GetAnId,
}

/// `x-amz-replication-status`
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It is to be replicated.
    Pending,
    /// It was.
    Completed,
    /// It could not be, and nobody tries again.
    Failed,
    /// It is one.
    Replica,
}

impl Status {
    /// On the wire.
    pub fn name(self) -> &'static str {
        match self {
            Self::Pending => "PENDING",
            Self::Completed => "COMPLETED",
            Self::Failed => "FAILED",
            Self::Replica => "REPLICA",
        }
    }
}

/// A version that is to be replicated.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Pending {
    pub(super) bucket: String,
    pub(super) key: String,
    pub(super) order: u64,
    pub(super) due: Timestamp,
}

/// A bucket's configuration.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Configuration {
    /// As whom S3 replicates.
    pub(super) role: String,
    rules: Vec<Rule>,
}

/// One of its rules.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Rule {
    enabled: bool,
    prefix: String,
    priority: i32,
    /// Whether delete markers are replicated.
    markers: bool,
    /// Whether what lies under a KMS key is.
    under_keys: bool,
    /// The key for replicas of that.
    pub(super) replica_key: Option<String>,
    /// The bucket that is replicated into.
    pub(super) destination: String,
}

/// Reads a document; refuses what S3 would refuse, and what is not modelled.
fn read(text: &str) -> Outcome<Configuration> {
    let malformed = || {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        Refusal::new(400, "MalformedXML", message)
    };
    let mut xml = Deserializer::new(text.as_bytes());
    let read = dto::ReplicationConfiguration::deserialize(&mut xml).map_err(|_| malformed())?;
    if read.rules.is_empty() {
        return Err(malformed());
    }
    let mut rules = Vec::new();
    for rule in read.rules {
        rules.push(self::rule(rule)?);
    }
    Ok(Configuration { role: read.role, rules })
}

fn invalid(message: &str) -> Refusal {
    Refusal::new(400, "InvalidRequest", message)
}

fn rule(rule: dto::ReplicationRule) -> Outcome<Rule> {
    let not_modelled = |what: &str| Err(ServiceError::not_modelled("s3", what).into());
    let Some(filter) = rule.filter else {
        return not_modelled("replication rules without Filter");
    };
    if filter.and.is_some() || filter.tag.is_some() {
        return not_modelled("replication rules with tags");
    }
    let priority = rule.priority.ok_or_else(|| {
        invalid("Priority must be specified for this version of the replication configuration schema")
    })?;
    let markers = rule
        .delete_marker_replication
        .and_then(|one| one.status)
        .ok_or_else(|| {
            invalid(
                "DeleteMarkerReplication must be specified for this version of the replication configuration schema",
            )
        })?;
    let destination = rule.destination;
    if destination.access_control_translation.is_some()
        || destination.metrics.is_some()
        || destination.replication_time.is_some()
        || destination.storage_class.is_some()
        || rule.existing_object_replication.is_some()
    {
        return not_modelled("this destination of a replication rule");
    }
    let criteria = rule.source_selection_criteria.unwrap_or_default();
    if criteria.replica_modifications.is_some() {
        return not_modelled("replication of changes to replicas");
    }
    let under_keys = criteria
        .sse_kms_encrypted_objects
        .is_some_and(|one| one.status.as_str() == "Enabled");
    let replica_key = destination
        .encryption_configuration
        .and_then(|one| one.replica_kms_key_id);
    if under_keys != replica_key.is_some() {
        return Err(invalid(
            "SourceSelectionCriteria for SSE-KMS objects and EncryptionConfiguration must be specified together",
        ));
    }
    let bucket = destination.bucket.strip_prefix("arn:aws:s3:::").unwrap_or_default();
    if bucket.is_empty() {
        return Err(Refusal::new(400, "InvalidArgument", "Invalid bucket ARN"));
    }
    if rule.id.as_ref().is_some_and(|id| id.len() > 255) {
        return Err(Refusal::new(
            400,
            "InvalidArgument",
            "Rule Id must not exceed 255 characters",
        ));
    }
    Ok(Rule {
        enabled: rule.status.as_str() == "Enabled",
        prefix: filter.prefix.unwrap_or_default(),
        priority,
        markers: markers.as_str() == "Enabled",
        under_keys,
        replica_key,
        destination: bucket.to_owned(),
    })
}

/// What `PutBucketReplication` looks at.
pub(super) fn check(cloud: &Cloud, caller: &Caller, name: &str, text: &str) -> Outcome<()> {
    let held = bucket(cloud, name)?;
    if held.versioning != Versioning::Enabled {
        return Err(invalid(
            "Versioning must be 'Enabled' on the bucket to apply a replication configuration",
        ));
    }
    let asked = read(text)?;
    let own = crate::policy::role_of(&asked.role).is_some_and(|(account, _)| account == caller.account.as_str());
    if !own || sts::role(cloud, &asked.role).is_none() {
        return Err(Refusal::new(
            400,
            "InvalidArgument",
            "Invalid role specified in the replication configuration",
        ));
    }
    let passed = Need::new("iam:PassRole", asked.role.as_str()).when("iam:PassedToService", "s3.amazonaws.com");
    access::by_identity(cloud, caller, &passed)?;
    let mut priorities = BTreeSet::new();
    for rule in &asked.rules {
        let Some(destination) = cloud.s3.by_name.get(&rule.destination) else {
            return Err(invalid("Destination bucket must exist."));
        };
        if destination.versioning != Versioning::Enabled {
            return Err(invalid("Destination bucket must have versioning enabled."));
        }
        if rule.destination == name {
            return Err(invalid("Destination bucket cannot be the same as the source bucket."));
        }
        if !priorities.insert((&rule.destination, rule.priority)) {
            return Err(invalid("Found duplicate priority of rules with one destination"));
        }
    }
    Ok(())
}

/// A configuration was put or taken away: it holds for what is written once that has spread.
pub(super) fn changed(cloud: &mut Cloud, name: &str) {
    let delay = cloud.faults.visibility_delay("s3 replication rules");
    let from = cloud.later(delay);
    cloud.s3.replication.holds_from.insert(name.to_owned(), from);
}

/// A bucket's configuration, where it has one that is modelled: an inventory may hold others.
pub(super) fn of(cloud: &Cloud, name: &str) -> Option<Configuration> {
    let text = cloud.s3.by_name.get(name)?.documents.get(DOCUMENT)?;
    read(text).ok()
}

impl Configuration {
    /// The rule that a version falls under: of those that fit, the one of the highest priority.
    pub(super) fn rule_for(&self, key: &str) -> Option<&Rule> {
        let fits = |rule: &&Rule| rule.enabled && key.starts_with(&rule.prefix);
        self.rules.iter().filter(fits).max_by_key(|rule| rule.priority)
    }
}

impl Rule {
    /// Whether this rule replicates such a version at all.
    pub(super) fn takes(&self, entry: &Entry, nulls: NullVersions) -> bool {
        let known = !entry.null || nulls != NullVersions::Refused;
        known
            && match &entry.what {
                What::Marker => self.markers,
                What::Object(object) => {
                    !archive::is_archive(&object.class) && (object.key.is_none() || self.under_keys)
                }
            }
    }
}

impl Replication {
    /// How a version stands; none where replication has never had to do with it.
    pub fn status(&self, bucket: &str, order: u64) -> Option<Status> {
        self.statuses.get(bucket)?.get(&order).copied()
    }

    pub(super) fn set(&mut self, bucket: &str, order: u64, status: Status) {
        self.statuses
            .entry(bucket.to_owned())
            .or_default()
            .insert(order, status);
    }

    /// A version was deleted for good.
    pub(super) fn deleted(&mut self, bucket: &str, order: u64) {
        self.hard_deleted.entry(bucket.to_owned()).or_default().insert(order);
        if let Some(statuses) = self.statuses.get_mut(bucket) {
            statuses.remove(&order);
        }
    }

    /// A bucket was deleted: nothing is remembered of it.
    pub(super) fn forget(&mut self, bucket: &str) {
        self.statuses.remove(bucket);
        self.hard_deleted.remove(bucket);
        self.holds_from.remove(bucket);
        self.pending.retain(|one| one.bucket != bucket);
    }
}
