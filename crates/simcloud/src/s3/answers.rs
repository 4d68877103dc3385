//! What an operation on objects answers: s3s's input to a plain function on the cloud, and its result to s3s's output.

use http::HeaderMap;
use s3s::dto::*;

use super::content::Checksum as Algorithm;
use super::exchange::*;
use super::objects::{self, Copying, Wanted};
use super::service::header;
use super::versions::{Deleted, Entry as StackEntry, Object as Kept};
use super::{Outcome, Refusal, archive, canonical_id, listing};
use crate::cloud::{Caller, Cloud};

pub(super) fn if_absent(headers: &HeaderMap) -> bool {
    header(headers, "if-none-match").as_deref() == Some("*")
}

pub(super) fn owner_of(cloud: &Cloud, bucket: &str) -> Option<Owner> {
    let held = cloud.s3.by_name.get(bucket)?;
    Some(Owner {
        display_name: None,
        id: Some(canonical_id(&held.owner)),
    })
}

/// A tagging document as a map.
pub(super) fn tag_map(tagging: Tagging) -> std::collections::BTreeMap<String, String> {
    tags_of(tagging.tag_set).into_iter().collect()
}

/// `If-Match` and `If-None-Match` of a read.
pub(super) fn check_read(
    object: &Kept,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
) -> Outcome<()> {
    let is = |asked: &String| asked == "*" || *asked == object.etag;
    if condition(if_match).is_some_and(|asked| !is(&asked)) {
        return Err(Refusal::new(
            412,
            "PreconditionFailed",
            "At least one of the pre-conditions you specified did not hold",
        ));
    }
    if condition(if_none_match).is_some_and(|asked| is(&asked)) {
        return Err(Refusal::new(304, "NotModified", "Not Modified"));
    }
    Ok(())
}

/// The part of a body that a range asks for.
pub(super) fn cut(object: &Kept, range: Option<&Range>) -> Outcome<std::ops::Range<u64>> {
    let size = object.content.size();
    let unsatisfiable = || Refusal::new(416, "InvalidRange", "The requested range is not satisfiable");
    range.map_or(Ok(0..size), |range| range.check(size).map_err(|_| unsatisfiable()))
}

pub(super) fn head(cloud: &mut Cloud, caller: &Caller, input: HeadObjectInput) -> Outcome<HeadObjectOutput> {
    let id = input.version_id.as_deref();
    let (entry, object) = objects::locate(cloud, caller, &input.bucket, &input.key, id)?;
    check_read(&object, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    if let Some(key) = &object.key {
        objects::use_key(cloud, caller, key, "kms:Decrypt")?;
    }
    let (server_side_encryption, ssekms_key_id) = encryption_of(&object);
    let headers = &object.headers;
    let size = match input.part_number {
        None => object.content.size(),
        Some(number) => size_of_part(&object, number)?,
    };
    let mut output = HeadObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: kept(headers, "cache-control"),
        content_disposition: kept(headers, "content-disposition"),
        content_encoding: kept(headers, "content-encoding"),
        content_language: kept(headers, "content-language"),
        content_length: i64::try_from(size).ok(),
        content_type: Some(kept(headers, "content-type").unwrap_or_else(|| "binary/octet-stream".to_owned())),
        e_tag: Some(etag(&object.etag)),
        expires: kept(headers, "expires").and_then(|text| Timestamp::parse(TimestampFormat::HttpDate, &text).ok()),
        last_modified: Some(time(entry.at)),
        metadata: Some(headers.user.clone().into_iter().collect()),
        parts_count: input
            .part_number
            .and_then(|_| i32::try_from(object.parts.len()).ok())
            .filter(|count| *count > 0),
        server_side_encryption,
        ssekms_key_id,
        replication_status: cloud
            .s3
            .replication
            .status(&input.bucket, entry.order)
            .map(|status| ReplicationStatus::from_static(status.name())),
        restore: archive::header(&object, cloud.now),
        storage_class: shown_class(&object.class),
        version_id: objects::shown_id(cloud, &input.bucket, &entry),
        website_redirect_location: headers.redirect.clone(),
        ..HeadObjectOutput::default()
    };
    if input.checksum_mode.is_some() {
        set_checksum!(output, checksum_of(&object));
        output.checksum_type = object
            .checksum
            .map(|_| ChecksumType::from_static(ChecksumType::FULL_OBJECT));
    }
    Ok(output)
}

