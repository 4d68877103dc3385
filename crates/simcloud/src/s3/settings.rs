//! The configuration of a bucket: versioning, policy, tags, default encryption, public access, ownership, and sub-resources kept as documents.

use std::sync::Arc;

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::inventory::Versioning;
use serde_json::Value;

use super::{Bucket, Outcome, Refusal, access, acl, bucket, bucket_mut, destinations, replication};
use crate::cloud::{Caller, Cloud};
use crate::services::iam_permissions::Need;
use crate::wire::xml;

/// A bucket policy.
#[derive(Debug, Clone, PartialEq)]
pub struct BucketPolicy {
    /// Byte for byte as it was put: S3 gives it back like that.
    pub text: String,
    /// Read.
    pub document: Value,
}

/// One of the buckets of an account: name, creation, region.
pub type Listed = (String, Timestamp, Region);

/// The most buckets that a page of their list has.
const LISTED: usize = 10_000;

/// ListBuckets: the caller's own, in every region or in one, by name; a page, and the token of the next one.
pub fn list_buckets(
    cloud: &Cloud,
    caller: &Caller,
    prefix: &str,
    region: Option<&str>,
    (after, most): (Option<&str>, Option<i32>),
) -> Outcome<(Vec<Listed>, Option<String>)> {
    access::by_identity(cloud, caller, &Need::new("s3:ListAllMyBuckets", "*"))?;
    let invalid = |message| Refusal::new(400, "InvalidArgument", message);
    let most = match most.map(usize::try_from) {
        None => LISTED,
        Some(Ok(most)) if (1..=LISTED).contains(&most) => most,
        Some(_) => return Err(invalid("Argument max-buckets must be an integer between 1 and 10000")),
    };
    // AWS's token is obfuscated; this one is the last name shown, told apart from a name.
    let after = after.map(|token| {
        token
            .strip_prefix("after:")
            .ok_or_else(|| invalid("The continuation token provided is incorrect"))
    });
    let after = after.transpose()?;
    let own = cloud.s3.by_name.iter().filter(|(name, held)| {
        held.owner == caller.account
            && name.starts_with(prefix)
            && region.is_none_or(|region| region == held.region.as_str())
            && after.is_none_or(|after| name.as_str() > after)
    });
    let mut own = own.map(|(name, held)| (name.clone(), held.created, held.region.clone()));
    let page: Vec<Listed> = own.by_ref().take(most).collect();
    let more = own.next().is_some();
    let next = page.last().filter(|_| more).map(|(name, ..)| format!("after:{name}"));
    Ok((page, next))
}

/// What an inventory tells of a sub-resource: of what has behaviour here the behaviour, and else the document.
pub(super) fn observed(bucket: &mut Bucket, name: &str, text: &str) {
    let root = || xml::parse(text.as_bytes());
    match name {
        "encryption" => bucket.bucket_key = text.contains("<BucketKeyEnabled>true<"),
        "ownershipControls" => {
            let told = root().and_then(|root| root.find("ObjectOwnership").map(|one| one.text.clone()));
            bucket.ownership = told.or(bucket.ownership.take());
        }
        "publicAccessBlock" => {
            let switches = [
                "BlockPublicAcls",
                "IgnorePublicAcls",
                "BlockPublicPolicy",
                "RestrictPublicBuckets",
            ];
            bucket.public_access_block =
                root().map(|root| switches.map(|switch| root.find(switch).is_some_and(|one| one.text == "true")));
        }
        "acl" => {
            bucket.grants = root()
                .map(|root| acl::observed(&root, &bucket.owner))
                .unwrap_or_default()
        }
        _ => {
            bucket.documents.insert(name.to_owned(), text.to_owned());
        }
    }
}

/// Reads a bucket's configuration under the permission that its operation needs.
pub fn read<'a>(cloud: &'a Cloud, caller: &Caller, name: &str, action: &str) -> Outcome<&'a Bucket> {
    access::bucket(cloud, caller, name, action)?;
    bucket(cloud, name)
}

/// Changes a bucket's configuration; a change that changes nothing is no effect.
fn change<T: PartialEq>(
    cloud: &mut Cloud,
    caller: &Caller,
    name: &str,
    (action, operation): (&str, &str),
    place: impl Fn(&mut Bucket) -> &mut T,
    value: T,
) -> Outcome<()> {
    access::bucket(cloud, caller, name, action)?;
    let field = place(bucket_mut(cloud, name)?);
    if *field != value {
        *field = value;
        cloud.effect(caller, &format!("s3 {operation}"), name);
    }
    Ok(())
}

