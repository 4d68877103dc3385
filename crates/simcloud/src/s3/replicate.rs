//! What replication does: versions as they are written, some time later, and those that a batch job names, at once. A replica has its
//! original's id, date, headers, tags and class, and lies in the history where its original lies, whenever it comes.

use std::sync::Arc;

use model::inventory::Versioning;

use super::objects::{single_etag, use_key};
use super::replication::{self, NullVersions, Pending, Rule, Status};
use super::versions::{self, Entry, Object, What};
use super::{Outcome, Refusal, access, settings};
use crate::cloud::{Caller, Cloud};
use crate::services::sts;

/// How long it takes until what was written is replicated, in seconds: most within 15 minutes.
const DELAYS: std::ops::Range<i64> = 1..900;

/// Something was written, or its tags were changed: if a rule takes it, it is replicated later.
pub(super) fn written(cloud: &mut Cloud, name: &str, key: &str, entry: &Entry) {
    let holds = cloud.s3.replication.holds_from.get(name);
    if holds.is_some_and(|from| *from > cloud.now) {
        return;
    }
    let Some(configuration) = replication::of(cloud, name) else {
        return;
    };
    let nulls = cloud.s3.replication.null_versions;
    if !configuration.rule_for(key).is_some_and(|rule| rule.takes(entry, nulls))
        || cloud.s3.replication.status(name, entry.order) == Some(Status::Replica)
    {
        return;
    }
    let delay = cloud.faults.stream("s3 replication").i64(DELAYS);
    let due = cloud.later(delay);
    cloud.s3.replication.set(name, entry.order, Status::Pending);
    cloud.s3.replication.pending.push(Pending {
        bucket: name.to_owned(),
        key: key.to_owned(),
        order: entry.order,
        due,
    });
}

/// Replicates what is due, each at its own moment.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let mut due: Vec<Pending> = Vec::new();
    cloud.s3.replication.pending.retain(|one| {
        if one.due <= now {
            due.push(one.clone());
        }
        one.due > now
    });
    due.sort_by_key(|one| (one.due, one.order));
    for one in due {
        cloud.now = one.due;
        let found = entry_of(cloud, &one.bucket, &one.key, |entry| entry.order == one.order);
        // What was deleted since is not replicated any more.
        let Some(entry) = found else { continue };
        let fails = cloud.faults.strikes("s3 replication fails", 2, 20);
        let failed = fails || replicate(cloud, &one.bucket, &one.key, &entry).is_err();
        let status = if failed { Status::Failed } else { Status::Completed };
        cloud.s3.replication.set(&one.bucket, one.order, status);
    }
    cloud.now = now;
}

fn entry_of(cloud: &Cloud, bucket: &str, key: &str, is_it: impl Fn(&Entry) -> bool) -> Option<Entry> {
    let stack = cloud.s3.by_name.get(bucket)?.stacks.get(key)?;
    stack.iter().find(|entry| is_it(entry)).cloned()
}

fn refused(status: u16, code: &str) -> Refusal {
    Refusal::new(status, code, format!("Replication failed: {code}"))
}

/// A version of a bucket with what a generated manifest may ask of it: key, entry, status, and whether a rule takes it.
pub(crate) type Candidate = (String, Entry, Option<Status>, bool);

/// Every version of a bucket; none where it has no configuration.
pub(crate) fn candidates(cloud: &Cloud, bucket: &str) -> Option<Vec<Candidate>> {
    let configuration = replication::of(cloud, bucket)?;
    let held = cloud.s3.by_name.get(bucket)?;
    let nulls = cloud.s3.replication.null_versions;
    let of_key = |(key, stack): (&String, &Vec<Entry>)| {
        let rule = configuration.rule_for(key);
        let candidate = |entry: &Entry| {
            let status = cloud.s3.replication.status(bucket, entry.order);
            let eligible = rule.is_some_and(|rule| rule.takes(entry, nulls));
            (key.clone(), entry.clone(), status, eligible)
        };
        stack.iter().map(candidate).collect::<Vec<_>>()
    };
    Some(held.stacks.iter().flat_map(of_key).collect())
}

