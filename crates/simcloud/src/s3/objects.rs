//! Objects: put, get, head, copy, delete, tags.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use bytes::Bytes;
use jiff::SignedDuration;
use model::ids::Region;
use model::inventory::Versioning;

use super::content::{Checksum, Content, hex};
use super::versions::{self, Deleted, Entry, Headers, Object, What};
use super::{Outcome, Refusal, access, archive, bucket, bucket_mut, replicate, settings};
use crate::cloud::{Caller, Cloud};
use crate::services::kms;

/// What one CopyObject, one part and one part of a copy may have at most.
pub const LARGEST_COPY: u64 = 5 * 1024 * 1024 * 1024;

/// How long after versioning was first switched on a read may miss what was written.
const VERSIONING_SETTLES: SignedDuration = SignedDuration::from_mins(15);

/// How a write asks for its object to be kept.
#[derive(Debug, Clone, Default)]
pub struct Wanted {
    /// Content headers, user metadata, redirect.
    pub headers: Headers,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// Storage class; absent: STANDARD.
    pub class: Option<String>,
    /// Encryption; absent: the bucket's default.
    pub encryption: Option<Encryption>,
    /// The checksum to store; absent: CRC64NVME, as S3 does by itself.
    pub checksum: Option<Checksum>,
    /// `If-None-Match: *`
    pub only_if_absent: bool,
}

/// Encryption that a request names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Encryption {
    /// `AES256`
    S3,
    /// `aws:kms` with this key, or with `aws/s3`.
    Kms(Option<String>),
}

/// PutObject.
pub fn put(cloud: &mut Cloud, caller: &Caller, name: &str, key: &str, body: Bytes, wanted: Wanted) -> Outcome<Entry> {
    access::object(cloud, caller, name, key, "s3:PutObject")?;
    if !wanted.tags.is_empty() {
        access::object(cloud, caller, name, key, "s3:PutObjectTagging")?;
    }
    if body.len() as u64 > LARGEST_COPY {
        return Err(Refusal::new(
            400,
            "EntityTooLarge",
            "Your proposed upload exceeds the maximum allowed size",
        ));
    }
    check_absent(cloud, name, key, wanted.only_if_absent)?;
    let content = Content::real(body);
    let object = keep(cloud, caller, name, wanted, content)?;
    let order = cloud.s3.next_order();
    let entry = write(cloud, name, key, order, object)?;
    cloud.effect(caller, "s3 PutObject", format!("{name}/{key}"));
    Ok(entry)
}

/// Refuses a conditional write where something is.
pub(super) fn check_absent(cloud: &Cloud, name: &str, key: &str, asked: bool) -> Outcome<()> {
    let current = bucket(cloud, name)?.stacks.get(key).and_then(|stack| stack.last());
    if asked && current.is_some_and(|entry| entry.object().is_some()) {
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(Refusal::new(412, "PreconditionFailed", message));
    }
    Ok(())
}

/// Makes an object of content as a write wants it, and uses the key that encrypts it.
pub(crate) fn keep(
    cloud: &mut Cloud,
    caller: &Caller,
    name: &str,
    wanted: Wanted,
    content: Arc<Content>,
) -> Outcome<Object> {
    let held = bucket(cloud, name)?;
    let key = match wanted.encryption {
        None => held.key.clone(),
        Some(Encryption::S3) => None,
        Some(Encryption::Kms(key)) => Some(settings::key_arn(
            &held.owner,
            &held.region,
            key.as_deref().unwrap_or("alias/aws/s3"),
        )),
    };
    if let Some(key) = &key {
        use_key(cloud, caller, key, "kms:GenerateDataKey")?;
    }
    let class = storage_class(wanted.class)?;
    let etag = single_etag(&content, key.as_deref());
    Ok(Object {
        etag,
        content,
        class,
        headers: Arc::new(wanted.headers),
        tags: wanted.tags,
        key,
        checksum: Some(wanted.checksum.unwrap_or(Checksum::Crc64Nvme)),
        parts: Arc::default(),
        restored: None,
    })
}

/// The entity tag of an object that is not made of parts: the content's MD5, unless a KMS key encrypts it.
pub(super) fn single_etag(content: &Content, key: Option<&str>) -> String {
    match key {
        None => hex(content.md5()),
        Some(key) => {
            use sha2::Digest as _;
            let mut hash = sha2::Sha256::new();
            hash.update(key);
            hash.update(content.digest());
            hex(&hash.finalize()[..16])
        }
    }
}