/// What a HEAD of one part tells. An object that was not uploaded in parts has one.
fn size_of_part(object: &Kept, number: i32) -> Outcome<u64> {
    let nth = usize::try_from(number).ok().and_then(|number| number.checked_sub(1));
    let found = match nth {
        Some(0) if object.parts.is_empty() => Some(object.content.size()),
        Some(nth) => object.parts.get(nth).copied(),
        None => None,
    };
    found.ok_or_else(|| Refusal::new(416, "InvalidPartNumber", "The requested partnumber is not satisfiable"))
}

pub(super) fn get(cloud: &mut Cloud, caller: &Caller, input: GetObjectInput) -> Outcome<GetObjectOutput> {
    let id = input.version_id.as_deref();
    let (entry, object) = objects::locate(cloud, caller, &input.bucket, &input.key, id)?;
    check_read(&object, input.if_match.as_ref(), input.if_none_match.as_ref())?;
    objects::open(cloud, caller, &object)?;
    let range = cut(&object, input.range.as_ref())?;
    let size = object.content.size();
    let (server_side_encryption, ssekms_key_id) = encryption_of(&object);
    let headers = &object.headers;
    let mut output = GetObjectOutput {
        accept_ranges: Some("bytes".to_owned()),
        cache_control: kept(headers, "cache-control"),
        content_disposition: kept(headers, "content-disposition"),
        content_encoding: kept(headers, "content-encoding"),
        content_language: kept(headers, "content-language"),
        content_length: i64::try_from(range.end - range.start).ok(),
        content_range: input
            .range
            .map(|_| format!("bytes {}-{}/{size}", range.start, range.end.saturating_sub(1))),
        content_type: Some(kept(headers, "content-type").unwrap_or_else(|| "binary/octet-stream".to_owned())),
        e_tag: Some(etag(&object.etag)),
        expires: kept(headers, "expires").and_then(|text| Timestamp::parse(TimestampFormat::HttpDate, &text).ok()),
        last_modified: Some(time(entry.at)),
        metadata: Some(headers.user.clone().into_iter().collect()),
        server_side_encryption,
        ssekms_key_id,
        storage_class: shown_class(&object.class),
        tag_count: i32::try_from(object.tags.len()).ok().filter(|count| *count > 0),
        version_id: objects::shown_id(cloud, &input.bucket, &entry),
        website_redirect_location: headers.redirect.clone(),
        ..GetObjectOutput::default()
    };
    // A derived checksum must not be sent with the bytes: the client would compute another one.
    if input.checksum_mode.is_some() && range == (0..size) && object.content.checksum_is_of_bytes() {
        set_checksum!(output, checksum_of(&object));
        output.checksum_type = object
            .checksum
            .map(|_| ChecksumType::from_static(ChecksumType::FULL_OBJECT));
    }
    output.body = Some(blob(object.content.read(range)));
    Ok(output)
}

pub(super) fn attributes(
    cloud: &mut Cloud,
    caller: &Caller,
    input: GetObjectAttributesInput,
) -> Outcome<GetObjectAttributesOutput> {
    let id = input.version_id.as_deref();
    let (entry, object) = objects::locate(cloud, caller, &input.bucket, &input.key, id)?;
    let action = if id.is_some() {
        "s3:GetObjectVersionAttributes"
    } else {
        "s3:GetObjectAttributes"
    };
    super::access::object(cloud, caller, &input.bucket, &input.key, action)?;
    // Clients send the names in one header; s3s takes that for one name.
    let names: Vec<&str> = input
        .object_attributes
        .iter()
        .flat_map(|all| all.as_str().split(','))
        .map(str::trim)
        .collect();
    let asked = |name: &str| names.contains(&name);
    let parts = || GetObjectAttributesParts {
        total_parts_count: i32::try_from(object.parts.len()).ok(),
        ..GetObjectAttributesParts::default()
    };
    Ok(GetObjectAttributesOutput {
        checksum: checksum_of(&object).filter(|_| asked("Checksum")),
        e_tag: asked("ETag").then(|| etag(&object.etag)),
        last_modified: Some(time(entry.at)),
        object_parts: (asked("ObjectParts") && !object.parts.is_empty()).then(parts),
        object_size: i64::try_from(object.content.size())
            .ok()
            .filter(|_| asked("ObjectSize")),
        storage_class: asked("StorageClass").then(|| StorageClass::from(object.class.to_string())),
        version_id: objects::shown_id(cloud, &input.bucket, &entry),
        ..GetObjectAttributesOutput::default()
    })
}

