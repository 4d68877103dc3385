//! Version stacks: what a write, a delete and a read mean under each state of versioning.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::Timestamp;
use model::inventory::Versioning;

use super::archive::Restored;
use super::content::{Checksum, Content, hex, mix, unmix};

/// One entry of a key's stack.
#[derive(Clone)]
pub struct Entry {
    /// The place of the write among all writes of this cloud, taken when the write was *accepted*: an upload in parts has the place of its
    /// initiation, however late it is completed, as S3 orders it.
    pub order: u64,
    /// Its version id is `null`.
    pub null: bool,
    /// Last-Modified.
    pub at: Timestamp,
    /// Version or marker.
    pub what: What,
}

/// What an entry is.
#[derive(Clone)]
pub enum What {
    /// An object version.
    Object(Arc<Object>),
    /// A delete marker.
    Marker,
}

/// An object version.
#[derive(Clone)]
pub struct Object {
    /// Its bytes.
    pub content: Arc<Content>,
    /// Its entity tag, without quotes.
    pub etag: String,
    /// Storage class.
    pub class: Cow<'static, str>,
    /// Content headers and user metadata.
    pub headers: Arc<Headers>,
    /// Tags.
    pub tags: BTreeMap<String, String>,
    /// The ARN of the KMS key that encrypts it; absent: SSE-S3.
    pub key: Option<Arc<str>>,
    /// The checksum stored with it. Objects from before December 2024 have none.
    pub checksum: Option<Checksum>,
    /// The sizes of its parts, where it was uploaded in parts.
    pub parts: Arc<[u64]>,
    /// The temporary copy, where it is archived and was asked for.
    pub restored: Option<Restored>,
}

/// What a `CopyObject` carries over by default, and a part-wise copy does not.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Headers {
    /// `content-type`, `cache-control`, `content-disposition`, `content-encoding`, `content-language`, `expires`, by lower-case name.
    pub system: BTreeMap<&'static str, String>,
    /// `x-amz-meta-*`, by the name after the prefix.
    pub user: BTreeMap<String, String>,
    /// `x-amz-website-redirect-location`: never copied by a copy.
    pub redirect: Option<String>,
}

impl Entry {
    /// The version id on the wire.
    pub fn id(&self) -> String {
        if self.null {
            "null".to_owned()
        } else {
            version_id(self.order)
        }
    }

    /// The object, unless it is a marker.
    pub fn object(&self) -> Option<&Arc<Object>> {
        match &self.what {
            What::Object(object) => Some(object),
            What::Marker => None,
        }
    }
}

/// Version ids are opaque and do not sort like the writes.
pub fn version_id(order: u64) -> String {
    let mut text = hex(&mix(order).to_be_bytes());
    text.push_str(&hex(&mix(mix(order)).to_be_bytes()));
    text
}

/// The place of the write that a version id belongs to, known even after the version is gone: a listing that was cut there goes
/// on at the right place.
pub fn order_of(id: &str) -> Option<u64> {
    let order = unmix(u64::from_str_radix(id.get(..16)?, 16).ok()?);
    (version_id(order) == id).then_some(order)
}

/// Whether a text can be a version id at all: S3 answers InvalidArgument, not NoSuchVersion, where it cannot.
pub fn well_formed(id: &str) -> bool {
    id == "null"
        || (id.len() == 32
            && id
                .bytes()
                .all(|b| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'_' | b'-')))
}

/// The newest entry of a stack, or the one with an id.
pub fn find<'a>(stack: &'a [Entry], id: Option<&str>) -> Option<&'a Entry> {
    match id {
        None => stack.last(),
        Some("null") => stack.iter().find(|entry| entry.null),
        Some(id) => stack
            .iter()
            .rev()
            .find(|entry| !entry.null && version_id(entry.order) == id),
    }
}

/// Puts an entry on a stack. Without versioning, and when it is suspended, the write replaces the null version wherever that lies.
pub fn push(stack: &mut Vec<Entry>, versioning: Versioning, mut entry: Entry) -> Entry {
    entry.null = versioning != Versioning::Enabled;
    if entry.null {
        stack.retain(|one| !one.null);
    }
    insert(stack, entry.clone());
    entry
}

/// Puts an entry where its write belongs in the history.
pub(super) fn insert(stack: &mut Vec<Entry>, entry: Entry) {
    let place = stack
        .iter()
        .rposition(|one| one.order < entry.order)
        .map_or(0, |below| below + 1);
    stack.insert(place, entry);
}

/// What a `DELETE` did.
pub enum Deleted {
    /// Nothing was there: deleting is idempotent.
    Nothing,
    /// An entry is gone for good.
    Removed(Entry),
    /// A delete marker now lies on top.
    Marked(Entry),
}

/// Deletes without a version id: a marker where versioning was ever on, the object itself where it never was.
pub fn delete(stack: &mut Vec<Entry>, versioning: Versioning, order: u64, at: Timestamp) -> Deleted {
    if versioning == Versioning::Disabled {
        return stack.pop().map_or(Deleted::Nothing, Deleted::Removed);
    }
    Deleted::Marked(push(
        stack,
        versioning,
        Entry {
            order,
            null: false,
            at,
            what: What::Marker,
        },
    ))
}

/// Deletes one version or marker for good.
pub fn remove(stack: &mut Vec<Entry>, id: &str) -> Deleted {
    let place = match id {
        "null" => stack.iter().position(|entry| entry.null),
        id => stack
            .iter()
            .rposition(|entry| !entry.null && version_id(entry.order) == id),
    };
    place.map_or(Deleted::Nothing, |place| Deleted::Removed(stack.remove(place)))
}

#[cfg(test)]
#[path = "versions_tests.rs"]
mod tests;
