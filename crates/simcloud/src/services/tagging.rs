//! The Resource Groups Tagging API: what is tagged, or was once, whatever service it is of.
//!
//! Modelled: `GetResources` over what simcloud holds of keys, RDS instances, images and their snapshots, buckets and zones, and over what the inventory lists besides
//! (`others`) or only counts (`elsewhere`: things without a name of their own), page by page, narrowed by tags and types; regional, what has no region being told in us-east-1. What never had a tag is not told.
//! Left out: compliance, lists of ARNs, tags that are taken off while somebody watches (such a thing would be told without tags).

use std::collections::BTreeMap;

use model::ids::AccountId;
use model::inventory::{AccountInventory, Other};
use serde_json::{Value, json};

use super::members::{items, number, page, tag_list, text, texts};
use super::route53;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State: what the inventory lists beside what other services hold.
#[derive(Default)]
pub struct Tagged {
    others: BTreeMap<(AccountId, String), Other>,
}

/// How many things of a kind there are at most that are only counted: ten times as many as `cleave discover` counts.
const MOST_COUNTED: u32 = 10_000;

/// Where what has no region is told.
const GLOBAL: &str = "us-east-1";

/// Fills an account with what its inventory lists.
pub fn fill(cloud: &mut Cloud, account: &AccountId, contents: &AccountInventory) {
    for other in &contents.others {
        let place = (account.clone(), other.arn.clone());
        cloud.tagging.others.insert(place, other.clone());
    }
    for (region, counted) in &contents.elsewhere {
        let mut there = BTreeMap::<String, u32>::new();
        for (_, other) in held(cloud, account).iter().filter(|(told, _)| told == region.as_str()) {
            *there.entry(other.kind()).or_default() += 1;
        }
        for (kind, count) in &counted.kinds {
            let missing = count.saturating_sub(there.get(kind).copied().unwrap_or_default());
            // A file that people write may say any number, and each is kept.
            for nth in 1..=missing.min(MOST_COUNTED) {
                let arn = match kind.split_once(':') {
                    Some((service, kind)) => format!("arn:aws:{service}:{region}:{account}:{kind}/counted-{nth}"),
                    None => format!("arn:aws:{kind}:{region}:{account}:counted-{nth}"),
                };
                let other = Other {
                    arn: arn.clone(),
                    ..Other::default()
                };
                cloud.tagging.others.insert((account.clone(), arn), other);
            }
        }
    }
}

/// The regions in which the account has something that only tags tell of.
pub(super) fn regions<'a>(cloud: &'a Cloud, account: &'a AccountId) -> impl Iterator<Item = &'a str> {
    let own = cloud.tagging.others.iter().filter(move |((of, _), _)| of == account);
    own.map(|(_, other)| other.region()).filter(|region| !region.is_empty())
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetResources" => resources(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("tagging", operation)),
    }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterException", message)
}

fn resources(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    for left_out in [
        "ResourceARNList",
        "IncludeComplianceDetails",
        "ExcludeCompliantResources",
        "TagsPerPage",
    ] {
        if input.get(left_out).is_some_and(|value| !value.is_null()) {
            return Err(ServiceError::not_modelled(
                "tagging",
                &format!("GetResources with {left_out}"),
            ));
        }
    }
    let most = number(input, "ResourcesPerPage").unwrap_or(50);
    if !(1..=100).contains(&most) {
        return Err(invalid("ResourcesPerPage must be between 1 and 100"));
    }
    let filters = items(input, "TagFilters");
    if filters.len() > 50 || filters.iter().any(|filter| texts(filter, "Values").len() > 20) {
        return Err(invalid("At most 50 keys with at most 20 values each"));
    }
    let types = texts(input, "ResourceTypeFilters");
    let after = match text(input, "PaginationToken") {
        None => None,
        Some(token) => Some(token.strip_prefix("after:").ok_or_else(|| {
            ServiceError::new(
                "PaginationTokenExpiredException",
                "The pagination token has expired or is none",
            )
        })?),
    };
    let found = held(cloud, &caller.account).into_iter().filter(|(region, other)| {
        let tagged = filters.iter().all(|filter| {
            let held = text(filter, "Key").and_then(|key| other.tags.get(key));
            let values = texts(filter, "Values");
            held.is_some_and(|held| values.is_empty() || values.contains(held))
        });
        region == caller.region.as_str() && tagged && (types.is_empty() || types.iter().any(|one| is_of(other, one)))
    });
    let listed: BTreeMap<String, Value> = found
        .map(|(_, other)| {
            let shown = json!({ "ResourceARN": other.arn, "Tags": tag_list(&other.tags) });
            (other.arn, shown)
        })
        .collect();
    let most = usize::try_from(most).expect("at most 100");
    let (shown, next) = page(listed.into_iter().collect(), after, most);
    let token = next.map(|last| format!("after:{last}")).unwrap_or_default();
    // The last page has an empty token, not none.
    Ok(json!({ "ResourceTagMappingList": shown, "PaginationToken": token }))
}