/// One task of a job, in the name of its role: `listed` where the manifest is somebody's own.
pub(crate) fn on_demand(
    cloud: &mut Cloud,
    role: &Caller,
    (bucket, key, id): (&str, &str, &str),
    listed: bool,
) -> Outcome<()> {
    let held = cloud
        .s3
        .by_name
        .get(bucket)
        .ok_or_else(|| refused(404, "SrcBucketNotFound"))?;
    if held.owner != role.account {
        return Err(refused(403, "InitiateReplicationNotPermitted"));
    }
    if held.region != role.region {
        return Err(refused(400, "SrcBucketInvalidRegion"));
    }
    access::object(cloud, role, bucket, key, "s3:InitiateReplication")
        .map_err(|_| refused(403, "InitiateReplicationNotPermitted"))?;
    if replication::of(cloud, bucket).is_none() {
        return Err(refused(400, "SrcBucketReplicationConfigMissing"));
    }
    let entry =
        entry_of(cloud, bucket, key, |entry| entry.id() == id).ok_or_else(|| refused(404, "SrcVersionNotFound"))?;
    let before = cloud.s3.replication.status(bucket, entry.order);
    if before == Some(Status::Replica) && listed && !cloud.s3.replication.listed_replicas {
        return Err(refused(400, "SrcObjectNotEligible"));
    }
    let done = replicate(cloud, bucket, key, &entry);
    // A replica stays one.
    if before != Some(Status::Replica) {
        let status = if done.is_ok() {
            Status::Completed
        } else {
            Status::Failed
        };
        cloud.s3.replication.set(bucket, entry.order, status);
    }
    done
}

/// Replicates a version under the rights of the configuration's role.
fn replicate(cloud: &mut Cloud, bucket: &str, key: &str, entry: &Entry) -> Outcome<()> {
    let configuration =
        replication::of(cloud, bucket).ok_or_else(|| refused(400, "SrcBucketReplicationConfigMissing"))?;
    let nulls = cloud.s3.replication.null_versions;
    let rule = configuration.rule_for(key).filter(|rule| rule.takes(entry, nulls));
    let rule = rule.ok_or_else(|| refused(400, "SrcObjectNotEligible"))?;
    let role = assumed(cloud, bucket, &configuration.role)?;
    may_read(cloud, &role, bucket, key, entry)?;
    may_write(cloud, &role, &rule.destination, key, entry)?;
    let replica = match &entry.what {
        What::Marker => What::Marker,
        What::Object(object) => What::Object(Arc::new(encrypted(cloud, &role, object, rule)?)),
    };
    let null = entry.null && nulls == NullVersions::StayNull;
    store(
        cloud,
        &role,
        &rule.destination,
        key,
        Entry {
            null,
            what: replica,
            ..entry.clone()
        },
    );
    Ok(())
}

/// S3 takes on the role.
fn assumed(cloud: &Cloud, bucket: &str, role: &str) -> Outcome<Caller> {
    let not_permitted = || refused(403, "AssumeRoleNotPermitted");
    let held = cloud
        .s3
        .by_name
        .get(bucket)
        .ok_or_else(|| refused(404, "SrcBucketNotFound"))?;
    let (account, name) = crate::policy::role_of(role).ok_or_else(not_permitted)?;
    if account != held.owner.as_str() || !sts::trusts_service(cloud, role, "s3.amazonaws.com") {
        return Err(not_permitted());
    }
    Ok(Caller {
        account: held.owner.clone(),
        region: held.region.clone(),
        principal: format!("arn:aws:sts::{account}:assumed-role/{name}/s3-replication"),
    })
}

fn may_read(cloud: &Cloud, role: &Caller, bucket: &str, key: &str, entry: &Entry) -> Outcome<()> {
    access::bucket(cloud, role, bucket, "s3:GetReplicationConfiguration")
        .map_err(|_| refused(403, "SrcGetObjectNotPermitted"))?;
    for (action, code) in [
        ("s3:GetObjectVersionForReplication", "SrcGetObjectNotPermitted"),
        ("s3:GetObjectVersionAcl", "SrcGetAclNotPermitted"),
        ("s3:GetObjectVersionTagging", "SrcGetTaggingNotPermitted"),
    ] {
        access::object(cloud, role, bucket, key, action).map_err(|_| refused(403, code))?;
    }
    let of_key = entry.object().and_then(|object| object.key.clone());
    match of_key {
        Some(of_key) => use_key(cloud, role, &of_key, "kms:Decrypt").map_err(|_| refused(403, "SrcKmsKeyNotPermitted")),
        None => Ok(()),
    }
}

