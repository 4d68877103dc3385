//! Between s3s's types and ours: headers, tags, checksums, conditions.

use std::collections::BTreeMap;
use std::time::SystemTime;

use bytes::Bytes;
use http::HeaderMap;
use s3s::Body;
use s3s::dto::{self, CopySource, ETag, ETagCondition, StreamingBlob, Tag, TimestampFormat};

use super::content::{Checksum, base64};
use super::objects::{Encryption, Source};
use super::versions::{Headers, Object};
use super::{Outcome, Refusal};

/// A moment.
pub(super) fn time(at: jiff::Timestamp) -> dto::Timestamp {
    dto::Timestamp::from(SystemTime::from(at))
}

/// An entity tag, in quotes on the wire.
pub(super) fn etag(text: &str) -> ETag {
    ETag::Strong(text.to_owned())
}

/// All of a request's body.
pub(super) async fn collect(body: Option<StreamingBlob>) -> Outcome<Bytes> {
    let Some(body) = body else { return Ok(Bytes::new()) };
    let all = Body::from(body).store_all_limited(usize::MAX).await;
    all.map_err(|error| Refusal::new(400, "IncompleteBody", error.to_string()))
}

/// A response's body.
pub(super) fn blob(bytes: Bytes) -> StreamingBlob {
    StreamingBlob::from(Body::from(bytes))
}

/// A condition on an entity tag, without quotes; `*` for any.
pub(super) fn condition(condition: Option<&ETagCondition>) -> Option<String> {
    condition.map(|condition| condition.as_etag().map_or("*", ETag::value).to_owned())
}

/// What a CopyObject or UploadPartCopy copies.
pub(super) fn source(
    from: &CopySource,
    if_match: Option<&ETagCondition>,
    if_none_match: Option<&ETagCondition>,
    expected_owner: Option<String>,
) -> Outcome<Source> {
    let CopySource::Bucket {
        bucket,
        key,
        version_id,
    } = from
    else {
        return Err(Refusal::new(
            501,
            "NotImplemented",
            "simcloud copies from buckets, not from access points",
        ));
    };
    Ok(Source {
        bucket: bucket.to_string(),
        key: key.to_string(),
        version: version_id.as_deref().map(str::to_owned),
        if_match: condition(if_match),
        if_none_match: condition(if_none_match),
        expected_owner,
    })
}

/// `x-amz-tagging`: a form.
pub(super) fn tags_of_header(header: Option<&str>) -> BTreeMap<String, String> {
    let pairs = header.unwrap_or_default().split('&').filter(|pair| !pair.is_empty());
    let decode = |text: &str| {
        let text = text.replace('+', " ");
        percent_encoding::percent_decode_str(&text)
            .decode_utf8_lossy()
            .into_owned()
    };
    pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (decode(key), decode(value)))
        .collect()
}

/// Tags of a document.
pub(super) fn tags_of(set: Vec<Tag>) -> Vec<(String, String)> {
    set.into_iter()
        .map(|tag| (tag.key.unwrap_or_default(), tag.value.unwrap_or_default()))
        .collect()
}

/// Tags as a document.
pub(super) fn tag_set<'a>(tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> Vec<Tag> {
    tags.into_iter()
        .map(|(key, value)| Tag {
            key: Some(key.clone()),
            value: Some(value.clone()),
        })
        .collect()
}

/// Encryption that a request names.
pub(super) fn encryption(
    algorithm: Option<&dto::ServerSideEncryption>,
    key: Option<String>,
) -> Outcome<Option<Encryption>> {
    match algorithm.map(dto::ServerSideEncryption::as_str) {
        None => Ok(None),
        Some("AES256") => Ok(Some(Encryption::S3)),
        Some("aws:kms") => Ok(Some(Encryption::Kms(key))),
        Some(other) => Err(Refusal::new(
            501,
            "NotImplemented",
            format!("simcloud does not model {other}"),
        )),
    }
}

/// How an object is encrypted, for a response.
pub(super) fn encryption_of(object: &Object) -> (Option<dto::ServerSideEncryption>, Option<String>) {
    let name = if object.key.is_some() { "aws:kms" } else { "AES256" };
    (
        Some(dto::ServerSideEncryption::from(name.to_owned())),
        object.key.as_deref().map(str::to_owned),
    )
}

/// The storage class in a response: S3 leaves STANDARD out.
pub(super) fn shown_class(class: &str) -> Option<dto::StorageClass> {
    (class != "STANDARD").then(|| dto::StorageClass::from(class.to_owned()))
}

/// The moment of an `Expires` header as the text that S3 gives back.
pub(super) fn expires(at: Option<&dto::Timestamp>) -> Option<String> {
    let mut text = Vec::new();
    at?.format(TimestampFormat::HttpDate, &mut text).ok()?;
    String::from_utf8(text).ok()
}

/// A kept header.
pub(super) fn kept(headers: &Headers, name: &str) -> Option<String> {
    headers.system.get(name).cloned()
}

