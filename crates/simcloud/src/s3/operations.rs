//! s3s's typed operations: who asks, on which bucket, and which plain function answers.

use http::{HeaderMap, StatusCode};
use s3s::dto::*;
use s3s::{S3, S3Request, S3Response, S3Result};

use super::answers::{self, deletion, if_absent, tag_map, wanted};
use super::exchange::*;
use super::names::{self, Creation};
use super::service::{Deletions, Shared, arrive, caller, header, lock, refuse};
use super::{
    Outcome, Refusal, archive, canonical_id, configuration_answers, objects, settings, upload_answers, uploads,
};
use crate::cloud::{Caller, Cloud};

/// S3 over a shared cloud.
pub(super) struct Operations {
    shared: Shared,
}

type Reply<T> = S3Result<S3Response<T>>;

impl Operations {
    pub(super) fn new(shared: Shared) -> Self {
        Self { shared }
    }

    /// Carries out one operation on a bucket, as whoever signed it.
    fn at<I, O>(
        &self,
        bucket: &str,
        request: S3Request<I>,
        act: impl FnOnce(&mut Cloud, &Caller, I, &HeaderMap) -> Outcome<O>,
    ) -> Reply<O> {
        let mut cloud = lock(&self.shared);
        let done = arrive(&cloud, &request, bucket)
            .and_then(|caller| act(&mut cloud, &caller, request.input, &request.headers));
        done.map(S3Response::new).map_err(refuse)
    }
}

#[async_trait::async_trait]
impl S3 for Operations {
    async fn create_bucket(&self, req: S3Request<CreateBucketInput>) -> Reply<CreateBucketOutput> {
        let mut cloud = lock(&self.shared);
        let bucket = &req.input.bucket;
        let location = req
            .input
            .create_bucket_configuration
            .as_ref()
            .and_then(|asked| asked.location_constraint.as_ref());
        let asked = Creation {
            location: location.map(|location| location.as_str().to_owned()),
            ownership: req.input.object_ownership.as_ref().map(|one| one.as_str().to_owned()),
            namespace: header(&req.headers, "x-amz-bucket-namespace"),
        };
        let locked = req.input.object_lock_enabled_for_bucket == Some(true);
        let made = caller(&cloud, &req).and_then(|caller| {
            if locked {
                return Err(Refusal::new(
                    501,
                    "NotImplemented",
                    "simcloud does not model Object Lock",
                ));
            }
            names::create(&mut cloud, &caller, bucket, &asked)
        });
        made.map_err(refuse)?;
        Ok(S3Response::new(CreateBucketOutput {
            location: Some(format!("/{bucket}")),
        }))
    }

