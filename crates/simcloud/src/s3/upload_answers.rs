//! Between s3s's types and uploads in parts.

use http::HeaderMap;
use s3s::dto::*;

use super::answers::{if_absent, owner_of, wanted};
use super::exchange::*;
use super::uploads::{self, Completion};
use super::{Outcome, Refusal, listing, objects};
use crate::cloud::{Caller, Cloud};

pub(super) fn create_multipart_upload(
    cloud: &mut Cloud,
    caller: &Caller,
    input: CreateMultipartUploadInput,
    _: &HeaderMap,
) -> Outcome<CreateMultipartUploadOutput> {
    let checksum = algorithm(input.checksum_algorithm.as_ref())?;
    let encrypted = (input.server_side_encryption.as_ref(), input.ssekms_key_id.clone());
    let (class, tagging) = (input.storage_class.as_ref(), input.tagging.as_deref());
    let wanted = wanted(headers_of!(input), tagging, class, encrypted, checksum, false)?;
    let id = uploads::create(cloud, caller, &input.bucket, &input.key, wanted)?;
    Ok(CreateMultipartUploadOutput {
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(id),
        checksum_algorithm: input.checksum_algorithm,
        checksum_type: input.checksum_type,
        ..CreateMultipartUploadOutput::default()
    })
}

