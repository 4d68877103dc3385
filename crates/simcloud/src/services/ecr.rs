//! ECR: repositories and their images, by digest and tag.
//!
//! Modelled: digests that are the manifest's own, tags that move to the image that was put last unless the repository's are immutable.
//! Left out: layers (a manifest is taken without them), scans, policies, replication, registries of other accounts.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::{AccountId, Region};
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};

use super::members::{items, number, page, text, texts};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// State.
#[derive(Default)]
pub struct Registries {
    held: BTreeMap<(AccountId, Region), BTreeMap<String, Repository>>,
}

struct Repository {
    immutable: bool,
    created: String,
    images: BTreeMap<String, Image>,
}

struct Image {
    tags: BTreeSet<String>,
    pushed: String,
    size: usize,
    kind: String,
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    if text(input, "registryId").is_some_and(|id| id != caller.account.as_str()) {
        return Err(ServiceError::not_modelled("ecr", "another account's registry"));
    }
    match operation {
        "CreateRepository" => create(cloud, caller, input),
        "DescribeRepositories" => describe(cloud, caller, input),
        "PutImage" => put(cloud, caller, input),
        "DescribeImages" => describe_images(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("ecr", operation)),
    }
}

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidParameterException", message)
}

fn missing(caller: &Caller, name: &str) -> ServiceError {
    let message = format!(
        "The repository with name '{name}' does not exist in the registry with id '{}'",
        caller.account
    );
    ServiceError::new("RepositoryNotFoundException", message)
}

fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "repositoryName").unwrap_or_default();
    let admitted = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || "._/-".contains(c);
    let begins_well = name.starts_with(|c: char| c.is_ascii_lowercase() || c.is_ascii_digit());
    if !(2..=256).contains(&name.len()) || !begins_well || !name.chars().all(admitted) {
        return Err(invalid(format!(
            "Invalid parameter at 'repositoryName' failed to satisfy constraint: '{name}'"
        )));
    }
    let created = cloud.now.to_string();
    let all = cloud
        .ecr
        .held
        .entry((caller.account.clone(), caller.region.clone()))
        .or_default();
    if all.contains_key(name) {
        let message = format!(
            "The repository with name '{name}' already exists in the registry with id '{}'",
            caller.account
        );
        return Err(ServiceError::new("RepositoryAlreadyExistsException", message));
    }
    let one = Repository {
        immutable: text(input, "imageTagMutability") == Some("IMMUTABLE"),
        created,
        images: BTreeMap::new(),
    };
    let shown = shown(caller, name, &one);
    all.insert(name.to_owned(), one);
    cloud.effect(
        caller,
        "ecr CreateRepository",
        shown["repositoryArn"].as_str().unwrap_or_default(),
    );
    Ok(json!({ "repository": shown }))
}

fn shown(caller: &Caller, name: &str, one: &Repository) -> Value {
    let (account, region) = (&caller.account, &caller.region);
    json!({ "repositoryArn": format!("arn:aws:ecr:{region}:{account}:repository/{name}"), "registryId": account.as_str(),
        "repositoryName": name, "repositoryUri": format!("{account}.dkr.ecr.{region}.amazonaws.com/{name}"), "createdAt": one.created,
        "imageTagMutability": if one.immutable { "IMMUTABLE" } else { "MUTABLE" } })
}

fn paged(input: &Value, asked: bool, member: &str, found: Vec<(String, Value)>) -> Answer {
    let limit = match number(input, "maxResults") {
        Some(_) if asked => return Err(invalid("maxResults cannot be used with names of what is wanted.")),
        None if asked => usize::MAX,
        None => 100,
        Some(limit @ 1..=1000) => limit.unsigned_abs() as usize,
        Some(_) => return Err(invalid("Invalid parameter at 'maxResults': it is between 1 and 1000.")),
    };
    let (shown, token) = page(found, text(input, "nextToken"), limit);
    let mut answer = json!({ member: shown });
    if let Some(token) = token {
        answer["nextToken"] = json!(token);
    }
    Ok(answer)
}

fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let none = BTreeMap::new();
    let all = cloud
        .ecr
        .held
        .get(&(caller.account.clone(), caller.region.clone()))
        .unwrap_or(&none);
    let asked = texts(input, "repositoryNames");
    if let Some(gone) = asked.iter().find(|name| !all.contains_key(*name)) {
        return Err(missing(caller, gone));
    }
    let found = all.iter().filter(|(name, _)| asked.is_empty() || asked.contains(name));
    let found = found.map(|(name, one)| (name.clone(), shown(caller, name, one)));
    paged(input, !asked.is_empty(), "repositories", found.collect())
}

