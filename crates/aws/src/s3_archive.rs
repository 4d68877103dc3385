//! Archived objects: a temporary copy is asked for, stands for some days, and goes again.

use aws_sdk_s3::types::{GlacierJobParameters, RestoreRequest, Tier};
use jiff::Timestamp;
use jiff::civil::DateTime;
use model::{Failure, FailureClass};

use crate::s3::{S3, VersionName};

/// How a version's temporary copy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Restored {
    /// There is none, and none is being made.
    No,
    /// It is being made.
    Underway,
    /// It can be read until then.
    Until(Timestamp),
}

/// How fast, and how dear, a restore is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Speed {
    /// Three to five hours; twelve from DEEP_ARCHIVE.
    Standard,
    /// Five to twelve hours; two days from DEEP_ARCHIVE.
    Bulk,
}

impl S3 {
    /// How the temporary copy of an archived version of this account stands.
    pub async fn restored(&self, bucket: &str, version: &VersionName) -> Result<Restored, Failure> {
        let found = self.head(bucket, version, None).await?;
        Ok(found.restore().map_or(Restored::No, read))
    }

    /// Asks for a temporary copy that stands for so many days; one that stands already stands so many more.
    pub async fn restore(&self, bucket: &str, version: &VersionName, days: i32, speed: Speed) -> Result<(), Failure> {
        let tier = match speed {
            Speed::Standard => Tier::Standard,
            Speed::Bulk => Tier::Bulk,
        };
        let invalid = |error: aws_sdk_s3::error::BuildError| {
            Failure::ours("s3", FailureClass::Invalid, "[NotBuilt]", error.to_string())
        };
        let parameters = GlacierJobParameters::builder().tier(tier).build().map_err(invalid)?;
        let request = RestoreRequest::builder()
            .days(days)
            .glacier_job_parameters(parameters)
            .build();
        let call = self
            .once
            .restore_object()
            .bucket(bucket)
            .key(&version.key)
            .version_id(&version.version_id)
            .expected_bucket_owner(self.account.as_str())
            .restore_request(request);
        match call.send().await.map(drop).map_err(self.failed("RestoreObject")) {
            Err(failure) if failure.code == "RestoreAlreadyInProgress" => Ok(()),
            other => other,
        }
    }
}

/// Reads `ongoing-request="false", expiry-date="Fri, 21 Dec 2012 00:00:00 GMT"`. What cannot be read is taken for a restore that is
/// still under way: looking again costs nothing.
fn read(header: &str) -> Restored {
    let date = header
        .split_once("expiry-date=\"")
        .and_then(|(_, rest)| rest.split_once('"'))
        .map(|(date, _)| date);
    let date = date.and_then(|date| DateTime::strptime("%a, %d %b %Y %H:%M:%S GMT", date).ok());
    let until = date.and_then(|date| date.to_zoned(jiff::tz::TimeZone::UTC).ok());
    until.map_or(Restored::Underway, |until| Restored::Until(until.timestamp()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_header_tells_whether_and_until_when() {
        assert_eq!(read("ongoing-request=\"true\""), Restored::Underway);
        let until = "2012-12-21T00:00:00Z".parse().expect("a time");
        assert_eq!(
            read("ongoing-request=\"false\", expiry-date=\"Fri, 21 Dec 2012 00:00:00 GMT\""),
            Restored::Until(until)
        );
        assert_eq!(read("nonsense"), Restored::Underway);
    }
}