pub(super) fn upload_part_copy(
    cloud: &mut Cloud,
    caller: &Caller,
    input: UploadPartCopyInput,
    _: &HeaderMap,
) -> Outcome<UploadPartCopyOutput> {
    let (matches, differs) = (
        input.copy_source_if_match.as_ref(),
        input.copy_source_if_none_match.as_ref(),
    );
    let from = source(
        &input.copy_source,
        matches,
        differs,
        input.expected_source_bucket_owner.clone(),
    )?;
    let range = copy_range(input.copy_source_range.as_deref())?;
    let place = (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
    let (entry, part) = uploads::copy_part(cloud, caller, place, input.part_number, &from, range)?;
    let result = CopyPartResult {
        e_tag: Some(etag(&part.etag)),
        last_modified: Some(time(part.at)),
        ..Default::default()
    };
    Ok(UploadPartCopyOutput {
        copy_part_result: Some(result),
        copy_source_version_id: objects::shown_id(cloud, &from.bucket, &entry),
        ..UploadPartCopyOutput::default()
    })
}

pub(super) fn complete_multipart_upload(
    cloud: &mut Cloud,
    caller: &Caller,
    input: CompleteMultipartUploadInput,
    headers: &HeaderMap,
) -> Outcome<CompleteMultipartUploadOutput> {
    let parts = input
        .multipart_upload
        .and_then(|upload| upload.parts)
        .unwrap_or_default()
        .into_iter();
    let asked = Completion {
        parts: parts
            .map(|part| {
                (
                    part.part_number.unwrap_or(0),
                    part.e_tag.map(ETag::into_value).unwrap_or_default(),
                )
            })
            .collect(),
        size: input.mpu_object_size.and_then(|size| u64::try_from(size).ok()),
        only_if_absent: if_absent(headers),
    };
    let place = (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
    let entry = uploads::complete(cloud, caller, place, &asked)?;
    let object = entry.object().expect("a completed upload makes an object");
    let mut output = CompleteMultipartUploadOutput {
        e_tag: Some(etag(&object.etag)),
        location: Some(format!("/{}/{}", input.bucket, input.key)),
        version_id: objects::shown_id(cloud, &input.bucket, &entry),
        bucket: Some(input.bucket),
        key: Some(input.key),
        ..CompleteMultipartUploadOutput::default()
    };
    set_checksum!(output, checksum_of(object));
    Ok(output)
}

pub(super) fn abort_multipart_upload(
    cloud: &mut Cloud,
    caller: &Caller,
    input: AbortMultipartUploadInput,
    _: &HeaderMap,
) -> Outcome<AbortMultipartUploadOutput> {
    uploads::abort(cloud, caller, (&input.bucket, &input.key, &input.upload_id))?;
    Ok(AbortMultipartUploadOutput::default())
}

pub(super) fn list_uploads(
    cloud: &Cloud,
    caller: &Caller,
    input: ListMultipartUploadsInput,
) -> Outcome<ListMultipartUploadsOutput> {
    let all = uploads::list(
        cloud,
        caller,
        &input.bucket,
        input.prefix.as_deref().unwrap_or_default(),
    )?;
    let most = usize::try_from(input.max_uploads.unwrap_or(1000))
        .unwrap_or(0)
        .min(1000);
    let key_marker = input.key_marker.as_deref().filter(|marker| !marker.is_empty());
    let start = match (key_marker, input.upload_id_marker.as_deref()) {
        (None, _) => 0,
        (Some(key), Some(id)) if all.iter().any(|(found, upload)| *found == id && upload.key == key) => {
            all.iter().position(|(found, _)| *found == id).map_or(0, |at| at + 1)
        }
        (Some(key), _) => all
            .iter()
            .position(|(_, upload)| upload.key.as_str() > key)
            .unwrap_or(all.len()),
    };
    let page: Vec<_> = all.iter().skip(start).take(most).collect();
    let more = start + page.len() < all.len() && !page.is_empty();
    let encoded = input.encoding_type.as_ref().is_some_and(|kind| kind.as_str() == "url");
    let text = |value: &str| {
        if encoded {
            listing::encode(value)
        } else {
            value.to_owned()
        }
    };
    let shown = page.iter().map(|(id, upload)| MultipartUpload {
        checksum_algorithm: upload
            .checksum()
            .map(|one| ChecksumAlgorithm::from(one.name().to_owned())),
        initiated: Some(time(upload.initiated)),
        key: Some(text(&upload.key)),
        owner: owner_of(cloud, &input.bucket),
        storage_class: Some(StorageClass::from(upload.class().to_owned())),
        upload_id: Some((*id).to_owned()),
        ..MultipartUpload::default()
    });
    let last = page.last().filter(|_| more);
    Ok(ListMultipartUploadsOutput {
        uploads: Some(shown.collect()),
        is_truncated: Some(more),
        next_key_marker: last.map(|(_, upload)| text(&upload.key)),
        next_upload_id_marker: last.map(|(id, _)| (*id).to_owned()),
        max_uploads: i32::try_from(most).ok(),
        prefix: input.prefix.as_deref().map(text),
        key_marker: input.key_marker.as_deref().map(text),
        upload_id_marker: input.upload_id_marker,
        encoding_type: input.encoding_type,
        bucket: Some(input.bucket),
        ..ListMultipartUploadsOutput::default()
    })
}

pub(super) fn list_parts(cloud: &Cloud, caller: &Caller, input: ListPartsInput) -> Outcome<ListPartsOutput> {
    let upload = uploads::parts(cloud, caller, (&input.bucket, &input.key, &input.upload_id))?;
    let most = usize::try_from(input.max_parts.unwrap_or(1000)).unwrap_or(0).min(1000);
    let after = input.part_number_marker.unwrap_or(0);
    let mut later = upload.parts.range(after.saturating_add(1)..);
    let parts: Vec<Part> = later
        .by_ref()
        .take(most)
        .map(|(number, part)| Part {
            e_tag: Some(etag(&part.etag)),
            last_modified: Some(time(part.at)),
            part_number: Some(*number),
            size: i64::try_from(part.size()).ok(),
            ..Part::default()
        })
        .collect();
    let more = later.next().is_some();
    Ok(ListPartsOutput {
        is_truncated: Some(more),
        next_part_number_marker: parts.last().and_then(|part| part.part_number).filter(|_| more),
        parts: Some(parts),
        max_parts: i32::try_from(most).ok(),
        part_number_marker: Some(after),
        owner: owner_of(cloud, &input.bucket),
        storage_class: Some(StorageClass::from(upload.class().to_owned())),
        bucket: Some(input.bucket),
        key: Some(input.key),
        upload_id: Some(input.upload_id),
        ..ListPartsOutput::default()
    })
}

/// `bytes=first-last`, both needed.
fn copy_range(text: Option<&str>) -> Outcome<Option<std::ops::Range<u64>>> {
    let Some(text) = text else { return Ok(None) };
    let parsed = text.strip_prefix("bytes=").and_then(|range| range.split_once('-'));
    let parsed =
        parsed.and_then(|(first, last)| Some(first.parse::<u64>().ok()?..last.parse::<u64>().ok()?.checked_add(1)?));
    let invalid = || {
        Refusal::new(
            400,
            "InvalidArgument",
            "The x-amz-copy-source-range value must be of the form bytes=first-last",
        )
    };
    parsed.map(Some).ok_or_else(invalid)
}
