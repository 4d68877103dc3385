//! Listing: versions and markers in the order in which S3 has them, and the plain listing of current objects.

use std::fmt::Write as _;

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

use super::versions::{self, Entry, What};
use super::{Outcome, Refusal, access, bucket};
use crate::cloud::{Caller, Cloud};

/// What `encoding-type=url` leaves as it is; a space becomes `+`, as in a form.
const LEFT: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'_')
    .remove(b'.')
    .remove(b'*')
    .remove(b'/')
    .remove(b' ');

/// What a listing asks for.
#[derive(Debug, Clone, Default)]
pub struct Asked {
    /// Keys that begin with this.
    pub prefix: String,
    /// Folds keys that have this after the prefix.
    pub delimiter: Option<String>,
    /// `key-marker`, or where a plain listing starts after.
    pub after: Option<String>,
    /// `version-id-marker`
    pub after_version: Option<String>,
    /// Entries and folded prefixes per page.
    pub max_keys: Option<i32>,
    /// `encoding-type=url`
    pub encoded: bool,
}

/// One page.
pub struct Page {
    /// Entries in order: keys in UTF-8 order, within a key newest first, each with whether it is its key's newest.
    pub entries: Vec<(String, Entry, bool)>,
    /// Folded prefixes.
    pub prefixes: Vec<String>,
    /// Where the next page starts, if there is one: key (or prefix), and version id unless it is a prefix.
    pub next: Option<(String, Option<String>)>,
    /// The largest page that S3 would give.
    pub max_keys: usize,
}

/// Text as `encoding-type=url` gives it.
pub fn encode(text: &str) -> String {
    utf8_percent_encode(text, LEFT).to_string().replace(' ', "+")
}

/// Lists versions and markers, or only what is current.
pub fn page(cloud: &mut Cloud, caller: &Caller, name: &str, asked: &Asked, versions: bool) -> Outcome<Page> {
    let action = if versions {
        "s3:ListBucketVersions"
    } else {
        "s3:ListBucket"
    };
    access::bucket(cloud, caller, name, action)?;
    let invalid = |why: &str| Err(Refusal::new(400, "InvalidArgument", why.to_owned()));
    if asked.after_version.as_ref().is_some_and(|id| !id.is_empty())
        && asked.after.as_ref().is_none_or(String::is_empty)
    {
        return invalid("A version-id marker cannot be specified without a key marker.");
    }
    let max_keys = match asked.max_keys {
        Some(negative) if negative < 0 => {
            return invalid("Argument max-keys must be an integer between 0 and 2147483647");
        }
        Some(most) => usize::try_from(most).unwrap_or(1000).min(1000),
        None => 1000,
    };
    // S3 may give fewer than asked for, and says that there is more.
    let short = max_keys > 1 && cloud.faults.strikes("s3 short page", 30, 150);
    let room = if short {
        cloud.faults.stream("s3 short page").usize(1..max_keys)
    } else {
        max_keys
    };
    let held = bucket(cloud, name)?;
    let mut page = Page {
        entries: Vec::new(),
        prefixes: Vec::new(),
        next: None,
        max_keys,
    };
    if room == 0 {
        return Ok(page);
    }
    let prefix = asked.prefix.as_str();
    let after = asked.after.as_deref().filter(|after| !after.is_empty());
    let start = match after {
        Some(after) if after >= prefix => after,
        _ => prefix,
    };
    let mut last: Option<(String, Option<String>)> = None;
    for (key, stack) in held.stacks_from(start) {
        let key = key.as_ref();
        if !key.starts_with(prefix) {
            break;
        }
        let newest_first = stack.iter().rev().enumerate();
        let visible = newest_first.filter(|(depth, entry)| versions || (*depth == 0 && entry.object().is_some()));
        let mut visible = visible.map(|(depth, entry)| (entry, depth == 0)).peekable();
        if visible.peek().is_none() {
            continue;
        }
        if let Some(folded) = fold(key, prefix, asked.delimiter.as_deref()) {
            let seen = page.prefixes.last().is_some_and(|last| *last == folded)
                || after.is_some_and(|after| after.starts_with(&folded));
            if seen {
                continue;
            }
            if page.entries.len() + page.prefixes.len() == room {
                page.next = last;
                return Ok(page);
            }
            last = Some((folded.clone(), None));
            page.prefixes.push(folded);
            continue;
        }
        let skip = if after == Some(key) {
            skip(&stack, asked.after_version.as_deref())
        } else {
            Skip::None
        };
        for (entry, newest) in visible {
            let listed = match skip {
                Skip::None => true,
                Skip::All => false,
                Skip::NotOlderThan(order) => entry.order < order,
            };
            if !listed {
                continue;
            }
            if page.entries.len() + page.prefixes.len() == room {
                page.next = last;
                return Ok(page);
            }
            last = Some((key.to_owned(), Some(entry.id())));
            page.entries.push((key.to_owned(), entry.clone(), newest));
        }
    }
    Ok(page)
}

