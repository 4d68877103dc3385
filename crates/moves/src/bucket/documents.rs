//! The sub-resources of a bucket that are carried as the XML documents that they are.

use aws::Account;
use aws::s3_raw::{self, RawAnswer};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};

/// A sub-resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Document {
    /// The query parameter that names it.
    pub(super) name: &'static str,
    get: &'static str,
    put: &'static str,
    delete: &'static str,
}

const fn document(name: &'static str, get: &'static str, put: &'static str, delete: &'static str) -> Document {
    Document { name, get, put, delete }
}

pub(super) const ENCRYPTION: Document = document(
    "encryption",
    "GetBucketEncryption",
    "PutBucketEncryption",
    "DeleteBucketEncryption",
);
pub(super) const LIFECYCLE: Document = document(
    "lifecycle",
    "GetBucketLifecycleConfiguration",
    "PutBucketLifecycleConfiguration",
    "DeleteBucketLifecycle",
);
pub(super) const PUBLIC_ACCESS_BLOCK: Document = document(
    "publicAccessBlock",
    "GetPublicAccessBlock",
    "PutPublicAccessBlock",
    "DeletePublicAccessBlock",
);
pub(super) const TAGGING: Document = document("tagging", "GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging");

/// What makes a website of it.
pub(super) const WEBSITE: Document = document("website", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite");

/// What is carried over, in the order in which it is put on the new bucket once its content is there. The public-access block is
/// set as it was just before the policy, and lifecycle rules come last: they must not act on half a content.
pub(super) const CARRIED: [Document; 7] = [
    document(
        "ownershipControls",
        "GetBucketOwnershipControls",
        "PutBucketOwnershipControls",
        "DeleteBucketOwnershipControls",
    ),
    TAGGING,
    document("cors", "GetBucketCors", "PutBucketCors", "DeleteBucketCors"),
    WEBSITE,
    document(
        "accelerate",
        "GetBucketAccelerateConfiguration",
        "PutBucketAccelerateConfiguration",
        "-",
    ),
    PUBLIC_ACCESS_BLOCK,
    LIFECYCLE,
];

/// What names things of the account and cannot be carried as it is: only reported.
pub(super) const LEFT: [Document; 3] = [
    document("notification", "GetBucketNotificationConfiguration", "-", "-"),
    document("logging", "GetBucketLogging", "-", "-"),
    REPLICATION,
];

/// What replicates it. Put only by a run that moves it so.
pub(super) const REPLICATION: Document = document(
    "replication",
    "GetBucketReplication",
    "PutBucketReplication",
    "DeleteBucketReplication",
);

/// Locks on objects cannot be carried by a copy.
pub(super) const OBJECT_LOCK: Document = document("object-lock", "GetObjectLockConfiguration", "-", "-");

/// The document of a name.
pub(super) fn of(name: &str) -> Option<Document> {
    CARRIED
        .iter()
        .chain([&ENCRYPTION])
        .find(|document| document.name == name)
        .copied()
}

/// A document as it was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Found {
    /// The XML, byte for byte.
    pub(super) xml: String,
    /// What S3 keeps beside a lifecycle configuration.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) transition_minimum: Option<String>,
}

impl Document {
    /// Reads it; none where it is not configured.
    pub(super) async fn get(&self, account: &Account, bucket: &str) -> Result<Option<Found>, Failure> {
        let answer = s3_raw::get_signed(account, self.get, bucket, &account.id, &[(self.name, "")]).await;
        let answer = match answer {
            Ok(answer) => answer,
            Err(failure) if failure.code == "NoSuchBucket" => return Err(failure),
            Err(failure) if failure.class == FailureClass::NotFound => return Ok(None),
            // Not every region has every feature.
            Err(failure) if matches!(failure.code.as_str(), "MethodNotAllowed" | "UnsupportedArgument") => {
                return Ok(None);
            }
            Err(failure) => return Err(failure),
        };
        let xml = String::from_utf8_lossy(&answer.body).into_owned();
        let found = Found {
            xml,
            transition_minimum: answer.transition_minimum,
        };
        Ok(if is_empty(&found.xml) { None } else { Some(found) })
    }

    /// Replaces it.
    pub(super) async fn put(&self, account: &Account, bucket: &str, found: &Found) -> Result<(), Failure> {
        let document = RawAnswer {
            body: found.xml.clone().into_bytes().into(),
            transition_minimum: found.transition_minimum.clone(),
        };
        s3_raw::put_signed(account, self.put, bucket, &account.id, &[(self.name, "")], &document).await
    }

    /// Removes it.
    pub(super) async fn delete(&self, account: &Account, bucket: &str) -> Result<(), Failure> {
        s3_raw::delete_signed(account, self.delete, bucket, &account.id, &[(self.name, "")]).await
    }
}

/// Whether a document has nothing in its root: how some sub-resources say that they are not configured.
fn is_empty(xml: &str) -> bool {
    elements(xml).len() <= 1
}

/// The elements and texts of a document without declaration, namespaces and space between elements, so that two forms of the same
/// document are equal.
pub(super) fn elements(xml: &str) -> Vec<String> {
    let mut found = Vec::new();
    for piece in xml.split('<').skip(1) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        if tag.starts_with(['?', '!']) {
            continue;
        }
        let name = tag.split_whitespace().next().unwrap_or_default().trim_end_matches('/');
        match name.strip_prefix('/') {
            Some(_) => {}
            None => found.push(name.to_owned()),
        }
        if !text.trim().is_empty() {
            found.push(format!("={}", text.trim()));
        }
    }
    found
}

/// An encryption document that names another key.
pub(super) fn with_key(xml: &str, key: &str) -> String {
    let (open, close) = ("<KMSMasterKeyID>", "</KMSMasterKeyID>");
    match (xml.find(open), xml.find(close)) {
        (Some(from), Some(to)) if from < to => format!("{}{key}{}", &xml[..from + open.len()], &xml[to..]),
        _ => xml.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_empty_root_is_no_configuration() {
        assert!(is_empty(
            "<?xml version=\"1.0\"?>\n<AccelerateConfiguration xmlns=\"x\"/>"
        ));
        assert!(is_empty("<BucketLoggingStatus xmlns=\"x\"></BucketLoggingStatus>"));
        assert!(!is_empty(
            "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>"
        ));
    }

    #[test]
    fn two_forms_of_one_document_are_equal() {
        let one = "<?xml version=\"1.0\"?>\n<A xmlns=\"x\">\n  <B>1</B>\n</A>";
        assert_eq!(elements(one), elements("<A><B>1</B></A>"));
        assert_ne!(elements(one), elements("<A><B>2</B></A>"));
    }

    #[test]
    fn only_the_key_of_an_encryption_changes() {
        let xml = "<R><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:old</KMSMasterKeyID></R>";
        assert_eq!(
            with_key(xml, "arn:new"),
            "<R><SSEAlgorithm>aws:kms</SSEAlgorithm><KMSMasterKeyID>arn:new</KMSMasterKeyID></R>"
        );
        assert_eq!(
            with_key("<R><SSEAlgorithm>AES256</SSEAlgorithm></R>", "k"),
            "<R><SSEAlgorithm>AES256</SSEAlgorithm></R>"
        );
    }
}
