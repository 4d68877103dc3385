//! S3: buckets, version stacks, the global table of names. It speaks through s3s.
//!
//! Modelled: what makes moving a bucket under its own name hard (names, owners, policies, version order, null versions, markers,
//! uploads in parts, 5 GB, storage classes, default encryption with a customer key). Left out: ACLs (every bucket is
//! `BucketOwnerEnforced` or behaves so; but see `acl.rs`), Object Lock, SSE-C. Of MFA delete, requester pays and access points only that a bucket
//! has them: nothing is refused because of them.

pub mod access;
pub mod acl;
mod answers;
pub mod archive;
pub mod audit;
mod configuration_answers;
pub mod content;
mod destinations;
mod exchange;
mod fill;
pub mod generated;
pub mod inventories;
mod inventory_report;
pub mod listing;
pub mod names;
mod numbered;
pub mod objects;
mod operations;
pub(crate) mod replicate;
pub mod replication;
pub mod service;
pub mod settings;
#[cfg(test)]
pub(crate) mod test_world;
mod upload_answers;
pub mod uploads;
pub mod versions;
mod writers;

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Bound;
use std::sync::Arc;

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::inventory::Versioning;

use crate::cloud::{Cloud, ServiceError};
use versions::Entry;

pub use fill::fill;

/// State.
#[derive(Default)]
pub struct Buckets {
    /// Every bucket of every account and region: a name is unique in the world.
    pub by_name: BTreeMap<String, Bucket>,
    /// Names of deleted buckets that are not free yet.
    pub settling: BTreeMap<String, names::Settling>,
    /// Names that somebody's Terraform asks for.
    pub applies: BTreeMap<String, names::Apply>,
    /// The place of the last write among all writes.
    last_order: u64,
    /// Accounts that a policy of their organization lets make buckets in their own namespace only.
    pub own_namespace_only: BTreeSet<AccountId>,
    /// Who goes on writing while a run is under way.
    writers: writers::Writers,
    /// Queues, topics and functions of every account that let S3 in, by ARN.
    pub event_destinations: BTreeSet<String>,
    /// What is replicated, and how it stands.
    pub replication: replication::Replication,
}

/// A key, and its entries, oldest first.
pub type KeyAndStack<'a> = (Cow<'a, str>, Cow<'a, [Entry]>);

/// A bucket.
pub struct Bucket {
    /// The account that owns it. Nothing can change that.
    pub owner: AccountId,
    /// The region it lies in.
    pub region: Region,
    /// When it was created.
    pub created: Timestamp,
    /// Whether it keeps versions.
    pub versioning: Versioning,
    /// When versioning was first switched on, if that happened while somebody watched: for 15 minutes reads may miss.
    pub versioned_since: Option<Timestamp>,
    /// The stacks, by key in UTF-8 order, each oldest first.
    pub stacks: BTreeMap<String, Vec<Entry>>,
    /// Contents that are computed; then there are no stacks.
    pub generated: Option<generated::Contents>,
    /// The policy document.
    pub policy: Option<settings::BucketPolicy>,
    /// Its tags, in the order they were put.
    pub tags: Vec<(String, String)>,
    /// The KMS key of the default encryption; absent: SSE-S3.
    pub key: Option<Arc<str>>,
    /// Whether S3 Bucket Keys are used with it.
    pub bucket_key: bool,
    /// Block public access: ACLs blocked, ACLs ignored, policy blocked, public policy restricted; absent: not configured.
    pub public_access_block: Option<[bool; 4]>,
    /// Object ownership; absent in old buckets.
    pub ownership: Option<String>,
    /// Other sub-resources as the XML documents they were put as, by name.
    pub documents: BTreeMap<String, String>,
    /// What was said beside its lifecycle configuration of the smallest objects that move on; absent: the usual.
    pub transition_minimum: Option<String>,
    /// Whether deleting a version needs the root user's device.
    pub mfa_delete: bool,
    /// Whether requesters pay.
    pub requester_pays: bool,
    /// The names of its access points.
    pub access_points: BTreeSet<String>,
    /// Uploads in parts that are under way, by id.
    pub uploads: BTreeMap<String, uploads::Upload>,
    /// Inventories that it is reported in, by id.
    pub inventories: BTreeMap<String, inventories::Configured>,
    /// Whom its ACL admits beside its owner.
    pub grants: acl::Grants,
    /// Whom the ACLs of its objects admit.
    pub object_grants: acl::OfObjects,
    /// Keys whose newest object belongs to another account, which wrote it: this bucket's policy does not speak of them.
    pub others_objects: BTreeSet<String>,
}