fn may_write(cloud: &Cloud, role: &Caller, name: &str, key: &str, entry: &Entry) -> Outcome<()> {
    let held = cloud
        .s3
        .by_name
        .get(name)
        .ok_or_else(|| refused(404, "DstBucketNotFound"))?;
    if held.versioning != Versioning::Enabled {
        return Err(refused(400, "DstBucketUnversioned"));
    }
    let may = |action: &str, code: &str| access::object(cloud, role, name, key, action).map_err(|_| refused(403, code));
    match &entry.what {
        What::Marker => may("s3:ReplicateDelete", "DstDelObjNotPermitted")?,
        What::Object(object) => {
            may("s3:ReplicateObject", "DstPutObjectNotPermitted")?;
            if !object.tags.is_empty() {
                may("s3:ReplicateTags", "DstPutTaggingNotPermitted")?;
            }
            // Where the bucket's owner owns everything nobody has to give it away.
            if held.ownership.as_deref() != Some("BucketOwnerEnforced") && held.owner != role.account {
                may("s3:ObjectOwnerOverrideToBucketOwner", "DstPutAclNotPermitted")?;
            }
        }
    }
    let gone = cloud.s3.replication.hard_deleted.get(name);
    if gone.is_some_and(|gone| gone.contains(&entry.order)) {
        return Err(refused(400, "DstObjectHardDeleted"));
    }
    Ok(())
}

/// The object as it lies in the destination. Under another key it has another ETag; parts, which keep their bounds, are counted in it.
fn encrypted(cloud: &Cloud, role: &Caller, object: &Object, rule: &Rule) -> Outcome<Object> {
    let mut replica = object.clone();
    replica.restored = None;
    let (Some(was), Some(named)) = (&object.key, &rule.replica_key) else {
        return Ok(replica);
    };
    let destination = cloud
        .s3
        .by_name
        .get(&rule.destination)
        .ok_or_else(|| refused(404, "DstBucketNotFound"))?;
    let key = settings::key_arn(&destination.owner, &destination.region, named);
    use_key(cloud, role, &key, "kms:GenerateDataKey").map_err(|refusal| match refusal.error.status {
        403 => refused(403, "DstKmsKeyNotPermitted"),
        _ => refused(400, "DstKmsKeyInvalidState"),
    })?;
    if *was != key && object.parts.is_empty() {
        replica.etag = single_etag(&object.content, Some(&key));
    }
    replica.key = Some(key);
    Ok(replica)
}

/// Puts a replica at its place; one that is there already gets its original's tags.
fn store(cloud: &mut Cloud, role: &Caller, name: &str, key: &str, replica: Entry) {
    let Some(held) = cloud.s3.by_name.get_mut(name) else {
        return;
    };
    let operation = match &replica.what {
        What::Marker => "s3 ReplicateDelete",
        What::Object(_) => "s3 ReplicateObject",
    };
    let order = replica.order;
    let stack = held.stacks.entry(key.to_owned()).or_default();
    let changed = match stack.iter_mut().find(|one| one.order == order) {
        Some(there) => retagged(there, &replica),
        None => {
            versions::insert(stack, replica);
            true
        }
    };
    // Within an account it is the team's own replication, of what applications write: as much theirs to lose as what was there. A run replicates to
    // another account.
    let theirs = (held.owner == role.account).then(|| stack.clone());
    cloud.s3.replication.set(name, order, Status::Replica);
    if changed {
        cloud.effect(role, operation, format!("{name}/{key}"));
        if let Some(stack) = theirs {
            cloud.laws.written(name, key, stack);
        }
    }
}

fn retagged(there: &mut Entry, replica: &Entry) -> bool {
    let (What::Object(there), What::Object(replica)) = (&mut there.what, &replica.what) else {
        return false;
    };
    if there.tags == replica.tags {
        return false;
    }
    Arc::make_mut(there).tags = replica.tags.clone();
    true
}

#[cfg(test)]
#[path = "replicate_tests.rs"]
mod tests;
