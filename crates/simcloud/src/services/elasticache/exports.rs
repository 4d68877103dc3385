//! A snapshot that is written into a bucket: as `<name>-0001.rdb` and so on, one for each shard. Every refusal is one of those that the
//! reference of `CopySnapshot` lists, in its words.

use model::inventory::Cache;
use serde_json::{Value, json};

use super::snapshots::{check_name, duration, not_found, shown};
use super::{SnapshotPhase, combination, invalid, place, required};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::s3::objects::{self, Encryption, Wanted};
use crate::s3::{access, acl, bucket};
use crate::services::members::text;

/// ElastiCache's canonical user id in every Region that need not be switched on
/// (<https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/backups-exporting.html>).
const SERVICE: &str = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353";

/// The Regions that are there without being switched on. In the others ElastiCache goes by bucket policy, and by no ACL.
const ALWAYS_ON: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// What a file of a snapshot says of itself.
#[derive(Debug, Clone)]
pub(super) struct Dump {
    /// What it was taken of.
    pub(super) of: Cache,
    /// The part of the keyspace that it holds; none: cluster mode was disabled.
    pub(super) slots: Option<String>,
}

/// Whether a canonical user id is ElastiCache's.
pub fn is_service(id: &str) -> bool {
    id == SERVICE
}

/// ElastiCache of a Region, as a bucket policy names it.
fn principal(caller: &Caller) -> Caller {
    Caller {
        principal: format!("{}.elasticache-snapshot.amazonaws.com", caller.region),
        ..caller.clone()
    }
}

/// Whether ElastiCache is admitted to a bucket, by ACL or by policy as its Region has it.
fn admitted(cloud: &Cloud, caller: &Caller, name: &str, permission: &str, action: &str) -> bool {
    if ALWAYS_ON.contains(&caller.region.as_str()) {
        let held = cloud.s3.by_name.get(name);
        return held.is_some_and(|held| acl::admits(&held.grants, SERVICE, permission));
    }
    let context = std::collections::BTreeMap::new();
    access::service_may(cloud, &principal(caller), name, "", action, &context)
        || access::service_may(cloud, &principal(caller), name, "any", action, &context)
}

/// Whether ElastiCache may read an object.
pub(super) fn may_read(cloud: &Cloud, caller: &Caller, name: &str, key: &str) -> bool {
    if ALWAYS_ON.contains(&caller.region.as_str()) {
        return acl::admits(&acl::of_object(cloud, name, key), SERVICE, "READ");
    }
    let context = std::collections::BTreeMap::new();
    access::service_may(cloud, &principal(caller), name, key, "s3:GetObject", &context)
}

fn file(name: &str, shard: usize) -> String {
    format!("{name}-{:04}.rdb", shard + 1)
}

/// `CopySnapshot` with `TargetBucket`.
pub(super) fn copy(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let from = required(input, "SourceSnapshotName")?.to_lowercase();
    let name = required(input, "TargetSnapshotName")?.to_lowercase();
    check_name(&name)?;
    let Some(to) = text(input, "TargetBucket").map(str::to_owned) else {
        return Err(ServiceError::not_modelled(
            "elasticache",
            "CopySnapshot without TargetBucket",
        ));
    };
    let at = place(caller, &from);
    let found = cloud.elasticache.snapshots.get(&at);
    let snapshot = found.ok_or_else(|| not_found(&from))?.clone();
    if snapshot.phase != SnapshotPhase::Available {
        let message = format!("Snapshot {from} is not in a state in which it can be copied.");
        return Err(ServiceError::new("InvalidSnapshotStateFault", message));
    }
    // The page on data tiering rules the export out; its code is unconfirmed.
    if snapshot.of.data_tiering {
        return Err(combination(
            "Exporting a backup of a cluster with data tiering is not supported.",
        ));
    }
    check_bucket(cloud, caller, &to)?;
    for nth in 0..snapshot.shards.len() {
        let key = file(&name, nth);
        if bucket(cloud, &to).is_ok_and(|held| held.stack(&key).last().is_some_and(|entry| entry.object().is_some())) {
            return Err(invalid(format!(
                "The S3 bucket {to} already contains an object with key {key}."
            )));
        }
    }
    let seconds = duration(cloud, "elasticache-export", 90, &snapshot.shards);
    let until = cloud.later(seconds);
    if let Some(snapshot) = cloud.elasticache.snapshots.get_mut(&at) {
        snapshot.phase = SnapshotPhase::Exporting(until, to.clone(), name.clone());
    }
    let mut answer = shown(&at, &snapshot, false);
    answer["SnapshotName"] = json!(name);
    cloud.effect(caller, "elasticache CopySnapshot", format!("{to}/{name}"));
    Ok(json!({ "Snapshot": answer }))
}

fn check_bucket(cloud: &Cloud, caller: &Caller, to: &str) -> Result<(), ServiceError> {
    let Some(held) = cloud.s3.by_name.get(to) else {
        return Err(invalid(format!("The S3 bucket {to} does not exist.")));
    };
    if held.owner != caller.account {
        return Err(invalid(format!(
            "The S3 bucket {to} is not owned by the authenticated user."
        )));
    }
    if held.region != caller.region {
        return Err(invalid(format!("The S3 bucket {to} is outside of the region.")));
    }
    for (permission, action) in [
        ("READ", "s3:ListBucket"),
        ("WRITE", "s3:PutObject"),
        ("READ_ACP", "s3:GetBucketAcl"),
    ] {
        if !admitted(cloud, caller, to, permission, action) {
            return Err(invalid(format!(
                "ElastiCache has not been granted {permission} permissions on the S3 Bucket {to}."
            )));
        }
    }
    Ok(())
}

/// Writes what is due. Where ElastiCache is not admitted any more, nothing is written, and nobody is told.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let due: Vec<_> = cloud
        .elasticache
        .snapshots
        .iter_mut()
        .filter_map(|(place, snapshot)| match &snapshot.phase {
            SnapshotPhase::Exporting(until, to, name) if *until <= now => {
                let (to, name) = (to.clone(), name.clone());
                snapshot.phase = SnapshotPhase::Available;
                Some((place.clone(), snapshot.clone(), to, name))
            }
            _ => None,
        })
        .collect();
    for (place, snapshot, to, name) in due {
        let caller = Caller::root(&place.0, &place.1);
        if check_bucket(cloud, &caller, &to).is_err() {
            continue;
        }
        for (nth, shard) in snapshot.shards.iter().enumerate() {
            let key = file(&name, nth);
            let wanted = Wanted {
                encryption: Some(Encryption::S3),
                ..Wanted::default()
            };
            let Ok(object) = objects::keep(cloud, &caller, &to, wanted, shard.content.clone()) else {
                continue;
            };
            let order = cloud.s3.next_order();
            if objects::write(cloud, &to, &key, order, object).is_err() {
                continue;
            }
            if let Some(held) = cloud.s3.by_name.get_mut(&to) {
                // Who writes an object owns it unless it gives it away, and nobody says that ElastiCache does.
                held.others_objects.insert(key);
            }
            let dump = Dump {
                of: snapshot.of.clone(),
                slots: shard.slots.clone(),
            };
            cloud.elasticache.files.insert(*shard.content.digest(), dump);
        }
    }
}