impl Bucket {
    /// A key's stack; empty where there is no such key.
    pub(crate) fn stack(&self, key: &str) -> Cow<'_, [Entry]> {
        match &self.generated {
            Some(contents) => contents.stack(key).into(),
            None => self.stacks.get(key).map(Vec::as_slice).unwrap_or_default().into(),
        }
    }

    /// Keys in UTF-8 order from one on, each with its stack.
    pub fn stacks_from<'a>(&'a self, key: &'a str) -> Box<dyn Iterator<Item = KeyAndStack<'a>> + 'a> {
        match &self.generated {
            Some(contents) => Box::new(contents.from(key).map(|(key, stack)| (key.into(), stack.into()))),
            None => {
                let stacks = self.stacks.range::<str, _>((Bound::Included(key), Bound::Unbounded));
                Box::new(stacks.map(|(key, stack)| (key.as_str().into(), stack.as_slice().into())))
            }
        }
    }

    /// A bucket as `CreateBucket` makes it since April 2023: private, without ACLs, not versioned.
    pub fn new(owner: AccountId, region: Region, created: Timestamp) -> Self {
        Self {
            owner,
            region,
            created,
            versioning: Versioning::Disabled,
            versioned_since: None,
            stacks: BTreeMap::new(),
            generated: None,
            policy: None,
            tags: Vec::new(),
            key: None,
            bucket_key: false,
            public_access_block: Some([true; 4]),
            ownership: Some("BucketOwnerEnforced".to_owned()),
            documents: BTreeMap::new(),
            transition_minimum: None,
            mfa_delete: false,
            requester_pays: false,
            access_points: BTreeSet::new(),
            uploads: BTreeMap::new(),
            inventories: BTreeMap::new(),
            grants: acl::Grants::new(),
            object_grants: acl::OfObjects::new(),
            others_objects: BTreeSet::new(),
        }
    }
}

/// An error of S3, with the headers that carry part of its meaning (`x-amz-delete-marker`, `x-amz-bucket-region`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// Code, message, status.
    pub error: ServiceError,
    /// Headers beside the error document.
    pub headers: Vec<(&'static str, String)>,
}

impl From<ServiceError> for Refusal {
    fn from(error: ServiceError) -> Self {
        Self {
            error,
            headers: Vec::new(),
        }
    }
}

impl Refusal {
    /// An error with a status, a code and a message.
    pub fn new(status: u16, code: &str, message: impl Into<String>) -> Self {
        ServiceError::with_status(status, code, message).into()
    }

    /// The same with a header.
    #[must_use]
    pub fn header(mut self, name: &'static str, value: impl Into<String>) -> Self {
        self.headers.push((name, value.into()));
        self
    }
}

/// What the operations of S3 return.
pub type Outcome<T> = Result<T, Refusal>;

/// What is due by now.
pub fn advance(cloud: &mut Cloud) {
    names::advance(cloud);
    writers::advance(cloud);
    replicate::advance(cloud);
    inventories::advance(cloud);
}

impl Buckets {
    /// The place of a write that is accepted now.
    pub fn next_order(&mut self) -> u64 {
        self.last_order += 1;
        self.last_order
    }
}

/// The bucket, or NoSuchBucket.
pub(crate) fn bucket<'a>(cloud: &'a Cloud, name: &str) -> Outcome<&'a Bucket> {
    cloud.s3.by_name.get(name).ok_or_else(|| no_such_bucket(name))
}

/// The bucket to change, or NoSuchBucket.
pub(crate) fn bucket_mut<'a>(cloud: &'a mut Cloud, name: &str) -> Outcome<&'a mut Bucket> {
    let held = cloud.s3.by_name.get_mut(name).ok_or_else(|| no_such_bucket(name))?;
    if held.generated.is_some() {
        return Err(ServiceError::not_modelled("s3", "changes of a generated bucket").into());
    }
    Ok(held)
}

fn no_such_bucket(name: &str) -> Refusal {
    Refusal::new(
        404,
        "NoSuchBucket",
        format!("The specified bucket does not exist: {name}"),
    )
}

/// The canonical user id of an account: 64 hexadecimal digits that do not show the account.
pub fn canonical_id(account: &AccountId) -> String {
    model::ids::Digest::of(format!("canonical {account}").as_bytes())
        .as_str()
        .to_owned()
}