pub(super) fn copy(
    cloud: &mut Cloud,
    caller: &Caller,
    input: CopyObjectInput,
    headers: &HeaderMap,
) -> Outcome<CopyObjectOutput> {
    let (if_match, if_none_match) = (
        input.copy_source_if_match.as_ref(),
        input.copy_source_if_none_match.as_ref(),
    );
    let from = source(
        &input.copy_source,
        if_match,
        if_none_match,
        input.expected_source_bucket_owner.clone(),
    )?;
    let replaces = |directive: Option<&str>| directive == Some("REPLACE");
    let metadata = replaces(input.metadata_directive.as_ref().map(MetadataDirective::as_str));
    let tagging = replaces(input.tagging_directive.as_ref().map(TaggingDirective::as_str));
    let asked = Copying {
        headers: metadata.then(|| headers_of!(input)),
        redirect: input.website_redirect_location.clone(),
        tags: tagging.then(|| tags_of_header(input.tagging.as_deref())),
        class: input.storage_class.as_ref().map(|class| class.as_str().to_owned()),
        encryption: encryption(input.server_side_encryption.as_ref(), input.ssekms_key_id.clone())?,
        checksum: algorithm(input.checksum_algorithm.as_ref())?,
        only_if_absent: if_absent(headers),
    };
    let (old, new) = objects::copy(cloud, caller, &from, (&input.bucket, &input.key), asked)?;
    let object = new.object().expect("a copy makes an object");
    let mut result = CopyObjectResult {
        e_tag: Some(etag(&object.etag)),
        last_modified: Some(time(new.at)),
        ..CopyObjectResult::default()
    };
    set_checksum!(result, checksum_of(object));
    let (server_side_encryption, ssekms_key_id) = encryption_of(object);
    Ok(CopyObjectOutput {
        copy_object_result: Some(result),
        copy_source_version_id: objects::shown_id(cloud, &from.bucket, &old),
        server_side_encryption,
        ssekms_key_id,
        version_id: objects::shown_id(cloud, &input.bucket, &new),
        ..CopyObjectOutput::default()
    })
}

pub(super) fn delete_many(
    cloud: &mut Cloud,
    caller: &Caller,
    input: DeleteObjectsInput,
) -> Outcome<DeleteObjectsOutput> {
    // Rights are those on the single keys; only a missing bucket refuses the whole.
    super::bucket(cloud, &input.bucket)?;
    if input.delete.objects.is_empty() || input.delete.objects.len() > 1000 {
        return Err(Refusal::new(
            400,
            "MalformedXML",
            "The XML you provided was not well-formed or did not validate against our published schema",
        ));
    }
    let quiet = input.delete.quiet == Some(true);
    let (mut deleted, mut errors) = (Vec::new(), Vec::new());
    for one in input.delete.objects {
        let outcome = if cloud.faults.strikes("s3 delete one of many", 2, 15) {
            // The response as a whole still says 200.
            Err(Refusal::new(
                500,
                "InternalError",
                "We encountered an internal error. Please try again.",
            ))
        } else {
            objects::delete(cloud, caller, &input.bucket, &one.key, one.version_id.as_deref())
        };
        match outcome {
            Ok(done) if !quiet => {
                let shown = deletion(&done, one.version_id.as_deref());
                deleted.push(DeletedObject {
                    delete_marker: shown.0,
                    delete_marker_version_id: shown.0.and(shown.1),
                    key: Some(one.key),
                    version_id: one.version_id,
                });
            }
            Ok(_) => {}
            Err(refusal) => errors.push(Error {
                code: Some(refusal.error.code),
                key: Some(one.key),
                message: Some(refusal.error.message),
                version_id: one.version_id,
            }),
        }
    }
    Ok(DeleteObjectsOutput {
        deleted: Some(deleted),
        errors: Some(errors),
        ..DeleteObjectsOutput::default()
    })
}

