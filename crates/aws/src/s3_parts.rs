//! S3 uploads in parts: for objects too large for one copy, of which nothing but the bytes arrives by itself, and for manifests that
//! are written while they are made.

use std::collections::BTreeMap;
use std::ops::Range;

use aws_sdk_s3::operation::head_object::HeadObjectOutput;
use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    ChecksumAlgorithm, ChecksumMode, ChecksumType, CompletedMultipartUpload, CompletedPart, EncodingType,
    ReplicationStatus, ServerSideEncryption, StorageClass,
};
use model::{Failure, FailureClass};

use crate::s3::{Copy, S3, Upload, VersionName};

/// What a version carries beside its content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Described {
    cache_control: Option<String>,
    content_disposition: Option<String>,
    content_encoding: Option<String>,
    content_language: Option<String>,
    content_type: Option<String>,
    expires: Option<String>,
    /// Where a website sends who asks for it.
    pub redirect: Option<String>,
    metadata: BTreeMap<String, String>,
}

/// A part of an upload, as S3 has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number, from 1.
    pub number: i32,
    /// Its ETag.
    pub etag: String,
}

impl S3 {
    /// Whether a version of this account waits to be replicated.
    pub async fn awaits_replication(&self, bucket: &str, version: &VersionName) -> Result<bool, Failure> {
        let found = self.head(bucket, version, None).await?;
        Ok(found.replication_status == Some(ReplicationStatus::Pending))
    }

    /// What a version of this account carries beside its content.
    pub async fn describe(&self, bucket: &str, version: &VersionName) -> Result<Described, Failure> {
        let found = self.head(bucket, version, None).await?;
        let metadata = found.metadata.unwrap_or_default();
        Ok(Described {
            cache_control: found.cache_control,
            content_disposition: found.content_disposition,
            content_encoding: found.content_encoding,
            content_language: found.content_language,
            content_type: found.content_type,
            expires: found.expires_string,
            redirect: found.website_redirect_location,
            metadata: metadata.into_iter().collect(),
        })
    }

    /// The size of the first of the parts in which a version was uploaded, in bytes.
    pub async fn first_part(&self, bucket: &str, version: &VersionName) -> Result<u64, Failure> {
        let found = self.head(bucket, version, Some(1)).await?;
        Ok(found
            .content_length
            .and_then(|size| u64::try_from(size).ok())
            .unwrap_or(0))
    }

    pub(crate) async fn head(
        &self,
        bucket: &str,
        version: &VersionName,
        part: Option<i32>,
    ) -> Result<HeadObjectOutput, Failure> {
        let ask = || {
            self.read
                .head_object()
                .bucket(bucket)
                .key(&version.key)
                .version_id(&version.version_id)
                .set_part_number(part)
                .checksum_mode(ChecksumMode::Enabled)
                .expected_bucket_owner(self.account.as_str())
                .send()
        };
        match ask().await.map_err(self.failed("HeadObject")) {
            // A HEAD is answered without a body, so an expired token looks like any other bad request. A GET about the same version
            // says which it is; where it is answered, another call has renewed the token meanwhile.
            Err(failure) if matches!(failure.class, FailureClass::Invalid | FailureClass::Denied) => {
                self.tags(bucket, version).await?;
                ask().await.map_err(self.failed("HeadObject")).map_err(|again| Failure {
                    // Refused twice without a word, and the GET between was not: that may pass.
                    class: if again.class == FailureClass::Invalid {
                        FailureClass::Denied
                    } else {
                        again.class
                    },
                    ..again
                })
            }
            answered => answered,
        }
    }

    /// The tags of a version of this account.
    pub async fn tags(&self, bucket: &str, version: &VersionName) -> Result<BTreeMap<String, String>, Failure> {
        let call = self
            .read
            .get_object_tagging()
            .bucket(bucket)
            .key(&version.key)
            .version_id(&version.version_id)
            .expected_bucket_owner(self.account.as_str());
        let found = call.send().await.map_err(self.failed("GetObjectTagging"))?;
        Ok(found.tag_set.into_iter().map(|tag| (tag.key, tag.value)).collect())
    }

