//! The sub-resources of a bucket that are carried as the XML documents that they are.

use aws::Account;
use aws::s3_raw::{self, RawAnswer};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};

use super::titles::Title;

/// A sub-resource.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Document {
    /// The query parameter that names it.
    pub(super) name: &'static str,
    /// What the step is called that carries it over; its place is the name.
    pub(super) title: Title,
    get: &'static str,
    put: &'static str,
    delete: &'static str,
    /// The element of each, where a bucket has many of them, every one under an id of its own.
    each: Option<&'static str>,
    /// Whether it names things beside the bucket, which S3 looks for: a refusal is told then, and does not stop the run.
    pub(super) may_be_refused: bool,
}

const fn document(name: &'static str, get: &'static str, put: &'static str, delete: &'static str) -> Document {
    Document {
        name,
        title: Title::CarryOver,
        get,
        put,
        delete,
        each: None,
        may_be_refused: false,
    }
}

impl Document {
    const fn titled(self, title: Title) -> Self {
        Self { title, ..self }
    }

    const fn refusable(self) -> Self {
        Self {
            may_be_refused: true,
            ..self
        }
    }

    const fn many(self, each: &'static str) -> Self {
        Self {
            each: Some(each),
            ..self.refusable()
        }
    }
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
)
.titled(Title::CarryLifecycle);
pub(super) const PUBLIC_ACCESS_BLOCK: Document = document(
    "publicAccessBlock",
    "GetPublicAccessBlock",
    "PutPublicAccessBlock",
    "DeletePublicAccessBlock",
)
.titled(Title::CarryPublicAccessBlock);
pub(super) const TAGGING: Document =
    document("tagging", "GetBucketTagging", "PutBucketTagging", "DeleteBucketTagging").titled(Title::CarryTags);

/// What makes a website of it.
pub(super) const WEBSITE: Document = document("website", "GetBucketWebsite", "PutBucketWebsite", "DeleteBucketWebsite");

/// Where its access logs go.
pub(super) const LOGGING: Document = document("logging", "GetBucketLogging", "PutBucketLogging", "-")
    .titled(Title::CarryLogging)
    .refusable();
/// Whom S3 tells of what happens in it.
pub(super) const NOTIFICATION: Document = document(
    "notification",
    "GetBucketNotificationConfiguration",
    "PutBucketNotificationConfiguration",
    "-",
)
.titled(Title::CarryNotifications)
.refusable();
/// Where it is replicated to.
pub(super) const REPLICATION: Document = document(
    "replication",
    "GetBucketReplication",
    "PutBucketReplication",
    "DeleteBucketReplication",
)
.refusable();
/// Whether its tags decide about access. Where it is switched on, tags are not put as a whole any more.
const ABAC: Document = document("abac", "GetBucketAbac", "PutBucketAbac", "-")
    .titled(Title::CarryAbac)
    .refusable();

const INVENTORY: Document = document(
    "inventory",
    "ListBucketInventoryConfigurations",
    "PutBucketInventoryConfiguration",
    "-",
)
.titled(Title::CarryInventories)
.many("InventoryConfiguration");
const METRICS: Document = document(
    "metrics",
    "ListBucketMetricsConfigurations",
    "PutBucketMetricsConfiguration",
    "-",
)
.titled(Title::CarryMetrics)
.many("MetricsConfiguration");
const ANALYTICS: Document = document(
    "analytics",
    "ListBucketAnalyticsConfigurations",
    "PutBucketAnalyticsConfiguration",
    "-",
)
.titled(Title::CarryAnalytics)
.many("AnalyticsConfiguration");
const TIERING: Document = document(
    "intelligent-tiering",
    "ListBucketIntelligentTieringConfigurations",
    "PutBucketIntelligentTieringConfiguration",
    "-",
)
.titled(Title::CarryTiering)
.many("IntelligentTieringConfiguration");

/// What is carried over, in the order in which it is put on the new bucket once its content is there. The public-access block is
/// set as it was just before the policy; what acts on contents comes behind it, and lifecycle rules last: they must not act on half
/// a content.
pub(super) const CARRIED: [Document; 15] = [
    document(
        "ownershipControls",
        "GetBucketOwnershipControls",
        "PutBucketOwnershipControls",
        "DeleteBucketOwnershipControls",
    )
    .titled(Title::CarryOwnership),
    TAGGING,
    ABAC,
    document("cors", "GetBucketCors", "PutBucketCors", "DeleteBucketCors").titled(Title::CarryCors),
    WEBSITE,
    document(
        "accelerate",
        "GetBucketAccelerateConfiguration",
        "PutBucketAccelerateConfiguration",
        "-",
    )
    .titled(Title::CarryAcceleration),
    PUBLIC_ACCESS_BLOCK,
    LOGGING,
    INVENTORY,
    METRICS,
    ANALYTICS,
    TIERING,
    NOTIFICATION,
    REPLICATION,
    LIFECYCLE,
];