fn repository<'a>(cloud: &'a mut Cloud, caller: &Caller, input: &Value) -> Result<&'a mut Repository, ServiceError> {
    let name = text(input, "repositoryName").unwrap_or_default();
    let all = cloud
        .ecr
        .held
        .entry((caller.account.clone(), caller.region.clone()))
        .or_default();
    all.get_mut(name).ok_or_else(|| missing(caller, name))
}

fn put(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let manifest = text(input, "imageManifest").unwrap_or_default();
    let read: Value = serde_json::from_str(manifest).unwrap_or_default();
    let kind = text(&read, "mediaType").or(text(input, "imageManifestMediaType"));
    let Some(kind) = kind.filter(|_| read["schemaVersion"] == 2) else {
        return Err(invalid(
            "Invalid parameter at 'ImageManifest' failed to satisfy constraint: 'Invalid JSON syntax'",
        ));
    };
    let digest = format!("sha256:{:x}", Sha256::digest(manifest.as_bytes()));
    if text(input, "imageDigest").is_some_and(|given| given != digest) {
        return Err(ServiceError::new(
            "ImageDigestDoesNotMatchException",
            "The image digest does not match the manifest.",
        ));
    }
    let pushed = cloud.now.to_string();
    let tag = text(input, "imageTag");
    let name = text(input, "repositoryName").unwrap_or_default().to_owned();
    let held = repository(cloud, caller, input)?;
    if let Some(tag) = tag {
        match held
            .images
            .iter()
            .find(|(_, image)| image.tags.contains(tag))
            .map(|(at, _)| at)
        {
            Some(at) if *at == digest => {
                let message = format!(
                    "Image with digest '{digest}' and tag '{tag}' already exists in the repository with name '{name}'"
                );
                return Err(ServiceError::new("ImageAlreadyExistsException", message));
            }
            Some(_) if held.immutable => {
                let message = format!(
                    "The image tag '{tag}' already exists in the '{name}' repository and cannot be overwritten because the repository is immutable."
                );
                return Err(ServiceError::new("ImageTagAlreadyExistsException", message));
            }
            _ => {}
        }
        for image in held.images.values_mut() {
            image.tags.remove(tag);
        }
    }
    let image = held.images.entry(digest.clone()).or_insert_with(|| Image {
        tags: BTreeSet::new(),
        pushed,
        size: manifest.len(),
        kind: kind.to_owned(),
    });
    image.tags.extend(tag.map(str::to_owned));
    let id = json!({ "imageDigest": digest, "imageTag": tag });
    cloud.effect(caller, "ecr PutImage", format!("{name}@{digest}"));
    Ok(
        json!({ "image": { "registryId": caller.account.as_str(), "repositoryName": name, "imageId": id,
        "imageManifest": manifest, "imageManifestMediaType": kind } }),
    )
}

fn describe_images(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = text(input, "repositoryName").unwrap_or_default().to_owned();
    let held = repository(cloud, caller, input)?;
    let asked = items(input, "imageIds");
    for one in asked {
        let there = held.images.iter().any(|(digest, image)| {
            text(one, "imageDigest").is_none_or(|wanted| wanted == digest)
                && text(one, "imageTag").is_none_or(|tag| image.tags.contains(tag))
        });
        if !there {
            let message =
                format!("The image with imageId {one} does not exist within the repository with name '{name}'");
            return Err(ServiceError::new("ImageNotFoundException", message));
        }
    }
    let status = text(&input["filter"], "tagStatus");
    let wanted = |digest: &str, image: &Image| {
        let named = asked.is_empty()
            || asked.iter().any(|one| {
                text(one, "imageDigest") == Some(digest)
                    || text(one, "imageTag").is_some_and(|tag| image.tags.contains(tag))
            });
        let tagged = !image.tags.is_empty();
        named && status.is_none_or(|status| status == "ANY" || (status == "TAGGED") == tagged)
    };
    let found = held.images.iter().filter(|(digest, image)| wanted(digest, image)).map(|(digest, image)| {
        let mut shown = json!({ "registryId": caller.account.as_str(), "repositoryName": name, "imageDigest": digest,
            "imageSizeInBytes": image.size, "imagePushedAt": image.pushed, "imageManifestMediaType": image.kind });
        if !image.tags.is_empty() {
            shown["imageTags"] = json!(image.tags);
        }
        (digest.clone(), shown)
    });
    let found = found.collect();
    paged(input, !asked.is_empty(), "imageDetails", found)
}