    /// Begins the upload of a copy in parts, with everything that the original carries. Its place in the key's history is taken now.
    pub async fn begin_copy_in_parts(
        &self,
        copy: &Copy,
        described: &Described,
        tags: &BTreeMap<String, String>,
    ) -> Result<Upload, Failure> {
        let expires = described.expires.clone();
        let metadata = described
            .metadata
            .iter()
            .map(|(name, value)| (name.clone(), value.clone()));
        let call = self
            .once
            .create_multipart_upload()
            .bucket(&copy.to)
            .key(&copy.key)
            .expected_bucket_owner(self.account.as_str())
            .storage_class(StorageClass::from(copy.storage_class.as_str()))
            .set_cache_control(described.cache_control.clone())
            .set_content_disposition(described.content_disposition.clone())
            .set_content_encoding(described.content_encoding.clone())
            .set_content_language(described.content_language.clone())
            .set_content_type(described.content_type.clone())
            .set_website_redirect_location(described.redirect.clone())
            .set_metadata(Some(metadata.collect()))
            .set_tagging((!tags.is_empty()).then(|| query_of(tags)))
            // Over the whole content, whatever its parts: the proof compares it with the original's.
            .checksum_algorithm(ChecksumAlgorithm::Crc64Nvme)
            .checksum_type(ChecksumType::FullObject)
            .customize()
            // As it is: S3 keeps what it was sent, a date or not, and the SDK takes dates only.
            .mutate_request(move |request| {
                if let Some(expires) = &expires {
                    // What came in a header can stand in one.
                    let _ = request.headers_mut().try_insert("expires", expires.clone());
                }
            });
        let begun = call.send().await.map_err(self.failed("CreateMultipartUpload"))?;
        Ok(Upload {
            key: copy.key.clone(),
            id: begun.upload_id.unwrap_or_default(),
        })
    }

    /// Copies a stretch of bytes into a part.
    pub async fn copy_part(&self, copy: &Copy, upload: &Upload, number: i32, range: Range<u64>) -> Result<(), Failure> {
        let call = self
            .once
            .upload_part_copy()
            .copy_source(copy.source())
            .copy_source_if_match(copy.guard())
            .copy_source_range(format!("bytes={}-{}", range.start, range.end - 1))
            .expected_source_bucket_owner(copy.from_owner.as_str())
            .bucket(&copy.to)
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(number)
            .expected_bucket_owner(self.account.as_str());
        call.send().await.map(drop).map_err(self.failed("UploadPartCopy"))
    }

