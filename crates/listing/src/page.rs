//! One page of a version listing after another, read from S3's own document: in it versions and delete markers are interleaved, and
//! that interleaving is the only place where the order of a key's entries can be seen.

use aws::Account;
use aws::s3_raw;
use model::listing::{Listed, ListedEntry};
use model::{AccountId, Failure, FailureClass};
use quick_xml::Reader;
use quick_xml::events::Event;

use crate::plain_page;

/// Where a listing goes on: behind this key, or, with a version id, behind that entry of it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Marker {
    /// The key.
    pub key: String,
    /// The version id; absent: behind all entries of the key.
    pub version_id: Option<String>,
}

/// One page.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Page {
    /// The entries, in S3's order: keys by their bytes, within a key the newest first.
    pub entries: Vec<ListedEntry>,
    /// Where the next page starts; absent: this was the last.
    pub next: Option<Marker>,
}

/// A bucket to be listed, and by whom.
#[derive(Clone)]
pub struct Source<'a> {
    account: &'a Account,
    owner: AccountId,
    bucket: String,
    prefix: Option<String>,
}

impl<'a> Source<'a> {
    /// A bucket that belongs to `owner`, listed with `account`'s credentials.
    pub fn new(account: &'a Account, owner: &AccountId, bucket: &str) -> Self {
        Self {
            account,
            owner: owner.clone(),
            bucket: bucket.to_owned(),
            prefix: None,
        }
    }

    /// Asks for the page behind `marker`: once, or as often as a read is sent.
    pub(crate) async fn page(&self, marker: Option<&Marker>, sent: Sent) -> Result<Page, Failure> {
        let mut query = vec![("versions", ""), ("encoding-type", "url")];
        if let Some(prefix) = &self.prefix {
            query.push(("prefix", prefix));
        }
        if let Some(marker) = marker {
            query.push(("key-marker", &marker.key));
            if let Some(id) = &marker.version_id {
                query.push(("version-id-marker", id));
            }
        }
        let send = match sent {
            Sent::Once => s3_raw::get_signed_once(self.account, OPERATION, &self.bucket, &self.owner, &query).await,
            Sent::Again => s3_raw::get_signed(self.account, OPERATION, &self.bucket, &self.owner, &query).await,
        };
        let page = parse(&send?.body).map_err(|why| self.senseless(why))?;
        if page.next.is_some() && page.next.as_ref() == marker {
            return Err(self.senseless("the next page would be this page again".to_owned()));
        }
        Ok(page)
    }

    pub(crate) fn senseless(&self, why: String) -> Failure {
        Failure {
            account: self.account.id.to_string(),
            service: "s3".to_owned(),
            operation: OPERATION.to_owned(),
            class: FailureClass::Unexpected,
            code: "[BadListing]".to_owned(),
            message: format!("the listing of {} makes no sense: {why}", self.bucket),
            request_id: None,
        }
    }
}

const OPERATION: &str = "ListObjectVersions";

/// How often a request is sent before its failure is told.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Sent {
    /// Who asks heeds a throttled answer by itself.
    Once,
    /// As a read is.
    Again,
}

/// Lists a bucket page by page.
pub struct Lister<'a> {
    source: Source<'a>,
    next: Option<Marker>,
    order: Order,
    ended: bool,
}

impl<'a> Lister<'a> {
    /// Lists a bucket that belongs to `owner` with `account`'s credentials, behind `after` if given.
    pub fn new(account: &'a Account, owner: &AccountId, bucket: &str, after: Option<Marker>) -> Self {
        Self {
            source: Source::new(account, owner, bucket),
            next: after,
            order: Order::default(),
            ended: false,
        }
    }

    /// Only the keys that begin so.
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.source.prefix = Some(prefix.to_owned());
        self
    }

    /// The next page; none at the end.
    pub async fn next_page(&mut self) -> Result<Option<Page>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let page = self.source.page(self.next.as_ref(), Sent::Again).await?;
        self.order
            .check(&page.entries)
            .map_err(|why| self.source.senseless(why))?;
        self.ended = page.next.is_none();
        self.next.clone_from(&page.next);
        Ok(Some(page))
    }
}

/// Keys must rise strictly, a key's entries must stand together, and only the first of them may be the newest: a listing of which
/// this does not hold must not decide over a bucket's contents.
#[derive(Debug, Clone, Default)]
pub(crate) struct Order {
    last: Option<String>,
}

impl Order {
    /// What is to follow stands behind this key, or is more of it.
    pub(crate) fn behind(key: &str) -> Self {
        Self {
            last: Some(key.to_owned()),
        }
    }

