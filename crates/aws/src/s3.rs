//! S3: buckets and objects. Every call but `CreateBucket` (which cannot) carries the expected bucket owner: while a name is being
//! handed over, a stranger's bucket may stand under it, and must neither be read nor written.

use aws_sdk_s3::primitives::ByteStream;
use aws_sdk_s3::types::{
    BucketLocationConstraint, BucketVersioningStatus, CreateBucketConfiguration, EncodingType, ObjectOwnership,
    ServerSideEncryption, StorageClass, VersioningConfiguration,
};
use model::{AccountId, Failure, FailureClass, Region};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use crate::account::{Clients, two_clients};
use crate::classify;

/// S3 in one account.
pub struct S3 {
    pub(crate) read: aws_sdk_s3::Client,
    pub(crate) once: aws_sdk_s3::Client,
    pub(crate) account: AccountId,
    region: Region,
}

/// What a look at a bucket's name saw.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BucketSeen {
    /// There is a bucket, and it belongs to the expected owner.
    Owned,
    /// There is none.
    Nobodys,
    /// There is one, and it belongs to somebody else (or may not be looked at).
    SomebodyElses,
}

/// Whether a bucket keeps versions.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Versioned {
    /// Never switched on.
    Never,
    /// Switched on.
    Enabled,
    /// Switched off again.
    Suspended,
}

/// One version or delete marker of a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct VersionName {
    /// The key.
    pub key: String,
    /// The version id; `null` for the null version.
    pub version_id: String,
}

/// Where a copy comes from and goes to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Copy {
    /// The source bucket.
    pub from: String,
    /// Its owner.
    pub from_owner: AccountId,
    /// The key, in both.
    pub key: String,
    /// The source version.
    pub version_id: String,
    /// Its ETag, with which the copy is guarded.
    pub etag: String,
    /// The target bucket. Its owner is this account.
    pub to: String,
    /// The storage class: without one S3 stores as STANDARD.
    pub storage_class: String,
    /// Where a website sends who asks for it; a copy does not carry it over by itself.
    pub redirect: Option<String>,
}

impl Copy {
    /// The header that names what is copied.
    pub(crate) fn source(&self) -> String {
        let key = utf8_percent_encode(&self.key, LEFT);
        format!("{}/{key}?versionId={}", self.from, self.version_id)
    }

    /// The ETag that the source must still have.
    pub(crate) fn guard(&self) -> String {
        format!("\"{}\"", self.etag)
    }
}

/// A multipart upload under way.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Upload {
    /// Its key.
    pub key: String,
    /// Its id.
    pub id: String,
}