/// A storage class by name.
pub(super) fn storage_class(asked: Option<String>) -> Outcome<Cow<'static, str>> {
    const CLASSES: [&str; 8] = [
        "STANDARD",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER_IR",
        "GLACIER",
        "DEEP_ARCHIVE",
        "REDUCED_REDUNDANCY",
    ];
    let asked = asked.as_deref().unwrap_or("STANDARD");
    let known = CLASSES.into_iter().find(|class| *class == asked).map(Cow::Borrowed);
    known.ok_or_else(|| {
        Refusal::new(
            400,
            "InvalidStorageClass",
            "The storage class you specified is not valid",
        )
    })
}

/// Uses a KMS key in the name of a caller.
pub(super) fn use_key(cloud: &Cloud, caller: &Caller, key: &str, action: &str) -> Outcome<()> {
    // KMS answers in the key's region: a copy from another region reads under a key that lies there.
    let region = key.split(':').nth(3).and_then(|region| Region::new(region).ok());
    let there = Caller {
        region: region.unwrap_or_else(|| caller.region.clone()),
        ..caller.clone()
    };
    let used = kms::resolve(cloud, &there, key).and_then(|arn| kms::may_use_via(cloud, &there, &arn, action, "s3"));
    used.map_err(|error| {
        // S3 passes KMS's refusal on as its own AccessDenied; a disabled or deleted key keeps its code.
        match error.code.as_str() {
            "AccessDeniedException" => Refusal::new(403, "AccessDenied", error.message),
            _ => Refusal::new(400, &format!("KMS.{}", error.code), error.message),
        }
    })
}

/// Puts an object on its stack.
pub(crate) fn write(cloud: &mut Cloud, name: &str, key: &str, order: u64, object: Object) -> Outcome<Entry> {
    if key.len() > 1024 {
        return Err(Refusal::new(400, "KeyTooLongError", "Your key is too long"));
    }
    let at = cloud.now;
    let held = bucket_mut(cloud, name)?;
    let entry = Entry {
        order,
        null: false,
        at,
        what: What::Object(Arc::new(object)),
    };
    let versioning = held.versioning;
    let entry = versions::push(held.stacks.entry(key.to_owned()).or_default(), versioning, entry);
    replicate::written(cloud, name, key, &entry);
    Ok(entry)
}

/// The version id that a response carries: none where versioning was never on.
pub fn shown_id(cloud: &Cloud, name: &str, entry: &Entry) -> Option<String> {
    let held = cloud.s3.by_name.get(name)?;
    (held.versioning != Versioning::Disabled).then(|| entry.id())
}

/// Finds the version that a read means, for a caller who may read it.
pub fn locate(
    cloud: &mut Cloud,
    caller: &Caller,
    name: &str,
    key: &str,
    id: Option<&str>,
) -> Outcome<(Entry, Arc<Object>)> {
    let action = if id.is_some() {
        "s3:GetObjectVersion"
    } else {
        "s3:GetObject"
    };
    locate_for(cloud, caller, name, key, id, action)
}

/// The same under another permission.
pub fn locate_for(
    cloud: &mut Cloud,
    caller: &Caller,
    name: &str,
    key: &str,
    id: Option<&str>,
    action: &str,
) -> Outcome<(Entry, Arc<Object>)> {
    check_id(id)?;
    access::object(cloud, caller, name, key, action)?;
    let may_list = access::bucket(cloud, caller, name, "s3:ListBucket").is_ok();
    let held = bucket(cloud, name)?;
    let found = versions::find(&held.stack(key), id).cloned();
    let settling = held
        .versioned_since
        .filter(|since| cloud.now.duration_since(*since) < VERSIONING_SETTLES);
    let missed = match (&found, settling) {
        (Some(entry), Some(since)) => entry.at >= since && cloud.faults.strikes("s3 versioning settles", 50, 200),
        _ => false,
    };
    let Some(entry) = found.filter(|_| !missed) else {
        if !may_list {
            return Err(Refusal::new(403, "AccessDenied", "Access Denied"));
        }
        return Err(match id {
            Some(_) => Refusal::new(404, "NoSuchVersion", "The specified version does not exist."),
            None => Refusal::new(404, "NoSuchKey", "The specified key does not exist."),
        });
    };
    let Some(object) = entry.object().cloned() else {
        let shown = entry.id();
        let refusal = match id {
            Some(_) => Refusal::new(
                405,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
            ),
            None => Refusal::new(404, "NoSuchKey", "The specified key does not exist."),
        };
        return Err(refusal
            .header("x-amz-delete-marker", "true")
            .header("x-amz-version-id", shown));
    };
    Ok((entry, object))
}