/// PutBucketVersioning.
pub fn put_versioning(cloud: &mut Cloud, caller: &Caller, name: &str, enabled: bool) -> Outcome<()> {
    let held = bucket(cloud, name)?;
    let first = held.versioning == Versioning::Disabled;
    if !enabled && held.documents.contains_key(replication::DOCUMENT) {
        return Err(Refusal::new(
            409,
            "InvalidBucketState",
            "A replication configuration is present on this bucket, so you cannot change the versioning state. To change the \
             versioning state, first delete the replication configuration.",
        ));
    }
    let value = if enabled {
        Versioning::Enabled
    } else {
        Versioning::Suspended
    };
    let names = ("s3:PutBucketVersioning", "PutBucketVersioning");
    change(cloud, caller, name, names, |held| &mut held.versioning, value)?;
    if first && enabled {
        let now = cloud.now;
        bucket_mut(cloud, name)?.versioned_since = Some(now);
    }
    Ok(())
}

/// GetBucketPolicy.
pub fn policy(cloud: &Cloud, caller: &Caller, name: &str) -> Outcome<String> {
    let held = read(cloud, caller, name, "s3:GetBucketPolicy")?;
    let policy = held.policy.as_ref().map(|policy| policy.text.clone());
    policy.ok_or_else(|| Refusal::new(404, "NoSuchBucketPolicy", "The bucket policy does not exist"))
}

/// PutBucketPolicy.
pub fn put_policy(cloud: &mut Cloud, caller: &Caller, name: &str, text: &str) -> Outcome<()> {
    access::bucket(cloud, caller, name, "s3:PutBucketPolicy")?;
    let policy = access::read_policy(cloud, name, text)?;
    let blocked = bucket(cloud, name)?.public_access_block.is_some_and(|block| block[2]);
    if blocked && access::is_public(&policy.document) {
        return Err(Refusal::new(
            403,
            "AccessDenied",
            "User is not authorized to perform s3:PutBucketPolicy because public policies are blocked by BlockPublicPolicy",
        ));
    }
    let names = ("s3:PutBucketPolicy", "PutBucketPolicy");
    change(cloud, caller, name, names, |held| &mut held.policy, Some(policy))
}

/// DeleteBucketPolicy; idempotent.
pub fn delete_policy(cloud: &mut Cloud, caller: &Caller, name: &str) -> Outcome<()> {
    let names = ("s3:DeleteBucketPolicy", "DeleteBucketPolicy");
    change(cloud, caller, name, names, |held| &mut held.policy, None)
}

/// GetBucketTagging.
pub fn tags(cloud: &Cloud, caller: &Caller, name: &str) -> Outcome<Vec<(String, String)>> {
    let held = read(cloud, caller, name, "s3:GetBucketTagging")?;
    if held.tags.is_empty() {
        return Err(Refusal::new(404, "NoSuchTagSet", "The TagSet does not exist"));
    }
    Ok(held.tags.clone())
}

/// PutBucketTagging, and with no tags DeleteBucketTagging.
pub fn put_tags(cloud: &mut Cloud, caller: &Caller, name: &str, tags: Vec<(String, String)>) -> Outcome<()> {
    let system = |key: &str| key.get(..4).is_some_and(|start| start.eq_ignore_ascii_case("aws:"));
    let old = &bucket(cloud, name)?.tags;
    if tags.iter().any(|tag| system(&tag.0) && !old.contains(tag)) {
        return Err(Refusal::new(
            400,
            "InvalidTag",
            "System tags cannot be added/updated by requester",
        ));
    }
    let mut keys: Vec<&str> = tags.iter().map(|(key, _)| key.as_str()).collect();
    keys.sort_unstable();
    if keys.windows(2).any(|two| two[0] == two[1]) {
        return Err(Refusal::new(
            400,
            "InvalidTag",
            "Cannot provide multiple Tags with the same key",
        ));
    }
    let operation = if tags.is_empty() {
        "DeleteBucketTagging"
    } else {
        "PutBucketTagging"
    };
    change(
        cloud,
        caller,
        name,
        ("s3:PutBucketTagging", operation),
        |held| &mut held.tags,
        tags,
    )
}

/// PutBucketEncryption: a key makes it SSE-KMS, none SSE-S3.
pub fn put_encryption(
    cloud: &mut Cloud,
    caller: &Caller,
    name: &str,
    key: Option<String>,
    bucket_key: bool,
) -> Outcome<()> {
    let held = bucket(cloud, name)?;
    let key: Option<Arc<str>> = key.map(|key| key_arn(&held.owner, &held.region, &key));
    let names = ("s3:PutEncryptionConfiguration", "PutBucketEncryption");
    change(cloud, caller, name, names, |held| &mut held.bucket_key, bucket_key)?;
    change(cloud, caller, name, names, |held| &mut held.key, key)
}