    async fn delete_bucket(&self, req: S3Request<DeleteBucketInput>) -> Reply<DeleteBucketOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            names::delete(cloud, caller, &input.bucket)?;
            Ok(DeleteBucketOutput::default())
        })
    }

    async fn head_bucket(&self, req: S3Request<HeadBucketInput>) -> Reply<HeadBucketOutput> {
        let bucket = req.input.bucket.clone();
        let done = self.at(&bucket, req, |cloud, caller, input, _| {
            let held = settings::read(cloud, caller, &input.bucket, "s3:ListBucket")?;
            Ok(HeadBucketOutput {
                bucket_region: Some(held.region.to_string()),
                ..HeadBucketOutput::default()
            })
        });
        done.map_err(|mut error| {
            // The region is told even to those who may not look.
            let region = lock(&self.shared)
                .s3
                .by_name
                .get(&bucket)
                .map(|held| held.region.to_string());
            if let Some(region) = region.and_then(|region| http::HeaderValue::from_str(&region).ok()) {
                error.set_headers(
                    [(http::HeaderName::from_static("x-amz-bucket-region"), region)]
                        .into_iter()
                        .collect(),
                );
            }
            error
        })
    }

    async fn list_buckets(&self, req: S3Request<ListBucketsInput>) -> Reply<ListBucketsOutput> {
        let cloud = lock(&self.shared);
        let caller = caller(&cloud, &req).map_err(refuse)?;
        let S3Request { input, .. } = req;
        let (prefix, region) = (input.prefix.unwrap_or_default(), input.bucket_region);
        let from = (input.continuation_token.as_deref(), input.max_buckets);
        let (page, next) = settings::list_buckets(&cloud, &caller, &prefix, region.as_deref(), from).map_err(refuse)?;
        // Where a bucket lies is told only where something was asked for.
        let asked = !prefix.is_empty() || region.is_some() || from != (None, None);
        let buckets = page.into_iter().map(|(name, created, region)| Bucket {
            bucket_region: asked.then(|| region.to_string()),
            creation_date: Some(time(created)),
            name: Some(name),
        });
        Ok(S3Response::new(ListBucketsOutput {
            buckets: Some(buckets.collect()),
            owner: Some(Owner {
                display_name: None,
                id: Some(canonical_id(&caller.account)),
            }),
            continuation_token: next,
            ..ListBucketsOutput::default()
        }))
    }

    async fn get_bucket_location(&self, req: S3Request<GetBucketLocationInput>) -> Reply<GetBucketLocationOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_location)
    }

    async fn get_bucket_versioning(
        &self,
        req: S3Request<GetBucketVersioningInput>,
    ) -> Reply<GetBucketVersioningOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_versioning)
    }

    async fn get_bucket_request_payment(
        &self,
        req: S3Request<GetBucketRequestPaymentInput>,
    ) -> Reply<GetBucketRequestPaymentOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_request_payment)
    }

    async fn put_bucket_versioning(
        &self,
        req: S3Request<PutBucketVersioningInput>,
    ) -> Reply<PutBucketVersioningOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_bucket_versioning)
    }

    async fn put_bucket_inventory_configuration(
        &self,
        req: S3Request<PutBucketInventoryConfigurationInput>,
    ) -> Reply<PutBucketInventoryConfigurationOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_bucket_inventory_configuration)
    }

    async fn get_bucket_inventory_configuration(
        &self,
        req: S3Request<GetBucketInventoryConfigurationInput>,
    ) -> Reply<GetBucketInventoryConfigurationOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_inventory_configuration)
    }

    async fn list_bucket_inventory_configurations(
        &self,
        req: S3Request<ListBucketInventoryConfigurationsInput>,
    ) -> Reply<ListBucketInventoryConfigurationsOutput> {
        let bucket = req.input.bucket.clone();
        self.at(
            &bucket,
            req,
            configuration_answers::list_bucket_inventory_configurations,
        )
    }

    async fn delete_bucket_inventory_configuration(
        &self,
        req: S3Request<DeleteBucketInventoryConfigurationInput>,
    ) -> Reply<DeleteBucketInventoryConfigurationOutput> {
        let bucket = req.input.bucket.clone();
        self.at(
            &bucket,
            req,
            configuration_answers::delete_bucket_inventory_configuration,
        )
    }

    async fn get_bucket_policy(&self, req: S3Request<GetBucketPolicyInput>) -> Reply<GetBucketPolicyOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_policy)
    }

    async fn put_bucket_policy(&self, req: S3Request<PutBucketPolicyInput>) -> Reply<PutBucketPolicyOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_bucket_policy)
    }

    async fn delete_bucket_policy(&self, req: S3Request<DeleteBucketPolicyInput>) -> Reply<DeleteBucketPolicyOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::delete_bucket_policy)
    }

    async fn get_bucket_tagging(&self, req: S3Request<GetBucketTaggingInput>) -> Reply<GetBucketTaggingOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_tagging)
    }

    async fn put_bucket_tagging(&self, req: S3Request<PutBucketTaggingInput>) -> Reply<PutBucketTaggingOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_bucket_tagging)
    }

    async fn delete_bucket_tagging(
        &self,
        req: S3Request<DeleteBucketTaggingInput>,
    ) -> Reply<DeleteBucketTaggingOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::delete_bucket_tagging)
    }

    async fn get_bucket_encryption(
        &self,
        req: S3Request<GetBucketEncryptionInput>,
    ) -> Reply<GetBucketEncryptionOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_encryption)
    }

    async fn put_bucket_encryption(
        &self,
        req: S3Request<PutBucketEncryptionInput>,
    ) -> Reply<PutBucketEncryptionOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_bucket_encryption)
    }

    async fn get_public_access_block(
        &self,
        req: S3Request<GetPublicAccessBlockInput>,
    ) -> Reply<GetPublicAccessBlockOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_public_access_block)
    }

    async fn put_public_access_block(
        &self,
        req: S3Request<PutPublicAccessBlockInput>,
    ) -> Reply<PutPublicAccessBlockOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_public_access_block)
    }

    async fn delete_public_access_block(
        &self,
        req: S3Request<DeletePublicAccessBlockInput>,
    ) -> Reply<DeletePublicAccessBlockOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::delete_public_access_block)
    }

    async fn get_bucket_ownership_controls(
        &self,
        req: S3Request<GetBucketOwnershipControlsInput>,
    ) -> Reply<GetBucketOwnershipControlsOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_ownership_controls)
    }

    async fn put_bucket_ownership_controls(
        &self,
        req: S3Request<PutBucketOwnershipControlsInput>,
    ) -> Reply<PutBucketOwnershipControlsOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_bucket_ownership_controls)
    }

    async fn get_bucket_acl(&self, req: S3Request<GetBucketAclInput>) -> Reply<GetBucketAclOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_bucket_acl)
    }

    async fn put_bucket_acl(&self, req: S3Request<PutBucketAclInput>) -> Reply<PutBucketAclOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_bucket_acl)
    }

    async fn get_object_acl(&self, req: S3Request<GetObjectAclInput>) -> Reply<GetObjectAclOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::get_object_acl)
    }

    async fn put_object_acl(&self, req: S3Request<PutObjectAclInput>) -> Reply<PutObjectAclOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, configuration_answers::put_object_acl)
    }

    async fn list_objects_v2(&self, req: S3Request<ListObjectsV2Input>) -> Reply<ListObjectsV2Output> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            answers::list_current(cloud, caller, input)
        })
    }

    async fn put_object(&self, req: S3Request<PutObjectInput>) -> Reply<PutObjectOutput> {
        let mut req = req;
        let body = collect(req.input.body.take()).await.map_err(refuse)?;
        let trailing = req.trailing_headers.take().and_then(|trailing| trailing.take());
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, headers| {
            let checksum = verify(&body, input.content_md5.as_ref(), &given_checksum!(input), trailing)?;
            let encrypted = (input.server_side_encryption.as_ref(), input.ssekms_key_id.clone());
            let (class, tagging) = (input.storage_class.as_ref(), input.tagging.as_deref());
            let wanted = wanted(
                headers_of!(input),
                tagging,
                class,
                encrypted,
                checksum,
                if_absent(headers),
            )?;
            let entry = objects::put(cloud, caller, &input.bucket, &input.key, body, wanted)?;
            let object = entry.object().expect("a put makes an object");
            let (server_side_encryption, ssekms_key_id) = encryption_of(object);
            let mut output = PutObjectOutput {
                e_tag: Some(etag(&object.etag)),
                server_side_encryption,
                ssekms_key_id,
                version_id: objects::shown_id(cloud, &input.bucket, &entry),
                ..PutObjectOutput::default()
            };
            set_checksum!(output, checksum_of(object));
            Ok(output)
        })
    }

    async fn get_object(&self, req: S3Request<GetObjectInput>) -> Reply<GetObjectOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            answers::get(cloud, caller, input)
        })
    }

    async fn head_object(&self, req: S3Request<HeadObjectInput>) -> Reply<HeadObjectOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            answers::head(cloud, caller, input)
        })
    }

    async fn get_object_attributes(
        &self,
        req: S3Request<GetObjectAttributesInput>,
    ) -> Reply<GetObjectAttributesOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            answers::attributes(cloud, caller, input)
        })
    }

    async fn copy_object(&self, req: S3Request<CopyObjectInput>) -> Reply<CopyObjectOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, answers::copy)
    }

    async fn delete_object(&self, req: S3Request<DeleteObjectInput>) -> Reply<DeleteObjectOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            let id = input.version_id.as_deref();
            let done = objects::delete(cloud, caller, &input.bucket, &input.key, id)?;
            let (delete_marker, version_id) = deletion(&done, id);
            Ok(DeleteObjectOutput {
                delete_marker,
                version_id,
                ..DeleteObjectOutput::default()
            })
        })
    }

    async fn delete_objects(&self, req: S3Request<DeleteObjectsInput>) -> Reply<DeleteObjectsOutput> {
        let bucket = req.input.bucket.clone();
        let sent = req.extensions.get::<Deletions>().cloned();
        self.at(&bucket, req, |cloud, caller, mut input, _| {
            let keys = sent.map(|sent| sent.keys()).transpose()?.unwrap_or_default();
            for (one, key) in input.delete.objects.iter_mut().zip(keys) {
                one.key = key;
            }
            answers::delete_many(cloud, caller, input)
        })
    }

    async fn get_object_tagging(&self, req: S3Request<GetObjectTaggingInput>) -> Reply<GetObjectTaggingOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            let id = input.version_id.as_deref();
            let action = if id.is_some() {
                "s3:GetObjectVersionTagging"
            } else {
                "s3:GetObjectTagging"
            };
            let (entry, object) = objects::locate_for(cloud, caller, &input.bucket, &input.key, id, action)?;
            let version_id = objects::shown_id(cloud, &input.bucket, &entry);
            Ok(GetObjectTaggingOutput {
                tag_set: tag_set(&object.tags),
                version_id,
            })
        })
    }

    async fn put_object_tagging(&self, req: S3Request<PutObjectTaggingInput>) -> Reply<PutObjectTaggingOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            let place = (input.bucket.as_str(), input.key.as_str(), input.version_id.as_deref());
            let entry = objects::put_tags(cloud, caller, place, tag_map(input.tagging))?;
            Ok(PutObjectTaggingOutput {
                version_id: objects::shown_id(cloud, &input.bucket, &entry),
            })
        })
    }

    async fn restore_object(&self, req: S3Request<RestoreObjectInput>) -> Reply<RestoreObjectOutput> {
        let bucket = req.input.bucket.clone();
        let mut response = self.at(&bucket, req, |cloud, caller, input, _| {
            let place = (input.bucket.as_str(), input.key.as_str(), input.version_id.as_deref());
            let asked = input.restore_request.unwrap_or_default();
            let tier = asked
                .glacier_job_parameters
                .map(|parameters| parameters.tier)
                .or(asked.tier);
            let tier = match tier.as_ref().map(Tier::as_str) {
                Some("Expedited") => archive::Tier::Expedited,
                Some("Bulk") => archive::Tier::Bulk,
                _ => archive::Tier::Standard,
            };
            archive::restore(cloud, caller, place, asked.days, tier)
        })?;
        // 202 where it has only begun.
        response.status = response.output.then_some(StatusCode::ACCEPTED);
        Ok(response.map_output(|_| RestoreObjectOutput::default()))
    }

    async fn delete_object_tagging(
        &self,
        req: S3Request<DeleteObjectTaggingInput>,
    ) -> Reply<DeleteObjectTaggingOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            let place = (input.bucket.as_str(), input.key.as_str(), input.version_id.as_deref());
            let entry = objects::put_tags(cloud, caller, place, Default::default())?;
            Ok(DeleteObjectTaggingOutput {
                version_id: objects::shown_id(cloud, &input.bucket, &entry),
            })
        })
    }

    async fn create_multipart_upload(
        &self,
        req: S3Request<CreateMultipartUploadInput>,
    ) -> Reply<CreateMultipartUploadOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, upload_answers::create_multipart_upload)
    }

    async fn upload_part(&self, req: S3Request<UploadPartInput>) -> Reply<UploadPartOutput> {
        let mut req = req;
        let body = collect(req.input.body.take()).await.map_err(refuse)?;
        let trailing = req.trailing_headers.take().and_then(|trailing| trailing.take());
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            let verified = verify(&body, input.content_md5.as_ref(), &given_checksum!(input), trailing)?;
            let shown = verified.map(|algorithm| checksum(algorithm, algorithm.of(&body)));
            let place = (input.bucket.as_str(), input.key.as_str(), input.upload_id.as_str());
            let part = uploads::put_part(cloud, caller, place, input.part_number, body)?;
            let mut output = UploadPartOutput {
                e_tag: Some(etag(&part.etag)),
                ..UploadPartOutput::default()
            };
            set_checksum!(output, shown);
            Ok(output)
        })
    }

    async fn upload_part_copy(&self, req: S3Request<UploadPartCopyInput>) -> Reply<UploadPartCopyOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, upload_answers::upload_part_copy)
    }

    async fn complete_multipart_upload(
        &self,
        req: S3Request<CompleteMultipartUploadInput>,
    ) -> Reply<CompleteMultipartUploadOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, upload_answers::complete_multipart_upload)
    }

    async fn abort_multipart_upload(
        &self,
        req: S3Request<AbortMultipartUploadInput>,
    ) -> Reply<AbortMultipartUploadOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, upload_answers::abort_multipart_upload)
    }

    async fn list_parts(&self, req: S3Request<ListPartsInput>) -> Reply<ListPartsOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            upload_answers::list_parts(cloud, caller, input)
        })
    }

    async fn list_multipart_uploads(
        &self,
        req: S3Request<ListMultipartUploadsInput>,
    ) -> Reply<ListMultipartUploadsOutput> {
        let bucket = req.input.bucket.clone();
        self.at(&bucket, req, |cloud, caller, input, _| {
            upload_answers::list_uploads(cloud, caller, input)
        })
    }
}