/// Locks on objects cannot be carried by a copy.
pub(super) const OBJECT_LOCK: Document = document("object-lock", "GetObjectLockConfiguration", "-", "-");

/// Grants to single accounts: they name accounts by ids that the target's users do not have. Only reported.
pub(super) const ACL: Document = document("acl", "GetBucketAcl", "-", "-");

/// The operations that read, write and take away a document.
pub(crate) fn calls_about(name: &str) -> impl Iterator<Item = &'static str> {
    let all = of(name).map(|document| [document.get, document.put, document.delete]);
    all.into_iter().flatten().filter(|operation| *operation != "-")
}

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

/// What one call puts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Part {
    /// Its id, where there are many.
    pub(super) id: Option<String>,
    /// The document.
    pub(super) found: Found,
}

const NAMESPACE: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

impl Document {
    /// Reads it; none where it is not configured. Of many, all, one behind the other.
    pub(super) async fn get(&self, account: &Account, bucket: &str) -> Result<Option<Found>, Failure> {
        let Some(each) = self.each else {
            let found = self.read(account, bucket, None).await?;
            let off = |found: &Found| *self == ABAC && text_of(&found.xml, "Status") != Some("Enabled");
            return Ok(found.filter(|found| !is_empty(&found.xml) && !off(found)));
        };
        let (mut xml, mut token) = (String::new(), None::<String>);
        loop {
            let Some(page) = self.read(account, bucket, token.as_deref()).await? else {
                return Ok(None);
            };
            xml.extend(each_of(&page.xml, each));
            let more = text_of(&page.xml, "IsTruncated") == Some("true");
            let next = text_of(&page.xml, "NextContinuationToken").map(unescaped);
            // A page that names itself as the next one would be read for ever.
            if !more || next.is_none() || next == token {
                break;
            }
            token = next;
        }
        let found = Found {
            xml,
            transition_minimum: None,
        };
        Ok(Some(found).filter(|found| !found.xml.is_empty()))
    }

    async fn read(&self, account: &Account, bucket: &str, token: Option<&str>) -> Result<Option<Found>, Failure> {
        let mut query = vec![(self.name, "")];
        query.extend(token.map(|token| ("continuation-token", token)));
        match s3_raw::get_signed(account, self.get, bucket, &account.id, &query).await {
            Ok(answer) => Ok(Some(Found {
                xml: String::from_utf8_lossy(&answer.body).into_owned(),
                transition_minimum: answer.transition_minimum,
            })),
            Err(failure) if failure.code == "NoSuchBucket" => Err(failure),
            Err(failure) if failure.class == FailureClass::NotFound => Ok(None),
            // Not every region has every feature.
            Err(failure)
                if matches!(
                    failure.code.as_str(),
                    "MethodNotAllowed" | "UnsupportedArgument" | "NotImplemented"
                ) =>
            {
                Ok(None)
            }
            Err(failure) => Err(failure),
        }
    }

    /// What a document is put by: by one call, or, of many, by one each.
    pub(super) fn parts(&self, found: &Found) -> Vec<Part> {
        let Some(each) = self.each else {
            let whole = Part {
                id: None,
                found: found.clone(),
            };
            return vec![whole];
        };
        let part = |xml: String| Part {
            id: Some(text_of(&xml, "Id").map(unescaped).unwrap_or_default()),
            found: Found {
                xml,
                transition_minimum: None,
            },
        };
        each_of(&found.xml, each).into_iter().map(part).collect()
    }

    /// Replaces it, or the one of that id.
    pub(super) async fn put(&self, account: &Account, bucket: &str, part: &Part) -> Result<(), Failure> {
        let (mut xml, mut query) = (part.found.xml.clone(), vec![(self.name, "")]);
        if let (Some(each), Some(id)) = (self.each, &part.id) {
            xml = xml.replacen(&format!("<{each}>"), &format!("<{each} xmlns=\"{NAMESPACE}\">"), 1);
            query.push(("id", id));
        }
        let document = RawAnswer {
            body: xml.into_bytes().into(),
            transition_minimum: part.found.transition_minimum.clone(),
        };
        s3_raw::put_signed(account, self.put, bucket, &account.id, &query, &document).await
    }

    /// Replaces it, where there is one.
    pub(super) async fn put_whole(&self, account: &Account, bucket: &str, found: &Found) -> Result<(), Failure> {
        let whole = Part {
            id: None,
            found: found.clone(),
        };
        self.put(account, bucket, &whole).await
    }

