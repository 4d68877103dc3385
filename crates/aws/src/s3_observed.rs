//! The buckets of an account, as far as the SDK's own operations tell of them. What a bucket's sub-resources are is read as the documents that
//! they are: `moves` does that, with the list by which it carries them.

use std::collections::BTreeMap;

use aws_sdk_s3::types::{BucketVersioningStatus, MfaDeleteStatus, Payer};
use model::Failure;

use crate::s3::{S3, Versioned};

/// How many buckets a page of the list has. Only a list that is asked for in pages tells where they lie (botocore: `Bucket.BucketRegion`).
const PAGE: i32 = 1000;

/// What S3 says of a bucket's versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct VersionsSeen {
    /// Whether it keeps them.
    pub kept: Versioned,
    /// Whether deleting one needs the root user's device.
    pub mfa_delete: bool,
}

impl S3 {
    /// Every bucket of the account by name, with the region in which it lies.
    pub async fn buckets(&self) -> Result<BTreeMap<String, String>, Failure> {
        let mut found = BTreeMap::new();
        let mut pages = self
            .read
            .list_buckets()
            .max_buckets(PAGE)
            .into_paginator()
            .items()
            .send();
        while let Some(bucket) = pages.next().await {
            let bucket = bucket.map_err(self.failed("ListBuckets"))?;
            if let Some(name) = bucket.name {
                found.insert(name, bucket.bucket_region);
            }
        }
        let mut placed = BTreeMap::new();
        for (name, region) in found {
            let region = match region {
                Some(region) => region,
                // Other endpoints than AWS's own do not say.
                None => self.location(&name).await?,
            };
            placed.insert(name, region);
        }
        Ok(placed)
    }

    /// A bucket's tags.
    pub async fn bucket_tags(&self, bucket: &str) -> Result<BTreeMap<String, String>, Failure> {
        let call = self.read.get_bucket_tagging().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let answer = match call.send().await.map_err(self.failed("GetBucketTagging")) {
            Err(failure) if failure.code.starts_with("NoSuchTagSet") => return Ok(BTreeMap::new()),
            answer => answer?,
        };
        Ok(answer.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    /// Whether a bucket keeps versions, and how they are guarded.
    pub async fn versions_kept(&self, bucket: &str) -> Result<VersionsSeen, Failure> {
        let call = self.read.get_bucket_versioning().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map_err(self.failed("GetBucketVersioning"))?;
        Ok(VersionsSeen {
            kept: match answer.status() {
                Some(BucketVersioningStatus::Enabled) => Versioned::Enabled,
                Some(_) => Versioned::Suspended,
                None => Versioned::Never,
            },
            mfa_delete: answer.mfa_delete() == Some(&MfaDeleteStatus::Enabled),
        })
    }

    /// Whether who asks for an object of a bucket pays.
    pub async fn requesters_pay(&self, bucket: &str) -> Result<bool, Failure> {
        let call = self.read.get_bucket_request_payment().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map_err(self.failed("GetBucketRequestPayment"))?;
        Ok(answer.payer() == Some(&Payer::Requester))
    }
}
