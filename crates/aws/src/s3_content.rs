//! What proves the content of a version beside its ETag: the checksums that S3 keeps, or the content itself; and the key that it lies
//! under.

use std::collections::BTreeMap;

use model::Failure;
use sha2::Digest as _;

use crate::s3::{S3, VersionName};

/// What S3 keeps about a version's content.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kept {
    /// The checksums over the whole content, by algorithm. Checksums of parts are left out: they depend on how it was uploaded.
    pub checksums: BTreeMap<String, String>,
    /// The ARN of the KMS key that it lies under; absent: under none.
    pub key: Option<String>,
}

impl Kept {
    /// Whether two contents are equal, as far as checksums of the same algorithms tell; none where S3 keeps no such pair.
    pub fn same_content(&self, other: &Self) -> Option<bool> {
        let mut both = self
            .checksums
            .iter()
            .filter_map(|(name, value)| Some((value, other.checksums.get(name)?)))
            .peekable();
        both.peek()?;
        Some(both.all(|(one, other)| one == other))
    }
}

impl S3 {
    /// What S3 keeps about a version's content.
    pub async fn kept(&self, bucket: &str, version: &VersionName) -> Result<Kept, Failure> {
        let found = self.head(bucket, version, None).await?;
        let whole = found.checksum_type().is_none_or(|kind| kind.as_str() == "FULL_OBJECT");
        let values = [
            ("CRC32", found.checksum_crc32()),
            ("CRC32C", found.checksum_crc32_c()),
            ("CRC64NVME", found.checksum_crc64_nvme()),
            ("SHA1", found.checksum_sha1()),
            ("SHA256", found.checksum_sha256()),
        ];
        let values = values
            .into_iter()
            .filter_map(|(name, value)| Some((name.to_owned(), value?.to_owned())));
        Ok(Kept {
            // Old answers have no type; a value with the number of parts behind it is one of parts.
            checksums: values.filter(|(_, value)| whole && !value.contains('-')).collect(),
            key: found.ssekms_key_id,
        })
    }

    /// An object of any size, shown to `take` piece by piece. What `take` fails with is the failure.
    pub async fn read_object(
        &self,
        bucket: &str,
        key: &str,
        mut take: impl FnMut(&[u8]) -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let call = self
            .read
            .get_object()
            .bucket(bucket)
            .key(key)
            .expected_bucket_owner(self.account.as_str());
        let mut body = call.send().await.map_err(self.failed("GetObject"))?.body;
        loop {
            match body.try_next().await {
                Ok(Some(piece)) => take(&piece)?,
                Ok(None) => return Ok(()),
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
    }

    /// The SHA-256 of a version's content, read whole: the proof that is left where S3 keeps no checksum to compare.
    pub async fn content_digest(&self, bucket: &str, version: &VersionName) -> Result<String, Failure> {
        let call = self
            .read
            .get_object()
            .bucket(bucket)
            .key(&version.key)
            .version_id(&version.version_id)
            .expected_bucket_owner(self.account.as_str());
        let mut body = call.send().await.map_err(self.failed("GetObject"))?.body;
        let mut digest = sha2::Sha256::new();
        loop {
            match body.try_next().await {
                Ok(Some(piece)) => digest.update(&piece),
                Ok(None) => return Ok(aws_smithy_types::base64::encode(digest.finalize())),
                Err(error) => return Err(self.unreadable(&error)),
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(checksums: &[(&str, &str)]) -> Kept {
        let checksums = checksums
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Kept {
            checksums: checksums.collect(),
            key: None,
        }
    }

    #[test]
    fn only_checksums_of_one_algorithm_are_held_against_each_other() {
        let crc = kept(&[("CRC32", "a"), ("SHA256", "s")]);
        assert_eq!(crc.same_content(&kept(&[("CRC32", "a")])), Some(true));
        assert_eq!(crc.same_content(&kept(&[("CRC32", "b")])), Some(false));
        assert_eq!(crc.same_content(&kept(&[("CRC32", "a"), ("SHA256", "t")])), Some(false));
        assert_eq!(crc.same_content(&kept(&[("CRC64NVME", "a")])), None);
        assert_eq!(crc.same_content(&kept(&[])), None);
        assert_eq!(kept(&[]).same_content(&kept(&[])), None);
    }
}