fn check_id(id: Option<&str>) -> Outcome<()> {
    match id {
        Some(id) if !versions::well_formed(id) => {
            Err(Refusal::new(400, "InvalidArgument", "Invalid version id specified"))
        }
        _ => Ok(()),
    }
}

/// Makes sure that the bytes of an object can be read: not archived, and its key usable.
pub fn open(cloud: &Cloud, caller: &Caller, object: &Object) -> Outcome<()> {
    if !archive::is_readable(object, cloud.now) {
        let message = "The operation is not valid for the object's storage class";
        return Err(Refusal::new(403, "InvalidObjectState", message));
    }
    unlock(cloud, caller, object)
}

/// Makes sure that an object's key may be used.
pub fn unlock(cloud: &Cloud, caller: &Caller, object: &Object) -> Outcome<()> {
    match &object.key {
        Some(key) => use_key(cloud, caller, key, "kms:Decrypt"),
        None => Ok(()),
    }
}

/// What a CopyObject or UploadPartCopy copies.
#[derive(Debug, Clone, Default)]
pub struct Source {
    /// Its bucket.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its version; absent: the current one.
    pub version: Option<String>,
    /// `x-amz-copy-source-if-match`, without quotes.
    pub if_match: Option<String>,
    /// `x-amz-copy-source-if-none-match`, without quotes.
    pub if_none_match: Option<String>,
    /// `x-amz-source-expected-bucket-owner`
    pub expected_owner: Option<String>,
}

/// Finds and opens the source of a copy.
pub(super) fn open_source(cloud: &mut Cloud, caller: &Caller, source: &Source) -> Outcome<(Entry, Arc<Object>)> {
    access::expect_owner(cloud, &source.bucket, source.expected_owner.as_deref())?;
    let found = locate(cloud, caller, &source.bucket, &source.key, source.version.as_deref());
    let (entry, object) = found.map_err(|refusal| match refusal.error.status {
        405 => Refusal::new(
            400,
            "InvalidRequest",
            "The source of a copy request may not specifically refer to a delete marker by version id.",
        ),
        _ => refusal,
    })?;
    let differs = source
        .if_match
        .as_ref()
        .is_some_and(|etag| etag != "*" && *etag != object.etag);
    let same = source
        .if_none_match
        .as_ref()
        .is_some_and(|etag| etag == "*" || *etag == object.etag);
    if differs || same {
        let message = "At least one of the pre-conditions you specified did not hold";
        return Err(Refusal::new(412, "PreconditionFailed", message));
    }
    open(cloud, caller, &object)?;
    Ok((entry, object))
}

/// What a CopyObject wants to be different from its source.
#[derive(Debug, Clone, Default)]
pub struct Copying {
    /// New headers (`x-amz-metadata-directive: REPLACE`); absent: the source's, without its redirect.
    pub headers: Option<Headers>,
    /// A redirect: it must be given anew.
    pub redirect: Option<String>,
    /// New tags (`x-amz-tagging-directive: REPLACE`); absent: the source's.
    pub tags: Option<BTreeMap<String, String>>,
    /// Storage class; absent: STANDARD, whatever the source's is.
    pub class: Option<String>,
    /// Encryption; absent: the destination bucket's default.
    pub encryption: Option<Encryption>,
    /// The checksum to store; absent: the source's algorithm, or CRC64NVME.
    pub checksum: Option<Checksum>,
    /// `If-None-Match: *`
    pub only_if_absent: bool,
}