    pub(crate) fn check(&mut self, entries: &[ListedEntry]) -> Result<(), String> {
        let mut last = self.last.as_deref();
        for entry in entries {
            match last.map(|last| entry.key.as_bytes().cmp(last.as_bytes())) {
                Some(std::cmp::Ordering::Less) => {
                    return Err(format!(
                        "key {:?} stands behind {:?}",
                        entry.key,
                        last.unwrap_or_default()
                    ));
                }
                Some(std::cmp::Ordering::Equal) if entry.is_latest => {
                    return Err(format!("key {:?} has two newest entries", entry.key));
                }
                Some(std::cmp::Ordering::Equal | std::cmp::Ordering::Greater) | None => {}
            }
            last = Some(&entry.key);
        }
        if let Some(entry) = entries.last() {
            self.last = Some(entry.key.clone());
        }
        Ok(())
    }
}

/// Reads a page. Everything strictly: what cannot be read is an error, never passed over.
pub fn parse(document: &[u8]) -> Result<Page, String> {
    match plain_page::read(document) {
        Some(top) => top?.page(),
        None => read_xml(document)?.page(),
    }
}

/// Reads whatever XML allows.
pub(crate) fn read_xml(document: &[u8]) -> Result<Top, String> {
    let mut reader = Reader::from_reader(document);
    let mut top = Top::default();
    // How deep the element stands, and the ones that say what it is: <Result><Version><Key>.
    let mut depth = 0_usize;
    let (mut outer, mut inner) = (Outer::Other, Inner::Other);
    let mut text = String::new();
    let mut fields = Fields::default();
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) => {
                depth += 1;
                text.clear();
                match depth {
                    2 => {
                        outer = Outer::named(element.local_name().as_ref());
                        fields = Fields::default();
                    }
                    3 => inner = Inner::named(element.local_name().as_ref()),
                    _ => {}
                }
            }
            Event::Text(piece) => text.push_str(&piece.decode().map_err(|error| error.to_string())?),
            Event::GeneralRef(reference) => text.push(resolve(&reference)?),
            Event::CData(piece) => text.push_str(&piece.decode().map_err(|error| error.to_string())?),
            Event::End(_) => {
                match (depth, outer) {
                    (2, Outer::Version | Outer::DeleteMarker) => top.entry(outer, &mut fields)?,
                    (2, _) => top.set(outer, &text)?,
                    (3, Outer::Version | Outer::DeleteMarker) => fields.set(inner, &text)?,
                    _ => {}
                }
                depth -= 1;
                text.clear();
            }
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if depth != 0 {
        return Err("the document ends in the middle".to_owned());
    }
    Ok(top)
}

/// What a document says, as it says it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct Top {
    entries: Vec<ListedEntry>,
    truncated: Option<bool>,
    encoded: bool,
    next_key: Option<String>,
    next_version: Option<String>,
}

impl Top {
    pub(crate) fn set(&mut self, what: Outer, text: &str) -> Result<(), String> {
        match what {
            Outer::IsTruncated => self.truncated = Some(boolean(text)?),
            Outer::EncodingType => self.encoded = text == "url",
            Outer::NextKeyMarker => self.next_key = Some(text.to_owned()),
            Outer::NextVersionIdMarker => self.next_version = Some(text.to_owned()),
            Outer::Version | Outer::DeleteMarker | Outer::Other => {}
        }
        Ok(())
    }

    pub(crate) fn entry(&mut self, what: Outer, fields: &mut Fields) -> Result<(), String> {
        self.entries.push(match what {
            Outer::DeleteMarker => fields.marker()?,
            _ => fields.version()?,
        });
        Ok(())
    }

    fn page(mut self) -> Result<Page, String> {
        if self.encoded {
            for entry in &mut self.entries {
                if entry.key.bytes().any(|byte| matches!(byte, b'%' | b'+')) {
                    entry.key = decode(&entry.key)?;
                }
            }
        }
        // The marker is encoded like the keys; sent back as it came it would name another key, and a listing would never end.
        let next = match (self.truncated, self.next_key) {
            (None, _) => return Err("it does not say whether it is cut off".to_owned()),
            (Some(false), _) => None,
            (Some(true), None) => return Err("it is cut off and does not say where".to_owned()),
            (Some(true), Some(key)) => Some(Marker {
                key: if self.encoded { decode(&key)? } else { key },
                version_id: self.next_version.filter(|id| !id.is_empty()),
            }),
        };
        Ok(Page {
            entries: self.entries,
            next,
        })
    }
}

/// What stands right in the document.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Outer {
    Version,
    DeleteMarker,
    IsTruncated,
    EncodingType,
    NextKeyMarker,
    NextVersionIdMarker,
    Other,
}

