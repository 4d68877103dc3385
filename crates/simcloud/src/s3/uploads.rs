//! Uploads in parts. The version's place among the others is that of the initiation, and nothing of a part-wise copy's source but the
//! bytes arrives by itself.

use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Arc;

use bytes::Bytes;
use jiff::Timestamp;
use md5::{Digest as _, Md5};

use super::content::{Checksum, Content, Piece, hex, mix};
use super::objects::{self, Source, Wanted};
use super::versions::{self, Entry, Object, What};
use super::{Outcome, Refusal, access, bucket, bucket_mut};
use crate::cloud::{Caller, Cloud};

/// The least that every part but the last must have.
const SMALLEST_PART: u64 = 5 * 1024 * 1024;

/// An upload under way.
#[derive(Clone)]
pub struct Upload {
    /// The key it will write.
    pub key: String,
    /// Its place among all writes.
    pub order: u64,
    /// When it was initiated, which becomes Last-Modified.
    pub initiated: Timestamp,
    /// What the object will be, but for its content.
    template: Arc<Object>,
    /// Its parts so far.
    pub parts: BTreeMap<i32, Part>,
}

/// A part.
#[derive(Clone)]
pub struct Part {
    /// Its bytes.
    piece: Piece,
    /// Its entity tag.
    pub etag: String,
    /// When it arrived.
    pub at: Timestamp,
}

impl Part {
    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.piece.size()
    }
}

impl Upload {
    /// The storage class the object will have.
    pub fn class(&self) -> &str {
        &self.template.class
    }

    /// The checksum algorithm the object will have.
    pub fn checksum(&self) -> Option<Checksum> {
        self.template.checksum
    }
}

fn no_such_upload() -> Refusal {
    Refusal::new(
        404,
        "NoSuchUpload",
        "The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.",
    )
}

fn upload<'a>(cloud: &'a Cloud, name: &str, key: &str, id: &str) -> Outcome<&'a Upload> {
    let found = bucket(cloud, name)?.uploads.get(id);
    found.filter(|upload| upload.key == key).ok_or_else(no_such_upload)
}

/// CreateMultipartUpload: gives the upload id.
pub fn create(cloud: &mut Cloud, caller: &Caller, name: &str, key: &str, wanted: Wanted) -> Outcome<String> {
    access::object(cloud, caller, name, key, "s3:PutObject")?;
    if !wanted.tags.is_empty() {
        access::object(cloud, caller, name, key, "s3:PutObjectTagging")?;
    }
    let template = objects::keep(cloud, caller, name, wanted, Content::real(Bytes::new()))?;
    let order = cloud.s3.next_order();
    let id = format!(
        "{}.{}",
        hex(&mix(order ^ 0x7570_6c6f_6164).to_be_bytes()),
        hex(&mix(!order).to_be_bytes())
    );
    let upload = Upload {
        key: key.to_owned(),
        order,
        initiated: cloud.now,
        template: Arc::new(template),
        parts: BTreeMap::new(),
    };
    bucket_mut(cloud, name)?.uploads.insert(id.clone(), upload);
    cloud.effect(caller, "s3 CreateMultipartUpload", format!("{name}/{key}"));
    Ok(id)
}

/// UploadPart.
pub fn put_part(
    cloud: &mut Cloud,
    caller: &Caller,
    (name, key, id): (&str, &str, &str),
    number: i32,
    body: Bytes,
) -> Outcome<Part> {
    access::object(cloud, caller, name, key, "s3:PutObject")?;
    add_part(
        cloud,
        caller,
        (name, key, id),
        number,
        Piece::whole(Content::real(body)),
        "UploadPart",
    )
}

/// UploadPartCopy. Gives the source's entry and the part.
pub fn copy_part(
    cloud: &mut Cloud,
    caller: &Caller,
    (name, key, id): (&str, &str, &str),
    number: i32,
    source: &Source,
    range: Option<Range<u64>>,
) -> Outcome<(Entry, Part)> {
    access::object(cloud, caller, name, key, "s3:PutObject")?;
    let (from, object) = objects::open_source(cloud, caller, source)?;
    let size = object.content.size();
    let range = range.unwrap_or(0..size);
    if range.end > size || range.start >= range.end.max(1) {
        return Err(Refusal::new(
            400,
            "InvalidArgument",
            format!("Range specified is not valid for source object of size: {size}"),
        ));
    }
    if range.end - range.start > objects::LARGEST_COPY {
        let limit = objects::LARGEST_COPY;
        let message =
            format!("The specified copy range is larger than the maximum allowable size for a copy source: {limit}");
        return Err(Refusal::new(400, "InvalidRequest", message));
    }
    let piece = Piece::new(object.content.clone(), range);
    let part = add_part(cloud, caller, (name, key, id), number, piece, "UploadPartCopy")?;
    Ok((from, part))
}

