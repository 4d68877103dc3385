//! Versions that are deleted for good: a thousand with one request, and one by one those whose keys no XML carries.

use aws_sdk_s3::types::{Delete, ObjectIdentifier};
use futures::StreamExt as _;
use model::{Failure, FailureClass};

use crate::classify;
use crate::s3::{S3, VersionName};

/// So many single deletions are in flight for each batch.
const IN_FLIGHT: usize = 8;

/// A version that was not deleted, and why.
struct Refused {
    operation: &'static str,
    version: VersionName,
    class: FailureClass,
    code: String,
    message: String,
    request_id: Option<String>,
}

/// Whether XML 1.0 has a way to write a key. `DeleteObjects` names its keys in XML, and S3 answers `MalformedXML` to any other character,
/// written as a reference too. A carriage return, which a reader would take for a line feed, the SDK writes as a reference.
fn xml_carries(key: &str) -> bool {
    key.chars().all(|character| {
        matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
    })
}

impl S3 {
    /// Deletes at most 1,000 versions and markers for good. Single ones may be refused where others are not: the first of those is the
    /// failure. What does not exist any more counts as deleted.
    pub async fn delete_versions(&self, bucket: &str, versions: &[VersionName]) -> Result<(), Failure> {
        let (batch, single): (Vec<_>, Vec<_>) = versions.iter().partition(|version| xml_carries(&version.key));
        let mut refused = Vec::new();
        if !batch.is_empty() {
            refused = self.delete_batch(bucket, &batch).await?;
        }
        refused.extend(self.delete_one_by_one(bucket, &single).await?);
        let count = refused.len();
        let Some(first) = refused.into_iter().next() else {
            return Ok(());
        };
        Err(Failure {
            account: self.account.to_string(),
            service: "s3".to_owned(),
            operation: first.operation.to_owned(),
            class: first.class,
            code: first.code,
            message: format!(
                "{count} of {} were not deleted; the first is {:?}, version {}: {}",
                versions.len(),
                first.version.key,
                first.version.version_id,
                first.message
            ),
            request_id: first.request_id,
        })
    }

    /// With one request. S3 answers 200 also when single ones were not deleted: gives those.
    async fn delete_batch(&self, bucket: &str, versions: &[&VersionName]) -> Result<Vec<Refused>, Failure> {
        let invalid = |error: &dyn std::fmt::Display| {
            Failure::ours(
                "s3",
                FailureClass::Invalid,
                "[NotBuilt]",
                format!("DeleteObjects: {error}"),
            )
        };
        let mut delete = Delete::builder().quiet(true);
        for version in versions {
            let one = ObjectIdentifier::builder()
                .key(&version.key)
                .version_id(&version.version_id)
                .build();
            delete = delete.objects(one.map_err(|error| invalid(&error))?);
        }
        let delete = delete.build().map_err(|error| invalid(&error))?;
        let call = self
            .once
            .delete_objects()
            .bucket(bucket)
            .expected_bucket_owner(self.account.as_str())
            .delete(delete);
        let answer = call.send().await.map_err(self.failed("DeleteObjects"))?;
        let refused = answer.errors().iter().map(|error| {
            let code = error.code().unwrap_or("[NoCode]");
            let status = if code == "InternalError" { 500 } else { 400 };
            Refused {
                operation: "DeleteObjects",
                version: VersionName {
                    key: error.key().unwrap_or_default().to_owned(),
                    version_id: error.version_id().unwrap_or_default().to_owned(),
                },
                class: classify::class_of(code, status),
                code: code.to_owned(),
                message: error.message().unwrap_or_default().to_owned(),
                request_id: None,
            }
        });
        Ok(refused.collect())
    }

    /// With a request for each, the key percent-encoded in its path. Gives those that were refused.
    async fn delete_one_by_one(&self, bucket: &str, versions: &[&VersionName]) -> Result<Vec<Refused>, Failure> {
        let mut going = futures::stream::iter(versions)
            .map(|version| async move { (*version, self.delete_version(bucket, version).await) })
            .buffer_unordered(IN_FLIGHT);
        let mut refused = Vec::new();
        while let Some((version, done)) = going.next().await {
            let Err(failure) = done else { continue };
            match failure.class {
                // This says nothing of the one version: the others would fare the same, each after its time.
                FailureClass::Throttled
                | FailureClass::Unavailable
                | FailureClass::NoAnswer
                | FailureClass::CredentialsExpired
                | FailureClass::NotFound => return Err(failure),
                FailureClass::Denied
                | FailureClass::AlreadyExists
                | FailureClass::WrongState
                | FailureClass::Quota
                | FailureClass::Invalid
                | FailureClass::Unexpected => refused.push(Refused {
                    operation: "DeleteObject",
                    version: version.clone(),
                    class: failure.class,
                    code: failure.code,
                    message: failure.message,
                    request_id: failure.request_id,
                }),
            }
        }
        Ok(refused)
    }

    async fn delete_version(&self, bucket: &str, version: &VersionName) -> Result<(), Failure> {
        let call = self
            .once
            .delete_object()
            .bucket(bucket)
            .key(&version.key)
            .version_id(&version.version_id)
            .expected_bucket_owner(self.account.as_str());
        call.send().await.map(drop).map_err(self.failed("DeleteObject"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_that_no_xml_carries_are_told_apart() {
        let carried = [
            "a",
            "\t\n\r",
            "\u{7f}\u{85}\u{2028}",
            "\u{d7ff}\u{e000}\u{fffd}",
            "\u{10000}\u{10ffff}",
        ];
        assert!(carried.iter().all(|key| xml_carries(key)));
        let control = ('\0'..' ').filter(|character| !matches!(character, '\t' | '\n' | '\r'));
        for character in control.chain(['\u{fffe}', '\u{ffff}']) {
            assert!(!xml_carries(&format!("a{character}b")), "{character:?}");
        }
    }
}