impl Outer {
    pub(crate) fn named(name: &[u8]) -> Self {
        match name {
            b"Version" => Self::Version,
            b"DeleteMarker" => Self::DeleteMarker,
            b"IsTruncated" => Self::IsTruncated,
            b"EncodingType" => Self::EncodingType,
            b"NextKeyMarker" => Self::NextKeyMarker,
            b"NextVersionIdMarker" => Self::NextVersionIdMarker,
            _ => Self::Other,
        }
    }
}

/// What stands in an entry.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Inner {
    Key,
    VersionId,
    IsLatest,
    LastModified,
    Size,
    ETag,
    StorageClass,
    Other,
}

impl Inner {
    pub(crate) fn named(name: &[u8]) -> Self {
        match name {
            b"Key" => Self::Key,
            b"VersionId" => Self::VersionId,
            b"IsLatest" => Self::IsLatest,
            b"LastModified" => Self::LastModified,
            b"Size" => Self::Size,
            b"ETag" => Self::ETag,
            b"StorageClass" => Self::StorageClass,
            _ => Self::Other,
        }
    }
}

/// The fields of an entry.
#[derive(Debug, Default)]
pub(crate) struct Fields {
    key: Option<String>,
    version_id: Option<String>,
    is_latest: Option<bool>,
    last_modified: Option<jiff::Timestamp>,
    size: Option<u64>,
    etag: Option<String>,
    storage_class: Option<String>,
}

impl Fields {
    pub(crate) fn set(&mut self, field: Inner, text: &str) -> Result<(), String> {
        match field {
            Inner::Key => self.key = Some(text.to_owned()),
            Inner::VersionId => self.version_id = Some(text.to_owned()),
            Inner::IsLatest => self.is_latest = Some(boolean(text)?),
            Inner::LastModified => {
                self.last_modified = Some(text.parse().map_err(|_| format!("{text:?} is not a time"))?);
            }
            Inner::Size => self.size = Some(text.parse().map_err(|_| format!("{text:?} is not a size"))?),
            Inner::ETag => self.etag = Some(text.trim_matches('"').to_owned()),
            Inner::StorageClass => self.storage_class = Some(text.to_owned()),
            Inner::Other => {}
        }
        Ok(())
    }

    fn entry(&mut self, what: Listed) -> Result<ListedEntry, String> {
        let missing = |name: &str| format!("an entry has no {name}");
        Ok(ListedEntry {
            key: self
                .key
                .take()
                .filter(|key| !key.is_empty())
                .ok_or_else(|| missing("Key"))?,
            version_id: self
                .version_id
                .take()
                .filter(|id| !id.is_empty())
                .ok_or_else(|| missing("VersionId"))?,
            is_latest: self.is_latest.ok_or_else(|| missing("IsLatest"))?,
            last_modified: self.last_modified.ok_or_else(|| missing("LastModified"))?,
            what,
        })
    }

    fn version(&mut self) -> Result<ListedEntry, String> {
        let (size, etag) = (
            self.size.ok_or("a version has no Size")?,
            self.etag.take().ok_or("a version has no ETag")?,
        );
        let storage_class = self.storage_class.take().unwrap_or_else(|| "STANDARD".to_owned());
        self.entry(Listed::Version {
            size,
            etag,
            storage_class,
        })
    }

    fn marker(&mut self) -> Result<ListedEntry, String> {
        self.entry(Listed::Marker)
    }
}

fn boolean(text: &str) -> Result<bool, String> {
    match text {
        "true" => Ok(true),
        "false" => Ok(false),
        _ => Err(format!("{text:?} is neither true nor false")),
    }
}

fn resolve(reference: &quick_xml::events::BytesRef<'_>) -> Result<char, String> {
    if let Some(found) = reference.resolve_char_ref().map_err(|error| error.to_string())? {
        return Ok(found);
    }
    match &**reference {
        b"amp" => Ok('&'),
        b"lt" => Ok('<'),
        b"gt" => Ok('>'),
        b"quot" => Ok('"'),
        b"apos" => Ok('\''),
        other => Err(format!("unknown reference &{};", String::from_utf8_lossy(other))),
    }
}

/// Text as `encoding-type=url` gives it: `+` is a space, `%2B` a plus. Anything that is not properly encoded is refused.
pub fn decode(encoded: &str) -> Result<String, String> {
    let refuse = || format!("{encoded:?} is not URL-encoded UTF-8");
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let mut digit = || char::from(rest.next()?).to_digit(16);
                let (Some(high), Some(low)) = (digit(), digit()) else {
                    return Err(refuse());
                };
                bytes.push(u8::try_from(high * 16 + low).map_err(|_| refuse())?);
            }
            byte => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).map_err(|_| refuse())
}

#[cfg(test)]
#[path = "page_tests.rs"]
pub(crate) mod tests;