fn add_part(
    cloud: &mut Cloud,
    caller: &Caller,
    (name, key, id): (&str, &str, &str),
    number: i32,
    piece: Piece,
    operation: &str,
) -> Outcome<Part> {
    if !(1..=10_000).contains(&number) {
        let message = "Part number must be an integer between 1 and 10000, inclusive";
        return Err(Refusal::new(400, "InvalidArgument", message));
    }
    upload(cloud, name, key, id)?;
    let part = Part {
        etag: hex(&piece.md5()),
        piece,
        at: cloud.now,
    };
    let upload = bucket_mut(cloud, name)?
        .uploads
        .get_mut(id)
        .ok_or_else(no_such_upload)?;
    upload.parts.insert(number, part.clone());
    cloud.effect(
        caller,
        &format!("s3 {operation}"),
        format!("{name}/{key}#{id}/{number}"),
    );
    Ok(part)
}

/// What a CompleteMultipartUpload says.
#[derive(Debug, Clone, Default)]
pub struct Completion {
    /// Part numbers and entity tags, in order.
    pub parts: Vec<(i32, String)>,
    /// `x-amz-mp-object-size`
    pub size: Option<u64>,
    /// `If-None-Match: *`
    pub only_if_absent: bool,
}

/// CompleteMultipartUpload.
pub fn complete(
    cloud: &mut Cloud,
    caller: &Caller,
    (name, key, id): (&str, &str, &str),
    asked: &Completion,
) -> Outcome<Entry> {
    access::object(cloud, caller, name, key, "s3:PutObject")?;
    let found = upload(cloud, name, key, id)?.clone();
    if asked.parts.is_empty() {
        return Err(Refusal::new(400, "MalformedXML", "You must specify at least one part"));
    }
    if asked.parts.windows(2).any(|two| two[0].0 >= two[1].0) {
        let message = "The list of parts was not in ascending order. Parts must be ordered by part number.";
        return Err(Refusal::new(400, "InvalidPartOrder", message));
    }
    let mut pieces = Vec::new();
    for (place, (number, etag)) in asked.parts.iter().enumerate() {
        let Some(part) = found.parts.get(number).filter(|part| part.etag == *etag) else {
            let message = "One or more of the specified parts could not be found. The part may not have been uploaded, or the \
                           specified entity tag may not match the part's entity tag.";
            return Err(Refusal::new(400, "InvalidPart", message));
        };
        if part.size() < SMALLEST_PART && place + 1 < asked.parts.len() {
            let message = "Your proposed upload is smaller than the minimum allowed size";
            return Err(Refusal::new(400, "EntityTooSmall", message));
        }
        pieces.push(part.piece.clone());
    }
    let content = Content::joined(&pieces);
    if asked.size.is_some_and(|size| size != content.size()) {
        return Err(Refusal::new(
            400,
            "InvalidRequest",
            "The provided 'x-amz-mp-object-size' header does not match",
        ));
    }
    objects::check_absent(cloud, name, key, asked.only_if_absent)?;
    let object = Object {
        etag: etag_of(&pieces),
        content,
        parts: pieces.iter().map(Piece::size).collect(),
        ..(*found.template).clone()
    };
    let entry = Entry {
        order: found.order,
        null: false,
        at: found.initiated,
        what: What::Object(Arc::new(object)),
    };
    let held = bucket_mut(cloud, name)?;
    let versioning = held.versioning;
    let entry = versions::push(held.stacks.entry(key.to_owned()).or_default(), versioning, entry);
    held.uploads.remove(id);
    super::replicate::written(cloud, name, key, &entry);
    cloud.effect(caller, "s3 CompleteMultipartUpload", format!("{name}/{key}"));
    Ok(entry)
}

/// The entity tag of an object made of parts: the digest of their digests, and their number. Parts of the same bounds give the same.
pub(super) fn etag_of(pieces: &[Piece]) -> String {
    let mut tags = Md5::new();
    for piece in pieces {
        tags.update(piece.md5());
    }
    format!("{}-{}", hex(&tags.finalize()), pieces.len())
}

/// AbortMultipartUpload.
pub fn abort(cloud: &mut Cloud, caller: &Caller, (name, key, id): (&str, &str, &str)) -> Outcome<()> {
    access::object(cloud, caller, name, key, "s3:AbortMultipartUpload")?;
    upload(cloud, name, key, id)?;
    bucket_mut(cloud, name)?.uploads.remove(id);
    cloud.effect(caller, "s3 AbortMultipartUpload", format!("{name}/{key}"));
    Ok(())
}

/// ListParts.
pub fn parts<'a>(cloud: &'a Cloud, caller: &Caller, (name, key, id): (&str, &str, &str)) -> Outcome<&'a Upload> {
    access::object(cloud, caller, name, key, "s3:ListMultipartUploadParts")?;
    upload(cloud, name, key, id)
}

/// ListMultipartUploads: those of keys with a prefix, by key and then by initiation.
pub fn list<'a>(cloud: &'a Cloud, caller: &Caller, name: &str, prefix: &str) -> Outcome<Vec<(&'a str, &'a Upload)>> {
    access::bucket(cloud, caller, name, "s3:ListBucketMultipartUploads")?;
    let uploads = bucket(cloud, name)?
        .uploads
        .iter()
        .filter(|(_, upload)| upload.key.starts_with(prefix));
    let mut uploads: Vec<_> = uploads.map(|(id, upload)| (id.as_str(), upload)).collect();
    uploads.sort_by(|(_, a), (_, b)| (&a.key, a.order).cmp(&(&b.key, b.order)));
    Ok(uploads)
}

#[cfg(test)]
#[path = "uploads_tests.rs"]
mod tests;
