//! Tags of images and snapshots. They are their owner's: another account neither sees nor changes them.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use super::{image_arn, images, paged, passes, refuse_reserved, snapshot_arn, snapshots};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::{filters, items, tags, text, texts};

/// The ARNs of the resources that a call names: all of them the caller's own, or the call changes nothing.
fn own_resources(cloud: &Cloud, caller: &Caller, input: &Value) -> Result<Vec<(String, String)>, ServiceError> {
    let ids = texts(input, "Resources");
    if ids.is_empty() {
        return Err(ServiceError::new(
            "MissingParameter",
            "The request must contain the parameter resourceIdSet",
        ));
    }
    let mut found = Vec::new();
    for id in ids {
        let arn = if id.starts_with("ami-") {
            image_arn(&images::own(cloud, caller, &id)?.region, &id)
        } else if id.starts_with("snap-") {
            snapshot_arn(&snapshots::own(cloud, caller, &id)?.region, &id)
        } else {
            return Err(ServiceError::new("InvalidID", format!("The ID '{id}' is not valid")));
        };
        found.push((id, arn));
    }
    Ok(found)
}

fn tags_of<'a>(cloud: &'a mut Cloud, id: &str) -> &'a mut BTreeMap<String, String> {
    if id.starts_with("ami-") {
        &mut cloud.ec2.images.get_mut(id).expect("it was just found").tags
    } else {
        &mut cloud.ec2.snapshots.get_mut(id).expect("it was just found").tags
    }
}

/// `CreateTags`
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let new = tags(input, "Tags");
    refuse_reserved(&new)?;
    let resources = own_resources(cloud, caller, input)?;
    for (id, _) in &resources {
        let existing = tags_of(cloud, id);
        if existing.len() + new.keys().filter(|key| !existing.contains_key(*key)).count() > 50 {
            return Err(ServiceError::new(
                "TagLimitExceeded",
                "The maximum number of Tags for a resource has been reached.",
            ));
        }
    }
    change(cloud, caller, "ec2 CreateTags", resources, |tags| {
        tags.extend(new.clone())
    })
}

/// `DeleteTags`: by key, or by key and value, or all.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let wanted = items(input, "Tags");
    let goes = |key: &str, value: &str| {
        let given = |tag: &Value| {
            tag.get("Value")
                .and_then(Value::as_str)
                .is_none_or(|given| given == value)
        };
        wanted.is_empty() || wanted.iter().any(|tag| text(tag, "Key") == Some(key) && given(tag))
    };
    let resources = own_resources(cloud, caller, input)?;
    change(cloud, caller, "ec2 DeleteTags", resources, |tags| {
        tags.retain(|key, value| !goes(key, value))
    })
}

fn change(
    cloud: &mut Cloud,
    caller: &Caller,
    operation: &str,
    resources: Vec<(String, String)>,
    edit: impl Fn(&mut BTreeMap<String, String>),
) -> Answer {
    for (id, arn) in resources {
        let tags = tags_of(cloud, &id);
        let before = tags.clone();
        edit(tags);
        if *tags != before {
            cloud.effect(caller, operation, arn);
        }
    }
    Ok(json!({}))
}

/// `DescribeTags`
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let conditions = filters(input);
    let images = cloud
        .ec2
        .images
        .iter()
        .map(|(id, i)| (id, &i.owner, &i.region, &i.tags, "image"));
    let snapshots = cloud
        .ec2
        .snapshots
        .iter()
        .map(|(id, s)| (id, &s.owner, &s.region, &s.tags, "snapshot"));
    let mut found = Vec::new();
    for (id, owner, region, tags, kind) in images.chain(snapshots) {
        if *owner != caller.account || *region != caller.region {
            continue;
        }
        for (key, value) in tags {
            let fits = passes(&conditions, tags, &|name| match name {
                "resource-id" => Some(vec![id.clone()]),
                "resource-type" => Some(vec![kind.to_owned()]),
                "key" => Some(vec![key.clone()]),
                "value" => Some(vec![value.clone()]),
                _ => None,
            })?;
            if fits {
                let shown = json!({"Key": key, "Value": value, "ResourceId": id, "ResourceType": kind});
                found.push((format!("{id}/{key}"), shown));
            }
        }
    }
    paged(input, "Resources", "Tags", found)
}
