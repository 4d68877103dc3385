//! `S3ComputeObjectChecksum`: the checksum of a version as it lies there, of any size and class, archives too, without a restore.
//! Nothing is stored with the object: the report has the value.
//!
//! AWS's pages say that the report has it, not how. People who read such reports find JSON in the last column, with the members that are
//! written here. Left out: checksums of parts, and algorithms that S3 does not store with objects.

use serde_json::{Value, json};

use super::{Job, bad_request};
use crate::cloud::{Cloud, ServiceError};
use crate::s3::Refusal;
use crate::s3::content::Checksum;
use crate::s3::objects;

/// What CreateJob looks at.
pub(super) fn check(input: &Value) -> Result<(), ServiceError> {
    let asked = &input["Operation"]["S3ComputeObjectChecksum"];
    let algorithm = asked["ChecksumAlgorithm"].as_str().unwrap_or("CRC64NVME");
    let kind = asked["ChecksumType"].as_str().unwrap_or("FULL_OBJECT");
    let known = [
        "CRC32",
        "CRC32C",
        "CRC64NVME",
        "MD5",
        "SHA1",
        "SHA256",
        "SHA512",
        "XXHASH3",
        "XXHASH64",
        "XXHASH128",
    ];
    if !known.contains(&algorithm) || !["FULL_OBJECT", "COMPOSITE"].contains(&kind) {
        return Err(bad_request("Invalid checksum algorithm or type"));
    }
    if kind == "COMPOSITE" {
        if algorithm == "CRC64NVME" {
            return Err(bad_request("CRC64NVME is computed over the full object only"));
        }
        return Err(ServiceError::not_modelled("s3control", "checksums of parts"));
    }
    if Checksum::named(algorithm).is_none() {
        return Err(ServiceError::not_modelled(
            "s3control",
            &format!("checksums by {algorithm}"),
        ));
    }
    // The report is the only place where the values are.
    if input["Report"]["Enabled"] != true {
        return Err(bad_request("A report is required to compute checksums"));
    }
    Ok(())
}

/// One task: what the report says of it.
pub(super) fn compute(
    cloud: &mut Cloud,
    job: &Job,
    bucket: &str,
    key: &str,
    version: Option<&str>,
) -> Result<String, Refusal> {
    let (_, object) = objects::locate(cloud, &job.role, bucket, key, version)?;
    objects::unlock(cloud, &job.role, &object)?;
    let asked = &job.request["Operation"]["S3ComputeObjectChecksum"];
    let algorithm = asked["ChecksumAlgorithm"].as_str().and_then(Checksum::named);
    let algorithm = algorithm.unwrap_or(Checksum::Crc64Nvme);
    let value = object.content.checksum(algorithm);
    let told = json!({
        "checksum_base64": value,
        "etag": object.etag,
        "checksumAlgorithm": algorithm.name(),
        "checksumType": "FULL_OBJECT",
    });
    Ok(told.to_string())
}
