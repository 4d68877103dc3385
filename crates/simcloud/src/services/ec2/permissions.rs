//! Who may launch an image, and who may make volumes of a snapshot. A copy into another account needs both.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde_json::{Value, json};

use super::{image_arn, images, required, snapshot_arn, snapshots};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::kms;
use crate::services::members::{items, text, texts};

/// A change of permissions, from either of the two forms that the calls take.
struct Change {
    add: BTreeSet<String>,
    remove: BTreeSet<String>,
}

/// Reads `{MEMBER: {Add: [{UserId|Group}], Remove: […]}}`, or `UserIds`, `GROUPS` and `OperationType`.
fn change(input: &Value, member: &str, groups: &str) -> Result<Change, ServiceError> {
    let mut change = Change {
        add: BTreeSet::new(),
        remove: BTreeSet::new(),
    };
    if let Some(structure) = input.get(member).filter(|value| !value.is_null()) {
        for (list, into) in [("Add", &mut change.add), ("Remove", &mut change.remove)] {
            for item in items(structure, list) {
                if text(item, "OrganizationArn")
                    .or(text(item, "OrganizationalUnitArn"))
                    .is_some()
                {
                    return Err(ServiceError::not_modelled("ec2", "shares with organizations"));
                }
                into.extend(text(item, "UserId").or(text(item, "Group")).map(str::to_owned));
            }
        }
    } else {
        let named: BTreeSet<String> = texts(input, "UserIds")
            .into_iter()
            .chain(texts(input, groups))
            .collect();
        match text(input, "OperationType") {
            Some("add") => change.add = named,
            Some("remove") => change.remove = named,
            _ => {
                let message = "The request must contain the parameter OperationType (add or remove)";
                return Err(ServiceError::new("MissingParameter", message));
            }
        }
    }
    if !change.add.is_empty() && !change.remove.is_empty() {
        let message = "Add and remove cannot be mixed in one request.";
        return Err(ServiceError::new("InvalidParameterCombination", message));
    }
    for who in change.add.iter().chain(&change.remove) {
        if who != "all" && (who.len() != 12 || !who.bytes().all(|b| b.is_ascii_digit())) {
            return Err(ServiceError::new(
                "InvalidAMIAttributeItemValue",
                format!("Invalid attribute item value \"{who}\""),
            ));
        }
    }
    Ok(change)
}

/// Applies a change; whether anything is different now.
fn apply(permitted: &mut BTreeMap<String, Timestamp>, change: Change, from: Timestamp) -> bool {
    let before: Vec<String> = permitted.keys().cloned().collect();
    for who in change.add {
        permitted.entry(who).or_insert(from);
    }
    permitted.retain(|who, _| !change.remove.contains(who));
    !permitted.keys().eq(&before)
}

fn shown(permitted: &BTreeMap<String, Timestamp>) -> Value {
    let one = |who: &String| {
        if who == "all" {
            json!({"Group": "all"})
        } else {
            json!({"UserId": who})
        }
    };
    permitted.keys().map(one).collect()
}

fn share_seen_from(cloud: &mut Cloud) -> Timestamp {
    let delay = cloud.faults.visibility_delay("ec2-share-visible");
    cloud.later(delay)
}

