//! What a bucket's configuration names, and what it names in the target: roles, queues, topics, functions, other buckets. Only elements
//! that are known to hold such names are touched, never the prefixes and tags of filters, which are the application's.

use std::collections::BTreeMap;

use model::{AccountId, Said};

use super::documents::{self, Document, text_of};
use super::policy;
use super::words::Text;

/// How names change.
pub(super) struct Renaming<'a> {
    pub(super) from: &'a AccountId,
    pub(super) to: &'a AccountId,
    /// What the runbook says that is named in place of something else.
    pub(super) instead: &'a BTreeMap<String, String>,
}

/// A name that changes, or one that does not and will not do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The element that holds it.
    pub(super) element: &'static str,
    pub(super) before: String,
    pub(super) after: String,
}

/// What an element holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Holds {
    /// The ARN of something that the target has its own of, under the same name.
    OwnArn,
    /// A bucket: names are nobody else's, so another one is only what the runbook says.
    Bucket,
    /// A key. Its id is made by AWS: another one is only what the runbook says.
    Key,
}

/// The elements that hold names, by sub-resource.
fn elements(document: &Document) -> &'static [(&'static str, Holds)] {
    match document.name {
        "notification" => &[
            ("Queue", Holds::OwnArn),
            ("Topic", Holds::OwnArn),
            ("CloudFunction", Holds::OwnArn),
        ],
        "logging" => &[("TargetBucket", Holds::Bucket)],
        "inventory" => &[("Bucket", Holds::Bucket), ("KeyId", Holds::Key)],
        "analytics" => &[("Bucket", Holds::Bucket)],
        "metrics" => &[("AccessPointArn", Holds::OwnArn)],
        "replication" => &[
            ("Role", Holds::OwnArn),
            ("Bucket", Holds::Bucket),
            ("ReplicaKmsKeyID", Holds::Key),
        ],
        _ => &[],
    }
}

/// The element around a foreign bucket, and the one within that says whose that is.
fn owner_of_bucket(document: &Document) -> Option<(&'static str, &'static str)> {
    match document.name {
        "inventory" => Some(("S3BucketDestination", "AccountId")),
        "analytics" => Some(("S3BucketDestination", "BucketAccountId")),
        "replication" => Some(("Destination", "Account")),
        _ => None,
    }
}

impl Renaming<'_> {
    /// The document as it is put on the new bucket.
    pub(super) fn renamed(&self, document: &Document, xml: &str) -> String {
        let mut renamed = xml.to_owned();
        // Whose a bucket is goes with the bucket: one that stays where it is stays its owner's.
        if let Some((around, owner)) = owner_of_bucket(document) {
            renamed = each_text(&renamed, around, |destination| {
                let bucket = text_of(destination, "Bucket").unwrap_or_default();
                if self.name(Holds::Bucket, bucket) == bucket {
                    return destination.to_owned();
                }
                each_text(destination, owner, |id| policy::rewrite(id, self.from, self.to))
            });
        }
        for (element, holds) in elements(document) {
            renamed = each_text(&renamed, element, |text| self.name(*holds, text.trim()));
        }
        renamed
    }

    fn name(&self, holds: Holds, text: &str) -> String {
        if let Some(instead) = self.instead.get(text) {
            return instead.clone();
        }
        let bare = text.strip_prefix(ARN_OF_BUCKET);
        if let Some(instead) = bare.and_then(|bare| self.instead.get(bare)) {
            return match instead.strip_prefix(ARN_OF_BUCKET) {
                Some(_) => instead.clone(),
                None => format!("{ARN_OF_BUCKET}{instead}"),
            };
        }
        match holds {
            Holds::OwnArn => policy::rewrite(text, self.from, self.to),
            // An alias is a name that the target's own key can have.
            Holds::Key if text.contains("alias/") => policy::rewrite(text, self.from, self.to),
            Holds::Bucket | Holds::Key => text.to_owned(),
        }
    }

    /// Every name that a document holds, with what becomes of it.
    pub(super) fn names(&self, document: &Document, xml: &str) -> Vec<Named> {
        let mut named = Vec::new();
        for (element, holds) in elements(document) {
            for whole in documents::each_of(xml, element) {
                let before = text_of(&whole, element).unwrap_or_default().to_owned();
                let after = self.name(*holds, &before);
                let one = Named { element, before, after };
                // A replication configuration has elements `Bucket` in every rule, mostly the same.
                if !one.before.is_empty() && !named.contains(&one) {
                    named.push(one);
                }
            }
        }
        named
    }

    /// Why S3 would refuse it whatever anybody did: said instead of being tried.
    pub(super) fn hopeless(&self, document: &Document, xml: &str) -> Option<Said> {
        // Access logs are written to buckets of the same account only, and the bucket that they go to now is the source's.
        if *document != documents::LOGGING {
            return None;
        }
        let target = text_of(xml, "TargetBucket").unwrap_or_default();
        (self.name(Holds::Bucket, target) == target).then(|| Text::LogsStay.fill(&[target, &format!("{target:?}")]))
    }
}

const ARN_OF_BUCKET: &str = "arn:aws:s3:::";