/// The ARN of a key or alias as S3 users name it: by ARN, by id, by `alias/…`.
pub fn key_arn(account: &AccountId, region: &Region, key: &str) -> Arc<str> {
    match key {
        arn if arn.starts_with("arn:") => arn.into(),
        alias if alias.starts_with("alias/") => format!("arn:aws:kms:{region}:{account}:{alias}").into(),
        id => format!("arn:aws:kms:{region}:{account}:key/{id}").into(),
    }
}

/// GetPublicAccessBlock.
pub fn public_access_block(cloud: &Cloud, caller: &Caller, name: &str) -> Outcome<[bool; 4]> {
    read(cloud, caller, name, "s3:GetBucketPublicAccessBlock")?
        .public_access_block
        .ok_or_else(|| {
            Refusal::new(
                404,
                "NoSuchPublicAccessBlockConfiguration",
                "The public access block configuration was not found",
            )
        })
}

/// PutPublicAccessBlock and DeletePublicAccessBlock.
pub fn put_public_access_block(
    cloud: &mut Cloud,
    caller: &Caller,
    name: &str,
    block: Option<[bool; 4]>,
) -> Outcome<()> {
    let operation = if block.is_some() {
        "PutPublicAccessBlock"
    } else {
        "DeletePublicAccessBlock"
    };
    let names = ("s3:PutBucketPublicAccessBlock", operation);
    change(cloud, caller, name, names, |held| &mut held.public_access_block, block)
}

/// GetBucketOwnershipControls.
pub fn ownership(cloud: &Cloud, caller: &Caller, name: &str) -> Outcome<String> {
    let held = read(cloud, caller, name, "s3:GetBucketOwnershipControls")?;
    let missing = || {
        Refusal::new(
            404,
            "OwnershipControlsNotFoundError",
            "The bucket ownership controls were not found",
        )
    };
    held.ownership.clone().ok_or_else(missing)
}

/// PutBucketOwnershipControls.
pub fn put_ownership(cloud: &mut Cloud, caller: &Caller, name: &str, ownership: String) -> Outcome<()> {
    let held = bucket(cloud, name)?;
    if ownership == "BucketOwnerEnforced" && !held.grants.is_empty() {
        return Err(Refusal::new(
            400,
            "InvalidBucketAclWithObjectOwnership",
            "Bucket cannot have ACLs set with ObjectOwnership's BucketOwnerEnforced setting",
        ));
    }
    // From then on everything in it is its owner's.
    if ownership == "BucketOwnerEnforced" && !held.others_objects.is_empty() {
        access::bucket(cloud, caller, name, "s3:PutBucketOwnershipControls")?;
        bucket_mut(cloud, name)?.others_objects.clear();
    }
    let names = ("s3:PutBucketOwnershipControls", "PutBucketOwnershipControls");
    change(cloud, caller, name, names, |held| &mut held.ownership, Some(ownership))
}

/// A sub-resource that simcloud keeps as the XML document it was put as. All but replication have no behaviour here, but must arrive, and
/// name what is there.
pub struct Document {
    /// The query parameter, which is also its name in an inventory.
    pub name: &'static str,
    /// What its operations are called, after `Get` and `Put`.
    operation: &'static str,
    /// The permission, after `s3:Get` and `s3:Put`.
    permission: &'static str,
    /// The document's root element.
    root: &'static str,
    /// The error while it is not configured; none: an empty document is answered.
    missing: Option<&'static str>,
}

/// Every sub-resource kept as a document.
pub const DOCUMENTS: &[Document] = &[
    document(
        "cors",
        "BucketCors",
        "BucketCORS",
        "CORSConfiguration",
        Some("NoSuchCORSConfiguration"),
    ),
    document(
        "lifecycle",
        "BucketLifecycleConfiguration",
        "LifecycleConfiguration",
        "LifecycleConfiguration",
        Some("NoSuchLifecycleConfiguration"),
    ),
    document(
        "website",
        "BucketWebsite",
        "BucketWebsite",
        "WebsiteConfiguration",
        Some("NoSuchWebsiteConfiguration"),
    ),
    document(
        "notification",
        "BucketNotificationConfiguration",
        "BucketNotification",
        "NotificationConfiguration",
        None,
    ),
    document("logging", "BucketLogging", "BucketLogging", "BucketLoggingStatus", None),
    document("abac", "BucketAbac", "BucketAbac", "AbacStatus", None),
    document(
        "accelerate",
        "BucketAccelerateConfiguration",
        "AccelerateConfiguration",
        "AccelerateConfiguration",
        None,
    ),
    document(
        "replication",
        "BucketReplication",
        "ReplicationConfiguration",
        "ReplicationConfiguration",
        Some("ReplicationConfigurationNotFoundError"),
    ),
    document(
        "object-lock",
        "ObjectLockConfiguration",
        "BucketObjectLockConfiguration",
        "ObjectLockConfiguration",
        Some("ObjectLockConfigurationNotFoundError"),
    ),
];

