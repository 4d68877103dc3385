//! What the laws read: every version with its place and digest, and who else a bucket admits.

use std::collections::BTreeMap;

use model::ids::{AccountId, Digest};

use super::access::{statements, texts};
use super::content::hex;
use super::versions::Entry as StackEntry;
use crate::cloud::Cloud;

/// One entry of a key's history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Entry {
    /// A version.
    Version {
        /// The digest of its content: equal content, equal digest.
        digest: Digest,
        /// Its size in bytes.
        size: u64,
        /// Its storage class.
        class: String,
        /// The ARN of the KMS key that encrypts it; absent: SSE-S3.
        key: Option<String>,
    },
    /// A delete marker.
    Marker,
}

impl Entry {
    fn of(entry: &StackEntry) -> Self {
        match entry.object() {
            None => Self::Marker,
            Some(object) => Self::Version {
                digest: Digest::new(hex(object.content.digest())).expect("32 bytes are 64 hexadecimal digits"),
                size: object.content.size(),
                class: object.class.to_string(),
                key: object.key.as_deref().map(str::to_owned),
            },
        }
    }
}

/// Every entry of every bucket: bucket, key, position (oldest is 0), and the content's digest, or none for a marker. Cheap: nothing is
/// copied or hashed.
pub fn every_version(cloud: &Cloud) -> impl Iterator<Item = (&str, &str, usize, Option<&[u8; 32]>)> {
    cloud.s3.by_name.iter().flat_map(|(name, bucket)| {
        bucket.stacks.iter().flat_map(move |(key, stack)| {
            stack.iter().enumerate().map(move |(position, entry)| {
                (
                    name.as_str(),
                    key.as_str(),
                    position,
                    entry.object().map(|object| object.content.digest()),
                )
            })
        })
    })
}

/// The histories of a bucket's keys, each oldest first; empty where there is no such bucket.
pub fn histories(cloud: &Cloud, bucket: &str) -> BTreeMap<String, Vec<Entry>> {
    let Some(held) = cloud.s3.by_name.get(bucket) else {
        return BTreeMap::new();
    };
    held.stacks
        .iter()
        .map(|(key, stack)| (key.clone(), stack.iter().map(Entry::of).collect()))
        .collect()
}

/// Whom bucket policies admit beside the owner: bucket, Sid (empty where the statement has none), and account, `*` for everyone
/// or the service's name. Denies grant nothing.
pub fn foreign_grants(cloud: &Cloud) -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for (name, held) in &cloud.s3.by_name {
        let Some(policy) = &held.policy else { continue };
        for statement in statements(&policy.document) {
            if statement["Effect"] != "Allow" {
                continue;
            }
            let sid = statement["Sid"].as_str().unwrap_or_default();
            let mut admitted: Vec<String> = texts(&statement["Principal"]).map(account_of).collect();
            if let Some(kinds) = statement["Principal"].as_object() {
                admitted.extend(kinds.values().flat_map(texts).map(account_of));
            }
            if statement.get("NotPrincipal").is_some() {
                admitted.push("*".to_owned());
            }
            admitted.sort_unstable();
            admitted.dedup();
            admitted.retain(|account| account != held.owner.as_str());
            found.extend(
                admitted
                    .into_iter()
                    .map(|account| (name.clone(), sid.to_owned(), account)),
            );
        }
    }
    found
}

fn account_of(principal: &str) -> String {
    let account = principal.strip_prefix("arn:").and_then(|rest| rest.split(':').nth(3));
    account
        .filter(|account| AccountId::new(*account).is_ok())
        .unwrap_or(principal)
        .to_owned()
}