/// CopyObject. Also what one task of a Batch copy job does. Returns the source's entry and the new one.
pub fn copy(
    cloud: &mut Cloud,
    caller: &Caller,
    source: &Source,
    (name, key): (&str, &str),
    asked: Copying,
) -> Outcome<(Entry, Entry)> {
    access::object(cloud, caller, name, key, "s3:PutObject")?;
    let (from, object) = open_source(cloud, caller, source)?;
    if object.content.size() > LARGEST_COPY {
        return Err(Refusal::new(
            400,
            "InvalidRequest",
            format!(
                "The specified copy source is larger than the maximum allowable size for a copy source: {LARGEST_COPY}"
            ),
        ));
    }
    let unchanged =
        asked.headers.is_none() && asked.class.is_none() && asked.encryption.is_none() && asked.redirect.is_none();
    if unchanged && source.bucket == name && source.key == key && source.version.is_none() {
        return Err(Refusal::new(
            400,
            "InvalidRequest",
            "This copy request is illegal because it is trying to copy an object to itself without changing the object's \
             metadata, storage class, website redirect location or encryption attributes.",
        ));
    }
    let tags = match asked.tags {
        Some(tags) => tags,
        None if object.tags.is_empty() => BTreeMap::new(),
        None => {
            let action = if source.version.is_some() {
                "s3:GetObjectVersionTagging"
            } else {
                "s3:GetObjectTagging"
            };
            access::object(cloud, caller, &source.bucket, &source.key, action)?;
            object.tags.clone()
        }
    };
    if !tags.is_empty() {
        access::object(cloud, caller, name, key, "s3:PutObjectTagging")?;
    }
    check_absent(cloud, name, key, asked.only_if_absent)?;
    let headers = Headers {
        redirect: asked.redirect,
        ..asked.headers.unwrap_or_else(|| (*object.headers).clone())
    };
    let wanted = Wanted {
        headers,
        tags,
        class: asked.class,
        encryption: asked.encryption,
        checksum: asked.checksum.or(object.checksum),
        only_if_absent: false,
    };
    let kept = keep(cloud, caller, name, wanted, object.content.clone())?;
    let order = cloud.s3.next_order();
    let entry = write(cloud, name, key, order, kept)?;
    cloud.effect(caller, "s3 CopyObject", format!("{name}/{key}"));
    Ok((from, entry))
}

/// DeleteObject: with an id for good, without one under a marker where versioning was ever on.
pub fn delete(cloud: &mut Cloud, caller: &Caller, name: &str, key: &str, id: Option<&str>) -> Outcome<Deleted> {
    check_id(id)?;
    let action = if id.is_some() {
        "s3:DeleteObjectVersion"
    } else {
        "s3:DeleteObject"
    };
    access::object(cloud, caller, name, key, action)?;
    let now = cloud.now;
    let order = cloud.s3.next_order();
    let held = bucket_mut(cloud, name)?;
    let versioning = held.versioning;
    let stack = held.stacks.entry(key.to_owned()).or_default();
    let deleted = match id {
        Some(id) => versions::remove(stack, id),
        None => versions::delete(stack, versioning, order, now),
    };
    if stack.is_empty() {
        held.stacks.remove(key);
    }
    match &deleted {
        Deleted::Nothing => {}
        Deleted::Removed(entry) => {
            cloud.s3.replication.deleted(name, entry.order);
            let resource = format!("{name}/{key}?versionId={}", entry.id());
            cloud.effect(caller, "s3 DeleteObject", resource);
        }
        Deleted::Marked(entry) => {
            replicate::written(cloud, name, key, entry);
            cloud.effect(caller, "s3 DeleteObject", format!("{name}/{key}"));
        }
    }
    Ok(deleted)
}

/// Replaces the tags of a version.
pub fn put_tags(
    cloud: &mut Cloud,
    caller: &Caller,
    (name, key, id): (&str, &str, Option<&str>),
    tags: BTreeMap<String, String>,
) -> Outcome<Entry> {
    let (what, version) = if tags.is_empty() {
        ("Delete", "DeleteObjectVersion")
    } else {
        ("Put", "PutObjectVersion")
    };
    let action = if id.is_some() {
        format!("s3:{version}Tagging")
    } else {
        format!("s3:{what}ObjectTagging")
    };
    let (entry, object) = locate_for(cloud, caller, name, key, id, &action)?;
    if object.tags == tags {
        return Ok(entry);
    }
    let stack = bucket_mut(cloud, name)?.stacks.get_mut(key);
    if let Some(place) = stack.and_then(|stack| stack.iter_mut().find(|one| one.order == entry.order))
        && let What::Object(object) = &mut place.what
    {
        Arc::make_mut(object).tags = tags;
    }
    replicate::written(cloud, name, key, &entry);
    cloud.effect(caller, &format!("s3 {what}ObjectTagging"), format!("{name}/{key}"));
    Ok(entry)
}

#[cfg(test)]
#[path = "objects_tests.rs"]
mod tests;
