//! EFS, as far as file systems are looked at: `DescribeFileSystems` and their tags
//! (<https://docs.aws.amazon.com/efs/latest/ug/API_DescribeFileSystems.html>).
//!
//! Left out: everything that changes one, mount targets, access points, replication, backups.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::inventory::RegionInventory;
use model::machines::FileSystem;
use serde_json::{Value, json};

use super::members::{number, page, tag_list, text};
use super::storage_key;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct FileSystems {
    held: BTreeMap<(AccountId, Region, String), (FileSystem, Timestamp)>,
}

/// Fills an account with what its inventory lists.
pub fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, contents: &RegionInventory) {
    for one in &contents.file_systems {
        let place = (account.clone(), region.clone(), one.id.clone());
        let made = cloud.now;
        cloud.efs.held.insert(place, (one.clone(), made));
    }
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "DescribeFileSystems" => describe(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("elasticfilesystem", operation)),
    }
}

fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = text(input, "FileSystemId");
    let here = cloud.efs.held.iter().filter(|((account, region, id), _)| {
        *account == caller.account && *region == caller.region && wanted.is_none_or(|wanted| wanted == id)
    });
    let found: Vec<(String, Value)> = here
        .map(|((account, region, id), (one, made))| (id.clone(), shown(cloud, (account, region), one, *made)))
        .collect();
    if let (Some(wanted), true) = (wanted, found.is_empty()) {
        let message = format!("File system '{wanted}' does not exist.");
        return Err(ServiceError::with_status(404, "FileSystemNotFound", message));
    }
    // A hundred at most, as the reference says.
    let limit = number(input, "MaxItems").map_or(100, |items| items.clamp(1, 100)) as usize;
    let (shown, next) = page(found, text(input, "Marker"), limit);
    let mut answer = json!({ "FileSystems": shown });
    if let Some(next) = next {
        answer["NextMarker"] = json!(next);
    }
    Ok(answer)
}

fn shown(cloud: &Cloud, (account, region): (&AccountId, &Region), one: &FileSystem, made: Timestamp) -> Value {
    let bytes = one.size_gib << 30;
    let mut tags = one.tags.clone();
    if !one.name.is_empty() {
        tags.insert("Name".to_owned(), one.name.clone());
    }
    let mut shown = json!({
        "OwnerId": account.as_str(), "CreationToken": one.id, "FileSystemId": one.id,
        "FileSystemArn": format!("arn:aws:elasticfilesystem:{region}:{account}:file-system/{}", one.id),
        "CreationTime": made.to_string(), "LifeCycleState": "available", "NumberOfMountTargets": 1,
        "PerformanceMode": "generalPurpose", "ThroughputMode": "elastic", "Encrypted": one.encrypted,
        "SizeInBytes": { "Value": bytes, "ValueInStandard": bytes, "ValueInIA": 0, "ValueInArchive": 0 },
        "Tags": tag_list(&tags),
    });
    if !one.name.is_empty() {
        shown["Name"] = json!(one.name);
    }
    if let Some(key) = &one.key {
        shown["KmsKeyId"] = json!(storage_key::of_inventory(cloud, account, region, key));
    }
    shown
}