/// `ModifyImageAttribute`, of `launchPermission` and `description`. Snapshots on the default key are told in other words here
/// than by `ModifySnapshotAttribute`.
pub(super) fn modify_image(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "ImageId")?;
    let image = images::own(cloud, caller, id)?.clone();
    let attribute = text(input, "Attribute");
    let arn = image_arn(&image.region, id);
    let described = input
        .get("Description")
        .and_then(|d| d.get("Value").or(Some(d)))
        .and_then(Value::as_str);
    if let Some(description) = described.or(text(input, "Value").filter(|_| attribute == Some("description"))) {
        if description != image.description {
            cloud.ec2.images.get_mut(id).expect("it was just found").description = description.to_owned();
            cloud.effect(caller, "ec2 ModifyImageAttribute", arn);
        }
        return Ok(json!({}));
    }
    if attribute.is_some_and(|attribute| attribute != "launchPermission") {
        return Err(ServiceError::not_modelled(
            "ec2",
            "ModifyImageAttribute of that attribute",
        ));
    }
    let change = change(input, "LaunchPermission", "UserGroups")?;
    if !change.add.is_empty() {
        if image.state != super::ImageState::Available {
            return Err(ServiceError::new(
                "InvalidAMIID.Unavailable",
                format!("The image ID '{id}' is not available."),
            ));
        }
        let keys = image
            .devices
            .iter()
            .filter_map(|d| cloud.ec2.snapshots.get(&d.snapshot)?.key.as_deref());
        for key in keys {
            if kms::is_aws_managed(cloud, key) {
                let message = "Snapshots encrypted with the AWS Managed CMK can't be shared. Specify another snapshot.";
                return Err(ServiceError::new("InvalidParameter", message));
            }
            if change.add.contains("all") {
                return Err(ServiceError::new(
                    "InvalidParameter",
                    "Images with encrypted snapshots can't be made public.",
                ));
            }
        }
    }
    let from = share_seen_from(cloud);
    let image = cloud.ec2.images.get_mut(id).expect("it was just found");
    if apply(&mut image.permitted, change, from) {
        cloud.effect(caller, "ec2 ModifyImageAttribute", arn);
    }
    Ok(json!({}))
}

/// `DescribeImageAttribute`: for the owner.
pub(super) fn describe_image(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "ImageId")?;
    let image = images::own(cloud, caller, id)?;
    match required(input, "Attribute")? {
        "launchPermission" => Ok(json!({ "ImageId": id, "LaunchPermissions": shown(&image.permitted) })),
        "description" => Ok(json!({ "ImageId": id, "Description": {"Value": image.description} })),
        "productCodes" => {
            let codes = image.marketplace_codes.iter();
            let codes: Value = codes
                .map(|c| json!({"ProductCodeId": c, "ProductCodeType": "marketplace"}))
                .collect();
            Ok(json!({ "ImageId": id, "ProductCodes": codes }))
        }
        other => Err(ServiceError::not_modelled(
            "ec2",
            &format!("DescribeImageAttribute of {other}"),
        )),
    }
}

/// `ModifySnapshotAttribute`, of `createVolumePermission`.
pub(super) fn modify_snapshot(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "SnapshotId")?;
    let snapshot = snapshots::own(cloud, caller, id)?.clone();
    if text(input, "Attribute").is_some_and(|attribute| attribute != "createVolumePermission") {
        return Err(ServiceError::not_modelled(
            "ec2",
            "ModifySnapshotAttribute of that attribute",
        ));
    }
    let change = change(input, "CreateVolumePermission", "GroupNames")?;
    if !change.add.is_empty() {
        snapshots::refuse_archived(id, &snapshot)?;
    }
    if let Some(key) = snapshot.key.as_ref().filter(|_| !change.add.is_empty()) {
        if kms::is_aws_managed(cloud, key) {
            let message = "Encrypted snapshots with EBS default key cannot be shared";
            return Err(ServiceError::new("OperationNotPermitted", message));
        }
        if change.add.contains("all") {
            return Err(ServiceError::new(
                "OperationNotPermitted",
                "Encrypted snapshots cannot be shared publicly",
            ));
        }
    }
    let from = share_seen_from(cloud);
    let arn = snapshot_arn(&snapshot.region, id);
    let snapshot = cloud.ec2.snapshots.get_mut(id).expect("it was just found");
    if apply(&mut snapshot.permitted, change, from) {
        cloud.effect(caller, "ec2 ModifySnapshotAttribute", arn);
    }
    Ok(json!({}))
}

/// `DescribeSnapshotAttribute`: for the owner.
pub(super) fn describe_snapshot(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "SnapshotId")?;
    let snapshot = snapshots::own(cloud, caller, id)?;
    match required(input, "Attribute")? {
        "createVolumePermission" => {
            Ok(json!({ "SnapshotId": id, "CreateVolumePermissions": shown(&snapshot.permitted) }))
        }
        "productCodes" => Ok(json!({ "SnapshotId": id, "ProductCodes": [] })),
        other => Err(ServiceError::not_modelled(
            "ec2",
            &format!("DescribeSnapshotAttribute of {other}"),
        )),
    }
}