    /// The parts of an upload that are there; none where there is no such upload.
    pub async fn parts(&self, bucket: &str, upload: &Upload) -> Result<Option<Vec<Part>>, Failure> {
        let mut found = Vec::new();
        let mut pages = self
            .read
            .list_parts()
            .bucket(bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .expected_bucket_owner(self.account.as_str())
            .into_paginator()
            .send();
        while let Some(page) = pages.next().await {
            let page = match page.map_err(self.failed("ListParts")) {
                Ok(page) => page,
                Err(failure) if failure.code == "NoSuchUpload" => return Ok(None),
                Err(failure) => return Err(failure),
            };
            found.extend(page.parts().iter().map(|part| Part {
                number: part.part_number().unwrap_or_default(),
                etag: part.e_tag().unwrap_or_default().to_owned(),
            }));
        }
        Ok(Some(found))
    }

    /// The uploads under way for one key.
    pub async fn uploads_of(&self, bucket: &str, key: &str) -> Result<Vec<Upload>, Failure> {
        let call = self
            .read
            .list_multipart_uploads()
            .bucket(bucket)
            .prefix(key)
            .encoding_type(EncodingType::Url)
            .expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map_err(self.failed("ListMultipartUploads"))?;
        let mut found = Vec::new();
        // In the order of keys: those of the key itself come before those of keys that begin with it.
        for upload in answer.uploads() {
            if self.listed_key(answer.encoding_type(), upload.key().unwrap_or_default())? == key {
                found.push(Upload {
                    key: key.to_owned(),
                    id: upload.upload_id().unwrap_or_default().to_owned(),
                });
            }
        }
        Ok(found)
    }

    /// Makes an object of an upload's parts, if they come to `size` bytes. Gives its ETag, without quotes.
    pub async fn complete(&self, bucket: &str, upload: &Upload, parts: &[Part], size: u64) -> Result<String, Failure> {
        let parts = parts.iter().map(|part| {
            CompletedPart::builder()
                .part_number(part.number)
                .e_tag(&part.etag)
                .build()
        });
        let completed = CompletedMultipartUpload::builder()
            .set_parts(Some(parts.collect()))
            .build();
        let call = self
            .once
            .complete_multipart_upload()
            .bucket(bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .expected_bucket_owner(self.account.as_str())
            .mpu_object_size(i64::try_from(size).unwrap_or(i64::MAX))
            .multipart_upload(completed);
        let done = call.send().await.map_err(self.failed("CompleteMultipartUpload"))?;
        Ok(done.e_tag.unwrap_or_default().trim_matches('"').to_owned())
    }

    /// Begins the upload of a text of the run's own, under SSE-S3 whatever the bucket's default: Batch Operations cannot read a manifest
    /// under a KMS key.
    pub async fn begin_upload(&self, bucket: &str, key: &str) -> Result<Upload, Failure> {
        let call = self
            .once
            .create_multipart_upload()
            .bucket(bucket)
            .key(key)
            .content_type("text/csv")
            .expected_bucket_owner(self.account.as_str())
            .server_side_encryption(ServerSideEncryption::Aes256);
        let begun = call.send().await.map_err(self.failed("CreateMultipartUpload"))?;
        Ok(Upload {
            key: key.to_owned(),
            id: begun.upload_id.unwrap_or_default(),
        })
    }

    /// Puts a part of it.
    pub async fn put_part(&self, bucket: &str, upload: &Upload, number: i32, body: Vec<u8>) -> Result<Part, Failure> {
        let call = self
            .once
            .upload_part()
            .bucket(bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .part_number(number)
            .expected_bucket_owner(self.account.as_str())
            .body(ByteStream::from(body));
        let put = call.send().await.map_err(self.failed("UploadPart"))?;
        Ok(Part {
            number,
            etag: put.e_tag.unwrap_or_default(),
        })
    }

    /// Whether there is an object.
    pub async fn has_object(&self, bucket: &str, key: &str) -> Result<bool, Failure> {
        let call = self.read.head_object().bucket(bucket).key(key);
        let call = call.expected_bucket_owner(self.account.as_str());
        let told = call.send().await.map_err(self.failed("HeadObject"));
        Ok(crate::classify::found(told)?.is_some())
    }

    /// A small object, whole.
    pub async fn get_object(&self, bucket: &str, key: &str) -> Result<Vec<u8>, Failure> {
        let call = self
            .read
            .get_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(self.account.as_str());
        let body = call.send().await.map_err(self.failed("GetObject"))?.body;
        let bytes = body.collect().await.map_err(|error| self.unreadable(&error))?;
        Ok(bytes.into_bytes().to_vec())
    }
}

/// Tags as the header of an upload has them: a query string.
fn query_of(tags: &BTreeMap<String, String>) -> String {
    let pair = |(name, value): (&String, &String)| format!("{}={}", encode(name), encode(value));
    tags.iter().map(pair).collect::<Vec<_>>().join("&")
}

fn encode(text: &str) -> String {
    percent_encoding::utf8_percent_encode(text, percent_encoding::NON_ALPHANUMERIC).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tags_of_any_letters_stay_apart() {
        let tags = [("a b", "1&2"), ("ü", "x=y")].map(|(name, value)| (name.to_owned(), value.to_owned()));
        assert_eq!(query_of(&tags.into()), "a%20b=1%262&%C3%BC=x%3Dy");
    }
}
