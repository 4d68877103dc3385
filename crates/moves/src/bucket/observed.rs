//! A bucket of an account, as an inventory has it: read with the same list of sub-resources by which it is carried, so that a run finds nothing
//! in it that the plan did not tell of.

use std::collections::BTreeMap;

use aws::Account;
use aws::s3::Versioned;
use model::Failure;
use model::inventory::{Bucket, Versioning};

use super::documents::{self, ACL, CARRIED, ENCRYPTION, OBJECT_LOCK, PUBLIC_ACCESS_BLOCK, TAGGING, text_of};

/// The switches of a public-access block.
const SWITCHES: [&str; 4] = [
    "BlockPublicAcls",
    "IgnorePublicAcls",
    "BlockPublicPolicy",
    "RestrictPublicBuckets",
];

/// What a bucket of the account's region is like, its tags given; none where it is gone by now. What it holds is not looked at.
pub async fn observe(account: &Account, name: &str, tags: BTreeMap<String, String>) -> Result<Option<Bucket>, Failure> {
    match read(account, name, tags).await {
        Err(failure) if failure.code == "NoSuchBucket" => Ok(None),
        read => read.map(Some),
    }
}

/// Whether a bucket has Object Lock, as S3 says now.
pub async fn has_object_lock(account: &Account, name: &str) -> Result<bool, Failure> {
    Ok(OBJECT_LOCK.get(account, name).await?.is_some())
}

async fn read(account: &Account, name: &str, tags: BTreeMap<String, String>) -> Result<Bucket, Failure> {
    let versions = account.s3.versions_kept(name).await?;
    let mut bucket = Bucket {
        name: name.to_owned(),
        versioning: match versions.kept {
            Versioned::Never => Versioning::Disabled,
            Versioned::Enabled => Versioning::Enabled,
            Versioned::Suspended => Versioning::Suspended,
        },
        mfa_delete: versions.mfa_delete,
        tags,
        requester_pays: account.s3.requesters_pay(name).await?,
        access_points: account.s3control.access_points(name).await?,
        ..Bucket::default()
    };
    let policy = account.s3.policy(name).await?;
    bucket.policy = policy.map(|text| serde_json::from_str(&text).unwrap_or(text.into()));
    if let Some(found) = ENCRYPTION.get(account, name).await?
        && text_of(&found.xml, "SSEAlgorithm").is_some_and(|algorithm| algorithm.starts_with("aws:kms"))
    {
        // Where no key is named it is AWS's own for S3.
        let named = text_of(&found.xml, "KMSMasterKeyID").unwrap_or("alias/aws/s3");
        bucket.key = Some(within(account, named).to_owned());
        bucket.documents.insert(ENCRYPTION.name.to_owned(), found.xml);
    }
    for document in CARRIED
        .iter()
        .chain([&OBJECT_LOCK, &ACL])
        .filter(|one| **one != TAGGING)
    {
        let Some(found) = document.get(account, name).await? else {
            continue;
        };
        let xml = found.xml;
        if *document == PUBLIC_ACCESS_BLOCK {
            let on = SWITCHES
                .iter()
                .filter(|switch| text_of(&xml, switch) == Some("true"))
                .count();
            bucket.public_access_blocked = on == SWITCHES.len();
            if on == 0 || on == SWITCHES.len() {
                continue;
            }
        }
        // Every bucket has an ACL.
        if *document == ACL && documents::granted_to_others(&xml).is_empty() {
            continue;
        }
        bucket.documents.insert(document.name.to_owned(), xml);
    }
    Ok(bucket)
}

/// A key as an inventory names it: one of the bucket's own account and region by id or alias, any other by its ARN.
fn within<'k>(account: &Account, named: &'k str) -> &'k str {
    let own = format!("arn:aws:kms:{}:{}:", account.region, account.id);
    let bare = named.strip_prefix(own.as_str());
    bare.map_or(named, |bare| bare.strip_prefix("key/").unwrap_or(bare))
}