/// Whether a marker was made or removed, and the version id that the response names.
pub(super) fn deletion(done: &Deleted, asked: Option<&str>) -> (Option<bool>, Option<String>) {
    let marker = |entry: &StackEntry| entry.object().is_none();
    match done {
        Deleted::Nothing => (None, asked.map(str::to_owned)),
        Deleted::Removed(entry) => (marker(entry).then_some(true), asked.map(|_| entry.id())),
        Deleted::Marked(entry) => (Some(true), Some(entry.id())),
    }
}

pub(super) fn list_current(
    cloud: &mut Cloud,
    caller: &Caller,
    input: ListObjectsV2Input,
) -> Outcome<ListObjectsV2Output> {
    let encoded = input.encoding_type.as_ref().is_some_and(|kind| kind.as_str() == "url");
    let token = input.continuation_token.as_deref().map(|token| {
        percent_encoding::percent_decode_str(token)
            .decode_utf8_lossy()
            .into_owned()
    });
    let asked = listing::Asked {
        prefix: input.prefix.clone().unwrap_or_default(),
        delimiter: input.delimiter.clone(),
        after: token.or_else(|| input.start_after.clone()),
        after_version: None,
        max_keys: input.max_keys,
        encoded,
    };
    let page = listing::page(cloud, caller, &input.bucket, &asked, false)?;
    let text = |value: &str| {
        if encoded {
            listing::encode(value)
        } else {
            value.to_owned()
        }
    };
    let owner = owner_of(cloud, &input.bucket).filter(|_| input.fetch_owner == Some(true));
    let contents = page
        .entries
        .iter()
        .filter_map(|(key, entry, _)| entry.object().map(|object| (key, entry, object)));
    let contents = contents.map(|(key, entry, object)| Object {
        e_tag: Some(etag(&object.etag)),
        key: Some(text(key)),
        last_modified: Some(time(entry.at)),
        owner: owner.clone(),
        size: i64::try_from(object.content.size()).ok(),
        storage_class: Some(ObjectStorageClass::from(object.class.to_string())),
        ..Object::default()
    });
    let prefixes = page.prefixes.iter().map(|prefix| CommonPrefix {
        prefix: Some(text(prefix)),
    });
    Ok(ListObjectsV2Output {
        name: Some(input.bucket),
        prefix: Some(text(&asked.prefix)),
        max_keys: i32::try_from(page.max_keys).ok(),
        key_count: i32::try_from(page.entries.len() + page.prefixes.len()).ok(),
        is_truncated: Some(page.next.is_some()),
        continuation_token: input.continuation_token,
        next_continuation_token: page
            .next
            .as_ref()
            .map(|(key, _)| listing::encode(key).replace('+', "%20")),
        contents: Some(contents.collect()),
        common_prefixes: Some(prefixes.collect()),
        delimiter: input.delimiter.as_deref().map(text),
        encoding_type: input.encoding_type,
        start_after: input.start_after.as_deref().map(text),
        ..ListObjectsV2Output::default()
    })
}

pub(super) fn wanted<'a>(
    headers: super::versions::Headers,
    tagging: Option<&str>,
    class: Option<&'a StorageClass>,
    encrypted: (Option<&'a ServerSideEncryption>, Option<String>),
    checksum: Option<Algorithm>,
    only_if_absent: bool,
) -> Outcome<Wanted> {
    Ok(Wanted {
        headers,
        tags: tags_of_header(tagging),
        class: class.map(|class| class.as_str().to_owned()),
        encryption: encryption(encrypted.0, encrypted.1)?,
        checksum,
        only_if_absent,
    })
}