impl S3 {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        // Another endpoint than AWS's own (simcloud on TCP, moto) has no host name for each bucket.
        let path_style = clients.reads.endpoint_url().is_some();
        let (read, once) = two_clients!(clients, aws_sdk_s3, "s3");
        let styled = |client: aws_sdk_s3::Client| {
            let config = client.config().to_builder().force_path_style(path_style).build();
            aws_sdk_s3::Client::from_conf(config)
        };
        let (read, once) = if path_style {
            (styled(read), styled(once))
        } else {
            (read, once)
        };
        Self {
            read,
            once,
            account: clients.account.clone(),
            region: clients.region.clone(),
        }
    }

    pub(crate) fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "s3", operation)
    }

    pub(crate) fn unreadable(&self, error: &dyn std::fmt::Display) -> Failure {
        Failure {
            account: self.account.to_string(),
            service: "s3".to_owned(),
            operation: "GetObject".to_owned(),
            class: FailureClass::NoAnswer,
            code: "[UnreadableAnswer]".to_owned(),
            message: error.to_string(),
            request_id: None,
        }
    }

    /// Whose a bucket is: this account's, nobody's, or somebody else's.
    pub async fn look(&self, bucket: &str) -> Result<BucketSeen, Failure> {
        let owner = self.account.as_str();
        let answer = self
            .read
            .head_bucket()
            .bucket(bucket)
            .expected_bucket_owner(owner)
            .send()
            .await;
        let failure = match answer.map_err(self.failed("HeadBucket")) {
            Ok(_) => return Ok(BucketSeen::Owned),
            Err(failure) => failure,
        };
        match failure.class {
            FailureClass::NotFound => Ok(BucketSeen::Nobodys),
            // A HEAD is answered without a body, so an expired token looks like any other bad request, and a redirect to
            // another region like a refusal. The same question as a GET says which it is.
            FailureClass::Denied | FailureClass::Invalid => match self.location(bucket).await {
                Ok(_) => Ok(BucketSeen::Owned),
                Err(told) if told.class == FailureClass::NotFound => Ok(BucketSeen::Nobodys),
                Err(told) if told.class == FailureClass::Denied => Ok(BucketSeen::SomebodyElses),
                Err(told) => Err(told),
            },
            _ => Err(failure),
        }
    }

    /// The region of a bucket of this account.
    pub async fn location(&self, bucket: &str) -> Result<String, Failure> {
        let call = self
            .read
            .get_bucket_location()
            .bucket(bucket)
            .expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map_err(self.failed("GetBucketLocation"))?;
        Ok(
            match answer
                .location_constraint()
                .map_or("", BucketLocationConstraint::as_str)
            {
                "" => "us-east-1".to_owned(),
                "EU" => "eu-west-1".to_owned(),
                region => region.to_owned(),
            },
        )
    }

    /// Makes a bucket in this account's region, without ACLs: everything in it belongs to this account.
    pub async fn create_bucket(&self, bucket: &str) -> Result<(), Failure> {
        self.create_bucket_owned(bucket, ObjectOwnership::BucketOwnerEnforced)
            .await
    }

    /// Makes a bucket in this account's region that takes ACLs: what others write into it and give to its owner is its owner's.
    pub async fn create_bucket_with_acls(&self, bucket: &str) -> Result<(), Failure> {
        self.create_bucket_owned(bucket, ObjectOwnership::BucketOwnerPreferred)
            .await
    }

    async fn create_bucket_owned(&self, bucket: &str, ownership: ObjectOwnership) -> Result<(), Failure> {
        let mut call = self.once.create_bucket().bucket(bucket).object_ownership(ownership);
        if self.region.as_str() != "us-east-1" {
            let constraint = BucketLocationConstraint::from(self.region.as_str());
            let configuration = CreateBucketConfiguration::builder()
                .location_constraint(constraint)
                .build();
            call = call.create_bucket_configuration(configuration);
        }
        call.send().await.map(drop).map_err(self.failed("CreateBucket"))
    }

    /// Deletes an empty bucket of this account.
    pub async fn delete_bucket(&self, bucket: &str) -> Result<(), Failure> {
        let call = self
            .once
            .delete_bucket()
            .bucket(bucket)
            .expected_bucket_owner(self.account.as_str());
        call.send().await.map(drop).map_err(self.failed("DeleteBucket"))
    }

    /// Whether a bucket of this account keeps versions.
    pub async fn versioning(&self, bucket: &str) -> Result<Versioned, Failure> {
        Ok(self.versions_kept(bucket).await?.kept)
    }

    /// Switches versioning on or off.
    pub async fn set_versioning(&self, bucket: &str, enabled: bool) -> Result<(), Failure> {
        let status = if enabled {
            BucketVersioningStatus::Enabled
        } else {
            BucketVersioningStatus::Suspended
        };
        let call = self
            .once
            .put_bucket_versioning()
            .bucket(bucket)
            .expected_bucket_owner(self.account.as_str())
            .versioning_configuration(VersioningConfiguration::builder().status(status).build());
        call.send().await.map(drop).map_err(self.failed("PutBucketVersioning"))
    }

    /// A bucket's policy, byte for byte; none where there is none.
    pub async fn policy(&self, bucket: &str) -> Result<Option<String>, Failure> {
        let call = self
            .read
            .get_bucket_policy()
            .bucket(bucket)
            .expected_bucket_owner(self.account.as_str());
        match call.send().await.map_err(self.failed("GetBucketPolicy")) {
            Ok(answer) => Ok(answer.policy),
            Err(failure) if failure.code == "NoSuchBucketPolicy" => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// Replaces a bucket's policy; none deletes it.
    pub async fn put_policy(&self, bucket: &str, policy: Option<&str>) -> Result<(), Failure> {
        let owner = self.account.as_str();
        match policy {
            Some(policy) => {
                let call = self
                    .once
                    .put_bucket_policy()
                    .bucket(bucket)
                    .expected_bucket_owner(owner)
                    .policy(policy);
                call.send().await.map(drop).map_err(self.failed("PutBucketPolicy"))
            }
            None => {
                let call = self
                    .once
                    .delete_bucket_policy()
                    .bucket(bucket)
                    .expected_bucket_owner(owner);
                call.send().await.map(drop).map_err(self.failed("DeleteBucketPolicy"))
            }
        }
    }

    /// Puts a small object under SSE-S3, whatever the bucket's default: S3 Batch Operations cannot read a manifest under a KMS key.
    /// Gives its ETag, without quotes.
    pub async fn put_object(&self, bucket: &str, key: &str, body: Vec<u8>) -> Result<String, Failure> {
        let call = self
            .once
            .put_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(self.account.as_str())
            .server_side_encryption(ServerSideEncryption::Aes256)
            .body(ByteStream::from(body));
        let put = call.send().await.map_err(self.failed("PutObject"))?;
        Ok(put.e_tag.unwrap_or_default().trim_matches('"').to_owned())
    }

    /// Copies one version of at most 5 GB as the newest of its key. Metadata and tags go along; the content is guarded by its ETag.
    pub async fn copy_object(&self, copy: &Copy) -> Result<(), Failure> {
        let call = self
            .once
            .copy_object()
            .copy_source(copy.source())
            .copy_source_if_match(copy.guard())
            .set_website_redirect_location(copy.redirect.clone())
            .expected_source_bucket_owner(copy.from_owner.as_str())
            .bucket(&copy.to)
            .key(&copy.key)
            .expected_bucket_owner(self.account.as_str())
            .storage_class(StorageClass::from(copy.storage_class.as_str()));
        call.send().await.map(drop).map_err(self.failed("CopyObject"))
    }

    /// Puts a delete marker on top of a key.
    pub async fn delete_object(&self, bucket: &str, key: &str) -> Result<(), Failure> {
        let call = self
            .once
            .delete_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(self.account.as_str());
        call.send().await.map(drop).map_err(self.failed("DeleteObject"))
    }

    /// The first multipart uploads under way in a bucket, at most 1,000.
    pub async fn uploads(&self, bucket: &str) -> Result<Vec<Upload>, Failure> {
        let call = self
            .read
            .list_multipart_uploads()
            .bucket(bucket)
            .encoding_type(EncodingType::Url)
            .expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map_err(self.failed("ListMultipartUploads"))?;
        let named = answer.uploads().iter().map(|upload| {
            Ok(Upload {
                key: self.listed_key(answer.encoding_type(), upload.key().unwrap_or_default())?,
                id: upload.upload_id().unwrap_or_default().to_owned(),
            })
        });
        named.collect()
    }

    /// A key of a listing that was asked for with `encoding-type=url`, because a key may have characters that no XML carries. There a
    /// space is a `+`. An endpoint that does not know this gives keys as they are, and does not say that it encoded them.
    pub(crate) fn listed_key(&self, encoding: Option<&EncodingType>, key: &str) -> Result<String, Failure> {
        if encoding.is_none() {
            return Ok(key.to_owned());
        }
        let spaced = key.replace('+', " ");
        let decoded = percent_encoding::percent_decode_str(&spaced).decode_utf8();
        decoded.map(Into::into).map_err(|error| Failure {
            operation: "ListMultipartUploads".to_owned(),
            ..self.unreadable(&error)
        })
    }

    /// Ends a multipart upload. One that is gone is ended.
    pub async fn abort_upload(&self, bucket: &str, upload: &Upload) -> Result<(), Failure> {
        let call = self
            .once
            .abort_multipart_upload()
            .bucket(bucket)
            .key(&upload.key)
            .upload_id(&upload.id)
            .expected_bucket_owner(self.account.as_str());
        match call.send().await.map(drop).map_err(self.failed("AbortMultipartUpload")) {
            Err(failure) if failure.code == "NoSuchUpload" => Ok(()),
            other => other,
        }
    }
}

/// What is left as it is beside letters and digits in a key that stands in a header or in a manifest: decoders that take `+` for a space
/// and those that do not read the same key.
pub const LEFT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'~')
    .remove(b'/');