    /// Removes it.
    pub(super) async fn delete(&self, account: &Account, bucket: &str) -> Result<(), Failure> {
        s3_raw::delete_signed(account, self.delete, bucket, &account.id, &[(self.name, "")]).await
    }
}

/// The elements of this name in a document, without attributes: S3 repeats the namespace where it likes.
pub(super) fn each_of(xml: &str, name: &str) -> Vec<String> {
    let (opening, closing) = (format!("<{name}"), format!("</{name}>"));
    let elements = xml.split(closing.as_str()).filter_map(|piece| {
        let mut starts = piece.match_indices(opening.as_str());
        let whole = |at: usize| piece[at + opening.len()..].starts_with(['>', ' ']);
        let at = starts.find_map(|(at, _)| whole(at).then_some(at))?;
        let (_, inside) = piece[at..].split_once('>')?;
        Some(format!("<{name}>{inside}</{name}>"))
    });
    elements.collect()
}

/// A configuration as people read it: each element on a line of its own.
pub(super) fn in_lines(xml: &str) -> String {
    let mut lines: Vec<String> = Vec::new();
    let mut depth = 0_usize;
    for line in xml.replace("><", ">\n<").lines() {
        let closes = line.starts_with("</");
        if closes {
            depth = depth.saturating_sub(1);
        }
        lines.push(format!("{:indent$}{line}", "", indent = depth * 2));
        let opens = line.starts_with('<') && !line.starts_with("<?") && !line.ends_with("/>") && !line.contains("</");
        depth += usize::from(opens);
    }
    lines.join("\n")
}

/// The text of the first element of this name.
pub(super) fn text_of<'x>(xml: &'x str, name: &str) -> Option<&'x str> {
    let (_, rest) = xml.split_once(&format!("<{name}>"))?;
    rest.split_once("</").map(|(text, _)| text.trim())
}

fn unescaped(text: &str) -> String {
    let plain = text
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'");
    plain.replace("&amp;", "&")
}

/// The account ids and groups that an ACL admits beside the bucket's owner.
pub(super) fn granted_to_others(acl: &str) -> Vec<String> {
    let owner = text_of(acl, "ID").unwrap_or_default();
    let grantees = each_of(acl, "Grantee");
    let named = grantees
        .iter()
        .filter_map(|grantee| text_of(grantee, "ID").or_else(|| text_of(grantee, "URI")));
    let mut grantees: Vec<String> = named.filter(|named| *named != owner).map(str::to_owned).collect();
    grantees.dedup();
    grantees
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
    fn a_configuration_is_read_line_by_line() {
        let xml = "<LoggingConfiguration><LoggingEnabled><TargetBucket>logs</TargetBucket><X/></LoggingEnabled></LoggingConfiguration>";
        let lines = "<LoggingConfiguration>\n  <LoggingEnabled>\n    <TargetBucket>logs</TargetBucket>\n    <X/>\n  </LoggingEnabled>\n</LoggingConfiguration>";
        assert_eq!(in_lines(xml), lines);
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

    #[test]
    fn one_of_many_is_put_under_its_own_id() {
        let page = "<ListInventoryConfigurationsResult xmlns=\"x\"><InventoryConfiguration><Id>a &amp; b</Id><IsEnabled>true\
                    </IsEnabled></InventoryConfiguration><InventoryConfiguration xmlns=\"y\"><Id>2</Id></InventoryConfiguration>\
                    <IsTruncated>false</IsTruncated></ListInventoryConfigurationsResult>";
        let found = Found {
            xml: each_of(page, "InventoryConfiguration").concat(),
            transition_minimum: None,
        };
        let parts = INVENTORY.parts(&found);
        let ids: Vec<&str> = parts.iter().filter_map(|part| part.id.as_deref()).collect();
        assert_eq!(ids, ["a & b", "2"]);
        assert_eq!(
            parts[1].found.xml,
            "<InventoryConfiguration><Id>2</Id></InventoryConfiguration>"
        );
    }

    #[test]
    fn an_acl_tells_who_is_admitted_beside_the_owner() {
        let acl = "<AccessControlPolicy><Owner><ID>me</ID></Owner><AccessControlList><Grant><Grantee xmlns:xsi=\"x\" \
                   xsi:type=\"CanonicalUser\"><ID>me</ID></Grantee></Grant><Grant><Grantee xsi:type=\"Group\"><URI>all</URI>\
                   </Grantee></Grant></AccessControlList></AccessControlPolicy>";
        assert_eq!(granted_to_others(acl), ["all"]);
    }
}