const fn document(
    name: &'static str,
    operation: &'static str,
    permission: &'static str,
    root: &'static str,
    missing: Option<&'static str>,
) -> Document {
    Document {
        name,
        operation,
        permission,
        root,
        missing,
    }
}

/// The header in which S3 says beside a lifecycle configuration from which size on objects move on by themselves.
pub const TRANSITION_MINIMUM: &str = "x-amz-transition-default-minimum-object-size";

/// What that header says in the answer to a lifecycle configuration that was put or read. What a put does not say is
/// `all_storage_classes_128K`.
pub fn transition_minimum(cloud: &mut Cloud, name: &str, put: Option<Option<String>>) -> Outcome<String> {
    let held = bucket_mut(cloud, name)?;
    if let Some(said) = put {
        held.transition_minimum = said;
    }
    let said = held.transition_minimum.clone();
    Ok(said.unwrap_or_else(|| "all_storage_classes_128K".to_owned()))
}

impl Document {
    /// Reads it.
    pub fn get(&self, cloud: &Cloud, caller: &Caller, name: &str) -> Outcome<String> {
        let held = read(cloud, caller, name, &format!("s3:Get{}", self.permission))?;
        match (held.documents.get(self.name), self.missing) {
            (Some(text), _) => Ok(text.clone()),
            (None, Some(code)) => Err(Refusal::new(
                404,
                code,
                format!("The {} configuration does not exist", self.name),
            )),
            (None, None) => Ok(format!(
                "<{} xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"/>",
                self.root
            )),
        }
    }

    /// Replaces it.
    pub fn put(&self, cloud: &mut Cloud, caller: &Caller, name: &str, text: String) -> Outcome<()> {
        if !is_xml_of(&text, self.root) {
            return Err(Refusal::new(
                400,
                "MalformedXML",
                "The XML you provided was not well-formed or did not validate against our published schema",
            ));
        }
        self.set(cloud, caller, name, "Put", Some(text))
    }

    /// Removes it; idempotent.
    pub fn delete(&self, cloud: &mut Cloud, caller: &Caller, name: &str) -> Outcome<()> {
        self.set(cloud, caller, name, "Delete", None)
    }

    fn set(&self, cloud: &mut Cloud, caller: &Caller, name: &str, verb: &str, text: Option<String>) -> Outcome<()> {
        // Of these only a website's removal has an action of its own.
        let action = match (self.name, &text) {
            ("website", None) => "s3:DeleteBucketWebsite".to_owned(),
            _ => format!("s3:Put{}", self.permission),
        };
        access::bucket(cloud, caller, name, &action)?;
        match (self.name, text.as_deref()) {
            (replication::DOCUMENT, Some(text)) => replication::check(cloud, caller, name, text)?,
            ("notification", Some(text)) => destinations::check_notification(cloud, name, text)?,
            ("logging", Some(text)) => destinations::check_logging(cloud, name, text)?,
            _ => {}
        }
        let held = bucket_mut(cloud, name)?;
        if held.documents.get(self.name) == text.as_ref() {
            return Ok(());
        }
        match text {
            Some(text) => held.documents.insert(self.name.to_owned(), text),
            None => held.documents.remove(self.name),
        };
        if self.name == replication::DOCUMENT {
            replication::changed(cloud, name);
        }
        cloud.effect(caller, &format!("s3 {verb}{}", self.operation), name);
        Ok(())
    }
}

/// Whether a text is a well-formed document with this root.
pub(super) fn is_xml_of(text: &str, root: &str) -> bool {
    let mut reader = quick_xml::Reader::from_str(text);
    let mut depth = 0_u32;
    let mut found = false;
    loop {
        match reader.read_event() {
            Ok(quick_xml::events::Event::Start(element)) => {
                if depth == 0 {
                    found = element.local_name().as_ref() == root.as_bytes();
                }
                depth += 1;
            }
            Ok(quick_xml::events::Event::Empty(element)) if depth == 0 => {
                found = element.local_name().as_ref() == root.as_bytes();
            }
            Ok(quick_xml::events::Event::End(_)) => depth -= 1,
            Ok(quick_xml::events::Event::Eof) => return found && depth == 0,
            Ok(_) => {}
            Err(_) => return false,
        }
    }
}
