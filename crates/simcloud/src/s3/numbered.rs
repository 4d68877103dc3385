//! Configurations of which a bucket may have many, each under an id of its own: metrics, analytics, Intelligent-Tiering. They have no
//! behaviour here, but must arrive. They are kept among the bucket's documents as `metrics?id=…`. Inventories, which have behaviour, are
//! in a room of their own.

use super::settings::is_xml_of;
use super::{Bucket, Outcome, Refusal, access, bucket, bucket_mut, settings};
use crate::cloud::{Caller, Cloud};
use crate::wire::xml;

/// A kind of configuration.
pub(super) struct Numbered {
    /// The query parameter.
    pub(super) name: &'static str,
    /// The root element, which is also what operations and permissions are called after.
    root: &'static str,
    /// The root element of a list.
    list: &'static str,
}

/// Every kind.
pub(super) const NUMBERED: [Numbered; 3] = [
    Numbered {
        name: "metrics",
        root: "MetricsConfiguration",
        list: "ListMetricsConfigurationsResult",
    },
    Numbered {
        name: "analytics",
        root: "AnalyticsConfiguration",
        list: "ListBucketAnalyticsConfigurationResult",
    },
    Numbered {
        name: "intelligent-tiering",
        root: "IntelligentTieringConfiguration",
        list: "ListBucketIntelligentTieringConfigurationsOutput",
    },
];

/// How many a page of a list has.
const PAGE: usize = 100;
const XMLNS: &str = "http://s3.amazonaws.com/doc/2006-03-01/";

impl Numbered {
    fn key(&self, id: &str) -> String {
        format!("{}?id={id}", self.name)
    }

    /// One of them.
    pub(super) fn get(&self, cloud: &Cloud, caller: &Caller, name: &str, id: &str) -> Outcome<String> {
        let held = settings::read(cloud, caller, name, &format!("s3:Get{}", self.root))?;
        let found = held.documents.get(&self.key(id)).ok_or_else(no_such_configuration)?;
        Ok(found.replacen(
            &format!("<{}>", self.root),
            &format!("<{} xmlns=\"{XMLNS}\">", self.root),
            1,
        ))
    }

    /// A page of them; a page's token is the id of the next one.
    pub(super) fn list(&self, cloud: &Cloud, caller: &Caller, name: &str, token: Option<&str>) -> Outcome<String> {
        let held = settings::read(cloud, caller, name, &format!("s3:Get{}", self.root))?;
        let prefix = self.key("");
        let own = held
            .documents
            .iter()
            .filter_map(|(key, text)| Some((key.strip_prefix(&prefix)?, text)));
        let mut later = own.skip_while(|(id, _)| token.is_some_and(|token| *id < token));
        let page: String = later.by_ref().take(PAGE).map(|(_, text)| text.as_str()).collect();
        let next = later.next().map(|(id, _)| {
            format!(
                "<NextContinuationToken>{}</NextContinuationToken>",
                quick_xml::escape::escape(id)
            )
        });
        Ok(format!(
            "<{list} xmlns=\"{XMLNS}\">{page}<IsTruncated>{more}</IsTruncated>{next}</{list}>",
            list = self.list,
            more = next.is_some(),
            next = next.unwrap_or_default()
        ))
    }

    /// A second one under the same id replaces the first.
    pub(super) fn put(&self, cloud: &mut Cloud, caller: &Caller, name: &str, id: &str, text: &str) -> Outcome<()> {
        access::bucket(cloud, caller, name, &format!("s3:Put{}", self.root))?;
        let inside = self.bare(text).ok_or_else(malformed)?;
        if self.id(text).as_deref() != Some(id) {
            let why = "The id of the request and that of the configuration differ";
            return Err(Refusal::new(400, "InvalidArgument", why));
        }
        let key = self.key(id);
        if bucket(cloud, name)?.documents.get(&key) != Some(&inside) {
            bucket_mut(cloud, name)?.documents.insert(key, inside);
            cloud.effect(caller, &format!("s3 PutBucket{}", self.root), format!("{name}/{id}"));
        }
        Ok(())
    }

    /// Removes one.
    pub(super) fn delete(&self, cloud: &mut Cloud, caller: &Caller, name: &str, id: &str) -> Outcome<()> {
        access::bucket(cloud, caller, name, &format!("s3:Put{}", self.root))?;
        if bucket_mut(cloud, name)?.documents.remove(&self.key(id)).is_none() {
            return Err(no_such_configuration());
        }
        cloud.effect(caller, &format!("s3 DeleteBucket{}", self.root), format!("{name}/{id}"));
        Ok(())
    }

    fn id(&self, text: &str) -> Option<String> {
        let root = xml::parse(text.as_bytes())?;
        let id = root.children.into_iter().find(|child| child.name == "Id")?;
        Some(id.text)
    }

    /// The document without declaration and namespace: a list has many of them.
    fn bare(&self, text: &str) -> Option<String> {
        if !is_xml_of(text, self.root) {
            return None;
        }
        let (_, from) = text.split_once(&format!("<{}", self.root))?;
        let (_, inside) = from.split_once('>')?;
        Some(format!("<{}>{}", self.root, inside.trim_end()))
    }

    /// What an inventory tells of them: documents one behind the other, or a list of them.
    pub(super) fn observed(&self, bucket: &mut Bucket, text: &str) {
        for one in split(text, self.root) {
            if let (Some(id), Some(bare)) = (self.id(&one), self.bare(&one)) {
                bucket.documents.insert(self.key(&id), bare);
            }
        }
    }
}

/// The elements of this name in a text.
pub(super) fn split(text: &str, root: &str) -> Vec<String> {
    let (opening, closing) = (format!("<{root}"), format!("</{root}>"));
    let pieces = text.split_inclusive(&closing).filter_map(|piece| {
        let at = piece.find(&opening)?;
        piece.ends_with(&closing).then(|| piece[at..].to_owned())
    });
    pieces.collect()
}

fn malformed() -> Refusal {
    let message = "The XML you provided was not well-formed or did not validate against our published schema";
    Refusal::new(400, "MalformedXML", message)
}

fn no_such_configuration() -> Refusal {
    Refusal::new(
        404,
        "NoSuchConfiguration",
        "The specified configuration does not exist.",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_taken_apart_into_its_documents() {
        let list = "<ListMetricsConfigurationsResult xmlns=\"x\"><MetricsConfiguration xmlns=\"x\"><Id>a</Id></MetricsConfiguration>\
                    <MetricsConfiguration><Id>b</Id></MetricsConfiguration><IsTruncated>false</IsTruncated>\
                    </ListMetricsConfigurationsResult>";
        let found = split(list, "MetricsConfiguration");
        let bare: Vec<_> = found.iter().filter_map(|one| NUMBERED[0].bare(one)).collect();
        assert_eq!(
            bare,
            [
                "<MetricsConfiguration><Id>a</Id></MetricsConfiguration>",
                "<MetricsConfiguration><Id>b</Id></MetricsConfiguration>"
            ]
        );
    }
}
