//! One page of a version listing after another, read from S3's own document: in it versions and delete markers are interleaved, and
//! that interleaving is the only place where the order of a key's entries can be seen.

use aws::Account;
use aws::s3_raw;
use model::listing::{Listed, ListedEntry};
use model::{AccountId, Failure, FailureClass};
use quick_xml::Reader;
use quick_xml::events::Event;

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

/// Lists a bucket page by page.
pub struct Lister<'a> {
    account: &'a Account,
    owner: AccountId,
    bucket: String,
    prefix: Option<String>,
    next: Option<Marker>,
    last: Option<(String, u64)>,
    ended: bool,
}

impl<'a> Lister<'a> {
    /// Lists a bucket that belongs to `owner` with `account`'s credentials, behind `after` if given.
    pub fn new(account: &'a Account, owner: &AccountId, bucket: &str, after: Option<Marker>) -> Self {
        Self {
            account,
            owner: owner.clone(),
            bucket: bucket.to_owned(),
            prefix: None,
            next: after,
            last: None,
            ended: false,
        }
    }

    /// Only the keys that begin so.
    pub fn prefix(mut self, prefix: &str) -> Self {
        self.prefix = Some(prefix.to_owned());
        self
    }

    /// The next page; none at the end.
    pub async fn next_page(&mut self) -> Result<Option<Page>, Failure> {
        if self.ended {
            return Ok(None);
        }
        let mut query = vec![("versions", ""), ("encoding-type", "url")];
        if let Some(prefix) = &self.prefix {
            query.push(("prefix", prefix));
        }
        if let Some(marker) = &self.next {
            query.push(("key-marker", &marker.key));
            if let Some(id) = &marker.version_id {
                query.push(("version-id-marker", id));
            }
        }
        let answer = s3_raw::get_signed(self.account, "ListObjectVersions", &self.bucket, &self.owner, &query).await?;
        let page = parse(&answer.body).map_err(|why| self.senseless(why))?;
        self.check(&page)?;
        if page.next.is_some() && page.next == self.next {
            return Err(self.senseless("the next page would be this page again".to_owned()));
        }
        self.ended = page.next.is_none();
        self.next.clone_from(&page.next);
        Ok(Some(page))
    }

    /// Keys must rise strictly, a key's entries must stand together, and only the first of them may be the newest: a listing of
    /// which this does not hold must not decide over a bucket's contents.
    fn check(&mut self, page: &Page) -> Result<(), Failure> {
        for entry in &page.entries {
            let behind = match &self.last {
                None => 0,
                Some((last, behind)) => match entry.key.as_bytes().cmp(last.as_bytes()) {
                    std::cmp::Ordering::Less => {
                        return Err(self.senseless(format!("key {:?} stands behind {last:?}", entry.key)));
                    }
                    std::cmp::Ordering::Equal => behind + 1,
                    std::cmp::Ordering::Greater => 0,
                },
            };
            if entry.is_latest && behind > 0 {
                return Err(self.senseless(format!("key {:?} has two newest entries", entry.key)));
            }
            self.last = Some((entry.key.clone(), behind));
        }
        Ok(())
    }

    fn senseless(&self, why: String) -> Failure {
        Failure {
            account: self.account.id.to_string(),
            service: "s3".to_owned(),
            operation: "ListObjectVersions".to_owned(),
            class: FailureClass::Unexpected,
            code: "[BadListing]".to_owned(),
            message: format!("the listing of {} makes no sense: {why}", self.bucket),
            request_id: None,
        }
    }
}

/// Reads a page. Everything strictly: what cannot be read is an error, never passed over.
pub fn parse(document: &[u8]) -> Result<Page, String> {
    let mut reader = Reader::from_reader(document);
    let mut page = Page::default();
    let mut path: Vec<Vec<u8>> = Vec::new();
    let mut text = String::new();
    let mut entry = Fields::default();
    let (mut truncated, mut encoded) = (None, false);
    let (mut next_key, mut next_version) = (None, None);
    loop {
        match reader.read_event().map_err(|error| error.to_string())? {
            Event::Start(element) => {
                path.push(element.local_name().as_ref().to_vec());
                text.clear();
                if path.len() == 2 {
                    entry = Fields::default();
                }
            }
            Event::Text(piece) => text.push_str(&piece.decode().map_err(|error| error.to_string())?),
            Event::GeneralRef(reference) => text.push(resolve(&reference)?),
            Event::CData(piece) => text.push_str(&piece.decode().map_err(|error| error.to_string())?),
            Event::End(_) => {
                let names: Vec<&[u8]> = path.iter().map(Vec::as_slice).collect();
                match names.as_slice() {
                    [_, b"IsTruncated"] => truncated = Some(boolean(&text)?),
                    [_, b"EncodingType"] => encoded = text == "url",
                    [_, b"NextKeyMarker"] => next_key = Some(text.clone()),
                    [_, b"NextVersionIdMarker"] => next_version = Some(text.clone()),
                    [_, b"Version" | b"DeleteMarker", field] => entry.set(field, &text)?,
                    [_, b"Version"] => page.entries.push(entry.version()?),
                    [_, b"DeleteMarker"] => page.entries.push(entry.marker()?),
                    _ => {}
                }
                path.pop();
                text.clear();
            }
            Event::Eof => break,
            Event::Empty(_) | Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
    }
    if !path.is_empty() {
        return Err("the document ends in the middle".to_owned());
    }
    let decode = |text: &str| if encoded { decode(text) } else { Ok(text.to_owned()) };
    for entry in &mut page.entries {
        entry.key = decode(&entry.key)?;
    }
    // The marker is encoded like the keys; sent back as it came it would name another key, and a listing would never end.
    page.next = match (truncated, next_key) {
        (None, _) => return Err("it does not say whether it is cut off".to_owned()),
        (Some(false), _) => None,
        (Some(true), None) => return Err("it is cut off and does not say where".to_owned()),
        (Some(true), Some(key)) => Some(Marker {
            key: decode(&key)?,
            version_id: next_version.filter(|id| !id.is_empty()),
        }),
    };
    Ok(page)
}

#[derive(Default)]
struct Fields {
    key: Option<String>,
    version_id: Option<String>,
    is_latest: Option<bool>,
    last_modified: Option<jiff::Timestamp>,
    size: Option<u64>,
    etag: Option<String>,
    storage_class: Option<String>,
}

impl Fields {
    fn set(&mut self, name: &[u8], text: &str) -> Result<(), String> {
        match name {
            b"Key" => self.key = Some(text.to_owned()),
            b"VersionId" => self.version_id = Some(text.to_owned()),
            b"IsLatest" => self.is_latest = Some(boolean(text)?),
            b"LastModified" => {
                self.last_modified = Some(text.parse().map_err(|_| format!("{text:?} is not a time"))?);
            }
            b"Size" => self.size = Some(text.parse().map_err(|_| format!("{text:?} is not a size"))?),
            b"ETag" => self.etag = Some(text.trim_matches('"').to_owned()),
            b"StorageClass" => self.storage_class = Some(text.to_owned()),
            _ => {}
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