/// A document with the inside of every element of this name put through a function.
fn each_text(xml: &str, element: &str, change: impl Fn(&str) -> String) -> String {
    let (opening, closing) = (format!("<{element}>"), format!("</{element}>"));
    let mut changed = String::with_capacity(xml.len());
    let mut rest = xml;
    while let Some((before, inside)) = rest.split_once(&opening) {
        let Some((inside, after)) = inside.split_once(&closing) else {
            break;
        };
        changed.push_str(before);
        changed.push_str(&opening);
        changed.push_str(&change(inside));
        changed.push_str(&closing);
        rest = after;
    }
    changed.push_str(rest);
    changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn account(id: &str) -> AccountId {
        AccountId::new(id).expect("an account id")
    }

    fn renamed(document: &str, xml: &str, instead: &[(&str, &str)]) -> (String, Vec<Named>) {
        let (from, to) = (account("111111111111"), account("222222222222"));
        let instead = instead
            .iter()
            .map(|(one, other)| ((*one).to_owned(), (*other).to_owned()));
        let instead = instead.collect();
        let renaming = Renaming {
            from: &from,
            to: &to,
            instead: &instead,
        };
        let document = documents::of(document).expect("a sub-resource");
        (renaming.renamed(&document, xml), renaming.names(&document, xml))
    }

    #[test]
    fn a_queue_becomes_the_targets_own_and_filters_stay() {
        let xml = "<NotificationConfiguration><QueueConfiguration><Filter><S3Key><FilterRule><Name>prefix</Name><Value>111111111111/\
                   </Value></FilterRule></S3Key></Filter><Queue>arn:aws:sqs:eu-west-1:111111111111:orders</Queue></QueueConfiguration>\
                   <TopicConfiguration><Topic>arn:aws:sns:eu-west-1:333333333333:all</Topic></TopicConfiguration>\
                   </NotificationConfiguration>";
        let (after, names) = renamed("notification", xml, &[]);
        let expected = xml.replace("eu-west-1:111111111111:orders", "eu-west-1:222222222222:orders");
        assert_eq!(after, expected);
        let changed: Vec<&str> = names
            .iter()
            .filter(|one| one.before != one.after)
            .map(|one| one.element)
            .collect();
        assert_eq!(changed, ["Queue"], "a third account's topic stays that account's");
    }

    #[test]
    fn the_runbook_can_name_another_thing() {
        let (queue, other) = (
            "arn:aws:sqs:eu-west-1:111111111111:orders",
            "arn:aws:sqs:eu-west-1:222222222222:shop-orders",
        );
        let xml = format!("<N><Queue>{queue}</Queue></N>");
        assert_eq!(
            renamed("notification", &xml, &[(queue, other)]).0,
            format!("<N><Queue>{other}</Queue></N>")
        );
    }

    #[test]
    fn a_report_goes_where_it_went_unless_the_runbook_says_where() {
        let xml = "<InventoryConfiguration><Destination><S3BucketDestination><AccountId>111111111111</AccountId><Bucket>\
                   arn:aws:s3:::shop-lists</Bucket><Prefix>111111111111</Prefix><Encryption><SSE-KMS><KeyId>\
                   arn:aws:kms:eu-west-1:111111111111:key/1</KeyId></SSE-KMS></Encryption></S3BucketDestination></Destination>\
                   <Id>all</Id></InventoryConfiguration>";
        assert_eq!(renamed("inventory", xml, &[]).0, xml, "its owner stays with it");
        let (after, _) = renamed("inventory", xml, &[("shop-lists", "shop-lists-of-its-own")]);
        let expected = xml
            .replace("<AccountId>111111111111", "<AccountId>222222222222")
            .replace("arn:aws:s3:::shop-lists", "arn:aws:s3:::shop-lists-of-its-own");
        assert_eq!(after, expected);
    }

    #[test]
    fn a_replication_role_becomes_the_targets_and_the_destination_stays() {
        let xml = "<ReplicationConfiguration><Role>arn:aws:iam::111111111111:role/dr</Role><Rule><Destination><Bucket>\
                   arn:aws:s3:::shop-dr</Bucket><Account>111111111111</Account></Destination></Rule></ReplicationConfiguration>";
        let expected = xml.replace("iam::111111111111", "iam::222222222222");
        assert_eq!(renamed("replication", xml, &[]).0, expected);
    }

    #[test]
    fn logs_that_go_to_a_bucket_of_the_source_are_hopeless() {
        let (from, to) = (account("111111111111"), account("222222222222"));
        let xml = "<BucketLoggingStatus><LoggingEnabled><TargetBucket>shop-logs</TargetBucket></LoggingEnabled></BucketLoggingStatus>";
        let mut instead = BTreeMap::new();
        let renaming = |instead: &BTreeMap<String, String>| {
            let renaming = Renaming {
                from: &from,
                to: &to,
                instead,
            };
            (
                renaming.hopeless(&documents::LOGGING, xml).is_some(),
                renaming.renamed(&documents::LOGGING, xml),
            )
        };
        assert!(renaming(&instead).0);
        instead.insert("shop-logs".to_owned(), "shop-own-logs".to_owned());
        let (hopeless, after) = renaming(&instead);
        assert!(
            !hopeless && after.contains("<TargetBucket>shop-own-logs</TargetBucket>"),
            "{after}"
        );
    }
}
