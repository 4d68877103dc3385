//! Access control lists and object ownership: what one of AWS's services needs that knows no other way into a bucket.

use std::collections::BTreeSet;

use aws_sdk_s3::types::{BucketCannedAcl, Grant, ObjectOwnership, OwnershipControls, OwnershipControlsRule};
use model::Failure;

use crate::s3::S3;

/// Who is admitted by an ACL, and who owns the bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Acl {
    /// The owner's canonical user id.
    pub owner: String,
    /// Permission (`READ`, `WRITE`, `READ_ACP`, `WRITE_ACP`, `FULL_CONTROL`) and canonical user id, the owner's own not among them.
    pub grants: BTreeSet<(String, String)>,
}

impl Acl {
    fn of(owner: Option<&str>, grants: &[Grant]) -> Self {
        let owner = owner.unwrap_or_default().to_owned();
        let named = grants.iter().filter_map(|grant| {
            let id = grant.grantee()?.id()?.to_owned();
            Some((grant.permission()?.as_str().to_owned(), id))
        });
        let grants = named.filter(|(_, id)| *id != owner).collect();
        Self { owner, grants }
    }

    /// Whether a canonical user has every one of some permissions.
    pub fn admits(&self, id: &str, permissions: &[&str]) -> bool {
        let has = |permission: &str| self.grants.contains(&(permission.to_owned(), id.to_owned()));
        permissions
            .iter()
            .all(|permission| has(permission) || has("FULL_CONTROL"))
    }
}

fn grantee(id: &str) -> String {
    format!("id=\"{id}\"")
}

impl S3 {
    /// The ACL of a bucket of this account.
    pub async fn bucket_acl(&self, bucket: &str) -> Result<Acl, Failure> {
        let call = self.read.get_bucket_acl().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map_err(self.failed("GetBucketAcl"))?;
        let owner = answer.owner().and_then(|owner| owner.id());
        Ok(Acl::of(owner, answer.grants()))
    }

    /// Admits a canonical user to a bucket: to list it, to write into it, to read and to write its ACL. `owner` keeps everything.
    pub async fn admit_to_bucket(&self, bucket: &str, owner: &str, id: &str) -> Result<(), Failure> {
        let call = self.once.put_bucket_acl().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let call = call.grant_full_control(grantee(owner));
        let call = call.grant_read(grantee(id)).grant_write(grantee(id));
        let call = call.grant_read_acp(grantee(id)).grant_write_acp(grantee(id));
        call.send().await.map(drop).map_err(self.failed("PutBucketAcl"))
    }

    /// Leaves a bucket to its owner alone.
    pub async fn make_bucket_private(&self, bucket: &str) -> Result<(), Failure> {
        let call = self.once.put_bucket_acl().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let call = call.acl(BucketCannedAcl::Private);
        call.send().await.map(drop).map_err(self.failed("PutBucketAcl"))
    }

    /// The ACL of the newest version of a key.
    pub async fn object_acl(&self, bucket: &str, key: &str) -> Result<Acl, Failure> {
        let call = self.read.get_object_acl().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map_err(self.failed("GetObjectAcl"))?;
        let owner = answer.owner().and_then(|owner| owner.id());
        Ok(Acl::of(owner, answer.grants()))
    }

    /// Admits a canonical user to an object: to read it and its ACL; none: nobody but its owner.
    pub async fn admit_to_object(&self, bucket: &str, key: &str, owner: &str, id: Option<&str>) -> Result<(), Failure> {
        let call = self.once.put_object_acl().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(self.account.as_str());
        let call = call.grant_full_control(grantee(owner));
        let call = match id {
            Some(id) => call.grant_read(grantee(id)).grant_read_acp(grantee(id)),
            None => call,
        };
        call.send().await.map(drop).map_err(self.failed("PutObjectAcl"))
    }

    /// Who owns what others write into a bucket: `BucketOwnerEnforced`, `BucketOwnerPreferred`, `ObjectWriter`.
    pub async fn ownership(&self, bucket: &str) -> Result<String, Failure> {
        let call = self.read.get_bucket_ownership_controls().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let answer = match call.send().await.map_err(self.failed("GetBucketOwnershipControls")) {
            Err(failure) if failure.code == "OwnershipControlsNotFoundError" => return Ok("ObjectWriter".to_owned()),
            answer => answer?,
        };
        let rule = answer
            .ownership_controls()
            .and_then(|controls| controls.rules().first());
        Ok(rule
            .map(|rule| rule.object_ownership().as_str().to_owned())
            .unwrap_or_default())
    }

    /// Makes everything in a bucket its owner's, and ends its ACLs.
    pub async fn own_everything(&self, bucket: &str) -> Result<(), Failure> {
        let rule = OwnershipControlsRule::builder().object_ownership(ObjectOwnership::BucketOwnerEnforced);
        let rule = rule.build().map_err(|error| self.unreadable(&error))?;
        let controls = OwnershipControls::builder().rules(rule).build();
        let controls = controls.map_err(|error| self.unreadable(&error))?;
        let call = self.once.put_bucket_ownership_controls().bucket(bucket);
        let call = call.expected_bucket_owner(self.account.as_str());
        let call = call.ownership_controls(controls);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("PutBucketOwnershipControls"))
    }
}