enum Skip {
    None,
    All,
    NotOlderThan(u64),
}

/// What of the marker's own key was listed before. Without a version id all of it was.
fn skip(stack: &[Entry], id: Option<&str>) -> Skip {
    match id.filter(|id| !id.is_empty()) {
        None => Skip::All,
        Some("null") => match versions::find(stack, Some("null")) {
            Some(entry) => Skip::NotOlderThan(entry.order),
            // It was deleted between two pages. Showing versions again is safe; passing over some is not.
            None => Skip::None,
        },
        Some(id) => versions::order_of(id).map_or(Skip::All, Skip::NotOlderThan),
    }
}

fn fold(key: &str, prefix: &str, delimiter: Option<&str>) -> Option<String> {
    let delimiter = delimiter.filter(|delimiter| !delimiter.is_empty())?;
    let at = key.get(prefix.len()..)?.find(delimiter)?;
    Some(key[..prefix.len() + at + delimiter.len()].to_owned())
}

/// The answer to ListObjectVersions.
///
/// s3s writes all `<DeleteMarker>` before all `<Version>`, as its typed output has two lists. In S3's answer they are interleaved,
/// and that interleaving is the only place where the order of a key's stack can be read: so this one document is written here.
pub fn versions_xml(name: &str, asked: &Asked, page: &Page, owner: &str) -> String {
    let text = |value: &str| {
        if asked.encoded {
            escape(&encode(value))
        } else {
            escape(value)
        }
    };
    let mut xml = String::from(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n\
         <ListVersionsResult xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\">",
    );
    element(&mut xml, "Name", &escape(name));
    element(&mut xml, "Prefix", &text(&asked.prefix));
    element(&mut xml, "KeyMarker", &text(asked.after.as_deref().unwrap_or_default()));
    element(
        &mut xml,
        "VersionIdMarker",
        &escape(asked.after_version.as_deref().unwrap_or_default()),
    );
    if let Some((key, id)) = &page.next {
        element(&mut xml, "NextKeyMarker", &text(key));
        if let Some(id) = id {
            element(&mut xml, "NextVersionIdMarker", id);
        }
    }
    element(&mut xml, "MaxKeys", &page.max_keys.to_string());
    if let Some(delimiter) = &asked.delimiter {
        element(&mut xml, "Delimiter", &text(delimiter));
    }
    if asked.encoded {
        element(&mut xml, "EncodingType", "url");
    }
    element(
        &mut xml,
        "IsTruncated",
        if page.next.is_some() { "true" } else { "false" },
    );
    for (key, entry, newest) in &page.entries {
        let outer = if entry.object().is_some() {
            "Version"
        } else {
            "DeleteMarker"
        };
        let _ = write!(xml, "<{outer}>");
        element(&mut xml, "Key", &text(key));
        element(&mut xml, "VersionId", &entry.id());
        element(&mut xml, "IsLatest", if *newest { "true" } else { "false" });
        element(
            &mut xml,
            "LastModified",
            &entry.at.strftime("%Y-%m-%dT%H:%M:%S.000Z").to_string(),
        );
        if let What::Object(object) = &entry.what {
            element(&mut xml, "ETag", &format!("&quot;{}&quot;", object.etag));
            if let Some(checksum) = object.checksum {
                element(&mut xml, "ChecksumAlgorithm", checksum.name());
                element(&mut xml, "ChecksumType", "FULL_OBJECT");
            }
            element(&mut xml, "Size", &object.content.size().to_string());
            element(&mut xml, "StorageClass", &object.class);
        }
        let _ = write!(xml, "<Owner><ID>{owner}</ID></Owner></{outer}>");
    }
    for prefix in &page.prefixes {
        let _ = write!(
            xml,
            "<CommonPrefixes><Prefix>{}</Prefix></CommonPrefixes>",
            text(prefix)
        );
    }
    xml.push_str("</ListVersionsResult>");
    xml
}

fn element(xml: &mut String, name: &str, value: &str) {
    let _ = write!(xml, "<{name}>{value}</{name}>");
}

/// Text inside an element. Control characters become references, as S3 writes them.
fn escape(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => escaped.push_str("&amp;"),
            '<' => escaped.push_str("&lt;"),
            '>' => escaped.push_str("&gt;"),
            '"' => escaped.push_str("&quot;"),
            c if c.is_control() => {
                let _ = write!(escaped, "&#x{:X};", u32::from(c));
            }
            c => escaped.push(c),
        }
    }
    escaped
}

#[cfg(test)]
#[path = "listing_tests.rs"]
mod tests;