/// The checksum that came with a body, in headers or behind it, held against the body. A wrong one is BadDigest.
pub(super) fn verify(
    body: &Bytes,
    content_md5: Option<&String>,
    given: &dto::Checksum,
    trailing: Option<HeaderMap>,
) -> Outcome<Option<Checksum>> {
    use md5::Digest as _;
    if content_md5.is_some_and(|md5| *md5 != base64(&md5::Md5::digest(body))) {
        return Err(Refusal::new(
            400,
            "BadDigest",
            "The Content-MD5 you specified did not match what we received.",
        ));
    }
    let trailing = trailing.unwrap_or_default();
    for algorithm in [
        Checksum::Crc32,
        Checksum::Crc32c,
        Checksum::Crc64Nvme,
        Checksum::Sha1,
        Checksum::Sha256,
    ] {
        let name = format!("x-amz-checksum-{}", algorithm.name().to_lowercase());
        let behind = trailing.get(&name).and_then(|value| value.to_str().ok());
        let Some(value) = algorithm.read(given).map(String::as_str).or(behind) else {
            continue;
        };
        if value != algorithm.of(body) {
            let message = format!(
                "The {} you specified did not match the calculated checksum.",
                algorithm.name()
            );
            return Err(Refusal::new(400, "BadDigest", message));
        }
        return Ok(Some(algorithm));
    }
    Ok(None)
}

/// One checksum value in the field of its algorithm.
pub(super) fn checksum(algorithm: Checksum, value: String) -> dto::Checksum {
    let mut values = dto::Checksum {
        checksum_type: Some(dto::ChecksumType::from_static(dto::ChecksumType::FULL_OBJECT)),
        ..dto::Checksum::default()
    };
    let field = match algorithm {
        Checksum::Crc32 => &mut values.checksum_crc32,
        Checksum::Crc32c => &mut values.checksum_crc32c,
        Checksum::Crc64Nvme => &mut values.checksum_crc64nvme,
        Checksum::Sha1 => &mut values.checksum_sha1,
        Checksum::Sha256 => &mut values.checksum_sha256,
    };
    *field = Some(value);
    values
}

/// The stored checksum of an object.
pub(super) fn checksum_of(object: &Object) -> Option<dto::Checksum> {
    object
        .checksum
        .map(|algorithm| checksum(algorithm, object.content.checksum(algorithm)))
}

/// The checksum algorithm that a request names.
pub(super) fn algorithm(named: Option<&dto::ChecksumAlgorithm>) -> Outcome<Option<Checksum>> {
    let unknown = || Refusal::new(400, "InvalidRequest", "Checksum algorithm provided is unsupported.");
    named
        .map(|name| Checksum::named(name.as_str()).ok_or_else(unknown))
        .transpose()
}

/// The content headers and metadata of a request that has them.
macro_rules! headers_of {
    ($input:expr) => {{
        let mut system = std::collections::BTreeMap::new();
        for (name, value) in [
            ("cache-control", $input.cache_control.clone()),
            ("content-disposition", $input.content_disposition.clone()),
            (
                "content-encoding",
                $input
                    .content_encoding
                    .clone()
                    .map(crate::s3::exchange::without_transport),
            ),
            ("content-language", $input.content_language.clone()),
            ("content-type", $input.content_type.clone()),
            ("expires", crate::s3::exchange::expires($input.expires.as_ref())),
        ] {
            if let Some(value) = value.filter(|value| !value.is_empty()) {
                system.insert(name, value);
            }
        }
        crate::s3::versions::Headers {
            system,
            user: $input.metadata.clone().unwrap_or_default().into_iter().collect(),
            redirect: $input.website_redirect_location.clone(),
        }
    }};
}

/// Sets the checksum fields of an output.
macro_rules! set_checksum {
    ($output:expr, $values:expr) => {
        if let Some(values) = $values {
            $output.checksum_crc32 = values.checksum_crc32;
            $output.checksum_crc32c = values.checksum_crc32c;
            $output.checksum_crc64nvme = values.checksum_crc64nvme;
            $output.checksum_sha1 = values.checksum_sha1;
            $output.checksum_sha256 = values.checksum_sha256;
        }
    };
}

/// The checksum values of an input.
macro_rules! given_checksum {
    ($input:expr) => {
        s3s::dto::Checksum {
            checksum_crc32: $input.checksum_crc32.clone(),
            checksum_crc32c: $input.checksum_crc32c.clone(),
            checksum_crc64nvme: $input.checksum_crc64nvme.clone(),
            checksum_sha1: $input.checksum_sha1.clone(),
            checksum_sha256: $input.checksum_sha256.clone(),
            checksum_type: None,
        }
    };
}

pub(super) use {given_checksum, headers_of, set_checksum};

/// `aws-chunked` says how a body travelled, not what it is: S3 does not keep it.
pub(super) fn without_transport(encoding: String) -> String {
    let kept = encoding.split(',').map(str::trim).filter(|one| *one != "aws-chunked");
    kept.collect::<Vec<_>>().join(",")
}
