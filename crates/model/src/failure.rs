//! What can go wrong with one AWS call, as data, and the record of one call.

use std::fmt;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::AccountId;

/// What kind of failure it is: decides whether the engine waits, looks again, pauses or stops.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum FailureClass {
    /// The service asks for fewer calls. Nothing was done.
    Throttled,
    /// The service could not answer (5xx). Whether it acted is unknown.
    Unavailable,
    /// No answer came: connection lost or timed out. Whether it acted is unknown.
    NoAnswer,
    /// The credentials have expired or are not accepted any more. Nothing was done.
    CredentialsExpired,
    /// The call is not allowed. Nothing was done; may pass once a fresh permission has spread.
    Denied,
    /// What the call names does not exist (yet).
    NotFound,
    /// What the call would make exists already.
    AlreadyExists,
    /// The thing is in a state in which the call is refused (still copying, name still taken).
    WrongState,
    /// A quota is used up.
    Quota,
    /// The request itself is wrong: trying again will not help.
    Invalid,
    /// The program contradicts itself or the answer made no sense.
    Unexpected,
}

impl FailureClass {
    /// Whether the call may have taken effect all the same.
    pub fn effect_unknown(self) -> bool {
        match self {
            FailureClass::Unavailable | FailureClass::NoAnswer | FailureClass::Unexpected => true,
            FailureClass::Throttled
            | FailureClass::CredentialsExpired
            | FailureClass::Denied
            | FailureClass::NotFound
            | FailureClass::AlreadyExists
            | FailureClass::WrongState
            | FailureClass::Quota
            | FailureClass::Invalid => false,
        }
    }
}

impl fmt::Display for FailureClass {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            FailureClass::Throttled => "throttled",
            FailureClass::Unavailable => "unavailable",
            FailureClass::NoAnswer => "no answer",
            FailureClass::CredentialsExpired => "credentials expired",
            FailureClass::Denied => "denied",
            FailureClass::NotFound => "not found",
            FailureClass::AlreadyExists => "already exists",
            FailureClass::WrongState => "wrong state",
            FailureClass::Quota => "quota",
            FailureClass::Invalid => "invalid",
            FailureClass::Unexpected => "unexpected",
        })
    }
}

/// One failed call.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema, thiserror::Error)]
#[error("{service} {operation} in account {account}: {code}: {message}")]
pub struct Failure {
    /// The account whose credentials made the call (twelve digits, or `operator`).
    pub account: String,
    /// The service, such as `rds`.
    pub service: String,
    /// The operation, such as `CopyDBSnapshot`.
    pub operation: String,
    /// What kind it is.
    pub class: FailureClass,
    /// AWS's error code; our own word in brackets where AWS gave none.
    pub code: String,
    /// AWS's message.
    pub message: String,
    /// AWS's request id, for a support case.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub request_id: Option<String>,
}

impl Failure {
    /// A failure that the program itself found, not AWS: `code` is our own word.
    pub fn ours(step: &str, class: FailureClass, code: &str, message: impl Into<String>) -> Self {
        Self {
            account: "-".into(),
            service: "cleave".into(),
            operation: step.to_owned(),
            class,
            code: code.to_owned(),
            message: message.into(),
            request_id: None,
        }
    }

    /// The permission that the role lacks, as IAM calls it; none where the call was not refused for that, or the role itself could not be taken on.
    pub fn lacks(&self) -> Option<String> {
        // How IAM calls the service whose calls are logged under a name.
        let service = match self.service.as_str() {
            "sts" => return None,
            "efs" => "elasticfilesystem",
            "s3control" => "s3",
            "monitoring" => "cloudwatch",
            "tagging" => "tag",
            service => service,
        };
        let action = match service {
            "s3" => s3_action(&self.operation),
            _ => &self.operation,
        };
        (self.class == FailureClass::Denied).then(|| format!("{service}:{action}"))
    }
}

/// How IAM calls the permission for an operation of S3 that only looks, where it has another name than the operation
/// (<https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazons3.html>).
fn s3_action(operation: &str) -> &str {
    match operation {
        "ListBuckets" => "ListAllMyBuckets",
        "HeadBucket" | "ListObjectsV2" => "ListBucket",
        "ListObjectVersions" => "ListBucketVersions",
        "ListMultipartUploads" => "ListBucketMultipartUploads",
        "GetBucketEncryption" => "GetEncryptionConfiguration",
        "GetBucketLifecycleConfiguration" => "GetLifecycleConfiguration",
        "GetBucketCors" => "GetBucketCORS",
        "GetBucketNotificationConfiguration" => "GetBucketNotification",
        "GetBucketReplication" => "GetReplicationConfiguration",
        "GetBucketAccelerateConfiguration" => "GetAccelerateConfiguration",
        "GetPublicAccessBlock" => "GetBucketPublicAccessBlock",
        "GetObjectLockConfiguration" => "GetBucketObjectLockConfiguration",
        "ListBucketInventoryConfigurations" => "GetInventoryConfiguration",
        "ListBucketMetricsConfigurations" => "GetMetricsConfiguration",
        "ListBucketAnalyticsConfigurations" => "GetAnalyticsConfiguration",
        "ListBucketIntelligentTieringConfigurations" => "GetIntelligentTieringConfiguration",
        operation => operation,
    }
}

/// One AWS call that was made, whoever made it and however it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallRecord {
    /// When the answer came (or did not).
    pub at: Timestamp,
    /// Whose credentials signed it; absent for the operator's own.
    pub account: Option<AccountId>,
    /// The service, such as `rds`.
    pub service: String,
    /// The operation, such as `CopyDBSnapshot`.
    pub operation: String,
    /// Whether the operation can change anything.
    pub mutating: bool,
    /// `ok`, or the error code, or our own word in brackets where no answer came.
    pub outcome: String,
    /// AWS's request id.
    pub request_id: Option<String>,
    /// How long it took, in milliseconds.
    pub millis: u64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_permission_is_lacking_only_where_a_role_that_was_taken_on_is_denied_a_call() {
        for (service, class, lacks) in [
            ("rds", FailureClass::Denied, Some("rds:Look")),
            ("efs", FailureClass::Denied, Some("elasticfilesystem:Look")),
            ("sts", FailureClass::Denied, None),
            ("rds", FailureClass::Throttled, None),
            ("monitoring", FailureClass::Denied, Some("cloudwatch:Look")),
        ] {
            let mut failure = Failure::ours("Look", class, "AccessDenied", "no");
            service.clone_into(&mut failure.service);
            assert_eq!(failure.lacks().as_deref(), lacks, "{service} {class}");
        }
    }

    #[test]
    fn permissions_of_s3_are_named_as_iam_names_them() {
        for (service, operation, lacks) in [
            ("s3", "ListBuckets", "s3:ListAllMyBuckets"),
            ("s3", "GetBucketCors", "s3:GetBucketCORS"),
            ("s3", "GetBucketEncryption", "s3:GetEncryptionConfiguration"),
            ("s3", "GetBucketPolicy", "s3:GetBucketPolicy"),
            ("s3control", "ListAccessPoints", "s3:ListAccessPoints"),
        ] {
            let mut failure = Failure::ours(operation, FailureClass::Denied, "AccessDenied", "no");
            service.clone_into(&mut failure.service);
            assert_eq!(failure.lacks().as_deref(), Some(lacks));
        }
    }
}