/// Whether something is of a type as filters write it: `ec2`, or `ec2:instance`.
fn is_of(other: &Other, wanted: &str) -> bool {
    match wanted.split_once(':') {
        None => other.service() == wanted,
        Some((service, kind)) => {
            let rest = other.resource().strip_prefix(kind);
            other.service() == service && rest.is_some_and(|rest| rest.starts_with(['/', ':']))
        }
    }
}

/// Everything of the account that has tags, and what the inventory lists besides, each with the region in which it is told.
fn held(cloud: &Cloud, account: &AccountId) -> Vec<(String, Other)> {
    let mut found: Vec<(String, Other)> = Vec::new();
    let mut add = |region: &str, arn: String, tags: &BTreeMap<String, String>| {
        if !tags.is_empty() {
            let tags = tags.clone();
            found.push((region.to_owned(), Other { arn, tags }));
        }
    };
    for key in cloud.kms.keys.values().filter(|key| key.account == *account) {
        let arn = format!("arn:aws:kms:{}:{account}:key/{}", key.region, key.id);
        add(key.region.as_str(), arn, &key.tags);
    }
    for (name, bucket) in cloud.s3.by_name.iter().filter(|(_, bucket)| bucket.owner == *account) {
        // Its ARN names no region, and yet it is told where it lies.
        let tags = bucket.tags.iter().cloned().collect();
        add(bucket.region.as_str(), format!("arn:aws:s3:::{name}"), &tags);
    }
    for zone in route53::every_zone(cloud).filter(|zone| zone.owner == *account) {
        add(GLOBAL, format!("arn:aws:route53:::hostedzone/{}", zone.id), &zone.tags);
    }
    for ((owner, region, name), instance) in &cloud.rds.instances {
        if owner == account {
            let arn = format!("arn:aws:rds:{region}:{account}:db:{name}");
            add(region.as_str(), arn, &instance.tags);
        }
    }
    for (id, image) in cloud.ec2.images.iter().filter(|(_, image)| image.owner == *account) {
        let arn = format!("arn:aws:ec2:{}:{account}:image/{id}", image.region);
        add(image.region.as_str(), arn, &image.tags);
    }
    for (id, snapshot) in cloud
        .ec2
        .snapshots
        .iter()
        .filter(|(_, snapshot)| snapshot.owner == *account)
    {
        let arn = format!("arn:aws:ec2:{}:{account}:snapshot/{id}", snapshot.region);
        add(snapshot.region.as_str(), arn, &snapshot.tags);
    }
    let others = cloud.tagging.others.iter().filter(|((of, _), _)| of == account);
    found.extend(others.map(|(_, other)| {
        let region = match other.region() {
            "" => GLOBAL,
            region => region,
        };
        (region.to_owned(), other.clone())
    }));
    found
}

#[cfg(test)]
#[path = "tagging_tests.rs"]
mod tests;
